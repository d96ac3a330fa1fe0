package rule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/timeline"
)

func TestMeasureMachines(t *testing.T) {
	t.Parallel()
	for _, m := range rule.MeasureMachines() {
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// answering is a duty room with an exceedance and the people who answer it.
type answering struct {
	*room
	head, boss, inspector, leader, mayor auth.Actor
}

func newAnswering(t *testing.T, d *db.DB, c *dbtest.Clock) *answering {
	t.Helper()
	a := &answering{room: newRoom(t, d, c)}
	firm := a.firm()
	a.head = a.person("head", auth.Rights{Roles: []auth.Role{auth.Head}, Area: "330302", Enterprise: firm})
	a.boss = a.person("boss", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: firm})
	a.inspector = a.person("inspector", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330302"})
	a.leader = a.person("leader2", auth.Rights{Roles: []auth.Role{auth.Leader}, Area: "330302"})
	a.mayor = a.person("mayor", auth.Rights{Roles: []auth.Role{auth.Leader}})
	a.values(enterprise.Hour, time.Hour, "70")
	a.mustRun()
	return a
}

func (a *answering) as(who auth.Actor, v flow.Verb, form map[string]any) error {
	a.t.Helper()
	x := a.one().Alarm
	return a.service.Do(ctx, who, x.ID, v, x.Version, form)
}

func (a *answering) measures(who auth.Actor) []rule.Measure {
	a.t.Helper()
	page, err := a.service.Measures(ctx, who, rule.MeasureQuery{})
	if err != nil {
		a.t.Fatal(err)
	}
	return page.Items
}

func (a *answering) doMeasure(who auth.Actor, m rule.Measure, v flow.Verb, form map[string]any) error {
	a.t.Helper()
	f, err := a.service.Measure(ctx, who, m.ID)
	if err != nil {
		return err
	}
	return a.service.DoMeasure(ctx, who, m.ID, v, f.Measure.Version, form)
}

func (a *answering) told(who auth.Actor, words string) (n int) {
	a.t.Helper()
	page, err := notify.New(a.db, policy).List(ctx, who, false, "", 100)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, x := range page.Items {
		if strings.Contains(x.Title, words) {
			n++
		}
	}
	return n
}

func (a *answering) pass(by time.Duration) {
	a.t.Helper()
	a.clock.Advance(by)
	for range 3 {
		if _, err := a.jobs.RunDue(ctx); err != nil {
			a.t.Fatal(err)
		}
	}
}

func (a *answering) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func TestRemoteWarning_UnansweredGoesUp(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		if err := a.as(a.boss, rule.Warn, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the enterprise warns nobody: %v", err)
		}
		if err := a.as(a.duty, rule.Warn, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("a warning has words: %v", err)
		}
		if f := a.one(); f.Suggest.Verb != rule.Warn || !slices.ContainsFunc(f.Actions, func(x flow.Action) bool {
			return x.Verb == rule.Warn && strings.Contains(x.Fields[0].Default, "演示热电厂")
		}) {
			t.Errorf("the text is offered, the warning suggested: %+v", f.Suggest)
		}
		a.must(a.as(a.duty, rule.Warn, map[string]any{"text": "请立即查明原因"}))
		if err := a.as(a.duty, rule.Warn, map[string]any{"text": "再发一次"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("one at a time: %v", err)
		}
		m := a.measures(a.duty)[0]
		if a.one().Alarm.State != rule.StateAcknowledged || m.State != rule.StateIssued || a.told(a.head, "远程预警，请在时限内答复") != 1 || a.one().Suggest.Verb != "" {
			t.Errorf("%+v, suggested %+v", m, a.one().Suggest)
		}
		a.pass(25 * time.Hour)
		if a.told(a.leader, "逾期未答复") != 1 || a.told(a.mayor, "未答复") != 0 {
			t.Error("past its term it goes to the leader of the county")
		}
		a.pass(25 * time.Hour)
		a.pass(100 * time.Hour)
		if a.told(a.mayor, "仍未答复") != 1 || a.told(a.leader, "逾期未答复") != 1 {
			t.Error("then to the city, once each")
		}
		if err := a.doMeasure(a.duty, m, rule.Answer, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody answers for the enterprise: %v", err)
		}
		a.must(a.doMeasure(a.boss, m, rule.Answer, map[string]any{"text": "喷淋泵已更换"}))
		a.must(a.doMeasure(a.duty, m, rule.Decline, map[string]any{"text": "请附工单"}))
		if f, _ := a.service.Measure(ctx, a.boss, m.ID); !f.Measure.DueAt.Equal(c.Now().AddDate(0, 0, 1)) || f.Measure.Overdue {
			t.Errorf("the term begins anew: %+v", f.Measure)
		}
		a.must(a.doMeasure(a.head, m, rule.Answer, map[string]any{"text": "工单已附"}))
		a.must(a.doMeasure(a.duty, m, rule.Approve, nil))
		before := a.told(a.leader, "未答复")
		a.pass(200 * time.Hour)
		if a.told(a.leader, "未答复") != before {
			t.Error("what is answered is over")
		}
	})
}

func TestCheck_ByThePersonSentUnannounced(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		other := a.person("other", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330302"})
		far := a.person("far", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330303"})
		if err := a.as(a.duty, rule.Inspect, map[string]any{"person": far.ID, "text": "看喷淋泵"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an inspector of another county: %v", err)
		}
		a.must(a.as(a.duty, rule.Inspect, map[string]any{"person": a.inspector.ID, "text": "看喷淋泵", "days": float64(2)}))
		m := a.measures(a.duty)[0]
		if len(a.measures(a.boss)) != 0 || a.told(a.boss, "核查") != 0 {
			t.Error("a check is not announced to the enterprise")
		}
		f, err := a.service.Get(ctx, a.boss, a.one().Alarm.ID)
		a.must(err)
		for _, e := range f.Timeline {
			if strings.Contains(e.Title+e.Note, "核查") {
				t.Errorf("the alarm's own course tells of the check: %s", e.Title)
			}
		}
		if len(f.Measures) != 0 || f.Suggest.Verb != "" {
			t.Errorf("%+v", f.Measures)
		}
		a.pass(49 * time.Hour)
		if a.told(a.leader, "现场核查逾期") != 1 || a.told(a.inspector, "现场核查逾期") != 1 {
			t.Error("a late check goes up")
		}
		report := map[string]any{"result": "true", "text": "喷淋泵停运，现场有异味", "place": "120.66,28.01", "files": []any{"f1"}}
		if err := a.doMeasure(other, m, rule.Report, report); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another inspector: %v", err)
		}
		if err := a.doMeasure(a.inspector, m, rule.Report, map[string]any{"result": "true", "text": "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a report has files: %v", err)
		}
		a.must(a.doMeasure(a.inspector, m, rule.Report, report))
		x := a.one().Alarm
		if x.Verdict != "true" || x.State != rule.StateHandled || x.ClueID == "" {
			t.Errorf("a true finding decides the alarm: %+v", x)
		}
		if err := a.as(a.duty, rule.Refute, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("what is decided stays decided: %v", err)
		}
	})
}

func TestSupervision_HearsHigherUntilItsEnd(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		day := func(n int) string {
			return c.Now().AddDate(0, 0, n).In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
		}
		if err := a.as(a.duty, rule.Supervise, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader decides: %v", err)
		}
		if err := a.as(a.leader, rule.Supervise, map[string]any{"text": "屡次超标", "until": day(-1)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an end in the past: %v", err)
		}
		a.must(a.as(a.leader, rule.Supervise, map[string]any{"text": "屡次超标", "until": day(10)}))
		if err := a.as(a.leader, rule.Supervise, map[string]any{"text": "再列一次"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("once: %v", err)
		}
		m := a.measures(a.boss)
		if len(m) != 1 || a.told(a.head, "列入重点督办") != 1 {
			t.Errorf("the enterprise knows: %+v", m)
		}
		a.must(a.doMeasure(a.leader, m[0], rule.Prolong, map[string]any{"text": "未整改", "until": day(20)}))
		a.pass(15 * 24 * time.Hour)
		if a.told(a.head, "期满解除") != 0 {
			t.Error("it was prolonged")
		}
		a.pass(6 * 24 * time.Hour)
		if f, _ := a.service.Measure(ctx, a.boss, m[0].ID); f.Measure.State != rule.StateDone || a.told(a.head, "期满解除") != 1 {
			t.Errorf("%+v", f.Measure)
		}
	})
}

// While an enterprise is under key supervision, people hear of its alarms as of the
// next higher level: a plain exceedance climbs the ladder of grave ones, those that
// stood before too. Afterwards it climbs its own again.
func TestSupervision_AlarmsClimbTheNextHigherLadder(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		span := func(h int) ladder.Term { return ladder.Term{Span: time.Duration(h) * time.Hour} }
		a.use(rule.NewService(rule.Deps{DB: d, Auth: policy, Rules: catalog.All(), Funnel: a.funnel, Files: noFiles{}, Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{}),
			Policy: rule.Policy{Prefix: "WZ-Y", City: "330300", Ladders: []ladder.Ladder{
				{Name: "超标", Levels: []string{"exceed"}, Rungs: []ladder.Rung{{When: ladder.Always, Tell: []ladder.Audience{ladder.Duty}, Urgency: "important"}}},
				{Name: "严重超标", Levels: []string{"grave"}, Rungs: []ladder.Rung{{When: ladder.Always, Tell: []ladder.Audience{ladder.Duty}, Urgency: "urgent"}, {When: ladder.Always, After: span(1), Tell: []ladder.Audience{ladder.Leader}, Urgency: "urgent"}}},
			}}}))
		reg := enterprise.New(d, policy)
		fifty := decimal.Must("50")
		exceed := func(code string) {
			t.Helper()
			if _, err := reg.SetLimit(ctx, a.duty, enterprise.Limit{OutletID: a.outlet, Factor: code, Upper: &fifty, Statistic: enterprise.Hour, Standard: "GB 13271-2014", Article: "表2", ValidFrom: a.start.AddDate(-1, 0, 0)}); err != nil {
				t.Fatal(err)
			}
			s := a.sample("60", c.Now().Truncate(time.Hour))
			s.Factor = code
			a.source.values[enterprise.Hour] = append(a.source.values[enterprise.Hour], s)
			a.mustRun()
			a.pass(2 * time.Hour)
		}
		first := a.one().Alarm
		exceed("a21002")
		if n := a.told(a.leader, ""); n != 0 {
			t.Fatalf("a plain exceedance is not the leader's: told %d times", n)
		}
		until := c.Now().AddDate(0, 0, 10).In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
		a.must(a.service.Do(ctx, a.leader, first.ID, rule.Supervise, first.Version, map[string]any{"text": "屡次超标", "until": until}))
		told := a.told(a.leader, "超标")
		exceed("a34013")
		if n := a.told(a.leader, "超标"); n <= told {
			t.Errorf("under supervision the leader hears after an hour: told %d times, %d before", n, told)
		}
		if f, err := a.service.List(ctx, a.duty, rule.Query{Text: "颗粒物"}); err == nil {
			for _, x := range f.Items {
				if x.Level != rule.Exceed {
					t.Errorf("its level stays what the data say: %s", x.Level)
				}
			}
		}
		a.pass(15 * 24 * time.Hour)
		told = a.told(a.leader, "超标")
		exceed("a19001")
		if n := a.told(a.leader, "超标"); n != told {
			t.Errorf("supervision is over: told %d times, %d before", n, told)
		}
	})
}

// One broken analyser that flaps a hundred times in a day must not send a hundred
// messages, and what was merged is said once an hour at most.
func TestQuota_ABrokenAnalyser(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		a := newAnswering(t, d, c)
		before := a.told(a.duty, "")
		raised := 0
		for i := range 100 {
			at := c.Now()
			for j, v := range []string{"99", "99", "99", "10", "10", "10", "10", "10", "10", "10"} {
				s := a.sample(v, at.Add(time.Duration(j)*time.Minute))
				a.source.values[enterprise.Realtime] = append(a.source.values[enterprise.Realtime], s)
			}
			a.mustRun()
			a.pass(10 * time.Minute)
			_ = i
		}
		page, err := a.service.List(ctx, a.duty, rule.Query{Levels: []string{"notice"}, Limit: 200})
		a.must(err)
		raised = len(page.Items)
		got, summaries := a.told(a.duty, "")-before, a.told(a.duty, "已合并")
		if raised < 90 || got-summaries > 12 || summaries == 0 || summaries > 17 {
			t.Errorf("%d alarms, %d notices to the duty room, of which %d summaries", raised, got, summaries)
		}
		t.Logf("%d alarms, %d notices to the duty room, of which %d summaries", raised, got, summaries)
		// A rise to an exceedance is heard all the same.
		heard := a.told(a.duty, "严重超标")
		a.values(enterprise.Hour, time.Hour, "400")
		a.mustRun()
		a.pass(0)
		if a.told(a.duty, "严重超标") != heard+1 {
			t.Error("a rise must be heard")
		}
	})
}
