package safety

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const selectPlan = `SELECT p.id, p.kind, p.subject, p.area, p.state, p.level, p.body, p.responsible, p.review_at, p.made_by, p.made_at, p.version FROM safety_plan p `

func scanPlan(r db.Scanner) (p Plan, err error) {
	var review, made int64
	err = r.Scan(&p.ID, &p.Kind, &p.Subject, &p.Area, &p.State, &p.Level, &p.sealed, &p.Responsible, &review, &p.MadeBy, &made, &p.Version)
	p.ReviewAt, p.MadeAt = time.UnixMicro(review).UTC(), time.UnixMicro(made).UTC()
	return p, err
}

// planOf is the newest plan of a report.
func planOf(ctx context.Context, tx *db.Tx, subject string) (Plan, error) {
	return db.One(ctx, tx, scanPlan, selectPlan+`WHERE p.subject = $1 ORDER BY p.id DESC LIMIT 1`, subject)
}

func planByID(ctx context.Context, tx *db.Tx, id string) (Plan, error) {
	return db.One(ctx, tx, scanPlan, selectPlan+`WHERE p.id = $1`, id)
}

func insertPlan(ctx context.Context, tx *db.Tx, p Plan) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO safety_plan (id, kind, subject, held, area, state, level, body, responsible, review_at, made_by, made_at) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		p.ID, p.Kind, p.Subject, p.Area, p.State, p.Level, p.sealed, p.Responsible, p.ReviewAt.UnixMicro(), p.MadeBy, tx.Micros())
	return err
}

func savePlan(ctx context.Context, tx *db.Tx, p Plan) error {
	held := p.Subject
	if p.State != Running {
		held = p.ID
	}
	_, err := db.Exec(ctx, tx, `UPDATE safety_plan SET held = $1, state = $2, level = $3, body = $4, responsible = $5, review_at = $6, version = version + 1 WHERE id = $7`,
		held, p.State, p.Level, p.sealed, p.Responsible, p.ReviewAt.UnixMicro(), p.ID)
	return err
}

func dueOf(ctx context.Context, tx *db.Tx, subjects []string) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	if len(subjects) == 0 {
		return out, nil
	}
	var f db.Filter
	f.In("p.held", subjects)
	list, err := db.All(ctx, tx, scanPlan, selectPlan+`WHERE `+f.Where(), f.Args...)
	for _, p := range list {
		out[p.Subject] = p.ReviewAt
	}
	return out, err
}

// Erase deletes what was written about a reporter's safety. No plan runs any more once
// the report's circle is lifted.
func Erase(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM safety_plan WHERE subject = $1 AND state <> $2`, subject, Running)
	return err
}
