package publish

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		names []string
		want  string
		n     int
	}{
		{"联系电话13800138000", nil, "联系电话138****00", 1},
		{"138 0013 8000 或 138-0013-8000", nil, "138****00 或 138****00", 2},
		{"固定电话 0577-88123456", nil, "固定电话 0577****56", 1},
		{"身份证 330302199001011234", nil, "身份证 3303****34", 1},
		{"身份证 33030219900101123X。", nil, "身份证 3303****3X。", 1},
		{"卡号6222021234567890123", nil, "卡号6222****23", 1},
		{"邮箱 zhangsan@example.org", nil, "邮箱 z****", 1},
		{"车牌浙C·12345、浙CD12345", nil, "车牌浙C****5、浙C****5", 2},
		{"住3幢2单元501室", nil, "住某幢", 1},
		{"张三的父亲张三丰在现场", []string{"张三", "张三丰"}, "张某的父亲张某某在现场", 2},
		{"某化工有限公司", []string{"某化工有限公司"}, "某公司", 1},
		{"大拇指五金厂、东门村、上官小明明", []string{"大拇指五金厂", "东门村", "上官小明明"}, "某厂、东某某、某某", 3},
		{"排放浓度 12345678 毫克，2026年11月21日，COD 150 mg/L", nil, "排放浓度 12345678 毫克，2026年11月21日，COD 150 mg/L", 0},
		{"统一编号 WZ-W-2026-000123", nil, "统一编号 WZ-W-2026-000123", 0},
		{"张 三和张　三", []string{"张三"}, "张某和张某", 2},
	} {
		got, n := Mask(c.text, c.names)
		if got != c.want || n != c.n {
			t.Errorf("%s: %s (%d), want %s (%d)", c.text, got, n, c.want, c.n)
		}
	}
}

func TestMask_IsStable(t *testing.T) {
	t.Parallel()
	text := "张三，电话13800138000，身份证330302199001011234，浙C12345"
	once, _ := Mask(text, []string{"张三"})
	if twice, n := Mask(once, []string{"张三"}); twice != once || n != 0 {
		t.Errorf("%s → %s", once, twice)
	}
	for _, secret := range []string{"13800138000", "199001011234", "张三", "C12345"} {
		if strings.Contains(once, secret) {
			t.Errorf("%s is still there: %s", secret, once)
		}
	}
}

// now is Saturday half past nine in Beijing.
var now = time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)

func bountiful(time.Time) (int64, string, bool) { return 50_000_000, "二（二）", true }

func TestCheck(t *testing.T) {
	t.Parallel()
	rich := Policy{Categories: []flow.Option{{Value: "water"}}, Bounty: bountiful}
	poor := Policy{Bounty: func(time.Time) (int64, string, bool) { return 0, "", false }}
	call := New{Kind: Call, Title: "征集", Text: "内容", Until: "2026-12-31", Bounty: "10000", Budget: "预算 2026-3"}
	plain := New{Kind: Case, Title: "案例", Text: "内容", Category: "water"}
	for name, c := range map[string]struct {
		p    Policy
		n    New
		edit func(*New)
		want string
	}{
		"a call":                   {rich, call, func(*New) {}, ""},
		"a case":                   {rich, plain, func(*New) {}, ""},
		"ends today":               {rich, call, func(n *New) { n.Until = "2026-11-21" }, ""},
		"ended yesterday":          {rich, call, func(n *New) { n.Until = "2026-11-20" }, "until"},
		"no last day":              {rich, call, func(n *New) { n.Until = "" }, "until"},
		"too long":                 {rich, call, func(n *New) { n.Until = "2028-01-01" }, "until"},
		"more than the document":   {rich, call, func(n *New) { n.Bounty = "500001" }, "bounty"},
		"exactly the most":         {rich, call, func(n *New) { n.Bounty = "500000" }, ""},
		"less than nothing":        {rich, call, func(n *New) { n.Bounty = "-1" }, "bounty"},
		"no budget":                {rich, call, func(n *New) { n.Budget = " " }, "budget"},
		"no bounty in this place":  {poor, call, func(*New) {}, "bounty"},
		"without bounty":           {poor, call, func(n *New) { n.Bounty, n.Budget = "", "" }, ""},
		"a case has no bounty":     {rich, plain, func(n *New) { n.Bounty = "1" }, "until"},
		"unknown kind":             {rich, plain, func(n *New) { n.Kind = "rumour" }, "kind"},
		"no title":                 {rich, plain, func(n *New) { n.Title = "" }, "title"},
		"a title of a page":        {rich, plain, func(n *New) { n.Title = strings.Repeat("长", 101) }, "title"},
		"no text":                  {rich, plain, func(n *New) { n.Text = "" }, "text"},
		"unknown category":         {rich, plain, func(n *New) { n.Category = "love" }, "category"},
		"progress of what":         {rich, plain, func(n *New) { n.Kind = Progress }, "issue_id"},
		"not whole yuan":           {rich, call, func(n *New) { n.Bounty = "1.5" }, "bounty"},
		"a name of one character":  {rich, plain, func(n *New) { n.Hide = []string{"张三", "李"} }, "hide"},
		"too many names":           {rich, plain, func(n *New) { n.Hide = strings.Split(strings.Repeat("某人,", 51), ",") }, "hide"},
		"an outcome of a case":     {rich, plain, func(n *New) { n.Outcome = "办结" }, "until"},
		"longer after the outcome": {rich, call, func(n *New) { n.Outcome = "办结" }, "until"},
		"a place that never asked": {Policy{}, call, func(n *New) { n.Category = "" }, "bounty"},
	} {
		n := c.n
		c.edit(&n)
		d, err := c.p.Check(n, time.Time{}, now)
		until := d.Until
		var bad *fault.Error
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want == "" && n.Kind == Call && (!until.After(now) || until.In(beijing).Hour() != 0):
			t.Errorf("%s: until %s", name, until)
		case c.want != "" && (!errors.As(err, &bad) || !slices.ContainsFunc(bad.Fields, func(f fault.Field) bool { return f.Name == c.want })):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := Machine.Validate(); err != nil {
		t.Fatal(err)
	}
	// Nobody brings anything before the public alone: what makes an edition passes a
	// step that no writer may take, out of a state of review.
	for _, st := range Machine.Steps {
		if !slices.Contains([]flow.Verb{Release, Grant, Confirm}, st.Verb) {
			continue
		}
		if !slices.ContainsFunc(st.Guards, func(g flow.Guard) bool { return g.Fact == notWriter }) || st.Capability == capWrite {
			t.Errorf("%s makes public without a second person", st.Verb)
		}
		if !slices.Contains([]flow.State{Review, Recheck, Closing}, st.From[0]) || len(st.From) != 1 {
			t.Errorf("%s skips the review", st.Verb)
		}
	}
}

func TestCheck_TheDayThatStoodThereMayBeOver(t *testing.T) {
	t.Parallel()
	n := New{Kind: Call, Title: "征集", Text: "内容", Until: "2026-11-20"}
	for _, before := range []time.Time{time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)} { // its end, and closed at noon
		if d, err := (Policy{}).Check(n, before, now); err != nil || !d.Until.Equal(before) {
			t.Errorf("%v %s, want %s", err, d.Until, before)
		}
	}
}

func TestShown_SaysWhatWasNotFound(t *testing.T) {
	t.Parallel()
	i := Item{Draft: Draft{Title: "张三案", Text: "张 三偷排", Hide: []string{"张三", "李四"}}}
	if s := i.Shown(); s.Title != "张某案" || s.Text != "张某偷排" || s.Masked != 2 || !slices.Equal(s.Missing, []string{"李四"}) {
		t.Errorf("%+v", s)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if got := Names(" 张三、李四,王五；\n赵六 ,张三"); !slices.Equal(got, []string{"张三", "李四", "王五", "赵六"}) {
		t.Errorf("%v", got)
	}
}
