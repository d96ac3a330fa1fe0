// Package phrase holds ready sentences for answering reporters (答复模板): data of a
// place, with variables in braces that a report fills in. What a report cannot fill
// stays as a gap that the clerk sees and must close before the answer goes out.
package phrase

import (
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/fault"
)

// Phrase is one ready sentence.
type Phrase struct {
	Verb  string   // of the desk: reply, accept, refuse, pass
	Kinds []string // of report, none = all
	Title string
	Text  string
}

// Verbs are those that say something to a reporter.
var Verbs = []string{"reply", "accept", "refuse", "pass"}

// Variable is a place that a report fills in, {name} in the text.
type Variable struct{ Name, Meant string }

// Variables are all that a phrase may use. None of them tells anything that the
// reporter did not say or is not shown anyway.
var Variables = []Variable{
	{"编号", "举报编号"}, {"事项", "举报的事项"}, {"举报日期", "提交的日期"}, {"区域", "举报所在的区域"}, {"阶段", "现在的办理阶段"},
	{"承办单位", "现在由谁负责"}, {"期限", "承诺的期限"}, {"职责单位", "应由其受理的单位"}, {"职责依据", "为什么应由其受理"},
}

// gapBegins and gapEnds stand around what is still to be written.
const gapBegins, gapEnds = "〔请填写：", "〕"

// Fits reports whether a phrase is for a verb on a kind of report.
func (p Phrase) Fits(kind string) bool { return len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind) }

// Check says what is wrong with a text.
func Check(text string) error {
	return walk(text, func(name string) error {
		if !slices.ContainsFunc(Variables, func(v Variable) bool { return v.Name == name }) {
			names := []string{}
			for _, v := range Variables {
				names = append(names, v.Name)
			}
			return fault.Invalidf("没有变量“%s”；可以用 %s", name, strings.Join(names, "、"))
		}
		return nil
	}, func(string) {})
}

// Fill puts values in; a variable without a value becomes a gap.
func Fill(text string, values map[string]string) string {
	var b strings.Builder
	_ = walk(text, func(name string) error { // checked when the place was read
		if v := values[name]; v != "" {
			b.WriteString(v)
		} else {
			b.WriteString(gapBegins + name + gapEnds)
		}
		return nil
	}, func(s string) { b.WriteString(s) })
	return b.String()
}

// Gap finds what is still to be written in an answer, "" when nothing is.
func Gap(text string) string {
	_, rest, found := strings.Cut(text, gapBegins)
	if !found {
		return ""
	}
	name, _, _ := strings.Cut(rest, gapEnds)
	return name
}

func walk(text string, variable func(name string) error, plain func(string)) error {
	for {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return fault.Invalidf("多了一个“}”")
		}
		plain(before)
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || strings.Contains(name, "{") {
			return fault.Invalidf("“{”没有对应的“}”")
		}
		if err := variable(name); err != nil {
			return err
		}
		text = after
	}
}
