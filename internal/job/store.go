package job

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// enqueue moves an unfinished job of the same key instead of adding a second. A
// leased one keeps its lease and attempt, which fence its worker's outcome.
func enqueue(ctx context.Context, tx *db.Tx, s Spec, payload string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO job (id, kind, dedup, payload, state, run_at, max_attempts, created_at)
		VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7)
		ON CONFLICT (kind, dedup) WHERE state IN ('ready', 'leased') AND dedup IS NOT NULL
		DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at, max_attempts = excluded.max_attempts,
			again = (job.state = 'leased'), attempt = CASE WHEN job.state = 'leased' THEN job.attempt ELSE 0 END`,
		db.NewID(), s.Kind, nullable(s.Dedup), payload, s.RunAt.UnixMicro(), s.MaxAttempts, tx.Micros())
	return err
}

// enqueueOnce leaves an unfinished job of the same key alone.
func enqueueOnce(ctx context.Context, tx *db.Tx, s Spec) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO job (id, kind, dedup, payload, state, run_at, max_attempts, created_at)
		VALUES ($1, $2, $3, 'null', 'ready', $4, $5, $6)
		ON CONFLICT (kind, dedup) WHERE state IN ('ready', 'leased') AND dedup IS NOT NULL DO NOTHING`,
		db.NewID(), s.Kind, nullable(s.Dedup), s.RunAt.UnixMicro(), s.MaxAttempts, tx.Micros())
	return err
}

func cancel(ctx context.Context, tx *db.Tx, kind, dedup string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM job WHERE kind = $1 AND dedup = $2 AND state = 'ready'`, kind, dedup); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE job SET again = FALSE WHERE kind = $1 AND dedup = $2 AND state = 'leased'`, kind, dedup)
	return err
}

// due is true of ready jobs whose time has come and of leased ones whose lease
// ran out; a ready job has lease_until 0.
const due = `state IN ('ready', 'leased') AND run_at <= $1 AND lease_until <= $1`

// among writes a list of placeholders for the kinds after those already used.
func among(kinds []string, args *[]any) string {
	marks := make([]string, len(kinds))
	for i, k := range kinds {
		*args = append(*args, k)
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

func anyDue(ctx context.Context, tx *db.Tx, kinds []string) (bool, error) {
	args := []any{tx.Micros()}
	in := among(kinds, &args)
	_, err := db.One(ctx, tx, db.Value[int64], `SELECT 1 FROM job WHERE `+due+` AND kind IN `+in+` LIMIT 1`, args...)
	if db.IsMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// lease takes up to n due jobs. PostgreSQL hands each row to one claimer: the
// row lock is taken in the CTE, which is run once, and rows that others hold
// are passed over.
func lease(ctx context.Context, tx *db.Tx, kinds []string, owner string, until time.Time, n int) ([]Job, error) {
	args := []any{tx.Micros(), until.UnixMicro(), owner, n}
	in := among(kinds, &args)
	if err := bury(ctx, tx, kinds); err != nil {
		return nil, err
	}
	return db.All(ctx, tx, scanJob, `WITH picked AS MATERIALIZED (
			SELECT id FROM job WHERE `+due+` AND kind IN `+in+` ORDER BY run_at, id LIMIT $4`+tx.SkipLocked()+`)
		UPDATE job SET state = 'leased', lease_owner = $3, lease_until = $2, attempt = attempt + 1, again = FALSE
		WHERE id IN (SELECT id FROM picked)
		RETURNING id, kind, payload, attempt, max_attempts`, args...)
}

// bury gives up jobs whose last attempt ended with its node: a job that kills
// its process must not do so for ever.
func bury(ctx context.Context, tx *db.Tx, kinds []string) error {
	args := []any{tx.Micros()}
	in := among(kinds, &args)
	_, err := tx.ExecContext(ctx, `WITH picked AS MATERIALIZED (
			SELECT id FROM job WHERE `+due+` AND state = 'leased' AND NOT again AND attempt >= max_attempts AND kind IN `+in+tx.SkipLocked()+`)
		UPDATE job SET state = 'dead', finished_at = $1, lease_owner = '', lease_until = 0,
			last_error = 'the node stopped during the last attempt'
		WHERE id IN (SELECT id FROM picked)`, args...)
	return err
}

func scanJob(s db.Scanner) (Job, error) {
	var j Job
	var payload string
	err := s.Scan(&j.ID, &j.Kind, &payload, &j.Attempt, &j.maxAttempts)
	j.Payload = []byte(payload)
	return j, err
}

// held is true of the lease under which this attempt runs.
const held = `id = $1 AND lease_owner = $2 AND attempt = $3 AND state = 'leased'`

func prolong(ctx context.Context, tx *db.Tx, j Job, owner string, until time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE job SET lease_until = $4 WHERE `+held, j.ID, owner, j.Attempt, until.UnixMicro())
	return n == 1, err
}

// settle writes an attempt's outcome. A job enqueued again meanwhile starts
// anew at the time it was given then, whatever came of this attempt.
func settle(ctx context.Context, tx *db.Tx, j Job, owner string, o outcome) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE job SET
			state = CASE WHEN again THEN 'ready' ELSE $4 END,
			attempt = CASE WHEN again THEN CAST(0 AS BIGINT) ELSE $5 END,
			run_at = CASE WHEN again OR $4 <> 'ready' THEN run_at ELSE $6 END,
			finished_at = CASE WHEN again THEN CAST(0 AS BIGINT) ELSE $7 END,
			last_error = $8, lease_owner = '', lease_until = 0, again = FALSE
		WHERE `+held, j.ID, owner, j.Attempt, o.state, o.attempt, o.runAt, o.finish, o.text)
	return n == 1, err
}

func deleteDone(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM job WHERE state = 'done' AND finished_at < $1`, before.UnixMicro())
	return err
}

func putSchedule(ctx context.Context, tx *db.Tx, name, spec string, next time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO job_schedule (name, spec, next_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at
		WHERE job_schedule.spec <> excluded.spec`, name, spec, next.UnixMicro())
	return err
}

func countDueSchedules(ctx context.Context, tx *db.Tx) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM job_schedule WHERE next_at <= $1`, tx.Micros())
}

// lockDueSchedules passes over rows that another node is firing at the moment.
func lockDueSchedules(ctx context.Context, tx *db.Tx) (map[string]bool, error) {
	names, err := db.All(ctx, tx, db.Value[string], `SELECT name FROM job_schedule WHERE next_at <= $1 ORDER BY name`+tx.SkipLocked(), tx.Micros())
	if err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set, nil
}

func moveSchedule(ctx context.Context, tx *db.Tx, name string, next time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE job_schedule SET next_at = $2, fired_at = $3 WHERE name = $1`, name, next.UnixMicro(), tx.Micros())
	return err
}

func counts(ctx context.Context, tx *db.Tx) (Counts, error) {
	var c Counts
	var oldest sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT
			(SELECT COUNT(*) FROM job WHERE state = 'ready'),
			(SELECT COUNT(*) FROM job WHERE state = 'leased'),
			(SELECT COUNT(*) FROM job WHERE state = 'dead'),
			(SELECT MIN(run_at) FROM job WHERE state = 'ready' AND run_at <= $1)`, tx.Micros()).
		Scan(&c.Ready, &c.Leased, &c.Dead, &oldest)
	if oldest.Valid {
		c.Late = time.Duration(tx.Micros()-oldest.Int64) * time.Microsecond
	}
	return c, err
}
