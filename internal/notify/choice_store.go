package notify

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/db"
)

// choicesOf reads what people have chosen; those without a row are left out.
func choicesOf(ctx context.Context, tx *db.Tx, ids []string) (map[string]Wish, error) {
	type row struct {
		id string
		c  Wish
	}
	var f db.Filter
	f.In("user_id", ids)
	rows, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		var text string
		if err = s.Scan(&r.id, &text, &r.c.Version); err != nil {
			return r, err
		}
		return r, json.Unmarshal([]byte(text), &r.c)
	}, `SELECT user_id, choice, version FROM notice_choice WHERE `+f.Where(), f.Args...)
	out := map[string]Wish{}
	for _, r := range rows {
		out[r.id] = r.c
	}
	return out, err
}

// saveChoice writes a choice over the version that was seen, 0 for none.
func saveChoice(ctx context.Context, tx *db.Tx, user string, c Wish) (bool, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	if c.Version == 0 {
		n, err := db.Exec(ctx, tx, `INSERT INTO notice_choice (user_id, choice, updated_at) VALUES ($1, $2, $3) ON CONFLICT (user_id) DO NOTHING`, user, string(text), tx.Micros())
		return n == 1, err
	}
	n, err := db.Exec(ctx, tx, `UPDATE notice_choice SET choice = $1, updated_at = $2, version = version + 1 WHERE user_id = $3 AND version = $4`, string(text), tx.Micros(), user, c.Version)
	return n == 1, err
}

// claimDigest takes what else is due of a person's gathered notices.
func claimDigest(ctx context.Context, tx *db.Tx, d Delivery, me string, until int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE delivery SET state = 'sending', attempts = attempts + 1, holder = $1, next_at = $2, updated_at = $3
		WHERE channel_id = $4 AND user_id = $5 AND digest AND `+waiting+` AND next_at <= $3`, me, until, tx.Micros(), d.ChannelID, d.UserID)
	return err
}
