package bus

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// listen subscribes a PostgreSQL connection to the channel of insertEvents.
const listen = `LISTEN qingshao_bus`

// insertAtOnce is how many events one statement writes.
const insertAtOnce = 100

// insertEvents takes the next numbers under the head row's lock, held to the end
// of the transaction: a reader that has seen n will never meet a smaller one.
func insertEvents(ctx context.Context, tx *db.Tx, events []any) error {
	seq, err := db.One(ctx, tx, db.Value[int64], `UPDATE bus_head SET seq = seq + $1 WHERE one = 1 RETURNING seq`, len(events))
	if err != nil {
		return err
	}
	seq -= int64(len(events))
	for some := range slices.Chunk(events, insertAtOnce) {
		var f db.Filter
		rows := make([]string, len(some))
		for i := range some {
			e := some[i].(Event)
			seq++
			rows[i] = "(" + strings.Join([]string{f.Put(seq), f.Put(e.ID), f.Put(e.At), f.Put(e.Topic), f.Put(e.Kind), f.Put(e.Subject), f.Put(e.Area), f.Put(string(e.Body))}, ", ") + ")"
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO bus_event (seq, id, at, topic, kind, subject, area, body) VALUES `+strings.Join(rows, ", "), f.Args...)
		if err != nil {
			return err
		}
	}
	if tx.Engine != db.Postgres {
		return nil
	}
	_, err = tx.ExecContext(ctx, `SELECT pg_notify('qingshao_bus', '')`)
	return err
}

func eventsAfter(ctx context.Context, tx *db.Tx, after int64, limit int) ([]Event, error) {
	return db.All(ctx, tx, scanEvent, `SELECT seq, id, at, topic, kind, subject, area, body
		FROM bus_event WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
}

func scanEvent(s db.Scanner) (Event, error) {
	var e Event
	var body string
	err := s.Scan(&e.Seq, &e.ID, &e.At, &e.Topic, &e.Kind, &e.Subject, &e.Area, &body)
	e.Body = []byte(body)
	return e, err
}

func head(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT seq FROM bus_head WHERE one = 1`)
}

// keptFrom counts: numbers have no gaps, so the kept events after a number are
// as many as the head is away from it.
func keptFrom(ctx context.Context, tx *db.Tx, after int64) (bool, error) {
	return db.One(ctx, tx, db.Value[bool], `SELECT h.seq <= $1 OR EXISTS (SELECT 1 FROM bus_event e WHERE e.seq = $1 + 1)
		FROM bus_head h WHERE h.one = 1`, after)
}

func putCursor(ctx context.Context, tx *db.Tx, consumer string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO bus_cursor (consumer, seq, at)
		SELECT CAST($1 AS TEXT), COALESCE((SELECT MIN(seq) - 1 FROM bus_event), (SELECT seq FROM bus_head WHERE one = 1)), CAST($2 AS BIGINT)
		WHERE TRUE ON CONFLICT (consumer) DO NOTHING`, consumer, tx.Micros())
	return err
}

func cursorOf(ctx context.Context, tx *db.Tx, consumer string) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT seq FROM bus_cursor WHERE consumer = $1`, consumer)
}

// takeLease gives the cursor's place when the lease is ours or free.
func takeLease(ctx context.Context, tx *db.Tx, consumer, owner string, until time.Time) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `UPDATE bus_cursor SET lease_owner = $2, lease_until = $3
		WHERE consumer = $1 AND (lease_owner = $2 OR lease_until <= $4) RETURNING seq`,
		consumer, owner, until.UnixMicro(), tx.Micros())
}

func moveCursor(ctx context.Context, tx *db.Tx, consumer, owner string, seq int64, until time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE bus_cursor SET seq = $3, at = $4, lease_until = $5 WHERE consumer = $1 AND lease_owner = $2`,
		consumer, owner, seq, tx.Micros(), until.UnixMicro())
	return n == 1, err
}

func dropLeases(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.ExecContext(ctx, `UPDATE bus_cursor SET lease_owner = '', lease_until = 0 WHERE lease_owner = $1`, owner)
	return err
}

func readLag(ctx context.Context, tx *db.Tx, into map[string]int64) error {
	type row struct {
		name string
		lag  int64
	}
	scan := func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.name, &r.lag)
		return r, err
	}
	rows, err := db.All(ctx, tx, scan, `SELECT c.consumer, h.seq - c.seq FROM bus_cursor c CROSS JOIN bus_head h WHERE h.one = 1 ORDER BY c.consumer`)
	for _, r := range rows {
		into[r.name] = r.lag
	}
	return err
}

// trim leaves no gaps: numbers and moments may differ in order by a moment.
func trim(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	return db.Exec(ctx, tx, `DELETE FROM bus_event WHERE seq <= (SELECT MAX(seq) FROM bus_event WHERE at < $1)
		AND seq <= COALESCE((SELECT MIN(seq) FROM bus_cursor), (SELECT seq FROM bus_head WHERE one = 1))`, before.UnixMicro())
}
