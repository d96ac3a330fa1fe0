package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Options tune the store; the zero value is right for service.
type Options struct {
	// Gather is how long the first frame of a group commit waits for others, 5 ms
	// when zero and at most 20 ms; MaxFrames and MaxBytes end the wait earlier.
	Gather    time.Duration
	MaxFrames int
	MaxBytes  int
	// AcceptWrongPassword stores frames whose PW is not the registered one
	// instead of refusing them.
	AcceptWrongPassword bool
	// ParkedFrames bounds the frames kept for one unknown MN, ParkedDevices the
	// number of unknown MNs; beyond them frames are not answered.
	ParkedFrames  int
	ParkedDevices int
	// Area is where bytes of unknown senders count: the region code of the whole
	// jurisdiction.
	Area string
	// CloseAfter is how long after its end a day waits for late data before it is
	// closed, 24 hours when zero.
	CloseAfter time.Duration
	// Refresh is how often the registry is compared with the database, for
	// devices that another process registered.
	Refresh time.Duration
	Log     *slog.Logger

	flushChunks int // chunks written in one transaction; tests take few
	sliceRows   int // rows removed in one transaction
	leastBlock  int // bytes of frames worth a block
}

func (o *Options) fill() {
	if o.Gather <= 0 {
		o.Gather = 5 * time.Millisecond
	}
	o.Gather = min(o.Gather, 20*time.Millisecond)
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&o.MaxFrames, 2000)
	set(&o.MaxBytes, 2<<20)
	set(&o.ParkedFrames, 100_000)
	set(&o.ParkedDevices, 20_000)
	if o.CloseAfter <= 0 {
		o.CloseAfter = 24 * time.Hour
	}
	set(&o.flushChunks, 100)
	set(&o.sliceRows, 1000)
	set(&o.leastBlock, leastBlock)
	if o.Refresh <= 0 {
		o.Refresh = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Store keeps the readings. One goroutine writes; Since, the reading methods and
// Submit are safe for concurrent use.
type Store struct {
	d      *db.DB
	o      Options
	log    *slog.Logger
	shards *shards

	registry   atomic.Pointer[registry]
	parked     parkedBook
	tail       tail
	quarantine quarantine

	in    chan *Group
	tasks chan *task
	kick  chan struct{} // the registry changed, or parked frames wait for adoption
	stop  context.CancelFunc
	wait  sync.WaitGroup
	over  chan struct{} // closed when nothing is written any more

	seq     int64                   // highest batch number in use; owned by the writer's goroutine
	failing atomic.Pointer[failing] // nil while commits succeed

	closing sync.Mutex              // one closing at a time
	between func(step string) error // tests stop a closing between its steps
}

// Open reads the registry and the ends of the month files; Start begins to
// write. The month files stand in the data folder of d.
func Open(ctx context.Context, d *db.DB, o Options) (*Store, error) {
	o.fill()
	s := &Store{d: d, o: o, log: o.Log, in: make(chan *Group, 4096), tasks: make(chan *task), kick: make(chan struct{}, 1), over: make(chan struct{})}
	var err error
	if s.shards, err = openShards(d); err != nil {
		return nil, err
	}
	s.keepPartitions(ctx)
	s.quarantine.init(s)
	if err := s.load(ctx); err != nil {
		return nil, errors.Join(err, s.shards.close())
	}
	return s, nil
}

// keepPartitions sees to partitions on PostgreSQL; without one rows are stored all
// the same.
func (s *Store) keepPartitions(ctx context.Context) {
	if s.d.Engine() != db.Postgres {
		return
	}
	if err := s.shards.partition(ctx, s.d.Now()); err != nil {
		s.log.Warn("telemetry: partitions are not complete; the next run tries again", "error", err)
	}
}

// load finds the last batch, the parked devices and the registry.
func (s *Store) load(ctx context.Context) error {
	g, err := readRegistry(ctx, s.d)
	if err != nil {
		return err
	}
	s.registry.Store(g)
	if s.seq, err = highestCursor(ctx, s.d); err != nil {
		return err
	}
	visible := int64(0)
	for _, sh := range s.shards.list(anyTime, everTime) {
		if sh.postgres {
			if _, err := s.shards.writer(ctx, ""); err != nil {
				return err
			}
		}
		if err := s.loadShard(ctx, sh, &visible); err != nil {
			return fmt.Errorf("read %s: %w", fileOf(sh.name), err)
		}
	}
	s.tail.start(max(s.seq, visible))
	s.seq = max(s.seq, visible)
	return nil
}

// Start begins to write and to follow the registry.
func (s *Store) Start(context.Context) error {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.wait.Go(func() { s.run(ctx); close(s.over) })
	s.wait.Go(func() { s.follow(ctx) })
	s.wait.Go(func() { s.quarantine.run(ctx) })
	return nil
}

// Stop ends the writing after the groups already handed in are committed, and
// closes the files. Callers of Submit must have stopped before.
func (s *Store) Stop(context.Context) error {
	if s.stop != nil {
		s.stop()
		s.wait.Wait()
	}
	s.tail.close()
	return s.shards.close()
}

// ErrStopped is what Submit returns when the store has been stopped.
var ErrStopped = errors.New("telemetry: the store is stopped")

// Submit hands in a group and returns when its commit is synced to disk, or has
// failed: Outcome of each entry says what became of it. Only entries whose
// outcome is Answered may be answered. After ctx has ended nothing is handed in
// any more; a group already handed in is always waited for.
func (s *Store) Submit(ctx context.Context, g *Group) error {
	if len(g.Entries) == 0 {
		return nil
	}
	if g.done == nil {
		g.done = make(chan struct{}, 1)
	}
	for i := range g.Entries {
		g.Entries[i].Outcome = Failed
	}
	select {
	case s.in <- g:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.over:
		return ErrStopped
	}
	select {
	case <-g.done:
		return nil
	case <-s.over:
		return ErrStopped
	}
}

// Refresh reads the registry again, after a change by this process, and lets the
// writer adopt what was parked for devices that are now known.
func (s *Store) Refresh(ctx context.Context) error {
	g, err := readRegistry(ctx, s.d)
	if err != nil {
		return err
	}
	s.registry.Store(g)
	s.nudge()
	return nil
}

func (s *Store) nudge() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// follow compares the registry with the database from time to time.
func (s *Store) follow(ctx context.Context) {
	tick := time.NewTicker(s.o.Refresh)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		mark, err := readMark(ctx, s.d)
		if err == nil && mark != s.registry.Load().mark {
			err = s.Refresh(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("telemetry: the registry cannot be read", "error", err)
		}
	}
}
