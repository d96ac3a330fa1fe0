package mark

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const markColumns = `m.id, m.number, m.state, m.outlet_id, o.name, o.kind, m.enterprise_id, e.name, m.area, m.kind, m.family, m.effect, m.flag, m.rules, m.factors,
	m.from_at, m.until_at, m.reason, m.work_order, m.documents, m.proof_due, m.warnings, m.created_by, COALESCE(u.name, m.created_by), m.created_at, m.updated_at, m.version`

const markTables = ` FROM mark m JOIN outlet o ON o.id = m.outlet_id JOIN enterprise e ON e.id = m.enterprise_id LEFT JOIN app_user u ON u.id = m.created_by `

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func scanMark(s db.Scanner) (Mark, error) {
	var m Mark
	var from, until, due, created, updated int64
	var factors, warnings string
	err := s.Scan(&m.ID, &m.Number, &m.State, &m.OutletID, &m.OutletName, &m.OutletKind, &m.EnterpriseID, &m.EnterpriseName, &m.Area, &m.Kind, &m.Family, &m.Effect,
		&m.Flag, &m.Rules, &factors, &from, &until, &m.Reason, &m.WorkOrder, &m.Documents, &due, &warnings, &m.CreatedBy, &m.CreatedByName, &created, &updated, &m.Version)
	if err != nil {
		return m, err
	}
	m.From, m.Until, m.ProofDue, m.CreatedAt, m.UpdatedAt = moment(from), moment(until), moment(due), moment(created), moment(updated)
	if factors != "" {
		m.Factors = strings.Split(factors, ",")
	}
	return m, json.Unmarshal([]byte(warnings), &m.Warnings)
}

func insertMark(ctx context.Context, tx *db.Tx, m Mark) error {
	warnings, err := json.Marshal(m.Warnings)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO mark (id, number, state, outlet_id, enterprise_id, area, kind, family, effect, flag, rules, factors,
		from_at, until_at, reason, work_order, documents, proof_due, warnings, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21, 1)`,
		m.ID, m.Number, m.State, m.OutletID, m.EnterpriseID, m.Area, m.Kind, m.Family, m.Effect, m.Flag, m.Rules, strings.Join(m.Factors, ","),
		micros(m.From), micros(m.Until), m.Reason, m.WorkOrder, m.Documents, micros(m.ProofDue), string(warnings), m.CreatedBy, micros(m.CreatedAt))
	return err
}

// saveMark writes what a step changes, unless another transaction was faster.
func saveMark(ctx context.Context, tx *db.Tx, m *Mark) error {
	n, err := db.Exec(ctx, tx, `UPDATE mark SET state = $1, documents = $2, updated_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		m.State, m.Documents, tx.Micros(), m.ID, m.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	m.Version++
	m.UpdatedAt = tx.Now
	return nil
}

func findMark(ctx context.Context, tx *db.Tx, id ID) (Mark, error) {
	return db.One(ctx, tx, scanMark, `SELECT `+markColumns+markTables+`WHERE m.id = $1`, id)
}

func lockMark(ctx context.Context, tx *db.Tx, id ID) (Mark, error) {
	lock := ""
	if l := tx.ForUpdate(); l != "" {
		lock = l + " OF m"
	}
	return db.One(ctx, tx, scanMark, `SELECT `+markColumns+markTables+`WHERE m.id = $1`+lock, id)
}

// lockOutlet keeps two marks of one outlet from being set at the same time.
func lockOutlet(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM outlet WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

// InForceAt reads the marks in force that touch from <= t < to, of the outlets or,
// with none named, of all, by outlet and time. It asks no policy: computations
// and other features use it.
func InForceAt(ctx context.Context, tx *db.Tx, outlets []string, from, to time.Time) ([]Mark, error) {
	var f db.Filter
	f.Add(`m.state IN ('marked', 'accepted')`)
	f.In("m.outlet_id", outlets)
	f.Add("m.until_at > ? AND m.from_at < ?", from.UnixMicro(), to.UnixMicro())
	return db.All(ctx, tx, scanMark, `SELECT `+markColumns+markTables+`WHERE `+f.Where()+` ORDER BY m.outlet_id, m.from_at, m.id`, f.Args...)
}

func (s *Service) filter(actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.TelemetryRead, auth.Columns{Area: "m.area", Enterprise: "m.enterprise_id"}, &f.Args))
	f.In("m.state", q.States)
	f.In("m.kind", q.Kinds)
	if q.Area != "" {
		f.Add("m.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.OutletID != "" {
		f.Add("m.outlet_id = ?", q.OutletID)
	}
	if q.EnterpriseID != "" {
		f.Add("m.enterprise_id = ?", q.EnterpriseID)
	}
	if !q.From.IsZero() {
		f.Add("m.until_at > ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("m.from_at < ?", q.To.UnixMicro())
	}
	f.Has(q.Text, "m.number", "m.reason", "e.name", "o.name")
	return f
}

func (s *Service) listMarks(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Mark, error) {
	f := s.filter(actor, q)
	if before != "" {
		f.Add("m.id < ?", before)
	}
	return db.All(ctx, tx, scanMark, `SELECT `+markColumns+markTables+`WHERE `+f.Where()+` ORDER BY m.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countMarks(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+markTables+`WHERE `+f.Where(), f.Args...)
}
