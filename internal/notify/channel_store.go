package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const channelColumns = `id, kind, name, state, settings, secrets, least, ready_at, failures, error, error_at, sent_at, created_by, created_at, updated_at, version`

func scanChannel(s db.Scanner) (c Channel, err error) {
	var settings string
	var ready, errorAt, sent, created, updated int64
	err = s.Scan(&c.ID, &c.Kind, &c.Name, &c.State, &settings, &c.secrets, &c.Least, &ready, &c.failures, &c.Error, &errorAt, &sent, &c.CreatedBy, &created, &updated, &c.Version)
	if err != nil {
		return c, err
	}
	c.ReadyAt, c.ErrorAt, c.SentAt, c.CreatedAt, c.UpdatedAt = moment(ready), moment(errorAt), moment(sent), moment(created), moment(updated)
	return c, json.Unmarshal([]byte(settings), &c.Settings)
}

func channels(ctx context.Context, tx *db.Tx) ([]Channel, error) {
	return db.All(ctx, tx, scanChannel, `SELECT `+channelColumns+` FROM notice_channel WHERE state <> 'ended' ORDER BY id`)
}

func runningChannels(ctx context.Context, tx *db.Tx) ([]Channel, error) {
	return db.All(ctx, tx, scanChannel, `SELECT `+channelColumns+` FROM notice_channel WHERE state = 'running' ORDER BY id`)
}

func channelByID(ctx context.Context, tx *db.Tx, id string) (Channel, error) {
	return db.One(ctx, tx, scanChannel, `SELECT `+channelColumns+` FROM notice_channel WHERE id = $1`, id)
}

// lockChannel reads a channel and keeps other processes from taking anything for it
// meanwhile, so that its limits of a day hold for all of them together.
func lockChannel(ctx context.Context, tx *db.Tx, id string) (Channel, error) {
	return db.One(ctx, tx, scanChannel, `SELECT `+channelColumns+` FROM notice_channel WHERE id = $1`+tx.ForUpdate(), id)
}

func insertChannel(ctx context.Context, tx *db.Tx, c *Channel) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO notice_channel (id, kind, name, state, settings, secrets, least, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		c.ID, c.Kind, c.Name, c.State, string(settings), c.secrets, c.Least, c.CreatedBy, tx.Micros())
	return err
}

// saveChannel writes what a person changed, and lets the channel try at once.
func saveChannel(ctx context.Context, tx *db.Tx, c *Channel) (bool, error) {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return false, err
	}
	n, err := db.Exec(ctx, tx, `UPDATE notice_channel SET name = $1, state = $2, settings = $3, secrets = $4, least = $5, ready_at = 0, failures = 0, updated_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, c.Name, c.State, string(settings), c.secrets, c.Least, tx.Micros(), c.ID, c.Version)
	if n == 1 {
		c.Version++
	}
	return n == 1, err
}

// worked writes that the other side took a message.
func worked(ctx context.Context, tx *db.Tx, id string, ready time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice_channel SET failures = 0, error = '', sent_at = $1, ready_at = $2 WHERE id = $3`, tx.Micros(), ready.UnixMicro(), id)
	return err
}

// troubled writes what is wrong with a channel, and when it may try again.
func troubled(ctx context.Context, tx *db.Tx, id, trouble string, ready time.Time, unreached int) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice_channel SET failures = failures + $1, error = $2, error_at = $3, ready_at = CASE WHEN CAST($4 AS BIGINT) > ready_at THEN CAST($4 AS BIGINT) ELSE ready_at END
		WHERE id = $5`, unreached, trouble, tx.Micros(), ready.UnixMicro(), id)
	return err
}

func channelCounts(ctx context.Context, tx *db.Tx) (map[string]int, error) {
	type row struct {
		id string
		n  int
	}
	rows, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) { err = s.Scan(&r.id, &r.n); return r, err },
		`SELECT channel_id, COUNT(*) FROM delivery WHERE `+waiting+` GROUP BY channel_id`)
	out := map[string]int{}
	for _, r := range rows {
		out[r.id] = r.n
	}
	return out, err
}
