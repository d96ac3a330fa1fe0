package catalog

import (
	"math"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// constantValue looks for one value, to the resolution of the instrument, for
// longer than the outlet ever showed while it ran.
func constantValue() sign.Rule {
	return sign.Rule{ID: "constant", Title: "数据恒定不变", Family: sign.Shape,
		Basis: "运行期间数值连续 {hours} 小时以上（废水 {water_hours} 小时以上）完全相同，且明显长于该点位历史（环发〔2015〕175号第四条疑似情形）",
		Settings: []setting.Setting{
			setting.Hours("hours", "连续小时数（废气、环境空气）", 3, 48, 6, setting.Own),
			setting.Hours("water_hours", "连续小时数（废水、地表水）", 4, 72, 12, "废水分析仪一两小时才出一个数；"+setting.Own),
			{Name: "times", Title: "超过自身历史最长平直段的", Unit: "倍", Kind: setting.Number, Min: 1, Max: 10, Default: 3, Meant: "本来就会长时间不变的点位靠它不误报，越大越稳妥", Basis: setting.Own}},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			need, times := "hours", s.Value("times")
			switch s.Outlet.Kind {
			case enterprise.Water, sign.Surface:
				need = "water_hours"
			case enterprise.Rain:
				return
			}
			n := max(s.Hours(need), 4)
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				if x.Role == sign.Production || x.Role == sign.Treatment || x.Role == sign.Supply {
					continue
				}
				want := n
				if s.Usual.Ready {
					want = max(n, int(float64(s.Of(c).Hold)*times))
				}
				first := s.Now().Tallies[c].Min
				if first <= 0 { // zeros have a rule of their own
					continue
				}
				if all(s, want, func(t *sign.Slot) bool {
					y := &t.Tallies[c]
					return s.Good(t, c) && y.Min == first && y.Max == first && s.Loaded(t)
				}) {
					weight := 0.5
					if x.Role == sign.Pollutant || x.Role == sign.Acidity || x.Role == sign.Flow || x.Role == sign.Other {
						weight = 0.85
					}
					if s.Usual.Ready && float64(first) < 0.5*s.Of(c).P5 {
						weight = 0.9
					}
					if y := x.Upper; s.Usual.Ready && s.Of(c).P50 < 0.15*y {
						weight = min(weight, 0.4) // near the detection limit instruments do hold
					}
					out.Add(c, want, weight, "%s连续 %d 小时恒为 %.4g%s", x.Name, inHours(s, want), first, unitOf(s, c))
				}
			}
		}}
}

// tooSmooth looks for a day that is far calmer than the outlet's own days, while
// its load was not.
func tooSmooth() sign.Rule {
	return sign.Rule{ID: "smooth", Title: "数据异常平滑", Family: sign.Shape, Kinds: plants,
		Basis: "24 小时变异系数不足自身历史中位数的 {share} %，而生产负荷正常波动",
		Settings: []setting.Setting{
			setting.Share("share", "变异系数不足自身历史的", 5, 50, 20, "越小，只有越平滑才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			day := s.Span(hours(24))
			if !s.Usual.Ready || len(s.Slots) < day {
				return
			}
			for _, c := range pollutants(s) {
				u := s.Of(c)
				cv, within, n := variation(s, c, day)
				if n*4 < day*3 || u.CV < 0.02 || math.IsNaN(cv) {
					continue
				}
				if cv < s.Share("share")*u.CV && (within < u.In/3 || u.In < 1e-3) && cv > 0 && jitter(s, c, day) < u.Jitter/2.5 {
					out.Add(c, day, 0.8, "%s 24 小时变异系数 %.2f%%，历史中位数 %.2f%%", name(s, c), cv*100, u.CV*100)
				}
			}
		}}
}

// jitter is the median step from one hour to the next, where they differ.
func jitter(s *sign.Scene, c, n int) float64 {
	var steps []float64
	before := 0.0
	for i := range s.Last(n) {
		t := &s.Last(n)[i]
		m := float64(t.Tallies[c].Mean)
		if !s.Good(t, c) || m <= 0 {
			continue
		}
		if before > 0 && m != before {
			steps = append(steps, math.Abs(math.Log(m/before)))
		}
		before = m
	}
	if len(steps) < 4 {
		return math.Inf(1)
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// variation is the coefficient of variation of the hourly means of running slots,
// the median one within the hour, and how many slots counted.
func variation(s *sign.Scene, c, n int) (cv, within float64, slots int) {
	var sum, squares, in float64
	for i := range s.Last(n) {
		t := &s.Last(n)[i]
		if !s.Good(t, c) || !s.Loaded(t) {
			continue
		}
		m := float64(t.Tallies[c].Mean)
		sum, squares, slots = sum+m, squares+m*m, slots+1
		if m > 0 {
			in += float64(t.Tallies[c].SD) / m
		}
	}
	if slots == 0 || sum <= 0 {
		return math.NaN(), math.NaN(), slots
	}
	mean := sum / float64(slots)
	return math.Sqrt(max(0, squares/float64(slots)-mean*mean)) / mean, in / float64(slots), slots
}

// copiedData looks for hours whose values are those of an earlier time, one by
// one, for at least three hours and with enough changes among them that chance
// does not explain it.
func copiedData() sign.Rule {
	return sign.Rule{ID: "copied", Title: "数据重复历史片段", Family: sign.Shape,
		Kinds: []enterprise.Kind{enterprise.Gas, enterprise.Water, sign.Surface, sign.Ambient},
		Basis: "连续 {hours} 小时以上、含 {steps} 次以上变化的数值与此前某一时段逐一相同（环发〔2015〕175号第五条疑似情形）",
		Settings: []setting.Setting{
			setting.Hours("hours", "连续小时数", 2, 24, 3, setting.Own),
			{Name: "steps", Title: "其间的变化次数", Unit: "次", Kind: setting.Count, Min: 3, Max: 60, Default: 6, Meant: "变化越多，越不是巧合", Basis: setting.Own}},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				if x.Role != sign.Pollutant && x.Role != sign.Other || !s.Loaded(s.Now()) {
					continue
				}
				if lag, run := copyOf(s, c); lag > 0 {
					out.Add(c, run, 0.9, "%s最近 %d 小时的数值与 %d 小时前逐一相同", x.Name, inHours(s, run), inHours(s, lag))
				}
			}
		}}
}

func inHours(s *sign.Scene, slots int) int {
	return int((time.Duration(slots*s.Due()) * s.Outlet.Step).Hours())
}

// copyOf gives the distance in slots at which the newest run repeats, and its
// length; 0 = it does not.
func copyOf(s *sign.Scene, c int) (lag, run int) {
	end := len(s.Slots) - 1
	now := &s.Slots[end].Tallies[c]
	if int(now.N) < s.Due()*3/4 || now.N == 0 {
		return 0, 0
	}
	for lag := 1; lag <= min(8*24, end); lag++ {
		if s.Slots[end-lag].Tallies[c].Hash != now.Hash {
			continue
		}
		steps, run, kinds := 0, 0, map[uint32]bool{}
		for k := 0; k < 24 && end-lag-k >= 0; k++ {
			x, y := &s.Slots[end-k].Tallies[c], &s.Slots[end-lag-k].Tallies[c]
			if x.Hash != y.Hash || x.N != y.N || x.N == 0 {
				break
			}
			steps += int(x.Steps)
			if k > 0 && x.Steps == 0 && x.Hash != s.Slots[end-k+1].Tallies[c].Hash {
				steps++
			}
			kinds[x.Hash] = true
			run++
		}
		if run >= s.Count("hours") && steps >= s.Count("steps") && len(kinds) >= 3 {
			return lag, run
		}
	}
	return 0, 0
}

// zeroOrNegative looks for hours of values at or below zero while the place runs.
func zeroOrNegative() sign.Rule {
	return sign.Rule{ID: "zero", Title: "运行期间零值或负值", Family: sign.Shape,
		Basis:    "运行期间浓度连续 {hours} 小时为零或负值",
		Settings: []setting.Setting{setting.Hours("hours", "连续小时数", 2, 24, 3, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := max(s.Hours("hours"), 3)
			if s.Outlet.Kind == enterprise.Rain {
				return
			}
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				if x.Role != sign.Pollutant && x.Role != sign.Acidity { // pressure and temperature may well be negative
					continue
				}
				if x.Role != sign.Pollutant && s.Usual.Ready && s.Of(c).P5 <= 0 || s.Usual.Ready && s.Of(c).P10 <= 0 {
					continue // values about zero are usual here
				}
				if all(s, n, func(t *sign.Slot) bool {
					y := &t.Tallies[c]
					return s.Good(t, c) && int(y.Zero)*4 >= int(y.N)*3 && s.Loaded(t)
				}) {
					out.Add(c, n, 0.8, "%s连续 %d 小时为零或负值，生产和排放正常", x.Name, s.Count("hours"))
				}
			}
		}}
}

// fullRange looks for values at the upper end of the measuring range.
func fullRange() sign.Rule {
	return sign.Rule{ID: "full-range", Title: "满量程", Family: sign.Shape,
		Basis:    "数值达到量程 98 % 以上持续 {hours} 小时",
		Settings: []setting.Setting{setting.Hours("hours", "持续小时数", 2, 24, 2, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := max(s.Hours("hours"), 2)
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				if math.IsNaN(x.Span) {
					continue
				}
				if all(s, n, func(t *sign.Slot) bool { y := &t.Tallies[c]; return y.N > 0 && int(y.Top)*4 >= int(y.N)*3 }) {
					out.Add(c, n, 0.8, "%s持续满量程（量程 %.4g%s），真实浓度不明", x.Name, x.Span, unitOf(s, c))
				}
			}
		}}
}

// outOfRange looks for values that the instrument cannot give.
func outOfRange() sign.Rule {
	return sign.Rule{ID: "out-of-range", Title: "数值超出量程", Family: sign.Shape,
		Basis: "数值超过登记量程的 {share} %，或 pH 不在 0—14 之间，持续 {hours} 小时",
		Settings: []setting.Setting{
			setting.Share("share", "超过量程的", 100, 150, 105, "仪器允许略超量程，越大越稳妥", setting.Own),
			setting.Hours("hours", "持续小时数", 2, 24, 2, setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			n := max(s.Hours("hours"), 2)
			for c := range s.Outlet.Channels {
				x := &s.Outlet.Channels[c]
				lo, hi := math.Inf(-1), s.Share("share")*x.Span
				if x.Role == sign.Acidity {
					lo, hi = 0, 14
				}
				if math.IsNaN(hi) {
					continue
				}
				if all(s, n, func(t *sign.Slot) bool {
					y := &t.Tallies[c]
					return y.N > 0 && (float64(y.Min) > hi || float64(y.Max) < lo)
				}) {
					out.Add(c, n, 0.8, "%s %.4g%s，超出可能的范围", x.Name, s.Now().Tallies[c].Mean, unitOf(s, c))
				}
			}
		}}
}

// cappedValues looks for a lid: a fifth of two days' values at one greatest value
// that the outlet used to go beyond.
func cappedValues() sign.Rule {
	return sign.Rule{ID: "capped", Title: "数据被限幅", Family: sign.Shape, Kinds: plants,
		Basis: "24 小时内 {share} % 以上（废水 {water_share} %）的数值停在同一上限，而该点位历史上常越过这一数值",
		Settings: []setting.Setting{
			setting.Share("share", "停在上限的数值（废气）", 10, 80, 20, "越大越稳妥", setting.Own),
			setting.Share("water_share", "停在上限的数值（废水）", 15, 90, 38, "废水分析仪本来就会重复同一结果", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			day := s.Span(hours(24))
			if !s.Usual.Ready || len(s.Slots) < day {
				return
			}
			for _, c := range pollutants(s) {
				u := s.Of(c)
				lid, n, at := float32(0), 0, 0
				last := s.Last(day)
				for i := range last {
					if y := &last[i].Tallies[c]; s.Good(&last[i], c) {
						lid = max(lid, y.Max)
					}
				}
				for i := range last {
					y := &last[i].Tallies[c]
					if !s.Good(&last[i], c) || y.Min == y.Max && s.Outlet.Kind == enterprise.Gas && y.Max < lid {
						continue
					}
					n += int(y.N)
					if y.Max >= lid*0.998 && y.SD < 0.2*float32(u.P50) {
						at += int(y.Cap)
					}
				}
				if n < day*s.Due()/2 || float64(lid) > u.P99 || float64(lid) < u.P10 {
					continue
				}
				steps := count(s, day, func(t *sign.Slot) bool { return s.Good(t, c) && t.Tallies[c].Max >= lid*0.998 })
				least, few := s.Share("share"), 4
				if s.Outlet.Kind == enterprise.Water { // an analyser repeats each result for an hour or two
					least, few = s.Share("water_share"), 10
				}
				if share := float64(at) / float64(n); share > least && steps >= few && float64(lid) < u.P95 {
					out.Add(c, day, 0.8, "%s 24 小时内 %.0f%% 的数值停在 %.4g%s，历史上有一成以上的时段高于此值", name(s, c), share*100, lid, unitOf(s, c))
				}
			}
		}}
}

// underLimit looks for a week that crowds just below the limit and never passes it.
func underLimit() sign.Rule {
	return sign.Rule{ID: "under-limit", Title: "贴限排放", Family: sign.Shape, Kinds: plants,
		Basis: "一周内 {share} % 以上时段处于限值的 90 %—100 %，且限值之上骤然稀少",
		Settings: []setting.Setting{
			setting.Share("share", "贴近限值的时段", 10, 90, 30, "越大越稳妥", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			week := s.Span(hours(7 * 24))
			if s.Hour() != 6 || len(s.Slots) < week || !s.Usual.Ready {
				return
			}
			for _, c := range pollutants(s) {
				limit := s.Outlet.Channels[c].Upper
				between := func(lo, hi float64) int {
					return count(s, week, func(t *sign.Slot) bool {
						m := float64(t.Tallies[c].Mean) / limit
						return s.Good(t, c) && m >= lo && m < hi
					})
				}
				near, above := between(0.9, 1.0), between(1.0, 1.05)
				if float64(near) > s.Share("share")*float64(week) && between(0.95, 1) > 10*max(1, above) && s.Of(c).P50 < 0.8*limit {
					out.Add(c, week, 0.45, "%s一周有 %d 小时处于限值的 90%%—100%%，超过限值的仅 %d 小时", name(s, c), near, above)
				}
			}
		}}
}
