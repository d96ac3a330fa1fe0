package catalog

import (
	"math"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// suddenDrop looks for a level that falls to half or less within an hour and stays,
// while the load stays too.
func suddenDrop() sign.Rule {
	return sign.Rule{ID: "drop", Title: "浓度突降", Family: sign.Degree, Kinds: []enterprise.Kind{enterprise.Gas, enterprise.Water, sign.Surface},
		Basis: "浓度降到此前的 {share} % 以下，超出自身正常波动 4 倍，负荷不变，并持续 {hours} 小时以上（废水 {water_hours} 小时）",
		Settings: []setting.Setting{
			setting.Share("share", "降到此前的", 10, 80, 50, "越小，只有降得越多才提请", setting.Own),
			setting.Hours("hours", "持续小时数（废气、地表水）", 2, 24, 3, setting.Own),
			setting.Hours("water_hours", "持续小时数（废水）", 2, 48, 5, "废水分析仪一两小时才出一个数；"+setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			after, before := max(s.Hours("hours"), 3), max(s.Span(hours(24)), 6)
			if s.Outlet.Kind == enterprise.Water {
				after = s.Hours("water_hours")
			}
			if len(s.Slots) < after+before || s.Changed(after+before) {
				return
			}
			old, fresh := s.Slots[len(s.Slots)-after-before:len(s.Slots)-after], s.Last(after)
			for _, c := range pollutants(s) {
				was, is := s.Median(old, c, before/2), s.Median(fresh, c, after)
				if math.IsNaN(was) || math.IsNaN(is) || is <= 0 || is > s.Share("share")*was {
					continue
				}
				prev := &s.Slots[len(s.Slots)-after-1]
				if !s.Good(prev, c) || float64(prev.Tallies[c].Mean) < 0.7*was { // the fall is at this place
					continue
				}
				weight := 0.4
				if !s.Usual.Ready && is > 0.7*s.Median(s.Slots, c, 1) {
					continue // back to what it was
				}
				if s.Usual.Ready {
					u := s.Of(c)
					if was-is < 4*u.Sigma && is > u.P1 || !all(s, after+3, s.Steady) {
						continue
					}
					if want := u.Hour[s.Hour()]; !math.IsNaN(want) && is > 0.6*want {
						continue
					}
				} else if spread(old, c) > 0.25*was {
					continue
				} else {
					weight = 0.76
				}
				out.Add(c, after, weight, "%s由 %.4g 突降至 %.4g%s，负荷未变", name(s, c), was, is, unitOf(s, c))
			}
		}}
}

// spread is the range from the smallest to the greatest mean but one.
func spread(slots []sign.Slot, c int) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range slots {
		if m := float64(slots[i].Tallies[c].Mean); slots[i].Tallies[c].N > 0 {
			lo, hi = min(lo, m), max(hi, m)
		}
	}
	return hi - lo
}

// lowConcentration looks for half a day below everything usual at full load.
func lowConcentration() sign.Rule {
	return sign.Rule{ID: "low-concentration", Title: "浓度异常偏低", Family: sign.Degree, Kinds: plants,
		Basis: "负荷正常而浓度连续 {hours} 小时低于自身历史最低百分位的 {lowest} %，且不足同时段中位数的 {usual} %",
		Settings: []setting.Setting{
			setting.Hours("hours", "连续小时数", 4, 72, 12, setting.Own),
			setting.Share("lowest", "低于自身历史最低百分位的", 30, 100, 80, "越小，只有低得越多才提请", setting.Own),
			setting.Share("usual", "不足同时段中位数的", 20, 90, 60, "越小，只有低得越多才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, lowest, usual := s.Hours("hours"), s.Share("lowest"), s.Share("usual")
			if !s.Usual.Ready || len(s.Slots) < n {
				return
			}
			var low []int
			for _, c := range pollutants(s) {
				u := s.Of(c)
				lies := func(t *sign.Slot) bool {
					m := float64(t.Tallies[c].Mean)
					want := u.Hour[hourOf(t)]
					return s.Good(t, c) && s.Loaded(t) && s.Steady(t) && m < lowest*u.P1 && (math.IsNaN(want) || m < usual*want)
				}
				if count(s, n, lies)*4 >= n*3 && lies(s.Now()) {
					low = append(low, c)
				}
			}
			for _, c := range low {
				weight := 0.55
				if len(low) >= 2 {
					weight = 0.76
				}
				out.Add(c, n, weight, "%s连续 %d 小时约 %.4g%s，历史 99%% 的时段高于 %.4g，负荷正常", name(s, c), n, s.Now().Tallies[c].Mean, unitOf(s, c), s.Of(c).P1)
			}
		}}
}

func hourOf(t *sign.Slot) int { return int((t.At.Unix() + 8*3600) / 3600 % 24) }

// lowEmission looks at a day's load over its production (排污系数).
func lowEmission() sign.Rule {
	return sign.Rule{ID: "low-emission", Title: "排污系数偏低", Family: sign.Relation, Kinds: plants,
		Basis: "24 小时污染物排放量与生产用电之比不足自身历史的 {share} %",
		Settings: []setting.Setting{
			setting.Share("share", "不足自身历史的", 10, 80, 45, "越小，只有低得越多才提请", "文件只写“排污系数偏低”，没有数；按本程序的检测基准取值")},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			day, flow, power := s.Span(hours(24)), s.Role(sign.Flow), s.Role(sign.Production)
			if !s.Usual.Ready || flow < 0 || power < 0 || len(s.Slots) < day {
				return
			}
			for _, c := range pollutants(s) {
				var load, work, want float64
				n := 0
				for i := range s.Last(day) {
					t := &s.Last(day)[i]
					if !s.Good(t, c) || !s.Good(t, flow) || !s.Good(t, power) || !s.Loaded(t) {
						continue
					}
					load += float64(t.Tallies[c].Mean * t.Tallies[flow].Mean)
					work += float64(t.Tallies[power].Mean)
					n++
				}
				want = s.Of(c).P50 * s.Of(flow).P50 / max(s.Of(power).P50, 1e-9)
				if n*2 < day || work <= 0 || want <= 0 {
					continue
				}
				if k := load / work / want; k < s.Share("share") {
					out.Add(c, day, 0.45, "%s排放量与生产用电之比仅为历史的 %.0f%%", name(s, c), k*100)
				}
			}
		}}
}
