package blob

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const fileColumns = `f.id, f.sha256, f.name, f.size, f.type, f.area, f.created_by, f.created_at`

func scanFile(r db.Scanner) (File, error) {
	var f File
	var at int64
	err := r.Scan(&f.ID, &f.SHA256, &f.Name, &f.Size, &f.Type, &f.Area, &f.CreatedBy, &at)
	f.CreatedAt = time.UnixMicro(at).UTC()
	return f, err
}

func insertFile(ctx context.Context, tx *db.Tx, f File) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO file (id, sha256, name, size, type, area, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		f.ID, f.SHA256, f.Name, f.Size, f.Type, f.Area, f.CreatedBy, tx.Micros())
	return err
}

func fileByID(ctx context.Context, tx *db.Tx, id string) (File, error) {
	return db.One(ctx, tx, scanFile, `SELECT `+fileColumns+` FROM file f WHERE f.id = $1`, id)
}

func filesByID(ctx context.Context, tx *db.Tx, ids []string) (map[string]File, error) {
	out := make(map[string]File, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var c db.Filter
	c.In("f.id", ids)
	list, err := db.All(ctx, tx, scanFile, `SELECT `+fileColumns+` FROM file f WHERE `+c.Where(), c.Args...)
	for _, f := range list {
		out[f.ID] = f
	}
	return out, err
}

func filesOf(ctx context.Context, tx *db.Tx, kind, subject string) ([]File, error) {
	return db.All(ctx, tx, scanFile, `SELECT `+fileColumns+` FROM file f JOIN file_link l ON l.file_id = f.id
		WHERE l.kind = $1 AND l.subject = $2 ORDER BY f.id`, kind, subject)
}

// pending counts what a person has uploaded and not attached.
func pending(ctx context.Context, tx *db.Tx, userID string) (count, size int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM file WHERE created_by = $1 AND linked = FALSE`, userID).Scan(&count, &size)
	return count, size, err
}

// claim marks a file as attached; false when it already was, or is not there.
func claim(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE file SET linked = TRUE WHERE id = $1 AND linked = FALSE`, id)
	return n == 1, err
}

type link struct{ kind, subject string }

func linksOf(ctx context.Context, tx *db.Tx, id string) ([]link, error) {
	return db.All(ctx, tx, func(r db.Scanner) (l link, err error) { return l, r.Scan(&l.kind, &l.subject) },
		`SELECT kind, subject FROM file_link WHERE file_id = $1 ORDER BY kind, subject`, id)
}

func linked(ctx context.Context, tx *db.Tx, id, kind, subject string) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM file_link WHERE file_id = $1 AND kind = $2 AND subject = $3`, id, kind, subject)
	return n > 0, err
}

func insertLink(ctx context.Context, tx *db.Tx, id, kind, subject string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO file_link (file_id, kind, subject, at) VALUES ($1, $2, $3, $4)`, id, kind, subject, tx.Micros())
	return err
}

func deletePending(ctx context.Context, tx *db.Tx, before int64) (int64, error) {
	return db.Exec(ctx, tx, `DELETE FROM file WHERE linked = FALSE AND created_at < $1`, before)
}

func anyFile(ctx context.Context, tx *db.Tx, sha string) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM (SELECT 1 FROM file WHERE sha256 = $1 LIMIT 1) x`, sha)
	return n > 0, err
}
