package bench

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/world"
)

// wire is one connection of a crowd through all its reconnects. One goroutine
// sends, one reads answers.
type wire struct {
	crowd    *Crowd
	index    int
	stations []int
	frames   *frames
	conn     net.Conn
	news     chan struct{} // answers came

	mu       sync.Mutex // guards what follows while it runs
	sent     int
	done     bits
	answered int
	base     int       // everything before it is answered
	moved    time.Time // when base moved last
	last     time.Time // last answer
	latency  world.Latencies

	asked              time.Time // when repeat was called last
	resent, reconnects int
}

func newWire(c *Crowd, index int) *wire {
	w := &wire{crowd: c, index: index, news: make(chan struct{}, 1)}
	for s := index; s < c.Stations; s += c.Connections {
		w.stations = append(w.stations, s)
	}
	w.frames = c.frames(w.stations)
	return w
}

// number is the place of this connection's j-th frame among all.
func (w *wire) number(j int) int {
	i, turn := j%len(w.stations), j/len(w.stations)
	return turn*w.crowd.Stations + w.stations[i]
}

func (w *wire) dial(ctx context.Context) (err error) {
	w.conn, err = w.crowd.Dial(ctx)
	return err
}

func (w *wire) run(ctx context.Context) {
	if len(w.stations) == 0 {
		_ = w.conn.Close()
		return
	}
	w.moved = w.crowd.began
	for {
		broken := make(chan struct{})
		go func(conn net.Conn) { defer close(broken); w.read(conn) }(w.conn)
		over := w.send(ctx, broken)
		_ = w.conn.Close() // the reader ends with it
		<-broken
		if over || !w.again(ctx) {
			return
		}
	}
}

// again connects anew until it succeeds; false when patience or ctx is over.
func (w *wire) again(ctx context.Context) bool {
	for began := time.Now(); time.Since(began) < w.crowd.Patience && ctx.Err() == nil; {
		if w.dial(ctx) == nil {
			w.reconnects++
			w.mu.Lock()
			w.moved = time.Now()
			w.mu.Unlock()
			return w.repeat() == nil || ctx.Err() == nil
		}
		wait(ctx, 100*time.Millisecond, nil, nil)
	}
	return false
}

// wait rests until the time, ctx, news or the end of the connection.
func wait(ctx context.Context, d time.Duration, news, broken <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-news:
	case <-broken:
	}
}

// batch bounds one write.
const batch = 32 << 10

// send writes frames as they come due; true when all is answered, or nothing
// more will come.
func (w *wire) send(ctx context.Context, broken <-chan struct{}) bool {
	var buf []byte
	for ctx.Err() == nil {
		select {
		case <-broken:
			return false
		default:
		}
		now := time.Now()
		w.mu.Lock()
		first, unanswered, moved := w.sent, w.sent-w.answered, w.moved
		w.mu.Unlock()
		buf = buf[:0]
		j, next, ended := first, time.Duration(0), false
		for len(buf) < batch && (w.crowd.Window == 0 || unanswered < w.crowd.Window) {
			n := w.number(j)
			if ended = !w.crowd.open(n, now); ended {
				break
			}
			if next = w.crowd.due(n).Sub(now); next > 0 {
				break
			}
			i := j % len(w.stations)
			buf = w.frames.append(buf, i, w.stations[i], w.crowd.at(j/len(w.stations)))
			j, unanswered = j+1, unanswered+1
		}
		if j > first {
			w.mu.Lock()
			w.sent = j
			if w.base == first { // silence counts from the first question
				w.moved = now
			}
			w.mu.Unlock()
			if w.put(buf) != nil {
				return false
			}
			continue
		}
		switch silent := now.Sub(moved); {
		case unanswered == 0 && ended:
			return true
		case unanswered > 0 && silent > w.crowd.Patience:
			return true
		case unanswered > 0 && silent > w.crowd.OverTime && now.Sub(w.asked) > w.crowd.OverTime && w.repeat() != nil:
			return false
		}
		pause := w.crowd.OverTime / 4
		if next > 0 {
			pause = min(pause, next)
		}
		news := w.news
		if w.crowd.Window == 0 && !ended {
			news = nil
		}
		wait(ctx, pause, news, broken)
	}
	return true
}

func (w *wire) put(buf []byte) error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.crowd.Patience)); err != nil {
		return err
	}
	_, err := w.conn.Write(buf)
	return err
}

// repeat sends what is unanswered once more, the oldest first and not more than
// some hundred kilobytes: what follows waits for its turn.
func (w *wire) repeat() error {
	w.asked = time.Now()
	w.mu.Lock()
	var buf []byte
	for j := w.base; j < w.sent && len(buf) < 8*batch; j++ {
		if !w.done.has(j) {
			i := j % len(w.stations)
			buf = w.frames.append(buf, i, w.stations[i], w.crowd.at(j/len(w.stations)))
			w.resent++
		}
	}
	w.mu.Unlock()
	if len(buf) == 0 {
		return nil
	}
	return w.put(buf)
}

// read notes the answers until the connection ends.
func (w *wire) read(conn net.Conn) {
	var sc hj212.Scanner
	var f hj212.Frame
	for {
		_, err := sc.Fill(conn)
		if err != nil {
			return
		}
		now := time.Now()
		w.mu.Lock()
		for sc.Next(&f) {
			if f.OK() && f.Command == hj212.DataAnswer {
				w.note(&f, now)
			}
		}
		w.mu.Unlock()
		select {
		case w.news <- struct{}{}:
		default:
		}
	}
}

// note marks the frame that an answer names by MN and QN.
func (w *wire) note(f *hj212.Frame, now time.Time) {
	station, ok := stationOf(string(f.MN))
	at, ok2 := hj212.ParseTime(f.QN)
	if !ok || !ok2 {
		return
	}
	in, j, ok := w.crowd.find(station, at)
	if !ok || in != w || !w.done.add(j) {
		return
	}
	w.answered++
	w.last = now
	due := w.crowd.due(w.number(j))
	w.latency.Count(now.Sub(due))
	if i := int(due.Sub(w.crowd.began) / window); i < len(w.crowd.windows) {
		w.crowd.windows[i].Count(now.Sub(due))
	}
	if j == w.base {
		w.moved = now
		for w.done.has(w.base) {
			w.base++
		}
	}
}
