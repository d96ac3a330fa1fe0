package permit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	. "github.com/qingshao/qingshao/internal/permit"
)

var (
	duty  = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330302"}
	far   = auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
	clerk = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330302"}
)

func loads(pairs ...string) (out []Load) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Load{Factor: pairs[i], Tonnes: decimal.Must(pairs[i+1])})
	}
	return out
}

func TestSet_VersionsRightsAndLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, policy := context.Background(), auth.DefaultPolicy()
		reg, s := enterprise.New(d, policy), New(d, policy)
		e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: "甲", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		o, err := reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Code: "DW001", Name: "口", Kind: enterprise.Water})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := s.Get(ctx, clerk, o.ID); err != nil || p.Version != 0 || len(p.Loads) != 0 {
			t.Errorf("before anything is entered: %+v %v", p, err)
		}
		p, err := s.Set(ctx, duty, Permit{OutletID: o.ID, Monitor: Auto, Basis: "证 1", Loads: loads("w21003", "1.50", "w01018", "20")})
		if err != nil || p.Version != 1 {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := s.Set(ctx, duty, Permit{OutletID: o.ID}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over somebody else's entry: %v", err)
		}
		p.Loads = loads("w01018", "18.0")
		if p, err = s.Set(ctx, duty, p); err != nil || p.Version != 2 {
			t.Fatalf("%+v %v", p, err)
		}
		got, err := s.Get(ctx, clerk, o.ID)
		if n, ok := got.Tonnes("w01018"); err != nil || !ok || n.String() != "18.0" || len(got.Loads) != 1 || got.Monitor != Auto {
			t.Errorf("%+v %v", got, err)
		}
		if _, ok := got.Tonnes("w21003"); ok {
			t.Error("a load that was taken out is still there")
		}
		if _, err := s.Set(ctx, clerk, p); !fault.Is(err, fault.Forbidden) {
			t.Errorf("set by who only reads: %v", err)
		}
		for _, f := range []func() error{
			func() error { _, err := s.Get(ctx, far, o.ID); return err },
			func() error { _, err := s.Set(ctx, far, p); return err },
		} {
			if err := f(); !fault.Is(err, fault.NotFound) {
				t.Errorf("from another county: %v", err)
			}
		}
		var all map[string]Permit
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { all, err = All(ctx, tx); return err }); err != nil || len(all) != 1 || len(all[o.ID].Loads) != 1 {
			t.Errorf("%+v %v", all, err)
		}
		var n int
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			n, err = db.One(ctx, tx, db.Value[int], `SELECT count(*) FROM audit_entry WHERE action = $1`, Changed)
			return err
		}); err != nil || n != 2 {
			t.Errorf("%d rows in the log (%v), want 2", n, err)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		p     Permit
		field string
	}{
		"good":           {Permit{Monitor: Manual, Loads: loads("w01018", "0", "a21026", "3")}, ""},
		"unknown way":    {Permit{Monitor: "sometimes"}, "monitor"},
		"long basis":     {Permit{Basis: strings.Repeat("证", 201)}, "basis"},
		"unknown factor": {Permit{Loads: loads("zzz", "1")}, "loads"},
		"twice":          {Permit{Loads: loads("w01018", "1", "w21003", "1", "w01018", "2")}, "loads"},
		"less than none": {Permit{Loads: loads("w01018", "-1")}, "loads"},
	} {
		err := c.p.Check()
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if f, ok := err.(*fault.Error); !ok || f.Fields[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}
