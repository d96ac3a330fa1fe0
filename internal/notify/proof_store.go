package notify

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// mark is what is known of a person's address.
type mark struct {
	user, kind, address string
	proven, bad, codeAt time.Time
	trouble, code       string
	tries               int
}

func scanMark(s db.Scanner) (m mark, err error) {
	var proven, bad, code int64
	err = s.Scan(&m.user, &m.kind, &m.address, &proven, &bad, &m.trouble, &m.code, &code, &m.tries)
	m.proven, m.bad, m.codeAt = moment(proven), moment(bad), moment(code)
	return m, err
}

// marksOf reads what is known of people's addresses, by person and kind.
func marksOf(ctx context.Context, tx *db.Tx, ids []string) (map[[2]string]mark, error) {
	var f db.Filter
	f.In("user_id", ids)
	list, err := db.All(ctx, tx, scanMark, `SELECT user_id, kind, address, proven_at, bad_at, trouble, code, code_at, tries FROM address_mark WHERE `+f.Where(), f.Args...)
	out := make(map[[2]string]mark, len(list))
	for _, m := range list {
		out[[2]string{m.user, m.kind}] = m
	}
	return out, err
}

func since(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// saveMark writes what is known now.
func saveMark(ctx context.Context, tx *db.Tx, m mark) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO address_mark (user_id, kind, address, proven_at, bad_at, trouble, code, code_at, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (user_id, kind) DO UPDATE SET address = excluded.address, proven_at = excluded.proven_at, bad_at = excluded.bad_at, trouble = excluded.trouble,
		code = excluded.code, code_at = excluded.code_at, tries = excluded.tries`,
		m.user, m.kind, m.address, since(m.proven), since(m.bad), m.trouble, m.code, since(m.codeAt), m.tries)
	return err
}
