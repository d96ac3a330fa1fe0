package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sort"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/gateway/command"
)

// Sink takes what comes in. Submit returns when the entries are durable, or have
// failed; Quarantine returns at once.
type Sink interface {
	Submit(ctx context.Context, g *telemetry.Group) error
	Quarantine(q telemetry.Quarantined)
}

// Config sets the gateway up; zero fields take the value in brackets.
type Config struct {
	Listen     string           // host:port; port 0 takes a free one
	HalfFrame  time.Duration    // how long a begun frame may take, from its header [15 s; the reference says 10 to 30]
	Idle       time.Duration    // a connection without a byte is closed after it [2 h, twice the longest RtdInterval]
	Doze       time.Duration    // after it without a byte, a connection gives its buffers back [30 s]
	Write      time.Duration    // how long a peer may take to read its answers [15 s]
	MaxConns   int              // connections in all [20000]
	PerAddress int              // connections of one address; stations share one behind NAT [2000]
	MaxBad     int              // bad runs in a row after which a peer is sent away [200]
	Now        func() time.Time // the clock of receipts [time.Now]
	Log        *slog.Logger     // [none]
}

func (c *Config) fill() {
	set := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&c.HalfFrame, 15*time.Second)
	set(&c.Idle, 2*time.Hour)
	set(&c.Doze, 30*time.Second)
	set(&c.Write, 15*time.Second)
	num := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	num(&c.MaxConns, 20000)
	num(&c.PerAddress, 2000)
	num(&c.MaxBad, 200)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Desk follows exchanges: see command.Desk.
type Desk interface {
	Came(mn string)
	Ciphers(mn []byte) []hj212.Cipher
	Wants(f *hj212.Frame) bool
	Heard(ctx context.Context, list []command.Message) error
}

// Gateway serves HJ 212 over TCP.
type Gateway struct {
	c        Config
	sink     Sink
	desk     Desk // nil: nobody follows exchanges
	routes   routes
	listener net.Listener
	stats    counters
	left     func(*conn) // told of every connection that is over; tests wait for it

	mu       sync.Mutex
	conns    map[*conn]struct{}
	from     map[string]int // connections by address
	stopping bool
	wait     sync.WaitGroup
}

// New makes a gateway that hands in to the sink.
func New(sink Sink, c Config) *Gateway {
	c.fill()
	return &Gateway{c: c, sink: sink, conns: map[*conn]struct{}{}, from: map[string]int{}, routes: routes{to: map[string]*route{}}}
}

// Follow gives the gateway a desk, before Start.
func (g *Gateway) Follow(d Desk) { g.desk = d }

// Start listens and serves until Stop.
func (g *Gateway) Start(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", g.c.Listen)
	if err != nil {
		return err
	}
	g.listener = l
	g.wait.Go(g.accept)
	return nil
}

// Addr is the address that is listened on, once started.
func (g *Gateway) Addr() string { return g.listener.Addr().String() }

// Stop takes no more frames, lets those handed in be committed and answered, and
// closes every connection.
func (g *Gateway) Stop(ctx context.Context) error {
	if g.listener == nil {
		return nil
	}
	err := g.listener.Close()
	g.mu.Lock()
	g.stopping = true
	for c := range g.conns {
		c.interrupt()
	}
	g.mu.Unlock()
	done := make(chan struct{})
	go func() { g.wait.Wait(); close(done) }()
	select {
	case <-done:
		return err
	case <-ctx.Done():
	}
	g.mu.Lock()
	for c := range g.conns {
		_ = c.net.Close() // its goroutine reports nothing after this
	}
	g.mu.Unlock()
	return errors.Join(err, ctx.Err())
}

// accept takes connections; when the system has no more descriptors it waits.
func (g *Gateway) accept() {
	pause := time.Duration(0)
	for {
		n, err := g.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			g.c.Log.Error("gateway: no connection can be taken", "error", err, "retry", pause)
			time.Sleep(pause)
			continue
		}
		pause = 0
		g.admit(n)
	}
}

// admit begins to serve a connection unless there are too many.
func (g *Gateway) admit(n net.Conn) {
	c := &conn{g: g, net: n, address: n.RemoteAddr().String(), since: g.c.Now(), resting: true, fresh: true, sessions: map[string]*Session{}}
	c.host, _, _ = net.SplitHostPort(c.address)
	g.mu.Lock()
	refused := g.stopping || len(g.conns) >= g.c.MaxConns || g.from[c.host] >= g.c.PerAddress
	if !refused {
		g.conns[c] = struct{}{}
		g.from[c.host]++
	}
	g.mu.Unlock()
	if refused {
		g.stats.turnedAway.Add(1)
		g.c.Log.Warn("gateway: too many connections, one was turned away", "address", c.address)
		_ = n.Close()
		return
	}
	g.stats.accepted.Add(1)
	g.wait.Go(func() {
		defer g.leave(c)
		c.serve()
	})
}

func (g *Gateway) leave(c *conn) {
	_ = c.net.Close()
	g.forget(c)
	g.mu.Lock()
	delete(g.conns, c)
	if g.from[c.host]--; g.from[c.host] == 0 {
		delete(g.from, c.host)
	}
	g.mu.Unlock()
	if g.left != nil {
		g.left(c)
	}
}

// Session is one device on one open connection.
type Session struct {
	MN      string
	Address string
	Since   time.Time // when the connection began
	LastAt  time.Time // receipt of the last good frame
	Frames  int64
	ST      string        // of its last upload
	Version hj212.Version // of its last frame
	Others  int           // further connections of the device

	pw    string
	route *route
}

// Sessions lists the devices that are connected now, by MN; of several
// connections of one device the one heard last.
func (g *Gateway) Sessions() []Session {
	g.mu.Lock()
	conns := make([]*conn, 0, len(g.conns))
	for c := range g.conns {
		conns = append(conns, c)
	}
	g.mu.Unlock()
	by := map[string]Session{}
	for _, c := range conns {
		for _, s := range c.heard() {
			if s.LastAt.IsZero() { // an alias
				continue
			}
			old, ok := by[s.MN]
			if ok {
				s.Others, old.Others = old.Others+1, old.Others+1
			}
			if !ok || s.LastAt.After(old.LastAt) {
				old = s
			}
			by[s.MN] = old
		}
	}
	out := make([]Session, 0, len(by))
	for _, s := range by {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].MN < out[j].MN })
	return out
}
