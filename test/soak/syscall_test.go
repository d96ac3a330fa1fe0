//go:build soak

package soak

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/world"
)

// The kernel is the witness: between the reading of a frame and the writing of
// its answer the disk has confirmed a sync, for every frame.
func TestSyscalls_SyncReturnsBeforeTheAnswer(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not on this machine")
	}
	s := equip(t, "")
	file := filepath.Join(t.TempDir(), "trace")
	s.start(strace, "-f", "-y", "-s", "4096", "-e", "trace=read,recvfrom,write,writev,sendto,fsync,fdatasync", "-o", file)
	w := world.New(seed)
	o := w.Outlets()[0]
	conn, err := net.Dial("tcp", s.hj212)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const n = 20
	at := time.Now().Add(-time.Hour).Truncate(time.Minute)
	var sc hj212.Scanner
	var f hj212.Frame
	var qns []string
	for i := range n {
		ps, err := w.Packets(o, world.Realtime, at.Add(time.Duration(i)*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(ps[0].Bytes); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		for !sc.Next(&f) {
			if _, err := sc.Fill(conn); err != nil {
				t.Fatal(err)
			}
		}
		if f.Command != hj212.DataAnswer || string(f.QN) != ps[0].QN {
			t.Fatalf("answer %s", f.Raw)
		}
		qns = append(qns, ps[0].QN)
	}
	s.kill()
	events := readTrace(t, file)
	for _, qn := range qns {
		in, out := -1, -1
		for i, e := range events {
			switch {
			case e.kind == "in" && strings.Contains(e.text, "QN="+qn) && strings.Contains(e.text, "CN=2011"):
				in = i
			case e.kind == "out" && strings.Contains(e.text, "QN="+qn) && strings.Contains(e.text, "CN=9014"):
				out = i
			}
		}
		if in < 0 || out < in {
			t.Fatalf("frame %s: read at %d, answered at %d of %d", qn, in, out, len(events))
		}
		synced := ""
		for _, e := range events[in:out] {
			if e.kind == "sync" && strings.Contains(e.text, "/tele-") {
				synced = e.text
			}
		}
		if synced == "" {
			t.Errorf("frame %s was answered without a sync after it was read", qn)
		} else if qn == qns[0] {
			t.Logf("read → %s → answer", synced)
		}
	}
}

// event is a system call that has returned (in, sync) or begins (out).
type event struct{ kind, text string }

var (
	unfinished = regexp.MustCompile(`^(\d+)\s+(\w+)\((.*)<unfinished \.\.\.>$`)
	resumed    = regexp.MustCompile(`^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$`)
	whole      = regexp.MustCompile(`^(\d+)\s+(\w+)\((.*)$`)
)

// readTrace puts the calls into the order that matters: a read or a sync counts
// when it returns, a write when it begins.
func readTrace(t *testing.T, file string) []event {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []event
	begun := map[string]string{}
	add := func(name, text string, begins, returns bool) {
		switch {
		case (name == "write" || name == "writev" || name == "sendto") && begins:
			out = append(out, event{"out", text})
		case (name == "read" || name == "recvfrom") && returns:
			out = append(out, event{"in", text})
		case (name == "fsync" || name == "fdatasync") && returns && strings.HasSuffix(text, "= 0"):
			out = append(out, event{"sync", name + "(" + text})
		}
	}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		line := sc.Text()
		if m := unfinished.FindStringSubmatch(line); m != nil {
			begun[m[1]+m[2]] = m[3]
			add(m[2], m[3], true, false)
		} else if m := resumed.FindStringSubmatch(line); m != nil {
			add(m[2], begun[m[1]+m[2]]+m[3], false, true)
		} else if m := whole.FindStringSubmatch(line); m != nil {
			add(m[2], m[3], true, true)
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("the trace is empty")
	}
	return out
}
