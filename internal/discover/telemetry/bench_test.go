package telemetry

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// BenchmarkIngest measures the store without a network: groups of 500 frames of
// 8 factors from 500 devices, each group durable before the next:
// go test -run '^$' -bench Ingest -benchtime 300000x ./internal/discover/telemetry
func BenchmarkIngest(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			url := ""
			if engine == "postgres" {
				url = dbtest.NewPostgres(b)
			}
			d, err := db.Open(context.Background(), db.Config{Dir: b.TempDir(), URL: url})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close() })
			benchIngest(b, d)
		})
	}
}

func benchIngest(b *testing.B, d *db.DB) {
	const devices = 500
	x := &bench{t: b, d: d}
	x.start(Options{})
	o := x.outlet(enterprise.Gas)
	for i := range devices {
		x.register(Device{MN: fmt.Sprintf("BENCH%05d", i), OutletID: o.ID})
	}
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing)
	raws := make([][]byte, devices)
	b.ResetTimer()
	for n := 0; n < b.N; {
		b.StopTimer()
		at := start.Add(time.Duration(n/devices) * 30 * time.Second)
		stamp := string(hj212.AppendTime(nil, at))
		raws = raws[:0]
		for i := range min(devices, b.N-n) {
			items := ""
			for j, code := range []string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"} {
				items += fmt.Sprintf("%s-Rtd=%d.%d,%s-ZsRtd=%d.%d,%s-Flag=N;", code, (n+i)%97+j, j, code, (n+i)%89+j, j, code)
			}
			raws = append(raws, frame(fmt.Sprintf("BENCH%05d", i), "31", "2011", stamp, items))
		}
		b.StartTimer()
		g := group(b, d.Now(), raws...)
		if err := x.s.Submit(context.Background(), g); err != nil {
			b.Fatal(err)
		}
		for i := range g.Entries {
			if g.Entries[i].Outcome != Stored {
				b.Fatal(g.Entries[i].Outcome)
			}
		}
		n += len(raws)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(8*float64(b.N)/b.Elapsed().Seconds(), "factors/s")
}
