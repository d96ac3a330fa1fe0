package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Quiet is why nobody is told of an alarm at present; the zero value is that
// people are. By names the silence, or the
// alarm that is the cause.
type Quiet struct {
	Kind QuietKind
	By   string
}

// QuietKind is what keeps an alarm quiet.
type QuietKind string

// What keeps alarms quiet.
const (
	Loud      QuietKind = ""
	Silenced            = QuietKind(silence.Silenced)
	Planned             = QuietKind(silence.Plan)
	Inhibited QuietKind = "inhibited" // By is the alarm that it follows from
	Merged    QuietKind = "merged"    // By is the alarm that speaks for their event
)

var quietTitles = map[QuietKind]string{Silenced: "静默中", Planned: "免打扰时段", Inhibited: inhibitions[0].Title, Merged: "由事件一并告知"}

// Title is what people read beside the state.
func (k QuietKind) Title() string { return quietTitles[k] }

// hides reports whether nobody hears of what is behind the alarm either; of one that
// is merged people hear by its event.
func (k QuietKind) hides() bool { return k != Loud && k != Merged }

// quiet says whether people must not be told of an alarm now, and whose word
// that is. Whoever tells people of an alarm, or runs a clock of it, asks here first.
func quiet(ctx context.Context, tx *db.Tx, a Alarm) (why Quiet, err error) {
	if why, err = hushed(ctx, tx, a); err != nil || why.Kind != Loud || a.EventID == "" {
		return why, err
	}
	by, ok, err := speaker(ctx, tx, a)
	if err != nil || !ok {
		return Quiet{}, err
	}
	return Quiet{Merged, string(by)}, nil
}

// hushed is quiet for a reason of the alarm's own. Exceedances by the standard are
// never hushed.
func hushed(ctx context.Context, tx *db.Tx, a Alarm) (why Quiet, err error) {
	if a.official() {
		return Quiet{}, nil
	}
	if cause, ok, err := causeOf(ctx, tx, a); err != nil || ok {
		return Quiet{Inhibited, string(cause)}, err
	}
	s, ok, err := silence.For(ctx, tx, a.subject())
	if err != nil || !ok {
		return Quiet{}, err
	}
	return Quiet{QuietKind(s.Kind), string(s.ID)}, nil
}

// official reports whether the alarm is an exceedance by the standard.
func (a Alarm) official() bool { return a.Level == Exceed || a.Level == Grave }

func (a Alarm) subject() silence.Subject {
	return silence.Subject{OutletID: a.OutletID, EnterpriseID: a.EnterpriseID, Area: a.Area, Rule: a.Rule, Factor: a.Factor, Also: a.Also, From: a.StartedAt, To: a.LastAt}
}

// announce tells people of an alarm and starts its clocks, unless it is quiet.
func (s *Service) announce(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if _, err := s.hush(ctx, tx, a); err != nil || a.Quiet.Kind != Loud {
		return err
	}
	return s.climb(ctx, tx, a)
}

// hear takes up what has changed about the quiet of an alarm. One that becomes
// loud while it lasts and nobody has taken it on is told of then.
func (s *Service) hear(ctx context.Context, tx *db.Tx, a *Alarm) error {
	changed, err := s.hush(ctx, tx, a)
	if err != nil || !changed || a.Quiet.Kind != Loud {
		return err
	}
	return s.climb(ctx, tx, a)
}

// hush makes the alarm as quiet as it has to be, with an entry for what changed.
// The clocks of a quiet alarm do not run.
func (s *Service) hush(ctx context.Context, tx *db.Tx, a *Alarm) (changed bool, err error) {
	why, err := quiet(ctx, tx, *a)
	if err != nil || why == a.Quiet {
		return false, err
	}
	was := a.Quiet
	a.Quiet = why
	if err := saveQuiet(ctx, tx, a); err != nil {
		return true, err
	}
	if why.Kind != Loud && was.Kind == Loud {
		if err := job.Cancel(ctx, tx, jobRung, string(a.ID)); err != nil {
			return true, err
		}
	}
	if why.Kind.hides() != was.Kind.hides() {
		if err := s.stirred(ctx, tx, a); err != nil {
			return true, err
		}
	} else if !why.Kind.hides() {
		return true, nil // who speaks for an event is no news
	}
	verb := Hush
	if !why.Kind.hides() {
		verb = Sound
	}
	st, err := Machine.Check(a.State, verb, func(string) bool { return true }, facts(*a))
	if err != nil {
		return true, nil // cleared: nothing to write
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: auth.System("rule"), Subject: string(a.ID), Area: a.Area, From: a.State, Note: why.Kind.Title()})
	return true, err
}

// Kind finds a rule for those who silence it: whether there is one, and whether
// its findings are exceedances by the standard.
func (s *Service) Kind(id string) (known, official bool) {
	for _, r := range s.signs {
		if r.ID == id {
			return true, r.Family == sign.Official
		}
	}
	r, ok := s.Rule(id)
	return ok, r.Official
}

// Turn lets the alarms that a silence speaks of, or spoke of, know that it has
// begun or ended.
func (s *Service) Turn(ctx context.Context, tx *db.Tx, n silence.Silence) error {
	list, err := alarmsUnder(ctx, tx, n)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		if a.Quiet.By == string(n.ID) || n.Speaks(a.subject()) {
			if err := s.hear(ctx, tx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// The verbs of quiet; the system's alone.
const (
	Hush  flow.Verb = "hush"
	Sound flow.Verb = "sound"
)
