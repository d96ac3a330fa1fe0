package gap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
)

var origin = time.Date(2026, 11, 21, 0, 0, 0, 0, hj212.Beijing)

// at reads moments such as "0 10 20 40" in minutes from midnight.
func at(text string) (out []int64) {
	for f := range strings.FieldsSeq(text) {
		d, err := time.ParseDuration(f + "m")
		if err != nil {
			panic(err)
		}
		out = append(out, origin.Add(d).UnixMicro())
	}
	return out
}

func minutes(t int64) string {
	return fmt.Sprint(time.UnixMicro(t).Sub(origin).Minutes())
}

func show(list []run) string {
	var out []string
	for _, g := range list {
		out = append(out, fmt.Sprintf("%s-%s/%d", minutes(g.First), minutes(g.Last), g.Slots))
	}
	return strings.Join(out, " ")
}

func TestRhythm(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		moments string
		until   string
		want    string // runs in minutes, with their slots
		came    int64
		pace    int64
	}{
		"nothing came yet":                     {"", "600", "", 0, 0},
		"too young to miss anything":           {"0 10 40", "600", "", 3, 0},
		"regular":                              {"0 10 20 30 40 50", "55", "", 6, 10},
		"one slot":                             {"0 10 20 30 40 60 70", "75", "50-50/1", 7, 10},
		"a hole while learning is not missed":  {"0 10 20 40 50 60", "65", "", 6, 10},
		"three slots":                          {"0 10 20 30 40 80", "85", "50-70/3", 6, 10},
		"offline at the end":                   {"0 10 20 30 40", "75", "50-70/3", 5, 10},
		"a phase of its own, seconds off":      {"3.2 13.1 23.3 33.2 43.2 63.1", "66", "53.2-53.2/1", 6, 10},
		"the same moment twice":                {"0 10 10 20 30 30 40 50", "55", "", 6, 10},
		"every minute":                         {"0 1 2 3 4 6", "6.4", "5-5/1", 6, 1},
		"an extra value is no new rhythm":      {"0 10 20 30 40 44 54 64", "70", "", 8, 10},
		"faster from some time on":             {"0 10 20 30 40 45 50 55 65", "66", "60-60/1", 9, 5},
		"slower from some time on is believed": {"0 10 20 30 40 60 80 100 120 140 160 180 200", "210", "50-50/1 70-70/1 90-90/1 110-110/1 130-130/1 150-150/1", 13, 20},
	} {
		t.Run(name, func(t *testing.T) {
			r := rhythm{base: int64(time.Minute / time.Microsecond)}
			f := r.walk(at(x.moments), at(x.until)[0], 4)
			n := int64(0)
			for _, c := range f.came {
				n += c
			}
			if got := show(f.missing); got != x.want || n != x.came || r.Pace != x.pace {
				t.Errorf("missing %q, %d came, pace %d; want %q, %d, %d", got, n, r.Pace, x.want, x.came, x.pace)
			}
		})
	}
}

// TestRhythm_PassesDoNotMatter cuts the time into passes of any length: the same
// slots are missing.
func TestRhythm_PassesDoNotMatter(t *testing.T) {
	t.Parallel()
	moments := at("0 10 20 30 40 50 70 80 120 130 140 150 200 210")
	whole := rhythm{base: int64(time.Minute / time.Microsecond)}
	want := map[int64]bool{}
	for _, g := range whole.walk(moments, at("245")[0], 4).missing {
		for s := g.First; s <= g.Last; s += g.Step {
			want[s] = true
		}
	}
	if len(want) != 11 {
		t.Fatalf("%d slots are missing, want 11", len(want))
	}
	for _, step := range []string{"1", "7", "10", "31", "100"} {
		r := rhythm{base: whole.base}
		got := map[int64]bool{}
		for from := at("0")[0]; from < at("245")[0]; {
			to := min(from+at(step)[0]-at("0")[0], at("245")[0])
			var part []int64
			for _, m := range moments {
				if m >= from && m < to {
					part = append(part, m)
				}
			}
			for _, g := range r.walk(part, to, 4).missing {
				for s := g.First; s <= g.Last; s += g.Step {
					got[s] = true
				}
			}
			from = to
		}
		for s := range want {
			if !got[s] {
				t.Errorf("passes of %s minutes: %s is not missed", step, minutes(s))
			}
		}
		if len(got) != len(want) {
			t.Errorf("passes of %s minutes: %d slots, want %d", step, len(got), len(want))
		}
	}
}

func TestRun_FillAndDays(t *testing.T) {
	t.Parallel()
	g := run{First: at("50")[0], Last: at("100")[0], Step: int64(10 * time.Minute / time.Microsecond), Slots: 6}
	for name, x := range map[string]struct {
		moments, left string
		came          int64
	}{
		"nothing":          {"", "50-100/6", 0},
		"all":              {"50 60 70 80 90 100", "", 6},
		"the middle":       {"70 80", "50-60/2 90-100/2", 2},
		"seconds off":      {"49.7 100.4", "60-90/4", 2},
		"outside":          {"30 40 110 120", "50-100/6", 0},
		"twice":            {"60 60 60", "50-50/1 70-100/4", 1},
		"the last of them": {"100", "50-90/5", 1},
	} {
		t.Run(name, func(t *testing.T) {
			left, came := g.fill(at(x.moments))
			n := int64(0)
			for _, c := range came {
				n += c
			}
			if show(left) != x.left || n != x.came {
				t.Errorf("%q %d, want %q %d", show(left), n, x.left, x.came)
			}
		})
	}
	late := run{First: at("1410")[0], Last: at("2900")[0], Step: int64(10 * time.Minute / time.Microsecond), Slots: 150}
	day := func(n int) int64 { return origin.AddDate(0, 0, n).UnixMicro() }
	if diff := cmp.Diff(map[int64]int64{day(0): 3, day(1): 144, day(2): 3}, late.perDay()); diff != "" {
		t.Error(diff)
	}
	head, rest := g.cut(at("75")[0])
	if show([]run{head, rest}) != "50-70/3 80-100/3" {
		t.Error(show([]run{head, rest}))
	}
	if head, rest = g.cut(at("500")[0]); show([]run{head}) != "50-100/6" || rest.Slots != 0 {
		t.Error(show([]run{head, rest}))
	}
}
