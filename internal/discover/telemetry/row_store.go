package telemetry

import (
	"context"
	"database/sql"
)

// rowFrom is what eachRow scans; who looks at keys only leaves the data out.
const (
	rowKeys    = `kind, time, device, part, version, seq, hash`
	rowColumns = rowKeys + `, data`
)

// eachRow walks a query of rowColumns, or of rowKeys.
func eachRow(found *sql.Rows, err error, f func(*packedRow) error) error {
	if err != nil {
		return err
	}
	defer found.Close()
	var r packedRow
	var data sql.RawBytes
	to := []any{&r.kind, &r.time, &r.device, &r.part, &r.version, &r.seq, &r.hash, &data}
	names, err := found.Columns()
	if err != nil {
		return err
	}
	for found.Next() {
		if err := found.Scan(to[:len(names)]...); err != nil {
			return err
		}
		r.data = data
		if err := f(&r); err != nil {
			return err
		}
	}
	return found.Err()
}

// openOfAll walks the rows of one kind that stand in no chunk, in the order of
// time, all devices.
func openOfAll(ctx context.Context, h querier, k Kind, from, to int64, f func(*packedRow) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+rowColumns+` FROM tele_row WHERE kind = $1 AND time >= $2 AND time < $3
		ORDER BY kind, time, device, part, version`, int64(k), from, to)
	return eachRow(found, err, f)
}

// openBackwards is openOfAll, newest first.
func openBackwards(ctx context.Context, h querier, k Kind, from, to int64, f func(*packedRow) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+rowColumns+` FROM tele_row WHERE kind = $1 AND time >= $2 AND time < $3
		ORDER BY kind DESC, time DESC, device DESC, part DESC, version DESC`, int64(k), from, to)
	return eachRow(found, err, f)
}

// openOf walks the rows of one kind and device that stand in no chunk, in the
// order of time. On SQLite, whose only key has the time first, it leaps from
// moment to moment: at most 86,400 look-ups for a day of any number of devices.
// PostgreSQL has an index.
func (sh *shard) openOf(ctx context.Context, h querier, k Kind, device, from, to int64, columns string, f func(*packedRow) error) error {
	query := `SELECT ` + columns + ` FROM tele_row WHERE kind = $1 AND device = $2 AND time >= $3 AND time < $4 ORDER BY time, part, version`
	if !sh.postgres {
		query = `WITH RECURSIVE moment (m) AS (
				SELECT MIN(time) FROM tele_row WHERE kind = $1 AND time >= $3 AND time < $4
				UNION ALL
				SELECT (SELECT MIN(time) FROM tele_row WHERE kind = $1 AND time > m AND time < $4) FROM moment WHERE m IS NOT NULL)
			SELECT ` + columns + ` FROM moment CROSS JOIN tele_row r
			WHERE r.kind = $1 AND r.time = m AND r.device = $2 AND m IS NOT NULL ORDER BY r.kind, r.time, r.device, r.part, r.version`
	}
	found, err := h.QueryContext(ctx, query, int64(k), device, from, to)
	return eachRow(found, err, f)
}

// kindsIn lists the kinds that a shard holds, leaping from one to the next.
func kindsIn(ctx context.Context, h querier) ([]Kind, error) {
	found, err := h.QueryContext(ctx, `WITH RECURSIVE leap (k) AS (
			SELECT MIN(kind) FROM tele_row
			UNION ALL
			SELECT (SELECT MIN(kind) FROM tele_row WHERE kind > k) FROM leap WHERE k IS NOT NULL),
		hop (k) AS (
			SELECT MIN(kind) FROM tele_chunk
			UNION ALL
			SELECT (SELECT MIN(kind) FROM tele_chunk WHERE kind > k) FROM hop WHERE k IS NOT NULL)
		SELECT k FROM leap WHERE k IS NOT NULL UNION SELECT k FROM hop WHERE k IS NOT NULL ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []Kind
	for found.Next() {
		var k Kind
		if err := found.Scan(&k); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, found.Err()
}

const chunkKeys = `kind, device, day, version, closing, rows, first, last, hash, keys`

func eachChunk(found *sql.Rows, err error, f func(*chunk) error) error {
	if err != nil {
		return err
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return err
	}
	for found.Next() {
		var c chunk
		to := []any{&c.kind, &c.device, &c.day, &c.version, &c.closing, &c.rows, &c.first, &c.last, &c.hash, &c.keys, &c.data}
		if err := found.Scan(to[:len(names)]...); err != nil {
			return err
		}
		if err := f(&c); err != nil {
			return err
		}
	}
	return found.Err()
}

// chunksOf reads the chunks of a kind and device that have rows of from <= t < to,
// by day and version; without data where only keys are asked for.
func chunksOf(ctx context.Context, h querier, k Kind, device, from, to int64, keysOnly bool) (out []chunk, err error) {
	columns := chunkKeys + `, data`
	if keysOnly {
		columns = chunkKeys
	}
	found, err := h.QueryContext(ctx, `SELECT `+columns+` FROM tele_chunk WHERE kind = $1 AND device = $2 AND day >= $3 AND day < $4 AND first < $4 AND last >= $5
		ORDER BY kind, device, day, version`, int64(k), device, midnight(from), to, from)
	err = eachChunk(found, err, func(c *chunk) error {
		out = append(out, *c)
		return nil
	})
	return out, err
}

// chunksOfDay reads all chunks of one kind and day.
func chunksOfDay(ctx context.Context, h querier, k Kind, day int64) (out []chunk, err error) {
	found, err := h.QueryContext(ctx, `SELECT `+chunkKeys+`, data FROM tele_chunk WHERE day = $1 AND kind = $2 ORDER BY day, kind, device, version`, day, int64(k))
	err = eachChunk(found, err, func(c *chunk) error {
		out = append(out, *c)
		return nil
	})
	return out, err
}

// closedIn lists the days of which rows may stand in chunks.
func closedIn(ctx context.Context, h querier, from, to int64) (days []int64, err error) {
	found, err := h.QueryContext(ctx, `SELECT day FROM tele_closed WHERE day >= $1 AND day < $2 ORDER BY day`, midnight(from), to)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var day int64
		if err := found.Scan(&day); err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	return days, found.Err()
}

// learnClosed reads the closed days for the writer.
func (sh *shard) learnClosed(ctx context.Context, h querier) error {
	days, err := closedIn(ctx, h, anyTime, everTime)
	if err == nil {
		sh.late = lateBook{}
		sh.closed = make(map[int64]bool, len(days))
		for _, d := range days {
			sh.closed[d] = true
		}
	}
	return err
}
