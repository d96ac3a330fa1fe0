package broker

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Door decides who may sign in.
type Door interface {
	Admit(mn, secret, address string) (Session, error)
}

// Session is a device that has signed in on one connection.
type Session interface {
	// Take returns when the payloads are durable, or have failed, which it says
	// for each. An error means that the session has ended.
	Take(ctx context.Context, payloads [][]byte) (durable []bool, err error)
	// Valid reports whether the device may go on.
	Valid() bool
	// Arrived and Left say that the connection began and ended; will is what the
	// device left behind for the case of its loss.
	Arrived()
	Left(reason, will string)
}

// Config sets the server up; zero fields take the value in brackets.
type Config struct {
	Listen     string        // host:port; port 0 takes a free one
	Sign       time.Duration // how long a peer may take to sign in [10 s]
	Half       time.Duration // how long a begun packet may take [30 s]
	Idle       time.Duration // silence of a client without keep-alive [2 h]
	Write      time.Duration // how long a peer may take to read its answers [15 s]
	Retry      time.Duration // how long what could not be written is tried again [30 s]
	MaxConns   int           // connections in all [20000]
	PerAddress int           // connections of one address [2000]
	MaxPacket  int           // bytes [256 KiB + 4 KiB]
	Log        *slog.Logger  // [none]
}

func (c *Config) fill() {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&c.Sign, 10 * time.Second}, {&c.Half, 30 * time.Second}, {&c.Idle, 2 * time.Hour}, {&c.Write, 15 * time.Second}, {&c.Retry, 30 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	for _, n := range []struct {
		v *int
		d int
	}{{&c.MaxConns, 20000}, {&c.PerAddress, 2000}, {&c.MaxPacket, 260 << 10}} {
		if *n.v <= 0 {
			*n.v = n.d
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Broker serves MQTT over TCP.
type Broker struct {
	c        Config
	door     Door
	listener net.Listener
	stats    counters
	stopCtx  context.Context
	stopAll  context.CancelFunc

	mu       sync.Mutex
	conns    map[*conn]struct{}
	from     map[string]int   // connections by address
	clients  map[string]*conn // by device and client id
	stopping bool
	wait     sync.WaitGroup
}

// New makes a server that signs in through the door.
func New(door Door, c Config) *Broker {
	c.fill()
	b := &Broker{c: c, door: door, conns: map[*conn]struct{}{}, from: map[string]int{}, clients: map[string]*conn{}}
	b.stopCtx, b.stopAll = context.WithCancel(context.Background())
	return b
}

// Start listens and serves until Stop.
func (b *Broker) Start(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", b.c.Listen)
	if err != nil {
		return err
	}
	b.listener = l
	b.wait.Go(b.accept)
	return nil
}

// Addr is the address that is listened on, once started.
func (b *Broker) Addr() string { return b.listener.Addr().String() }

// Stop takes nothing more, lets what was handed in be committed and answered,
// and closes every connection.
func (b *Broker) Stop(ctx context.Context) error {
	if b.listener == nil {
		return nil
	}
	err := b.listener.Close()
	b.stopAll()
	b.mu.Lock()
	b.stopping = true
	for c := range b.conns {
		c.interrupt(stopped)
	}
	b.mu.Unlock()
	done := make(chan struct{})
	go func() { b.wait.Wait(); close(done) }()
	select {
	case <-done:
		return err
	case <-ctx.Done():
	}
	b.mu.Lock()
	for c := range b.conns {
		_ = c.net.Close() // its goroutine reports nothing after this
	}
	b.mu.Unlock()
	return errors.Join(err, ctx.Err())
}

// accept takes connections; when the system has no more descriptors it waits.
func (b *Broker) accept() {
	pause := time.Duration(0)
	for {
		n, err := b.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			b.c.Log.Error("mqtt: no connection can be taken", "error", err, "retry", pause)
			time.Sleep(pause)
			continue
		}
		pause = 0
		b.admit(n)
	}
}

// admit begins to serve a connection unless there are too many.
func (b *Broker) admit(n net.Conn) {
	c := &conn{b: b, net: n, address: n.RemoteAddr().String()}
	c.host, _, _ = net.SplitHostPort(c.address)
	b.mu.Lock()
	refused := b.stopping || len(b.conns) >= b.c.MaxConns || b.from[c.host] >= b.c.PerAddress
	if !refused {
		b.conns[c] = struct{}{}
		b.from[c.host]++
	}
	b.mu.Unlock()
	if refused {
		b.stats.turnedAway.Add(1)
		b.c.Log.Warn("mqtt: too many connections, one was turned away", "address", c.address)
		_ = n.Close()
		return
	}
	b.wait.Go(func() {
		defer b.leave(c)
		c.serve()
	})
}

func (b *Broker) leave(c *conn) {
	_ = c.net.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
	if b.from[c.host]--; b.from[c.host] == 0 {
		delete(b.from, c.host)
	}
	if c.client != "" && b.clients[c.client] == c {
		delete(b.clients, c.client)
	}
}

// enter makes the connection the client's only one: another is ended (3.1.4).
func (b *Broker) enter(c *conn, client string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.clients[client]; old != nil {
		old.interrupt(taken)
	}
	c.client = client
	b.clients[client] = c
}

// counters are what Stats reads.
type counters struct {
	turnedAway, refused, messages, acknowledged, failed, malformed atomic.Int64
}

// Stats counts since the start, for /metrics.
type Stats struct {
	Connections  int64 // open now
	TurnedAway   int64 // over the bounds
	Refused      int64 // signed in wrongly
	Messages     int64 // published
	Acknowledged int64 // PUBACK and PUBREC sent
	Failed       int64 // could not be written, not answered
	Malformed    int64 // connections ended for it
}

// Stats reads the counters.
func (b *Broker) Stats() Stats {
	b.mu.Lock()
	open := int64(len(b.conns))
	b.mu.Unlock()
	s := &b.stats
	return Stats{open, s.turnedAway.Load(), s.refused.Load(), s.messages.Load(), s.acknowledged.Load(), s.failed.Load(), s.malformed.Load()}
}
