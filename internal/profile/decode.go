package profile

import (
	"fmt"
	"io/fs"
	"math"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one mistake in a profile's files, with the place to mend it. Line
// counts from 1; 0 means the file as a whole.
type Problem struct {
	File string
	Line int
	Text string
}

// String is file:line: sentence.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + "：" + p.Text
	}
	return fmt.Sprintf("%s:%d：%s", p.File, p.Line, p.Text)
}

// Problems is every mistake found in one reading.
type Problems []Problem

// Error names the first three mistakes on one line, and how many there are.
func (ps Problems) Error() string {
	var parts []string
	for i, p := range ps {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("等共 %d 处", len(ps)))
			break
		}
		parts = append(parts, p.String())
	}
	return "地方配置有误：" + strings.Join(parts, "；")
}

// Line remembers where a struct stood in its file, for checks made after
// reading; the decoder fills it.
type Line int

// decoder reads YAML nodes into structs by their tags. yaml.v3 itself can
// refuse unknown keys, but says so in English and stops at the first kind of
// mistake; people who keep profiles are no programmers.
//
// Tags: `yaml:"key"`; `check:"required,min=1,max=365"`; a field of type Line
// takes the node's line.
type decoder struct {
	file  string
	bases fs.FS  // where the files stand that a profile may extend
	base  string // the one it extends; its lines are negative
	bad   Problems
}

func (d *decoder) fail(line int, format string, args ...any) {
	d.bad = append(d.bad, problemAt(d.file, d.base, line, fmt.Sprintf(format, args...)))
}

// problemAt names the file that a line stands in.
func problemAt(file, base string, line int, text string) Problem {
	if line < 0 {
		return Problem{"profiles/" + base, -line, text}
	}
	return Problem{file, line, text}
}

// decode reads a whole document, and the base that it extends, into the struct
// that v points to.
func (d *decoder) decode(text []byte, v any) {
	n := d.parse(text)
	if n == nil {
		return
	}
	if d.extend(n); len(d.bad) == 0 {
		d.value(n, reflect.ValueOf(v).Elem(), "文件")
	}
}

// parse gives the document's root, nil when there is none.
func (d *decoder) parse(text []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		d.fail(syntaxLine(err), "不是合格的 YAML：%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if len(doc.Content) == 0 {
		d.fail(0, "文件是空的")
		return nil
	}
	return doc.Content[0]
}

// syntaxLine finds the line in yaml's message "yaml: line 7: …".
func syntaxLine(err error) int {
	rest, ok := strings.CutPrefix(err.Error(), "yaml: line ")
	if !ok {
		return 0
	}
	n, _, _ := strings.Cut(rest, ":")
	line, err := strconv.Atoi(n)
	if err != nil {
		return 0
	}
	return line
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind == yaml.AliasNode { // could hold itself
		d.fail(n.Line, "“%s”请直接写出，不用 * 引用", name)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(n, v, name)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.fail(n.Line, "“%s”应当是列表（每项以“- ”开头）", name)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, c := range n.Content {
			d.value(c, v.Index(i), name)
		}
	default:
		d.scalar(n, v, name)
	}
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n.Line, "“%s”应当是“键: 值”的形式", name)
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := n.Content[i], n.Content[i+1]
		f, ok := fields[k.Value]
		switch {
		case !ok:
			d.fail(k.Line, "不认识的键“%s”；此处可用：%s", k.Value, strings.Join(keysOf(v.Type()), "、"))
		case seen[k.Value]:
			d.fail(k.Line, "键“%s”写了两次", k.Value)
		case val.Tag == "!!null":
			d.fail(k.Line, "“%s”没有值", k.Value)
		default:
			before := len(d.bad)
			d.value(val, v.Field(f.index), k.Value)
			if len(d.bad) == before {
				d.limits(val.Line, v.Field(f.index), k.Value, f.check)
			}
		}
		seen[k.Value] = true
	}
	for _, key := range keysOf(v.Type()) {
		if f := fields[key]; !seen[key] && f.check["required"] != nil {
			d.fail(n.Line, "缺少“%s”", key)
		}
	}
	if f := v.FieldByName("Line"); f.IsValid() && f.Type() == reflect.TypeFor[Line]() {
		f.SetInt(int64(n.Line))
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, name string) {
	if n.Kind != yaml.ScalarNode {
		d.fail(n.Line, "“%s”应当是单个值", name)
		return
	}
	switch v.Kind() {
	case reflect.String:
		// An unquoted code such as 330302 is a number to YAML; its text is what
		// was meant, unless leading zeros make it another number.
		v.SetString(strings.TrimSpace(n.Value))
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			d.fail(n.Line, "“%s”应当是整数，现为“%s”", name, n.Value)
			return
		}
		v.SetInt(int64(i))
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(n.Line, "“%s”应当是数，现为“%s”", name, n.Value)
			return
		}
		v.SetFloat(f)
	case reflect.Bool:
		switch n.Value {
		case "true", "false":
			v.SetBool(n.Value == "true")
		default:
			d.fail(n.Line, "“%s”应当是 true 或 false，现为“%s”", name, n.Value)
		}
	default:
		panic("profile: no rule for " + v.Type().String()) // a mistake in our structs
	}
}

// limits checks what the tag asks of a value that could be read.
func (d *decoder) limits(line int, v reflect.Value, name string, check map[string]*float64) {
	var size float64
	switch v.Kind() {
	case reflect.String:
		if check["required"] != nil && v.String() == "" {
			d.fail(line, "“%s”不能为空", name)
		}
		return
	case reflect.Slice:
		if check["required"] != nil && v.Len() == 0 {
			d.fail(line, "“%s”不能为空", name)
		}
		return
	case reflect.Int:
		size = float64(v.Int())
	case reflect.Float64:
		size = v.Float()
	default:
		return
	}
	if lo := check["min"]; lo != nil && size < *lo {
		d.fail(line, "“%s”应当不小于 %v，现为 %v", name, *lo, size)
	}
	if hi := check["max"]; hi != nil && size > *hi {
		d.fail(line, "“%s”应当不大于 %v，现为 %v", name, *hi, size)
	}
}

type field struct {
	index int
	check map[string]*float64
}

func fieldsOf(t reflect.Type) map[string]field {
	out := map[string]field{}
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		out[key] = field{i, parseCheck(t.Field(i).Tag.Get("check"))}
	}
	return out
}

func parseCheck(tag string) map[string]*float64 {
	out := map[string]*float64{}
	for part := range strings.SplitSeq(tag, ",") {
		key, val, _ := strings.Cut(part, "=")
		f, err := strconv.ParseFloat(val, 64)
		if err != nil {
			f = 0
		}
		out[key] = &f
	}
	return out
}

func keysOf(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" && key != "-" {
			out = append(out, key)
		}
	}
	return out
}
