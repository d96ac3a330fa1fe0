package obligation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/permit"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, beijing)
	if err != nil {
		panic(err)
	}
	return t
}

func day0(s string) time.Time { return at(s + " 00:00") }

var (
	renewal   = Rule{ID: "renewal", Title: "延续", Each: EachEnterprise, Every: Expiry, Days: 60, Remind: []int{30, 7}, ValidFrom: day0("2021-03-01")}
	quarterly = Rule{ID: "quarterly", Title: "季报", Each: EachEnterprise, Every: Quarter, Days: 15, Remind: []int{10, 3}, Classes: []enterprise.PermitClass{enterprise.PermitKey}}
	monthly   = Rule{ID: "monthly", Title: "比对", Each: EachAuto, Every: Month, Kinds: []enterprise.Kind{enterprise.Water}, Seen: []string{"quality_control"}}
	manual    = Rule{ID: "manual", Title: "手工", Each: EachManual, Every: Year}
)

func outlet(id string, k enterprise.Kind, m permit.Monitor, device bool) Outlet {
	return Outlet{enterprise.Outlet{ID: id, Kind: k}, m, device}
}

func firm() Facts {
	return Facts{
		Enterprise:  enterprise.Enterprise{ID: "e", PermitClass: enterprise.PermitKey, CreatedAt: at("2026-10-01 09:00")},
		Certificate: permit.Certificate{Version: 1, ValidFrom: day0("2022-03-01"), ValidUntil: day0("2027-03-01")},
		Outlets: []Outlet{outlet("w-auto", enterprise.Water, permit.Auto, false), outlet("w-device", enterprise.Water, "", true), outlet("w-manual", enterprise.Water, permit.Manual, true),
			outlet("g-auto", enterprise.Gas, permit.Auto, true), outlet("rain", enterprise.Rain, "", false)},
	}
}

// told writes obligations as rule[/outlet]:period by their last day.
func told(list []Obligation) string {
	var out []string
	for _, o := range list {
		s := o.Rule
		if o.OutletID != "" {
			s += "/" + o.OutletID
		}
		out = append(out, s+":"+o.Period+" "+o.DueAt.In(beijing).Format("06-01-02"))
	}
	return strings.Join(out, "; ")
}

func TestWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules []Rule
		facts func(*Facts)
		now   string
		want  string
	}{
		"a permit's renewal is due so many days before its end":                             {[]Rule{renewal}, nil, "2026-11-20 10:00", "renewal:2027-02-28 26-12-30"},
		"without a permit nothing is renewed":                                               {[]Rule{renewal}, func(f *Facts) { f.Certificate = permit.Certificate{} }, "2026-11-20 10:00", ""},
		"the quarter that runs, and the one before it when that was due after registration": {[]Rule{quarterly}, nil, "2026-11-20 10:00", "quarterly:2026Q3 26-10-15; quarterly:2026Q4 27-01-15"},
		"what fell due before the enterprise was registered is not asked for":               {[]Rule{quarterly}, func(f *Facts) { f.Enterprise.CreatedAt = at("2026-10-16 00:00") }, "2026-11-20 10:00", "quarterly:2026Q4 27-01-15"},
		"nor a period before the permit":                                                    {[]Rule{quarterly}, func(f *Facts) { f.Certificate.ValidFrom = day0("2026-10-01") }, "2026-11-20 10:00", "quarterly:2026Q4 27-01-15"},
		"only the classes named":                                                            {[]Rule{quarterly}, func(f *Facts) { f.Enterprise.PermitClass = enterprise.PermitSimplified }, "2026-11-20 10:00", ""},
		"each outlet monitored automatically, by the permit or, where it is silent, by a device": {[]Rule{monthly}, nil, "2026-11-20 10:00",
			"monthly/w-auto:2026-10 26-10-31; monthly/w-device:2026-10 26-10-31; monthly/w-auto:2026-11 26-11-30; monthly/w-device:2026-11 26-11-30"},
		"each outlet monitored by hand":          {[]Rule{manual}, func(f *Facts) { f.Enterprise.CreatedAt = day0("2026-06-01") }, "2026-11-20 10:00", "manual/w-manual:2026 26-12-31"},
		"a rule asks for nothing before its day": {[]Rule{{ID: "new", Each: EachEnterprise, Every: Quarter, Days: 15, ValidFrom: day0("2026-12-01")}}, nil, "2026-11-20 10:00", "new:2026Q4 27-01-15"},
		"nor after it":                           {[]Rule{{ID: "old", Each: EachEnterprise, Every: Quarter, Days: 15, ValidUntil: day0("2026-12-01")}}, nil, "2026-11-20 10:00", "old:2026Q3 26-10-15"},
	} {
		f := firm()
		if c.facts != nil {
			c.facts(&f)
		}
		if got := told(Wanted(c.rules, f, at(c.now))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		every Every
		now   string
		want  string
	}{
		{Month, "2026-12-31 23:59", "2026-12 2026-12-01 2027-01-01"},
		{Quarter, "2026-10-01 00:00", "2026Q4 2026-10-01 2027-01-01"},
		{Quarter, "2026-03-31 12:00", "2026Q1 2026-01-01 2026-04-01"},
		{HalfYear, "2026-06-30 12:00", "2026H1 2026-01-01 2026-07-01"},
		{HalfYear, "2026-07-01 00:00", "2026H2 2026-07-01 2027-01-01"},
		{Year, "2026-07-01 00:00", "2026 2026-01-01 2027-01-01"},
	} {
		s := c.every.period(at(c.now))
		if got := fmt.Sprint(s.name, " ", s.from.Format(time.DateOnly), " ", s.until.Format(time.DateOnly)); got != c.want {
			t.Errorf("%s at %s: %s, want %s", c.every, c.now, got, c.want)
		}
	}
}

// steps writes changes as verb:rule, "make" and "move" for the rest.
func steps(list []Change) string {
	var out []string
	for _, c := range list {
		verb := string(c.Verb)
		if c.New {
			verb = "make"
		}
		if c.Move {
			verb = "move"
		}
		out = append(out, verb+":"+c.Obligation.Rule+":"+c.Obligation.Period)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// standing are the rows as an earlier pass made them.
func standing(rules []Rule, f Facts, now string) []Obligation {
	out := Wanted(rules, f, at(now))
	for i := range out {
		out[i].ID, out[i].Version = ID(fmt.Sprint(i)), 1
	}
	return out
}

func TestPlan(t *testing.T) {
	t.Parallel()
	qc := mark.Mark{Number: "WZ-B-1", OutletID: "w-auto", Kind: "quality_control", From: at("2026-11-05 08:00"), Until: at("2026-11-05 09:00")}
	only := func(f *Facts) { f.Outlets = f.Outlets[:1] }
	for name, c := range map[string]struct {
		rules []Rule
		first string // when the rows were made, "" = none yet
		alter func(*Facts)
		state flow.State
		marks []mark.Mark
		now   string
		want  string
	}{
		"made at first":                            {rules: []Rule{renewal}, now: "2026-11-20 10:00", want: "make:renewal:2027-02-28"},
		"made and reminded of at once when near":   {rules: []Rule{renewal}, now: "2026-12-05 10:00", want: "make:renewal:2027-02-28 remind:renewal:2027-02-28"},
		"nothing the second time":                  {rules: []Rule{renewal}, first: "2026-11-20 10:00", now: "2026-11-21 10:00"},
		"reminded of on the day, not before":       {rules: []Rule{renewal}, first: "2026-11-20 10:00", now: "2026-11-30 23:59"},
		"reminded of 30 days before":               {rules: []Rule{renewal}, first: "2026-11-20 10:00", now: "2026-12-01 00:00", want: "remind:renewal:2027-02-28"},
		"over when the last second is":             {rules: []Rule{renewal}, first: "2026-11-20 10:00", now: "2026-12-31 00:00", want: "lapse:renewal:2027-02-28"},
		"not over while it waits for an officer":   {rules: []Rule{renewal}, first: "2026-11-20 10:00", state: StateReported, now: "2026-12-31 00:00"},
		"a later end of the permit shows it done":  {rules: []Rule{renewal}, first: "2026-11-20 10:00", alter: func(f *Facts) { f.Certificate.ValidUntil = day0("2032-03-01") }, now: "2027-01-20 00:00", want: "make:renewal:2032-02-29 see:renewal:2027-02-28"},
		"an end entered wrongly goes with its day": {rules: []Rule{renewal}, first: "2026-11-20 10:00", alter: func(f *Facts) { f.Certificate.ValidUntil = day0("2027-02-01") }, now: "2026-11-21 10:00", want: "end:renewal:2027-02-28 make:renewal:2027-01-31 remind:renewal:2027-01-31"},
		"a longer lead moves the day":              {rules: []Rule{{ID: "renewal", Each: EachEnterprise, Every: Expiry, Days: 30}}, first: "", now: "2026-11-21 10:00", want: "make:renewal:2027-02-28"},
		"an outlet no longer automatic ends what is not due yet, and not what was": {rules: []Rule{monthly}, first: "2026-11-20 10:00", alter: func(f *Facts) { only(f); f.Outlets[0].Monitor = permit.Manual }, now: "2026-11-20 11:00",
			want: "end:monthly:2026-11 end:monthly:2026-11 lapse:monthly:2026-10 lapse:monthly:2026-10"},
		"a mark in the period shows it done": {rules: []Rule{monthly}, first: "2026-11-20 10:00", alter: only, marks: []mark.Mark{qc}, now: "2026-11-20 11:00",
			want: "end:monthly:2026-11 lapse:monthly:2026-10 lapse:monthly:2026-10 see:monthly:2026-11"},
	} {
		f := firm()
		var rows []Obligation
		if c.first != "" {
			rows = standing(c.rules, f, c.first)
		}
		for i := range rows {
			if c.state != "" {
				rows[i].State = c.state
			}
		}
		if c.alter != nil {
			c.alter(&f)
		}
		if got := steps(Plan(c.rules, f, rows, c.marks, at(c.now))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestPlan_MovesTheDay(t *testing.T) {
	t.Parallel()
	rows := standing([]Rule{renewal}, firm(), "2026-11-20 10:00")
	longer := renewal
	longer.Days = 30
	got := Plan([]Rule{longer}, firm(), rows, nil, at("2026-11-21 10:00"))
	if steps(got) != "move:renewal:2027-02-28" || got[0].Obligation.DueAt.In(beijing).Format(time.DateOnly) != "2027-01-29" {
		t.Errorf("%s %v", steps(got), got)
	}
}

func TestRemind_TheNearestOnly(t *testing.T) {
	t.Parallel()
	o := Wanted([]Rule{renewal}, firm(), at("2026-11-20 10:00"))[0]
	for now, want := range map[string]string{"2026-12-10 00:00": "remind:30:", "2026-12-24 00:00": "remind:7:", "2026-12-23 23:59": "remind:30:", "2027-01-01 00:00": "lapse:"} {
		got := remind(renewal, o, at(now))
		if len(got) != 1 || !strings.HasPrefix(got[0].Once, want) {
			t.Errorf("at %s: %+v, want %s", now, got, want)
		}
	}
}

func TestStage(t *testing.T) {
	t.Parallel()
	o := Wanted([]Rule{renewal}, firm(), at("2026-11-20 10:00"))[0] // by 12-30, near from 12-01
	for now, want := range map[string]Stage{"2026-11-30 23:59": Ahead, "2026-12-01 00:00": Soon, "2026-12-30 23:59": Soon, "2026-12-31 00:00": Overdue} {
		if got := o.Stage(at(now)); got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
	o.State = StateDone
	if got := o.Stage(at("2027-06-01 00:00")); got != Done || got.Title() != "已履行" {
		t.Errorf("done: %s", got)
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := Machine.Validate(); err != nil {
		t.Error(err)
	}
	for _, st := range []Stage{Ahead, Soon, Overdue, Reported, Done, Waived, Void} {
		if st.Title() == "" {
			t.Errorf("%s has no title", st)
		}
	}
}
