package blob

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// cabinet is the service with two people.
type cabinet struct {
	*Files
	t    *testing.T
	db   *db.DB
	c    *dbtest.Clock
	disk *Disk
}

var (
	zhang = auth.Actor{ID: "zhang", Roles: []auth.Role{auth.Inspector}, Area: "330302"}
	li    = auth.Actor{ID: "li", Roles: []auth.Role{auth.Clerk}, Area: "330303"}
)

func each(t *testing.T, l Limits, f func(c cabinet)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		disk, err := OpenDisk(filepath.Join(t.TempDir(), "blob"), clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		f(cabinet{New(d, disk, auth.DefaultPolicy(), l), t, d, clock, disk})
	})
}

func (c cabinet) upload(a auth.Actor, name, content string) File {
	c.t.Helper()
	f, err := c.Upload(ctx, a, name, strings.NewReader(content))
	if err != nil {
		c.t.Fatal(err)
	}
	return f
}

func (c cabinet) attach(kind, subject string, ids ...string) error {
	return c.db.Write(ctx, func(tx *db.Tx) error { return c.Attach(ctx, tx, ids, kind, subject) })
}

func (c cabinet) of(kind, subject string) (names []string) {
	c.t.Helper()
	err := c.db.Read(ctx, func(tx *db.Tx) error {
		list, err := c.Of(ctx, tx, kind, subject)
		for _, f := range list {
			names = append(names, f.Name)
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return names
}

func (c cabinet) read(a auth.Actor, id string) (string, error) {
	_, r, err := c.Open(ctx, a, id)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

func (c cabinet) contents() int {
	c.t.Helper()
	n := 0
	if err := c.disk.Each(ctx, c.c.Now().Add(time.Hour), func(string) error { n++; return nil }); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func TestFiles_UploadAttachOpen(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		c.Guard("issue", func(_ context.Context, a auth.Actor, subject string) error {
			if a.ID == "li" && subject == "i1" {
				return nil
			}
			return fault.NotFoundf("没有这个问题")
		})
		f := c.upload(zhang, `C:\记录.txt`, "现场记录")
		if f.Name != "记录.txt" || f.Type != Text || f.Size != 12 || f.Area != "330302" || len(f.SHA256) != 64 || !f.CreatedAt.Equal(c.c.Now()) {
			t.Errorf("file %+v", f)
		}
		if got, err := c.read(zhang, f.ID); got != "现场记录" || err != nil {
			t.Errorf("the sender reads %q, %v", got, err)
		}
		if _, err := c.read(li, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another reads a waiting file: %v", err)
		}
		for range 2 { // attaching again to the same thing changes nothing
			if err := c.attach("issue", "i1", f.ID, f.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.of("issue", "i1"); !slices.Equal(got, []string{"记录.txt"}) {
			t.Errorf("files of the issue: %v", got)
		}
		if got, err := c.read(li, f.ID); got != "现场记录" || err != nil {
			t.Errorf("who may see the issue reads %q, %v", got, err)
		}
		if _, err := c.read(zhang, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("who may not see the issue: %v", err)
		}
		if _, err := c.read(li, "unknown"); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
}

// Knowing a file's id must not be a way to see it: it cannot be attached to a
// thing of one's own.
func TestFiles_AreNotGivenOn(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		f := c.upload(zhang, "a.txt", "abc")
		if err := c.attach("issue", "i1", f.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{f.ID, "unknown", ""} {
			if err := c.attach("clue", "mine", id); !fault.Is(err, fault.Invalid) {
				t.Errorf("attach %q elsewhere: %v", id, err)
			}
		}
		if _, err := c.read(zhang, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a kind without guard shows its files: %v", err)
		}
	})
}

func TestFiles_AttachRollsBackWithTheVerb(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		a, b := c.upload(zhang, "a.txt", "abc"), c.upload(zhang, "b.txt", "abc")
		if err := c.attach("issue", "i1", a.ID, "unknown"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("got %v", err)
		}
		if got := c.of("issue", "i1"); len(got) != 0 {
			t.Errorf("half attached: %v", got)
		}
		if err := c.attach("issue", "i1", b.ID, a.ID); err != nil {
			t.Fatal(err)
		}
		if got := c.of("issue", "i1"); !slices.Equal(got, []string{"a.txt", "b.txt"}) {
			t.Errorf("files %v", got)
		}
		if c.contents() != 1 {
			t.Error("the same content is kept twice")
		}
		var named map[string]File
		err := c.db.Read(ctx, func(tx *db.Tx) (err error) {
			named, err = c.Named(ctx, tx, []string{a.ID, "unknown"})
			return err
		})
		if err != nil || len(named) != 1 || named[a.ID].Name != "a.txt" {
			t.Errorf("named %v, %v", named, err)
		}
	})
}

func TestFiles_UploadRefuses(t *testing.T) {
	each(t, Limits{FileBytes: 1 << 20, PendingFiles: 3, PendingBytes: 100}, func(c cabinet) {
		for _, x := range []struct {
			name, content string
			kind          fault.Kind
		}{
			{"a.exe", "MZ", fault.Invalid}, {"a", "x", fault.Invalid}, {"a.jpg", "x", fault.Invalid},
			{"a.txt", strings.Repeat("x", 1<<20+1), fault.TooLarge}, {"a.txt", "", fault.Invalid},
		} {
			if _, err := c.Upload(ctx, zhang, x.name, strings.NewReader(x.content)); !fault.Is(err, x.kind) {
				t.Errorf("%s of %d: %v", x.name, len(x.content), err)
			}
		}
		if c.contents() != 0 {
			t.Error("a refused file left its content")
		}
		auditor := auth.Actor{ID: "w", Roles: []auth.Role{auth.Auditor}}
		if _, err := c.Upload(ctx, auditor, "a.txt", strings.NewReader("x")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an auditor uploads: %v", err)
		}
		one := c.upload(zhang, "a.txt", "1")
		c.upload(zhang, "a.txt", "2")
		c.upload(zhang, "a.txt", "3")
		if _, err := c.Upload(ctx, zhang, "a.txt", strings.NewReader("4")); !fault.Is(err, fault.TooMany) {
			t.Errorf("a fourth waiting file: %v", err)
		}
		c.upload(li, "a.txt", strings.Repeat("x", 100)) // another's room is another's
		if _, err := c.Upload(ctx, li, "a.txt", strings.NewReader("4")); !fault.Is(err, fault.TooMany) {
			t.Errorf("beyond 100 bytes: %v", err)
		}
		if err := c.attach("issue", "i1", one.ID); err != nil {
			t.Fatal(err)
		}
		c.upload(zhang, "a.txt", "4")
	})
}

func TestFiles_SweepDeletesWhatNobodyAttached(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		kept := c.upload(zhang, "kept.txt", "kept")
		shared := c.upload(zhang, "shared.txt", "shared")
		gone := c.upload(zhang, "gone.txt", "gone")
		c.upload(li, "same.txt", "shared") // waits, but its content is named by another
		if err := c.attach("issue", "i1", kept.ID, shared.ID); err != nil {
			t.Fatal(err)
		}
		sweep := func(files, contents int) {
			t.Helper()
			if f, n, err := c.Sweep(ctx); f != files || n != contents || err != nil {
				t.Errorf("swept %d files and %d contents, %v; want %d and %d", f, n, err, files, contents)
			}
		}
		c.c.Advance(24 * time.Hour)
		sweep(0, 0)
		c.c.Advance(time.Second)
		fresh := c.upload(zhang, "fresh.txt", "fresh")
		sweep(2, 1)
		if c.contents() != 3 {
			t.Errorf("%d contents are left", c.contents())
		}
		if _, err := c.read(zhang, gone.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("gone: %v", err)
		}
		if _, err := c.read(zhang, fresh.ID); err != nil {
			t.Errorf("fresh: %v", err)
		}
		if err := c.attach("issue", "i1", gone.ID); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "已过期") {
			t.Errorf("attach what expired: %v", err)
		}
		sweep(0, 0)
	})
}

// Uploads of a content that is being swept never lose it.
func TestFiles_SweepAgainstUploads(t *testing.T) {
	each(t, Limits{PendingFiles: 1000}, func(c cabinet) {
		c.upload(zhang, "a.txt", "same content")
		c.c.Advance(25 * time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 5 {
					f, err := c.Upload(ctx, zhang, "a.txt", strings.NewReader("same content"))
					if err != nil {
						t.Error(err)
						return
					}
					if got, err := c.read(zhang, f.ID); got != "same content" || err != nil {
						t.Errorf("lost: %q, %v", got, err)
					}
				}
			})
			wg.Go(func() {
				if _, _, err := c.Sweep(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestFiles_AuditKeepsHashesNotNames(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		f := c.upload(zhang, "举报人张某.txt", "abc")
		if err := c.attach("issue", "i1", f.ID); err != nil {
			t.Fatal(err)
		}
		c.Guard("issue", func(context.Context, auth.Actor, string) error { return nil })
		if _, err := c.read(li, f.ID); err != nil {
			t.Fatal(err)
		}
		var rows []string
		err := c.db.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = db.All(ctx, tx, db.Value[string], `SELECT body FROM audit_entry ORDER BY id`)
			return err
		})
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i, want := range []string{"file.upload", "file.attach", "file.open"} {
			if !strings.Contains(rows[i], want) || strings.Contains(rows[i], "张某") || i < 2 && !strings.Contains(rows[i], f.SHA256) {
				t.Errorf("row %s", rows[i])
			}
		}
	})
}

// A content that has vanished from the disk is our fault, and said so.
func TestFiles_OpenMissingContent(t *testing.T) {
	each(t, Limits{}, func(c cabinet) {
		f := c.upload(zhang, "a.txt", "abc")
		p, err := c.disk.path(f.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
		if _, err := c.read(zhang, f.ID); !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
	})
}
