package catalog

import (
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

var start = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// window reads values apart by step: "40" judged against an upper limit of 50,
// "x60" not valid, "-" missing. The last one has just come.
func window(text string, step time.Duration, alarmed bool) rule.Window {
	w := rule.Window{Alarmed: alarmed}
	for i, word := range strings.Fields(text) {
		if word == "-" {
			continue
		}
		s := rule.Sample{Factor: "a21026", At: start.Add(time.Duration(i) * step), Valid: true, Upper: limit("50"), Basis: "GB 13271-2014表2"}
		if rest, bad := strings.CutPrefix(word, "x"); bad {
			s.Valid, word = false, rest
		}
		s.Value = decimal.Must(word)
		w.Samples = append(w.Samples, s)
	}
	w.Now = len(w.Samples) - 1
	return w
}

// judge lets the rule look with its default settings, some of them replaced.
func judge(r rule.Rule, w rule.Window, v setting.Values) rule.Finding {
	w.Set = setting.Defaults(r.Settings).With(v)
	return r.Judge(w)
}

func limit(s string) *decimal.Decimal { d := decimal.Must(s); return &d }

func TestEarly(t *testing.T) {
	t.Parallel()
	r := earlyExceedance()
	for _, c := range []struct {
		values  string
		alarmed bool
		want    rule.Verdict
		from    int // index of the run's first value
	}{
		{"40 45 49", false, rule.Calm, 0},
		{"50 50 50", false, rule.Calm, 0}, // equal complies
		{"51 51", false, rule.Calm, 0},    // too few
		{"40 51 52 53", false, rule.Broken, 1},
		{"51 52 40 53", false, rule.Calm, 0},
		{"51 x99 52 53", false, rule.Calm, 0}, // an invalid value interrupts
		{"x90 x90 x90", false, rule.Calm, 0},
		{"100 100", false, rule.Broken, 0}, // twice the limit, twice
		{"99 100", false, rule.Calm, 0},
		{"40 120", false, rule.Calm, 0}, // one spike is an instrument's hiccup
		{"40 51", true, rule.Broken, 1}, // while it lasts, one is enough to go on
		{"51 40 40 40 40", true, rule.Calm, 0},
		{"40 40 40 40 40", true, rule.Ended, 0},
		{"40 40 x40 40 40", true, rule.Calm, 0},
		{"40 40 40 40 40", false, rule.Calm, 0},
	} {
		w := window(c.values, 30*time.Second, c.alarmed)
		f := judge(r, w, nil)
		if f.Verdict != c.want {
			t.Errorf("%q alarmed=%v: %v, want %v", c.values, c.alarmed, f.Verdict, c.want)
			continue
		}
		if f.Verdict == rule.Broken && (f.Level != rule.Notice || !f.From.Equal(w.Samples[c.from].At) || !strings.Contains(f.Summary, "限值 50")) {
			t.Errorf("%q: finding %+v", c.values, f)
		}
	}
}

func TestEarly_LateValueSaysNothing(t *testing.T) {
	t.Parallel()
	w := window("60 60 60 40", 30*time.Second, false)
	w.Now = 2
	if f := judge(earlyExceedance(), w, nil); f.Verdict != rule.Calm {
		t.Errorf("got %+v", f)
	}
}

func TestOfficialMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		values  string
		alarmed bool
		want    rule.Verdict
		level   rule.Level
		from    int
	}{
		{"within", "40 50", false, rule.Calm, "", 0},
		{"one hour is enough", "40 50.1", false, rule.Broken, rule.Exceed, 1},
		{"half again", "75", false, rule.Broken, rule.Exceed, 0},
		{"one whole limit above", "100", false, rule.Broken, rule.Grave, 0},
		{"an invalid hour is no evidence", "x80", false, rule.Calm, "", 0},
		{"a gap of two does not split", "60 40 40 61", true, rule.Broken, rule.Exceed, 0},
		{"missing hours are a gap", "60 - - 61", true, rule.Broken, rule.Exceed, 0},
		{"a gap of three splits", "60 40 40 40 61", true, rule.Broken, rule.Exceed, 4},
		{"two compliant hours do not end it", "60 40 40", true, rule.Calm, "", 0},
		{"three do", "60 40 40 40", true, rule.Ended, "", 0},
		{"a correction took the cause away", "40", true, rule.Ended, "", 0},
	} {
		w := window(c.values, time.Hour, c.alarmed)
		f := judge(gasHourExceedance(), w, nil)
		if f.Verdict != c.want || f.Level != c.level {
			t.Errorf("%s: %+v", c.name, f)
			continue
		}
		if f.Verdict == rule.Broken {
			want := start.Add(time.Duration(c.from) * time.Hour)
			if !f.From.Equal(want) {
				t.Errorf("%s: episode from %s, want %s", c.name, f.From, want)
			}
		}
	}
	day := waterDayExceedance()
	if f := judge(day, window("60 40", 24*time.Hour, true), nil); f.Verdict != rule.Ended {
		t.Errorf("a compliant day ends the water episode: %+v", f)
	}
}

func TestLevel_RisesAtOnceAndFallsWhenSteadilyBelow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values string
		now    int // from the end
		was    rule.Level
		want   rule.Level
	}{
		{"60 70 100", 0, rule.Exceed, rule.Grave},
		{"100 60", 0, rule.Grave, rule.Grave},
		{"100 60 60", 0, rule.Grave, rule.Grave},
		{"100 60 60 60", 0, rule.Grave, rule.Exceed},
		{"100 60 60 60", 0, rule.Exceed, rule.Exceed},
		{"60 60 60", 0, "", rule.Exceed},
		{"100 60 96 60", 0, rule.Grave, rule.Grave}, // 0.92 of the limit above it is not clearly below
		{"100 60 96 60 60", 0, rule.Grave, rule.Grave},
		{"100 60 96 60 60 60", 0, rule.Grave, rule.Exceed},
		{"100 96 97 98 96 97", 0, rule.Grave, rule.Grave}, // hanging about the line
		{"100 60 x60 60", 0, rule.Grave, rule.Grave},      // what may not be judged counts for nothing
		{"100 60 x60 60 60", 0, rule.Grave, rule.Exceed},
		{"100 40 40 60", 0, rule.Grave, rule.Exceed},    // compliant hours are below as well
		{"100 60 60 60 70", 1, rule.Grave, rule.Grave},  // a late value lowers nothing
		{"60 60 100 60 70", 2, rule.Exceed, rule.Grave}, // and lifts
		{"60", 0, rule.Grave, rule.Grave},               // a window that knows too little
	} {
		w := window(c.values, time.Hour, true)
		w.Level, w.Now, w.Set = c.was, len(w.Samples)-1-c.now, setting.Defaults(gasHourExceedance().Settings)
		if f := gasHourExceedance().Judge(w); f.Verdict != rule.Broken || f.Level != c.want {
			t.Errorf("%q, %s before: %+v", c.values, c.was, f)
		}
	}
}

func TestSummary_NamesFactorValueLimitAndMultiple(t *testing.T) {
	t.Parallel()
	f := judge(gasHourExceedance(), window("82.5", time.Hour, false), nil)
	if want := "二氧化硫小时均值 82.5 mg/m³，限值 50 mg/m³，超标 0.65 倍"; f.Summary != want {
		t.Errorf("%q, want %q", f.Summary, want)
	}
	low := rule.Sample{Factor: "w01001", At: start, Valid: true, Value: decimal.Must("5.2"), Upper: limit("9"), Lower: limit("6")}
	f = judge(waterDayExceedance(), rule.Window{Samples: []rule.Sample{low}}, nil)
	if !strings.Contains(f.Summary, "5.2，限值 6") || strings.Contains(f.Summary, "倍") {
		t.Errorf("a lower limit has no multiple: %q", f.Summary)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	hour := enterprise.Limit{Factor: "a21026", Statistic: enterprise.Hour, Upper: limit("50"), ValidFrom: start}
	rt := enterprise.Limit{Factor: "a21026", Statistic: enterprise.Realtime, Upper: limit("80"), ValidFrom: start.Add(time.Hour)}
	early := earlyExceedance()
	if l, ok := early.Limit([]enterprise.Limit{hour, rt}, "a21026", start); !ok || l.Statistic != enterprise.Hour {
		t.Errorf("before the realtime limit holds: %+v", l)
	}
	if l, _ := early.Limit([]enterprise.Limit{hour, rt}, "a21026", start.Add(2*time.Hour)); l.Statistic != enterprise.Realtime {
		t.Errorf("a realtime limit goes first: %+v", l)
	}
	if _, ok := gasHourExceedance().Limit([]enterprise.Limit{hour}, "a21026", start.Add(-time.Second)); ok {
		t.Error("a limit does not reach back")
	}
}

func TestList_IsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range All() {
		if r.ID == "" || seen[r.ID] || r.Title == "" || r.Basis == "" || r.Keep < 1 || len(r.Kinds) == 0 || r.Limit == nil || r.Judge == nil {
			t.Errorf("rule %q is not whole", r.ID)
		}
		seen[r.ID] = true
	}
}

// What is set changes the judgement, and only as far as it was said to.
func TestSettings_Count(t *testing.T) {
	t.Parallel()
	step := 30 * time.Second
	for _, c := range []struct {
		name   string
		r      rule.Rule
		w      rule.Window
		v      setting.Values
		before rule.Finding
		after  rule.Finding
	}{
		{"more values in a row", earlyExceedance(), window("51 52 53", step, false), setting.Values{"run": 4}, rule.Finding{Verdict: rule.Broken}, rule.Finding{Verdict: rule.Calm}},
		{"a lower burst", earlyExceedance(), window("80 80", step, false), setting.Values{"burst": 1.5}, rule.Finding{Verdict: rule.Calm}, rule.Finding{Verdict: rule.Broken}},
		{"calm for longer", earlyExceedance(), window("40 40 40 40 40", step, true), setting.Values{"quiet": 6}, rule.Finding{Verdict: rule.Ended}, rule.Finding{Verdict: rule.Calm}},
		{"grave from half a limit", gasHourExceedance(), window("80", time.Hour, false), setting.Values{"grave": 0.5}, rule.Finding{Verdict: rule.Broken, Level: rule.Exceed}, rule.Finding{Verdict: rule.Broken, Level: rule.Grave}},
		{"no gap", gasHourExceedance(), window("60 40", time.Hour, true), setting.Values{"gap": 0}, rule.Finding{Verdict: rule.Calm}, rule.Finding{Verdict: rule.Ended}},
	} {
		for _, x := range []struct {
			v    setting.Values
			want rule.Finding
		}{{nil, c.before}, {c.v, c.after}} {
			f := judge(c.r, c.w, x.v)
			if f.Verdict != x.want.Verdict || x.want.Level != "" && f.Level != x.want.Level {
				t.Errorf("%s, %v: %v %s, want %v %s", c.name, x.v, f.Verdict, f.Level, x.want.Verdict, x.want.Level)
			}
		}
	}
}
