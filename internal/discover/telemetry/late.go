package telemetry

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
)

// lateBook keeps the keys of chunks that late rows were compared with, so that a
// history called back (数据补传) reads each chunk once. It belongs to the writer's
// goroutine.
type lateBook struct {
	of   map[lateKey][]lateRow
	rows int
}

// lateRow is what of a row in a chunk decides about a late one.
type lateRow struct {
	time, hash, version int64
	part                int
}

type lateKey struct {
	kind        Kind
	device, day int64
}

// lateRows bounds the rows that a book holds, 32 bytes each: a day of 1,000 devices.
const lateRows = 1_500_000

func (b *lateBook) put(k lateKey, rows []packedRow) []lateRow {
	if b.rows+len(rows) > lateRows || b.of == nil {
		b.of, b.rows = map[lateKey][]lateRow{}, 0
	}
	list := make([]lateRow, len(rows))
	for i, r := range rows {
		list[i] = lateRow{r.time, r.hash, r.version, r.part}
	}
	b.of[k] = list
	b.rows += len(rows)
	return list
}

// splitLate takes the rows of days that stand in chunks out of a batch: their
// keys may be taken although no open row has them.
func (sh *shard) splitLate(rows []routed) (live, late []routed) {
	if len(sh.closed) == 0 {
		return rows, nil
	}
	for i, r := range rows {
		closed := sh.closed[midnight(r.entry.Time)]
		if closed && late == nil {
			live = append(make([]routed, 0, len(rows)), rows[:i]...)
		}
		switch {
		case closed:
			late = append(late, r)
		case late != nil:
			live = append(live, r)
		}
	}
	if late == nil {
		return rows, nil
	}
	return live, late
}

// addLate settles an entry whose day stands in chunks: like addVersion, with the
// versions in the chunks counted in.
func (sh *shard) addLate(ctx context.Context, tx *sql.Tx, seq int64, r routed) error {
	e := r.entry
	last, same, err := versions(ctx, tx.StmtContext(ctx, sh.stmt.rowVersions), e.Hash, int64(e.Kind), e.Time, r.device, e.Part)
	if err != nil {
		return err
	}
	k := lateKey{e.Kind, r.device, midnight(e.Time)}
	closed, known := sh.late.of[k]
	if !known {
		chunks, err := chunksOf(ctx, tx, k.kind, k.device, k.day, k.day+dayLength, true)
		if err != nil {
			return err
		}
		rows, err := unpackAll(chunks, k.day, k.day+dayLength, true)
		if err != nil {
			return err
		}
		closed = sh.late.put(k, rows)
	}
	i, _ := slices.BinarySearchFunc(closed, e, func(r lateRow, e *Entry) int {
		return cmp.Or(cmp.Compare(r.time, e.Time), cmp.Compare(r.part, e.Part))
	})
	for ; i < len(closed) && closed[i].time == e.Time && closed[i].part == e.Part; i++ {
		last = max(last, closed[i].version)
		if closed[i].hash == e.Hash {
			same = closed[i].version
		}
	}
	return sh.settle(ctx, tx, seq, r, last, same)
}

// settle stores an entry as the version after the last, unless the same data
// stand there.
func (sh *shard) settle(ctx context.Context, tx *sql.Tx, seq int64, r routed, last, same int64) error {
	e := r.entry
	if same > 0 {
		e.Outcome, e.Version = Duplicate, same
		return nil
	}
	e.Outcome, e.Version = Stored, last+1
	_, err := tx.StmtContext(ctx, sh.stmt.addRow).ExecContext(ctx, int64(e.Kind), e.Time, r.device, e.Part, e.Version, seq, e.Hash, e.Packed)
	return err
}
