package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
)

func newRunner(d *db.DB) *job.Runner { return job.NewRunner(d, slog.New(slog.DiscardHandler)) }

func enqueue(t *testing.T, d *db.DB, specs ...job.Spec) {
	t.Helper()
	ctx := context.Background()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		for _, s := range specs {
			if err := job.Enqueue(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func runDue(t *testing.T, r *job.Runner) int {
	t.Helper()
	n, err := r.RunDue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func counts(t *testing.T, r *job.Runner) job.Counts {
	t.Helper()
	c, err := r.Counts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// collect is a handler that remembers the payloads it got.
type collect struct {
	mu  sync.Mutex
	got []string
}

func (c *collect) handle(_ context.Context, j job.Job) error {
	var s string
	if err := json.Unmarshal(j.Payload, &s); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, s)
	return nil
}

func (c *collect) all() []string { c.mu.Lock(); defer c.mu.Unlock(); return slices.Clone(c.got) }

func TestRunDue_InTheOrderOfTimeAndNotBefore(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRunner(d)
		var seen collect
		r.Handle("x", seen.handle)
		now := c.Now()
		enqueue(t, d,
			job.Spec{Kind: "x", Payload: "late", RunAt: now.Add(time.Minute)},
			job.Spec{Kind: "x", Payload: "now", RunAt: now},
			job.Spec{Kind: "x", Payload: "earlier", RunAt: now.Add(-time.Hour)},
			job.Spec{Kind: "other", Payload: "no handler here"})
		if n := runDue(t, r); n != 2 || !slices.Equal(seen.all(), []string{"earlier", "now"}) {
			t.Fatalf("%d attempts: %v", n, seen.all())
		}
		c.Advance(59 * time.Second)
		if n := runDue(t, r); n != 0 {
			t.Error("a job ran before its time")
		}
		c.Advance(time.Second)
		if n := runDue(t, r); n != 1 {
			t.Error("a job did not run at its time")
		}
		if got := counts(t, r); got.Ready != 1 || got.Leased != 0 || got.Dead != 0 || got.Late != time.Minute {
			t.Errorf("counts %+v", got)
		}
	})
}

func TestEnqueue_RolledBackNeverRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := job.Enqueue(ctx, tx, job.Spec{Kind: "x"}); err != nil {
				return err
			}
			return boom
		})
		r := newRunner(d)
		r.Handle("x", func(context.Context, job.Job) error { t.Error("ran"); return nil })
		if n := runDue(t, r); !errors.Is(err, boom) || n != 0 {
			t.Errorf("%d attempts, %v", n, err)
		}
	})
}

func TestRetry_BackoffThenDeadLetter(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRunner(d)
		var attempts []int
		r.Handle("x", func(_ context.Context, j job.Job) error {
			attempts = append(attempts, j.Attempt)
			if j.Attempt == 2 {
				panic("second")
			}
			return errors.New("no")
		})
		enqueue(t, d, job.Spec{Kind: "x", MaxAttempts: 3})
		for i, wait := range []time.Duration{0, 10 * time.Second, 20 * time.Second} {
			if wait > 0 {
				c.Advance(wait - time.Second)
				if n := runDue(t, r); n != 0 {
					t.Fatalf("attempt %d came early", i+1)
				}
				c.Advance(time.Second)
			}
			if n := runDue(t, r); n != 1 {
				t.Fatalf("attempt %d did not come", i+1)
			}
		}
		if got := counts(t, r); !slices.Equal(attempts, []int{1, 2, 3}) || got.Dead != 1 || got.Ready != 0 {
			t.Errorf("attempts %v, %+v", attempts, got)
		}
		c.Advance(3 * time.Hour)
		if n := runDue(t, r); n != 0 {
			t.Error("a dead letter ran")
		}
	})
}

func TestDedup_MovesTheUnfinishedJob(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRunner(d)
		var seen collect
		r.Handle("x", seen.handle)
		now := c.Now()
		enqueue(t, d,
			job.Spec{Kind: "x", Dedup: "a", Payload: "a1", RunAt: now},
			job.Spec{Kind: "x", Dedup: "a", Payload: "a2", RunAt: now.Add(time.Hour)},
			job.Spec{Kind: "x", Dedup: "b", Payload: "b"})
		runDue(t, r)
		c.Advance(time.Hour)
		runDue(t, r)
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "a", Payload: "a3"})
		runDue(t, r)
		if got := seen.all(); !slices.Equal(got, []string{"b", "a2", "a3"}) {
			t.Errorf("ran %v", got)
		}
	})
}

func TestDedup_WhileRunningRunsOnceMore(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRunner(d)
		var got []string
		r.Handle("x", func(_ context.Context, j job.Job) error {
			got = append(got, fmt.Sprintf("%s/%d", j.Payload, j.Attempt))
			if len(got) == 1 {
				enqueue(t, d, job.Spec{Kind: "x", Dedup: "a", Payload: 2, RunAt: c.Now().Add(time.Minute)})
				return errors.New("this attempt's fate no longer matters")
			}
			return nil
		})
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "a", Payload: 1})
		if n := runDue(t, r); n != 1 {
			t.Fatalf("%d attempts at once", n)
		}
		c.Advance(time.Minute)
		runDue(t, r)
		c.Advance(time.Hour)
		runDue(t, r)
		if !slices.Equal(got, []string{"1/1", "2/1"}) {
			t.Errorf("ran %v", got)
		}
	})
}

func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		r := newRunner(d)
		var seen collect
		r.Handle("x", func(ctx context.Context, j job.Job) error {
			if err := seen.handle(ctx, j); err != nil {
				return err
			}
			enqueue(t, d, job.Spec{Kind: "x", Dedup: "running", Payload: "again"})
			return d.Write(ctx, func(tx *db.Tx) error { return job.Cancel(ctx, tx, "x", "running") })
		})
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "gone", Payload: "gone"}, job.Spec{Kind: "x", Dedup: "running", Payload: "first"})
		if err := d.Write(ctx, func(tx *db.Tx) error { return job.Cancel(ctx, tx, "x", "gone") }); err != nil {
			t.Fatal(err)
		}
		runDue(t, r)
		if got := seen.all(); !slices.Equal(got, []string{"first"}) {
			t.Errorf("ran %v", got)
		}
	})
}

func TestSchedules_AreRows(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		fired := map[string]int{}
		node := func() *job.Runner {
			r := newRunner(d)
			r.Every("hourly", time.Hour, func(context.Context, job.Job) error { fired["hourly"]++; return nil })
			r.Daily("noon", "12:00", func(context.Context, job.Job) error { fired["noon"]++; return nil })
			return r
		}
		a, b := node(), node() // the clock says 09:30 in Beijing
		both := func(hourly, noon int) {
			t.Helper()
			runDue(t, a)
			runDue(t, b)
			if fired["hourly"] != hourly || fired["noon"] != noon {
				t.Errorf("at %s: %v, want %d and %d", c.Now(), fired, hourly, noon)
			}
		}
		both(0, 0)
		c.Advance(time.Hour)
		both(1, 0)
		c.Advance(90 * time.Minute) // 12:00
		both(2, 1)
		c.Advance(72 * time.Hour) // missed firings are not made up for
		both(3, 2)
		a = node() // a restart neither repeats nor forgets
		both(3, 2)
		c.Advance(24 * time.Hour)
		both(4, 3)
	})
}

func TestSchedules_ANewSpecStartsAfresh(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		n := 0
		count := func(context.Context, job.Job) error { n++; return nil }
		old := newRunner(d)
		old.Every("x", 1000*time.Hour, count)
		runDue(t, old)
		c.Advance(time.Minute)
		young := newRunner(d)
		young.Every("x", time.Hour, count)
		runDue(t, young)
		c.Advance(time.Hour)
		if runDue(t, young); n != 1 {
			t.Errorf("fired %d times", n)
		}
	})
}

func TestLease_OfADeadNodeIsTakenOver(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, die := context.WithCancel(context.Background())
		enqueue(t, d, job.Spec{Kind: "x", Payload: "p"})
		started := make(chan struct{})
		block := make(chan struct{})
		crashed := newRunner(d)
		crashed.Handle("x", func(context.Context, job.Job) error { close(started); <-block; return nil })
		finished := make(chan struct{})
		go func() { defer close(finished); _, _ = crashed.RunDue(ctx) }()
		<-started
		var seen collect
		heir := newRunner(d)
		heir.Handle("x", seen.handle)
		if n := runDue(t, heir); n != 0 {
			t.Error("a leased job was handed out twice")
		}
		c.Advance(61 * time.Second)
		if n := runDue(t, heir); n != 1 || len(seen.all()) != 1 {
			t.Error("the lease of a silent node was not taken over")
		}
		close(block) // the silent node wakes up: its outcome must not count
		die()
		<-finished
		if got := counts(t, heir); got.Ready+got.Leased+got.Dead != 0 {
			t.Errorf("counts %+v", got)
		}
	})
}

func TestLease_AJobThatKillsItsNodeIsGivenUp(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		enqueue(t, d, job.Spec{Kind: "x", MaxAttempts: 2})
		r := newRunner(d)
		r.Handle("x", func(context.Context, job.Job) error { t.Error("a third attempt"); return nil })
		for range 2 { // two nodes that leased it and fell silent
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE job SET state = 'leased', attempt = attempt + 1, lease_owner = 'gone', lease_until = $1`, tx.Micros())
				return err
			}); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Minute)
		}
		if runDue(t, r); counts(t, r).Dead != 1 {
			t.Errorf("counts %+v", counts(t, r))
		}
	})
}

// TestClaim_EachJobOnce lets eight runners fight for the same jobs; on
// PostgreSQL they truly run side by side.
func TestClaim_EachJobOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const claimers, jobs = 8, 400
		specs := make([]job.Spec, jobs)
		for i := range specs {
			specs[i] = job.Spec{Kind: "x", Payload: i}
		}
		enqueue(t, d, specs...)
		var times [jobs]atomic.Int32
		var total atomic.Int32
		var wg sync.WaitGroup
		for range claimers {
			r := newRunner(d)
			r.Handle("x", func(_ context.Context, j job.Job) error {
				var i int
				if err := json.Unmarshal(j.Payload, &i); err != nil {
					return err
				}
				times[i].Add(1)
				total.Add(1)
				return nil
			})
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, err := r.RunDue(context.Background()); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		for i := range times {
			if n := times[i].Load(); n != 1 {
				t.Errorf("job %d ran %d times", i, n)
			}
		}
		if total.Load() != jobs {
			t.Errorf("%d runs, want %d", total.Load(), jobs)
		}
	})
}

func TestSchedules_OneFiringInACluster(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		var fired atomic.Int32
		nodes := make([]*job.Runner, 8)
		for i := range nodes {
			nodes[i] = newRunner(d)
			nodes[i].Every("tick", time.Hour, func(context.Context, job.Job) error { fired.Add(1); return nil })
			runDue(t, nodes[i])
		}
		for hour := int32(1); hour <= 4; hour++ {
			c.Advance(time.Hour)
			var wg sync.WaitGroup
			for _, r := range nodes {
				wg.Add(1)
				go func() {
					defer wg.Done()
					if _, err := r.RunDue(context.Background()); err != nil {
						t.Error(err)
					}
				}()
			}
			wg.Wait()
			if fired.Load() != hour {
				t.Errorf("after %d hours it has fired %d times", hour, fired.Load())
			}
		}
	})
}

// atEnd checks for left goroutines once; those that the test server, the pools
// and the parallel tests own are not ours.
func leakFree(t *testing.T) func() {
	t.Helper()
	before := goleak.IgnoreCurrent()
	return func() {
		t.Helper()
		goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"),
			goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"))
	}
}

// Not parallel: it counts goroutines.
func TestStartStop_WakesRunsInterruptsAndLeavesNothing(t *testing.T) {
	d, err := db.Open(context.Background(), db.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	check := leakFree(t)
	ran := make(chan string, 10)
	started := make(chan struct{})
	node := func(block bool) *job.Runner {
		r := newRunner(d)
		r.Handle("quick", func(_ context.Context, j job.Job) error { ran <- string(j.Payload); return nil })
		r.Handle("slow", func(ctx context.Context, _ job.Job) error {
			if !block {
				ran <- "slow"
				return nil
			}
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
		return r
	}
	r := node(true)
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if r.Start(ctx) == nil {
		t.Error("started twice")
	}
	begun := time.Now()
	enqueue(t, d, job.Spec{Kind: "quick", Payload: 1})
	select {
	case got := <-ran:
		if got != "1" || time.Since(begun) > 5*time.Second {
			t.Errorf("got %s after %s", got, time.Since(begun))
		}
	case <-ctx.Done():
		t.Fatal("the enqueued job did not run")
	}
	enqueue(t, d, job.Spec{Kind: "slow", MaxAttempts: 1})
	<-started
	begun = time.Now()
	if err := r.Stop(ctx); err != nil || time.Since(begun) > 8*time.Second {
		t.Errorf("stop took %s: %v", time.Since(begun), err)
	}
	if err := r.Stop(ctx); err != nil {
		t.Errorf("a second stop: %v", err)
	}
	next := node(false) // the interrupted job is ready at once and lost no attempt
	if n := runDue(t, next); n != 1 || <-ran != "slow" {
		t.Errorf("%d attempts after the restart", n)
	}
	check()
}

func TestStop_DoesNotWaitForeverForADeafHandler(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		started, release, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
		r := newRunner(d)
		r.Handle("deaf", func(context.Context, job.Job) error { close(started); <-release; close(over); return nil })
		enqueue(t, d, job.Spec{Kind: "deaf"})
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		<-started
		done, cancel := context.WithCancel(ctx)
		cancel()
		if err := r.Stop(done); err == nil {
			t.Error("a handler that goes on was not reported")
		}
		close(release)
		<-over
		for counts(t, r).Leased > 0 { // its outcome is still written before the database closes
			time.Sleep(time.Millisecond)
		}
	})
}

func TestDesk_ListsAndRetriesDeadLetters(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		r := newRunner(d)
		broken, ran := true, 0
		r.Handle("x", func(context.Context, job.Job) error {
			ran++
			if broken {
				return errors.New("the other side is down")
			}
			return nil
		})
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "a", Payload: "p", MaxAttempts: 1}, job.Spec{Kind: "x", Payload: "q", MaxAttempts: 1},
			job.Spec{Kind: "other"}, job.Spec{Kind: "other"})
		runDue(t, r)
		list := func(f job.Filter, cursor string, limit int) db.Page[job.Row] {
			t.Helper()
			p, err := r.List(ctx, f, cursor, limit)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		dead := list(job.Filter{State: "dead"}, "", 10)
		if dead.Total != 2 || len(dead.Items) != 2 || dead.Next != "" {
			t.Fatalf("%+v", dead)
		}
		first := dead.Items[1]
		if first.Kind != "x" || first.Error != "the other side is down" || string(first.Payload) != `"p"` || first.Attempt != 1 || !first.FinishedAt.Equal(c.Now()) {
			t.Errorf("%+v", first)
		}
		seen := 0
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			p := list(job.Filter{}, cursor, 3)
			seen += len(p.Items)
			cursor = p.Next
		}
		if seen != 4 || list(job.Filter{Kind: "other"}, "", 10).Total != 2 {
			t.Errorf("paged through %d", seen)
		}
		broken = false
		if err := r.Retry(ctx, "u1", first.ID); err != nil {
			t.Fatal(err)
		}
		if n := runDue(t, r); n != 1 || ran != 3 {
			t.Errorf("%d attempts after the retry, %d in all", n, ran)
		}
		if err := r.Retry(ctx, "u1", first.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a finished job retried: %v", err)
		}
		if _, err := r.List(ctx, job.Filter{}, "nonsense", 3); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
		broken = true // the same matter is dead and queued anew: no second one
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "b", MaxAttempts: 1})
		runDue(t, r)
		enqueue(t, d, job.Spec{Kind: "x", Dedup: "b", MaxAttempts: 1})
		var again string
		for _, row := range list(job.Filter{State: "dead"}, "", 10).Items {
			if string(row.Payload) == "null" {
				again = row.ID
			}
		}
		if err := r.Retry(ctx, "u1", again); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTrim_KeepsDeadLetters(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRunner(d)
		r.Handle("good", func(context.Context, job.Job) error { return nil })
		r.Handle("bad", func(context.Context, job.Job) error { return job.Permanent(errors.New("no")) })
		enqueue(t, d, job.Spec{Kind: "good"}, job.Spec{Kind: "bad"})
		runDue(t, r)
		c.Advance(6 * 24 * time.Hour)
		runDue(t, r)
		p, err := r.List(context.Background(), job.Filter{Kind: "good"}, "", 10)
		if err != nil || len(p.Items) != 1 {
			t.Errorf("trimmed too early: %v %v", p, err)
		}
		c.Advance(2 * 24 * time.Hour)
		runDue(t, r)
		p, err = r.List(context.Background(), job.Filter{Kind: "good"}, "", 10)
		if err != nil || len(p.Items) != 0 || counts(t, r).Dead != 1 {
			t.Errorf("%v %v, dead %d", p, err, counts(t, r).Dead)
		}
	})
}
