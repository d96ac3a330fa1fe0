package coverage

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/permit"
)

// Live knows what every outlet reads now.
type Live interface {
	Current(outletID string) telemetry.Current
}

// Config holds the place's choices: its units in the official order, and which
// of them an area lies in ("" = none).
type Config struct {
	Rules  Rules
	Units  []string
	UnitOf func(area string) string
}

// Service counts.
type Service struct {
	db     *db.DB
	policy auth.Policy
	live   Live
	conf   Config
}

// New makes the service.
func New(d *db.DB, p auth.Policy, live Live, c Config) *Service { return &Service{d, p, live, c} }

// Report is the coverage within a reader's reach.
type Report struct {
	AsOf  time.Time
	Rules Rules
	Total Row
	Areas []Row // units with anything in them
}

// Report counts everything within the actor's reach.
func (s *Service) Report(ctx context.Context, actor auth.Actor) (Report, error) {
	out := Report{AsOf: s.db.Now(), Rules: s.conf.Rules, Total: newRow("", s.conf.Rules)}
	list, firms, err := s.read(ctx, actor)
	if err != nil {
		return out, err
	}
	by := map[string]*Row{}
	row := func(area string) *Row {
		unit := s.conf.UnitOf(area)
		if by[unit] == nil {
			r := newRow(unit, s.conf.Rules)
			by[unit] = &r
		}
		return by[unit]
	}
	for _, f := range firms {
		for _, r := range []*Row{&out.Total, row(f.area)} {
			r.Enterprises[f.class]++
			if f.metered {
				r.Metered[f.class]++
			}
		}
	}
	for _, p := range list {
		out.Total.add(p, s.conf.Rules)
		row(p.Outlet.Area).add(p, s.conf.Rules)
	}
	for _, u := range append(append([]string{}, s.conf.Units...), "") {
		if r := by[u]; r != nil {
			out.Areas = append(out.Areas, *r)
		}
	}
	return out, nil
}

// Query narrows a list of gaps; empty fields do not narrow.
type Query struct {
	Text   string // enterprise, outlet
	Area   string
	Reason Reason
	Kind   enterprise.Kind
	Class  enterprise.PermitClass
}

func (q Query) takes(g Gap, unit string) bool {
	o := g.Outlet
	return (q.Area == "" || q.Area == unit || strings.HasPrefix(o.Area, auth.AreaPrefix(q.Area))) && (q.Reason == "" || q.Reason == g.Reason) &&
		(q.Kind == "" || q.Kind == o.Kind) && (q.Class == "" || q.Class == g.Class) &&
		(q.Text == "" || strings.Contains(o.EnterpriseName, q.Text) || strings.Contains(o.Name, q.Text) || strings.Contains(o.Code, q.Text))
}

// Gaps lists the gaps within the actor's reach, by area, enterprise and outlet.
func (s *Service) Gaps(ctx context.Context, actor auth.Actor, q Query) ([]Gap, error) {
	list, _, err := s.read(ctx, actor)
	out := []Gap{}
	for _, p := range list {
		for _, g := range p.gaps(s.conf.Rules) {
			if q.takes(g, s.conf.UnitOf(p.Outlet.Area)) {
				out = append(out, g)
			}
		}
	}
	return out, err
}

// read gathers and judges every outlet within the actor's reach.
func (s *Service) read(ctx context.Context, actor auth.Actor) (list []Point, counted []firm, err error) {
	now := s.db.Now()
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		permits, err := permit.All(ctx, tx)
		if err != nil {
			return err
		}
		if list, err = points(ctx, tx, s.policy, actor); err != nil {
			return err
		}
		for i := range list {
			p := &list[i]
			p.Permit, p.Measured = permits[p.Outlet.ID], map[string]bool{}
			c := s.live.Current(p.Outlet.ID)
			p.LastAt = c.LastAt
			for _, v := range c.Values {
				if now.Sub(v.At) <= s.conf.Rules.window() {
					p.Measured[v.Factor] = true
				}
			}
			p.judge(s.conf.Rules, now)
		}
		counted, err = firms(ctx, tx, s.policy, actor)
		return err
	})
	return list, counted, err
}
