package catalog

import (
	"math"

	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// calibrationStep looks for a level that is another one after a calibration: zero
// and span are set in minutes, and a wrong span lowers everything that follows.
func calibrationStep() sign.Rule {
	return sign.Rule{ID: "calibration-step", Title: "校准后台阶", Family: sign.Marking, Kinds: plants,
		Basis: "校准或维护标记结束后 6 小时，浓度相对自身常态降低 {fall} % 以上，负荷未变（HJ 75 校准后比对的疑似情形）",
		Settings: []setting.Setting{
			setting.Share("fall", "降低", 15, 80, 35, "越大，只有降得越多才提请", setting.Own)},
		Judge: func(s *sign.Scene, out *sign.Signs) {
			const after, mark, before = 6, 3, 12
			if !s.Usual.Ready || len(s.Slots) < after+mark+before || !all(s, after, s.Steady) {
				return
			}
			fresh := s.Last(after)
			gap := s.Slots[len(s.Slots)-after-mark : len(s.Slots)-after]
			old := s.Slots[len(s.Slots)-after-mark-before : len(s.Slots)-after-mark]
			for _, c := range pollutants(s) {
				last := &gap[mark-1].Tallies[c]
				if last.Marked == 0 || last.Stopped > 0 || fresh[0].Tallies[c].Marked > 0 {
					continue // the mark must have ended just now
				}
				was, is := shift(s, old, c), shift(s, fresh, c)
				if math.IsNaN(was) || math.IsNaN(is) || is > (1-s.Share("fall"))*was {
					continue
				}
				out.Add(c, after, 0.5, "校准或维护后%s降为此前的 %.0f%%，负荷未变", name(s, c), is/was*100)
			}
		}}
}
