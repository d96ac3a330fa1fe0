package timeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// everyDay counts every day as a working day.
type everyDay struct{}

func (everyDay) AddWorkingDays(from time.Time, n int) time.Time { return from.AddDate(0, 0, n) }

func TestRecompute(t *testing.T) {
	t.Parallel()
	steps := map[flow.Verb]flow.Step{
		"assign": {Start: []string{"sign", "work"}, Stop: []string{"assign"}},
		"sign":   {Stop: []string{"sign"}},
		"extend": {Start: []string{"+work"}},
		"submit": {Stop: []string{"work"}, Start: []string{"check"}},
		"note":   {},
	}
	day := func(n int) time.Time { return time.Date(2026, 11, n, 9, 0, 0, 0, time.UTC) }
	entry := func(at int, v flow.Verb, terms flow.Form) timeline.Entry {
		return timeline.Entry{At: day(at), Verb: v, Data: terms}
	}
	all := []timeline.Entry{
		entry(1, "assign", flow.Form{"term_sign": 2, "term_work": 10}),
		entry(2, "sign", nil),
		entry(3, "note", nil),
		entry(9, "extend", flow.Form{"term_work": 5}),
		entry(12, "submit", flow.Form{"term_check": 3}),
		entry(13, "extend", flow.Form{"term_work": 1}),
	}
	for _, c := range []struct {
		n             int
		running, last map[string]time.Time
	}{
		{0, map[string]time.Time{}, map[string]time.Time{}},
		{1, map[string]time.Time{"sign": day(3), "work": day(11)}, map[string]time.Time{"sign": day(3), "work": day(11)}},
		{3, map[string]time.Time{"work": day(11)}, map[string]time.Time{"sign": day(3), "work": day(11)}},
		{4, map[string]time.Time{"work": day(16)}, map[string]time.Time{"sign": day(3), "work": day(16)}},
		{5, map[string]time.Time{"check": day(15)}, map[string]time.Time{"sign": day(3), "work": day(16), "check": day(15)}},
		// Prolonging what no longer runs begins anew, at the entry.
		{6, map[string]time.Time{"check": day(15), "work": day(14)}, map[string]time.Time{"sign": day(3), "work": day(14), "check": day(15)}},
	} {
		got := timeline.Recompute(all[:c.n], func(e timeline.Entry) flow.Step { return steps[e.Verb] }, everyDay{})
		if diff := cmp.Diff(timeline.Clocks{Running: c.running, Last: c.last}, got); diff != "" {
			t.Errorf("after %d entries: %s", c.n, diff)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	form := flow.Form{"days": 7}
	timeline.Terms(flow.Step{Start: []string{"sign", "+work"}}, form, func(clock string) int { return len(clock) })
	if diff := cmp.Diff(flow.Form{"days": 7, "term_sign": 4, "term_work": 4}, form); diff != "" {
		t.Error(diff)
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05 -0700", s+" +0800")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		end  string
		n    int
		want string
	}{
		{"2026-11-27 23:59:59", 3, "2026-11-24 08:30:00"}, // Friday → Tuesday
		{"2026-11-24 23:59:59", 3, "2026-11-19 08:30:00"}, // Tuesday → Thursday of the week before
		{"2026-11-23 23:59:59", 1, "2026-11-20 08:30:00"}, // Monday → Friday
		{"2026-11-23 23:59:59", 0, "2026-11-23 08:30:00"},
		{"2026-11-23 23:59:59", 11, "2026-11-06 08:30:00"},
	} {
		if got := timeline.Before(calendar.New(nil, nil), at(c.end), c.n); !got.Equal(at(c.want)) {
			t.Errorf("%d before %s: %s, want %s", c.n, c.end, got, c.want)
		}
	}
	if got := timeline.NextMorning(calendar.New(nil, nil), at("2026-11-20 23:59:59")); !got.Equal(at("2026-11-23 08:30:00")) {
		t.Errorf("after Friday comes %s", got)
	}
}
