package rule

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule/event"
	"github.com/qingshao/qingshao/internal/timeline"
)

// EventID names an event.
type EventID string

// Event is one happening of an enterprise of which several alarms tell (预警事件).
// It owns no answers: people answer its alarms, all of them at once. Its level,
// state and times follow from them.
type Event struct {
	ID             EventID
	Number         string // WZ-YJ-2026-000012
	Grouping       string // the rule that made it; "" = a person did
	State          flow.State
	EnterpriseID   string
	EnterpriseName string // read only
	Area           string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
	Alarms         []Alarm // read only, oldest first
}

// The states of an event.
const (
	EventActive    flow.State = "active"
	EventClosed    flow.State = "closed"
	EventDissolved flow.State = "dissolved"
)

// The verbs of an event, and those by which an alarm comes into one and leaves it.
const (
	Form     flow.Verb = "form" // the beginning; not in the table
	Admit    flow.Verb = "admit"
	Release  flow.Verb = "release"
	Dissolve flow.Verb = "dissolve"
	Close    flow.Verb = "close"

	Join   flow.Verb = "join"
	Follow flow.Verb = "follow"
	Merge  flow.Verb = "merge"
	Split  flow.Verb = "split"
)

// forming is the first entry of every event's timeline.
var forming = flow.Step{Verb: Form, To: EventActive, Title: "并为一件", Capability: capHandle}

// EventMachine is the life of an event. What people do about its alarms stands in
// the alarms' own table and is done to all of them.
var EventMachine = &flow.Machine{
	Kind: "alarm_event", Title: "预警事件", Initial: EventActive,
	States: []flow.StateRow{
		{State: EventActive, Title: "办理中", Waits: "监控值班岗"},
		{State: EventClosed, Title: "已办结", Terminal: true},
		{State: EventDissolved, Title: "已拆散", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{EventActive}, Verb: Admit, Title: "预警并入", Capability: capHandle, Auto: true},
		{From: []flow.State{EventActive}, Verb: Release, Title: "预警拆出", Capability: capHandle, Auto: true},
		{From: []flow.State{EventActive}, Verb: Close, To: EventClosed, Title: "全部预警已解除", Capability: capHandle, Auto: true},
		{From: []flow.State{EventActive}, Verb: Dissolve, To: EventDissolved, Title: "撤销合并", Capability: capHandle, Danger: true,
			Next:   "事件内的预警各自独立，此后分别告知和办理；已办理的不变",
			Fields: []flow.Field{{Name: "text", Title: "撤销的理由", Kind: flow.Text, Required: true}}},
	},
}

// lead is the alarm by which people hear of the event.
func (e *Event) lead() *Alarm {
	if i := lead(e.Alarms); i >= 0 {
		return &e.Alarms[i]
	}
	return nil
}

func lead(alarms []Alarm) int {
	list := make([]event.Member, len(alarms))
	for i, a := range alarms {
		list[i] = event.Member{ID: string(a.ID), Rank: a.Highest.rank(), Cleared: a.State == StateCleared, Hushed: a.Quiet.Kind.hides(), Told: a.State != StateOpen}
	}
	return event.Lead(list)
}

// Lead is the alarm by which people hear of the event; the zero value without any.
func (e *Event) Lead() Alarm {
	if a := e.lead(); a != nil {
		return *a
	}
	return Alarm{}
}

// Level is the gravest level of the alarms that are not cleared, of all of them
// when all are; Highest is the gravest that any ever had.
func (e *Event) Level() (now, highest Level) {
	all := true
	for _, a := range e.Alarms {
		all = all && a.State == StateCleared
	}
	for _, a := range e.Alarms {
		if (all || a.State != StateCleared) && a.Level.rank() > now.rank() {
			now = a.Level
		}
		if a.Highest.rank() > highest.rank() {
			highest = a.Highest
		}
	}
	return now, highest
}

// Span is the time that the event's data cover; to is zero while one of its alarms
// lasts.
func (e *Event) Span() (from, last, to time.Time) {
	lasts := false
	for i, a := range e.Alarms {
		if i == 0 || a.StartedAt.Before(from) {
			from = a.StartedAt
		}
		if a.LastAt.After(last) {
			last = a.LastAt
		}
		if a.EndedAt.After(to) {
			to = a.EndedAt
		}
		lasts = lasts || a.Lasts()
	}
	if lasts {
		to = time.Time{}
	}
	return from, last, to
}

// Scope is where the event lies and whom it concerns.
func (e *Event) Scope() auth.Scope {
	s := auth.Scope{Area: e.Area, Enterprise: e.EnterpriseID}
	for _, a := range e.Alarms {
		s.Agencies = append(s.Agencies, a.agencies()...)
	}
	return s
}

// EventFile is everything about one event for the person who opened it. Version is
// what a verb of the person must bear.
type EventFile struct {
	Event    Event
	Version  int64
	Timeline []EventEntry
	Actions  []flow.Action
	Measures []Measure
	Suggest  Suggestion
}

// EventEntry is one thing that was done to the event, or to one of its alarms; what
// was done to all of them stands once.
type EventEntry struct {
	timeline.Entry
	Alarm string // number; "" = the event itself, or all of it
}
