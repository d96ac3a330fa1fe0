// Package find answers the one search box (全局检索): issues, clues, alarms,
// enterprises and outlets by number, by any part of their text, and enterprises
// also by the first letters of their name in pinyin. It only reads, through each
// feature's own list, so that nobody finds what they may not see.
package find

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/rule"
)

// Kind is what sort of thing was found.
type Kind string

// The kinds, in the order in which they are shown.
const (
	Issues      Kind = "issue"
	Clues       Kind = "clue"
	Alarms      Kind = "alarm"
	Enterprises Kind = "enterprise"
	Outlets     Kind = "outlet"
)

// Hit is one thing that was found.
type Hit struct {
	ID, Number, Title string
	Area              string     // code
	State             flow.State // "" where there is none
	StateTitle        string
}

// Group is what was found of one kind: the first few, and how many there are;
// More tells that there are more than are shown, Counted that Total is known.
type Group struct {
	Kind    Kind
	Hits    []Hit
	More    bool
	Counted bool
	Total   int
	Capped  bool // Total is "at least"
}

const (
	few      = 6
	shortest = 2   // characters
	longest  = 100 // characters
)

// Service searches.
type Service struct {
	policy      auth.Policy
	issues      *issue.Service
	clues       *clue.Service
	rules       *rule.Service
	enterprises *enterprise.Service
}

// New makes the service.
func New(p auth.Policy, i *issue.Service, c *clue.Service, r *rule.Service, e *enterprise.Service) *Service {
	return &Service{p, i, c, r, e}
}

// Find gives the groups of what the actor may see and the words find; kinds of
// which nothing was found are left out. Words of fewer than two characters, or
// more than a hundred, are Invalid.
func (s *Service) Find(ctx context.Context, actor auth.Actor, words string) ([]Group, error) {
	words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(words); n < shortest || n > longest {
		return nil, fault.Invalidf("请输入 %d 至 %d 个字", shortest, longest).With("q", "编号，或至少 %d 个字", shortest)
	}
	out := []Group{}
	for _, k := range []struct {
		kind Kind
		need auth.Capability
		find func(context.Context, auth.Actor, string) (Group, error)
	}{
		{Issues, auth.IssueRead, s.issue},
		{Clues, auth.ClueRead, s.clue},
		{Alarms, auth.AlarmRead, s.alarm},
		{Enterprises, auth.RegistryRead, s.enterprise},
		{Outlets, auth.TelemetryRead, s.outlet},
	} {
		if !s.policy.Anywhere(actor, k.need) {
			continue
		}
		g, err := k.find(ctx, actor, words)
		if err != nil {
			return nil, err
		}
		if g.Kind = k.kind; len(g.Hits) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

func group[T any](p db.Page[T], counted bool, hit func(T) Hit) Group {
	g := Group{More: p.Next != "", Counted: counted, Total: p.Total, Capped: p.Capped}
	for _, x := range p.Items {
		g.Hits = append(g.Hits, hit(x))
	}
	return g
}

func (s *Service) issue(ctx context.Context, actor auth.Actor, words string) (Group, error) {
	p, err := s.issues.List(ctx, actor, issue.Query{Words: words, Limit: few})
	return group(p, true, func(i issue.Issue) Hit {
		return Hit{string(i.ID), i.Number, i.Title, i.Area, i.State, s.issues.Machine().StateTitle(i.State)}
	}), err
}

func (s *Service) clue(ctx context.Context, actor auth.Actor, words string) (Group, error) {
	p, err := s.clues.List(ctx, actor, clue.Query{Words: words, Limit: few})
	return group(p, true, func(c clue.Clue) Hit {
		return Hit{string(c.ID), c.Number, c.Title, c.Area, c.State, s.clues.Machine().StateTitle(c.State)}
	}), err
}

func (s *Service) alarm(ctx context.Context, actor auth.Actor, words string) (Group, error) {
	p, err := s.rules.List(ctx, actor, rule.Query{Text: words, Limit: few})
	return group(p, false, func(a rule.Alarm) Hit {
		return Hit{string(a.ID), a.Number, a.EnterpriseName + "：" + a.Summary, a.Area, a.State, rule.Machine.StateTitle(a.State)}
	}), err
}

func (s *Service) enterprise(ctx context.Context, actor auth.Actor, words string) (Group, error) {
	p, err := s.enterprises.List(ctx, actor, enterprise.Query{Text: words, Limit: few})
	return group(p, false, func(e enterprise.Enterprise) Hit { return Hit{ID: e.ID, Number: e.Code, Title: e.Name, Area: e.Area} }), err
}

func (s *Service) outlet(ctx context.Context, actor auth.Actor, words string) (Group, error) {
	p, err := s.enterprises.ListOutlets(ctx, actor, auth.TelemetryRead, enterprise.Query{Text: words, Limit: few})
	return group(p, false, func(o enterprise.Outlet) Hit {
		return Hit{ID: o.ID, Number: o.Code, Title: o.EnterpriseName + " " + o.Name, Area: o.Area}
	}), err
}
