package bench

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// fillTallies writes the hours of three factors of every outlet for some days.
const fillTallies = `WITH RECURSIVE n(day) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT day + 86400000000 FROM n WHERE day < $2)
	INSERT INTO hour_tally (outlet_id, factor, day, received, valid, marked, stopped)
	SELECT o.id, f.code, n.day, 16777215, 16777207, 0, 0 FROM outlet o CROSS JOIN (SELECT 'a34013' AS code UNION ALL SELECT 'a21026' UNION ALL SELECT 'a21002') f CROSS JOIN n`

// BenchmarkRates counts the rates of 20,000 outlets with three factors each over 21
// days, as the page of rates asks for them.
func BenchmarkRates(b *testing.B) {
	engines(b, func(b *testing.B, url string) {
		n := newNation(b, url)
		day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, hj212.Beijing) }
		err := n.d.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(b.Context(), fillTallies, day(1).UnixMicro(), day(21).UnixMicro())
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		g := telemetry.NewDigest(n.store, telemetry.DigestOptions{})
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			n.now = n.now.Add(time.Minute) // one counting serves a minute
			list, err := g.Rates(b.Context(), auth.DefaultPolicy(), registrar, telemetry.RateQuery{From: day(1), To: day(22)})
			if err != nil || len(list) != outlets {
				b.Fatal(len(list), err)
			}
			if t := list[7].Tally; t.Received < 3*20*24 || t.Valid >= t.Received {
				b.Fatalf("%+v", t)
			}
		}
	})
}
