package telemetry

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// SenderHour is one hour of one code of one sender, a logger or a meter alike.
type SenderHour struct {
	Factor         string
	At             time.Time // start of the hour
	Mean, Min, Max float64
	Count          int
}

// SenderHours sums up what a sender sent under some commands in from <= t < to,
// hour by hour: the realtime value where there is one, else the state. Of several
// versions of a moment the last counts.
func (s *Store) SenderHours(ctx context.Context, device int64, commands []hj212.Command, from, to time.Time) ([]SenderHour, error) {
	type moment struct {
		factor string
		at     int64
	}
	values := map[moment]float64{}
	take := func(r *packedRow) error {
		items, err := unpack(r.data, r.kind.ST())
		for _, it := range items {
			value, ok := it.Get(Rtd)
			if !ok {
				value, ok = it.Get(Status)
			}
			if ok && it.Valid() {
				values[moment{it.Factor, r.time}] = value.Float64()
			} else {
				delete(values, moment{it.Factor, r.time})
			}
		}
		return err
	}
	want := func(k Kind) bool { return slices.Contains(commands, k.CN()) }
	if err := s.rowsOfDevices(ctx, []int64{device}, from.UnixMicro(), to.UnixMicro(), want, false, take); err != nil {
		return nil, err
	}
	hours := map[moment]*SenderHour{}
	for m, v := range values {
		k := moment{m.factor, m.at - m.at%hourLength}
		h := hours[k]
		if h == nil {
			h = &SenderHour{Factor: k.factor, At: time.UnixMicro(k.at).UTC(), Min: v, Max: v}
			hours[k] = h
		}
		h.Mean += v
		h.Min, h.Max = min(h.Min, v), max(h.Max, v)
		h.Count++
	}
	out := make([]SenderHour, 0, len(hours))
	for _, h := range hours {
		h.Mean /= float64(h.Count)
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b SenderHour) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.Factor < b.Factor {
			return -1
		}
		return 1
	})
	return out, nil
}
