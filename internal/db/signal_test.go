package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestSignal_OnlyAfterCommitAndOnlyItsName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		job, stopJob := d.Listen("job")
		bus, stopBus := d.Listen("bus")
		defer stopBus()
		woken := func(c <-chan struct{}) bool {
			select {
			case <-c:
				return true
			default:
				return false
			}
		}
		signal := func(fail error) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				tx.Signal("job")
				tx.Signal("job")
				if woken(job) {
					t.Error("woken before the commit")
				}
				return fail
			})
		}
		if err := signal(errors.New("no")); err == nil || woken(job) {
			t.Error("woken by a rollback")
		}
		if err := signal(nil); err != nil || !woken(job) || woken(job) || woken(bus) {
			t.Errorf("want one wake-up of job and none of bus (%v)", err)
		}
		stopJob()
		if d.Wake("job"); woken(job) {
			t.Error("woken after stop")
		}
	})
}

func TestBeforeCommit_LastAndInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var order []string
		step := func(name string, fail error) func() error {
			return func() error { order = append(order, name); return fail }
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			tx.BeforeCommit(step("first", nil))
			tx.BeforeCommit(func() error { tx.BeforeCommit(step("added", nil)); return nil })
			tx.AfterCommit(func() { order = append(order, "durable") })
			order = append(order, "body")
			return nil
		})
		if got, want := len(order), 4; err != nil || got != want || order[0] != "body" || order[1] != "first" || order[2] != "added" || order[3] != "durable" {
			t.Errorf("order %v, %v", order, err)
		}
		boom := errors.New("boom")
		err = d.Write(ctx, func(tx *db.Tx) error {
			tx.BeforeCommit(step("failing", boom))
			_, err := db.Exec(ctx, tx, `INSERT INTO bus_cursor (consumer, seq, at) VALUES ('x', 0, 0)`)
			return err
		})
		if !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			n, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM bus_cursor`)
			if n != 0 {
				t.Error("a failed last step left its transaction's rows")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
