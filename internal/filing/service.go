package filing

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Prefix   string // of numbers, e.g. WZ-F
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the verbs.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Enter puts something on file. What an officer enters holds at once; what an
// enterprise enters waits for one, and orders are not for it to enter.
func (s *Service) Enter(ctx context.Context, actor auth.Actor, f Filing) (out Filing, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, f.EnterpriseID)
		if err != nil {
			return err
		}
		if !s.Auth.Can(actor, auth.RegistryRead, e.Scope()) {
			return fault.NotFoundf("没有这个企业，可能已被移出或不在您的管辖范围内")
		}
		if err := f.check(tx.Now); err != nil {
			return err
		}
		f.Area, f.State = e.Area, StateInForce
		if !s.Auth.Can(actor, auth.FilingWrite, e.Scope()) {
			if err := s.Auth.Require(actor, auth.FilingFile, e.Scope()); err != nil {
				return err
			}
			if f.Order() {
				return fault.Forbiddenf("停产、停运由主管部门登记；企业可备案变更")
			}
			f.State = StateFiled
		}
		if f.OutletID != "" {
			o, err := enterprise.OutletByID(ctx, tx, f.OutletID)
			if err != nil {
				return err
			}
			if o.EnterpriseID != e.ID {
				return fault.Invalidf("排放口不属于这家企业").With("outlet_id", "请选择本企业的排放口")
			}
		}
		if f.Number, err = db.NextNumber(ctx, tx, s.Prefix); err != nil {
			return err
		}
		f.ID, f.CreatedBy = ID(db.NewID()), actor.ID
		f.From, f.Until = f.From.UTC().Truncate(time.Minute), f.Until.UTC().Truncate(time.Minute)
		if err := insert(ctx, tx, f); err != nil {
			return err
		}
		if out, err = find(ctx, tx, f.ID); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, out)
	})
	return out, err
}

func (s *Service) entered(ctx context.Context, tx *db.Tx, actor auth.Actor, f Filing) error {
	step := flow.Step{Verb: Enter, To: f.State, Title: "登记", Capability: capWrite, Fields: []flow.Field{{Name: "kind", Title: "事项", Kind: flow.Line},
		{Name: "document", Title: "文号", Kind: flow.Line}, {Name: "reason", Title: "内容", Kind: flow.Text}}}
	form := flow.Form{"kind": f.Title(), "document": f.Document, "reason": f.Reason}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(f.ID), Area: f.Area, Form: form}); err != nil {
		return err
	}
	if f.State == StateFiled {
		return s.tell(ctx, tx, actor, f, "变更备案待审核", f.Reason, notify.Audience{Capability: auth.FilingWrite, Area: f.Area})
	}
	return s.tell(ctx, tx, actor, f, "已登记"+f.Title(), f.Reason, notify.Audience{Capability: auth.FilingFile, Enterprise: f.EnterpriseID})
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, f Filing, what, text string, to notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{to}, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(f.ID), Area: f.Area,
		Title: what + "：" + f.EnterpriseName + " " + f.OutletName, Text: text, Link: "/enterprises/" + f.EnterpriseID})
	return err
}

// Do carries out a verb of a person. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) (f Filing, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if f, err = s.seen(actor)(lock(ctx, tx, id)); err != nil {
			return err
		}
		if f.Version != version {
			return errStale
		}
		st, err := Machine.Check(f.State, verb, s.can(actor, f), facts(f))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := f.State
		f.State = st.Target(from)
		if verb == Lift && (f.Until.IsZero() || f.Until.After(tx.Now)) {
			f.Until = tx.Now.UTC().Truncate(time.Minute)
		}
		if err := save(ctx, tx, &f); err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(f.ID), Area: f.Area, From: from, Form: form}); err != nil {
			return err
		}
		to := notify.Audience{Capability: auth.FilingFile, Enterprise: f.EnterpriseID}
		if verb == Withdraw {
			to = notify.Audience{Capability: auth.FilingWrite, Area: f.Area}
		}
		return s.tell(ctx, tx, actor, f, f.Title()+Machine.StateTitle(f.State), form.Text("text"), to)
	})
	return f, err
}

var errStale = fault.Conflictf("这条登记已被他人更新，请刷新后重试")

func facts(f Filing) flow.Facts { return flow.Facts{isOrder: f.Order()} }

func (s *Service) can(actor auth.Actor, f Filing) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), f.Scope()) }
}

// seen makes a filing that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Filing, error) (Filing, error) {
	return func(f Filing, err error) (Filing, error) {
		if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.RegistryRead, f.Scope()) {
			return Filing{}, fault.NotFoundf("没有这条登记，或者它不在您的查看范围内")
		}
		return f, err
	}
}

// Actions lists what the actor may do with a filing.
func (s *Service) Actions(actor auth.Actor, f Filing) []flow.Action {
	return Machine.Actions(f.State, s.can(actor, f), facts(f))
}

// See checks that the actor may see the filing.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(find(ctx, tx, ID(id)))
		return err
	})
}

// Of lists what is on file about an enterprise, newest first.
func (s *Service) Of(ctx context.Context, actor auth.Actor, enterpriseID string) (out []Filing, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, enterpriseID)
		if err != nil {
			return err
		}
		if !s.Auth.Can(actor, auth.RegistryRead, e.Scope()) {
			return fault.NotFoundf("没有这个企业，可能已被移出或不在您的管辖范围内")
		}
		out, err = ofEnterprise(ctx, tx, enterpriseID)
		return err
	})
	return out, err
}
