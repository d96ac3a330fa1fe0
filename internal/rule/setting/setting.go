package setting

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind says how a setting is written down.
type Kind string

// The kinds.
const (
	Count   Kind = "count"   // a whole number
	Number  Kind = "number"  // a number
	Percent Kind = "percent" // a whole number of hundredths
)

// Setting is one thing that may be set on a rule: the form draws itself from it.
type Setting struct {
	Name    string // by which the rule asks for it, and {name} in its basis
	Title   string // 连续小时数（废气）
	Unit    string // 小时
	Kind    Kind
	Min     float64
	Max     float64
	Default float64
	Meant   string // what a greater or smaller value means
	Basis   string // why the default is what it is
}

// Own is the basis of defaults that no document gives: the bench of the program's
// own detection bears them out.
const Own = "文件没有规定；按本程序的检测基准取值"

// Hours is a setting of so many hours in a row.
func Hours(name, title string, least, most, def float64, basis string) Setting {
	return Setting{name, title, "小时", Count, least, most, def, "越长越稳妥，提请也越晚", basis}
}

// Share is a setting in per cent.
func Share(name, title string, least, most, def float64, meant, basis string) Setting {
	return Setting{name, title, "%", Percent, least, most, def, meant, basis}
}

// Values are settings that somebody has set; what is not in it is not set.
type Values map[string]float64

// Trouble is what is wrong with one value.
type Trouble struct{ Name, Text string }

// Check says what is wrong with the values, in the order of the settings.
func Check(list []Setting, v Values) []Trouble {
	var out []Trouble
	known := map[string]bool{}
	for _, s := range list {
		known[s.Name] = true
		x, set := v[s.Name]
		switch {
		case !set:
		case math.IsNaN(x) || x < s.Min || x > s.Max:
			out = append(out, Trouble{s.Name, fmt.Sprintf("%s应在 %s 至 %s 之间", s.Title, s.Format(s.Min), s.Format(s.Max))})
		case s.Kind != Number && x != math.Trunc(x):
			out = append(out, Trouble{s.Name, s.Title + "应是整数"})
		}
	}
	var strange []string
	for name := range v {
		if !known[name] {
			strange = append(strange, name)
		}
	}
	slices.Sort(strange)
	for _, name := range strange {
		out = append(out, Trouble{name, "这条规则没有这一项设置"})
	}
	return out
}

// Format is a value as people read it, with its unit.
func (s Setting) Format(x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if s.Unit == "" {
		return text
	}
	return text + " " + s.Unit
}

// Set holds a value for every setting of a rule. The zero value is that of a rule
// that has none.
type Set struct {
	list   []Setting
	values []float64
}

// Defaults is what holds where nothing was set.
func Defaults(list []Setting) Set {
	s := Set{list, make([]float64, len(list))}
	for i := range list {
		s.values[i] = list[i].Default
	}
	return s
}

// With is the set with some values replaced.
func (s Set) With(v Values) Set {
	out := Set{s.list, slices.Clone(s.values)}
	for i := range s.list {
		if x, ok := v[s.list[i].Name]; ok {
			out.values[i] = x
		}
	}
	return out
}

// Value is the value of a setting. A rule that asks for what it has not declared is
// a mistake of the program.
func (s Set) Value(name string) float64 {
	for i := range s.list {
		if s.list[i].Name == name {
			return s.values[i]
		}
	}
	panic("setting: no " + name)
}

// Share is a value in per cent as a part of one.
func (s Set) Share(name string) float64 { return s.Value(name) / 100 }

// Fill puts the values into a text that names settings in braces.
func (s Set) Fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(s.list))
	for i := range s.list {
		pairs = append(pairs, "{"+s.list[i].Name+"}", strconv.FormatFloat(s.values[i], 'f', -1, 64))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Diff lists the settings whose values differ from the defaults, in words.
func (s Set) Diff() []string {
	var out []string
	for i, x := range s.list {
		if s.values[i] != x.Default {
			out = append(out, fmt.Sprintf("%s %s（默认 %s）", x.Title, x.Format(s.values[i]), x.Format(x.Default)))
		}
	}
	return out
}
