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
	"github.com/qingshao/qingshao/internal/rule/event"
	"github.com/qingshao/qingshao/internal/timeline"
)

var groupings = []event.Grouping{
	{Name: "断电断网", Levels: []string{"notice"}, Families: []string{"sending"}, By: event.Enterprise, Within: 30 * time.Minute, Longest: 24 * time.Hour},
	{Name: "超限与超标", Levels: []string{"notice", "exceed", "grave"}, By: event.Enterprise, Within: 2 * time.Hour, Longest: 72 * time.Hour},
}

// works is a room whose place groups alarms, with a second outlet of the same
// enterprise.
func works(t *testing.T, d *db.DB, c *dbtest.Clock) (r *room, second string) {
	t.Helper()
	r = newRoom(t, d, c)
	r.use(rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y", City: "330300", Events: groupings}, Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{},
		Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{})}))
	reg := enterprise.New(d, policy)
	fifty := decimal.Must("50")
	o, err := reg.CreateOutlet(ctx, r.duty, enterprise.Outlet{EnterpriseID: r.firm(), Code: "DA002", Name: "2号排气筒", Kind: enterprise.Gas, Area: "330302"})
	if err != nil {
		t.Fatal(err)
	}
	for _, outlet := range []string{r.outlet, o.ID} {
		for _, code := range []string{"a21026", "a21002"} {
			if outlet == r.outlet && code == "a21026" {
				continue
			}
			if _, err := reg.SetLimit(ctx, r.duty, enterprise.Limit{OutletID: outlet, Factor: code, Upper: &fifty, Statistic: enterprise.Hour, Standard: "GB 13271-2014", Article: "表2", ValidFrom: r.start.AddDate(-1, 0, 0)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return r, o.ID
}

// hour lets one hourly mean come, an hour after the other of the same outlet and
// factor, and runs the rules and what is due.
func (r *room) hour(outlet, code, number string, at int) {
	r.t.Helper()
	s := r.sample(number, r.start.Add(time.Duration(at)*time.Hour))
	s.OutletID, s.Factor = outlet, code
	r.source.values[enterprise.Hour] = append(r.source.values[enterprise.Hour], s)
	r.clock.Advance(time.Second)
	r.mustRun()
	r.after(0)
}

func (r *room) event() rule.EventFile {
	r.t.Helper()
	page, err := r.service.Events(ctx, r.duty, rule.EventQuery{})
	if err != nil || len(page.Items) != 1 || page.Total != 1 {
		r.t.Fatalf("%d events of %d, %v", len(page.Items), page.Total, err)
	}
	f, err := r.service.Event(ctx, r.duty, page.Items[0].ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// alarm is the open one of an outlet and factor.
func (r *room) alarm(outlet, code string) rule.Alarm {
	r.t.Helper()
	for _, a := range r.alarms() {
		if a.OutletID == outlet && a.Factor == code {
			return a
		}
	}
	r.t.Fatalf("no alarm of %s %s", outlet, code)
	return rule.Alarm{}
}

func (r *room) timeline(id rule.ID) rule.File {
	r.t.Helper()
	f, err := r.service.Get(ctx, r.duty, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// Several exceedances of one happening: one event, one notice, one clue; a graver
// one is heard; people answer once for all of them.
func TestEvent_OneHappeningIsToldAndAnsweredOnce(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r, second := works(t, d, c)
		r.hour(r.outlet, "a21026", "70", 0)
		if r.told() != 1 {
			t.Fatalf("told %d times", r.told())
		}
		r.hour(r.outlet, "a21002", "60", 0)
		r.hour(second, "a21026", "60", 1)
		v := r.event()
		if len(v.Event.Alarms) != 3 || v.Event.Grouping != "超限与超标" || v.Event.State != rule.EventActive || r.told() != 1 || len(r.funnel.got) != 1 {
			t.Fatalf("%+v, told %d times, %d clues", v.Event, r.told(), len(r.funnel.got))
		}
		first, other := r.alarm(r.outlet, "a21026"), r.alarm(second, "a21026")
		if v.Event.Lead().ID != first.ID || other.Quiet != (rule.Quiet{Kind: rule.Merged, By: string(first.ID)}) || other.State != rule.StateNotified || other.ClueID != first.ClueID {
			t.Errorf("the second outlet: %+v", other)
		}
		r.after(31 * time.Minute)
		if r.told() != 2 {
			t.Errorf("one ladder for all: told %d times", r.told())
		}
		r.hour(second, "a21026", "130", 2) // grave: it is heard, and speaks from now on
		v = r.event()
		if now, highest := v.Event.Level(); now != rule.Grave || highest != rule.Grave || v.Event.Lead().ID != other.ID || r.told() != 3 {
			t.Errorf("%s %s, lead %s, told %d times", now, highest, v.Event.Lead().Number, r.told())
		}
		r.after(0)
		if q := r.alarm(r.outlet, "a21026").Quiet; q.Kind != rule.Merged || q.By != string(other.ID) {
			t.Errorf("the first is silent now: %+v", q)
		}
		boss := r.person("boss", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: first.EnterpriseID})
		stale := v.Version - 1
		if err := r.service.DoEvent(ctx, boss, v.Event.ID, rule.Explain, stale, map[string]any{"cause": "instrument", "text": "脱硫泵停"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		if err := r.service.DoEvent(ctx, boss, v.Event.ID, rule.Explain, r.event().Version, map[string]any{"cause": "discharge", "text": "脱硫泵停"}); err != nil {
			t.Fatal(err)
		}
		for _, a := range r.alarms() {
			if a.Explained != rule.ExplanationGiven {
				t.Errorf("%s is not explained", a.Number)
			}
		}
		// On the file of any of its alarms the answer is the same.
		f := r.timeline(first.ID)
		if err := r.service.Do(ctx, r.duty, first.ID, rule.Confirm, f.Alarm.Seen(), map[string]any{"text": "现场属实"}); err != nil {
			t.Fatal(err)
		}
		for _, a := range r.alarms() {
			if a.Verdict != "true" || a.State != rule.StateHandled || a.ClueID != first.ClueID {
				t.Errorf("%+v", a)
			}
		}
		if len(r.funnel.got) != 1 {
			t.Errorf("%d clues", len(r.funnel.got))
		}
		entries := map[flow.Verb]int{}
		for _, e := range r.event().Timeline {
			entries[e.Verb]++
		}
		if entries[rule.Explain] != 1 || entries[rule.Confirm] != 1 || entries[rule.Raise] != 3 || entries[rule.Admit] != 3 || entries[rule.Form] != 1 {
			t.Errorf("history: %v", entries)
		}
		// What comes after the answer is another matter.
		r.hour(r.outlet, "a21002", "61", 1)
		r.hour(second, "a21002", "70", 3)
		if a := r.alarm(second, "a21002"); a.EventID != "" || a.Quiet.Kind != rule.Loud || len(r.funnel.got) != 2 {
			t.Errorf("%+v, %d clues", a, len(r.funnel.got))
		}
		for h := 4; h < 8; h++ {
			r.hour(r.outlet, "a21026", "30", h)
			r.hour(r.outlet, "a21002", "30", h)
			r.hour(second, "a21026", "30", h)
		}
		if v := r.event(); v.Event.State != rule.EventClosed {
			t.Errorf("all are cleared: %+v", v.Event)
		}
	})
}

// An officer merges what no rule has, takes out what does not belong, and dissolves
// the whole, each with reasons; what is taken out is told of by itself and stays
// out.
func TestEvent_MergedAndSplitByHand(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r, second := works(t, d, c)
		r.hour(r.outlet, "a21026", "70", 0)
		for h := 1; h < 4; h++ {
			r.hour(r.outlet, "a21026", "30", h) // over, and not answered
		}
		r.hour(second, "a21026", "60", 9)
		a, b := r.alarm(r.outlet, "a21026"), r.alarm(second, "a21026")
		if a.EventID != "" || b.EventID != "" || r.told() != 2 {
			t.Fatalf("nine hours apart: %+v %+v", a, b)
		}
		merge := func(id rule.ID, form map[string]any) error {
			return r.service.Do(ctx, r.duty, id, rule.Merge, r.timeline(id).Alarm.Seen(), form)
		}
		for name, form := range map[string]map[string]any{"no reason": {"alarm": b.Number}, "no alarm": {"text": "同一故障"}, "itself": {"alarm": a.Number, "text": "同一故障"}, "nobody": {"alarm": "WZ-Y-2026-999999", "text": "同一故障"}} {
			if err := merge(a.ID, form); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := merge(a.ID, map[string]any{"alarm": b.Number, "text": "同一台脱硫塔停运"}); err != nil {
			t.Fatal(err)
		}
		r.after(0)
		v := r.event()
		if len(v.Event.Alarms) != 2 || v.Event.Grouping != "" || r.told() != 2 {
			t.Errorf("%+v, told %d times", v.Event, r.told())
		}
		if err := merge(a.ID, map[string]any{"alarm": b.Number, "text": "再来一次"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("twice: %v", err)
		}
		r.hour(r.outlet, "a21002", "80", 10) // near in time to one of them
		if v = r.event(); len(v.Event.Alarms) != 3 || r.told() != 2 {
			t.Fatalf("%d alarms, told %d times", len(v.Event.Alarms), r.told())
		}
		n := r.alarm(r.outlet, "a21002")
		if err := r.service.Do(ctx, r.duty, n.ID, rule.Split, n.Seen(), map[string]any{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := r.service.Do(ctx, r.duty, n.ID, rule.Split, n.Seen(), map[string]any{"text": "另一条管线"}); err != nil {
			t.Fatal(err)
		}
		r.after(0)
		n2 := r.alarm(r.outlet, "a21002")
		if n2.EventID != "" || !n2.Apart || n2.Quiet.Kind != rule.Loud || r.told() != 3 || n2.Seen() <= n.Seen() {
			t.Errorf("told of by itself: %+v, told %d times", n2, r.told())
		}
		if err := r.service.Do(ctx, r.duty, n.ID, rule.Split, n2.Seen(), map[string]any{"text": "再拆"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("it is in none: %v", err)
		}
		v = r.event()
		if err := r.service.DoEvent(ctx, r.duty, v.Event.ID, rule.Dissolve, v.Version, map[string]any{"text": "核对后是两件事"}); err != nil {
			t.Fatal(err)
		}
		for _, x := range r.alarms() {
			if x.EventID != "" || !x.Apart {
				t.Errorf("%+v", x)
			}
		}
		v = r.event()
		last := v.Timeline[len(v.Timeline)-1]
		if v.Event.State != rule.EventDissolved || last.Verb != rule.Dissolve || len(v.Actions) != 0 {
			t.Errorf("%+v %+v", v.Event, last)
		}
		words := ""
		for _, e := range v.Timeline {
			words += e.Note + "\n"
		}
		for _, want := range []string{"同一台脱硫塔停运", n.Number + "：另一条管线"} {
			if !strings.Contains(words, want) {
				t.Errorf("the history does not say %s:\n%s", want, words)
			}
		}
		r.hour(second, "a21002", "80", 10)
		if x := r.alarm(second, "a21002"); x.EventID != "" {
			t.Errorf("what people took apart takes nothing in: %+v", x)
		}
	})
}

// The alarm that speaks falls silent, or is over: another one speaks, and says
// nothing that was said already.
func TestEvent_AnotherSpeaks(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r, second := works(t, d, c)
		early := func(outlet string, from int, values ...string) {
			t.Helper()
			for i, n := range values {
				s := r.sample(n, r.start.Add(time.Duration(from+i)*30*time.Second))
				s.OutletID = outlet
				r.source.values[enterprise.Realtime] = append(r.source.values[enterprise.Realtime], s)
			}
			c.Advance(time.Second)
			r.mustRun()
			r.after(0)
		}
		early(r.outlet, 0, "60", "60", "60")
		early(second, 3, "60", "60", "60")
		if v := r.event(); len(v.Event.Alarms) != 2 || r.told() != 1 {
			t.Fatalf("%+v, told %d", v.Event, r.told())
		}
		early(r.outlet, 6, "40", "40", "40", "40", "40")
		b := r.alarm(second, "a21026")
		if v := r.event(); v.Event.Lead().ID != b.ID || b.Quiet.Kind != rule.Loud || r.told() != 1 || v.Event.State != rule.EventActive {
			t.Errorf("it speaks, and people know: %+v, told %d", b, r.told())
		}
		r.after(31 * time.Minute)
		if r.told() != 2 {
			t.Errorf("its clock is that of the event: told %d times", r.told())
		}
		early(second, 12, "40", "40", "40", "40", "40")
		if v := r.event(); v.Event.State != rule.EventClosed || len(v.Actions) != 0 {
			t.Errorf("%+v %v", v.Event, v.Actions)
		}
	})
}

// A silence of the outlet that speaks does not make the whole event silent.
func TestEvent_SilenceOfOneLetsTheOthersSpeak(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r, second := works(t, d, c)
		hush := r.hushing()
		three := func(outlet string) {
			for i := range 3 {
				s := r.sample("60", r.start.Add(time.Duration(i)*30*time.Second))
				s.OutletID = outlet
				r.source.values[enterprise.Realtime] = append(r.source.values[enterprise.Realtime], s)
			}
			c.Advance(time.Second)
			r.mustRun()
			r.after(0)
		}
		if _, err := hush.Set(ctx, r.duty, r.forHours(2)); err != nil {
			t.Fatal(err)
		}
		three(r.outlet)
		if r.told() != 0 {
			t.Fatalf("told %d times", r.told())
		}
		three(second)
		if v := r.event(); v.Event.Lead().OutletID != second || r.told() != 1 {
			t.Errorf("lead %s, told %d times", v.Event.Lead().OutletName, r.told())
		}
		r.after(3 * time.Hour)
		if a := r.alarm(r.outlet, "a21026"); a.Quiet.Kind != rule.Merged || r.told() != 2 {
			t.Errorf("%+v, told %d times", a, r.told())
		}
	})
}

func TestEvent_WhoMaySee(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r, _ := works(t, d, c)
		r.hour(r.outlet, "a21026", "70", 0)
		r.hour(r.outlet, "a21002", "60", 0)
		v := r.event().Event
		stranger := auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}
		if _, err := r.service.Event(ctx, stranger, v.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county: %v", err)
		}
		if page, err := r.service.Events(ctx, stranger, rule.EventQuery{}); err != nil || len(page.Items) != 0 || page.Total != 0 {
			t.Errorf("%+v %v", page, err)
		}
		if err := r.service.DoEvent(ctx, stranger, v.ID, rule.Acknowledge, 1, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
		firm := auth.Actor{ID: "y", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: v.EnterpriseID}
		f, err := r.service.Event(ctx, firm, v.ID)
		if err != nil || len(f.Actions) != 1 || f.Actions[0].Verb != rule.Explain {
			t.Errorf("the enterprise may explain, and nothing else: %v %v", f.Actions, err)
		}
		if err := r.service.DoEvent(ctx, firm, v.ID, rule.Dissolve, f.Version, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		for _, q := range []rule.EventQuery{{Area: "330303"}, {States: []string{"closed"}}, {Text: "没有"}, {Levels: []string{"notice"}}, {EnterpriseID: "x"}, {To: c.Now().Add(-time.Hour)}} {
			if page, err := r.service.Events(ctx, r.duty, q); err != nil || len(page.Items) != 0 {
				t.Errorf("%+v finds %d, %v", q, len(page.Items), err)
			}
		}
		if page, err := r.service.List(ctx, r.duty, rule.Query{EventID: string(v.ID)}); err != nil || len(page.Items) != 2 {
			t.Errorf("%v %v", page.Items, err)
		}
		var acts []flow.Verb
		for _, x := range r.timeline(v.Alarms[1].ID).Actions {
			acts = append(acts, x.Verb)
		}
		if !slices.Contains(acts, rule.Split) || !slices.Contains(acts, rule.Confirm) {
			t.Errorf("%v", acts)
		}
	})
}
