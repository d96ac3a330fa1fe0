package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const eventColumns = `v.id, v.number, v.grouped_by, v.state, v.enterprise_id, e.name, v.area, v.created_at, v.updated_at, v.version`

const eventTables = ` FROM alarm_event v JOIN enterprise e ON e.id = v.enterprise_id `

func scanEvent(s db.Scanner) (Event, error) {
	var v Event
	var created, updated int64
	err := s.Scan(&v.ID, &v.Number, &v.Grouping, &v.State, &v.EnterpriseID, &v.EnterpriseName, &v.Area, &created, &updated, &v.Version)
	v.CreatedAt, v.UpdatedAt = moment(created), moment(updated)
	return v, err
}

func insertEvent(ctx context.Context, tx *db.Tx, v Event) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO alarm_event (id, number, grouped_by, state, enterprise_id, area, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, v.ID, v.Number, v.Grouping, v.State, v.EnterpriseID, v.Area, micros(v.CreatedAt), micros(v.UpdatedAt), v.Version)
	return err
}

// saveEvent writes the state and makes what people saw of the event stale. It locks
// the event's row: alarms are locked before it, never after.
func saveEvent(ctx context.Context, tx *db.Tx, v *Event) error {
	n, err := db.Exec(ctx, tx, `UPDATE alarm_event SET state = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4`, v.State, tx.Micros(), v.ID, v.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	v.Version++
	v.UpdatedAt = tx.Now
	return nil
}

func findEvent(ctx context.Context, tx *db.Tx, id EventID) (Event, error) {
	v, err := db.One(ctx, tx, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE v.id = $1`, id)
	if err != nil {
		return v, err
	}
	v.Alarms, err = membersOf(ctx, tx, []EventID{id})
	return v, err
}

// touchEvent reads an event as it is last, its row locked; the alarms are read
// without.
func touchEvent(ctx context.Context, tx *db.Tx, id EventID) (Event, error) {
	lock := tx.ForUpdate()
	if lock != "" {
		lock += " OF v"
	}
	v, err := db.One(ctx, tx, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE v.id = $1`+lock, id)
	if err != nil {
		return v, err
	}
	v.Alarms, err = membersOf(ctx, tx, []EventID{id})
	return v, err
}

// membersOf reads the alarms of events, oldest first.
func membersOf(ctx context.Context, tx *db.Tx, ids []EventID) ([]Alarm, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var f db.Filter
	f.In("a.event_id", texts(ids))
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE `+f.Where()+` ORDER BY a.id`, f.Args...)
}

// lockTogether reads an alarm and those of its event, locked in the order of their
// ids.
func lockTogether(ctx context.Context, tx *db.Tx, ids []ID, events []EventID) ([]Alarm, error) {
	var f db.Filter
	f.In("a.id", texts(ids))
	where := f.Where()
	if len(events) > 0 {
		var g db.Filter
		g.Args = f.Args
		g.In("a.event_id", texts(events))
		where, f.Args = "("+where+" OR "+g.Where()+")", g.Args
	}
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE `+where+` ORDER BY a.id`+locked(tx), f.Args...)
}

func texts[T ~string](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// openOf reads the alarms of an enterprise that are not cleared, and those cleared
// ones that share an event with them, oldest first.
func openOf(ctx context.Context, tx *db.Tx, enterprise string) ([]Alarm, error) {
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.enterprise_id = $1 AND (a.state <> 'cleared'
		OR a.event_id IN (SELECT id FROM alarm_event WHERE enterprise_id = $1 AND state = 'active')) ORDER BY a.id`, enterprise)
}

// enter writes that an alarm belongs to an event; it makes what people saw of the
// alarm stale.
func enter(ctx context.Context, tx *db.Tx, a *Alarm, v EventID) error {
	a.EventID, a.Apart = v, false
	a.Version++
	_, err := tx.ExecContext(ctx, `UPDATE alarm SET event_id = $1, apart = FALSE, version = version + 1 WHERE id = $2`, v, a.ID)
	return err
}

// leave writes that an alarm belongs to none. apart keeps rules from putting it
// anywhere again. Its version grows beyond what people may have seen with the
// event's.
func leave(ctx context.Context, tx *db.Tx, a *Alarm, apart bool, by int64) error {
	a.EventID, a.EventNumber, a.EventVersion, a.Apart = "", "", 0, apart
	a.Version += by
	_, err := tx.ExecContext(ctx, `UPDATE alarm SET event_id = '', apart = $1, version = version + $2 WHERE id = $3`, apart, by, a.ID)
	return err
}

// eventScope is where the policy looks.
var eventScope = auth.Columns{Area: "v.area", Enterprise: "v.enterprise_id", Agency: "(SELECT MAX(x.sector) FROM alarm x WHERE x.event_id = v.id)"}

// EventQuery narrows a list of events. Empty fields do not narrow.
type EventQuery struct {
	Text         string // number or enterprise
	States       []string
	Levels       []string // the highest of an alarm that is not cleared
	Area         string
	EnterpriseID string
	From, To     time.Time // of creation
	Cursor       string
	Limit        int
}

func (s *Service) eventFilter(actor auth.Actor, q EventQuery) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.AlarmRead, eventScope, &f.Args))
	f.In("v.state", q.States)
	if len(q.Levels) > 0 {
		var g db.Filter
		g.Args = f.Args
		g.In("x.level", q.Levels)
		f.Args = g.Args
		f.Add("EXISTS (SELECT 1 FROM alarm x WHERE x.event_id = v.id AND " + g.Where() + ")")
	}
	if q.Area != "" {
		f.Add("v.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("v.enterprise_id = ?", q.EnterpriseID)
	}
	if !q.From.IsZero() {
		f.Add("v.created_at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("v.created_at < ?", q.To.UnixMicro())
	}
	f.Has(q.Text, "v.number", "e.name")
	return f
}

func (s *Service) listEvents(ctx context.Context, tx *db.Tx, actor auth.Actor, q EventQuery, before string, limit int) ([]Event, error) {
	f := s.eventFilter(actor, q)
	if before != "" {
		f.Add("v.id < ?", before)
	}
	list, err := db.All(ctx, tx, scanEvent, `SELECT `+eventColumns+eventTables+`WHERE `+f.Where()+` ORDER BY v.id DESC LIMIT `+f.Put(limit), f.Args...)
	if err != nil {
		return nil, err
	}
	ids, at := make([]EventID, len(list)), map[EventID]*Event{}
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	alarms, err := membersOf(ctx, tx, ids)
	for _, a := range alarms {
		v := at[a.EventID]
		v.Alarms = append(v.Alarms, a)
	}
	return list, err
}

func (s *Service) countEvents(ctx context.Context, tx *db.Tx, actor auth.Actor, q EventQuery) (int, bool, error) {
	f := s.eventFilter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+eventTables+`WHERE `+f.Where(), f.Args...)
}
