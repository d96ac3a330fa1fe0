//go:build soak

package soak

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/bench"
)

// The size of the load; the defaults are the long run, for a quiet machine.
var (
	outlets     = flag.Int("outlets", 20_000, "registered outlets, all of them reporting")
	connections = flag.Int("connections", 2000, "connections that they share")
	idlers      = flag.Int("idle", 10_000, "more connections that report once and then rest")
	lasts       = flag.Duration("lasts", 13*time.Minute, "how long live data run; what was missed is looked for every ten minutes")
	live        = flag.Float64("live", 1000, "live frames a second")
	recalled    = flag.Int("recalled", 500, "outlets whose last 24 hours are called back meanwhile")
	bound       = flag.Float64("p99", 100, "the longest p99 of an answer, ms; 0 = told only")
)

// crew makes a site with registered stations, nothing left to do in the
// background.
func crew(t *testing.T, dir, database string, stations int) *site {
	t.Helper()
	s := newSite(t, database)
	if dir != "" {
		s.dir = dir
	}
	conf := app.Config{Dir: s.dir, Database: database, Listen: s.http, Profile: "wenzhou", Version: "soak", Log: slog.New(slog.DiscardHandler)}
	if err := bench.Prepare(t.Context(), conf, stations); err != nil {
		t.Fatal(err)
	}
	s.token = strings.TrimSpace(string(s.command("user", "add", "--name", "管理员", "--role", "admin", "--area", "330300", "--token")))
	return s
}

// liveCrowd is the stations with their realtime data, up to now.
func liveCrowd(t *testing.T, s *site, stations, conns int, rate float64, d time.Duration) *bench.Crowd {
	t.Helper()
	frames := int(rate * d.Seconds())
	step := max(time.Second, time.Duration(float64(stations)/rate*float64(time.Second)).Truncate(time.Second))
	turns := (frames + stations - 1) / stations
	return &bench.Crowd{Stations: stations, Connections: min(conns, stations), Rate: rate, Frames: frames, Dial: dial(t, s.hj212),
		Start: time.Now().Truncate(time.Second).Add(-time.Duration(turns) * step), Step: step, Patience: 3 * time.Minute}
}

// historyCrowd is minute data of the last 24 hours, as a station sends them when
// it is asked to.
func historyCrowd(t *testing.T, s *site, stations int, d time.Duration) *bench.Crowd {
	t.Helper()
	const each = 24 * 6
	return &bench.Crowd{Stations: stations, Connections: min(100, stations), Rate: float64(stations*each) / d.Seconds(), Frames: stations * each, Minute: true,
		Dial: dial(t, s.hj212), Start: time.Now().Truncate(10 * time.Minute).Add(-25 * time.Hour), Step: 10 * time.Minute, Patience: 3 * time.Minute}
}

func dial(t *testing.T, addr string) func(context.Context) (net.Conn, error) {
	t.Helper()
	d, err := bench.Loopback(addr)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// idle opens connections that report once, and leaves them open.
func idle(t *testing.T, s *site, n int) {
	t.Helper()
	d := dial(t, s.hj212)
	at := time.Now().Add(-26 * time.Hour).Truncate(time.Second)
	var wait sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range n {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c, err := d(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			m := hj212.Message{QN: string(hj212.AppendQN(nil, at)), ST: "31", CN: "2011", PW: "123456", MN: bench.MN(i % *outlets), Flag: hj212.FlagAnswer.WithVersion(hj212.V2017),
				Area: []byte("DataTime=" + string(hj212.AppendTime(nil, at.Add(time.Duration(i / *outlets)*time.Second))) + ";a21026-Rtd=12.5,a21026-Flag=N")}
			f, err := hj212.AppendFrame(nil, &m)
			if err == nil {
				_, err = c.Write(f)
			}
			if err == nil {
				err = c.SetReadDeadline(time.Now().Add(time.Minute))
			}
			if err == nil {
				var line string
				if line, err = bufio.NewReaderSize(c, 512).ReadString('\n'); err == nil && !strings.Contains(line, "CN=9014") {
					err = fmt.Errorf("answer %q", line)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// compare holds an export against what the crowds, and the field if there is one,
// have sent.
func (s *site) compare(field *bench.Field, crowds ...*bench.Crowd) {
	s.t.Helper()
	var checks []*bench.Check
	for _, c := range crowds {
		checks = append(checks, c.Check())
	}
	var kept *bench.FieldCheck
	if field != nil {
		kept = field.Check()
	}
	cmd := exec.Command(qingshao(s.t), s.data("telemetry", "export")...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	sc := bufio.NewScanner(out)
	sc.Buffer(nil, 1<<20)
	n := 0
	for ; sc.Scan(); n++ {
		var e stored
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			s.t.Fatal(err)
		}
		for _, k := range checks {
			k.See(e.MN, e.CN, e.DataTime, []byte(e.Raw))
		}
		if kept != nil {
			kept.See(e.MN, e.CN, e.DataTime, []byte(e.Raw))
		}
	}
	if err := cmd.Wait(); err != nil || sc.Err() != nil {
		s.t.Fatalf("export: %v %v: %s", err, sc.Err(), errs.String())
	}
	for i, k := range checks {
		s.t.Logf("crowd %d: %d of its frames are stored, %d lost, %d doubled, %d changed; %d frames in the export", i+1, k.Stored, k.Lost(), k.Duplicated, k.Strange, n)
		if k.Lost() > 0 || k.Duplicated > 0 || k.Strange > 0 {
			s.t.Errorf("crowd %d: what was answered is not stored once and unchanged", i+1)
		}
	}
	if kept == nil {
		return
	}
	s.t.Logf("field: %d of its frames are stored, %d lost, %d doubled, %d changed, %d slots missing", kept.Stored, kept.Lost(), kept.Duplicated, kept.Strange, kept.Missing())
	if kept.Lost() > 0 || kept.Duplicated > 0 || kept.Strange > 0 || kept.Missing() > 0 {
		s.t.Error("field: what the stations hold is not stored once and unchanged")
	}
}

// told fails when a frame stayed without its answer, and tells the figures.
func told(t *testing.T, name string, got bench.Tally) {
	t.Helper()
	t.Logf("%s: %d sent, %d answered in %.1f s (%.0f/s), p50 %.1f ms, p99 %.1f ms, in the worst 10 s %.1f ms, longest %.0f ms; %d sent again, %d connections anew", name, got.Sent, got.Answered,
		got.Seconds, float64(got.Answered)/got.Seconds, got.P50, got.P99, got.Worst, got.Max, got.Resent, got.Reconnects)
	if got.Sent == 0 || got.Answered != got.Sent {
		t.Errorf("%s: %d of %d frames answered", name, got.Answered, got.Sent)
	}
}

// rss is the server's resident memory in kB.
func (s *site) rss() int {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				s.t.Fatal(err)
			}
			return n
		}
	}
	s.t.Fatal("no VmRSS")
	return 0
}

// metric reads one figure of /metrics.
func (s *site) metric(name string) float64 {
	s.t.Helper()
	res, err := http.Get("http://" + s.http + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	sc := bufio.NewScanner(res.Body)
	for sc.Scan() {
		if rest, ok := strings.CutPrefix(sc.Text(), "qingshao_"+name+" "); ok {
			v, err := strconv.ParseFloat(rest, 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return v
		}
	}
	s.t.Fatalf("no metric %s", name)
	return 0
}

// until waits for a condition.
func until(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); {
		if time.Since(began) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// descriptors says whether so many connections can be open at once on each side.
func descriptors(t *testing.T, n int) {
	t.Helper()
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	if want := uint64(n + 500); l.Cur < want {
		l.Cur, l.Max = max(l.Cur, want), max(l.Max, want)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
			t.Fatalf("%d file descriptors are needed: %v (ulimit -n, or smaller -connections and -idle)", want, err)
		}
	}
}
