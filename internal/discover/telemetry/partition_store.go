package telemetry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// partitioned are the tables that PostgreSQL keeps a month apart. The migrations
// make them whole, one text for both engines; here the whole table becomes the
// default partition of a new one, with what it holds.
var partitioned = []struct{ table, key, primary, index, columns string }{
	{"tele_row", "time", "kind, time, device, part, version", "tele_row_device", "device, kind, time"},
	{"tele_chunk", "day", "kind, device, day, version", "tele_chunk_day", "day, kind, device, version"},
}

// monthsAhead is for how many months there are partitions: a busy server may put
// off making one for weeks.
const monthsAhead = 3

// partitionLock names the lock under which one node at a time changes partitions.
const partitionLock = 0x74656c65

// partition makes what partitions are missing on PostgreSQL. It waits for nobody:
// where a table is in use for long it gives up, and rows go to the default
// partition until a later run.
func (s *shards) partition(ctx context.Context, now time.Time) error {
	var errs []error
	for _, p := range partitioned {
		errs = append(errs, s.inLock(ctx, func(tx *sql.Tx) error { return divide(ctx, tx, p.table, p.key, p.primary, p.index, p.columns) }))
		local := now.In(hj212.Beijing)
		month := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, hj212.Beijing)
		for i := range monthsAhead + 1 {
			from, to := month.AddDate(0, i, 0), month.AddDate(0, i+1, 0)
			errs = append(errs, s.inLock(ctx, func(tx *sql.Tx) error {
				return addPartition(ctx, tx, p.table, p.key, from.Format("200601"), from.UnixMicro(), to.UnixMicro())
			}))
		}
	}
	return errors.Join(errs...)
}

func (s *shards) inLock(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.d.Handle().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `SELECT set_config('lock_timeout', '500ms', TRUE), pg_advisory_xact_lock($1)`, partitionLock)
	if err == nil {
		err = f(tx)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// divide turns a whole table into the default partition of one of its name.
func divide(ctx context.Context, tx *sql.Tx, table, key, primary, index, columns string) error {
	var kind string
	if err := tx.QueryRowContext(ctx, `SELECT relkind FROM pg_class WHERE oid = $1::regclass`, table).Scan(&kind); err != nil || kind != "r" {
		return err
	}
	for _, q := range []string{
		`ALTER TABLE %[1]s RENAME TO %[1]s_rest`,
		`ALTER TABLE %[1]s_rest RENAME CONSTRAINT %[1]s_pkey TO %[1]s_rest_pkey`,
		`ALTER INDEX %[4]s RENAME TO %[4]s_rest`,
		`CREATE TABLE %[1]s (LIKE %[1]s_rest INCLUDING DEFAULTS, PRIMARY KEY (%[3]s)) PARTITION BY RANGE (%[2]s)`,
		`CREATE INDEX %[4]s ON %[1]s (%[5]s)`,
		`ALTER TABLE %[1]s ATTACH PARTITION %[1]s_rest DEFAULT`,
	} {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(q+"%[6]s", table, key, primary, index, columns, "")); err != nil { // all arguments are named
			return fmt.Errorf("partition %s: %w", table, err)
		}
	}
	return nil
}

// addPartition makes the partition of a month, unless it is there or the default
// partition has rows of the month already.
func addPartition(ctx context.Context, tx *sql.Tx, table, key, month string, from, to int64) error {
	var done bool
	err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT to_regclass($1) IS NOT NULL OR EXISTS (SELECT 1 FROM %s_rest WHERE %s >= $2 AND %[2]s < $3)`, table, key),
		table+"_"+month, from, to).Scan(&done)
	if err != nil || done {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE %[1]s_%[2]s PARTITION OF %[1]s FOR VALUES FROM (%[3]d) TO (%[4]d)`, table, month, from, to))
	return err
}
