package catalog

import (
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// exceedMean judges hourly means. Half of the hour's values must lie beyond the
// limit, so that one hiccup of an instrument does not make an hour exceed. For
// waste water, whose standard knows daily means, four hours in a row are a sign.
func exceedMean() sign.Rule {
	return sign.Rule{ID: "exceed-mean", Apart: true, Title: "时段均值超标", Family: sign.Official,
		Basis: "有效小时均值超过排放限值，且过半数值超限（HJ 75-2017）；废水连续 {water_hours} 小时超限 {water_over} %，或连续 {water_long} 小时超限，作早期提醒",
		Settings: []setting.Setting{
			setting.Hours("water_hours", "废水：明显超限的连续小时数", 2, 24, 4, setting.Own),
			setting.Share("water_over", "废水：超限达到", 10, 200, 30, "越大，超得越多才提醒", setting.Own),
			setting.Hours("water_long", "废水：任何超限的连续小时数", 4, 24, 12, setting.Own)},
		Kinds: []enterprise.Kind{enterprise.Gas, enterprise.Water, sign.Surface, sign.Ambient},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			for c := range s.Outlet.Channels {
				if n := exceeding(s, c); n > 0 {
					x, mean := &s.Outlet.Channels[c], float64(s.Now().Tallies[c].Mean)
					if mean > x.Upper {
						out.Add(c, n, 0.9, "%s均值 %.4g%s，限值 %.4g，超标 %.2f 倍", x.Name, mean, unitOf(s, c), x.Upper, mean/x.Upper-1)
					} else {
						out.Add(c, n, 0.9, "%s均值 %.4g%s，低于限值 %.4g", x.Name, mean, unitOf(s, c), x.Lower)
					}
				}
			}
		}}
}

// exceeding gives how many of the newest slots exceed, 0 when they are too few: one
// hour of gas; of waste water four hours by 30 %, or twelve by anything.
func exceeding(s *sign.Scene, c int) int {
	x := &s.Outlet.Channels[c]
	beyond := func(k float64) func(*sign.Slot) bool {
		return func(t *sign.Slot) bool {
			y := &t.Tallies[c]
			return s.Good(t, c) && int(y.Over)*2 > int(y.N) && (float64(y.Mean) > k*x.Upper || float64(y.Mean) < x.Lower)
		}
	}
	if s.Outlet.Kind != enterprise.Water {
		if beyond(1)(s.Now()) {
			return 1
		}
		return 0
	}
	for _, try := range []struct {
		n int
		k float64
	}{{s.Hours("water_hours"), 1 + s.Share("water_over")}, {s.Hours("water_long"), 1}} {
		if all(s, try.n, beyond(try.k)) {
			return try.n
		}
	}
	return 0
}

// exceedDay judges the calendar day's mean of waste water, weighted by flow, when
// the day is over.
func exceedDay() sign.Rule {
	return sign.Rule{ID: "exceed-daily", Apart: true, Title: "日均值超标", Family: sign.Official, Kinds: []enterprise.Kind{enterprise.Water},
		Basis: "有效日均值（按流量加权，有效数据不少于应得的 75 %）超过排放限值（HJ 356-2019）", // the standard's: nothing to set
		Judge: func(s *sign.Scene, out *sign.Signs) {
			day := s.Span(hours(24))
			if s.Hour() != 23 || len(s.Slots) < day {
				return
			}
			flow := s.Role(sign.Flow)
			for _, c := range pollutants(s) {
				x := &s.Outlet.Channels[c]
				var sum, weight float64
				good := 0
				for i := range s.Last(day) {
					t := &s.Last(day)[i]
					if !s.Good(t, c) {
						continue
					}
					good++
					q := 1.0
					if flow >= 0 {
						q = max(0, float64(t.Tallies[flow].Mean))
					}
					sum, weight = sum+q*float64(t.Tallies[c].Mean), weight+q
				}
				if good*4 < day*3 || weight == 0 {
					continue
				}
				if mean := sum / weight; mean > x.Upper {
					out.Add(c, day, 0.95, "%s日均值 %.4g%s，限值 %.4g，超标 %.2f 倍", x.Name, mean, unitOf(s, c), x.Upper, mean/x.Upper-1)
				}
			}
		}}
}
