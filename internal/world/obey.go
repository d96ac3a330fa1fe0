package world

import (
	"bytes"
	"context"
	"net"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// obeying is what the host has told the monitors of one line. They obey as
// hj212.Station does; what they have recorded comes from the world.
type obeying struct {
	mu       sync.Mutex
	stations map[string]*hj212.Station // by MN
	wait     sync.WaitGroup
}

// Times that a monitor takes: to obey, and to sample, calibrate or clean.
const (
	promptly = 300 * time.Millisecond
	slowly   = 4 * time.Second
)

// obeys carries out a command of the host on a goroutine of its own; false when
// the frame is no command to a monitor of this line.
func (l *line) obeys(ctx context.Context, conn net.Conn, fr *hj212.Frame) bool {
	o := l.monitor(string(fr.MN))
	if o == nil || fr.Command == 0 || fr.Command >= hj212.RequestAnswer && fr.Command <= hj212.DataAnswer {
		return false
	}
	var a hj212.Area
	fr.ParseItems(&a)
	first, rest := l.answer(o, fr, &a)
	wait := promptly
	if fr.Command >= 3011 && fr.Command <= 3015 || fr.Command == 3022 || fr.Command == 3024 {
		wait = slowly
	}
	l.obey.wait.Go(func() {
		for _, part := range [][]byte{first, rest} {
			if len(part) == 0 || !pause(ctx, wait/2) {
				return
			}
			if err := l.put(conn, part); err != nil {
				l.sim.Log.Debug("answer to a command", "error", err)
				return // the host asks again
			}
		}
	})
	return true
}

func (l *line) monitor(mn string) *Outlet {
	for _, o := range l.source.devices {
		if o.MN == mn {
			return o
		}
	}
	return nil
}

// answer gives the first frame of what a monitor answers, and the others.
func (l *line) answer(o *Outlet, fr *hj212.Frame, a *hj212.Area) (first, rest []byte) {
	var all []byte
	switch fr.Command {
	case hj212.UploadDay, hj212.UploadHour, hj212.UploadMinute:
		all = hj212.AppendAnswer(all, fr, hj212.RequestAnswer, hj212.QnAccepted)
		var code int
		all, code = l.history(all, o, Report(fr.Command), a)
		all = hj212.AppendAnswer(all, fr, hj212.ExecuteResult, code)
	case 1072: // a password would outlast the run and lock the monitor out of the next one
		all = hj212.AppendAnswer(all, fr, hj212.RequestAnswer, hj212.QnAccepted)
		all = hj212.AppendAnswer(all, fr, hj212.ExecuteResult, hj212.ExeFailed)
	default:
		l.obey.mu.Lock()
		all = l.station(o).Hear(all, fr, a, time.Now())
		l.obey.mu.Unlock()
	}
	if i := bytes.Index(all, []byte("\r\n")); i >= 0 {
		return all[:i+2], all[i+2:]
	}
	return all, nil
}

// station needs obey.mu.
func (l *line) station(o *Outlet) *hj212.Station {
	s := l.obey.stations[o.MN]
	if s == nil {
		s = &hj212.Station{Version: o.edition(), ST: o.ST, PW: o.Password, MN: o.MN, Settings: hj212.StationSettings{
			OverTime: 10, ReCount: 3, RtdInterval: int(l.sim.Schedule.Interval / time.Second), MinInterval: int(MinInterval / time.Minute), Realtime: true, States: true}}
		if l.obey.stations == nil {
			l.obey.stations = map[string]*hj212.Station{}
		}
		l.obey.stations[o.MN] = s
	}
	return s
}

// hushed reports whether the packet is realtime data of a monitor that was told
// to send none.
func (l *line) hushed(p *Packet) bool {
	if p.CN != Realtime.String() {
		return false
	}
	l.obey.mu.Lock()
	defer l.obey.mu.Unlock()
	s := l.obey.stations[p.MN]
	return s != nil && !s.Settings.Realtime
}

// mostHistory bounds the packets of one request.
const mostHistory = 1000

// history appends what the monitor has recorded between the two times of a
// request, whether it was connected then or not: the packets that it sent, or
// would have sent, byte by byte.
func (l *line) history(dst []byte, o *Outlet, r Report, a *hj212.Area) ([]byte, int) {
	text := func(name string) []byte {
		v, _ := a.Param(name)
		return v
	}
	from, ok := hj212.ParseTime(text("BeginTime"))
	to, also := hj212.ParseTime(text("EndTime"))
	if !ok || !also || to.Before(from) {
		return dst, hj212.ExeArgument
	}
	length, now := r.length(), time.Now()
	at := from.Add(8 * time.Hour).Truncate(length).Add(-8 * time.Hour) // the grid of Beijing
	if at.Before(from) {
		at = at.Add(length)
	}
	n := 0
	for ; !at.After(to) && n < mostHistory && !at.Add(length).After(now); at = at.Add(length) {
		packets, err := l.sim.World.Packets(o, r, at)
		if err != nil {
			return dst, hj212.ExeFailed
		}
		for _, p := range packets {
			dst = append(dst, p.Bytes...)
			n++
		}
	}
	if n == 0 {
		return dst, hj212.ExeNoData
	}
	return dst, hj212.ExeDone
}
