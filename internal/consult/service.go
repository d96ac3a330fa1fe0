package consult

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Files keeps what is handed in with a message.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Prefix   string // of numbers, e.g. WZ-Z
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the verbs.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

var (
	errStale = fault.Conflictf("这次咨询有了新的内容，请刷新后重试")
	errNone  = fault.NotFoundf("没有这次咨询，或者它不在您的查看范围内")
)

// Query narrows a list of consultations. Empty fields do not narrow.
type Query struct {
	Text         string
	States       []string
	Topics       []string
	Area         string
	EnterpriseID string
	Cursor       string
	Limit        int
}

// List gives the consultations that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Consult], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = s.list(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.count(ctx, tx, actor, q)
		return err
	})
	return page, err
}

func (s *Service) seen(actor auth.Actor) func(Consult, error) (Consult, error) {
	return func(c Consult, err error) (Consult, error) {
		if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.ConsultRead, c.Scope()) {
			return Consult{}, errNone
		}
		return c, err
	}
}

func (s *Service) can(actor auth.Actor, c Consult) func(string) bool {
	return func(x string) bool { return s.Auth.Can(actor, auth.Capability(x), c.Scope()) }
}

// Get opens a consultation.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if f.Consult, err = s.seen(actor)(find(ctx, tx, id)); err != nil {
			return err
		}
		f.Actions = Machine.Actions(f.Consult.State, s.can(actor, f.Consult), nil)
		f.Timeline, err = s.Timeline.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return f, err
}

// See checks that the actor may see the consultation, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(find(ctx, tx, ID(id)))
		return err
	})
}

// Begin asks something for the actor's own enterprise.
func (s *Service) Begin(ctx context.Context, actor auth.Actor, c Consult, in map[string]any) (id ID, err error) {
	if actor.Enterprise == "" {
		return "", s.Auth.Require(actor, auth.ConsultAsk, auth.Scope{Area: actor.Area})
	}
	if err := c.check(); err != nil {
		return "", err
	}
	form, err := asking.Fill(in)
	if err != nil {
		return "", err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, actor.Enterprise)
		if err != nil {
			return err
		}
		if err := s.Auth.Require(actor, auth.ConsultAsk, e.Scope()); err != nil {
			return err
		}
		if c.Number, err = db.NextNumber(ctx, tx, s.Prefix); err != nil {
			return err
		}
		id = ID(db.NewID())
		c.ID, c.State, c.EnterpriseID, c.EnterpriseName, c.Area, c.CreatedBy = id, StateAsked, e.ID, e.Name, e.Area, actor.ID
		if err := insert(ctx, tx, c); err != nil {
			return err
		}
		return s.write(ctx, tx, actor, c, asking, "", form)
	})
	return id, err
}

// write keeps the files, the entry and the notice of one message.
func (s *Service) write(ctx context.Context, tx *db.Tx, actor auth.Actor, c Consult, st flow.Step, from flow.State, form flow.Form) error {
	if files := form.List("files"); len(files) > 0 {
		if err := s.Files.Attach(ctx, tx, files, Machine.Kind, string(c.ID)); err != nil {
			return err
		}
	}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(c.ID), Area: c.Area, From: from, Form: form}); err != nil {
		return err
	}
	n := notify.Notice{Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(c.ID), Area: c.Area, Text: form.Text("text"), Link: "/consults/" + string(c.ID)}
	switch st.Verb {
	case Ask, Add:
		n.To, n.Title = []notify.Audience{{Capability: auth.ConsultAnswer, Area: c.Area}}, "企业咨询："+c.EnterpriseName+" "+c.Title
	case Reply:
		n.To, n.Title = []notify.Audience{{Capability: auth.ConsultAsk, Enterprise: c.EnterpriseID}}, "咨询已答复："+c.Title
	default:
		return nil
	}
	_, err := s.Notify.Tell(ctx, tx, n)
	return err
}

// Do carries out a verb of a person. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.seen(actor)(lock(ctx, tx, id))
		if err != nil {
			return err
		}
		if c.Version != version {
			return errStale
		}
		st, err := Machine.Check(c.State, verb, s.can(actor, c), nil)
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := c.State
		c.State = st.Target(from)
		if err := save(ctx, tx, &c); err != nil {
			return err
		}
		return s.write(ctx, tx, actor, c, st, from, form)
	})
}

// WaitingFor are the answers that an enterprise has not called enough.
func WaitingFor(ctx context.Context, tx *db.Tx, enterprise string) ([]Consult, error) {
	return answered(ctx, tx, enterprise)
}
