package circle

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const selectCircle = `SELECT c.id, c.kind, c.subject, c.number, c.area, c.state, c.reason, c.set_by, c.set_at, c.ended_at, c.version FROM circle c `

func scanCircle(r db.Scanner) (c Circle, err error) {
	var set, ended int64
	err = r.Scan(&c.ID, &c.Kind, &c.Subject, &c.Number, &c.Area, &c.State, &c.Reason, &c.SetBy, &set, &ended, &c.Version)
	c.SetAt = time.UnixMicro(set).UTC()
	if ended > 0 {
		c.EndedAt = time.UnixMicro(ended).UTC()
	}
	return c, err
}

func insertCircle(ctx context.Context, tx *db.Tx, c Circle) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO circle (id, kind, subject, held, number, area, state, reason, set_by, set_at) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)`,
		c.ID, c.Kind, c.Subject, c.Number, c.Area, c.State, c.Reason, c.SetBy, tx.Micros())
	return err
}

func saveCircle(ctx context.Context, tx *db.Tx, c Circle) error {
	held, ended := c.Subject, int64(0)
	if !c.EndedAt.IsZero() {
		held, ended = string(c.ID), c.EndedAt.UnixMicro()
	}
	_, err := db.Exec(ctx, tx, `UPDATE circle SET state = $1, held = $2, reason = $3, ended_at = $4, version = version + 1 WHERE id = $5`, c.State, held, c.Reason, ended, c.ID)
	return err
}

func insertMembers(ctx context.Context, tx *db.Tx, id ID, by string, members []string) error {
	for _, m := range members {
		if _, err := db.Exec(ctx, tx, `INSERT INTO circle_member (circle_id, user_id, added_by, added_at) VALUES ($1, $2, $3, $4)`, id, m, by, tx.Micros()); err != nil {
			return err
		}
	}
	return nil
}

// keepMembers takes out everyone who is not named.
func keepMembers(ctx context.Context, tx *db.Tx, id ID, members []string) error {
	var f db.Filter
	f.Add("circle_id = ?", id)
	for _, m := range members {
		f.Add("user_id <> ?", m)
	}
	_, err := db.Exec(ctx, tx, `DELETE FROM circle_member WHERE `+f.Where(), f.Args...)
	return err
}

func withMembers(ctx context.Context, tx *db.Tx, list []Circle) error {
	for i := range list {
		rows, err := db.All(ctx, tx, func(r db.Scanner) (m Member, err error) {
			var at int64
			err = r.Scan(&m.UserID, &m.Name, &m.AddedBy, &at)
			m.AddedAt = time.UnixMicro(at).UTC()
			return m, err
		}, `SELECT m.user_id, COALESCE(u.name, m.user_id), m.added_by, m.added_at FROM circle_member m LEFT JOIN app_user u ON u.id = m.user_id WHERE m.circle_id = $1 ORDER BY m.added_at, m.user_id`, list[i].ID)
		if err != nil {
			return err
		}
		list[i].Members = rows
	}
	return nil
}

func one(ctx context.Context, tx *db.Tx, c Circle, err error) (Circle, error) {
	if err != nil {
		return c, err
	}
	list := []Circle{c}
	err = withMembers(ctx, tx, list)
	return list[0], err
}

func circleByID(ctx context.Context, tx *db.Tx, id ID, lock string) (Circle, error) {
	c, err := db.One(ctx, tx, scanCircle, selectCircle+`WHERE c.id = $1`+lock, id)
	return one(ctx, tx, c, err)
}

func circleOf(ctx context.Context, tx *db.Tx, subject string) (Circle, error) {
	c, err := db.One(ctx, tx, scanCircle, selectCircle+`WHERE c.held = $1`, subject)
	return one(ctx, tx, c, err)
}

func (s *Service) circles(ctx context.Context, tx *db.Tx, actor auth.Actor) ([]Circle, error) {
	var f db.Filter
	f.Add("(" + s.policy.Where(actor, auth.CircleManage, auth.Columns{Area: "c.area"}, &f.Args) + " OR EXISTS (SELECT 1 FROM circle_member m WHERE m.circle_id = c.id AND m.user_id = " + f.Put(actor.ID) + "))")
	list, err := db.All(ctx, tx, scanCircle, selectCircle+`WHERE `+f.Where()+` ORDER BY CASE WHEN c.ended_at = 0 THEN 0 ELSE 1 END, c.set_at DESC LIMIT 500`, f.Args...)
	if err != nil {
		return nil, err
	}
	return list, withMembers(ctx, tx, list)
}

func (s *Service) hidden(ctx context.Context, tx *db.Tx, actor auth.Actor) (int, error) {
	var f db.Filter
	desk := "(c.kind = 'tip' AND " + s.policy.Where(actor, auth.ClueTriage, auth.Columns{Area: "c.area"}, &f.Args) + ")"
	sealed := "(c.kind = 'insider' AND " + s.policy.Where(actor, auth.SealDesk, auth.Columns{Area: "c.area"}, &f.Args) + ")"
	f.Add("c.ended_at = 0 AND (" + desk + " OR " + sealed + ")")
	f.Add("NOT EXISTS (SELECT 1 FROM circle_member m WHERE m.circle_id = c.id AND m.user_id = ?)", actor.ID)
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM circle c WHERE `+f.Where(), f.Args...)
}

// Admits reports whether no circle keeps a report from the actor.
func Admits(ctx context.Context, tx *db.Tx, actor auth.Actor, subject string) (bool, error) {
	if actor.IsSystem() || subject == "" {
		return true, nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM circle c WHERE c.held = $1 AND NOT EXISTS (SELECT 1 FROM circle_member m WHERE m.circle_id = c.id AND m.user_id = $2)`, subject, actor.ID)
	return n == 0, err
}

// Within is Admits as a condition on a list whose column names the report.
func Within(f *db.Filter, actor auth.Actor, column string) {
	if actor.IsSystem() {
		return
	}
	f.Add(column+" NOT IN (SELECT x.subject FROM circle x WHERE x.ended_at = 0 AND NOT EXISTS (SELECT 1 FROM circle_member m WHERE m.circle_id = x.id AND m.user_id = ?))", actor.ID)
}

// Readers lists who is in the circle of a report; false when it has none.
func Readers(ctx context.Context, tx *db.Tx, subject string) ([]string, bool, error) {
	if subject == "" {
		return nil, false, nil
	}
	n, err := db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM circle c WHERE c.held = $1`, subject)
	if err != nil || n == 0 {
		return nil, false, err
	}
	ids, err := db.All(ctx, tx, db.Value[string], `SELECT m.user_id FROM circle_member m JOIN circle c ON c.id = m.circle_id WHERE c.held = $1 ORDER BY m.user_id`, subject)
	return ids, true, err
}

// Of is the circle in force of a report.
func Of(ctx context.Context, tx *db.Tx, subject string) (ID, error) {
	return db.One(ctx, tx, db.Value[ID], `SELECT c.id FROM circle c WHERE c.held = $1`, subject)
}

// Free is the condition that no circle holds the report that a column names.
func Free(column string) string {
	return column + " NOT IN (SELECT x.subject FROM circle x WHERE x.ended_at = 0)"
}
