package rule

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
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
// that moves the cursor first has done the work.
type Runner struct {
	service *Service
	source  Source
	log     *slog.Logger
	mu      sync.Mutex // one pass at a time
	cancel  context.CancelFunc
	done    chan struct{}
}

// NewRunner makes a runner of the service's rules.
func NewRunner(s *Service, source Source, log *slog.Logger) *Runner {
	return &Runner{service: s, source: source, log: log}
}

// poll is how often a runner looks without being woken.
const poll = time.Second

// Start runs the rules until Stop.
func (r *Runner) Start(ctx context.Context) error {
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.done = make(chan struct{})
	go func() {
		defer close(r.done)
		tick := time.NewTicker(poll)
		defer tick.Stop()
		for {
			wake := r.source.Wake() // before reading: what comes meanwhile wakes
			if _, err := r.RunDue(ctx); err != nil && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "rules did not run; they will be tried again", "err", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-wake:
			case <-tick.C:
			}
		}
	}()
	return nil
}

// Stop ends the running; what was not judged is judged after the next start.
func (r *Runner) Stop(ctx context.Context) error {
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RunDue judges everything that is committed and reports how many values that
// were.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := 0
	for _, stream := range streams {
		for {
			n, more, err := r.pass(ctx, stream)
			if err != nil {
				return total, err
			}
			total += n
			if !more {
				break
			}
		}
	}
	return total, nil
}

// pass judges one batch of a stream.
func (r *Runner) pass(ctx context.Context, stream Stream) (int, bool, error) {
	var cursor int64
	err := r.service.db.Read(ctx, func(tx *db.Tx) (err error) {
		cursor, err = cursorOf(ctx, tx, stream)
		return err
	})
	if err != nil {
		return 0, false, err
	}
	samples, next, err := r.source.Since(ctx, stream, cursor)
	if err != nil || next == cursor {
		return 0, false, err
	}
	moved := false
	err = r.service.db.Write(ctx, func(tx *db.Tx) error {
		if moved, err = moveCursor(ctx, tx, stream, cursor, next); err != nil || !moved {
			return err
		}
		return r.service.judge(ctx, tx, stream, samples)
	})
	return len(samples), moved && err == nil, err
}

// judge lets every rule of the stream see the samples in order.
func (s *Service) judge(ctx context.Context, tx *db.Tx, stream Stream, samples []Sample) error {
	limits := limitBook{}
	for _, r := range s.rules {
		if r.Stream != stream {
			continue
		}
		b, err := newBench(ctx, tx, s, r, limits)
		if err != nil {
			return err
		}
		for _, sample := range samples {
			if err := b.see(ctx, tx, sample); err != nil {
				return err
			}
		}
		if err := b.save(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// limitBook keeps the limits of the outlets of one pass.
type limitBook map[string][]enterprise.Limit

func (b limitBook) of(ctx context.Context, tx *db.Tx, outlet string) ([]enterprise.Limit, error) {
	if l, ok := b[outlet]; ok {
		return l, nil
	}
	l, err := enterprise.LimitsOf(ctx, tx, outlet)
	if err == nil {
		b[outlet] = l
	}
	return l, err
}

// place is one factor at one outlet.
type place struct{ outlet, factor string }

// bench is one rule at work in one transaction.
type bench struct {
	service *Service
	rule    Rule
	limits  limitBook
	windows map[place][]Sample // as stored, and as they become
	stored  map[place]bool
	touched map[place]bool
	alarms  map[place]*Alarm // not cleared
}

func newBench(ctx context.Context, tx *db.Tx, s *Service, r Rule, limits limitBook) (*bench, error) {
	b := &bench{service: s, rule: r, limits: limits, stored: map[place]bool{}, touched: map[place]bool{}}
	var err error
	if b.windows, err = windowsOf(ctx, tx, r.ID); err != nil {
		return nil, err
	}
	for p := range b.windows {
		b.stored[p] = true
	}
	b.alarms, err = openAlarms(ctx, tx, r.ID)
	return b, err
}

// see judges one sample and lets the alarm live.
func (b *bench) see(ctx context.Context, tx *db.Tx, n Sample) error {
	if !b.rule.watches(n.OutletKind) {
		return nil
	}
	limits, err := b.limits.of(ctx, tx, n.OutletID)
	if err != nil {
		return err
	}
	l, ok := b.rule.Limit(limits, n.Factor, n.At)
	if !ok {
		return nil
	}
	n.Upper, n.Lower, n.Basis = l.Upper, l.Lower, l.Standard+l.Article
	p := place{n.OutletID, n.Factor}
	alarm := b.alarms[p]
	if len(b.windows[p]) == 0 && alarm == nil && !n.Over() {
		return nil // calm stays calm, whatever the rule
	}
	w := Window{Alarmed: alarm != nil && alarm.Lasts()}
	var within bool
	if w.Samples, w.Now, within = insert(b.windows[p], n, b.rule.Keep); within {
		b.windows[p] = w.Samples
		b.touched[p] = true
	} else {
		w.Samples, w.Now = []Sample{n}, 0
	}
	return b.live(ctx, tx, p, w, b.rule.Judge(w))
}

func (b *bench) live(ctx context.Context, tx *db.Tx, p place, w Window, f Finding) error {
	alarm := b.alarms[p]
	switch {
	case f.Verdict == Broken && alarm == nil:
		a, err := b.service.raise(ctx, tx, b.rule, w, f)
		if err != nil {
			return err
		}
		b.alarms[p] = &a
	case f.Verdict == Broken:
		return b.service.again(ctx, tx, alarm, w, f)
	case f.Verdict == Ended && alarm != nil && alarm.Lasts():
		if err := b.service.end(ctx, tx, alarm, w.Newest().At); err != nil {
			return err
		}
		if alarm.State == StateCleared {
			delete(b.alarms, p)
		}
	}
	return nil
}

// save keeps the windows that are of interest and forgets the others.
func (b *bench) save(ctx context.Context, tx *db.Tx) error {
	for p := range b.touched {
		alarm := b.alarms[p]
		keep := alarm != nil && alarm.Lasts()
		for _, n := range b.windows[p] {
			keep = keep || n.Over()
		}
		switch {
		case keep:
			if err := saveWindow(ctx, tx, b.rule.ID, p, b.windows[p]); err != nil {
				return err
			}
		case b.stored[p]:
			if err := dropWindow(ctx, tx, b.rule.ID, p); err != nil {
				return err
			}
		}
	}
	return nil
}
