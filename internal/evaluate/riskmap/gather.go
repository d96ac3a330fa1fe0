package riskmap

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// beijing is the zone of months.
var beijing = time.FixedZone("CST", 8*3600)

// begin is the first moment of a month.
func (m Month) begin() time.Time {
	return time.Date(m.Year(), time.Month(int(m)%12+1), 1, 0, 0, 0, 0, beijing)
}

// MonthAt is the month that a moment lies in.
func MonthAt(t time.Time) Month { t = t.In(beijing); return MonthOf(t.Year(), t.Month()) }

// book is what was entered and counted, by unit, kind and month.
type book struct {
	entered map[valueKey]Value
	counted map[valueKey]int64
	known   map[valueKey]bool // months that the program counted
}

type valueKey struct {
	unit  string
	kind  ValueKind
	month Month
}

// gather collects the facts of a month.
func (s *Service) gather(ctx context.Context, tx *db.Tx, m Month) (Gathered, error) {
	g := Gathered{Facts: Facts{Profile: s.conf.Profile, Month: m}, Rows: map[string][]Row{}}
	t, ok := At(s.conf.Tables, m)
	if !ok {
		return g, errNoTable(m)
	}
	b, err := s.book(ctx, tx, m)
	if err != nil {
		return g, err
	}
	items, err := itemsOf(ctx, tx, (m - Month(t.EventMonths) + 1).begin(), (m + 1).begin())
	if err != nil {
		return g, err
	}
	for _, unit := range s.conf.Units {
		u := UnitFacts{Code: unit.Code, Name: unit.Name}
		add := func(r Row) { g.Rows[u.Code] = append(g.Rows[u.Code], r) }
		u.Water = s.compared(b, u.Code, WaterShare, m, "environment", add)
		u.Air = s.compared(b, u.Code, AirIndex, m, "environment", add)
		u.Complaints = s.compared(b, u.Code, Complaint, m, "complaints", add)
		for k := Month(2); k >= 0; k-- {
			v, row := s.one(b, u.Code, Exceedance, m-k)
			u.Exceedances = append(u.Exceedances, v)
			if row.Title != "" {
				row.Aspect = "monitoring"
				add(row)
			}
		}
		for _, x := range items {
			if s.conf.UnitOf(x.Area) == u.Code {
				u.take(m, x, add)
			}
		}
		g.Facts.Units = append(g.Facts.Units, u)
	}
	return g, nil
}

// take adds an item to a unit's facts.
func (u *UnitFacts) take(m Month, x Item, add func(Row)) {
	row := Row{Title: x.Title, Origin: "登记", Document: x.Document, By: x.ByName, At: x.Date.Format(time.DateOnly), ItemID: x.ID}
	this := MonthOf(x.Date.Year(), x.Date.Month()) == m
	switch {
	case x.Kind == "event":
		u.Events = append(u.Events, Event{x.Date, x.Grade})
		row.Aspect, row.Value = "safety", Titled(Grades, x.Grade)+"突发环境事件"
	case x.Kind == "discovery" && this:
		u.Discovery = append(u.Discovery, Found{x.Level, x.What, x.SelfFound})
		row.Aspect, row.Value = "discovery", Titled(Levels, x.Level)+"，"+Titled(Kinds, x.What)
		if x.SelfFound {
			row.Value += "，本地已发现并主动查处"
		}
	case x.Kind == "mass_incident" && this:
		u.MassIncident = true
		row.Aspect, row.Value = "complaints", "群体性事件"
	default:
		return
	}
	add(row)
}

// compared reads a value and its three years before.
func (s *Service) compared(b book, unit string, kind ValueKind, m Month, aspect string, add func(Row)) *Compared {
	c := &Compared{}
	some := false
	for k := range 4 {
		v, row := s.one(b, unit, kind, m-Month(12*k))
		if k == 0 {
			c.Value = v
		} else {
			c.Baseline = append(c.Baseline, v)
		}
		if v != nil {
			some = true
			row.Aspect = aspect
			add(row)
		}
	}
	if !some {
		return nil
	}
	return c
}

// one is a unit's value of a month: what was entered, else what was counted.
func (s *Service) one(b book, unit string, kind ValueKind, m Month) (*big.Rat, Row) {
	key := valueKey{unit, kind, m}
	title := ""
	for _, k := range ValueKinds {
		if k.ID == kind {
			title = m.Title() + k.Title
		}
	}
	if v, ok := b.entered[key]; ok {
		shown := v.Value.String()
		if kind == WaterShare {
			shown = percentText(v.Value.Rat())
		}
		return v.Value.Rat(), Row{Title: title, Value: shown, Origin: "登记", Document: v.Document, By: v.ByName, At: v.CreatedAt.In(beijing).Format("2006-01-02 15:04")}
	}
	if !b.known[key] {
		return nil, Row{}
	}
	last := (m + 1).begin().AddDate(0, 0, -1).Format(time.DateOnly)
	link := fmt.Sprintf("/clues?area=%s&source=%s&from=%s&to=%s", unit, s.sources(), m.begin().Format(time.DateOnly), last)
	if kind == Exceedance {
		link = fmt.Sprintf("/alarms?area=%s&level=exceed,grave&from=%s&to=%s", unit, m.begin().Format(time.DateOnly), last)
	}
	return big.NewRat(b.counted[key], 1), Row{Title: title, Value: fmt.Sprint(b.counted[key]), Origin: "系统计数", Link: link}
}

func (s *Service) sources() string {
	out := ""
	for i, x := range s.conf.Sources {
		if i > 0 {
			out += ","
		}
		out += x
	}
	return out
}

// book reads what was entered and counts what the program saw.
func (s *Service) book(ctx context.Context, tx *db.Tx, m Month) (book, error) {
	b := book{map[valueKey]Value{}, map[valueKey]int64{}, map[valueKey]bool{}}
	values, err := valuesOf(ctx, tx, []Month{m, m - 1, m - 2, m - 12, m - 24, m - 36})
	if err != nil {
		return b, err
	}
	for _, v := range values { // newest first
		if key := (valueKey{s.conf.UnitOf(v.Area), v.Kind, v.Month}); b.entered[key].ID == "" {
			b.entered[key] = v
		}
	}
	clue, alarm, err := begun(ctx, tx)
	if err != nil {
		return b, err
	}
	for _, k := range []Month{m, m - 12, m - 24, m - 36} {
		if !counts(clue, k, m) {
			continue
		}
		list, err := complaintsIn(ctx, tx, s.conf.Sources, k.begin(), (k + 1).begin())
		if err != nil {
			return b, err
		}
		s.tally(b, Complaint, k, list)
	}
	for _, k := range []Month{m, m - 1, m - 2} {
		if !counts(alarm, k, m) {
			continue
		}
		list, err := exceedancesIn(ctx, tx, k.begin(), (k + 1).begin())
		if err != nil {
			return b, err
		}
		s.tally(b, Exceedance, k, list)
	}
	return b, nil
}

// counts reports whether the program's own count of a month says anything: it ran
// before the month began, or, of the month judged, at least within it.
func counts(first time.Time, k, judged Month) bool {
	if first.IsZero() {
		return false
	}
	return !first.After(k.begin()) || k == judged && first.Before((k+1).begin())
}

func (s *Service) tally(b book, kind ValueKind, m Month, list []tally) {
	for _, u := range s.conf.Units {
		b.known[valueKey{u.Code, kind, m}] = true
	}
	for _, t := range list {
		b.counted[valueKey{s.conf.UnitOf(t.area), kind, m}] += t.n
	}
}
