package auth

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

const deputyColumns = `d.id, d.user_id, d.deputy_id, u.name, d.from_at, d.to_at, d.reason, d.created_at, d.ended_at`

func scanDeputy(r db.Scanner) (Deputy, error) {
	var d Deputy
	var from, to, created, ended int64
	err := r.Scan(&d.ID, &d.UserID, &d.DeputyID, &d.DeputyName, &from, &to, &d.Reason, &created, &ended)
	d.From, d.To, d.CreatedAt, d.EndedAt = moment(from), moment(to), moment(created), moment(ended)
	return d, err
}

func insertDeputy(ctx context.Context, tx *db.Tx, d Deputy, by string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO app_deputy (id, user_id, deputy_id, from_at, to_at, reason, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		d.ID, d.UserID, d.DeputyID, d.From.UnixMicro(), d.To.UnixMicro(), d.Reason, by, tx.Micros())
	return err
}

func deputyByID(ctx context.Context, tx *db.Tx, userID, id string) (Deputy, error) {
	return db.One(ctx, tx, scanDeputy, `SELECT `+deputyColumns+` FROM app_deputy d JOIN app_user u ON u.id = d.deputy_id
		WHERE d.user_id = $1 AND d.id = $2`, userID, id)
}

func deputiesOf(ctx context.Context, tx *db.Tx, userID string) ([]Deputy, error) {
	return db.All(ctx, tx, scanDeputy, `SELECT `+deputyColumns+` FROM app_deputy d JOIN app_user u ON u.id = d.deputy_id
		WHERE d.user_id = $1 ORDER BY d.id DESC LIMIT 200`, userID)
}

// deputises lists for whom the person stands in now.
func deputises(ctx context.Context, tx *db.Tx, deputyID string) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT DISTINCT d.user_id FROM app_deputy d JOIN app_user u ON u.id = d.user_id
		WHERE d.deputy_id = $1 AND d.from_at <= $2 AND d.to_at > $2 AND d.ended_at = 0 AND u.active ORDER BY d.user_id`, deputyID, tx.Micros())
}

func endDeputy(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_deputy SET ended_at = $1 WHERE id = $2`, tx.Micros(), id)
	return err
}

// endDeputies ends what the person's roles were the ground for: standing in for
// others, and being stood in for.
func endDeputies(ctx context.Context, tx *db.Tx, userID string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_deputy SET ended_at = $1 WHERE (user_id = $2 OR deputy_id = $2) AND ended_at = 0 AND to_at > $1`, tx.Micros(), userID)
	return err
}
