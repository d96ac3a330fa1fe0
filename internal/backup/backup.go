// Package backup writes all data of an installation into one file while it
// works, and restores such a file into an empty place (备份与恢复). It serves
// both engines: SQLite's files are copied page by page at one moment each,
// PostgreSQL is read by COPY in one snapshot, and uploaded files follow.
//
// The order makes a restored copy whole although no single moment spans all
// parts: witnessed checkpoints first, so that they never claim more than the log
// holds; then main.db; then the readings and the uploaded files, which only
// grow, so that whatever main.db speaks of is there. Readings that came
// after main.db's moment are processed again from its cursor.
//
// A backup holds no secret signing key: a restored installation signs its audit
// log with a new one. It is not encrypted, and moving data between engines is
// not its purpose.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// The plain folders of the data folder that are copied.
const (
	witnessFolder = audit.WitnessFolder
	uploadFolder  = "blob"
)

// Header is the first entry of a backup.
type Header struct {
	Format  int       `json:"format"`
	Engine  db.Engine `json:"engine"`
	Schema  int64     `json:"schema"`  // version of the migrations
	Program string    `json:"program"` // version that wrote it
	MadeAt  time.Time `json:"made_at"`
	Tables  []Table   `json:"tables,omitempty"` // PostgreSQL only, parents before children
}

// Table is a table of PostgreSQL in a backup.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// Part is a file inside a backup with its SHA-256 in hex.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Manifest is the last entry of a backup: every part before it. A file that was
// cut short has none.
type Manifest struct {
	Header
	Parts []Part `json:"parts"`
}

// Bytes is the size of all parts, uncompressed.
func (m Manifest) Bytes() (n int64) {
	for _, p := range m.Parts {
		n += p.Size
	}
	return n
}

const format = 1

var monthFile = regexp.MustCompile(`^tele-\d{6}\.db$`)

// Write backs everything up into a new file, which appears under its name only
// when it is complete. by is who asks, for the audit log; program is the version
// of the program.
func Write(ctx context.Context, d *db.DB, by, program, file string) (m Manifest, err error) {
	if _, err := os.Stat(file); err == nil {
		return m, fault.Conflictf("备份文件 %s 已存在，请换一个文件名", file)
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Actor: by, Action: "system.backup", Kind: "system", Subject: filepath.Base(file)})
	}); err != nil {
		return m, err
	}
	work, err := os.MkdirTemp(filepath.Dir(file), ".backup-")
	if err != nil {
		return m, fault.Invalidf("无法在 %s 写备份：请确认目录存在且可写", filepath.Dir(file)).Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	schema, _, err := d.Schema(ctx)
	if err != nil {
		return m, err
	}
	w := &writer{db: d, work: work, dir: d.Dir()}
	w.manifest.Header = Header{Format: format, Engine: d.Engine(), Schema: schema, Program: program, MadeAt: d.Now()}
	partial := filepath.Join(work, "backup")
	if err := w.run(ctx, partial); err != nil {
		return m, err
	}
	return w.manifest, publish(partial, file)
}

// publish gives a synced file its name, without replacing another.
func publish(partial, file string) error {
	if err := os.Link(partial, file); err != nil {
		return err
	}
	return syncDir(filepath.Dir(file))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writer holds one backup under way.
type writer struct {
	db        *db.DB
	dir       string // data folder, may be ""
	work      string
	archive   *archive
	witnessed []entry
	manifest  Manifest
}

func (w *writer) run(ctx context.Context, file string) (err error) {
	if w.archive, err = create(file); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.archive.close()) }()
	if w.witnessed, err = listFolder(w.dir, witnessFolder); err != nil {
		return err
	}
	steps := []func(context.Context) error{w.header, w.main, w.readings, w.uploads}
	if w.db.Engine() == db.Postgres {
		steps = []func(context.Context) error{w.postgres, w.uploads}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	w.manifest.Parts = w.archive.parts
	return w.archive.finish(w.manifest)
}

// header adds the header and the checkpoints that were witnessed before any
// snapshot was taken.
func (w *writer) header(ctx context.Context) error {
	if err := w.archive.addJSON(headerName, w.manifest.Header); err != nil {
		return err
	}
	return w.files(ctx, w.witnessed)
}

func (w *writer) uploads(ctx context.Context) error {
	list, err := listFolder(w.dir, uploadFolder)
	if err != nil {
		return err
	}
	return w.files(ctx, list)
}

func (w *writer) main(ctx context.Context) error { return w.sqlite(ctx, db.MainFile) }

func (w *writer) readings(ctx context.Context) error {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !monthFile.MatchString(e.Name()) {
			continue
		}
		if err := w.sqlite(ctx, e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// sqlite copies a database file aside and adds the copy.
func (w *writer) sqlite(ctx context.Context, name string) error {
	copied := filepath.Join(w.work, name)
	if err := db.CopySQLite(ctx, filepath.Join(w.dir, name), copied); err != nil {
		return err
	}
	if err := w.file(ctx, copied, name); err != nil {
		return err
	}
	return os.Remove(copied)
}

// files adds finished files; one that has vanished meanwhile was nobody's.
func (w *writer) files(ctx context.Context, list []entry) error {
	for _, e := range list {
		if err := w.file(ctx, e.file, e.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (w *writer) file(ctx context.Context, file, name string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return w.archive.add(name, info.Size(), w.manifest.MadeAt, cancellable{ctx, f})
}

// cancellable ends a long copy with its context.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

// Read reads until the context has ended.
func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// allowed says which names a backup of an engine may hold, so that a forged file
// cannot write elsewhere.
func allowed(engine db.Engine, name string) error {
	clean := path.Clean(name) == name && !path.IsAbs(name) && name != "." && !slices.Contains(splitPath(name), "..")
	top := splitPath(name)[0]
	switch {
	case !clean:
	case name == headerName, top == witnessFolder && name != top, top == uploadFolder && name != top:
		return nil
	case engine == db.SQLite && (name == db.MainFile || monthFile.MatchString(name)):
		return nil
	case engine == db.Postgres && top == tablesFolder && len(splitPath(name)) == 3:
		return nil
	}
	return fault.Invalidf("备份中有不认识的内容 %q：文件已损坏，或不是清哨的备份", name)
}

func damaged(format string, args ...any) *fault.Error {
	return fault.Invalidf("备份文件不完整或已损坏：%s；请换用另一份备份", fmt.Sprintf(format, args...))
}
