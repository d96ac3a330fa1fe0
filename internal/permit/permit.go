package permit

import (
	"context"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
)

// Monitor is the way of monitoring that a permit prescribes for an outlet.
type Monitor string

// The ways of monitoring; the empty one is not written in the permit, or the
// permit has not been entered.
const (
	Auto   Monitor = "auto"   // 自动监测
	Manual Monitor = "manual" // 手工监测
	None   Monitor = "none"   // 不要求监测
)

// Title is the Chinese name of a way of monitoring.
func (m Monitor) Title() string {
	return map[Monitor]string{Auto: "自动监测", Manual: "手工监测", None: "不要求监测"}[m]
}

// Load is how much of a pollutant an outlet may emit in a year.
type Load struct {
	Factor string
	Tonnes decimal.Decimal
}

// Permit is what the permit says about one outlet.
type Permit struct {
	OutletID  string
	Monitor   Monitor
	Basis     string // number of the permit, page or table
	Loads     []Load // by factor
	UpdatedBy string
	UpdatedAt time.Time // zero = nothing entered yet
	Version   int64     // 0 = nothing entered yet
}

// Tonnes is the permitted load of a factor, ok is false without one.
func (p Permit) Tonnes(code string) (decimal.Decimal, bool) {
	for _, l := range p.Loads {
		if l.Factor == code {
			return l.Tonnes, true
		}
	}
	return decimal.Decimal{}, false
}

// Check tidies the fields and says which of them is wrong.
func (p *Permit) Check() error {
	p.Basis = strings.TrimSpace(p.Basis)
	f := fault.Invalidf("许可内容有误，请按提示修改")
	switch p.Monitor {
	case "", Auto, Manual, None:
	default:
		return f.With("monitor", "监测方式应为自动监测、手工监测或不要求监测")
	}
	if len([]rune(p.Basis)) > 200 {
		return f.With("basis", "依据最多 200 字")
	}
	sort.Slice(p.Loads, func(i, j int) bool { return p.Loads[i].Factor < p.Loads[j].Factor })
	for i, l := range p.Loads {
		switch _, known := factor.ByCode(l.Factor); {
		case !known:
			return f.With("loads", "平台因子表中没有“%s”", l.Factor)
		case i > 0 && p.Loads[i-1].Factor == l.Factor:
			return f.With("loads", "%s填写了两次", factor.Name(l.Factor))
		case l.Tonnes.Mantissa < 0:
			return f.With("loads", "%s的许可排放量不能小于 0", factor.Name(l.Factor))
		}
	}
	return nil
}

// Changed is the bus topic, and the audited action, of every change; the subject
// is the outlet.
const Changed = "outlet.permit"

// Service holds the verbs.
type Service struct {
	db     *db.DB
	policy auth.Policy
}

// New makes the service.
func New(d *db.DB, p auth.Policy) *Service { return &Service{d, p} }

// Get reads what is entered for an outlet within the actor's reach; Version is 0
// when nothing is.
func (s *Service) Get(ctx context.Context, actor auth.Actor, outletID string) (out Permit, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err := enterprise.OutletByID(ctx, tx, outletID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, o.Scope()) {
			return absent()
		}
		out, err = Of(ctx, tx, outletID)
		return err
	})
	return out, err
}

// Set enters what the permit says; Version is that of what the person saw.
func (s *Service) Set(ctx context.Context, actor auth.Actor, p Permit) (Permit, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		p, err = Set(ctx, tx, s.policy, actor, p)
		return err
	})
	return p, err
}

// Set is Service.Set inside the caller's transaction.
func Set(ctx context.Context, tx *db.Tx, policy auth.Policy, actor auth.Actor, p Permit) (Permit, error) {
	if err := p.Check(); err != nil {
		return p, err
	}
	o, err := enterprise.OutletByID(ctx, tx, p.OutletID)
	if err != nil {
		return p, err
	}
	if !policy.Can(actor, auth.RegistryRead, o.Scope()) {
		return p, absent()
	}
	if err := policy.Require(actor, auth.RegistryWrite, o.Scope()); err != nil {
		return p, err
	}
	old, err := Of(ctx, tx, p.OutletID)
	if err != nil {
		return p, err
	}
	if old.Version != p.Version {
		return p, fault.Conflictf("内容已被他人修改，请刷新后重试")
	}
	p.UpdatedBy, p.UpdatedAt, p.Version = actor.ID, tx.Now, p.Version+1
	if err := put(ctx, tx, p, old.Version); err != nil {
		return p, err
	}
	detail := map[string]any{"before": old.facts(), "after": p.facts()}
	if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: Changed, Kind: "outlet", Subject: o.ID, Area: o.Area, Detail: detail}); err != nil {
		return p, err
	}
	return p, bus.Publish(ctx, tx, Changed, "outlet", o.ID, o.Area, map[string]any{})
}

func absent() error {
	return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
}

func (p Permit) facts() map[string]any {
	loads := map[string]any{}
	for _, l := range p.Loads {
		loads[l.Factor] = l.Tonnes.String()
	}
	return map[string]any{"monitor": p.Monitor, "basis": p.Basis, "loads": loads}
}
