package rule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// jobConduct looks at every outlet once an hour.
const jobConduct = "rule.conduct"

// fresh is how old the last sign of an episode may be to count as going on.
const fresh = 12 * time.Hour

// lag is how long after its end an hour is looked at: by then its values are
// made (telemetry: a quarter of an hour) and its meters summed up.
const lag = 30 * time.Minute

// watchConduct replays the newest hours of every outlet and lets suspicions live
// as alarms. It depends on what is stored alone: a restart, a second node and
// late data lead to the same alarms.
func (s *Service) watchConduct(ctx context.Context, _ job.Job) error {
	var outlets []enterprise.Outlet
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		outlets, err = enterprise.AllOutlets(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	of, err := s.officers(ctx)
	if err != nil {
		return err
	}
	rules := s.behaviour()
	now := s.db.Now().Add(-lag).Truncate(time.Hour)
	var failed []error
	for _, o := range outlets {
		if err := s.lookAt(ctx, rules, of, o, now); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed = append(failed, fmt.Errorf("outlet %s: %w", o.ID, err))
		}
	}
	return errors.Join(failed...)
}

// behaviour are the signs that speak in the hourly look.
func (s *Service) behaviour() []sign.Rule {
	return slices.DeleteFunc(slices.Clone(s.signs), func(r sign.Rule) bool { return r.Apart })
}

func (s *Service) lookAt(ctx context.Context, rules []sign.Rule, of officers, o enterprise.Outlet, now time.Time) error {
	custom, err := s.watch(ctx, of, o.ID, now)
	if err != nil {
		return err
	}
	c, err := s.replay(ctx, withOfficers(rules, custom), o, now.Add(-3*24*time.Hour), now)
	if err != nil {
		return err
	}
	if err := s.settle(ctx, o, c.Outlet, custom, now); err != nil || c.Hours == 0 {
		return err
	}
	var e *sign.Episode
	if n := len(c.Episodes); n > 0 {
		e = &c.Episodes[n-1]
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		last, err := lastSuspicion(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		switch next(last, e, now) {
		case suspectRaise:
			return s.suspect(ctx, tx, o, c.Outlet, e)
		case suspectGoOn:
			return s.goOn(ctx, tx, last, c.Outlet, e)
		case suspectEnd:
			return s.end(ctx, tx, last, last.LastAt)
		}
		return nil
	})
}

type suspectStep int

const (
	suspectNothing suspectStep = iota
	suspectRaise
	suspectGoOn
	suspectEnd
)

// next decides what becomes of the outlet's suspicion; last is its newest one, nil
// without any, e the newest episode of the replay. An episode that was told of
// before is not told of again once it has been dealt with.
func next(last *Alarm, e *sign.Episode, now time.Time) suspectStep {
	active := e != nil && now.Sub(e.To) <= fresh
	open := last != nil && last.State != StateCleared
	switch {
	case open && active:
		return suspectGoOn
	case open && last.Lasts():
		return suspectEnd
	case !open && active && (last == nil || e.Raised.After(last.LastAt)):
		return suspectRaise
	}
	return suspectNothing
}

// suspect opens an alarm for an episode and tells the people concerned.
func (s *Service) suspect(ctx context.Context, tx *db.Tx, o enterprise.Outlet, watched *sign.Outlet, e *sign.Episode) error {
	k := e.Kinds[0]
	a := Alarm{Rule: k.Rule.ID, Level: Suspect,
		OutletID: o.ID, OutletName: o.Name, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, Area: o.Area,
		Factor: factorOf(watched, k.Channel), Basis: k.Rule.Basis, Times: int64(len(e.Kinds)),
		StartedAt: e.From, LastAt: e.To, Summary: summary(e)}
	return s.begin(ctx, tx, &a)
}

// goOn adds what was found since.
func (s *Service) goOn(ctx context.Context, tx *db.Tx, a *Alarm, watched *sign.Outlet, e *sign.Episode) error {
	came := !a.Lasts() && e.To.After(a.EndedAt)
	if !e.To.After(a.LastAt) && int64(len(e.Kinds)) <= a.Times {
		return nil
	}
	a.LastAt, a.Summary, a.Times = e.To, summary(e), max(a.Times, int64(len(e.Kinds)))
	a.Basis = e.Kinds[0].Rule.Basis
	if e.From.Before(a.StartedAt) {
		a.StartedAt = e.From
	}
	if came {
		a.EndedAt = time.Time{}
	}
	if err := saveValues(ctx, tx, a); err != nil {
		return err
	}
	if came {
		if _, err := s.auto(ctx, tx, a, Return); err != nil {
			return err
		}
	}
	if a.Quiet.Kind == Loud {
		return nil
	}
	return s.hear(ctx, tx, a)
}

// summary is what the strongest three signs say.
func summary(e *sign.Episode) string {
	var words []string
	for _, k := range e.Kinds[:min(3, len(e.Kinds))] {
		words = append(words, k.Reason)
	}
	text := strings.Join(words, "；")
	if n := len(e.Kinds) - 3; n > 0 {
		text += fmt.Sprintf("；另有 %d 项迹象", n)
	}
	return text
}

func factorOf(o *sign.Outlet, c int) string {
	if c < 0 {
		return ""
	}
	return o.Channels[c].Factor
}
