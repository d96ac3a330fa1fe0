package tip

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

const selectTold = `SELECT i.id, i.number, i.state, i.reply_to, i.clue_id, i.issue_id, i.stage, i.closed, i.note, i.agency, i.due_at, i.closed_at, i.created_at, i.updated_at, i.version FROM insider i `

func scanTold(r db.Scanner) (Told, error) {
	var t Told
	var due, closed, created, updated int64
	p := &t.Progress
	err := r.Scan(&t.ID, &t.Number, &t.State, &t.ReplyTo, &p.ClueID, &p.IssueID, &p.Stage, &p.Closed, &p.Note, &p.Agency, &due, &closed, &created, &updated, &t.Version)
	p.DueAt, p.ClosedAt, t.CreatedAt, t.UpdatedAt = instant(due), instant(closed), instant(created), instant(updated)
	return t, err
}

func insertTold(ctx context.Context, tx *db.Tx, t Told, proof []byte, once string) error {
	p := t.Progress
	_, err := db.Exec(ctx, tx, `INSERT INTO insider (id, number, state, proof, reply_to, once, stage, note, due_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`, t.ID, t.Number, t.State, proof, t.ReplyTo, once, p.Stage, p.Note, micros(p.DueAt), tx.Micros())
	return err
}

func toldByID(ctx context.Context, tx *db.Tx, id ID) (Told, error) {
	return db.One(ctx, tx, scanTold, selectTold+`WHERE i.id = $1`, id)
}

func lockTold(ctx context.Context, tx *db.Tx, id ID) (Told, error) {
	return db.One(ctx, tx, scanTold, selectTold+`WHERE i.id = $1`+tx.ForUpdate(), id)
}

func toldByOnce(ctx context.Context, tx *db.Tx, once string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT number FROM insider WHERE once = $1`, once)
}

func toldProof(ctx context.Context, tx *db.Tx, number string) (id ID, proof []byte, err error) {
	proof, err = db.One(ctx, tx, func(r db.Scanner) (b []byte, err error) {
		err = r.Scan(&id, &b)
		return b, err
	}, `SELECT id, proof FROM insider WHERE number = $1`, number)
	return id, proof, err
}

func toldFollowing(ctx context.Context, tx *db.Tx, subject string) ([]Told, error) {
	return db.All(ctx, tx, scanTold, selectTold+`WHERE i.clue_id = $1 OR i.follows = $1 AND i.follows <> '' OR i.issue_id = $1 AND i.issue_id <> ''`, subject)
}

func saveTold(ctx context.Context, tx *db.Tx, t Told) error {
	p := t.Progress
	_, err := db.Exec(ctx, tx, `UPDATE insider SET state = $1, clue_id = $2, stage = $3, closed = $4, note = $5, closed_at = $6, updated_at = $7, version = version + 1 WHERE id = $8`,
		t.State, p.ClueID, p.Stage, p.Closed, p.Note, micros(p.ClosedAt), tx.Micros(), t.ID)
	return err
}

func saveToldProgress(ctx context.Context, tx *db.Tx, id ID, p Progress) error {
	_, err := db.Exec(ctx, tx, `UPDATE insider SET follows = $1, issue_id = $2, stage = $3, closed = $4, note = $5, agency = $6, due_at = $7, closed_at = $8, updated_at = $9, version = version + 1 WHERE id = $10`,
		p.ClueID, p.IssueID, p.Stage, p.Closed, p.Note, p.Agency, micros(p.DueAt), micros(p.ClosedAt), tx.Micros(), id)
	return err
}

const confided = `SELECT t.id AS id, t.number AS number, t.mode AS mode, t.kind AS kind, '' AS state, t.stage AS stage, t.closed AS closed, t.due_at AS due_at, t.created_at AS created_at FROM tip t WHERE t.mode = 'confidential'
	UNION ALL SELECT i.id, i.number, 'insider', '', i.state, i.stage, i.closed, i.due_at, i.created_at FROM insider i`

func confidedFilter(actor auth.Actor, mode, before string) db.Filter {
	var f db.Filter
	circle.Within(&f, actor, "c.id")
	if mode != "" {
		f.Add("c.mode = ?", mode)
	}
	if before != "" {
		f.Add("c.id < ?", before)
	}
	return f
}

func listConfided(ctx context.Context, tx *db.Tx, actor auth.Actor, mode, before string, limit int) ([]Confided, error) {
	f := confidedFilter(actor, mode, before)
	return db.All(ctx, tx, func(r db.Scanner) (c Confided, err error) {
		var due, created int64
		err = r.Scan(&c.ID, &c.Number, &c.Mode, &c.Kind, &c.State, &c.Stage, &c.Closed, &due, &created)
		c.DueAt, c.CreatedAt = instant(due), instant(created)
		return c, err
	}, `SELECT c.id, c.number, c.mode, c.kind, c.state, c.stage, c.closed, c.due_at, c.created_at FROM (`+confided+`) c WHERE `+f.Where()+` ORDER BY c.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func countConfided(ctx context.Context, tx *db.Tx, actor auth.Actor, mode string) (int, bool, error) {
	f := confidedFilter(actor, mode, "")
	return db.Count(ctx, tx, `SELECT 1 FROM (`+confided+`) c WHERE `+f.Where(), f.Args...)
}
