package telemetry

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/factor"
)

// HourMean is the plain mean of one factor's valid values in one hour, as sent: no
// official value, but what comparisons over many stations start from.
type HourMean struct {
	Device int64
	Factor string
	At     int64 // start of the hour, microseconds
	Mean   float64
	Count  int
}

const hourLength = int64(time.Hour / time.Microsecond)

// HourMeans gives the hourly means of all devices from the data of a command in
// from <= t < to, in no order. Closed days are read column by column, on all
// processors; f is called by one goroutine at a time.
func (s *Store) HourMeans(ctx context.Context, cn hj212.Command, from, to int64, f func(HourMean)) error {
	value, _, _ := measuresOf(cn)
	for _, sh := range s.shards.list(from, to) {
		err := s.shards.reader(sh, func(h querier) error {
			kinds, err := kindsIn(ctx, h)
			if err != nil {
				return err
			}
			closed, err := closedIn(ctx, h, from, to)
			for _, k := range kinds {
				if err != nil || k.CN() != cn {
					continue
				}
				m := meaner{sh: sh, h: h, kind: k, value: value, f: f}
				err = m.kindIn(ctx, closed, from, to)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// meaner works on one kind of one shard.
type meaner struct {
	sh    *shard
	h     querier
	kind  Kind
	value Measure
	f     func(HourMean)
}

func (m *meaner) kindIn(ctx context.Context, closed []int64, from, to int64) error {
	for _, day := range closed {
		if start := max(from, day); from < start {
			if err := m.open(ctx, from, start); err != nil {
				return err
			}
		}
		if err := m.day(ctx, day, max(from, day), min(to, day+dayLength)); err != nil {
			return err
		}
		from = min(to, day+dayLength)
	}
	if from >= to {
		return nil
	}
	return m.open(ctx, from, to)
}

func (m *meaner) open(ctx context.Context, from, to int64) error {
	s := summer{m: m}
	if err := openOfAll(ctx, m.h, m.kind, from, to, s.row); err != nil {
		return err
	}
	s.flush()
	return nil
}

// day sums up a closed day: the devices with one chunk and no open row column by
// column, the few others row by row.
func (m *meaner) day(ctx context.Context, day, from, to int64) error {
	late := map[int64]bool{}
	open, err := devicesIn(ctx, m.h, m.kind, day, everSeq)
	for _, d := range open {
		late[d.device] = true
	}
	if err != nil {
		return err
	}
	work, results := make(chan chunk, 64), make(chan chunkMeans, 64)
	var workers, collector sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for c := range work {
				out, err := c.hourMeans(m.value, from, to)
				results <- chunkMeans{c.device, out, err}
			}
		})
	}
	var failed error
	collector.Go(func() {
		for r := range results {
			if r.err != nil {
				failed = r.err
			}
			for _, x := range r.means {
				m.f(x)
			}
		}
	})
	slow := map[int64]bool{}
	for d := range late {
		slow[d] = true
	}
	err = eachChunkOfKind(ctx, m.h, m.kind, day, func(c *chunk, alone bool) error {
		if !alone || slow[c.device] {
			slow[c.device] = true
			return nil
		}
		select {
		case work <- *c:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(work)
	workers.Wait()
	close(results)
	collector.Wait()
	if err == nil {
		err = failed
	}
	for d := range slow {
		s := summer{m: m}
		if err == nil {
			err = m.sh.rowsOf(ctx, m.h, m.kind, d, stretch{from: from, to: to, closed: true}, s.row)
		}
		s.flush()
	}
	return err
}

// repeats reports whether two items of a shape are of one factor.
func (s *shape) repeats(st string) bool {
	seen := map[string]bool{}
	for i := range s.items {
		code := packedReader{rest: s.items[i].flags[0]}
		x := factor.Canonical(st, code.code())
		if seen[x] {
			return true
		}
		seen[x] = true
	}
	return false
}

type chunkMeans struct {
	device int64
	means  []HourMean
	err    error
}

// everSeq is behind every batch number.
const everSeq = int64(1) << 62

// summer sums up rows that come in the order of their keys: of several versions
// the last counts.
type summer struct {
	m     *meaner
	at    rowPlace // the moment whose versions are gathered
	now   map[string]float64
	hours map[hourKey]*hourSum
}

type hourKey struct {
	device int64
	factor string
	at     int64
}

type hourSum struct {
	sum float64
	n   int
}

func (s *summer) row(r *packedRow) error {
	if at := (rowPlace{r.time, r.device}); at != s.at {
		s.settle()
		s.at = at
	}
	items, err := unpack(r.data, r.kind.ST())
	if err != nil {
		return err
	}
	for _, it := range items {
		if s.now == nil {
			s.now = map[string]float64{}
		}
		if d, ok := it.Get(s.m.value); ok && it.Valid() {
			s.now[it.Factor] = d.Float64()
		} else {
			delete(s.now, it.Factor)
		}
	}
	return nil
}

func (s *summer) settle() {
	for code, v := range s.now {
		k := hourKey{s.at.device, code, s.at.time - mod(s.at.time, hourLength)}
		if s.hours == nil {
			s.hours = map[hourKey]*hourSum{}
		}
		if s.hours[k] == nil {
			s.hours[k] = &hourSum{}
		}
		s.hours[k].sum += v
		s.hours[k].n++
	}
	clear(s.now)
}

func (s *summer) flush() {
	s.settle()
	for k, h := range s.hours {
		s.m.f(HourMean{k.device, k.factor, k.at, h.sum / float64(h.n), h.n})
	}
	clear(s.hours)
}

func mod(a, b int64) int64 { return (a%b + b) % b }

// hourMeans sums up one measure of a chunk without making rows. Where a key has
// several versions, or rows have no shape, it goes row by row.
func (c *chunk) hourMeans(value Measure, from, to int64) ([]HourMean, error) {
	rows, err := c.unpackKeys()
	if err != nil {
		return nil, err
	}
	plain, err := unsqueeze(c.data)
	if err != nil {
		return nil, err
	}
	r := packedReader{rest: plain}
	n := r.uvarint()
	if n > uint64(len(rows)) {
		return nil, errPacked
	}
	shapes := make([]shape, n+1)
	for s := range shapes[1:] {
		r.shape(&shapes[s+1])
	}
	for i, s := range r.ints(len(rows)) {
		if s < 0 || s > int64(n) {
			return nil, errPacked
		}
		shapes[s].rows = append(shapes[s].rows, i)
	}
	if r.bad || len(shapes[0].rows) > 0 || slices.ContainsFunc(rows, func(r packedRow) bool { return r.version > 1 || r.part > 0 }) {
		return c.hourMeansByRow(value, from, to)
	}
	var out []HourMean
	for s := range shapes[1:] {
		if shapes[s+1].repeats(c.kind.ST()) {
			return c.hourMeansByRow(value, from, to)
		}
		out = append(out, r.means(c, &shapes[s+1], rows, value, from, to)...)
	}
	if r.bad || len(r.rest) > 0 {
		return nil, errPacked
	}
	if len(shapes) > 2 { // an hour may stand in several shapes
		out = joinMeans(out)
	}
	return out, nil
}

// means reads the columns of a shape and sums up one measure.
func (r *packedReader) means(c *chunk, s *shape, rows []packedRow, value Measure, from, to int64) (out []HourMean) {
	n := len(s.rows)
	for i := range s.items {
		it := &s.items[i]
		if it.set&(1<<value) == 0 {
			r.skipFlags(n)
		}
		var flags []int64
		if it.set&(1<<value) != 0 {
			flags = r.flagColumn(n)
		}
		for m := range measureCount {
			switch {
			case it.set&(1<<m) == 0:
			case m != value:
				r.skipValues(n)
			default:
				code := packedReader{rest: it.flags[0]} // the code as packed stands there
				out = r.sum(out, HourMean{Device: c.device, Factor: factor.Canonical(c.kind.ST(), code.code())}, s.rows, rows, flags, from, to)
			}
		}
		if r.bad {
			return nil
		}
	}
	return out
}

// flagColumn reads a column of flags as numbers.
func (r *packedReader) flagColumn(n int) []int64 {
	column := r.ints(n)
	count := 0
	for _, c := range column {
		if c == flagText {
			count++
		}
	}
	r.texts(count)
	return column
}

func (r *packedReader) skipFlags(n int) { r.flagColumn(n) }

// skipValues passes over a column of values.
func (r *packedReader) skipValues(n int) {
	texts := 0
	for _, s := range r.ints(n) {
		if s == packedText {
			texts++
		}
	}
	r.uvarint()
	r.skipInts(n - texts)
	r.texts(texts)
}

// sum adds the hours of one column.
func (r *packedReader) sum(out []HourMean, like HourMean, places []int, rows []packedRow, flags []int64, from, to int64) []HourMean {
	scales, mode := r.ints(len(places)), r.uvarint()
	texts := 0
	for _, s := range scales {
		if s == packedText {
			texts++
		}
	}
	mantissas, written := r.ints(len(places)-texts), r.texts(texts)
	if r.bad || mode > maxScale+1 {
		r.bad = true
		return nil
	}
	var now HourMean
	var sum, end int64 // of mantissas of one scale
	scale := int64(-1)
	settle := func() {
		if now.Count > 0 {
			now.Mean = (now.Mean + float64(sum)/float64(tens[max(scale, 0)])) / float64(now.Count)
			out = append(out, now)
		}
		now, sum = like, 0
	}
	settle()
	for i, s := range scales {
		var m int64
		var d hj212.Decimal
		number := true
		if s == packedText { // "007" is a number, "1e3" is none
			d, number = hj212.ParseDecimal(written[0])
			written = written[1:]
		} else {
			m, mantissas = mantissas[0], mantissas[1:]
		}
		at := rows[places[i]].time
		if f := flags[i]; !number || at < from || at >= to || f != -1 && f != 'N' && f != 'n' {
			continue
		}
		if at >= end || now.Count == 0 {
			settle()
			now.At = at - mod(at, hourLength)
			end = now.At + hourLength
		}
		now.Count++
		if s == packedText {
			now.Mean += decimal.Decimal(d).Float64()
			continue
		}
		if mode > 0 {
			s = int64(mode - 1)
		}
		if s < 0 || s > maxScale {
			r.bad = true
			return nil
		}
		if s != scale || sum > maxPacked || sum < -maxPacked {
			now.Mean += float64(sum) / float64(tens[max(scale, 0)])
			sum, scale = 0, s
		}
		sum += m
	}
	settle()
	return out
}

func (c *chunk) hourMeansByRow(value Measure, from, to int64) (out []HourMean, err error) {
	rows, err := c.unpackRows(from, to)
	s := summer{m: &meaner{value: value, f: func(m HourMean) { out = append(out, m) }}}
	for i := range rows {
		if err == nil {
			err = s.row(&rows[i])
		}
	}
	s.flush()
	return out, err
}

func joinMeans(list []HourMean) []HourMean {
	by := map[hourKey]*hourSum{}
	for _, x := range list {
		k := hourKey{x.Device, x.Factor, x.At}
		if by[k] == nil {
			by[k] = &hourSum{}
		}
		by[k].sum += x.Mean * float64(x.Count)
		by[k].n += x.Count
	}
	out := list[:0]
	for k, s := range by {
		out = append(out, HourMean{k.device, k.factor, k.at, s.sum / float64(s.n), s.n})
	}
	return out
}
