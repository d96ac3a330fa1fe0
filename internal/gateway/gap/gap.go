package gap

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/loop"
)

// The answers of a device that the plan tells apart.
const (
	exeDone   = hj212.ExeDone
	exeNoData = hj212.ExeNoData
)

// Caller calls data back: see command.Service.
type Caller interface {
	// Online tells whether a device can be asked by this process.
	Online(mn string) bool
	// Longest is the longest stretch of one call-back.
	Longest(cn hj212.Command) time.Duration
	// CallBack asks a device for data of a kind, both ends included; "" when it
	// may not be asked now.
	CallBack(ctx context.Context, tx *db.Tx, d telemetry.Device, cn hj212.Command, from, to time.Time) (id string, err error)
	// CalledBack tells how a call-back ended: the ExeRtn, 0 for none.
	CalledBack(ctx context.Context, tx *db.Tx, id string) (over bool, outcome int, note string, err error)
}

// Gap is an unbroken run of slots of one kind of data that did not come.
type Gap struct {
	ID           string
	DeviceID     string
	OutletID     string
	EnterpriseID string
	Area         string
	CN           hj212.Command
	State        flow.State
	Attempts     int
	NextAt       time.Time
	CommandID    string
	Reason       string
	FoundAt      time.Time
	EndedAt      time.Time
	Version      int64
	MN           string // read only

	run
}

// From is the first missing slot, To the last.
func (g *Gap) From() time.Time { return time.UnixMicro(g.First).UTC() }

// To is the last missing slot.
func (g *Gap) To() time.Time { return time.UnixMicro(g.Last).UTC() }

// Missing is how many slots the run has.
func (g *Gap) Missing() int64 { return g.Slots }

// Every is the time between two slots.
func (g *Gap) Every() time.Duration { return time.Duration(g.Step) * time.Microsecond }

func (g *Gap) scope() auth.Scope { return auth.Scope{Area: g.Area, Enterprise: g.EnterpriseID} }

// Parts is what the service is made from.
type Parts struct {
	DB     *db.DB
	Policy auth.Policy
	Store  *telemetry.Store
	Caller Caller
	Pace   Pace
	Log    *slog.Logger
}

// Pace is how fast data are called back; zero fields are the defaults.
type Pace struct {
	After  time.Duration // devices resend by themselves first; 20 min
	AtOnce int           // call-backs under way at once, all devices; 100
}

// DefaultPace is used where nothing is set.
var DefaultPace = Pace{After: 20 * time.Minute, AtOnce: 100}

// Service finds gaps and follows them.
type Service struct {
	Parts
	loop   loop.Loop
	looked time.Time // when the loop looked for gaps last
	cost   Cost
}

// Cost is what the background work has taken since the start.
type Cost struct{ find, follow, longest atomic.Int64 }

// Find is the time that looking for gaps took.
func (c *Cost) Find() time.Duration { return time.Duration(c.find.Load()) }

// Follow is the time that following them took.
func (c *Cost) Follow() time.Duration { return time.Duration(c.follow.Load()) }

// Longest is the longest of these rounds.
func (c *Cost) Longest() time.Duration { return time.Duration(c.longest.Load()) }

func (c *Cost) add(to *atomic.Int64, began time.Time) {
	d := int64(time.Since(began))
	to.Add(d)
	c.longest.Store(max(c.longest.Load(), d))
}

// Cost tells what the background work has taken.
func (s *Service) Cost() *Cost { return &s.cost }

// New makes the service.
func New(p Parts) *Service {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Parts: p}
	if s.Pace.After <= 0 {
		s.Pace.After = DefaultPace.After
	}
	if s.Pace.AtOnce <= 0 {
		s.Pace.AtOnce = DefaultPace.AtOnce
	}
	s.loop = loop.Loop{Work: s.round, Each: followEach, Log: p.Log, Fail: "gap: missing data could not be looked for"}
	return s
}

// How often gaps are looked for, and those known followed: a call-back that is over
// makes room for the next.
const (
	lookEach   = time.Minute
	followEach = 5 * time.Second
)

// Start looks for gaps in the background, until Stop.
func (s *Service) Start(ctx context.Context) error { return s.loop.Start(ctx) }

// Stop ends the background work; the rows say where it goes on.
func (s *Service) Stop(ctx context.Context) error { return s.loop.Stop(ctx) }

// RunDue looks at what has come since, and follows the gaps whose time has come.
// It says how much has changed.
func (s *Service) RunDue(ctx context.Context) (int, error) {
	moved, err := s.find(ctx)
	if err != nil {
		return moved, err
	}
	n, err := s.follow(ctx)
	return moved + n, err
}

// round is RunDue for the background: following is cheap, finding reads what every
// device has sent.
func (s *Service) round(ctx context.Context) (moved int, err error) {
	if now := s.DB.Now(); now.Sub(s.looked) >= lookEach || now.Before(s.looked) {
		s.looked = now
		began := time.Now()
		moved, err = s.find(ctx)
		s.cost.add(&s.cost.find, began)
		if err != nil {
			return moved, err
		}
	}
	began := time.Now()
	n, err := s.follow(ctx)
	s.cost.add(&s.cost.follow, began)
	return moved + n, err
}

// find looks for gaps in what has come since.
func (s *Service) find(ctx context.Context) (moved int, err error) {
	for i := range Kinds {
		n, err := s.looks(ctx, &Kinds[i])
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// follow does what is due with the known gaps.
func (s *Service) follow(ctx context.Context) (moved int, err error) {
	for _, f := range []func(context.Context) (int, error){s.heard, s.watch, s.plan, s.again} {
		n, err := f(ctx)
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}
