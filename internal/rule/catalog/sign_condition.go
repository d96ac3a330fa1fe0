package catalog

import (
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// treatmentOff looks for production on while treatment stands still.
func treatmentOff() sign.Rule {
	return sign.Rule{ID: "treatment-off", Title: "生产运行而治理设施停运", Family: sign.Condition, Kinds: plants,
		Basis: "生产用电高于常值一半，治理设施用电低于常值 15 %（用电监控规则；环境保护法第四十二条）",
		Judge: func(s *sign.Scene, out *sign.Signs) {
			p, t := s.Role(sign.Production), s.Role(sign.Treatment)
			if !s.Usual.Ready || p < 0 || t < 0 {
				return
			}
			x := s.Now()
			if !s.Good(x, p) || !s.Good(x, t) {
				return
			}
			if float64(x.Tallies[p].Min) > 0.5*s.Of(p).P50 && float64(x.Tallies[t].Max) < 0.15*s.Of(t).P50 {
				out.Add(t, 1, 0.85, "生产用电 %.4g%s，治理设施用电仅 %.4g%s", x.Tallies[p].Mean, unitOf(s, p), x.Tallies[t].Mean, unitOf(s, t))
			}
		}}
}

// treatmentLow looks for treatment that runs at half its usual share.
func treatmentLow() sign.Rule {
	return sign.Rule{ID: "treatment-low", Title: "治理设施出力不足", Family: sign.Condition, Kinds: plants,
		Basis: "治理与生产用电之比连续 3 小时低于自身历史中位数的 60 %",
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, p, t := s.Span(hours(3)), s.Role(sign.Production), s.Role(sign.Treatment)
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
		Basis: "责令停产、错峰停运等停限产期间生产用电或排放流量高于常值 30 %，持续 2 小时（环境保护法第六十条，大气污染防治法第九十六条）",
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := s.Span(hours(2))
			if !s.Usual.Ready {
				return
			}
			for _, role := range []sign.Role{sign.Production, sign.Flow} {
				c := s.Role(role)
				if c >= 0 && all(s, n, func(x *sign.Slot) bool {
					return ordered(s, x) && s.Good(x, c) && float64(x.Tallies[c].Mean) > 0.3*s.Of(c).P50
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

// rainDry looks for water in a rain outlet after a dry day.
func rainDry() sign.Rule {
	return sign.Rule{ID: "rain-dry", Title: "雨水排口晴天排水", Family: sign.Condition, Kinds: []enterprise.Kind{enterprise.Rain},
		Basis: "24 小时无雨而雨水排口持续出水 2 小时（水污染防治法第三十九条疑似情形）",
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, c := s.Span(hours(2)), s.Role(sign.Flow)
			if c < 0 || len(s.Slots) < s.Span(hours(12)) || wet(s, 24) {
				return
			}
			known := count(s, s.Span(hours(24)), func(t *sign.Slot) bool { return t.Rain >= 0 })
			if known > 0 && all(s, n, func(x *sign.Slot) bool { return s.Good(x, c) && x.Tallies[c].Min > 0 && x.Tallies[c].Mean > 0.2 }) {
				out.Add(c, n, 0.9, "24 小时无雨，雨水排口流量 %.4g%s", s.Now().Tallies[c].Mean, unitOf(s, c))
			}
		}}
}
