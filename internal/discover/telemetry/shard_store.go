package telemetry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/qingshao/qingshao/internal/db"
)

// The tables of a month file; on PostgreSQL migrations 0022 and 0046 make the same ones.
// Time stands first in a row's key, so that a batch fills few pages (writing the
// series side by side costs 7 times more, see DESIGN.md).
var monthTables = []string{
	`CREATE TABLE IF NOT EXISTS tele_batch (
		seq    INTEGER PRIMARY KEY,
		at     BIGINT NOT NULL,
		frames BIGINT NOT NULL,
		first  BIGINT NOT NULL,
		last   BIGINT NOT NULL,
		data   BLOB NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS tele_row (
		kind    BIGINT NOT NULL,
		time    BIGINT NOT NULL,
		device  BIGINT NOT NULL,
		part    BIGINT NOT NULL,
		version BIGINT NOT NULL,
		seq     BIGINT NOT NULL,
		hash    BIGINT NOT NULL,
		data    BLOB NOT NULL,
		PRIMARY KEY (kind, time, device, part, version)) WITHOUT ROWID`,
	`CREATE TABLE IF NOT EXISTS tele_parked (
		mn      TEXT NOT NULL,
		kind    BIGINT NOT NULL,
		time    BIGINT NOT NULL,
		part    BIGINT NOT NULL,
		version BIGINT NOT NULL,
		seq     BIGINT NOT NULL,
		n       BIGINT NOT NULL,
		hash    BIGINT NOT NULL,
		at      BIGINT NOT NULL,
		address TEXT NOT NULL,
		assumed BOOLEAN NOT NULL,
		raw     BLOB NOT NULL,
		PRIMARY KEY (mn, kind, time, part, version)) WITHOUT ROWID`,
	`CREATE TABLE IF NOT EXISTS tele_chunk (
		kind    BIGINT NOT NULL,
		device  BIGINT NOT NULL,
		day     BIGINT NOT NULL,
		version BIGINT NOT NULL,
		closing BIGINT NOT NULL,
		rows    BIGINT NOT NULL,
		first   BIGINT NOT NULL,
		last    BIGINT NOT NULL,
		hash    BLOB NOT NULL,
		keys    BLOB NOT NULL,
		data    BLOB NOT NULL,
		PRIMARY KEY (kind, device, day, version))`,
	`CREATE INDEX IF NOT EXISTS tele_chunk_day ON tele_chunk (day, kind, device, version)`,
	`CREATE TABLE IF NOT EXISTS tele_block (
		seq    INTEGER PRIMARY KEY,
		upto   BIGINT NOT NULL,
		frames BIGINT NOT NULL,
		first  BIGINT NOT NULL,
		last   BIGINT NOT NULL,
		hash   BLOB NOT NULL,
		data   BLOB NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS tele_closed (
		day     INTEGER PRIMARY KEY,
		closing BIGINT NOT NULL)`,
}

func createTables(ctx context.Context, h *sql.DB) error {
	for _, q := range monthTables {
		if _, err := h.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	// A larger log before it is moved into the file: fewer long commits.
	_, err := h.ExecContext(ctx, `PRAGMA wal_autocheckpoint = 4000`)
	return err
}

// statements are prepared once for a writer; the hot path runs them hundreds of
// times in a transaction.
type statements struct {
	addRow, rowVersions, addBatch, addParked, parkedVersions *sql.Stmt
	all                                                      []*sql.Stmt
}

func prepare(ctx context.Context, h *sql.DB) (*statements, error) {
	s := &statements{}
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&s.addRow, `INSERT INTO tele_row (kind, time, device, part, version, seq, hash, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`},
		{&s.rowVersions, `SELECT version, hash FROM tele_row WHERE kind = $1 AND time = $2 AND device = $3 AND part = $4 ORDER BY version`},
		{&s.addBatch, `INSERT INTO tele_batch (seq, at, frames, first, last, data) VALUES ($1, $2, $3, $4, $5, $6)`},
		{&s.addParked, `INSERT INTO tele_parked (mn, kind, time, part, version, seq, n, hash, at, address, assumed, raw)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`},
		{&s.parkedVersions, `SELECT version, hash FROM tele_parked WHERE mn = $1 AND kind = $2 AND time = $3 AND part = $4 ORDER BY version`},
	} {
		st, err := h.PrepareContext(ctx, p.text)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		*p.to = st
		s.all = append(s.all, st)
	}
	return s, nil
}

func (s *statements) close() error {
	var errs []error
	for _, st := range s.all {
		errs = append(errs, st.Close())
	}
	return errors.Join(errs...)
}

// nextSeq takes the next batch number on PostgreSQL. The row stays locked until
// the commit, so that readers of several nodes meet the batches in order and
// without a gap that fills later.
//
// A node that closes days counts its turns in the same row: the others then learn
// which days stand in chunks before they write one more row.
func (sh *shard) nextSeq(ctx context.Context, tx *sql.Tx) (seq int64, err error) {
	var turn int64
	err = tx.QueryRowContext(ctx, `UPDATE tele_head SET seq = seq + 1 WHERE one = 1 RETURNING seq, turn`).Scan(&seq, &turn)
	if err == nil && turn != sh.turn {
		if err = sh.learnClosed(ctx, tx); err == nil {
			sh.turn = turn
		}
	}
	return seq, err
}

// addRows writes version 1 of every entry that has no row yet and returns the
// places of those that had one; Outcome and Version are set for the others.
func (sh *shard) addRows(ctx context.Context, tx *sql.Tx, seq int64, rows []routed) (rest []int, err error) {
	if sh.postgres {
		return addRowsAtOnce(ctx, tx, seq, rows)
	}
	add := tx.StmtContext(ctx, sh.stmt.addRow)
	for i := range rows {
		e := rows[i].entry
		res, err := add.ExecContext(ctx, int64(e.Kind), e.Time, rows[i].device, e.Part, int64(1), seq, e.Hash, e.Packed)
		if err != nil {
			return nil, err
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, err
		} else if n == 0 {
			rest = append(rest, i)
			continue
		}
		e.Outcome, e.Version = Stored, 1
	}
	return rest, nil
}

type rowKey struct{ kind, time, device, part int64 }

// addRowsAtOnce is addRows for PostgreSQL: one statement for the whole batch.
func addRowsAtOnce(ctx context.Context, tx *sql.Tx, seq int64, rows []routed) (rest []int, err error) {
	n := len(rows)
	kind, at, device, part, hash := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	data := make([][]byte, 0, n)
	place := make(map[rowKey]int, n)
	for i := range rows {
		e := rows[i].entry
		k := rowKey{int64(e.Kind), e.Time, rows[i].device, int64(e.Part)}
		if _, twice := place[k]; twice {
			rest = append(rest, i)
			continue
		}
		place[k] = i
		kind, at, device, part = append(kind, k.kind), append(at, k.time), append(device, k.device), append(part, k.part)
		hash, data = append(hash, e.Hash), append(data, e.Packed)
	}
	found, err := tx.QueryContext(ctx, `INSERT INTO tele_row (kind, time, device, part, version, seq, hash, data)
		SELECT k, t, d, p, 1, $1, h, b FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[]) AS r (k, t, d, p, h, b)
		ON CONFLICT DO NOTHING RETURNING kind, time, device, part`, seq, kind, at, device, part, hash, data)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var k rowKey
		if err := found.Scan(&k.kind, &k.time, &k.device, &k.part); err != nil {
			return nil, err
		}
		e := rows[place[k]].entry
		e.Outcome, e.Version = Stored, 1
		delete(place, k)
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	if len(place) == 0 {
		return rest, nil
	}
	again := make([]bool, n)
	for _, i := range rest {
		again[i] = true
	}
	for _, i := range place {
		again[i] = true
	}
	rest = rest[:0]
	for i, yes := range again {
		if yes {
			rest = append(rest, i)
		}
	}
	return rest, nil
}

// addVersion settles an entry whose key is taken: a duplicate of any version is
// not stored again, other data become the next version.
func (sh *shard) addVersion(ctx context.Context, tx *sql.Tx, seq int64, r routed) error {
	e := r.entry
	last, same, err := versions(ctx, tx.StmtContext(ctx, sh.stmt.rowVersions), e.Hash, int64(e.Kind), e.Time, r.device, e.Part)
	if err != nil {
		return err
	}
	return sh.settle(ctx, tx, seq, r, last, same)
}

// versions gives the highest version of a key and the one with the given hash,
// 0 when there is none.
func versions(ctx context.Context, st *sql.Stmt, hash int64, key ...any) (last, same int64, err error) {
	found, err := st.QueryContext(ctx, key...)
	if err != nil {
		return 0, 0, err
	}
	defer found.Close()
	for found.Next() {
		var h int64
		if err := found.Scan(&last, &h); err != nil {
			return 0, 0, err
		}
		if h == hash {
			same = last
		}
	}
	return last, same, found.Err()
}

func (sh *shard) addBatch(ctx context.Context, tx *sql.Tx, seq, at int64, frames int, first, last int64, data []byte) error {
	_, err := tx.StmtContext(ctx, sh.stmt.addBatch).ExecContext(ctx, seq, at, frames, first, last, data)
	return err
}

// park keeps the frame of a device that is not registered.
func (sh *shard) park(ctx context.Context, tx *sql.Tx, seq int64, n int, e *Entry) error {
	mn := string(e.MN)
	last, same, err := versions(ctx, tx.StmtContext(ctx, sh.stmt.parkedVersions), e.Hash, mn, int64(e.Kind), e.Time, e.Part)
	if err != nil {
		return err
	}
	if same > 0 {
		e.Outcome, e.Version = Duplicate, same
		return nil
	}
	e.Outcome, e.Version = Parked, last+1
	_, err = tx.StmtContext(ctx, sh.stmt.addParked).ExecContext(ctx, mn, int64(e.Kind), e.Time, e.Part, e.Version, seq, n, e.Hash, e.Received, e.Address, e.Assumed, e.Raw)
	return err
}

// parkedFrame is one row of tele_parked.
type parkedFrame struct {
	mn       string
	kind     Kind
	time     int64
	part     int
	version  int64
	seq, n   int64
	received int64
	address  string
	assumed  bool
	raw      []byte
}

// parkedOf reads the oldest parked frames of an MN, in the order of arrival.
func parkedOf(ctx context.Context, tx *sql.Tx, mn string, limit int) ([]parkedFrame, error) {
	found, err := tx.QueryContext(ctx, `SELECT mn, kind, time, part, version, seq, n, at, address, assumed, raw FROM tele_parked
		WHERE mn = $1 ORDER BY seq, n LIMIT $2`, mn, limit)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []parkedFrame
	for found.Next() {
		p, err := scanParkedFrame(found)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, found.Err()
}

// eachParked walks all parked frames of a shard in the order of arrival.
func eachParked(ctx context.Context, h querier, f func(*parkedFrame) error) error {
	found, err := h.QueryContext(ctx, `SELECT mn, kind, time, part, version, seq, n, at, address, assumed, raw FROM tele_parked ORDER BY seq, n`)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		p, err := scanParkedFrame(found)
		if err != nil {
			return err
		}
		if err := f(&p); err != nil {
			return err
		}
	}
	return found.Err()
}

func scanParkedFrame(found *sql.Rows) (p parkedFrame, err error) {
	err = found.Scan(&p.mn, &p.kind, &p.time, &p.part, &p.version, &p.seq, &p.n, &p.received, &p.address, &p.assumed, &p.raw)
	return p, err
}

func (p *parkedFrame) remove(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM tele_parked WHERE mn = $1 AND kind = $2 AND time = $3 AND part = $4 AND version = $5`,
		p.mn, int64(p.kind), p.time, p.part, p.version)
	return err
}

// parkedTotals sums up the parked frames of a shard by MN.
func parkedTotals(ctx context.Context, h querier) ([]ParkedDevice, error) {
	found, err := h.QueryContext(ctx, `SELECT mn, COUNT(*), MIN(at), MAX(at), SUM(LENGTH(raw)) FROM tele_parked GROUP BY mn`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []ParkedDevice
	for found.Next() {
		var p ParkedDevice
		var first, last int64
		if err := found.Scan(&p.MN, &p.Frames, &first, &last, &p.bytes); err != nil {
			return nil, err
		}
		p.FirstAt, p.LastAt = moment(first), moment(last)
		out = append(out, p)
	}
	return out, found.Err()
}

// lastParked is the raw frame of an MN that came last.
func lastParked(ctx context.Context, h querier, mn string) (raw []byte, seq int64, err error) {
	err = h.QueryRowContext(ctx, `SELECT raw, seq FROM tele_parked WHERE mn = $1 ORDER BY seq DESC, n DESC LIMIT 1`, mn).Scan(&raw, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	return raw, seq, err
}

// highest is the highest batch number used in a shard.
func (sh *shard) highest(ctx context.Context, h querier) (batch, any int64, err error) {
	var packed int64
	err = h.QueryRowContext(ctx, `SELECT COALESCE((SELECT MAX(seq) FROM tele_batch), 0), COALESCE((SELECT upto FROM tele_block ORDER BY seq DESC LIMIT 1), 0),
		COALESCE((SELECT MAX(seq) FROM tele_parked), 0)`).Scan(&batch, &packed, &any)
	batch = max(batch, packed)
	any = max(any, batch)
	if sh.postgres && err == nil {
		err = h.QueryRowContext(ctx, `SELECT seq FROM tele_head WHERE one = 1`).Scan(&any)
	}
	return batch, any, err
}

// packedRow is one row of tele_row.
type packedRow struct {
	kind    Kind
	time    int64
	device  int64
	part    int
	version int64
	seq     int64
	hash    int64
	data    []byte
}

// readRegistry reads every device, with its outlet's place.
func readRegistry(ctx context.Context, d *db.DB) (*registry, error) {
	var g *registry
	err := d.Read(ctx, func(tx *db.Tx) error {
		mark, err := db.One(ctx, tx, scanMark, `SELECT COUNT(*), COALESCE(SUM(version), 0) FROM device`)
		if err != nil {
			return err
		}
		outlets, err := db.One(ctx, tx, scanMark, `SELECT COUNT(*), COALESCE(SUM(version), 0) FROM outlet`)
		if err != nil {
			return err
		}
		all, err := db.All(ctx, tx, scanDevice, `SELECT `+deviceColumns+` FROM `+deviceTables)
		if err != nil {
			return fmt.Errorf("read devices: %w", err)
		}
		g = newRegistry(all, registryMark{mark.count + outlets.count, mark.versions + outlets.versions})
		return nil
	})
	return g, err
}

func readMark(ctx context.Context, d *db.DB) (mark registryMark, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		mark, err = db.One(ctx, tx, scanMark, `SELECT (SELECT COUNT(*) FROM device) + (SELECT COUNT(*) FROM outlet),
			(SELECT COALESCE(SUM(version), 0) FROM device) + (SELECT COALESCE(SUM(version), 0) FROM outlet)`)
		return err
	})
	return mark, err
}

func scanMark(s db.Scanner) (m registryMark, err error) {
	err = s.Scan(&m.count, &m.versions)
	return m, err
}

// hasTables tells whether a month file has the tables that every program made,
// and whether it has all of them.
func hasTables(ctx context.Context, h querier) (base, all bool, err error) {
	var n, m int
	err = h.QueryRowContext(ctx, `SELECT COALESCE(SUM(name IN ('tele_batch', 'tele_row', 'tele_parked')), 0), COALESCE(SUM(name IN ('tele_chunk', 'tele_closed', 'tele_block')), 0)
		FROM sqlite_master WHERE type = 'table'`).Scan(&n, &m)
	return n == 3, n == 3 && m == 3, err
}
