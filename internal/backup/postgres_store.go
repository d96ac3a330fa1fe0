package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/qingshao/qingshao/internal/db"
)

// versionTable is the migrations' own; a restored database gets it by migrating.
const versionTable = "goose_db_version"

// readTables lists the tables with their columns, those that others refer to
// first.
func readTables(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, err := tx.Query(ctx, `SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relname <> $1
		GROUP BY c.relname ORDER BY c.relname`, versionTable)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t Table, err error) {
		err = r.Scan(&t.Name, &t.Columns)
		return t, err
	})
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT child.relname, parent.relname FROM pg_constraint k
		JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
		JOIN pg_namespace n ON n.oid = child.relnamespace
		WHERE k.contype = 'f' AND n.nspname = current_schema() AND child.oid <> parent.oid`)
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	var child, parent string
	_, err = pgx.ForEachRow(rows, []any{&child, &parent}, func() error {
		needs[child] = append(needs[child], parent)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return parentsFirst(list, needs)
}

// parentsFirst orders tables so that foreign keys hold while they are filled.
func parentsFirst(list []Table, needs map[string][]string) ([]Table, error) {
	var out []Table
	placed := map[string]bool{}
	for len(list) > 0 {
		rest := list[:0:0]
		for _, t := range list {
			if slices.ContainsFunc(needs[t.Name], func(p string) bool { return !placed[p] }) {
				rest = append(rest, t)
				continue
			}
			placed[t.Name] = true
			out = append(out, t)
		}
		if len(rest) == len(list) {
			return nil, fmt.Errorf("backup: tables refer to each other in a circle, %s among them", rest[0].Name)
		}
		list = rest
	}
	return out, nil
}

// copyOut selects, because a partitioned table cannot be copied itself; its
// partitions are not listed, and a restore fills whatever the program makes anew.
func copyOut(t Table) string {
	return `COPY (SELECT ` + columnList(t) + ` FROM ` + quote(t.Name) + `) TO STDOUT`
}

func copyIn(t Table) string {
	return `COPY ` + quote(t.Name) + ` (` + columnList(t) + `) FROM STDIN`
}

func columnList(t Table) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = quote(c)
	}
	return strings.Join(columns, ", ")
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// emptyTables removes what the migrations put into a fresh schema.
func emptyTables(ctx context.Context, tx pgx.Tx, list []Table) error {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = quote(t.Name)
	}
	_, err := tx.Exec(ctx, `TRUNCATE `+strings.Join(names, ", "))
	return err
}

// countTables counts the tables and views of a database.
func countTables(ctx context.Context, url string) (n int, err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	err = c.QueryRow(ctx, `SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`).Scan(&n)
	return n, err
}

// dropTables empties a database that was empty before the restore.
func dropTables(ctx context.Context, tx *db.Tx) error {
	names, err := db.All(ctx, tx, db.Value[string], `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname`)
	if err != nil || len(names) == 0 {
		return err
	}
	for i, n := range names {
		names[i] = quote(n)
	}
	_, err = tx.ExecContext(ctx, `DROP TABLE `+strings.Join(names, ", ")+` CASCADE`)
	return err
}
