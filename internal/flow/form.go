package flow

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Form is what a person filled in for a step, checked and tidied: by field name
// a string, an int (Days) or a []string (Agencies, Files). A field left empty
// is absent.
type Form map[string]any

// Text gives a field of one value, "" when it was left empty.
func (f Form) Text(name string) string { s, _ := f[name].(string); return s }

// Int gives a count, 0 when it was left empty.
func (f Form) Int(name string) int { n, _ := f[name].(int); return n }

// List gives a field of several values.
func (f Form) List(name string) []string { l, _ := f[name].([]string); return l }

// What a form may hold at most: characters of a line and of a text, entries of
// a list, working days.
const (
	maxLine = 200
	maxText = 5000
	maxList = 30
	maxDays = 730
)

// Fill checks what was sent (decoded JSON) against the step's fields. All wrong
// fields are named at once, as form.<name>; a field that the step does not ask
// for is refused, so that nothing a person wrote is lost silently.
func (st Step) Fill(in map[string]any) (Form, error) {
	out := Form{}
	bad := fault.Invalidf("“%s”有内容需要补充或修改，请按各项提示填写", st.Title)
	for _, f := range st.Fields {
		v, problem := f.read(in[f.Name])
		switch {
		case problem != "":
			bad = bad.With("form."+f.Name, "%s", problem)
		case v != nil:
			out[f.Name] = v
		case f.Required:
			bad = bad.With("form."+f.Name, "请%s%s", f.ask(), f.Title)
		}
	}
	for name := range in {
		if !slices.ContainsFunc(st.Fields, func(f Field) bool { return f.Name == name }) {
			bad = bad.With("form."+name, "此操作没有这一项")
		}
	}
	if len(bad.Fields) > 0 {
		slices.SortFunc(bad.Fields, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
		return nil, bad
	}
	return out, nil
}

func (f Field) ask() string {
	switch f.Kind {
	case Text, Line, Place, Days:
		return "填写"
	case Files:
		return "上传"
	}
	return "选择"
}

// read tidies one value: nil when it is empty, a sentence when it is wrong.
func (f Field) read(v any) (any, string) {
	switch f.Kind {
	case Days:
		return f.readDays(v)
	case Agencies, Files:
		return f.readList(v)
	}
	if v == nil {
		return nil, ""
	}
	s, ok := v.(string)
	if !ok {
		return nil, "应为文字"
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, ""
	}
	return s, f.wrong(s)
}

func (f Field) wrong(s string) string {
	limit := maxLine
	if f.Kind == Text {
		limit = maxText
	}
	if len([]rune(s)) > limit {
		return "最多 " + strconv.Itoa(limit) + " 个字"
	}
	if f.Kind == Date {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "应为日期，例如 2026-11-21"
		}
	}
	if f.Kind == Choice && len(f.Options) > 0 &&
		!slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == s }) {
		return "请从所列选项中选择"
	}
	return ""
}

func (f Field) readDays(v any) (any, string) {
	var n float64
	switch x := v.(type) {
	case nil:
		return nil, ""
	case float64:
		n = x
	case int:
		n = float64(x)
	case string:
		if x = strings.TrimSpace(x); x == "" {
			return nil, ""
		}
		i, err := strconv.Atoi(x)
		if err != nil {
			return nil, "应为整数（工作日）"
		}
		n = float64(i)
	default:
		return nil, "应为整数（工作日）"
	}
	if n != math.Trunc(n) || n < 1 || n > maxDays {
		return nil, "应为 1 至 " + strconv.Itoa(maxDays) + " 之间的整数（工作日）"
	}
	return int(n), ""
}

func (f Field) readList(v any) (any, string) {
	var out []string
	add := func(x any) bool {
		s, ok := x.(string)
		if s = strings.TrimSpace(s); ok && s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
		return ok
	}
	switch l := v.(type) {
	case nil:
	case []string:
		for _, x := range l {
			add(x)
		}
	case []any:
		for _, x := range l {
			if !add(x) {
				return nil, "应为编号的列表"
			}
		}
	default:
		return nil, "应为编号的列表"
	}
	if len(out) > maxList {
		return nil, "最多 " + strconv.Itoa(maxList) + " 项"
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, ""
}

// ShowChoice gives the title of a chosen value.
func (f Field) ShowChoice(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Title
		}
	}
	return value
}
