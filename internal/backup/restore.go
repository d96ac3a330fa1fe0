package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Target is where a backup is restored to: an empty or absent data folder and,
// for a backup of PostgreSQL, the address of an empty database.
type Target struct {
	Dir string
	URL string
}

// Restore restores a backup into an empty place, checks every part against its
// SHA-256 and then the whole audit log. A place that is not empty is refused.
// When the backup turns out damaged, the place is left empty.
func Restore(ctx context.Context, file string, to Target, log *slog.Logger) (Manifest, audit.Report, error) {
	m, err := restore(ctx, file, to)
	if err != nil {
		return m, audit.Report{}, err
	}
	report, err := settle(ctx, file, to, log)
	return m, report, err
}

func restore(ctx context.Context, file string, to Target) (m Manifest, err error) {
	if err := wantEmpty(ctx, to); err != nil {
		return m, err
	}
	if err := os.MkdirAll(to.Dir, 0o700); err != nil {
		return m, err
	}
	temp, err := os.MkdirTemp(to.Dir, ".restore-")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	folder := &folderSink{ctx: ctx, temp: temp}
	if to.URL == "" {
		if m, err = read(file, folder); err != nil {
			return m, err
		}
		return m, folder.publish(to.Dir)
	}
	s := &tableSink{ctx: ctx, url: to.URL, folder: folder}
	m, err = read(file, s)
	if err == nil {
		err = folder.publish(to.Dir)
	}
	return m, errors.Join(err, s.close(err == nil))
}

// wantEmpty refuses a place where anything stands.
func wantEmpty(ctx context.Context, to Target) error {
	entries, err := os.ReadDir(to.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			return fault.Conflictf("目录 %s 不是空的（有 %s）：请恢复到一个空目录，以免覆盖现有数据", to.Dir, e.Name())
		}
	}
	if to.URL == "" {
		return nil
	}
	n, err := countTables(ctx, to.URL)
	if err == nil && n > 0 {
		err = fault.Conflictf("目标数据库不是空的（有 %d 张表）：请新建一个空数据库再恢复", n)
	}
	return err
}

// settle opens the restored data, which brings them to this program's schema,
// notes the restore in the audit log and verifies it.
func settle(ctx context.Context, file string, to Target, log *slog.Logger) (r audit.Report, err error) {
	d, err := db.Open(ctx, db.Config{Dir: to.Dir, URL: to.URL})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Write(ctx, func(tx *db.Tx) error { return dropLeases(ctx, tx) }); err != nil {
		return r, err
	}
	if r, err = audit.New(d, "", log).Verify(ctx); err != nil {
		return r, err
	}
	if !r.OK() {
		return r, fault.Conflictf("数据已恢复，但审计日志核验不通过：%s", r.Findings[0].Text)
	}
	return r, d.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Actor: "system:restore", Action: "system.restore", Kind: "system", Subject: filepath.Base(file)})
	})
}

// sameSchema refuses data of a newer program.
func sameSchema(ctx context.Context, d *db.DB, h Header) error {
	current, _, err := d.Schema(ctx)
	if err == nil && current != h.Schema {
		err = tooNew(h)
	}
	return err
}

func tooNew(h Header) error {
	return fault.Invalidf("这份备份由更新的程序（%s，结构版本 %d）制作：请先升级本程序再恢复", h.Program, h.Schema)
}

// folderSink writes parts into a folder beside their final places.
type folderSink struct {
	ctx  context.Context
	temp string
}

func (s *folderSink) begin(h Header) error {
	if h.Engine != db.SQLite {
		return fault.Invalidf("这份备份来自 PostgreSQL：请用 --database 指定一个空的 PostgreSQL 数据库")
	}
	if newest, err := db.Newest(); err != nil || h.Schema > newest {
		return errors.Join(err, tooNew(h))
	}
	return nil
}

func (s *folderSink) part(name string, size int64, r io.Reader) error {
	file := filepath.Join(s.temp, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return damaged("%s 出现了两次", name).Because(err)
	}
	n, err := io.Copy(f, cancellable{s.ctx, r})
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return errors.Join(damaged("%s 读到一半中断", name).Because(err), f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

// publish moves everything to its place, the main database last: until then the
// place holds nothing that a server would start on.
func (s *folderSink) publish(dir string) error {
	entries, err := os.ReadDir(s.temp)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if e.Name() != db.MainFile {
			names = append(names, e.Name())
		}
	}
	if len(names) < len(entries) {
		names = append(names, db.MainFile)
	}
	for _, n := range names {
		if err := os.Rename(filepath.Join(s.temp, n), filepath.Join(dir, n)); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// entry is a file of a folder with its name inside the backup.
type entry struct{ file, name string }

// listFolder lists the finished files of a folder of the data folder.
func listFolder(dir, name string) ([]entry, error) {
	if dir == "" {
		return nil, nil
	}
	var list []entry
	root := filepath.Join(dir, name)
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case e.IsDir() && e.Name() == "tmp":
			return fs.SkipDir
		case !e.Type().IsRegular() || strings.HasPrefix(e.Name(), "."):
			return nil
		}
		rel, err := filepath.Rel(dir, p)
		list = append(list, entry{p, filepath.ToSlash(rel)})
		return err
	})
	return list, err
}
