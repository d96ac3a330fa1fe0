package riskmap_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// What a person waits for when opening a map: 12 units, 36 signed months, all
// four values of every month entered by hand.
func BenchmarkPage(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": dbtest.NewPostgres} {
		b.Run(engine, func(b *testing.B) {
			ctx := context.Background()
			now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
			d, err := db.Open(ctx, db.Config{Dir: dbtest.Dir(b), URL: url(b), Now: func() time.Time { return now }})
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := d.Close(); err != nil {
					b.Error(err)
				}
			}()
			s := signed(b, d)
			b.Run("frozen", func(b *testing.B) {
				for b.Loop() {
					if v, err := s.Map(ctx, local, 0, "", false); err != nil || v.Live || len(v.Result.Units) != benchUnits {
						b.Fatal(err, v.Live)
					}
				}
			})
			b.Run("unit", func(b *testing.B) {
				for b.Loop() {
					if v, err := s.Unit(ctx, local, "330302", 0, "", false); err != nil || len(v.Rows) == 0 {
						b.Fatal(err)
					}
				}
			})
			b.Run("live", func(b *testing.B) {
				for b.Loop() {
					if v, err := s.Map(ctx, local, october, "", true); err != nil || !v.Live {
						b.Fatal(err)
					}
				}
			})
			b.Run("history", func(b *testing.B) {
				for b.Loop() {
					if v, err := s.History(ctx, local, benchMonths); err != nil || len(v) != benchMonths {
						b.Fatal(err, len(v))
					}
				}
			})
		})
	}
}

// signed fills 72 months and signs the last 36.
func signed(b *testing.B, d *db.DB) *riskmap.Service {
	ctx, p := context.Background(), auth.DefaultPolicy()
	same := func(s string) string { return s }
	c := riskmap.Config{Profile: "wenzhou", Tables: []riskmap.Table{riskmap.Annex()}, Root: "330300", Prefix: "WZ-R", Sources: []string{"phone"}, UnitOf: same}
	for u := range benchUnits {
		c.Units = append(c.Units, riskmap.UnitName{Code: fmt.Sprint(330302 + u), Name: fmt.Sprint(u)})
	}
	s := riskmap.New(riskmap.Deps{DB: d, Auth: p, Notify: notify.New(d, p), Timeline: timeline.New(timeline.Names{Agency: same, Area: same})}, c)
	for _, u := range c.Units {
		var list []riskmap.Value
		for m := range riskmap.Month(benchMonths + 36) {
			for i, k := range riskmap.ValueKinds {
				list = append(list, riskmap.Value{Area: u.Code, Month: october - m, Kind: k.ID, Document: "月报", Value: decimal.Must([]string{"0.9", "3.1", "100", "5"}[i])})
			}
		}
		if err := s.Enter(ctx, clerk, list...); err != nil {
			b.Fatal(err)
		}
	}
	for m := range riskmap.Month(benchMonths) {
		e, err := s.Freeze(ctx, clerk, october-m, "")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Do(ctx, leader, e.ID, riskmap.Sign, e.Version, nil); err != nil {
			b.Fatal(err)
		}
	}
	return s
}
