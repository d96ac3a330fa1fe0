package rule_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// crowd is a room with many outlets, each with a random stream of its own: values
// that cross their limit again and again, some late, some corrected, some not
// valid. The same seeds make the same crowd.
func crowd(t *testing.T, d *db.DB, c *dbtest.Clock, n, steps int) *room {
	r := newRoom(t, d, c)
	reg := enterprise.New(d, policy)
	var first enterprise.Outlet
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		first, err = enterprise.OutletByID(ctx, tx, r.outlet)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fifty := decimal.Must("50")
	var all []rule.Sample
	for i := range n {
		o, err := reg.CreateOutlet(ctx, r.duty, enterprise.Outlet{EnterpriseID: first.EnterpriseID, Name: fmt.Sprintf("%04d", i), Kind: enterprise.Gas, Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reg.SetLimit(ctx, r.duty, enterprise.Limit{OutletID: o.ID, Factor: "a21026", Upper: &fifty, Statistic: enterprise.Hour,
			Standard: "GB 13271-2014", Article: "表2", ValidFrom: r.start.AddDate(-1, 0, 0)}); err != nil {
			t.Fatal(err)
		}
		x := rand.New(rand.NewPCG(*streamSeed+uint64(i), 212))
		level := 40
		for k := range steps {
			if x.IntN(5) == 0 {
				level = 30 + x.IntN(50)
			}
			at := k
			if x.IntN(8) == 0 { // late, or a correction of what was there
				at = max(0, k-x.IntN(9))
			}
			all = append(all, rule.Sample{OutletID: o.ID, OutletKind: enterprise.Gas, Factor: "a21026", At: r.start.Add(time.Duration(at) * time.Hour),
				Value: decimal.Must(fmt.Sprintf("%d.%d", level+x.IntN(5), x.IntN(10))), Flag: "N", Valid: x.IntN(12) > 0})
		}
	}
	for i := range all { // outlet after outlet becomes step after step
		r.source.values[enterprise.Hour] = append(r.source.values[enterprise.Hour], all[i%n*steps+i/n])
	}
	for i, s := range r.source.values[enterprise.Hour] { // and some of it comes as realtime values
		if i%3 == 0 {
			s.At = r.start.Add(s.At.Sub(r.start) / 120)
			r.source.values[enterprise.Realtime] = append(r.source.values[enterprise.Realtime], s)
		}
	}
	return r
}

// stories tells every alarm by the outlet's name.
func (r *room) stories() map[string][]string {
	r.t.Helper()
	out := map[string][]string{}
	q := rule.Query{Limit: 200}
	for {
		page, err := r.service.List(ctx, auth.System("test"), q)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, a := range page.Items {
			out[a.OutletName] = append(out[a.OutletName], fmt.Sprint(a.Rule, a.Level, a.State, a.Factor, a.StartedAt.Sub(r.start), a.LastAt.Sub(r.start), a.EndedAt.Sub(r.start),
				a.Value, a.Peak, a.Limit, a.Times, a.ClueID != "", a.Summary))
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// However the streams are cut into pages, wherever a transaction is lost in the
// middle and whenever runners die, begin again and take turns: what the rules find
// is what one runner finds that reads everything at once.
func TestRunner_RandomStreams(t *testing.T) {
	const steps = 40
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		n := *streams
		if d.Engine() == db.Postgres {
			n = max(5, n/10)
		}
		clock := dbtest.NewClock()
		plain, err := db.Open(ctx, db.Config{Dir: dbtest.Dir(t), Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer plain.Close()
		calm := crowd(t, plain, clock, n, steps)
		calm.mustRun()
		want := calm.stories()

		r := crowd(t, d, c, n, steps)
		dice := rand.New(rand.NewPCG(*streamSeed, 4))
		var runners [2]*rule.Runner
		kills := 0
		end := int64(n * steps)
		for at := int64(0); at < end; {
			at = min(end, at+1+dice.Int64N(int64(n)))
			r.source.at = at
			i := dice.IntN(2)
			if runners[i] == nil || dice.IntN(3) == 0 {
				runners[i] = rule.NewRunner(r.service, r.source, slog.New(slog.DiscardHandler))
			}
			if dice.IntN(3) == 0 { // the transaction that raises the next exceedance is lost
				r.funnel.fail = errors.New("killed")
			}
			run := runners[i].RunDue
			if dice.IntN(2) == 0 { // what can wait waits, and is lost with a runner that dies
				run = runners[i].RunLazily
				c.Advance(time.Duration(dice.IntN(300)) * time.Millisecond)
			}
			if _, err := run(ctx); err != nil {
				kills++
				if dice.IntN(2) == 0 {
					runners[i] = nil
				}
			}
			r.funnel.fail = nil
		}
		r.source.at = 0
		r.mustRun()
		got := r.stories()
		alarms := 0
		for i := range n {
			name := fmt.Sprintf("%04d", i)
			alarms += len(want[name])
			if a, b := strings.Join(want[name], "\n"), strings.Join(got[name], "\n"); a != b {
				t.Errorf("seed %d:\n%s\nwant\n%s", *streamSeed+uint64(i), b, a)
			}
		}
		t.Logf("%d streams, %d alarms, %d kills", n, alarms, kills)
		if alarms < n || kills == 0 {
			t.Errorf("too little to compare: %d alarms, %d kills", alarms, kills)
		}
	})
}
