package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
)

// jobUnexplained is the clock of an alarm that the enterprise has not explained.
const jobUnexplained = "alarm.unexplained"

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

// clocks starts what runs until people answer: the duty room for every alarm, the
// enterprise for all but early notices.
func (s *Service) clocks(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobUnheard, Dedup: string(a.ID), Payload: a.ID, RunAt: tx.Now.Add(s.conf.Unheard)}); err != nil {
		return err
	}
	return s.askWord(ctx, tx, a)
}

func (s *Service) askWord(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if s.conf.Explain <= 0 || a.Level == Notice {
		return nil
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: jobUnexplained, Dedup: string(a.ID), Payload: a.ID, RunAt: tx.Now.Add(s.conf.Explain)})
}

// answerWord tells whoever waits for the word, and sets the enterprise's clock.
func (s *Service) answerWord(ctx context.Context, tx *db.Tx, a *Alarm, v flow.Verb, form flow.Form) error {
	if err := job.Cancel(ctx, tx, jobUnexplained, string(a.ID)); err != nil {
		return err
	}
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
		if err := s.askWord(ctx, tx, a); err != nil {
			return err
		}
	}
	_, err := s.notify.Tell(ctx, tx, n)
	return err
}

// unexplained goes up when the enterprise kept silent.
func (s *Service) unexplained(ctx context.Context, j job.Job) error {
	var id ID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		a, err := lockAlarm(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.hear(ctx, tx, &a); err != nil || a.Quiet.Kind != Loud {
			return err
		}
		if went, err := s.auto(ctx, tx, &a, Unexplained); err != nil || !went {
			return err
		}
		_, err = s.notify.Tell(ctx, tx, notify.Notice{
			To:   []notify.Audience{{Capability: auth.AlarmHandle, Area: a.Area, AllLevels: true}, {Capability: auth.IssueApprove, Area: a.Area, AllLevels: true}, {Capability: auth.AlarmExplain, Enterprise: a.EnterpriseID}},
			Kind: Machine.Kind, Subject: string(a.ID), Area: a.Area,
			Title: fmt.Sprintf("企业%d小时未说明预警原因：%s %s", int(s.conf.Explain/time.Hour), a.EnterpriseName, a.OutletName), Text: a.Summary, Link: "/alarms/" + string(a.ID),
		})
		return err
	})
}
