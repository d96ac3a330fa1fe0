package silence

import (
	"errors"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

var policy = Policy{Prefix: "WZ-J", Longest: 168 * time.Hour, PlanOnce: 31 * 24 * time.Hour, PlanTill: 366 * 24 * time.Hour, Turn: 12 * time.Hour}

// 2026-11-23 is a Monday.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, beijing)
}

func TestCovers_RecursByTheWeek(t *testing.T) {
	t.Parallel()
	monday := Silence{Kind: Plan, From: at(1, 0, 0), Until: at(30, 0, 0), Weekdays: []int{1}, Begin: 9 * 60, End: 11 * 60}
	night := Silence{Kind: Plan, From: at(1, 0, 0), Until: at(30, 0, 0), Weekdays: []int{7}, Begin: 22 * 60, End: 2 * 60}
	allDay := Silence{Kind: Plan, From: at(1, 0, 0), Until: at(30, 0, 0), Weekdays: []int{3}, Begin: 0, End: 0}
	once := Silence{Kind: Plan, From: at(23, 9, 0), Until: at(24, 9, 0)}
	for _, c := range []struct {
		name string
		s    Silence
		t    time.Time
		want bool
	}{
		{"before", monday, at(23, 8, 59), false}, {"begins", monday, at(23, 9, 0), true}, {"last minute", monday, at(23, 10, 59), true},
		{"ends", monday, at(23, 11, 0), false}, {"another day", monday, at(24, 9, 30), false},
		{"the week is over", Silence{Kind: Plan, From: at(1, 0, 0), Until: at(23, 9, 0), Weekdays: []int{1}, Begin: 540, End: 660}, at(23, 9, 30), false},
		{"night begins", night, at(22, 23, 0), true}, {"past midnight", night, at(23, 1, 59), true}, {"night ends", night, at(23, 2, 0), false}, {"next evening", night, at(23, 23, 0), false},
		{"whole day", allDay, at(25, 0, 0), true}, {"its last minute", allDay, at(25, 23, 59), true}, {"the next", allDay, at(26, 0, 0), false},
		{"once", once, at(24, 8, 59), true}, {"once is over", once, at(24, 9, 0), false},
	} {
		if got := c.s.covers(c.t.UTC()); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if got := night.Spell(); got != "每周日 22:00—次日 02:00" {
		t.Error(got)
	}
}

func TestQuiets(t *testing.T) {
	t.Parallel()
	x := Subject{OutletID: "o", EnterpriseID: "e", Area: "330302", Rule: "constant", Factor: "a21026", From: at(23, 9, 0), To: at(23, 10, 0)}
	base := Silence{State: StateSet, Kind: Silenced, Area: "330302", From: at(23, 12, 0), Until: at(23, 18, 0)}
	plan := Silence{State: StateOver, Kind: Plan, OutletID: "o", EnterpriseID: "e", Area: "330302", From: at(23, 9, 0), Until: at(23, 11, 0)}
	with := func(s Silence, f func(*Silence)) Silence { f(&s); return s }
	now := at(23, 15, 0)
	for _, c := range []struct {
		name string
		s    Silence
		x    Subject
		now  time.Time
		want bool
	}{
		{"the area", base, x, now, true},
		{"a larger area", with(base, func(s *Silence) { s.Area = "330300" }), x, now, true},
		{"another area", with(base, func(s *Silence) { s.Area = "330381" }), x, now, false},
		{"its enterprise, whatever the area", with(base, func(s *Silence) { s.Area, s.EnterpriseID = "330381", "e" }), x, now, true},
		{"another outlet", with(base, func(s *Silence) { s.OutletID = "p" }), x, now, false},
		{"another rule", with(base, func(s *Silence) { s.Rule = "drop" }), x, now, false},
		{"another factor", with(base, func(s *Silence) { s.Factor = "a21002" }), x, now, false},
		{"not begun", base, x, at(23, 11, 59), false},
		{"over", base, x, at(23, 18, 0), false},
		{"lifted", with(base, func(s *Silence) { s.State = StateLifted }), x, now, false},
		{"a plan goes by the data, though it is over", plan, x, now, true},
		{"one value after the plan", plan, Subject{OutletID: "o", EnterpriseID: "e", From: at(23, 9, 0), To: at(23, 11, 0)}, now, false},
		{"it began before the plan", plan, Subject{OutletID: "o", EnterpriseID: "e", From: at(23, 8, 0), To: at(23, 10, 0)}, now, false},
	} {
		if got := c.s.quiets(c.x, c.now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// An alarm of several signs is quiet when each of them is, by whichever silence.
func TestQuieting_EverySign(t *testing.T) {
	t.Parallel()
	now := at(23, 15, 0)
	x := Subject{OutletID: "o", EnterpriseID: "e", Area: "330302", Rule: "constant", Factor: "a21026", Also: []Sign{{"constant", "a21002"}, {"drop", ""}}}
	of := func(id, rule, factor string) Silence {
		return Silence{ID: ID(id), State: StateSet, Kind: Silenced, OutletID: "o", Area: "330302", Rule: rule, Factor: factor, From: at(23, 12, 0), Until: at(23, 18, 0)}
	}
	for _, c := range []struct {
		name string
		list []Silence
		want ID // "" = people are told
	}{
		{"none", nil, ""},
		{"the whole outlet", []Silence{of("1", "", "")}, "1"},
		{"the first sign's rule", []Silence{of("1", "constant", "")}, ""},
		{"another's alone", []Silence{of("1", "drop", "")}, ""},
		{"both rules", []Silence{of("1", "drop", ""), of("2", "constant", "")}, "2"},
		{"one factor of two", []Silence{of("1", "drop", ""), of("2", "constant", "a21026")}, ""},
		{"each by its own", []Silence{of("1", "drop", ""), of("2", "constant", "a21026"), of("3", "", "a21002")}, "2"},
	} {
		got, ok := quieting(c.list, x, now)
		if got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q", c.name, got.ID, ok, c.want)
		}
	}
	if !of("1", "drop", "").Speaks(x) || of("1", "smooth", "").Speaks(x) {
		t.Error("a silence speaks of an alarm that rests on its sign")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	now := at(23, 12, 0)
	good := Silence{Kind: Silenced, OutletID: "o", From: now, Until: now.Add(4 * time.Hour), Reason: "maintenance", Words: "更换采样泵"}
	plan := Silence{Kind: Plan, OutletID: "o", From: now, Until: now.AddDate(0, 6, 0), Weekdays: []int{1}, Begin: 540, End: 660, Reason: "calibration", Words: "每周校准"}
	for _, c := range []struct {
		field           string
		s               Silence
		change          func(*Silence)
		known, official bool
	}{
		{"", good, func(*Silence) {}, true, false},
		{"", plan, func(*Silence) {}, true, false},
		{"until", good, func(s *Silence) { s.Until = time.Time{} }, true, false},
		{"until", good, func(s *Silence) { s.Until = now }, true, false},
		{"until", good, func(s *Silence) { s.Until = now.Add(169 * time.Hour) }, true, false},
		{"from", good, func(s *Silence) { s.From = now.Add(-time.Hour) }, true, false},
		{"reason", good, func(s *Silence) { s.Reason = "" }, true, false},
		{"reason", good, func(s *Silence) { s.Reason = "lunch" }, true, false},
		{"words", good, func(s *Silence) { s.Words = " " }, true, false},
		{"rule", good, func(s *Silence) { s.Rule = "gas-hour" }, true, true},
		{"rule", good, func(s *Silence) { s.Rule = "nonesuch" }, false, false},
		{"weekdays", good, func(s *Silence) { s.Weekdays = []int{1} }, true, false},
		{"kind", good, func(s *Silence) { s.Kind = "for ever" }, true, false},
		{"outlet_id", plan, func(s *Silence) { s.OutletID = "" }, true, false},
		{"weekdays", plan, func(s *Silence) { s.Weekdays = []int{1, 1} }, true, false},
		{"weekdays", plan, func(s *Silence) { s.Weekdays = []int{8} }, true, false},
		{"end", plan, func(s *Silence) { s.End = 8 * 60 }, true, false},
		{"until", plan, func(s *Silence) { s.Until = now.AddDate(2, 0, 0) }, true, false},
		{"until", plan, func(s *Silence) { s.Weekdays = nil }, true, false},
	} {
		s := c.s
		c.change(&s)
		err := Check(policy, s, c.known, c.official, now)
		var bad *fault.Error
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%+v: %v", s, err)
		case c.field != "" && (!errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Name != c.field):
			t.Errorf("want a problem with %s: %+v", c.field, bad)
		}
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := Machine.Validate(); err != nil {
		t.Fatal(err)
	}
}
