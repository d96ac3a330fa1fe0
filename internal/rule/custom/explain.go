package custom

import (
	"fmt"
	"regexp"
	"strings"
)

var typeNames = map[string]string{"double": "数值", "int": "数值", "bool": "是否", "string": "文字", "scene": "数据"}

func typeName(t string) string {
	if n, ok := typeNames[t]; ok {
		return n
	}
	if strings.HasPrefix(t, "list") {
		return "一组数"
	}
	return "别的内容"
}

var overload = regexp.MustCompile(`found no matching overload for '([^']+)' applied to '([^']*)'`)

// sentence puts what CEL says about the token into words that say what to do.
func (r *rendered) sentence(message string, i int) string {
	t := r.list[i]
	if strings.Contains(message, "expected type 'bool'") {
		return fmt.Sprintf("“%s”是%s，不是判断；“且”“或”“非”连接的要是判断，例如 氨氮 > 5", t.written, typeName(found(message)))
	}
	if m := overload.FindStringSubmatch(message); m != nil {
		return r.mismatch(m[1], strings.Split(strings.Trim(m[2], "()"), ", "), t)
	}
	switch {
	case strings.Contains(message, "undeclared reference"):
		return fmt.Sprintf("这里不能用“%s”%s", t.written, propose(t.written))
	case strings.Contains(message, "nesting"):
		return "exists、all 里面不能再套 exists、all，请拆成几条规则"
	case strings.Contains(message, "recursion limit"), strings.Contains(message, "expression recursion"):
		return "括号套得太深，请写得简单一些"
	case strings.Contains(message, "expected type of result"), strings.Contains(message, "expected type"):
		return "一组数里只能放同一种内容"
	}
	return fmt.Sprintf("“%s”附近写法有误，请对照右侧词表检查", t.written)
}

var foundType = regexp.MustCompile(`but found '([^']+)'`)

func found(message string) string {
	if m := foundType.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

func (r *rendered) mismatch(op string, args []string, t token) string {
	if f, ok := functionOf(op); ok {
		return fmt.Sprintf("“%s”的用法是 %s%s，例如 %s", f.word.Name, f.word.Name, f.word.Args, f.word.Sample)
	}
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = typeName(a)
	}
	if len(args) == 2 {
		switch op {
		case "_&&_", "_||_":
			return fmt.Sprintf("“%s”两边都要是判断（是或否），现在左边是%s，右边是%s", t.written, names[0], names[1])
		case "_<_", "_<=_", "_>_", "_>=_":
			if args[0] == "bool" {
				return "不能连着比较，请分开写，例如 6 <= pH 且 pH <= 9"
			}
			return fmt.Sprintf("“%s”两边都要是数值，现在左边是%s，右边是%s", t.written, names[0], names[1])
		case "@in":
			return fmt.Sprintf("“%s”右边要写成方括号里的一组数，例如 时 in [22, 23, 0]", t.written)
		}
		return fmt.Sprintf("“%s”两边要是同一种内容，现在左边是%s，右边是%s", t.written, names[0], names[1])
	}
	if len(args) == 1 {
		return fmt.Sprintf("“%s”后面的内容不对，现在是%s", t.written, names[0])
	}
	return fmt.Sprintf("“%s”附近的内容种类不对，请检查", t.written)
}

// place fills in line and column of a problem.
func (p *Problem) place(field string, src []rune) {
	p.Field, p.Line, p.Column = field, 1, 1
	p.From, p.To = min(p.From, len(src)), min(p.To, len(src))
	for _, r := range src[:p.From] {
		p.Column++
		if r == '\n' {
			p.Line, p.Column = p.Line+1, 1
		}
	}
}
