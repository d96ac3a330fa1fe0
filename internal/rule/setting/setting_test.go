package setting

import (
	"strings"
	"testing"
	"time"
)

var schema = []Setting{
	Hours("hours", "连续小时数", 2, 48, 6, Own),
	Share("share", "占比", 10, 100, 75, "越小越容易提请", Own),
	{Name: "times", Title: "倍数", Kind: Number, Min: 1, Max: 10, Default: 1.5},
}

func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		v    Values
		want string
	}{
		{"nothing set", nil, ""},
		{"within", Values{"hours": 2, "share": 100, "times": 1.25}, ""},
		{"too small", Values{"hours": 1}, "hours:连续小时数应在 2 小时 至 48 小时 之间"},
		{"not whole", Values{"share": 50.5}, "share:占比应是整数"},
		{"unknown, and the order of the schema", Values{"zeal": 1, "times": 11, "hours": 99}, "hours:连续小时数应在 2 小时 至 48 小时 之间|times:倍数应在 1 至 10 之间|zeal:这条规则没有这一项设置"},
	} {
		var got []string
		for _, x := range Check(schema, c.v) {
			got = append(got, x.Name+":"+x.Text)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	s := Defaults(schema).With(Values{"hours": 8})
	if s.Value("hours") != 8 || s.Share("share") != 0.75 {
		t.Errorf("%v", s)
	}
	if got := s.Fill("连续 {hours} 小时，{share} % 以上，{其他}"); got != "连续 8 小时，75 % 以上，{其他}" {
		t.Error(got)
	}
	if got := strings.Join(s.Diff(), "；"); got != "连续小时数 8 小时（默认 6 小时）" {
		t.Error(got)
	}
	if d := Defaults(schema).Value("hours"); d != 6 {
		t.Errorf("With changed the defaults: %v", d)
	}
}

// What holds depends on the place and the day of the data: the narrower area wins
// for each setting it sets, a later version for what comes after it, and what is
// withdrawn leaves the wider area.
func TestTable(t *testing.T) {
	t.Parallel()
	table := NewTable([]Version{
		{Rule: "constant", Area: "330304", From: day(10), Values: Values{"hours": 12}},
		{Rule: "constant", Area: "3303", From: day(5), Values: Values{"hours": 8, "share": 60}},
		{Rule: "constant", Area: "3303", From: day(12), Values: Values{"hours": 9}},
		{Rule: "constant", Area: "330304", From: day(15), Withdrawn: true},
		{Rule: "zero", Area: "3303", From: day(1), Values: Values{"hours": 20}},
	})
	for _, c := range []struct {
		area         string
		at           int
		hours, share float64
	}{
		{"330304", 4, 6, 75},   // before anything
		{"330304", 5, 8, 60},   // from the moment itself
		{"330304", 11, 12, 60}, // the narrow one, for what it sets
		{"330302", 11, 8, 60},  // its neighbour
		{"330304", 13, 12, 75}, // the wide one's next version sets one thing less
		{"330304", 16, 9, 75},  // withdrawn
		{"330302", 16, 9, 75},
		{"320100", 16, 6, 75}, // elsewhere
	} {
		want := [2]float64{c.hours, c.share}
		set := table.At("constant", schema, c.area, day(c.at))
		if got := [2]float64{set.Value("hours"), set.Value("share")}; got != want {
			t.Errorf("%s on %d: %v, want %v", c.area, c.at, got, want)
		}
		set = table.Line("constant", schema, c.area).At(day(c.at))
		if got := [2]float64{set.Value("hours"), set.Value("share")}; got != want {
			t.Errorf("line of %s on %d: %v, want %v", c.area, c.at, got, want)
		}
	}
}

// A trial compares what holds now with a draft, each over all of the past.
func TestTable_FixedAndPut(t *testing.T) {
	t.Parallel()
	table := NewTable([]Version{
		{Rule: "constant", Area: "3303", From: day(5), Values: Values{"hours": 8}},
		{Rule: "constant", Area: "3303", From: day(12), Values: Values{"hours": 9}},
		{Rule: "constant", Area: "3303", From: day(20), Values: Values{"hours": 10}},
		{Rule: "constant", Area: "330304", From: day(10), Values: Values{"hours": 12}},
		{Rule: "constant", Area: "330304", From: day(11), Withdrawn: true},
	})
	hours := func(t Table, area string) float64 {
		return t.At("constant", schema, area, day(1)).Value("hours")
	}
	now := table.Fixed(day(15))
	if a, b := hours(now, "330302"), hours(now, "330304"); a != 9 || b != 9 {
		t.Errorf("now: %v, %v", a, b)
	}
	draft := now.Put("constant", "330304", Values{"hours": 4})
	if a, b := hours(draft, "330302"), hours(draft, "330304"); a != 9 || b != 4 {
		t.Errorf("draft: %v, %v", a, b)
	}
	if a := hours(draft.Put("constant", "3303", nil), "330302"); a != 6 {
		t.Errorf("nothing set: %v", a)
	}
}
