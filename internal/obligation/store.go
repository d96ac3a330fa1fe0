package obligation

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const columns = `b.id, b.enterprise_id, e.name, b.outlet_id, COALESCE(o.name, ''), b.area, b.rule, b.title, b.basis, b.todo, b.period,
	b.from_at, b.until_at, b.soon_at, b.due_at, b.state, b.done_at, b.created_at, b.updated_at, b.version`

const tables = ` FROM obligation b JOIN enterprise e ON e.id = b.enterprise_id LEFT JOIN outlet o ON o.id = b.outlet_id `

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

func scan(s db.Scanner) (Obligation, error) {
	var o Obligation
	var at [7]int64
	err := s.Scan(&o.ID, &o.EnterpriseID, &o.EnterpriseName, &o.OutletID, &o.OutletName, &o.Area, &o.Rule, &o.Title, &o.Basis, &o.Todo, &o.Period,
		&at[0], &at[1], &at[2], &at[3], &o.State, &at[4], &at[5], &at[6], &o.Version)
	for i, t := range []*time.Time{&o.From, &o.Until, &o.SoonAt, &o.DueAt, &o.DoneAt, &o.CreatedAt, &o.UpdatedAt} {
		*t = moment(at[i])
	}
	return o, err
}

func insert(ctx context.Context, tx *db.Tx, o Obligation) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO obligation (id, enterprise_id, outlet_id, area, rule, title, basis, todo, period, from_at, until_at, soon_at, due_at, state, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, 1)`,
		o.ID, o.EnterpriseID, o.OutletID, o.Area, o.Rule, o.Title, o.Basis, o.Todo, o.Period, micros(o.From), micros(o.Until), micros(o.SoonAt), micros(o.DueAt), o.State, tx.Micros())
	return err
}

// save writes what a step or a move changes, unless another transaction was
// faster.
func save(ctx context.Context, tx *db.Tx, o *Obligation) error {
	n, err := db.Exec(ctx, tx, `UPDATE obligation SET state = $1, done_at = $2, soon_at = $3, due_at = $4, updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7`,
		o.State, micros(o.DoneAt), micros(o.SoonAt), micros(o.DueAt), tx.Micros(), o.ID, o.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	o.Version++
	o.UpdatedAt = tx.Now
	return nil
}

func find(ctx context.Context, tx *db.Tx, id ID, lock string) (Obligation, error) {
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE b.id = $1`+lock, id)
}

func lock(ctx context.Context, tx *db.Tx, id ID) (Obligation, error) {
	mode := tx.ForUpdate()
	if mode != "" {
		mode += " OF b"
	}
	return find(ctx, tx, id, mode)
}

// lockEnterprise keeps two passes over one enterprise apart.
func lockEnterprise(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM enterprise WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

func rowsOf(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Obligation, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE b.enterprise_id = $1 ORDER BY b.due_at, b.id`, enterpriseID)
}

func openOf(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Obligation, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE b.enterprise_id = $1 AND b.state IN ('open', 'reported') ORDER BY b.due_at, b.id`, enterpriseID)
}

// onces lists, as "id key", what was written down once about an enterprise's
// obligations.
func onces(ctx context.Context, tx *db.Tx, enterpriseID string) (map[string]bool, error) {
	list, err := db.All(ctx, tx, db.Value[string], `SELECT t.subject || ' ' || t.once FROM timeline t JOIN obligation b ON b.id = t.subject
		WHERE t.kind = 'obligation' AND t.once <> '' AND b.enterprise_id = $1 AND b.state = 'open'`, enterpriseID)
	out := make(map[string]bool, len(list))
	for _, x := range list {
		out[x] = true
	}
	return out, err
}

func enterprises(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT id FROM enterprise ORDER BY id`)
}

func equipped(ctx context.Context, tx *db.Tx, enterpriseID string) (map[string]bool, error) {
	list, err := db.All(ctx, tx, db.Value[string], `SELECT DISTINCT d.outlet_id FROM device d JOIN outlet o ON o.id = d.outlet_id WHERE o.enterprise_id = $1 AND d.active`, enterpriseID)
	out := make(map[string]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// enterpriseOf finds whose calendar an event may change, "" for nobody's.
func enterpriseOf(ctx context.Context, tx *db.Tx, kind, subject string) (string, error) {
	query, ok := map[string]string{
		"enterprise": `SELECT id FROM enterprise WHERE id = $1`,
		"outlet":     `SELECT enterprise_id FROM outlet WHERE id = $1`,
		"mark":       `SELECT enterprise_id FROM mark WHERE id = $1`,
		"device":     `SELECT o.enterprise_id FROM device d JOIN outlet o ON o.id = d.outlet_id WHERE d.id = $1`,
	}[kind]
	if !ok {
		return "", nil
	}
	id, err := db.One(ctx, tx, db.Value[string], query, subject)
	if db.IsMissing(err) {
		return "", nil
	}
	return id, err
}

type after struct {
	due int64
	id  string
}

func (s *Service) filter(tx *db.Tx, actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.ObligationRead, auth.Columns{Area: "b.area", Enterprise: "b.enterprise_id"}, &f.Args))
	if len(q.Stages) > 0 {
		f.Add("(" + stages(&f, q.Stages, tx.Micros()) + ")")
	}
	f.In("b.rule", q.Rules)
	if q.Area != "" {
		f.Add("b.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("b.enterprise_id = ?", q.EnterpriseID)
	}
	if !q.From.IsZero() {
		f.Add("b.due_at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("b.due_at < ?", q.To.UnixMicro())
	}
	f.Has(q.Text, "b.title", "e.name", "o.name", "b.period")
	return f
}

// stages is Obligation.Stage as SQL.
func stages(f *db.Filter, list []Stage, now int64) string {
	out := ""
	for i, st := range list {
		if i > 0 {
			out += " OR "
		}
		switch st {
		case Ahead:
			out += "b.state = 'open' AND b.soon_at > " + f.Put(now)
		case Soon:
			out += "b.state = 'open' AND b.soon_at <= " + f.Put(now) + " AND b.due_at >= " + f.Put(now)
		case Overdue:
			out += "b.state = 'open' AND b.due_at < " + f.Put(now)
		default:
			out += "b.state = " + f.Put(string(st))
		}
	}
	return out
}

func (s *Service) list(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, a after) ([]Obligation, error) {
	f := s.filter(tx, actor, q)
	if a.id != "" {
		f.Add("(b.due_at > ? OR b.due_at = ? AND b.id > ?)", a.due, a.due, a.id)
	}
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE `+f.Where()+` ORDER BY b.due_at, b.id LIMIT `+f.Put(q.Limit+1), f.Args...)
}

func (s *Service) count(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(tx, actor, q)
	return db.Count(ctx, tx, `SELECT 1`+tables+`WHERE `+f.Where(), f.Args...)
}
