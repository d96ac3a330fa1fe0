package sign

import (
	"math"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
)

var origin = time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)

func boiler() *Outlet {
	so2 := Plain("a21026", "二氧化硫", "mg/m³", Pollutant)
	so2.Upper, so2.Span = 50, 200
	return &Outlet{ID: "o", Kind: enterprise.Gas, Step: 10 * time.Minute, Channels: []Channel{so2, Plain("a00000", "流量", "m³/s", Flow)}}
}

func TestBuilder_SumsUpASlot(t *testing.T) {
	t.Parallel()
	o := boiler()
	b := newBuilder(o)
	b.begin(origin.Add(7 * time.Minute))
	for i, v := range []Value{{40, 'N'}, {40, 'N'}, {60, 'N'}, {200, 'C'}, {0, 'N'}, {196, 'N'}} {
		b.add(Row{At: origin.Add(time.Duration(i) * 10 * time.Minute), Values: []Value{v, {math.NaN(), 'N'}}, Rain: 0.2})
	}
	s := b.end()
	x := s.Tallies[0]
	if !s.At.Equal(origin) || s.Got != 6 || math.Abs(s.Rain-1.2) > 1e-9 {
		t.Errorf("slot %+v", s)
	}
	if x.N != 5 || x.Marked != 1 || x.MarkedMean != 200 || x.Min != 0 || x.Max != 196 || x.Over != 2 || x.Zero != 1 || x.Top != 1 || x.Steps != 3 || x.Cap != 1 {
		t.Errorf("tally %+v", x)
	}
	if x.Mean != 67.2 || s.Tallies[1].N != 0 {
		t.Errorf("mean %v, flow %+v", x.Mean, s.Tallies[1])
	}
	if !x.Good(6) || (&Tally{N: 2}).Good(6) || (&Tally{N: 4, Marked: 2}).Good(6) {
		t.Error("what is good")
	}
}

func TestBuilder_HashTellsOrder(t *testing.T) {
	t.Parallel()
	hash := func(values ...float64) uint32 {
		b := newBuilder(boiler())
		b.begin(origin)
		for i, v := range values {
			b.add(Row{At: origin.Add(time.Duration(i) * time.Minute), Values: []Value{{v, 'N'}, {1, 'N'}}})
		}
		return b.end().Tallies[0].Hash
	}
	again := hash(1, 2, 3)
	if hash(1, 2, 3) != again || hash(1, 2, 3) == hash(3, 2, 1) || hash(1, 2) == hash(1, 2, 2) {
		t.Error("hashes")
	}
}

// script is a rule that says what the test wrote for the slot.
func script(f Family, id string, at map[int]float64) Rule {
	return Rule{ID: id, Family: f, Judge: func(s *Scene, out *Signs) {
		if w, ok := at[len(s.Slots)-1]; ok {
			out.Add(0, 1, w, "at %d", len(s.Slots)-1)
		}
	}}
}

// run lets n hours pass.
func run(n int, skip func(h int) bool, rules ...Rule) []Episode {
	w := NewWatcher(boiler(), rules)
	for h := range n {
		if skip != nil && skip(h) {
			continue
		}
		for k := range 6 {
			w.See(Row{At: origin.Add(time.Duration(h*60+k*10) * time.Minute), Values: []Value{{20, 'N'}, {5, 'N'}}, Rain: math.NaN()})
		}
	}
	return w.Finish()
}

func hour(h int) time.Time { return origin.Add(time.Duration(h) * time.Hour) }

func TestWatcher_WhenSignsBecomeAnEpisode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		rules  []Rule
		raised []int
	}{
		{"one weak sign is none", []Rule{script(Shape, "a", map[int]float64{5: .6})}, nil},
		{"two of a family are none", []Rule{script(Shape, "a", map[int]float64{5: .6}), script(Shape, "b", map[int]float64{5: .7})}, nil},
		{"two families are one", []Rule{script(Shape, "a", map[int]float64{5: .5}), script(Relation, "b", map[int]float64{9: .5})}, []int{10}},
		{"too weak together", []Rule{script(Shape, "a", map[int]float64{5: .4}), script(Relation, "b", map[int]float64{9: .4})}, nil},
		{"too far apart", []Rule{script(Shape, "a", map[int]float64{5: .5}), script(Relation, "b", map[int]float64{30: .5})}, nil},
		{"a hard sign stands alone", []Rule{script(Marking, "a", map[int]float64{5: .8})}, []int{6}},
		{"it goes on, and a new one comes later", []Rule{script(Marking, "a", map[int]float64{5: .8, 12: .8, 60: .8})}, []int{6, 61}},
	} {
		got := run(100, nil, c.rules...)
		if len(got) != len(c.raised) {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i, h := range c.raised {
			if !got[i].Raised.Equal(hour(h)) {
				t.Errorf("%s: raised at %s", c.name, got[i].Raised.Sub(origin))
			}
		}
	}
}

func TestWatcher_EpisodeNamesTheStrongestFirst(t *testing.T) {
	t.Parallel()
	got := run(40, nil, script(Shape, "weak", map[int]float64{4: .5}), script(Condition, "strong", map[int]float64{6: .8, 8: .9}))
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	e := got[0]
	if e.Kinds[0].Rule.ID != "strong" || e.Kinds[0].Weight != .9 || e.Kinds[0].Reason != "at 8" || len(e.Kinds) != 2 {
		t.Errorf("kinds %+v", e.Kinds)
	}
	if !e.From.Equal(hour(4)) || !e.To.Equal(hour(9)) || math.Abs(e.Score-.95) > 1e-9 || e.Level() != "suspected" {
		t.Errorf("episode %+v", e)
	}
}

func TestWatcher_GapsAreEmptySlots(t *testing.T) {
	t.Parallel()
	var slots []int
	seen := Rule{ID: "seen", Family: Shape, Judge: func(s *Scene, _ *Signs) { slots = append(slots, s.Now().Got) }}
	run(5, func(h int) bool { return h == 2 || h == 3 }, seen)
	want := []int{6, 6, 0, 0, 6}
	for i := range want {
		if len(slots) != len(want) || slots[i] != want[i] {
			t.Fatalf("slots %v", slots)
		}
	}
}

func TestLearn_ForgetsWhatWasSuspectedOrBeforeAChange(t *testing.T) {
	t.Parallel()
	o := boiler()
	var slots []Slot
	for h := range 300 {
		v := float32(20)
		if h >= 200 {
			v = 10
		}
		if h%24 == 3 {
			v = 90
		}
		x := Slot{At: hour(h), Got: 6, Suspect: h%24 == 3, Tallies: []Tally{{N: 6, Mean: v, Min: v, Max: v}, {N: 6, Mean: 5, Min: 5, Max: 5}}}
		slots = append(slots, x)
	}
	all := func(*Slot) bool { return true }
	if u := learn(o, slots, all); !u.Ready || u.Channels[0].P50 != 20 || u.Channels[0].P99 != 20 || u.Channels[0].P1 != 10 {
		t.Errorf("%+v", u.Channels[0])
	}
	if u := learn(o, slots[:100], all); u.Ready {
		t.Error("96 hours are not enough")
	}
	w := NewWatcher(o, nil)
	w.slots = slots
	o.Changes = []time.Time{hour(150)}
	w.learn()
	if u := w.usual; !u.Ready || u.Channels[0].P99 != 20 || u.Channels[0].N > 126 {
		t.Errorf("after the change: %+v", u.Channels[0])
	}
}

func TestSpreadOf(t *testing.T) {
	t.Parallel()
	x := make([]float64, 101)
	for i := range x {
		x[100-i] = float64(i)
	}
	s := spreadOf(x)
	if s.P1 != 1 || s.P50 != 50 || s.P99 != 99 || math.Abs(s.Sigma-1.4826*25) > 1e-9 || s.N != 101 {
		t.Errorf("%+v", s)
	}
	if spreadOf(nil).N != 0 {
		t.Error("nothing")
	}
}
