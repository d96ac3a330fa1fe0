package reward

import (
	"context"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Jobs names the daily look at the clocks, after the days that the calendar may
// have moved in the night.
func (s *Service) Jobs(r *job.Runner) {
	r.Daily("reward.tend", "00:40", func(ctx context.Context, _ job.Job) error { return s.Tend(ctx) })
}

// Tend derives the ends of running terms anew, lapses what was not claimed or
// collected, and tells the desk what it is late with. It may run any time and
// as often as one likes.
func (s *Service) Tend(ctx context.Context) error {
	if err := s.lateRewards(ctx); err != nil {
		return err
	}
	var list []Award
	if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { list, err = runningAwards(ctx, tx); return err }); err != nil {
		return err
	}
	for _, a := range list {
		if err := s.DB.Write(ctx, func(tx *db.Tx) error { return s.tend(ctx, tx, a.ID) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tend(ctx context.Context, tx *db.Tx, id AwardID) error {
	a, err := lockAward(ctx, tx, id)
	if err != nil {
		return err
	}
	if due := s.due(a.DueFrom, a.DueTerm); !due.Equal(a.DueAt) {
		a.DueAt = due
		if err := saveAward(ctx, tx, &a); err != nil {
			return err
		}
	}
	if a.DueAt.IsZero() || !tx.Now.After(a.DueAt) {
		return nil
	}
	if st, ok := AwardMachine.Find(a.State, Lapse); ok {
		a.code, a.CodeAt = nil, time.Time{}
		if err := s.move(ctx, tx, clockActor, &a, st, flow.Form{}, "期限："+string(DayOf(a.DueAt)), ""); err != nil {
			return err
		}
		return s.settle(ctx, tx, a.RewardID)
	}
	st, ok := AwardMachine.Find(a.State, LateHand)
	if !ok {
		return nil
	}
	done, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: AwardMachine, Step: st, Actor: clockActor, Subject: string(a.ID), Area: a.Area, From: a.State,
		Note: "期限：" + string(DayOf(a.DueAt)), Once: "late:" + strconv.FormatInt(micros(a.DueAt), 10)})
	if err != nil || !done {
		return err
	}
	to := auth.RewardHandle
	if a.State != Claimed {
		to = auth.RewardReview
	}
	return s.tellDesk(ctx, tx, clockActor, a, "奖金逾期未办", to)
}

// lateRewards tells the desk and those who decide, once, that reporters should
// have been told by now.
func (s *Service) lateRewards(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		list, err := undecided(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range list {
			if !tx.Now.After(r.DueAt) {
				continue
			}
			st, _ := s.machine.Find(r.State, Late)
			done, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: clockActor, Subject: string(r.ID), Area: r.Area, From: r.State,
				Note: "应当告知举报人的期限：" + string(DayOf(r.DueAt)), Once: "late:" + strconv.FormatInt(r.Round, 10)})
			if err != nil {
				return err
			}
			if !done {
				continue
			}
			if err := s.tell(ctx, tx, clockActor, r, "举报奖励已超过告知时限", "当前："+s.machine.StateTitle(r.State),
				notify.Audience{Capability: auth.RewardHandle, Area: r.Area}, notify.Audience{Capability: auth.RewardApprove, Area: r.Area}); err != nil {
				return err
			}
		}
		return nil
	})
}
