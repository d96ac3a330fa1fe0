package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestNextNumber_SeriesOfAYear(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		take := func(prefix string, fail error) (n string) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				if n, err = db.NextNumber(ctx, tx, prefix); err != nil {
					t.Fatal(err)
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
			return n
		}
		boom := errors.New("boom")
		for _, s := range []struct {
			prefix string
			fail   error
			want   string
		}{
			{"WZ-W", nil, "WZ-W-2026-000001"},
			{"WZ-W", boom, "WZ-W-2026-000002"},
			{"WZ-W", nil, "WZ-W-2026-000002"},
			{"WZ-X", nil, "WZ-X-2026-000001"},
		} {
			if got := take(s.prefix, s.fail); got != s.want {
				t.Errorf("%s, want %s", got, s.want)
			}
		}
		c.Advance(41 * 24 * time.Hour) // 2027-01-01 09:30 in Beijing
		if got := take("WZ-W", nil); got != "WZ-W-2027-000001" {
			t.Errorf("a new year began with %s", got)
		}
	})
}

func TestNextNumber_UnderContention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var mu sync.Mutex
		seen := map[string]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					var n string
					err := d.Write(ctx, func(tx *db.Tx) (err error) { n, err = db.NextNumber(ctx, tx, "A"); return err })
					mu.Lock()
					if err != nil || seen[n] {
						t.Errorf("%s twice, or %v", n, err)
					}
					seen[n] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if !seen["A-2026-000040"] || len(seen) != 40 {
			t.Errorf("%d numbers", len(seen))
		}
	})
}

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{"WZ-W-2026-000123": "WZ-W-2026-000123", " wz-x-2026-000001 ": "WZ-X-2026-000001",
		"000123": "", "WZ-W-2026": "", "WZ-W-2026-000123x": "", "河水": ""} {
		if got, ok := db.ReadNumber(words); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v", words, got, ok)
		}
	}
}
