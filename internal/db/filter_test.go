package db_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestFilter_NumbersItsPlaceholders(t *testing.T) {
	t.Parallel()
	f := db.Filter{Args: []any{"before"}}
	f.In("state", []string{"a", "b"})
	f.In("nothing", nil)
	f.Has("  ", "title")
	f.Add("(x < ? OR y = ?)", 1, 2)
	if got, want := f.Where(), "state IN ($2, $3) AND (x < $4 OR y = $5)"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if diff := cmp.Diff([]any{"before", "a", "b", 1, 2}, f.Args); diff != "" {
		t.Error(diff)
	}
	if got := new(db.Filter).Where(); got != "TRUE" {
		t.Error(got)
	}
}

func TestFilter_HasTakesWordsLiterally(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, c := range []string{"COD 100%", "cod_100", "COD 1000", `back\slash`, "污水"} {
				if _, err := db.Exec(ctx, tx, `INSERT INTO bus_cursor (consumer, seq, at) VALUES ($1, 1, 1)`, c); err != nil {
					return err
				}
			}
			for words, want := range map[string][]string{
				"100%": {"COD 100%"}, "Cod_": {"cod_100"}, "cod": {"COD 100%", "COD 1000", "cod_100"}, `\`: {`back\slash`}, "污": {"污水"},
			} {
				var f db.Filter
				f.Has(words, "consumer")
				got, err := db.All(ctx, tx, db.Value[string], `SELECT consumer FROM bus_cursor WHERE `+f.Where(), f.Args...)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%s: %v %s", words, err, diff)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
