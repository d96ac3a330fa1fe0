package issue_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/looptest"
)

func TestClock_RemindsThenOverdueThenUrges(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("逾期", issue.Working) // due at the end of Friday, 2026-12-11
		id := string(i.ID)
		start := []flow.Verb{issue.Create, issue.Assign, issue.Sign}
		for _, x := range []struct {
			at   string
			verb flow.Verb // what has been added by then
			told string
			who  []string
		}{
			{at: "2026-12-08 08:29"},
			{"2026-12-08 08:31", issue.Remind, "问题即将到期", []string{"agency", "agency2"}},
			{at: "2026-12-11 23:59"},
			{"2026-12-12 01:00", issue.Overdue, "问题已经逾期", []string{"agency", "agency2", "leader"}},
			{at: "2026-12-16 23:58"},
			{"2026-12-17 01:00", issue.Urge, "问题逾期催办", []string{"agency", "agency2", "clerk", "clerk2", "leader", "supervisor"}},
			{at: "2027-02-01 09:00"},
		} {
			c.To(x.at)
			if x.verb != "" {
				start = append(start, x.verb)
				if got := c.Told(id, x.told); !slices.Equal(got, x.who) {
					t.Errorf("%s: told %v, want %v", x.told, got, x.who)
				}
			}
			if got := c.History("issue", id); !slices.Equal(got, start) {
				t.Errorf("at %s: %v, want %v", x.at, got, start)
			}
		}
		// The clock's entries leave open pages good.
		c.Must("agency", issue.Submit, i, looptest.Forms[issue.Submit])
	})
}

func TestClock_DoneInTimeMeansSilence(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("按时", issue.Closed)
		c.To("2027-02-01 09:00")
		want := []flow.Verb{issue.Create, issue.Assign, issue.Sign, issue.Submit, issue.Accept, issue.Close}
		if got := c.History("issue", string(i.ID)); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		n := 0
		c.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = db.One(ctx, tx, db.Value[int], `SELECT count(*) FROM job WHERE kind LIKE 'issue.%' AND state IN ('ready', 'leased', 'dead')`)
			return err
		})
		if n != 0 {
			t.Errorf("%d jobs are left of a closed issue", n)
		}
	})
}

func TestClock_AnExtensionBeginsTheEscalationAnew(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("延期后", issue.Working)
		c.To("2026-12-12 09:00")
		i = c.Must("agency", issue.Extend, i, looptest.Forms[issue.Extend])
		i = c.Must("leader", issue.Approve, i, looptest.Forms[issue.Approve]) // from 12-11 by five days: 12-18
		if !i.DueAt.Equal(end("2026-12-18")) {
			t.Fatalf("%v", i.DueAt)
		}
		c.To("2026-12-19 09:00")
		got := c.History("issue", string(i.ID))
		want := []flow.Verb{issue.Create, issue.Assign, issue.Sign, issue.Remind, issue.Overdue, issue.Extend, issue.Approve, issue.Remind, issue.Overdue}
		if !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

func TestClock_NotSignedForInTime(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("不签收", issue.Assigned)
		c.To("2026-11-24 09:00") // assigned on Saturday, one working day: the end of Monday
		if got := c.Told(string(i.ID), "问题逾期未签收"); !slices.Equal(got, []string{"agency", "agency2", "clerk", "clerk2"}) {
			t.Errorf("told %v", got)
		}
		signed := c.IssueIn("及时签收", issue.Working)
		c.To("2026-11-27 09:00")
		if got := c.Told(string(signed.ID), "问题逾期未签收"); len(got) != 0 {
			t.Errorf("told %v", got)
		}
	})
}

func TestClock_EveryStateHasOne(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		a, b, d := c.Issue("待交办"), c.IssueIn("待验收", issue.Submitted), c.IssueIn("待销号", issue.Accepted)
		c.To("2026-11-28 09:00")
		for i, want := range map[*issue.Issue][]string{&a: {"clerk", "clerk2", "leader"}, &b: {"inspector", "inspector-same", "leader"}, &d: {"leader", "reviewer"}} {
			if got := c.Told(string(i.ID), "问题已经逾期"); !slices.Equal(got, want) {
				t.Errorf("%s: told %v, want %v", i.Title, got, want)
			}
		}
	})
}

// TestDue_IsWhatTheTimelineSays compares the derived columns with a replay in
// every state, and mends them when they were wrong.
func TestDue_IsWhatTheTimelineSays(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		var last issue.Issue
		for n, s := range []flow.State{issue.Pending, issue.Assigned, issue.Working, issue.Submitted, issue.Accepted, issue.Closed} {
			last = c.IssueIn(string(s), s)
			c.Clock.Advance(time.Duration(n) * 13 * time.Hour)
		}
		c.Must("leader", issue.Reopen, last, looptest.Forms[issue.Reopen])
		w := c.IssueIn("延期", issue.Working)
		w = c.Must("leader", issue.Approve, c.Must("agency", issue.Extend, w, looptest.Forms[issue.Extend]), looptest.Forms[issue.Approve])
		if n, err := c.Issues.Recompute(bg); n != 0 || err != nil {
			t.Errorf("%d deadlines differ from their timelines; %v", n, err)
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE issue SET due_at = due_at - 86400000000 WHERE id = $1`, w.ID)
			return err
		})
		if n, err := c.Issues.Recompute(bg); n != 1 || err != nil {
			t.Errorf("mended %d, %v", n, err)
		}
		f, err := c.Issues.Get(bg, looptest.Person("clerk"), w.ID)
		if err != nil || !f.Issue.DueAt.Equal(w.DueAt) {
			t.Errorf("%v %v", err, f.Issue.DueAt)
		}
	})
}

func TestCarry_TwoAtOnce(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("抢签", issue.Assigned)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for n, who := range []string{"agency", "agency2"} {
			wg.Go(func() {
				_, errs[n] = c.Issues.Sign(bg, looptest.Person(who), i.ID, issue.Act{Version: i.Version, Form: looptest.Forms[issue.Sign]})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !fault.Is(errs[0], fault.Conflict) && !fault.Is(errs[1], fault.Conflict) {
			t.Errorf("%v, %v: exactly one wins", errs[0], errs[1])
		}
		if got := c.History("issue", string(i.ID)); len(got) != 3 {
			t.Errorf("%v", got)
		}
	})
}

func TestHandover_MakesAnotherResponsible(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i, done := c.IssueIn("在办", issue.Working), c.IssueIn("办结", issue.Closed)
		open := func(who string) (n int) {
			c.Write(func(ctx context.Context, tx *db.Tx) (err error) { n, err = c.Issues.Open(ctx, tx, who); return err })
			return n
		}
		if open("agency") != 1 {
			t.Errorf("open %d", open("agency"))
		}
		err := c.DB.Write(bg, func(tx *db.Tx) error {
			return c.Issues.Handover(bg, tx, looptest.Person("secadmin"), "agency", "agency-longwan")
		})
		if !fault.Is(err, fault.Invalid) || open("agency") != 1 {
			t.Errorf("to another agency: %v", err)
		}
		c.Write(func(ctx context.Context, tx *db.Tx) error {
			return c.Issues.Handover(ctx, tx, looptest.Person("secadmin"), "agency", "agency2")
		})
		f, err := c.Issues.Get(bg, looptest.Person("agency2"), i.ID)
		last := f.Timeline[len(f.Timeline)-1]
		if err != nil || open("agency") != 0 || f.Issue.PersonID != "agency2" || last.Verb != issue.HandOver || last.Shown[0].Value != "用户agency2" {
			t.Errorf("%v %+v", err, last)
		}
		if f, err := c.Issues.Get(bg, looptest.Person("agency2"), done.ID); err != nil || f.Issue.PersonID != "agency" {
			t.Errorf("a closed issue keeps its person: %v %s", err, f.Issue.PersonID)
		}
		if _, err := c.Do("agency", issue.Progress, i, looptest.Forms[issue.Progress]); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old page: %v", err)
		}
	})
}

func TestList_ScopeFiltersAndPages(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		c.Issue("甲待交办")
		assigned := c.IssueIn("乙待签收", issue.Assigned)
		c.IssueIn("丙整改中", issue.Working)
		c.IssueIn("丁待验收", issue.Submitted)
		c.IssueIn("戊待销号", issue.Accepted)
		closed := c.IssueIn("己已销号", issue.Closed)
		asked := c.Must("agency", issue.Extend, c.IssueIn("庚延期中", issue.Working), looptest.Forms[issue.Extend])
		c.Must("clerk-city", issue.Assign, c.Must("clerk", issue.Raise, c.Issue("辛上级交办"), looptest.Forms[issue.Raise]), with(issue.Assign, map[string]any{"lead_agency": "sthj", "assist_agencies": []any{"zhzf"}}))
		c.Must("clerk", issue.Raise, c.Issue("壬待上级"), looptest.Forms[issue.Raise])
		all := []string{"壬待上级", "辛上级交办", "庚延期中", "己已销号", "戊待销号", "丁待验收", "丙整改中", "乙待签收", "甲待交办"}
		for name, x := range map[string]struct {
			who  string
			q    issue.Query
			want []string
		}{
			"a clerk sees the county":      {"clerk", issue.Query{}, all},
			"the other county nothing":     {"clerk-longwan", issue.Query{}, []string{}},
			"an agency its own":            {"agency", issue.Query{}, []string{"庚延期中", "己已销号", "戊待销号", "丁待验收", "丙整改中", "乙待签收"}},
			"the city's agency":            {"agency-city", issue.Query{}, []string{"辛上级交办"}},
			"administrators nothing":       {"admin", issue.Query{}, []string{}},
			"by state":                     {"clerk", issue.Query{States: []string{"closed", "pending"}}, []string{"壬待上级", "己已销号", "甲待交办"}},
			"by lead":                      {"clerk", issue.Query{LeadAgency: "sthj"}, []string{"辛上级交办"}},
			"by person":                    {"clerk", issue.Query{PersonID: "agency", States: []string{"submitted"}}, []string{"丁待验收"}},
			"by words":                     {"clerk", issue.Query{Words: "延期"}, []string{"庚延期中"}},
			"by number":                    {"clerk", issue.Query{Words: assigned.Number}, []string{"乙待签收"}},
			"by area":                      {"clerk-city", issue.Query{Area: "330303"}, []string{}},
			"by category":                  {"clerk", issue.Query{Categories: []string{"air"}}, []string{}},
			"by severity":                  {"clerk", issue.Query{Severities: []string{"serious"}, Words: "甲"}, []string{"甲待交办"}},
			"waits for the county desk":    {"clerk", issue.Query{Mine: true}, []string{"甲待交办"}},
			"waits for the city desk":      {"clerk-city", issue.Query{Mine: true}, []string{"壬待上级", "甲待交办"}},
			"waits for the agency":         {"agency", issue.Query{Mine: true}, []string{"庚延期中", "丙整改中", "乙待签收"}},
			"waits for the inspector":      {"inspector", issue.Query{Mine: true}, []string{"丁待验收"}},
			"not for the same agency":      {"inspector-same", issue.Query{Mine: true}, []string{}},
			"waits for the reviewer":       {"reviewer", issue.Query{Mine: true}, []string{"戊待销号"}},
			"waits for the leader":         {"leader", issue.Query{Mine: true}, []string{"庚延期中"}},
			"nothing waits for who reads":  {"duty", issue.Query{Mine: true}, []string{}},
			"by due, closed ones left out": {"clerk", issue.Query{ByDue: true, States: []string{"closed", "pending", "submitted"}}, []string{"甲待交办", "壬待上级", "丁待验收"}},
		} {
			x.q.Limit = 2
			got := []string{}
			for {
				page, err := c.Issues.List(bg, looptest.Person(x.who), x.q)
				if err != nil || page.Total != len(x.want) {
					t.Fatalf("%s: %v total %d", name, err, page.Total)
				}
				for _, i := range page.Items {
					got = append(got, i.Title)
				}
				if x.q.Cursor = page.Next; page.Next == "" {
					break
				}
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		c.To("2026-12-12 09:00")
		page, err := c.Issues.List(bg, looptest.Person("agency"), issue.Query{Overdue: true, ByDue: true, Limit: 9})
		if err != nil || len(page.Items) == 0 || !page.Items[0].Overdue(c.Clock.Now()) || page.Items[0].ID == closed.ID {
			t.Errorf("overdue: %v %d", err, len(page.Items))
		}
		for _, i := range page.Items {
			if i.ID == asked.ID && i.Overdue(c.Clock.Now()) != true {
				t.Error("an unanswered extension stops no clock")
			}
		}
	})
}

func TestActions_OnlyWhatMayBeDone(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.Issue("按钮")
		actions := func(who string) map[flow.Verb]flow.Action {
			f, err := c.Issues.Get(bg, looptest.Person(who), i.ID)
			if err != nil {
				t.Fatal(err)
			}
			out := map[flow.Verb]flow.Action{}
			for _, a := range f.Actions {
				out[a.Verb] = a
			}
			return out
		}
		assign := actions("clerk")[issue.Assign]
		defaults := map[string]string{}
		for _, f := range assign.Fields {
			defaults[f.Name] = f.Default
		}
		if !assign.Allowed || defaults["lead_agency"] != "sthj-330302" || defaults["days"] != "15" {
			t.Errorf("assign starts with %v", defaults)
		}
		i = c.Must("clerk", issue.Raise, i, looptest.Forms[issue.Raise])
		if a := actions("clerk")[issue.Assign]; a.Allowed || a.Why == "" {
			t.Errorf("raised, yet the county may assign: %+v", a)
		}
		i = c.IssueIn("整改中", issue.Working)
		if a := actions("leader"); len(a) != 1 || !a[issue.Supervise].Allowed {
			t.Errorf("leader %v", a)
		}
		i = c.Must("agency", issue.Extend, i, looptest.Forms[issue.Extend])
		if a := actions("leader")[issue.Approve]; !a.Allowed || a.Fields[0].Default != "5" {
			t.Errorf("approve %+v", a)
		}
		i = c.IssueIn("待验收", issue.Submitted)
		if a := actions("inspector-same")[issue.Accept]; a.Allowed || a.Why == "" {
			t.Errorf("same agency %+v", a)
		}
		if a := actions("inspector")[issue.Accept]; !a.Allowed {
			t.Errorf("inspector %+v", a)
		}
	})
}

// TestClock_RepeatedJobsChangeNothing lets the clock's jobs run again, as after a
// crash, and runs one that was planned for a term that is no more.
func TestClock_RepeatedJobsChangeNothing(t *testing.T) {
	scene(t, func(t *testing.T, c *looptest.City) {
		i := c.IssueIn("重复", issue.Working)
		c.To("2026-12-18 09:00")
		id := string(i.ID)
		before, told := c.History("issue", id), len(c.Told(id, ""))
		again := func(due time.Time) {
			c.Write(func(ctx context.Context, tx *db.Tx) error {
				for _, kind := range []string{"issue.remind", "issue.overdue", "issue.urge", "issue.unsigned"} {
					if err := job.Enqueue(ctx, tx, job.Spec{Kind: kind, Dedup: id, Payload: map[string]any{"issue": id, "due": due.UnixMicro()}}); err != nil {
						return err
					}
				}
				return nil
			})
			if _, err := c.Jobs.RunDue(bg); err != nil {
				t.Fatal(err)
			}
		}
		again(i.DueAt)
		again(i.DueAt.Add(time.Hour))
		if got := c.History("issue", id); !slices.Equal(got, before) {
			t.Errorf("timeline grew to %v", got)
		}
		if n := len(c.Told(id, "")); n != told {
			t.Errorf("%d notices, were %d", n, told)
		}
	})
}
