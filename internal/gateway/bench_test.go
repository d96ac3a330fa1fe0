package gateway

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// BenchmarkTCP measures frames from the wire to the answer behind the synced
// commit, load generator in the same process: go test -run '^$' -bench TCP
// -benchtime 300000x ./internal/gateway. Each station has so many frames in
// flight; the latency of a frame runs from its write to the reading of its
// answer. The data folder is TMPDIR's disk.
func BenchmarkTCP(b *testing.B) {
	for _, load := range []struct{ stations, window int }{{1000, 1}, {64, 32}, {200, 100}} {
		b.Run(fmt.Sprintf("stations=%d/window=%d", load.stations, load.window), func(b *testing.B) {
			b.Run("sqlite", func(b *testing.B) { benchTCP(b, benchDB(b, ""), load.stations, load.window) })
			if load.window == 32 {
				b.Run("postgres", func(b *testing.B) { benchTCP(b, benchDB(b, dbtest.NewPostgres(b)), load.stations, load.window) })
			}
		})
	}
}

func benchDB(b *testing.B, url string) *db.DB {
	d, err := db.Open(context.Background(), db.Config{Dir: b.TempDir(), URL: url})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	return d
}

func benchTCP(b *testing.B, d *db.DB, stations, window int) {
	s := newSite(b, d, Config{})
	register(b, d, stations)
	if err := s.store.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing)
	lists := make([][]time.Duration, stations)
	conns := make([]net.Conn, stations)
	for i := range conns {
		c, err := net.Dial("tcp", s.gate.Addr())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		conns[i] = c
	}
	b.SetBytes(int64(len(benchFrame(nil, "BENCH00000", start))))
	b.ResetTimer()
	cpu := cpuTime()
	var wait sync.WaitGroup
	for i := range conns {
		wait.Go(func() { lists[i] = station(b, conns[i], fmt.Sprintf("BENCH%05d", i), start, window, &left) })
	}
	wait.Wait()
	b.StopTimer()
	cpu = cpuTime() - cpu
	report(b, slices.Concat(lists...), cpu)
	if st := s.gate.Stats(); st.Stored < int64(b.N) || st.Failed > 0 {
		b.Fatalf("%+v", st)
	}
}

// BenchmarkPaced offers 10,000 frames/s from 200 stations, each at its own moment
// whether the last was answered or not, and measures the latency from the moment
// a frame was due to be sent: go test -run '^$' -bench Paced -benchtime 100000x
// ./internal/gateway.
func BenchmarkPaced(b *testing.B) {
	const stations, rate = 200, 10_000
	s := newSite(b, benchDB(b, ""), Config{})
	register(b, s.d, stations)
	if err := s.store.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	lists := make([][]time.Duration, stations)
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing)
	b.ResetTimer()
	cpu := cpuTime()
	begin := time.Now().Add(50 * time.Millisecond)
	var wait sync.WaitGroup
	for i := range stations {
		c, err := net.Dial("tcp", s.gate.Addr())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		n := b.N / stations
		if i < b.N%stations {
			n++
		}
		due := func(k int) time.Time { return begin.Add(time.Duration(k*stations+i) * time.Second / rate) }
		wait.Go(func() {
			for k := range n {
				time.Sleep(time.Until(due(k)))
				if _, err := c.Write(benchFrame(nil, fmt.Sprintf("BENCH%05d", i), first.Add(time.Duration(k)*30*time.Second))); err != nil {
					b.Error(err)
					return
				}
			}
		})
		wait.Go(func() {
			in := bufio.NewReader(c)
			for k := range n {
				if line, err := in.ReadSlice('\n'); err != nil || !strings.Contains(string(line), "CN=9014") {
					b.Errorf("answer %q %v", line, err)
					return
				}
				lists[i] = append(lists[i], time.Since(due(k)))
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	report(b, slices.Concat(lists...), cpuTime()-cpu)
}

// report tells rate, CPU and latencies.
func report(b *testing.B, all []time.Duration, cpu time.Duration) {
	slices.Sort(all)
	if len(all) != b.N {
		b.Fatalf("%d answers for %d frames", len(all), b.N)
	}
	at := func(p float64) float64 { return float64(all[int(p*float64(len(all)-1))].Microseconds()) / 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/frame")
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
}

// cpuTime is what this process, load generator included, has used of all cores:
// the steadier figure on a machine with other work.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// register enters the stations' devices straight into the registry.
func register(b *testing.B, d *db.DB, stations int) {
	ctx, p := context.Background(), auth.DefaultPolicy()
	err := d.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.Create(ctx, tx, p, duty, enterprise.Enterprise{Name: "厂", Area: "330302"})
		if err != nil {
			return err
		}
		for i := range stations {
			o, err := enterprise.CreateOutlet(ctx, tx, p, duty, enterprise.Outlet{EnterpriseID: e.ID, Name: "口", Kind: enterprise.Gas})
			if err != nil {
				return err
			}
			if _, err := telemetry.Register(ctx, tx, p, duty, telemetry.Device{MN: fmt.Sprintf("BENCH%05d", i), OutletID: o.ID, Password: "123456"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// benchFrame is a realtime frame of 8 factors, some 550 bytes, as stations send
// it.
func benchFrame(dst []byte, mn string, at time.Time) []byte {
	at14 := hj212.AppendTime(make([]byte, 0, 14), at)
	n := at.Unix() % 97
	segment := fmt.Appendf(make([]byte, 0, 640), "QN=%s123;ST=31;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&DataTime=%s", at14, mn, at14)
	for i, code := range benchCodes {
		segment = fmt.Appendf(segment, ";%s-Rtd=%d.%d,%s-ZsRtd=%d.%d,%s-Flag=N", code, n+int64(i), i, code, 2*n+int64(i), i, code)
	}
	segment = append(segment, "&&"...)
	dst, err := hj212.AppendSegment(dst, segment)
	if err != nil {
		panic(err)
	}
	return dst
}

var benchCodes = []string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"}

// station sends frames, window of them unanswered at a time, as long as some are
// left, and returns how long each took.
func station(b *testing.B, c net.Conn, mn string, start time.Time, window int, left *atomic.Int64) []time.Duration {
	in := bufio.NewReaderSize(c, 16<<10)
	var took []time.Duration
	var sent []time.Time
	var out []byte
	inFlight, n := 0, 0
	for {
		out = out[:0]
		for inFlight < window && left.Add(-1) >= 0 {
			out = benchFrame(out, mn, start.Add(time.Duration(n)*30*time.Second))
			n, inFlight = n+1, inFlight+1
		}
		if len(out) > 0 {
			now := time.Now()
			for len(sent) < n {
				sent = append(sent, now)
			}
			if _, err := c.Write(out); err != nil {
				b.Error(err)
				return took
			}
		}
		if inFlight == 0 {
			return took
		}
		for first := true; inFlight > 0 && (first || in.Buffered() > 0); first = false {
			line, err := in.ReadSlice('\n')
			if err != nil || !strings.Contains(string(line), "CN=9014") {
				b.Errorf("answer %q %v", line, err)
				return took
			}
			took = append(took, time.Since(sent[len(took)]))
			inFlight--
		}
	}
}
