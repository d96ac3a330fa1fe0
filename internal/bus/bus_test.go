package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func publish(t *testing.T, d *db.DB, topics ...string) {
	t.Helper()
	if err := write(d, topics...); err != nil {
		t.Fatal(err)
	}
}

func write(d *db.DB, topics ...string) error {
	ctx := context.Background()
	return d.Write(ctx, func(tx *db.Tx) error {
		for _, topic := range topics {
			if err := bus.Publish(ctx, tx, topic, "issue", "id-"+topic, "330302", map[string]string{"state": "x"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// notebook remembers what a consumer got.
type notebook struct {
	mu   sync.Mutex
	got  []bus.Event
	fail func(bus.Event) error
}

func (n *notebook) take(_ context.Context, e bus.Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		if err := n.fail(e); err != nil {
			return err
		}
	}
	n.got = append(n.got, e)
	return nil
}

func (n *notebook) topics() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := []string{}
	for _, e := range n.got {
		out = append(out, e.Topic)
	}
	return out
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		topic    string
		patterns []string
		want     bool
	}{
		{"issue.closed", nil, true},
		{"issue.closed", []string{"issue.closed"}, true},
		{"issue.closed", []string{"issue.*"}, true},
		{"issue.closed", []string{"clue.*", "issue.closed"}, true},
		{"issue.closed", []string{"issue.close"}, false},
		{"issue.closed", []string{"clue.*"}, false},
		{"issues.closed", []string{"issue.*"}, false},
	} {
		if got := bus.Match(c.topic, c.patterns); got != c.want {
			t.Errorf("%s among %v: %t", c.topic, c.patterns, got)
		}
	}
}

func TestDrain_OrderCursorAndFilter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var all, some notebook
		b := bus.New(d)
		b.Subscribe("all", nil, all.take)
		b.Subscribe("some", []string{"issue.*"}, some.take)
		publish(t, d, "issue.a", "clue.b", "issue.c")
		if err := b.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if got := all.topics(); !slices.Equal(got, []string{"issue.a", "clue.b", "issue.c"}) {
			t.Errorf("all got %v", got)
		}
		e := all.got[0]
		if e.Seq != 1 || e.Kind != "issue" || e.Subject != "id-issue.a" || e.Area != "330302" || string(e.Body) != `{"state":"x"}` || e.At != d.Now().UnixMicro() {
			t.Errorf("event %+v", e)
		}
		if got := some.topics(); !slices.Equal(got, []string{"issue.a", "issue.c"}) {
			t.Errorf("some got %v", got)
		}
		again := bus.New(d) // a restart goes on where the cursor stands
		var after notebook
		again.Subscribe("all", nil, after.take)
		if err := b.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		publish(t, d, "issue.d")
		if err := again.Drain(ctx); err != nil || !slices.Equal(after.topics(), []string{"issue.d"}) {
			t.Fatalf("%v, %v", err, after.topics())
		}
	})
}

func TestPublish_RolledBackIsNeverSeen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := bus.Publish(ctx, tx, "issue.gone", "issue", "1", "", nil); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		var n notebook
		b := bus.New(d)
		b.Subscribe("n", nil, n.take)
		publish(t, d, "issue.kept")
		if err := b.Drain(ctx); err != nil || !slices.Equal(n.topics(), []string{"issue.kept"}) || n.got[0].Seq != 1 {
			t.Errorf("%v %+v", err, n.got)
		}
	})
}

func TestDrain_FailureHoldsTheEventAndThoseBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		broken := true
		n := notebook{fail: func(e bus.Event) error {
			if broken && e.Topic == "issue.b" {
				return errors.New("not now")
			}
			if broken && e.Topic == "issue.c" {
				panic("must not be reached before b")
			}
			return nil
		}}
		b := bus.New(d)
		b.Subscribe("n", nil, n.take)
		publish(t, d, "issue.a", "issue.b", "issue.c")
		for range 2 {
			if err := b.Drain(ctx); err == nil {
				t.Error("a failing handler was not reported")
			}
		}
		if got := n.topics(); !slices.Equal(got, []string{"issue.a"}) {
			t.Errorf("got %v", got)
		}
		if lag, err := b.Lag(ctx); err != nil || lag["n"] != 2 {
			t.Errorf("lag %v, %v", lag, err)
		}
		broken = false
		if err := b.Drain(ctx); err != nil || !slices.Equal(n.topics(), []string{"issue.a", "issue.b", "issue.c"}) {
			t.Errorf("%v, got %v", err, n.topics())
		}
	})
}

func TestDrain_WhatHandlersPublishAndLongQueues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const many = 600 // more than two batches of no concern, then one that is
		topics := slices.Repeat([]string{"noise.x"}, many)
		publish(t, d, append(topics, "issue.start")...)
		var last notebook
		b := bus.New(d)
		b.Subscribe("first", []string{"issue.start"}, func(context.Context, bus.Event) error { return write(d, "issue.followed") })
		b.Subscribe("last", []string{"issue.followed"}, last.take)
		if err := b.Drain(ctx); err != nil || len(last.got) != 1 || last.got[0].Seq != many+2 {
			t.Errorf("%v, %+v", err, last.got)
		}
	})
}

func TestLease_OneNodeAtATimeAndTakeOver(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		var heirs notebook
		silent, heir := bus.New(d), bus.New(d)
		at, wake, over := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		silent.Subscribe("n", nil, func(_ context.Context, e bus.Event) error {
			if e.Topic == "issue.b" { // the node falls silent, lease in hand
				close(at)
				<-wake
			}
			return nil
		})
		heir.Subscribe("n", nil, heirs.take)
		publish(t, d, "issue.a", "issue.b", "issue.c")
		go func() { over <- silent.Drain(ctx) }()
		<-at
		if err := heir.Drain(ctx); err == nil {
			t.Error("two nodes at once")
		}
		c.Advance(21 * time.Second)
		if err := heir.Drain(ctx); err != nil || !slices.Equal(heirs.topics(), []string{"issue.a", "issue.b", "issue.c"}) {
			t.Errorf("%v, heir got %v", err, heirs.topics())
		}
		close(wake)
		if err := <-over; err == nil {
			t.Error("the silent node moved the cursor without a lease")
		}
		if lag, err := heir.Lag(ctx); err != nil || lag["n"] != 0 {
			t.Errorf("lag %v %v", lag, err)
		}
	})
}

func TestTrim_NeverPastTheSlowestCursor(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		var n notebook
		stuck := errors.New("stuck")
		b := bus.New(d)
		b.Subscribe("quick", nil, n.take)
		b.Subscribe("slow", nil, func(_ context.Context, e bus.Event) error {
			if e.Seq > 2 {
				return stuck
			}
			return nil
		})
		publish(t, d, "issue.1", "issue.2", "issue.3")
		c.Advance(24 * time.Hour)
		publish(t, d, "issue.4")
		if err := b.Drain(ctx); !errors.Is(err, stuck) {
			t.Fatal(err)
		}
		if gone, err := b.Trim(ctx, 48*time.Hour); err != nil || gone != 0 {
			t.Errorf("young events trimmed: %d, %v", gone, err)
		}
		if gone, err := b.Trim(ctx, 12*time.Hour); err != nil || gone != 2 {
			t.Errorf("trimmed %d (%v), want the two that all have passed", gone, err)
		}
		for after, want := range map[int64]bool{0: false, 1: false, 2: true, 3: true, 4: true, 9: true} {
			if ok, err := b.Complete(ctx, after); err != nil || ok != want {
				t.Errorf("complete after %d: %t, %v", after, ok, err)
			}
		}
	})
}

// TestPublish_NumbersFollowCommits lets many writers publish while a reader
// follows: it must meet every number in turn, with no gap that fills later.
func TestPublish_NumbersFollowCommits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		const writers, many = 8, 25
		tail := each(bus.New(d).Tail(ctx, 0))
		var wg sync.WaitGroup
		for w := range writers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := range many {
					if err := write(d, fmt.Sprintf("w%d.%d", w, i), fmt.Sprintf("w%d.%d+", w, i)); err != nil {
						t.Error(err)
						return
					}
				}
			}()
		}
		for want := int64(1); want <= 2*writers*many; want++ {
			e, open := <-tail
			if !open || e.Seq != want {
				t.Fatalf("got number %d (open %t), want %d", e.Seq, open, want)
			}
		}
		wg.Wait()
	})
}

func TestPublish_TwoTransactionsDoNotWaitForEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("SQLite has one writer at a time")
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		publish(t, d, "seed.a")
		published, holding, locked := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() { // holds a row first, publishes while the other has published
			locked <- d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, `INSERT INTO bus_cursor (consumer, seq, at) VALUES ('row', 0, 0)`); err != nil {
					return err
				}
				close(holding)
				<-published
				return bus.Publish(ctx, tx, "issue.b", "issue", "b", "", nil)
			})
		}()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := bus.Publish(ctx, tx, "issue.a", "issue", "a", "", nil); err != nil {
				return err
			}
			<-holding
			close(published)
			_, err := tx.ExecContext(ctx, `INSERT INTO bus_cursor (consumer, seq, at) VALUES ('row', 0, 0) ON CONFLICT (consumer) DO NOTHING`)
			return err
		})
		if other := <-locked; err != nil || other != nil {
			t.Errorf("%v, %v", err, other)
		}
	})
}

func receive(t *testing.T, c <-chan bus.Event) bus.Event {
	t.Helper()
	select {
	case e := <-c:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
		return bus.Event{}
	}
}

// each hands the events of a tail over one by one.
func each(tail <-chan []bus.Event) <-chan bus.Event {
	out := make(chan bus.Event)
	go func() {
		defer close(out)
		for events := range tail {
			for _, e := range events {
				out <- e
			}
		}
	}()
	return out
}

func TestTail_ResumesAndFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		publish(t, d, "issue.1", "issue.2", "issue.3")
		tail := each(bus.New(d).Tail(ctx, 1))
		for want := int64(2); want <= 4; want++ {
			if want == 4 {
				publish(t, d, "issue.4")
			}
			if e := receive(t, tail); e.Seq != want {
				t.Errorf("got %d, want %d", e.Seq, want)
			}
		}
		cancel()
		if _, open := <-tail; open {
			t.Error("the channel stays open after the end")
		}
	})
}

// TestNodes_AcrossHandles has a second handle (another node) write, and a
// consumer and a tail on the first one hear of it.
func TestNodes_AcrossHandles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		other, err := db.Open(ctx, db.Config{Dir: d.Dir(), URL: d.URL()})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		got := make(chan bus.Event, 10)
		b := bus.New(d)
		b.Subscribe("n", nil, func(_ context.Context, e bus.Event) error { got <- e; return nil })
		if err := b.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if b.Start(ctx) == nil {
			t.Error("started twice")
		}
		tail := each(b.Tail(ctx, 0))
		for i := range 3 {
			topic := fmt.Sprintf("issue.%d", i)
			publish(t, other, topic)
			if e := receive(t, got); e.Topic != topic {
				t.Errorf("consumer got %s", e.Topic)
			}
			if e := receive(t, tail); e.Topic != topic {
				t.Errorf("tail got %s", e.Topic)
			}
		}
		if err := b.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		if err := b.Stop(ctx); err != nil {
			t.Errorf("a second stop: %v", err)
		}
		heir := bus.New(other) // the lease was given back
		heir.Subscribe("n", nil, func(_ context.Context, e bus.Event) error { got <- e; return nil })
		publish(t, other, "issue.heir")
		if err := heir.Drain(ctx); err != nil || (<-got).Topic != "issue.heir" {
			t.Errorf("heir: %v", err)
		}
	})
}

// Not parallel: it counts goroutines.
func TestStop_LeavesNoGoroutine(t *testing.T) {
	t.Run("postgres", func(t *testing.T) { leaveNothing(t, dbtest.NewPostgres(t)) })
	t.Run("sqlite", func(t *testing.T) { leaveNothing(t, "") })
}

func leaveNothing(t *testing.T, url string) {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Config{Dir: t.TempDir(), URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	before := goleak.IgnoreCurrent()
	b := bus.New(d)
	got := make(chan bus.Event, 1)
	b.Subscribe("n", nil, func(_ context.Context, e bus.Event) error { got <- e; return nil })
	if err := b.Start(ctx); err != nil {
		t.Fatal(err)
	}
	publish(t, d, "issue.a")
	receive(t, got)
	begun := time.Now()
	if err := b.Stop(ctx); err != nil || time.Since(begun) > 5*time.Second {
		t.Errorf("stop took %s: %v", time.Since(begun), err)
	}
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
}
