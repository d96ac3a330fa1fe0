package camera

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const columns = `c.id, c.enterprise_id, c.outlet_id, c.name, c.place, c.code, c.platform, c.channel, c.live, c.playback, c.active, c.created_at, c.updated_at, c.version, e.area, e.name, COALESCE(o.name, '')`
const tables = `camera c JOIN enterprise e ON e.id = c.enterprise_id LEFT JOIN outlet o ON o.id = c.outlet_id`

func scan(s db.Scanner) (Camera, error) {
	var c Camera
	var created, updated int64
	err := s.Scan(&c.ID, &c.EnterpriseID, &c.OutletID, &c.Name, &c.Place, &c.Code, &c.Platform, &c.Channel, &c.Live, &c.Playback, &c.Active, &created, &updated, &c.Version,
		&c.Area, &c.EnterpriseName, &c.OutletName)
	c.CreatedAt, c.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return c, err
}

func byID(ctx context.Context, tx *db.Tx, id string) (Camera, error) {
	c, err := db.One(ctx, tx, scan, `SELECT `+columns+` FROM `+tables+` WHERE c.id = $1`, id)
	if db.IsMissing(err) {
		return c, fault.NotFoundf("没有这台摄像机，可能已被移出或不在您的管辖范围内")
	}
	return c, err
}

func insert(ctx context.Context, tx *db.Tx, c Camera) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO camera (id, enterprise_id, outlet_id, name, place, code, platform, channel, live, playback, active, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11, $11, 1)`,
		c.ID, c.EnterpriseID, c.OutletID, c.Name, c.Place, c.Code, c.Platform, c.Channel, c.Live, c.Playback, tx.Micros())
	return err
}

func update(ctx context.Context, tx *db.Tx, c Camera) error {
	n, err := db.Exec(ctx, tx, `UPDATE camera SET outlet_id = $1, name = $2, place = $3, code = $4, platform = $5, channel = $6, live = $7, playback = $8, active = $9, updated_at = $10, version = version + 1
		WHERE id = $11 AND version = $12`, c.OutletID, c.Name, c.Place, c.Code, c.Platform, c.Channel, c.Live, c.Playback, c.Active, tx.Micros(), c.ID, c.Version)
	if err == nil && n == 0 {
		return fault.Conflictf("摄像机信息已被他人修改，请刷新后重试")
	}
	return err
}

// maxCameras bounds one answer.
const maxCameras = 500

func list(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) ([]Camera, error) {
	var args []any
	put := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	where := p.Where(a, auth.RegistryRead, auth.Columns{Area: "e.area", Enterprise: "c.enterprise_id"}, &args)
	if q.EnterpriseID != "" {
		where += ` AND c.enterprise_id = ` + put(q.EnterpriseID)
	}
	if q.OutletID != "" {
		// Those of the enterprise at large count for each of its outlets.
		o := put(q.OutletID)
		where += ` AND (c.outlet_id = ` + o + ` OR c.outlet_id = '' AND c.enterprise_id = (SELECT x.enterprise_id FROM outlet x WHERE x.id = ` + o + `))`
	}
	if q.InUse {
		where += ` AND c.active`
	}
	return db.All(ctx, tx, scan, `SELECT `+columns+` FROM `+tables+` WHERE `+where+fmt.Sprintf(` ORDER BY e.name, c.outlet_id DESC, c.name, c.id LIMIT %d`, maxCameras), args...)
}

// enterpriseOf finds the enterprise of an outlet.
func enterpriseOf(ctx context.Context, tx *db.Tx, outletID string) (string, error) {
	id, err := db.One(ctx, tx, db.Value[string], `SELECT enterprise_id FROM outlet WHERE id = $1`, outletID)
	if db.IsMissing(err) {
		return "", nil
	}
	return id, err
}
