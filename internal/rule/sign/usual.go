package sign

import (
	"math"
	"slices"
)

// Usual is what is usual at one outlet, learned from its own slots while it was
// running and nothing was suspected. Nothing is known before Ready.
type Usual struct {
	Ready    bool
	Channels []UsualChannel
	ratios   map[[2]int]Spread // natural logarithm of channel a over channel b
	night    []Spread          // ln of the night's mean over the day's, by channel
}

// UsualChannel is one channel's usual hours.
type UsualChannel struct {
	Spread
	Max    float64     // greatest hourly mean
	Jitter float64     // median of |ln| of one hour over the hour before, where they differ
	CV     float64     // median, over days, of SD over mean of the hours
	In     float64     // median of SD over mean within the hour
	Hold   int         // longest run of hours with one value
	Hour   [24]float64 // median by hour of the day; NaN where too few
}

// Spread is where most values lie.
type Spread struct {
	N                               int
	P1, P5, P10, P50, P90, P95, P99 float64
	Sigma                           float64 // 1.4826 times the median deviation
}

// readySlots is how many running hours make history: a week of a plant that works
// by day.
const readySlots = 100

// spreadOf sorts its argument.
func spreadOf(x []float64) Spread {
	s := Spread{N: len(x)}
	if s.N == 0 {
		return s
	}
	slices.Sort(x)
	q := func(p float64) float64 { return x[int(p*float64(s.N-1)+0.5)] }
	s.P1, s.P5, s.P10, s.P50, s.P90, s.P95, s.P99 = q(.01), q(.05), q(.1), q(.5), q(.9), q(.95), q(.99)
	for i := range x {
		x[i] = math.Abs(x[i] - s.P50)
	}
	slices.Sort(x)
	s.Sigma = 1.4826 * q(.5)
	return s
}

// learn computes what was usual in the slots.
func learn(o *Outlet, slots []Slot, loaded func(*Slot) bool) *Usual {
	u := &Usual{Channels: make([]UsualChannel, len(o.Channels)), ratios: map[[2]int]Spread{}, night: make([]Spread, len(o.Channels))}
	due := o.due()
	var use []*Slot
	for i := range slots {
		if s := &slots[i]; !s.Suspect && s.Got > 0 && loaded(s) {
			use = append(use, s)
		}
	}
	u.Ready = len(use) >= readySlots
	if !u.Ready {
		return u
	}
	for c := range o.Channels {
		u.Channels[c] = learnChannel(c, use, due)
		u.night[c] = spreadOf(nights(c, use, due))
	}
	for _, p := range pairs(o) {
		var logs []float64
		for _, s := range use {
			if r, ok := ratio(s, p[0], p[1], due); ok {
				logs = append(logs, r)
			}
		}
		if len(logs) >= readySlots/2 {
			u.ratios[p] = spreadOf(logs)
		}
	}
	return u
}

// pairs are the channels whose relation says something.
func pairs(o *Outlet) [][2]int {
	var out [][2]int
	for a := range o.Channels {
		for b := range o.Channels {
			ra, rb := o.Channels[a].Role, o.Channels[b].Role
			switch {
			case ra == Pollutant && rb == Pollutant && a < b,
				ra == Flow && (rb == Production || rb == Supply),
				ra == Treatment && rb == Production:
				out = append(out, [2]int{a, b})
			}
		}
	}
	return out
}

// ratio is ln of a's mean over b's.
func ratio(s *Slot, a, b, due int) (float64, bool) {
	x, y := &s.Tallies[a], &s.Tallies[b]
	if !x.Good(due) || !y.Good(due) || x.Mean <= 0 || y.Mean <= 0 {
		return 0, false
	}
	return math.Log(float64(x.Mean / y.Mean)), true
}

func learnChannel(c int, use []*Slot, due int) UsualChannel {
	var means, within, daily, jitter []float64
	var byHour [24][]float64
	var day spreadDay
	u := UsualChannel{}
	before := 0.0
	hold, last := 0, float32(math.NaN())
	for _, s := range use {
		t := &s.Tallies[c]
		if !t.Good(due) {
			hold = 0
			continue
		}
		m := float64(t.Mean)
		means = append(means, m)
		u.Max = max(u.Max, m)
		if before > 0 && m > 0 && m != before {
			jitter = append(jitter, math.Abs(math.Log(m/before)))
		}
		before = m
		h := hourOf(s.At)
		byHour[h] = append(byHour[h], m)
		if m > 0 && t.N > 1 {
			within = append(within, float64(t.SD)/m)
		}
		if cv, ok := day.add(s, m); ok {
			daily = append(daily, cv)
		}
		if t.Min == t.Max && (hold == 0 || t.Min == last) {
			hold++
		} else {
			hold = 0
		}
		last = t.Max
		u.Hold = max(u.Hold, hold)
	}
	u.Spread = spreadOf(means)
	u.CV, u.In, u.Jitter = spreadOf(daily).P50, spreadOf(within).P50, spreadOf(jitter).P50
	for h := range byHour {
		u.Hour[h] = math.NaN()
		if len(byHour[h]) >= 3 {
			u.Hour[h] = spreadOf(byHour[h]).P50
		}
	}
	return u
}

// spreadDay gives the coefficient of variation of each calendar day's hours.
type spreadDay struct {
	day             int
	n, sum, squares float64
}

func (d *spreadDay) add(s *Slot, m float64) (float64, bool) {
	day := dayOf(s.At)
	var cv float64
	full := day != d.day && d.n >= 8
	if full {
		mean := d.sum / d.n
		cv = math.Sqrt(max(0, d.squares/d.n-mean*mean)) / max(mean, 1e-9)
	}
	if day != d.day {
		*d = spreadDay{day: day}
	}
	d.n++
	d.sum += m
	d.squares += m * m
	return cv, full
}

// nights is ln(night/day) of every day that has both: 22–6 h against 8–18 h.
func nights(c int, use []*Slot, due int) []float64 {
	type halves struct{ night, day, nn, nd float64 }
	all := map[int]*halves{}
	var order []int
	for _, s := range use {
		t := &s.Tallies[c]
		if !t.Good(due) {
			continue
		}
		d := dayOf(s.At.Add(2 * 3600e9)) // a night belongs to the day that it leads to
		x := all[d]
		if x == nil {
			x = &halves{}
			all[d] = x
			order = append(order, d)
		}
		switch h := hourOf(s.At); {
		case h >= 22 || h < 6:
			x.night += float64(t.Mean)
			x.nn++
		case h >= 8 && h < 18:
			x.day += float64(t.Mean)
			x.nd++
		}
	}
	var out []float64
	for _, d := range order {
		if x := all[d]; x.nn >= 4 && x.nd >= 5 && x.night > 0 && x.day > 0 {
			out = append(out, math.Log((x.night/x.nn)/(x.day/x.nd)))
		}
	}
	return out
}
