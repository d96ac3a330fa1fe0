package looptest

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

func insertUser(ctx context.Context, tx *db.Tx, a auth.Actor) error {
	roles, err := rolesJSON(a)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO app_user (id, login, name, roles, area, agency, enterprise_id, created_at, updated_at)
		VALUES ($1, $1, $2, $3, $4, $5, $6, 1, 1)`, a.ID, a.Name, roles, a.Area, a.Agency, a.Enterprise)
	return err
}

func toldAbout(ctx context.Context, tx *db.Tx, subject, title string) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT user_id FROM notice WHERE subject = $1 AND title LIKE $2 ORDER BY user_id`, subject, title+"%")
}

// nextJob is when the next job is due, 0 for none.
func nextJob(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `SELECT COALESCE(MIN(run_at), 0) FROM job WHERE state = 'ready'`)
}
