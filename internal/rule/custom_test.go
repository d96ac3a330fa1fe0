package rule_test

import (
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/timeline"
)

func TestCustomMachine(t *testing.T) {
	t.Parallel()
	if err := rule.CustomMachine.Validate(); err != nil {
		t.Error(err)
	}
}

// desk is a duty room whose officers write rules on hours made by hand.
type desk struct {
	*room
	hours   *past
	officer auth.Actor
	checker auth.Actor
}

func newDesk(t *testing.T, d *db.DB, c *dbtest.Clock) *desk {
	t.Helper()
	x := &desk{room: newRoom(t, d, c), hours: &past{}}
	x.officer, x.checker = x.duty, auth.Actor{ID: "checker", Roles: []auth.Role{auth.Reviewer}, Area: "330302"}
	x.restart()
	x.run() // the schedules begin
	return x
}

// restart makes the service anew.
func (x *desk) restart() {
	x.service = rule.NewService(rule.Deps{DB: x.db, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y", Category: map[enterprise.Kind]string{enterprise.Gas: "air"}},
		Rules: catalog.All(), Funnel: x.funnel, Files: noFiles{}, Notify: notify.New(x.db, policy), Timeline: timeline.New(timeline.Names{}), Signs: catalog.Signs(), Hours: x.hours, Values: x.source})
	x.jobs = job.NewRunner(x.db, slog.New(slog.DiscardHandler))
	x.service.Jobs(x.jobs)
}

func (x *desk) add(at time.Time, value float64) {
	value += math.Sin(1.7 * float64(at.Unix()/3600)) // never constant
	*x.hours = append(*x.hours, rule.HourValue{Factor: "a21026", At: at, Mean: value, Min: value, Max: value, Flag: "N"})
}

func (x *desk) do(who auth.Actor, id string, v flow.Verb, form map[string]any) error {
	x.t.Helper()
	f, err := x.service.CustomOf(ctx, who, id)
	if err != nil {
		return err
	}
	return x.service.ActOnCustom(ctx, who, id, v, f.Rule.Version, form)
}

func (x *desk) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// live writes a rule, tries it and puts it in force.
func (x *desk) live(s custom.Spec) string {
	x.t.Helper()
	id, err := x.service.WriteCustom(ctx, x.officer, s)
	x.must(err)
	_, err = x.service.TryCustom(ctx, x.officer, id, 30)
	x.must(err)
	x.run()
	x.must(x.do(x.officer, id, rule.Submit, map[string]any{"text": "为什么"}))
	x.must(x.do(x.checker, id, rule.Publish, nil))
	return id
}

func (x *desk) run() {
	x.t.Helper()
	if _, err := x.jobs.RunDue(ctx); err != nil {
		x.t.Fatal(err)
	}
}

func (x *desk) alarms() []rule.Alarm {
	x.t.Helper()
	page, err := x.service.List(ctx, x.officer, rule.Query{})
	x.must(err)
	return page.Items
}

var high = custom.Spec{Title: "二氧化硫偏高", Level: custom.Suspect, Area: "330302", Expr: "二氧化硫 > 40", Hours: 2}

func TestCustom_TwoPeopleAndATrial(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		id, err := x.service.WriteCustom(ctx, x.officer, high)
		x.must(err)
		if err := x.do(x.officer, id, rule.Submit, map[string]any{"text": "为什么"}); err == nil || !strings.Contains(err.Error(), "试算") {
			t.Errorf("sent in untried: %v", err)
		}
		_, err = x.service.TryCustom(ctx, x.officer, id, 30)
		x.must(err)
		if _, err := x.service.TryCustom(ctx, x.officer, id, 30); !fault.Is(err, fault.Conflict) {
			t.Errorf("tried twice at once: %v", err)
		}
		x.run()
		x.must(x.do(x.officer, id, rule.Submit, map[string]any{"text": "为什么"}))
		// The reviewer may write as well: what a reviewer wrote, another publishes.
		if err := x.do(x.officer, id, rule.Publish, nil); err == nil {
			t.Error("a duty officer published")
		}
		x.must(x.do(x.checker, id, rule.SendBack, map[string]any{"text": "依据呢"}))
		f, err := x.service.CustomOf(ctx, x.checker, id)
		x.must(err)
		changed := high
		changed.Basis = "接管协议"
		if err := x.service.SaveCustom(ctx, x.checker, id, f.Rule.Version-1, changed); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale draft was saved: %v", err)
		}
		x.must(x.service.SaveCustom(ctx, x.checker, id, f.Rule.Version, changed))
		if err := x.do(x.checker, id, rule.Submit, map[string]any{"text": "补了依据"}); err == nil {
			t.Error("changed after the trial and sent in")
		}
		_, err = x.service.TryCustom(ctx, x.checker, id, 90)
		x.must(err)
		x.run()
		x.must(x.do(x.checker, id, rule.Submit, map[string]any{"text": "补了依据"}))
		if err := x.do(x.checker, id, rule.Publish, nil); err == nil || !strings.Contains(err.Error(), "另一位") {
			t.Errorf("published what oneself wrote: %v", err)
		}
		// A text that was understood may not be by the time it is published.
		broken := changed
		broken.Expr = "二氧化硫 >"
		if _, err := x.service.WriteCustom(ctx, x.officer, broken); err != nil {
			t.Errorf("a draft may be unfinished: %v", err)
		}
	})
}

func TestCustom_JudgesHourByHour(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		for h := -48; h < 0; h++ {
			v := 30.0
			if h == -20 || h == -19 {
				v = 45 // over before anybody was told
			}
			x.add(x.start.Add(time.Duration(h)*time.Hour), v)
		}
		id := x.live(high)
		f, err := x.service.CustomOf(ctx, x.officer, id)
		x.must(err)
		trial, err := x.service.TrialOf(ctx, x.officer, f.Trials[0].ID)
		x.must(err)
		if r := trial.Result; trial.State != rule.TrialDone || r.Count != 1 || r.Fired != 1 || r.Longest != 2 || len(r.Hits) != 1 || r.Asked != 48 {
			t.Errorf("the trial: %s %+v", trial.State, trial.Result)
		}
		at := x.start
		hour := func(v float64) []rule.Alarm {
			x.add(at, v)
			at = at.Add(time.Hour)
			x.restart()
			c.Advance(time.Hour)
			x.run()
			return x.alarms()
		}
		c.Advance(40 * time.Minute) // past the lag of the hourly look
		if got := hour(30); len(got) != 0 {
			t.Fatalf("what was over was told of: %+v", got)
		}
		hour(45)
		if got := hour(46); len(got) != 1 || got[0].Level != rule.Suspect || got[0].Rule != "custom:"+id+"@1" || !got[0].Lasts() {
			t.Fatalf("two hours in a row: %+v", got)
		}
		if got := hour(47); len(got) != 1 || got[0].Times != 3 {
			t.Errorf("it goes on: %+v", got)
		}
		if got := hour(20); len(got) != 1 || got[0].Lasts() {
			t.Errorf("it recovered: %+v", got)
		}
		hour(45)
		if got := hour(45); len(got) != 1 || !got[0].Lasts() || got[0].Times != 5 {
			t.Errorf("it came back before anybody cleared it: %+v", got)
		}
		a := x.alarms()[0]
		x.must(x.service.Do(ctx, x.officer, a.ID, rule.Acknowledge, a.Version, nil))
		x.must(x.service.Do(ctx, x.officer, a.ID, rule.HandIn, a.Version+1, map[string]any{"text": "请核查"}))
		if len(x.funnel.got) != 1 || !strings.Contains(x.funnel.got[0].Text, "由规则“二氧化硫偏高（自定义）”提请，仅供核查") {
			t.Errorf("the clue: %+v", x.funnel.got)
		}
		x.must(x.do(x.officer, id, rule.Stop, map[string]any{"text": "先停"}))
		if got := x.alarms(); got[0].Lasts() || got[0].State != rule.StateCleared {
			t.Error("stopped, and its alarm lasts")
		}
		if got := hour(45); len(got) != 1 || got[0].Lasts() {
			t.Errorf("stopped, and judged: %+v", got)
		}
	})
}

func TestCustom_KeepsToItsScope(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		for h := -24; h < 0; h++ {
			x.add(x.start.Add(time.Duration(h)*time.Hour), 45)
		}
		for _, s := range []struct {
			name string
			set  func(*custom.Spec)
			n    int
		}{
			{"all", func(*custom.Spec) {}, 1},
			{"its kind", func(s *custom.Spec) { s.Kinds = []string{"gas"} }, 1},
			{"another kind", func(s *custom.Spec) { s.Kinds = []string{"water"} }, 0},
			{"its class", func(s *custom.Spec) { s.Classes = []string{"重点"} }, 1},
			{"another class", func(s *custom.Spec) { s.Classes = []string{"简化"} }, 0},
			{"another industry", func(s *custom.Spec) { s.Industries = []string{"造纸"} }, 0},
			{"chosen", func(s *custom.Spec) { s.Outlets = []string{x.outlet} }, 1},
			{"another chosen", func(s *custom.Spec) { s.Outlets = []string{"x"} }, 0},
		} {
			spec := high
			s.set(&spec)
			id, err := x.service.WriteCustom(ctx, x.officer, spec)
			x.must(err)
			trial, err := x.service.TryCustom(ctx, x.officer, id, 30)
			x.must(err)
			x.run()
			got, err := x.service.TrialOf(ctx, x.officer, trial)
			x.must(err)
			if got.State != rule.TrialDone || int(got.Outlets) != s.n || got.Result.Count != s.n {
				t.Errorf("%s: %s, %d outlets, %d hits", s.name, got.State, got.Outlets, got.Result.Count)
			}
		}
		// What the rule asks for is not measured here.
		other := high
		other.Expr = "氨氮 > 1"
		mute, err := x.service.WriteCustom(ctx, x.officer, other)
		x.must(err)
		silent, err := x.service.TryCustom(ctx, x.officer, mute, 30)
		x.must(err)
		x.run()
		if got, err := x.service.TrialOf(ctx, x.officer, silent); err != nil || got.Result.Mute != 1 || got.Result.Asked != 0 {
			t.Errorf("nothing to judge: %+v %v", got.Result, err)
		}
		// A trial that was cancelled does not run.
		id, err := x.service.WriteCustom(ctx, x.officer, high)
		x.must(err)
		trial, err := x.service.TryCustom(ctx, x.officer, id, 90)
		x.must(err)
		x.must(x.service.CancelTrial(ctx, x.officer, trial))
		x.run()
		if got, _ := x.service.TrialOf(ctx, x.officer, trial); got.State != rule.TrialCancelled {
			t.Errorf("cancelled: %s", got.State)
		}
		stranger := auth.Actor{ID: "s", Roles: []auth.Role{auth.Duty}, Area: "330326"}
		if _, err := x.service.TrialOf(ctx, stranger, trial); !fault.Is(err, fault.NotFound) {
			t.Errorf("another area saw a trial: %v", err)
		}
		if _, err := x.service.WriteCustom(ctx, stranger, high); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another area wrote a rule: %v", err)
		}
	})
}
