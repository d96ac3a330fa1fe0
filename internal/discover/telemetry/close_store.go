package telemetry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/qingshao/qingshao/internal/db"
)

// openDays adds the days before a moment that have open rows, leaping from day
// to day.
func openDays(ctx context.Context, h querier, until int64, days map[int64]bool) error {
	kinds, err := kindsIn(ctx, h)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		for from := int64(-1 << 62); ; {
			var first sql.NullInt64
			err := h.QueryRowContext(ctx, `SELECT MIN(time) FROM tele_row WHERE kind = $1 AND time >= $2 AND time < $3`, int64(k), from, until).Scan(&first)
			if err != nil {
				return err
			}
			if !first.Valid {
				break
			}
			day := midnight(first.Int64)
			days[day], from = true, day+dayLength
		}
	}
	return nil
}

// markedDays gives the last closing that was begun of each day.
func markedDays(ctx context.Context, h querier) (map[int64]int64, error) {
	found, err := h.QueryContext(ctx, `SELECT day, closing FROM tele_closed`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	out := map[int64]int64{}
	for found.Next() {
		var day, closing int64
		if err := found.Scan(&day, &closing); err != nil {
			return nil, err
		}
		out[day] = closing
	}
	return out, found.Err()
}

// deviceRows is how many open rows a device has in a day.
type deviceRows struct{ device, rows int64 }

func devicesIn(ctx context.Context, h querier, k Kind, day, through int64) (out []deviceRows, err error) {
	found, err := h.QueryContext(ctx, `SELECT device, COUNT(*) FROM tele_row WHERE kind = $1 AND time >= $2 AND time < $3 AND seq <= $4
		GROUP BY device ORDER BY device`, int64(k), day, day+dayLength, through)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var d deviceRows
		if err := found.Scan(&d.device, &d.rows); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, found.Err()
}

// openBetween walks the open rows of a day's devices from first to last.
func openBetween(ctx context.Context, h querier, k Kind, day, through, first, last int64, f func(*packedRow) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+rowColumns+` FROM tele_row WHERE kind = $1 AND time >= $2 AND time < $3 AND device >= $4 AND device <= $5 AND seq <= $6
		ORDER BY kind, time, device, part, version`, int64(k), day, day+dayLength, first, last, through)
	return eachRow(found, err, f)
}

// markClosed notes that rows of a day may stand in chunks from now on, for the
// writers of all nodes.
func markClosed(ctx context.Context, tx *sql.Tx, sh *shard, day, closing int64) error {
	if sh.postgres {
		if _, err := tx.ExecContext(ctx, `UPDATE tele_head SET turn = turn + 1 WHERE one = 1`); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO tele_closed (day, closing) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET closing = excluded.closing`, day, closing)
	if err != nil {
		return err
	}
	return sh.learnClosed(ctx, tx)
}

func addChunk(ctx context.Context, tx *sql.Tx, c *chunk) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tele_chunk (`+chunkKeys+`, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		int64(c.kind), c.device, c.day, c.version, c.closing, c.rows, c.first, c.last, c.hash, c.keys, c.data)
	return err
}

// lastClosing is the highest closing of a day that wrote a chunk, 0 when none did.
func lastClosing(ctx context.Context, h querier, day int64) (n int64, err error) {
	err = h.QueryRowContext(ctx, `SELECT COALESCE(MAX(closing), 0) FROM tele_chunk WHERE day = $1`, day).Scan(&n)
	return n, err
}

// dayRoot sums up the chunks that a closing of a day covers: those that it and the
// closings before it wrote.
type dayRoot struct {
	hash         []byte
	chunks, rows int64
}

func rootOf(ctx context.Context, h querier, day, closing int64) (r dayRoot, err error) {
	found, err := h.QueryContext(ctx, `SELECT hash, rows FROM tele_chunk WHERE day = $1 AND closing <= $2 ORDER BY day, kind, device, version`, day, closing)
	if err != nil {
		return r, err
	}
	defer found.Close()
	sum := sha256.New()
	for found.Next() {
		var hash []byte
		var rows int64
		if err := found.Scan(&hash, &rows); err != nil {
			return r, err
		}
		sum.Write(hash)
		r.chunks, r.rows = r.chunks+1, r.rows+rows
	}
	r.hash = sum.Sum(nil)
	return r, found.Err()
}

// slicePages is how many free pages are given back in one transaction.
const slicePages = 250

// shrink gives the room of a month's closed days back to the disk. Files that
// programs before this one made cannot give it back and keep it.
func (s *Store) shrink(ctx context.Context, sh *shard) error {
	for left, before := int64(1), int64(-1); left > 0 && left != before; {
		before = left
		err := s.paced(ctx, sh, func(ctx context.Context, tx *sql.Tx, _ *shard) error {
			found, err := tx.QueryContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, slicePages))
			if err != nil {
				return err
			}
			for found.Next() { // each step moves a page
			}
			if err := errors.Join(found.Err(), found.Close()); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&left)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// placeBehind gives the place behind the next rows of a kind and day, at most limit;
// done says that there are no more.
func (sh *shard) placeBehind(ctx context.Context, h querier, k Kind, day int64, from rowPlace, limit int) (next rowPlace, done bool, err error) {
	next = rowPlace{day + dayLength, 0}
	if sh.postgres {
		// Without statistics of a new table the server would sort the rest of the day.
		var set string
		if err := h.QueryRowContext(ctx, `SELECT set_config('enable_bitmapscan', 'off', TRUE)`).Scan(&set); err != nil {
			return next, false, err
		}
	}
	err = h.QueryRowContext(ctx, `SELECT time, device FROM tele_row WHERE kind = $1 AND (time, device) >= ($2, $3) AND time < $4
		ORDER BY kind, time, device, part, version LIMIT 1 OFFSET $5`, int64(k), from.time, from.device, day+dayLength, limit).Scan(&next.time, &next.device)
	if db.IsMissing(err) {
		err, done = nil, true
	}
	if next == from {
		next.device++
	}
	return next, done, err
}

// removeRows removes the rows between two places that stand in chunks.
func removeRows(ctx context.Context, tx *sql.Tx, k Kind, through int64, from, to rowPlace) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM tele_row WHERE kind = $1 AND (time, device) >= ($2, $3) AND (time, device) < ($4, $5) AND seq <= $6`,
		int64(k), from.time, from.device, to.time, to.device, through)
	return err
}

type rowPlace struct{ time, device int64 }

// closedDay is a row of tele_day.
type closedDay struct {
	day, closing, through int64
	dayRoot
	cleared bool
}

func scanClosedDay(s db.Scanner) (d closedDay, err error) {
	err = s.Scan(&d.day, &d.closing, &d.through, &d.chunks, &d.rows, &d.hash, &d.cleared)
	return d, err
}

const closedDayColumns = `day, closing, through, chunks, rows, root, cleared`

// newestClosing is the last closing of a day that is done; closing is 0 when
// there is none.
func newestClosing(ctx context.Context, tx *db.Tx, day int64) (closedDay, error) {
	d, err := db.One(ctx, tx, scanClosedDay, `SELECT `+closedDayColumns+` FROM tele_day WHERE day = $1 ORDER BY closing DESC LIMIT 1`, day)
	if db.IsMissing(err) {
		return closedDay{day: day}, nil
	}
	return d, err
}

// sealedDays gives the last closing that is done of each day.
func sealedDays(ctx context.Context, tx *db.Tx) (map[int64]int64, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (d closedDay, err error) {
		err = s.Scan(&d.day, &d.closing)
		return d, err
	}, `SELECT day, MAX(closing) FROM tele_day GROUP BY day`)
	out := make(map[int64]int64, len(list))
	for _, d := range list {
		out[d.day] = d.closing
	}
	return out, err
}

// unclearedDays are the newest closings of days whose rows are not all removed.
func unclearedDays(ctx context.Context, tx *db.Tx) ([]closedDay, error) {
	return db.All(ctx, tx, scanClosedDay, `SELECT `+closedDayColumns+` FROM tele_day t WHERE NOT cleared
		AND closing = (SELECT MAX(closing) FROM tele_day n WHERE n.day = t.day) ORDER BY day`)
}

func insertClosedDay(ctx context.Context, tx *db.Tx, d closedDay) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO tele_day (`+closedDayColumns+`, at) VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)`,
		d.day, d.closing, d.through, d.chunks, d.rows, d.hash, tx.Micros())
	return err
}

func setCleared(ctx context.Context, tx *db.Tx, day int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE tele_day SET cleared = TRUE WHERE day = $1`, day)
	return err
}
