package telemetry

import (
	"context"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"github.com/qingshao/qingshao/internal/db"
)

// tail holds the payloads of the newest batches, so that readers who keep up
// need no disk, and wakes them.
type tail struct {
	mu    sync.Mutex
	head  int64 // the highest batch that readers may see
	kept  []tailBatch
	bytes int
	wake  chan struct{}
	ended bool

	parsed      []*parsed // of kept batches, in the order of parsing
	parsedBytes int       // of their payloads
}

type tailBatch struct {
	seq, at  int64
	payloads [][]byte
	size     int
	parsed   *parsed
}

// parsed holds the records of a batch, so that readers who keep up share one
// parse. They must not change them.
type parsed struct {
	mu      sync.Mutex // one parses, the others wait for it
	tried   bool
	size    int
	records atomic.Pointer[[]Record] // nil before, and when they have made room for newer ones
}

// parsedBytes bounds the payloads whose records are kept: those of some seconds
// at full speed.
const parsedBytes = 4 << 20

// remember keeps the records of a batch and lets older ones go.
func (t *tail) remember(p *parsed, records []Record) {
	p.records.Store(&records)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parsed = append(t.parsed, p)
	t.parsedBytes += p.size
	for t.parsedBytes > parsedBytes && len(t.parsed) > 1 {
		t.parsed[0].records.Store(nil)
		t.parsedBytes -= t.parsed[0].size
		t.parsed[0] = nil
		t.parsed = t.parsed[1:]
	}
}

// tailBytes bounds the payloads kept in memory.
const tailBytes = 32 << 20

func (t *tail) start(head int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head, t.wake = head, make(chan struct{})
}

// add makes a batch visible. After a failed commit nobody knows what reached the
// disk, so the tail starts anew behind it.
func (t *tail) add(seq, at int64, parts []made, whole bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.kept) > 0 && t.kept[len(t.kept)-1].seq != seq-1 {
		t.kept, t.bytes = nil, 0 // another node wrote in between
	}
	if whole {
		b := tailBatch{seq: seq, at: at}
		for _, m := range parts {
			if m.payload != nil {
				b.payloads = append(b.payloads, m.payload)
				b.size += len(m.payload)
			}
		}
		b.parsed = &parsed{size: b.size}
		t.bytes += b.size
		t.kept = append(t.kept, b)
	} else {
		t.kept, t.bytes = nil, 0
	}
	for t.bytes > tailBytes {
		t.bytes -= t.kept[0].size
		t.kept[0] = tailBatch{}
		t.kept = t.kept[1:]
	}
	t.head = max(t.head, seq)
	if !t.ended {
		close(t.wake)
		t.wake = make(chan struct{})
	}
}

// forget drops the payloads: readers go to the tables.
func (t *tail) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept, t.bytes = nil, 0
}

func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended && t.wake != nil {
		t.ended = true
		close(t.wake)
	}
}

// after gives the batches behind a cursor when all of them are in memory.
func (t *tail) after(cursor int64) (out []tailBatch, head int64, all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if cursor >= t.head {
		return nil, t.head, true
	}
	if len(t.kept) == 0 || t.kept[0].seq > cursor+1 {
		return nil, t.head, false
	}
	i := sort.Search(len(t.kept), func(i int) bool { return t.kept[i].seq > cursor })
	return t.kept[i:], t.head, true
}

// Wake gives a channel that is closed at the next commit. Take it before Since:
// a commit in between is then not missed.
func (s *Store) Wake() <-chan struct{} {
	s.tail.mu.Lock()
	defer s.tail.mu.Unlock()
	return s.tail.wake
}

// Head is the cursor behind everything committed so far.
func (s *Store) Head() int64 {
	s.tail.mu.Lock()
	defer s.tail.mu.Unlock()
	return s.tail.head
}

// Since gives the committed frames behind a cursor in the order of commit, and
// the cursor behind them. It gives whole batches: about limit records, more when
// a batch is larger. Frames of unknown devices come when they are adopted. On
// several nodes of PostgreSQL the order is that of the database.
func (s *Store) Since(ctx context.Context, cursor int64, limit int) ([]Record, int64, error) {
	return s.SinceOf(ctx, cursor, limit, nil)
}

// SinceOf is Since for those who follow some devices only: the frames of others
// are passed over unparsed. nil wants all.
func (s *Store) SinceOf(ctx context.Context, cursor int64, limit int, want func(device int64) bool) ([]Record, int64, error) {
	return s.since(ctx, cursor, limit, recorder{want: want})
}

// FramesSince is SinceOf for those who pass frames on: as they were received,
// without values.
func (s *Store) FramesSince(ctx context.Context, cursor int64, limit int, want func(device int64) bool) ([]Record, int64, error) {
	return s.since(ctx, cursor, limit, recorder{want: want, raw: true})
}

func (s *Store) since(ctx context.Context, cursor int64, limit int, dec recorder) ([]Record, int64, error) {
	kept, head, all := s.tail.after(cursor)
	if !all || s.d.Engine() == db.Postgres && len(kept) == 0 {
		return s.sinceStored(ctx, cursor, head, limit, dec)
	}
	g, out := s.registry.Load(), []Record{}
	for _, b := range kept {
		var err error
		if out, err = s.recordsOf(&dec, out, b, g); err != nil {
			return nil, cursor, err
		}
		cursor = b.seq
		if len(out) >= limit {
			return out, cursor, nil
		}
	}
	return out, max(cursor, head), nil
}

// recordsOf appends the records of a kept batch. The first who wants all of them
// parses for the others too; who comes so late that they are gone parses alone.
func (s *Store) recordsOf(d *recorder, out []Record, b tailBatch, g *registry) ([]Record, error) {
	take := func(list []Record) []Record {
		for i := range list {
			if d.want == nil || d.want(list[i].Device) {
				out = append(out, list[i])
			}
		}
		return out
	}
	if list := b.parsed.records.Load(); list != nil {
		return take(*list), nil
	}
	if d.want != nil {
		return d.payloads(out, b, g)
	}
	b.parsed.mu.Lock()
	defer b.parsed.mu.Unlock()
	if list := b.parsed.records.Load(); list != nil {
		return take(*list), nil
	}
	if b.parsed.tried {
		return d.payloads(out, b, g)
	}
	list, err := d.payloads(nil, b, g)
	if err != nil {
		return out, err
	}
	b.parsed.tried = true
	s.tail.remember(b.parsed, list)
	return take(list), nil
}

func (d *recorder) payloads(out []Record, b tailBatch, g *registry) (_ []Record, err error) {
	for _, p := range b.payloads {
		if out, err = d.records(out, p, b.seq, b.at, g); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (d *recorder) records(out []Record, payload []byte, seq, at int64, g *registry) ([]Record, error) {
	err := eachFrame(payload, at, func(f *storedFrame) error {
		if d.want != nil && !d.want(f.device) {
			return nil
		}
		r, err := d.record(f, seq, g)
		out = append(out, r)
		return err
	})
	return out, err
}

// batchPage is how many batches of a shard are read at a time.
const batchPage = 16

// sinceStored is Since from the tables.
func (s *Store) sinceStored(ctx context.Context, cursor, head int64, limit int, dec recorder) ([]Record, int64, error) {
	var found []batch
	upTo := head
	if s.d.Engine() == db.Postgres {
		upTo = everTime
	}
	for _, sh := range s.shards.list(anyTime, everTime) {
		if !sh.postgres && s.shards.maxOf(sh) <= cursor {
			continue
		}
		err := s.shards.reader(sh, func(h querier) error {
			page, more, err := s.shards.batchesAfter(ctx, sh, h, cursor, upTo, batchPage)
			if more {
				upTo = min(upTo, page[len(page)-1].seq)
			}
			found = append(found, page...)
			return err
		})
		if err != nil {
			return nil, cursor, err
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].seq < found[j].seq })
	g, out := s.registry.Load(), []Record{}
	for i, b := range found {
		if b.seq > upTo {
			break
		}
		payload, err := b.open()
		if err != nil {
			return nil, cursor, err
		}
		if out, err = dec.records(out, payload, b.seq, b.at, g); err != nil {
			return nil, cursor, err
		}
		last := i+1 == len(found) || found[i+1].seq != b.seq
		if last {
			cursor = b.seq
		}
		if last && len(out) >= limit {
			return out, cursor, nil
		}
	}
	if upTo != everTime {
		cursor = max(cursor, upTo)
	}
	return out, cursor, nil
}

var unzipper = func() *zstd.Decoder {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}()

func unzip(data []byte) ([]byte, error) { return unzipper.DecodeAll(data, nil) }
