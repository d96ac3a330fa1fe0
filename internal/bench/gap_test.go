package bench

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/gateway/gap"
	"github.com/qingshao/qingshao/internal/seal"
)

// nation is a whole platform's registry without a server: as many outlets as the
// product promises, whose data come straight to the store.
type nation struct {
	b     *testing.B
	now   time.Time
	d     *db.DB
	store *telemetry.Store
	size  int
}

const outlets = 20_000

func newNation(b *testing.B, url string) *nation {
	n := &nation{b: b, now: time.Date(2026, 11, 21, 9, 0, 0, 0, hj212.Beijing), size: outlets}
	var err error
	if n.d, err = db.Open(b.Context(), db.Config{Dir: b.TempDir(), URL: url, Now: func() time.Time { return n.now }}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = n.d.Close() })
	if err := Register(b.Context(), n.d, n.size); err != nil {
		b.Fatal(err)
	}
	if n.store, err = telemetry.Open(b.Context(), n.d, telemetry.Options{Area: "330300", Log: slog.New(slog.DiscardHandler), Refresh: time.Hour}); err != nil {
		b.Fatal(err)
	}
	if err := n.store.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = n.store.Stop(context.Background()) })
	return n
}

// send lets every outlet of which keeps says so report for a moment.
func (n *nation) send(minute bool, at time.Time, keeps func(station int) bool) {
	var sc hj212.Scanner
	var f hj212.Frame
	const part = 2000
	for from := 0; from < n.size; from += part {
		var stations []int
		for s := from; s < min(from+part, n.size); s++ {
			if keeps == nil || keeps(s) {
				stations = append(stations, s)
			}
		}
		fr := newFrames(minute, stations)
		var text []byte
		for i, s := range stations {
			text = fr.append(text, i, s, at)
		}
		if _, err := sc.Write(text); err != nil {
			n.b.Fatal(err)
		}
		var r telemetry.Reader
		g := &telemetry.Group{}
		for sc.Next(&f) {
			g.Entries = append(g.Entries, r.Entry(&f, at, "bench"))
		}
		if err := n.store.Submit(n.b.Context(), g); err != nil {
			n.b.Fatal(err)
		}
	}
}

func engines(b *testing.B, f func(b *testing.B, url string)) {
	b.Run("sqlite", func(b *testing.B) { f(b, "") })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.NewPostgres(b)) })
}

// BenchmarkGaps looks for gaps among 20,000 outlets that report every minute, when
// ten minutes have come; one outlet in a hundred missed one of them.
func BenchmarkGaps(b *testing.B) {
	engines(b, func(b *testing.B, url string) {
		n := newNation(b, url)
		cmd := command.New(command.Parts{DB: n.d, Policy: auth.DefaultPolicy(), Store: n.store, Box: seal.New(b.TempDir()), Root: "330300"})
		s := gap.New(gap.Parts{DB: n.d, Policy: auth.DefaultPolicy(), Store: n.store, Caller: cmd})
		tenMinutes := func() {
			for range 10 {
				n.send(false, n.now, func(s int) bool { return s%100 != n.now.Minute() })
				n.now = n.now.Add(time.Minute)
			}
		}
		look := func() {
			if _, err := s.RunDue(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		for range 3 { // until each has its rhythm
			tenMinutes()
			look()
		}
		b.ResetTimer()
		for range b.N {
			b.StopTimer()
			tenMinutes()
			b.StartTimer()
			look()
		}
	})
}
