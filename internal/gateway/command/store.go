package command

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const commandColumns = `c.id, c.device_id, c.mn, c.route, c.outlet_id, c.enterprise_id, c.area, c.name, c.cn, c.params, c.secret, c.origin, c.state, c.qn, c.attempts,
	c.due_at, c.expires_at, c.range_from, c.range_to, c.answer, c.outcome, c.result, c.note, c.frames, c.asked_by, c.asked_name, c.asked_at, c.sent_at, c.accepted_at,
	c.ended_at, c.version, COALESCE(o.name, ''), COALESCE(e.name, '')`

const commandTables = ` FROM device_command c LEFT JOIN outlet o ON o.id = c.outlet_id LEFT JOIN enterprise e ON e.id = c.enterprise_id `

func scanCommand(s db.Scanner) (Command, error) {
	var c Command
	var params, result string
	var due, expires, from, to, asked, sent, accepted, ended int64
	err := s.Scan(&c.ID, &c.DeviceID, &c.MN, &c.Route, &c.OutletID, &c.EnterpriseID, &c.Area, &c.Name, &c.CN, &params, &c.secret, &c.Origin, &c.State, &c.QN, &c.Attempts,
		&due, &expires, &from, &to, &c.Answer, &c.Outcome, &result, &c.Note, &c.Frames, &c.AskedBy, &c.AskedName, &asked, &sent, &accepted,
		&ended, &c.Version, &c.OutletName, &c.EnterpriseName)
	if err != nil {
		return c, err
	}
	c.DueAt, c.ExpiresAt, c.From, c.To = moment(due), moment(expires), moment(from), moment(to)
	c.AskedAt, c.SentAt, c.AcceptedAt, c.EndedAt = moment(asked), moment(sent), moment(accepted), moment(ended)
	if err := json.Unmarshal([]byte(params), &c.Params); err != nil {
		return c, err
	}
	if result != "" {
		err = json.Unmarshal([]byte(result), &c.Result)
	}
	return c, err
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

func insertCommand(ctx context.Context, tx *db.Tx, c *Command) error {
	params, err := json.Marshal(c.Params)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO device_command (id, device_id, mn, route, outlet_id, enterprise_id, area, name, cn, params, secret, origin, state, rank,
		due_at, expires_at, range_from, range_to, asked_by, asked_name, asked_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 1)`,
		c.ID, c.DeviceID, c.MN, c.Route, c.OutletID, c.EnterpriseID, c.Area, c.Name, c.CN, string(params), c.secret, c.Origin, c.State, priority[c.Origin]+c.ID,
		micros(c.DueAt), micros(c.ExpiresAt), micros(c.From), micros(c.To), c.AskedBy, c.AskedName, micros(c.AskedAt))
	return err
}

// saveCommand writes what the exchange changes, unless another node was faster.
func saveCommand(ctx context.Context, tx *db.Tx, c *Command) (bool, error) {
	result := ""
	if len(c.Result) > 0 {
		text, err := json.Marshal(c.Result)
		if err != nil {
			return false, err
		}
		result = string(text)
	}
	n, err := db.Exec(ctx, tx, `UPDATE device_command SET state = $1, qn = $2, attempts = $3, due_at = $4, answer = $5, outcome = $6, result = $7, note = $8, frames = $9,
		sent_at = $10, accepted_at = $11, ended_at = $12, secret = $13, version = version + 1 WHERE id = $14 AND version = $15`,
		c.State, c.QN, c.Attempts, micros(c.DueAt), c.Answer, c.Outcome, result, c.Note, c.Frames,
		micros(c.SentAt), micros(c.AcceptedAt), micros(c.EndedAt), c.secret, c.ID, c.Version)
	if n == 1 {
		c.Version++
	}
	return n == 1, err
}

func commandByID(ctx context.Context, tx *db.Tx, id string) (Command, error) {
	return db.One(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.id = $1`, id)
}

// openNow lists what is under way, and of each route what comes next.
func openNow(ctx context.Context, tx *db.Tx) (under, heads []Command, err error) {
	if under, err = db.All(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.state IN ('sent', 'accepted') ORDER BY c.route, c.rank`); err != nil {
		return nil, nil, err
	}
	heads, err = db.All(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`
		JOIN (SELECT route, MIN(rank) AS rank FROM device_command WHERE state = 'pending' GROUP BY route) h ON h.route = c.route AND h.rank = c.rank
		WHERE c.state = 'pending' ORDER BY c.rank`)
	return under, heads, err
}

// outlived lists what waited too long to be sent.
func outlived(ctx context.Context, tx *db.Tx) ([]Command, error) {
	return db.All(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.state = 'pending' AND c.expires_at <= $1 ORDER BY c.rank LIMIT 500`, tx.Micros())
}

// underWay is the command of an MN that is answered with this QN.
func underWay(ctx context.Context, tx *db.Tx, mn, qn string) (Command, error) {
	return db.One(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.state IN ('sent', 'accepted') AND c.mn = $1 AND c.qn = $2`+locked(tx), mn, qn)
}

// underWayByQN finds the command when the station answers under another MN, as
// one does that has just been given its MN.
func underWayByQN(ctx context.Context, tx *db.Tx, name, qn string) (Command, error) {
	return db.One(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.state IN ('sent', 'accepted') AND c.name = $1 AND c.qn = $2`+locked(tx), name, qn)
}

// lockCommand is commandByID for a command that is written next.
func lockCommand(ctx context.Context, tx *db.Tx, id string) (Command, error) {
	return db.One(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE c.id = $1`+locked(tx), id)
}

// locked is the suffix that keeps the commands' rows from changing meanwhile.
func locked(tx *db.Tx) string {
	if lock := tx.ForUpdate(); lock != "" {
		return lock + " OF c"
	}
	return ""
}

func countOpen(ctx context.Context, tx *db.Tx, deviceID string) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM device_command WHERE device_id = $1 AND state IN ('pending', 'sent', 'accepted')`, deviceID)
}

// openOf counts a device's open commands of a name and origin, "" for any origin.
func openOf(ctx context.Context, tx *db.Tx, route, name string, origin Origin) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM device_command WHERE route = $1 AND name = $2 AND (origin = $3 OR $3 = '') AND state IN ('pending', 'sent', 'accepted')`, route, name, string(origin))
}

func filter(p auth.Policy, a auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(p.Where(a, auth.TelemetryRead, auth.Columns{Area: "c.area", Enterprise: "c.enterprise_id"}, &f.Args))
	if q.DeviceID != "" {
		f.Add("c.device_id = ?", q.DeviceID)
	}
	if q.OutletID != "" {
		f.Add("c.outlet_id = ?", q.OutletID)
	}
	if q.Area != "" {
		f.Add("c.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Origin != "" {
		f.Add("c.origin = ?", q.Origin)
	}
	f.In("c.state", q.States)
	f.Has(q.Text, "c.mn", "o.name", "e.name")
	return f
}

func listCommands(ctx context.Context, tx *db.Tx, p auth.Policy, a auth.Actor, q Query) (page db.Page[Command], err error) {
	f := filter(p, a, q)
	if page.Total, page.Capped, err = db.Count(ctx, tx, `SELECT 1`+commandTables+`WHERE `+f.Where(), f.Args...); err != nil {
		return page, err
	}
	if q.Cursor != "" {
		k, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, errCursor
		}
		f.Add("c.id < ?", k[0])
	}
	page.Items, err = db.All(ctx, tx, scanCommand, `SELECT `+commandColumns+commandTables+`WHERE `+f.Where()+` ORDER BY c.id DESC LIMIT `+f.Put(q.Limit+1), f.Args...)
	if err == nil && len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		page.Next = db.Cursor(page.Items[q.Limit-1].ID)
	}
	return page, err
}

func linkOf(ctx context.Context, tx *db.Tx, deviceID string) (Link, error) {
	links, err := linksOf(ctx, tx, []string{deviceID})
	return links[deviceID], err
}

// linksOf reads how devices are spoken to, the defaults where nothing was set.
func linksOf(ctx context.Context, tx *db.Tx, ids []string) (map[string]Link, error) {
	out := map[string]Link{}
	for _, id := range ids {
		out[id] = Link{DeviceID: id, MinInterval: 10, Callback: true}
	}
	for start := 0; start < len(ids); start += 500 {
		var f db.Filter
		f.In("device_id", ids[start:min(start+500, len(ids))])
		list, err := db.All(ctx, tx, scanLink, `SELECT `+linkColumns+` FROM device_link WHERE `+f.Where(), f.Args...)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			out[l.DeviceID] = l
		}
	}
	return out, nil
}

const linkColumns = `device_id, link, over_time, re_count, min_interval, greet, callback, updated_at, version`

func scanLink(s db.Scanner) (Link, error) {
	var l Link
	var updated int64
	err := s.Scan(&l.DeviceID, &l.Link, &l.OverTime, &l.ReCount, &l.MinInterval, &l.Greet, &l.Callback, &updated, &l.Version)
	l.UpdatedAt = moment(updated)
	return l, err
}

func saveLink(ctx context.Context, tx *db.Tx, l *Link) (bool, error) {
	if l.Version == 0 {
		_, err := tx.ExecContext(ctx, `INSERT INTO device_link (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`,
			l.DeviceID, l.Link, l.OverTime, l.ReCount, l.MinInterval, l.Greet, l.Callback, tx.Micros())
		l.Version = 1
		return !db.IsUnique(err), ignoreUnique(err)
	}
	n, err := db.Exec(ctx, tx, `UPDATE device_link SET link = $1, over_time = $2, re_count = $3, min_interval = $4, greet = $5, callback = $6, updated_at = $7, version = version + 1
		WHERE device_id = $8 AND version = $9`, l.Link, l.OverTime, l.ReCount, l.MinInterval, l.Greet, l.Callback, tx.Micros(), l.DeviceID, l.Version)
	l.Version++
	return n == 1, err
}

func ignoreUnique(err error) error {
	if db.IsUnique(err) {
		return nil
	}
	return err
}

// insertExchanges keeps frames of exchanges.
func insertExchanges(ctx context.Context, tx *db.Tx, list []Exchange) error {
	for start := 0; start < len(list); start += 50 {
		part := list[start:min(start+50, len(list))]
		var f db.Filter
		rows := make([]string, len(part))
		for i, x := range part {
			marks := make([]string, 0, 10)
			for _, v := range []any{x.ID, x.At.UnixMicro(), x.DeviceID, x.MN, x.Direction, x.CN, x.QN, x.CommandID, x.Address, x.Text} {
				marks = append(marks, f.Put(v))
			}
			rows[i] = "(" + strings.Join(marks, ", ") + ")"
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO device_exchange (id, at, device_id, mn, direction, cn, qn, command_id, address, text) VALUES `+strings.Join(rows, ", "), f.Args...); err != nil {
			return err
		}
	}
	return nil
}

func scanExchange(s db.Scanner) (Exchange, error) {
	var x Exchange
	var at int64
	err := s.Scan(&x.ID, &at, &x.DeviceID, &x.MN, &x.Direction, &x.CN, &x.QN, &x.CommandID, &x.Address, &x.Text)
	x.At = moment(at)
	return x, err
}

const exchangeColumns = `id, at, device_id, mn, direction, cn, qn, command_id, address, text`

func listExchanges(ctx context.Context, tx *db.Tx, deviceID, commandID, before string, limit int) ([]Exchange, error) {
	var f db.Filter
	if commandID != "" {
		f.Add("command_id = ?", commandID)
	} else {
		f.Add("device_id = ?", deviceID)
	}
	if before != "" {
		f.Add("id < ?", before)
	}
	return db.All(ctx, tx, scanExchange, `SELECT `+exchangeColumns+` FROM device_exchange WHERE `+f.Where()+` ORDER BY id DESC LIMIT `+f.Put(limit), f.Args...)
}

// trim removes what is older than the time: exchanges, and commands that are over.
func trim(ctx context.Context, tx *db.Tx, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM device_exchange WHERE at < $1`, before.UnixMicro()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM device_command WHERE ended_at > 0 AND ended_at < $1 AND origin = 'callback'`, before.UnixMicro())
	return err
}

func scanHardware(s db.Scanner) (Hardware, error) {
	var h Hardware
	var first, last int64
	err := s.Scan(&h.ID, &h.CPU, &h.MAC1, &h.MAC2, &h.Address, &first, &last, &h.MN)
	h.FirstAt, h.LastAt = moment(first), moment(last)
	return h, err
}

const hardwareColumns = `id, cpu, mac1, mac2, address, first_at, last_at, mn`

// putHardware notes a logger. Anybody can send such a report, so the list is
// bounded; a known logger is always noted again.
func putHardware(ctx context.Context, tx *db.Tx, h Hardware) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO device_hardware (`+hardwareColumns+`)
		SELECT CAST($1 AS TEXT), $2, $3, $4, $5, CAST($6 AS BIGINT), CAST($6 AS BIGINT), '' WHERE (SELECT COUNT(*) FROM device_hardware) < 10000 OR EXISTS (SELECT 1 FROM device_hardware WHERE id = $1)
		ON CONFLICT (id) DO UPDATE SET cpu = excluded.cpu, mac1 = excluded.mac1, mac2 = excluded.mac2, address = excluded.address, last_at = excluded.last_at`,
		h.ID, h.CPU, h.MAC1, h.MAC2, h.Address, tx.Micros())
	return err
}

func listHardware(ctx context.Context, tx *db.Tx) ([]Hardware, error) {
	return db.All(ctx, tx, scanHardware, `SELECT `+hardwareColumns+` FROM device_hardware ORDER BY last_at DESC, id LIMIT 500`)
}

func hardwareByID(ctx context.Context, tx *db.Tx, id string) (Hardware, error) {
	return db.One(ctx, tx, scanHardware, `SELECT `+hardwareColumns+` FROM device_hardware WHERE id = $1`, id)
}

func setHardwareMN(ctx context.Context, tx *db.Tx, id, mn string) error {
	_, err := tx.ExecContext(ctx, `UPDATE device_hardware SET mn = $1 WHERE id = $2`, mn, id)
	return err
}

// greetings counts the commands of a first connection that were wished since.
func greetings(ctx context.Context, tx *db.Tx, deviceID string, since time.Time) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM device_command WHERE device_id = $1 AND origin = 'greeting' AND asked_at >= $2`, deviceID, since.UnixMicro())
}

// openCallbacks counts the call-backs of a device that are not over.
func openCallbacks(ctx context.Context, tx *db.Tx, deviceID string) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM device_command WHERE device_id = $1 AND origin = 'callback' AND state IN ('pending', 'sent', 'accepted')`, deviceID)
}
