package telemetry

import (
	"context"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// The reasons for whole frames that are not taken: the PW is not the device's, or
// no device can have the MN. The other reasons are the codes of hj212.Fault.
const (
	WrongPassword = "password"
	WrongMN       = "mn"
	Unmapped      = "mapping" // of a meter; it is also stored, and was answered
)

// ReasonTitle is the Chinese sentence for a reason of quarantine.
func ReasonTitle(reason string) string {
	switch reason {
	case WrongPassword:
		return "访问密码 PW 与登记的不符"
	case WrongMN:
		return "设备唯一标识 MN 过长或含有不可显示的字符"
	case Unmapped:
		return "报文映射读不出数值"
	}
	for f := hj212.FaultNone + 1; f.Code() != "unknown"; f++ {
		if f.Code() == reason {
			return f.Error()
		}
	}
	return reason
}

// Reasons lists every reason of quarantine.
func Reasons() []string {
	out := []string{WrongPassword, WrongMN, Unmapped}
	for f := hj212.FaultNone + 1; f.Code() != "unknown"; f++ {
		out = append(out, f.Code())
	}
	return out
}

// Quarantined is a run of bytes that was no data, kept as received (隔离区). It was
// not answered.
type Quarantined struct {
	ID      string
	At      time.Time
	Address string // of the sender, host:port
	Reason  string
	MN      string // as far as it can be read; it proves nothing
	Area    string // of the device with that MN, else the whole jurisdiction
	Size    int    // bytes received; Raw may be cut
	Raw     []byte
	Dropped int64 // runs of the sender not kept just before, since they came too fast
	Note    string
	NotedBy string
	NotedAt time.Time
}

// The bounds of the quarantine: a broken or hostile sender may fill neither disk
// nor memory. What is over the rate is counted, not kept.
const (
	quarantineBurst   = 60 // runs an address may send at once
	quarantineEvery   = 5 * time.Second
	quarantineQueue   = 4096
	quarantineRaw     = 16 << 10
	quarantineDelay   = 200 * time.Millisecond
	quarantineSenders = 4096
	quarantineKeep    = 180 * 24 * time.Hour // without a note
)

// quarantine writes behind the readers' backs: nothing in it is answered, so
// nobody waits for it.
type quarantine struct {
	s *Store

	mu      sync.Mutex
	senders map[string]*sender
	queue   []Quarantined
	wake    chan struct{}
	writing sync.Mutex // one flush at a time, so that a flush returns when all is stored
}

type sender struct {
	limit   *rate.Limiter
	dropped int64
}

func (q *quarantine) init(s *Store) {
	q.s, q.senders, q.wake = s, map[string]*sender{}, make(chan struct{}, 1)
}

// Quarantine keeps bytes that are no data, as long as their sender does not send
// them too fast.
func (s *Store) Quarantine(x Quarantined) { s.quarantine.Put(x) }

// Put queues a copy of x.
func (q *quarantine) Put(x Quarantined) {
	host, _, err := net.SplitHostPort(x.Address)
	if err != nil {
		host = x.Address
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	from := q.senders[host]
	if from == nil {
		if len(q.senders) >= quarantineSenders {
			clear(q.senders) // only rates are forgotten
		}
		from = &sender{limit: rate.NewLimiter(rate.Every(quarantineEvery), quarantineBurst)}
		q.senders[host] = from
	}
	if len(q.queue) >= quarantineQueue || !from.limit.AllowN(x.At, 1) {
		from.dropped++
		return
	}
	x.Dropped, from.dropped = from.dropped, 0
	x.ID = db.NewID()
	if x.Size == 0 {
		x.Size = len(x.Raw)
	}
	x.Raw = append([]byte(nil), x.Raw[:min(len(x.Raw), quarantineRaw)]...)
	if x.Area == "" {
		x.Area = q.s.o.Area
		if dev := q.s.registry.Load().byMN[x.MN]; dev != nil {
			x.Area = dev.Area
		}
	}
	q.queue = append(q.queue, x)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run writes what is queued, a moment after the first came.
func (q *quarantine) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			if err := q.flush(context.Background()); err != nil {
				q.s.log.Error("telemetry: the quarantine could not be written", "error", err)
			}
			return
		case <-q.wake:
		}
		wait := time.NewTimer(quarantineDelay)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
		if err := q.flush(context.WithoutCancel(ctx)); err != nil {
			q.s.log.Error("telemetry: the quarantine could not be written", "error", err)
		}
	}
}

// flush writes what is queued; what cannot be written stays queued.
func (q *quarantine) flush(ctx context.Context) error {
	q.writing.Lock()
	defer q.writing.Unlock()
	q.mu.Lock()
	batch := q.queue
	q.queue = nil
	q.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := q.store(ctx, batch)
	if err != nil {
		q.mu.Lock()
		q.queue = append(batch, q.queue...)
		q.mu.Unlock()
	}
	return err
}

func (q *quarantine) store(ctx context.Context, batch []Quarantined) error {
	if len(batch) == 0 {
		return nil
	}
	return q.s.d.Write(ctx, func(tx *db.Tx) error {
		for i := range batch {
			if err := insertQuarantined(ctx, tx, &batch[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// TrimQuarantine removes what is older than 180 days and bears no note, and writes
// into the audit log how much that was.
func (s *Store) TrimQuarantine(ctx context.Context) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		n, err := trimQuarantine(ctx, tx, tx.Now.Add(-quarantineKeep))
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: "system:telemetry", Action: "quarantine.trim", Kind: "quarantine", Area: s.o.Area, Detail: map[string]any{"removed": n}})
	})
}

// QuarantineQuery narrows the list of the quarantine; zero fields do not narrow.
type QuarantineQuery struct {
	Reason   string
	Text     string // in MN or address
	Open     bool   // only those without a note
	From, To time.Time
	Cursor   string
	Limit    int
}

// QuarantineList reads a page of the quarantine, newest first. Bytes whose MN is
// not registered are seen by those who watch the whole jurisdiction.
func (s *Store) QuarantineList(ctx context.Context, p auth.Policy, actor auth.Actor, query QuarantineQuery) (page db.Page[Quarantined], err error) {
	if err := s.quarantine.flush(ctx); err != nil {
		return page, err
	}
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		page, err = listQuarantined(ctx, tx, p, actor, query)
		return err
	})
	return page, err
}

// QuarantineGet reads one run within the actor's reach.
func (s *Store) QuarantineGet(ctx context.Context, p auth.Policy, actor auth.Actor, id string) (x Quarantined, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		x, err = quarantinedByID(ctx, tx, p, actor, auth.QuarantineRead, id)
		return err
	})
	return x, err
}

// QuarantineNote writes down what was found out about a run, e.g. which device it
// came from and what its maker said.
func (s *Store) QuarantineNote(ctx context.Context, p auth.Policy, actor auth.Actor, id, note string) (x Quarantined, err error) {
	if len([]rune(note)) > 500 || note == "" {
		return x, fault.Invalidf("请填写核查说明，最多 500 字").With("note", "请填写核查说明，最多 500 字")
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		if x, err = quarantinedByID(ctx, tx, p, actor, auth.QuarantineWrite, id); err != nil {
			return err
		}
		x.Note, x.NotedBy, x.NotedAt = note, actor.ID, tx.Now
		if err := noteQuarantined(ctx, tx, x); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "quarantine.note", Kind: "quarantine", Subject: id, Area: x.Area, Detail: map[string]any{"note": note}})
	})
	return x, err
}
