package rule_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// storm fills one stream with values of two factors at two outlets of one
// enterprise that cross their limit again and again.
func (r *room) storm(stream rule.Stream, step time.Duration, second string, seed uint64, n int) {
	x := rand.New(rand.NewPCG(seed, 31))
	levels := [4]int{40, 40, 40, 40}
	for i := range n {
		k := x.IntN(4)
		if x.IntN(4) == 0 {
			levels[k] = []int{30, 40, 55, 70, 110}[x.IntN(5)]
		}
		at := r.start.Add(time.Duration(i) * step)
		if x.IntN(9) == 0 { // late, or a correction of what was there
			at = at.Add(-time.Duration(x.IntN(7)) * step)
		}
		r.source.values[stream] = append(r.source.values[stream], rule.Sample{OutletID: []string{r.outlet, second}[k/2], OutletKind: enterprise.Gas,
			Factor: []string{"a21026", "a21002"}[k%2], At: at, Value: decimal.Must(fmt.Sprintf("%d.%d", levels[k]+x.IntN(5), x.IntN(10))), Flag: "N", Valid: x.IntN(12) > 0})
	}
}

// together tells all alarms, and with which others each is one event.
func (r *room) together() string {
	r.t.Helper()
	names, of := map[rule.ID]string{}, map[rule.EventID][]string{}
	list := r.alarms()
	for _, a := range list {
		names[a.ID] = fmt.Sprint(a.OutletName, a.Factor, a.StartedAt.Sub(r.start))
		if a.EventID != "" {
			of[a.EventID] = append(of[a.EventID], names[a.ID])
		}
	}
	var lines []string
	for _, a := range list {
		slices.Sort(of[a.EventID])
		lines = append(lines, fmt.Sprint(names[a.ID], a.Level, a.Highest, a.State, a.LastAt.Sub(r.start), a.EndedAt.Sub(r.start), a.Times, a.Peak, a.ClueID != "", " with ", of[a.EventID]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// An alarm that forms an event with another one, and ends, returns or rises in the
// same transaction, is one alarm: nothing that is written of it is stale, and where a
// page ends decides neither about alarms nor about events. A rule that finds its own
// alarm changed by somebody else never comes further.
func TestEvent_TheSameHoweverValuesAreCut(t *testing.T) {
	const n = 160
	for _, of := range []struct {
		stream rule.Stream
		step   time.Duration
	}{{enterprise.Realtime, 30 * time.Second}, {enterprise.Hour, 10 * time.Minute}} {
		t.Run(string(of.stream), func(t *testing.T) {
			for seed := range uint64(3) {
				want := ""
				for _, page := range []int64{1, 9, n} {
					each := dbtest.EachAt
					if page == 1 { // what the others are compared with
						each = func(t *testing.T, f func(*testing.T, *db.DB, *dbtest.Clock)) {
							c := dbtest.NewClock()
							d, err := db.Open(ctx, db.Config{Dir: dbtest.Dir(t), Now: c.Now})
							if err != nil {
								t.Fatal(err)
							}
							defer d.Close()
							f(t, d, c)
						}
					}
					each(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
						r, second := works(t, d, c)
						r.storm(of.stream, of.step, second, seed, n)
						stays := r.runner()
						for at := page; ; at += page {
							r.source.at = min(at, n)
							r.due(stays)
							if at >= n {
								break
							}
						}
						got := r.together()
						if want == "" {
							want = got
						}
						if got != want || !strings.Contains(want, "with [1") {
							t.Errorf("seed %d, %d values a page: got\n%s\nwant\n%s", seed, page, got, want)
						}
					})
				}
			}
		})
	}
}
