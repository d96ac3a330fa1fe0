package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
)

const (
	lookJob   = "supervise.look"
	answerJob = "supervise.answer"
	replyJob  = "supervise.reply"
)

var program = auth.System("supervise")

// lookEach is how many late issues one look takes up.
const lookEach = 500

// Jobs names the handlers: the hourly look at what is late, and the terms to
// answer.
func (s *Service) Jobs(r *job.Runner) {
	r.Every(lookJob, time.Hour, func(ctx context.Context, _ job.Job) error { return s.Look(ctx) })
	for kind, f := range map[string]func(context.Context, *db.Tx, string) error{answerJob: s.unanswered, replyJob: s.unreplied} {
		r.Handle(kind, func(ctx context.Context, j job.Job) error {
			var id string
			if err := json.Unmarshal(j.Payload, &id); err != nil {
				return job.Permanent(err)
			}
			return s.DB.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx, id) })
		})
	}
}

// clock plans the notice of a term that ends, or cancels it.
func (s *Service) clock(ctx context.Context, tx *db.Tx, kind, id string, due time.Time) error {
	if due.IsZero() {
		return job.Cancel(ctx, tx, kind, id)
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: kind, Dedup: id, Payload: id, RunAt: due.Add(time.Second)})
}

func (s *Service) unanswered(ctx context.Context, tx *db.Tx, id string) error {
	d, err := byID(ctx, tx, ID(id), tx.ForUpdate())
	if err != nil || d.DueAt.IsZero() || d.DueAt.After(tx.Now) || d.Overdue {
		return err
	}
	st, ok := Machine.Find(d.State, Overdue)
	if !ok {
		return nil
	}
	_, err = s.step(ctx, tx, program, d, st, flow.Form{}, "答复期限："+d.DueAt.In(beijing).Format(time.DateOnly))
	return err
}

// Look proposes the rung that lateness calls for, takes back proposals whose issue
// is late no more, and lifts what presses on an issue that has been closed. A
// listed supervision is lifted by people alone.
func (s *Service) Look(ctx context.Context) error {
	var late []issue.Issue
	var running []Supervision
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if late, err = s.Issues.Late(ctx, tx, lookEach); err != nil {
			return err
		}
		running, err = runningOnes(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range running {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.settle(ctx, tx, d.ID) }); err != nil {
			return err
		}
	}
	for _, i := range late {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.climb(ctx, tx, i.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// settle ends what has lost its object.
func (s *Service) settle(ctx context.Context, tx *db.Tx, id ID) error {
	d, err := byID(ctx, tx, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	i, err := s.Issues.Peek(ctx, tx, program, issue.ID(d.IssueID))
	if err != nil {
		return err
	}
	verb := Finish
	switch closed := i.State == issue.Closed; {
	case d.State == Proposed && d.From == "" && (closed || !d.Term.IsZero() && !i.DueAt.Equal(d.Term)):
		verb = Drop
	case closed && d.State != Proposed && !d.Public:
	default:
		return nil
	}
	st, ok := Machine.Find(d.State, verb)
	if !ok {
		return nil
	}
	_, err = s.step(ctx, tx, program, d, st, flow.Form{}, "")
	return err
}

// climb proposes the next rung of a late issue that has no supervision running.
func (s *Service) climb(ctx context.Context, tx *db.Tx, id issue.ID) error {
	i, err := s.Issues.Peek(ctx, tx, program, id)
	if err != nil || i.LeadAgency == "" || !i.Overdue(tx.Now) {
		return err
	}
	last, err := lastOf(ctx, tx, string(id))
	if err != nil || last.ID != "" && last.EndedAt.IsZero() {
		return err
	}
	reached := ""
	if last.ID != "" && last.Term.Equal(i.DueAt) { // within this term; a new term begins at the bottom
		reached = last.Rung
	}
	r, due := s.Ladder.Due(reached, func(days int) bool { return !tx.Now.Before(s.Calendar.AddWorkingDays(i.DueAt, days)) })
	if !due {
		return nil
	}
	by := i.DueAt.In(beijing).Format(time.DateOnly)
	_, err = s.propose(ctx, tx, program, i, r, Supervision{Term: i.DueAt,
		Reason: fmt.Sprintf("%s %s 届满，已逾期 %d 个工作日以上", issue.ClockTitle(i.Clock), by, r.LateDays),
		Demand: fmt.Sprintf("该问题%s已于 %s 届满，至今未办结。请立即查明原因，明确责任人和完成时间，加快办理，并书面答复", issue.ClockTitle(i.Clock), by)})
	return err
}
