package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// Variable is a place that a template fills in, {name} in its text.
type Variable struct {
	Name   string
	Meant  string
	Sample string // what a preview shows where there is nothing real
}

// common are the variables of every template.
var common = []Variable{
	{"标题", "通知的标题", "超标：演示热电厂 1号烟囱"}, {"内容", "通知的内容", "二氧化硫小时均值 70 mg/m³，限值 50 mg/m³"},
	{"紧急程度", "一般、重要、紧急", "重要"}, {"时间", "发出的时间，北京时间", "11-25 14:05"}, {"平台", "本平台的名称", "清哨"}, {"收件人", "收件人姓名；群机器人为空", "陈值守"},
}

// Describer tells what the notices of a kind are about, for templates.
type Describer struct {
	Title     string // 预警
	Variables []Variable
	// Of gives the variables' values for one thing.
	Of func(ctx context.Context, tx *db.Tx, subject string) (map[string]string, error)
	// Newest finds a thing that the actor may see, for a preview; "" without one.
	Newest func(ctx context.Context, actor auth.Actor) (subject, title, text string, err error)
}

// Describe says what the notices of a kind are about.
func (s *Service) Describe(kind string, d Describer) {
	if s.about == nil {
		s.about = map[string]Describer{}
	}
	s.about[kind] = d
	s.kinds = append(s.kinds, kind)
}

// Words are the ways out whose words templates may set.
var words = []string{MailKind, SMSKind, RobotKind}

// Template is how the notices of a kind leave by a kind of channel. Number 0 is the
// program's own.
type Template struct {
	Kind       string
	Channel    string
	Number     int64
	Title      string
	Text       string
	Reset      bool // back to the program's own
	Reason     string
	Author     string
	AuthorName string
	At         time.Time
}

// The program's own words.
const (
	ownTitle = "{标题}"
	ownText  = "{内容}"
)

// Problem is one thing wrong with a template, and where. Line and Column count
// characters from one.
type Problem struct {
	Field  string // title, text
	From   int    // characters from the beginning
	To     int
	Line   int
	Column int
	Text   string
}

// The most characters of a title and of a text.
const (
	mostTitle = 100
	mostWords = 1000
)

// check finds what is wrong with a field of a template.
func check(field, text string, known []Variable, most int) (out []Problem) {
	runes := []rune(text)
	line, column := 1, 1
	fail := func(from, to int, format string, args ...any) {
		out = append(out, Problem{field, from, to, line, column, fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(text) == "" {
		fail(0, 0, "不能为空")
		return out
	}
	for i := 0; i < len(runes); i++ {
		switch runes[i] {
		case '\n':
			line, column = line+1, 1
			if field == "title" {
				fail(i, i+1, "标题只能有一行")
			}
			continue
		case '}':
			fail(i, i+1, "多了一个“}”")
		case '{':
			end := slices.Index(runes[i:], '}')
			next := slices.Index(runes[i+1:], '{')
			if end < 0 || next >= 0 && next+1 < end {
				fail(i, i+1, "“{”没有对应的“}”")
				break
			}
			name := string(runes[i+1 : i+end])
			if !slices.ContainsFunc(known, func(v Variable) bool { return v.Name == name }) {
				fail(i, i+end+1, "没有变量“%s”%s", name, hint(name, known))
			}
			i, column = i+end, column+end
		}
		column++
	}
	if len(runes) > most {
		fail(most, len(runes), "最多 %d 个字", most)
	}
	return out
}

// hint names the variable that was perhaps meant: one that shares a character.
func hint(name string, known []Variable) string {
	for _, v := range known {
		if strings.ContainsAny(name, v.Name) {
			return "，您是不是要写“" + v.Name + "”"
		}
	}
	return "，可用的变量见右侧"
}

// fillIn puts values in; what has no value is left out.
func fillIn(text string, known []Variable, values map[string]string) string {
	pairs := make([]string, 0, 2*len(known))
	for _, v := range known {
		pairs = append(pairs, "{"+v.Name+"}", values[v.Name])
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text))
}

// variables are those of a kind's templates.
func (s *Service) variables(kind string) []Variable {
	return append(slices.Clone(common), s.about[kind].Variables...)
}

// wording renders the words of one notice for the channels that have a template for
// its kind. It reads nothing while there are no templates.
type wording struct {
	s         *Service
	n         Notice
	templates map[string]Template // by kind of channel
	values    map[string]string
}

func (s *Service) wording(ctx context.Context, tx *db.Tx, n Notice) (*wording, error) {
	w := &wording{s: s, n: n}
	if n.Confidential || len(s.about) == 0 {
		return w, nil
	}
	list, err := templatesOf(ctx, tx, n.Kind)
	if err != nil || len(list) == 0 {
		return w, err
	}
	w.templates = map[string]Template{}
	for _, t := range list {
		if !t.Reset {
			w.templates[t.Channel] = t
		}
	}
	if len(w.templates) == 0 {
		return w, nil
	}
	w.values = map[string]string{"标题": n.Title, "内容": n.Text, "紧急程度": n.Urgency.Title(), "时间": tx.Now.In(beijing).Format("01-02 15:04"), "平台": s.place}
	if of := s.about[n.Kind].Of; of != nil {
		more, err := of(ctx, tx, n.Subject)
		if err != nil {
			return w, err
		}
		for k, v := range more {
			w.values[k] = v
		}
	}
	return w, nil
}

// of gives title and text for a receiver; the notice's own where nothing else is set.
func (w *wording) of(channel, name, title, text string) (string, string) {
	t, ok := w.templates[channel]
	if !ok {
		return title, text
	}
	w.values["收件人"] = name
	known := w.s.variables(w.n.Kind)
	return fillIn(t.Title, known, w.values), fillIn(t.Text, known, w.values)
}
