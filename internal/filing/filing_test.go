package filing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	ctx     = context.Background()
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	clerk   = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	faraway = auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
)

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := filing.Machine.Validate(); err != nil {
		t.Error(err)
	}
}

func kindOf(err error) fault.Kind {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

func TestService(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		p := auth.DefaultPolicy()
		s := filing.New(filing.Deps{DB: d, Auth: p, Prefix: "WZ-F", Notify: notify.New(d, p), Timeline: timeline.New(timeline.Names{})})
		reg := enterprise.New(d, p)
		e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: "（演示）甲", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		o, err := reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Name: "排口", Kind: enterprise.Gas})
		if err != nil {
			t.Fatal(err)
		}
		firm := auth.Actor{ID: "u-firm", Roles: []auth.Role{auth.Enterprise}, Enterprise: e.ID}
		now := d.Now()
		order := filing.Filing{EnterpriseID: e.ID, Kind: "stop", Document: "温环责停〔2026〕1号", Reason: "超标排放，责令停产整治", From: now.Add(-48 * time.Hour), Until: now.Add(48 * time.Hour)}
		change := filing.Filing{EnterpriseID: e.ID, OutletID: o.ID, Kind: "treatment", Reason: "更换布袋", From: now.Add(-10 * time.Hour)}
		for name, x := range map[string]struct {
			actor auth.Actor
			f     func(*filing.Filing)
			want  fault.Kind
		}{
			"a clerk":              {clerk, func(*filing.Filing) {}, fault.Forbidden},
			"another area":         {faraway, func(*filing.Filing) {}, fault.NotFound},
			"the enterprise":       {firm, func(*filing.Filing) {}, fault.Forbidden},
			"no document":          {duty, func(f *filing.Filing) { f.Document = " " }, fault.Invalid},
			"no reason":            {duty, func(f *filing.Filing) { f.Reason = "" }, fault.Invalid},
			"ends before it is":    {duty, func(f *filing.Filing) { f.Until = f.From }, fault.Invalid},
			"no kind":              {duty, func(f *filing.Filing) { f.Kind = "x" }, fault.Invalid},
			"a change to come":     {firm, func(f *filing.Filing) { *f = change; f.From = now.Add(time.Hour) }, fault.Invalid},
			"another's outlet":     {duty, func(f *filing.Filing) { f.OutletID = "x" }, fault.NotFound},
			"a change with an end": {firm, func(f *filing.Filing) { *f = change; f.Until = now }, fault.Invalid},
		} {
			f := order
			x.f(&f)
			if _, err := s.Enter(ctx, x.actor, f); kindOf(err) != x.want {
				t.Errorf("%s: %v, want %s", name, err, x.want)
			}
		}
		stop, err := s.Enter(ctx, duty, order)
		if err != nil || stop.State != filing.StateInForce || stop.Number == "" {
			t.Fatalf("%+v %v", stop, err)
		}
		filed, err := s.Enter(ctx, firm, change)
		if err != nil || filed.State != filing.StateFiled {
			t.Fatalf("%+v %v", filed, err)
		}
		count := func(outlet string, from, to time.Time, want int) {
			t.Helper()
			var list []filing.Filing
			err := d.Read(ctx, func(tx *db.Tx) (err error) {
				list, err = filing.InForce(ctx, tx, e.ID, outlet, from, to)
				return err
			})
			if err != nil || len(list) != want {
				t.Errorf("%d in force, want %d: %v", len(list), want, err)
			}
		}
		do := func(a auth.Actor, f filing.Filing, v flow.Verb, want fault.Kind) filing.Filing {
			t.Helper()
			out, err := s.Do(ctx, a, f.ID, v, f.Version, map[string]any{"text": "依据"})
			if kindOf(err) != want || want == "" && err != nil {
				t.Errorf("%s: %v, want %q", v, err, want)
			}
			return out
		}
		count(o.ID, now.Add(-12*time.Hour), now, 1) // the change waits for its answer
		do(firm, filed, filing.Accept, fault.Forbidden)
		do(duty, filed, filing.Accept, "")
		do(duty, filed, filing.Reject, fault.Conflict) // stale
		count(o.ID, now.Add(-12*time.Hour), now, 2)
		count("another", now.Add(-12*time.Hour), now, 1) // the order is for all of the enterprise
		count(o.ID, now.Add(-5*time.Hour), now, 1)       // changes count in the time in which they were made
		count(o.ID, now.Add(72*time.Hour), now.Add(80*time.Hour), 0)
		c.Advance(time.Hour)
		lifted := do(duty, stop, filing.Lift, "")
		if !lifted.Until.Equal(d.Now().Truncate(time.Minute)) {
			t.Errorf("lifted at %v", lifted.Until)
		}
		count(o.ID, now, now.Add(10*time.Minute), 1)
		count(o.ID, now.Add(2*time.Hour), now.Add(3*time.Hour), 0)
		do(duty, lifted, filing.Revoke, "")
		count(o.ID, now.Add(-5*time.Hour), now, 0)
		if _, err := s.Of(ctx, faraway, e.ID); kindOf(err) != fault.NotFound {
			t.Errorf("another area: %v", err)
		}
		if list, err := s.Of(ctx, firm, e.ID); err != nil || len(list) != 2 {
			t.Errorf("%d %v", len(list), err)
		}
	})
}
