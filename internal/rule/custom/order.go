package custom

import "fmt"

// order looks whether the tokens stand in an order that makes sense, so that what
// is missing can be told in plain words; the rest is CEL's.
func order(list []token, end int) *Problem {
	if len(list) == 0 {
		return &Problem{From: 0, To: 1, Text: "请写一个判断，例如 小时值(氨氮) > 1.2 × 限值(氨氮)"}
	}
	var brackets []token
	want := true // something to reckon with comes next
	for i, t := range list {
		at := func(format string, args ...any) *Problem {
			return &Problem{From: t.from, To: t.to, Text: fmt.Sprintf(format, args...)}
		}
		switch t.class {
		case number, text, thing, moment, name, call:
			if !want {
				return at("“%s”和“%s”之间缺少符号，例如 且、或、>、<、×", list[i-1].written, t.written)
			}
			want = false
			if t.class == call && (i+1 == len(list) || list[i+1].class != open) {
				return at("“%s”后面要有括号，写明%s", t.written, argsOf(t.cel))
			}
		case prefix:
			if !want {
				return at("“%s”前面缺少“且”或“或”", t.written)
			}
		case infix, choose:
			if want {
				return at("“%s”前面缺少要比较或计算的内容", t.written)
			}
			want = true
		case comma:
			if want {
				return at("逗号前面缺少内容")
			}
			if len(brackets) == 0 {
				return at("逗号只用在括号里；两个条件之间请写“且”或“或”")
			}
			want = true
		case dot:
			if want {
				return at("“.”前面缺少内容")
			}
			want = true
		case open:
			if !want && (i == 0 || list[i-1].class != call) {
				return at("“%s”和括号之间缺少符号，例如 且、或、×", list[i-1].written)
			}
			brackets = append(brackets, t)
			want = true
		case shut:
			if len(brackets) == 0 {
				return at("多了一个右括号，请删去或在前面补上左括号")
			}
			last := brackets[len(brackets)-1]
			if (last.cel == "(") != (t.cel == ")") {
				return at("括号不配对：这里应当是“%s”", map[string]string{"(": ")", "[": "]"}[last.cel])
			}
			brackets = brackets[:len(brackets)-1]
			if before := list[i-1]; want && before.class == open {
				return at("括号里缺少内容")
			} else if want {
				return at("“%s”后面缺少内容", before.written)
			}
			want = false
		}
	}
	if len(brackets) > 0 {
		b := brackets[len(brackets)-1]
		return &Problem{From: b.from, To: b.to, Text: "这个左括号没有对应的右括号，请补上"}
	}
	if want {
		t := list[len(list)-1]
		return &Problem{From: t.from, To: max(t.to, end), Text: fmt.Sprintf("没有写完：“%s”后面还缺内容", t.written)}
	}
	return nil
}

func argsOf(latin string) string {
	if f, ok := functionOf(latin); ok {
		return f.word.Args
	}
	return "(名称, 判断)"
}
