package catalog

import (
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// lowTransmission judges once a day how much of a week's data came and was valid
// (数据传输有效率 = 传输率 × 有效率). Stopped time is not due. By itself it says
// that a station is kept badly; beside another sign, that something is hidden.
func lowTransmission() sign.Rule {
	return sign.Rule{ID: "low-transmission", Title: "传输有效率低", Family: sign.Sending, Kinds: plants,
		Basis: "一周内有效小时数不足应传小时数（扣除停运）的 {share} %（数据传输有效率考核：传输率 × 有效率 ≥ 75 %）",
		Settings: []setting.Setting{
			setting.Share("share", "不足应传小时数的", 30, 95, 75, "越小，缺得越多才提请", "数据传输有效率考核，以当年的目标责任书为准")},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			week := s.Span(hours(7 * 24))
			if s.Hour() != 23 || len(s.Slots) < week || week < 7*6 {
				return
			}
			for _, c := range pollutants(s) {
				if !seenBefore(s, c, week) {
					continue // put into service within the week
				}
				due, valid, came := 0, 0, 0
				for i := range s.Last(week) {
					t := &s.Last(week)[i]
					y := &t.Tallies[c]
					if y.Stopped > 0 && y.Stopped >= y.N {
						continue
					}
					due++
					if y.N+y.Marked > 0 {
						came++
					}
					if s.Good(t, c) {
						valid++
					}
				}
				if due*2 >= week && came > 0 && float64(valid) < s.Share("share")*float64(due) {
					out.Add(c, week, 0.4, "%s一周传输有效率 %.0f%%（应传 %d 小时，收到 %d，有效 %d）", name(s, c), 100*float64(valid)/float64(due), due, came, valid)
				}
			}
		}}
}

// seenBefore reports whether a channel had any value before the newest n slots.
func seenBefore(s *sign.Scene, c, n int) bool {
	for i := range len(s.Slots) - n {
		if y := &s.Slots[i].Tallies[c]; y.N+y.Marked > 0 {
			return true
		}
	}
	return false
}

// markPattern looks for the same mark at the same hours, day after day, for longer
// than a calibration takes, while the place runs.
func markPattern() sign.Rule {
	return sign.Rule{ID: "mark-pattern", Title: "同一时段反复标记", Family: sign.Marking, Kinds: plants,
		Basis: "一周内 {days} 天以上在相同时段连续标记 3 小时以上（停运除外），生产照常；日常校准在 2 小时以内",
		Settings: []setting.Setting{
			{Name: "days", Title: "一周内的天数", Unit: "天", Kind: setting.Count, Min: 2, Max: 7, Default: 4, Meant: "越多越稳妥", Basis: setting.Own}},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			if s.Span(hours(24)) != 24 || len(s.Slots) < 8*24 || !s.Usual.Ready {
				return
			}
			h := len(s.Slots) - 1
			for _, c := range pollutants(s) {
				marked := func(i int) bool {
					y := &s.Slots[i].Tallies[c]
					return int(y.Marked) > int(y.N) && int(y.Stopped)*2 < int(y.Marked) && runsUnseen(s, &s.Slots[i])
				}
				stretch := func(i int) bool { return marked(i) && marked(i-1) && marked(i-2) }
				if !stretch(h) {
					continue
				}
				days := 1
				for d := 1; d < 7; d++ {
					if stretch(h - 24*d) {
						days++
					}
				}
				all := count(s, 7*24, func(t *sign.Slot) bool { return t.Tallies[c].Marked > t.Tallies[c].N })
				if days >= s.Count("days") && all <= 8*days { // marked day and night is a broken monitor
					out.Add(c, 3, 0.6, "%s一周内有 %d 天在同一时段被标记 3 小时以上，生产照常", name(s, c), days)
				}
			}
		}}
}
