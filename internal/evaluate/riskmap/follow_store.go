package riskmap

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const taskColumns = `SELECT t.id, t.number, t.kind, t.area, t.month, t.edition_id, t.state, t.reason, t.due_at, t.overdue, t.helped, t.person, t.reported_by, t.outcome, t.effect, t.effect_month, t.created_at, t.updated_at, t.version FROM risk_task t `

func scanTask(s db.Scanner) (t Task, err error) {
	var month, due, effect, created, updated int64
	err = s.Scan(&t.ID, &t.Number, &t.Kind, &t.Unit, &month, &t.Edition, &t.State, &t.Reason, &due, &t.Overdue, &t.Helped, &t.Person, &t.ReportedBy, &t.Outcome, &t.Effect, &effect, &created, &updated, &t.Version)
	t.Month, t.EffectIn, t.DueAt, t.CreatedAt, t.UpdatedAt = Month(month), Month(effect), moment(due), moment(created), moment(updated)
	return t, err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func insertTask(ctx context.Context, tx *db.Tx, t Task) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO risk_task (id, number, kind, area, month, edition_id, state, reason, person, due_at, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)`,
		t.ID, t.Number, t.Kind, t.Unit, int64(t.Month), t.Edition, t.State, t.Reason, t.Person, micros(t.DueAt), tx.Micros())
	return err
}

// saveTask writes what a step changes, unless another was faster.
func saveTask(ctx context.Context, tx *db.Tx, t *Task) error {
	n, err := db.Exec(ctx, tx, `UPDATE risk_task SET state = $1, due_at = $2, overdue = $3, helped = $4, person = $5, reported_by = $6, outcome = $7, effect = $8, effect_month = $9, updated_at = $10, version = version + 1 WHERE id = $11 AND version = $12`,
		t.State, micros(t.DueAt), t.Overdue, t.Helped, t.Person, t.ReportedBy, t.Outcome, t.Effect, int64(t.EffectIn), tx.Micros(), t.ID, t.Version)
	if err == nil && n == 0 {
		return errStaleTask
	}
	t.Version++
	return err
}

func taskByID(ctx context.Context, tx *db.Tx, id TaskID) (Task, error) {
	return db.One(ctx, tx, scanTask, taskColumns+`WHERE t.id = $1`, id)
}

func lockTask(ctx context.Context, tx *db.Tx, id TaskID) (Task, error) {
	return db.One(ctx, tx, scanTask, taskColumns+`WHERE t.id = $1`+tx.ForUpdate(), id)
}

// runningTasks are those not ended, by unit and kind.
func runningTasks(ctx context.Context, tx *db.Tx) (map[string]map[TaskKind]Task, error) {
	list, err := db.All(ctx, tx, scanTask, taskColumns+`WHERE t.state IN ('open', 'working', 'reported')`)
	out := map[string]map[TaskKind]Task{}
	for _, t := range list {
		if out[t.Unit] == nil {
			out[t.Unit] = map[TaskKind]Task{}
		}
		out[t.Unit][t.Kind] = t
	}
	return out, err
}

// nameAt is the name of the first of the people who belongs to the area itself.
func nameAt(ctx context.Context, tx *db.Tx, ids []string, area string) (string, error) {
	args := []any{area}
	for _, id := range ids {
		args = append(args, id)
	}
	list, err := db.All(ctx, tx, db.Value[string], `SELECT u.name FROM app_user u WHERE u.area = $1 AND u.id IN (`+numberedFrom(2, len(ids))+`) ORDER BY u.id LIMIT 1`, args...)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

func taskFilter(q TaskQuery) db.Filter {
	var f db.Filter
	f.In("t.state", q.States)
	f.In("t.kind", q.Kinds)
	if q.Unit != "" {
		f.Add("t.area = ?", q.Unit)
	}
	return f
}

func listTasks(ctx context.Context, tx *db.Tx, q TaskQuery, before string, limit int) ([]Task, error) {
	f := taskFilter(q)
	if before != "" {
		f.Add("t.id < ?", before)
	}
	return db.All(ctx, tx, scanTask, taskColumns+`WHERE `+f.Where()+` ORDER BY t.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func countTasks(ctx context.Context, tx *db.Tx, q TaskQuery) (int, bool, error) {
	f := taskFilter(q)
	return db.Count(ctx, tx, `SELECT 1 FROM risk_task t WHERE `+f.Where(), f.Args...)
}
