package custom

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// BenchmarkLook is what one rule adds to the hourly look at one outlet: a week of
// hours, judged again.
func BenchmarkLook(b *testing.B) {
	for name, src := range map[string]string{
		"plain":   "氨氮 > 1.2 × 限值(氨氮) 且 流量 > 0",
		"day":     "均值(氨氮, 24) < 30% × 平时水平(氨氮) 且 流量 > 0",
		"dearest": strings.Repeat("均值(氨氮, 700) > 50 或 ", 6) + "氨氮 > 100",
	} {
		b.Run(name, func(b *testing.B) {
			r, wrong := Compile(spec(src))
			if wrong != nil {
				b.Fatal(wrong)
			}
			in := make([]float64, 48*24)
			for i := range in {
				in[i] = 4 + math.Sin(float64(i))
			}
			o, slots := series(in...)
			from := begin.Add(time.Duration(len(in)-168) * time.Hour)
			var spent time.Duration
			for b.Loop() {
				j := NewJudge(r, from, nil)
				rule := j.Rule()
				judge := rule.Judge
				rule.Judge = func(s *sign.Scene, g *sign.Signs) {
					start := time.Now()
					judge(s, g)
					spent += time.Since(start)
				}
				w := sign.NewWatcher(o, []sign.Rule{rule})
				for _, x := range slots {
					w.SeeSlot(x)
				}
				w.Finish()
			}
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "µs/outlet-hour")
			b.ReportMetric(float64(r.Cost), "cost")
		})
	}
}
