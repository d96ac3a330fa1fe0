package broker

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/qingshao/qingshao/mqtt"
)

// conn is one connection, served by one goroutine: it reads what has arrived,
// hands in all whole packets as one group, waits for the commit, answers, and
// only then reads on. Payloads point into buf, which stays as it is meanwhile.
type conn struct {
	b       *Broker
	net     net.Conn
	address string
	host    string

	session   Session
	client    string // device and client id
	keepAlive time.Duration
	will      *mqtt.Will

	buf   []byte
	start int       // of what was not taken yet
	half  time.Time // when the packet at start began to arrive, zero when none has

	payloads [][]byte
	answers  []answer
	out      []byte

	ended atomic.Pointer[string] // why interrupt was called
}

// answer is a packet to be sent when the payloads before it are durable.
type answer struct {
	kind    mqtt.Type
	id      uint16
	payload int // that it acknowledges, -1 for none
	codes   int // of a SUBACK
}

// The reasons for which a connection ends; the last two are ours, and no loss of
// the device.
const (
	clean    = "disconnect"
	lost     = "lost"
	silent   = "silent"
	protocol = "protocol"
	retired  = "retired"
	storage  = "storage"
	taken    = "taken"
	stopped  = "stopped"
)

// The sizes of the buffer: at first, and the most that is read at a time.
const (
	smallBuffer = 4 << 10
	signBuffer  = 16 << 10
	readBuffer  = 64 << 10
)

// interrupt ends the reading; what was handed in is still answered.
func (c *conn) interrupt(reason string) {
	c.ended.CompareAndSwap(nil, &reason)
	_ = c.net.SetReadDeadline(time.Unix(1, 0))
}

func (c *conn) serve() {
	c.buf = make([]byte, 0, smallBuffer)
	reason := lost
	if c.signIn() {
		reason = c.serveSession()
	}
	if c.session == nil {
		return
	}
	if why := c.ended.Load(); why != nil {
		reason = *why
	}
	will := ""
	if c.will != nil && reason != clean {
		will = text(c.will.Topic, 100) + "：" + text(c.will.Message, 300)
	}
	c.session.Left(reason, will)
	if reason != clean {
		c.b.c.Log.Info("mqtt: connection ended", "address", c.address, "reason", reason)
	}
}

// text makes bytes of a device fit to be shown.
func text(b []byte, most int) string {
	if len(b) > most {
		b = b[:most]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(b), "�"))
}

// signIn reads CONNECT and answers it. Before it nothing else may come.
func (c *conn) signIn() bool {
	until := time.Now().Add(c.b.c.Sign)
	var p mqtt.Packet
	for {
		n, err := mqtt.Decode(c.buf, signBuffer, &p)
		if len(c.buf) > 0 && mqtt.Type(c.buf[0]>>4) != mqtt.Connect {
			err = mqtt.ErrMalformed // no need to wait for the rest
		}
		if errors.Is(err, mqtt.ErrProtocol) {
			return c.refuse(mqtt.WrongProtocol)
		}
		if err != nil {
			c.b.stats.malformed.Add(1)
			return false
		}
		if n > 0 {
			c.start = n
			break
		}
		if err := c.net.SetReadDeadline(until); err != nil || c.ended.Load() != nil || c.fill(signBuffer) != nil {
			return false
		}
	}
	if len(p.ClientID) == 0 && !p.Clean {
		return c.refuse(mqtt.WrongClientID)
	}
	s, err := c.b.door.Admit(string(p.User), string(p.Password), c.address)
	if err != nil {
		c.b.stats.refused.Add(1)
		return c.refuse(mqtt.WrongPassword)
	}
	c.session, c.keepAlive = s, time.Duration(p.KeepAlive)*time.Second
	if p.Will != nil {
		c.will = &mqtt.Will{Topic: append([]byte(nil), p.Will.Topic...), Message: append([]byte(nil), p.Will.Message[:min(len(p.Will.Message), 1000)]...)}
	}
	c.session.Arrived() // before another connection of the client leaves
	if len(p.ClientID) > 0 {
		c.b.enter(c, string(p.User)+"\x00"+string(p.ClientID))
	}
	return c.write(connack(mqtt.Accepted)) == nil
}

func connack(code byte) []byte {
	out, _ := mqtt.Append(nil, &mqtt.Packet{Type: mqtt.Connack, Code: code})
	return out
}

func (c *conn) refuse(code byte) bool {
	_ = c.write(connack(code)) // the connection ends either way
	return false
}

// serveSession takes packets until the connection ends, and says why it did.
func (c *conn) serveSession() string {
	for {
		if reason := c.take(); reason != "" {
			return reason
		}
		if c.ended.Load() != nil {
			return stopped
		}
		if err := c.net.SetReadDeadline(c.deadline()); err != nil {
			return lost
		}
		if c.ended.Load() != nil { // it may have set its deadline before ours
			return stopped
		}
		if err := c.fill(c.b.c.MaxPacket); errors.Is(err, os.ErrDeadlineExceeded) {
			return silent
		} else if err != nil {
			return lost
		}
	}
}

// deadline is when the next bytes must have come: within one and a half
// keep-alives (3.1.2.10), and within Half of the begin of a packet.
func (c *conn) deadline() time.Time {
	now := time.Now()
	wait := c.b.c.Idle
	if c.keepAlive > 0 {
		wait = c.keepAlive * 3 / 2
	}
	until := now.Add(wait)
	if len(c.buf) == c.start {
		c.half = time.Time{}
		return until
	}
	if c.half.IsZero() {
		c.half = now
	}
	if end := c.half.Add(c.b.c.Half); end.Before(until) {
		return end
	}
	return until
}

// fill reads what has arrived behind what is in the buffer, and makes room for
// the packet that has begun.
func (c *conn) fill(limit int) error {
	if c.start > 0 {
		c.buf = c.buf[:copy(c.buf, c.buf[c.start:])]
		c.start = 0
	}
	if len(c.buf) == 0 && cap(c.buf) > readBuffer {
		c.buf = make([]byte, 0, smallBuffer) // what one large message needed
	}
	want := smallBuffer
	if size, err := mqtt.Size(c.buf); err == nil && size > want {
		want = min(size, limit)
	}
	if len(c.buf) == cap(c.buf) && cap(c.buf) < readBuffer {
		want = max(want, 2*cap(c.buf))
	}
	if want = max(want, len(c.buf)+1); want > cap(c.buf) {
		c.buf = append(make([]byte, 0, want), c.buf...)
	}
	n, err := c.net.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// take hands in all whole packets in the buffer and answers them; a reason ends
// the connection.
func (c *conn) take() string {
	c.payloads, c.answers = c.payloads[:0], c.answers[:0]
	reason := ""
	for reason == "" {
		var p mqtt.Packet
		n, err := mqtt.Decode(c.buf[c.start:], c.b.c.MaxPacket, &p)
		if err != nil {
			c.b.stats.malformed.Add(1)
			c.b.c.Log.Warn("mqtt: connection ended", "address", c.address, "error", err)
			reason = protocol
			break
		}
		if n == 0 {
			break
		}
		c.start += n
		c.half = time.Time{}
		reason = c.packet(&p)
	}
	if why := c.commit(); why != "" {
		return why
	}
	return reason
}

// packet notes what one packet asks for.
func (c *conn) packet(p *mqtt.Packet) (reason string) {
	later := func(kind mqtt.Type, payload int) {
		c.answers = append(c.answers, answer{kind, p.ID, payload, len(p.Filters)})
	}
	switch p.Type {
	case mqtt.Publish:
		c.b.stats.messages.Add(1)
		c.payloads = append(c.payloads, p.Payload)
		switch p.QoS {
		case 1:
			later(mqtt.Puback, len(c.payloads)-1)
		case 2:
			later(mqtt.Pubrec, len(c.payloads)-1)
		}
	case mqtt.Pubrel:
		later(mqtt.Pubcomp, -1)
	case mqtt.Subscribe:
		later(mqtt.Suback, -1)
	case mqtt.Unsubscribe:
		later(mqtt.Unsuback, -1)
	case mqtt.Pingreq:
		if !c.session.Valid() {
			return retired
		}
		later(mqtt.Pingresp, -1)
	case mqtt.Disconnect:
		return clean
	default: // a second CONNECT, or a packet that only servers send
		c.b.stats.malformed.Add(1)
		return protocol
	}
	return ""
}

// commit hands in the payloads, tries again what could not be written, and
// sends the answers.
func (c *conn) commit() string {
	if len(c.payloads) > 0 {
		if reason := c.store(); reason != "" {
			return reason
		}
	}
	c.out = c.out[:0]
	for _, a := range c.answers {
		switch a.kind {
		case mqtt.Suback:
			codes := make([]byte, a.codes)
			for i := range codes {
				codes[i] = mqtt.SubackRefused
			}
			c.out, _ = mqtt.Append(c.out, &mqtt.Packet{Type: mqtt.Suback, ID: a.id, Codes: codes})
		case mqtt.Pingresp:
			c.out, _ = mqtt.Append(c.out, &mqtt.Packet{Type: mqtt.Pingresp})
		default:
			c.out = mqtt.AppendAck(c.out, a.kind, a.id)
			if a.payload >= 0 {
				c.b.stats.acknowledged.Add(1)
			}
		}
	}
	if len(c.out) > 0 && c.write(c.out) != nil {
		return lost
	}
	return ""
}

// store returns "" when every payload is durable.
func (c *conn) store() string {
	left := c.payloads
	began, pause := time.Now(), 50*time.Millisecond
	for {
		durable, err := c.session.Take(context.Background(), left)
		if err != nil {
			c.b.stats.failed.Add(int64(len(left)))
			if !c.session.Valid() {
				return retired
			}
			return storage
		}
		var failed [][]byte
		for i, ok := range durable {
			if !ok {
				failed = append(failed, left[i])
			}
		}
		if left = failed; len(left) == 0 {
			return ""
		}
		wait := time.NewTimer(pause)
		select {
		case <-c.b.stopCtx.Done():
		case <-wait.C:
		}
		wait.Stop()
		if c.b.stopCtx.Err() != nil || time.Since(began) > c.b.c.Retry {
			c.b.stats.failed.Add(int64(len(left)))
			c.b.c.Log.Error("mqtt: messages could not be written and were not acknowledged", "address", c.address, "messages", len(left))
			return storage
		}
		pause = min(2*pause, time.Second)
	}
}

func (c *conn) write(b []byte) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(c.b.c.Write)); err != nil {
		return err
	}
	_, err := c.net.Write(b)
	return err
}
