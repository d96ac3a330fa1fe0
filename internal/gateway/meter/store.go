package meter

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const meterColumns = `m.id, m.num, m.mn, m.enterprise_id, m.name, m.profile_id, m.report_every, m.secret, m.active, m.created_at, m.updated_at, m.version, e.area, e.name,
	COALESCE((SELECT p.name FROM meter_profile p WHERE p.id = m.profile_id ORDER BY p.version DESC LIMIT 1), '')`
const meterTables = `meter m JOIN enterprise e ON e.id = m.enterprise_id`

func scanMeter(s db.Scanner) (Meter, error) {
	var m Meter
	var created, updated int64
	err := s.Scan(&m.ID, &m.Num, &m.MN, &m.EnterpriseID, &m.Name, &m.ProfileID, &m.Every, &m.secret, &m.Active, &created, &updated, &m.Version, &m.Area, &m.EnterpriseName, &m.ProfileName)
	m.CreatedAt, m.UpdatedAt = moment(created), moment(updated)
	return m, err
}

func meterByID(ctx context.Context, tx *db.Tx, id string) (Meter, error) {
	m, err := db.One(ctx, tx, scanMeter, `SELECT `+meterColumns+` FROM `+meterTables+` WHERE m.id = $1`, id)
	if db.IsMissing(err) {
		return m, fault.NotFoundf("没有这台设备，可能已被移出或不在您的管辖范围内")
	}
	return m, err
}

func insertMeter(ctx context.Context, tx *db.Tx, m *Meter) error {
	if err := chooseNum(ctx, tx, m); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO meter (id, num, mn, enterprise_id, name, profile_id, report_every, secret, active, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, $9, $9, 1)`, m.ID, m.Num, m.MN, m.EnterpriseID, m.Name, m.ProfileID, m.Every, m.secret, tx.Micros())
	if db.IsUnique(err) {
		return fault.Conflictf("编号 %s 已登记在另一台设备上；如设备已迁移，请先停用原登记", m.MN).Because(err)
	}
	return err
}

// chooseNum numbers a meter as telemetry numbers devices, with bit 31 set, so
// that the two never meet.
func chooseNum(ctx context.Context, tx *db.Tx, m *Meter) error {
	for again := 0; ; again++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", m.MN, m.EnterpriseID, again))
		m.Num = 1<<31 | int64(binary.BigEndian.Uint32(sum[:4])>>1)
		_, err := db.One(ctx, tx, db.Value[int64], `SELECT num FROM meter WHERE num = $1`, m.Num)
		if db.IsMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func updateMeter(ctx context.Context, tx *db.Tx, m Meter) error {
	n, err := db.Exec(ctx, tx, `UPDATE meter SET name = $1, profile_id = $2, report_every = $3, secret = $4, active = $5, updated_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, m.Name, m.ProfileID, m.Every, m.secret, m.Active, tx.Micros(), m.ID, m.Version)
	if db.IsUnique(err) {
		return fault.Conflictf("编号 %s 已登记在另一台设备上，不能重新启用", m.MN).Because(err)
	}
	if err == nil && n == 0 {
		return fault.Conflictf("设备信息已被他人修改，请刷新后重试")
	}
	return err
}

func listMeters(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) (db.Page[Meter], error) {
	var page db.Page[Meter]
	var args []any
	put := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	from := ` FROM ` + meterTables + ` WHERE ` + p.Where(a, auth.RegistryRead, auth.Columns{Area: "e.area", Enterprise: "m.enterprise_id"}, &args)
	if q.EnterpriseID != "" {
		from += ` AND m.enterprise_id = ` + put(q.EnterpriseID)
	}
	if q.Area != "" {
		from += ` AND e.area LIKE ` + put(auth.AreaPrefix(q.Area)+"%")
	}
	if q.Text != "" {
		t := put(db.LikeAny(q.Text))
		from += ` AND (m.mn LIKE ` + t + ` ESCAPE '\' OR m.name LIKE ` + t + ` ESCAPE '\' OR e.name LIKE ` + t + ` ESCAPE '\')`
	}
	var err error
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1`+from, args...); err != nil {
		return page, err
	}
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return page, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		mn, id := put(k[0]), put(k[1])
		from += ` AND (m.mn > ` + mn + ` OR m.mn = ` + mn + ` AND m.id > ` + id + `)`
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	page.Items, err = db.All(ctx, tx, scanMeter, `SELECT `+meterColumns+from+fmt.Sprintf(` ORDER BY m.mn, m.id LIMIT %d`, limit+1), args...)
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(page.Items[limit-1].MN, page.Items[limit-1].ID)
	}
	return page, err
}

func activeMeters(ctx context.Context, tx *db.Tx) ([]Meter, error) {
	return db.All(ctx, tx, scanMeter, `SELECT `+meterColumns+` FROM `+meterTables+` WHERE m.active`)
}

const profileColumns = `p.id, p.version, p.name, p.area, p.mapping, p.created_by, p.created_at, (SELECT COUNT(*) FROM meter m WHERE m.profile_id = p.id AND m.active)`

// newest keeps the newest version of each profile.
const newest = `p.version = (SELECT MAX(n.version) FROM meter_profile n WHERE n.id = p.id)`

func scanProfile(s db.Scanner) (Profile, error) {
	var p Profile
	var text string
	var created int64
	if err := s.Scan(&p.ID, &p.Version, &p.Name, &p.Area, &text, &p.CreatedBy, &created, &p.Meters); err != nil {
		return p, err
	}
	p.CreatedAt = moment(created)
	return p, json.Unmarshal([]byte(text), &p.Mapping)
}

func insertProfile(ctx context.Context, tx *db.Tx, p Profile) error {
	text, err := json.Marshal(p.Mapping)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO meter_profile (id, version, name, area, mapping, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.Version, p.Name, p.Area, string(text), p.CreatedBy, tx.Micros())
	if db.IsUnique(err) {
		return fault.Conflictf("映射已被他人修改，请刷新后重试").Because(err)
	}
	return err
}

func profileByID(ctx context.Context, tx *db.Tx, id string) (Profile, error) {
	p, err := db.One(ctx, tx, scanProfile, `SELECT `+profileColumns+` FROM meter_profile p WHERE p.id = $1 AND `+newest, id)
	if db.IsMissing(err) {
		return p, fault.NotFoundf("没有这个报文映射，请刷新后重选")
	}
	return p, err
}

func profiles(ctx context.Context, tx *db.Tx) ([]Profile, error) {
	return db.All(ctx, tx, scanProfile, `SELECT `+profileColumns+` FROM meter_profile p WHERE `+newest+` ORDER BY p.name, p.id`)
}

func profileVersions(ctx context.Context, tx *db.Tx, id string) ([]Profile, error) {
	return db.All(ctx, tx, scanProfile, `SELECT `+profileColumns+` FROM meter_profile p WHERE p.id = $1 ORDER BY p.version DESC`, id)
}

func insertEvent(ctx context.Context, tx *db.Tx, e Event) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO meter_event (id, meter_id, at, kind, reason, address, will) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.ID, e.MeterID, tx.Micros(), e.Kind, e.Reason, e.Address, e.Will)
	return err
}

func scanEvent(s db.Scanner) (Event, error) {
	var e Event
	var at int64
	err := s.Scan(&e.ID, &e.MeterID, &at, &e.Kind, &e.Reason, &e.Address, &e.Will)
	e.At = moment(at)
	return e, err
}

func eventsOf(ctx context.Context, tx *db.Tx, meterID string, limit int) ([]Event, error) {
	return db.All(ctx, tx, scanEvent, fmt.Sprintf(`SELECT id, meter_id, at, kind, reason, address, will FROM meter_event WHERE meter_id = $1 ORDER BY at DESC, id DESC LIMIT %d`, limit), meterID)
}

func trimEvents(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM meter_event WHERE at < $1`, before.UnixMicro())
	return err
}

// mark tells whether meters or profiles have changed.
type mark struct{ meters, versions, profiles, enterprises int64 }

func readMark(ctx context.Context, tx *db.Tx) (mark, error) {
	return db.One(ctx, tx, func(s db.Scanner) (m mark, err error) {
		err = s.Scan(&m.meters, &m.versions, &m.profiles, &m.enterprises)
		return m, err
	}, `SELECT (SELECT COUNT(*) FROM meter), (SELECT COALESCE(SUM(version), 0) FROM meter), (SELECT COUNT(*) FROM meter_profile), (SELECT COALESCE(SUM(version), 0) FROM enterprise)`)
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
