package db_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

var update = flag.Bool("update", false, "rewrite schema.sql")

// TestSchema_OneFile keeps schema.sql, the present schema for readers, equal to
// what the migrations make.
func TestSchema_OneFile(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), db.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var parts []string
	err = d.Read(context.Background(), func(tx *db.Tx) (err error) {
		parts, err = db.All(context.Background(), tx, db.Value[string],
			`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name NOT LIKE 'search_pairs_%' ORDER BY tbl_name, type DESC, name`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := "-- The present schema, made from migrations/ by: go test ./internal/db -update\n\n" + strings.Join(parts, ";\n\n") + ";\n"
	if *update {
		if err := os.WriteFile("schema.sql", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("schema.sql is stale; run go test ./internal/db -update\n%s", diff)
	}
}

// TestSchema_SameOnBoth migrates both engines and compares tables and columns.
func TestSchema_SameOnBoth(t *testing.T) {
	t.Parallel()
	lite := columns(t, db.Config{Dir: t.TempDir()}, `SELECT m.name || '.' || p.name || CASE WHEN p."notnull" = 1 OR p.pk > 0 THEN ' not null' ELSE '' END
		FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'search_pairs%'`)
	pg := columns(t, db.Config{Dir: t.TempDir(), URL: dbtest.NewPostgres(t)}, `SELECT table_name || '.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
		FROM information_schema.columns WHERE table_schema = 'public'`)
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("schemas differ (-sqlite +postgres):\n%s", diff)
	}
}

func columns(t *testing.T, c db.Config, query string) []string {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var all, out []string
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.All(ctx, tx, db.Value[string], query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	native := regexp.MustCompile(`^(goose_|sqlite_|tele_)`) // telemetry's twin tables are native on purpose
	for _, s := range all {
		if !native.MatchString(s) {
			out = append(out, s)
		}
	}
	sort.Strings(out)
	if len(out) < 20 {
		t.Fatalf("only %d columns", len(out))
	}
	return out
}

// TestLibc_IsTheDriversOwn guards against an upgrade of modernc.org/libc beyond
// the version that the SQLite driver names: mixed ones corrupt memory.
func TestLibc_IsTheDriversOwn(t *testing.T) {
	t.Parallel()
	goTool := func(args ...string) string {
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			t.Fatalf("go %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	ours := goTool("list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	mod, err := os.ReadFile(goTool("list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`modernc.org/libc (v\S+)`).FindStringSubmatch(string(mod))
	if m == nil || m[1] != ours {
		t.Errorf("modernc.org/libc is %s, the driver wants %v", ours, m)
	}
}
