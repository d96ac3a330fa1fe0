package meter

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
)

// Sink takes what comes in, as the gateway's does.
type Sink interface {
	Submit(ctx context.Context, g *telemetry.Group) error
	Quarantine(q telemetry.Quarantined)
}

// Door admits meters and hands in what they send. It knows the registry by a
// snapshot that is replaced, never changed.
type Door struct {
	db   *db.DB
	sink Sink
	log  *slog.Logger
	book atomic.Pointer[book]

	mu       sync.Mutex
	failures map[string]*rate.Limiter // wrong sign-ins, by host
	heard    map[int64]time.Time      // last readings taken, by number; zero = none before the start
	present  map[string]int           // open connections, by meter's id
	flapping map[string]*rate.Limiter // events, by meter's id

	stop context.CancelFunc
	wait sync.WaitGroup
}

// book is the registry as the door sees it.
type book struct {
	mark mark
	byMN map[string]*admitted
}

// admitted is a meter with the mapping that reads it.
type admitted struct {
	Meter
	profile *Profile
}

// NewDoor makes a door; Start reads the registry.
func NewDoor(d *db.DB, sink Sink, log *slog.Logger) *Door {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	door := &Door{db: d, sink: sink, log: log, failures: map[string]*rate.Limiter{}, heard: map[int64]time.Time{}, present: map[string]int{}, flapping: map[string]*rate.Limiter{}}
	door.book.Store(&book{byMN: map[string]*admitted{}})
	return door
}

// follow is how often the snapshot is compared with the database, for changes by
// other processes.
const follow = 2 * time.Second

// Start reads the registry and follows it.
func (d *Door) Start(ctx context.Context) error {
	if err := d.Refresh(ctx); err != nil {
		return err
	}
	ctx, d.stop = context.WithCancel(context.WithoutCancel(ctx))
	d.wait.Go(func() {
		tick := time.NewTicker(follow)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := d.refreshIfChanged(ctx); err != nil && ctx.Err() == nil {
				d.log.Error("meter: the registry cannot be read", "error", err)
			}
		}
	})
	return nil
}

// Stop ends the following.
func (d *Door) Stop(context.Context) error {
	if d.stop != nil {
		d.stop()
		d.wait.Wait()
	}
	return nil
}

// Refresh reads the registry again.
func (d *Door) Refresh(ctx context.Context) error {
	return d.db.Read(ctx, func(tx *db.Tx) error {
		m, err := readMark(ctx, tx)
		if err != nil {
			return err
		}
		list, err := profiles(ctx, tx)
		if err != nil {
			return err
		}
		byID := map[string]*Profile{}
		for i := range list {
			byID[list[i].ID] = &list[i]
		}
		meters, err := activeMeters(ctx, tx)
		if err != nil {
			return err
		}
		b := &book{mark: m, byMN: make(map[string]*admitted, len(meters))}
		for _, m := range meters {
			if p := byID[m.ProfileID]; p != nil {
				b.byMN[m.MN] = &admitted{m, p}
			}
		}
		d.book.Store(b)
		return nil
	})
}

func (d *Door) refreshIfChanged(ctx context.Context) error {
	var now mark
	err := d.db.Read(ctx, func(tx *db.Tx) (err error) {
		now, err = readMark(ctx, tx)
		return err
	})
	if err != nil || now == d.book.Load().mark {
		return err
	}
	return d.Refresh(ctx)
}

// Pass is the proof of one sign-in. It holds until the meter is taken out of use
// or its secret is renewed.
type Pass struct {
	meter *admitted
	host  string
}

// MN is the meter's name.
func (p *Pass) MN() string { return p.meter.MN }

// The bounds of wrong sign-ins of one address.
const (
	failBurst   = 20
	failEvery   = 3 * time.Second
	failSenders = 4096
)

// nobody takes the place of a meter that does not exist, so that an unknown name
// costs the same as a wrong secret.
var nobody = make([]byte, 32)

// Admit checks name and secret; address is the sender's, host:port.
func (d *Door) Admit(mn, secret, address string) (*Pass, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if !d.mayTry(host) {
		return nil, fault.New(fault.TooMany, "口令错误次数过多，请稍后再试")
	}
	m := d.book.Load().byMN[mn]
	want := nobody
	if m != nil {
		want = m.secret
	}
	right := subtle.ConstantTimeCompare(hashOf(secret), want) == 1
	if m == nil || !right {
		d.failed(host)
		d.log.Warn("meter: sign-in refused", "address", address)
		return nil, fault.New(fault.Unauthorized, "设备编号或口令不对；请在“用电与工况”核对登记，口令只在登记时显示一次，可更换")
	}
	return &Pass{m, host}, nil
}

// mayTry reports whether the host has wrong sign-ins left.
func (d *Door) mayTry(host string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.failures[host]
	return l == nil || l.TokensAt(d.db.Now()) >= 1
}

func (d *Door) failed(host string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.failures[host]
	if l == nil {
		if len(d.failures) >= failSenders {
			clear(d.failures) // only rates are forgotten
		}
		l = rate.NewLimiter(rate.Every(failEvery), failBurst)
		d.failures[host] = l
	}
	l.AllowN(d.db.Now(), 1)
}

// current gives the meter as it is registered now; ok is false when the pass has
// ended.
func (d *Door) current(p *Pass) (*admitted, bool) {
	m := d.book.Load().byMN[p.meter.MN]
	return m, m != nil && m.ID == p.meter.ID && subtle.ConstantTimeCompare(m.secret, p.meter.secret) == 1
}

// Valid reports whether the pass still counts.
func (d *Door) Valid(p *Pass) bool { _, ok := d.current(p); return ok }

// HeardAt is when readings of a meter were taken last, by this process.
func (d *Door) HeardAt(num int64) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.heard[num]
}

// Remember notes when readings of a meter were stored before this process heard
// it, zero for never.
func (d *Door) Remember(num int64, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, known := d.heard[num]; !known || at.After(old) {
		d.heard[num] = at
	}
}

// Known reports whether it is settled when the meter was heard last.
func (d *Door) Known(num int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, known := d.heard[num]
	return known
}

// Connected reports whether the meter has an open connection to this process.
func (d *Door) Connected(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.present[id] > 0
}

// The bounds of events of one meter: a line that comes and goes all day may not
// fill the table.
const (
	eventBurst = 20
	eventEvery = time.Minute
)

// Arrived notes that the meter has connected, Left that it has gone: why, and
// what it had asked to be told then. The news is worth less than the connection,
// so that an error is only logged.
func (d *Door) Arrived(p *Pass, address string) {
	d.moved(p, 1, Event{Kind: Online, Reason: "connect", Address: address})
}

// Left is the other half of Arrived. It is no event while another connection of
// the meter is open, nor for a reason that is not among Reasons, such as our own
// stop.
func (d *Door) Left(p *Pass, address, reason, will string) {
	d.moved(p, -1, Event{Kind: Offline, Reason: reason, Address: address, Will: will})
}

func (d *Door) moved(p *Pass, by int, e Event) {
	now := d.db.Now()
	d.mu.Lock()
	d.present[p.meter.ID] += by
	open := d.present[p.meter.ID]
	if open <= 0 {
		delete(d.present, p.meter.ID)
	}
	l := d.flapping[p.meter.ID]
	if l == nil {
		l = rate.NewLimiter(rate.Every(eventEvery), eventBurst)
		d.flapping[p.meter.ID] = l
	}
	news := by > 0 && open == 1 || by < 0 && open <= 0 && Reasons[e.Reason] != ""
	news = news && l.AllowN(now, 1)
	d.mu.Unlock()
	if !news {
		return
	}
	e.ID, e.MeterID = db.NewID(), p.meter.ID
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := d.db.Write(ctx, func(tx *db.Tx) error {
		if err := insertEvent(ctx, tx, e); err != nil {
			return err
		}
		return bus.Publish(ctx, tx, "meter."+e.Kind, "meter", e.MeterID, p.meter.Area, map[string]any{"enterprise": p.meter.EnterpriseID, "reason": e.Reason})
	})
	if err != nil {
		d.log.Error("meter: an event could not be written", "meter", p.meter.MN, "event", fmt.Sprint(e.Kind, " ", e.Reason), "error", err)
	}
}
