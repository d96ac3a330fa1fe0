package sign

import (
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/rule/setting"
)

func hourOf(t time.Time) int { return int((t.Unix() + 8*3600) / 3600 % 24) }
func dayOf(t time.Time) int  { return int((t.Unix() + 8*3600) / 86400) }

// Scene is what a rule sees: the slots up to the one that has just closed, in
// order and without gaps (a slot in which nothing came has Got = 0).
type Scene struct {
	Outlet *Outlet
	Slots  []Slot
	Usual  *Usual
	due    int
	set    setting.Set // of the rule that looks
}

// Value is a setting of the rule that looks, as it holds for the slot that has just
// closed.
func (s *Scene) Value(name string) float64 { return s.set.Value(name) }

// Share is a setting in per cent as a part of one.
func (s *Scene) Share(name string) float64 { return s.set.Share(name) }

// Count is a setting that is a whole number.
func (s *Scene) Count(name string) int { return int(s.set.Value(name)) }

// Hours gives how many slots make up a setting in hours, at least one.
func (s *Scene) Hours(name string) int { return s.Span(time.Duration(s.Value(name)) * time.Hour) }

// Now is the slot that has just closed.
func (s *Scene) Now() *Slot { return &s.Slots[len(s.Slots)-1] }

// Hour is the hour of the day of the slot that has just closed.
func (s *Scene) Hour() int { return hourOf(s.Now().At) }

// Last gives the newest n slots, fewer at the beginning.
func (s *Scene) Last(n int) []Slot { return s.Slots[max(0, len(s.Slots)-n):] }

// Span gives how many slots make up a time, at least one.
func (s *Scene) Span(d time.Duration) int { return max(1, int(d/s.Outlet.slot())) }

// Role finds the first channel of a role; -1 = none.
func (s *Scene) Role(r Role) int { return s.Outlet.role(r) }

// Find finds the channel of a factor; -1 = none.
func (s *Scene) Find(factor string) int { return s.Outlet.find(factor) }

// Due is how many values a full slot has.
func (s *Scene) Due() int { return s.due }

// Good reports whether the slot says something of the channel.
func (s *Scene) Good(x *Slot, c int) bool { return c >= 0 && x.Tallies[c].Good(s.due) }

// Of is what is usual of a channel.
func (s *Scene) Of(c int) *UsualChannel { return &s.Usual.Channels[c] }

// Ratio is ln of channel a over channel b in a slot.
func (s *Scene) Ratio(x *Slot, a, b int) (float64, bool) {
	if a < 0 || b < 0 {
		return 0, false
	}
	return ratio(x, a, b, s.due)
}

// UsualRatio is where ln of a over b usually lies.
func (s *Scene) UsualRatio(a, b int) (Spread, bool) {
	r, ok := s.Usual.ratios[[2]int{a, b}]
	return r, ok
}

// UsualNight is where ln(night/day) of a channel usually lies.
func (s *Scene) UsualNight(c int) Spread { return s.Usual.night[c] }

// Loaded reports whether the place was running: production above 30 % of what is
// usual at full load, or, where nobody meters production, flow above 30 %.
func (s *Scene) Loaded(x *Slot) bool { return loaded(s.Outlet, s.Usual, x) }

func loaded(o *Outlet, u *Usual, x *Slot) bool {
	c := o.role(Production)
	if c < 0 {
		c = o.role(Flow)
	}
	if c < 0 {
		return true
	}
	t := &x.Tallies[c]
	if t.N == 0 {
		return false
	}
	floor := 0.0
	if u != nil && u.Ready {
		floor = 0.3 * u.Channels[c].P90
	}
	return float64(t.Mean) > floor
}

// Steady reports whether load in the slot was near what is usual at this hour, so
// that a change of concentrations is not the change of load.
func (s *Scene) Steady(x *Slot) bool {
	for _, r := range []Role{Production, Flow} {
		c := s.Role(r)
		if c < 0 || !s.Good(x, c) {
			continue
		}
		want := s.Of(c).Hour[hourOf(x.At)]
		if math.IsNaN(want) || want <= 0 {
			return false
		}
		if k := float64(x.Tallies[c].Mean) / want; k < 0.6 || k > 1.6 {
			return false
		}
	}
	return true
}

// Settled reports whether the last n slots hold no mark on any pollutant: values
// beside calibrations and repairs prove nothing.
func (s *Scene) Settled(n int) bool {
	for _, x := range s.Last(n) {
		for c := range x.Tallies {
			if s.Outlet.Channels[c].Role == Pollutant && x.Tallies[c].Marked > 0 {
				return false
			}
		}
	}
	return true
}

// Median is the median of a channel's means over slots that are good; NaN when
// fewer than need are.
func (s *Scene) Median(slots []Slot, c, need int) float64 {
	var buf [96]float64
	x := buf[:0]
	for i := range slots {
		if s.Good(&slots[i], c) {
			x = append(x, float64(slots[i].Tallies[c].Mean))
		}
	}
	if len(x) < need {
		return math.NaN()
	}
	return spreadOf(x).P50
}

// Changed reports whether a change of process or treatment was put on record
// within the newest n slots.
func (s *Scene) Changed(n int) bool {
	from := s.Last(n)[0].At
	for _, c := range s.Outlet.Changes {
		if !c.Before(from) && c.Before(s.Now().At.Add(s.Outlet.slot())) {
			return true
		}
	}
	return false
}
