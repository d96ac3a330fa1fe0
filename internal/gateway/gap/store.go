package gap

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

func scanRhythm(s db.Scanner) (r rhythm, err error) {
	err = s.Scan(&r.DeviceID, &r.CN, &r.Last, &r.Pace, &r.Seen, &r.Least, &r.Other, &r.Streak, &r.Until)
	return r, err
}

const rhythmColumns = `device_id, cn, last_at, pace, seen, least, other, streak, until`

func rhythms(ctx context.Context, tx *db.Tx, cn hj212.Command) (map[string]rhythm, error) {
	list, err := db.All(ctx, tx, scanRhythm, `SELECT `+rhythmColumns+` FROM device_rhythm WHERE cn = $1`, int64(cn))
	out := make(map[string]rhythm, len(list))
	for _, r := range list {
		out[r.DeviceID] = r
	}
	return out, err
}

// saveRhythm writes how far a device was looked at, unless another process was
// faster: was is where it stood.
func saveRhythm(ctx context.Context, tx *db.Tx, r *rhythm, known bool, was int64) (bool, error) {
	if !known {
		n, err := db.Exec(ctx, tx, `INSERT INTO device_rhythm (`+rhythmColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			r.DeviceID, int64(r.CN), r.Last, r.Pace, r.Seen, r.Least, r.Other, r.Streak, r.Until)
		return n == 1, err
	}
	n, err := db.Exec(ctx, tx, `UPDATE device_rhythm SET last_at = $1, pace = $2, seen = $3, least = $4, other = $5, streak = $6, until = $7
		WHERE device_id = $8 AND cn = $9 AND until = $10`, r.Last, r.Pace, r.Seen, r.Least, r.Other, r.Streak, r.Until, r.DeviceID, int64(r.CN), was)
	return n == 1, err
}

func dropRhythms(ctx context.Context, tx *db.Tx, cn hj212.Command, devices []string) error {
	for _, id := range devices {
		if _, err := tx.ExecContext(ctx, `DELETE FROM device_rhythm WHERE device_id = $1 AND cn = $2`, id, int64(cn)); err != nil {
			return err
		}
	}
	return nil
}

// dayCount is what is added to the counts of a day.
type dayCount struct{ came, late, missing int64 }

func addDays(ctx context.Context, tx *db.Tx, device string, cn hj212.Command, days map[int64]dayCount) error {
	for day, c := range days {
		_, err := tx.ExecContext(ctx, `INSERT INTO device_day (device_id, cn, day, came, late, missing) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (device_id, day, cn) DO UPDATE SET came = device_day.came + excluded.came, late = device_day.late + excluded.late, missing = device_day.missing + excluded.missing`,
			device, int64(cn), day, c.came, c.late, c.missing)
		if err != nil {
			return err
		}
	}
	return nil
}

// dayRow is one day of one kind, over some devices.
type dayRow struct {
	cn  hj212.Command
	day int64
	dayCount
}

func scanDay(s db.Scanner) (r dayRow, err error) {
	err = s.Scan(&r.cn, &r.day, &r.came, &r.late, &r.missing)
	return r, err
}

func daysOf(ctx context.Context, tx *db.Tx, devices []string, from, to int64) ([]dayRow, error) {
	var f db.Filter
	f.In("device_id", devices)
	f.Add("day >= ? AND day < ?", from, to)
	return db.All(ctx, tx, scanDay, `SELECT cn, day, SUM(came), SUM(late), SUM(missing) FROM device_day WHERE `+f.Where()+` GROUP BY cn, day ORDER BY day, cn`, f.Args...)
}

const gapColumns = `g.id, g.device_id, g.outlet_id, g.enterprise_id, g.area, g.cn, g.first_at, g.last_at, g.step, g.slots, g.state, g.attempts, g.next_at,
	g.command_id, g.reason, g.found_at, g.ended_at, g.version, COALESCE(d.mn, '')`

const gapTables = ` FROM device_gap g LEFT JOIN device d ON d.id = g.device_id `

func scanGap(s db.Scanner) (g Gap, err error) {
	var next, found, ended int64
	err = s.Scan(&g.ID, &g.DeviceID, &g.OutletID, &g.EnterpriseID, &g.Area, &g.CN, &g.First, &g.Last, &g.Step, &g.Slots, &g.State, &g.Attempts, &next,
		&g.CommandID, &g.Reason, &found, &ended, &g.Version, &g.MN)
	g.NextAt, g.FoundAt = time.UnixMicro(next).UTC(), time.UnixMicro(found).UTC()
	if ended != 0 {
		g.EndedAt = time.UnixMicro(ended).UTC()
	}
	return g, err
}

func insertGap(ctx context.Context, tx *db.Tx, g *Gap) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO device_gap (id, device_id, outlet_id, enterprise_id, area, cn, first_at, last_at, step, slots, state, attempts, next_at,
		command_id, reason, found_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		g.ID, g.DeviceID, g.OutletID, g.EnterpriseID, g.Area, int64(g.CN), g.First, g.Last, g.Step, g.Slots, g.State, g.Attempts, g.NextAt.UnixMicro(),
		g.CommandID, g.Reason, g.FoundAt.UnixMicro(), ended(g))
	return err
}

func ended(g *Gap) int64 {
	if g.EndedAt.IsZero() {
		return 0
	}
	return g.EndedAt.UnixMicro()
}

func saveGap(ctx context.Context, tx *db.Tx, g *Gap) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE device_gap SET first_at = $1, last_at = $2, slots = $3, state = $4, attempts = $5, next_at = $6, command_id = $7, reason = $8,
		ended_at = $9, version = version + 1 WHERE id = $10 AND version = $11`,
		g.First, g.Last, g.Slots, g.State, g.Attempts, g.NextAt.UnixMicro(), g.CommandID, g.Reason, ended(g), g.ID, g.Version)
	if n == 1 {
		g.Version++
	}
	return n == 1, err
}

// lengthen lets an open gap that nobody was asked for go on.
func lengthen(ctx context.Context, tx *db.Tx, device string, cn hj212.Command, g run) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE device_gap SET last_at = $1, slots = slots + $2, version = version + 1
		WHERE device_id = $3 AND cn = $4 AND last_at = $5 AND step = $6 AND state = $7 AND attempts = 0`,
		g.Last, g.Slots, device, int64(cn), g.First-g.Step, g.Step, Open)
	return n > 0, err
}

func dueGaps(ctx context.Context, tx *db.Tx, state flow.State, limit int) ([]Gap, error) {
	return db.All(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE g.state = $1 AND g.next_at <= $2 ORDER BY g.next_at, g.id LIMIT $3`, state, tx.Micros(), limit)
}

// dueOf is dueGaps of the kinds that can be called back, or of realtime data.
func dueOf(ctx context.Context, tx *db.Tx, state flow.State, callable bool, limit int) ([]Gap, error) {
	which := "="
	if callable {
		which = "<>"
	}
	return db.All(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE g.state = $1 AND g.next_at <= $2 AND g.cn `+which+` $3 ORDER BY g.next_at, g.id LIMIT $4`,
		state, tx.Micros(), int64(Kinds[0].CN), limit)
}

// askedGaps lists the gaps with a call-back under way; the pace bounds them.
func askedGaps(ctx context.Context, tx *db.Tx) ([]Gap, error) {
	return db.All(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE g.state = $1 ORDER BY g.next_at, g.id LIMIT 10000`, Asked)
}

// askedDevices are the devices with a call-back under way.
func askedDevices(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	list, err := db.All(ctx, tx, db.Value[string], `SELECT DISTINCT device_id FROM device_gap WHERE state = $1`, Asked)
	out := make(map[string]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

func postpone(ctx context.Context, tx *db.Tx, id string, to time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE device_gap SET next_at = $1 WHERE id = $2`, to.UnixMicro(), id)
	return err
}

func gapByID(ctx context.Context, tx *db.Tx, id string) (Gap, error) {
	return db.One(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE g.id = $1`+lock(tx), id)
}

func lock(tx *db.Tx) string {
	if l := tx.ForUpdate(); l != "" {
		return l + " OF g"
	}
	return ""
}

// lostIn lists the lost gaps of devices that touch a stretch of time.
func lostIn(ctx context.Context, tx *db.Tx, devices []string, from, to int64) ([]Gap, error) {
	var f db.Filter
	f.In("g.device_id", devices)
	f.Add("g.state = ? AND g.last_at >= ? AND g.first_at < ?", Lost, from, to)
	return db.All(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE `+f.Where(), f.Args...)
}

func listGaps(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) (page db.Page[Gap], err error) {
	var f db.Filter
	f.Add(p.Where(a, auth.TelemetryRead, auth.Columns{Area: "g.area", Enterprise: "g.enterprise_id"}, &f.Args))
	for _, c := range []struct{ cond, v string }{{"g.outlet_id = ?", q.OutletID}, {"g.device_id = ?", q.DeviceID}} {
		if c.v != "" {
			f.Add(c.cond, c.v)
		}
	}
	f.In("g.state", q.States)
	if k := kindNamed(q.Kind); k != nil {
		f.Add("g.cn = ?", int64(k.CN))
	}
	if !q.From.IsZero() {
		f.Add("g.last_at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("g.first_at < ?", q.To.UnixMicro())
	}
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1`+gapTables+`WHERE `+f.Where(), f.Args...); err != nil {
		return page, err
	}
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return page, errCursor
		}
		at, err := time.Parse(time.RFC3339Nano, k[0])
		if err != nil {
			return page, errCursor
		}
		f.Add("(g.first_at < ? OR g.first_at = ? AND g.id < ?)", at.UnixMicro(), at.UnixMicro(), k[1])
	}
	page.Items, err = db.All(ctx, tx, scanGap, `SELECT `+gapColumns+gapTables+`WHERE `+f.Where()+` ORDER BY g.first_at DESC, g.id DESC LIMIT `+f.Put(q.Limit+1), f.Args...)
	if err == nil && len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		last := page.Items[q.Limit-1]
		page.Next = db.Cursor(last.From().Format(time.RFC3339Nano), last.ID)
	}
	return page, err
}

// trim removes what nobody looks at any more.
func trim(ctx context.Context, tx *db.Tx, now time.Time) error {
	for _, x := range []struct {
		query string
		age   time.Duration
		arg   any
	}{
		{`DELETE FROM device_gap WHERE ended_at > 0 AND ended_at < $1 AND state = $2`, keepClosed, Closed},
		{`DELETE FROM device_gap WHERE ended_at > 0 AND ended_at < $1 AND state = $2`, keepLost, Lost},
		{`DELETE FROM device_gap WHERE ended_at > 0 AND ended_at < $1 AND cn = $2`, keepClosed, int64(Kinds[0].CN)},
	} {
		if _, err := tx.ExecContext(ctx, x.query, now.Add(-x.age).UnixMicro(), x.arg); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM device_day WHERE day < $1`, now.Add(-keepDays).UnixMicro())
	return err
}
