// Package dbtest gives tests a fresh, migrated database on each engine. It is
// imported by tests only.
package dbtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/qingshao/qingshao/internal/db"
)

// Clock is a test's own time; it moves only when told.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts at 2026-11-21 09:30 Beijing time, a Saturday.
func NewClock() *Clock { return &Clock{t: time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)} }

// Now reads the clock.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

// Advance moves the clock forward.
func (c *Clock) Advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// Each runs the test once on every engine, as parallel subtests with a database
// of their own. Without PostgreSQL on the machine that half is skipped by name,
// except under CI, where it fails.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	EachAt(t, func(t *testing.T, d *db.DB, _ *Clock) { f(t, d) })
}

// EachAt is Each with the clock that the database asks.
func EachAt(t *testing.T, f func(t *testing.T, d *db.DB, c *Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		c := NewClock()
		f(t, open(t, db.Config{Dir: migratedDir(t), Now: c.Now}), c)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		c := NewClock()
		f(t, open(t, db.Config{Dir: Dir(t), URL: newPostgres(t, true), Now: c.Now}), c)
	})
}

func open(t *testing.T, c db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// blank is an empty, migrated main.db, made once for each test process: copying
// it costs a tenth of migrating.
var blank = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "qingshao-blank-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(context.Background(), db.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, db.MainFile))
})

// migratedDir is a data folder of the test with a migrated database in it.
func migratedDir(t testing.TB) string {
	t.Helper()
	file, err := blank()
	if err != nil {
		t.Fatal(err)
	}
	dir := Dir(t)
	if err := os.WriteFile(filepath.Join(dir, db.MainFile), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// memory is where files of tests live when the machine has a file system in
// memory: waiting for a disk proves nothing here. "" = the usual place.
func memory() string {
	const shm = "/dev/shm"
	probe, err := os.MkdirTemp(shm, "qingshao-probe-")
	if err != nil {
		return ""
	}
	if err := os.Remove(probe); err != nil {
		return ""
	}
	return shm
}

// Dir is like t.TempDir, in memory where that is possible.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "qingshao-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// template is the name of an empty, migrated database on the server, made once.
var template = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	name := fmt.Sprintf("blank%d", os.Getpid())
	c, err := pgx.Connect(ctx, server.url+"postgres")
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	d, err := db.Open(ctx, db.Config{Dir: os.TempDir(), URL: server.url + name})
	if err != nil {
		return "", err
	}
	return name, d.Close()
})

var server struct {
	once sync.Once
	url  string // without database name
	err  error
	next atomic.Int64
	hold io.WriteCloser
}

// NewPostgres makes an empty database on a throw-away server of this test
// process (or the one that QINGSHAO_TEST_POSTGRES names) and returns its URL.
func NewPostgres(t testing.TB) string {
	t.Helper()
	return newPostgres(t, false)
}

func newPostgres(t testing.TB, migrated bool) string {
	t.Helper()
	server.once.Do(func() { server.url, server.err = startPostgres() })
	if server.err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("PostgreSQL is needed under CI: %v", server.err)
		}
		t.Skipf("no PostgreSQL on this machine: %v", server.err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), server.next.Add(1))
	create := "CREATE DATABASE " + name
	if migrated {
		from, err := template()
		if err != nil {
			t.Fatal(err)
		}
		create += " TEMPLATE " + from
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, server.url+"postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c, err := pgx.Connect(ctx, server.url+"postgres")
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return server.url + name
}

// startPostgres runs initdb and a server on a free loopback port, without
// fsync. A shell holds our pipe and stops the server when this process is gone,
// however it went. PostgreSQL refuses root, so root lends it nobody's identity.
func startPostgres() (string, error) {
	if u := os.Getenv("QINGSHAO_TEST_POSTGRES"); u != "" {
		return strings.TrimSuffix(u, "/") + "/", nil
	}
	bin, err := postgresBin()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(memory(), "qingshao-pg-")
	if err != nil {
		return "", err
	}
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("nobody")
		if err != nil {
			return "", err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			return "", err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return "", err
	}
	script := `set -e; cd "$1"
"$2/initdb" -D data -U postgres -A trust -E UTF8 --no-locale -N >init.log 2>&1
"$2/postgres" -D data -p "$3" -h 127.0.0.1 -k "" -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300 -c shared_buffers=64MB >server.log 2>&1 &
pid=$!
cat >/dev/null || true
kill -TERM $pid; wait $pid || true; cd /; rm -rf "$1"`
	cmd := exec.Command("sh", "-c", script, "sh", dir, bin, strconv.Itoa(port))
	cmd.SysProcAttr = attr
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	// The pipe's writing end stays open as long as this process lives; it is
	// kept reachable, since a collected file closes itself.
	if server.hold, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	url := fmt.Sprintf("postgres://postgres@127.0.0.1:%d/", port)
	if err := waitReady(url+"postgres", time.Minute); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "server.log"))
		return "", fmt.Errorf("%w: %s", err, log)
	}
	return url, nil
}

func waitReady(url string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := pgx.Connect(ctx, url)
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not become ready: %w", err)
		case <-tick.C:
		}
	}
}

func postgresBin() (string, error) {
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", exec.ErrNotFound
	}
	return filepath.Dir(found[len(found)-1]), nil
}
