package custom

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
)

// The levels that a rule may choose; exceedance is for official means alone.
const (
	Notice  = "notice"  // 早期提醒
	Suspect = "suspect" // 疑似异常
)

// Spec is what officers write: everything that a version of a rule is.
type Spec struct {
	Title   string `json:"title"`
	Level   string `json:"level"`
	Basis   string `json:"basis"`   // 依据
	Explain string `json:"explain"` // text of the alarm, with {…}; "" = made by us

	Area       string   `json:"area"`                 // region code
	Kinds      []string `json:"kinds,omitempty"`      // of outlets; none = all
	Classes    []string `json:"classes,omitempty"`    // permit classes of enterprises
	Industries []string `json:"industries,omitempty"` // of enterprises
	Outlets    []string `json:"outlets,omitempty"`    // chosen ones; none = all

	Rows  []Row  `json:"rows,omitempty"` // conditions of the form; Expr is made of them
	Join  string `json:"join,omitempty"` // and, or
	Expr  string `json:"expr"`
	Hours int    `json:"hours"` // in a row, before it counts

	Until      string `json:"until"` // recovery; "" = Expr holds no more
	UntilHours int    `json:"until_hours"`
}

// Place is an outlet as scopes see it.
type Place struct {
	ID, Kind, Area  string
	Class, Industry string // of the enterprise
}

// Covers reports whether the rule watches the place.
func (s *Spec) Covers(p Place) bool {
	in := func(list []string, x string) bool { return len(list) == 0 || slices.Contains(list, x) }
	return auth.Covers(s.Area, p.Area) && in(s.Kinds, p.Kind) && in(s.Classes, p.Class) && in(s.Industries, p.Industry) && in(s.Outlets, p.ID)
}

// Check tidies the fields and says which of them cannot be.
func (s *Spec) Check() error {
	for _, f := range []*string{&s.Title, &s.Basis, &s.Explain, &s.Expr, &s.Until} {
		*f = strings.TrimSpace(*f)
	}
	if len(s.Rows) > 0 {
		s.Expr = Text(s.Rows, s.Join)
	}
	if s.Hours == 0 {
		s.Hours = 1
	}
	if s.UntilHours == 0 {
		s.UntilHours = 1
	}
	f := fault.Invalidf("规则填写有误，请按提示修改")
	switch {
	case s.Title == "":
		return f.With("title", "请填写规则名称，例如“夜间流量异常升高”")
	case len([]rune(s.Title)) > 60:
		return f.With("title", "规则名称最多 60 字")
	case s.Level != Notice && s.Level != Suspect:
		return f.With("level", "级别只能是早期提醒或疑似异常；超标由法定规则判定")
	case len([]rune(s.Basis)) > 500:
		return f.With("basis", "依据最多 500 字")
	case len([]rune(s.Explain)) > 500:
		return f.With("explain", "预警说明最多 500 字")
	case s.Area == "":
		return f.With("area", "请选择规则适用的区域")
	case s.Hours < 1 || s.Hours > 72:
		return f.With("hours", "连续小时数应为 1 至 72")
	case s.UntilHours < 1 || s.UntilHours > 72:
		return f.With("until_hours", "恢复的连续小时数应为 1 至 72")
	case len(s.Rows) > 20:
		return f.With("rows", "条件最多 20 行")
	case len(s.Outlets) > 500:
		return f.With("outlets", "监控点最多选 500 个；更多时请改用区域、行业等范围")
	}
	return nil
}

// Rule is a spec that was understood.
type Rule struct {
	Spec  Spec
	Cost  uint64 // static estimate for one hour
	main  *program
	until *program
	parts []part
}

// Compile understands a spec, or says what is wrong and where.
func Compile(s Spec) (*Rule, []Problem) {
	r := &Rule{Spec: s}
	var list []Problem
	var wrong *Problem
	if r.main, wrong = compile(s.Expr, cel.BoolType); wrong != nil {
		wrong.place("expr", []rune(s.Expr))
		list = append(list, *wrong)
	} else {
		r.Cost += r.main.cost
	}
	if s.Until != "" {
		if r.until, wrong = compile(s.Until, cel.BoolType); wrong != nil {
			wrong.place("until", []rune(s.Until))
			list = append(list, *wrong)
		} else {
			r.Cost += r.until.cost
		}
	}
	if r.parts, wrong = template(s.Explain); wrong != nil {
		wrong.place("explain", []rune(s.Explain))
		list = append(list, *wrong)
	}
	if len(list) == 0 && r.Cost > MaxCost {
		p := Problem{From: 0, To: len([]rune(s.Expr)), Text: tooCostly(r.Cost)}
		p.place("expr", []rune(s.Expr))
		list = append(list, p)
	}
	if len(list) > 0 {
		return nil, list
	}
	return r, nil
}

// part is a stretch of a template: words, or a number to be reckoned.
type part struct {
	words  string
	lasted bool // how many hours it has lasted
	number *program
}

func template(src string) (out []part, wrong *Problem) {
	runes := []rune(src)
	for at := 0; at < len(runes); {
		open := slices.Index(runes[at:], '{')
		if open < 0 {
			return append(out, part{words: string(runes[at:])}), nil
		}
		open += at
		out = append(out, part{words: string(runes[at:open])})
		n := slices.Index(runes[open:], '}')
		if n < 0 {
			return nil, &Problem{From: open, To: len(runes), Text: "“{”没有对应的“}”"}
		}
		inner := string(runes[open+1 : open+n])
		at = open + n + 1
		if strings.TrimSpace(inner) == "持续" {
			out = append(out, part{lasted: true})
			continue
		}
		p, wrong := compile(inner, cel.DoubleType)
		if wrong != nil {
			wrong.From, wrong.To = wrong.From+open+1, wrong.To+open+1
			return nil, wrong
		}
		out = append(out, part{number: p})
	}
	return out, nil
}

// say is the alarm's text at an hour.
func (r *Rule) say(s *sceneValue, hours int) string {
	var b strings.Builder
	if len(r.parts) == 0 {
		b.WriteString(r.Spec.Title + "：")
		for _, k := range r.main.keys {
			if c := s.channel(k); c >= 0 {
				ch := s.Outlet.Channels[c]
				fmt.Fprintf(&b, "%s %s %s，", ch.Name, show(mean(s, s.Now(), c)), ch.Unit)
			}
		}
		fmt.Fprintf(&b, "已持续 %d 小时", hours)
		return strings.ReplaceAll(b.String(), " ，", "，")
	}
	for _, p := range r.parts {
		switch {
		case p.lasted:
			fmt.Fprint(&b, hours)
		case p.number != nil:
			b.WriteString(show(p.number.number(s)))
		default:
			b.WriteString(p.words)
		}
	}
	return b.String()
}

// Factors are the names of what the rule measures.
func (r *Rule) Factors() []string {
	var out []string
	for _, k := range r.main.keys {
		out = append(out, nameOf(k))
	}
	return out
}

// nameOf is the word for a key.
func nameOf(k string) string {
	if word, role := strings.CutPrefix(k, "@"); role {
		for _, p := range places {
			if p.word.Latin == word {
				return p.word.Name
			}
		}
	}
	code, _, _ := strings.Cut(k, "|")
	return factor.Name(code)
}
