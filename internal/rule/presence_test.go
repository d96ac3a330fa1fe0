package rule_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
)

// ears say when outlets were heard.
type ears map[string]time.Time

func (e ears) Heard() map[string]time.Time { return e }

// archive holds the hours of the one outlet.
type archive struct{ hours []rule.HourValue }

func (p *archive) HoursOf(_ context.Context, _ string, from, to time.Time) (out []rule.HourValue, err error) {
	for _, v := range p.hours {
		if !v.At.Before(from) && v.At.Before(to) {
			out = append(out, v)
		}
	}
	return out, nil
}

// of gives the alarm of a rule.
func (r *room) of(id string) rule.Alarm {
	r.t.Helper()
	for _, a := range r.alarms() {
		if a.Rule == id {
			return a
		}
	}
	r.t.Fatalf("no alarm of %s", id)
	return rule.Alarm{}
}

func TestOffline_OnceFromSilenceToReturn(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.after(0)
		r.ears[r.outlet] = c.Now().Add(-30 * 24 * time.Hour) // long before the program began to listen
		r.after(55 * time.Minute)
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("%d alarms before the program has listened for as long", n)
		}
		r.ears[r.outlet] = c.Now()
		r.after(59 * time.Minute)
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("%d alarms within the grace", n)
		}
		r.after(10 * time.Minute)
		f := r.one()
		if a := f.Alarm; a.Rule != rule.RuleOffline || a.Factor != "" || a.State != rule.StateNotified || !a.StartedAt.Equal(r.ears[r.outlet]) || r.told() != 1 {
			t.Fatalf("%+v, told %d times", a, r.told())
		}
		for range 12 {
			r.after(5 * time.Minute)
		}
		if n := len(r.alarms()); n != 1 {
			t.Errorf("%d alarms of one silence", n)
		}
		if open, err := r.service.Open(ctx, r.duty); err != nil || len(open) != 0 {
			t.Errorf("an outlet that is not heard is offline, not in alarm: %v, %v", open, err)
		}
		r.ears[r.outlet] = c.Now()
		r.after(5 * time.Minute)
		if a := r.one().Alarm; a.State != rule.StateCleared {
			t.Errorf("heard again: %+v", a)
		}
	})
}

func TestMissing_FollowsFromOfflineAndComesAliveAfterIt(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.after(0)
		last := c.Now().Truncate(time.Hour).Add(-time.Hour)
		r.archive.hours = []rule.HourValue{{Factor: "a21026", At: last, Mean: 20}, {Factor: "a19001", At: last, Mean: 8}} // the second has no limit
		r.ears[r.outlet] = c.Now()
		for range 14 {
			r.after(time.Hour)
		}
		offline, missing := r.of(rule.RuleOffline), r.of(rule.RuleMissing)
		if len(r.alarms()) != 2 || missing.Factor != "a21026" || missing.State != rule.StateOpen || missing.Quiet != (rule.Quiet{Kind: rule.Inhibited, By: string(offline.ID)}) {
			t.Fatalf("a consequence is stored and not told: %+v", missing)
		}
		before := r.told()
		r.ears[r.outlet] = c.Now() // it sends again, but not this factor
		r.after(5 * time.Minute)
		f, err := r.service.Get(ctx, r.duty, missing.ID)
		if err != nil {
			t.Fatal(err)
		}
		if a := f.Alarm; a.Quiet.Kind != rule.Loud || a.State != rule.StateNotified || r.told() != before+1 {
			t.Errorf("the cause is over, it is not: %+v, told %d times more", a, r.told()-before)
		}
		if got := verbs(f); !slices.Equal(got, []flow.Verb{rule.Raise, rule.Hush, rule.Sound, rule.Tell}) {
			t.Errorf("timeline %v", got)
		}
		if a := r.of(rule.RuleOffline); a.State != rule.StateCleared {
			t.Errorf("%+v", a)
		}
		r.archive.hours = append(r.archive.hours, rule.HourValue{Factor: "a21026", At: c.Now().Add(-2 * time.Hour).Truncate(time.Hour), Mean: 20})
		r.after(time.Hour)
		if a := r.of(rule.RuleMissing); a.State != rule.StateCleared {
			t.Errorf("its values came: %+v", a)
		}
	})
}
