package halt

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Everything is the door that stands for all ways of reporting.
const Everything = "all"

// Door is a way in that can be closed by itself, e.g. mode:insider, channel:web.
type Door struct {
	ID    string
	Title string
}

// ID names a closing.
type ID string

// Halt is one closing.
type Halt struct {
	ID         ID
	Door       string
	State      flow.State
	Reason     string // what the public reads
	Note       string
	ProposedBy string
	ClosedBy   string
	ClosedAt   time.Time
	EndedAt    time.Time // zero while closed
	Version    int64
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Root     string // code of the whole jurisdiction
	Doors    []Door
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the switch.
type Service struct {
	db     *db.DB
	policy auth.Policy
	root   string
	doors  []Door
	notify *notify.Service
	book   *timeline.Book
}

// New makes the service.
func New(d Deps) *Service {
	doors := append([]Door{{Everything, "全部举报渠道"}}, d.Doors...)
	return &Service{d.DB, d.Auth, d.Root, doors, d.Notify, d.Timeline}
}

// Doors lists what can be closed.
func (s *Service) Doors() []Door { return slices.Clone(s.doors) }

// Title names a door.
func (s *Service) Title(door string) string {
	for _, d := range s.doors {
		if d.ID == door {
			return d.Title
		}
	}
	return door
}

// Shut closes a way in at once.
func (s *Service) Shut(ctx context.Context, actor auth.Actor, door, reason, note string) (h Halt, err error) {
	if err := s.policy.Require(actor, auth.ChannelHalt, auth.Scope{}); err != nil {
		return h, err
	}
	reason, note = strings.TrimSpace(reason), strings.TrimSpace(note)
	bad := fault.Invalidf("还有内容需要补充")
	if !slices.ContainsFunc(s.doors, func(d Door) bool { return d.ID == door }) {
		bad = bad.With("door", "请选择要关闭的渠道")
	}
	if n := len([]rune(reason)); n < 4 || n > 500 {
		bad = bad.With("reason", "请用一两句话告诉公众为什么关闭（4 至 500 字）")
	}
	if len(bad.Fields) > 0 {
		return h, bad
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		h = Halt{ID: ID(db.NewID()), Door: door, State: Closed, Reason: reason, Note: note, ClosedBy: actor.ID, ClosedAt: tx.Now, Version: 1}
		if err := insertHalt(ctx, tx, h); db.IsUnique(err) {
			return fault.Conflictf("%s已经关闭，请刷新", s.Title(door))
		} else if err != nil {
			return err
		}
		step := closing
		step.Fields = slices.Clone(step.Fields)
		for _, d := range s.doors {
			step.Fields[0].Options = append(step.Fields[0].Options, flow.Option{Value: d.ID, Title: d.Title})
		}
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(h.ID), Form: flow.Form{"door": door, "reason": reason, "note": note}}); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, h, "紧急关闭："+s.Title(door), reason)
	})
	return h, err
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, h Halt, title, text string) error {
	_, err := s.notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.ChannelReopen, Area: s.root, AllLevels: true}}, Except: []string{actor.ID},
		Kind: Machine.Kind, Subject: string(h.ID), Title: title, Text: text, Link: "/halts/" + string(h.ID), Urgency: notify.Urgent})
	return err
}

// Opened is a closing with its history and what may be done.
type Opened struct {
	Halt     Halt
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// May reports whether the actor has anything to do with the switch.
func (s *Service) May(actor auth.Actor) bool {
	return s.policy.Can(actor, auth.ChannelHalt, auth.Scope{}) || s.policy.Can(actor, auth.ChannelReopen, auth.Scope{})
}

var errNone = fault.NotFoundf("没有这条关闭记录，请刷新")

// Get reads one closing.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (o Opened, err error) {
	if !s.May(actor) {
		return o, errNone
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if o.Halt, err = haltByID(ctx, tx, id, ""); err != nil {
			return err
		}
		o.Actions = Machine.Actions(o.Halt.State, s.can(actor), facts(o.Halt, actor))
		o.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	if db.IsMissing(err) {
		err = errNone
	}
	return o, err
}

// See checks that the actor may see a closing.
func (s *Service) See(_ context.Context, actor auth.Actor, _ string) error {
	if s.May(actor) {
		return nil
	}
	return errNone
}

func (s *Service) can(actor auth.Actor) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), auth.Scope{}) }
}

func facts(h Halt, actor auth.Actor) flow.Facts {
	return flow.Facts{anotherPerson: h.ProposedBy != "" && !actor.Is(h.ProposedBy)}
}

// Do carries out a verb.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	if !s.May(actor) {
		return errNone
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		h, err := haltByID(ctx, tx, id, tx.ForUpdate())
		if db.IsMissing(err) {
			return errNone
		}
		if err != nil {
			return err
		}
		if h.Version != version {
			return fault.Conflictf("已被他人修改，请刷新后重试")
		}
		st, err := Machine.Check(h.State, verb, s.can(actor), facts(h, actor))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := h.State
		h.State = st.Target(from)
		switch verb {
		case Propose:
			h.ProposedBy = actor.ID
		case Keep:
			h.ProposedBy = ""
		case Reword:
			h.Reason = form.Text("reason")
		case Confirm:
			h.EndedAt = tx.Now
		}
		if err := saveHalt(ctx, tx, h); err != nil {
			return err
		}
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(id), From: from, Form: form}); err != nil {
			return err
		}
		if verb == Reword {
			return nil
		}
		return s.tell(ctx, tx, actor, h, st.Title+"："+s.Title(h.Door), form.Text("text"))
	})
}

// List gives all closings, the open ones first, then the newest.
func (s *Service) List(ctx context.Context, actor auth.Actor) (out []Halt, err error) {
	if !s.May(actor) {
		return nil, fault.Forbiddenf("您没有“%s”的权限", auth.ChannelHalt.Title())
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = halts(ctx, tx)
		return err
	})
	return out, err
}

// Now gives what is closed at this moment, for the public pages.
func (s *Service) Now(ctx context.Context) (out []Halt, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = inForce(ctx, tx)
		return err
	})
	return out, err
}

// Find gives the closing that concerns one of the doors. Everything stands for
// all modes and channels of reporting, not for looking up what was reported.
func Find(list []Halt, doors ...string) (Halt, bool) {
	reports := slices.ContainsFunc(doors, func(d string) bool { return strings.Contains(d, ":") })
	for _, h := range list {
		if h.Door == Everything && reports || slices.Contains(doors, h.Door) {
			return h, true
		}
	}
	return Halt{}, false
}

// Pass refuses whoever comes to a closed door, in the caller's transaction: what
// is closed while a report is on its way no longer takes it.
func (s *Service) Pass(ctx context.Context, tx *db.Tx, doors ...string) error {
	list, err := inForce(ctx, tx)
	if err != nil {
		return err
	}
	if h, ok := Find(list, doors...); ok {
		return fault.New(fault.Unavailable, "%s暂时关闭：%s", s.Title(h.Door), h.Reason)
	}
	return nil
}
