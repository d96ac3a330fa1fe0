package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

const (
	leaseFor = 8 * time.Second        // after a crash, how long nothing is sequenced
	pollEach = 500 * time.Millisecond // how late a row of another process is sequenced at most
	gather   = 150 * time.Millisecond // rows that come close together share a batch
	batch    = 256                    // rows in a transaction: some 20 ms of SQLite's only writer
	signEach = 10 * time.Minute       // between two checkpoints of a growing log
	overdue  = 10 * time.Second       // a row unsequenced for longer is a finding
)

// Log is the tree over the entries of one installation: it sequences, signs,
// proves and verifies.
type Log struct {
	db        *db.DB
	log       *slog.Logger
	place     string
	owner     string // names this sequencer in the lease
	witnesses []Witness

	keying sync.Mutex
	signer note.Signer // guarded by keying; nil until first needed
	keyID  string      // guarded by keying; written once

	mu   sync.Mutex
	stop context.CancelFunc // guarded by mu; nil while not started
	done chan struct{}      // guarded by mu
}

// New makes the log of a place (the profile's id). With a data folder its key
// is kept in audit.key there, and a witness writes to the folder witness.
func New(d *db.DB, place string, log *slog.Logger, witnesses ...Witness) *Log {
	l := &Log{db: d, log: log, place: place, owner: db.NewID(), witnesses: witnesses}
	if d.Dir() != "" {
		l.witnesses = append([]Witness{FolderWitness(filepath.Join(d.Dir(), WitnessFolder))}, witnesses...)
	}
	return l
}

// Start begins to sequence in the background, until Stop.
func (l *Log) Start(ctx context.Context) error {
	if _, err := l.key(ctx); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stop != nil {
		return errors.New("audit: started twice")
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop, l.done = stop, make(chan struct{})
	go l.loop(run, l.done)
	return nil
}

// Stop sequences what is left, signs it and gives the lease back.
func (l *Log) Stop(ctx context.Context) error {
	l.mu.Lock()
	stop, done := l.stop, l.done
	l.stop = nil
	l.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	<-done
	_, err := l.Checkpoint(ctx)
	if errors.Is(err, errBusy) {
		err = nil // another node goes on
	}
	return errors.Join(err, l.db.Write(ctx, func(tx *db.Tx) error { return dropLease(ctx, tx, l.owner) }))
}

func (l *Log) loop(ctx context.Context, done chan struct{}) {
	defer close(done)
	ear, deaf := l.db.Listen(bell)
	defer deaf()
	for ctx.Err() == nil {
		if err := l.round(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errBusy) {
			l.log.Error("audit sequencer", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ear:
			pause(ctx, gather)
		case <-time.After(pollEach):
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// round sequences what is there and signs when the last signature is old.
func (l *Log) round(ctx context.Context) error {
	if _, err := l.Sequence(ctx); err != nil {
		return err
	}
	s, err := l.Status(ctx)
	if err != nil {
		return err
	}
	if s.Size > s.Signed && l.db.Now().Sub(s.SignedAt) >= signEach {
		_, err = l.sign(ctx)
	}
	return err
}

// Status is the log at a glance, for metrics and the system page.
type Status struct {
	Origin   string        // place and installation
	Size     int64         // entries in the tree
	Pending  int64         // entries not yet in the tree
	Behind   time.Duration // age of the oldest pending entry
	Signed   int64         // size of the newest checkpoint
	SignedAt time.Time     // zero when there is none
}

// Status reads how far the sequencer is.
func (l *Log) Status(ctx context.Context) (Status, error) {
	var s Status
	err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = readStatus(ctx, tx)
		return err
	})
	return s, err
}

var errBusy = fault.New(fault.Unavailable, "审计日志正由另一节点入链，请几秒后再试")

// Sequence appends every waiting entry to the tree and returns how many. It
// fails when another node holds the lease. While the log is not started, the
// lease is given back at once, so that a command does not hold up a server.
func (l *Log) Sequence(ctx context.Context) (total int, err error) {
	defer func() {
		l.mu.Lock()
		started := l.stop != nil
		l.mu.Unlock()
		if total > 0 && !started {
			err = errors.Join(err, l.db.Write(ctx, func(tx *db.Tx) error { return dropLease(ctx, tx, l.owner) }))
		}
	}()
	for {
		waiting := false
		err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
			waiting, err = anyPending(ctx, tx)
			return err
		})
		if err != nil || !waiting {
			return total, err
		}
		n := 0
		err = l.db.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = l.appendBatch(ctx, tx)
			return err
		})
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// appendBatch extends the tree by up to a batch of entries, in the order of
// their ids. The head's row lock keeps two sequencers apart even when a lease
// ran out in the middle of work.
func (l *Log) appendBatch(ctx context.Context, tx *db.Tx) (int, error) {
	size, err := takeLease(ctx, tx, l.owner, tx.Now.Add(leaseFor))
	if db.IsMissing(err) {
		return 0, errBusy
	}
	if err != nil {
		return 0, err
	}
	entries, err := pendingEntries(ctx, tx, batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	tree, err := loadFrontier(ctx, tx, size)
	if err != nil {
		return 0, err
	}
	var nodes []node
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.id
		nodes = append(nodes, tree.add(leafHash([]byte(e.body)))...)
	}
	if err := insertLeaves(ctx, tx, size, ids); err != nil {
		return 0, err
	}
	if err := insertNodes(ctx, tx, nodes); err != nil {
		return 0, err
	}
	if err := deletePending(ctx, tx, ids); err != nil {
		return 0, err
	}
	return len(ids), setSize(ctx, tx, tree.size)
}

// loadFrontier reads the peaks of the stored tree.
func loadFrontier(ctx context.Context, tx *db.Tx, size int64) (frontier, error) {
	idx := peakIndexes(size)
	hashes, err := readHashes(ctx, tx, idx)
	if err != nil {
		return frontier{}, fmt.Errorf("audit: the tree of %d entries is damaged, run verify: %w", size, err)
	}
	return frontier{size: size, peaks: hashes}, nil
}
