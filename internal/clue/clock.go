package clue

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Jobs names the handlers of the clocks.
func (s *Service) Jobs(r *job.Runner) {
	r.Handle(remindJob, s.onRemind)
	r.Handle(overdueJob, s.onOverdue)
}

// onRemind tells the desk that a clock will soon end.
func (s *Service) onRemind(ctx context.Context, j job.Job) error {
	return s.tick(ctx, j, func(tx *db.Tx, c Clue) error {
		done, err := s.note(ctx, tx, c, Remind, "remind:"+strconv.FormatInt(micros(c.DueAt), 10))
		if err != nil || !done {
			return err
		}
		return s.tell(ctx, tx, clockActor, c, "线索即将到期", c.Title, s.waiting(c)...)
	})
}

// onOverdue tells the desk, its superiors and the leaders that a clock has
// ended, once for each working day until the clue is judged.
func (s *Service) onOverdue(ctx context.Context, j job.Job) error {
	return s.tick(ctx, j, func(tx *db.Tx, c Clue) error {
		day := tx.Now.In(beijing).Format(time.DateOnly)
		done, err := s.note(ctx, tx, c, Overdue, "overdue:"+strconv.FormatInt(micros(c.DueAt), 10)+":"+day)
		if err != nil {
			return err
		}
		if done {
			to := append(s.waiting(c), desk(c, true), notify.Audience{Capability: auth.IssueApprove, Area: c.Area})
			if err := s.tell(ctx, tx, clockActor, c, "线索研判逾期", c.Title, to...); err != nil {
				return err
			}
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: overdueJob, Dedup: string(c.ID), Payload: ticking{c.ID, micros(c.DueAt)}, RunAt: timeline.NextMorning(s.cal, tx.Now)})
	})
}

var clockActor = auth.System("clock")

// waiting is whose turn it is: the owner, or else the desk.
func (s *Service) waiting(c Clue) []notify.Audience {
	if c.OwnerID != "" {
		return []notify.Audience{{Persons: []string{c.OwnerID}}}
	}
	return []notify.Audience{desk(c, false)}
}

// tick runs f when the clock that the job was planned for still runs.
func (s *Service) tick(ctx context.Context, j job.Job, f func(*db.Tx, Clue) error) error {
	var t ticking
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockClue(ctx, tx, t.Clue); err != nil {
			return err
		}
		c, err := findClue(ctx, tx, t.Clue)
		if err != nil || c.Clock == "" || micros(c.DueAt) != t.Due {
			return err
		}
		return f(tx, c)
	})
}

// note writes an automatic entry that changes no state.
func (s *Service) note(ctx context.Context, tx *db.Tx, c Clue, verb flow.Verb, once string) (bool, error) {
	st, _ := s.machine.Find(c.State, verb)
	return s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: clockActor, Subject: string(c.ID), Area: c.Area, From: c.State, Once: once})
}

// Recompute derives the deadline of every running clock anew, after the calendar
// has changed, and reports how many moved.
func (s *Service) Recompute(ctx context.Context) (moved int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		ids, err := running(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c, err := findClue(ctx, tx, id)
			if err != nil {
				return err
			}
			entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(id))
			if err != nil {
				return err
			}
			_, due := s.due(entries)
			if due.Equal(c.DueAt) {
				continue
			}
			moved++
			c.DueAt = due
			if err := setDue(ctx, tx, id, due); err != nil {
				return err
			}
			if err := s.schedule(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return moved, err
}

// Open counts the open clues that a person has taken; with Handover it answers
// for the person's work when the person leaves.
func (s *Service) Open(ctx context.Context, tx *db.Tx, userID string) (int, error) {
	ids, err := openOwned(ctx, tx, userID)
	return len(ids), err
}

// Handover gives a person's open clues to another.
func (s *Service) Handover(ctx context.Context, tx *db.Tx, actor auth.Actor, from, to string) error {
	ids, err := openOwned(ctx, tx, from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, err := findClue(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := setOwner(ctx, tx, id, to); err != nil {
			return err
		}
		st, _ := s.machine.Find(c.State, HandOver)
		st.Fields = []flow.Field{{Name: "person", Title: "接办人", Kind: flow.Person}}
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(id), Area: c.Area, From: c.State, Form: flow.Form{"person": to}})
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, actor, c, "线索移交给您办理", c.Title, notify.Audience{Persons: []string{to}}); err != nil {
			return err
		}
	}
	return nil
}
