package rule

import (
	"context"
	"fmt"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
)

// wordVerbs are the verbs about the enterprise's word, with the stage that each
// leads to.
var wordVerbs = map[flow.Verb]Explanation{Explain: ExplanationGiven, Accept: ExplanationAccepted, Reject: ExplanationRejected}

// word moves the enterprise's word along; false for every other verb.
func (s *Service) word(a *Alarm, v flow.Verb) bool {
	to, ok := wordVerbs[v]
	if ok {
		a.Explained = to
	}
	return ok
}

// answerWord tells whoever waits for the word.
func (s *Service) answerWord(ctx context.Context, tx *db.Tx, a *Alarm, v flow.Verb, form flow.Form) error {
	n := notify.Notice{To: []notify.Audience{{Capability: auth.AlarmExplain, Enterprise: a.EnterpriseID}}, Kind: Machine.Kind, Subject: string(a.ID), Area: a.Area,
		Text: form.Text("text"), Link: "/alarms/" + string(a.ID)}
	switch v {
	case Explain:
		n.To = []notify.Audience{{Capability: auth.AlarmHandle, Area: a.Area}}
		n.Title = fmt.Sprintf("企业已说明预警原因，待审核：%s %s", a.EnterpriseName, a.OutletName)
	case Accept:
		n.Title = fmt.Sprintf("预警说明已采纳：%s（%s）", a.OutletName, a.Number)
	case Reject:
		n.Title = fmt.Sprintf("预警说明被退回，请重新说明：%s（%s）", a.OutletName, a.Number)
	}
	_, err := s.notify.Tell(ctx, tx, n)
	return err
}
