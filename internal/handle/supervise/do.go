package supervise

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Do carries out a verb of a supervision. Raising it proposes the rung above,
// whose proposal is what it gives; every other verb gives the supervision itself.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) (to ID, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.find(ctx, tx, actor, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		if d.Version != version {
			return errStale
		}
		st, err := Machine.Check(d.State, verb, s.can(actor, d.Scope()), s.facts(actor, d))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		to, err = s.step(ctx, tx, actor, d, st, form, "")
		return err
	})
	return to, err
}

// step changes the row, writes it with its entry, files and clock, tells, and
// proposes the rung above where the verb asks for it.
func (s *Service) step(ctx context.Context, tx *db.Tx, actor auth.Actor, d Supervision, st flow.Step, form flow.Form, note string) (ID, error) {
	if list := form.List("files"); len(list) > 0 {
		if err := s.Files.Attach(ctx, tx, list, Machine.Kind, string(d.ID)); err != nil {
			return d.ID, err
		}
	}
	from := d.State
	d.State = st.Target(from)
	switch st.Verb {
	case Issue:
		d.Demand, d.Paper, d.SignedBy, d.SignedAt = form.Text("demand"), form.Text("paper"), actor.ID, tx.Now
		d.DueAt = s.Calendar.AddWorkingDays(tx.Now, form.Int("days"))
	case Return:
		d.DueAt, d.Overdue = s.Calendar.AddWorkingDays(tx.Now, form.Int("days")), false
	case Answer:
		d.AnsweredBy, d.DueAt = actor.ID, time.Time{}
	case Overdue:
		d.Overdue = true
	}
	if row, _ := Machine.Row(d.State); row.Terminal {
		d.DueAt, d.EndedAt = time.Time{}, tx.Now
	}
	if err := save(ctx, tx, &d); err != nil {
		return d.ID, err
	}
	if err := s.clock(ctx, tx, answerJob, string(d.ID), d.DueAt); err != nil {
		return d.ID, err
	}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(d.ID), Area: d.Area, From: from, Form: form, Note: note}); err != nil {
		return d.ID, err
	}
	if err := s.announce(ctx, tx, actor, d, st.Verb, form); err != nil {
		return d.ID, err
	}
	if st.Verb != Raise {
		return d.ID, nil
	}
	return s.raise(ctx, tx, actor, d, form)
}

// raise proposes the rung above.
func (s *Service) raise(ctx context.Context, tx *db.Tx, actor auth.Actor, d Supervision, form flow.Form) (ID, error) {
	i, err := s.Issues.Peek(ctx, tx, actor, issue.ID(d.IssueID))
	if err != nil {
		return "", err
	}
	if i.State == issue.Closed {
		return "", fault.Conflictf("问题 %s 已销号，无需升级，请解除督办", i.Number)
	}
	next, _ := s.Ladder.Next(d.Rung)
	up, err := s.propose(ctx, tx, actor, i, next, Supervision{Reason: form.Text("reason"), Demand: form.Text("demand"), From: d.ID, Term: d.Term})
	return up.ID, err
}

func (s *Service) announce(ctx context.Context, tx *db.Tx, actor auth.Actor, d Supervision, verb flow.Verb, form flow.Form) error {
	switch verb {
	case Issue:
		return s.tell(ctx, tx, actor, d, "", d.Demand+"。请于 "+d.DueAt.In(beijing).Format(time.DateOnly)+" 前答复。", agency(d), desk(d))
	case Return:
		return s.tell(ctx, tx, actor, d, "答复被退回", form.Text("text"), agency(d))
	case Answer:
		return s.tell(ctx, tx, actor, d, "已答复，待审核", form.Text("text"), desk(d))
	case Lift, Finish:
		return s.tell(ctx, tx, actor, d, "已解除", form.Text("text"), agency(d), desk(d))
	case Raise:
		return s.tell(ctx, tx, actor, d, "将升级", form.Text("reason"), agency(d))
	case Decline:
		return s.tell(ctx, tx, actor, d, "未签发", form.Text("text"), desk(d))
	case Overdue:
		more := ""
		if next, ok := s.Ladder.Next(d.Rung); ok {
			more = "，可以升级为" + next.Title
		}
		return s.tell(ctx, tx, actor, d, "逾期未答复", "答复期限 "+d.DueAt.In(beijing).Format(time.DateOnly)+" 已过"+more+"。", agency(d), desk(d))
	}
	return nil
}
