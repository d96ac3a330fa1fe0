package catalog

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// grave is the multiple from which an exceedance is graded as grave: by default one
// whole limit above the limit.
var grave = setting.Setting{Name: "grave", Title: "严重超标的超标倍数", Unit: "倍", Kind: setting.Number, Min: 0.1, Max: 10, Default: 1,
	Meant: "超标倍数（测值÷限值－1）达到多少为严重超标；是否超标不受影响", Basis: "标准没有规定，由各地自定"}

// A grave alarm falls to a plain exceedance when that many periods in a row, to
// the newest, lie clearly below the multiple: a value that swings about it makes no
// alarm swing.
const (
	steadyPeriods = 3
	clearlyBelow  = 0.9 // of the multiple
)

// gasHourExceedance judges valid hourly means of flue gas, converted where the
// standard asks for it. Exceeding hours with at most two compliant or missing
// hours between them are one episode.
func gasHourExceedance() rule.Rule {
	return rule.Rule{
		ID: "exceed-hour", Title: "废气小时均值超标", Stream: enterprise.Hour, Kinds: []enterprise.Kind{enterprise.Gas},
		Basis:    "以有效小时均值（需折算的为折算值）与排放标准限值比较；无效或标记为异常的时段不作为超标依据（HJ 75-2017、HJ 212-2017 附录 D）",
		Keep:     24,
		Limit:    statistic(enterprise.Hour),
		Judge:    official("小时均值", time.Hour),
		Official: true,
		Settings: []setting.Setting{grave, {Name: "gap", Title: "并入同一次的间隔", Unit: "小时", Kind: setting.Count, Min: 0, Max: 12, Default: 2,
			Meant: "两次超标之间不超过几小时的算同一条预警；是否超标不受影响", Basis: "标准没有规定，由各地自定"}},
	}
}

// waterDayExceedance judges valid daily means of waste water, flow weighted; an
// episode ends with the first compliant day.
func waterDayExceedance() rule.Rule {
	return rule.Rule{
		ID: "exceed-day", Title: "废水日均值超标", Stream: enterprise.Day, Kinds: []enterprise.Kind{enterprise.Water, enterprise.Rain},
		Basis:    "以有效日均值（按流量加权）与排放标准限值比较；无效时段不作为超标依据（HJ 356-2019、HJ 212-2017 附录 D）",
		Keep:     7,
		Limit:    statistic(enterprise.Day),
		Judge:    official("日均值", 24*time.Hour),
		Official: true,
		Settings: []setting.Setting{grave},
	}
}

func statistic(s enterprise.Statistic) func([]enterprise.Limit, string, time.Time) (enterprise.Limit, bool) {
	return func(limits []enterprise.Limit, code string, at time.Time) (enterprise.Limit, bool) {
		return enterprise.LimitAt(limits, code, s, at)
	}
}

// official makes the judgement of period means: every valid value beyond its
// limit is an exceedance; an episode ends when more than gap periods passed,
// none of them beyond.
func official(name string, period time.Duration) func(rule.Window) rule.Finding {
	return func(w rule.Window) rule.Finding {
		gap := 0
		if period < 24*time.Hour {
			gap = int(w.Set.Value("gap"))
		}
		s := w.Newest()
		if s.Over() {
			return rule.Finding{Verdict: rule.Broken, Level: level(w), From: episode(w, period, gap), Summary: describe(s, name, "超标")}
		}
		last, found := lastOver(w)
		newest := w.Samples[len(w.Samples)-1].At
		if w.Alarmed && (!found || newest.Sub(last) > time.Duration(gap)*period) {
			return rule.Finding{Verdict: rule.Ended}
		}
		return rule.Finding{}
	}
}

// episode is the start of the run of exceeding periods that the value belongs
// to.
func episode(w rule.Window, period time.Duration, gap int) time.Time {
	from := w.Newest().At
	for i := w.Now - 1; i >= 0; i-- {
		s := w.Samples[i]
		if from.Sub(s.At) > time.Duration(gap+1)*period {
			break
		}
		if s.Over() {
			from = s.At
		}
	}
	return from
}

func lastOver(w rule.Window) (time.Time, bool) {
	for i := len(w.Samples) - 1; i >= 0; i-- {
		if w.Samples[i].Over() {
			return w.Samples[i].At, true
		}
	}
	return time.Time{}, false
}

// level is the grade of the newest value, held up by the alarm's own level until
// the values have been clearly below it for long enough. A late value lifts the
// level and never lowers it.
func level(w rule.Window) rule.Level {
	line := w.Set.Value(grave.Name)
	now := grade(w.Newest(), line)
	if w.Level != rule.Grave || now == rule.Grave {
		return now
	}
	if w.Now != len(w.Samples)-1 {
		return rule.Grave
	}
	calm := 0
	for i := w.Now; i >= 0 && calm < steadyPeriods; i-- {
		if !w.Samples[i].Valid {
			continue
		}
		if m, over := w.Samples[i].Multiple(); over && m >= clearlyBelow*line {
			return rule.Grave
		}
		calm++
	}
	if calm < steadyPeriods {
		return rule.Grave
	}
	return now
}

func grade(s rule.Sample, grave float64) rule.Level {
	if m, ok := s.Multiple(); ok && m >= grave {
		return rule.Grave
	}
	return rule.Exceed
}

// describe puts the value beside its limit; over is the word for being beyond it:
// 超标 is said of official means only, 超限 of everything else.
func describe(s rule.Sample, name, over string) string {
	f, _ := factor.ByCode(s.Factor)
	text := fmt.Sprintf("%s%s %s%s，限值 %s%s", factor.Name(s.Factor), name, s.Value, unit(f), s.Bound(), unit(f))
	if m, ok := s.Multiple(); ok {
		text += fmt.Sprintf("，%s %.2f 倍", over, m)
	}
	return text
}

func unit(f factor.Factor) string {
	if f.Unit == "" || f.Unit == "-" {
		return ""
	}
	return " " + f.Unit
}
