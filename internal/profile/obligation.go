package profile

import (
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/obligation"
)

// obligations checks the rules of the calendar of obligations; one id may stand
// several times with days that do not overlap, e.g. when a law changes.
func (b *builder) obligations(list []fileDuty) (out []obligation.Rule) {
	for _, f := range list {
		r := obligation.Rule{ID: f.ID, Title: f.Title, Todo: f.Todo, Basis: f.Basis, Each: obligation.Each(f.Each), Every: obligation.Every(f.Every),
			Days: f.Days, Remind: f.Remind, Seen: f.Seen, ValidFrom: b.date(f.Line, "valid_from", f.ValidFrom), ValidUntil: b.date(f.Line, "valid_until", f.ValidUntil)}
		fail := func(ok bool, format string, args ...any) {
			if !ok {
				b.fail(f.Line, format, args...)
			}
		}
		fail(slices.Contains([]string{"A", "B", "C"}, f.Certainty), "义务“%s”的 certainty 应为 A、B 或 C", f.Title)
		fail(slices.Contains([]obligation.Each{obligation.EachEnterprise, obligation.EachAuto, obligation.EachManual}, r.Each), "义务“%s”的 each“%s”应为 enterprise、auto 或 manual", f.Title, f.Each)
		fail(r.Every.Known(), "义务“%s”的 every“%s”应为 expiry、month、quarter、half_year 或 year", f.Title, f.Every)
		for _, c := range f.Classes {
			r.Classes = append(r.Classes, enterprise.PermitClass(c))
			fail(slices.Contains([]string{"重点", "简化", "登记"}, c), "义务“%s”的 classes“%s”应为重点、简化或登记", f.Title, c)
		}
		for _, k := range f.Kinds {
			r.Kinds = append(r.Kinds, enterprise.Kind(k))
			fail(slices.Contains([]string{"gas", "water", "rain"}, k), "义务“%s”的 kinds“%s”应为 gas、water 或 rain", f.Title, k)
		}
		for _, n := range f.Remind {
			fail(n > 0 && n <= 365, "义务“%s”的 remind_before_days 应在 1 至 365 之间", f.Title)
		}
		for _, k := range f.Seen {
			fail(slices.ContainsFunc(mark.Tables(), func(t mark.Table) bool { _, ok := t.Kind(k); return ok }), "义务“%s”的 seen_by_marks 中没有“%s”这种标记", f.Title, k)
		}
		for _, o := range out {
			if o.ID == r.ID && (o.ValidUntil.IsZero() || o.ValidUntil.After(r.ValidFrom)) && (r.ValidUntil.IsZero() || r.ValidUntil.After(o.ValidFrom)) {
				b.fail(f.Line, "义务 %s 的适用日期重叠", f.ID)
			}
		}
		out = append(out, r)
	}
	return out
}

// date reads one day, midnight in Beijing; an empty one is zero.
func (b *builder) date(line Line, key, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if list := b.dates(line, key, []string{text}); len(list) == 1 {
		return list[0]
	}
	return time.Time{}
}
