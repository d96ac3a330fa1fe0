package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// CopySQLite copies a SQLite file that may be in use to a new file, as it stands
// at one moment: writers go on meanwhile, and nothing of what they write enters
// the copy. The copy is checked page by page before it counts.
func CopySQLite(ctx context.Context, from, to string) (err error) {
	src, err := sql.Open("sqlite", SQLiteDSN(from, true))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	conn, err := src.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// All pages in one step: a copy in pieces starts anew with every write.
	err = conn.Raw(func(c any) error {
		b, err := c.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		}).NewBackup("file:" + (&url.URL{Path: to}).EscapedPath() + "?_pragma=synchronous(OFF)")
		if err != nil {
			return err
		}
		_, err = b.Step(-1)
		return errors.Join(err, b.Finish())
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return checkSQLite(ctx, to)
}

// checkSQLite reads every page of a file and fails when its structure is damaged.
func checkSQLite(ctx context.Context, file string) (err error) {
	h, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=query_only(ON)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	var verdict string
	if err := h.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("check %s: %w", file, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("check %s: %s", file, verdict)
	}
	return nil
}
