package silence

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const columns = `s.id, s.number, s.state, s.kind, s.outlet_id, COALESCE(o.name, ''), s.enterprise_id, COALESCE(e.name, ''), s.area, s.rule, s.factor,
	s.from_at, s.until_at, s.weekdays, s.begin_minute, s.end_minute, s.reason, s.words, s.follows, s.created_by, COALESCE(u.name, s.created_by), s.created_at, s.updated_at, s.version`

const tables = ` FROM silence s LEFT JOIN outlet o ON o.id = s.outlet_id LEFT JOIN enterprise e ON e.id = s.enterprise_id LEFT JOIN app_user u ON u.id = s.created_by `

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func scan(row db.Scanner) (Silence, error) {
	var s Silence
	var from, until, created, updated int64
	var weekdays string
	err := row.Scan(&s.ID, &s.Number, &s.State, &s.Kind, &s.OutletID, &s.OutletName, &s.EnterpriseID, &s.EnterpriseName, &s.Area, &s.Rule, &s.Factor,
		&from, &until, &weekdays, &s.Begin, &s.End, &s.Reason, &s.Words, &s.Follows, &s.CreatedBy, &s.CreatedByName, &created, &updated, &s.Version)
	s.From, s.Until, s.CreatedAt, s.UpdatedAt, s.Weekdays = moment(from), moment(until), moment(created), moment(updated), readDays(weekdays)
	return s, err
}

func insert(ctx context.Context, tx *db.Tx, s Silence) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO silence (id, number, state, kind, outlet_id, enterprise_id, area, rule, factor, from_at, until_at,
		weekdays, begin_minute, end_minute, reason, words, follows, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, 1)`,
		s.ID, s.Number, s.State, s.Kind, s.OutletID, s.EnterpriseID, s.Area, s.Rule, s.Factor, s.From.UnixMicro(), s.Until.UnixMicro(),
		writeDays(s.Weekdays), s.Begin, s.End, s.Reason, s.Words, s.Follows, s.CreatedBy, tx.Micros())
	return err
}

// save writes what a step changes, unless another transaction was faster.
func save(ctx context.Context, tx *db.Tx, s *Silence) error {
	n, err := db.Exec(ctx, tx, `UPDATE silence SET state = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4`, s.State, tx.Micros(), s.ID, s.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	s.Version++
	s.UpdatedAt = tx.Now
	return nil
}

func find(ctx context.Context, tx *db.Tx, id ID) (Silence, error) {
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE s.id = $1`, id)
}

func lock(ctx context.Context, tx *db.Tx, id ID) (Silence, error) {
	end := ""
	if l := tx.ForUpdate(); l != "" {
		end = l + " OF s"
	}
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE s.id = $1`+end, id)
}

// extended reports whether another silence follows this one.
func extended(ctx context.Context, tx *db.Tx, id ID) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM silence WHERE follows = $1`, id)
	return n > 0, err
}

// For finds what keeps an alarm quiet at the transaction's time; false when
// nothing does. It asks no policy: the life of alarms uses it.
func For(ctx context.Context, tx *db.Tx, x Subject) (Silence, bool, error) {
	since := tx.Now
	if x.From.Before(since) {
		since = x.From
	}
	var f db.Filter
	f.Add(`s.state IN ('set', 'over') AND s.until_at > ?`, since.UnixMicro())
	f.Add(`s.outlet_id IN ('', ?)`, x.OutletID)
	f.Add(`s.enterprise_id IN ('', ?)`, x.EnterpriseID)
	list, err := db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE `+f.Where()+` ORDER BY s.until_at DESC, s.id`, f.Args...)
	if err != nil {
		return Silence{}, false, err
	}
	by, ok := quieting(list, x, tx.Now)
	return by, ok, nil
}

func (s *Service) filter(actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.AlarmRead, auth.Columns{Area: "s.area"}, &f.Args))
	f.In("s.state", q.States)
	f.In("s.kind", q.Kinds)
	if q.Area != "" {
		f.Add("s.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.OutletID != "" {
		f.Add("s.outlet_id = ?", q.OutletID)
	}
	if q.EnterpriseID != "" {
		f.Add("s.enterprise_id = ?", q.EnterpriseID)
	}
	f.Has(q.Text, "s.number", "s.words", "e.name", "o.name")
	return f
}

func (s *Service) list(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Silence, error) {
	f := s.filter(actor, q)
	if before != "" {
		f.Add("s.id < ?", before)
	}
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE `+f.Where()+` ORDER BY s.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) count(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+tables+`WHERE `+f.Where(), f.Args...)
}
