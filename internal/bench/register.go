package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// registrar enters the stations: nobody signs in to measure a machine.
var registrar = auth.Actor{ID: "system:bench", Name: "系统", Roles: []auth.Role{auth.Duty}, Area: "330300"}

// outletsEach is how many stations an enterprise has.
const outletsEach = 10

// limitsFrom is before all data of the crowd.
var limitsFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Register enters n stations with an outlet and limits each straight into the
// database; no server may run on it.
func Register(ctx context.Context, d *db.DB, n int) error {
	p := auth.DefaultPolicy()
	for from := 0; from < n; from += 500 {
		err := d.Write(ctx, func(tx *db.Tx) error {
			firm := ""
			for s := from; s < min(from+500, n); s++ {
				if s%outletsEach == 0 {
					e, err := enterprise.Create(ctx, tx, p, registrar, enterprise.Enterprise{Name: fmt.Sprintf("测速企业 %d", s/outletsEach), Area: "330302", Synthetic: true})
					if err != nil {
						return err
					}
					firm = e.ID
				}
				if err := station(ctx, tx, p, firm, s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func station(ctx context.Context, tx *db.Tx, p auth.Policy, firm string, s int) error {
	o, err := enterprise.CreateOutlet(ctx, tx, p, registrar, enterprise.Outlet{EnterpriseID: firm, Name: outletName(s), Kind: enterprise.Gas, Area: "330302"})
	if err != nil {
		return err
	}
	limit := decimal.Must("50")
	for _, code := range codes[:3] {
		if _, err := enterprise.SetLimit(ctx, tx, p, registrar, enterprise.Limit{OutletID: o.ID, Factor: code, Upper: &limit, Statistic: enterprise.Hour,
			Standard: "测速", Article: "测速", ValidFrom: limitsFrom}); err != nil {
			return err
		}
	}
	_, err = telemetry.Register(ctx, tx, p, registrar, telemetry.Device{MN: MN(s), OutletID: o.ID, Password: password, Protocol: "2017"})
	return err
}
