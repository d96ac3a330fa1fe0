package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestWrite_CommitsOrLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		ran := 0
		put := func(key string, fail error) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				tx.AfterCommit(func() { ran++ })
				if _, err := db.Exec(ctx, tx, `INSERT INTO bus_cursor (consumer, seq, at) VALUES ($1, 1, $2)`, key, tx.Micros()); err != nil {
					return err
				}
				return fail
			})
		}
		boom := errors.New("boom")
		if err := put("a", boom); !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		if err := put("b", nil); err != nil {
			t.Fatal(err)
		}
		if err := put("b", nil); !db.IsUnique(err) {
			t.Fatalf("a second b: %v", err)
		}
		if ran != 1 {
			t.Errorf("AfterCommit ran %d times, want once", ran)
		}
		var got []string
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			got, err = db.All(ctx, tx, db.Value[string], `SELECT consumer FROM bus_cursor ORDER BY consumer`)
			return err
		})
		if err != nil || len(got) != 1 || got[0] != "b" {
			t.Errorf("rows %v, %v", got, err)
		}
	})
}

func TestRead_RefusesToWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `DELETE FROM bus_cursor`)
			return err
		})
		if err == nil {
			t.Error("a reading transaction wrote")
		}
	})
}

func TestOne_MissingRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Read(ctx, func(tx *db.Tx) error {
			_, err := db.One(ctx, tx, db.Value[int64], `SELECT seq FROM bus_cursor WHERE consumer = $1`, "nobody")
			return err
		})
		if !db.IsMissing(err) {
			t.Errorf("got %v", err)
		}
	})
}
