package county

import (
	"math"
	"slices"
	"testing"
)

func TestNew_IsAFunctionOfItsSeed(t *testing.T) {
	t.Parallel()
	a, b, other := New(7), New(7), New(8)
	if len(a.Outlets) < 200 || len(a.Events) != len(b.Events) {
		t.Fatalf("%d outlets, %d and %d events", len(a.Outlets), len(a.Events), len(b.Events))
	}
	for i := range a.Events {
		if x, y := a.Events[i], b.Events[i]; x.Scenario != y.Scenario || x.Outlet != y.Outlet || !x.From.Equal(y.From) {
			t.Fatalf("event %d: %+v, %+v", i, x, y)
		}
	}
	x, _ := a.Outlets[3].Series()
	y, _ := b.Outlets[3].Series()
	z, _ := other.Outlets[3].Series()
	if !slices.EqualFunc(x, y, same) {
		t.Error("the same seed gave other values")
	}
	if slices.EqualFunc(x, z, same) {
		t.Error("another seed gave the same values")
	}
}

func same(a, b Row) bool {
	return a.Lost == b.Lost && slices.Equal(a.Flags, b.Flags) && slices.EqualFunc(a.Values, b.Values, func(x, y float64) bool {
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	})
}

func TestPlace_EachScenarioOftenEnoughAndNeverTooClose(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		c := New(seed)
		count := map[string]int{}
		violations, innocent := map[string]bool{}, map[string]bool{}
		for _, e := range c.Events {
			count[e.Scenario]++
			if e.Violation {
				violations[e.Scenario] = true
			} else {
				innocent[e.Scenario] = true
			}
			if !e.To.After(e.From) || e.from < warm || e.to > steps {
				t.Errorf("event %+v", e)
			}
			for _, p := range c.Events {
				if p.Outlet == e.Outlet && p.from < e.from && p.to+5*perDay > e.from {
					t.Errorf("%s and %s within five days at %s", p.Scenario, e.Scenario, e.Outlet)
				}
			}
		}
		if len(violations) < 16 || len(innocent) < 12 {
			t.Errorf("%d violations, %d look-alikes", len(violations), len(innocent))
		}
		for i := range scenarios {
			s := &scenarios[i]
			want := 3
			if !s.violation {
				want = 5
			}
			if count[s.name] < want {
				t.Errorf("seed %d: %s happened %d times", seed, s.name, count[s.name])
			}
		}
	}
}

func TestSeries_ShowsWhatHappens(t *testing.T) {
	t.Parallel()
	c := New(1)
	seen := map[string]bool{}
	for _, o := range c.Outlets {
		for _, e := range o.events {
			if seen[e.Scenario] {
				continue
			}
			seen[e.Scenario] = true
			rows, truth := o.Series()
			if !slices.ContainsFunc(truth, func(x Event) bool { return x.Scenario == e.Scenario && x.From.Equal(e.From) }) {
				t.Errorf("%s is not in the truth", e.Scenario)
			}
			if !changed(o, e, rows) {
				t.Errorf("%s at %s leaves no trace in what is sent or filed", e.Scenario, o.ID)
			}
		}
	}
}

// changed compares an outlet's rows with those of a twin without the event.
func changed(o *Outlet, e *Event, rows []Row) bool {
	if e.scenario.truth == nil && e.scenario.report == nil {
		return e.scenario.file != nil
	}
	twin := *o
	twin.events = slices.DeleteFunc(slices.Clone(o.events), func(x *Event) bool { return x == e })
	calm, _ := twin.Series()
	return !slices.EqualFunc(rows[e.from:e.to], calm[e.from:e.to], same) && slices.EqualFunc(rows[:e.from], calm[:e.from], same)
}

func TestExcess_FindsExceedancesThatNobodyPlaced(t *testing.T) {
	t.Parallel()
	o := &Outlet{Kind: Gas, Channels: []Channel{{Role: "pollutant", Upper: 50}}}
	x := newExcess(o)
	for k := range 10 * perHour {
		v := 40.0
		if h := k / perHour; h == 3 || h == 5 {
			v = 60
		}
		x.see(&state{k: k, true: []float64{v}, flow: 1})
	}
	got := x.events(o, nil)
	if len(got) != 1 || got[0].from != 3*perHour || got[0].to != 6*perHour || !got[0].Violation {
		t.Fatalf("%+v", got)
	}
	if got := x.events(o, []*Event{{Violation: true, from: 2 * perHour, to: 4 * perHour}}); len(got) != 0 {
		t.Errorf("a placed violation explains it: %+v", got)
	}
}
