package sign

import (
	"math"
	"time"
)

// Hour is what is kept of one channel for one hour when its values are gone: least,
// mean and greatest value and a flag. Channel is the place in the outlet's list.
type Hour struct {
	Channel        int
	At             time.Time
	Mean, Min, Max float64
	Flag           byte
}

// Slots makes slots of hours of an outlet whose Step is an hour; hours come in
// order of time.
func (o *Outlet) Slots(hours []Hour) []Slot {
	var out []Slot
	for _, h := range hours {
		if n := len(out); n == 0 || !out[n-1].At.Equal(h.At) {
			out = append(out, Slot{At: h.At, Got: 1, Rain: math.NaN(), Tallies: make([]Tally, len(o.Channels))})
		}
		out[len(out)-1].Tallies[h.Channel] = o.Channels[h.Channel].tally(h)
	}
	return out
}

func (c *Channel) tally(h Hour) Tally {
	t := Tally{Mean: float32(h.Mean), Min: float32(h.Min), Max: float32(h.Max), Last: float32(h.Mean)}
	if h.Flag != Normal {
		t.Marked, t.MarkedMean = 1, t.Mean
		if h.Flag == Stopped {
			t.Stopped = 1
		}
		return t
	}
	t.N, t.Cap = 1, 1
	if h.Mean > c.Upper || h.Mean < c.Lower {
		t.Over = 1
	}
	if h.Mean <= 0 {
		t.Zero = 1
	}
	if h.Mean >= 0.98*c.Span {
		t.Top = 1
	}
	t.Hash = (uint32(2166136261) ^ math.Float32bits(t.Mean)) * 16777619
	return t
}
