package bus

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// insertEvent takes the next number under the head row's lock, held to the end
// of the transaction: a reader that has seen n will never meet a smaller one.
func insertEvent(ctx context.Context, tx *db.Tx, e Event) error {
	err := tx.QueryRowContext(ctx, `UPDATE bus_head SET seq = seq + 1 WHERE one = 1 RETURNING seq`).Scan(&e.Seq)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bus_event (seq, id, at, topic, kind, subject, area, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.Seq, e.ID, e.At, e.Topic, e.Kind, e.Subject, e.Area, string(e.Body))
	return err
}
