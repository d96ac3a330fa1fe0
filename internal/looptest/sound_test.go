package looptest_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/timeline"
)

// sound checks the whole record: every thing's timeline is a way through its
// table by people who may; the row is where the timeline ends; an open issue has
// the lead, the person and the one running clock of its state, an open clue a
// clock and a desk or a receiver; every other clue an end; deadlines are those
// that plain counting of days gives; a job waits at each; and every entry is in
// the log, which verifies.
func sound(t *testing.T, c *looptest.City, after string) {
	t.Helper()
	log := audit.New(c.DB, "walk", slog.New(slog.DiscardHandler))
	r, err := log.Verify(context.Background())
	if err != nil || !r.OK() {
		t.Errorf("%s: the log does not verify: %v %+v", after, err, r.Findings)
	}
	c.Write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := looptest.Rows(ctx, tx)
		if err != nil {
			return err
		}
		at := map[string]looptest.Row{}
		for _, r := range rows {
			at[r.ID] = r
		}
		logged := map[string]map[string]int{}
		planned := map[string]map[string]int64{}
		for _, kind := range []string{"clue", "issue"} {
			if logged[kind], err = looptest.Logged(ctx, tx, kind); err != nil {
				return err
			}
			if planned[kind], err = looptest.Planned(ctx, tx, kind+".overdue"); err != nil {
				return err
			}
		}
		for _, r := range rows {
			entries, err := c.Timeline.Of(ctx, tx, r.Kind, r.ID)
			if err != nil {
				return err
			}
			x := &record{t: t, row: r, entries: entries}
			x.way(machine(c, r.Kind), c.Policy)
			x.clock(planned[r.Kind])
			if r.Kind == "issue" {
				x.held()
			} else {
				x.kept(at)
			}
			want := map[string]int{}
			for _, e := range entries {
				want[r.ID+" "+r.Kind+"."+string(e.Verb)+" "+e.ActorID]++
			}
			for k, n := range want {
				if logged[r.Kind][k] != n {
					t.Errorf("%s: the timeline has %q %d times, the log %d times", after, k, n, logged[r.Kind][k])
				}
			}
		}
		dead, err := looptest.Dead(ctx, tx)
		if dead > 0 {
			t.Errorf("%s: %d jobs were given up", after, dead)
		}
		return err
	})
}

func machine(c *looptest.City, kind string) *flow.Machine {
	if kind == "clue" {
		return c.Clues.Machine()
	}
	return c.Issues.Machine()
}

// record is one thing under examination.
type record struct {
	t       *testing.T
	row     looptest.Row
	entries []timeline.Entry
}

func (x *record) wrong(format string, args ...any) {
	x.t.Helper()
	x.t.Errorf("%s %s (%s): "+format, append([]any{x.row.Kind, x.row.ID, x.row.State}, args...)...)
}

// way follows the timeline through the table.
func (x *record) way(m *flow.Machine, p auth.Policy) {
	x.t.Helper()
	state := flow.State("")
	submitted := timeline.Entry{}
	lead := ""
	for n, e := range x.entries {
		if e.From != state {
			x.wrong("entry %d, %s, is from %q where the way had come to %q", n, e.Verb, e.From, state)
		}
		state = e.To
		if n == 0 {
			if e.Verb != clue.Register && e.Verb != issue.Create {
				x.wrong("begins with %s", e.Verb)
			}
			continue
		}
		st, ok := m.Find(e.From, e.Verb)
		if !ok || st.Target(e.From) != e.To {
			x.wrong("entry %d: the table has no %s from %s to %s", n, e.Verb, e.From, e.To)
			continue
		}
		who := auth.Actor{ID: e.ActorID}
		if !who.IsSystem() {
			who = looptest.Person(e.ActorID)
		}
		if st.Auto && e.Verb != issue.Attach && !who.IsSystem() || !p.Anywhere(who, auth.Capability(st.Capability)) {
			x.wrong("entry %d: %s was done by %s", n, e.Verb, e.ActorID)
		}
		switch e.Verb {
		case issue.Assign:
			lead = e.Data.Text("lead_agency")
		case issue.Submit:
			submitted = e
		case issue.Accept, issue.Reject, issue.Close:
			by := looptest.Person(submitted.ActorID)
			if x.row.Kind == "issue" && (who.ID == by.ID || who.Agency != "" && (who.Agency == by.Agency || who.Agency == lead)) {
				x.wrong("entry %d: %s of %s judged the work of %s of %s, led by %s", n, who.ID, who.Agency, by.ID, by.Agency, lead)
			}
		}
	}
	if string(state) != x.row.State {
		x.wrong("the timeline ends in %s", state)
	}
}

// held checks who has an issue.
func (x *record) held() {
	x.t.Helper()
	r := x.row
	clock := map[string]string{"pending": "assign", "assigned": "rectify", "working": "rectify", "submitted": "accept", "accepted": "close", "closed": ""}[r.State]
	if r.Clock != clock || (r.Due > 0) != (clock != "") {
		x.wrong("runs the clock %q to %d, want %q", r.Clock, r.Due, clock)
	}
	if (r.Lead != "") != (r.State != "pending") {
		x.wrong("is led by %q", r.Lead)
	}
	named := r.State == "working" || r.State == "submitted" || r.State == "accepted" || r.State == "closed"
	if named && (r.Person == "" || looptest.Person(r.Person).Agency != r.Lead) || r.State == "pending" && r.Person != "" {
		x.wrong("is answered for by %q, led by %q", r.Person, r.Lead)
	}
}

// kept checks that a clue has an owner or an end.
func (x *record) kept(at map[string]looptest.Row) {
	x.t.Helper()
	r := x.row
	switch {
	case r.State == "new" && r.Clock == "judge" && r.Area != "" && r.Issue+r.Into+r.Refer == "":
	case r.State == "referred" && r.Clock == "reply" && r.Refer != "" && r.Issue+r.Into == "":
	case r.State == "adopted" && r.Clock == "" && at[r.Issue].Kind == "issue" && r.Into == "":
	case r.State == "settled" && r.Clock == "" && r.Issue+r.Into == "":
	case r.State == "dismissed" && r.Clock == "" && r.Issue+r.Into == "":
	case r.State == "merged" && r.Clock == "" && r.Into == "" && at[r.Issue].Kind == "issue":
	case r.State == "merged" && r.Clock == "" && r.Into != "":
		end, n := r, 0
		for ; end.Into != "" && n < 1000; n++ {
			end = at[end.Into]
		}
		if n == 1000 || end.Kind != "clue" {
			x.wrong("is merged in a circle, or into nothing")
		}
		if end.Issue != r.Issue {
			x.wrong("belongs to the issue %q, what it was merged into to %q", r.Issue, end.Issue)
		}
	default:
		x.wrong("has clock %q, issue %q, merged into %q, referred to %q", r.Clock, r.Issue, r.Into, r.Refer)
	}
}

// The terms of the city's policies in working days; 0 = as the form says.
var (
	issueTerms = map[flow.Verb]map[string]int{
		issue.Create: {"assign": 2}, issue.Assign: {"sign": 1, "rectify": 0}, issue.Return: {"assign": 2}, issue.Withdraw: {"assign": 2},
		issue.Submit: {"accept": 5}, issue.Reject: {"rectify": 0}, issue.Accept: {"close": 5}, issue.Revert: {"accept": 5}, issue.Reopen: {"rectify": 0},
	}
	issueEnds = map[flow.Verb][]string{
		issue.Assign: {"assign"}, issue.Sign: {"sign"}, issue.Return: {"sign", "rectify"}, issue.Withdraw: {"sign", "rectify"}, issue.Submit: {"rectify"},
		issue.Accept: {"accept"}, issue.Reject: {"accept"}, issue.Revert: {"close"}, issue.Close: {"close"},
	}
	clueTerms = map[flow.Verb]map[string]int{
		clue.Register: {"judge": 3}, clue.ComeBack: {"judge": 3}, clue.Reconsider: {"judge": 3}, clue.Split: {"judge": 3}, clue.Refer: {"reply": 5},
	}
	clueEnds = map[flow.Verb][]string{
		clue.Adopt: {"judge"}, clue.Join: {"judge"}, clue.Merge: {"judge"}, clue.Refer: {"judge"}, clue.Dismiss: {"judge"}, clue.Settle: {"reply"}, clue.ComeBack: {"reply"},
	}
)

// clock counts the deadline anew, day by day, and looks for the job at it.
func (x *record) clock(planned map[string]int64) {
	x.t.Helper()
	terms, ends := issueTerms, issueEnds
	if x.row.Kind == "clue" {
		terms, ends = clueTerms, clueEnds
	}
	running := map[string]time.Time{}
	for _, e := range x.entries {
		for _, name := range ends[e.Verb] {
			delete(running, name)
		}
		for name, days := range terms[e.Verb] {
			if days == 0 {
				days = e.Data.Int("days")
			}
			running[name] = lastSecond(e.At, days)
		}
		if e.Verb == issue.Approve {
			running["rectify"] = lastSecond(running["rectify"], e.Data.Int("days"))
		}
	}
	var want int64
	if x.row.Clock != "" {
		want = running[x.row.Clock].UnixMicro()
	}
	if x.row.Due != want {
		x.wrong("is due at %s, counted anew at %s", time.UnixMicro(x.row.Due).UTC(), time.UnixMicro(want).UTC())
	}
	rung := slices.ContainsFunc(x.entries, func(e timeline.Entry) bool { return e.Verb == "overdue" && !e.At.Before(time.UnixMicro(want)) })
	job, waits := planned[x.row.ID]
	switch {
	case want == 0 && waits:
		x.wrong("is done and still has a deadline's job")
	case want > 0 && !rung && (!waits || job != want+int64(time.Second/time.Microsecond)):
		x.wrong("is due at %d; its job waits for %d", want, job)
	}
}

var holidays = calendar.New(nil, nil)

// lastSecond is the end of the nth working day after t in Beijing.
func lastSecond(t time.Time, days int) time.Time {
	y, m, d := t.In(looptest.Beijing).Date()
	day := time.Date(y, m, d, 23, 59, 59, 0, looptest.Beijing)
	for days > 0 {
		if day = day.AddDate(0, 0, 1); holidays.IsWorkingDay(day) {
			days--
		}
	}
	return day
}
