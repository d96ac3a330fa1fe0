package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	for _, c := range []struct {
		name string
		err  error
		want Kind
	}{
		{"plain errors are internal", cause, Internal},
		{"a fault keeps its kind", Invalidf("请填写%s", "标题"), Invalid},
		{"wrapping keeps the kind", fmt.Errorf("save: %w", Conflictf("已被他人修改")), Conflict},
		{"a cause does not change the kind", NotFoundf("没有这条线索").Because(cause), NotFound},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if Is(nil, Internal) {
		t.Error("no error is of no kind")
	}
}

func TestSentence_HidesInternalText(t *testing.T) {
	t.Parallel()
	if got := Sentence(errors.New("pq: secret"), "系统出错"); got != "系统出错" {
		t.Errorf("leaked %q", got)
	}
	if got := Sentence(fmt.Errorf("x: %w", Invalidf("请填写标题").Because(errors.New("pq"))), ""); got != "请填写标题" {
		t.Errorf("got %q", got)
	}
}

func TestWith_DoesNotChangeTheOriginal(t *testing.T) {
	t.Parallel()
	base := Invalidf("请检查")
	a, b := base.With("a", "缺"), base.With("b", "缺")
	if len(base.Fields) != 0 || len(a.Fields) != 1 || len(b.Fields) != 1 || b.Fields[0].Name != "b" {
		t.Errorf("base %v a %v b %v", base.Fields, a.Fields, b.Fields)
	}
	cause := errors.New("c")
	if !errors.Is(base.Because(cause), cause) || base.Unwrap() != nil {
		t.Error("Because must wrap in a copy")
	}
}
