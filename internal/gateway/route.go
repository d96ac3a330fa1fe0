package gateway

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/command"
)

// routes says which connection reaches a device: of several the one that spoke
// last.
type routes struct {
	mu sync.Mutex
	to map[string]*route
}

type route struct {
	conn atomic.Pointer[conn] // that spoke last
	all  []*conn              // guarded by routes.mu
}

// routeTo makes the connection that of the name.
func (g *Gateway) routeTo(name string, c *conn) *route {
	g.routes.mu.Lock()
	defer g.routes.mu.Unlock()
	r := g.routes.to[name]
	if r == nil {
		r = &route{}
		g.routes.to[name] = r
	}
	r.conn.Store(c)
	r.all = append(r.all, c)
	return r
}

// forget takes a closed connection out of the routes. Where the device has
// another connection, that one takes its place.
func (g *Gateway) forget(c *conn) {
	c.mu.Lock()
	names := make(map[string]*route, len(c.sessions))
	for name, s := range c.sessions {
		names[name] = s.route
	}
	c.mu.Unlock()
	g.routes.mu.Lock()
	defer g.routes.mu.Unlock()
	for name, r := range names {
		r.all = slices.DeleteFunc(r.all, func(o *conn) bool { return o == c })
		if len(r.all) == 0 {
			delete(g.routes.to, name)
			r.conn.CompareAndSwap(c, nil)
			continue
		}
		r.conn.CompareAndSwap(c, r.all[len(r.all)-1])
	}
}

// on finds the connection of a name and its session there.
func (g *Gateway) on(name string) (*conn, Session, bool) {
	g.routes.mu.Lock()
	r := g.routes.to[name]
	g.routes.mu.Unlock()
	if r == nil {
		return nil, Session{}, false
	}
	c := r.conn.Load()
	if c == nil {
		return nil, Session{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sessions[name]
	if s == nil {
		return nil, Session{}, false
	}
	return c, *s, true
}

// Peer tells whether a device is connected to this process and how it speaks.
func (g *Gateway) Peer(name string) (command.Peer, bool) {
	_, s, ok := g.on(name)
	return command.Peer{Address: s.Address, ST: s.ST, PW: s.pw, Version: s.Version}, ok
}

// Send writes a frame to the connection of the device that spoke last, also while
// that connection's goroutine waits for bytes.
func (g *Gateway) Send(name string, frame []byte) (string, error) {
	c, _, ok := g.on(name)
	if !ok {
		return "", fault.New(fault.Unavailable, "设备 %s 不在线", name)
	}
	if err := c.write(frame); err != nil {
		_ = c.net.Close() // what it took of the frame is unknown: it must start anew
		return c.address, fmt.Errorf("send to %s: %w", c.address, err)
	}
	g.stats.sent.Add(1)
	return c.address, nil
}

// Alias lets the connection at an address be reached under a further name.
func (g *Gateway) Alias(address, name string) {
	g.mu.Lock()
	var found *conn
	for c := range g.conns {
		if c.address == address {
			found = c
			break
		}
	}
	g.mu.Unlock()
	if found == nil {
		return
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	if found.sessions[name] == nil && len(found.sessions) < maxSessions {
		found.meet(name).Version = hj212.V2025 // there are no such reports before
	}
}
