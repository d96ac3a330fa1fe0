package issue

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// The jobs of the clocks, in the order in which they escalate.
const (
	unsignedJob = "issue.unsigned"
	remindJob   = "issue.remind"
	overdueJob  = "issue.overdue"
	urgeJob     = "issue.urge"
)

var clockActor = auth.System("clock")

// ticking is the payload of a clock's job: which end it was planned for.
type ticking struct {
	Issue ID    `json:"issue"`
	Due   int64 `json:"due"`
}

// schedule plans what the running clocks lead to and cancels the rest: a
// reminder before the end, the overdue notice at it, and urging after it.
func (s *Service) schedule(ctx context.Context, tx *db.Tx, i Issue, signBy time.Time) error {
	plan := map[string]time.Time{unsignedJob: signBy}
	due := i.DueAt
	if !due.IsZero() {
		plan[remindJob] = timeline.Before(s.cal, due, s.rules.RemindDays)
		plan[overdueJob] = due
		plan[urgeJob] = s.cal.AddWorkingDays(due, s.rules.SuperviseDays)
	}
	for _, kind := range []string{unsignedJob, remindJob, overdueJob, urgeJob} {
		at := plan[kind]
		planned := due
		if kind == unsignedJob {
			planned = signBy
		}
		if at.IsZero() || kind == remindJob && !at.After(tx.Now) {
			if err := job.Cancel(ctx, tx, kind, string(i.ID)); err != nil {
				return err
			}
			continue
		}
		// A term ends with its last second; the notice comes after it.
		if kind == overdueJob || kind == unsignedJob {
			at = at.Add(time.Second)
		}
		err := job.Enqueue(ctx, tx, job.Spec{Kind: kind, Dedup: string(i.ID), Payload: ticking{i.ID, micros(planned)}, RunAt: at})
		if err != nil {
			return err
		}
	}
	return nil
}

// Jobs names the handlers of the clocks.
func (s *Service) Jobs(r *job.Runner) {
	r.Handle(unsignedJob, func(ctx context.Context, j job.Job) error {
		return s.tick(ctx, j, Unsigned, "逾期未签收", func(i Issue) []notify.Audience { return append(waiting(i), desk(i)) })
	})
	r.Handle(remindJob, func(ctx context.Context, j job.Job) error { return s.tick(ctx, j, Remind, "即将到期", waiting) })
	r.Handle(overdueJob, func(ctx context.Context, j job.Job) error {
		return s.tick(ctx, j, Overdue, "已经逾期", func(i Issue) []notify.Audience { return append(waiting(i), approvers(i)) })
	})
	r.Handle(urgeJob, func(ctx context.Context, j job.Job) error {
		return s.tick(ctx, j, Urge, "逾期催办", func(i Issue) []notify.Audience {
			return append(waiting(i), desk(i),
				notify.Audience{Capability: auth.IssueApprove, Area: i.Area, AllLevels: true},
				notify.Audience{Capability: auth.IssueSupervise, Area: i.Area, AllLevels: true})
		})
	})
}

// tick leaves an entry and tells the audience, when the clock that the job was
// planned for still runs. The entry's key makes it happen once for each end,
// however often the job runs; it leaves the version alone, so that open pages
// stay good.
func (s *Service) tick(ctx context.Context, j job.Job, verb flow.Verb, title string, to func(Issue) []notify.Audience) error {
	var t ticking
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockIssue(ctx, tx, t.Issue); err != nil {
			return err
		}
		i, err := findIssue(ctx, tx, t.Issue)
		if err != nil {
			return err
		}
		entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(i.ID))
		if err != nil {
			return err
		}
		_, due, _, signBy := s.clocks(entries)
		if verb == Unsigned {
			due = signBy
		}
		st, ok := s.machine.Find(i.State, verb)
		if !ok || micros(due) != t.Due {
			return nil
		}
		done, err := s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: clockActor, Subject: string(i.ID), Area: i.Area, From: i.State,
			Note: "期限：" + due.In(beijing).Format(time.DateOnly), Once: string(verb) + ":" + strconv.FormatInt(t.Due, 10)})
		if err != nil || !done {
			return err
		}
		return s.tell(ctx, tx, clockActor, i, "问题"+title, i.Title+"，期限 "+due.In(beijing).Format(time.DateOnly), to(i)...)
	})
}

var beijing = time.FixedZone("CST", 8*3600)

// Recompute derives the deadlines of every open issue anew, after the calendar
// has changed, and reports how many moved.
func (s *Service) Recompute(ctx context.Context) (moved int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		ids, err := runningIssues(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			i, err := findIssue(ctx, tx, id)
			if err != nil {
				return err
			}
			entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(id))
			if err != nil {
				return err
			}
			_, due, by, signBy := s.clocks(entries)
			if due.Equal(i.DueAt) && by.Equal(i.RectifyBy) {
				continue
			}
			moved++
			i.DueAt, i.RectifyBy = due, by
			if err := setDue(ctx, tx, id, due, by); err != nil {
				return err
			}
			if err := s.schedule(ctx, tx, i, signBy); err != nil {
				return err
			}
		}
		return nil
	})
	return moved, err
}

// Open counts the open issues that a person answers for; with Handover it
// answers for the person's work when the person leaves.
func (s *Service) Open(ctx context.Context, tx *db.Tx, userID string) (int, error) {
	ids, err := openOf(ctx, tx, userID)
	return len(ids), err
}

// Handover makes another person responsible for a person's open issues. The
// other must work at the agency that leads each of them.
func (s *Service) Handover(ctx context.Context, tx *db.Tx, actor auth.Actor, from, to string) error {
	ids, err := openOf(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := findIssue(ctx, tx, id)
		if err != nil {
			return err
		}
		if at, err := AgencyOf(ctx, tx, to); err != nil || at != i.LeadAgency {
			return fault.Invalidf("问题 %s 由%s牵头，只能移交给该单位在岗的人员", i.Number, s.agencies.Name(i.LeadAgency)).Because(err)
		}
		if err := setPerson(ctx, tx, id, to); err != nil {
			return err
		}
		st, _ := s.machine.Find(i.State, HandOver)
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(id), Area: i.Area,
			From: i.State, Form: flow.Form{"person": to}})
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, actor, i, "问题移交给您负责", i.Title, notify.Audience{Persons: []string{to}}); err != nil {
			return err
		}
	}
	return nil
}
