package telemetry

import (
	"context"
	"errors"
	"sort"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/decimal"
)

// CurrentValue is what a factor at an outlet reads now.
type CurrentValue struct {
	Factor    string
	Value     decimal.Decimal
	Converted *decimal.Decimal // 折算
	Flag      string           // as sent; "" = not given
	At        time.Time        // of the data
	CN        hj212.Command    // 2011 realtime, 2051 and 2061 where no realtime values are sent
}

// Judged is the number that limits are compared with.
func (v CurrentValue) Judged() decimal.Decimal {
	if v.Converted != nil {
		return *v.Converted
	}
	return v.Value
}

// Current is the state of an outlet: when it was heard last and what its factors
// read, by code.
type Current struct {
	LastAt time.Time // receipt of its last frame; zero = never
	Values []CurrentValue
}

// onlineAfter is how long an outlet may be silent before it counts as offline:
// several uploads at the longest usual interval.
const onlineAfter = 10 * time.Minute

// Online reports whether the outlet was heard recently.
func (c Current) Online(now time.Time) bool {
	return !c.LastAt.IsZero() && now.Sub(c.LastAt) <= onlineAfter
}

// currentBook keeps the current values in memory; it is rebuilt at the start.
type currentBook struct {
	mu      sync.RWMutex
	of      map[string]*currentOutlet
	devices map[int64]time.Time // when each device was heard last, by number
}

type currentOutlet struct {
	lastAt time.Time
	values map[string]CurrentValue
}

// staleRealtime is how old a realtime value may be before a minute or hourly
// value takes its place.
const staleRealtime = 2 * time.Hour

func (b *currentBook) apply(r *Record) {
	if r.OutletID == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.outlet(r.OutletID)
	if r.Received.After(o.lastAt) {
		o.lastAt = r.Received
	}
	b.hear(r.Device, r.Received)
	value, converted, ok := measuresOf(r.CN)
	if !ok || !r.Plausible() {
		return
	}
	for _, it := range r.Items {
		n, ok := it.Get(value)
		if !ok {
			continue
		}
		v := CurrentValue{Factor: it.Factor, Value: n, Flag: it.Flag, At: r.Time, CN: r.CN}
		if c, ok := it.Get(converted); ok {
			v.Converted = usable(&c)
		}
		if v.replaces(o.values[it.Factor]) {
			o.values[it.Factor] = v
		}
	}
}

// replaces prefers the newer value, and realtime to means of the same time.
func (v CurrentValue) replaces(old CurrentValue) bool {
	if old.CN == CNRealtime && v.CN != CNRealtime {
		return v.At.Sub(old.At) > staleRealtime
	}
	if old.CN != 0 && old.CN != CNRealtime && v.CN == CNRealtime {
		return old.At.Sub(v.At) <= staleRealtime
	}
	return !v.At.Before(old.At)
}

// measuresOf says which measures of a command are its value and converted value.
func measuresOf(cn hj212.Command) (value, converted Measure, ok bool) {
	switch cn {
	case CNRealtime:
		return Rtd, ZsRtd, true
	case CNMinute, CNHour:
		return Avg, ZsAvg, true
	}
	return 0, 0, false
}

// hear is called with mu held.
func (b *currentBook) hear(device int64, at time.Time) {
	if b.devices == nil {
		b.devices = map[int64]time.Time{}
	}
	if at.After(b.devices[device]) {
		b.devices[device] = at
	}
}

func (b *currentBook) device(num int64) time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.devices[num]
}

// outlet is called with mu held.
func (b *currentBook) outlet(id string) *currentOutlet {
	if b.of == nil {
		b.of = map[string]*currentOutlet{}
	}
	o := b.of[id]
	if o == nil {
		o = &currentOutlet{values: map[string]CurrentValue{}}
		b.of[id] = o
	}
	return o
}

func (b *currentBook) read(id string) Current {
	b.mu.RLock()
	defer b.mu.RUnlock()
	o := b.of[id]
	if o == nil {
		return Current{Values: []CurrentValue{}}
	}
	c := Current{LastAt: o.lastAt, Values: make([]CurrentValue, 0, len(o.values))}
	for _, v := range o.values {
		c.Values = append(c.Values, v)
	}
	sort.Slice(c.Values, func(i, j int) bool { return c.Values[i].Factor < c.Values[j].Factor })
	return c
}

// heard lists when each outlet was heard last.
func (b *currentBook) heard() map[string]time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make(map[string]time.Time, len(b.of))
	for id, o := range b.of {
		out[id] = o.lastAt
	}
	return out
}

// How far back the current values are looked for at a start: realtime and minute
// values of a day, hourly values of a week, and no more rows than this.
const (
	rebuildShort = 24 * time.Hour
	rebuildLong  = 7 * 24 * time.Hour
	rebuildRows  = 400_000
)

var errEnough = errors.New("enough rows")

// rebuild reads the current values from the rows, newest first. Times of receipt
// are not in the rows; the time of the data stands in for them.
func (b *currentBook) rebuild(ctx context.Context, s *Store, now time.Time) error {
	for _, step := range []struct {
		cn   hj212.Command
		back time.Duration
	}{{CNRealtime, rebuildShort}, {CNMinute, rebuildShort}, {CNHour, rebuildLong}} {
		from, to := now.Add(-step.back).UnixMicro(), now.Add(time.Hour).UnixMicro()
		shards := s.shards.list(from, to)
		rows := 0
		for i := len(shards) - 1; i >= 0; i-- {
			err := s.shards.reader(shards[i], func(h querier) error {
				return b.rebuildFrom(ctx, s, h, step.cn, from, to, &rows)
			})
			if err != nil && !errors.Is(err, errEnough) {
				return err
			}
		}
	}
	return nil
}

func (b *currentBook) rebuildFrom(ctx context.Context, s *Store, h querier, cn hj212.Command, from, to int64, rows *int) error {
	kinds, err := kindsIn(ctx, h)
	if err != nil {
		return err
	}
	g := s.registry.Load()
	value, converted, _ := measuresOf(cn)
	for _, k := range kinds {
		if k.CN() != cn {
			continue
		}
		err := rowsBackwards(ctx, h, k, from, to, func(r *packedRow) error {
			if *rows++; *rows > rebuildRows {
				return errEnough
			}
			dev := g.byNum[r.device]
			if dev == nil {
				return nil
			}
			items, err := unpack(r.data, k.ST())
			if err != nil {
				return err
			}
			b.older(dev, items, value, converted, moment(r.time), cn)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// older adds values found going back in time: what is there already is newer.
func (b *currentBook) older(dev *Device, items []Item, value, converted Measure, at time.Time, cn hj212.Command) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.outlet(dev.OutletID)
	if at.After(o.lastAt) {
		o.lastAt = at
	}
	b.hear(dev.Num, at)
	for _, it := range items {
		n, ok := it.Get(value)
		if _, there := o.values[it.Factor]; !ok || there {
			continue
		}
		v := CurrentValue{Factor: it.Factor, Value: n, Flag: it.Flag, At: at, CN: cn}
		if c, ok := it.Get(converted); ok {
			v.Converted = usable(&c)
		}
		o.values[it.Factor] = v
	}
}
