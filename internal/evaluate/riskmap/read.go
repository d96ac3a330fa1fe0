package riskmap

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// maxFacts bounds a facts file.
const maxFacts = 64 << 20

// Read reads a facts file; month, when not zero, is what the file must be about.
// Every mistake found is in the error, with its line and field.
func Read(r io.Reader, name string, month Month) (Facts, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFacts+1))
	if err != nil {
		return Facts{}, fmt.Errorf("read facts: %w", err)
	}
	if len(text) > maxFacts {
		return Facts{}, fault.New(fault.TooLarge, "事实文件 %s 超过 64 MB，请按月分开", name)
	}
	root, err := parse(text)
	if err != nil {
		return Facts{}, fault.Invalidf("事实文件 %s %v", name, err)
	}
	d := &reader{}
	f := d.facts(root, month)
	if len(d.bad) > 0 {
		return Facts{}, d.fault(name)
	}
	return f, nil
}

// reader turns nodes into facts and collects what is wrong.
type reader struct{ bad []mistake }

type mistake struct {
	line        int
	field, text string
}

func (d *reader) fail(line int, field, format string, args ...any) {
	d.bad = append(d.bad, mistake{line, field, fmt.Sprintf(format, args...)})
}

func (d *reader) fault(name string) error {
	const shown = 5
	slices.SortStableFunc(d.bad, func(a, b mistake) int { return a.line - b.line })
	var parts []string
	for i, m := range d.bad {
		if i == shown {
			parts = append(parts, fmt.Sprintf("等共 %d 处", len(d.bad)))
			break
		}
		parts = append(parts, fmt.Sprintf("第 %d 行 %s：%s", m.line, m.field, m.text))
	}
	f := fault.Invalidf("事实文件 %s 有误：%s", name, strings.Join(parts, "；"))
	for _, m := range d.bad {
		f = f.With(m.field, "第 %d 行：%s", m.line, m.text)
	}
	return f
}

// object gives the members of an object by key, null ones left out; keys that
// are not named, and repeated ones, are mistakes.
func (d *reader) object(n node, field string, keys ...string) map[string]node {
	if n.kind != '{' {
		d.fail(n.line, field, "应为 {…}，现为 %s", n.shown())
		return nil
	}
	out, seen := map[string]node{}, map[string]bool{}
	for i, k := range n.keys {
		at := k
		if field != root {
			at = field + "." + k
		}
		switch {
		case !slices.Contains(keys, k):
			d.fail(n.on[i], at, "不认识；此处可用：%s", strings.Join(keys, "、"))
		case seen[k]:
			d.fail(n.on[i], at, "写了两次")
		case n.values[i].kind != 'n':
			out[k] = n.values[i]
		}
		seen[k] = true
	}
	return out
}

// root is the field name of the whole file.
const root = "文件"

func (d *reader) facts(n node, month Month) Facts {
	m := d.object(n, root, "profile", "month", "units")
	f := Facts{Month: month}
	if v, ok := m["profile"]; ok {
		f.Profile = d.text(v, "profile")
	}
	switch v, ok := m["month"]; {
	case ok:
		at, err := ParseMonth(d.text(v, "month"))
		switch {
		case v.kind != '"': // already told
		case err != nil:
			d.fail(v.line, "month", "%v", err)
		case month != 0 && at != month:
			d.fail(v.line, "month", "文件是 %s 的事实，而 --month 为 %s；请改用该月的事实文件", at, month)
		default:
			f.Month = at
		}
	case m != nil && month == 0:
		d.fail(n.line, "month", "缺少；请写明 \"month\":\"2026-10\"，或用 --month 给出")
	}
	units, ok := m["units"]
	if !ok {
		if m != nil {
			d.fail(n.line, "units", "缺少；应为各单元的列表")
		}
		return f
	}
	seen := map[string]int{}
	for i, u := range d.list(units, "units") {
		field := fmt.Sprintf("units[%d]", i)
		x := d.unit(u, field)
		if at, dup := seen[x.Code]; dup && x.Code != "" {
			d.fail(u.line, field+".code", "单元 %s 已在 units[%d] 出现", x.Code, at)
		}
		seen[x.Code] = i
		f.Units = append(f.Units, x)
	}
	return f
}

func (d *reader) unit(n node, field string) UnitFacts {
	m := d.object(n, field, "code", "name", "water", "air", "complaints", "mass_incident", "discovery", "events", "exceedances")
	u := UnitFacts{}
	if v, ok := m["code"]; ok {
		if u.Code = strings.TrimSpace(d.text(v, field+".code")); u.Code == "" && v.kind == '"' {
			d.fail(v.line, field+".code", "不能为空")
		}
	} else if m != nil {
		d.fail(n.line, field+".code", "缺少单元代码")
	}
	if v, ok := m["name"]; ok {
		u.Name = d.text(v, field+".name")
	}
	if v, ok := m["water"]; ok {
		u.Water = d.compared(v, field+".water", "share", d.share)
	}
	if v, ok := m["air"]; ok {
		u.Air = d.compared(v, field+".air", "index", d.amount)
	}
	if v, ok := m["complaints"]; ok {
		u.Complaints = d.compared(v, field+".complaints", "count", d.amount)
		if c := m["complaints"]; u.Complaints.Value != nil && !u.Complaints.Value.IsInt() {
			d.fail(c.line, field+".complaints.count", "应为整数（件）")
		}
	}
	if v, ok := m["mass_incident"]; ok {
		u.MassIncident = d.flag(v, field+".mass_incident")
	}
	if v, ok := m["discovery"]; ok {
		for i, e := range d.list(v, field+".discovery") {
			u.Discovery = append(u.Discovery, d.found(e, fmt.Sprintf("%s.discovery[%d]", field, i)))
		}
	}
	if v, ok := m["events"]; ok {
		for i, e := range d.list(v, field+".events") {
			u.Events = append(u.Events, d.event(e, fmt.Sprintf("%s.events[%d]", field, i)))
		}
	}
	if v, ok := m["exceedances"]; ok {
		u.Exceedances = d.counts(v, field+".exceedances")
	}
	return u
}

func (d *reader) compared(n node, field, key string, number func(node, string) *big.Rat) *Compared {
	m := d.object(n, field, key, "baseline")
	c := &Compared{}
	if v, ok := m[key]; ok {
		c.Value = number(v, field+"."+key)
	}
	v, ok := m["baseline"]
	if !ok {
		return c
	}
	list := d.list(v, field+".baseline")
	if len(list) > 3 {
		d.fail(v.line, field+".baseline", "应为前三年同期，最多三个数，现有 %d 个", len(list))
	}
	for i, e := range list {
		at := fmt.Sprintf("%s.baseline[%d]", field, i)
		if e.kind == 'n' {
			c.Baseline = append(c.Baseline, nil)
			continue
		}
		c.Baseline = append(c.Baseline, number(e, at))
	}
	return c
}

func (d *reader) counts(n node, field string) []*big.Rat {
	list := d.list(n, field)
	if n.kind == '[' && len(list) != 3 && len(list) != 0 {
		d.fail(n.line, field, "应为三个数：上上月、上月、本月，没有数据的写 null；现有 %d 个", len(list))
		return nil
	}
	var out []*big.Rat
	for i, e := range list {
		var r *big.Rat
		if e.kind != 'n' {
			at := fmt.Sprintf("%s[%d]", field, i)
			if r = d.amount(e, at); r != nil && !r.IsInt() {
				d.fail(e.line, at, "应为整数（次），现为 %s", e.shown())
			}
		}
		out = append(out, r)
	}
	return out
}

func (d *reader) found(n node, field string) Found {
	m := d.object(n, field, "level", "kind", "self_found")
	f := Found{}
	f.Level = d.word(m, n, field, "level", Levels)
	f.Kind = d.word(m, n, field, "kind", Kinds)
	if v, ok := m["self_found"]; ok {
		f.SelfFound = d.flag(v, field+".self_found")
	}
	return f
}

func (d *reader) event(n node, field string) Event {
	m := d.object(n, field, "date", "grade")
	e := Event{Grade: d.word(m, n, field, "grade", Grades)}
	v, ok := m["date"]
	if !ok {
		if m != nil {
			d.fail(n.line, field+".date", "缺少发生日期")
		}
		return e
	}
	text := d.text(v, field+".date")
	t, err := time.Parse(time.DateOnly, text)
	if err != nil && v.kind == '"' {
		d.fail(v.line, field+".date", "“%s”不是日期，应写成 2026-09-03 的形式", text)
	}
	e.Date = t
	return e
}

func (d *reader) word(m map[string]node, n node, field, key string, list []Word) string {
	v, ok := m[key]
	at := field + "." + key
	if !ok {
		if m != nil {
			d.fail(n.line, at, "缺少；应为 %s 之一", Ids(list))
		}
		return ""
	}
	w := d.text(v, at)
	if v.kind == '"' && !Known(list, w) {
		d.fail(v.line, at, "“%s”不认识；应为 %s 之一", w, Ids(list))
	}
	return w
}

func (d *reader) list(n node, field string) []node {
	if n.kind != '[' {
		d.fail(n.line, field, "应为列表 […]，现为 %s", n.shown())
		return nil
	}
	return n.list
}

func (d *reader) text(n node, field string) string {
	if n.kind != '"' {
		d.fail(n.line, field, "应为文字（加引号），现为 %s", n.shown())
		return ""
	}
	return n.text
}

func (d *reader) flag(n node, field string) bool {
	if n.kind != 't' {
		d.fail(n.line, field, "应为 true 或 false，现为 %s", n.shown())
	}
	return n.text == "true"
}

func (d *reader) share(n node, field string) *big.Rat {
	r := d.amount(n, field)
	if r != nil && r.Cmp(big.NewRat(1, 1)) > 0 {
		d.fail(n.line, field, "应为 0 至 1 的比例（80%% 写 0.80），现为 %s", n.shown())
	}
	return r
}

// amount reads a number that is not negative, exactly.
func (d *reader) amount(n node, field string) *big.Rat {
	if n.kind != '0' {
		d.fail(n.line, field, "应为数，现为 %s", n.shown())
		return nil
	}
	r, ok := exact(n.text)
	switch {
	case !ok:
		d.fail(n.line, field, "数太长或太大，现为 %s", n.shown())
		return nil
	case r.Sign() < 0:
		d.fail(n.line, field, "不能小于 0，现为 %s", n.shown())
	}
	return r
}

// exact reads a JSON number as a fraction; a long exponent would be a fraction
// that fills the memory.
func exact(text string) (*big.Rat, bool) {
	if len(text) > 60 {
		return nil, false
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if e, err := strconv.Atoi(text[i+1:]); err != nil || e > 30 || e < -30 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}
