package telemetry

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const quarantineColumns = `id, at, address, reason, mn, area, size, raw, dropped, note, noted_by, noted_at`

func scanQuarantined(s db.Scanner) (Quarantined, error) {
	var x Quarantined
	var at, noted int64
	err := s.Scan(&x.ID, &at, &x.Address, &x.Reason, &x.MN, &x.Area, &x.Size, &x.Raw, &x.Dropped, &x.Note, &x.NotedBy, &noted)
	x.At, x.NotedAt = moment(at), moment(noted)
	return x, err
}

func insertQuarantined(ctx context.Context, tx *db.Tx, x *Quarantined) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO quarantine (id, at, address, reason, mn, area, size, raw, dropped)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		x.ID, x.At.UnixMicro(), x.Address, x.Reason, x.MN, x.Area, x.Size, x.Raw, x.Dropped)
	return err
}

var quarantineScope = auth.Columns{Area: "area"}

func quarantinedByID(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, c auth.Capability, id string) (Quarantined, error) {
	args := []any{id}
	where := p.Where(a, c, quarantineScope, &args)
	x, err := db.One(ctx, tx, scanQuarantined, `SELECT `+quarantineColumns+` FROM quarantine WHERE id = $1 AND `+where, args...)
	if db.IsMissing(err) {
		return x, fault.NotFoundf("没有这条隔离记录，可能不在您的管辖范围内")
	}
	return x, err
}

func noteQuarantined(ctx context.Context, tx *db.Tx, x Quarantined) error {
	_, err := db.Exec(ctx, tx, `UPDATE quarantine SET note = $1, noted_by = $2, noted_at = $3 WHERE id = $4`, x.Note, x.NotedBy, x.NotedAt.UnixMicro(), x.ID)
	return err
}

func trimQuarantine(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	return db.Exec(ctx, tx, `DELETE FROM quarantine WHERE at < $1 AND note = ''`, before.UnixMicro())
}

// quarantineWhere narrows to what the actor may see and the query asks; put adds
// further arguments to args.
func quarantineWhere(p auth.Policy, a auth.Actor, q QuarantineQuery) (args *[]any, put func(any) string, from string) {
	args = &[]any{}
	put = func(v any) string {
		*args = append(*args, v)
		return fmt.Sprintf("$%d", len(*args))
	}
	from = ` FROM quarantine q WHERE ` + p.Where(a, auth.QuarantineRead, quarantineScope, args)
	if q.Reason != "" {
		from += ` AND reason = ` + put(q.Reason)
	}
	if q.Text != "" {
		t := put(db.LikeAny(q.Text))
		from += ` AND (mn LIKE ` + t + ` ESCAPE '\' OR address LIKE ` + t + ` ESCAPE '\')`
	}
	if q.Open {
		from += ` AND note = ''`
	}
	if !q.From.IsZero() {
		from += ` AND at >= ` + put(q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		from += ` AND at < ` + put(q.To.UnixMicro())
	}
	return args, put, from
}

// mostGroups is how many groups an answer holds.
const mostGroups = 200

func scanQuarantineGroup(s db.Scanner) (QuarantineGroup, error) {
	var g QuarantineGroup
	var first, last int64
	err := s.Scan(&g.Reason, &g.MN, &g.Runs, &g.Dropped, &g.Open, &g.Address, &first, &last, &g.LastID, &g.Devices, &g.OutletID, &g.Outlet)
	g.FirstAt, g.LastAt = moment(first), moment(last)
	return g, err
}

// groupQuarantined sums up by reason and MN. Ids are in the order of time, so the
// greatest is the newest.
func groupQuarantined(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q QuarantineQuery) ([]QuarantineGroup, error) {
	args, _, from := quarantineWhere(p, a, q)
	return db.All(ctx, tx, scanQuarantineGroup, `SELECT g.reason, g.mn, g.runs, g.dropped, g.unnoted, g.address, g.first_at, g.last_at, g.last_id,
			COUNT(d.id), COALESCE(MAX(o.id), ''), COALESCE(MAX(o.name), '')
		FROM (SELECT reason, mn, COUNT(*) AS runs, COALESCE(SUM(dropped), 0) AS dropped, SUM(CASE WHEN note = '' THEN 1 ELSE 0 END) AS unnoted,
			MAX(address) AS address, MIN(at) AS first_at, MAX(at) AS last_at, MAX(id) AS last_id`+from+`
			GROUP BY reason, mn ORDER BY MAX(at) DESC, reason, mn LIMIT `+fmt.Sprint(mostGroups)+`) g
		LEFT JOIN device d ON d.mn = g.mn AND d.active LEFT JOIN outlet o ON o.id = d.outlet_id
		GROUP BY g.reason, g.mn, g.runs, g.dropped, g.unnoted, g.address, g.first_at, g.last_at, g.last_id
		ORDER BY g.last_at DESC, g.reason, g.mn`, *args...)
}

func listQuarantined(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q QuarantineQuery) (db.Page[Quarantined], error) {
	var page db.Page[Quarantined]
	args, put, from := quarantineWhere(p, a, q)
	var err error
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1`+from, *args...); err != nil {
		return page, err
	}
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return page, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		var us int64
		if _, err := fmt.Sscan(k[0], &us); err != nil {
			return page, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		at, id := put(us), put(k[1])
		from += ` AND (at < ` + at + ` OR at = ` + at + ` AND id < ` + id + `)`
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	page.Items, err = db.All(ctx, tx, scanQuarantined, `SELECT `+quarantineColumns+from+fmt.Sprintf(` ORDER BY at DESC, id DESC LIMIT %d`, limit+1), *args...)
	if err == nil && len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		page.Next = db.Cursor(fmt.Sprint(last.At.UnixMicro()), last.ID)
	}
	return page, err
}
