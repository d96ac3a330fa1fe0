package bus

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func publishMany(t *testing.T, d *db.DB, n int) {
	t.Helper()
	ctx := context.Background()
	for n > 0 {
		some := min(n, 500)
		err := d.Write(ctx, func(tx *db.Tx) error {
			for range some {
				if err := Publish(ctx, tx, "issue.a", "issue", "1", "330302", nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n -= some
	}
}

// TestTail_ASlowOneHoldsUpNobody leaves one tail unread while others hear of more
// than memory keeps; then the slow one gets all of it too.
func TestTail_ASlowOneHoldsUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		const total = recall + 2*batch + 10
		b := New(d)
		slow := b.Tail(ctx, 0)
		whole := func(tail <-chan []Event, most int) error {
			next := int64(1)
			for next <= total {
				events := <-tail
				if len(events) == 0 || len(events) > most {
					return fmt.Errorf("%d events at once", len(events))
				}
				for _, e := range events {
					if e.Seq != next {
						return fmt.Errorf("number %d, want %d", e.Seq, next)
					}
					next++
				}
			}
			return nil
		}
		const quick = 50
		done := make(chan error, quick)
		for range quick {
			tail := b.Tail(ctx, 0)
			go func() { done <- whole(tail, batch) }()
		}
		publishMany(t, d, total)
		for range quick {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		b.mu.Lock()
		b.feed.mu.Lock()
		if n := len(b.feed.recent); n > recall || b.feed.tails != quick+1 {
			t.Errorf("%d events held for %d tails", n, b.feed.tails)
		}
		b.feed.mu.Unlock()
		b.mu.Unlock()
		if err := whole(slow, batch); err != nil {
			t.Error(err)
		}
		cancel()
		for { // the feed ends with its last tail
			b.mu.Lock()
			gone := b.feed == nil
			b.mu.Unlock()
			if gone {
				break
			}
			runtime.Gosched()
		}
	})
}

func TestFeed_GivesWhatItHolds(t *testing.T) {
	t.Parallel()
	f := &feed{grown: make(chan struct{})}
	if _, _, held := f.after(0); held {
		t.Error("a feed that has not looked yet answers")
	}
	f.add(10, nil)
	var events []Event
	for n := int64(11); n <= 20; n++ {
		events = append(events, Event{Seq: n})
	}
	_, grown, _ := f.after(10)
	f.add(20, events)
	select {
	case <-grown:
	default:
		t.Error("nobody is woken")
	}
	for _, c := range []struct {
		after int64
		held  bool
		first int64 // 0 = none
	}{{9, false, 0}, {10, true, 11}, {14, true, 15}, {19, true, 20}, {20, true, 0}, {25, true, 0}} {
		got, _, held := f.after(c.after)
		if held != c.held || len(got) > 0 != (c.first > 0) || c.first > 0 && (got[0].Seq != c.first || got[len(got)-1].Seq != 20) {
			t.Errorf("after %d: held %t, %v", c.after, held, got)
		}
	}
	for range 2 * recall / 10 {
		more := make([]Event, 10)
		for i := range more {
			more[i].Seq = f.last + 1 + int64(i)
		}
		f.add(f.last+10, more)
	}
	if len(f.recent) > recall || f.recent[len(f.recent)-1].Seq != f.last {
		t.Errorf("%d held", len(f.recent))
	}
	if got, _, held := f.after(f.last - 1000); !held || len(got) != batch || got[0].Seq != f.last-999 {
		t.Errorf("%d events, held %t", len(got), held)
	}
	if few, many := (&feed{tails: 5}).gather(), (&feed{tails: 5000}).gather(); few != 5*gatherEach || many != gatherMost {
		t.Errorf("gathers %v and %v", few, many)
	}
}
