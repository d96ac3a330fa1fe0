package catalog

import (
	"math"

	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// markCover looks for marks that cover an exceedance: values beyond the limit
// before the mark or under it.
func markCover() sign.Rule {
	return sign.Rule{ID: "mark-cover", Title: "以标记掩盖超标", Family: sign.Marking, Kinds: plants,
		Basis:    "标记期间或标记前一小时的数值超过限值，标记恰好覆盖超标时段，连续 {hours} 小时（HJ 标记规则；虚假标记即弄虚作假）",
		Settings: []setting.Setting{setting.Hours("hours", "连续小时数", 2, 24, 3, "校准用的标气也超过限值，但只有一小时；"+setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := max(s.Hours("hours"), 2)
			if len(s.Slots) < n+2 {
				return
			}
			for _, c := range pollutants(s) {
				limit := s.Outlet.Channels[c].Upper
				if math.IsNaN(limit) {
					continue
				}
				marked := func(x *sign.Slot) bool {
					y := &x.Tallies[c]
					return int(y.Marked) > 3*int(y.N) && int(y.Stopped)*2 < int(y.Marked)
				}
				if !all(s, n, marked) {
					continue
				}
				// Calibration gas too lies beyond limits, for an hour; exhaust goes on.
				high := count(s, n, func(x *sign.Slot) bool { return float64(x.Tallies[c].MarkedMean) > 1.02*limit && s.Loaded(x) })
				if high == n {
					out.Add(c, n, 0.8, "%s被标记的 %d 小时内数值均超过限值 %.4g，生产照常", name(s, c), n, limit)
				}
			}
		}}
}

// falseStop looks for “stopped” while flow or power say otherwise.
func falseStop() sign.Rule {
	return sign.Rule{ID: "false-stop", Title: "标停未停", Family: sign.Marking, Kinds: plants,
		Basis: "标记停运期间流量或生产用电仍高于常值 {share} %，持续 {hours} 小时",
		Settings: []setting.Setting{
			setting.Share("share", "高于常值的", 10, 80, 30, "越大，只有明显在运行才提请", setting.Own),
			setting.Hours("hours", "持续小时数", 1, 24, 2, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n, share := s.Hours("hours"), s.Share("share")
			if !s.Usual.Ready {
				return
			}
			power, flow := s.Role(sign.Production), s.Role(sign.Flow)
			runs := func(x *sign.Slot) bool {
				if power >= 0 && x.Tallies[power].N > 0 {
					return float64(x.Tallies[power].Mean) > share*s.Of(power).P50
				}
				return flow >= 0 && float64(max(x.Tallies[flow].Mean, x.Tallies[flow].MarkedMean)) > share*s.Of(flow).P50
			}
			for _, c := range pollutants(s) {
				if all(s, n, func(x *sign.Slot) bool { y := &x.Tallies[c]; return y.Stopped > 0 && y.Stopped >= y.N && runs(x) }) {
					out.Add(c, n, 0.9, "%s标记为停运，而生产或排放仍在进行", name(s, c))
				}
			}
		}}
}

// settingChange looks for a change of the monitor's parameters after which the
// level is another one.
func settingChange() sign.Rule {
	return sign.Rule{ID: "setting", Title: "参数改动后数据变化", Family: sign.Marking, Kinds: plants,
		Basis: "量程、斜率、截距改动后浓度降低 {fall} % 以上，负荷未变（环发〔2015〕175号第四条）",
		Settings: []setting.Setting{
			setting.Share("fall", "降低", 10, 70, 20, "越大，只有降得越多才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			const after = 8
			if len(s.Slots) < after+24 || !s.Usual.Ready {
				return
			}
			fresh := s.Last(after)
			for _, at := range s.Outlet.Settings {
				if at.Before(fresh[0].At.Add(-hours(1))) || !at.Before(fresh[1].At) {
					continue
				}
				for _, c := range pollutants(s) {
					old := s.Slots[len(s.Slots)-after-24 : len(s.Slots)-after]
					was, is := shift(s, old, c), shift(s, fresh, c)
					if k := is / was; k < 1-s.Share("fall") && all(s, after-1, s.Steady) {
						weight := 0.65
						if k < 0.7 {
							weight = 0.85
						}
						out.Add(c, after, weight, "仪器参数改动后%s降为此前的 %.0f%%，负荷未变", name(s, c), k*100)
					}
				}
			}
		}}
}

// shift is the median of means over what is usual at their hours.
func shift(s *sign.Scene, slots []sign.Slot, c int) float64 {
	var sum, n float64
	for i := range slots {
		want := s.Of(c).Hour[hourOf(&slots[i])]
		if s.Good(&slots[i], c) && want > 0 {
			sum, n = sum+math.Log(max(float64(slots[i].Tallies[c].Mean), 1e-6)/want), n+1
		}
	}
	if n < 4 {
		return math.NaN()
	}
	return math.Exp(sum / n)
}

// gapPattern looks for gaps that come back at the same hours while the place runs:
// twice in four days, or a long one that begins beyond the limit.
func gapPattern() sign.Rule {
	return sign.Rule{ID: "gap", Title: "规律性缺数", Family: sign.Sending, Kinds: plants,
		Basis: "数据在相同时段反复中断，一周 {days} 天以上每次 2 小时以上，而生产照常",
		Settings: []setting.Setting{
			{Name: "days", Title: "一周内的天数", Unit: "天", Kind: setting.Count, Min: 2, Max: 7, Default: 3, Meant: "越多越稳妥", Basis: setting.Own}},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			if s.Span(hours(24)) != 24 || len(s.Slots) < 8*24 || !s.Usual.Ready {
				return
			}
			list := pollutants(s)
			if len(list) == 0 {
				return
			}
			c, h := list[0], len(s.Slots)-1
			missing := func(i int) bool { y := &s.Slots[i].Tallies[c]; return y.N+y.Marked == 0 && runsUnseen(s, &s.Slots[i]) }
			if !missing(h) || !missing(h-1) {
				return
			}
			days := 1
			for d := 1; d < 7; d++ {
				if missing(h-24*d) && missing(h-24*d-1) {
					days++
				}
			}
			if days >= s.Count("days") && count(s, 7*24, func(t *sign.Slot) bool { return t.Tallies[c].N+t.Tallies[c].Marked == 0 }) < 4*24 {
				out.Add(c, 2, 0.8, "一周内有 %d 天在同一时段中断数据，生产照常", days)
			}
		}}
}

// runsUnseen reports whether production ran in a slot in which the monitor was
// silent; without a meter nobody knows, and the gap counts.
func runsUnseen(s *sign.Scene, x *sign.Slot) bool {
	p := s.Role(sign.Production)
	return p < 0 || x.Tallies[p].N > 0 && float64(x.Tallies[p].Mean) > 0.3*s.Of(p).P50
}

// missingData looks for half a day without a channel's values and without a mark
// that explains it.
func missingData() sign.Rule {
	return sign.Rule{ID: "missing", Apart: true, Title: "数据缺失", Family: sign.Sending, Kinds: nil,
		Basis: "应传数据连续 12 小时缺失且无停运标记（污染源自动监控数据传输有效率考核）",
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := max(s.Span(hours(12)), 3)
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				if x.Role == sign.Production || x.Role == sign.Treatment || x.Role == sign.Supply || len(s.Slots) <= n {
					continue
				}
				before := &s.Slots[len(s.Slots)-n-1].Tallies[c]
				if before.N > 0 && all(s, n, func(t *sign.Slot) bool { return t.Tallies[c].N+t.Tallies[c].Marked == 0 }) {
					out.Add(c, n, 0.76, "%s连续 %d 小时没有数据，也没有停运标记", x.Name, 12)
				}
			}
		}}
}
