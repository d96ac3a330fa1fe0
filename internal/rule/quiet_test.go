package rule_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/timeline"
)

// hushing gives the room its silences.
func (r *room) hushing() *silence.Service {
	s := silence.New(silence.Deps{DB: r.db, Auth: policy, Alarms: r.service, Notify: notify.New(r.db, policy), Timeline: timeline.New(timeline.Names{}),
		Policy: silence.Policy{Prefix: "WZ-J", Longest: 168 * time.Hour, PlanOnce: 31 * 24 * time.Hour, PlanTill: 366 * 24 * time.Hour, Turn: 12 * time.Hour}})
	s.Jobs(r.jobs)
	return s
}

// told counts what the person on duty was told.
func (r *room) told() int {
	r.t.Helper()
	page, err := notify.New(r.db, policy).List(ctx, r.duty, false, "", 100)
	if err != nil {
		r.t.Fatal(err)
	}
	return page.Total
}

// after moves the clock and lets all due work run.
func (r *room) after(d time.Duration) {
	r.t.Helper()
	r.clock.Advance(d)
	for {
		n, err := r.jobs.RunDue(ctx)
		if err != nil {
			r.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (r *room) forHours(n int) silence.Silence {
	return silence.Silence{Kind: silence.Silenced, OutletID: r.outlet, From: r.clock.Now(), Until: r.clock.Now().Add(time.Duration(n) * time.Hour), Reason: "maintenance", Words: "更换采样泵"}
}

func TestSilence_NobodyIsToldUntilItEnds(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hush := r.hushing()
		n, err := hush.Set(ctx, r.duty, r.forHours(2))
		if err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60")
		r.mustRun()
		f := r.one()
		if a := f.Alarm; a.State != rule.StateOpen || a.Quiet != (rule.Quiet{Kind: rule.Silenced, By: string(n.ID)}) || r.told() != 0 {
			t.Fatalf("raised and stored, nobody told: %+v, %d", a, r.told())
		}
		r.after(time.Hour)
		r.values(enterprise.Realtime, 30*time.Second, "61", "62")
		r.mustRun()
		if a := r.one().Alarm; a.Times != 5 || r.told() != 0 {
			t.Errorf("its clocks do not run, its values do: %+v, %d", a, r.told())
		}
		r.after(time.Hour)
		f = r.one()
		if a := f.Alarm; a.State != rule.StateNotified || a.Quiet.Kind != rule.Loud || r.told() != 1 {
			t.Fatalf("it lasts when the silence ends: %+v, %d", a, r.told())
		}
		if got := verbs(f); !slices.Equal(got, []flow.Verb{rule.Raise, rule.Hush, rule.Sound, rule.Tell}) {
			t.Errorf("timeline %v", got)
		}
		r.after(31 * time.Minute)
		if got := verbs(r.one()); !slices.Contains(got, rule.Escalate) {
			t.Errorf("the clock runs from then on: %v", got)
		}
		g, err := hush.Get(ctx, r.duty, n.ID)
		if err != nil || g.Silence.State != silence.StateOver {
			t.Errorf("%v, %v", g.Silence.State, err)
		}
	})
}

func TestSilence_OfWhatEndsMeanwhile(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		if _, err := r.hushing().Set(ctx, r.duty, r.forHours(2)); err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60", "40", "40", "40", "40", "40")
		r.mustRun()
		r.after(3 * time.Hour)
		if a := r.one().Alarm; a.State != rule.StateCleared || r.told() != 0 {
			t.Errorf("over before the silence was: %+v, %d", a, r.told())
		}
	})
}

func TestSilence_LiftedEarlyAndExtended(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hush := r.hushing()
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60")
		r.mustRun()
		first, err := hush.Set(ctx, r.duty, r.forHours(1)) // after people were told
		if err != nil {
			t.Fatal(err)
		}
		if a := r.one().Alarm; a.Quiet.By != string(first.ID) || r.told() != 1 {
			t.Fatalf("%+v, told %d times", a, r.told())
		}
		id, err := hush.Do(ctx, r.duty, first.ID, silence.Extend, first.Version, map[string]any{"hours": "4", "text": "备件未到"})
		if err != nil || id == first.ID {
			t.Fatalf("an extension is a record of its own: %v, %v", id, err)
		}
		if _, err := hush.Do(ctx, r.duty, first.ID, silence.Extend, first.Version+1, map[string]any{"hours": "4", "text": "再来一次"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("extended twice: %v", err)
		}
		r.after(90 * time.Minute)
		if a := r.one().Alarm; a.Quiet.By != string(id) || slices.Contains(verbs(r.one()), rule.Escalate) || r.told() != 1 {
			t.Fatalf("the second goes on where the first ends: %+v", a)
		}
		g, err := hush.Get(ctx, r.duty, id)
		if err != nil || g.Silence.Follows != first.ID {
			t.Fatal(err)
		}
		if _, err := hush.Do(ctx, r.duty, id, silence.Lift, g.Silence.Version, map[string]any{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := hush.Do(ctx, r.duty, id, silence.Lift, g.Silence.Version, map[string]any{"text": "泵已更换"}); err != nil {
			t.Fatal(err)
		}
		if a := r.one().Alarm; a.Quiet.Kind != rule.Loud || a.State != rule.StateNotified || r.told() != 2 {
			t.Errorf("told at once: %+v, %d", a, r.told())
		}
	})
}

func TestSilence_NeverOfAnExceedance(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hush := r.hushing()
		if _, err := hush.Set(ctx, r.duty, r.forHours(24)); err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		if a := r.one().Alarm; a.State != rule.StateNotified || a.Quiet.Kind != rule.Loud || len(r.funnel.got) != 1 || r.told() != 1 {
			t.Errorf("%+v, %d", a, r.told())
		}
		one := r.forHours(1)
		one.Rule = r.one().Alarm.Rule
		if _, err := hush.Set(ctx, r.duty, one); !fault.Is(err, fault.Invalid) {
			t.Errorf("by its rule: %v", err)
		}
	})
}

func TestSilence_WhoMay(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hush := r.hushing()
		wide := r.forHours(1)
		wide.OutletID, wide.Area = "", "330302"
		leader := auth.Actor{ID: "leader", Roles: []auth.Role{auth.Leader}, Area: "330302"}
		for _, x := range []struct {
			name  string
			actor auth.Actor
			n     silence.Silence
			want  fault.Kind
		}{
			{"the enterprise itself", auth.Actor{ID: "e", Roles: []auth.Role{auth.Enterprise}, Enterprise: r.firm()}, r.forHours(1), fault.Forbidden},
			{"the clerk", auth.Actor{ID: "c", Roles: []auth.Role{auth.Clerk}, Area: "330302"}, r.forHours(1), fault.Forbidden},
			{"the duty room next door", auth.Actor{ID: "n", Roles: []auth.Role{auth.Duty}, Area: "330381"}, r.forHours(1), fault.NotFound},
			{"a whole area, by the duty room", r.duty, wide, fault.Forbidden},
		} {
			if _, err := hush.Set(ctx, x.actor, x.n); !fault.Is(err, x.want) {
				t.Errorf("%s: %v", x.name, err)
			}
		}
		n, err := hush.Set(ctx, leader, wide)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hush.Do(ctx, r.duty, n.ID, silence.Lift, n.Version, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the duty room lifts what the leader set: %v", err)
		}
		if page, err := hush.List(ctx, r.duty, silence.Query{States: []string{"set"}}); err != nil || page.Total != 1 {
			t.Errorf("%+v, %v", page, err)
		}
		if page, err := hush.List(ctx, auth.Actor{ID: "e", Roles: []auth.Role{auth.Enterprise}, Enterprise: r.firm()}, silence.Query{}); err != nil || page.Total != 0 {
			t.Errorf("an enterprise reads silences: %+v, %v", page, err)
		}
	})
}

// A plan goes by the time of the data: what rests on it alone is nobody's news,
// one value after it is.
func TestPlan_OneValueAfterItIsTold(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.start = c.Now()
		until := r.start.Add(2 * time.Minute)
		if _, err := r.hushing().Set(ctx, r.duty, silence.Silence{Kind: silence.Plan, OutletID: r.outlet, From: r.start, Until: until, Reason: "calibration", Words: "校准"}); err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60", "60")
		r.mustRun()
		if a := r.one().Alarm; a.Quiet.Kind != rule.Planned || r.told() != 0 {
			t.Fatalf("%+v, %d", a, r.told())
		}
		r.values(enterprise.Realtime, 30*time.Second, "60")
		r.mustRun()
		if a := r.one().Alarm; a.Quiet.Kind != rule.Loud || a.State != rule.StateNotified || r.told() != 1 {
			t.Errorf("%+v, %d", a, r.told())
		}
	})
}

// firm is the room's enterprise.
func (r *room) firm() (id string) {
	r.t.Helper()
	o, err := enterprise.New(r.db, policy).GetOutlet(ctx, r.duty, auth.TelemetryRead, r.outlet)
	if err != nil {
		r.t.Fatal(err)
	}
	return o.EnterpriseID
}
