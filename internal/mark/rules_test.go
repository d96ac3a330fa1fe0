package mark

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, beijing)
	if err != nil {
		panic(err)
	}
	return t
}

func TestTableFor_TheMostSpecialThatHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ industry, day, want string }{
		{"D4417", "2026-11-01 00:00", "incineration-2020"},
		{"4417", "2026-11-01 00:00", "incineration-2020"},
		{"D4411", "2026-11-01 00:00", "power-cement-paper-2020"},
		{"C3011", "2026-11-01 00:00", "power-cement-paper-2020"},
		{"C3011", "2019-11-01 00:00", "general-2017"}, // not in force yet
		{"D4417", "2019-11-01 00:00", "general-2017"},
		{"C3360", "2026-11-01 00:00", "general-2017"},
		{"", "2026-11-01 00:00", "general-2017"},
		{"", "2010-11-01 00:00", "general-2017"}, // nothing older is known
	} {
		if got := TableFor(c.industry, at(c.day)); got.ID != c.want {
			t.Errorf("%+v: %s", c, got.ID)
		}
	}
}

func TestTables_AreWhole(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, x := range Tables() {
		if ids[x.ID] || x.Title == "" || x.Source == "" || x.Certainty == "" || x.LateDays == 0 || x.ProofDay == 0 || x.AheadDays == 0 {
			t.Errorf("%+v", x)
		}
		ids[x.ID] = true
		kinds := map[string]bool{}
		for _, k := range x.Kinds {
			if kinds[k.ID] || k.Title == "" || k.Effect.Title() == "" || k.Family.Title() == "" {
				t.Errorf("%s: %+v", x.ID, k)
			}
			kinds[k.ID] = true
			if _, ok := x.Quota(k.Quota); k.Quota != "" && !ok {
				t.Errorf("%s: no budget %s", x.ID, k.Quota)
			}
			// What takes data away says so with a flag; what exempts lets them keep theirs.
			if (k.Effect == Exempt) != (k.Flag == "") || k.Flag == "N" {
				t.Errorf("%s %s: flag %q with %s", x.ID, k.ID, k.Flag, k.Effect)
			}
		}
	}
	if !slices.ContainsFunc(Tables(), func(x Table) bool { return len(x.Industries) == 0 }) {
		t.Error("no table for the others")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	now := at("2026-11-21 09:30")
	burn, plain := tables[0], tables[len(tables)-1]
	good := func() New {
		return New{OutletID: "o", Kind: "maintenance", From: at("2026-11-20 08:00"), Until: at("2026-11-20 10:00"), Reason: "更换滤芯"}
	}
	stood := Mark{ID: "m1", Number: "B-1", Rules: plain.ID, Kind: "stopped", Family: Operating, Effect: Stopped, From: at("2026-11-20 09:00"), Until: at("2026-11-20 20:00")}
	care := Mark{ID: "m2", Number: "B-2", Rules: plain.ID, Kind: "maintenance", Family: Monitor, Effect: Invalid, Factors: []string{"a21026"},
		From: at("2026-11-20 09:00"), Until: at("2026-11-20 20:00")}
	quota := Mark{ID: "m3", Number: "B-3", Rules: burn.ID, Kind: "start", Family: Operating, Effect: Exempt, From: at("2026-02-01 00:00"), Until: at("2026-02-03 11:00")} // 59 h
	for _, c := range []struct {
		name   string
		table  Table
		kind   enterprise.Kind
		others []Mark
		change func(*New)
		want   string // fields, ! = refused, ? = pointed out
	}{
		{"good", plain, enterprise.Gas, nil, func(*New) {}, ""},
		{"everything missing", plain, enterprise.Gas, nil, func(n *New) { *n = New{} }, "!kind !from !reason"},
		{"no such kind", plain, enterprise.Gas, nil, func(n *New) { n.Kind = "holiday" }, "!kind"},
		{"a kind of gas at water", plain, enterprise.Water, nil, func(n *New) { n.Kind = "start" }, "!kind"},
		{"backwards", plain, enterprise.Gas, nil, func(n *New) { n.Until = n.From }, "!until"},
		{"ten days ago", plain, enterprise.Gas, nil, func(n *New) { n.From = now.AddDate(0, 0, -10) }, ""},
		{"more than ten days ago", plain, enterprise.Gas, nil, func(n *New) { n.From = now.AddDate(0, 0, -10).Add(-time.Minute) }, "!from"},
		{"a stop planned ahead", plain, enterprise.Gas, nil, func(n *New) { n.From, n.Until = now.AddDate(0, 0, 1), now.AddDate(0, 0, 31) }, ""},
		{"too far ahead", plain, enterprise.Gas, nil, func(n *New) { n.Until = now.AddDate(0, 0, 31).Add(time.Minute) }, "!until"},
		{"reason of blanks", plain, enterprise.Gas, nil, func(n *New) { n.Reason = " \n" }, "!reason"},
		{"reason too long", plain, enterprise.Gas, nil, func(n *New) { n.Reason = strings.Repeat("长", 1001) }, "!reason"},
		{"order too long", plain, enterprise.Gas, nil, func(n *New) { n.WorkOrder = strings.Repeat("1", 101) }, "!work_order"},
		{"no factor", plain, enterprise.Gas, nil, func(n *New) { n.Factors = []string{"a21026,a21002"} }, "!factors"},
		{"stop without document", plain, enterprise.Gas, nil, func(n *New) { n.Kind = "stopped" }, "?files"},
		{"stop with document", plain, enterprise.Gas, nil, func(n *New) { n.Kind, n.Files = "stopped", []string{"f"} }, ""},
		{"monitor marked within a stop", plain, enterprise.Gas, []Mark{stood}, func(*New) {}, "!from"},
		{"just before the stop", plain, enterprise.Gas, []Mark{stood}, func(n *New) { n.Until = stood.From }, ""},
		{"stopped twice", plain, enterprise.Gas, []Mark{stood}, func(n *New) { n.Kind, n.Files = "stopped", []string{"f"} }, "!from"},
		{"stop over maintenance", plain, enterprise.Gas, []Mark{care}, func(n *New) { n.Kind, n.Files = "stopped", []string{"f"} }, "!from"},
		{"maintenance of another factor", plain, enterprise.Gas, []Mark{care}, func(n *New) { n.Factors = []string{"a21002"} }, ""},
		{"maintenance of the same factor", plain, enterprise.Gas, []Mark{care}, func(n *New) { n.Factors = []string{"a21026", "a21002"} }, "!from"},
		{"start during maintenance", plain, enterprise.Gas, []Mark{care}, func(n *New) { n.Kind = "start" }, ""},
		{"fault of five hours", burn, enterprise.Gas, nil, func(n *New) {
			n.Kind, n.Until, n.Files = "plant_fault", n.From.Add(5*time.Hour), []string{"f"}
		}, "?until"},
		{"within sixty hours", burn, enterprise.Gas, []Mark{quota}, func(n *New) { n.Kind, n.Until = "start", n.From.Add(time.Hour) }, ""},
		{"beyond sixty hours", burn, enterprise.Gas, []Mark{quota}, func(n *New) { n.Kind = "start" }, "?kind"},
		{"drying counts apart", burn, enterprise.Gas, []Mark{quota}, func(n *New) { n.Kind = "drying" }, ""},
	} {
		n := good()
		c.change(&n)
		var got []string
		for _, p := range Check(c.table, c.kind, n, c.others, now) {
			sign := map[bool]string{true: "!", false: "?"}[p.Refused]
			got = append(got, sign+p.Field)
			if p.Text == "" || strings.Contains(p.Text, "%!") {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestProofDue_IsTheEndOfTheTenthOfTheNextMonth(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"2026-11-30 23:59": "2026-12-11 00:00", "2026-12-01 00:00": "2027-01-11 00:00"} {
		if got := proofDue(tables[0], at(in)); !got.Equal(at(want)) {
			t.Errorf("%s: %s", in, got.In(beijing))
		}
	}
}

func TestMark_Overlap(t *testing.T) {
	t.Parallel()
	m := Mark{From: at("2026-11-20 08:30"), Until: at("2026-11-20 10:00"), Factors: []string{"a21026"}}
	for hour, want := range map[string]time.Duration{"2026-11-20 07:00": 0, "2026-11-20 08:00": 30 * time.Minute, "2026-11-20 09:00": time.Hour, "2026-11-20 10:00": 0} {
		if got := m.Overlap(at(hour), at(hour).Add(time.Hour)); got != want {
			t.Errorf("%s: %s", hour, got)
		}
	}
	if m.Covers("a21002") || !m.Covers("a21026") || !(Mark{}).Covers("a21002") {
		t.Error("factors")
	}
}

// hoursOf makes hours of one factor from a time on.
func hoursOf(factor, from string, exceeds string, values ...float64) (out []Hour) {
	for i, v := range values {
		out = append(out, Hour{Factor: factor, At: at(from).Add(time.Duration(i) * time.Hour), Flag: "N", Valid: true, Value: &v,
			Exceeds: i < len(exceeds) && exceeds[i] == 'x'})
	}
	return out
}

func TestDoubts(t *testing.T) {
	t.Parallel()
	base := Mark{ID: "m", Rules: "general-2017", Kind: "maintenance", Family: Monitor, Effect: Invalid, WorkOrder: "W1",
		From: at("2026-11-20 02:00"), Until: at("2026-11-20 04:00"), CreatedAt: at("2026-11-20 09:00")}
	stop := base
	stop.Kind, stop.Family, stop.Effect = "stopped", Operating, Stopped
	start := Mark{ID: "m", Rules: "incineration-2020", Kind: "start", Family: Operating, Effect: Exempt, From: at("2026-11-20 12:00"), Until: at("2026-11-20 16:00"), CreatedAt: at("2026-11-20 09:00")}
	night := func(days ...int) (out []Mark) {
		for _, d := range days {
			o := base
			o.ID, o.From, o.Until = ID(rune('a'+d)), base.From.AddDate(0, 0, -d).Add(20*time.Minute), base.Until.AddDate(0, 0, -d)
			out = append(out, o)
		}
		return out
	}
	year := start
	year.ID, year.From, year.Until = "o", at("2026-01-01 00:00"), at("2026-01-03 10:00") // 58 h
	for _, c := range []struct {
		name   string
		mark   Mark
		change func(*Mark)
		e      Evidence
		want   string
	}{
		{"nothing", base, nil, Evidence{}, ""},
		{"covers just the exceedance", base, nil, Evidence{Hours: hoursOf("a21026", "2026-11-20 00:00", "..xx..", 1, 1, 9, 9, 1, 1)}, "covers_exceedance"},
		{"exceedance goes on outside", base, nil, Evidence{Hours: hoursOf("a21026", "2026-11-20 00:00", "..xxx.", 1, 1, 9, 9, 9, 1)}, ""},
		{"marked before", base, func(m *Mark) { m.CreatedAt = at("2026-11-19 09:00") }, Evidence{Hours: hoursOf("a21026", "2026-11-20 00:00", "..xx..", 1, 1, 9, 9, 1, 1)}, ""},
		{"exceedance of another factor", base, func(m *Mark) { m.Factors = []string{"a21002"} }, Evidence{Hours: hoursOf("a21026", "2026-11-20 00:00", "..xx..", 1, 1, 9, 9, 1, 1)}, ""},
		{"a long mark with one exceedance", base, func(m *Mark) { m.Until = m.From.Add(12 * time.Hour) }, Evidence{Hours: hoursOf("a21026", "2026-11-20 02:00", "x", 9)}, ""},
		{"stopped with flow", stop, nil, Evidence{Flow: "a00000", Hours: hoursOf("a00000", "2026-11-20 00:00", "", 100, 100, 60, 60, 100)}, "stopped_but_running"},
		{"stopped without", stop, nil, Evidence{Flow: "a00000", Hours: hoursOf("a00000", "2026-11-20 00:00", "", 100, 100, 4, 0, 100)}, ""},
		{"stopped with fire", stop, nil, Evidence{Oxygen: "a19001", Hours: hoursOf("a19001", "2026-11-20 00:00", "", 9, 9, 9, 20.9, 9)}, "stopped_but_running"},
		{"maintenance with flow", base, nil, Evidence{Flow: "a00000", Hours: hoursOf("a00000", "2026-11-20 00:00", "", 100, 100, 60, 60, 100)}, ""},
		{"three nights", base, nil, Evidence{Others: night(1, 2, 3)}, "same_every_night"},
		{"two nights", base, nil, Evidence{Others: night(1, 2)}, ""},
		{"long ago", base, nil, Evidence{Others: night(1, 2, 11)}, ""},
		{"budget", start, nil, Evidence{Others: []Mark{year}}, "beyond_quota"},
		{"in budget", start, func(m *Mark) { m.Until = m.From.Add(2 * time.Hour) }, Evidence{Others: []Mark{year}}, ""},
		{"no order", base, func(m *Mark) { m.WorkOrder = "" }, Evidence{}, "without_order"},
		{"a document instead", base, func(m *Mark) { m.WorkOrder, m.Documents = "", 1 }, Evidence{}, ""},
	} {
		m := c.mark
		if c.change != nil {
			c.change(&m)
		}
		var got []string
		for _, d := range Doubts(m, c.e) {
			got = append(got, d.ID)
			if d.Title == "" || d.Text == "" {
				t.Errorf("%s: %+v", c.name, d)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := Machine.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, s := range Machine.States {
		// What nobody may touch any more is not in force, except what was accepted.
		if s.Terminal && InForce(s.State) != (s.State == StateAccepted) {
			t.Error(s)
		}
	}
}
