package halt

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const selectHalt = `SELECT h.id, h.door, h.state, h.reason, h.note, h.proposed_by, h.closed_by, h.closed_at, h.ended_at, h.version FROM halt h `

func scanHalt(s db.Scanner) (h Halt, err error) {
	var closed, ended int64
	err = s.Scan(&h.ID, &h.Door, &h.State, &h.Reason, &h.Note, &h.ProposedBy, &h.ClosedBy, &closed, &ended, &h.Version)
	h.ClosedAt = time.UnixMicro(closed).UTC()
	if ended != 0 {
		h.EndedAt = time.UnixMicro(ended).UTC()
	}
	return h, err
}

// insertHalt keeps a closing; held names the door while it is closed, so that
// one door is closed once.
func insertHalt(ctx context.Context, tx *db.Tx, h Halt) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO halt (id, door, held, state, reason, note, proposed_by, closed_by, closed_at, ended_at, version)
		VALUES ($1, $2, $2, $3, $4, $5, '', $6, $7, 0, 1)`, h.ID, h.Door, h.State, h.Reason, h.Note, h.ClosedBy, tx.Micros())
	return err
}

func haltByID(ctx context.Context, tx *db.Tx, id ID, lock string) (Halt, error) {
	return db.One(ctx, tx, scanHalt, selectHalt+`WHERE h.id = $1`+lock, id)
}

func saveHalt(ctx context.Context, tx *db.Tx, h Halt) error {
	held, ended := h.Door, int64(0)
	if !h.EndedAt.IsZero() {
		held, ended = string(h.ID), h.EndedAt.UnixMicro()
	}
	_, err := db.Exec(ctx, tx, `UPDATE halt SET held = $1, state = $2, reason = $3, proposed_by = $4, ended_at = $5, version = version + 1 WHERE id = $6`,
		held, h.State, h.Reason, h.ProposedBy, ended, h.ID)
	return err
}

func inForce(ctx context.Context, tx *db.Tx) ([]Halt, error) {
	return db.All(ctx, tx, scanHalt, selectHalt+`WHERE h.ended_at = 0 ORDER BY h.closed_at DESC, h.id DESC`)
}

// halts gives the closings that hold and the newest of those that are over.
func halts(ctx context.Context, tx *db.Tx) ([]Halt, error) {
	return db.All(ctx, tx, scanHalt, selectHalt+`ORDER BY CASE WHEN h.ended_at = 0 THEN 0 ELSE 1 END, h.closed_at DESC, h.id DESC LIMIT 200`)
}
