package catalog

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// early are the settings of the early notice.
type early struct {
	Run   int     // values in a row beyond the limit
	Burst float64 // or one value this many times the limit …
	Twice int     // … this many times in a row
	Quiet int     // values in a row within the limit that end it
}

var earlyDefaults = early{Run: 3, Burst: 2, Twice: 2, Quiet: 5}

// earlyExceedance looks at realtime values. It proves nothing by the standard,
// which knows means only; it lets the enterprise and the duty room act before
// the hour or the day is over.
func earlyExceedance(c early) rule.Rule {
	return rule.Rule{
		ID: "exceed-early", Title: "实时数据超限早期提醒", Stream: enterprise.Realtime,
		Kinds: []enterprise.Kind{enterprise.Gas, enterprise.Water, enterprise.Rain},
		Basis: fmt.Sprintf("实时值连续 %d 个超过限值，或连续 %d 个达到限值 %g 倍时提醒；仅作早期提醒，不作为超标依据", c.Run, c.Twice, c.Burst),
		Keep:  max(c.Run, c.Twice, c.Quiet),
		Limit: nearestLimit,
		Judge: c.judge,
	}
}

// nearestLimit prefers a limit written for realtime values; otherwise it takes
// the one that the period's mean will be judged by.
func nearestLimit(limits []enterprise.Limit, code string, at time.Time) (enterprise.Limit, bool) {
	for _, s := range []enterprise.Statistic{enterprise.Realtime, enterprise.Hour, enterprise.Day} {
		if l, ok := enterprise.LimitAt(limits, code, s, at); ok {
			return l, true
		}
	}
	return enterprise.Limit{}, false
}

func (c early) judge(w rule.Window) rule.Finding {
	s := w.Newest()
	if w.Now != len(w.Samples)-1 {
		return rule.Finding{} // a late value says nothing about now
	}
	if s.Over() {
		run, burst := runs(w, c.Burst)
		if w.Alarmed || run >= c.Run || burst >= c.Twice {
			return rule.Finding{Verdict: rule.Broken, Level: rule.Notice, From: w.Samples[w.Now-run+1].At, Summary: describe(s, "实时值", "超限")}
		}
		return rule.Finding{}
	}
	if w.Alarmed && quiet(w) >= c.Quiet {
		return rule.Finding{Verdict: rule.Ended}
	}
	return rule.Finding{}
}

// runs counts, back from the newest value, those in a row beyond the limit and
// those in a row at the multiple. A value that may not be judged ends both.
func runs(w rule.Window, burst float64) (over, bursting int) {
	bursts := true
	for i := w.Now; i >= 0; i-- {
		s := w.Samples[i]
		if !s.Over() {
			break
		}
		over++
		if m, ok := s.Multiple(); bursts && ok && m+1 >= burst {
			bursting++
		} else {
			bursts = false
		}
	}
	return over, bursting
}

func quiet(w rule.Window) int {
	n := 0
	for i := w.Now; i >= 0 && w.Samples[i].Valid && !w.Samples[i].Over(); i-- {
		n++
	}
	return n
}
