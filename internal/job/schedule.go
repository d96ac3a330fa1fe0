package job

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// beijing is the zone of all daily times. China keeps UTC+8 the year round.
var beijing = time.FixedZone("CST", 8*3600)

// schedule is a job that comes back by itself: every so long, or daily at a
// time of day in Beijing.
type schedule struct {
	name  string
	every time.Duration
	at    time.Duration // since midnight, when every is 0
}

func (s schedule) spec() string {
	if s.every > 0 {
		return "every " + s.every.String()
	}
	return fmt.Sprintf("daily %02d:%02d", int(s.at.Hours()), int(s.at.Minutes())%60)
}

// next is the first firing after now. Firings missed while nothing ran are not
// made up for: the handler sees the present state anyway.
func (s schedule) next(now time.Time) time.Time {
	if s.every > 0 {
		return now.Add(s.every)
	}
	local := now.In(beijing)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, beijing)
	t := day.Add(s.at)
	if !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// Every runs h each time the interval has passed, on one node of the cluster.
// The name is the job's kind. The time of the next firing is a row: restarts
// neither repeat nor forget it.
func (r *Runner) Every(name string, interval time.Duration, h Handler) {
	if interval <= 0 {
		panic("job: the interval of " + name + " must be positive")
	}
	r.Handle(name, h)
	r.schedules = append(r.schedules, schedule{name: name, every: interval})
}

// Daily runs h each day at a time of day in Beijing, written 15:04, on one node
// of the cluster. The name is the job's kind. A malformed time panics, since it
// stands in the source.
func (r *Runner) Daily(name, at string, h Handler) {
	t, err := time.Parse("15:04", at)
	if err != nil {
		panic(fmt.Sprintf("job: the time of %s: %v", name, err))
	}
	r.Handle(name, h)
	r.schedules = append(r.schedules, schedule{name: name, at: time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute})
}

// plan writes the schedules' rows, once for each runner. A schedule whose spec
// has changed with a new release starts afresh.
func (r *Runner) plan(ctx context.Context) error {
	r.planning.Lock()
	defer r.planning.Unlock()
	if r.planned {
		return nil
	}
	err := r.db.Write(ctx, func(tx *db.Tx) error {
		for _, s := range r.schedules {
			if err := putSchedule(ctx, tx, s.name, s.spec(), s.next(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	})
	r.planned = err == nil
	return err
}

// fire enqueues the jobs of the schedules that are due. A schedule whose last
// job is still unfinished is not enqueued twice.
func (r *Runner) fire(ctx context.Context) error {
	if len(r.schedules) == 0 {
		return nil
	}
	due := 0
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = countDueSchedules(ctx, tx)
		return err
	})
	if err != nil || due == 0 {
		return err
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		names, err := lockDueSchedules(ctx, tx)
		if err != nil {
			return err
		}
		for _, s := range r.schedules {
			if !names[s.name] {
				continue
			}
			if err := enqueueOnce(ctx, tx, Spec{Kind: s.name, Dedup: "schedule", RunAt: tx.Now, MaxAttempts: 10}); err != nil {
				return err
			}
			if err := moveSchedule(ctx, tx, s.name, s.next(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	})
}
