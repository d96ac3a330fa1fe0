package ladder_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/ladder"
)

// everyDay ends a working day at midnight and knows no weekends.
type everyDay struct{}

func (everyDay) AddWorkingDays(from time.Time, n int) time.Time {
	return from.Truncate(24*time.Hour).AddDate(0, 0, n+1)
}

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func term(t *testing.T, s string) ladder.Term {
	t.Helper()
	x, err := ladder.ParseTerm(s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestParseTerm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"0m": "立即", "30m": "30分钟", "24h": "24小时", "48h": "2天", "90m": "90分钟", "2wd": "2个工作日"} {
		if got := term(t, in).String(); got != want {
			t.Errorf("%s reads %s, want %s", in, got, want)
		}
	}
	for _, bad := range []string{"", "soon", "-5m", "0wd", "61wd", "1500h", "2d", "wd"} {
		if x, err := ladder.ParseTerm(bad); err == nil {
			t.Errorf("%q was taken as %v", bad, x)
		}
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	l := ladder.Ladder{Rungs: []ladder.Rung{
		{When: ladder.Always, After: term(t, "0m")},
		{When: ladder.Unacknowledged, After: term(t, "30m")},
		{When: ladder.Unexplained, After: term(t, "24h")},
		{When: ladder.Unhandled, After: term(t, "2wd")},
	}}
	all := map[ladder.When]time.Time{ladder.Always: start, ladder.Unacknowledged: start, ladder.Unexplained: start, ladder.Unhandled: start}
	without := func(ws ...ladder.When) map[ladder.When]time.Time {
		out := map[ladder.When]time.Time{}
		for w, at := range all {
			if !slices.Contains(ws, w) {
				out[w] = at
			}
		}
		return out
	}
	again := without()
	again[ladder.Unexplained] = start.Add(30 * time.Hour)
	end := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		since map[ladder.When]time.Time
		after time.Duration
		done  int // rungs of the first plan taken before
		due   []ladder.When
		next  time.Time
	}{
		{"at once", all, 0, 0, []ladder.When{ladder.Always}, start.Add(30 * time.Minute)},
		{"a minute early", all, 29 * time.Minute, 1, nil, start.Add(30 * time.Minute)},
		{"to the minute", all, 30 * time.Minute, 1, []ladder.When{ladder.Unacknowledged}, start.Add(24 * time.Hour)},
		{"acknowledged", without(ladder.Unacknowledged), time.Hour, 1, nil, start.Add(24 * time.Hour)},
		{"late after a standstill, all that was missed", all, 30 * time.Hour, 1, []ladder.When{ladder.Unacknowledged, ladder.Unexplained}, end},
		{"everything answered", map[ladder.When]time.Time{}, 99 * time.Hour, 1, nil, time.Time{}},
		{"asked anew, the clock begins anew", again, 53 * time.Hour, 3, nil, start.Add(54 * time.Hour)},
		{"asked anew, and silent again", again, 54 * time.Hour, 3, []ladder.When{ladder.Unexplained}, end},
		{"the top", all, 99 * time.Hour, 4, nil, time.Time{}},
	} {
		taken := map[string]bool{}
		first, _ := l.Plan(all, func(string) bool { return false }, start.Add(1000*time.Hour), everyDay{})
		for _, d := range first[:c.done] {
			taken[d.Key] = true
		}
		due, next := l.Plan(c.since, func(k string) bool { return taken[k] }, start.Add(c.after), everyDay{})
		var got []ladder.When
		for _, d := range due {
			got = append(got, d.When)
		}
		if !slices.Equal(got, c.due) || !next.Equal(c.next) {
			t.Errorf("%s: due %v, next %v; want %v, %v", c.name, got, next, c.due, c.next)
		}
	}
}

func TestFor_FirstThatHolds(t *testing.T) {
	t.Parallel()
	list := []ladder.Ladder{{Name: "a", Levels: []string{"notice"}}, {Name: "b", Levels: []string{"suspect"}, Families: []string{"sending"}}, {Name: "c"}}
	for _, c := range [][3]string{{"notice", "shape", "a"}, {"suspect", "sending", "b"}, {"suspect", "shape", "c"}, {"grave", "official", "c"}} {
		if got := ladder.For(list, c[0], c[1]).Name; got != c[2] {
			t.Errorf("%v: %s", c, got)
		}
	}
	if l := ladder.For(list[:1], "grave", "official"); len(l.Rungs) > 0 || l.Name != "" {
		t.Errorf("none holds: %+v", l)
	}
}

func TestDefault_HoldsForEverything(t *testing.T) {
	t.Parallel()
	for _, level := range ladder.Levels {
		for _, family := range ladder.Families {
			l := ladder.For(ladder.Default(), level.ID, family.ID)
			if len(l.Rungs) == 0 || l.Rungs[0].When != ladder.Always || l.Rungs[0].After != (ladder.Term{}) {
				t.Errorf("%s %s: somebody hears at once: %+v", level.ID, family.ID, l)
			}
			for _, r := range l.Rungs {
				if !ladder.Known(ladder.Urgencies, r.Urgency) || !ladder.Known(ladder.Conditions, string(r.When)) {
					t.Errorf("%+v", r)
				}
			}
		}
	}
}
