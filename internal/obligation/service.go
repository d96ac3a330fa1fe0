package obligation

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Files keeps what is handed in with a verb.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Rules    []Rule
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service keeps the calendar and its verbs.
type Service struct{ Deps }

// NewService makes the service.
func NewService(d Deps) *Service { return &Service{d} }

// Query narrows a list of obligations. Empty fields do not narrow; Stages are of
// the moment, joined by or.
type Query struct {
	Text         string
	Stages       []Stage
	Rules        []string
	Area         string
	EnterpriseID string
	From, To     time.Time // of the due day
	Cursor       string
	Limit        int
}

// List gives the obligations that the actor may see, the nearest day first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Obligation], err error) {
	var after after
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 2)
		if ok {
			after.due, err = strconv.ParseInt(k[0], 10, 64)
		}
		if !ok || err != nil {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		after.id = k[1]
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = s.list(ctx, tx, actor, q, after); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			last := page.Items[q.Limit-1]
			page.Next = db.Cursor(strconv.FormatInt(last.DueAt.UnixMicro(), 10), string(last.ID))
		}
		page.Total, page.Capped, err = s.count(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// Of gives what is open or waits for an officer of one enterprise. It asks no
// policy.
func Of(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Obligation, error) {
	return openOf(ctx, tx, enterpriseID)
}

// Get opens an obligation. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if f.Obligation, err = s.seen(actor)(find(ctx, tx, id, "")); err != nil {
			return err
		}
		f.Actions = Machine.Actions(f.Obligation.State, s.can(actor, f.Obligation), nil)
		f.Timeline, err = s.Timeline.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return f, err
}

// See checks that the actor may see the obligation, e.g. before a file of it is
// sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	_, err := s.Get(ctx, actor, ID(id))
	return err
}

// Do carries out a verb of a person. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := s.seen(actor)(lock(ctx, tx, id))
		if err != nil {
			return err
		}
		if o.Version != version {
			return errStale
		}
		st, err := Machine.Check(o.State, verb, s.can(actor, o), nil)
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
			if err := s.Files.Attach(ctx, tx, files, Machine.Kind, string(o.ID)); err != nil {
				return err
			}
		}
		if err := s.take(ctx, tx, actor, &o, st, form, "", ""); err != nil {
			return err
		}
		to, what := notify.Audience{Capability: auth.ObligationReport, Enterprise: o.EnterpriseID}, Machine.StateTitle(o.State)
		switch verb {
		case Report:
			to, what = notify.Audience{Capability: auth.ObligationReview, Area: o.Area}, "企业报告已履行，待核实"
		case Reject:
			what = "履行报告被退回，请补正"
		}
		return s.tell(ctx, tx, actor, o, what, form.Text("text"), to)
	})
}

// take moves the obligation along the step and writes it down.
func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, o *Obligation, st flow.Step, form flow.Form, once, note string) error {
	from := o.State
	if o.State = st.Target(from); o.State == StateDone {
		o.DoneAt = tx.Now
	}
	if o.State != from {
		if err := save(ctx, tx, o); err != nil {
			return err
		}
	}
	_, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(o.ID), Area: o.Area, From: from, Form: form, Note: note, Once: once})
	return err
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, o Obligation, what, text string, to ...notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(o.ID), Area: o.Area,
		Title: fmt.Sprintf("%s：%s %s", what, o.Title, o.Period), Text: text, Link: "/obligations/" + string(o.ID)})
	return err
}

func (s *Service) can(actor auth.Actor, o Obligation) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), o.Scope()) }
}

// seen makes an obligation that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Obligation, error) (Obligation, error) {
	return func(o Obligation, err error) (Obligation, error) {
		if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.ObligationRead, o.Scope()) {
			return Obligation{}, fault.NotFoundf("没有这项义务，或者它不在您的查看范围内")
		}
		return o, err
	}
}

var errStale = fault.Conflictf("这项义务已被他人更新，请刷新后重试")
