package world

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/internal/fault"
)

// Simulator is a crowd of monitors that speak HJ 212 to one host over real
// connections. It sends in open loop (a slow host does not slow it down, up to
// Window), keeps every packet until it is answered, sends it again after the
// standard's time-out and after a lost connection with the same QN, and hands
// what was answered to Record.
type Simulator struct {
	World       *World
	Devices     []*Outlet
	Schedule    Schedule
	Connections int
	Start       time.Time     // simulated moment at which sending begins
	End         time.Time     // last simulated moment; zero = no limit
	Rate        float64       // packets a second over all connections; 0 = paced by simulated time
	Speed       float64       // simulated seconds a second when Rate is 0
	Frames      int           // packets in all; 0 = no limit
	Duration    time.Duration // how long new packets are sent; 0 = no limit
	Dial        func(context.Context) (net.Conn, error)
	Record      func([]Packet) error // called with answered packets before they count; may be nil
	OverTime    time.Duration        // wait for an answer before sending again; 0 = 10 s
	ReCount     int                  // repeats before the connection is given up; 0 = 3
	Patience    time.Duration        // without any answer for so long, Run gives up; 0 = 2 min
	Window      int                  // unanswered packets a connection; 0 = 4096
	Log         *slog.Logger
}

// Summary is what a run came to. Latencies run from the moment at which a packet
// was due, so that a host that stalls cannot hide it (milliseconds).
type Summary struct {
	Sent       int     `json:"sent"`       // distinct packets
	Answered   int     `json:"answered"`   // distinct packets answered by 9014
	Refused    int     `json:"refused"`    // distinct packets answered by something else
	Resent     int     `json:"resent"`     // repeats
	Reconnects int     `json:"reconnects"` // connections after the first ones
	Seconds    float64 `json:"seconds"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Max        float64 `json:"max_ms"`
}

// Loopback makes a Dial for a TCP address of this machine and refuses all
// others: the simulator's load must never reach somebody else's host.
func Loopback(target string) (func(context.Context) (net.Conn, error), error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, fault.Invalidf("目标地址“%s”应当写成 127.0.0.1:端口", target)
	}
	if host != "localhost" {
		ip := net.ParseIP(host)
		if ip == nil || !ip.IsLoopback() {
			return nil, fault.Invalidf("模拟器只向本机发送，目标应当是 127.0.0.1、::1 或 localhost，不能是 %s", host)
		}
	} else {
		host = "127.0.0.1"
	}
	var d net.Dialer
	return func(ctx context.Context) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	}, nil
}

// Run sends until its limits or until ctx ends, then waits for the answers that
// are still out. It fails when packets stay unanswered after Patience, and says
// how many; the end of ctx is no failure.
func (s *Simulator) Run(ctx context.Context) (Summary, error) {
	r, err := s.ready()
	if err != nil {
		return Summary{}, err
	}
	began := time.Now()
	lines := make([]*line, r.Connections)
	for i := range lines {
		lines[i] = r.line(i, began)
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, l := range lines {
		g.Go(func() error { return l.run(gctx) })
	}
	err = g.Wait()
	sum := Summary{Seconds: time.Since(began).Seconds()}
	var all Latencies
	left := 0
	for _, l := range lines {
		sum.Sent += l.sent
		sum.Answered += l.answered
		sum.Refused += l.refused
		sum.Resent += l.resent
		sum.Reconnects += max(0, l.dialled-1)
		left += len(l.pending)
		all.Add(&l.latency)
	}
	sum.P50, sum.P99, sum.Max = all.Quantile(0.50), all.Quantile(0.99), all.Quantile(1)
	if ctx.Err() != nil {
		return sum, nil
	}
	if errors.Is(err, errPatience) {
		return sum, fault.New(fault.Unavailable, "有 %d 个报文在 %s 内没有得到应答，请检查接收端", left, r.Patience)
	}
	return sum, err
}

// ready fills in defaults and refuses settings that make no sense.
func (s *Simulator) ready() (*Simulator, error) {
	c := *s
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&c.OverTime, 10*time.Second)
	set(&c.Patience, 2*time.Minute)
	if c.ReCount == 0 {
		c.ReCount = 3
	}
	if c.Window == 0 {
		c.Window = 4096
	}
	if c.Connections == 0 {
		c.Connections = len(c.Devices)
	}
	if c.Speed == 0 {
		c.Speed = 1
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case len(c.Devices) == 0:
		return nil, fault.Invalidf("至少要有一台设备")
	case c.Connections < 1 || c.Connections > len(c.Devices):
		return nil, fault.Invalidf("连接数应当在 1 到设备数 %d 之间，现为 %d", len(c.Devices), c.Connections)
	case c.Rate < 0 || c.Speed < 0 || c.Frames < 0 || c.Duration < 0:
		return nil, fault.Invalidf("速率、倍速、报文数和时长不能为负数")
	case c.Schedule == Schedule{}:
		return nil, fault.Invalidf("至少要上传一种数据")
	}
	return &c, nil
}

// line makes connection i with its share of the monitors and of the packets.
func (s *Simulator) line(i int, began time.Time) *line {
	var devices []*Outlet
	for d := i; d < len(s.Devices); d += s.Connections {
		devices = append(devices, s.Devices[d])
	}
	limit := -1
	if s.Frames > 0 {
		limit = s.Frames / s.Connections
		if i < s.Frames%s.Connections {
			limit++
		}
	}
	src := newSource(s.World, devices, s.Schedule, s.Start, limit)
	src.end = s.End
	return &line{sim: s, index: i, began: began, source: src,
		pending: map[string]*flight{}, news: make(chan struct{}, 1)}
}

// due is the wall time of a line's k-th packet, sent at the simulated moment at.
func (l *line) due(k int, at time.Time) time.Time {
	if r := l.sim.Rate; r > 0 {
		n := float64(k*l.sim.Connections + l.index)
		return l.began.Add(time.Duration(n / r * float64(time.Second)))
	}
	d := at.Sub(l.sim.Start)
	// Stations do not all call in the same instant: each line has a delay of
	// its own, up to two seconds.
	return l.began.Add(time.Duration(float64(d)/l.sim.Speed) + time.Duration(l.index%40)*50*time.Millisecond)
}

// flight is a packet that waits for its answer.
type flight struct {
	packet   Packet
	due      time.Time
	sent     time.Time
	times    int
	line     int  // place in the order of sending
	answered bool // seen, perhaps not yet recorded
}

var errPatience = errors.New("no answer for too long")
