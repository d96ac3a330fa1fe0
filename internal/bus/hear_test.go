package bus

import (
	"context"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// TestHear_WakesByNotification leaves polling out: only PostgreSQL's own
// notification can ring the bell of the other handle.
func TestHear_WakesByNotification(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("SQLite has no other node")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		other, err := db.Open(ctx, db.Config{URL: d.URL()})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		b := New(d)
		done := make(chan struct{})
		go func() { defer close(done); b.hear(ctx) }()
		defer func() { cancel(); <-done }()
		ear, deaf := d.Listen(bell)
		defer deaf()
		for { // until the other connection listens
			if err := other.Write(ctx, func(tx *db.Tx) error { return Publish(ctx, tx, "issue.a", "issue", "1", "", nil) }); err != nil {
				t.Fatal(err)
			}
			select {
			case <-ear:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}
