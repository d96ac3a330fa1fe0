package catalog

import (
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// earlyExceedance looks at realtime values. It proves nothing by the standard,
// which knows means only; it lets the enterprise and the duty room act before
// the hour or the day is over.
func earlyExceedance() rule.Rule {
	return rule.Rule{
		ID: "exceed-early", Title: "实时数据超限早期提醒", Stream: enterprise.Realtime,
		Kinds: []enterprise.Kind{enterprise.Gas, enterprise.Water, enterprise.Rain},
		Basis: "实时值连续 {run} 个超过限值，或连续 {twice} 个达到限值 {burst} 倍时提醒；仅作早期提醒，不作为超标依据",
		Settings: []setting.Setting{
			{Name: "run", Title: "连续超过限值的个数", Unit: "个", Kind: setting.Count, Min: 1, Max: 20, Default: 3, Meant: "一个值多半是仪器的毛刺；越多越稳妥，提醒也越晚", Basis: earlyBasis},
			{Name: "burst", Title: "高倍超限的倍数", Unit: "倍", Kind: setting.Number, Min: 1.2, Max: 10, Default: 2, Meant: "达到限值的几倍算高倍", Basis: earlyBasis},
			{Name: "twice", Title: "高倍超限的连续个数", Unit: "个", Kind: setting.Count, Min: 1, Max: 10, Default: 2, Meant: "高倍的不必等那么多个", Basis: earlyBasis},
			{Name: "quiet", Title: "恢复的连续个数", Unit: "个", Kind: setting.Count, Min: 2, Max: 30, Default: 5, Meant: "连续几个不超过限值才算恢复；越多，时断时续的越不会反复提醒", Basis: earlyBasis}},
		Length: func(s setting.Set) int { return int(max(s.Value("run"), s.Value("twice"), s.Value("quiet"))) },
		Limit:  nearestLimit,
		Judge:  judgeEarly,
	}
}

const earlyBasis = "标准只认均值，实时值的提醒由各地自定"

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

func judgeEarly(w rule.Window) rule.Finding {
	s := w.Newest()
	if w.Now != len(w.Samples)-1 {
		return rule.Finding{} // a late value says nothing about now
	}
	if s.Over() {
		run, burst := runs(w, w.Set.Value("burst"))
		if w.Alarmed || run >= int(w.Set.Value("run")) || burst >= int(w.Set.Value("twice")) {
			return rule.Finding{Verdict: rule.Broken, Level: rule.Notice, From: w.Samples[w.Now-run+1].At, Summary: describe(s, "实时值", "超限")}
		}
		return rule.Finding{}
	}
	if w.Alarmed && quiet(w) >= int(w.Set.Value("quiet")) {
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
