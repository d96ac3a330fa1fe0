package circle

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// ID names a circle.
type ID string

// Member is one who may read.
type Member struct {
	UserID  string
	Name    string // read only
	AddedBy string
	AddedAt time.Time
}

// Circle is who may read one report.
type Circle struct {
	ID      ID
	Kind    string
	Subject string
	Number  string
	Area    string
	State   flow.State
	Reason  string
	SetBy   string
	SetAt   time.Time
	EndedAt time.Time // zero while in force
	Version int64
	Members []Member
}

// Has reports whether a person is in the circle.
func (c Circle) Has(id string) bool {
	return slices.ContainsFunc(c.Members, func(m Member) bool { return m.UserID == id })
}

// Matter is a report that may have a circle. The first of Readers is the desk's
// capability; who holds any of them for the area may be a member.
type Matter struct {
	Number  string
	Area    string
	Readers []auth.Capability
}

// Finder describes a report; a missing one is db.IsMissing.
type Finder func(ctx context.Context, tx *db.Tx, subject string) (Matter, error)

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Notify   *notify.Service
	Timeline *timeline.Book
	// Keep says why a circle must not be lifted yet, "" = it may; nil asks nothing.
	Keep func(ctx context.Context, tx *db.Tx, subject string) (string, error)
}

// Service holds the circles.
type Service struct {
	db      *db.DB
	policy  auth.Policy
	notify  *notify.Service
	book    *timeline.Book
	finders map[string]Finder
	keep    func(ctx context.Context, tx *db.Tx, subject string) (string, error)
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Notify, d.Timeline, map[string]Finder{}, d.Keep}
}

// Kind registers a kind of report; only while the program is being built.
func (s *Service) Kind(kind string, f Finder) { s.finders[kind] = f }

// maxMembers bounds a circle: with more it is none.
const maxMembers = 20

var errNone = fault.NotFoundf("没有这件举报的知悉范围，或者它不在您的查看范围内")

func (s *Service) matter(ctx context.Context, tx *db.Tx, actor auth.Actor, kind, subject string) (Matter, error) {
	find, ok := s.finders[kind]
	if !ok {
		return Matter{}, errNone
	}
	m, err := find(ctx, tx, subject)
	if db.IsMissing(err) {
		return m, errNone
	}
	if err != nil {
		return m, err
	}
	if s.policy.Can(actor, auth.CircleManage, auth.Scope{Area: m.Area}) {
		return m, nil
	}
	inside, err := Admits(ctx, tx, actor, subject)
	if err == nil && !(inside && s.policy.Can(actor, m.Readers[0], auth.Scope{Area: m.Area})) {
		err = errNone
	}
	return m, err
}

// eligible lists who may be in the circle of a report.
func (s *Service) eligible(ctx context.Context, tx *db.Tx, m Matter) ([]string, error) {
	to := make([]notify.Audience, len(m.Readers))
	for i, c := range m.Readers {
		to[i] = notify.Audience{Capability: c, Area: m.Area, AllLevels: true}
	}
	return s.notify.Who(ctx, tx, to...)
}

// Eligible lists who may be in the circle of a report, for those who may draw it.
func (s *Service) Eligible(ctx context.Context, actor auth.Actor, kind, subject string) (out []Member, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		m, err := s.matter(ctx, tx, actor, kind, subject)
		if err != nil {
			return err
		}
		ids, err := s.eligible(ctx, tx, m)
		if err != nil {
			return err
		}
		names, err := auth.Names(ctx, tx, ids...)
		for _, id := range ids {
			out = append(out, Member{UserID: id, Name: names[id]})
		}
		return err
	})
	return out, err
}

// check tidies what was asked for and says what is wrong with it.
func (s *Service) check(ctx context.Context, tx *db.Tx, m Matter, members []string, reason string) ([]string, string, error) {
	reason = strings.TrimSpace(reason)
	out := []string{}
	for _, id := range members {
		if id = strings.TrimSpace(id); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	bad := fault.Invalidf("还有内容需要补充")
	if n := len([]rune(reason)); n < 4 || n > 500 {
		bad = bad.With("reason", "请写明为什么这样限定（4 至 500 字），不要写举报内容")
	}
	if len(out) == 0 || len(out) > maxMembers {
		bad = bad.With("members", "请选择知悉人员，1 至 %d 人", maxMembers)
	}
	may, err := s.eligible(ctx, tx, m)
	if err != nil {
		return nil, "", err
	}
	for _, id := range out {
		if !slices.Contains(may, id) {
			bad = bad.With("members", "所选人员中有人按岗位和辖区不能阅办这件举报：知悉范围只收窄，不放宽")
		}
	}
	if len(bad.Fields) > 0 {
		return nil, "", bad
	}
	return out, reason, nil
}

// Set draws the circle of a report. Whoever reads it may: narrowing does not wait.
func (s *Service) Set(ctx context.Context, actor auth.Actor, kind, subject string, members []string, reason string) (c Circle, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := s.matter(ctx, tx, actor, kind, subject)
		if err != nil {
			return err
		}
		members, reason, err := s.check(ctx, tx, m, members, reason)
		if err != nil {
			return err
		}
		c = Circle{ID: ID(db.NewID()), Kind: kind, Subject: subject, Number: m.Number, Area: m.Area, State: Held, Reason: reason, SetBy: actor.ID, SetAt: tx.Now, Version: 1}
		if err := insertCircle(ctx, tx, c); db.IsUnique(err) {
			return fault.Conflictf("举报 %s 已经限定了知悉范围，请在“知悉范围”页调整", m.Number)
		} else if err != nil {
			return err
		}
		if err := insertMembers(ctx, tx, c.ID, actor.ID, members); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, &c, restricting, "", members, reason)
	})
	return c, err
}

// Redraw changes who is in a circle.
func (s *Service) Redraw(ctx context.Context, actor auth.Actor, id ID, version int64, members []string, reason string) error {
	return s.change(ctx, actor, id, version, Change, func(tx *db.Tx, c *Circle, st flow.Step) error {
		m, err := s.matter(ctx, tx, actor, c.Kind, c.Subject)
		if err != nil {
			return err
		}
		members, reason, err := s.check(ctx, tx, m, members, reason)
		if err != nil {
			return err
		}
		c.Reason = reason
		if err := saveCircle(ctx, tx, *c); err != nil {
			return err
		}
		if err := keepMembers(ctx, tx, c.ID, members); err != nil {
			return err
		}
		if err := insertMembers(ctx, tx, c.ID, actor.ID, slices.DeleteFunc(slices.Clone(members), c.Has)); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, c, st, Held, members, reason)
	})
}

// Do carries out a verb that needs a form alone: lifting.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.change(ctx, actor, id, version, verb, func(tx *db.Tx, c *Circle, st flow.Step) error {
		if st.Auto {
			return fault.Conflictf("“%s”须选择人员，请在页面上办理", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		if s.keep != nil {
			if why, err := s.keep(ctx, tx, c.Subject); err != nil || why != "" {
				return errors.Join(err, fault.Conflictf("%s", why))
			}
		}
		c.State, c.EndedAt = st.Target(c.State), tx.Now
		if err := saveCircle(ctx, tx, *c); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, c, st, Held, nil, form.Text("reason"))
	})
}

func (s *Service) change(ctx context.Context, actor auth.Actor, id ID, version int64, verb flow.Verb, f func(*db.Tx, *Circle, flow.Step) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.seen(actor)(circleByID(ctx, tx, id, tx.ForUpdate()))
		if err != nil {
			return err
		}
		if c.Version != version {
			return fault.Conflictf("知悉范围已被他人调整，请刷新后重试")
		}
		st, err := Machine.Check(c.State, verb, s.can(actor, c), nil)
		if err != nil {
			return err
		}
		return f(tx, &c, st)
	})
}

// record writes what was done, on the circle and on the report, and tells the
// heads and the members.
func (s *Service) record(ctx context.Context, tx *db.Tx, actor auth.Actor, c *Circle, st flow.Step, from flow.State, members []string, reason string) error {
	form := flow.Form{"reason": reason}
	if members != nil {
		names, err := auth.Names(ctx, tx, members...)
		if err != nil {
			return err
		}
		shown := make([]string, len(members))
		for i, id := range members {
			shown[i] = names[id]
		}
		form["members"] = strings.Join(shown, "、")
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(c.ID), Area: c.Area, From: from, Form: form}); err != nil {
		return err
	}
	err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "circle.readers", Kind: c.Kind, Subject: c.Subject, Area: c.Area,
		Detail: map[string]any{"circle": c.ID, "verb": st.Verb, "members": members}})
	if err != nil {
		return err
	}
	to := []notify.Audience{{Capability: auth.CircleManage, Area: c.Area, AllLevels: true}, {Persons: members}}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(c.ID), Area: c.Area,
		Title: st.Title + "：" + c.Number, Text: reason, Link: "/circles/" + string(c.ID), Confidential: true})
	return err
}

func (s *Service) can(actor auth.Actor, c Circle) func(string) bool {
	return func(x string) bool { return s.policy.Can(actor, auth.Capability(x), auth.Scope{Area: c.Area}) }
}

// seen hides a circle from all but its members and the heads.
func (s *Service) seen(actor auth.Actor) func(Circle, error) (Circle, error) {
	return func(c Circle, err error) (Circle, error) {
		if db.IsMissing(err) || err == nil && !c.Has(actor.ID) && !s.policy.Can(actor, auth.CircleManage, auth.Scope{Area: c.Area}) {
			return Circle{}, errNone
		}
		return c, err
	}
}

// Opened is a circle with its history and what may be done.
type Opened struct {
	Circle   Circle
	Timeline []timeline.Entry
	Actions  []flow.Action
	Manage   bool // the actor may change who is in it
}

// Get reads one.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (o Opened, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if o.Circle, err = s.seen(actor)(circleByID(ctx, tx, id, "")); err != nil {
			return err
		}
		o.Manage = o.Circle.State == Held && s.can(actor, o.Circle)(capManage)
		o.Actions = Machine.Actions(o.Circle.State, s.can(actor, o.Circle), nil)
		o.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return o, err
}

// See checks that the actor may see a circle.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(circleByID(ctx, tx, ID(id), ""))
		return err
	})
}

// On gives the circle in force of a report to who may see it; false when there is
// none.
func (s *Service) On(ctx context.Context, actor auth.Actor, subject string) (c Circle, ok bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err = s.seen(actor)(circleOf(ctx, tx, subject))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return c, false, nil
	}
	return c, err == nil, err
}

// Inside reads a circle in force for one of its members; to everyone else, the
// heads too, it is not there.
func Inside(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID) (Circle, error) {
	c, err := circleByID(ctx, tx, id, "")
	if db.IsMissing(err) || err == nil && (c.State != Held || !c.Has(actor.ID)) {
		return Circle{}, errNone
	}
	return c, err
}

// List gives the circles that the actor manages or is in: those in force first,
// then the newest.
func (s *Service) List(ctx context.Context, actor auth.Actor) (out []Circle, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = s.circles(ctx, tx, actor)
		return err
	})
	return out, err
}

// Hidden counts the reports of the actor's desk that a circle keeps from the
// actor: that they exist is no secret.
func (s *Service) Hidden(ctx context.Context, actor auth.Actor) (n int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, err = s.hidden(ctx, tx, actor)
		return err
	})
	return n, err
}
