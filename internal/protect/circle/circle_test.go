package circle_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

var bg = context.Background()

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	if err := circle.Machine.Validate(); err != nil {
		t.Error(err)
	}
}

type scene struct {
	*looptest.City
	*circle.Service
	t    *testing.T
	clue clue.ID
	keep *string
}

// each gives a report whose clue has been handed in.
func each(t *testing.T, f func(t *testing.T, s scene)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		s := scene{City: looptest.Build(t, d, clock), t: t, keep: new(string)}
		s.Service = circle.New(circle.Deps{DB: d, Auth: s.Policy, Notify: s.Notify, Timeline: s.Timeline,
			Keep: func(context.Context, *db.Tx, string) (string, error) { return *s.keep, nil }})
		s.Kind("tip", func(_ context.Context, _ *db.Tx, id string) (circle.Matter, error) {
			return circle.Matter{Number: "WZ-J-" + id, Area: "330302", Readers: []auth.Capability{auth.ClueTriage, auth.ClueRead}}, nil
		})
		s.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			s.clue, err = s.Clues.HandIn(ctx, tx, clue.New{Source: "web", SourceID: "t1", Title: "举报", Text: "车间里的人才知道", Area: "330302", Files: []string{"f1"}})
			return err
		})
		f(t, s)
	})
}

func (s scene) reads(who string) bool {
	s.t.Helper()
	_, err := s.Clues.Get(bg, looptest.Person(who), s.clue)
	page, lerr := s.Clues.List(bg, looptest.Person(who), clue.Query{Limit: 10})
	if lerr != nil || err != nil && !fault.Is(err, fault.NotFound) {
		s.t.Fatal(err, lerr)
	}
	if (err == nil) != (len(page.Items) == 1 && page.Total == 1) {
		s.t.Errorf("%s: file and list differ", who)
	}
	return err == nil
}

func TestSet_KeepsAllOthersOut(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		clerk := looptest.Person("clerk")
		for name, bad := range map[string]struct {
			who     string
			members []string
			reason  string
			kind    fault.Kind
		}{
			"an agency":           {"agency", []string{"clerk"}, "涉及内部人员", fault.NotFound},
			"the neighbour":       {"clerk-longwan", []string{"clerk"}, "涉及内部人员", fault.NotFound},
			"nobody":              {"clerk", nil, "涉及内部人员", fault.Invalid},
			"no reason":           {"clerk", []string{"clerk"}, " ", fault.Invalid},
			"wider than it was":   {"clerk", []string{"clerk", "agency"}, "涉及内部人员", fault.Invalid},
			"of another area":     {"clerk", []string{"clerk", "clerk-longwan"}, "涉及内部人员", fault.Invalid},
			"the head is no desk": {"supervisor", []string{"supervisor"}, "涉及内部人员", fault.Invalid},
		} {
			if _, err := s.Set(bg, looptest.Person(bad.who), "tip", "t1", bad.members, bad.reason); !fault.Is(err, bad.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !s.reads("clerk2") || !s.reads("leader") {
			t.Fatal("before")
		}
		c, err := s.Set(bg, clerk, "tip", "t1", []string{"clerk", "clerk", "inspector"}, "涉及内部人员")
		if err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string]bool{"clerk": true, "inspector": true, "clerk2": false, "clerk-city": false, "leader": false, "reviewer": false} {
			if s.reads(who) != want {
				t.Errorf("%s reads: %v", who, !want)
			}
		}
		if _, err := s.Clues.Contact(bg, looptest.Person("clerk2"), s.clue); !fault.Is(err, fault.NotFound) {
			t.Errorf("the contact: %v", err)
		}
		if _, err := s.Set(bg, clerk, "tip", "t1", []string{"clerk"}, "再限一次"); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if _, err := s.Set(bg, looptest.Person("clerk2"), "tip", "t1", []string{"clerk2"}, "换成我看"); !fault.Is(err, fault.NotFound) {
			t.Errorf("from outside: %v", err)
		}
		// The heads hear of it and read nothing.
		if got := s.Told(string(c.ID), "限定知悉范围：WZ-J-t1"); !slices.Contains(got, "leader") || !slices.Contains(got, "inspector") || slices.Contains(got, "clerk2") {
			t.Errorf("told %v", got)
		}
		// Others know that there is one.
		for who, want := range map[string]int{"clerk": 0, "clerk2": 1, "clerk-city": 1, "clerk-longwan": 0, "agency": 0} {
			if n, err := s.Hidden(bg, looptest.Person(who)); err != nil || n != want {
				t.Errorf("%s counts %d, %v", who, n, err)
			}
		}
		// A deputy is not a member.
		d := looptest.Person("clerk2")
		d.Deputises = []string{"clerk"}
		if _, err := s.Clues.Get(bg, d, s.clue); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deputy: %v", err)
		}
	})
}

func TestRedraw_IsTheHeads(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		c, err := s.Set(bg, looptest.Person("clerk"), "tip", "t1", []string{"clerk"}, "涉及内部人员")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Redraw(bg, looptest.Person("clerk"), c.ID, 1, []string{"clerk", "clerk2"}, "人手不够"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member: %v", err)
		}
		for _, who := range []string{"clerk2", "agency", "auditor", "secadmin"} {
			if err := s.Redraw(bg, looptest.Person(who), c.ID, 1, []string{who}, "想看一看"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		leader := looptest.Person("leader")
		if err := s.Redraw(bg, leader, c.ID, 1, []string{"clerk2"}, "换人阅办"); err != nil {
			t.Fatal(err)
		}
		if s.reads("clerk") || !s.reads("clerk2") || s.reads("leader") {
			t.Error("after the change")
		}
		if err := s.Redraw(bg, leader, c.ID, 1, []string{"clerk"}, "换人阅办"); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
		*s.keep = "还有执行中的安全措施"
		if err := s.Service.Do(bg, leader, c.ID, circle.Lift, 2, map[string]any{"reason": "已经公开"}); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "安全措施") {
			t.Errorf("kept: %v", err)
		}
		*s.keep = ""
		if err := s.Service.Do(bg, leader, c.ID, circle.Lift, 2, map[string]any{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := s.Service.Do(bg, leader, c.ID, circle.Lift, 2, map[string]any{"reason": "已经公开"}); err != nil {
			t.Fatal(err)
		}
		if !s.reads("clerk") || !s.reads("clerk2") {
			t.Error("lifted")
		}
		o, err := s.Get(bg, leader, c.ID)
		if err != nil || len(o.Timeline) != 3 || len(o.Actions) != 0 || o.Manage {
			t.Errorf("%v %+v", err, o)
		}
		if _, err := s.Set(bg, leader, "tip", "t1", []string{"clerk"}, "又有新情况"); err != nil {
			t.Errorf("again: %v", err)
		}
		list, err := s.List(bg, leader)
		if err != nil || len(list) != 2 || list[0].State != circle.Held {
			t.Errorf("%v %+v", err, list)
		}
		if list, err := s.List(bg, looptest.Person("clerk-longwan")); err != nil || len(list) != 0 {
			t.Errorf("%v %+v", err, list)
		}
	})
}

func TestCircle_WordsDoNotGoToTheIssue(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		clerk := looptest.Person("clerk")
		if _, err := s.Set(bg, clerk, "tip", "t1", []string{"clerk"}, "涉及内部人员"); err != nil {
			t.Fatal(err)
		}
		form := map[string]any{"category": "water", "severity": "major"}
		if _, err := s.Issues.Adopt(bg, clerk, s.clue, clue.Act{Version: 1, Form: form}); !fault.Is(err, fault.Invalid) {
			t.Errorf("as it is: %v", err)
		}
		form["plain"] = "检查该厂废水去向"
		i, err := s.Issues.Adopt(bg, clerk, s.clue, clue.Act{Version: 1, Form: form})
		if err != nil || i.Text != "检查该厂废水去向" {
			t.Fatal(err, i.Text)
		}
		if err := s.Issues.SeeClue(bg, clerk, string(s.clue)); err != nil {
			t.Errorf("a member sees the photos: %v", err)
		}
		for _, who := range []string{"leader", "clerk2"} {
			if err := s.Issues.SeeClue(bg, looptest.Person(who), string(s.clue)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees the photos: %v", who, err)
			}
		}
	})
}
