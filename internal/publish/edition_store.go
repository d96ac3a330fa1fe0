package publish

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// selectTold reads editions with their item; what was written (body, hide) is not
// among the columns.
const selectTold = `SELECT p.id, p.state, p.number, p.kind, p.area, p.category, p.issue_id, p.edition, p.ground, p.updated_at, e.edition, e.title, e.body, e.enterprise, e.outcome, e.cause,
	e.until_at, e.bounty_fen, e.public_at, e.concealed FROM publication p JOIN publication_edition e ON e.publication_id = p.id `

func scanTold(row db.Scanner) (r toldRow, err error) {
	var updated, until, public int64
	err = row.Scan(&r.id, &r.state, &r.Number, &r.Kind, &r.Area, &r.Category, &r.IssueID, &r.newest, &r.ground, &updated, &r.Edition, &r.Title, &r.Text, &r.Enterprise, &r.Outcome, &r.Cause,
		&until, &r.BountyFen, &public, &r.concealed)
	r.updated, r.Until, r.PublicAt = instant(updated), instant(until), instant(public)
	return r, err
}

// insertEdition keeps what readers get, and beside it what it was written as.
func insertEdition(ctx context.Context, tx *db.Tx, i Item, s Shown) error {
	source, err := json.Marshal(i.Draft)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO publication_edition (publication_id, edition, title, body, enterprise, outcome, cause, source, masked, until_at, bounty_fen, reviewed_by, public_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		i.ID, i.Edition, s.Title, s.Text, s.Enterprise, s.Outcome, s.Cause, string(source), s.Masked, micros(i.Until), i.BountyFen, i.ReviewedBy, tx.Micros())
	return err
}

func conceal(ctx context.Context, tx *db.Tx, id ID, upTo int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE publication_edition SET concealed = TRUE WHERE publication_id = $1 AND edition <= $2`, id, upTo)
	return err
}

func sourceOf(ctx context.Context, tx *db.Tx, id ID, edition int64) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT source FROM publication_edition WHERE publication_id = $1 AND edition = $2`, id, edition)
}

func editionsOf(ctx context.Context, tx *db.Tx, id ID) ([]Mark, error) {
	return db.All(ctx, tx, func(s db.Scanner) (m Mark, err error) {
		var at int64
		err = s.Scan(&m.Edition, &m.Cause, &at, &m.Concealed)
		m.PublicAt = instant(at)
		return m, err
	}, `SELECT edition, cause, public_at, concealed FROM publication_edition WHERE publication_id = $1 ORDER BY edition DESC`, id)
}

// toldByNumber reads an edition, 0 = the one in force.
func toldByNumber(ctx context.Context, tx *db.Tx, number string, edition int64) (toldRow, error) {
	if edition == 0 {
		return db.One(ctx, tx, scanTold, selectTold+`WHERE p.number = $1 AND e.edition = p.edition`, number)
	}
	return db.One(ctx, tx, scanTold, selectTold+`WHERE p.number = $1 AND e.edition = $2`, number, edition)
}

// public reads what anybody may read, the newest first; at and id are the moment
// and the id of the last one on the page before.
func public(ctx context.Context, tx *db.Tx, q Asked, at int64, id string) ([]toldRow, error) {
	var f db.Filter
	f.In("p.state", readable)
	if q.Kind != "" {
		f.Add("p.kind = ?", q.Kind)
	}
	if q.Area != "" {
		f.Add("p.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Open {
		f.Add("p.kind = ? AND p.state <> ? AND e.until_at > ?", Call, Ended, tx.Micros())
	}
	if id != "" {
		f.Add("(e.public_at < ? OR e.public_at = ? AND p.id < ?)", at, at, id)
	}
	return db.All(ctx, tx, scanTold, selectTold+`WHERE e.edition = p.edition AND `+f.Where()+` ORDER BY e.public_at DESC, p.id DESC LIMIT `+f.Put(q.Limit), f.Args...)
}
