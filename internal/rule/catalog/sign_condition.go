package catalog

import (
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// treatmentOff looks for production on while treatment stands still.
func treatmentOff() sign.Rule {
	return sign.Rule{ID: "treatment-off", Title: "生产运行而治理设施停运", Family: sign.Condition, Kinds: plants,
		Basis: "生产用电高于常值 {production} %，治理设施用电低于常值 {treatment} %（用电监控规则；环境保护法第四十二条）",
		Settings: []setting.Setting{
			setting.Share("production", "生产用电高于常值的", 20, 90, 50, "越小，生产越轻也算在生产", setting.Own),
			setting.Share("treatment", "治理用电低于常值的", 5, 50, 15, "越大，治理出力较低也提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			p, t := s.Role(sign.Production), s.Role(sign.Treatment)
			if !s.Usual.Ready || p < 0 || t < 0 {
				return
			}
			x := s.Now()
			if !s.Good(x, p) || !s.Good(x, t) {
				return
			}
			if float64(x.Tallies[p].Min) > s.Share("production")*s.Of(p).P50 && float64(x.Tallies[t].Max) < s.Share("treatment")*s.Of(t).P50 {
				out.Add(t, 1, 0.85, "生产用电 %.4g%s，治理设施用电仅 %.4g%s", x.Tallies[p].Mean, unitOf(s, p), x.Tallies[t].Mean, unitOf(s, t))
			}
		}}
}

// treatmentLow looks for treatment that runs at half its usual share.
func treatmentLow() sign.Rule {
	return sign.Rule{ID: "treatment-low", Title: "治理设施出力不足", Family: sign.Condition, Kinds: plants,
		Basis:    "治理与生产用电之比连续 {hours} 小时低于自身历史中位数的 60 %",
		Settings: []setting.Setting{setting.Hours("hours", "连续小时数", 2, 24, 3, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, p, t := s.Hours("hours"), s.Role(sign.Production), s.Role(sign.Treatment)
			u, ok := s.UsualRatio(t, p)
			if !s.Usual.Ready || p < 0 || t < 0 || !ok {
				return
			}
			if all(s, n, func(x *sign.Slot) bool {
				r, ok := s.Ratio(x, t, p)
				return ok && s.Loaded(x) && r < u.P50-0.5 && r < u.P1-0.2
			}) {
				out.Add(t, n, 0.76, "治理设施用电与生产用电之比连续 %d 小时不足历史的六成", n)
			}
		}}
}

// stopOrder looks for production under an order to stop.
func stopOrder() sign.Rule {
	return sign.Rule{ID: "stop-order", Title: "停限产期间生产", Family: sign.Marking, Kinds: plants,
		Basis: "责令停产、错峰停运等停限产期间生产用电或排放流量高于常值 {share} %，持续 {hours} 小时（环境保护法第六十条，大气污染防治法第九十六条）",
		Settings: []setting.Setting{
			setting.Share("share", "高于常值的", 10, 80, 30, "限产而非停产的，可按限产比例调高", setting.Own),
			setting.Hours("hours", "持续小时数", 1, 24, 2, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := s.Hours("hours")
			if !s.Usual.Ready {
				return
			}
			for _, role := range []sign.Role{sign.Production, sign.Flow} {
				c := s.Role(role)
				if c >= 0 && all(s, n, func(x *sign.Slot) bool {
					return ordered(s, x) && s.Good(x, c) && float64(x.Tallies[c].Mean) > s.Share("share")*s.Of(c).P50
				}) {
					out.Add(c, n, 0.95, "停限产期间仍在生产：%s %.4g%s", name(s, c), s.Now().Tallies[c].Mean, unitOf(s, c))
				}
			}
		}}
}

func ordered(s *sign.Scene, x *sign.Slot) bool {
	for _, i := range s.Outlet.Stops {
		if i.Holds(x.At) {
			return true
		}
	}
	return false
}

// rainDry looks for water in a rain outlet after a dry day, or sooner when it does not
// recede: runoff falls off hour by hour once the rain is over, what a works lets in
// does not.
func rainDry() sign.Rule {
	return sign.Rule{ID: "rain-dry", Title: "雨水排口晴天排水", Family: sign.Condition, Kinds: []enterprise.Kind{enterprise.Rain},
		Basis: "{dry} 小时无雨而雨水排口持续出水 {hours} 小时，或雨停 {settled} 小时后 {steady} 小时里流量不消退（水污染防治法第三十九条疑似情形）",
		Settings: []setting.Setting{
			setting.Hours("dry", "无雨小时数", 12, 96, 24, "雨后排空要时间；"+setting.Own),
			setting.Hours("hours", "持续出水小时数", 1, 24, 2, setting.Own),
			setting.Hours("settled", "雨停后排空小时数", 1, 48, 3, "雨停后这几小时不判；"+setting.Own),
			setting.Hours("steady", "流量不消退小时数", 3, 24, 4, "雨后径流应逐时消退，这几小时里仍有七成以上即为不消退；"+setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			c, hour := s.Role(sign.Flow), s.Span(hours(1))
			if c < 0 || len(s.Slots) < s.Span(hours(12)) {
				return
			}
			runs := func(x *sign.Slot) bool { return s.Good(x, c) && x.Tallies[c].Min > 0 && x.Tallies[c].Mean > 0.2 }
			if n, dry := s.Hours("hours"), s.Count("dry"); !wet(s, dry) {
				if gauged(s, dry) && all(s, n, runs) {
					out.Add(c, n, 0.9, "%d 小时无雨，雨水排口流量 %.4g%s", dry, s.Now().Tallies[c].Mean, unitOf(s, c))
				}
				return
			}
			n, settled := s.Hours("steady")+hour, s.Count("settled")
			last := s.Last(n)
			if fell(s, settled+s.Count("steady")) > 0.2 || !gauged(s, settled) || !all(s, n, runs) {
				return
			}
			then, now := last[0].Tallies[c].Mean, s.Now().Tallies[c].Mean
			if now >= 0.7*then {
				out.Add(c, n, 0.86, "雨停 %d 小时后，%d 小时里雨水排口流量由 %.4g 到 %.4g%s，没有消退", settled, s.Count("steady"), then, now, unitOf(s, c))
			}
		}}
}

// gauged reports whether the rain of any of the newest n hours is known.
func gauged(s *sign.Scene, n int) bool {
	return count(s, s.Span(hours(n)), func(t *sign.Slot) bool { return t.Rain >= 0 }) > 0
}

// fell is how much rain is known to have fallen in the newest n hours, mm.
func fell(s *sign.Scene, n int) float64 {
	mm := 0.0
	for _, t := range s.Last(s.Span(hours(n))) {
		if t.Rain > 0 {
			mm += t.Rain
		}
	}
	return mm
}
