package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const deviceColumns = `d.id, d.num, d.mn, d.outlet_id, d.password, d.protocol, d.rtd_interval, d.answer_always, d.active, d.created_at, d.updated_at, d.version, o.area, o.enterprise_id, o.name, o.kind`
const deviceTables = `device d JOIN outlet o ON o.id = d.outlet_id`

func scanDevice(s db.Scanner) (Device, error) {
	var d Device
	var created, updated int64
	err := s.Scan(&d.ID, &d.Num, &d.MN, &d.OutletID, &d.Password, &d.Protocol, &d.RtdInterval, &d.AnswerAlways, &d.Active, &created, &updated, &d.Version,
		&d.Area, &d.EnterpriseID, &d.OutletName, &d.Kind)
	d.CreatedAt, d.UpdatedAt = moment(created), moment(updated)
	return d, err
}

func deviceByID(ctx context.Context, tx *db.Tx, id string) (Device, error) {
	d, err := db.One(ctx, tx, scanDevice, `SELECT `+deviceColumns+` FROM `+deviceTables+` WHERE d.id = $1`, id)
	if db.IsMissing(err) {
		return d, fault.NotFoundf("没有这台设备，可能已被移出或不在您的管辖范围内")
	}
	return d, err
}

func devicesOf(ctx context.Context, tx *db.Tx, outletID string) ([]Device, error) {
	return db.All(ctx, tx, scanDevice, `SELECT `+deviceColumns+` FROM `+deviceTables+` WHERE d.outlet_id = $1 ORDER BY d.active DESC, d.created_at, d.id`, outletID)
}

// DeviceByMN reads the device in use under an MN; ok is false when there is none.
func DeviceByMN(ctx context.Context, tx *db.Tx, mn string) (d Device, ok bool, err error) {
	d, err = db.One(ctx, tx, scanDevice, `SELECT `+deviceColumns+` FROM `+deviceTables+` WHERE d.mn = $1 AND d.active`, mn)
	if db.IsMissing(err) {
		return d, false, nil
	}
	return d, err == nil, err
}

// equipped lists the outlets that have a device in use.
func equipped(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT DISTINCT outlet_id FROM device WHERE active ORDER BY outlet_id`)
}

func insertDevice(ctx context.Context, tx *db.Tx, d *Device) error {
	if err := chooseNum(ctx, tx, d); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO device (id, num, mn, outlet_id, password, protocol, rtd_interval, answer_always, active, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, $9, $9, 1)`,
		d.ID, d.Num, d.MN, d.OutletID, d.Password, d.Protocol, d.RtdInterval, d.AnswerAlways, tx.Micros())
	if db.IsUnique(err) {
		return fault.Conflictf("MN 号 %s 已登记在另一个排放口；如设备已迁移，请先停用原登记", d.MN).Because(err)
	}
	return err
}

// chooseNum gives the device its number: the same for an MN at an outlet, also
// after a restore that has lost the registration but not the readings, and
// another when the pair is registered once more. A counter would, after such a
// restore, give one device's readings to the next that is registered.
func chooseNum(ctx context.Context, tx *db.Tx, d *Device) error {
	for again := 0; ; again++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", d.MN, d.OutletID, again))
		d.Num = int64(binary.BigEndian.Uint32(sum[:4]) >> 1) // 31 bits: 4 bytes in a row's key
		_, err := db.One(ctx, tx, db.Value[int64], `SELECT num FROM device WHERE num = $1`, d.Num)
		if db.IsMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func updateDevice(ctx context.Context, tx *db.Tx, d Device) error {
	n, err := db.Exec(ctx, tx, `UPDATE device SET password = $1, protocol = $2, rtd_interval = $3, answer_always = $4, active = $5, updated_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, d.Password, d.Protocol, d.RtdInterval, d.AnswerAlways, d.Active, tx.Micros(), d.ID, d.Version)
	if db.IsUnique(err) {
		return fault.Conflictf("MN 号 %s 已登记在另一个排放口，不能重新启用", d.MN).Because(err)
	}
	if err == nil && n == 0 {
		return fault.Conflictf("设备信息已被他人修改，请刷新后重试")
	}
	return err
}

// bump adds n to a counter of tele_cursor and returns its new value; its row
// stays locked until the commit.
func bump(ctx context.Context, tx *db.Tx, counter string, n int64) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `UPDATE tele_cursor SET seq = seq + $1 WHERE consumer = $2 RETURNING seq`, n, counter)
}

// Cursor reads how far a consumer of Since has come, 0 at first.
func Cursor(ctx context.Context, tx *db.Tx, consumer string) (int64, error) {
	seq, err := db.One(ctx, tx, db.Value[int64], `SELECT seq FROM tele_cursor WHERE consumer = $1`, "since:"+consumer)
	if db.IsMissing(err) {
		return 0, nil
	}
	return seq, err
}

// SaveCursor notes how far a consumer of Since has come, in the transaction that
// writes what the readings caused: a crash then neither skips nor doubles one.
func SaveCursor(ctx context.Context, tx *db.Tx, consumer string, seq int64) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO tele_cursor (consumer, seq) VALUES ($1, $2)
		ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq`, "since:"+consumer, seq)
	return err
}

// highestCursor is the highest batch any consumer has noted; batch numbers go on
// behind it even when month files were lost.
func highestCursor(ctx context.Context, d *db.DB) (seq int64, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		seq, err = db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MAX(seq), 0) FROM tele_cursor WHERE consumer LIKE 'since:%'`)
		return err
	})
	return seq, err
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func listDevices(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q DeviceQuery) (db.Page[Device], error) {
	var page db.Page[Device]
	var args []any
	put := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	from := ` FROM ` + deviceTables + ` WHERE ` + p.Where(a, auth.RegistryRead, auth.Columns{Area: "o.area", Enterprise: "o.enterprise_id"}, &args)
	if q.Area != "" {
		from += ` AND o.area LIKE ` + put(auth.AreaPrefix(q.Area)+"%")
	}
	if q.OutletID != "" {
		from += ` AND d.outlet_id = ` + put(q.OutletID)
	}
	if q.Text != "" {
		t := put(db.LikeAny(q.Text))
		from += ` AND (d.mn LIKE ` + t + ` ESCAPE '\' OR o.name LIKE ` + t + ` ESCAPE '\')`
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
		from += ` AND (d.mn > ` + mn + ` OR d.mn = ` + mn + ` AND d.id > ` + id + `)`
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	page.Items, err = db.All(ctx, tx, scanDevice, `SELECT `+deviceColumns+from+fmt.Sprintf(` ORDER BY d.mn, d.id LIMIT %d`, limit+1), args...)
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(page.Items[limit-1].MN, page.Items[limit-1].ID)
	}
	return page, err
}

// DeviceByID reads a device in the caller's transaction, whoever asks.
func DeviceByID(ctx context.Context, tx *db.Tx, id string) (Device, error) {
	return deviceByID(ctx, tx, id)
}

// Learn notes what a device has confirmed by itself: a new password, a new
// interval. The stores learn of it within Options.Refresh, or by Refresh.
func Learn(ctx context.Context, tx *db.Tx, d Device) error {
	_, err := db.Exec(ctx, tx, `UPDATE device SET password = $1, rtd_interval = $2, updated_at = $3, version = version + 1 WHERE id = $4`,
		d.Password, d.RtdInterval, tx.Micros(), d.ID)
	return err
}
