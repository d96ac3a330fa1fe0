package telemetry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/qingshao/qingshao/internal/db"
)

// writer is the state of the one goroutine that writes.
type writer struct {
	*Store
	parts  map[string]*part
	order  []string
	packed []byte
	zip    *zstd.Encoder
	delay  time.Duration // pause after a failed commit

	seen    *registry // the registry that adopt was made from
	adopt   []string  // registered MNs that have parked frames
	reader  Reader
	entries []Entry
}

// part is what goes into one shard in one commit.
type part struct {
	rows   []routed
	parked []*Entry
}

// routed is an entry of a known device.
type routed struct {
	entry  *Entry
	device int64
}

func newZip() *zstd.Encoder {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}

// run gathers groups and commits them until ctx ends, then commits what is left.
func (s *Store) run(ctx context.Context) {
	w := &writer{Store: s, parts: map[string]*part{}, zip: newZip()}
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	var groups []*Group
	for {
		groups = groups[:0]
		more := w.adoptNext()
		if more {
			select {
			case g := <-s.in:
				groups = w.gather(ctx, timer, append(groups, g))
			default:
				continue
			}
		} else {
			select {
			case <-ctx.Done():
				w.drain()
				return
			case <-s.kick:
				continue
			case t := <-s.tasks:
				t.done <- w.perform(t)
				continue
			case g := <-s.in:
				groups = w.gather(ctx, timer, append(groups, g))
			}
		}
		w.commit(groups)
	}
}

// gather waits for more groups, at most Options.Gather.
func (w *writer) gather(ctx context.Context, timer *time.Timer, groups []*Group) []*Group {
	frames, bytes := groups[0].size()
	full := func() bool { return frames >= w.o.MaxFrames || bytes >= w.o.MaxBytes }
	timer.Reset(w.o.Gather)
	defer timer.Stop()
	for !full() {
		select {
		case g := <-w.in:
			groups = append(groups, g)
			n, b := g.size()
			frames, bytes = frames+n, bytes+b
		case <-timer.C:
			return groups
		case <-ctx.Done():
			return groups
		}
	}
	return groups
}

func (g *Group) size() (frames, bytes int) {
	for i := range g.Entries {
		bytes += len(g.Entries[i].Raw)
	}
	return len(g.Entries), bytes
}

// drain commits what callers handed in before the stop.
func (w *writer) drain() {
	for {
		select {
		case g := <-w.in:
			w.commit([]*Group{g})
		default:
			return
		}
	}
}

// commit writes the groups, one transaction for each shard that they touch, and
// lets their callers go on only then. What fails stays Failed and is not
// answered.
func (w *writer) commit(groups []*Group) {
	err := w.commitOnce(groups)
	if err != nil && len(groups) > 1 && w.delay == 0 {
		err = w.commitApart(groups)
	}
	w.note(err)
	if err != nil {
		w.log.Error("telemetry: frames could not be written and were not answered", "error", err)
		w.pause()
	} else {
		w.delay = 0
	}
	for _, group := range groups {
		group.done <- struct{}{}
	}
}

// commitApart tries the groups of a failed commit one by one, so that a frame
// that the database refuses holds up nobody else's. When several fail the fault
// lies elsewhere, and the rest waits for its repeats.
func (w *writer) commitApart(groups []*Group) error {
	var errs []error
	for i := range groups {
		if len(errs) == 2 {
			break
		}
		if err := w.commitOnce(groups[i : i+1]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// commitOnce routes the groups' entries and writes them.
func (w *writer) commitOnce(groups []*Group) error {
	g := w.registry.Load()
	for _, key := range w.order {
		p := w.parts[key]
		clear(p.rows)
		clear(p.parked)
		p.rows, p.parked = p.rows[:0], p.parked[:0]
	}
	w.order = w.order[:0]
	for _, group := range groups {
		for i := range group.Entries {
			if !group.Entries[i].Outcome.Answered() { // some months may have been written
				w.route(g, &group.Entries[i])
			}
		}
	}
	slices.Sort(w.order)
	return w.write()
}

// pause slows the intake down while the disk is full or the database away.
func (w *writer) pause() {
	w.delay = min(max(2*w.delay, 50*time.Millisecond), time.Second)
	time.Sleep(w.delay)
}

// route decides what an entry is: a reading, a frame to be parked, or one with a
// wrong password.
func (w *writer) route(g *registry, e *Entry) {
	if e.Device != 0 {
		p := w.part(w.shards.key(e.Time))
		p.rows = append(p.rows, routed{e, e.Device})
		return
	}
	dev := g.byMN[string(e.MN)]
	if dev == nil && !nameable(e.MN) {
		if e.Outcome != Refused {
			w.quarantine.Put(Quarantined{At: time.UnixMicro(e.Received), Address: e.Address, Reason: WrongMN, Raw: e.Raw})
		}
		e.Outcome = Refused
		return
	}
	if dev == nil || w.parked.waits(string(e.MN)) {
		if w.parked.room(string(e.MN), w.o.ParkedFrames, w.o.ParkedDevices) {
			p := w.part(w.shards.key(e.Time))
			p.parked = append(p.parked, e)
		}
		return
	}
	e.Always = dev.AnswerAlways
	if dev.Password != "" && dev.Password != string(e.PW) && !w.o.AcceptWrongPassword {
		if e.Outcome != Refused { // not yet told
			w.quarantine.Put(Quarantined{At: time.UnixMicro(e.Received), Address: e.Address, Reason: WrongPassword, MN: string(e.MN), Area: dev.Area, Raw: e.Raw})
		}
		e.Outcome = Refused
		return
	}
	p := w.part(w.shards.key(e.Time))
	p.rows = append(p.rows, routed{e, dev.Num})
}

// maxMN is the longest MN that a device can be registered under.
const maxMN = 40

// nameable reports whether an unknown MN is one that a device can have: an empty
// one (the hardware report of 2025), or printable ASCII.
func nameable(mn []byte) bool {
	if len(mn) > maxMN {
		return false
	}
	for _, c := range mn {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func (w *writer) part(key string) *part {
	p := w.parts[key]
	if p == nil {
		p = &part{}
		w.parts[key] = p
	}
	if len(p.rows)+len(p.parked) == 0 {
		w.order = append(w.order, key)
	}
	return p
}

// write commits the parts. Their batch number is used up even when a commit
// fails: it may have reached the disk all the same.
func (w *writer) write() error {
	if len(w.order) == 0 {
		return nil
	}
	seq := w.seq + 1
	at := w.d.Now().UnixMicro()
	var errs []error
	var made []made
	for _, key := range w.order {
		m, err := w.writePart(key, seq, at, w.parts[key])
		if err != nil {
			errs = append(errs, fmt.Errorf("shard %q: %w", key, err))
			w.parts[key].fail()
			continue
		}
		if m.seq != seq {
			seq = m.seq // PostgreSQL numbers by itself
		}
		made = append(made, m)
	}
	w.publish(seq, at, made, len(errs) == 0)
	return errors.Join(errs...)
}

// publish lets readers see what was committed. A number whose commit failed is
// used up, since it may have reached the disk all the same, but readers are not
// told of it: they stay before it, and find it in the file if it is there.
func (w *writer) publish(seq, at int64, parts []made, whole bool) {
	if len(parts) > 0 || w.d.Engine() == db.SQLite { // PostgreSQL counts by itself
		w.seq = max(w.seq, seq)
	}
	if len(parts) == 0 {
		w.tail.forget()
		return
	}
	w.tail.add(seq, at, parts, whole)
}

// made is the stored part of a batch.
type made struct {
	seq     int64
	payload []byte // nil when nothing but duplicates and parked frames came
}

func (p *part) fail() {
	for _, r := range p.rows {
		r.entry.Outcome = Failed
	}
	for _, e := range p.parked {
		e.Outcome = Failed
	}
}

// writePart is one transaction. It runs without the caller's context: a driver
// that watches a context in the hot path costs more than the insert.
func (w *writer) writePart(key string, seq, at int64, p *part) (m made, err error) {
	ctx := context.Background()
	sh, err := w.shards.writer(ctx, key)
	if err != nil {
		return m, err
	}
	tx, err := sh.write.BeginTx(ctx, nil)
	if err == nil {
		m, err = w.fill(ctx, tx, sh, seq, at, p)
		if err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
	}
	if err != nil {
		// A handle that met a full disk or a lost server is not trusted again.
		return m, errors.Join(err, sh.drop())
	}
	if m.payload != nil {
		w.shards.setMax(sh, m.seq)
	}
	for _, e := range p.parked {
		if e.Outcome == Parked {
			w.parked.add(e, key)
		}
	}
	return m, nil
}

func (w *writer) fill(ctx context.Context, tx *sql.Tx, sh *shard, seq, at int64, p *part) (m made, err error) {
	if sh.postgres {
		if seq, err = sh.nextSeq(ctx, tx); err != nil {
			return m, err
		}
	}
	m.seq = seq
	if len(p.rows) > 0 {
		if m.payload, err = w.fillRows(ctx, tx, sh, seq, at, p.rows); err != nil {
			return m, err
		}
	}
	for i, e := range p.parked {
		if err := sh.park(ctx, tx, seq, i, e); err != nil {
			return m, err
		}
	}
	return m, nil
}

// fillRows writes the rows and the batch with the raw frames of those that are
// new. It returns the batch's payload.
func (w *writer) fillRows(ctx context.Context, tx *sql.Tx, sh *shard, seq, at int64, rows []routed) ([]byte, error) {
	live, late := sh.splitLate(rows)
	rest, err := sh.addRows(ctx, tx, seq, live)
	if err != nil {
		return nil, err
	}
	for _, i := range rest {
		if err := sh.addVersion(ctx, tx, seq, live[i]); err != nil {
			return nil, err
		}
	}
	for _, r := range late {
		if err := sh.addLate(ctx, tx, seq, r); err != nil {
			return nil, err
		}
	}
	payload := append(make([]byte, 0, 1024), payloadVersion)
	frames, first, last := 0, int64(math.MaxInt64), int64(math.MinInt64)
	for _, r := range rows {
		if r.entry.Outcome == Stored {
			payload = appendFrame(payload, at, r.entry, r.device)
			frames, first, last = frames+1, min(first, r.entry.Time), max(last, r.entry.Time)
		}
	}
	if frames == 0 {
		return nil, nil
	}
	w.packed = w.zip.EncodeAll(payload, w.packed[:0])
	return payload, sh.addBatch(ctx, tx, seq, at, frames, first, last, w.packed)
}
