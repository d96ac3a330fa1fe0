package issue

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// facts are what the guards of the table ask; top is the area of the highest
// level. Who rectified is not only the person: anyone of the same agency, and
// whoever stands in for the person, is kept from judging the work.
func facts(actor auth.Actor, i Issue, top string) flow.Facts {
	same := func(agency string) bool { return actor.Agency != "" && actor.Agency == agency }
	return flow.Facts{
		"lead":         same(i.LeadAgency) || actor.Is(i.PersonID),
		"desk":         auth.Covers(actor.Area, i.DeskArea),
		"not_top":      i.DeskArea != top,
		"extension":    i.ExtensionDays > 0,
		"no_extension": i.ExtensionDays == 0,
		"not_the_rectifier": !actor.Is(i.RectifierID) && !actor.Is(i.PersonID) &&
			!same(i.RectifierAgency) && !same(i.LeadAgency),
	}
}

// clocks derives which clock is the issue's deadline, its end, the end of the
// rectification term and that of the signature, from the timeline.
func (s *Service) clocks(entries []timeline.Entry) (clock string, due, rectifyBy, signBy time.Time) {
	c := timeline.Recompute(entries, s.step, s.cal)
	for _, name := range []string{clockAssign, clockRectify, clockAccept, clockClose} {
		if end, runs := c.Running[name]; runs {
			clock, due = name, end
		}
	}
	if clock != clockAssign {
		rectifyBy = c.Last[clockRectify]
	}
	return clock, due, rectifyBy, c.Running[clockSign]
}

// step finds the row that an entry carried out.
func (s *Service) step(e timeline.Entry) flow.Step {
	if e.Verb == Create {
		return creating
	}
	st, _ := s.machine.Find(e.From, e.Verb)
	return st
}

// term is the working days that a clock is given: what the form says, or else
// the policy.
func (s *Service) term(form flow.Form) func(clock string) int {
	return func(clock string) int {
		switch clock {
		case clockAssign:
			return s.rules.AssignDays
		case clockSign:
			return s.rules.SignDays
		case clockAccept:
			return s.rules.AcceptDays
		case clockClose:
			return s.rules.CloseDays
		}
		return form.Int("days")
	}
}

// count counts the entries of a verb.
func count(entries []timeline.Entry, verb flow.Verb) int {
	n := 0
	for _, e := range entries {
		if e.Verb == verb {
			n++
		}
	}
	return n
}
