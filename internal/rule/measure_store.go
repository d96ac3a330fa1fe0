package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const measureColumns = `m.id, m.number, m.kind, m.state, m.alarm_id, a.number, m.enterprise_id, e.name, m.outlet_id, o.name, m.area, m.person, m.due_at, m.overdue,
	m.words, m.result, m.created_by, m.created_at, m.updated_at, m.version`

const measureTables = ` FROM measure m JOIN alarm a ON a.id = m.alarm_id JOIN outlet o ON o.id = m.outlet_id JOIN enterprise e ON e.id = m.enterprise_id `

func scanMeasure(s db.Scanner) (Measure, error) {
	var m Measure
	var due, created, updated int64
	err := s.Scan(&m.ID, &m.Number, &m.Kind, &m.State, &m.AlarmID, &m.AlarmNumber, &m.EnterpriseID, &m.EnterpriseName, &m.OutletID, &m.OutletName, &m.Area, &m.Person, &due, &m.Overdue,
		&m.Words, &m.Result, &m.CreatedBy, &created, &updated, &m.Version)
	m.DueAt, m.CreatedAt, m.UpdatedAt = moment(due), moment(created), moment(updated)
	return m, err
}

func insertMeasure(ctx context.Context, tx *db.Tx, m Measure) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO measure (id, number, kind, state, alarm_id, enterprise_id, outlet_id, area, person, due_at, overdue, words, result, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		m.ID, m.Number, m.Kind, m.State, m.AlarmID, m.EnterpriseID, m.OutletID, m.Area, m.Person, micros(m.DueAt), m.Overdue, m.Words, m.Result, m.CreatedBy, micros(m.CreatedAt), micros(m.UpdatedAt), m.Version)
	return err
}

func saveMeasure(ctx context.Context, tx *db.Tx, m *Measure) error {
	n, err := db.Exec(ctx, tx, `UPDATE measure SET state = $1, person = $2, due_at = $3, overdue = $4, result = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8`,
		m.State, m.Person, micros(m.DueAt), m.Overdue, m.Result, tx.Micros(), m.ID, m.Version)
	if err == nil && n == 0 {
		return errStaleMeasure
	}
	m.Version++
	m.UpdatedAt = tx.Now
	return err
}

func findMeasure(ctx context.Context, tx *db.Tx, id MeasureID) (Measure, error) {
	return db.One(ctx, tx, scanMeasure, `SELECT `+measureColumns+measureTables+`WHERE m.id = $1`, id)
}

func lockMeasure(ctx context.Context, tx *db.Tx, id MeasureID) (Measure, error) {
	lock := tx.ForUpdate()
	if lock != "" {
		lock += " OF m"
	}
	return db.One(ctx, tx, scanMeasure, `SELECT `+measureColumns+measureTables+`WHERE m.id = $1`+lock, id)
}

// measureScope is where the policy looks; a check is not the enterprise's to see.
var measureScope = auth.Columns{Area: "m.area", Person: "m.person", Enterprise: "(CASE WHEN m.kind = 'check' THEN '' ELSE m.enterprise_id END)"}

func (s *Service) measureFilter(actor auth.Actor, q MeasureQuery) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.AlarmRead, measureScope, &f.Args))
	f.In("m.kind", q.Kinds)
	f.In("m.state", q.States)
	if q.Area != "" {
		f.Add("m.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.AlarmID != "" {
		f.Add("m.alarm_id = ?", q.AlarmID)
	}
	if q.EventID != "" {
		f.Add("a.event_id = ?", q.EventID)
	}
	if q.EnterpriseID != "" {
		f.Add("m.enterprise_id = ?", q.EnterpriseID)
	}
	if q.Mine != "" {
		f.Add("m.person = ?", q.Mine)
	}
	if q.Overdue {
		f.Add("m.overdue = TRUE AND m.state IN ('issued', 'assigned')")
	}
	f.Has(q.Text, "m.number", "e.name", "m.words")
	return f
}

func (s *Service) listMeasures(ctx context.Context, tx *db.Tx, actor auth.Actor, q MeasureQuery, before string, limit int) ([]Measure, error) {
	f := s.measureFilter(actor, q)
	if before != "" {
		f.Add("m.id < ?", before)
	}
	return db.All(ctx, tx, scanMeasure, `SELECT `+measureColumns+measureTables+`WHERE `+f.Where()+` ORDER BY m.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countMeasures(ctx context.Context, tx *db.Tx, actor auth.Actor, q MeasureQuery) (int, bool, error) {
	f := s.measureFilter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+measureTables+`WHERE `+f.Where(), f.Args...)
}

// supervised reports whether the enterprise is under key supervision.
func supervised(ctx context.Context, tx *db.Tx, enterprise string) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM measure WHERE enterprise_id = $1 AND state = 'supervised' AND due_at > $2`, enterprise, tx.Micros())
	return n > 0, err
}

// supervisedUntil gives the enterprises under key supervision, each with its end.
func supervisedUntil(ctx context.Context, tx *db.Tx) (map[string]time.Time, error) {
	type row struct {
		id    string
		until int64
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.id, &r.until)
		return r, err
	}, `SELECT enterprise_id, MAX(due_at) FROM measure WHERE state = 'supervised' AND due_at > $1 GROUP BY enterprise_id`, tx.Micros())
	out := make(map[string]time.Time, len(list))
	for _, r := range list {
		out[r.id] = moment(r.until)
	}
	return out, err
}

// waitingFor are the measures that wait for an enterprise, or hold over it.
func waitingFor(ctx context.Context, tx *db.Tx, enterprise string) ([]Measure, error) {
	return db.All(ctx, tx, scanMeasure, `SELECT `+measureColumns+measureTables+`WHERE m.enterprise_id = $1 AND (m.kind = 'warning' AND m.state = 'issued' OR m.kind = 'supervision' AND m.state = 'supervised' AND m.due_at > $2)
		ORDER BY m.due_at LIMIT 50`, enterprise, tx.Micros())
}

// its is the condition of the measures of an alarm, or of its event.
const its = `(alarm_id = $1 OR $2 <> '' AND alarm_id IN (SELECT id FROM alarm WHERE event_id = $2))`

// answered reports whether the bureau has answered the alarm, or its event, with a
// measure that was not taken back.
func answered(ctx context.Context, tx *db.Tx, a *Alarm) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM measure WHERE `+its+` AND state <> 'revoked'`, a.ID, a.EventID)
	return n > 0, err
}

// underway reports whether the alarm, or its event, has an unfinished measure of the
// kind.
func underway(ctx context.Context, tx *db.Tx, a *Alarm, kind MeasureKind) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM measure WHERE `+its+` AND kind = $3 AND state IN ('issued', 'answered', 'assigned')`, a.ID, a.EventID, kind)
	return n > 0, err
}

// pastOf counts what an enterprise's past since then holds.
func pastOf(ctx context.Context, tx *db.Tx, enterprise string, since time.Time) (p Past, err error) {
	p.Warnings, err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM measure WHERE enterprise_id = $1 AND kind = 'warning' AND state <> 'revoked' AND created_at >= $2`, enterprise, micros(since))
	if err != nil {
		return p, err
	}
	p.Confirmed, err = db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM alarm WHERE enterprise_id = $1 AND verdict = 'true' AND created_at >= $2`, enterprise, micros(since))
	if err != nil {
		return p, err
	}
	p.Supervised, err = supervised(ctx, tx, enterprise)
	return p, err
}
