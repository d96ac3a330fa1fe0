package custom

import (
	"math"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// TestHowTo_ExamplesFire takes the examples of the officers' page as they stand
// and lets each judge three quiet weeks and the day that it is about.
func TestHowTo_ExamplesFire(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/how-to/write-a-rule.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```规则\n(.*?)\n```").FindAllStringSubmatch(string(page), -1)
	const ammonia, nitrogen, cod, flow, production, treatment = 0, 1, 2, 3, 4, 5
	cases := []struct {
		name  string
		hours int
		day   func(h int, v []float64) // what the last day does to the usual values
	}{
		{"near the limit", 3, func(_ int, v []float64) { v[ammonia] = 7 }},
		{"flow at night", 2, func(h int, v []float64) {
			if h < 6 {
				v[flow] *= 3
			}
		}},
		{"treatment off", 2, func(_ int, v []float64) { v[treatment] = 0.5 }},
		{"too clean", 1, func(_ int, v []float64) { v[cod] *= 0.1 }},
		{"over twice", 1, func(h int, v []float64) {
			if h == 9 || h == 15 {
				v[nitrogen] = 40
			}
		}},
	}
	if len(blocks) != len(cases) {
		t.Fatalf("%d examples on the page, %d here", len(blocks), len(cases))
	}
	const quiet = 21 * 24
	for i, c := range cases {
		s := spec(blocks[i][1])
		s.Hours = c.hours
		r, wrong := Compile(s)
		if wrong != nil {
			t.Errorf("%s: %+v", c.name, wrong)
			continue
		}
		o := &sign.Outlet{ID: "x", Kind: "water", Step: time.Hour, Channels: []sign.Channel{
			sign.Plain("w21003", "氨氮", "mg/L", sign.Pollutant), sign.Plain("w21001", "总氮", "mg/L", sign.Pollutant), sign.Plain("w01018", "化学需氧量", "mg/L", sign.Pollutant),
			sign.Plain("w00000", "流量", "L/s", sign.Flow), sign.Plain("production", "生产用电", "kW", sign.Production), sign.Plain("treatment", "治理用电", "kW", sign.Treatment)}}
		o.Channels[ammonia].Upper, o.Channels[nitrogen].Upper, o.Channels[cod].Upper = 8, 35, 100
		var hours []sign.Hour
		for n := range quiet + 24 {
			wave := 1 + 0.1*math.Sin(float64(n)*1.3)
			v := []float64{3 * wave, 15 * wave, 60 * wave, 10 * wave, 100 * wave, 20 * wave}
			if n >= quiet {
				c.day(n%24, v)
			}
			for ch, x := range v {
				hours = append(hours, sign.Hour{Channel: ch, At: begin.Add(time.Duration(n) * time.Hour), Mean: x, Min: x, Max: x, Flag: 'N'})
			}
		}
		j := NewJudge(r, time.Time{}, nil)
		w := sign.NewWatcher(o, []sign.Rule{j.Rule()})
		for _, x := range o.Slots(hours) {
			w.SeeSlot(x)
		}
		hits := j.Hits()
		if len(hits) == 0 || hits[0].Raised.Before(begin.Add(quiet*time.Hour)) {
			t.Errorf("%s: %d hits %+v", c.name, len(hits), hits)
		}
	}
}
