package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/gateway/command"
)

// conn is one connection, served by one goroutine. It reads what has arrived,
// hands it in, waits for the commit, answers, and only then reads on: what comes
// meanwhile waits in the kernel, so a slow disk slows the senders down and no
// memory fills. Everything points into the scanner's buffer; nothing is copied.
type conn struct {
	g       *Gateway
	net     net.Conn
	address string
	host    string
	since   time.Time

	scanner hj212.Scanner
	*hands      // while frames are taken
	bad     int // bad runs since the last good frame

	writing sync.Mutex // answers and commands do not mix

	half     int64     // place in the stream of the frame that has begun
	halfFrom time.Time // when it began

	stopped atomic.Bool

	resting bool    // it has no buffer: they were given back, or nothing has come
	fresh   bool    // nothing has come yet
	first   [1]byte // what a resting connection reads into

	mu       sync.Mutex
	sessions map[string]*Session
}

// hands is what taking frames needs. Connections borrow it: most of them wait for
// the next frame most of the time, and one that waits should cost little.
type hands struct {
	reader   telemetry.Reader
	group    telemetry.Group
	frames   []hj212.Frame // of group.Entries, for the answers
	answers  []byte
	messages []command.Message
}

var spare = sync.Pool{New: func() any { return &hands{} }}

// borrow gives the connection hands; the function returned gives them back, with
// nothing in them that points into the connection's buffers.
func (c *conn) borrow() func() {
	c.hands = spare.Get().(*hands)
	return func() {
		c.reader.Forget()
		clear(c.group.Entries)
		clear(c.frames)
		clear(c.messages)
		spare.Put(c.hands)
		c.hands = nil
	}
}

// burst is the size of a read from which the buffer is enlarged: a station's
// upload is smaller, a sender that catches up is not.
const (
	burst      = 2000
	burstSpace = 64 << 10
)

// interrupt ends the reading; what was read is still handed in and answered.
func (c *conn) interrupt() {
	c.stopped.Store(true)
	_ = c.net.SetReadDeadline(time.Unix(1, 0))
}

func (c *conn) serve() {
	big := false
	for {
		if err := c.net.SetReadDeadline(c.deadline()); err != nil {
			return
		}
		if c.stopped.Load() {
			return
		}
		n, err := c.fill()
		c.g.stats.bytes.Add(int64(n))
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && !c.stopped.Load():
			if _, waiting := c.scanner.Pending(); waiting == 0 {
				if c.rest() {
					continue
				}
				c.g.c.Log.Info("gateway: idle connection closed", "address", c.address)
				return
			}
			c.scanner.Expire()
		default:
			// End of the stream, a broken one, or the stop: what is whole counts,
			// what is not is kept as bad.
			c.scanner.Close()
			c.take()
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !c.stopped.Load() {
				c.g.c.Log.Debug("gateway: connection broken", "address", c.address, "error", err)
			}
			return
		}
		if !c.take() {
			return
		}
		c.expire()
		if big = big || n >= burst; big {
			c.scanner.Grow(burstSpace)
		}
	}
}

// fill reads what has arrived. A resting connection waits without a buffer.
func (c *conn) fill() (int, error) {
	if c.resting {
		n, err := c.net.Read(c.first[:])
		if n == 0 || err != nil {
			return n, err
		}
		c.resting, c.fresh = false, false
		return c.scanner.Write(c.first[:])
	}
	return c.scanner.Fill(c.net)
}

// rest gives the buffers of a quiet connection back, once. It reports false when
// the connection has rested for its whole time.
func (c *conn) rest() bool {
	if c.resting {
		return false
	}
	c.resting = true
	c.scanner.Release()
	return true
}

// deadline is when reading must end: at the time-out of the frame that has
// begun, counted from its header and not restarted by later bytes, else of an
// idle connection.
func (c *conn) deadline() time.Time {
	now := time.Now()
	offset, n := c.scanner.Pending()
	if n == 0 {
		c.half = -1
		if c.fresh {
			return now.Add(c.g.c.Idle)
		}
		if doze := min(c.g.c.Doze, c.g.c.Idle); !c.resting {
			return now.Add(doze)
		} else {
			return now.Add(c.g.c.Idle - doze)
		}
	}
	if offset != c.half || c.halfFrom.IsZero() {
		c.half, c.halfFrom = offset, now
	}
	return c.halfFrom.Add(c.g.c.HalfFrame)
}

// expire ends the time of a half frame whose sender keeps sending bytes.
func (c *conn) expire() {
	for {
		offset, n := c.scanner.Pending()
		if n == 0 || offset != c.half || c.halfFrom.IsZero() || time.Since(c.halfFrom) < c.g.c.HalfFrame {
			return
		}
		c.scanner.Expire()
		if !c.take() {
			return
		}
		if again, _ := c.scanner.Pending(); again == offset {
			return
		}
	}
}

// take hands in all whole frames in the buffer and answers them. It reports
// false when the connection should end.
func (c *conn) take() bool {
	defer c.borrow()()
	c.reader.Reset()
	c.group.Entries, c.frames = c.group.Entries[:0], c.frames[:0]
	received := c.g.c.Now()
	var f hj212.Frame
	for c.scanner.Next(&f) {
		if f.Fault == hj212.FaultEncrypted && c.g.desk != nil {
			c.open(&f)
		}
		if !f.OK() {
			c.reject(&f, received)
			continue
		}
		c.bad = 0
		if f.Repair != hj212.RepairNone {
			c.g.stats.repaired.Add(1)
		}
		c.group.Entries = append(c.group.Entries, c.reader.Entry(&f, received, c.address))
		c.frames = append(c.frames, f)
	}
	if len(c.frames) == 0 {
		return c.bad < c.g.c.MaxBad
	}
	c.hear(received)
	c.g.stats.frames.Add(int64(len(c.frames)))
	if err := c.g.sink.Submit(context.Background(), &c.group); err != nil {
		c.g.c.Log.Error("gateway: frames were not taken", "address", c.address, "error", err)
		return false
	}
	if !c.tell(received) {
		return false
	}
	return c.answer()
}

// open decrypts a frame with the keys of its MN; the plain text has memory of its
// own, since all frames of a read are handed in together.
func (c *conn) open(f *hj212.Frame) {
	if keys := c.g.desk.Ciphers(f.MN); len(keys) > 0 {
		if _, key := f.Decrypt(nil, keys...); key >= 0 {
			c.g.stats.decrypted.Add(1)
		}
	}
}

// tell hands frames that belong to exchanges to the desk. It waits for them: a
// frame that is answered afterwards has had its effect.
func (c *conn) tell(received time.Time) bool {
	if c.g.desk == nil {
		return true
	}
	c.messages = c.messages[:0]
	for i := range c.frames {
		f, e := &c.frames[i], &c.group.Entries[i]
		if c.g.desk.Wants(f) {
			c.messages = append(c.messages, command.Message{Frame: f, Outcome: e.Outcome, At: received, DataAt: time.UnixMicro(e.Time), Address: c.address})
		}
	}
	if len(c.messages) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.g.c.Write)
	defer cancel()
	if err := c.g.desk.Heard(ctx, c.messages); err != nil {
		c.g.c.Log.Error("gateway: answers of a device were not taken", "address", c.address, "error", err)
		return false
	}
	return true
}

// write sends bytes, whole or not at all from the reader's view: answers and
// commands come from different goroutines.
func (c *conn) write(p []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.net.SetWriteDeadline(time.Now().Add(c.g.c.Write)); err != nil {
		return err
	}
	_, err := c.net.Write(p)
	return err
}

// answer writes the answers of the durable frames in the order in which they
// came.
func (c *conn) answer() bool {
	c.answers = c.answers[:0]
	s := &c.g.stats
	answered := int64(0)
	for i := range c.group.Entries {
		e := &c.group.Entries[i]
		switch e.Outcome {
		case telemetry.Stored:
			s.stored.Add(1)
		case telemetry.Duplicate:
			s.duplicate.Add(1)
		case telemetry.Parked:
			s.parked.Add(1)
		case telemetry.Refused:
			s.refused.Add(1)
		default:
			s.failed.Add(1)
		}
		if cn := answerTo(&c.frames[i], e); cn != 0 && e.Outcome.Answered() {
			c.answers = hj212.AppendAnswer(c.answers, &c.frames[i], cn, 0)
			answered++
		}
	}
	if answered == 0 {
		return true
	}
	// Counted first: whoever has read an answer finds it counted.
	s.answered.Add(answered)
	if err := c.write(c.answers); err != nil {
		c.g.c.Log.Info("gateway: answers could not be sent", "address", c.address, "error", err)
		return false
	}
	return true
}

// answerTo is the command that answers a frame, 0 for none: 9014 for uploads and
// 9013 for notices whose answer bit is set. A frame without Flag is answered
// only where the device is registered so.
func answerTo(f *hj212.Frame, e *telemetry.Entry) hj212.Command {
	cn := f.AnswerCommand()
	if cn == 0 && e.Always && !f.HasFlag && f.Command < hj212.RequestAnswer {
		cn = hj212.DataAnswer
	}
	return cn
}

// reject keeps what is no frame.
func (c *conn) reject(f *hj212.Frame, received time.Time) {
	c.bad++
	c.g.stats.bad.Add(1)
	mn := f.MN
	if mn == nil {
		mn = findMN(f.Raw)
	}
	c.g.sink.Quarantine(telemetry.Quarantined{At: received, Address: c.address, Reason: f.Fault.Code(), MN: printable(mn), Raw: f.Raw})
}

// findMN looks for an MN in the bytes of a bad frame, as a hint for people.
func findMN(raw []byte) []byte {
	i := bytes.Index(raw, []byte("MN="))
	if i < 0 {
		return nil
	}
	rest := raw[i+3:]
	if end := bytes.IndexByte(rest, ';'); end >= 0 {
		return rest[:end]
	}
	return nil
}

func printable(mn []byte) string {
	if len(mn) > 40 {
		return ""
	}
	for _, b := range mn {
		if b <= ' ' || b > '~' {
			return ""
		}
	}
	return string(mn)
}

// maxSessions bounds the devices noted for one connection: a concentrator
// carries some hundreds, a hostile peer any number.
const maxSessions = 4096

// hear notes which devices were heard on the connection.
func (c *conn) hear(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.frames {
		f := &c.frames[i]
		s := c.sessions[string(f.MN)]
		if s == nil {
			if len(c.sessions) >= maxSessions || len(f.MN) == 0 {
				continue
			}
			s = c.meet(string(f.MN))
		}
		s.LastAt = at
		s.Frames++
		if s.Version = f.Version; len(f.ST) > 0 && string(f.ST) != "91" && s.ST != string(f.ST) {
			s.ST = string(f.ST)
		}
		if s.pw != string(f.PW) {
			s.pw = string(f.PW)
		}
		if s.route.conn.Load() != c {
			s.route.conn.Store(c)
		}
	}
}

// meet begins a session under a name; it needs mu.
func (c *conn) meet(name string) *Session {
	s := &Session{MN: name, Address: c.address, Since: c.since, route: c.g.routeTo(name, c)}
	c.sessions[name] = s
	if c.g.desk != nil {
		c.g.desk.Came(name)
	}
	return s
}

func (c *conn) heard() []Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Session, 0, len(c.sessions))
	for _, s := range c.sessions {
		out = append(out, *s)
	}
	return out
}
