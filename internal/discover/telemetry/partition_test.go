package telemetry

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

func TestPartitions_AMonthApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("SQLite keeps months in files")
		}
		ctx := context.Background()
		// A row of a program that knew no partitions, of this month.
		at, _ := readTime([]byte("20261121080000"))
		old := Entry{Kind: KindOf("31", CNHour), Time: at, Hash: 1, Packed: []byte{packedVersion}}
		if _, err := d.Handle().Exec(`INSERT INTO tele_row (kind, time, device, part, version, seq, hash, data) VALUES ($1, $2, 5, 0, 1, 1, 1, $3)`, int64(old.Kind), at, old.Packed); err != nil {
			t.Fatal(err)
		}
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		var want []string
		for _, day := range []string{"20261121", "20261201", "20270115", "20250101"} {
			b.want(b.send(frame("MN1", "31", "2061", day+"080000", "a21026-Avg=1,a21026-Flag=N")), Stored)
			want = append(want, "MN1 2061 "+day+"080000 v1 a21026-Avg=1")
		}
		where := func() map[string]int {
			t.Helper()
			found, err := d.Handle().Query(`SELECT tableoid::regclass::text, COUNT(*) FROM tele_row GROUP BY 1`)
			if err != nil {
				t.Fatal(err)
			}
			defer found.Close()
			out := map[string]int{}
			for found.Next() {
				var name string
				var n int
				if err := found.Scan(&name, &n); err != nil {
					t.Fatal(err)
				}
				out[name] = n
			}
			return out
		}
		for range 2 {
			if diff := cmp.Diff(map[string]int{"tele_row_rest": 3, "tele_row_202612": 1, "tele_row_202701": 1}, where()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
				t.Error(diff)
			}
			b.restart()
		}
		var n int
		if err := d.Pool().QueryRow(ctx, `SELECT COUNT(*) FROM pg_inherits WHERE inhparent IN ('tele_row'::regclass, 'tele_chunk'::regclass)`).Scan(&n); err != nil || n != 3+1+4+1 {
			t.Errorf("%d partitions, %v", n, err)
		}
	})
}
