package world

import (
	"context"
	"errors"
	"net"
	"sort"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// line is one connection of the simulator through all its reconnects.
type line struct {
	sim    *Simulator
	index  int
	began  time.Time
	source *source

	obey obeying

	news chan struct{} // an answer came: there is room, or nothing is left

	mu       sync.Mutex // guards what follows; the reader and the sender share it
	pending  map[string]*flight
	order    int       // packets taken from the source
	alive    time.Time // last answer, or the beginning
	sent     int
	answered int
	refused  int
	resent   int
	dialled  int
	latency  Latencies
}

// run works through the source, one connection after the other.
func (l *line) run(ctx context.Context) error {
	l.alive = time.Now()
	var held *flight // taken from the source, not yet written
	wait := firstWait
	for {
		conn, err := l.dial(ctx)
		if err != nil {
			return err
		}
		before := l.progress()
		var done bool
		held, done, err = l.talk(ctx, conn, held)
		if err != nil || done {
			return err
		}
		if l.progress() > before {
			wait = firstWait
			continue
		}
		// The host took the connection and dropped it: do not storm it.
		if l.impatient() {
			return errPatience
		}
		if !pause(ctx, wait) {
			return ctx.Err()
		}
		wait = min(2*wait, lastWait)
	}
}

// Waits between attempts to connect grow from the first to the last.
const (
	firstWait = 20 * time.Millisecond
	lastWait  = 500 * time.Millisecond
)

func (l *line) progress() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answered + l.refused
}

// dial tries until it succeeds, ctx ends or Patience is over.
func (l *line) dial(ctx context.Context) (net.Conn, error) {
	began, wait := time.Now(), firstWait
	for {
		conn, err := l.sim.Dial(ctx)
		if err == nil {
			l.dialled++
			return conn, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if time.Since(began) > l.sim.Patience {
			return nil, errPatience
		}
		l.sim.Log.Debug("connect", "error", err)
		if !pause(ctx, wait) {
			return nil, ctx.Err()
		}
		wait = min(2*wait, lastWait)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// impatient reports whether something has been unanswered, and the host silent,
// for longer than Patience.
func (l *line) impatient() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pending) > 0 && time.Since(l.alive) > l.sim.Patience
}

// talk uses one connection until it breaks (false) or all is answered (true).
// It returns the packet that was taken from the source and not yet written.
func (l *line) talk(ctx context.Context, conn net.Conn, held *flight) (_ *flight, done bool, _ error) {
	broken := make(chan error, 1)
	run, over := context.WithCancel(ctx)
	go func() { broken <- l.read(run, conn) }()
	defer func() {
		over()
		if err := conn.Close(); err != nil {
			l.sim.Log.Debug("close", "error", err)
		}
		<-broken
		l.obey.wait.Wait()
	}()
	if err := l.again(conn, func(*flight) bool { return true }); err != nil {
		return held, false, nil // the next connection sends them
	}
	for {
		var err error
		if held == nil {
			if held, err = l.take(); err != nil {
				return nil, false, err
			}
		}
		wait, ready := l.wait(held)
		if ready {
			if held, err = l.write(conn, held); err != nil {
				return held, false, nil
			}
			continue
		}
		if held == nil && l.unanswered() == 0 {
			return nil, true, nil
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return held, false, ctx.Err()
		case err := <-broken:
			t.Stop()
			broken <- err // for the deferred wait
			l.sim.Log.Debug("connection lost", "error", err)
			if errors.Is(err, errRecord) {
				return held, false, err
			}
			return held, false, nil
		case <-l.news:
		case <-t.C:
			if l.impatient() {
				return held, false, errPatience
			}
			if lost, err := l.overtime(conn); lost || err != nil {
				return held, false, nil
			}
		}
		t.Stop()
	}
}

// take gets the next packet, nil when there is none or the time is over.
func (l *line) take() (*flight, error) {
	if d := l.sim.Duration; d > 0 && time.Since(l.began) >= d {
		return nil, nil
	}
	p, at, ok, err := l.source.next()
	for err == nil && ok && l.hushed(&p) {
		p, at, ok, err = l.source.next()
	}
	if err != nil || !ok {
		return nil, err
	}
	fl := &flight{packet: p, due: l.due(l.order, at), line: l.order}
	l.order++
	if d := l.sim.Duration; d > 0 && !fl.due.Before(l.began.Add(d)) {
		l.source.left = 0
		return nil, nil
	}
	return fl, nil
}

// wait says how long nothing is to be done; ready when the held packet may go
// now.
func (l *line) wait(held *flight) (time.Duration, bool) {
	check := l.sim.OverTime / 4
	if held == nil || l.unanswered() >= l.sim.Window {
		return check, false
	}
	if d := time.Until(held.due); d > 0 {
		return min(d, check), false
	}
	return 0, true
}

func (l *line) unanswered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pending)
}

// batch bounds one write.
const batch = 32 << 10

// write sends the held packet and those that are due with it.
func (l *line) write(conn net.Conn, held *flight) (*flight, error) {
	var buf []byte
	now := time.Now()
	for held != nil && !held.due.After(now) && len(buf) < batch && l.unanswered() < l.sim.Window {
		buf = append(buf, held.packet.Bytes...)
		l.mu.Lock()
		if len(l.pending) == 0 {
			l.alive = now // silence counts from the first question
		}
		held.sent, held.times = now, 1
		l.pending[held.packet.MN+held.packet.QN] = held
		l.sent++
		l.mu.Unlock()
		var err error
		if held, err = l.take(); err != nil {
			return nil, err
		}
	}
	return held, l.put(conn, buf)
}

func (l *line) put(conn net.Conn, buf []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(l.sim.OverTime)); err != nil {
		return err
	}
	_, err := conn.Write(buf)
	return err
}

// again sends those unanswered packets once more that which chooses, in their
// first order.
func (l *line) again(conn net.Conn, which func(*flight) bool) error {
	l.mu.Lock()
	var list []*flight
	for _, fl := range l.pending {
		if which(fl) {
			list = append(list, fl)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].line < list[j].line })
	var buf []byte
	now := time.Now()
	for _, fl := range list {
		buf = append(buf, fl.packet.Bytes...)
		fl.sent = now
		fl.times++
		l.resent++
	}
	l.mu.Unlock()
	if len(buf) == 0 {
		return nil
	}
	return l.put(conn, buf)
}

// overtime repeats what waited too long; lost when something was repeated often
// enough for the link to count as unusable.
func (l *line) overtime(conn net.Conn) (lost bool, err error) {
	late := func(fl *flight) bool { return time.Since(fl.sent) >= l.sim.OverTime }
	l.mu.Lock()
	for _, fl := range l.pending {
		if late(fl) && fl.times > l.sim.ReCount {
			lost = true
		}
	}
	if lost { // a new connection is a new beginning
		for _, fl := range l.pending {
			fl.times = 0
		}
	}
	l.mu.Unlock()
	if lost {
		return true, nil
	}
	return false, l.again(conn, late)
}

var errRecord = errors.New("record")

// read takes the host's answers until the connection ends.
func (l *line) read(ctx context.Context, conn net.Conn) error {
	var sc hj212.Scanner
	var fr hj212.Frame
	var area hj212.Area
	for {
		_, err := sc.Fill(conn)
		if err != nil {
			sc.Close()
		}
		var got []*flight
		for sc.Next(&fr) {
			if !fr.OK() {
				l.sim.Log.Warn("unreadable answer", "fault", fr.Fault.Code())
				continue
			}
			if l.obeys(ctx, conn, &fr) {
				continue
			}
			if fl := l.match(&fr, &area); fl != nil {
				got = append(got, fl)
			}
		}
		if rerr := l.settle(got); rerr != nil {
			return errors.Join(errRecord, rerr)
		}
		if err != nil {
			return err
		}
	}
}

// match finds the packet that a frame of the host answers. QN stands in the
// header, or in the data area as 2005 wants it.
func (l *line) match(fr *hj212.Frame, area *hj212.Area) *flight {
	qn := fr.QN
	if len(qn) == 0 {
		fr.ParseItems(area)
		qn, _ = area.Param("QN")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fl := l.pending[string(fr.MN)+string(qn)]
	switch {
	case fl == nil || fl.answered:
		return nil // a second answer
	case fr.Command == hj212.DataAnswer:
		fl.answered = true
		return fl
	case fr.Command == hj212.RequestAnswer:
		l.refused++
		delete(l.pending, fl.packet.MN+fl.packet.QN)
	}
	return nil
}

// settle records answered packets and takes them off the list, in that order: a
// packet counts as answered only once it is written down.
func (l *line) settle(got []*flight) error {
	if len(got) > 0 && l.sim.Record != nil {
		packets := make([]Packet, len(got))
		for i, fl := range got {
			packets[i] = fl.packet
		}
		if err := l.sim.Record(packets); err != nil {
			return err
		}
	}
	now := time.Now()
	l.mu.Lock()
	for _, fl := range got {
		delete(l.pending, fl.packet.MN+fl.packet.QN)
		l.answered++
		l.alive = now
		l.latency.Count(now.Sub(fl.due))
	}
	l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default:
	}
	return nil
}
