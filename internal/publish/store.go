package publish

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const selectItem = `SELECT p.id, p.number, p.kind, p.state, p.title, p.body, p.hide, p.enterprise, p.area, p.category, p.issue_id, p.until_at, p.bounty_fen, p.budget,
	p.outcome, p.cause, p.conceal, p.ground, p.edition, p.writers, p.reviewed_by, p.public_at, p.created_at, p.updated_at, p.version FROM publication p `

func instant(micros int64) time.Time {
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

func scan(row db.Scanner) (i Item, err error) {
	var until, public, created, updated int64
	var hide, writers string
	err = row.Scan(&i.ID, &i.Number, &i.Kind, &i.State, &i.Title, &i.Text, &hide, &i.Enterprise, &i.Area, &i.Category, &i.IssueID, &until, &i.BountyFen, &i.Budget,
		&i.Outcome, &i.Cause, &i.Conceal, &i.Ground, &i.Edition, &writers, &i.ReviewedBy, &public, &created, &updated, &i.Version)
	i.Until, i.PublicAt, i.CreatedAt, i.UpdatedAt = instant(until), instant(public), instant(created), instant(updated)
	i.Hide, i.Writers = Names(hide), strings.Fields(writers)
	return i, err
}

func insert(ctx context.Context, tx *db.Tx, i Item) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO publication (id, number, kind, state, title, body, hide, enterprise, area, category, issue_id, until_at, bounty_fen, budget,
		writers, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, 1)`,
		i.ID, i.Number, i.Kind, i.State, i.Title, i.Text, joined(i.Hide), i.Enterprise, i.Area, i.Category, i.IssueID, micros(i.Until), i.BountyFen, i.Budget,
		strings.Join(i.Writers, " "), tx.Micros())
	return err
}

// save writes what a step may change, unless another transaction was faster.
func save(ctx context.Context, tx *db.Tx, i *Item) error {
	n, err := db.Exec(ctx, tx, `UPDATE publication SET state = $1, title = $2, body = $3, hide = $4, enterprise = $5, until_at = $6, bounty_fen = $7, budget = $8, outcome = $9,
		cause = $10, conceal = $11, ground = $12, edition = $13, writers = $14, reviewed_by = $15, public_at = $16, updated_at = $17, version = version + 1 WHERE id = $18 AND version = $19`,
		i.State, i.Title, i.Text, joined(i.Hide), i.Enterprise, micros(i.Until), i.BountyFen, i.Budget, i.Outcome,
		i.Cause, i.Conceal, i.Ground, i.Edition, strings.Join(i.Writers, " "), i.ReviewedBy, micros(i.PublicAt), tx.Micros(), i.ID, i.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	i.Version++
	i.UpdatedAt = tx.Now
	return nil
}

func find(ctx context.Context, tx *db.Tx, id ID) (Item, error) {
	return db.One(ctx, tx, scan, selectItem+`WHERE p.id = $1`, id)
}

func lock(ctx context.Context, tx *db.Tx, id ID) (Item, error) {
	return db.One(ctx, tx, scan, selectItem+`WHERE p.id = $1`+tx.ForUpdate(), id)
}

func (s *Service) filter(actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.PublishRead, auth.Columns{Area: "p.area"}, &f.Args))
	f.In("p.state", q.States)
	f.In("p.kind", q.Kinds)
	if q.Area != "" {
		f.Add("p.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.IssueID != "" {
		f.Add("p.issue_id = ?", q.IssueID)
	}
	f.Has(q.Words, "p.number", "p.title", "p.body", "p.enterprise")
	return f
}

func (s *Service) list(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Item, error) {
	f := s.filter(actor, q)
	if before != "" {
		f.Add("p.id < ?", before)
	}
	return db.All(ctx, tx, scan, selectItem+`WHERE `+f.Where()+` ORDER BY p.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) count(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q)
	return db.Count(ctx, tx, `SELECT 1 FROM publication p WHERE `+f.Where(), f.Args...)
}

func insertAnswer(ctx context.Context, tx *db.Tx, call ID, edition int64, tipID string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO call_answer (call_id, edition, tip_id, created_at) VALUES ($1, $2, $3, $4)`, call, edition, tipID, tx.Micros())
	return err
}

func answersOf(ctx context.Context, tx *db.Tx, call ID) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT tip_id FROM call_answer WHERE call_id = $1 ORDER BY created_at DESC, tip_id DESC LIMIT 200`, call)
}

func callOf(ctx context.Context, tx *db.Tx, tipID string) (Item, error) {
	return db.One(ctx, tx, scan, selectItem+`JOIN call_answer c ON c.call_id = p.id WHERE c.tip_id = $1`, tipID)
}

// offerOf reads the edition of a call that a report answered.
func offerOf(ctx context.Context, tx *db.Tx, tipID string) (toldRow, error) {
	return db.One(ctx, tx, scanTold, selectTold+`JOIN call_answer c ON c.call_id = e.publication_id AND c.edition = e.edition WHERE c.tip_id = $1`, tipID)
}

func counts(ctx context.Context, tx *db.Tx, ids []ID) (map[ID]int, error) {
	var f db.Filter
	list := []string{}
	for _, id := range ids {
		list = append(list, string(id))
	}
	f.In("call_id", list)
	type row struct {
		id ID
		n  int
	}
	rows, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) { err = s.Scan(&r.id, &r.n); return r, err },
		`SELECT call_id, COUNT(*) FROM call_answer WHERE `+f.Where()+` GROUP BY call_id`, f.Args...)
	out := map[ID]int{}
	for _, r := range rows {
		out[r.id] = r.n
	}
	return out, err
}
