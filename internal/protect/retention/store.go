package retention

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const selectBatch = `SELECT d.id, d.number, d.state, d.reason, d.digest, d.proposed_by, d.proposed_at, d.decided_by, d.decided_at, d.version FROM destruction d `

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func scanBatch(s db.Scanner) (b Batch, err error) {
	var proposed, decided int64
	err = s.Scan(&b.ID, &b.Number, &b.State, &b.Reason, &b.Digest, &b.ProposedBy, &proposed, &b.DecidedBy, &decided, &b.Version)
	b.ProposedAt, b.DecidedAt = moment(proposed), moment(decided)
	return b, err
}

func insertBatch(ctx context.Context, tx *db.Tx, b Batch) error {
	if _, err := db.Exec(ctx, tx, `INSERT INTO destruction (id, number, held, state, reason, proposed_by, proposed_at) VALUES ($1, $2, '', $3, $4, $5, $6)`,
		b.ID, b.Number, b.State, b.Reason, b.ProposedBy, tx.Micros()); err != nil {
		return err
	}
	for _, l := range b.Lines {
		if _, err := db.Exec(ctx, tx, `INSERT INTO destruction_line (destruction_id, kind, subject, number, closed_at) VALUES ($1, $2, $3, $4, $5)`,
			b.ID, l.Kind, l.Subject, l.Number, l.ClosedAt.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

func batchByID(ctx context.Context, tx *db.Tx, id ID, lock string) (b Batch, err error) {
	if b, err = db.One(ctx, tx, scanBatch, selectBatch+`WHERE d.id = $1`+lock, id); err != nil {
		return b, err
	}
	b.Lines, err = db.All(ctx, tx, func(s db.Scanner) (l Line, err error) {
		var closed int64
		err = s.Scan(&l.Kind, &l.Subject, &l.Number, &closed, &l.Sealed, &l.Plain, &l.Digest, &l.Outcome)
		l.ClosedAt = moment(closed)
		return l, err
	}, `SELECT l.kind, l.subject, l.number, l.closed_at, l.sealed, l.plain, l.digest, l.outcome FROM destruction_line l WHERE l.destruction_id = $1 ORDER BY l.closed_at, l.subject`, id)
	return b, err
}

func saveBatch(ctx context.Context, tx *db.Tx, b Batch) error {
	_, err := db.Exec(ctx, tx, `UPDATE destruction SET held = $1, state = $2, digest = $3, decided_by = $4, decided_at = $5, version = version + 1 WHERE id = $1`,
		b.ID, b.State, b.Digest, b.DecidedBy, tx.Micros())
	return err
}

func saveLine(ctx context.Context, tx *db.Tx, id ID, l Line) error {
	_, err := db.Exec(ctx, tx, `UPDATE destruction_line SET sealed = $1, plain = $2, digest = $3, outcome = $4 WHERE destruction_id = $5 AND subject = $6`,
		l.Sealed, l.Plain, l.Digest, l.Outcome, id, l.Subject)
	return err
}

func batches(ctx context.Context, tx *db.Tx) ([]Batch, error) {
	return db.All(ctx, tx, scanBatch, selectBatch+`ORDER BY CASE WHEN d.decided_at = 0 THEN 0 ELSE 1 END, d.proposed_at DESC, d.id DESC LIMIT 200`)
}
