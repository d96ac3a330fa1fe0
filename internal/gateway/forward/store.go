package forward

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

const targetColumns = `id, name, address, state, area, devices, kinds, password, seq, done, sent, skipped, done_at, error, error_at, connected, created_by, created_at, updated_at, version`

func scanTarget(s db.Scanner) (t Target, err error) {
	var devices, kinds string
	var doneAt, errorAt, created, updated int64
	err = s.Scan(&t.ID, &t.Name, &t.Address, &t.State, &t.Area, &devices, &kinds, &t.password, &t.seq, &t.done, &t.Sent, &t.Skipped, &doneAt, &t.Error, &errorAt, &t.Connected,
		&t.CreatedBy, &created, &updated, &t.Version)
	if err != nil {
		return t, err
	}
	t.DoneAt, t.ErrorAt, t.CreatedAt, t.UpdatedAt = moment(doneAt), moment(errorAt), moment(created), moment(updated)
	if err := json.Unmarshal([]byte(devices), &t.Devices); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(kinds), &t.Kinds)
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// lists writes devices and kinds as the columns hold them.
func lists(t *Target) (devices, kinds string, err error) {
	d, err := json.Marshal(append([]Device{}, t.Devices...))
	if err != nil {
		return "", "", err
	}
	k, err := json.Marshal(append([]int{}, t.Kinds...))
	return string(d), string(k), err
}

func targets(ctx context.Context, tx *db.Tx) ([]Target, error) {
	return db.All(ctx, tx, scanTarget, `SELECT `+targetColumns+` FROM forward_target WHERE state <> $1 ORDER BY name, id`, Ended)
}

func targetByID(ctx context.Context, tx *db.Tx, id string) (Target, error) {
	return db.One(ctx, tx, scanTarget, `SELECT `+targetColumns+` FROM forward_target WHERE id = $1`, id)
}

func insertTarget(ctx context.Context, tx *db.Tx, t *Target) error {
	devices, kinds, err := lists(t)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO forward_target (id, name, address, state, area, devices, kinds, password, seq, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		t.ID, t.Name, t.Address, t.State, t.Area, devices, kinds, t.password, t.seq, t.CreatedBy, tx.Micros(), tx.Micros())
	return err
}

// saveTarget writes what a person changed. The frames done of a batch that is
// under way are counted anew, because others may be wanted now.
func saveTarget(ctx context.Context, tx *db.Tx, t *Target) (bool, error) {
	devices, kinds, err := lists(t)
	if err != nil {
		return false, err
	}
	n, err := db.Exec(ctx, tx, `UPDATE forward_target SET name = $1, address = $2, state = $3, area = $4, done = CASE WHEN area = $4 AND devices = $5 AND kinds = $6 THEN done ELSE 0 END,
		devices = $5, kinds = $6, password = $7, updated_at = $8, version = version + 1 WHERE id = $9 AND version = $10`,
		t.Name, t.Address, t.State, t.Area, devices, kinds, t.password, tx.Micros(), t.ID, t.Version)
	if n == 1 {
		t.Version++
	}
	return n == 1, err
}

// advance writes how far a target is, if this process may send to it; false when
// the target has changed meanwhile: others may be wanted of the batch under way.
func advance(ctx context.Context, tx *db.Tx, t *Target, me string, sent, skipped int64, doneAt time.Time) (same bool, err error) {
	at := int64(0)
	if !doneAt.IsZero() {
		at = doneAt.UnixMicro()
	}
	version, err := db.One(ctx, tx, db.Value[int64], `UPDATE forward_target SET seq = $1, done = CASE WHEN version = $2 THEN CAST($3 AS BIGINT) ELSE 0 END,
		sent = sent + $4, skipped = skipped + $5, done_at = CASE WHEN CAST($6 AS BIGINT) > done_at THEN CAST($6 AS BIGINT) ELSE done_at END,
		error = CASE WHEN CAST($4 AS BIGINT) > 0 THEN '' ELSE error END WHERE id = $7 AND owner = $8 RETURNING version`,
		t.seq, t.Version, t.done, sent, skipped, at, t.ID, me)
	if db.IsMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return version == t.Version, telemetry.SaveCursor(ctx, tx, "forward:"+t.ID, t.seq)
}

// own takes, or keeps, the right to send to a target.
func own(ctx context.Context, tx *db.Tx, id, me string, until time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE forward_target SET owner = $1, owned_until = $2 WHERE id = $3 AND (owner = $1 OR owned_until < $4)`, me, until.UnixMicro(), id, tx.Micros())
	return n == 1, err
}

// release gives the right back.
func release(ctx context.Context, tx *db.Tx, id, me string) error {
	_, err := tx.ExecContext(ctx, `UPDATE forward_target SET owner = '', owned_until = 0, connected = FALSE WHERE id = $1 AND owner = $2`, id, me)
	return err
}

// tell writes whether the line stands, and the last trouble.
func tell(ctx context.Context, tx *db.Tx, id string, connected bool, trouble string) error {
	if trouble == "" {
		_, err := tx.ExecContext(ctx, `UPDATE forward_target SET connected = $1 WHERE id = $2`, connected, id)
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE forward_target SET connected = $1, error = $2, error_at = $3 WHERE id = $4`, connected, trouble, tx.Micros(), id)
	return err
}
