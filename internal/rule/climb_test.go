package rule_test

import (
	"slices"
	"strings"
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
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/timeline"
)

// The families of signs are those by which ladders may tell alarms apart.
func TestLadder_KnowsEveryFamily(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Signs() {
		if !ladder.Known(ladder.Families, string(r.Family)) {
			t.Errorf("%s: no ladder can name the family %s", r.ID, r.Family)
		}
	}
	for i, l := range []rule.Level{rule.Notice, rule.Suspect, rule.Exceed, rule.Grave} {
		if c := ladder.Levels[i]; c.ID != string(l) || c.Title != l.Title() {
			t.Errorf("%s is %+v to ladders", l, c)
		}
	}
}

func span(d time.Duration) ladder.Term { return ladder.Term{Span: d} }

// The graded life: enterprise head first, the duty room, the trade's agency, the
// leader, the city; each rung once, also over restarts.
func TestClimb_UpwardByLevelAndTime(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		person := r.person
		rungs := []ladder.Rung{
			{When: ladder.Always, After: span(0), Tell: []ladder.Audience{ladder.EnterpriseHead}},
			{When: ladder.Always, After: span(10 * time.Minute), Tell: []ladder.Audience{ladder.Duty, ladder.Sector}},
			{When: ladder.Unacknowledged, After: span(30 * time.Minute), Tell: []ladder.Audience{ladder.Leader, ladder.CityLeader}},
			{When: ladder.Lasting, After: span(2 * time.Hour), Tell: []ladder.Audience{ladder.Leader}},
		}
		build := func() *rule.Service {
			return rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y", City: "330300", Ladders: []ladder.Ladder{{Name: "各级", Rungs: rungs}},
				Sector: func(industry, area string) string { return "jxj-" + area }}, Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{},
				Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{})})
		}
		r.use(build())
		firm := r.firm()
		head := person("head", auth.Rights{Roles: []auth.Role{auth.Head}, Area: "330302", Enterprise: firm})
		trade := person("trade", auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "jxj-330302"})
		other := person("other", auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "jxj-330303"})
		mayor := person("mayor", auth.Rights{Roles: []auth.Role{auth.Leader}})
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		id := r.one().Alarm.ID
		told := func(who auth.Actor) int {
			t.Helper()
			page, err := notify.New(d, policy).List(ctx, who, false, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		step := func(by time.Duration) {
			t.Helper()
			c.Advance(by)
			r.use(build()) // each time after a restart
			for range 2 {
				if _, err := r.jobs.RunDue(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		expect := func(when string, of map[string]int) {
			t.Helper()
			for who, a := range map[string]auth.Actor{"head": head, "duty": r.duty, "trade": trade, "mayor": mayor} {
				if got := told(a); got != of[who] {
					t.Errorf("%s: %s was told %d times, want %d", when, who, got, of[who])
				}
			}
		}
		expect("at once", map[string]int{"head": 1})
		if _, err := r.service.Get(ctx, trade, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("an agency that was not told sees nothing: %v", err)
		}
		step(10 * time.Minute)
		expect("after ten minutes", map[string]int{"head": 1, "duty": 1, "trade": 1})
		if f, err := r.service.Get(ctx, trade, id); err != nil || len(f.Actions) != 0 {
			t.Errorf("who was told may look, and do nothing: %v %v", f.Actions, err)
		}
		if page, err := r.service.List(ctx, trade, rule.Query{}); err != nil || len(page.Items) != 1 {
			t.Errorf("%v %v", page, err)
		}
		if _, err := r.service.Get(ctx, other, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("another agency: %v", err)
		}
		step(20 * time.Minute)
		expect("after thirty minutes", map[string]int{"head": 1, "duty": 1, "trade": 1, "mayor": 1})
		r.do(rule.Acknowledge, nil)
		step(90 * time.Minute)
		expect("lasting, by the leader of the county alone", map[string]int{"head": 1, "duty": 1, "trade": 1, "mayor": 1})
		before := len(r.one().Timeline)
		step(100 * time.Hour)
		if got := len(r.one().Timeline); got != before {
			t.Errorf("the ladder has an end: %d entries, then %d", before, got)
		}
		notes := ""
		for _, e := range r.one().Timeline {
			notes += e.Note + "\n"
		}
		for _, want := range []string{"告知企业负责人1人", "告知监控值班员1人、行业主管部门1人", "告知分管领导1人、市级分管领导1人"} {
			if !strings.Contains(notes, want) {
				t.Errorf("the timeline does not say %s:\n%s", want, notes)
			}
		}
	})
}

// What reaches nobody on its first rung goes to the next at once, and says so.
func TestClimb_NobodyThere(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.use(rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y", Ladders: []ladder.Ladder{{Name: "各级", Rungs: []ladder.Rung{
			{When: ladder.Always, After: span(0), Tell: []ladder.Audience{ladder.EnterpriseHead}},
			{When: ladder.Lasting, After: span(10 * time.Minute), Tell: []ladder.Audience{ladder.Duty}},
			{When: ladder.Unacknowledged, After: span(30 * time.Minute), Tell: []ladder.Audience{ladder.Leader}}}}}},
			Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{}, Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{})}))
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		f := r.one()
		last := f.Timeline[len(f.Timeline)-1]
		if f.Alarm.State != rule.StateNotified || last.Verb != rule.Tell || !strings.Contains(last.Note, "提前告知") {
			t.Errorf("%s %v %s", f.Alarm.State, verbs(f), last.Note)
		}
		c.Advance(11 * time.Minute)
		if _, err := r.jobs.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		if n := len(r.one().Timeline); n != len(f.Timeline) {
			t.Errorf("told once: %v", verbs(r.one()))
		}
		c.Advance(20 * time.Minute)
		if _, err := r.jobs.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		if got := verbs(r.one()); got[len(got)-1] != rule.Escalate {
			t.Errorf("%v", got)
		}
	})
}

// A rise from 超标 to 严重超标 begins the graver ladder, also for one who has
// acknowledged.
func TestClimb_RisesWithTheLevel(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		r.do(rule.Acknowledge, nil)
		count := func(v flow.Verb) (n int) {
			for _, x := range verbs(r.one()) {
				if x == v {
					n++
				}
			}
			return n
		}
		if n := count(rule.Remind); n != 0 {
			t.Fatalf("%d", n)
		}
		c.Advance(time.Hour)
		r.values(enterprise.Hour, time.Hour, "170")
		r.mustRun()
		if _, err := r.jobs.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		if f := r.one(); f.Alarm.Level != rule.Grave || count(rule.Remind) != 1 {
			t.Errorf("%s %v", f.Alarm.Level, verbs(f))
		}
	})
}

// A fall is written down and told to nobody; nor is the return to a level that the
// alarm had before. The highest level stays.
func TestClimb_FallsInSilence(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		step := func(values ...string) (a rule.Alarm, told int, levels []flow.Verb) {
			t.Helper()
			r.values(enterprise.Hour, time.Hour, values...)
			c.Advance(time.Minute)
			r.mustRun()
			r.after(0)
			f := r.one()
			for _, v := range verbs(f) {
				if v == rule.Rise || v == rule.Fall {
					levels = append(levels, v)
				}
			}
			return f.Alarm, r.told(), levels
		}
		step("70")
		a, told, levels := step("170")
		if a.Level != rule.Grave || a.Highest != rule.Grave || !slices.Equal(levels, []flow.Verb{rule.Rise}) || told != 2 {
			t.Fatalf("a rise is heard: %+v, told %d, %v", a, told, levels)
		}
		if a, told, levels := step("60", "60"); a.Level != rule.Grave || told != 2 || len(levels) != 1 {
			t.Errorf("too early to fall: %+v, told %d, %v", a, told, levels)
		}
		a, told, levels = step("60")
		if a.Level != rule.Exceed || a.Highest != rule.Grave || told != 2 || !slices.Equal(levels, []flow.Verb{rule.Rise, rule.Fall}) || !a.Lasts() {
			t.Errorf("%+v, told %d, %v", a, told, levels)
		}
		last := r.one().Timeline
		if e := last[len(last)-1]; e.Note != "严重超标 → 超标" || e.Title != "级别回落" {
			t.Errorf("%+v", e)
		}
		a, told, levels = step("120")
		if a.Level != rule.Grave || told != 2 || len(levels) != 3 || a.LevelAt.After(r.clock.Now().Add(-3*time.Minute)) {
			t.Errorf("to where it was: %+v, told %d, %v", a, told, levels)
		}
		r.after(31 * time.Minute)
		if n := r.told(); n != 3 {
			t.Errorf("the ladder of the highest level goes on: told %d times", n)
		}
	})
}
