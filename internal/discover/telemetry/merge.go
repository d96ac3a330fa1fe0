package telemetry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// A row stands in tele_row until its day is closed and in a chunk from then on;
// for a while in both. Whoever reads rows reads them through here and does not
// notice.

// midnight is the midnight in Beijing at or before a moment, in microseconds.
func midnight(micros int64) int64 {
	t := time.UnixMicro(micros).In(hj212.Beijing)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, hj212.Beijing).UnixMicro()
}

const dayLength = int64(24 * time.Hour / time.Microsecond)

// compareRows orders rows of one kind as their key does.
func compareRows(a, b *packedRow) int {
	return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.device, b.device), cmp.Compare(a.part, b.part), cmp.Compare(a.version, b.version))
}

// stretch is what rows are read of: from <= t < to, without data where only keys
// are asked for. closed says that some of its days may stand in chunks.
type stretch struct {
	from, to         int64
	keysOnly, closed bool
}

func (s *stretch) look(ctx context.Context, h querier) error {
	days, err := closedIn(ctx, h, s.from, s.to)
	s.closed = len(days) > 0
	return err
}

// rowsOf walks the rows of one kind and device in the order of their keys, after
// a look at the stretch.
func (sh *shard) rowsOf(ctx context.Context, h querier, k Kind, device int64, in stretch, f func(*packedRow) error) error {
	columns := rowColumns
	if in.keysOnly {
		columns = rowKeys
	}
	if !in.closed {
		return sh.openOf(ctx, h, k, device, in.from, in.to, columns, f)
	}
	chunks, err := chunksOf(ctx, h, k, device, in.from, in.to, in.keysOnly)
	if err != nil {
		return err
	}
	m := merger{chunks: chunks, in: in, f: f}
	if err := sh.openOf(ctx, h, k, device, in.from, in.to, columns, m.open); err != nil {
		return err
	}
	return m.rest()
}

// merger puts the rows of one device's chunks, which are unpacked a day at a
// time, between its open rows.
type merger struct {
	chunks []chunk
	in     stretch
	f      func(*packedRow) error

	rows []packedRow // unpacked and not yet given
}

// peek gives the next row from the chunks, nil at the end.
func (m *merger) peek() (*packedRow, error) {
	for len(m.rows) == 0 && len(m.chunks) > 0 {
		n := 1
		for n < len(m.chunks) && m.chunks[n].day == m.chunks[0].day {
			n++
		}
		rows, err := unpackAll(m.chunks[:n], m.in.from, m.in.to, m.in.keysOnly)
		if err != nil {
			return nil, err
		}
		m.rows, m.chunks = rows, m.chunks[n:]
	}
	if len(m.rows) == 0 {
		return nil, nil
	}
	return &m.rows[0], nil
}

// open gives the rows that stand before an open one, and the open one unless it
// stands in a chunk too.
func (m *merger) open(r *packedRow) error {
	for {
		next, err := m.peek()
		if err != nil {
			return err
		}
		if next == nil || compareRows(next, r) > 0 {
			return m.f(r)
		}
		m.rows = m.rows[1:]
		same := compareRows(next, r) == 0
		if err := m.f(next); err != nil || same {
			return err
		}
	}
}

func (m *merger) rest() error {
	for {
		next, err := m.peek()
		if err != nil || next == nil {
			return err
		}
		m.rows = m.rows[1:]
		if err := m.f(next); err != nil {
			return err
		}
	}
}

// unpackAll gives the rows of chunks of one day in the order of their keys.
func unpackAll(chunks []chunk, from, to int64, keysOnly bool) (all []packedRow, err error) {
	for i := range chunks {
		var rows []packedRow
		if keysOnly {
			rows, err = chunks[i].unpackKeys()
			rows = between(rows, from, to)
		} else {
			rows, err = chunks[i].unpackRows(from, to)
		}
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = rows
		} else {
			all = append(all, rows...)
		}
	}
	if len(chunks) > 1 {
		slices.SortStableFunc(all, func(a, b packedRow) int { return compareRows(&a, &b) })
	}
	return all, nil
}

// rowsOfAll walks the rows of one kind, all devices, in the order of time; where
// days are closed, device by device.
func (sh *shard) rowsOfAll(ctx context.Context, h querier, k Kind, devices []int64, in stretch, f func(*packedRow) error) error {
	if !in.closed {
		return openOfAll(ctx, h, k, in.from, in.to, f)
	}
	for _, d := range devices {
		if err := sh.rowsOf(ctx, h, k, d, in, f); err != nil {
			return err
		}
	}
	return nil
}

// rowsBackwards walks the rows of one kind, newest first.
func rowsBackwards(ctx context.Context, h querier, k Kind, from, to int64, f func(*packedRow) error) error {
	closed, err := closedIn(ctx, h, from, to)
	if err != nil {
		return err
	}
	for i := len(closed) - 1; i >= 0; i-- {
		start, end := max(from, closed[i]), min(to, closed[i]+dayLength)
		if end < to {
			if err := openBackwards(ctx, h, k, end, to, f); err != nil {
				return err
			}
		}
		if err := dayBackwards(ctx, h, k, closed[i], start, end, f); err != nil {
			return err
		}
		to = start
	}
	if from >= to {
		return nil
	}
	return openBackwards(ctx, h, k, from, to, f)
}

// dayBackwards gives the rows of one kind and closed day, newest first.
func dayBackwards(ctx context.Context, h querier, k Kind, day, from, to int64, f func(*packedRow) error) error {
	chunks, err := chunksOfDay(ctx, h, k, day)
	if err != nil {
		return err
	}
	rows, err := unpackAll(chunks, from, to, false)
	if err != nil {
		return err
	}
	err = openOfAll(ctx, h, k, from, to, func(r *packedRow) error {
		open := *r
		open.data = slices.Clone(r.data)
		rows = append(rows, open)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b packedRow) int { return compareRows(&b, &a) })
	for i := range rows {
		if i > 0 && compareRows(&rows[i-1], &rows[i]) == 0 {
			continue
		}
		if err := f(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}
