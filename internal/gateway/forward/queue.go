package forward

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
)

// flight is one frame on its way.
type flight struct {
	bytes    []byte
	key      string // of its answer; "" asks for none
	received time.Time
	seq      int64 // batch
	place    int64 // within the batch, of those wanted
	done     bool
	skipped  bool
	times    int // sent on this line
	lines    int // lines on which others were answered and it was not
	sent     time.Time
}

// queue is what a target still gets, in the order of the store. The frames in
// hand survive a broken line, so that only those that were not answered are sent
// again.
type queue struct {
	s       *Service
	t       Target
	want    func(int64) bool
	kinds   map[int]bool
	rewrite rewriter
	hand    []*flight
	next    int64 // cursor behind the frames in hand
	total   int64 // frames done, to see progress
	saved   time.Time
}

// inHand is how many frames are under way at most.
const inHand = 500

// readAtOnce is how many frames are read from the store at a time; a batch is
// never cut.
const readAtOnce = 200

var errChanged = fault.New(fault.Conflict, "转发目标已修改")

func (s *Service) newQueue(ctx context.Context, t Target) (*queue, error) {
	// Where it stands now: another worker may have moved it since t was read.
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		now, err := targetByID(ctx, tx, t.ID)
		t.seq, t.done = now.seq, now.done
		return err
	})
	if err != nil {
		return nil, err
	}
	q := &queue{s: s, t: t, want: s.wants(&t), kinds: map[int]bool{}, next: t.seq}
	for _, k := range t.Kinds {
		q.kinds[k] = true
	}
	q.rewrite, err = s.rewriter(&t)
	return q, err
}

// fill reads the next frames; the channel wakes when none have come yet.
func (q *queue) fill(ctx context.Context) (wake <-chan struct{}, err error) {
	wake = q.s.Store.Wake()
	q.want = q.s.wants(&q.t) // devices come and go
	list, next, err := q.s.Store.FramesSince(ctx, q.next, readAtOnce, q.want)
	if err != nil {
		return nil, err
	}
	// One order wherever the frames were read from, so that a place means the same
	// after a restart.
	slices.SortStableFunc(list, func(a, b telemetry.Record) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), a.Time.Compare(b.Time), cmp.Compare(a.MN, b.MN), bytes.Compare(a.Raw, b.Raw))
	})
	place, batch := int64(0), int64(-1)
	for i := range list {
		r := &list[i]
		if r.Seq != batch {
			batch, place = r.Seq, 0
		}
		if len(r.Raw) == 0 || len(q.kinds) > 0 && !q.kinds[int(r.CN)] {
			continue
		}
		place++
		if r.Seq == q.t.seq+1 && place <= q.t.done {
			continue
		}
		raw, err := q.rewrite.frame(r)
		if err != nil {
			return nil, err
		}
		q.hand = append(q.hand, &flight{bytes: raw, key: keyOf(raw, r), received: r.Received, seq: r.Seq, place: place})
	}
	q.next = next
	if len(q.hand) == 0 && next > q.t.seq && time.Since(q.saved) > lookEach {
		return wake, q.save(ctx, 0, 0, q.s.DB.Now()) // nothing of it was wanted
	}
	return wake, nil
}

// window is the first frames in hand that are not done.
func (q *queue) window() (out []*flight) {
	for _, f := range q.hand {
		if !f.done && len(out) < inHand {
			out = append(out, f)
		}
	}
	return out
}

// open counts the frames in hand that are not done.
func (q *queue) open() (n int) {
	for _, f := range q.hand {
		if !f.done {
			n++
		}
	}
	return n
}

// keyOf is what the answer to a frame carries; "" when it asks for none.
func keyOf(raw []byte, r *telemetry.Record) string {
	var f hj212.Frame
	if err := hj212.ParseFrame(raw, &f); err != nil { // encrypted: its header is the segment's
		if hj212.ParseSegment(r.Segment, &f) != nil {
			return ""
		}
	}
	if f.AnswerCommand() == 0 {
		return ""
	}
	var a hj212.Area
	f.ParseItems(&a)
	qn := hj212.ExchangeQN(&f, &a)
	if len(qn) == 0 {
		return ""
	}
	return string(f.MN) + " " + string(qn)
}

// settle takes the leading frames that are done off the queue and writes down how
// far it is.
func (q *queue) settle(ctx context.Context) error {
	n, sent, skipped := 0, int64(0), int64(0)
	var newest time.Time
	for n < len(q.hand) && q.hand[n].done {
		f := q.hand[n]
		if f.skipped {
			skipped++
		} else {
			sent++
			newest = f.received
		}
		q.t.seq, q.t.done = f.seq-1, f.place
		n++
	}
	q.hand = q.hand[n:]
	if len(q.hand) == 0 {
		q.t.seq, q.t.done = q.next, 0
	} else if n == 0 {
		return nil
	} else if first := q.hand[0]; first.seq > q.t.seq+1 {
		q.t.seq, q.t.done = first.seq-1, first.place-1
	}
	q.total += int64(n)
	return q.save(ctx, sent, skipped, newest)
}

// save is not stopped by the end of ctx: what was answered must not be sent again.
func (q *queue) save(ctx context.Context, sent, skipped int64, doneAt time.Time) error {
	if len(q.hand) == 0 {
		q.t.seq, q.t.done = q.next, 0
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	same := false
	err := q.s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		same, err = advance(ctx, tx, &q.t, q.s.me, sent, skipped, doneAt)
		return err
	})
	if q.saved = time.Now(); err == nil && !same {
		err = errChanged
	}
	return err
}
