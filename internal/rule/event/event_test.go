package event_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/event"
)

var start = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return start.Add(time.Duration(h * float64(time.Hour))) }

var list = []event.Grouping{
	{Name: "断电断网", Levels: []string{"notice"}, Families: []string{"sending"}, By: event.Enterprise, Within: 30 * time.Minute, Longest: 24 * time.Hour},
	{Name: "超限与超标", Levels: []string{"notice", "exceed", "grave"}, By: event.Enterprise, Within: 2 * time.Hour, Longest: 72 * time.Hour},
	{Name: "同一监控点", Levels: []string{"suspect"}, By: event.Outlet, Within: 24 * time.Hour, Longest: 168 * time.Hour},
}

// alarm is one of an outlet, from one hour to another.
func alarm(id, outlet, level, family string, from, to float64) event.Alarm {
	return event.Alarm{ID: id, Outlet: outlet, Level: level, Family: family, From: at(from), To: at(to)}
}

func in(e, grouping string, a event.Alarm) event.Alarm {
	a.Event, a.Grouping = e, grouping
	return a
}

func TestMatch(t *testing.T) {
	t.Parallel()
	lone := alarm("a", "o1", "notice", "official", 0, 1)
	dealt, apart := lone, lone
	dealt.Dealt, apart.Apart = true, true
	outside := alarm("n", "o1", "exceed", "official", 1, 1)
	outside.Apart = true
	for _, c := range []struct {
		name string
		n    event.Alarm
		open []event.Alarm
		want string // the first of those it goes with
	}{
		{"nothing there", alarm("n", "o1", "exceed", "official", 0, 0), nil, ""},
		{"another outlet of the enterprise", alarm("n", "o2", "exceed", "official", 1, 1), []event.Alarm{lone}, "a"},
		{"two hours after the end", alarm("n", "o2", "exceed", "official", 3, 3), []event.Alarm{lone}, "a"},
		{"later", alarm("n", "o2", "exceed", "official", 3.1, 3.1), []event.Alarm{lone}, ""},
		{"it began before, data came late", alarm("n", "o2", "exceed", "official", -2, -1), []event.Alarm{lone}, "a"},
		{"long before", alarm("n", "o2", "exceed", "official", -9, -8), []event.Alarm{lone}, ""},
		{"dealt with", alarm("n", "o2", "exceed", "official", 1, 1), []event.Alarm{dealt}, ""},
		{"taken out by a person", alarm("n", "o2", "exceed", "official", 1, 1), []event.Alarm{apart}, ""},
		{"itself taken out", outside, []event.Alarm{lone}, ""},
		{"of another kind", alarm("n", "o1", "suspect", "shape", 1, 1), []event.Alarm{lone}, ""},
		{"silence of two outlets", alarm("n", "o2", "notice", "sending", 0.4, 2), []event.Alarm{alarm("a", "o1", "notice", "sending", 0, 2)}, "a"},
		{"an outlet that sends and one that does not", alarm("n", "o2", "notice", "sending", 0, 2), []event.Alarm{lone}, ""},
		{"suspicions of two outlets", alarm("n", "o2", "suspect", "shape", 1, 1), []event.Alarm{alarm("a", "o1", "suspect", "shape", 0, 1)}, ""},
		{"suspicions of one", alarm("n", "o1", "suspect", "shape", 20, 20), []event.Alarm{alarm("a", "o1", "suspect", "degree", 0, 1)}, "a"},
		{"the nearest", alarm("n", "o3", "exceed", "official", 2, 2), []event.Alarm{lone, alarm("b", "o2", "notice", "official", 1, 1.9)}, "b"},
		{"an event of the rule", alarm("n", "o3", "exceed", "official", 2, 2), []event.Alarm{in("e", "超限与超标", lone)}, "a"},
		{"an event of another rule", alarm("n", "o3", "exceed", "official", 2, 2), []event.Alarm{in("e", "断电断网", lone)}, ""},
		{"an event made by hand", alarm("n", "o3", "exceed", "official", 2, 2), []event.Alarm{in("e", "", lone), in("e", "", alarm("s", "o1", "suspect", "shape", 0, 1))}, "a"},
		{"an event of which one is dealt with", alarm("n", "o3", "exceed", "official", 2, 2), []event.Alarm{in("e", "超限与超标", alarm("b", "o1", "notice", "official", 0, 1)), in("e", "超限与超标", dealt)}, ""},
		{"an event that has lasted for three days", alarm("n", "o3", "exceed", "official", 73, 73), []event.Alarm{in("e", "超限与超标", alarm("b", "o1", "notice", "official", 0, 73)), in("e", "超限与超标", lone)}, ""},
	} {
		with, by, ok := event.Match(list, c.n, c.open)
		if ok != (c.want != "") || ok && with[0].ID != c.want {
			t.Errorf("%s: %v %v", c.name, ok, with)
		}
		if want, known := event.For(list, c.n.Level, c.n.Family); known && !c.n.Apart && by.Name != want.Name {
			t.Errorf("%s: by %q", c.name, by.Name)
		}
	}
	if _, _, ok := event.Match(nil, lone, []event.Alarm{lone}); ok {
		t.Error("a place without groupings merges nothing")
	}
}

// The lead is the same in whatever order the members are read, may be told of when
// any may, and no graver one that may be told of stands behind it.
func TestLead_HoldsWhateverTheOrder(t *testing.T) {
	t.Parallel()
	x := rand.New(rand.NewPCG(31, 34))
	for range 2000 {
		list := make([]event.Member, 1+x.IntN(6))
		for i := range list {
			list[i] = event.Member{ID: string(rune('a' + i)), Rank: x.IntN(4), Cleared: x.IntN(3) == 0, Hushed: x.IntN(3) == 0, Told: x.IntN(2) == 0}
		}
		lead := list[event.Lead(list)]
		x.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := list[event.Lead(list)]; again != lead {
			t.Fatalf("%+v: %+v or %+v", list, lead, again)
		}
		for _, m := range list {
			if !m.Cleared && (lead.Cleared || !m.Hushed && (lead.Hushed || m.Rank > lead.Rank || m.Rank == lead.Rank && m.Told == lead.Told && m.ID < lead.ID)) {
				t.Fatalf("%+v: %+v speaks, not %+v", list, lead, m)
			}
		}
	}
	if event.Lead(nil) != -1 {
		t.Error("nobody speaks for nothing")
	}
}
