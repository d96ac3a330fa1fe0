package rule

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/loop"
)

// Source gives committed values in order.
type Source interface {
	// Since gives values of the stream that were committed after the cursor, in
	// order, and the cursor to go on from; the same cursor when there are none.
	Since(ctx context.Context, stream Stream, cursor int64) ([]Sample, int64, error)
	// Wake gives a channel that receives, or is closed, at the next commit.
	Wake() <-chan struct{}
}

// streams are read one after the other.
var streams = []Stream{enterprise.Realtime, enterprise.Hour, enterprise.Day}

// Runner feeds the rules. Several runners, on several nodes, may run: the one
// that moves the cursor first has done the work, and the others take up what it
// left behind.
type Runner struct {
	service *Service
	source  Source
	log     *slog.Logger
	mu      sync.Mutex // one pass at a time
	limits  *limitBook
	lanes   map[Stream]*lane
	passed  atomic.Int64 // cursor of the realtime stream, for those who watch
	values  atomic.Int64 // judged since the start
	spent   atomic.Int64 // nanoseconds of a processor that judging them took
	stored  atomic.Int64 // and that the beginnings and ends of alarms took
	loop    loop.Loop
}

// NewRunner makes a runner of the service's rules.
func NewRunner(s *Service, source Source, log *slog.Logger) *Runner {
	r := &Runner{service: s, source: source, log: log, limits: newLimitBook(s.db), lanes: map[Stream]*lane{}}
	for _, stream := range streams {
		r.lanes[stream] = newLane(s, stream)
	}
	r.loop = loop.Loop{Work: func(ctx context.Context) (int, error) { return r.run(ctx, false) }, Wake: source.Wake, Each: poll, Rest: rest, Log: log, Fail: "rules did not run; they will be tried again"}
	return r
}

// Passed is the cursor up to which realtime values are judged and what they did is
// stored, 0 before the first pass.
func (r *Runner) Passed() int64 { return r.passed.Load() }

// Cost tells how many values have been judged since the start and how much of a
// processor that took: windows, cursor and transaction included. What raising and
// ending alarms took (records, notices, events) is told apart, as it grows with
// the alarms. Reading the values is left out, since others read them in the same
// pass, and so is waiting for the disk.
func (r *Runner) Cost() (values int64, judging, alarms time.Duration) {
	return r.values.Load(), time.Duration(r.spent.Load()), time.Duration(r.stored.Load())
}

// poll is how often a runner looks without being woken; rest is how long commits
// gather between two looks, so that one transaction serves many of them.
const (
	poll = time.Second
	rest = 25 * time.Millisecond
)

// Start runs the rules until Stop.
func (r *Runner) Start(ctx context.Context) error { return r.loop.Start(ctx) }

// Stop ends the running; what was not judged is judged after the next start.
func (r *Runner) Stop(ctx context.Context) error { return r.loop.Stop(ctx) }

// RunDue judges everything that is committed, stores what came of it and reports
// how many values that were.
func (r *Runner) RunDue(ctx context.Context) (int, error) { return r.run(ctx, true) }

// run is RunDue that may leave for the next time what can wait.
func (r *Runner) run(ctx context.Context, store bool) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := 0
	for _, stream := range streams {
		for more := true; more; {
			n, again, err := r.pass(ctx, stream)
			total += n
			if err == nil && !again {
				again, err = r.rest(ctx, stream, store)
			}
			if err != nil {
				return total, err
			}
			more = again
		}
	}
	return total, nil
}

// rest stores what has waited; again is true when another runner was faster.
func (r *Runner) rest(ctx context.Context, stream Stream, atOnce bool) (again bool, err error) {
	l := r.lanes[stream]
	spent := cpuTime()
	err = l.rest(ctx, atOnce, r.limits.sets)
	r.bill(l, spent())
	return err == nil && !l.loaded, err
}

// bill counts what the work on a lane took of a processor.
func (r *Runner) bill(l *lane, all time.Duration) {
	alarms := l.storing()
	r.spent.Add(int64(all - alarms))
	r.stored.Add(int64(alarms))
	if l.stream == enterprise.Realtime {
		r.passed.Store(l.firm)
	}
}

// pass judges one page of a stream.
func (r *Runner) pass(ctx context.Context, stream Stream) (n int, more bool, err error) {
	l := r.lanes[stream]
	if err := l.load(ctx); err != nil {
		return 0, false, err
	}
	samples, next, err := r.source.Since(ctx, stream, l.cursor)
	if err != nil || next == l.cursor {
		return 0, false, err
	}
	spent := cpuTime()
	if err := r.limits.refresh(ctx); err != nil {
		r.bill(l, spent())
		return 0, false, err
	}
	moved, err := l.judge(ctx, samples, next, r.limits)
	r.bill(l, spent())
	r.values.Add(int64(len(samples)))
	if err != nil {
		return 0, false, err
	}
	if !moved {
		return 0, true, nil // another runner was faster: go on from where it is
	}
	return len(samples), true, nil
}
