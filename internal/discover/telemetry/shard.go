package telemetry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
)

// shard is where a part of the readings stands: the file of one month on SQLite,
// everything on PostgreSQL. No transaction spans two shards.
type shard struct {
	name     string // "202611"; "" on PostgreSQL
	postgres bool

	// Owned by the writer's goroutine.
	write  *sql.DB
	stmt   *statements
	closed map[int64]bool // days of which rows may stand in chunks
	late   lateBook
	turn   int64 // PostgreSQL: closings seen, see nextSeq

	// Guarded by shards.mu.
	read   *sql.DB
	used   int64 // order of use, to close the file unused for longest
	users  int   // readers at work
	maxSeq int64 // highest batch that is visible to readers
}

// shards is the set of shards; months are opened when first needed.
type shards struct {
	d   *db.DB
	dir string

	mu     sync.Mutex
	all    map[string]*shard
	clock  int64
	closed bool
	blocks []keptBlock // unpacked last, oldest first
}

// openReads is how many month files stay open for reading.
const openReads = 12

// openWrites is how many stay open for writing.
const openWrites = 4

var monthFile = regexp.MustCompile(`^tele-(\d{6})\.db$`)

// fileOf is a month file's name.
func fileOf(month string) string { return "tele-" + month + ".db" }

// monthOf is the shard of a moment on SQLite: the month of the data in Beijing.
func monthOf(micros int64) string {
	return time.UnixMicro(micros).In(hj212.Beijing).Format("200601")
}

// months lists the month files of a data folder, oldest first.
func months(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if m := monthFile.FindStringSubmatch(e.Name()); m != nil {
			out = append(out, m[1])
		}
	}
	sort.Strings(out)
	return out, nil
}

func openShards(d *db.DB) (*shards, error) {
	s := &shards{d: d, dir: d.Dir(), all: map[string]*shard{}}
	if d.Engine() == db.Postgres {
		s.all[""] = &shard{postgres: true}
		return s, nil
	}
	found, err := months(s.dir)
	if err != nil {
		return nil, err
	}
	for _, m := range found {
		s.all[m] = &shard{name: m}
	}
	return s, s.upgrade(context.Background())
}

// upgrade adds the tables that month files of older programs lack.
func (s *shards) upgrade(ctx context.Context) error {
	for _, sh := range s.list(anyTime, everTime) {
		old := false
		err := s.reader(sh, func(h querier) error {
			base, all, err := hasTables(ctx, h)
			old = base && !all
			return err
		})
		if err == nil && old {
			err = s.openWrite(ctx, sh)
			err = errors.Join(err, sh.drop())
		}
		if err != nil {
			return fmt.Errorf("%s: %w", fileOf(sh.name), err)
		}
	}
	return nil
}

// monthDSN opens a month file for writing. A new one can give back the room of
// closed days; that must be said before anything is written.
func monthDSN(file string) string {
	return strings.Replace(db.SQLiteDSN(file, false), "?", "?_pragma=auto_vacuum(INCREMENTAL)&", 1)
}

// key names the shard of a moment.
func (s *shards) key(micros int64) string {
	if s.d.Engine() == db.Postgres {
		return ""
	}
	return monthOf(micros)
}

// list gives the shards that hold data of from <= t < to, oldest first.
func (s *shards) list(from, to int64) []*shard {
	s.mu.Lock()
	defer s.mu.Unlock()
	low, high := s.key(from), s.key(to-1)
	var out []*shard
	for name, sh := range s.all {
		if name >= low && name <= high {
			out = append(out, sh)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// The bounds of list that leave no shard out.
const (
	anyTime  = int64(0)
	everTime = int64(4102444800e6) // the year 2100
)

// writer gives the shard of a moment ready to be written; only the writer's
// goroutine calls it.
func (s *shards) writer(ctx context.Context, key string) (*shard, error) {
	s.mu.Lock()
	sh := s.all[key]
	if sh == nil {
		sh = &shard{name: key}
	}
	s.clock++
	sh.used = s.clock
	s.mu.Unlock()
	if sh.write == nil {
		if err := s.openWrite(ctx, sh); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.all[key] = sh
		s.mu.Unlock()
		s.closeIdleWriters(sh)
	}
	return sh, nil
}

func (s *shards) openWrite(ctx context.Context, sh *shard) error {
	if sh.postgres {
		st, err := prepare(ctx, s.d.Handle())
		if err == nil {
			err = sh.learnClosed(ctx, s.d.Handle())
		}
		if err == nil {
			sh.write, sh.stmt = s.d.Handle(), st
		}
		return err
	}
	h, err := sql.Open("sqlite", monthDSN(filepath.Join(s.dir, fileOf(sh.name))))
	if err != nil {
		return err
	}
	h.SetMaxOpenConns(1)
	st, err := s.ready(ctx, h)
	if err == nil {
		err = sh.learnClosed(ctx, h)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", fileOf(sh.name), err), h.Close())
	}
	sh.write, sh.stmt = h, st
	return nil
}

// ready makes the tables where they are missing and prepares the statements.
func (s *shards) ready(ctx context.Context, h *sql.DB) (*statements, error) {
	if err := createTables(ctx, h); err != nil {
		return nil, err
	}
	return prepare(ctx, h)
}

// closeIdleWriters closes the writers beyond openWrites, those unused for
// longest first, so that old months that receive late data do not stay open.
func (s *shards) closeIdleWriters(keep *shard) {
	s.mu.Lock()
	var open []*shard
	for _, sh := range s.all {
		if sh.write != nil && sh != keep && !sh.postgres {
			open = append(open, sh)
		}
	}
	s.mu.Unlock()
	sort.Slice(open, func(i, j int) bool { return open[i].used > open[j].used })
	for i := openWrites - 1; i < len(open); i++ {
		_ = open[i].drop() // a file that fails to close is opened anew when needed
	}
}

// drop closes the writer after a failure or when idle; the next write opens it
// again.
func (sh *shard) drop() error {
	if sh.write == nil {
		return nil
	}
	h, st := sh.write, sh.stmt
	sh.write, sh.stmt = nil, nil
	err := st.close()
	if sh.postgres {
		return err
	}
	return errors.Join(err, h.Close())
}

// querier is one consistent snapshot of a shard.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// reader lends a snapshot of a shard to f: rows that the closing of their day
// moves into chunks meanwhile are seen once, in their old place or in the new.
func (s *shards) reader(sh *shard, f func(querier) error) error {
	h, err := s.borrow(sh)
	if err != nil {
		return err
	}
	defer s.giveBack(sh)
	o := &sql.TxOptions{ReadOnly: true}
	if sh.postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := h.BeginTx(context.Background(), o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	return f(tx)
}

func (s *shards) borrow(sh *shard) (*sql.DB, error) {
	if sh.postgres {
		return s.d.Handle(), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("telemetry: the store is closed")
	}
	if sh.read == nil {
		h, err := sql.Open("sqlite", db.SQLiteDSN(filepath.Join(s.dir, fileOf(sh.name)), true))
		if err != nil {
			return nil, err
		}
		h.SetMaxOpenConns(4)
		sh.read = h
		s.closeIdleReaders(sh)
	}
	s.clock++
	sh.used, sh.users = s.clock, sh.users+1
	return sh.read, nil
}

func (s *shards) giveBack(sh *shard) {
	if sh.postgres {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sh.users--
}

// closeIdleReaders is called with mu held.
func (s *shards) closeIdleReaders(keep *shard) {
	var open []*shard
	for _, sh := range s.all {
		if sh.read != nil && sh.users == 0 && sh != keep {
			open = append(open, sh)
		}
	}
	sort.Slice(open, func(i, j int) bool { return open[i].used > open[j].used })
	for i := openReads - 1; i < len(open); i++ {
		_ = open[i].read.Close() // nothing is lost by a reader
		open[i].read = nil
	}
}

func (s *shards) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var errs []error
	for _, sh := range s.all {
		errs = append(errs, sh.drop())
		if sh.read != nil {
			errs = append(errs, sh.read.Close())
			sh.read = nil
		}
	}
	return errors.Join(errs...)
}

func (s *shards) setMax(sh *shard, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh.maxSeq = max(sh.maxSeq, seq)
}

func (s *shards) maxOf(sh *shard) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return sh.maxSeq
}
