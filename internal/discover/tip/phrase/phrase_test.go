package phrase

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"您的举报{编号}已收到": "", "没有变量": "", "{编号}{事项}": "", "{编号": "没有对应", "{编{号}": "没有对应", "编号}": "多了一个", "{姓名}": "没有变量“姓名”",
		"{联系方式}": "没有变量", "{}": "没有变量",
	} {
		err := Check(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestFill_LeavesGapsThatAreFound(t *testing.T) {
	t.Parallel()
	got := Fill("举报{编号}由{承办单位}办理，{期限}前答复。", map[string]string{"编号": "WZ-J-1", "期限": "11月30日"})
	if got != "举报WZ-J-1由〔请填写：承办单位〕办理，11月30日前答复。" {
		t.Error(got)
	}
	if g := Gap(got); g != "承办单位" {
		t.Errorf("%q", g)
	}
	if g := Gap(Fill("举报{编号}", map[string]string{"编号": "{期限}"})); g != "" { // a value is not filled again
		t.Errorf("%q", g)
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	if p := (Phrase{Kinds: []string{"noise"}}); !p.Fits("noise") || p.Fits("water") || !(Phrase{}).Fits("water") {
		t.Error("kinds")
	}
}
