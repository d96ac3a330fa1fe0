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
	"github.com/qingshao/qingshao/internal/rule/silence"
)

// jobConduct looks at every outlet once an hour.
const jobConduct = "rule.conduct"

// fresh is how old the last sign of an episode may be to count as going on.
const fresh = 12 * time.Hour

// lag is how long after its end an hour is looked at: by then its values are
// made (telemetry: a quarter of an hour) and its meters summed up.
const lag = 30 * time.Minute

// How far back every look reaches: hours that come later than afterwards raise no
// alarm any more; what an alarm says follows the data of remembered, since signs
// reach back over a week.
const (
	afterwards = 3 * 24 * time.Hour
	remembered = 12 * 24 * time.Hour
)

// watchConduct replays the newest hours of every outlet and lets suspicions live
// as alarms. It keeps no state of its own: what an alarm says follows from the
// stored hours and from the alarms that stand there, so that a kill, a restart and
// a second node lead to the same alarms. Hours that come late or are corrected are
// judged as if they had come in time: an alarm that nobody has dealt with follows
// what the data say now, in kind, beginning, end and words; one that they no longer
// bear out ends, and stays for people to close.
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
	c, err := s.replay(ctx, withOfficers(rules, custom), o, now.Add(-remembered), now)
	if err != nil {
		return err
	}
	if err := s.settle(ctx, o, c.Outlet, custom, now); err != nil || c.Hours == 0 {
		return err
	}
	step := suspectNothing
	err = s.db.Read(ctx, func(tx *db.Tx) error { // most looks write nothing
		last, dealt, err := lastSuspicion(ctx, tx, o.ID, "")
		step, _ = next(last, dealt, c.Episodes, now)
		return err
	})
	if err != nil || step == suspectNothing {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		last, dealt, err := lastSuspicion(ctx, tx, o.ID, locked(tx))
		if err != nil {
			return err
		}
		switch step, told := next(last, dealt, c.Episodes, now); step {
		case suspectRaise:
			return s.suspect(ctx, tx, o, c.Outlet, told)
		case suspectGoOn:
			return s.goOn(ctx, tx, last, c.Outlet, told)
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

// story is what the data say now of an outlet's suspicion.
type story struct {
	from, to time.Time
	ended    time.Time     // zero while it goes on
	newest   *sign.Episode // nil = nothing
}

// next decides what becomes of the outlet's suspicion; open is the one that is not
// cleared, nil without any, and dealt the last sign of the newest one that is.
// Episodes that were told of before are not told of again once they have been
// dealt with.
func next(open *Alarm, dealt time.Time, episodes []sign.Episode, now time.Time) (suspectStep, story) {
	var st story
	for i := range episodes {
		e := &episodes[i]
		if !e.Raised.After(dealt) {
			continue
		}
		if st.newest == nil || e.From.Before(st.from) {
			st.from = e.From
		}
		if e.To.After(st.to) {
			st.to = e.To
		}
		st.newest = e
	}
	if st.newest == nil {
		if open != nil && open.Lasts() {
			return suspectEnd, st
		}
		return suspectNothing, st
	}
	if now.Sub(st.to) > fresh {
		st.ended = st.to
	}
	switch {
	case open == nil && now.Sub(st.to) < afterwards:
		return suspectRaise, st
	case open == nil:
		return suspectNothing, st
	case open.StartedAt.Before(now.Add(-remembered)) && open.StartedAt.Before(st.from):
		st.from = open.StartedAt // it began before what this look sees
	}
	return suspectGoOn, st
}

// suspect opens an alarm for an episode and tells the people concerned.
func (s *Service) suspect(ctx context.Context, tx *db.Tx, o enterprise.Outlet, seen *sign.Outlet, told story) error {
	e := told.newest
	k := e.Kinds[0]
	a := Alarm{Rule: k.Rule.ID, Level: Suspect,
		OutletID: o.ID, OutletName: o.Name, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, Area: o.Area,
		Factor: factorOf(seen, k.Channel), Also: besides(seen, e), Basis: k.Rule.BasisAt(k.To.Add(-time.Hour)), Times: int64(len(e.Kinds)),
		StartedAt: told.from, LastAt: told.to, EndedAt: told.ended, Summary: summary(e)}
	return s.begin(ctx, tx, &a)
}

// goOn lets the alarm say what the data say now.
func (s *Service) goOn(ctx context.Context, tx *db.Tx, a *Alarm, seen *sign.Outlet, told story) error {
	was, e := *a, told.newest
	k := e.Kinds[0]
	a.Also = besides(seen, e)
	a.Rule, a.Factor, a.Basis = k.Rule.ID, factorOf(seen, k.Channel), k.Rule.BasisAt(k.To.Add(-time.Hour))
	a.StartedAt, a.LastAt, a.EndedAt, a.Summary, a.Times = told.from, told.to, told.ended, summary(e), int64(len(e.Kinds))
	same := a.Rule == was.Rule && a.Factor == was.Factor && slices.Equal(a.Also, was.Also)
	if same && a.Summary == was.Summary && a.Times == was.Times && a.Basis == was.Basis &&
		a.StartedAt.Equal(was.StartedAt) && a.LastAt.Equal(was.LastAt) && a.EndedAt.Equal(was.EndedAt) {
		return nil
	}
	if !same {
		if err := saveKind(ctx, tx, a); err != nil {
			return err
		}
	}
	switch {
	case was.Lasts() && !a.Lasts():
		return s.end(ctx, tx, a, told.ended)
	case !was.Lasts() && a.Lasts():
		if _, err := s.auto(ctx, tx, a, Return); err != nil {
			return err
		}
	}
	if err := saveValues(ctx, tx, a); err != nil {
		return err
	}
	if a.Quiet.Kind == Loud && same {
		return nil
	}
	return s.hear(ctx, tx, a)
}

// besides are the signs of an episode but for the strongest.
func besides(o *sign.Outlet, e *sign.Episode) []silence.Sign {
	var out []silence.Sign
	first := silence.Sign{Rule: e.Kinds[0].Rule.ID, Factor: factorOf(o, e.Kinds[0].Channel)}
	for _, k := range e.Kinds[1:] {
		if n := (silence.Sign{Rule: k.Rule.ID, Factor: factorOf(o, k.Channel)}); n != first && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
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
