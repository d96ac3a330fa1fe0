package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const (
	workers  = 4               // jobs at a time on this node
	leaseFor = time.Minute     // after a crash, how long its jobs stay untouched
	pollEach = time.Second     // how late a job of another process is seen at most
	grace    = 3 * time.Second // how long Stop lets running jobs go on
	keepDone = 7 * 24 * time.Hour
)

var (
	errLost     = errors.New("job: the lease was lost to another node")
	errStopping = errors.New("job: the runner is stopping")
)

// Runner leases due jobs and gives them to the handlers of their kinds. Several
// runners, in one process or on several nodes, may share a database. A runner
// leases only kinds that it has handlers for.
type Runner struct {
	db        *db.DB
	log       *slog.Logger
	owner     string // names this runner in leases
	handlers  map[string]Handler
	schedules []schedule

	planning sync.Mutex
	planned  bool // guarded by planning

	mu   sync.Mutex
	stop context.CancelCauseFunc // guarded by mu; nil while not started
	kill context.CancelCauseFunc // guarded by mu; ends the running handlers
	done chan struct{}           // guarded by mu; closed when the loop has ended
}

// NewRunner makes a runner without handlers. Handlers and schedules are added
// before Start or RunDue, not after. Finished jobs are deleted after a week.
func NewRunner(d *db.DB, log *slog.Logger) *Runner {
	r := &Runner{db: d, log: log, owner: db.NewID(), handlers: map[string]Handler{}}
	r.Every("job.trim", 6*time.Hour, r.trim)
	return r
}

// Handle names the handler of a kind. Two handlers for one kind panic.
func (r *Runner) Handle(kind string, h Handler) {
	if _, twice := r.handlers[kind]; twice {
		panic("job: two handlers for " + kind)
	}
	r.handlers[kind] = h
}

// Start begins to work in the background, until Stop.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.plan(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		return errors.New("job: started twice")
	}
	base := context.WithoutCancel(ctx)
	loop, stop := context.WithCancelCause(base)
	work, kill := context.WithCancelCause(base)
	r.stop, r.kill, r.done = stop, kill, make(chan struct{})
	go r.loop(loop, work, r.done)
	return nil
}

// Stop leases nothing more, lets running jobs go on for three seconds (or until
// ctx ends), then interrupts them; an interrupted job is ready again at once.
// No goroutine is left when it returns, unless a handler goes on for three more
// seconds though its context has ended: that is an error, and its lease runs out.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	stop, kill, done := r.stop, r.kill, r.done
	r.stop = nil
	r.mu.Unlock()
	if stop == nil {
		return nil
	}
	defer kill(errStopping)
	stop(errStopping)
	if await(ctx, done) {
		return nil
	}
	kill(errStopping)
	if await(context.WithoutCancel(ctx), done) {
		return nil
	}
	return errors.New("job: a handler does not stop")
}

// await waits for done, but neither longer than grace nor beyond the context.
func await(ctx context.Context, done <-chan struct{}) bool {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// loop leases as many jobs as workers are free, and sleeps when there is
// nothing to lease or nobody free.
func (r *Runner) loop(ctx, work context.Context, done chan struct{}) {
	defer close(done)
	ear, deaf := r.db.Listen(bell)
	defer deaf()
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, workers)
	free := make(chan struct{}, 1)
	tick := time.NewTicker(pollEach)
	defer tick.Stop()
	for ctx.Err() == nil {
		jobs := r.round(ctx, cap(slots)-len(slots))
		for _, j := range jobs {
			slots <- struct{}{}
			running.Add(1)
			go func() {
				defer running.Done()
				r.do(work, j)
				<-slots
				select {
				case free <- struct{}{}:
				default:
				}
			}()
		}
		if len(jobs) > 0 && len(slots) < cap(slots) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-ear:
		case <-free:
		case <-tick.C:
		}
	}
}

// round fires schedules and leases up to n jobs; errors are logged and the next
// round tries again.
func (r *Runner) round(ctx context.Context, n int) []Job {
	if err := r.fire(ctx); err != nil && ctx.Err() == nil {
		r.log.Error("job schedules", "error", err)
	}
	if n == 0 {
		return nil
	}
	jobs, err := r.claim(ctx, n)
	if err != nil && ctx.Err() == nil {
		r.log.Error("job lease", "error", err)
	}
	return jobs
}

// RunDue runs everything that is due by the database's clock, one after the
// other in the order of time, until nothing is left, and returns how many
// attempts were made. Failures are put off as usual and are no error here.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	if err := r.plan(ctx); err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		if err := r.fire(ctx); err != nil {
			return n, err
		}
		jobs, err := r.claim(ctx, 1)
		if err != nil || len(jobs) == 0 {
			return n, err
		}
		r.do(ctx, jobs[0])
	}
}

// claim leases up to n due jobs. Looking first keeps an idle SQLite free of
// writing transactions.
func (r *Runner) claim(ctx context.Context, n int) ([]Job, error) {
	kinds := make([]string, 0, len(r.handlers))
	for k := range r.handlers {
		kinds = append(kinds, k)
	}
	due := false
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = anyDue(ctx, tx, kinds)
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	var jobs []Job
	err = r.db.Write(ctx, func(tx *db.Tx) (err error) {
		jobs, err = lease(ctx, tx, kinds, r.owner, tx.Now.Add(leaseFor), n)
		return err
	})
	return jobs, err
}

// do makes one attempt and settles it.
func (r *Runner) do(ctx context.Context, j Job) {
	held, release := context.WithCancelCause(ctx)
	beat := make(chan struct{})
	go func() {
		defer close(beat)
		r.heartbeat(held, j, release)
	}()
	err := r.attempt(held, j)
	lost := errors.Is(context.Cause(held), errLost)
	stopping := errors.Is(context.Cause(ctx), errStopping)
	release(nil)
	<-beat
	if lost {
		r.log.Warn("job lost its lease while running", "kind", j.Kind, "id", j.ID)
		return
	}
	r.settle(ctx, j, err, stopping)
}

// attempt calls the handler; a panic is an error like any other.
func (r *Runner) attempt(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("job panicked", "kind", j.Kind, "id", j.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.handlers[j.Kind](ctx, j)
}

// heartbeat prolongs the lease while the handler runs, and ends the handler
// when the lease is gone (the node slept longer than its lease).
func (r *Runner) heartbeat(ctx context.Context, j Job, release context.CancelCauseFunc) {
	tick := time.NewTicker(leaseFor / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		held := false
		err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
			held, err = prolong(ctx, tx, j, r.owner, tx.Now.Add(leaseFor))
			return err
		})
		if err == nil && !held {
			release(errLost)
			return
		}
	}
}

// settle writes the outcome, also while stopping; if that fails, the lease runs
// out and the job is repeated.
func (r *Runner) settle(ctx context.Context, j Job, err error, stopping bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	o := decide(j, err, stopping, r.db.Now())
	switch {
	case o.state == "dead":
		r.log.Error("job given up", "kind", j.Kind, "id", j.ID, "attempt", j.Attempt, "error", err)
	case err != nil && !stopping:
		r.log.Warn("job put off", "kind", j.Kind, "id", j.ID, "attempt", j.Attempt, "error", err)
	}
	held := false
	werr := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		held, err = settle(ctx, tx, j, r.owner, o)
		return err
	})
	if werr != nil {
		r.log.Error("job outcome not stored; it will be repeated", "kind", j.Kind, "id", j.ID, "error", werr)
	} else if !held {
		r.log.Warn("job finished after its lease had gone to another node", "kind", j.Kind, "id", j.ID)
	}
}

// trim deletes finished jobs that nobody will ask about any more; dead letters
// stay until someone retries them.
func (r *Runner) trim(ctx context.Context, _ Job) error {
	return r.db.Write(ctx, func(tx *db.Tx) error { return deleteDone(ctx, tx, tx.Now.Add(-keepDone)) })
}
