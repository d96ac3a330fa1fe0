package flow_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

var ask = flow.Step{Title: "交办", Fields: []flow.Field{
	{Name: "agency", Title: "责任单位", Kind: flow.Agency, Required: true},
	{Name: "why", Title: "要求", Kind: flow.Text, Required: true},
	{Name: "short", Title: "标题", Kind: flow.Line},
	{Name: "days", Title: "期限", Kind: flow.Days, Required: true},
	{Name: "on", Title: "日期", Kind: flow.Date},
	{Name: "class", Title: "类别", Kind: flow.Choice, Options: []flow.Option{{Value: "a", Title: "甲"}}},
	{Name: "files", Title: "材料", Kind: flow.Files},
}}

func TestFill(t *testing.T) {
	t.Parallel()
	whole := func(more map[string]any) map[string]any {
		in := map[string]any{"agency": "sthj", "why": "限期整改", "days": 15.0}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	for name, c := range map[string]struct {
		in   map[string]any
		want flow.Form
		bad  map[string]string // field → part of the sentence
	}{
		"tidied": {in: whole(map[string]any{"agency": " sthj ", "short": "  ", "class": "a", "on": "2026-11-21", "files": []any{"f1", "f1", "f2"}}),
			want: flow.Form{"agency": "sthj", "why": "限期整改", "days": 15, "class": "a", "on": "2026-11-21", "files": []string{"f1", "f2"}}},
		"days as text":     {in: whole(map[string]any{"days": "20"}), want: flow.Form{"agency": "sthj", "why": "限期整改", "days": 20}},
		"empty list":       {in: whole(map[string]any{"files": []any{}}), want: flow.Form{"agency": "sthj", "why": "限期整改", "days": 15}},
		"nothing filled":   {in: nil, bad: map[string]string{"form.agency": "请选择责任单位", "form.why": "请填写要求", "form.days": "请填写期限"}},
		"blanks":           {in: whole(map[string]any{"why": " \n "}), bad: map[string]string{"form.why": "请填写"}},
		"unknown field":    {in: whole(map[string]any{"state": "closed"}), bad: map[string]string{"form.state": "没有这一项"}},
		"no such choice":   {in: whole(map[string]any{"class": "z"}), bad: map[string]string{"form.class": "所列选项"}},
		"no such day":      {in: whole(map[string]any{"on": "2026-02-30"}), bad: map[string]string{"form.on": "应为日期"}},
		"half a day":       {in: whole(map[string]any{"days": 1.5}), bad: map[string]string{"form.days": "整数"}},
		"zero days":        {in: whole(map[string]any{"days": 0.0}), bad: map[string]string{"form.days": "1 至"}},
		"days as words":    {in: whole(map[string]any{"days": "十"}), bad: map[string]string{"form.days": "整数"}},
		"number for text":  {in: whole(map[string]any{"why": 3.0}), bad: map[string]string{"form.why": "应为文字"}},
		"text for a list":  {in: whole(map[string]any{"files": "f1"}), bad: map[string]string{"form.files": "列表"}},
		"mixed list":       {in: whole(map[string]any{"files": []any{1.0}}), bad: map[string]string{"form.files": "列表"}},
		"too long a line":  {in: whole(map[string]any{"short": strings.Repeat("长", 201)}), bad: map[string]string{"form.short": "最多 200"}},
		"longest line":     {in: whole(map[string]any{"short": strings.Repeat("长", 200)}), want: flow.Form{"agency": "sthj", "why": "限期整改", "days": 15, "short": strings.Repeat("长", 200)}},
		"a text may be so": {in: whole(map[string]any{"why": strings.Repeat("长", 5001)}), bad: map[string]string{"form.why": "最多 5000"}},
	} {
		got, err := ask.Fill(c.in)
		if c.bad == nil {
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) != len(c.bad) {
			t.Errorf("%s: %v %+v", name, err, f)
			continue
		}
		for _, x := range f.Fields {
			if part, ok := c.bad[x.Name]; !ok || !strings.Contains(x.Message, part) {
				t.Errorf("%s: %s: %s", name, x.Name, x.Message)
			}
		}
	}
}

func TestForm_AbsentFieldsAreEmpty(t *testing.T) {
	t.Parallel()
	f := flow.Form{"n": 3, "l": []string{"x"}, "s": "文"}
	if f.Text("none") != "" || f.Int("none") != 0 || f.List("none") != nil || f.Text("n") != "" || f.Int("n") != 3 || f.List("l")[0] != "x" || f.Text("s") != "文" {
		t.Error("wrong reading")
	}
}
