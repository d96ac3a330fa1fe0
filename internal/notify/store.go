package notify

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// usersFor reads the active people who hold one of the roles or are named.
func usersFor(ctx context.Context, tx *db.Tx, roles []auth.Role, named []string) ([]person, error) {
	var f db.Filter
	var or []string
	for _, r := range roles {
		or = append(or, "roles LIKE "+f.Put(`%"`+string(r)+`"%`))
	}
	for _, id := range named {
		or = append(or, "id = "+f.Put(id))
	}
	if len(or) == 0 {
		return nil, nil
	}
	return db.All(ctx, tx, scanPerson, `SELECT id, area, agency, enterprise_id, roles FROM app_user
		WHERE active AND (`+strings.Join(or, " OR ")+`) ORDER BY id`, f.Args...)
}

func scanPerson(s db.Scanner) (person, error) {
	var p person
	var roles string
	if err := s.Scan(&p.id, &p.area, &p.agency, &p.enterprise, &roles); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(roles), &p.roles)
}

// deputiesOf finds who stands in now for the people.
func deputiesOf(ctx context.Context, tx *db.Tx, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var f db.Filter
	f.In("d.user_id", ids)
	f.Add("d.from_at <= ? AND d.to_at > ? AND d.ended_at = 0 AND u.active", tx.Micros(), tx.Micros())
	return db.All(ctx, tx, db.Value[string], `SELECT DISTINCT d.deputy_id FROM app_deputy d JOIN app_user u ON u.id = d.deputy_id
		WHERE `+f.Where()+` ORDER BY 1`, f.Args...)
}

func insertNotice(ctx context.Context, tx *db.Tx, user string, n Notice) (id string, err error) {
	id = db.NewID()
	_, err = db.Exec(ctx, tx, `INSERT INTO notice (id, user_id, at, kind, subject, title, text, link, urgency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, user, tx.Micros(), n.Kind, n.Subject, n.Title, n.Text, n.Link, n.Urgency)
	return id, err
}

func mine(user string, unread bool) db.Filter {
	var f db.Filter
	f.Add("user_id = ?", user)
	if unread {
		f.Add("read_at = 0")
	}
	return f
}

func noticesOf(ctx context.Context, tx *db.Tx, user string, unread bool, before string, limit int) ([]Item, error) {
	f := mine(user, unread)
	if before != "" {
		f.Add("id < ?", before)
	}
	return db.All(ctx, tx, scanItem, `SELECT id, at, kind, subject, title, text, link, urgency, read_at FROM notice
		WHERE `+f.Where()+` ORDER BY id DESC LIMIT `+f.Put(limit), f.Args...)
}

func scanItem(s db.Scanner) (Item, error) {
	var i Item
	var at, read int64
	err := s.Scan(&i.ID, &at, &i.Kind, &i.Subject, &i.Title, &i.Text, &i.Link, &i.Urgency, &read)
	i.At = time.UnixMicro(at).UTC()
	if read > 0 {
		i.ReadAt = time.UnixMicro(read).UTC()
	}
	return i, err
}

func countNotices(ctx context.Context, tx *db.Tx, user string, unread bool) (int, bool, error) {
	f := mine(user, unread)
	return db.Count(ctx, tx, `SELECT 1 FROM notice WHERE `+f.Where(), f.Args...)
}

func markRead(ctx context.Context, tx *db.Tx, user, id string) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE notice SET read_at = CASE WHEN read_at = 0 THEN $1 ELSE read_at END WHERE user_id = $2 AND id = $3`,
		tx.Micros(), user, id)
	return n == 1, err
}

func markAllRead(ctx context.Context, tx *db.Tx, user string) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice SET read_at = $1 WHERE user_id = $2 AND read_at = 0`, tx.Micros(), user)
	return err
}
