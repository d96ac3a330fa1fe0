package coverage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	. "github.com/qingshao/qingshao/internal/evaluate/coverage"
	"github.com/qingshao/qingshao/internal/permit"
)

var (
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	longwan = auth.Actor{ID: "u-lw", Roles: []auth.Role{auth.Duty}, Area: "330303"}
	nobody  = auth.Actor{ID: "u-x", Roles: []auth.Role{auth.Admin}}
)

// readings stands in for the digest.
type readings map[string]telemetry.Current

func (r readings) Current(id string) telemetry.Current { return r[id] }

func TestReport_ByAreaAndWithinReach(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, policy, live := context.Background(), auth.DefaultPolicy(), readings{}
		reg, permits, devices := enterprise.New(d, policy), permit.New(d, policy), telemetry.NewDevices(d, policy, nil)
		fail := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		outlet := func(area string, class enterprise.PermitClass, code string, kind enterprise.Kind, tonnes, mn string) string {
			t.Helper()
			e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: area + code + "厂", Area: area, PermitClass: class})
			fail(err)
			o, err := reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Code: code, Name: "口", Kind: kind})
			fail(err)
			if tonnes != "" {
				_, err := permits.Set(ctx, duty, permit.Permit{OutletID: o.ID, Loads: []permit.Load{{Factor: "w01018", Tonnes: decimal.Must(tonnes)}}})
				fail(err)
			}
			if mn != "" {
				_, _, err := devices.Register(ctx, duty, telemetry.Device{MN: mn, OutletID: o.ID})
				fail(err)
				live[o.ID] = telemetry.Current{LastAt: c.Now(), Values: []telemetry.CurrentValue{{Factor: "w01018", At: c.Now()}}}
			}
			return o.ID
		}
		heard := outlet("330302", enterprise.PermitKey, "DW001", enterprise.Water, "90", "MN1")
		outlet("330302", enterprise.PermitKey, "DW002", enterprise.Water, "10", "")
		outlet("330302001", enterprise.PermitSimplified, "DA001", enterprise.Gas, "", "")
		outlet("330303", "", "DA002", enterprise.Gas, "", "")
		outlet("330303", enterprise.PermitKey, "YS001", enterprise.Rain, "", "MN2")
		s := New(d, policy, live, Config{Rules: Rules{Target: 85, Factors: []string{"w01018"}, HeardDays: 3}, Units: []string{"330303", "330302"}, UnitOf: func(a string) string { return a[:6] }})

		r, err := s.Report(ctx, duty)
		fail(err)
		if len(r.Areas) != 2 || r.Areas[0].Area != "330303" || r.Areas[1].Enterprises[enterprise.PermitSimplified] != 1 || r.Total.Enterprises[enterprise.PermitKey] != 3 {
			t.Errorf("%+v", r)
		}
		if n, ok := r.Total.Shares[0].Tenths(); !ok || n != 900 || r.Total.Due != (Count{All: 2, Required: 2, Networked: 1, Uploading: 1}) || r.Total.Outlets[enterprise.Rain].Networked != 1 {
			t.Errorf("%d %+v", n, r.Total)
		}
		gaps := func(who auth.Actor, q Query) string {
			t.Helper()
			list, err := s.Gaps(ctx, who, q)
			fail(err)
			var out []string
			for _, g := range list {
				out = append(out, g.Outlet.Code+":"+string(g.Reason))
			}
			return strings.Join(out, " ")
		}
		for _, x := range []struct {
			who  auth.Actor
			q    Query
			want string
		}{
			{duty, Query{}, "DW002:device DA002:class"},
			{duty, Query{Area: "330302"}, "DW002:device"},
			{duty, Query{Reason: NoClass}, "DA002:class"},
			{duty, Query{Kind: enterprise.Water, Class: enterprise.PermitKey, Text: "DW002厂"}, "DW002:device"},
			{duty, Query{Text: "没有"}, ""},
			{longwan, Query{}, "DA002:class"},
			{nobody, Query{}, ""},
		} {
			if got := gaps(x.who, x.q); got != x.want {
				t.Errorf("%s %+v: %q, want %q", x.who.ID, x.q, got, x.want)
			}
		}
		c.Advance(4 * 24 * time.Hour)
		if got := gaps(duty, Query{Area: "330302"}); got != "DW001:silent DW002:device" {
			t.Errorf("after four silent days: %q", got)
		}
		r, err = s.Report(ctx, longwan)
		if err != nil || len(r.Areas) != 1 || r.Total.Shares[0].Outlets != 0 {
			t.Errorf("a county sees its own: %+v %v", r.Total, err)
		}
		_ = heard
	})
}
