package api

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/sheet"
)

// silences is the resource of silences and quiet hours.
type silences struct {
	silence *silence.Service
	rule    *rule.Service
	names   Names
	files   Describer
}

// Silences registers silences and their verbs.
func (a *API) Silences(s *silence.Service, rules *rule.Service, n Names, files Describer) {
	r := silences{s, rules, n, files}
	get(a, "listSilences", "/silences", "静默与免打扰时段", r.list, needs(auth.AlarmRead))
	exportList(a, "exportSilences", "/silences/export", "导出静默", "静默", silenceColumns, r.list, needs(auth.AlarmRead))
	get(a, "getSilenceChoice", "/silences/choice", "可静默的规则、原因与期限", r.choice, needs(auth.AlarmSilence))
	post(a, "setSilence", "/silences", "设置静默或免打扰时段", r.set, needs(auth.AlarmSilence))
	get(a, "getSilence", "/silences/{id}", "静默详情", r.get, needs(auth.AlarmRead))
	post(a, "actOnSilence", "/silences/{id}/{verb}", "提前解除、延长静默", r.act)
}

// SilenceView is one silence in lists.
type SilenceView struct {
	ID             silence.ID `json:"id"`
	Number         string     `json:"number"`
	Kind           string     `json:"kind" enum:"silence,plan" doc:"silence 静默，plan 免打扰时段"`
	KindTitle      string     `json:"kind_title"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	OutletID       string     `json:"outlet_id" doc:"空为不限，以下各项同"`
	OutletName     string     `json:"outlet_name"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	Area           string     `json:"area"`
	AreaName       string     `json:"area_name"`
	Rule           string     `json:"rule"`
	RuleTitle      string     `json:"rule_title"`
	Factor         string     `json:"factor"`
	FactorName     string     `json:"factor_name"`
	From           string     `json:"from"`
	Until          string     `json:"until"`
	Recurs         string     `json:"recurs" doc:"每周的时段，例如 每周一 09:00—11:00；空为整段"`
	Reason         string     `json:"reason"`
	ReasonTitle    string     `json:"reason_title"`
	Words          string     `json:"words"`
	Follows        string     `json:"follows" doc:"由哪一条延长而来"`
	CreatedBy      string     `json:"created_by"`
	CreatedByName  string     `json:"created_by_name"`
	CreatedAt      string     `json:"created_at"`
	Version        int64      `json:"version"`
}

// SilenceFile is everything about one silence.
type SilenceFile struct {
	SilenceView
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
}

func (r silences) view(s silence.Silence) SilenceView {
	v := SilenceView{
		ID: s.ID, Number: s.Number, Kind: string(s.Kind), KindTitle: s.Kind.Title(), State: s.State, StateTitle: silence.Machine.StateTitle(s.State),
		OutletID: s.OutletID, OutletName: s.OutletName, EnterpriseID: s.EnterpriseID, EnterpriseName: s.EnterpriseName,
		Area: s.Area, AreaName: r.names.area(s.Area), Rule: s.Rule, Factor: s.Factor,
		From: when(s.From), Until: when(s.Until), Recurs: s.Spell(), Reason: s.Reason, ReasonTitle: s.ReasonTitle(), Words: s.Words,
		Follows: string(s.Follows), CreatedBy: s.CreatedBy, CreatedByName: s.CreatedByName, CreatedAt: when(s.CreatedAt), Version: s.Version,
	}
	if law, ok := r.rule.Rule(s.Rule); ok {
		v.RuleTitle = law.Title
	}
	if s.Factor != "" {
		v.FactorName = factor.Name(s.Factor)
	}
	return v
}

// SilenceQuery narrows a list of silences.
type SilenceQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、企业、监控点、情况"`
	State        []string `query:"state" doc:"状态，可多个：set 有效、lifted 已提前解除、over 已到期"`
	Kind         []string `query:"kind" doc:"silence 静默、plan 免打扰时段，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	OutletID     string   `query:"outlet_id" maxLength:"64"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
}

func (r silences) list(ctx context.Context, in *struct {
	SilenceQuery
	Paging
}) (Page[SilenceView], error) {
	page, err := r.silence.List(ctx, actor(ctx), silence.Query{Text: in.Q, States: states(silence.Machine, in.State), Kinds: in.Kind, Area: in.Area,
		OutletID: in.OutletID, EnterpriseID: in.EnterpriseID, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view), err
}

var silenceColumns = []column[SilenceView]{
	{sheet.Text("编号", 22), func(v SilenceView) any { return v.Number }},
	{sheet.Text("种类", 12), func(v SilenceView) any { return v.KindTitle }},
	{sheet.Text("状态", 12), func(v SilenceView) any { return v.StateTitle }},
	{sheet.Text("辖区", 16), func(v SilenceView) any { return v.AreaName }},
	{sheet.Text("企业", 28), func(v SilenceView) any { return v.EnterpriseName }},
	{sheet.Text("监控点", 24), func(v SilenceView) any { return v.OutletName }},
	{sheet.Text("规则", 24), func(v SilenceView) any { return v.RuleTitle }},
	{sheet.Text("因子", 16), func(v SilenceView) any { return v.FactorName }},
	{sheet.Time("开始"), func(v SilenceView) any { return v.From }},
	{sheet.Time("结束"), func(v SilenceView) any { return v.Until }},
	{sheet.Text("每周", 24), func(v SilenceView) any { return v.Recurs }},
	{sheet.Text("原因", 18), func(v SilenceView) any { return v.ReasonTitle }},
	{sheet.Text("情况", 40), func(v SilenceView) any { return v.Words }},
	{sheet.Text("设置人", 14), func(v SilenceView) any { return v.CreatedByName }},
	{sheet.Time("设置时间"), func(v SilenceView) any { return v.CreatedAt }},
}

// SilenceChoice is what a form of a silence offers.
type SilenceChoice struct {
	Rules        []RuleName    `json:"rules" nullable:"false" doc:"可静默的规则；超标规则不在其中"`
	Reasons      []flow.Option `json:"reasons" nullable:"false"`
	SilenceHours int           `json:"silence_hours" doc:"一次静默最多几小时"`
	PlanDays     int           `json:"plan_days" doc:"一次计划检修最多几天"`
	TurnHours    int           `json:"turn_hours" doc:"每周的时段每次最多几小时"`
	MaxDays      int           `json:"max_days" doc:"每周的时段最多设到几天之后"`
}

// RuleName is a rule to choose.
type RuleName struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func (r silences) choice(context.Context, *None) (SilenceChoice, error) {
	p := r.silence.Conf()
	out := SilenceChoice{Rules: []RuleName{}, Reasons: silence.Reasons, SilenceHours: int(p.Longest / time.Hour), PlanDays: int(p.PlanOnce / (24 * time.Hour)),
		TurnHours: int(p.Turn / time.Hour), MaxDays: int(p.PlanTill / (24 * time.Hour))}
	for _, x := range r.rule.Rules() {
		out.Rules = append(out.Rules, RuleName{x.ID, x.Title})
	}
	for _, x := range r.rule.Presences() {
		out.Rules = append(out.Rules, RuleName{x.ID, x.Title})
	}
	for _, x := range r.rule.Signs() {
		if x.Apart {
			continue
		}
		out.Rules = append(out.Rules, RuleName{x.ID, x.Title})
	}
	out.Rules = slices.DeleteFunc(out.Rules, func(n RuleName) bool {
		_, official := r.rule.Kind(n.ID)
		return official
	})
	return out, nil
}

// NewSilence is what an officer wants kept quiet.
type NewSilence struct {
	Body struct {
		Kind         string `json:"kind" enum:"silence,plan" doc:"silence 静默，plan 免打扰时段"`
		OutletID     string `json:"outlet_id,omitempty" maxLength:"64" doc:"监控点；空为企业或区域的全部"`
		EnterpriseID string `json:"enterprise_id,omitempty" maxLength:"64"`
		Area         string `json:"area,omitempty" maxLength:"12" doc:"只在不写监控点和企业时使用"`
		Rule         string `json:"rule,omitempty" maxLength:"40" doc:"规则，空为全部（超标除外）"`
		Factor       string `json:"factor,omitempty" maxLength:"40" doc:"因子编码，空为全部"`
		From         string `json:"from,omitempty" maxLength:"40" doc:"开始，空为现在"`
		Until        string `json:"until,omitempty" maxLength:"40" doc:"结束，不含"`
		Weekdays     []int  `json:"weekdays,omitempty" maxItems:"7" doc:"每周的时段：1 周一 … 7 周日；空为整段"`
		Begin        int    `json:"begin,omitempty" minimum:"0" maximum:"1439" doc:"每周的时段自零点起几分钟开始"`
		End          int    `json:"end,omitempty" minimum:"0" maximum:"1439" doc:"每周的时段几分钟结束，不晚于开始为次日"`
		Reason       string `json:"reason,omitempty" maxLength:"40"`
		Words        string `json:"words,omitempty" maxLength:"4000"`
	}
}

func (r silences) set(ctx context.Context, in *NewSilence) (SilenceFile, error) {
	b := in.Body
	n := silence.Silence{Kind: silence.Kind(b.Kind), OutletID: b.OutletID, EnterpriseID: b.EnterpriseID, Area: b.Area, Rule: b.Rule, Factor: b.Factor,
		Weekdays: b.Weekdays, Begin: b.Begin, End: b.End, Reason: b.Reason, Words: b.Words, From: r.silence.Now()}
	for _, x := range []struct {
		name, text string
		to         *time.Time
	}{{"from", b.From, &n.From}, {"until", b.Until, &n.Until}} {
		if x.text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, x.text)
		if err != nil {
			return SilenceFile{}, fault.Invalidf("时间格式有误").With(x.name, "应形如 2026-11-21T08:00:00+08:00")
		}
		*x.to = t
	}
	out, err := r.silence.Set(ctx, actor(ctx), n)
	if err != nil {
		return SilenceFile{}, err
	}
	return r.get(ctx, &ByID{string(out.ID)})
}

func (r silences) get(ctx context.Context, in *ByID) (SilenceFile, error) {
	f, err := r.silence.Get(ctx, actor(ctx), silence.ID(in.ID))
	if err != nil {
		return SilenceFile{}, err
	}
	out := SilenceFile{SilenceView: r.view(f.Silence), Actions: f.Actions}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r silences) act(ctx context.Context, in *Act) (SilenceFile, error) {
	id, err := r.silence.Do(ctx, actor(ctx), silence.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form)
	if err != nil {
		return SilenceFile{}, err
	}
	return r.get(ctx, &ByID{string(id)})
}
