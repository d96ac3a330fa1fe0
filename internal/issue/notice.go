package issue

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// announce tells those whom a verb concerns; before and i are the issue before
// and after it.
func (s *Service) announce(ctx context.Context, tx *db.Tx, actor auth.Actor, verb flow.Verb, before, i Issue, form flow.Form, entries []timeline.Entry) error {
	tell := func(title, text string, to ...notify.Audience) error {
		return s.tell(ctx, tx, actor, i, title, text, to...)
	}
	assigner := notify.Audience{}
	if e, ok := timeline.Last(entries, Assign); ok {
		assigner.Persons = []string{e.ActorID}
	}
	switch verb {
	case Create:
		return tell("新问题待交办", i.Title, desk(i))
	case Assign:
		all := notify.Audience{Capability: auth.IssueSign, Agencies: append([]string{i.LeadAgency}, i.Assists...), Persons: []string{i.PersonID}}
		return tell("收到交办的问题，请签收", i.Title+"。要求："+form.Text("requirement"), all)
	case Raise:
		return tell("提请协调的问题待交办", i.Title+"。理由："+form.Text("reason"), desk(i))
	case Withdraw:
		return tell("交办已撤回", i.Title, agency(before))
	case Sign:
		return tell("问题已签收", i.Title, assigner)
	case Return:
		return tell("问题被退回，待重新交办", i.Title+"。理由："+form.Text("reason"), desk(i), notify.Audience{Capability: auth.IssueSign, Agencies: i.Assists})
	case Appoint:
		return tell("您已成为问题的责任人", i.Title, notify.Audience{Persons: []string{i.PersonID}})
	case Progress:
		return tell("问题有新进展", i.Title+"："+form.Text("text"), assigner)
	case Extend:
		return tell("延期申请待批复", i.Title+"。理由："+form.Text("reason"), approvers(i))
	case Approve:
		return tell("延期申请已同意", i.Title, agency(i))
	case Refuse:
		return tell("延期申请未获同意", i.Title+"。理由："+form.Text("reason"), agency(i))
	case Submit, Revert:
		return tell("整改待验收", i.Title, waiting(i)...)
	case Accept:
		if err := tell("问题待销号", i.Title, waiting(i)...); err != nil {
			return err
		}
		return tell("整改通过验收", i.Title, agency(i))
	case Reject:
		return tell("整改未通过验收，请继续整改", i.Title+"。理由："+form.Text("reason"), agency(i))
	case Close:
		return tell("问题已销号", i.Title, agency(i), assigner)
	case Reopen:
		return tell("问题重新打开，请整改", i.Title+"。理由："+form.Text("reason"), agency(i), assigner)
	case Supervise:
		return tell("督办提醒", i.Title+"："+form.Text("note"), append(waiting(i), agency(i), desk(i))...)
	case Attach:
		return tell("问题并入新线索", i.Title, waiting(i)...)
	}
	return nil
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, i Issue, title, text string, to ...notify.Audience) error {
	urgency := notify.Ordinary
	if actor.ID == clockActor.ID { // a term is near or over
		urgency = notify.Important
	}
	_, err := s.notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: s.machine.Kind, Subject: string(i.ID), Area: i.Area,
		Title: title + "：" + i.Number, Text: text, Link: "/issues/" + string(i.ID), Urgency: urgency})
	return err
}

// desk is the desk that must assign.
func desk(i Issue) notify.Audience {
	return notify.Audience{Capability: auth.IssueAssign, Area: i.DeskArea}
}

// agency is the lead agency's contacts and the responsible person.
func agency(i Issue) notify.Audience {
	return notify.Audience{Capability: auth.IssueSign, Agencies: []string{i.LeadAgency}, Persons: []string{i.PersonID}}
}

func approvers(i Issue) notify.Audience {
	return notify.Audience{Capability: auth.IssueApprove, Area: i.Area}
}

// waiting is whose turn it is.
func waiting(i Issue) []notify.Audience {
	switch i.State {
	case Pending:
		return []notify.Audience{desk(i)}
	case Assigned, Working:
		return []notify.Audience{agency(i)}
	case Submitted:
		return []notify.Audience{{Capability: auth.IssueAccept, Area: i.Area}}
	case Accepted:
		return []notify.Audience{{Capability: auth.IssueClose, Area: i.Area}}
	}
	return nil
}
