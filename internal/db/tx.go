package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// Tx is one transaction. Everything written in it bears the same moment, Now.
type Tx struct {
	*sql.Tx
	Engine Engine
	Now    time.Time
	db     *DB
	before []func() error
	after  []func()

	gathered map[string][]any
}

// Micros is Now as the tables keep it: microseconds since 1970, UTC.
func (t *Tx) Micros() int64 { return t.Now.UnixMicro() }

// AfterCommit runs f once the transaction is durable, in order of registration;
// after a rollback f never runs. It is for waking readers, not for work that
// must happen.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// BeforeCommit runs f as the transaction's last statements, in order of
// registration; an error rolls everything back. It is for short steps behind a
// lock that all writers share: taken last, it is held briefly and cannot close
// a circle of waiting transactions.
func (t *Tx) BeforeCommit(f func() error) { t.before = append(t.before, f) }

// Gather keeps an item for the transaction's last steps: flush gets all items of
// the key at once, in order, as a step of BeforeCommit.
func (t *Tx) Gather(key string, item any, flush func(items []any) error) {
	if t.gathered == nil {
		t.gathered = map[string][]any{}
	}
	if len(t.gathered[key]) == 0 {
		t.BeforeCommit(func() error {
			items := t.gathered[key]
			delete(t.gathered, key) // what comes from now on is flushed by a step of its own
			return flush(items)
		})
	}
	t.gathered[key] = append(t.gathered[key], item)
}

// Write runs f in a writing transaction and commits when f returns nil.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	return d.run(ctx, d.write, &sql.TxOptions{}, f)
}

// Read runs f on one consistent snapshot; writing in it fails.
func (d *DB) Read(ctx context.Context, f func(*Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	return d.run(ctx, d.read, o, f)
}

func (d *DB) run(ctx context.Context, h *sql.DB, o *sql.TxOptions, f func(*Tx) error) (err error) {
	raw, err := h.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			if rerr := raw.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
				err = errors.Join(err, rerr)
			}
		}
	}()
	tx := &Tx{Tx: raw, Engine: d.engine, Now: d.Now(), db: d}
	if err := f(tx); err != nil {
		return err
	}
	for i := 0; i < len(tx.before); i++ { // a step may add another
		if err := tx.before[i](); err != nil {
			return err
		}
	}
	if err := raw.Commit(); err != nil {
		return err
	}
	done = true
	for _, g := range tx.after {
		g()
	}
	return nil
}

// Scanner is what a row offers to a scan function: *sql.Row or *sql.Rows.
type Scanner interface{ Scan(dest ...any) error }

// All runs a query and scans every row; the result is never nil.
func All[T any](ctx context.Context, tx *Tx, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// One runs a query and scans its single row; sql.ErrNoRows when there is none.
func One[T any](ctx context.Context, tx *Tx, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	return scan(tx.QueryRowContext(ctx, query, args...))
}

// Value scans a single column of a basic type.
func Value[T any](s Scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}

// Exec runs a statement and returns how many rows it touched.
func Exec(ctx context.Context, tx *Tx, query string, args ...any) (int64, error) {
	r, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// IsUnique reports whether the error is a violated unique or primary key.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsMissing reports whether the error says that there is no such row.
func IsMissing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// SkipLocked is the row-lock suffix of a claiming SELECT: PostgreSQL hands each
// row to one claimer, SQLite has a single writer and needs nothing.
func (t *Tx) SkipLocked() string {
	if t.Engine == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForUpdate is the row-lock suffix of a SELECT whose row is written next.
func (t *Tx) ForUpdate() string {
	if t.Engine == Postgres {
		return " FOR UPDATE"
	}
	return ""
}
