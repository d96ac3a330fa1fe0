package notify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
)

func TestDirect_BoundedByTheDayAcrossRestarts(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		way := h.post.Direct(notify.MailKind, 5, 2)
		if err := way.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without a channel: %v", err)
		}
		if err := way.Text(t.Context(), "a", "x"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without a channel: %v", err)
		}
		h.channel()
		if err := way.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		send := func(to string, want bool) {
			t.Helper()
			if err := way.Text(t.Context(), to, "验证码 123456"); (err == nil) != want || err != nil && !fault.Is(err, fault.TooMany) {
				t.Errorf("%s: %v", to, err)
			}
		}
		send("a", true)
		send("a", true)
		way = h.another().Direct(notify.MailKind, 5, 2) // as after a restart
		send("a", false)
		for i := range 3 {
			send(fmt.Sprint("b", i), true) // the refused one took no room
		}
		send("c", false)
		if got := len(h.pigeon.took); got != 5 {
			t.Errorf("%d went out", got)
		}
		c.Advance(24 * time.Hour)
		send("a", true)
		h.do(func(ctx context.Context, tx *db.Tx) error {
			rows, err := db.One(ctx, tx, db.Value[int], `SELECT count(*) FROM direct_day`)
			if rows != 2 {
				t.Errorf("%d counts are kept, want those of today alone", rows)
			}
			kept, err2 := db.One(ctx, tx, db.Value[int], `SELECT count(*) FROM delivery WHERE text LIKE '%123456%' OR title LIKE '%123456%'`)
			if kept != 0 || err2 != nil {
				t.Errorf("a code stands in %d deliveries, %v", kept, err2)
			}
			return err
		})
	})
}
