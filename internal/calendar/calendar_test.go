package calendar

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	for _, layout := range []string{time.DateTime, time.DateOnly} {
		if v, err := time.ParseInLocation(layout, s, Zone); err == nil {
			return v
		}
	}
	t.Fatalf("no time: %s", s)
	return time.Time{}
}

// The table must be what the notices say: so many days off and worked a year,
// exchanged days on weekends only, no date twice, in order.
func TestStatutory_IsWhole(t *testing.T) {
	t.Parallel()
	rows, err := csv.NewReader(strings.NewReader(statutory)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type count struct{ holiday, workday int }
	counts := map[string]*count{}
	sources := map[string]string{"2025": "国办发明电〔2024〕12号", "2026": "国办发明电〔2025〕7号"}
	before := ""
	for _, r := range rows[1:] {
		d := at(t, r[0])
		year := r[0][:4]
		if counts[year] == nil {
			counts[year] = &count{}
		}
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		switch r[1] {
		case "holiday":
			counts[year].holiday++
		case "workday":
			counts[year].workday++
			if !weekend {
				t.Errorf("%s is worked in exchange but is no weekend day", r[0])
			}
		default:
			t.Errorf("%s: kind %q", r[0], r[1])
		}
		if r[0] <= before || r[2] == "" || r[3] != sources[year] {
			t.Errorf("row %v after %s", r, before)
		}
		before = r[0]
	}
	if len(counts) != 2 || *counts["2025"] != (count{28, 5}) || *counts["2026"] != (count{33, 6}) {
		t.Errorf("2025 %+v, 2026 %+v", counts["2025"], counts["2026"])
	}
	// A notice moves days and gives the statutory ones: 13 days a year off on
	// what would be working days.
	c := New(nil, nil)
	for _, year := range []int{2025, 2026} {
		saved := 0
		for d := (day{year, 1, 1}); d.year == year; d = d.add(1) {
			w := d.noon().Weekday()
			if weekday := w != time.Saturday && w != time.Sunday; weekday && !c.works(d) {
				saved++
			} else if !weekday && c.works(d) {
				saved--
			}
		}
		if working := map[int]int{2025: 248, 2026: 248}[year]; saved != 13 || daysWorked(c, year) != working {
			t.Errorf("%d: %d weekdays saved, %d worked, want %d", year, saved, daysWorked(c, year), working)
		}
	}
}

func daysWorked(c *Calendar, year int) (n int) {
	for d := (day{year, 1, 1}); d.year == year; d = d.add(1) {
		if c.works(d) {
			n++
		}
	}
	return n
}

func TestIsWorkingDay(t *testing.T) {
	t.Parallel()
	c := New(nil, nil)
	for _, k := range []struct {
		date string
		want bool
		why  string
	}{
		{"2026-11-20", true, "an ordinary Friday"},
		{"2026-11-21", false, "an ordinary Saturday"},
		{"2026-11-22", false, "an ordinary Sunday"},
		{"2025-09-28", true, "a Sunday worked for the National Day"},
		{"2025-10-11", true, "a Saturday worked for the National Day"},
		{"2025-10-08", false, "the last day of 2025's National Day and Mid-Autumn"},
		{"2025-10-09", true, "the day after"},
		{"2026-01-02", false, "New Year 2026, a Friday"},
		{"2026-01-04", true, "a Sunday worked for New Year 2026"},
		{"2026-02-14", true, "a Saturday worked for Spring Festival 2026"},
		{"2026-02-23", false, "the last day of Spring Festival 2026, a Monday"},
		{"2026-02-28", true, "a Saturday worked for Spring Festival 2026"},
		{"2026-09-20", true, "a Sunday worked for the National Day 2026"},
		{"2026-10-07", false, "the last day of National Day 2026"},
		{"2026-10-10", true, "a Saturday worked for the National Day 2026"},
		{"2027-01-01", false, "a fixed holiday of a year without a notice"},
		{"2027-10-03", false, "a fixed holiday that is also a Sunday"},
		{"2027-10-04", true, "not known to be off"},
		{"2027-05-03", true, "only the 1st and 2nd of May are fixed"},
	} {
		if got := c.IsWorkingDay(at(t, k.date)); got != k.want {
			t.Errorf("%s (%s): %t", k.date, k.why, got)
		}
	}
	if !c.Known(2026) || c.Known(2027) {
		t.Error("which years have a notice?")
	}
	if c.Holiday(at(t, "2026-10-01")) != "国庆节" || c.Holiday(at(t, "2026-11-21")) != "" {
		t.Error("names of holidays")
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	c := New(nil, nil)
	for _, k := range []struct {
		from string
		n    int
		want string
		why  string
	}{
		{"2026-11-20 09:00:00", 1, "2026-11-23", "over a weekend"},
		{"2026-11-21 09:30:00", 3, "2026-11-25", "from a Saturday"},
		{"2026-11-20 00:00:00", 0, "2026-11-20", "today"},
		{"2026-11-21 12:00:00", 0, "2026-11-23", "today is not worked"},
		{"2026-11-20 23:59:59", 1, "2026-11-23", "the last second still counts as the day"},
		{"2026-09-30 17:00:00", 1, "2026-10-08", "over the National Day 2026"},
		{"2026-09-30 17:00:00", 3, "2026-10-10", "with the Saturday worked in exchange"},
		{"2026-09-30 17:00:00", 4, "2026-10-12", "and its Sunday off"},
		{"2026-09-18 17:00:00", 1, "2026-09-20", "the Sunday worked in exchange"},
		{"2026-09-24 17:00:00", 3, "2026-09-30", "Mid-Autumn, then three days before the National Day"},
		{"2026-09-24 17:00:00", 4, "2026-10-08", "both holidays"},
		{"2025-09-27 10:00:00", 1, "2025-09-28", "2025's Sunday worked in exchange"},
		{"2025-09-30 10:00:00", 5, "2025-10-14", "2025's National Day with Mid-Autumn"},
		{"2026-02-13 10:00:00", 2, "2026-02-24", "Spring Festival 2026"},
		{"2026-12-31 10:00:00", 1, "2027-01-04", "into a year without a notice"},
		{"2026-11-25 10:00:00", -3, "2026-11-20", "three days before, over a weekend"},
		{"2026-10-09 10:00:00", -2, "2026-09-30", "back over the National Day"},
	} {
		want := at(t, k.want+" 23:59:59")
		if got := c.AddWorkingDays(at(t, k.from), k.n); !got.Equal(want) {
			t.Errorf("%s + %d (%s): %s, want %s", k.from, k.n, k.why, got, want)
		}
	}
	// The day is the one in Beijing, whatever zone the moment came in.
	utc := time.Date(2026, 11, 19, 16, 30, 0, 0, time.UTC) // 20 November 00:30 in Beijing
	if got := c.AddWorkingDays(utc, 1); !got.Equal(at(t, "2026-11-23 23:59:59")) {
		t.Errorf("from UTC: %s", got)
	}
}

func TestAddDays_EndsOnAWorkingDay(t *testing.T) {
	t.Parallel()
	c := New(nil, nil)
	for _, k := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-16 10:00:00", 3, "2026-11-19"},
		{"2026-11-16 10:00:00", 5, "2026-11-23"},
		{"2026-09-16 10:00:00", 15, "2026-10-08"},
		{"2026-09-10 10:00:00", 10, "2026-09-20"},
	} {
		if got := c.AddDays(at(t, k.from), k.n); !got.Equal(at(t, k.want+" 23:59:59")) {
			t.Errorf("%s + %d days: %s, want %s", k.from, k.n, got, k.want)
		}
	}
}

func TestWorkingDaysBetween(t *testing.T) {
	t.Parallel()
	c := New(nil, nil)
	for _, k := range []struct {
		a, b string
		want int
	}{
		{"2026-11-20 08:00:00", "2026-11-20 23:59:59", 0},
		{"2026-11-20 23:00:00", "2026-11-23 01:00:00", 1},
		{"2026-11-23 01:00:00", "2026-11-20 23:00:00", -1},
		{"2026-09-30 08:00:00", "2026-10-07 08:00:00", 0},
		{"2026-09-30 08:00:00", "2026-10-10 08:00:00", 3},
		{"2026-01-01 08:00:00", "2026-12-31 08:00:00", 248},
	} {
		if got := c.WorkingDaysBetween(at(t, k.a), at(t, k.b)); got != k.want {
			t.Errorf("%s to %s: %d, want %d", k.a, k.b, got, k.want)
		}
	}
}

func TestWorkingDays_AddAndCountAgree(t *testing.T) {
	t.Parallel()
	c := New(nil, nil)
	begin := time.Date(2024, 12, 1, 0, 0, 0, 0, Zone).Unix()
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(begin+rapid.Int64Range(0, 3*365*86400).Draw(t, "second"), 0)
		n := rapid.IntRange(0, 60).Draw(t, "n")
		due := c.AddWorkingDays(from, n)
		if !c.IsWorkingDay(due) || due.Before(from.Add(-time.Second)) || due.In(Zone).Format(time.TimeOnly) != "23:59:59" {
			t.Fatalf("%s + %d = %s", from, n, due)
		}
		if got := c.WorkingDaysBetween(from, due); got != n && (n > 0 || c.IsWorkingDay(from)) {
			t.Fatalf("%s + %d = %s, counted back %d", from, n, due, got)
		}
		if later := c.AddWorkingDays(from, n+1); !later.After(due) && (n > 0 || c.IsWorkingDay(from)) {
			t.Fatalf("%d days end %s, one more %s", n, due, later)
		}
	})
}

func TestNew_APlacesOwnDays(t *testing.T) {
	t.Parallel()
	c := New([]time.Time{at(t, "2026-11-20"), at(t, "2026-11-18")}, []time.Time{at(t, "2026-11-21"), at(t, "2026-11-18"), at(t, "2026-10-01")})
	for date, want := range map[string]bool{"2026-11-20": false, "2026-11-21": true, "2026-11-18": true, "2026-10-01": true, "2026-10-02": false} {
		if got := c.IsWorkingDay(at(t, date)); got != want {
			t.Errorf("%s: %t", date, got)
		}
	}
	if c.Holiday(at(t, "2026-11-20")) != "地方假日" {
		t.Error("the place's holiday has no name")
	}
}
