package tip_test

import (
	"testing"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

func TestPhrases_FilledByTheReportAndHeldWhileAGapIsOpen(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		s.deps.Policy.Phrases = []phrase.Phrase{
			{Verb: "reply", Title: "在办", Text: "举报{编号}（{事项}）由{承办单位}办理，{期限}前答复。"},
			{Verb: "pass", Kinds: []string{"noise"}, Title: "归公安", Text: "由{职责单位}受理：{职责依据}"},
		}
		s.deps.Policy.Routes = []tip.Route{{Kinds: []string{"noise"}, Body: "属地公安机关", Why: "社会生活噪声"}}
		s.tips = tip.NewService(s.deps)
		id, r := s.file(t, report())
		got := s.tips.Phrases(s.open(t, id).Tip, func(id string) string { return "单位" + id })
		if len(got) != 1 || got[0].Text != "举报"+r.Number+"（废水偷排）由〔请填写：承办单位〕办理，11月25日前答复。" {
			t.Fatalf("%+v", got)
		}
		if err := s.tips.Do(bg, looptest.Person("clerk"), id, tip.Reply, 1, map[string]any{"text": got[0].Text}); !fault.Is(err, fault.Invalid) {
			t.Errorf("sent with a gap: %v", err)
		}
		if err := s.tips.Do(bg, looptest.Person("clerk"), id, tip.Reply, 1, map[string]any{"text": "由鹿城分局办理"}); err != nil {
			t.Errorf("%v", err)
		}
		n := report()
		n.Kind, n.Answers = "noise", nil
		loud, _ := s.file(t, n)
		if got := s.tips.Phrases(s.open(t, loud).Tip, nil); len(got) != 2 || got[1].Text != "由属地公安机关受理：社会生活噪声" {
			t.Errorf("%+v", got)
		}
	})
}
