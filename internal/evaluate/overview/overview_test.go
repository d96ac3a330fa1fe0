package overview_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/evaluate/overview"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

var bg = context.Background()

func scene(t *testing.T, f func(t *testing.T, c *looptest.City, read func(who, area string) overview.Board)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		s := overview.New(d, auth.DefaultPolicy(), c.Issues, c.Rules, []overview.Unit{{Code: "330302", Name: "鹿城区", X: 1, Y: 1}, {Code: "330303", Name: "龙湾区", X: 2, Y: 1}})
		f(t, c, func(who, area string) overview.Board {
			t.Helper()
			b, err := s.Read(bg, looptest.Person(who), area)
			if err != nil {
				t.Fatal(err)
			}
			return b
		})
	})
}

// figures gives the counters as "key": {now, last month}.
func figures(b overview.Board) map[string][2]int {
	out := map[string][2]int{}
	for _, c := range b.Counters {
		out[c.Key] = [2]int{c.Value, c.Previous}
	}
	return out
}

func TestCounters_WithLastMonthBesideThem(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City, read func(string, string) overview.Board) {
		// November: one issue closed, one left to become overdue, one clue not judged.
		c.IssueIn("十一月销号", issue.Closed)
		late := c.IssueIn("逾期", issue.Working) // due 2026-12-11
		pending := c.Issue("不交办")              // to be assigned by 2026-11-24
		_, stack := c.Outlet("热电厂", "330302")
		alarm := c.Hour(stack, "80")[0]
		clerk := looptest.Person("clerk")
		x, err := c.Clues.Register(bg, clerk, clue.New{Source: "phone", Title: "未研判", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		// The exceedance handed a clue in by itself: two wait.
		if diff := cmp.Diff(map[string][2]int{"alarms_open": {1, 0}, "clues_new": {2, 0}, "issues_open": {2, 0}, "issues_overdue": {0, 0}, "issues_closed": {1, 0}}, figures(read("clerk", ""))); diff != "" {
			t.Error(diff)
		}
		c.To("2026-12-02 09:00")
		// What stood on 30 November: the unassigned issue was overdue by then.
		want := map[string][2]int{"alarms_open": {1, 1}, "clues_new": {2, 2}, "issues_open": {2, 2}, "issues_overdue": {1, 1}, "issues_closed": {0, 1}}
		if diff := cmp.Diff(want, figures(read("clerk", ""))); diff != "" {
			t.Error(diff)
		}
		// December changes what is now, and nothing of what was.
		c.Must("clerk", issue.Assign, pending, looptest.Forms[issue.Assign])
		late = c.Must("agency", issue.Submit, late, looptest.Forms[issue.Submit])
		late = c.Must("inspector", issue.Accept, late, looptest.Forms[issue.Accept])
		c.Must("reviewer", issue.Close, late, looptest.Forms[issue.Close])
		if _, err := c.Clues.Dismiss(bg, clerk, x.ID, clue.Act{Version: 1, Form: map[string]any{"ground": "unfounded", "reason": "不属实"}}); err != nil {
			t.Fatal(err)
		}
		for _, verb := range []flow.Verb{"acknowledge", "handle"} {
			now, err := c.Rules.Get(bg, looptest.Person("duty"), alarm.ID)
			if err != nil {
				t.Fatal(err)
			}
			form := map[string]any{"cause": "discharge", "text": "已停产"}
			if verb == "acknowledge" {
				form = map[string]any{"text": "属实"}
			}
			if err := c.Rules.Do(bg, looptest.Person("duty"), alarm.ID, verb, now.Alarm.Version, form); err != nil {
				t.Fatal(err)
			}
		}
		c.Clock.Advance(time.Hour)
		if cleared := c.Hour(stack, "20")[0]; cleared.State != "cleared" {
			t.Fatalf("alarm %s", cleared.State)
		}
		want = map[string][2]int{"alarms_open": {0, 1}, "clues_new": {1, 2}, "issues_open": {1, 2}, "issues_overdue": {0, 1}, "issues_closed": {1, 1}}
		if diff := cmp.Diff(want, figures(read("clerk", ""))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestScope_EveryFigureIsTheReadersOwn(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City, read func(string, string) overview.Board) {
		c.IssueIn("鹿城的", issue.Working)
		_, lucheng := c.Outlet("鹿城厂", "330302")
		_, longwan := c.Outlet("龙湾厂", "330303")
		c.Hour(lucheng, "80")
		c.Hour(longwan, "90")
		for _, x := range []struct {
			who, area string
			figures   map[string][2]int
			units     [2][3]int // issues, overdue, alarms of 鹿城 and 龙湾
			alarms    int
		}{
			{"clerk-city", "", map[string][2]int{"alarms_open": {2, 0}, "clues_new": {2, 0}, "issues_open": {1, 0}, "issues_overdue": {0, 0}, "issues_closed": {0, 0}}, [2][3]int{{1, 0, 1}, {0, 0, 1}}, 2},
			{"clerk-city", "330303", map[string][2]int{"alarms_open": {1, 0}, "clues_new": {1, 0}, "issues_open": {0, 0}, "issues_overdue": {0, 0}, "issues_closed": {0, 0}}, [2][3]int{{0, 0, 1}}, 1},
			{"clerk-longwan", "", map[string][2]int{"alarms_open": {1, 0}, "clues_new": {1, 0}, "issues_open": {0, 0}, "issues_overdue": {0, 0}, "issues_closed": {0, 0}}, [2][3]int{{0, 0, 0}, {0, 0, 1}}, 1},
			{"agency", "", map[string][2]int{"alarms_open": {0, 0}, "issues_open": {1, 0}, "issues_overdue": {0, 0}, "issues_closed": {0, 0}}, [2][3]int{{1, 0, 0}, {0, 0, 0}}, 0},
			{"agency-longwan", "", map[string][2]int{"alarms_open": {0, 0}, "issues_open": {0, 0}, "issues_overdue": {0, 0}, "issues_closed": {0, 0}}, [2][3]int{}, 0},
		} {
			b := read(x.who, x.area)
			if diff := cmp.Diff(x.figures, figures(b)); diff != "" {
				t.Errorf("%s %s: %s", x.who, x.area, diff)
			}
			for i, u := range b.Units {
				if got := [3]int{u.IssuesOpen, u.Overdue, u.AlarmsOpen}; got != x.units[i] {
					t.Errorf("%s %s: %s has %v, want %v", x.who, x.area, u.Name, got, x.units[i])
				}
			}
			if len(b.Alarms) != x.alarms {
				t.Errorf("%s %s: %d alarms", x.who, x.area, len(b.Alarms))
			}
		}
	})
}

func TestRead_NeedsTheRight(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		s := overview.New(d, auth.DefaultPolicy(), c.Issues, c.Rules, nil)
		for _, who := range []string{"admin", "secadmin", "auditor", "grid", "boss"} {
			if _, err := s.Read(bg, looptest.Person(who), ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

func TestTodo_WhatWaitsForWhom(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City, read func(string, string) overview.Board) {
		c.Issue("待交办")
		c.IssueIn("待签收", issue.Assigned)
		c.Must("agency", issue.Extend, c.IssueIn("申请延期", issue.Working), looptest.Forms[issue.Extend])
		c.IssueIn("待验收", issue.Submitted)
		c.IssueIn("待销号", issue.Accepted)
		c.IssueIn("已销号", issue.Closed)
		_, stack := c.Outlet("热电厂", "330302")
		c.Hour(stack, "80")
		x, err := c.Clues.Register(bg, looptest.Person("duty"), clue.New{Source: "phone", Title: "别人领了", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Clues.Take(bg, looptest.Person("clerk2"), x.ID, clue.Act{Version: 1}); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string]string{
			"clerk":          "issue 待交办 clue 热电厂",
			"clerk2":         "issue 待交办 clue 热电厂 clue 别人领了",
			"duty":           "alarm 热电厂",
			"agency":         "issue 待签收 issue 申请延期",
			"inspector":      "issue 待验收",
			"inspector-same": "",
			"reviewer":       "issue 待销号",
			"leader":         "issue 申请延期",
			"duty-longwan":   "",
			"supervisor":     "",
		} {
			got := []string{}
			last := time.Time{}
			for _, x := range read(who, "").Todo {
				title := x.Title
				if i := strings.Index(title, "热电厂"); i >= 0 {
					title = "热电厂"
				}
				got = append(got, x.Kind, title)
				if x.DueAt.Before(last) || x.Number == "" || x.ID == "" || x.State == "" {
					t.Errorf("%s: out of order or empty: %+v", who, x)
				}
				last = x.DueAt
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v, want %s", who, got, want)
			}
		}
	})
}

func TestOverdue_TheLongestFirst(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City, read func(string, string) overview.Board) {
		c.Issue("先到期")
		c.IssueIn("后到期", issue.Submitted)
		c.IssueIn("未到期", issue.Working)
		c.To("2026-12-01 09:00")
		got := []string{}
		for _, i := range read("clerk", "").Overdue {
			got = append(got, i.Title)
		}
		if strings.Join(got, " ") != "先到期 后到期" {
			t.Errorf("%v", got)
		}
		if n := len(read("clerk-longwan", "").Overdue); n != 0 {
			t.Errorf("another county sees %d", n)
		}
	})
}
