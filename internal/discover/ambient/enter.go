package ambient

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Entered counts what became of values.
type Entered struct {
	Added     int
	Same      int // were there already
	Corrected int // a further version was written
}

// maxHours bounds one call: two years of six factors.
const maxHours = 110_000

// Enter takes hourly values of a station. Values that differ from what is there
// are a correction, which needs a reason. It is all or nothing.
func (s *Service) Enter(ctx context.Context, actor auth.Actor, id string, hours []Hour, source, reason string) (e Entered, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.writable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		f := fault.Invalidf("有数值不能接收，没有写入任何内容；请按提示改正")
		if len(hours) == 0 || len(hours) > maxHours {
			return f.With("hours", "一次可提交 1 至 %d 个小时值", maxHours)
		}
		for i := range hours {
			if hours[i].Flag == 0 {
				hours[i].Flag = valid
			}
			if item, ok := ItemOf(st.Kind, hours[i].Factor); ok {
				hours[i].Factor = item.Factor
			}
			if why := hours[i].check(st, tx.Now); why != "" {
				if f = f.With(fmt.Sprintf("hours[%d]", i), "%s", why); len(f.Fields) == 20 {
					break
				}
			}
		}
		if len(f.Fields) > 0 {
			return f
		}
		e, err = enter(ctx, tx, actor, st, hours, source, reason)
		return err
	})
	return e, err
}

// enter writes checked values and what their days come to.
func enter(ctx context.Context, tx *db.Tx, actor auth.Actor, st Station, hours []Hour, source, reason string) (e Entered, err error) {
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) > 200 {
		return e, fault.Invalidf("更正理由最多 200 字").With("reason", "更正理由最多 200 字")
	}
	author := actor.ID
	if actor.IsSystem() {
		author = ""
	}
	type key struct {
		factor string
		day    Day
	}
	days := map[key][]Hour{}
	for _, h := range hours {
		k := key{h.Factor, DayAt(h.At)}
		days[k] = append(days[k], h)
	}
	keys := make([]key, 0, len(days))
	for k := range days {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := strings.Compare(a.factor, b.factor); c != 0 {
			return c
		}
		return int(a.day - b.day)
	})
	some, err := hasDays(ctx, tx, st.Num)
	if err != nil {
		return e, err
	}
	var inserts []fresh
	var touched []row
	var corrected []string
	for _, k := range keys {
		x := row{station: st.Num, factor: k.factor, day: k.day}
		if some {
			if x, err = rowFor(ctx, tx, st.Num, k.factor, k.day); err != nil {
				return e, err
			}
		}
		added, changed := 0, 0
		for _, h := range days[k] {
			at := &x.slots[h.At.Sub(k.day.Begin())/3600e9]
			next := slot{h.Value, h.Flag}
			switch {
			case at.flag == 0:
				added++
			case at.flag == next.flag && at.value.Cmp(next.value) == 0:
				e.Same++
				continue
			default:
				changed++
			}
			*at = next
		}
		e.Added, e.Corrected = e.Added+added, e.Corrected+changed
		switch {
		case changed > 0 && reason == "":
			return Entered{}, fault.Invalidf("%s %s 已有不同的%s数值；如需更正，请填写更正理由", st.Name, k.day, itemName(st.Kind, k.factor)).With("reason", "请填写更正理由")
		case changed > 0:
			x.version++
			inserts = append(inserts, fresh{x, source, reason, author})
			corrected = append(corrected, k.factor+" "+k.day.String())
		case added == 0:
			continue
		case x.version == 0:
			x.version = 1
			inserts = append(inserts, fresh{x, source, "", author})
		default:
			if err := growRow(ctx, tx, x); err != nil {
				return e, err
			}
		}
		touched = append(touched, x)
	}
	if err := insertRows(ctx, tx, inserts); err != nil {
		return e, err
	}
	if err := compute(ctx, tx, st, touched); err != nil {
		return e, err
	}
	if len(touched) == 0 {
		return e, nil
	}
	if len(corrected) > 50 {
		corrected = append(corrected[:50], "…")
	}
	detail := map[string]any{"source": source, "added": e.Added}
	if e.Corrected > 0 {
		detail["corrected"], detail["reason"] = corrected, reason
	}
	return e, note(ctx, tx, actor, "ambient.enter", st, detail)
}

func itemName(k Kind, factor string) string {
	if i, ok := ItemOf(k, factor); ok {
		return i.Name
	}
	return factor
}

// EnterManual takes a laboratory's results of a month.
func (s *Service) EnterManual(ctx context.Context, actor auth.Actor, id string, list []Manual, reason string) (e Entered, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := s.writable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if st.Kind == Air {
			return fault.Invalidf("空气站点没有手工监测结果，请登记小时值")
		}
		f := fault.Invalidf("有结果不能接收，没有写入任何内容；请按提示改正")
		if len(list) == 0 || len(list) > 5000 {
			return f.With("results", "一次可提交 1 至 5000 个结果")
		}
		for i := range list {
			if item, ok := ItemOf(st.Kind, list[i].Factor); ok {
				list[i].Factor = item.Factor
			}
			if why := list[i].check(st, MonthAt(tx.Now)); why != "" {
				f = f.With(fmt.Sprintf("results[%d]", i), "%s", why)
			}
		}
		if len(f.Fields) > 0 {
			return f
		}
		e, err = enterManual(ctx, tx, actor, st, list, reason)
		return err
	})
	return e, err
}

// check says why a result cannot be taken; "" is none.
func (m Manual) check(st Station, now Month) string {
	item, ok := ItemOf(st.Kind, m.Factor)
	switch {
	case !ok:
		return fmt.Sprintf("地表水没有“%s”这一项目", m.Factor)
	case m.Month > now:
		return "月份晚于本月"
	case !st.StandsIn(m.Month):
		return "站点当月未启用或已停用"
	case m.Value.Scale > 10 || m.Value.Mantissa >= maxMantissa || m.Value.Mantissa < 0 && item.Factor != "w01010":
		return fmt.Sprintf("%s的数值不合理", item.Name)
	case m.Below && m.Value.Mantissa == 0:
		return "未检出时请填写检出限"
	}
	return ""
}

func enterManual(ctx context.Context, tx *db.Tx, actor auth.Actor, st Station, list []Manual, reason string) (e Entered, err error) {
	reason = strings.TrimSpace(reason)
	for _, m := range list {
		old, err := manualVersions(ctx, tx, st.Num, m.Month, m.Factor)
		if err != nil {
			return e, err
		}
		m.Version, m.Author, m.Reason = len(old)+1, actor.ID, ""
		if n := len(old); n > 0 {
			last := old[n-1]
			if last.Below == m.Below && last.Value.Cmp(m.Value) == 0 {
				e.Same++
				continue
			}
			if reason == "" {
				return Entered{}, fault.Invalidf("%s %s 已有不同的%s结果；如需更正，请填写更正理由", st.Name, m.Month, itemName(st.Kind, m.Factor)).With("reason", "请填写更正理由")
			}
			m.Reason = reason
			e.Corrected++
		} else {
			e.Added++
		}
		if err := insertManual(ctx, tx, st.Num, m); err != nil {
			return e, err
		}
	}
	if e.Added+e.Corrected == 0 {
		return e, nil
	}
	return e, note(ctx, tx, actor, "ambient.manual", st, map[string]any{"added": e.Added, "corrected": e.Corrected, "reason": reason})
}
