package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/official"
)

// Norm is a dated setting of an outlet that calculations need. The newest that
// holds at the time of the data counts.
type Norm struct {
	ID        string
	OutletID  string
	ValidFrom time.Time
	Oxygen    *decimal.Decimal // reference oxygen in percent; nil = nothing is converted
	Source    string           // what the reference comes from
	FlowUnit  official.FlowUnit
	CreatedBy string
	CreatedAt time.Time
}

// normAt finds the setting that holds; norms stand by ValidFrom and age.
func normAt(norms []Norm, at time.Time) (n Norm, ok bool) {
	for _, x := range norms {
		if !at.Before(x.ValidFrom) {
			n, ok = x, true
		}
	}
	return n, ok
}

func (n *Norm) check(k enterprise.Kind) error {
	f := fault.Invalidf("设置有误，请按提示修改")
	if n.ValidFrom.IsZero() {
		return f.With("valid_from", "请填写开始执行日期")
	}
	if o := n.Oxygen; o != nil && (k != enterprise.Gas || o.Mantissa <= 0 || o.Cmp(decimal.Must("20.5")) >= 0) {
		return f.With("oxygen", "基准含氧量只用于废气，应大于 0、小于 20.5")
	}
	switch n.FlowUnit {
	case "", official.PerSecond, official.PerHour, official.LitrePerSecond:
	default:
		return f.With("flow_unit", "流量单位应为 m3/s、m3/h 或 L/s")
	}
	if len([]rune(n.Source)) > 200 {
		return f.With("source", "最多 200 字")
	}
	return nil
}

// SetNorm adds a setting; the values since its beginning are made again.
func (g *Digest) SetNorm(ctx context.Context, p auth.Policy, actor auth.Actor, n Norm) (Norm, error) {
	err := g.s.d.Write(ctx, func(tx *db.Tx) error {
		o, err := enterprise.OutletByID(ctx, tx, n.OutletID)
		if err != nil {
			return err
		}
		if err := mayWrite(p, actor, o.Scope(), "排放口"); err != nil {
			return err
		}
		if err := n.check(o.Kind); err != nil {
			return err
		}
		n.ID, n.CreatedBy, n.CreatedAt = db.NewID(), actor.ID, tx.Now
		if err := insertNorm(ctx, tx, n); err != nil {
			return err
		}
		oxygen := ""
		if n.Oxygen != nil {
			oxygen = n.Oxygen.String()
		}
		if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "outlet.norm", Kind: "outlet", Subject: o.ID, Area: o.Area,
			Detail: map[string]any{"oxygen": oxygen, "source": n.Source, "flow_unit": n.FlowUnit, "valid_from": n.ValidFrom}}); err != nil {
			return err
		}
		first, err := firstHour(ctx, tx, o.ID, "")
		if err != nil || first.IsZero() {
			return err
		}
		if n.ValidFrom.After(first) {
			first = n.ValidFrom
		}
		return g.Recompute(ctx, tx, o.ID, first, tx.Now)
	})
	return n, err
}

// Norms lists the settings of an outlet within the actor's reach, oldest first.
func (g *Digest) Norms(ctx context.Context, p auth.Policy, actor auth.Actor, outletID string) (out []Norm, err error) {
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		o, err := enterprise.OutletByID(ctx, tx, outletID)
		if err != nil {
			return err
		}
		if !p.Can(actor, auth.TelemetryRead, o.Scope()) {
			return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
		}
		all, err := normsOf(ctx, tx, []string{outletID})
		out = all[outletID]
		return err
	})
	return out, err
}

// Recompute asks in the caller's transaction that the hours of from <= t < to be
// made again. Hours that are not over yet are made when they are.
func (g *Digest) Recompute(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time) error {
	if to.After(tx.Now) {
		to = tx.Now.Add(time.Hour)
	}
	return recomputeHours(ctx, tx, outletID, from, to, func(at int64) int64 {
		return max(tx.Micros(), moment(at).Add(Hour.Length()+g.o.HourGrace).UnixMicro())
	})
}
