package api

import (
	"context"
	"net/url"

	"github.com/qingshao/qingshao/internal/evaluate/find"
	"github.com/qingshao/qingshao/internal/flow"
)

// finder is the resource of the one search box.
type finder struct {
	find  *find.Service
	names Names
}

// Find registers the search over everything.
func (a *API) Find(s *find.Service, n Names) {
	r := finder{s, n}
	get(a, "find", "/find", "全局检索", r.get)
}

// FoundView is what was found of every kind.
type FoundView struct {
	Groups []FoundGroup `json:"groups" nullable:"false" doc:"没有结果的种类不列出"`
}

// FoundGroup is what was found of one kind.
type FoundGroup struct {
	Kind   find.Kind  `json:"kind" enum:"issue,clue,alarm,enterprise,outlet"`
	Title  string     `json:"title"`
	Hits   []FoundHit `json:"hits" nullable:"false" doc:"最前的几条"`
	More   bool       `json:"more" doc:"还有更多，见列表"`
	Total  int        `json:"total" doc:"共有多少，未计数的为零"`
	Capped bool       `json:"capped" doc:"实际多于所示的数"`
	Link   string     `json:"link" doc:"列出全部的页面"`
}

// FoundHit is one thing that was found.
type FoundHit struct {
	ID         string     `json:"id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	AreaName   string     `json:"area_name"`
	State      flow.State `json:"state"`
	StateTitle string     `json:"state_title"`
	Link       string     `json:"link"`
}

var foundKinds = map[find.Kind]struct{ title, path string }{
	find.Issues: {"问题", "/issues"}, find.Clues: {"线索", "/clues"}, find.Alarms: {"预警", "/alarms"},
	find.Enterprises: {"企业", "/enterprises"}, find.Outlets: {"监控点", "/outlets"},
}

func (r finder) get(ctx context.Context, in *struct {
	Q string `query:"q" maxLength:"100" doc:"编号、文字，或企业名称的拼音首字母；至少两个字"`
}) (FoundView, error) {
	groups, err := r.find.Find(ctx, actor(ctx), in.Q)
	out := FoundView{Groups: []FoundGroup{}}
	for _, g := range groups {
		k := foundKinds[g.Kind]
		v := FoundGroup{Kind: g.Kind, Title: k.title, Hits: []FoundHit{}, More: g.More, Link: k.path + "?q=" + url.QueryEscape(in.Q)}
		if g.Counted {
			v.Total, v.Capped = g.Total, g.Capped
		}
		for _, h := range g.Hits {
			v.Hits = append(v.Hits, FoundHit{h.ID, h.Number, h.Title, r.names.area(h.Area), h.State, h.StateTitle, k.path + "/" + h.ID})
		}
		out.Groups = append(out.Groups, v)
	}
	return out, err
}
