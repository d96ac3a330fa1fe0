package telemetry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/qingshao/qingshao/hj212"
)

// ParkedDevice sums up what an unknown MN has sent: the frames are kept, and
// answered, until someone registers the device.
type ParkedDevice struct {
	MN      string
	Frames  int64
	FirstAt time.Time
	LastAt  time.Time
	LastRaw []byte // read by Parked only

	bytes int64
	in    map[string]bool // the shards that hold some of them
}

// parkedBook counts the parked frames. The writer's goroutine changes it, others
// read it.
type parkedBook struct {
	mu     sync.Mutex
	of     map[string]*ParkedDevice
	adopts map[string][]chan struct{} // who waits for an adoption
}

// waits reports whether frames of the MN are parked; newer ones must then queue
// behind them.
func (b *parkedBook) waits(mn string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of[mn] != nil
}

func (b *parkedBook) room(mn string, frames, devices int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.of[mn]; p != nil {
		return p.Frames < int64(frames)
	}
	return len(b.of) < devices
}

func (b *parkedBook) add(e *Entry, shard string) {
	at := moment(e.Received)
	b.merge(ParkedDevice{MN: string(e.MN), Frames: 1, FirstAt: at, LastAt: at, bytes: int64(len(e.Raw))}, shard)
}

func (b *parkedBook) merge(p ParkedDevice, shard string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of = map[string]*ParkedDevice{}
	}
	old := b.of[p.MN]
	if old == nil {
		p.in = map[string]bool{shard: true}
		b.of[p.MN] = &p
		return
	}
	old.in[shard] = true
	old.Frames, old.bytes = old.Frames+p.Frames, old.bytes+p.bytes
	if p.FirstAt.Before(old.FirstAt) {
		old.FirstAt = p.FirstAt
	}
	if p.LastAt.After(old.LastAt) {
		old.LastAt = p.LastAt
	}
}

// remove counts adopted frames; emptied says that the shard has no more of them.
// With none left anywhere it wakes who waits for that.
func (b *parkedBook) remove(mn string, n int64, shard string, emptied bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.of[mn]
	p.Frames -= n
	if emptied {
		delete(p.in, shard)
	}
	if len(p.in) > 0 {
		return
	}
	delete(b.of, mn)
	for _, c := range b.adopts[mn] {
		close(c)
	}
	delete(b.adopts, mn)
}

// oldest names the first shard that holds frames of the MN.
func (b *parkedBook) oldest(mn string) (shard string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of[mn] == nil {
		return "", false
	}
	return slices.Min(slices.Collect(maps.Keys(b.of[mn].in))), true
}

// adopted gives a channel that is closed when nothing is parked for the MN.
func (b *parkedBook) adopted(mn string) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := make(chan struct{})
	if b.of[mn] == nil {
		close(c)
		return c
	}
	if b.adopts == nil {
		b.adopts = map[string][]chan struct{}{}
	}
	b.adopts[mn] = append(b.adopts[mn], c)
	return c
}

// known lists the parked MNs that the registry has.
func (b *parkedBook) known(g *registry) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for mn := range b.of {
		if g.byMN[mn] != nil {
			out = append(out, mn)
		}
	}
	sort.Strings(out)
	return out
}

func (b *parkedBook) list() []ParkedDevice {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]ParkedDevice, 0, len(b.of))
	for _, p := range b.of {
		out = append(out, *p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].MN < out[j].MN })
	return out
}

// Parked lists the unknown devices whose frames are kept, by MN, with the frame
// that came last.
func (s *Store) Parked(ctx context.Context) ([]ParkedDevice, error) {
	out := s.parked.list()
	for i := range out {
		newest := int64(-1)
		for _, sh := range s.shards.list(anyTime, everTime) {
			err := s.shards.reader(sh, func(h querier) error {
				raw, seq, err := lastParked(ctx, h, out[i].MN)
				if raw != nil && seq > newest {
					out[i].LastRaw, newest = raw, seq
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// loadShard finds how far a shard has come and what is parked in it.
func (s *Store) loadShard(ctx context.Context, sh *shard, visible *int64) error {
	return s.shards.reader(sh, func(h querier) error {
		if !sh.postgres {
			// A file whose making was cut short has no tables yet.
			if made, _, err := hasTables(ctx, h); err != nil || !made {
				return err
			}
		}
		batch, used, err := sh.highest(ctx, h)
		if err != nil {
			return err
		}
		*visible = max(*visible, used)
		s.shards.setMax(sh, batch)
		totals, err := parkedTotals(ctx, h)
		for _, p := range totals {
			s.parked.merge(p, sh.name)
		}
		return err
	})
}

// adoptChunk is how many parked frames move in one transaction, so that the
// frames of other devices wait for few milliseconds.
const adoptChunk = 1000

// adoptNext moves one chunk of parked frames of registered devices into the
// readings: in the order of arrival, in the transaction that removes them, and
// before any newer frame of the device. It reports whether more wait.
func (w *writer) adoptNext() (more bool) {
	g := w.registry.Load()
	if g != w.seen {
		w.seen, w.adopt = g, w.parked.known(g)
	}
	if len(w.adopt) == 0 {
		return false
	}
	mn := w.adopt[0]
	dev := g.byMN[mn]
	shard, waits := w.parked.oldest(mn)
	if !waits || dev == nil {
		w.adopt = w.adopt[1:]
		return len(w.adopt) > 0
	}
	n, err := w.adoptFrom(shard, mn, dev)
	if err != nil {
		w.log.Error("telemetry: parked frames could not be adopted yet", "mn", mn, "error", err)
		w.pause()
		w.nudge()
		return false
	}
	w.parked.remove(mn, int64(n), shard, n < adoptChunk)
	w.log.Info("telemetry: parked frames adopted", "mn", mn, "frames", n, "outlet", dev.OutletID)
	return true
}

// adoptFrom moves up to a chunk of one shard's frames of a device.
func (w *writer) adoptFrom(key, mn string, dev *Device) (n int, err error) {
	ctx := context.Background()
	sh, err := w.shards.writer(ctx, key)
	if err != nil {
		return 0, err
	}
	tx, err := sh.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, errors.Join(err, sh.drop())
	}
	seq, at := w.seq+1, w.d.Now().UnixMicro()
	m, n, err := w.adoptIn(ctx, tx, sh, seq, at, mn, dev)
	if err != nil {
		return 0, errors.Join(err, tx.Rollback(), sh.drop())
	}
	if n == 0 {
		return 0, tx.Rollback()
	}
	if err := tx.Commit(); err != nil {
		w.publish(seq, at, nil, false)
		return 0, errors.Join(err, sh.drop())
	}
	if m.payload != nil {
		w.shards.setMax(sh, m.seq)
	}
	w.publish(m.seq, at, []made{m}, true)
	return n, nil
}

func (w *writer) adoptIn(ctx context.Context, tx *sql.Tx, sh *shard, seq, at int64, mn string, dev *Device) (m made, n int, err error) {
	frames, err := parkedOf(ctx, tx, mn, adoptChunk)
	if err != nil || len(frames) == 0 {
		return m, 0, err
	}
	if sh.postgres {
		if seq, err = sh.nextSeq(ctx, tx); err != nil {
			return m, 0, err
		}
	}
	m.seq = seq
	w.reader.Reset()
	w.entries = w.entries[:0]
	var refused []Quarantined
	for i := range frames {
		p := &frames[i]
		e, damage := w.unpark(p)
		switch {
		case damage != hj212.FaultNone:
			refused = append(refused, p.refused(dev, damage.Code()))
		case dev.Password != "" && dev.Password != string(e.PW) && !w.o.AcceptWrongPassword:
			refused = append(refused, p.refused(dev, WrongPassword))
		default:
			w.entries = append(w.entries, e)
		}
		if err := p.remove(ctx, tx); err != nil {
			return m, 0, err
		}
	}
	// The quarantine stands in another file: it is written first, under ids that
	// a second try finds taken.
	if err := w.quarantine.store(ctx, refused); err != nil {
		return m, 0, err
	}
	rows := make([]routed, len(w.entries))
	for i := range w.entries {
		rows[i] = routed{&w.entries[i], dev.Num}
	}
	if len(rows) > 0 {
		m.payload, err = w.fillRows(ctx, tx, sh, seq, at, rows)
	}
	return m, len(frames), err
}

// unpark reads a parked frame again. What it is filed under was settled when it
// came.
func (w *writer) unpark(p *parkedFrame) (Entry, hj212.Fault) {
	var f hj212.Frame
	s := storedFrame{raw: p.raw}
	if hj212.ParseSegment(s.segment(), &f) != nil {
		return Entry{}, f.Fault
	}
	e := w.reader.Entry(&f, time.UnixMicro(p.received), p.address)
	e.Raw, e.Time, e.Assumed = p.raw, p.time, p.assumed
	return e, hj212.FaultNone
}

func (p *parkedFrame) refused(dev *Device, reason string) Quarantined {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%d\x00%d\x00%d", p.mn, p.kind, p.time, p.part, p.version, p.seq))
	id, _ := uuid.FromBytes(sum[:16])
	return Quarantined{ID: id.String(), At: time.UnixMicro(p.received), Address: p.address, Reason: reason, MN: p.mn, Area: dev.Area, Raw: p.raw}
}
