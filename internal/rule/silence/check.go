package silence

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// Policy is what a jurisdiction decides about silences.
type Policy struct {
	Prefix   string        // of numbers, e.g. WZ-J
	Longest  time.Duration // of one silence
	PlanOnce time.Duration // of a plan that does not recur
	PlanTill time.Duration // how long a recurring plan may be in force
	Turn     time.Duration // of one turn of a recurring plan
}

// late is how far back a silence may begin: forms take a while to fill in.
const late = 10 * time.Minute

// Check finds what is wrong with a new silence; official says that its rule is an
// official exceedance, known that it is a rule at all. It decides nothing about
// rights.
func Check(p Policy, s Silence, known, official bool, now time.Time) error {
	bad := fault.Invalidf("静默有内容需要补充或修改，请按各项提示填写")
	span := s.Until.Sub(s.From)
	switch {
	case s.From.IsZero():
		bad = bad.With("from", "请选择开始时间")
	case s.Kind == Silenced && s.From.Before(now.Add(-late)):
		bad = bad.With("from", "不能早于现在；已经发生的预警请逐条办理")
	case s.Kind == Plan && s.From.Before(now.Add(-24*time.Hour)):
		bad = bad.With("from", "最多补录一天以内的")
	}
	switch {
	case s.Until.IsZero():
		bad = bad.With("until", "请选择结束时间；静默不能没有期限")
	case span <= 0:
		bad = bad.With("until", "结束时间应晚于开始时间")
	case !s.Until.After(now):
		bad = bad.With("until", "结束时间应晚于现在")
	case s.Kind == Silenced && span > p.Longest:
		bad = bad.With("until", "一次静默最长 %s；到期前可以延长并写明理由", days(p.Longest))
	case s.Kind == Plan && len(s.Weekdays) == 0 && span > p.PlanOnce:
		bad = bad.With("until", "一次计划检修最长 %s", days(p.PlanOnce))
	case s.Kind == Plan && len(s.Weekdays) > 0 && span > p.PlanTill:
		bad = bad.With("until", "每周的时段最多设到 %s 之后，届时重新设置", days(p.PlanTill))
	}
	if !slices.ContainsFunc(Reasons, func(o flow.Option) bool { return o.Value == s.Reason }) {
		bad = bad.With("reason", "请选择原因")
	}
	if n := len([]rune(strings.TrimSpace(s.Words))); n == 0 || n > 1000 {
		bad = bad.With("words", "请写明情况，1000 字以内")
	}
	switch {
	case s.Rule != "" && !known:
		bad = bad.With("rule", "请从规则库中选择")
	case official:
		bad = bad.With("rule", "超标预警不得静默；它须有人登记处置或转线索")
	}
	if len(s.Factor) > 40 {
		bad = bad.With("factor", "请从因子中选择")
	}
	if bad = checkPlan(p, s, bad); len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func checkPlan(p Policy, s Silence, bad *fault.Error) *fault.Error {
	switch s.Kind {
	case Silenced:
		if len(s.Weekdays) > 0 {
			bad = bad.With("weekdays", "静默不重复；每周的时段请设为免打扰时段")
		}
		return bad
	case Plan:
	default:
		return bad.With("kind", "请选择静默或免打扰时段")
	}
	if s.OutletID == "" {
		bad = bad.With("outlet_id", "免打扰时段按监控点设置，请选择监控点")
	}
	if len(s.Weekdays) == 0 {
		return bad
	}
	for i, d := range s.Weekdays {
		if d < 1 || d > 7 || slices.Contains(s.Weekdays[:i], d) {
			bad = bad.With("weekdays", "请选择星期")
			break
		}
	}
	switch {
	case s.Begin < 0 || s.Begin >= 24*60 || s.End < 0 || s.End >= 24*60:
		bad = bad.With("begin", "请填写起止时刻")
	case s.turn() > p.Turn:
		bad = bad.With("end", "每次最长 %s", days(p.Turn))
	}
	return bad
}

// days spells a length in hours or whole days.
func days(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return strconv.Itoa(int(d/(24*time.Hour))) + " 天"
	}
	return strconv.Itoa(int(d/time.Hour)) + " 小时"
}
