package catalog

import (
	"math"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// orders are pairs in which the first is part of the second.
var orders = [][2]string{{"w21003", "w21001"}, {"w01017", "w01018"}, {"w01019", "w01018"}, {"w20117", "w20116"}, {"a34004", "a34002"}}

// orderRelation looks for a part greater than its whole: ammonia above total
// nitrogen, and the like.
func orderRelation() sign.Rule {
	return sign.Rule{ID: "order", Title: "参数关系矛盾", Family: sign.Relation,
		Basis: "部分大于整体（氨氮＞总氮、BOD＞COD、六价铬＞总铬、PM2.5＞PM10），超出 {margin} % 容差并持续 {hours} 小时",
		Settings: []setting.Setting{
			setting.Share("margin", "容差", 1, 50, 5, "两台仪器各有误差，越大越稳妥", setting.Own),
			setting.Hours("hours", "持续小时数", 2, 48, 4, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, margin := max(s.Hours("hours"), 2), math.Log(1+s.Share("margin"))
			for _, o := range orders {
				a, b := s.Find(o[0]), s.Find(o[1])
				if a < 0 || b < 0 {
					continue
				}
				if all(s, n, func(t *sign.Slot) bool { r, ok := s.Ratio(t, a, b); return ok && r > margin }) {
					t := s.Now()
					out.Add(a, n, 0.8, "%s %.4g 大于%s %.4g，不可能", name(s, a), t.Tallies[a].Mean, name(s, b), t.Tallies[b].Mean)
				}
			}
		}}
}

// ratioDrift looks for one pollutant that leaves the others.
func ratioDrift() sign.Rule {
	return sign.Rule{ID: "ratio", Title: "因子间比例异常", Family: sign.Relation, Kinds: plants,
		Basis:    "两项污染物浓度之比连续 {hours} 小时越出自身历史的 1 %—99 %",
		Settings: []setting.Setting{setting.Hours("hours", "连续小时数", 4, 48, 8, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := s.Hours("hours")
			if !s.Usual.Ready || len(s.Slots) < n {
				return
			}
			list := pollutants(s)
			hits, sum := make(map[int]int), make(map[int]float64)
			for i, a := range list {
				for _, b := range list[i+1:] {
					u, ok := s.UsualRatio(a, b)
					if !ok {
						continue
					}
					low, high := 0, 0
					for k := range s.Last(n) {
						t := &s.Last(n)[k]
						r, ok := s.Ratio(t, a, b)
						if !ok || !s.Loaded(t) {
							continue
						}
						margin := 0.25 + 0.5*u.Sigma
						if r < u.P1-margin {
							low++
						} else if r > u.P99+margin {
							high++
						}
					}
					if low*4 >= n*3 || high*4 >= n*3 {
						lower := a
						if high > low {
							lower = b
						}
						hits[lower]++
						sum[lower] = math.Exp(u.P50)
					}
				}
			}
			for c, k := range hits {
				weight := 0.45
				if k >= 2 {
					weight = 0.6
				}
				out.Add(c, n, weight, "%s与其他污染物的比例连续 %d 小时低于历史范围", name(s, c), n)
			}
		}}
}

// flowMismatch compares discharge with production and with the water taken in.
func flowMismatch() sign.Rule {
	return sign.Rule{ID: "flow-mismatch", Title: "排放量与生产、用水不匹配", Family: sign.Condition, Kinds: []enterprise.Kind{enterprise.Water, enterprise.Gas},
		Basis: "流量与生产用电或取水量之比连续 {hours} 小时越出自身历史范围（差额超过 {margin} %）",
		Settings: []setting.Setting{
			setting.Hours("hours", "连续小时数", 2, 48, 5, setting.Own),
			setting.Share("margin", "差额超过", 10, 100, 30, "越大，只有差得越多才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, margin := s.Hours("hours"), s.Share("margin")
			flow := s.Role(sign.Flow)
			if !s.Usual.Ready || flow < 0 || len(s.Slots) < n {
				return
			}
			if wet(s, 30) {
				return // rain in the drains explains more water
			}
			for _, role := range []sign.Role{sign.Production, sign.Supply} {
				b := s.Role(role)
				u, ok := s.UsualRatio(flow, b)
				if b < 0 || !ok {
					continue
				}
				low, high := 0, 0
				for k := range s.Last(n) {
					t := &s.Last(n)[k]
					r, ok := s.Ratio(t, flow, b)
					if !ok {
						if s.Good(t, flow) && s.Good(t, b) && t.Tallies[flow].Mean <= 0 && float64(t.Tallies[b].Mean) > 0.5*s.Of(b).P50 {
							low++
						}
						continue
					}
					if float64(t.Tallies[b].Mean) < 0.5*s.Of(b).P50 {
						continue
					}
					if r < u.P1-margin {
						low++
					} else if r > u.P99+margin {
						high++
					}
				}
				word := "远低于"
				if high > low {
					word, low = "远高于", high
				}
				if low >= n {
					out.Add(flow, n, 0.76, "%s与%s之比连续 %d 小时%s历史范围", name(s, flow), name(s, b), n, word)
				}
			}
		}}
}

// wet reports whether it rained in the newest n hours.
func wet(s *sign.Scene, n int) bool {
	return count(s, s.Span(hours(n)), func(t *sign.Slot) bool { return t.Rain > 0.5 }) > 0
}

// oxygenHigh looks for air in the sample: oxygen far above its own usual values at
// full load, while temperature and flow say that the plant runs.
func oxygenHigh() sign.Rule {
	return sign.Rule{ID: "oxygen-high", Title: "含氧量异常偏高", Family: sign.Condition, Kinds: []enterprise.Kind{enterprise.Gas},
		Basis: "负荷正常而含氧量连续 {hours} 小时高于自身历史 99 % 的时段 {points} 个百分点以上（采样管路漏气或稀释）",
		Settings: []setting.Setting{
			setting.Hours("hours", "连续小时数", 2, 24, 3, setting.Own),
			{Name: "points", Title: "高出", Unit: "个百分点", Kind: setting.Number, Min: 0.5, Max: 8, Default: 2, Meant: "越大，只有高得越多才提请", Basis: setting.Own}},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, points, c := s.Hours("hours"), s.Value("points"), s.Role(sign.Oxygen)
			if !s.Usual.Ready || c < 0 {
				return
			}
			u := s.Of(c)
			if all(s, n, func(t *sign.Slot) bool {
				return s.Good(t, c) && float64(t.Tallies[c].Mean) > u.P99+points && s.Loaded(t) && s.Steady(t)
			}) {
				out.Add(c, n, 0.76, "含氧量 %.3g %%，历史 99%% 的时段低于 %.3g %%，负荷正常", s.Now().Tallies[c].Mean, u.P99)
			}
		}}
}

// bypassState looks for flue gas that did not go through the wet scrubber: hotter
// and drier than ever, at full load.
func bypassState() sign.Rule {
	return sign.Rule{ID: "bypass", Title: "烟温、湿度与治理工艺矛盾", Family: sign.Condition, Kinds: []enterprise.Kind{enterprise.Gas},
		Basis:    "负荷正常，烟温高于且湿度低于自身历史范围，持续 {hours} 小时（旁路或治理设施停运）",
		Settings: []setting.Setting{setting.Hours("hours", "持续小时数", 1, 24, 2, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, hot, dry := s.Hours("hours"), s.Role(sign.Temperature), s.Role(sign.Humidity)
			if !s.Usual.Ready || hot < 0 || dry < 0 {
				return
			}
			t, d := s.Of(hot), s.Of(dry)
			if all(s, n, func(x *sign.Slot) bool {
				return s.Good(x, hot) && s.Good(x, dry) && s.Loaded(x) &&
					float64(x.Tallies[hot].Mean) > t.P99+3*t.Sigma && float64(x.Tallies[dry].Mean) < d.P1-2*d.Sigma
			}) {
				now := s.Now()
				out.Add(hot, n, 0.8, "烟温 %.3g ℃（历史 99%% 低于 %.3g）、湿度 %.3g %%（历史 99%% 高于 %.3g）", now.Tallies[hot].Mean, t.P99, now.Tallies[dry].Mean, d.P1)
			}
		}}
}

// nightPattern looks for nights unlike the outlet's own nights.
func nightPattern() sign.Rule {
	return sign.Rule{ID: "night", Title: "夜间排放规律改变", Family: sign.Degree, Kinds: plants,
		Basis: "夜间（22—6 时）与日间（8—18 时）均值之比偏离自身历史 {share} % 以上，负荷未变",
		Settings: []setting.Setting{
			setting.Share("share", "偏离自身历史", 20, 200, 40, "越大，只有差得越多才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			if s.Hour() != 17 || !s.Usual.Ready || len(s.Slots) < s.Span(hours(24)) || s.Span(hours(24)) != 24 {
				return
			}
			for c := range s.Outlet.Channels {
				role := s.Outlet.Channels[c].Role
				if role != sign.Pollutant && role != sign.Flow {
					continue
				}
				r, ok := nightRatio(s, c)
				u := s.UsualNight(c)
				if !ok || u.N < 8 || math.Abs(r-u.P50) < math.Log(1+s.Share("share")) || math.Abs(r-u.P50) < 5*max(u.Sigma, 0.03) {
					continue
				}
				if p := s.Role(sign.Production); p >= 0 {
					load, ok := nightRatio(s, p)
					w := s.UsualNight(p)
					if !ok || math.Abs(load-w.P50) > 0.2 {
						continue
					}
				}
				out.Add(c, 20, 0.5, "%s夜间与日间之比 %.2f，历史 %.2f，生产负荷未变", name(s, c), math.Exp(r), math.Exp(u.P50))
			}
		}}
}

// nightRatio is ln(night/day) of the night that led to this day.
func nightRatio(s *sign.Scene, c int) (float64, bool) {
	var night, day, nn, nd float64
	for i := range s.Last(20) {
		t := &s.Last(20)[i]
		if !s.Good(t, c) {
			continue
		}
		switch h := hourOf(t); {
		case h >= 22 || h < 6:
			night, nn = night+float64(t.Tallies[c].Mean), nn+1
		case h >= 8 && h < 18:
			day, nd = day+float64(t.Tallies[c].Mean), nd+1
		}
	}
	if nn < 6 || nd < 7 || night <= 0 || day <= 0 {
		return 0, false
	}
	return math.Log((night / nn) / (day / nd)), true
}
