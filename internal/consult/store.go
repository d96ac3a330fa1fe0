package consult

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const columns = `c.id, c.number, c.state, c.enterprise_id, e.name, c.area, c.topic, c.title, c.created_by, COALESCE(u.name, c.created_by), c.created_at, c.updated_at, c.version`

const tables = ` FROM consult c JOIN enterprise e ON e.id = c.enterprise_id LEFT JOIN app_user u ON u.id = c.created_by `

func scan(s db.Scanner) (c Consult, err error) {
	var created, updated int64
	err = s.Scan(&c.ID, &c.Number, &c.State, &c.EnterpriseID, &c.EnterpriseName, &c.Area, &c.Topic, &c.Title, &c.CreatedBy, &c.CreatedByName, &created, &updated, &c.Version)
	c.CreatedAt, c.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return c, err
}

func insert(ctx context.Context, tx *db.Tx, c Consult) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO consult (id, number, state, enterprise_id, area, topic, title, created_by, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1)`,
		c.ID, c.Number, c.State, c.EnterpriseID, c.Area, c.Topic, c.Title, c.CreatedBy, tx.Micros())
	return err
}

// save writes what a step changes, unless another transaction was faster.
func save(ctx context.Context, tx *db.Tx, c *Consult) error {
	n, err := db.Exec(ctx, tx, `UPDATE consult SET state = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4`, c.State, tx.Micros(), c.ID, c.Version)
	if err == nil && n == 0 {
		return errStale
	}
	c.Version++
	return err
}

func find(ctx context.Context, tx *db.Tx, id ID) (Consult, error) {
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE c.id = $1`, id)
}

func lock(ctx context.Context, tx *db.Tx, id ID) (Consult, error) {
	suffix := ""
	if l := tx.ForUpdate(); l != "" {
		suffix = l + " OF c"
	}
	return db.One(ctx, tx, scan, `SELECT `+columns+tables+`WHERE c.id = $1`+suffix, id)
}

func (s *Service) filter(actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.ConsultRead, auth.Columns{Area: "c.area", Enterprise: "c.enterprise_id"}, &f.Args))
	f.In("c.state", q.States)
	f.In("c.topic", q.Topics)
	if q.Area != "" {
		f.Add("c.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("c.enterprise_id = ?", q.EnterpriseID)
	}
	f.Has(q.Text, "c.number", "c.title", "e.name")
	return f
}

func (s *Service) list(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Consult, error) {
	f := s.filter(actor, q)
	if before != "" {
		f.Add("c.id < ?", before)
	}
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE `+f.Where()+` ORDER BY c.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) count(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+tables+`WHERE `+f.Where(), f.Args...)
}

// answered are an enterprise's consultations that wait for it.
func answered(ctx context.Context, tx *db.Tx, enterprise string) ([]Consult, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+tables+`WHERE c.enterprise_id = $1 AND c.state = 'answered' ORDER BY c.id LIMIT 50`, enterprise)
}
