package forward

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Timing is how another platform is spoken to; zero fields take the value in
// brackets.
type Timing struct {
	OverTime  time.Duration // wait for an answer before sending again [10 s]
	ReCount   int           // repeats before the line is given up [3]
	Quiet     time.Duration // a frame that asks for no answer counts as sent when the line has stood so long behind it [2 s]
	FirstWait time.Duration // before the first new connection, doubled with each failure [1 s]
	LastWait  time.Duration // but not more [5 min]
	Lease     time.Duration // how long a silent process keeps its targets [30 s]
}

func (t *Timing) fill() {
	set := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&t.OverTime, 10*time.Second)
	set(&t.Quiet, 2*time.Second)
	set(&t.FirstWait, time.Second)
	set(&t.LastWait, 5*time.Minute)
	set(&t.Lease, 30*time.Second)
	if t.ReCount <= 0 {
		t.ReCount = 3
	}
}

// bell wakes the senders of this process when targets have changed.
const bell = "forward"

// sending is the part of the service that works: one goroutine a target.
type sending struct {
	stop context.CancelFunc
	wait sync.WaitGroup
}

// lookEach is how late a change by another process is seen at most, and how often
// the right to send is renewed.
const lookEach = 5 * time.Second

// Start sends in the background, until Stop.
func (s *Service) Start(ctx context.Context) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.wait.Go(func() { s.supervise(run) })
	return nil
}

// Stop ends the sending; the rows say where it goes on.
func (s *Service) Stop(context.Context) error {
	if s.stop != nil {
		s.stop()
		s.wait.Wait()
	}
	return nil
}

// worker is the goroutine of one version of a target.
type worker struct {
	version int64
	stop    context.CancelFunc
	done    chan struct{}
}

// supervise keeps one worker for each running target that this process owns.
func (s *Service) supervise(ctx context.Context) {
	workers := map[string]*worker{}
	defer func() {
		for _, w := range workers {
			w.stop()
		}
		for id, w := range workers {
			<-w.done
			s.try("release", func(tx *db.Tx) error { return release(context.WithoutCancel(ctx), tx, id, s.me) })
		}
	}()
	ear, deaf := s.DB.Listen(bell)
	defer deaf()
	tick := time.NewTicker(lookEach)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := s.look(ctx, workers); err != nil && ctx.Err() == nil {
			s.Log.Error("forward: targets could not be read", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ear:
		case <-tick.C:
		}
	}
}

// look starts and stops workers as the rows say.
func (s *Service) look(ctx context.Context, workers map[string]*worker) error {
	var list []Target
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = targets(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	wanted := map[string]Target{}
	for _, t := range list {
		if t.State == Running {
			wanted[t.ID] = t
		}
	}
	for id, w := range workers {
		t, ok := wanted[id]
		if ok && t.Version == w.version && s.owns(ctx, id) {
			continue
		}
		w.stop()
		<-w.done
		delete(workers, id)
		if !ok {
			s.try("release", func(tx *db.Tx) error { return release(ctx, tx, id, s.me) })
		}
	}
	for id, t := range wanted {
		if workers[id] != nil || !s.owns(ctx, id) {
			continue
		}
		run, stop := context.WithCancel(ctx)
		w := &worker{version: t.Version, stop: stop, done: make(chan struct{})}
		workers[id] = w
		go func() {
			defer close(w.done)
			s.send(run, t)
		}()
	}
	return nil
}

func (s *Service) owns(ctx context.Context, id string) (mine bool) {
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		mine, err = own(ctx, tx, id, s.me, tx.Now.Add(s.Timing.Lease))
		return err
	})
	return mine && err == nil
}

func (s *Service) try(what string, f func(tx *db.Tx) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.DB.Write(ctx, f); err != nil {
		s.Log.Warn("forward: "+what, "error", err)
	}
}

// send connects to a target again and again and keeps the queue moving.
func (s *Service) send(ctx context.Context, t Target) {
	var q *queue
	for wait := s.Timing.FirstWait; ctx.Err() == nil; wait = min(2*wait, s.Timing.LastWait) {
		var err error
		if q == nil {
			q, err = s.newQueue(ctx, t)
		}
		if err == nil {
			before := q.total
			if err = s.session(ctx, q); errors.Is(err, errChanged) {
				return
			}
			if q.total > before {
				wait = s.Timing.FirstWait
			}
		}
		s.trouble(ctx, t.ID, err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (s *Service) trouble(ctx context.Context, id string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	s.Log.Warn("forward: the line is broken", "target", id, "error", err)
	s.try("tell", func(tx *db.Tx) error { return tell(ctx, tx, id, false, sentence(err)) })
}
