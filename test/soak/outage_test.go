//go:build soak

package soak

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/bench"
)

// A full disk: nothing is answered, the system page says why, and when there is
// room again everything goes on by itself and nothing is lost.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=400m,mode=700"); err != nil {
		t.Skipf("no file system can be mounted here (root only): %v; TestFullDisk of the store bounds the file instead", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := crew(t, dir, "", 500)
	s.start()
	c := liveCrowd(t, s, 500, 100, 1000, 40*time.Second)
	var got bench.Tally
	var failed error
	var wait sync.WaitGroup
	wait.Go(func() { got, failed = c.Run(t.Context()) })
	answered := func() float64 { return s.metric("gateway_answered_total") }
	until(t, 30*time.Second, "frames are answered", func() bool { return answered() > 2000 })
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	t.Log("the disk is full")
	until(t, 20*time.Second, "frames fail", func() bool { return s.metric("gateway_failed_total") > 100 })
	until(t, 20*time.Second, "answers end", func() bool {
		n := answered()
		<-time.After(2 * time.Second)
		return answered() == n
	})
	reason := ""
	until(t, 10*time.Second, "the system page says why", func() bool {
		var page struct {
			Ready  bool
			Checks []struct {
				Name, Reason string
				OK           bool
			}
		}
		s.get("/system", &page)
		for _, k := range page.Checks {
			if k.Name == "telemetry" && !k.OK {
				reason = k.Reason
			}
		}
		return !page.Ready && strings.Contains(reason, "空间已满")
	})
	t.Log(reason)
	if res, err := http.Get("http://" + s.http + "/readyz"); err != nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz: %v %v", res, err)
	} else if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	before := answered()
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	until(t, 30*time.Second, "it goes on by itself", func() bool { return answered() > before+1000 })
	t.Logf("answering again after %.1f s", time.Since(began).Seconds())
	wait.Wait()
	if failed != nil {
		t.Fatal(failed)
	}
	told(t, "live", got)
	until(t, 30*time.Second, "it is ready", func() bool {
		res, err := http.Get("http://" + s.http + "/readyz")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	until(t, time.Minute, "the rules have judged everything", func() bool { return s.metric("rules_behind_batches") == 0 })
	s.stop()
	s.compare(nil, c)
	if out := s.command("verify"); len(out) == 0 {
		t.Error("verify prints no checkpoint")
	}
}

// fill takes all the room there is.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(block)
	}
	for err = nil; err == nil; {
		_, err = f.Write(block[:512])
	}
}

// PostgreSQL stops, now crashed and now cleanly, and starts again: nothing that
// was answered is lost, and the program goes on by itself.
func TestPostgresStops(t *testing.T) {
	p := newCluster(t)
	p.start()
	s := crew(t, "", p.url(), 500)
	s.start()
	const rounds, rate = 6, 500
	c := liveCrowd(t, s, 500, 100, rate, rounds*8*time.Second)
	var got bench.Tally
	var failed error
	done := make(chan struct{})
	go func() { defer close(done); got, failed = c.Run(t.Context()) }()
	for i := range rounds {
		<-time.After(3 * time.Second)
		mode := []string{"immediate", "fast"}[i%2]
		p.stop(mode)
		<-time.After(time.Duration(500+i*500) * time.Millisecond)
		p.start()
		began, n := time.Now(), s.metric("gateway_answered_total")
		until(t, 30*time.Second, "answers after the restart", func() bool { return s.metric("gateway_answered_total") > n+100 })
		t.Logf("stopped (%s), answering again %.1f s after the start", mode, time.Since(began).Seconds())
	}
	<-done
	if failed != nil {
		t.Fatal(failed)
	}
	told(t, "live", got)
	until(t, time.Minute, "the rules have judged everything", func() bool { return s.metric("rules_behind_batches") == 0 })
	s.stop()
	s.compare(nil, c)
}

// cluster is a PostgreSQL of our own, with fsync, that can be stopped.
type cluster struct {
	t    *testing.T
	bin  string
	dir  string
	port int
	attr *syscall.SysProcAttr
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if len(found) == 0 {
		if p, err := exec.LookPath("pg_ctl"); err == nil {
			found = []string{p}
		} else {
			t.Skip("no PostgreSQL on this machine")
		}
	}
	dir, err := os.MkdirTemp("", "qingshao-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(freePort(t), ":")
	c := &cluster{t: t, bin: filepath.Dir(found[len(found)-1]), dir: dir, attr: &syscall.SysProcAttr{Setpgid: true}}
	if c.port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // PostgreSQL refuses root
		u, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	c.run("initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	t.Cleanup(func() {
		c.stop("immediate")
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *cluster) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", c.port)
}

func (c *cluster) run(name string, args ...string) {
	c.t.Helper()
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr, cmd.Env = c.dir, c.attr, []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	cmd.Stdout = io.Discard // a pipe would be held open by the server
	if err := cmd.Run(); err != nil {
		log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
		c.t.Fatalf("%s: %v: %s", name, err, log)
	}
}

func (c *cluster) start() {
	c.t.Helper()
	c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-l", filepath.Join(c.dir, "log"), "-w", "-o", fmt.Sprintf("-p %d -h 127.0.0.1 -k '' -c max_connections=200", c.port), "start")
}

func (c *cluster) stop(mode string) {
	c.t.Helper()
	c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-w", "-m", mode, "stop")
}
