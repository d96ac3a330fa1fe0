package telemetry

import (
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/official"
)

func dec(s string) *decimal.Decimal {
	if s == "" {
		return nil
	}
	d := decimal.Must(s)
	return &d
}

func text(d *decimal.Decimal) string {
	if d == nil {
		return "-"
	}
	return d.String()
}

// minutes makes n samples a minute apart, the first bad of which bear the flag.
func minutes(n, bad int, flag string) []sample {
	var out []sample
	for i := range n {
		s := sample{at: int64(i) * 60e6, value: decimal.Must("10"), flag: "N", valid: true}
		if i < bad {
			s.flag, s.valid, s.value = flag, false, decimal.Must("1000")
		}
		out = append(out, s)
	}
	return out
}

func TestHourOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		kind    enterprise.Kind
		samples []sample
		due     int
		want    string // value, count of due, flag
	}{
		{"gas, all normal", enterprise.Gas, minutes(60, 0, ""), 60, "10.000 60/60 N"},
		{"gas, 45 of 60 valid", enterprise.Gas, minutes(60, 15, "M"), 60, "10.000 45/60 N"},
		{"gas, 44 of 60 valid", enterprise.Gas, minutes(60, 16, "M"), 60, "10.000 44/60 D"},
		{"gas, 45 came", enterprise.Gas, minutes(45, 0, ""), 60, "10.000 45/60 N"},
		{"gas, 44 came", enterprise.Gas, minutes(44, 0, ""), 60, "10.000 44/60 D"},
		{"gas, none valid: shown, not judged", enterprise.Gas, minutes(3, 3, "C"), 60, "1000.000 0/60 D"},
		{"gas, more than due", enterprise.Gas, minutes(120, 30, "D"), 60, "10.000 90/120 N"},
		{"water, all normal", enterprise.Water, minutes(60, 0, ""), 60, "10.000 60/60 N"},
		{"water, one abnormal", enterprise.Water, minutes(60, 1, "M"), 60, "10.000 59/60 M"},
		{"water, one with an unknown flag", enterprise.Water, minutes(60, 1, ""), 60, "10.000 59/60 D"},
		{"water, too few", enterprise.Water, minutes(30, 0, ""), 60, "10.000 30/60 D"},
	} {
		v := hourOf(official.For(c.kind, time.Now()), c.samples, time.Hour/time.Duration(c.due), FromRealtime)
		if got := fmt.Sprintf("%s %d/%d %s", text(v.Value), v.Count, v.Due, v.Flag); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestHourOf_MinuteMeansCarryExtremesAndTotals(t *testing.T) {
	t.Parallel()
	v := hourOf(official.For(enterprise.Gas, time.Now()), []sample{
		{at: 0, value: *dec("10"), converted: dec("20"), min: dec("8"), max: dec("12"), total: dec("1.5"), flag: "N", valid: true},
		{at: 1, value: *dec("11"), converted: nil, min: dec("9"), max: dec("30.5"), total: dec("1.25"), flag: "N", valid: true},
		{at: 2, value: *dec("99"), converted: dec("99"), min: dec("0"), max: dec("99"), total: dec("9"), flag: "D"},
	}, 30*time.Minute, FromMinute)
	if got := fmt.Sprint(text(v.Value), text(v.Converted), text(v.Min), text(v.Max), text(v.Total)); got != "10.50020.000830.52.75" {
		t.Error(got)
	}
}

func TestSampleOf_SaturatedValuesAreNoData(t *testing.T) {
	t.Parallel()
	for value, valid := range map[string]bool{"9999.99": false, "999.99": false, "99999.99": false, "99.99": true, "999.9": true, "9999": true, "35.2": true} {
		it := Item{Flag: "N", Values: []Value{{Measure: Rtd, IsNum: true, Number: decimal.Must(value)}, {Measure: ZsRtd, IsNum: true, Number: decimal.Must(value)}}}
		s, ok := sampleOf(it, 0, Rtd, ZsRtd)
		if !ok || s.valid != valid || (s.converted != nil) != valid {
			t.Errorf("%s: %+v", value, s)
		}
	}
	if _, ok := sampleOf(Item{Values: []Value{{Measure: Rtd, Text: "-"}}}, 0, Rtd, ZsRtd); ok {
		t.Error("text was taken for a number")
	}
}

// hoursOf makes hourly values from texts: "" leaves the hour out, a trailing !
// makes it invalid.
func hoursOf(code string, texts ...string) []PeriodValue {
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	var out []PeriodValue
	for i, s := range texts {
		if s == "" {
			continue
		}
		v := PeriodValue{Factor: code, At: start.Add(time.Duration(i) * time.Hour), Flag: "N"}
		if s[len(s)-1] == '!' {
			v.Flag, s = "D", s[:len(s)-1]
		}
		v.Value = dec(s)
		out = append(out, v)
	}
	return out
}

func same(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}

func TestDayOf(t *testing.T) {
	t.Parallel()
	cod, ph, so2 := "w01018", "w01001", "a21026"
	every2h := make([]string, 24)
	for i := 1; i < 24; i += 2 {
		every2h[i] = "30"
	}
	for _, c := range []struct {
		name        string
		kind        enterprise.Kind
		code        string
		hours, flow []string
		want        string
	}{
		// The worked example 12 of the reference: 45, 80, 30 with 20, 60, 10 m³.
		{"flow-weighted", enterprise.Water, cod, []string{"45", "80", "30"}, []string{"20", "60", "10"}, "66.667 3/24 D"},
		{"24 hours, weighted", enterprise.Water, cod, append(same("60", 12), same("30", 12)...), append(same("1", 12), same("3", 12)...), "37.500 24/24 N"},
		{"no flow measured: plain mean", enterprise.Water, cod, append(same("60", 12), same("30", 12)...), nil, "45.000 24/24 N"},
		{"hours without flow do not count", enterprise.Water, cod, append(same("60", 12), same("30", 12)...), append(same("0", 12), same("3", 12)...), "30.000 12/12 N"},
		{"nothing discharged", enterprise.Water, cod, same("60", 24), same("0", 24), "60.000 0/0 F"},
		{"18 of 24 valid", enterprise.Water, cod, append(same("60", 18), same("900!", 6)...), nil, "60.000 18/24 N"},
		{"17 of 24 valid", enterprise.Water, cod, append(same("60", 17), same("900!", 7)...), nil, "60.000 17/24 D"},
		{"analyser every second hour", enterprise.Water, cod, every2h, nil, "30.000 12/12 N"},
		{"9 of 12", enterprise.Water, cod, every2h[:19], nil, "30.000 9/12 N"},
		{"8 of 12", enterprise.Water, cod, every2h[:17], nil, "30.000 8/12 D"},
		{"pH is not weighted", enterprise.Water, ph, append(same("6.0", 12), same("8.0", 12)...), append(same("1", 12), same("3", 12)...), "7.0000 24/24 N"},
		{"gas, 20 hours", enterprise.Gas, so2, append(same("30", 20), same("500!", 4)...), nil, "30.000 20/24 N"},
		{"gas, 19 hours", enterprise.Gas, so2, append(same("30", 19), same("500!", 5)...), nil, "30.000 19/24 D"},
		{"gas is not weighted", enterprise.Gas, so2, append(same("30", 12), same("60", 12)...), append(same("1", 12), same("3", 12)...), "45.000 24/24 N"},
	} {
		v := dayOf(c.kind, official.Policy{}, c.code, hoursOf(c.code, c.hours...), hoursOf(flowOf(c.kind), c.flow...), 0)
		if got := fmt.Sprintf("%s %d/%d %s", text(v.Value), v.Count, v.Due, v.Flag); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	v := dayOf(enterprise.Water, official.Policy{}, ph, hoursOf(ph, append(same("7", 22), "6.5", "8.25")...), nil, 0)
	if text(v.Min) != "6.5" || text(v.Max) != "8.25" {
		t.Errorf("pH range %s to %s", text(v.Min), text(v.Max))
	}
}

func TestPeriod_StartIsBeijing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 16, 59, 59, 0, time.UTC) // 00:59:59 on the 21st
	if got := Day.Start(at).UTC(); !got.Equal(time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
	if got := Hour.Start(at).UTC(); !got.Equal(time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
	if got := Day.Start(at.Add(-time.Hour)).UTC(); !got.Equal(time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
}

func TestFollows(t *testing.T) {
	t.Parallel()
	base := PeriodValue{Value: dec("1"), Flag: "N", Source: Reported, Batch: 5}
	computed := PeriodValue{Value: dec("1"), Flag: "N", Source: FromMinute, Count: 6, Due: 6, Batch: 5}
	change := func(v PeriodValue, f func(*PeriodValue)) PeriodValue { f(&v); return v }
	for _, c := range []struct {
		name     string
		v, after PeriodValue
		want     bool
	}{
		{"the same again", change(base, func(v *PeriodValue) { v.Batch = 6 }), base, false},
		{"a correction", change(base, func(v *PeriodValue) { v.Batch, v.Value = 6, dec("2") }), base, true},
		{"an old batch read again", change(base, func(v *PeriodValue) { v.Batch, v.Value = 4, dec("2") }), base, false},
		{"another flag", change(base, func(v *PeriodValue) { v.Batch, v.Flag = 6, "D" }), base, true},
		{"computed after reported", computed, base, false},
		{"reported after computed", base, computed, true},
		{"computed again, other value", change(computed, func(v *PeriodValue) { v.Value = dec("3") }), computed, true},
		{"computed again, other count", change(computed, func(v *PeriodValue) { v.Count = 5 }), computed, true},
		{"computed again", computed, computed, false},
	} {
		if got := c.v.follows(c.after); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
