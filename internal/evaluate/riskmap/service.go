package riskmap

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Config is what differs between places.
type Config struct {
	Profile string
	Tables  []Table
	Root    string // code of the whole
	Units   []UnitName
	UnitOf  func(area string) string // "" = none
	Sources []string                 // of clues that are complaints
	Prefix  string                   // of numbers, e.g. WZ-R

	TaskPrefix string // of the numbers of tasks, e.g. WZ-T
}

// UnitName is a unit in the official order.
type UnitName struct{ Code, Name string }

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Notify   *notify.Service
	Timeline *timeline.Book
	Calendar timeline.Calendar
	Files    Files
}

// Files joins uploaded files to what they are about.
type Files interface {
	Attach(ctx context.Context, tx *db.Tx, ids []string, kind, subject string) error
}

// Service gathers, judges, freezes and signs.
type Service struct {
	Deps
	conf Config
}

// New makes the service.
func New(d Deps, c Config) *Service { return &Service{d, c} }

var errStale = fault.Conflictf("这一期已被他人更新，请刷新后重试")

func errNoTable(m Month) error {
	return fault.Invalidf("地方配置中没有适用于 %s 的判定表", m.Title())
}

// Shown is a map as a person reads it.
type Shown struct {
	Month    Month
	Live     bool // of the facts as they stand now
	Edition  Edition
	Source   string
	Choices  []string
	Result   Result
	Editions []Edition // of the month, the newest first
	Months   []Month   // that have a signed map, the newest first
}

// See checks that the actor may see the edition.
func (s *Service) See(_ context.Context, actor auth.Actor, _ string) error {
	return s.Auth.Require(actor, auth.RiskRead, s.scope())
}

func (s *Service) scope() auth.Scope { return auth.Scope{Area: s.conf.Root} }

// most bounds the months that are offered.
const most = 60

// Map shows a month: the edition asked for, else the signed one, else, or when
// live is asked, the facts as they stand. Without a month it is the newest
// signed one, else the running month.
func (s *Service) Map(ctx context.Context, actor auth.Actor, m Month, edition ID, live bool) (out Shown, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.read(ctx, tx, m, edition, live)
		return err
	})
	return out, err
}

func (s *Service) read(ctx context.Context, tx *db.Tx, m Month, edition ID, live bool) (out Shown, err error) {
	if out.Months, err = signedMonths(ctx, tx, most); err != nil {
		return out, err
	}
	if edition != "" {
		if out.Edition, err = editionByID(ctx, tx, edition); db.IsMissing(err) {
			return out, fault.NotFoundf("没有这一期风险预警图")
		} else if err != nil {
			return out, err
		}
		m = out.Edition.Month
	}
	if m == 0 {
		m = MonthAt(tx.Now)
		if len(out.Months) > 0 && !live {
			m = out.Months[0]
		}
	}
	out.Month = m
	if out.Editions, err = editionsOf(ctx, tx, m); err != nil {
		return out, err
	}
	for _, e := range out.Editions {
		if out.Edition.ID == "" && !live && e.State == StateSigned {
			out.Edition = e
		}
	}
	if e := out.Edition; e.ID != "" {
		out.Source, out.Choices, out.Result = e.Source, e.Choices, e.Result
		return out, nil
	}
	g, err := s.gather(ctx, tx, m)
	if err != nil {
		return out, err
	}
	t, _ := At(s.conf.Tables, m)
	out.Live, out.Source, out.Choices, out.Result = true, t.Source, t.Choices(), Judge(t, g.Facts)
	return out, nil
}

// Behind is a unit's verdict with the rows behind it and what would turn it.
type Behind struct {
	Shown
	Unit  Unit
	Name  string
	Rows  []Row
	Edges []Edge
}

// Unit opens one unit of a map.
func (s *Service) Unit(ctx context.Context, actor auth.Actor, unit string, m Month, edition ID, live bool) (out Behind, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if out.Shown, err = s.read(ctx, tx, m, edition, live); err != nil {
			return err
		}
		facts, rows, err := s.facts(ctx, tx, out.Shown)
		if err != nil {
			return err
		}
		t, ok := At(s.conf.Tables, out.Month)
		if !ok {
			return errNoTable(out.Month)
		}
		for _, u := range out.Result.Units {
			if u.Code == unit {
				out.Unit, out.Rows = u, rows[unit]
				for k := range facts.Units {
					if facts.Units[k].Code == unit {
						out.Name, out.Edges = facts.Units[k].Name, t.Edges(out.Month, &facts.Units[k])
					}
				}
				return nil
			}
		}
		return fault.NotFoundf("这一期没有代码为“%s”的单元", unit)
	})
	return out, err
}

// facts are those of what is shown, frozen or live.
func (s *Service) facts(ctx context.Context, tx *db.Tx, v Shown) (Facts, map[string][]Row, error) {
	if v.Live {
		g, err := s.gather(ctx, tx, v.Month)
		return g.Facts, g.Rows, err
	}
	f, err := Read(strings.NewReader(string(v.Edition.Facts)), v.Edition.Number, v.Month)
	return f, v.Edition.Rows, err
}

// Facts are a map's facts as a facts file, which the command line judges to the
// same verdict.
func (s *Service) Facts(ctx context.Context, actor auth.Actor, m Month, edition ID, live bool) (text []byte, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.read(ctx, tx, m, edition, live)
		if err != nil || !v.Live {
			text = v.Edition.Facts
			return err
		}
		g, err := s.gather(ctx, tx, v.Month)
		if err != nil {
			return err
		}
		text, err = g.Facts.MarshalJSON()
		return err
	})
	return text, err
}

// WhatIf is what a person supposes beside the facts.
type WhatIf struct {
	Complaints, Exceedances int64 // more of them
	Share, Index            string
	Grade                   string
	Level, Kind             string
	MassIncident            bool
}

// Suppose judges a unit as if more had happened; nothing is kept.
func (s *Service) Suppose(ctx context.Context, actor auth.Actor, unit string, m Month, w WhatIf) (out Unit, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		v, err := s.read(ctx, tx, m, "", true)
		if err != nil {
			return err
		}
		g, err := s.gather(ctx, tx, v.Month)
		if err != nil {
			return err
		}
		t, _ := At(s.conf.Tables, v.Month)
		for i := range g.Facts.Units {
			if g.Facts.Units[i].Code == unit {
				u := g.Facts.Units[i].clone()
				if err := w.apply(&u, v.Month); err != nil {
					return err
				}
				out = t.Unit(v.Month, &u)
				return nil
			}
		}
		return fault.NotFoundf("没有代码为“%s”的单元", unit)
	})
	return out, err
}

func (w WhatIf) apply(u *UnitFacts, m Month) error {
	if w.Complaints != 0 && u.Complaints != nil && u.Complaints.Value != nil {
		u.Complaints.Value.Add(u.Complaints.Value, decimal.Decimal{Mantissa: w.Complaints}.Rat())
	}
	if w.Exceedances != 0 && len(u.Exceedances) == 3 && u.Exceedances[2] != nil {
		u.Exceedances[2].Add(u.Exceedances[2], decimal.Decimal{Mantissa: w.Exceedances}.Rat())
	}
	for _, x := range []struct {
		text, field string
		to          **Compared
	}{{w.Share, "share", &u.Water}, {w.Index, "index", &u.Air}} {
		if x.text == "" {
			continue
		}
		v, err := decimal.Parse(x.text)
		if err != nil || v.Mantissa < 0 {
			return fault.Invalidf("假设的数值有误").With(x.field, "应为不小于 0 的数")
		}
		c := Compared{}
		if *x.to != nil {
			c = **x.to
		}
		c.Value = v.Rat()
		*x.to = &c
	}
	if w.Grade != "" {
		u.Events = append(u.Events, Event{m.begin(), w.Grade})
	}
	if w.Kind != "" {
		u.Discovery = append(u.Discovery, Found{Level: w.Level, Kind: w.Kind})
	}
	u.MassIncident = u.MassIncident || w.MassIncident
	return nil
}
