package timeline

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

// Names turns the ids that forms carry into what people read.
type Names struct {
	Agency func(id string) string
	Area   func(code string) string
}

// Line is one answer of a form as a person reads it.
type Line struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// Entry is one thing that was done.
type Entry struct {
	ID        string
	Kind      string
	Subject   string
	At        time.Time
	ActorID   string
	ActorName string // as it was then
	BehalfID  string // the person on leave for whom the actor stood in
	Verb      flow.Verb
	Title     string
	From, To  flow.State
	Note      string
	Data      flow.Form // as filled in
	Shown     []Line    // with the names of that day
	Files     []string  // ids
}

// Act is what to write: a step of a machine done to one thing. The beginning of
// a thing has no From. Once, when set, is a key under which the thing may have
// one entry only.
type Act struct {
	Machine *flow.Machine
	Step    flow.Step
	Actor   auth.Actor
	Subject string
	Area    string
	From    flow.State
	Form    flow.Form
	Note    string
	Behalf  string
	Once    string
}

// Book writes and reads timelines.
type Book struct{ names Names }

// New makes a book that shows ids by these names.
func New(names Names) *Book { return &Book{names} }

// Write adds the entry, the audit row <kind>.<verb> and the event of that topic
// in the caller's transaction. It is false, and writes nothing, when the thing
// already has an entry with the same Once.
func (b *Book) Write(ctx context.Context, tx *db.Tx, a Act) (bool, error) {
	to := a.Step.Target(a.From)
	e := Entry{
		ID: db.NewID(), Kind: a.Machine.Kind, Subject: a.Subject, At: tx.Now, ActorID: a.Actor.ID, ActorName: a.Actor.Name,
		BehalfID: a.Behalf, Verb: a.Step.Verb, Title: a.Step.Title, From: a.From, To: to, Note: a.Note, Data: a.Form, Files: []string{},
	}
	var err error
	if e.Shown, err = b.show(ctx, tx, a.Step.Fields, a.Form); err != nil {
		return false, err
	}
	fields := []string{}
	for _, f := range a.Step.Fields {
		if a.Form[f.Name] == nil {
			continue
		}
		fields = append(fields, f.Name)
		if f.Kind == flow.Files {
			e.Files = append(e.Files, a.Form.List(f.Name)...)
		}
	}
	done, err := insertEntry(ctx, tx, e, a.Once)
	if err != nil || !done {
		return false, err
	}
	action := e.Kind + "." + string(e.Verb)
	detail := map[string]any{"from": e.From, "to": e.To, "fields": fields}
	if e.BehalfID != "" {
		detail["behalf"] = e.BehalfID
	}
	err = audit.Record(ctx, tx, audit.Entry{Actor: e.ActorID, Action: action, Kind: e.Kind, Subject: e.Subject, Area: a.Area, Detail: detail})
	if err != nil {
		return false, err
	}
	return true, bus.Publish(ctx, tx, action, e.Kind, e.Subject, a.Area, map[string]any{"from": e.From, "to": e.To})
}

// Of reads everything that was done to one thing, oldest first.
func (b *Book) Of(ctx context.Context, tx *db.Tx, kind, subject string) ([]Entry, error) {
	return entriesOf(ctx, tx, kind, subject)
}

// show renders a form; files are left out, since they are shown as files.
func (b *Book) show(ctx context.Context, tx *db.Tx, fields []flow.Field, form flow.Form) ([]Line, error) {
	out := []Line{}
	for _, f := range fields {
		var v string
		switch f.Kind {
		case flow.Files:
			continue
		case flow.Days:
			if n := form.Int(f.Name); n > 0 {
				v = strconv.Itoa(n) + " 个工作日"
			}
		case flow.Choice:
			v = f.ShowChoice(form.Text(f.Name))
		case flow.Agency:
			if id := form.Text(f.Name); id != "" {
				v = b.names.Agency(id)
			}
		case flow.Agencies:
			names := []string{}
			for _, id := range form.List(f.Name) {
				names = append(names, b.names.Agency(id))
			}
			v = strings.Join(names, "、")
		case flow.Area:
			if code := form.Text(f.Name); code != "" {
				v = b.names.Area(code)
			}
		case flow.Person:
			if id := form.Text(f.Name); id != "" {
				name, err := userName(ctx, tx, id)
				if err != nil {
					return nil, err
				}
				v = name
			}
		default:
			v = form.Text(f.Name)
		}
		if v != "" {
			out = append(out, Line{f.Title, v})
		}
	}
	return out, nil
}

// restore gives a stored form its types back: JSON knows neither int nor
// []string.
func restore(text string) (flow.Form, error) {
	raw := map[string]any{}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	out := flow.Form{}
	for k, v := range raw {
		switch x := v.(type) {
		case float64:
			out[k] = int(x)
		case []any:
			l := []string{}
			for _, s := range x {
				if t, ok := s.(string); ok {
					l = append(l, t)
				}
			}
			out[k] = l
		default:
			out[k] = v
		}
	}
	return out, nil
}

// Last finds the newest entry of one of the verbs; false when there is none.
func Last(entries []Entry, verbs ...flow.Verb) (Entry, bool) {
	for i := len(entries) - 1; i >= 0; i-- {
		if slices.Contains(verbs, entries[i].Verb) {
			return entries[i], true
		}
	}
	return Entry{}, false
}
