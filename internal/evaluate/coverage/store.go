package coverage

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// firm is what is counted of an enterprise.
type firm struct {
	area    string
	class   enterprise.PermitClass
	metered bool
}

func scanFirm(s db.Scanner) (f firm, err error) {
	var meters int
	err = s.Scan(&f.area, &f.class, &meters)
	f.metered = meters > 0
	return f, err
}

func firms(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor) ([]firm, error) {
	var args []any
	where := p.Where(a, auth.RegistryRead, auth.Columns{Area: "e.area", Enterprise: "e.id"}, &args)
	return db.All(ctx, tx, scanFirm, `SELECT e.area, e.permit_class, (SELECT count(*) FROM meter m WHERE m.enterprise_id = e.id AND m.active)
		FROM enterprise e WHERE `+where, args...)
}

func scanPoint(s db.Scanner) (p Point, err error) {
	o := &p.Outlet
	err = s.Scan(&o.ID, &o.EnterpriseID, &o.EnterpriseName, &o.Code, &o.Name, &o.Kind, &o.Area, &p.Class, &p.Devices)
	return p, err
}

func points(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor) ([]Point, error) {
	var args []any
	where := p.Where(a, auth.RegistryRead, auth.Columns{Area: "o.area", Enterprise: "o.enterprise_id"}, &args)
	return db.All(ctx, tx, scanPoint, `SELECT o.id, o.enterprise_id, e.name, o.code, o.name, o.kind, o.area, e.permit_class,
		(SELECT count(*) FROM device d WHERE d.outlet_id = o.id AND d.active)
		FROM outlet o JOIN enterprise e ON e.id = o.enterprise_id WHERE `+where+` ORDER BY o.area, e.name, e.id, o.code, o.id`, args...)
}
