package riskmap_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

var reviewer = auth.Actor{ID: "u-reviewer", Name: "审核员", Roles: []auth.Role{auth.Reviewer}, Area: "330300"}

func TestFollow_Wanted(t *testing.T) {
	t.Parallel()
	unit := func(c riskmap.Colour, missed int) riskmap.Unit {
		u := riskmap.Unit{Colour: c, Points: 2}
		u.Aspects.Discovery = riskmap.Aspect{Points: missed, Reason: "省级通报"}
		return u
	}
	def, patient := riskmap.Annex().Follow, riskmap.Follow{TrackMonths: 2, HelpMonths: 3}
	for _, c := range []struct {
		name        string
		f           riskmap.Follow
		u           riskmap.Unit
		lasting     int
		track, help bool
	}{
		{"green", def, unit(riskmap.Green, 0), 0, false, false},
		{"green but missed", def, unit(riskmap.Green, 1), 0, true, false},
		{"yellow at once", def, unit(riskmap.Yellow, 0), 1, true, false},
		{"red for two", def, unit(riskmap.Red, 0), 2, true, false},
		{"red for three", def, unit(riskmap.Red, 0), 3, true, true},
		{"a patient place waits", patient, unit(riskmap.Red, 0), 1, false, false},
		{"and does not mind the missed", patient, unit(riskmap.Green, 2), 0, false, false},
		{"until the second month", patient, unit(riskmap.Yellow, 0), 2, true, false},
	} {
		got := c.f.Wanted(c.u, c.lasting)
		_, track := got[riskmap.Track]
		_, help := got[riskmap.Help]
		if track != c.track || help != c.help {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestEffectOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		then, now int
		want      riskmap.Effect
	}{{4, 3, riskmap.Better}, {4, 4, riskmap.Same}, {2, 5, riskmap.Worse}, {0, 0, riskmap.Same}} {
		if got := riskmap.EffectOf(riskmap.Unit{Points: c.then}, riskmap.Unit{Points: c.now}); got != c.want || got.Title() == "" {
			t.Errorf("%d to %d: %s", c.then, c.now, got)
		}
	}
}

func TestTaskMachine_Valid(t *testing.T) {
	t.Parallel()
	if err := riskmap.TaskMachine.Validate(); err != nil {
		t.Error(err)
	}
}

func insertUser(t *testing.T, d *db.DB, a auth.Actor) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := db.Exec(context.Background(), tx, `INSERT INTO app_user (id, login, name, roles, area, agency, enterprise_id, active, created_at, updated_at) VALUES ($1, $1, $2, $3, $4, '', '', TRUE, 1, 1)`,
			a.ID, a.Name, `["clerk"]`, a.Area)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// signedMonth freezes and signs a month.
func signedMonth(t *testing.T, s *riskmap.Service, m riskmap.Month, reason string) riskmap.Edition {
	t.Helper()
	e, err := s.Freeze(context.Background(), clerk, m, reason)
	if err == nil {
		e, err = s.Do(context.Background(), leader, e.ID, riskmap.Sign, e.Version, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func enter(t *testing.T, s *riskmap.Service, m riskmap.Month, kind riskmap.ValueKind, value string) {
	t.Helper()
	if err := s.Enter(context.Background(), clerk, riskmap.Value{Area: "330302", Month: m, Kind: kind, Value: decimal.Must(value), Document: "月报"}); err != nil {
		t.Fatal(err)
	}
}

func tasks(t *testing.T, s *riskmap.Service, q riskmap.TaskQuery) []riskmap.Task {
	t.Helper()
	p, err := s.Tasks(context.Background(), clerk, q)
	if err != nil {
		t.Fatal(err)
	}
	return p.Items
}

// A coloured unit is told with a name and a date, answers, acts and reports; the
// next signed month says what came of it before anybody may close it.
func TestService_FollowUp(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, s := context.Background(), service(d)
		insertUser(t, d, local)
		fill(t, s)
		e := signedMonth(t, s, october, "")
		list := tasks(t, s, riskmap.TaskQuery{Unit: "330302"})
		if len(list) != 1 {
			t.Fatalf("%+v", list)
		}
		k := list[0]
		if k.Kind != riskmap.Track || k.Edition != e.ID || k.Person != local.Name || k.DueAt.IsZero() || !strings.HasPrefix(k.Number, "WZ-T-") || !strings.Contains(k.Reason, "红色") {
			t.Errorf("%+v", k)
		}
		if other := tasks(t, s, riskmap.TaskQuery{Unit: "330303"}); len(other) != 0 {
			t.Errorf("a green unit is followed up: %+v", other)
		}

		act := func(who auth.Actor, verb flow.Verb, form map[string]any) error {
			f, err := s.Task(ctx, clerk, k.ID)
			if err != nil {
				t.Fatal(err)
			}
			return s.Act(ctx, who, k.ID, verb, f.Task.Version, form)
		}
		answer := map[string]any{"cause": "雨污混流", "measures": "改造管网", "person": "副区长", "until": c.Now().AddDate(0, 0, 10).Format(time.DateOnly)}
		elsewhere := local
		elsewhere.ID, elsewhere.Area = "u-other", "330303"
		if err := act(elsewhere, riskmap.Answer, answer); err == nil {
			t.Error("another unit answered")
		}
		if err := act(grid, riskmap.Answer, answer); err == nil {
			t.Error("a grid member answered")
		}
		late := map[string]any{"cause": "c", "measures": "m", "person": "p", "until": c.Now().AddDate(1, 0, 0).Format(time.DateOnly)}
		if err := act(local, riskmap.Answer, late); err == nil {
			t.Error("a date in a year")
		}
		if err := act(local, riskmap.Answer, answer); err != nil {
			t.Fatal(err)
		}
		if err := s.Act(ctx, local, k.ID, riskmap.Report, k.Version, map[string]any{"text": "完成"}); err == nil {
			t.Error("reported what has changed meanwhile")
		}
		if err := act(reviewer, riskmap.Visit, map[string]any{"on": "2026-10-20", "team": "专家", "text": "t"}); err == nil {
			t.Error("help within a follow-up")
		}
		if err := act(local, riskmap.Report, map[string]any{"text": "管网已改造"}); err != nil {
			t.Fatal(err)
		}
		if err := act(reviewer, riskmap.Accept, map[string]any{"outcome": "effective", "text": "同意"}); err == nil {
			t.Error("closed before the next month is signed")
		}

		// the next month: complaints still up, water as it was
		next := october + 1
		for _, v := range []struct {
			ago   riskmap.Month
			count string
		}{{0, "104"}, {12, "100"}, {24, "100"}, {36, "100"}} {
			enter(t, s, next-v.ago, riskmap.Complaint, v.count)
		}
		c.Advance(31 * 24 * time.Hour)
		signedMonth(t, s, next, "")
		f, err := s.Task(ctx, clerk, k.ID)
		if err != nil || f.Task.Effect != riskmap.Better || f.Task.EffectIn != next || len(f.Colours) != 2 {
			t.Fatalf("%v %+v", err, f.Task)
		}
		if last := f.Timeline[len(f.Timeline)-1]; last.Verb != riskmap.Compare || !strings.Contains(last.Note, "好转") {
			t.Errorf("%+v", last)
		}

		// its correction says worse, and then nobody may call it effective
		enter(t, s, next, riskmap.WaterShare, "0.5")
		for _, ago := range []riskmap.Month{12, 24, 36} {
			enter(t, s, next-ago, riskmap.WaterShare, "0.9")
		}
		enter(t, s, next, riskmap.Complaint, "200")
		if _, err := s.Add(ctx, clerk, riskmap.Item{Area: "330302", Kind: "discovery", Date: time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC), Level: "national", What: "media", Title: "曝光", Document: "报道"}); err != nil {
			t.Fatal(err)
		}
		signedMonth(t, s, next, "数据更正")
		if f, _ = s.Task(ctx, clerk, k.ID); f.Task.Effect != riskmap.Worse {
			t.Errorf("%+v", f.Task)
		}
		if err := act(reviewer, riskmap.Accept, map[string]any{"outcome": "effective", "text": "同意"}); err == nil || !strings.Contains(fields(err), "加重") {
			t.Errorf("called effective: %v", err)
		}
		if err := act(reviewer, riskmap.Return, map[string]any{"text": "继续"}); err != nil {
			t.Fatal(err)
		}
		if err := act(local, riskmap.Report, map[string]any{"text": "再报"}); err != nil {
			t.Fatal(err)
		}
		if err := act(reviewer, riskmap.Accept, map[string]any{"outcome": "none", "text": "另行研究"}); err != nil {
			t.Fatal(err)
		}
		if f, _ = s.Task(ctx, clerk, k.ID); f.Task.State != riskmap.TaskClosed || f.Task.Outcome != "none" || len(f.Actions) != 0 {
			t.Errorf("%+v", f.Task)
		}
	})
}

// The third month in a row brings help; a correction to green drops what only
// that month called for; a term that passes is told once.
func TestService_HelpDropOverdue(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, s := context.Background(), service(d)
		for m := october - 2; m <= october; m++ {
			for _, ago := range []riskmap.Month{12, 24, 36} {
				enter(t, s, m-ago, riskmap.Complaint, "100")
			}
			enter(t, s, m, riskmap.Complaint, "120")
			signedMonth(t, s, m, "")
		}
		all := tasks(t, s, riskmap.TaskQuery{States: []string{"open"}})
		if len(all) != 2 || all[0].Kind != riskmap.Help && all[1].Kind != riskmap.Help {
			t.Fatalf("%+v", all)
		}
		help := tasks(t, s, riskmap.TaskQuery{Kinds: []string{"help"}})[0]
		if help.Month != october || help.Person != "" {
			t.Errorf("%+v", help)
		}
		answer := map[string]any{"cause": "c", "measures": "m", "person": "p", "until": c.Now().Format(time.DateOnly)}
		if err := s.Act(ctx, clerk, help.ID, riskmap.Answer, help.Version, answer); err != nil {
			t.Fatal(err)
		}
		if err := s.Act(ctx, clerk, help.ID, riskmap.Report, help.Version+1, map[string]any{"text": "好了"}); err == nil {
			t.Error("reported before anybody came to help")
		}
		if err := s.Act(ctx, reviewer, help.ID, riskmap.Visit, help.Version+1, map[string]any{"on": "2026-10-20", "team": "专家组", "text": "查管网"}); err != nil {
			t.Fatal(err)
		}
		c.Advance(24 * time.Hour)
		for range 2 {
			if err := s.Due(ctx, help.ID); err != nil {
				t.Fatal(err)
			}
		}
		f, err := s.Task(ctx, clerk, help.ID)
		if err != nil || !f.Task.Overdue || f.Task.Helped != 1 {
			t.Errorf("%v %+v", err, f.Task)
		}
		n := 0
		for _, e := range f.Timeline {
			if e.Verb == riskmap.Overdue {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times", n)
		}
		enter(t, s, october, riskmap.Complaint, "90")
		signedMonth(t, s, october, "投诉量更正")
		if f, _ = s.Task(ctx, clerk, help.ID); f.Task.State != riskmap.TaskDropped || !f.Task.DueAt.IsZero() {
			t.Errorf("%+v", f.Task)
		}
		if left := tasks(t, s, riskmap.TaskQuery{States: []string{"open", "working"}}); len(left) != 1 || left[0].Kind != riskmap.Track || left[0].Effect != riskmap.Better {
			t.Errorf("%+v", left)
		}
	})
}

// fields shows what a refusal says of each field.
func fields(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	return fmt.Sprintf("%+v", f.Fields)
}
