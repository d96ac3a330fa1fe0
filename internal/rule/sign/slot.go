package sign

import (
	"math"
	"time"
)

// The flags of HJ 212 that rules tell apart; every other letter is a mark.
const (
	Normal  byte = 'N'
	Stopped byte = 'F' // the outlet does not discharge
)

// Value is one value with its flag; NaN = not sent.
type Value struct {
	V    float64
	Flag byte
}

// Row is what came for one moment: a value for each channel of the outlet. Rain
// is mm since the row before, NaN where nobody measures it.
type Row struct {
	At     time.Time
	Values []Value
	Rain   float64
}

// Tally sums up one channel over one slot. Counts are of values; Min, Max, Mean,
// SD and Hash are of the normal ones.
type Tally struct {
	Mean, Min, Max, SD, Last float32
	N                        uint16 // flag normal
	Marked                   uint16 // other flags
	Stopped                  uint16 // of these, those that say stopped
	Over                     uint16 // of N, beyond a limit
	Zero                     uint16 // of N, not above zero
	Top                      uint16 // of N, at 98 % of the range or more
	Cap                      uint16 // of N, within 0.2 % of Max
	Steps                    uint16 // of N, other than the one before in the slot
	Hash                     uint32 // of the normal values in order
	MarkedMean               float32
}

// Good reports whether the slot says something of the channel: at least half the
// values due, three of four unmarked.
func (t *Tally) Good(due int) bool {
	return int(t.N)*2 >= due && t.Marked*3 <= t.N
}

// Slot is one hour of an outlet, or one step where that is longer.
type Slot struct {
	At      time.Time
	Got     int // rows
	Rain    float64
	Suspect bool // a sign lay on it: not part of what is usual
	Tallies []Tally
}

// builder gathers rows into slots.
type builder struct {
	o    *Outlet
	slot Slot
	acc  []accumulator
	open bool
}

type accumulator struct {
	sum, squares, marked float64
	values               []float32
}

func newBuilder(o *Outlet) *builder {
	return &builder{o: o, acc: make([]accumulator, len(o.Channels))}
}

// begin starts the slot that holds at.
func (b *builder) begin(at time.Time) {
	b.slot = Slot{At: at.Truncate(b.o.slot()), Tallies: make([]Tally, len(b.o.Channels)), Rain: math.NaN()}
	for i := range b.acc {
		b.acc[i].sum, b.acc[i].squares, b.acc[i].marked, b.acc[i].values = 0, 0, 0, b.acc[i].values[:0]
	}
	b.open = true
}

func (b *builder) add(r Row) {
	b.slot.Got++
	if !math.IsNaN(r.Rain) {
		if math.IsNaN(b.slot.Rain) {
			b.slot.Rain = 0
		}
		b.slot.Rain += r.Rain
	}
	for i, v := range r.Values {
		if math.IsNaN(v.V) {
			continue
		}
		t, a, c := &b.slot.Tallies[i], &b.acc[i], &b.o.Channels[i]
		if v.Flag != Normal {
			t.Marked++
			a.marked += v.V
			if v.Flag == Stopped {
				t.Stopped++
			}
			continue
		}
		x := float32(v.V)
		if t.N > 0 && x != t.Last {
			t.Steps++
		}
		if t.N == 0 || x < t.Min {
			t.Min = x
		}
		if t.N == 0 || x > t.Max {
			t.Max = x
		}
		t.N++
		t.Last = x
		a.sum += v.V
		a.squares += v.V * v.V
		a.values = append(a.values, x)
		if v.V > c.Upper || v.V < c.Lower {
			t.Over++
		}
		if v.V <= 0 {
			t.Zero++
		}
		if v.V >= 0.98*c.Span {
			t.Top++
		}
	}
}

// end closes the slot.
func (b *builder) end() Slot {
	for i := range b.acc {
		t, a := &b.slot.Tallies[i], &b.acc[i]
		if t.Marked > 0 {
			t.MarkedMean = float32(a.marked / float64(t.Marked))
		}
		if t.N == 0 {
			continue
		}
		n := float64(t.N)
		mean := a.sum / n
		t.Mean, t.SD = float32(mean), float32(math.Sqrt(max(0, a.squares/n-mean*mean)))
		hash := uint32(2166136261) // FNV-1a over the bits of the values
		near := t.Max - float32(math.Abs(float64(t.Max)))*0.002
		for _, x := range a.values {
			hash = (hash ^ math.Float32bits(x)) * 16777619
			if x >= near {
				t.Cap++
			}
		}
		t.Hash = hash
	}
	b.open = false
	return b.slot
}
