package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

var ctx = context.Background()

func anything(io.ReaderAt, int64) error { return nil }

func newDisk(t *testing.T) (*Disk, *dbtest.Clock) {
	t.Helper()
	c := dbtest.NewClock()
	d, err := OpenDisk(filepath.Join(t.TempDir(), "blob"), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

// inTemp counts the halves of uploads that lie about.
func inTemp(t *testing.T, d *Disk) int {
	t.Helper()
	list, err := os.ReadDir(d.temp())
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestDisk_PutOpen(t *testing.T) {
	t.Parallel()
	d, _ := newDisk(t)
	// SHA-256 of "abc", FIPS 180-2 appendix B.1.
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	for range 2 { // the same content twice is one content
		ref, err := d.Put(ctx, strings.NewReader("abc"), 3, anything)
		if err != nil || ref != (Ref{abc, 3}) {
			t.Fatalf("put %+v, %v", ref, err)
		}
	}
	f, err := d.Open(ctx, abc)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); string(b) != "abc" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
	st, err := os.Stat(filepath.Join(d.dir, "ba", "78", abc))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("file %v, %v", st, err)
	}
	if inTemp(t, d) != 0 {
		t.Error("a half is left")
	}
}

func TestDisk_RefusesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for _, c := range []struct {
		name    string
		ctx     context.Context
		r       io.Reader
		inspect func(io.ReaderAt, int64) error
		check   func(error) bool
	}{
		{"over the limit", ctx, strings.NewReader("abcd"), anything, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		{"endless", ctx, iotest.OneByteReader(endless{}), anything, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		{"empty", ctx, strings.NewReader(""), anything, func(err error) bool { return fault.Is(err, fault.Invalid) }},
		{"inspection", ctx, strings.NewReader("abc"), func(io.ReaderAt, int64) error { return boom }, func(err error) bool { return errors.Is(err, boom) }},
		{"broken sender", ctx, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), anything, func(err error) bool { return errors.Is(err, iotest.ErrTimeout) }},
		{"request gone", gone, strings.NewReader("abc"), anything, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		d, _ := newDisk(t)
		ref, err := d.Put(c.ctx, c.r, 3, c.inspect)
		if !c.check(err) || ref != (Ref{}) {
			t.Errorf("%s: %+v, %v", c.name, ref, err)
		}
		if n := inTemp(t, d); n != 0 {
			t.Errorf("%s: %d halves are left", c.name, n)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestDisk_NamesNothingButHashes(t *testing.T) {
	t.Parallel()
	d, _ := newDisk(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(d.dir), "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sha := range []string{"", "../secret", strings.Repeat("A", 64), strings.Repeat("g", 64), strings.Repeat("a", 63), "ab/../../" + strings.Repeat("a", 55)} {
		if f, err := d.Open(ctx, sha); err == nil {
			t.Errorf("opened %q", sha)
			f.Close()
		}
		if err := d.Remove(ctx, sha, time.Now()); err == nil {
			t.Errorf("removed %q", sha)
		}
	}
}

func TestDisk_EachVisitsTheOldAndClearsHalves(t *testing.T) {
	t.Parallel()
	d, c := newDisk(t)
	put := func(s string) string {
		t.Helper()
		ref, err := d.Put(ctx, strings.NewReader(s), 10, anything)
		if err != nil {
			t.Fatal(err)
		}
		return ref.SHA256
	}
	old, again := put("old"), put("again")
	half := filepath.Join(d.temp(), "put-half")
	if err := os.WriteFile(half, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(half, c.Now(), c.Now()); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	put("again") // makes it young
	put("young")
	var seen []string
	visit := func(sha string) error { seen = append(seen, sha); return nil }
	if err := d.Each(ctx, c.Now(), visit); err != nil || len(seen) != 1 || seen[0] != old {
		t.Errorf("visited %v, %v", seen, err)
	}
	if inTemp(t, d) != 0 {
		t.Error("the half is still there")
	}
	if err := d.Remove(ctx, again, c.Now()); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Open(ctx, again); err != nil {
		t.Error("a young content was removed")
	} else {
		f.Close()
	}
	for range 2 {
		if err := d.Remove(ctx, old, c.Now()); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Open(ctx, old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after removal: %v", err)
	}
}

func TestDisk_SameContentAtTheSameTime(t *testing.T) {
	t.Parallel()
	d, _ := newDisk(t)
	body := bytes.Repeat([]byte("清哨"), 1<<16)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			ref, err := d.Put(ctx, bytes.NewReader(body), 1<<20, anything)
			if err != nil {
				t.Error(err)
				return
			}
			f, err := d.Open(ctx, ref.SHA256)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if b, err := io.ReadAll(f); err != nil || !bytes.Equal(b, body) {
				t.Errorf("read %d bytes, %v", len(b), err)
			}
		})
	}
	wg.Wait()
}
