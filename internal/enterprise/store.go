package enterprise

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/pinyin"
)

const enterpriseColumns = `e.id, e.code, e.name, e.area, e.address, e.lng, e.lat, e.industry, e.permit_class, e.contact, e.synthetic, e.created_at, e.updated_at, e.version`

func scanEnterprise(s db.Scanner) (Enterprise, error) {
	var e Enterprise
	var created, updated int64
	err := s.Scan(&e.ID, &e.Code, &e.Name, &e.Area, &e.Address, &e.Lng, &e.Lat, &e.Industry, &e.PermitClass, &e.Contact, &e.Synthetic, &created, &updated, &e.Version)
	e.CreatedAt, e.UpdatedAt = moment(created), moment(updated)
	return e, err
}

func insertEnterprise(ctx context.Context, tx *db.Tx, e Enterprise) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO enterprise (id, code, name, area, address, lng, lat, industry, permit_class, contact, synthetic, created_at, updated_at, version, initials)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, 1, $13)`,
		e.ID, e.Code, e.Name, e.Area, e.Address, e.Lng, e.Lat, e.Industry, e.PermitClass, e.Contact, e.Synthetic, tx.Micros(), initials(e.Name))
	return taken(err, "该统一社会信用代码已登记在另一家企业名下，请核对")
}

func updateEnterprise(ctx context.Context, tx *db.Tx, e Enterprise) error {
	n, err := db.Exec(ctx, tx, `UPDATE enterprise SET code = $1, name = $2, area = $3, address = $4, lng = $5, lat = $6, industry = $7, permit_class = $8, contact = $9, updated_at = $10, initials = $11, version = version + 1
		WHERE id = $12 AND version = $13`,
		e.Code, e.Name, e.Area, e.Address, e.Lng, e.Lat, e.Industry, e.PermitClass, e.Contact, tx.Micros(), initials(e.Name), e.ID, e.Version)
	return moved(n, taken(err, "该统一社会信用代码已登记在另一家企业名下，请核对"))
}

// none stands for the first letters of a name that has none: ” is a name whose
// letters are yet to be worked out.
const none = "-"

func initials(name string) string { return cmp.Or(pinyin.Initials(name), none) }

// byInitials finds an enterprise by the first letters of its name, where the
// words may be such.
func byInitials(words string, put func(any) string) string {
	if words = strings.TrimSpace(words); !pinyin.Typed(words) {
		return ""
	}
	return ` OR e.initials LIKE ` + put("%"+strings.ToLower(words)+"%")
}

// plainNames gives some enterprises whose first letters are yet to be worked
// out, id and name.
func plainNames(ctx context.Context, tx *db.Tx, limit int) ([][2]string, error) {
	return db.All(ctx, tx, func(s db.Scanner) (e [2]string, err error) { return e, s.Scan(&e[0], &e[1]) },
		`SELECT id, name FROM enterprise WHERE initials = '' LIMIT $1`, limit)
}

func setInitials(ctx context.Context, tx *db.Tx, id, letters string) error {
	_, err := db.Exec(ctx, tx, `UPDATE enterprise SET initials = $1 WHERE id = $2`, letters, id)
	return err
}

// ByID reads an enterprise without asking a policy, for other features'
// transactions.
func ByID(ctx context.Context, tx *db.Tx, id string) (Enterprise, error) {
	e, err := db.One(ctx, tx, scanEnterprise, `SELECT `+enterpriseColumns+` FROM enterprise e WHERE e.id = $1`, id)
	if db.IsMissing(err) {
		return e, fault.NotFoundf("没有这家企业，可能已被移出或不在您的管辖范围内")
	}
	return e, err
}

// ByCode reads the enterprise of a unified social credit code; ok is false when
// there is none. It asks no policy.
func ByCode(ctx context.Context, tx *db.Tx, code string) (e Enterprise, ok bool, err error) {
	e, err = db.One(ctx, tx, scanEnterprise, `SELECT `+enterpriseColumns+` FROM enterprise e WHERE e.code = $1 AND e.code <> ''`, code)
	if db.IsMissing(err) {
		return e, false, nil
	}
	return e, err == nil, err
}

func listEnterprises(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) (db.Page[Enterprise], error) {
	var args []any
	where := p.Where(a, auth.RegistryRead, auth.Columns{Area: "e.area", Enterprise: "e.id"}, &args)
	put := placer(&args)
	if q.Area != "" {
		where += ` AND e.area LIKE ` + put(auth.AreaPrefix(q.Area)+"%")
	}
	if q.Text != "" {
		t := put(db.LikeAny(q.Text))
		where += ` AND (e.name LIKE ` + t + ` ESCAPE '\' OR e.code LIKE ` + t + ` ESCAPE '\' OR e.address LIKE ` + t + ` ESCAPE '\'` + byInitials(q.Text, put) + `)`
	}
	if q.PermitClass != "" {
		where += ` AND e.permit_class = ` + put(q.PermitClass)
	}
	return list(ctx, tx, q, scanEnterprise, enterpriseColumns, `enterprise e`, `e`, where, args,
		func(e Enterprise) (string, string) { return e.Name, e.ID })
}

const outletColumns = `o.id, o.enterprise_id, o.code, o.name, o.kind, o.area, o.lng, o.lat, o.created_at, o.updated_at, o.version, e.name`
const outletTables = `outlet o JOIN enterprise e ON e.id = o.enterprise_id`

func scanOutlet(s db.Scanner) (Outlet, error) {
	var o Outlet
	var created, updated int64
	err := s.Scan(&o.ID, &o.EnterpriseID, &o.Code, &o.Name, &o.Kind, &o.Area, &o.Lng, &o.Lat, &created, &updated, &o.Version, &o.EnterpriseName)
	o.CreatedAt, o.UpdatedAt = moment(created), moment(updated)
	return o, err
}

func insertOutlet(ctx context.Context, tx *db.Tx, o Outlet) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO outlet (id, enterprise_id, code, name, kind, area, lng, lat, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)`,
		o.ID, o.EnterpriseID, o.Code, o.Name, o.Kind, o.Area, o.Lng, o.Lat, tx.Micros())
	return taken(err, "该企业已有同编号的排放口，请核对编号")
}

func updateOutlet(ctx context.Context, tx *db.Tx, o Outlet) error {
	n, err := db.Exec(ctx, tx, `UPDATE outlet SET code = $1, name = $2, kind = $3, area = $4, lng = $5, lat = $6, updated_at = $7, version = version + 1
		WHERE id = $8 AND version = $9`,
		o.Code, o.Name, o.Kind, o.Area, o.Lng, o.Lat, tx.Micros(), o.ID, o.Version)
	return moved(n, taken(err, "该企业已有同编号的排放口，请核对编号"))
}

// AllOutlets reads every outlet without asking a policy, for work that nobody
// asked for.
func AllOutlets(ctx context.Context, tx *db.Tx) ([]Outlet, error) {
	return db.All(ctx, tx, scanOutlet, `SELECT `+outletColumns+` FROM `+outletTables+` ORDER BY o.id`)
}

// OutletByID reads an outlet without asking a policy, for other features'
// transactions.
func OutletByID(ctx context.Context, tx *db.Tx, id string) (Outlet, error) {
	o, err := db.One(ctx, tx, scanOutlet, `SELECT `+outletColumns+` FROM `+outletTables+` WHERE o.id = $1`, id)
	if db.IsMissing(err) {
		return o, fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
	}
	return o, err
}

// OutletsOf reads every outlet of an enterprise. It asks no policy.
func OutletsOf(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Outlet, error) {
	return db.All(ctx, tx, scanOutlet, `SELECT `+outletColumns+` FROM `+outletTables+` WHERE o.enterprise_id = $1 ORDER BY o.code, o.name, o.id`, enterpriseID)
}

func listOutlets(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, c auth.Capability, q Query) (db.Page[Outlet], error) {
	var args []any
	where := p.Where(a, c, auth.Columns{Area: "o.area", Enterprise: "o.enterprise_id"}, &args)
	put := placer(&args)
	if q.Area != "" {
		where += ` AND o.area LIKE ` + put(auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		where += ` AND o.enterprise_id = ` + put(q.EnterpriseID)
	}
	if q.Kind != "" {
		where += ` AND o.kind = ` + put(q.Kind)
	}
	if q.Text != "" {
		t := put(db.LikeAny(q.Text))
		where += ` AND (o.name LIKE ` + t + ` ESCAPE '\' OR o.code LIKE ` + t + ` ESCAPE '\' OR e.name LIKE ` + t + ` ESCAPE '\'` + byInitials(q.Text, put) + `)`
	}
	if q.IDs != nil {
		where += ` AND ` + oneOf("o.id", q.IDs, put)
	}
	if len(q.NotIDs) > 0 {
		where += ` AND NOT ` + oneOf("o.id", q.NotIDs, put)
	}
	return list(ctx, tx, q, scanOutlet, outletColumns, outletTables, `o`, where, args,
		func(o Outlet) (string, string) { return o.Name, o.ID })
}

func oneOf(column string, ids []string, put func(any) string) string {
	if len(ids) == 0 {
		return `FALSE`
	}
	in := make([]string, len(ids))
	for i, id := range ids {
		in[i] = put(id)
	}
	return column + ` IN (` + strings.Join(in, ", ") + `)`
}

// list reads one page ordered by name and id; alias is the table whose name and
// id columns make the key.
func list[T any](ctx context.Context, tx *db.Tx, q Query, scan func(db.Scanner) (T, error), columns, tables, alias, where string, args []any, key func(T) (string, string)) (db.Page[T], error) {
	var page db.Page[T]
	var err error
	from := ` FROM ` + tables + ` WHERE ` + where
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1`+from, args...); err != nil {
		return page, err
	}
	put := placer(&args)
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return page, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		name, id := put(k[0]), put(k[1])
		from += fmt.Sprintf(` AND (%[1]s.name > %[2]s OR %[1]s.name = %[2]s AND %[1]s.id > %[3]s)`, alias, name, id)
	}
	page.Items, err = db.All(ctx, tx, scan, `SELECT `+columns+from+fmt.Sprintf(` ORDER BY %[1]s.name, %[1]s.id LIMIT %[2]d`, alias, q.limit()+1), args...)
	if err == nil && len(page.Items) > q.limit() {
		page.Items = page.Items[:q.limit()]
		page.Next = db.Cursor(key(page.Items[len(page.Items)-1]))
	}
	return page, err
}

const limitColumns = `id, outlet_id, factor, upper, lower, statistic, standard, article, valid_from, valid_to, created_by, created_at, ended_by`

func scanLimit(s db.Scanner) (Limit, error) {
	var l Limit
	var upper, lower *string
	var from, to, created int64
	err := s.Scan(&l.ID, &l.OutletID, &l.Factor, &upper, &lower, &l.Statistic, &l.Standard, &l.Article, &from, &to, &l.CreatedBy, &created, &l.EndedBy)
	if err != nil {
		return l, err
	}
	l.ValidFrom, l.ValidTo, l.CreatedAt = moment(from), moment(to), moment(created)
	if l.Upper, err = number(upper); err != nil {
		return l, err
	}
	l.Lower, err = number(lower)
	return l, err
}

// LimitsOf reads every limit, past and present, of an outlet, newest first.
func LimitsOf(ctx context.Context, tx *db.Tx, outletID string) ([]Limit, error) {
	return db.All(ctx, tx, scanLimit, `SELECT `+limitColumns+` FROM outlet_limit WHERE outlet_id = $1
		ORDER BY factor, statistic, valid_from DESC`, outletID)
}

// AllLimits reads the limits of every outlet, for rules that keep them in
// memory; LimitsChanged tells when to read them again.
func AllLimits(ctx context.Context, tx *db.Tx) ([]Limit, error) {
	return db.All(ctx, tx, scanLimit, `SELECT `+limitColumns+` FROM outlet_limit ORDER BY outlet_id, factor, statistic, valid_from DESC`)
}

func limitsFor(ctx context.Context, tx *db.Tx, outletIDs []string) ([]Limit, error) {
	var args []any
	where := oneOf("outlet_id", outletIDs, placer(&args))
	return db.All(ctx, tx, scanLimit, `SELECT `+limitColumns+` FROM outlet_limit WHERE `+where+` ORDER BY outlet_id, factor, statistic, valid_from DESC`, args...)
}

func limitByID(ctx context.Context, tx *db.Tx, id string) (Limit, error) {
	l, err := db.One(ctx, tx, scanLimit, `SELECT `+limitColumns+` FROM outlet_limit WHERE id = $1`+tx.ForUpdate(), id)
	if db.IsMissing(err) {
		return l, fault.NotFoundf("没有这条限值，请刷新后重试")
	}
	return l, err
}

func insertLimit(ctx context.Context, tx *db.Tx, l Limit) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO outlet_limit (id, outlet_id, factor, upper, lower, statistic, standard, article, valid_from, valid_to, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		l.ID, l.OutletID, l.Factor, text(l.Upper), text(l.Lower), l.Statistic, l.Standard, l.Article, l.ValidFrom.UnixMicro(), micros(l.ValidTo), l.CreatedBy, tx.Micros())
	return err
}

func endLimit(ctx context.Context, tx *db.Tx, id, by string, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE outlet_limit SET valid_to = $1, ended_by = $2 WHERE id = $3`, at.UnixMicro(), by, id)
	return err
}

// lockOutlet makes changes of one outlet's limits wait for each other.
func lockOutlet(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM outlet WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

func placer(args *[]any) func(any) string {
	return func(v any) string {
		*args = append(*args, v)
		return fmt.Sprintf("$%d", len(*args))
	}
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func number(s *string) (*decimal.Decimal, error) {
	if s == nil {
		return nil, nil
	}
	d, err := decimal.Parse(*s)
	return &d, err
}

func text(d *decimal.Decimal) *string {
	if d == nil {
		return nil
	}
	s := d.String()
	return &s
}

func taken(err error, sentence string) error {
	if db.IsUnique(err) {
		return fault.Conflictf("%s", sentence).Because(err)
	}
	return err
}

func moved(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.Conflictf("内容已被他人修改，请刷新后重试")
	}
	return err
}
