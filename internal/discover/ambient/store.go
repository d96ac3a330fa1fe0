package ambient

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const stationColumns = `s.id, s.num, s.code, s.name, s.kind, s.level, s.method, s.purpose, s.area, s.water, s.still, s.address, s.lng, s.lat, s.mn, s.milligrams, s.since, s.until, s.synthetic, s.created_at, s.updated_at, s.version`

func scanStation(r db.Scanner) (Station, error) {
	var s Station
	var created, updated int64
	err := r.Scan(&s.ID, &s.Num, &s.Code, &s.Name, &s.Kind, &s.Level, &s.Method, &s.Purpose, &s.Area, &s.Water, &s.Still, &s.Address, &s.Lng, &s.Lat, &s.MN, &s.Milligrams,
		&s.Since, &s.Until, &s.Synthetic, &created, &updated, &s.Version)
	s.CreatedAt, s.UpdatedAt = moment(created), moment(updated)
	return s, err
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func insertStation(ctx context.Context, tx *db.Tx, s *Station) error {
	num, err := db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MAX(num), 0) + 1 FROM ambient_station`)
	if err != nil {
		return err
	}
	s.Num = num
	_, err = db.Exec(ctx, tx, `INSERT INTO ambient_station (id, num, code, name, kind, level, method, purpose, area, water, still, address, lng, lat, mn, milligrams, since, until, synthetic, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, 1)`,
		s.ID, s.Num, s.Code, s.Name, s.Kind, s.Level, s.Method, s.Purpose, s.Area, s.Water, s.Still, s.Address, s.Lng, s.Lat, s.MN, s.Milligrams, s.Since, s.Until, s.Synthetic, tx.Micros())
	return taken(err)
}

func updateStation(ctx context.Context, tx *db.Tx, s Station) error {
	n, err := db.Exec(ctx, tx, `UPDATE ambient_station SET code = $1, name = $2, level = $3, method = $4, purpose = $5, area = $6, water = $7, address = $8, lng = $9, lat = $10, mn = $11, milligrams = $12,
		since = $13, until = $14, updated_at = $15, still = $16, version = version + 1 WHERE id = $17 AND version = $18`,
		s.Code, s.Name, s.Level, s.Method, s.Purpose, s.Area, s.Water, s.Address, s.Lng, s.Lat, s.MN, s.Milligrams, s.Since, s.Until, tx.Micros(), s.Still, s.ID, s.Version)
	if err == nil && n == 0 {
		return fault.Conflictf("站点信息已被他人修改，请刷新后重试")
	}
	return taken(err)
}

func taken(err error) error {
	if db.IsUnique(err) {
		return fault.Conflictf("站点编号或设备 MN 号已登记在另一个站点，请核对后重试").Because(err)
	}
	return err
}

// ByID reads a station without asking a policy, for other features' transactions.
func ByID(ctx context.Context, tx *db.Tx, id string) (Station, error) {
	s, err := db.One(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM ambient_station s WHERE s.id = $1`, id)
	if db.IsMissing(err) {
		return s, errStation
	}
	return s, err
}

// ByCode reads the station of a code; ok is false when there is none.
func ByCode(ctx context.Context, tx *db.Tx, code string) (s Station, ok bool, err error) {
	s, err = db.One(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM ambient_station s WHERE s.code = $1`, code)
	if db.IsMissing(err) {
		return s, false, nil
	}
	return s, err == nil, err
}

// All reads every station by its code, past ones too, without asking a policy.
func All(ctx context.Context, tx *db.Tx) ([]Station, error) {
	return db.All(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM ambient_station s ORDER BY s.code`)
}

// Query narrows a list. Empty fields do not narrow; Limit is 50 when zero and at
// most 500.
type Query struct {
	Text, Area, Kind, Level, Method, Purpose string
	Past                                     bool // also those that no longer stand
	Cursor                                   string
	Limit                                    int
}

func list(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) (page db.Page[Station], err error) {
	var f db.Filter
	f.Add(p.Where(a, auth.AmbientRead, auth.Columns{Area: "s.area"}, &f.Args))
	if q.Area != "" {
		f.Add("s.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	for _, x := range []struct{ column, value string }{{"s.kind", q.Kind}, {"s.level", q.Level}, {"s.method", q.Method}, {"s.purpose", q.Purpose}} {
		if x.value != "" {
			f.Add(x.column+" = ?", x.value)
		}
	}
	if !q.Past {
		f.Add("(s.until = 0 OR s.until > ?)", int64(DayAt(tx.Now)))
	}
	f.Has(q.Text, "s.code", "s.name", "s.water", "s.address")
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1 FROM ambient_station s WHERE `+f.Where(), f.Args...); err != nil {
		return page, err
	}
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		f.Add("s.code > ?", k[0])
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	page.Items, err = db.All(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM ambient_station s WHERE `+f.Where()+fmt.Sprintf(` ORDER BY s.code LIMIT %d`, limit+1), f.Args...)
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(page.Items[limit-1].Code)
	}
	return page, err
}

func scanFunction(r db.Scanner) (f Function, err error) {
	var created int64
	err = r.Scan(&f.From, &f.Class, &f.Basis, &f.CreatedBy, &created)
	f.CreatedAt = moment(created)
	return f, err
}

// FunctionsOf reads a station's functions in the order of their days.
func FunctionsOf(ctx context.Context, tx *db.Tx, id string) ([]Function, error) {
	return db.All(ctx, tx, scanFunction, `SELECT valid_from, class, basis, created_by, created_at FROM ambient_function WHERE station_id = $1 ORDER BY valid_from`, id)
}

// allFunctions reads the functions of all stations, by station.
func allFunctions(ctx context.Context, tx *db.Tx) (map[string][]Function, error) {
	type row struct {
		id string
		Function
	}
	rows, err := db.All(ctx, tx, func(r db.Scanner) (x row, err error) { err = r.Scan(&x.id, &x.From, &x.Class); return x, err },
		`SELECT station_id, valid_from, class FROM ambient_function ORDER BY station_id, valid_from`)
	out := map[string][]Function{}
	for _, x := range rows {
		out[x.id] = append(out[x.id], x.Function)
	}
	return out, err
}

func insertFunction(ctx context.Context, tx *db.Tx, id string, f Function) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO ambient_function (station_id, valid_from, class, basis, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, f.From, f.Class, f.Basis, f.CreatedBy, tx.Micros())
	if db.IsUnique(err) {
		return fault.Conflictf("这一天开始执行的功能类别已经登记；如有更正请以更晚的日期另行登记")
	}
	return err
}
