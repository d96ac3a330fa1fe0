package enterprise

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Service holds the verbs of the registry.
type Service struct {
	db     *db.DB
	policy auth.Policy
}

// New makes the service; the policy scopes every list and every look.
func New(d *db.DB, p auth.Policy) *Service { return &Service{db: d, policy: p} }

// Query narrows a list. Empty fields do not narrow; Limit is 50 when zero and
// at most 500.
type Query struct {
	Text         string
	Area         string
	EnterpriseID string
	Kind         Kind
	PermitClass  PermitClass
	IDs          []string // outlets only; nil = all
	NotIDs       []string // outlets only: leave these out
	Cursor       string
	Limit        int
}

func (q Query) limit() int {
	if q.Limit <= 0 {
		return 50
	}
	return min(q.Limit, 500)
}

// Index works out the first letters of the names from before they were kept. It
// is called before anybody is served.
func (s *Service) Index(ctx context.Context) error {
	const each = 2000
	for more := true; more; {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			list, err := plainNames(ctx, tx, each)
			for _, e := range list {
				if err := setInitials(ctx, tx, e[0], initials(e[1])); err != nil {
					return err
				}
			}
			more = len(list) == each
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Create registers an enterprise and returns it with its id.
func (s *Service) Create(ctx context.Context, actor auth.Actor, e Enterprise) (Enterprise, error) {
	if err := e.Check(); err != nil {
		return e, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		e, err = Create(ctx, tx, s.policy, actor, e)
		return err
	})
	return e, err
}

// Create is Service.Create inside the caller's transaction.
func Create(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, e Enterprise) (Enterprise, error) {
	if err := e.Check(); err != nil {
		return e, err
	}
	if err := p.Require(actor, auth.RegistryWrite, e.Scope()); err != nil {
		return e, err
	}
	e.ID, e.CreatedAt, e.UpdatedAt, e.Version = db.NewID(), tx.Now, tx.Now, 1
	if err := insertEnterprise(ctx, tx, e); err != nil {
		return e, err
	}
	return e, note(ctx, tx, actor, "enterprise.create", "enterprise", e.ID, e.Area, map[string]any{"name": e.Name, "code": e.Code})
}

// Update changes the enterprise whose ID and Version are given; Synthetic and
// the times stay.
func (s *Service) Update(ctx context.Context, actor auth.Actor, e Enterprise) (Enterprise, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		e, err = Update(ctx, tx, s.policy, actor, e)
		return err
	})
	return e, err
}

// Update is Service.Update inside the caller's transaction.
func Update(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, e Enterprise) (Enterprise, error) {
	old, err := ByID(ctx, tx, e.ID)
	if err != nil {
		return e, err
	}
	if err := require(p, actor, auth.RegistryWrite, old.Scope(), "企业"); err != nil {
		return e, err
	}
	e.Synthetic = old.Synthetic
	if err := e.Check(); err != nil {
		return e, err
	}
	if err := p.Require(actor, auth.RegistryWrite, e.Scope()); err != nil {
		return e, err
	}
	if err := updateEnterprise(ctx, tx, e); err != nil {
		return e, err
	}
	if err := note(ctx, tx, actor, "enterprise.update", "enterprise", e.ID, e.Area, map[string]any{"before": old.facts(), "after": e.facts()}); err != nil {
		return e, err
	}
	return ByID(ctx, tx, e.ID)
}

// Get reads one enterprise within the actor's reach.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id string) (e Enterprise, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if e, err = ByID(ctx, tx, id); err != nil {
			return err
		}
		return s.seen(actor, auth.RegistryRead, e.Scope(), "企业")
	})
	return e, err
}

// List reads a page of the enterprises within the actor's reach, by name.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Enterprise], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listEnterprises(ctx, tx, s.policy, actor, q)
		return err
	})
	return page, err
}

// CreateOutlet registers an outlet; without an area it lies in its
// enterprise's.
func (s *Service) CreateOutlet(ctx context.Context, actor auth.Actor, o Outlet) (Outlet, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		o, err = CreateOutlet(ctx, tx, s.policy, actor, o)
		return err
	})
	return o, err
}

// CreateOutlet is Service.CreateOutlet inside the caller's transaction.
func CreateOutlet(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, o Outlet) (Outlet, error) {
	if err := o.Check(); err != nil {
		return o, err
	}
	e, err := ByID(ctx, tx, o.EnterpriseID)
	if err != nil {
		return o, err
	}
	if o.Area == "" {
		o.Area = e.Area
	}
	if err := p.Require(actor, auth.RegistryWrite, o.Scope()); err != nil {
		return o, err
	}
	o.ID, o.CreatedAt, o.UpdatedAt, o.Version, o.EnterpriseName = db.NewID(), tx.Now, tx.Now, 1, e.Name
	if err := insertOutlet(ctx, tx, o); err != nil {
		return o, err
	}
	return o, note(ctx, tx, actor, "outlet.create", "outlet", o.ID, o.Area, map[string]any{"name": o.Name, "enterprise": o.EnterpriseID})
}

// UpdateOutlet changes the outlet whose ID and Version are given; it stays with
// its enterprise.
func (s *Service) UpdateOutlet(ctx context.Context, actor auth.Actor, o Outlet) (Outlet, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		o, err = UpdateOutlet(ctx, tx, s.policy, actor, o)
		return err
	})
	return o, err
}

// UpdateOutlet is Service.UpdateOutlet inside the caller's transaction.
func UpdateOutlet(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, o Outlet) (Outlet, error) {
	old, err := OutletByID(ctx, tx, o.ID)
	if err != nil {
		return o, err
	}
	if err := require(p, actor, auth.RegistryWrite, old.Scope(), "排放口"); err != nil {
		return o, err
	}
	o.EnterpriseID = old.EnterpriseID
	if o.Area == "" {
		o.Area = old.Area
	}
	if err := o.Check(); err != nil {
		return o, err
	}
	if err := p.Require(actor, auth.RegistryWrite, o.Scope()); err != nil {
		return o, err
	}
	if err := updateOutlet(ctx, tx, o); err != nil {
		return o, err
	}
	if err := note(ctx, tx, actor, "outlet.update", "outlet", o.ID, o.Area, map[string]any{"before": old.facts(), "after": o.facts()}); err != nil {
		return o, err
	}
	return OutletByID(ctx, tx, o.ID)
}

// GetOutlet reads one outlet within the actor's reach, judged by the given
// capability (registry.read, or telemetry.read where its values are shown).
func (s *Service) GetOutlet(ctx context.Context, actor auth.Actor, c auth.Capability, id string) (o Outlet, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if o, err = OutletByID(ctx, tx, id); err != nil {
			return err
		}
		return s.seen(actor, c, o.Scope(), "排放口")
	})
	return o, err
}

// ListOutlets reads a page of the outlets within the actor's reach, by name.
func (s *Service) ListOutlets(ctx context.Context, actor auth.Actor, c auth.Capability, q Query) (page db.Page[Outlet], err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = listOutlets(ctx, tx, s.policy, actor, c, q)
		return err
	})
	return page, err
}

// Limits reads every limit, past and present, of an outlet within the actor's
// reach.
func (s *Service) Limits(ctx context.Context, actor auth.Actor, outletID string) (out []Limit, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err := OutletByID(ctx, tx, outletID)
		if err != nil {
			return err
		}
		if err := s.seen(actor, auth.RegistryRead, o.Scope(), "排放口"); err != nil {
			return err
		}
		out, err = LimitsOf(ctx, tx, outletID)
		return err
	})
	return out, err
}

// LimitsFor reads the limits of several outlets that the caller has been allowed
// to see, by outlet.
func (s *Service) LimitsFor(ctx context.Context, outletIDs []string) (map[string][]Limit, error) {
	out := map[string][]Limit{}
	if len(outletIDs) == 0 {
		return out, nil
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		all, err := limitsFor(ctx, tx, outletIDs)
		for _, l := range all {
			out[l.OutletID] = append(out[l.OutletID], l)
		}
		return err
	})
	return out, err
}

// SetLimit puts a new limit in force. The one of the same factor and statistic
// that would hold at its beginning is ended there; a later one bounds it.
func (s *Service) SetLimit(ctx context.Context, actor auth.Actor, l Limit) (Limit, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		l, err = SetLimit(ctx, tx, s.policy, actor, l)
		return err
	})
	return l, err
}

// SetLimit is Service.SetLimit inside the caller's transaction.
func SetLimit(ctx context.Context, tx *db.Tx, p auth.Policy, actor auth.Actor, l Limit) (Limit, error) {
	if err := l.Check(); err != nil {
		return l, err
	}
	o, err := OutletByID(ctx, tx, l.OutletID)
	if err != nil {
		return l, err
	}
	if err := require(p, actor, auth.RegistryWrite, o.Scope(), "排放口"); err != nil {
		return l, err
	}
	if err := lockOutlet(ctx, tx, o.ID); err != nil {
		return l, err
	}
	all, err := LimitsOf(ctx, tx, l.OutletID)
	if err != nil {
		return l, err
	}
	ended, err := l.Succeed(all)
	if err != nil {
		return l, err
	}
	if ended != "" {
		if err := endLimit(ctx, tx, ended, actor.ID, l.ValidFrom); err != nil {
			return l, err
		}
	}
	l.ID, l.CreatedBy, l.CreatedAt = db.NewID(), actor.ID, tx.Now
	if err := insertLimit(ctx, tx, l); err != nil {
		return l, err
	}
	return l, note(ctx, tx, actor, LimitsChanged, "outlet", o.ID, o.Area, map[string]any{"set": l.facts(), "ended": ended})
}

// Succeed finds among the limits the one that the new limit l ends, and bounds l
// where a later one begins.
func (l *Limit) Succeed(all []Limit) (ended string, err error) {
	for _, old := range all {
		if old.Factor != l.Factor || old.Statistic != l.Statistic {
			continue
		}
		switch {
		case old.ValidFrom.Equal(l.ValidFrom) && !old.ValidTo.Equal(old.ValidFrom):
			return "", fault.Conflictf("该因子在同一日期已有限值；请先停止原限值，再登记新限值")
		case old.ValidFrom.Before(l.ValidFrom) && old.Holds(l.ValidFrom):
			ended = old.ID
		case old.ValidFrom.After(l.ValidFrom) && (l.ValidTo.IsZero() || old.ValidFrom.Before(l.ValidTo)):
			l.ValidTo = old.ValidFrom
		}
	}
	return ended, nil
}

// EndLimit ends a limit at the given moment without a successor. Ending it at
// its own beginning withdraws it: it then holds for no data.
func (s *Service) EndLimit(ctx context.Context, actor auth.Actor, id string, at time.Time) (l Limit, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if l, err = limitByID(ctx, tx, id); err != nil {
			return err
		}
		o, err := OutletByID(ctx, tx, l.OutletID)
		if err != nil {
			return err
		}
		if err := s.seen(actor, auth.RegistryWrite, o.Scope(), "限值"); err != nil {
			return err
		}
		if at.Before(l.ValidFrom) || !l.ValidTo.IsZero() && at.After(l.ValidTo) {
			return fault.Invalidf("停止执行日期应在该限值的执行期内").With("valid_to", "请改为执行期内的日期")
		}
		if err := endLimit(ctx, tx, l.ID, actor.ID, at); err != nil {
			return err
		}
		l.ValidTo, l.EndedBy = at, actor.ID
		return note(ctx, tx, actor, LimitsChanged, "outlet", o.ID, o.Area, map[string]any{"ended": l.facts()})
	})
	return l, err
}

// LimitsChanged is the bus topic, and the audited action, of every change of an
// outlet's limits; the subject is the outlet.
const LimitsChanged = "outlet.limits"

// note writes the act to the audit log and tells the other parts.
func note(ctx context.Context, tx *db.Tx, actor auth.Actor, action, kind, id, area string, detail any) error {
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: kind, Subject: id, Area: area, Detail: detail}); err != nil {
		return err
	}
	return bus.Publish(ctx, tx, action, kind, id, area, map[string]any{})
}

func (s *Service) seen(a auth.Actor, c auth.Capability, on auth.Scope, what string) error {
	return require(s.policy, a, c, on, what)
}

// require answers "absent" for what the actor may not even read, and
// "forbidden" for what the actor may read but not change.
func require(p auth.Policy, a auth.Actor, c auth.Capability, on auth.Scope, what string) error {
	if p.Can(a, c, on) {
		return nil
	}
	if c != auth.RegistryWrite || !p.Can(a, auth.RegistryRead, on) {
		return fault.NotFoundf("没有这个%s，可能已被移出或不在您的管辖范围内", what)
	}
	return p.Require(a, c, on)
}

func (e Enterprise) facts() map[string]any {
	return map[string]any{"name": e.Name, "code": e.Code, "area": e.Area, "address": e.Address, "industry": e.Industry, "permit_class": e.PermitClass}
}

func (o Outlet) facts() map[string]any {
	return map[string]any{"name": o.Name, "code": o.Code, "kind": o.Kind, "area": o.Area}
}

func (l Limit) facts() map[string]any {
	return map[string]any{"id": l.ID, "factor": l.Factor, "upper": l.Upper, "lower": l.Lower, "statistic": l.Statistic,
		"standard": l.Standard, "article": l.Article, "from": l.ValidFrom.UnixMicro(), "to": micros(l.ValidTo)}
}
