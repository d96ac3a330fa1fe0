package gateway

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// The server that TestKill kills is this test binary, started again with the
// variable set to the data folder and, behind a |, the database.
const childVariable = "QINGSHAO_TEST_KILL"

func TestKill_Child(t *testing.T) {
	at := os.Getenv(childVariable)
	if at == "" {
		t.Skip("runs as the server of TestKill only")
	}
	dir, url, _ := strings.Cut(at, "|")
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{Dir: dir, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	store, err := telemetry.Open(ctx, d, telemetry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Start(ctx); err != nil {
		t.Fatal(err)
	}
	g := New(store, Config{Listen: "127.0.0.1:0"})
	if err := g.Start(ctx); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("listening %s\n", g.Addr())
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent kills us, or is gone
}

// server runs the child on a data folder.
func server(t *testing.T, at string) (address string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill_Child$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), childVariable+"="+at)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if a, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			return a, func() {
				_ = cmd.Process.Kill() // SIGKILL: nothing is tidied up
				_ = cmd.Wait()
				_ = in.Close()
			}
		}
	}
	t.Fatal("the server did not start")
	return "", nil
}

// logger is a station that keeps every frame until it is answered and sends it
// again, after a reconnect from the oldest unanswered one.
type logger struct {
	mn       string
	next     int // first frame not yet answered
	answered []string
}

func (l *logger) frame(n int) string {
	at := time.Date(2026, 10, 31, 20, 0, 0, 0, hj212.Beijing).Add(time.Duration(n) * 30 * time.Second) // into the next month
	return framed("QN=%s000;ST=31;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&DataTime=%s;a21026-Rtd=%d&&", hj212.AppendTime(nil, at), l.mn, hj212.AppendTime(nil, at), n)
}

// run sends until the connection breaks or all is answered.
func (l *logger) run(address string, upTo int, progress *atomic.Int64) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer c.Close()
	in := bufio.NewReader(c)
	const window = 20
	for sent := l.next; l.next < upTo; {
		for ; sent < min(l.next+window, upTo); sent++ {
			if _, err := c.Write([]byte(l.frame(sent))); err != nil {
				return
			}
		}
		line, err := in.ReadString('\n')
		if err != nil || !strings.Contains(line, "CN=9014") || !strings.Contains(line, l.frame(l.next)[6:26]) {
			return
		}
		l.answered = append(l.answered, strings.TrimSpace(l.frame(l.next)))
		l.next++
		progress.Add(1)
	}
}

// TestKill kills the server in the middle of the load several times: after that
// every answered frame is stored exactly once. QINGSHAO_KILLS sets how often
// (make soak).
func TestKill_AnsweredFramesAreStoredExactlyOnce(t *testing.T) {
	t.Parallel()
	kills := 3
	if s := os.Getenv("QINGSHAO_KILLS"); s != "" {
		kills, _ = strconv.Atoi(s)
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); killed(t, t.TempDir(), "", kills) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); killed(t, t.TempDir(), dbtest.NewPostgres(t), kills) })
}

func killed(t *testing.T, dir, url string, kills int) {
	const stations, each = 8, 300
	loggers := make([]*logger, stations)
	for i := range loggers {
		loggers[i] = &logger{mn: fmt.Sprintf("KILL%d", i)}
	}
	// Half of the stations are registered; the frames of the others are parked,
	// which promises the same.
	enter(t, dir, url, loggers[:stations/2])
	total := int64(stations * each * kills)
	var progress atomic.Int64
	for round := range kills + 1 {
		address, kill := server(t, dir+"|"+url)
		var wait sync.WaitGroup
		for _, l := range loggers {
			wait.Go(func() { l.run(address, each*kills, &progress) })
		}
		if round < kills { // in the middle of what is left
			goal := progress.Load() + (total-progress.Load())/int64(kills-round+1)
			tick := time.NewTicker(time.Millisecond)
			deadline := time.After(time.Minute)
			for late := false; progress.Load() < goal && !late; {
				select {
				case <-tick.C:
				case <-deadline:
					late = true
				}
			}
			tick.Stop()
		} else {
			wait.Wait()
		}
		kill()
		wait.Wait()
	}
	stored := map[string]int{}
	d, err := db.Open(context.Background(), db.Config{Dir: dir, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	count := func(queries ...telemetry.ExportQuery) {
		t.Helper()
		clear(stored)
		for _, q := range queries {
			if err := telemetry.Export(context.Background(), d, q, func(x telemetry.Exported) error { stored[string(x.Raw)]++; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range loggers {
			if len(l.answered) != each*kills {
				t.Fatalf("%s: %d of %d frames answered", l.mn, len(l.answered), each*kills)
			}
			for _, raw := range l.answered {
				if stored[raw] != 1 {
					t.Fatalf("stored %d times: %s", stored[raw], raw)
				}
			}
		}
		if len(stored) != stations*each*kills {
			t.Errorf("%d different frames stored", len(stored))
		}
	}
	count(telemetry.ExportQuery{}, telemetry.ExportQuery{Parked: true})
	s := newSite(t, d, Config{})
	for _, l := range loggers[stations/2:] {
		s.device(telemetry.Device{MN: l.mn, Password: "123456"})
	}
	count(telemetry.ExportQuery{}) // now readings, still once
}

// enter registers stations while no server runs.
func enter(t *testing.T, dir, url string, list []*logger) {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{Dir: dir, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := &site{t: t, d: d, devices: telemetry.NewDevices(d, auth.DefaultPolicy(), nil)}
	for _, l := range list {
		s.enter(telemetry.Device{MN: l.mn, Password: "123456"})
	}
}
