package db_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// What was deleted is not left in SQLite's file, neither in a page's free space nor
// in pages given free; the WAL holds it until it is written back.
func TestSQLite_DeletedBytesAreGone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := dbtest.Dir(t)
	d, err := db.Open(ctx, db.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	marker := []byte("QXERASED7731")
	count := func() int {
		t.Helper()
		if _, err := d.Handle().ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, db.MainFile))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(b, marker)
	}
	for _, text := range []string{`CREATE TABLE secret (id INTEGER PRIMARY KEY, body BLOB)`, `INSERT INTO secret (id, body) VALUES (1, 'short'), (4, 'stays')`} {
		if _, err := d.Handle().ExecContext(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range map[int]int{2: 1, 3: 3000} {
		if _, err := d.Handle().ExecContext(ctx, `INSERT INTO secret (id, body) VALUES ($1, $2)`, id, bytes.Repeat(marker, n)); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n < 2900 {
		t.Fatalf("the search finds %d of what is there", n)
	}
	if _, err := d.Handle().ExecContext(ctx, `DELETE FROM secret WHERE id IN (2, 3)`); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("%d deleted markers are left in the file", n)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
