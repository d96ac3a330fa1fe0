package notify

import (
	"strings"
	"testing"
)

func TestCheck_SaysWhere(t *testing.T) {
	t.Parallel()
	known := append([]Variable{{Name: "企业"}, {Name: "监测值"}}, common...)
	for _, c := range []struct {
		field, text string
		want        string // line:column text
	}{
		{"text", "{企业}：{标题}\n{内容}", ""},
		{"text", "没有变量也可以", ""},
		{"text", " \n", "1:1 不能为空"},
		{"text", "{企业}\n{企业名}{内容}", "2:1 没有变量“企业名”，您是不是要写“企业”"},
		{"text", "一{二}", "1:2 没有变量“二”，可用的变量见右侧"},
		{"text", "一二{企业", "1:3 “{”没有对应的“}”"},
		{"text", "{企{企业}", "1:1 “{”没有对应的“}”"},
		{"text", "一}", "1:2 多了一个“}”"},
		{"title", "一\n二", "2:1 标题只能有一行"},
		{"title", strings.Repeat("长", 101), "1:102 最多 100 个字"},
	} {
		bad := check(c.field, c.text, known, map[string]int{"title": mostTitle, "text": mostWords}[c.field])
		got := ""
		if len(bad) > 0 {
			got = strings.Join([]string{itoa(bad[0].Line) + ":" + itoa(bad[0].Column), bad[0].Text}, " ")
			if r := []rune(c.text); bad[0].From < 0 || bad[0].To > len(r) || bad[0].From > bad[0].To {
				t.Errorf("%q: underlines %d to %d", c.text, bad[0].From, bad[0].To)
			}
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + itoa(n%10)
	}
	return string(rune('0' + n))
}

// What is filled in is never a template itself, and what has no value leaves no brace.
func TestFillIn(t *testing.T) {
	t.Parallel()
	known := []Variable{{Name: "企业"}, {Name: "标题"}, {Name: "空"}}
	got := fillIn("{企业}{空}：{标题}", known, map[string]string{"企业": "{标题}厂", "标题": "超标"})
	if got != "{标题}厂：超标" {
		t.Error(got)
	}
}
