package station

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

// Runner connects one station to a host until its plan is done or its context ends.
type Runner struct {
	Station     *hj212.Station
	Instruments *Instruments
	Plan        Plan
	Dial        func(context.Context) (net.Conn, error)
	Show        func(Event)
	Patience    time.Duration // without a connection for so long, it gives up; 0 = 1 min
}

// Private makes a Dial for a TCP address of this machine or of a private network, and
// refuses others: synthetic data must not reach an authority's host by mistake.
func Private(target string) (func(context.Context) (net.Conn, error), error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, fault.Invalidf("目标地址“%s”应当写成 127.0.0.1:端口", target)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() && !ip.IsPrivate() {
		return nil, fault.Invalidf("模拟数据只能发往本机或内网地址，不能发往 %s；正式平台只接真实设备", host)
	}
	var d net.Dialer
	return func(ctx context.Context) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	}, nil
}

// Waits between attempts to connect grow from the first to the last.
const (
	firstWait = 200 * time.Millisecond
	lastWait  = 10 * time.Second
)

// Run keeps the station connected. The end of ctx is no failure.
func (r *Runner) Run(ctx context.Context) (Summary, error) {
	if r.Patience == 0 {
		r.Patience = time.Minute
	}
	if r.Show == nil {
		r.Show = func(Event) {}
	}
	s := newSession(r.Station, r.Instruments, r.Plan, time.Now, r.Show)
	greeted, wait, since := false, firstWait, time.Now()
	for {
		conn, err := r.Dial(ctx)
		switch {
		case ctx.Err() != nil:
			return s.sum, nil
		case err != nil && time.Since(since) > r.Patience:
			return s.sum, fault.New(fault.Unavailable, "连不上接收端，请检查地址、端口和防火墙").Because(err)
		case err == nil:
			var out []byte
			if now := time.Now(); greeted {
				out = s.reconnected(nil, now)
			} else {
				out, greeted = s.greet(nil, now), true
			}
			before := s.sum
			err = r.talk(ctx, s, conn, out)
			if ctx.Err() != nil || errors.Is(err, errDone) {
				return s.sum, nil
			}
			if s.sum.Answered+s.sum.Commands > before.Answered+before.Commands {
				wait, since = firstWait, time.Now()
			} else if time.Since(since) > r.Patience {
				return s.sum, fault.New(fault.Unavailable, "接收端没有任何应答，请检查 MN、访问密码和密钥是否已登记").Because(err)
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return s.sum, nil
		case <-t.C:
		}
		wait = min(2*wait, lastWait)
	}
}

var (
	errDone = errors.New("the plan is done")
	errLost = errors.New("no answer after the last repeat")
)

// talk uses one connection until it breaks or all is done.
func (r *Runner) talk(ctx context.Context, s *session, conn net.Conn, out []byte) error {
	type piece struct {
		bytes []byte
		err   error
	}
	heard := make(chan piece)
	ended := make(chan struct{})
	defer close(ended)
	defer func() { _ = conn.Close() }() // nothing is left to be done with it
	go func() {
		for {
			buf := make([]byte, 4096)
			n, err := conn.Read(buf)
			select {
			case heard <- piece{buf[:n], err}:
			case <-ended:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for {
		now := time.Now()
		if s.lost(now) {
			return errLost
		}
		if out = s.due(out, now); len(out) > 0 {
			if err := conn.SetWriteDeadline(now.Add(s.overtime())); err != nil {
				return err
			}
			if _, err := conn.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		if s.over() {
			return errDone
		}
		t := time.NewTimer(max(time.Until(s.wake(now)), time.Millisecond))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case p := <-heard:
			out = s.hear(out, p.bytes, time.Now())
			if p.err != nil {
				t.Stop()
				return p.err
			}
		case <-t.C:
		}
		t.Stop()
	}
}
