// Package db opens the relational store, runs migrations and hands out
// transactions that carry their own moment.
//
// One hand-written SQL text serves both engines: SQLite (inside the process,
// one writing connection, several readers, synchronous=FULL) and PostgreSQL
// (a pgx pool lent to database/sql). Features keep their SQL in store.go and
// never import a driver. Telemetry has stores of its own beside this one.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the pure-Go SQLite driver
)

// Engine names the database behind a DB.
type Engine string

// The two engines; every store test runs on both.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Config says where the database is. URL (postgres://…) wins over Dir, where
// SQLite keeps main.db. Now is the clock; nil means time.Now. Schema stops the
// migration at a version, for a restore of older data; 0 means the newest.
type Config struct {
	Dir    string
	URL    string
	Now    func() time.Time
	Schema int64
}

// DB is an open database; it is safe for concurrent use.
type DB struct {
	engine Engine
	dir    string
	url    string
	write  *sql.DB
	read   *sql.DB
	pool   *pgxpool.Pool
	now    func() time.Time
	bells  bells
}

// Open connects, creates Dir when absent, and migrates to the newest schema.
func Open(ctx context.Context, c Config) (*DB, error) {
	d := &DB{engine: SQLite, dir: c.Dir, url: c.URL, now: c.Now}
	if d.now == nil {
		d.now = time.Now
	}
	open := d.openSQLite
	if c.URL != "" {
		d.engine, open = Postgres, d.openPostgres
	}
	if err := open(ctx); err != nil {
		return nil, err
	}
	if err := migrate(ctx, d, c.Schema); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), d.Close())
	}
	if c.Schema == 0 {
		if err := prepareSearch(ctx, d); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare the search: %w", err), d.Close())
		}
	}
	return d, nil
}

// MainFile is the name of SQLite's main database inside the data folder.
const MainFile = "main.db"

// SQLiteDSN builds the connection string of one SQLite file with our pragmas:
// WAL, synchronous=FULL (an answered frame survives a power cut), foreign keys.
// A writer takes its lock at BEGIN, because a deferred transaction that
// upgrades ignores the busy time-out.
func SQLiteDSN(file string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(ON)")
	q.Add("_pragma", "cache_size(-16000)")
	if readOnly {
		q.Add("_pragma", "query_only(ON)")
	} else {
		q.Add("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + q.Encode()
}

func (d *DB) openSQLite(ctx context.Context) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(d.dir, MainFile)
	var err error
	// What is deleted is overwritten: sealed content and safety plans end for good.
	if d.write, err = sql.Open("sqlite", strings.Replace(SQLiteDSN(file, false), "?", "?_pragma=secure_delete(ON)&", 1)); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if err = d.write.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", file, err), d.write.Close())
	}
	if d.read, err = sql.Open("sqlite", SQLiteDSN(file, true)); err != nil {
		return errors.Join(err, d.write.Close())
	}
	d.read.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return nil
}

func (d *DB) openPostgres(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, d.url)
	if err != nil {
		return err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	d.pool = pool
	d.write = stdlib.OpenDBFromPool(pool)
	d.read = d.write
	return nil
}

// Close releases every connection.
func (d *DB) Close() error {
	var errs []error
	if d.read != nil && d.read != d.write {
		errs = append(errs, d.read.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	if d.pool != nil {
		d.pool.Close()
	}
	return errors.Join(errs...)
}

// Engine tells which database this is; only native pairs (telemetry bulk
// write, job claim, backup) may ask.
func (d *DB) Engine() Engine { return d.engine }

// Dir is the data folder, empty for PostgreSQL without one.
func (d *DB) Dir() string { return d.dir }

// URL is PostgreSQL's address, empty on SQLite.
func (d *DB) URL() string { return d.url }

// Handle is the writing handle, for telemetry's native statements only.
func (d *DB) Handle() *sql.DB { return d.write }

// Pool is PostgreSQL's pool for LISTEN and COPY, nil on SQLite.
func (d *DB) Pool() *pgxpool.Pool { return d.pool }

// Now asks the database's clock, in UTC and whole microseconds, the precision
// that the tables keep.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Ping checks that the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }
