package rule

import (
	"context"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// lockWith reads an alarm that the actor may see, and the others of its event, all
// of them locked. also names another one to lock, with its event.
func (s *Service) lockWith(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, also *Alarm) (a *Alarm, all []*Alarm, err error) {
	was, err := s.seen(actor)(findAlarm(ctx, tx, id))
	if err != nil {
		return nil, nil, err
	}
	ids, events := []ID{id}, []EventID{}
	for _, x := range []*Alarm{&was, also} {
		if x != nil && x.EventID != "" && !slices.Contains(events, x.EventID) {
			events = append(events, x.EventID)
		}
	}
	if also != nil {
		ids = append(ids, also.ID)
	}
	list, err := lockTogether(ctx, tx, ids, events)
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		if list[i].ID == id {
			a = &list[i]
		}
		all = append(all, &list[i])
	}
	if a == nil || a.EventID != was.EventID {
		return nil, nil, errStale
	}
	return a, all, nil
}

// speaks is the alarm of the event on which its verbs are done; the alarm itself
// when it is alone.
func speaks(a *Alarm, all []*Alarm) (*Alarm, []*Alarm) {
	if a.EventID == "" {
		return a, nil
	}
	var members []Alarm
	var at []*Alarm
	for _, x := range all {
		if x.EventID == a.EventID {
			members, at = append(members, *x), append(at, x)
		}
	}
	l := lead(members)
	one := at[l]
	return one, slices.Delete(at, l, l+1)
}

// named finds the alarm whose number or id a person has given.
func (s *Service) named(ctx context.Context, tx *db.Tx, actor auth.Actor, word string) (Alarm, error) {
	word = strings.TrimSpace(word)
	id := ID(word)
	if number, ok := db.ReadNumber(word); ok {
		found, err := alarmByNumber(ctx, tx, number)
		if err != nil && !db.IsMissing(err) {
			return Alarm{}, err
		}
		id = found
	}
	a, err := s.seen(actor)(findAlarm(ctx, tx, id))
	if fault.Is(err, fault.NotFound) {
		return a, fault.Invalidf("没有找到要合并的另一条预警").With("form.alarm", "请填写同一企业另一条未解除预警的编号")
	}
	return a, err
}

// merge makes one event of an alarm and another, with the events in which they
// stand.
func (s *Service) mergeWith(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, all []*Alarm, into ID, st flow.Step, form flow.Form) error {
	b := all[slices.IndexFunc(all, func(x *Alarm) bool { return x.ID == into })]
	bad := func(why string) error {
		return fault.Invalidf("这两条预警不能合并").With("form.alarm", "%s", why)
	}
	switch {
	case a.ID == b.ID || a.EventID != "" && a.EventID == b.EventID:
		return bad("它们已是一件")
	case a.EnterpriseID != b.EnterpriseID:
		return bad("只能合并同一企业的预警")
	case a.State == StateCleared || b.State == StateCleared:
		return bad("已解除的预警不再合并")
	case !s.policy.Can(actor, auth.AlarmHandle, b.Scope()):
		return fault.Forbiddenf("您没有办理预警 %s 的权限", b.Number)
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: a.State,
		Form: flow.Form{"alarm": b.Number, "text": form.Text("text")}}); err != nil {
		return err
	}
	words := form.Text("text")
	var moving []*Alarm
	old := a.EventID
	for _, x := range all {
		if x.ID == a.ID || old != "" && x.EventID == old {
			moving = append(moving, x)
		}
	}
	var v *Event
	if b.EventID == "" {
		made, err := s.form(ctx, tx, actor, "", words, b)
		if err != nil {
			return err
		}
		v = made
	} else {
		found, err := touchEvent(ctx, tx, b.EventID)
		if err != nil {
			return err
		}
		v = &found
	}
	for _, x := range moving {
		if err := s.admit(ctx, tx, actor, v, x); err != nil {
			return err
		}
	}
	if old != "" {
		if err := s.dissolveEvent(ctx, tx, actor, old, "并入 "+v.Number+"："+words, nil); err != nil {
			return err
		}
	}
	return s.climbAll(ctx, tx, all)
}

// climbAll lets alarms take the rungs that are due now that they stand otherwise
// than before.
func (s *Service) climbAll(ctx context.Context, tx *db.Tx, alarms []*Alarm) error {
	for _, a := range alarms {
		if err := s.climb(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// split takes an alarm out of its event; an event of one is none.
func (s *Service) split(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, all []*Alarm, st flow.Step, form flow.Form) error {
	id := a.EventID
	v, err := touchEvent(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: a.State, Form: form, Note: v.Number}); err != nil {
		return err
	}
	out, _ := EventMachine.Find(v.State, Release)
	if out.Verb != "" {
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: EventMachine, Step: out, Actor: actor, Subject: string(id), Area: v.Area, From: v.State, Note: a.Number + "：" + form.Text("text")}); err != nil {
			return err
		}
	}
	if err := saveEvent(ctx, tx, &v); err != nil {
		return err
	}
	if err := leave(ctx, tx, a, true, v.Version+1); err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(x *Alarm) bool { return x.EventID != id })
	if len(rest) < 2 && v.State == EventActive {
		if err := s.dissolveEvent(ctx, tx, actor, id, "只余一条", rest); err != nil {
			return err
		}
	}
	return s.climbAll(ctx, tx, append(rest, a))
}

// dissolveEvent ends an event whose alarms go separate ways, or have gone.
func (s *Service) dissolveEvent(ctx context.Context, tx *db.Tx, actor auth.Actor, id EventID, words string, alarms []*Alarm) error {
	v, err := touchEvent(ctx, tx, id)
	if err != nil {
		return err
	}
	st, ok := EventMachine.Find(v.State, Dissolve)
	if !ok {
		return nil
	}
	from := v.State
	v.State = st.Target(from)
	if err := saveEvent(ctx, tx, &v); err != nil {
		return err
	}
	for _, a := range alarms {
		if err := s.mark(ctx, tx, actor, a, Split, v.Number+"："+words); err != nil {
			return err
		}
		if err := leave(ctx, tx, a, true, v.Version+1); err != nil {
			return err
		}
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: EventMachine, Step: st, Actor: actor, Subject: string(id), Area: v.Area, From: from, Form: flow.Form{"text": words}})
	return err
}

// DoEvent carries out a verb of a person on an event: one of its own, or one of
// alarms for all of them.
func (s *Service) DoEvent(ctx context.Context, actor auth.Actor, id EventID, verb flow.Verb, version int64, in map[string]any) error {
	var v Event
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		v, err = s.seenEvent(actor)(findEvent(ctx, tx, id))
		return err
	})
	if err != nil {
		return err
	}
	if _, own := EventMachine.Find(v.State, verb); !own || verb == Merge || verb == Split {
		if v.lead() == nil {
			return fault.Conflictf("这个事件已没有预警；请刷新后再试")
		}
		return s.Do(ctx, actor, v.lead().ID, verb, version, in)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		a, all, err := s.lockWith(ctx, tx, actor, v.lead().ID, nil)
		if err != nil {
			return err
		}
		if a.Seen() != version || a.EventID != id {
			return errStale
		}
		st, err := EventMachine.Check(v.State, verb, func(c string) bool { return s.policy.Can(actor, auth.Capability(c), v.Scope()) }, flow.Facts{})
		if err != nil {
			return err
		}
		if st.Auto {
			return fault.Conflictf("“%s”由系统自动进行，无需操作", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		if err := s.dissolveEvent(ctx, tx, actor, id, form.Text("text"), all); err != nil {
			return err
		}
		return s.climbAll(ctx, tx, all)
	})
}
