package command

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const keyColumns = `k.id, k.device_id, d.mn, k.state, k.sealed, k.created_at, k.command_id`

func scanKey(s db.Scanner) (Key, error) {
	var x Key
	var created int64
	err := s.Scan(&x.id, &x.deviceID, &x.mn, &x.State, &x.sealed, &created, &x.commandID)
	x.CreatedAt = moment(created)
	return x, err
}

func allKeys(ctx context.Context, tx *db.Tx) ([]Key, error) {
	return db.All(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM device_key k JOIN device d ON d.id = k.device_id WHERE d.active = TRUE`)
}

// keysOf lists the keys of a device, the current one first.
func keysOf(ctx context.Context, tx *db.Tx, deviceID string) ([]Key, error) {
	return db.All(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM device_key k JOIN device d ON d.id = k.device_id WHERE k.device_id = $1 ORDER BY k.state, k.created_at`, deviceID)
}

// keyMark tells whether the keys have changed.
func keyMark(ctx context.Context, tx *db.Tx) (string, error) {
	return db.One(ctx, tx, func(s db.Scanner) (string, error) {
		var n, devices int64
		var newest, states string
		err := s.Scan(&n, &newest, &states, &devices)
		return fmt.Sprint(n, newest, states, devices), err
	}, `SELECT COUNT(*), COALESCE(MAX(id), ''), COALESCE(MAX(CASE WHEN state = 'current' THEN id ELSE '' END), ''),
		(SELECT COALESCE(SUM(version), 0) FROM device) FROM device_key`)
}

func putKey(ctx context.Context, tx *db.Tx, x Key) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO device_key (id, device_id, state, sealed, created_at, command_id) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (device_id, state) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, created_at = excluded.created_at, command_id = excluded.command_id`,
		x.id, x.deviceID, x.State, x.sealed, tx.Micros(), x.commandID)
	return err
}

// moveKey gives a device's key another state; what stood there goes.
func moveKey(ctx context.Context, tx *db.Tx, deviceID, from, to string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM device_key WHERE device_id = $1 AND state = $2
		AND EXISTS (SELECT 1 FROM device_key k WHERE k.device_id = $1 AND k.state = $3)`, deviceID, to, from); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE device_key SET state = $1, created_at = CASE WHEN $1 = 'current' THEN $2 ELSE created_at END WHERE device_id = $3 AND state = $4`,
		to, tx.Micros(), deviceID, from)
	return err
}

func keyOfCommand(ctx context.Context, tx *db.Tx, commandID string) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM device_key WHERE command_id = $1 AND state = 'offered'`, commandID)
}

func dropKey(ctx context.Context, tx *db.Tx, commandID string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM device_key WHERE command_id = $1 AND state = 'offered'`, commandID)
	return err
}

// oldKeys lists the devices in use whose current key was made before a time.
func oldKeys(ctx context.Context, tx *db.Tx, before time.Time) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT k.device_id FROM device_key k JOIN device d ON d.id = k.device_id
		WHERE k.state = 'current' AND k.created_at < $1 AND d.active = TRUE ORDER BY k.device_id`, before.UnixMicro())
}
