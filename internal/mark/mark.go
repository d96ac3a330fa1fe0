package mark

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// factorCode is how codes of factors look, those of makers included.
var factorCode = regexp.MustCompile(`^[A-Za-z0-9_]{1,20}$`)

// ID names a mark.
type ID string

// beijing is the zone in which days and months begin.
var beijing = time.FixedZone("CST", 8*3600)

// Mark is one marked period of an outlet, From <= t < Until.
type Mark struct {
	ID             ID
	Number         string // e.g. WZ-B-2026-000123
	State          flow.State
	OutletID       string
	OutletName     string          // read only
	OutletKind     enterprise.Kind // read only
	EnterpriseID   string
	EnterpriseName string // read only
	Area           string
	Kind           string
	Family         Family
	Effect         Effect
	Flag           string
	Rules          string   // Table.ID
	Factors        []string // nil = all
	From, Until    time.Time
	Reason         string
	WorkOrder      string
	Documents      int64
	ProofDue       time.Time // zero = none needed
	Warnings       []string  // pointed out when it was set
	CreatedBy      string
	CreatedByName  string // read only
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Scope is where the mark lies and whom it concerns.
func (m Mark) Scope() auth.Scope { return auth.Scope{Area: m.Area, Enterprise: m.EnterpriseID} }

// Title is the kind's Chinese name in the table that the mark was set by.
func (m Mark) Title() string {
	for _, t := range tables {
		if k, ok := t.Kind(m.Kind); ok && t.ID == m.Rules {
			return k.Title
		}
	}
	return m.Kind
}

// Covers reports whether the mark speaks of a factor.
func (m Mark) Covers(factor string) bool {
	return len(m.Factors) == 0 || slices.Contains(m.Factors, factor)
}

// Overlap is how much of from <= t < to the mark covers.
func (m Mark) Overlap(from, to time.Time) time.Duration {
	if m.From.After(from) {
		from = m.From
	}
	if m.Until.Before(to) {
		to = m.Until
	}
	return max(0, to.Sub(from))
}

// New is what an enterprise says of a period.
type New struct {
	OutletID    string
	Kind        string
	Factors     []string
	From, Until time.Time
	Reason      string
	WorkOrder   string
	Files       []string
}

// Problem is something wrong (Refused) or worth a look with a new mark.
type Problem struct {
	Field   string
	Text    string
	Refused bool
}

// proofDue is the end of the proof day of the month after the mark's beginning.
func proofDue(t Table, from time.Time) time.Time {
	b := from.In(beijing)
	return time.Date(b.Year(), b.Month()+1, t.ProofDay+1, 0, 0, 0, 0, beijing).UTC()
}

// Check finds what is wrong with a new mark at an outlet, given the other marks in
// force there (of the whole calendar year, for the budgets). It decides nothing
// about rights.
func Check(t Table, k enterprise.Kind, n New, others []Mark, now time.Time) []Problem {
	var out []Problem
	refuse := func(field, format string, args ...any) {
		out = append(out, Problem{field, fmt.Sprintf(format, args...), true})
	}
	warn := func(field, format string, args ...any) {
		out = append(out, Problem{field, fmt.Sprintf(format, args...), false})
	}
	kind, ok := t.Kind(n.Kind)
	switch {
	case !ok:
		refuse("kind", "请从所列类型中选择标记类型")
	case !kind.For(k):
		refuse("kind", "“%s”不适用于%s排放口", kind.Title, k.Title())
	}
	late := time.Duration(t.LateDays) * 24 * time.Hour
	switch {
	case n.From.IsZero() || n.Until.IsZero():
		refuse("from", "请填写起止时间")
	case !n.From.Before(n.Until):
		refuse("until", "结束时间应晚于开始时间")
	case n.From.Before(now.Add(-late)):
		refuse("from", "应在数据产生后 %d 日内标记；更早的数据以上传的数据标识为准", t.LateDays)
	case n.Until.After(now.AddDate(0, 0, t.AheadDays)):
		refuse("until", "最多提前 %d 日标记，请分次标记", t.AheadDays)
	}
	if len(n.Factors) > 50 || slices.ContainsFunc(n.Factors, func(c string) bool { return !factorCode.MatchString(c) }) {
		refuse("factors", "请从排放口的因子中选择")
	}
	if strings.TrimSpace(n.Reason) == "" {
		refuse("reason", "请填写标记原因")
	}
	if len([]rune(n.Reason)) > 1000 {
		refuse("reason", "最多 1000 字")
	}
	if len([]rune(n.WorkOrder)) > 100 {
		refuse("work_order", "最多 100 字")
	}
	if len(n.Files) > 30 {
		refuse("files", "最多 30 个附件")
	}
	if !ok || len(out) > 0 {
		return out
	}
	for _, o := range others {
		if o.Overlap(n.From, n.Until) == 0 || !shared(o.Factors, n.Factors) {
			continue
		}
		switch {
		case o.Family == kind.Family:
			refuse("from", "与标记 %s（%s，%s）时段重叠，请调整起止时间或先撤回原标记", o.Number, o.Title(), spell(o.From, o.Until))
		case kind.Family == Monitor && o.Effect == Stopped, kind.Effect == Stopped && o.Family == Monitor:
			refuse("from", "停运时段内不再标记监测设备状态；与标记 %s（%s，%s）矛盾", o.Number, o.Title(), spell(o.From, o.Until))
		}
	}
	if long := n.Until.Sub(n.From); kind.MaxHours > 0 && long > time.Duration(kind.MaxHours)*time.Hour {
		warn("until", "每次“%s”不应超过 %d 小时，本次为 %s", kind.Title, kind.MaxHours, hours(long))
	}
	if q, ok := t.Quota(kind.Quota); ok {
		if used := used(t, q.ID, n.From, others) + n.Until.Sub(n.From); used > time.Duration(q.Hours)*time.Hour {
			warn("kind", "本年%s已达 %s，超过每年 %d 小时", q.Title, hours(used), q.Hours)
		}
	}
	if kind.Document && len(n.Files) == 0 {
		warn("files", "请在 %s 前补充证明材料，逾期标记将被撤销", proofDue(t, n.From).Add(-time.Second).In(beijing).Format("2006-01-02"))
	}
	return out
}

// used is the time that marks of a budget take in the calendar year of at.
func used(t Table, quota string, at time.Time, marks []Mark) time.Duration {
	y := at.In(beijing).Year()
	from, to := time.Date(y, 1, 1, 0, 0, 0, 0, beijing), time.Date(y+1, 1, 1, 0, 0, 0, 0, beijing)
	var sum time.Duration
	for _, m := range marks {
		if k, ok := t.Kind(m.Kind); ok && k.Quota == quota {
			sum += m.Overlap(from, to)
		}
	}
	return sum
}

func shared(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func hours(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Hours()), ".0") + " 小时"
}

func spell(from, to time.Time) string {
	const form = "01-02 15:04"
	return from.In(beijing).Format(form) + " 至 " + to.In(beijing).Format(form)
}

// refusal is the problems that refuse as a fault, nil when there are none.
func refusal(list []Problem) error {
	bad := fault.Invalidf("标记有内容需要补充或修改，请按各项提示填写")
	for _, p := range list {
		if p.Refused {
			bad = bad.With(p.Field, "%s", p.Text)
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	return bad
}
