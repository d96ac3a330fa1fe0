package bench

import (
	"context"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/internal/world"
)

// Crowd is many stations that send in open loop: every frame has a moment at
// which it is due, whatever became of those before it, and its latency runs from
// that moment. A frame stays with its station until it is answered; a lost
// connection is made anew and what is unanswered sent again.
type Crowd struct {
	Stations    int
	Connections int // stations share them in turn
	Rate        float64
	Frames      int       // in all; station n%Stations sends frame n
	Start       time.Time // data time of each station's first frame
	Step        time.Duration
	Minute      bool // minute data (2051) in place of realtime data
	// Breaks adds moments at which a station exceeds its limit; nil = none but those
	// of the few that always do.
	Breaks func(station, turn int) bool
	Dial   func(context.Context) (net.Conn, error)

	// Without Rate the crowd sends for Duration as fast as it is answered, Window
	// frames unanswered on each connection.
	Duration time.Duration
	Window   int

	OverTime time.Duration // wait for an answer before sending again; 0 = 10 s
	Patience time.Duration // without any answer for so long, Run gives up; 0 = 60 s

	conns   []*wire
	began   time.Time
	windows []world.Latencies // by when a frame was due
}

// window is how long the stretches are whose latency is told by itself.
const window = 10 * time.Second

// Tally is what a run came to.
type Tally struct {
	Sent, Answered     int // distinct frames
	Resent, Reconnects int
	Seconds            float64 // from the first due frame to the last answer
	P50, P99, Max      float64 // milliseconds from the moment a frame was due
	Worst              float64 // the P99 of the worst 10 s, where there is a rate
}

// Run sends everything and waits for the answers. Frames that stay unanswered
// are no error; the tally tells.
func (c *Crowd) Run(ctx context.Context) (t Tally, err error) {
	if c.OverTime == 0 {
		c.OverTime = 10 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	c.conns = make([]*wire, c.Connections)
	for i := range c.conns {
		c.conns[i] = newWire(c, i)
	}
	dials, dctx := errgroup.WithContext(ctx)
	dials.SetLimit(64)
	for _, w := range c.conns {
		dials.Go(func() error { return w.dial(dctx) })
	}
	if err := dials.Wait(); err != nil {
		return t, err
	}
	c.began = time.Now().Add(50 * time.Millisecond)
	if c.Rate > 0 {
		c.windows = make([]world.Latencies, int(c.due(c.Frames).Sub(c.began)/window)+1)
	}
	var wait sync.WaitGroup
	for _, w := range c.conns {
		wait.Go(func() { w.run(ctx) })
	}
	wait.Wait()
	last, all := c.began, new(world.Latencies)
	for _, w := range c.conns {
		t.Sent += w.sent
		t.Answered += w.answered
		t.Resent += w.resent
		t.Reconnects += w.reconnects
		all.Add(&w.latency)
		if w.last.After(last) {
			last = w.last
		}
	}
	t.Seconds = last.Sub(c.began).Seconds()
	t.P50, t.P99, t.Max = all.Quantile(0.50), all.Quantile(0.99), all.Quantile(1)
	for i := range c.windows {
		t.Worst = max(t.Worst, c.windows[i].Quantile(0.99))
	}
	return t, ctx.Err()
}

// due is the moment of frame n of all.
func (c *Crowd) due(n int) time.Time {
	if c.Rate == 0 {
		return c.began
	}
	return c.began.Add(time.Duration(float64(n) / c.Rate * float64(time.Second)))
}

// open reports whether frame n is to be sent.
func (c *Crowd) open(n int, now time.Time) bool {
	if c.Rate == 0 {
		return now.Sub(c.began) < c.Duration
	}
	return n < c.Frames
}

// frames writes what stations send.
func (c *Crowd) frames(stations []int) *frames {
	f := newFrames(c.Minute, stations)
	if c.Breaks != nil {
		f.breaks = func(station int, at time.Time) bool { return c.Breaks(station, int(at.Sub(c.Start)/c.Step)) }
	}
	return f
}

func (c *Crowd) at(turn int) time.Time { return c.Start.Add(time.Duration(turn) * c.Step) }

// Each calls f for every frame that was sent, connection by connection.
func (c *Crowd) Each(f func(station int, at time.Time, frame []byte, answered bool) error) error {
	var buf []byte
	for _, w := range c.conns {
		fr := c.frames(w.stations)
		for j := range w.sent {
			i, turn := j%len(w.stations), j/len(w.stations)
			buf = fr.append(buf[:0], i, w.stations[i], c.at(turn))
			if err := f(w.stations[i], c.at(turn), raw(buf), w.done.has(j)); err != nil {
				return err
			}
		}
	}
	return nil
}

// find gives the connection and the place on it of a station's frame.
func (c *Crowd) find(station int, at time.Time) (*wire, int, bool) {
	if station >= c.Stations || at.Before(c.Start) || at.Sub(c.Start)%c.Step != 0 {
		return nil, 0, false
	}
	w := c.conns[station%c.Connections]
	j := int(at.Sub(c.Start)/c.Step)*len(w.stations) + station/c.Connections
	return w, j, j < w.sent
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(n int) bool { return n/64 < len(b) && b[n/64]>>(n%64)&1 == 1 }

// add puts n into the set; false when it was there.
func (b *bits) add(n int) bool {
	for n/64 >= len(*b) {
		*b = append(*b, 0)
	}
	if b.has(n) {
		return false
	}
	(*b)[n/64] |= 1 << (n % 64)
	return true
}
