package telemetry

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/world"
)

// BenchmarkCloseDay closes a day of 200 synthetic stations (realtime values each
// minute, 288,000 frames) while others go on sending some 4,000 frames a second:
// what it takes on the disk, and how long frames waited meanwhile.
// go test -run '^$' -bench CloseDay -benchtime 1x ./internal/discover/telemetry
func BenchmarkCloseDay(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			clock := dbtest.NewClock()
			c := db.Config{Dir: b.TempDir(), Now: clock.Now}
			if engine == "postgres" {
				c.URL = dbtest.NewPostgres(b)
			}
			d, err := db.Open(context.Background(), c)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close() })
			for range b.N {
				benchClose(b, d, clock)
			}
		})
	}
}

func benchClose(t *testing.B, d *db.DB, clock *dbtest.Clock) {
	const stations = 200
	b := &bench{t: t, d: d}
	b.start(Options{})
	w := world.New(1)
	devices := w.Devices(stations)
	o := b.outlet(enterprise.Gas)
	for _, x := range devices {
		b.register(Device{MN: x.MN, OutletID: o.ID})
	}
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, hj212.Beijing)
	values := 0
	submit := func(at time.Time) time.Duration {
		var raws [][]byte
		for _, x := range devices {
			list, err := w.Packets(x, world.Realtime, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				raws = append(raws, p.Raw())
			}
		}
		g := group(t, b.d.Now(), raws...)
		began := time.Now()
		if err := b.s.Submit(context.Background(), g); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		for i := range g.Entries {
			if g.Entries[i].Outcome != Stored {
				t.Fatal(g.Entries[i].Outcome)
			}
			items, _ := unpack(g.Entries[i].Packed, "31")
			values += len(items)
		}
		return took
	}
	for m := range 24 * 60 {
		submit(start.Add(time.Duration(m) * time.Minute))
	}
	dayValues := values
	file := func() float64 {
		info, err := os.Stat(filepath.Join(d.Dir(), fileOf("202611")))
		if err != nil { // PostgreSQL
			return 0
		}
		return float64(info.Size()) / float64(values)
	}
	open := file()
	for clock.Now().Before(start.Add(98 * time.Hour)) {
		clock.Advance(time.Hour)
	}
	var calm []time.Duration
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	for i := range 60 {
		calm = append(calm, submit(start.Add(96*time.Hour+time.Duration(i)*time.Second)))
		<-pause.C
	}
	slices.Sort(calm)
	var waits []time.Duration
	stop, over := make(chan struct{}), sync.WaitGroup{}
	load := func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				waits = append(waits, submit(start.Add(97*time.Hour+time.Duration(i)*time.Second)))
			}
		}
	}
	over.Go(load)
	began := time.Now()
	t.ResetTimer()
	if n, err := b.s.CloseDays(context.Background()); err != nil || n != 1 {
		t.Fatalf("%d days, %v", n, err)
	}
	t.StopTimer()
	t.ReportMetric(float64(calm[len(calm)-1].Microseconds())/1000, "ms-longest-wait-before")
	t.ReportMetric(time.Since(began).Seconds(), "s/closing")
	close(stop)
	over.Wait()
	slices.Sort(waits)
	if n := len(waits); n > 0 {
		t.ReportMetric(float64(waits[n-1].Microseconds())/1000, "ms-longest-wait")
		t.ReportMetric(float64(waits[n*99/100].Microseconds())/1000, "ms-p99-wait")
	}
	var chunks, blocks int64
	for _, sh := range b.s.shards.list(start.UnixMicro(), start.UnixMicro()+1) {
		err := b.s.shards.reader(sh, func(h querier) error {
			err := h.QueryRowContext(context.Background(), `SELECT SUM(LENGTH(keys) + LENGTH(data)) FROM tele_chunk`).Scan(&chunks)
			if err == nil {
				err = h.QueryRowContext(context.Background(), `SELECT SUM(LENGTH(data)) FROM tele_block`).Scan(&blocks)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.ReportMetric(float64(chunks)/float64(dayValues), "B/value-closed")
	t.ReportMetric(float64(blocks)/float64(dayValues), "B/value-raw")
	if d.Engine() == db.SQLite {
		began = time.Now()
		for _, sh := range b.s.shards.list(start.UnixMicro(), start.UnixMicro()+1) {
			if err := b.s.shrink(context.Background(), sh); err != nil {
				t.Fatal(err)
			}
		}
		t.ReportMetric(time.Since(began).Seconds(), "s/shrinking")
	}
	if err := b.s.Stop(context.Background()); err != nil { // the log moves into the file
		t.Fatal(err)
	}
	t.ReportMetric(open, "B/value-file-open")
	t.ReportMetric(file(), "B/value-file")
}

// BenchmarkHourMeans takes the hourly means of 20,000 series (2,500 stations, 8
// factors, ten-minute values with smallest and largest) over a closed day, 2.88
// million values: go test -run '^$' -bench HourMeans ./internal/discover/telemetry
func BenchmarkHourMeans(b *testing.B) {
	ctx := context.Background()
	clock := dbtest.NewClock()
	d, err := db.Open(ctx, db.Config{Dir: b.TempDir(), Now: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	x := &bench{t: b, d: d}
	x.start(Options{})
	start := time.Date(2026, 11, 18, 0, 0, 0, 0, hj212.Beijing)
	codes := []string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"}
	rng := rand.New(rand.NewPCG(1, 1))
	var areas [][]byte // some stations' reports, worn by all in turn
	for range 997 {
		items := ""
		for j, code := range codes {
			v := 100*j + rng.IntN(300)
			items += fmt.Sprintf("%s-Min=%d.%d,%s-Avg=%d.%02d,%s-Max=%d.%d,%s-Flag=N;", code, v, rng.IntN(10), code, v+5, rng.IntN(100), code, v+9, rng.IntN(10), code)
		}
		var a hj212.Area
		a.Parse([]byte(items))
		areas = append(areas, appendPacked(nil, a.Items))
	}
	for m := range 144 {
		at := start.Add(time.Duration(m) * 10 * time.Minute).UnixMicro()
		g := &Group{}
		for i := range 2500 {
			e := Entry{Received: at, Raw: framed("ST=31;CN=2051;MN=M%d;CP=&&n=%d&&", i, m), Packed: areas[(m*31+i)%len(areas)], Kind: KindOf("31", CNMinute), Time: at, Hash: rng.Int64(), Device: int64(i + 1)}
			g.Entries = append(g.Entries, e)
		}
		if err := x.s.Submit(ctx, g); err != nil {
			b.Fatal(err)
		}
	}
	series := func() int {
		n := 0
		err := x.s.HourMeans(ctx, CNMinute, start.UnixMicro(), start.Add(24*time.Hour).UnixMicro(), func(HourMean) { n++ })
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	open := series()
	x.close(1)
	if n := series(); n != 480_000 || open != n {
		b.Fatalf("%d means, %d before closing", n, open)
	}
	b.ResetTimer()
	for range b.N {
		series()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/20000-series-day")
}

// BenchmarkSeries reads 30 days of hourly values of one factor at one of 40
// outlets, as the outlet's page does: go test -run '^$' -bench Series ./internal/discover/telemetry
func BenchmarkSeries(b *testing.B) {
	ctx := context.Background()
	clock := dbtest.NewClock()
	d, err := db.Open(ctx, db.Config{Dir: b.TempDir(), Now: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	x := &bench{t: b, d: d}
	x.start(Options{})
	start := time.Date(2026, 10, 20, 0, 0, 0, 0, hj212.Beijing)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 40 {
		var values []PeriodValue
		for h := range 30 * 24 {
			for j, code := range []string{"a21026", "a21002", "a34013", "a19001"} {
				v := decimal.Decimal{Mantissa: rng.Int64N(10000) + int64(j), Scale: 2}
				values = append(values, PeriodValue{OutletID: fmt.Sprintf("outlet-%03d", i), Factor: code, At: start.Add(time.Duration(h) * time.Hour),
					Value: &v, Converted: &v, Min: &v, Max: &v, Count: 6, Due: 6, Flag: "N", Source: Reported, Batch: 1})
			}
		}
		for len(values) > 0 {
			n := min(len(values), periodPage)
			if err := d.Write(ctx, func(tx *db.Tx) error { _, err := writePeriods(ctx, tx, Hour, values[:n]); return err }); err != nil {
				b.Fatal(err)
			}
			values = values[n:]
		}
	}
	b.ResetTimer()
	for i := range b.N {
		out, _, err := x.s.SeriesOf(ctx, SeriesQuery{OutletID: fmt.Sprintf("outlet-%03d", i%40), Kind: SeriesHour, Factors: []string{"a21002"}, From: start, To: start.AddDate(0, 0, 30)})
		if err != nil || len(out) != 1 || len(out[0].Points) != 720 {
			b.Fatalf("%d series, %v", len(out), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/30-days-of-hours")
}
