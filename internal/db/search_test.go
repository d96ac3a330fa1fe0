package db_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// papers are files of words, as features keep theirs.
type papers struct{ *db.DB }

func (p papers) write(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := p.Write(ctx, func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func (p papers) found(t *testing.T, kind, words string) []string {
	t.Helper()
	var ids []string
	ctx := context.Background()
	err := p.Read(ctx, func(tx *db.Tx) error {
		w, err := db.LookUp(ctx, tx, kind, words)
		if err != nil {
			return err
		}
		var f db.Filter
		f.Contains(tx, w, "p.id", "p.number", "p.body")
		ids, err = db.All(ctx, tx, db.Value[string], `SELECT p.id FROM paper p WHERE `+f.Where()+` ORDER BY p.id`, f.Args...)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return ids
}

func shelf(t *testing.T, d *db.DB, bodies ...string) papers {
	t.Helper()
	p := papers{d}
	p.write(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, `CREATE TABLE paper (id TEXT PRIMARY KEY, number TEXT NOT NULL, body TEXT NOT NULL)`); err != nil {
			return err
		}
		for i, b := range bodies {
			if _, err := db.Exec(ctx, tx, `INSERT INTO paper (id, number, body) VALUES ($1, $2, $3)`, fmt.Sprintf("p%02d", i), fmt.Sprintf("WZ-X-2026-%06d", i), b); err != nil {
				return err
			}
		}
		return nil
	})
	return p
}

func (p papers) older(ctx context.Context, tx *db.Tx, id string, n int) ([]db.Text, error) {
	return db.All(ctx, tx, func(s db.Scanner) (db.Text, error) {
		var t db.Text
		var number, body string
		err := s.Scan(&t.ID, &number, &body)
		t.Texts = []string{number, body}
		return t, err
	}, `SELECT id, number, body FROM paper WHERE id < $1 ORDER BY id DESC LIMIT $2`, id, n)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := shelf(t, d,
			"南白象印染厂夜间排污",           // p00
			"（印）染缸漏水，电话 0577-8888", // p01: the pair is broken by a bracket
			"印染厂与电镀厂共用排口",          // p02
			"COD 超标 àB 𠮷野家 100%",   // p03
			"")
		ctx := context.Background()
		if err := db.EnterTexts(ctx, d, "paper", p.older); err != nil {
			t.Fatal(err)
		}
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return db.PutText(ctx, tx, "pear", "x", "印染厂") })
		for words, want := range map[string][]string{
			"印染":               {"p00", "p02"},
			" 印染厂 ":            {"p00", "p02"},
			"染":                {"p00", "p01", "p02"}, // too short for the index
			"印）染":              {"p01"},               // no pair in it
			"厂夜间":              {"p00"},
			"排污夜间":             {}, // all its pairs but one
			"染厂排口":             {}, // its pairs stand apart
			"cod":              {"p03"},
			"àb":               {"p03"},
			"𠮷野":               {"p03"},
			"100%":             {"p03"},
			"0577-88":          {"p01"},
			"x-2026":           {"p00", "p01", "p02", "p03", "p04"},
			"wz-x-2026-000002": {"p02"},
			"WZ-X-2026-000009": {},
			"火星":               {},
			`" OR pairs:*`:     {},
			"":                 {"p00", "p01", "p02", "p03", "p04"},
		} {
			if got := p.found(t, "paper", words); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", words, got, want)
			}
		}
		// A changed text is found by its new words alone.
		p.write(t, func(ctx context.Context, tx *db.Tx) error {
			if _, err := db.Exec(ctx, tx, `UPDATE paper SET body = $1 WHERE id = 'p00'`, "河道水色异常"); err != nil {
				return err
			}
			return db.PutText(ctx, tx, "paper", "p00", "WZ-X-2026-000000", "河道水色异常")
		})
		for words, want := range map[string][]string{"水色": {"p00"}, "印染": {"p02"}} {
			if got := p.found(t, "paper", words); !slices.Equal(got, want) {
				t.Errorf("changed: %q finds %v, want %v", words, got, want)
			}
		}
	})
}

// TestEnterTexts_Resumes enters what is older than the index, also after it was
// broken off and while new papers come in.
func TestEnterTexts_Resumes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := shelf(t, d, "旧一", "旧二", "旧三", "新四")
		p.write(t, func(ctx context.Context, tx *db.Tx) error {
			for _, id := range []string{"p03", "p02"} {
				if err := db.PutText(ctx, tx, "paper", id, "旧三新四"); err != nil {
					return err
				}
			}
			return nil
		})
		ctx := context.Background()
		asked := 0
		enter := func() {
			t.Helper()
			err := db.EnterTexts(ctx, d, "paper", func(ctx context.Context, tx *db.Tx, id string, n int) ([]db.Text, error) {
				list, err := p.older(ctx, tx, id, n)
				asked += len(list)
				return list, err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		enter()
		if asked != 2 {
			t.Errorf("%d papers were entered, want the 2 oldest", asked)
		}
		enter()
		if asked != 2 {
			t.Error("papers were entered again")
		}
		if got := p.found(t, "paper", "旧一"); !slices.Equal(got, []string{"p00"}) {
			t.Errorf("the oldest is not found: %v", got)
		}
	})
}
