package rule

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule/event"
	"github.com/qingshao/qingshao/internal/timeline"
)

// assemble puts an alarm that has just been raised to those with which it belongs
// together, before anybody is told of it. held are alarms that the caller goes on to
// write in this transaction: what they hold is newer than what is stored, and what
// becomes of them here they must know.
func (s *Service) assemble(ctx context.Context, tx *db.Tx, a *Alarm, held ...*Alarm) error {
	if len(s.conf.Events) == 0 {
		return nil
	}
	open, err := openOf(ctx, tx, a.EnterpriseID)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(x Alarm) bool { return x.ID == a.ID })
	at := make(map[string]*Alarm, len(open))
	matters := make([]event.Alarm, len(open))
	for i := range open {
		x := &open[i]
		if k := slices.IndexFunc(held, func(h *Alarm) bool { return h.ID == x.ID }); k >= 0 {
			x = held[k]
		}
		at[string(x.ID)], matters[i] = x, s.matter(*x, a.LastAt)
	}
	with, by, ok := event.Match(s.conf.Events, s.matter(*a, a.LastAt), matters)
	if !ok {
		return nil
	}
	if with[0].Event == "" {
		_, err := s.form(ctx, tx, auth.System("rule"), by.Name, "", at[with[0].ID], a)
		return err
	}
	v, err := touchEvent(ctx, tx, EventID(with[0].Event))
	if err != nil || v.State != EventActive {
		return err
	}
	return s.admit(ctx, tx, auth.System("rule"), &v, a)
}

// matter is an alarm as the grouping sees it; what lasts reaches to now.
func (s *Service) matter(a Alarm, now time.Time) event.Alarm {
	to := a.EndedAt
	if a.Lasts() {
		if to = a.LastAt; now.After(to) {
			to = now
		}
	}
	return event.Alarm{ID: string(a.ID), Event: string(a.EventID), Grouping: a.EventGrouping, Outlet: a.OutletID, Level: string(a.Level), Family: s.family(a.Rule), From: a.StartedAt, To: to,
		Apart: a.Apart, Dealt: a.State == StateHandled || a.Verdict != "" || a.Explained == ExplanationAccepted || a.State == StateCleared && a.Highest != Notice}
}

// form makes an event of alarms that are alone, the first of which people may have
// heard of.
func (s *Service) form(ctx context.Context, tx *db.Tx, actor auth.Actor, grouping, words string, first *Alarm, others ...*Alarm) (*Event, error) {
	number, err := db.NextNumber(ctx, tx, s.conf.Prefix+"J")
	if err != nil {
		return nil, err
	}
	v := &Event{ID: EventID(db.NewID()), Number: number, Grouping: grouping, State: EventActive, EnterpriseID: first.EnterpriseID, EnterpriseName: first.EnterpriseName, Area: first.Area,
		CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1}
	if err := insertEvent(ctx, tx, *v); err != nil {
		return nil, err
	}
	note := "按规则“" + grouping + "”"
	if grouping == "" {
		note = words
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: EventMachine, Step: forming, Actor: actor, Subject: string(v.ID), Area: v.Area, Note: note}); err != nil {
		return nil, err
	}
	for _, a := range append([]*Alarm{first}, others...) {
		if err := s.admit(ctx, tx, actor, v, a); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// admit takes an alarm into the event: it stands then where the event stands, and
// people hear of it by the event.
func (s *Service) admit(ctx context.Context, tx *db.Tx, actor auth.Actor, v *Event, a *Alarm) error {
	l := v.lead()
	if err := enter(ctx, tx, a, v.ID); err != nil {
		return err
	}
	a.EventNumber, a.EventGrouping = v.Number, v.Grouping
	if err := s.mark(ctx, tx, actor, a, Join, v.Number); err != nil {
		return err
	}
	if l != nil {
		if a.Explained == "" && l.Explained != "" {
			a.Explained = l.Explained
			if err := saveState(ctx, tx, a); err != nil {
				return err
			}
		}
		for _, v := range map[flow.State][]flow.Verb{StateNotified: {Tell}, StateAcknowledged: {Follow}}[l.State] {
			if err := s.mark(ctx, tx, auth.System("rule"), a, v, "随预警事件，不另行通知"); err != nil {
				return err
			}
		}
	}
	if err := saveEvent(ctx, tx, v); err != nil {
		return err
	}
	a.EventVersion = v.Version
	for i := range v.Alarms {
		v.Alarms[i].EventVersion = v.Version
	}
	v.Alarms = append(v.Alarms, *a)
	st, _ := EventMachine.Find(v.State, Admit)
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: EventMachine, Step: st, Actor: actor, Subject: string(v.ID), Area: v.Area, From: v.State, Note: a.Number + " " + a.Summary})
	return err
}

// mark takes a step of the alarm if its table has one in its state.
func (s *Service) mark(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, v flow.Verb, note string) error {
	st, ok := Machine.Find(a.State, v)
	if !ok {
		return nil
	}
	from := a.State
	if a.State = st.Target(from); a.State != from {
		if err := saveState(ctx, tx, a); err != nil {
			return err
		}
	}
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: from, Note: note})
	return err
}

// speaker finds whether another alarm of the event speaks for this one: one that
// people were told of, and that is not quiet itself.
func speaker(ctx context.Context, tx *db.Tx, a Alarm) (id ID, ok bool, err error) {
	members, err := membersOf(ctx, tx, []EventID{a.EventID})
	if err != nil {
		return "", false, err
	}
	a.Quiet = Quiet{}
	for i := range members {
		if members[i].ID == a.ID {
			members[i] = a
		}
	}
	l := members[lead(members)]
	return l.ID, l.ID != a.ID && l.State != StateOpen && l.State != StateCleared && !l.Quiet.Kind.hides(), nil
}

// stirred lets the other alarms of the event look again at who speaks.
func (s *Service) stirred(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if a.EventID == "" {
		return nil
	}
	members, err := membersOf(ctx, tx, []EventID{a.EventID})
	for _, m := range members {
		if err == nil && m.ID != a.ID && m.State != StateCleared {
			err = lookAgain(ctx, tx, m.ID, tx.Now)
		}
	}
	return err
}

// together is the alarm as its ladder sees it: with its event, which has the
// highest level of all, since it was first reached, lasts while one of them does,
// and was told of by whichever spoke.
func (s *Service) together(ctx context.Context, tx *db.Tx, a *Alarm) (Alarm, []timeline.Entry, error) {
	entries, err := s.book.Of(ctx, tx, Machine.Kind, string(a.ID))
	if err != nil || a.EventID == "" {
		return *a, entries, err
	}
	members, err := membersOf(ctx, tx, []EventID{a.EventID})
	if err != nil {
		return *a, nil, err
	}
	out := *a
	for _, m := range members {
		if m.ID == a.ID {
			continue
		}
		if m.Highest.rank() > out.Highest.rank() || m.Highest == out.Highest && m.LevelAt.Before(out.LevelAt) {
			out.Highest, out.LevelAt = m.Highest, m.LevelAt
		}
		out.HearUp = out.HearUp || m.HearUp
		if m.Lasts() {
			out.EndedAt = time.Time{}
		}
		more, err := s.book.Of(ctx, tx, Machine.Kind, string(m.ID))
		if err != nil {
			return *a, nil, err
		}
		for _, e := range more {
			if e.Verb != Hush && e.Verb != Sound && e.Verb != Split {
				entries = append(entries, e)
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b timeline.Entry) int { return strings.Compare(a.ID, b.ID) })
	return out, entries, nil
}

// carry does to the event's other alarms what a person has done to the one that
// speaks. What one of them does not allow is left out for it.
func (s *Service) carry(ctx context.Context, tx *db.Tx, actor auth.Actor, done *Alarm, others []*Alarm, verb flow.Verb, form flow.Form) error {
	if done.EventID == "" {
		return nil
	}
	can := func(a *Alarm) func(string) bool { return s.can(actor, *a) }
	for _, m := range others {
		if m.State == StateCleared || m.ID == done.ID {
			continue
		}
		if m.State != StateAcknowledged && (done.State == StateAcknowledged || done.State == StateHandled) {
			if st, err := Machine.Check(m.State, Acknowledge, can(m), facts(*m)); err == nil {
				if err := s.take(ctx, tx, actor, m, st, flow.Form{onEvent: string(done.EventID)}); err != nil {
					return err
				}
			}
		}
		if _, own := begins[verb]; own || verb == Acknowledge {
			continue // a measure stands once, with the event
		}
		if m.ClueID == "" {
			m.ClueID = done.ClueID
		}
		st, err := Machine.Check(m.State, verb, can(m), facts(*m))
		if verb == HandIn { // there is the one clue
			st, _ = Machine.Find(m.State, verb)
			err = nil
		}
		if err != nil || st.Verb == "" {
			continue
		}
		if verb == Confirm || verb == Refute {
			m.Verdict = done.Verdict
		}
		s.word(m, verb)
		along := flow.Form{}
		for k, v := range form {
			along[k] = v
		}
		along[onEvent] = string(done.EventID)
		if err := s.take(ctx, tx, actor, m, st, along); err != nil {
			return err
		}
		if err := s.clear(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// onEvent is the key by which an entry's data name the event with which it was
// done.
const onEvent = "event"

// over closes the event whose alarms are all cleared.
func (s *Service) over(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if a.EventID == "" {
		return nil
	}
	v, err := touchEvent(ctx, tx, a.EventID)
	if err != nil || v.State != EventActive {
		return err
	}
	for _, m := range v.Alarms {
		if m.ID != a.ID && m.State != StateCleared {
			return s.stirred(ctx, tx, a)
		}
	}
	st, _ := EventMachine.Find(v.State, Close)
	from := v.State
	v.State = st.Target(from)
	if err := saveEvent(ctx, tx, &v); err != nil {
		return err
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: EventMachine, Step: st, Actor: auth.System("rule"), Subject: string(v.ID), Area: v.Area, From: from})
	return err
}
