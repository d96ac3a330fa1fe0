package notify

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

const templateColumns = `t.kind, t.channel, t.number, t.title, t.text, t.reset, t.reason, t.author, COALESCE(u.name, t.author), t.created_at`

const templateTables = ` FROM notice_template t LEFT JOIN app_user u ON u.id = t.author `

// newest keeps the newest version of each template.
const newest = `NOT EXISTS (SELECT 1 FROM notice_template x WHERE x.kind = t.kind AND x.channel = t.channel AND x.number > t.number)`

func scanTemplate(s db.Scanner) (t Template, err error) {
	var at int64
	err = s.Scan(&t.Kind, &t.Channel, &t.Number, &t.Title, &t.Text, &t.Reset, &t.Reason, &t.Author, &t.AuthorName, &at)
	t.At = moment(at)
	return t, err
}

// templatesOf are the newest templates of a kind; of all kinds when it is empty.
func templatesOf(ctx context.Context, tx *db.Tx, kind string) ([]Template, error) {
	if kind == "" {
		return db.All(ctx, tx, scanTemplate, `SELECT `+templateColumns+templateTables+`WHERE `+newest+` ORDER BY t.kind, t.channel`)
	}
	return db.All(ctx, tx, scanTemplate, `SELECT `+templateColumns+templateTables+`WHERE t.kind = $1 AND `+newest+` ORDER BY t.channel`, kind)
}

// templateVersions are all versions of one, newest first.
func templateVersions(ctx context.Context, tx *db.Tx, kind, channel string) ([]Template, error) {
	return db.All(ctx, tx, scanTemplate, `SELECT `+templateColumns+templateTables+`WHERE t.kind = $1 AND t.channel = $2 ORDER BY t.number DESC`, kind, channel)
}

// insertTemplate writes the next version; false when somebody was faster.
func insertTemplate(ctx context.Context, tx *db.Tx, t Template) (bool, error) {
	n, err := db.Exec(ctx, tx, `INSERT INTO notice_template (kind, channel, number, title, text, reset, reason, author, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (kind, channel, number) DO NOTHING`, t.Kind, t.Channel, t.Number, t.Title, t.Text, t.Reset, t.Reason, t.Author, tx.Micros())
	return n == 1, err
}
