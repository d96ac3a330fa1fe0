package audit

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

func insertEntry(ctx context.Context, tx *db.Tx, id string, e Entry, text, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_entry (id, at, actor, action, kind, subject, body, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, tx.Micros(), e.Actor, e.Action, e.Kind, e.Subject, string(text), hash)
	return err
}
