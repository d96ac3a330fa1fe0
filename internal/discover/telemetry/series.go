package telemetry

import (
	"context"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

// SeriesKind says which values a series holds.
type SeriesKind string

// The kinds of series.
const (
	SeriesRealtime SeriesKind = "realtime"
	SeriesMinute   SeriesKind = "minute"
	SeriesHour     SeriesKind = "hour"
	SeriesDay      SeriesKind = "day"
)

// longest is the stretch of time that one request may ask for.
var longest = map[SeriesKind]time.Duration{
	SeriesRealtime: 3 * 24 * time.Hour, SeriesMinute: 31 * 24 * time.Hour,
	SeriesHour: 400 * 24 * time.Hour, SeriesDay: 3700 * 24 * time.Hour,
}

// Point is one value of a series.
type Point struct {
	At        time.Time
	Value     decimal.Decimal
	Converted *decimal.Decimal
	Min, Max  *decimal.Decimal
	Flag      string // N = valid; as sent for realtime and minute values
	Source    string // of hourly and daily values: report, minute, realtime, hour
}

// Judged is the number that limits are compared with.
func (p Point) Judged() decimal.Decimal {
	if p.Converted != nil {
		return *p.Converted
	}
	return p.Value
}

// Series is the values of one factor in the order of time, newest versions.
type Series struct {
	Factor string
	Points []Point
}

// SeriesQuery asks for series of an outlet in From <= t < To. Without Factors all
// are given.
type SeriesQuery struct {
	OutletID string
	Kind     SeriesKind
	Factors  []string
	From, To time.Time

	devices []int64 // instead of an outlet's
}

// seriesPoints bounds the points of one answer, over all factors.
const seriesPoints = 60_000

// SeriesOf reads series, by factor. Truncated says that the end is missing,
// because there are more points than an answer takes.
func (s *Store) SeriesOf(ctx context.Context, q SeriesQuery) (out []Series, truncated bool, err error) {
	limit, known := longest[q.Kind]
	switch {
	case !known:
		return nil, false, fault.Invalidf("数据类型应为 realtime、minute、hour 或 day").With("kind", "请选择数据类型")
	case !q.From.Before(q.To):
		return nil, false, fault.Invalidf("结束时间应晚于开始时间").With("to", "应晚于开始时间")
	case q.To.Sub(q.From) > limit:
		return nil, false, fault.Invalidf("一次最多查询 %d 天，请缩短时间范围", limit/(24*time.Hour)).With("from", "时间范围过长")
	}
	c := collector{want: q.Factors, by: map[string]map[int64]Point{}}
	switch q.Kind {
	case SeriesHour, SeriesDay:
		err = s.officialSeries(ctx, q, &c)
	default:
		err = s.rowSeries(ctx, q, &c)
	}
	if errors.Is(err, errEnough) {
		err, truncated = nil, true
	}
	return c.series(), truncated, err
}

// collector gathers points; a later one of the same time replaces the earlier.
type collector struct {
	want []string
	by   map[string]map[int64]Point
	n    int
}

func (c *collector) put(code string, p Point) error {
	if len(c.want) > 0 && !slices.Contains(c.want, code) {
		return nil
	}
	if c.n >= seriesPoints {
		return errEnough
	}
	m := c.by[code]
	if m == nil {
		m = map[int64]Point{}
		c.by[code] = m
	}
	at := p.At.UnixMicro()
	if _, there := m[at]; !there {
		c.n++
	}
	m[at] = p
	return nil
}

func (c *collector) series() []Series {
	out := make([]Series, 0, len(c.by))
	for code, m := range c.by {
		s := Series{Factor: code, Points: make([]Point, 0, len(m))}
		for _, p := range m {
			s.Points = append(s.Points, p)
		}
		sort.Slice(s.Points, func(i, j int) bool { return s.Points[i].At.Before(s.Points[j].At) })
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Factor < out[j].Factor })
	return out
}

func (s *Store) officialSeries(ctx context.Context, q SeriesQuery, c *collector) error {
	p := Hour
	if q.Kind == SeriesDay {
		p = Day
	}
	return s.d.Read(ctx, func(tx *db.Tx) error {
		return eachPoint(ctx, tx, p, q, c.put)
	})
}

func (s *Store) rowSeries(ctx context.Context, q SeriesQuery, c *collector) error {
	cn := CNRealtime
	if q.Kind == SeriesMinute {
		cn = CNMinute
	}
	value, converted, _ := measuresOf(cn)
	take := func(r *packedRow) error {
		items, err := unpack(r.data, r.kind.ST())
		if err != nil {
			return err
		}
		for _, it := range items {
			x, ok := sampleOf(it, r.time, value, converted)
			if !ok {
				continue
			}
			if err := c.put(it.Factor, Point{At: moment(r.time), Value: x.value, Converted: x.converted, Min: x.min, Max: x.max, Flag: it.Flag}); err != nil {
				return err
			}
		}
		return nil
	}
	return s.rowsOfDevices(ctx, s.devicesOf(q.OutletID, q.devices), q.From.UnixMicro(), q.To.UnixMicro(), metersOnly(q.devices, func(k Kind) bool { return k.CN() == cn }), false, take)
}

// devicesOf gives the devices asked for, else those of the outlet.
func (s *Store) devicesOf(outletID string, devices []int64) []int64 {
	if devices != nil {
		return devices
	}
	return s.registry.Load().of[outletID]
}

// rowsOfDevices walks the rows of devices, kind by kind, each in the order of
// time; without data where only keys are asked for.
func (s *Store) rowsOfDevices(ctx context.Context, devices []int64, from, to int64, want func(Kind) bool, keysOnly bool, f func(*packedRow) error) error {
	for _, sh := range s.shards.list(from, to) {
		err := s.shards.reader(sh, func(h querier) error {
			in := stretch{from: from, to: to, keysOnly: keysOnly}
			if err := in.look(ctx, h); err != nil {
				return err
			}
			kinds, err := kindsIn(ctx, h)
			if err != nil {
				return err
			}
			for _, k := range kinds {
				if !want(k) {
					continue
				}
				for _, num := range devices {
					if err := sh.rowsOf(ctx, h, k, num, in, f); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// RawFrame is one stored frame as it was received.
type RawFrame struct {
	MN       string
	ST       string
	CN       hj212.Command
	Time     time.Time // of the data
	Received time.Time
	Part     int
	Version  int64
	Raw      []byte // from ## to the CRC, as received
	Plain    []byte // the segment after decryption, nil when it came plain

	meter *MeterRecord
}

// frameKey orders frames, newest first.
type frameKey struct{ time, kind, device, part, version, seq int64 }

func (a frameKey) after(b frameKey) bool {
	for _, c := range [][2]int64{{a.time, b.time}, {a.kind, b.kind}, {a.device, b.device}, {a.part, b.part}, {a.version, b.version}} {
		if c[0] != c[1] {
			return c[0] > c[1]
		}
	}
	return false
}

// FrameQuery asks for the frames of an outlet whose data lie in From <= t < To.
// A zero To is a day from now (clocks run fast), a zero From a month before To.
type FrameQuery struct {
	OutletID string
	From, To time.Time
	Cursor   string
	Limit    int

	devices []int64 // instead of an outlet's
}

// frameBack is how far back frames are looked for at most.
const frameBack = 31 * 24 * time.Hour

// FramesOf reads stored frames, newest data first; next is the cursor of what
// follows, "" at the end.
func (s *Store) FramesOf(ctx context.Context, q FrameQuery) (out []RawFrame, next string, err error) {
	if q.To.IsZero() {
		q.To = s.d.Now().Add(24 * time.Hour)
	}
	if q.From.IsZero() || q.To.Sub(q.From) > frameBack {
		q.From = q.To.Add(-frameBack)
	}
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	var before *frameKey
	if q.Cursor != "" {
		k, err := readFrameCursor(q.Cursor)
		if err != nil {
			return nil, "", err
		}
		before = &k
		if end := moment(k.time + 1); end.Before(q.To) {
			q.To = end
		}
	}
	keys, err := s.frameKeys(ctx, q, before)
	if err != nil {
		return nil, "", err
	}
	if len(keys) > q.Limit {
		keys = keys[:q.Limit]
		next = keys[q.Limit-1].cursor()
	}
	out, err = s.framesBy(ctx, keys)
	return out, next, err
}

// frameKeys finds the newest keys, going back step by step until there are more
// than enough.
func (s *Store) frameKeys(ctx context.Context, q FrameQuery, before *frameKey) ([]frameKey, error) {
	var keys []frameKey
	step := 2 * time.Hour
	for to := q.To; to.After(q.From) && len(keys) <= q.Limit; step *= 2 {
		from := to.Add(-step)
		if from.Before(q.From) {
			from = q.From
		}
		var found []frameKey
		err := s.rowsOfDevices(ctx, s.devicesOf(q.OutletID, q.devices), from.UnixMicro(), to.UnixMicro(), metersOnly(q.devices, func(Kind) bool { return true }), true, func(r *packedRow) error {
			k := frameKey{r.time, int64(r.kind), r.device, int64(r.part), r.version, r.seq}
			if before == nil || before.after(k) {
				found = append(found, k)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		sort.Slice(found, func(i, j int) bool { return found[i].after(found[j]) })
		keys = append(keys, found...)
		to = from
	}
	return keys, nil
}

// batchPlace names the part of a batch that stands in one shard.
type batchPlace struct {
	shard string
	seq   int64
}

// framesBy reads the raw frames of keys from their batches.
func (s *Store) framesBy(ctx context.Context, keys []frameKey) ([]RawFrame, error) {
	out := make([]RawFrame, len(keys))
	wanted := map[batchPlace]map[frameKey]int{}
	for i, k := range keys {
		p := batchPlace{s.shards.key(k.time), k.seq}
		if wanted[p] == nil {
			wanted[p] = map[frameKey]int{}
		}
		wanted[p][k] = i
	}
	g := s.registry.Load()
	var dec recorder
	for p, want := range wanted {
		payload, at, err := s.payloadOf(ctx, p)
		if err != nil {
			return nil, err
		}
		err = eachFrame(payload, at, func(f *storedFrame) error {
			k := frameKey{time: f.time, device: f.device, version: f.version, seq: p.seq}
			if !likely(want, k) {
				return nil
			}
			r, err := dec.record(f, p.seq, g)
			if err != nil {
				return err
			}
			k.kind, k.part = int64(KindOf(r.ST, r.CN)), int64(r.Part)
			if i, ok := want[k]; ok && f.meter {
				sheet, err := f.sheet()
				out[i].meter = &MeterRecord{Record: r, Mapping: sheet.mapping, Payload: append([]byte(nil), sheet.payload...)}
				return err
			} else if ok {
				out[i] = RawFrame{MN: r.MN, ST: r.ST, CN: r.CN, Time: r.Time, Received: r.Received, Part: r.Part, Version: r.Version,
					Raw: append([]byte(nil), f.raw...), Plain: append([]byte(nil), f.plain...)}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// likely reports whether a wanted key agrees with what is known before parsing.
func likely(want map[frameKey]int, k frameKey) bool {
	for w := range want {
		if w.time == k.time && w.device == k.device && w.version == k.version {
			return true
		}
	}
	return false
}

func (s *Store) payloadOf(ctx context.Context, p batchPlace) (payload []byte, at int64, err error) {
	s.shards.mu.Lock()
	sh := s.shards.all[p.shard]
	s.shards.mu.Unlock()
	err = s.shards.reader(sh, func(h querier) error {
		b, err := s.shards.batchOf(ctx, sh, h, p.seq)
		if err != nil {
			return err
		}
		at = b.at
		payload, err = b.open()
		return err
	})
	return payload, at, err
}
