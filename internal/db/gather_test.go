package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestGather_FlushesTogetherAsTheLastStep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var said []string
		err := d.Write(ctx, func(tx *db.Tx) error {
			flush := func(key string) func([]any) error {
				return func(items []any) error {
					said = append(said, fmt.Sprint(key, items))
					if key == "a" && len(items) == 3 { // a step that leads to another
						tx.Gather("a", 4, func(items []any) error { said = append(said, fmt.Sprint("again", items)); return nil })
					}
					return nil
				}
			}
			tx.Gather("a", 1, flush("a"))
			tx.Gather("b", "x", flush("b"))
			tx.Gather("a", 2, flush("a"))
			tx.Gather("a", 3, flush("a"))
			said = append(said, "work")
			return nil
		})
		if want := []string{"work", "a[1 2 3]", "b[x]", "again[4]"}; err != nil || !slices.Equal(said, want) {
			t.Errorf("%v, %q", err, said)
		}
		boom := errors.New("boom")
		if err := d.Write(ctx, func(tx *db.Tx) error {
			tx.Gather("a", 1, func([]any) error { return boom })
			return nil
		}); !errors.Is(err, boom) {
			t.Errorf("a failing step: %v", err)
		}
	})
}
