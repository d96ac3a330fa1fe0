package publish

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const columns = `p.id, p.number, p.kind, p.state, p.title, p.body, p.hide, p.enterprise, p.area, p.category, p.issue_id, p.until_at, p.bounty_fen, p.budget,
	p.outcome, p.reason, p.written_by, p.reviewed_by, p.public_at, p.created_at, p.updated_at, p.version`

const selectItem = `SELECT ` + columns + ` FROM publication p `

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
	var hide string
	err = row.Scan(&i.ID, &i.Number, &i.Kind, &i.State, &i.Title, &i.Text, &hide, &i.Enterprise, &i.Area, &i.Category, &i.IssueID, &until, &i.BountyFen, &i.Budget,
		&i.Outcome, &i.Reason, &i.WrittenBy, &i.ReviewedBy, &public, &created, &updated, &i.Version)
	i.Until, i.PublicAt, i.CreatedAt, i.UpdatedAt, i.Hide = instant(until), instant(public), instant(created), instant(updated), names(hide)
	return i, err
}

func insert(ctx context.Context, tx *db.Tx, i Item) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO publication (id, number, kind, state, title, body, hide, enterprise, area, category, issue_id, until_at, bounty_fen, budget,
		written_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, 1)`,
		i.ID, i.Number, i.Kind, i.State, i.Title, i.Text, strings.Join(i.Hide, "、"), i.Enterprise, i.Area, i.Category, i.IssueID, micros(i.Until), i.BountyFen, i.Budget,
		i.WrittenBy, tx.Micros())
	return err
}

// save writes what a step may change, unless another transaction was faster.
func save(ctx context.Context, tx *db.Tx, i *Item) error {
	n, err := db.Exec(ctx, tx, `UPDATE publication SET state = $1, title = $2, body = $3, hide = $4, enterprise = $5, outcome = $6, reason = $7, reviewed_by = $8, public_at = $9,
		updated_at = $10, version = version + 1 WHERE id = $11 AND version = $12`,
		i.State, i.Title, i.Text, strings.Join(i.Hide, "、"), i.Enterprise, i.Outcome, i.Reason, i.ReviewedBy, micros(i.PublicAt), tx.Micros(), i.ID, i.Version)
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

func byNumber(ctx context.Context, tx *db.Tx, number string) (Item, error) {
	return db.One(ctx, tx, scan, selectItem+`WHERE p.number = $1`, number)
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

// public reads what anybody may read, the newest first; before is the moment and
// the id of the last one on the page before.
func public(ctx context.Context, tx *db.Tx, q Asked, at int64, id string) ([]Item, error) {
	var f db.Filter
	f.In("p.state", []string{string(Public), string(Ended)})
	if q.Kind != "" {
		f.Add("p.kind = ?", q.Kind)
	}
	if q.Area != "" {
		f.Add("p.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Open {
		f.Add("p.state = ?", Public)
	}
	if id != "" {
		f.Add("(p.public_at < ? OR p.public_at = ? AND p.id < ?)", at, at, id)
	}
	return db.All(ctx, tx, scan, selectItem+`WHERE `+f.Where()+` ORDER BY p.public_at DESC, p.id DESC LIMIT `+f.Put(q.Limit), f.Args...)
}

func insertAnswer(ctx context.Context, tx *db.Tx, call ID, tipID string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO call_answer (call_id, tip_id, created_at) VALUES ($1, $2, $3)`, call, tipID, tx.Micros())
	return err
}

func answersOf(ctx context.Context, tx *db.Tx, call ID) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT tip_id FROM call_answer WHERE call_id = $1 ORDER BY created_at DESC, tip_id DESC LIMIT 200`, call)
}

func callOf(ctx context.Context, tx *db.Tx, tipID string) (Item, error) {
	return db.One(ctx, tx, scan, selectItem+`JOIN call_answer c ON c.call_id = p.id WHERE c.tip_id = $1`, tipID)
}
