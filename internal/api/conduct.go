package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// ConductView is what the rules of behaviour say of an outlet's past.
type ConductView struct {
	From     string        `json:"from"`
	To       string        `json:"to"`
	Hours    int           `json:"hours" doc:"时段内有数据的小时数"`
	Episodes []EpisodeView `json:"episodes" nullable:"false" doc:"会提请核查的异常，按发出的先后"`
}

// EpisodeView is one thing that people would have been told of.
type EpisodeView struct {
	From   string     `json:"from" doc:"最早的迹象"`
	To     string     `json:"to" doc:"最后的迹象"`
	Raised string     `json:"raised" doc:"迹象足以发出预警的时刻"`
	Score  float64    `json:"score" doc:"把握，0 至 1：1 减去各族迹象都错的概率"`
	Level  string     `json:"level" enum:"suspected,grave"`
	Signs  []SignView `json:"signs" nullable:"false" doc:"迹象，把握大的在前"`
}

// SignView is one sign of an episode.
type SignView struct {
	Rule        string  `json:"rule"`
	Title       string  `json:"title"`
	Basis       string  `json:"basis"`
	FamilyTitle string  `json:"family_title" doc:"同族的迹象互不加强"`
	Factor      string  `json:"factor"`
	FactorName  string  `json:"factor_name"`
	From        string  `json:"from"`
	To          string  `json:"to"`
	Weight      float64 `json:"weight"`
	Reason      string  `json:"reason"`
}

// SignRuleView is one rule of behaviour.
type SignRuleView struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Basis       string   `json:"basis"`
	FamilyTitle string   `json:"family_title"`
	Kinds       []string `json:"kinds" nullable:"false" doc:"适用的排放口类别，空为全部"`
}

var familyTitles = map[sign.Family]string{sign.Official: "超标", sign.Shape: "数据形态", sign.Degree: "浓度水平", sign.Relation: "参数关系",
	sign.Condition: "工况", sign.Marking: "标记", sign.Sending: "传输"}

type conductInput struct {
	ID   string `path:"id"`
	Days int    `query:"days" default:"30" minimum:"1" maximum:"180" doc:"回看多少天"`
}

// conduct replays the signs over an outlet's past.
func (r alarms) conduct(ctx context.Context, in *conductInput) (*ConductView, error) {
	to := r.rule.Clock().Truncate(time.Hour)
	c, err := r.rule.Conduct(ctx, actor(ctx), in.ID, to.AddDate(0, 0, -in.Days), to)
	if err != nil {
		return nil, err
	}
	v := &ConductView{From: when(c.From), To: when(c.To), Hours: c.Hours, Episodes: make([]EpisodeView, 0, len(c.Episodes))}
	for i := range c.Episodes {
		v.Episodes = append(v.Episodes, episodeView(c.Outlet, &c.Episodes[i]))
	}
	return v, nil
}

func episodeView(o *sign.Outlet, e *sign.Episode) EpisodeView {
	v := EpisodeView{From: when(e.From), To: when(e.To), Raised: when(e.Raised), Score: e.Score, Level: e.Level(), Signs: make([]SignView, 0, len(e.Kinds))}
	for _, k := range e.Kinds {
		s := SignView{Rule: k.Rule.ID, Title: k.Rule.Title, Basis: k.Rule.BasisAt(k.To.Add(-time.Hour)), FamilyTitle: familyTitles[k.Rule.Family],
			From: when(k.From), To: when(k.To), Weight: k.Weight, Reason: k.Reason}
		if k.Channel >= 0 {
			s.Factor, s.FactorName = o.Channels[k.Channel].Factor, o.Channels[k.Channel].Name
		}
		v.Signs = append(v.Signs, s)
	}
	return v
}

// signRules lists the rules of behaviour.
func (r alarms) signRules(context.Context, *None) ([]SignRuleView, error) {
	out := []SignRuleView{}
	for _, x := range r.rule.Signs() {
		v := SignRuleView{ID: x.ID, Title: x.Title, Basis: x.Basis, FamilyTitle: familyTitles[x.Family], Kinds: []string{}}
		for _, k := range x.Kinds {
			v.Kinds = append(v.Kinds, string(k))
		}
		out = append(out, v)
	}
	return out, nil
}
