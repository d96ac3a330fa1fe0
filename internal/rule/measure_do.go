package rule

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/timeline"
)

// jobMeasure is the clock of a measure.
const jobMeasure = "measure.due"

var errStaleMeasure = fault.Conflictf("这项措施已被他人更新，请刷新后重试")

// open begins the measure that a verb of an alarm asks for. It is written in the
// measure's own timeline: enterprises read the alarm's.
func (s *Service) open(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, st flow.Step, form flow.Form) error {
	kind := begins[st.Verb]
	if on, err := underway(ctx, tx, a, kind); err != nil || on {
		return orElse(err, fault.Conflictf("这条预警已有%s在办理", kind.Title()))
	}
	number, err := db.NextNumber(ctx, tx, s.conf.Prefix+"C")
	if err != nil {
		return err
	}
	m := Measure{ID: MeasureID(db.NewID()), Number: number, Kind: kind, State: kind.Machine().Initial, AlarmID: a.ID, AlarmNumber: a.Number,
		EnterpriseID: a.EnterpriseID, EnterpriseName: a.EnterpriseName, OutletID: a.OutletID, OutletName: a.OutletName, Area: a.Area,
		Words: form.Text("text"), CreatedBy: actor.ID, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1}
	days := form.Int("days")
	switch kind {
	case Warning:
		if days == 0 {
			days = s.answers().WarningDays
		}
		m.DueAt = s.cal.AddWorkingDays(tx.Now, days)
	case Check:
		if days == 0 {
			days = s.answers().CheckDays
		}
		m.DueAt, m.Person = s.cal.AddWorkingDays(tx.Now, days), form.Text("person")
		if err := s.mayCheck(ctx, tx, m); err != nil {
			return err
		}
	case Supervision:
		if m.DueAt, err = s.until(tx, form, tx.Now); err != nil {
			return err
		}
		if on, err := supervised(ctx, tx, a.EnterpriseID); err != nil || on {
			return orElse(err, fault.Conflictf("%s已在重点督办中；可在该督办中延长", a.EnterpriseName))
		}
	}
	if err := insertMeasure(ctx, tx, m); err != nil {
		return err
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: kind.Machine(), Step: kind.beginning(st.Fields), Actor: actor, Subject: string(m.ID), Area: m.Area, Form: form}); err != nil {
		return err
	}
	if ack, ok := Machine.Find(a.State, Acknowledge); ok {
		if err := s.take(ctx, tx, actor, a, ack, flow.Form{}); err != nil {
			return err
		}
	}
	if err := s.clockMeasure(ctx, tx, m, m.DueAt); err != nil {
		return err
	}
	if err := s.tellMeasure(ctx, tx, m, Begin, m.Words); err != nil {
		return err
	}
	return s.climb(ctx, tx, a)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// mayCheck refuses people who may not check at this place.
func (s *Service) mayCheck(ctx context.Context, tx *db.Tx, m Measure) error {
	who, err := s.notify.Who(ctx, tx, notify.Audience{Capability: auth.AlarmCheck, Area: m.Area, AllLevels: true})
	if err == nil && !slices.Contains(who, m.Person) {
		return fault.Invalidf("请选择辖区内的执法人员").With("form.person", "请选择辖区内的执法人员")
	}
	return err
}

// until reads the day on which supervision ends; without one the place's term.
func (s *Service) until(tx *db.Tx, form flow.Form, after time.Time) (time.Time, error) {
	day := form.Text("until")
	if day == "" {
		return endOfDay(tx.Now.In(beijing).AddDate(0, 0, s.answers().SuperviseDays).Format(time.DateOnly))
	}
	t, err := endOfDay(day)
	if err != nil || !t.After(after) || t.After(tx.Now.AddDate(2, 0, 0)) {
		return t, fault.Invalidf("督办的截止日期不对").With("form.until", "应晚于%s，最长两年", after.In(beijing).Format(time.DateOnly))
	}
	return t, nil
}

func (s *Service) clockMeasure(ctx context.Context, tx *db.Tx, m Measure, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: jobMeasure, Dedup: string(m.ID), Payload: m.ID, RunAt: at})
}

// DoMeasure carries out a verb of a person on a measure.
func (s *Service) DoMeasure(ctx context.Context, actor auth.Actor, id MeasureID, verb flow.Verb, version int64, in map[string]any) error {
	var pack []string
	if verb == Report && in["result"] == "true" {
		f, err := s.Measure(ctx, actor, id)
		if err != nil {
			return err
		}
		if pack, err = s.packs(ctx, actor, f.Measure.AlarmID, in); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := s.seenMeasure(actor)(lockMeasure(ctx, tx, id))
		if err != nil {
			return err
		}
		if m.Version != version {
			return errStaleMeasure
		}
		machine := m.Kind.Machine()
		st, err := machine.Check(m.State, verb, s.canMeasure(actor, m), measureFacts(actor, m))
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
		if files := form.List("files"); len(files) > 0 {
			if err := s.files.Attach(ctx, tx, files, machine.Kind, string(m.ID)); err != nil {
				return err
			}
		}
		from := m.State
		if err := s.change(ctx, tx, &m, verb, form); err != nil {
			return err
		}
		m.State = st.Target(from)
		if err := saveMeasure(ctx, tx, &m); err != nil {
			return err
		}
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: machine, Step: st, Actor: actor, Subject: string(m.ID), Area: m.Area, From: from, Form: form}); err != nil {
			return err
		}
		if err := s.tellMeasure(ctx, tx, m, verb, form.Text("text")); err != nil {
			return err
		}
		if verb == Report && m.Result != "unclear" {
			return s.found(ctx, tx, actor, m, form, pack)
		}
		return nil
	})
}

// change sets what the verb changes beside the state, and the clock.
func (s *Service) change(ctx context.Context, tx *db.Tx, m *Measure, verb flow.Verb, form flow.Form) (err error) {
	switch verb {
	case Report:
		m.Result = form.Text("result")
	case Reassign:
		m.Person = form.Text("person")
		if err := s.mayCheck(ctx, tx, *m); err != nil {
			return err
		}
		if n := form.Int("days"); n > 0 {
			m.DueAt = s.cal.AddWorkingDays(tx.Now, n)
		}
	case Decline:
		m.DueAt = s.cal.AddWorkingDays(tx.Now, s.answers().WarningDays)
	case Prolong:
		if m.DueAt, err = s.until(tx, form, m.DueAt); err != nil {
			return err
		}
	default:
		if verb == Answer || verb == Approve {
			m.Overdue = false
		}
		return job.Cancel(ctx, tx, jobMeasure, string(m.ID))
	}
	m.Overdue = false
	if verb == Report {
		return job.Cancel(ctx, tx, jobMeasure, string(m.ID))
	}
	return s.clockMeasure(ctx, tx, *m, m.DueAt)
}

// found takes the result of a check to the alarm.
func (s *Service) found(ctx context.Context, tx *db.Tx, actor auth.Actor, m Measure, form flow.Form, pack []string) error {
	a, all, err := s.lockWith(ctx, tx, auth.System("rule"), m.AlarmID, nil)
	if err != nil {
		return err
	}
	a, others := speaks(a, all)
	verb := Confirm
	if m.Result == "false" {
		verb = Refute
	}
	st, ok := Machine.Find(a.State, verb)
	if !ok || a.Verdict != "" {
		return nil // over, or a person has decided meanwhile
	}
	return s.answer(ctx, tx, actor, a, others, st, flow.Form{"text": "现场核查（" + m.Number + "）：" + form.Text("text")}, pack)
}

// measureDue is the clock's work: reminds, goes up, or ends supervision.
func (s *Service) measureDue(ctx context.Context, j job.Job) error {
	var id MeasureID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMeasure(ctx, tx, id)
		if err != nil || m.DueAt.After(tx.Now) {
			return err
		}
		verb := Overdue
		switch {
		case m.Kind == Supervision:
			verb = Expire
		case m.Overdue:
			verb = Overlate
		}
		st, ok := m.Kind.Machine().Find(m.State, verb)
		if !ok {
			return nil
		}
		from := m.State
		m.State, m.Overdue = st.Target(from), m.Kind != Supervision
		if err := saveMeasure(ctx, tx, &m); err != nil {
			return err
		}
		once := string(verb) + "@" + m.DueAt.Format(time.RFC3339)
		fresh, err := s.book.Write(ctx, tx, timeline.Act{Machine: m.Kind.Machine(), Step: st, Actor: auth.System("rule"), Subject: string(m.ID), Area: m.Area, From: from, Once: once})
		if err != nil || !fresh {
			return err
		}
		if verb == Overdue {
			if err := s.clockMeasure(ctx, tx, m, s.cal.AddWorkingDays(tx.Now, s.answers().UpDays)); err != nil {
				return err
			}
		}
		return s.tellMeasure(ctx, tx, m, verb, m.Words)
	})
}

// measureWords are who hears of a verb, and the first words.
var measureWords = map[MeasureKind]map[flow.Verb]struct {
	title string
	tell  []ladder.Audience
}{
	Warning: {
		Begin:    {"远程预警，请在时限内答复", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise}},
		Answer:   {"企业已答复远程预警，待审核", []ladder.Audience{ladder.Duty}},
		Approve:  {"远程预警的答复已认可", []ladder.Audience{ladder.Enterprise}},
		Decline:  {"远程预警的答复被退回，请重新答复", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise}},
		Revoke:   {"远程预警已撤销", []ladder.Audience{ladder.Enterprise}},
		Overdue:  {"远程预警逾期未答复", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise, ladder.Duty, ladder.Leader}},
		Overlate: {"远程预警仍未答复", []ladder.Audience{ladder.EnterpriseHead, ladder.Leader, ladder.CityDuty, ladder.CityLeader}},
	},
	Check: {
		Begin: {"请到现场核查", nil}, Reassign: {"请到现场核查", nil}, Revoke: {"现场核查已撤销", nil},
		Report:   {"现场核查已有结果", []ladder.Audience{ladder.Duty, ladder.Leader}},
		Overdue:  {"现场核查逾期", []ladder.Audience{ladder.Duty, ladder.Leader}},
		Overlate: {"现场核查仍未完成", []ladder.Audience{ladder.Leader, ladder.CityDuty, ladder.CityLeader}},
	},
	Supervision: {
		Begin:   {"列入重点督办", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise, ladder.Duty, ladder.Leader}},
		Prolong: {"重点督办延长", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise}},
		Lift:    {"重点督办已解除", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise, ladder.Duty}},
		Expire:  {"重点督办期满解除", []ladder.Audience{ladder.EnterpriseHead, ladder.Enterprise, ladder.Duty}},
	},
}

func (s *Service) tellMeasure(ctx context.Context, tx *db.Tx, m Measure, verb flow.Verb, text string) error {
	w, ok := measureWords[m.Kind][verb]
	if !ok {
		return nil
	}
	a := Alarm{EnterpriseID: m.EnterpriseID, Area: m.Area}
	to, _, err := s.audience(ctx, tx, &a, w.tell)
	if err != nil {
		return err
	}
	if m.Kind == Check {
		to = append(to, notify.Audience{Persons: []string{m.Person}})
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: m.Kind.Machine().Kind, Subject: string(m.ID), Area: m.Area,
		Urgency: measureUrgency(verb), Title: w.title + "：" + m.EnterpriseName + "（" + m.Number + "）", Text: text, Link: "/measures/" + string(m.ID)})
	return err
}

// measureUrgency is how strongly the notice of a verb presses.
func measureUrgency(verb flow.Verb) notify.Urgency {
	switch verb {
	case Overlate:
		return notify.Urgent
	case Begin, Reassign, Decline, Overdue:
		return notify.Important
	}
	return notify.Ordinary
}
