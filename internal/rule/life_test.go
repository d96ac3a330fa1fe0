package rule_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/silence"
)

// Whatever the values, silences, answers and restarts: one open alarm for a place
// and rule, no word of what is quiet, no rung twice, exceedances never quiet, times
// in order, levels as the timeline says and none above the highest.
func TestLife_HoldsWhateverComes(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hush := r.hushing()
		x := rand.New(rand.NewPCG(30, 212))
		seen, changes := map[rule.QuietKind]int{}, map[flow.Verb]int{}
		for step := range 120 {
			switch x.IntN(8) {
			case 0, 1, 2, 3: // values, by a fresh runner: a restart at every page
				level := []int{30, 70, 120}[x.IntN(3)]
				stream, span := enterprise.Realtime, time.Minute
				if x.IntN(4) == 0 {
					stream, span = enterprise.Hour, time.Hour
				}
				for range 1 + x.IntN(6) {
					r.source.values[stream] = append(r.source.values[stream], rule.Sample{OutletID: r.outlet, OutletKind: enterprise.Gas, Factor: "a21026",
						At: c.Now().Truncate(span), Value: decimal.Must(fmt.Sprint(level + x.IntN(9))), Flag: "N", Valid: x.IntN(10) > 0})
					c.Advance(span / 2)
				}
				r.mustRun()
			case 4: // a silence, or a plan
				n := r.forHours(1 + x.IntN(3))
				if x.IntN(3) > 0 {
					n.Kind, n.From = silence.Plan, c.Now().Add(-time.Hour)
				}
				if _, err := hush.Set(ctx, r.duty, n); err != nil {
					t.Fatal(err)
				}
			case 5: // one is lifted
				page, err := hush.List(ctx, r.duty, silence.Query{States: []string{"set"}, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range page.Items {
					if _, err := hush.Do(ctx, r.duty, n.ID, silence.Lift, n.Version, map[string]any{"text": "恢复"}); err != nil {
						t.Fatal(err)
					}
				}
			case 6: // somebody takes one on
				for _, a := range r.alarms() {
					if a.State == rule.StateOpen || a.State == rule.StateNotified {
						if err := r.service.Do(ctx, r.duty, a.ID, rule.Acknowledge, a.Version, nil); err != nil {
							t.Fatal(err)
						}
						break
					}
					if a.State == rule.StateAcknowledged {
						if err := r.service.Do(ctx, r.duty, a.ID, rule.Handle, a.Version, map[string]any{"cause": "other", "text": "已核实"}); err != nil {
							t.Fatal(err)
						}
						break
					}
				}
			case 7:
				r.after(time.Duration(5+x.IntN(90)) * time.Minute)
			}
			changes = map[flow.Verb]int{}
			r.holds(step, seen, changes)
		}
		if changes[rule.Rise] == 0 || changes[rule.Fall] == 0 {
			t.Errorf("no level changed: %v", changes)
		}
		if seen[rule.Silenced] == 0 || seen[rule.Planned] == 0 || seen[rule.Loud] == 0 || len(r.alarms()) < 5 {
			t.Errorf("too little to see: %v, %d alarms", seen, len(r.alarms()))
		}
	})
}

// holds checks what must hold after every step.
func (r *room) holds(step int, seen map[rule.QuietKind]int, changes map[flow.Verb]int) {
	r.t.Helper()
	open := map[string]rule.ID{}
	for _, a := range r.alarms() {
		fail := func(format string, args ...any) {
			r.t.Fatalf("step %d, %s %s: "+format, append([]any{step, a.Rule, a.Number}, args...)...)
		}
		seen[a.Quiet.Kind]++
		if key := a.Rule + a.OutletID + a.Factor; a.State != rule.StateCleared {
			if _, twice := open[key]; twice {
				fail("two open alarms")
			}
			open[key] = a.ID
		} else if a.Lasts() {
			fail("cleared while it lasts")
		}
		if (a.Level == rule.Exceed || a.Level == rule.Grave) && a.Quiet.Kind != rule.Loud {
			fail("an exceedance is quiet")
		}
		if a.LastAt.Before(a.StartedAt) || !a.Lasts() && a.EndedAt.Before(a.StartedAt) {
			fail("times out of order: %s %s %s", a.StartedAt, a.LastAt, a.EndedAt)
		}
		f, err := r.service.Get(ctx, r.duty, a.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		if a.Highest == "" || a.Level == rule.Grave && a.Highest != rule.Grave {
			fail("%s is above the highest level, %s", a.Level, a.Highest)
		}
		quiet, rungs, level := false, map[string]bool{}, rule.Level("")
		for _, e := range f.Timeline {
			switch {
			case e.Verb == rule.Rise || e.Verb == rule.Fall:
				from, to, _ := strings.Cut(e.Note, " → ")
				if from == to || level != "" && level.Title() != from {
					fail("the level changes %s after %s", e.Note, level)
				}
				level = map[string]rule.Level{rule.Exceed.Title(): rule.Exceed, rule.Grave.Title(): rule.Grave}[to]
				changes[e.Verb]++
			case e.Verb == rule.Hush:
				quiet = true
			case e.Verb == rule.Sound:
				quiet = false
			case telling[e.Verb] && quiet:
				fail("told (%s) while quiet", e.Verb)
			}
			if k := e.Data.Text("rung"); k != "" {
				k += e.Data.Text("level")
				if rungs[k] {
					fail("rung %s twice", k)
				}
				rungs[k] = true
			}
		}
		if level != "" && level != a.Level {
			fail("the timeline says %s, the alarm %s", level, a.Level)
		}
		if quiet != (a.Quiet.Kind != rule.Loud) {
			fail("the timeline says quiet=%v, the alarm %q", quiet, a.Quiet.Kind)
		}
	}
}

// telling are the steps by which people hear of an alarm.
var telling = map[flow.Verb]bool{rule.Tell: true, rule.Escalate: true, rule.Remind: true, rule.Unexplained: true}
