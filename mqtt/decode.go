package mqtt

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// Decode reads one packet off the front of buf. n is its size; 0 without an
// error means that it is not whole yet. A packet larger than limit bytes is
// refused as soon as its header has been read.
func Decode(buf []byte, limit int, p *Packet) (n int, err error) {
	length, head, err := remaining(buf)
	if err != nil || head == 0 {
		return 0, err
	}
	if head+length > limit {
		return 0, ErrTooLarge
	}
	if len(buf) < head+length {
		return 0, nil
	}
	*p = Packet{Type: Type(buf[0] >> 4)}
	r := reader{rest: buf[head : head+length : head+length]}
	if err := r.packet(p, buf[0]&15); err != nil {
		return 0, err
	}
	if r.bad || len(r.rest) != 0 {
		return 0, ErrMalformed
	}
	return head + length, nil
}

// Size gives the whole size of the packet that buf begins with, 0 when its
// header is not whole yet.
func Size(buf []byte) (n int, err error) {
	length, head, err := remaining(buf)
	if head == 0 {
		return 0, err
	}
	return head + length, err
}

// remaining reads the fixed header: the length of what follows (2.2.3) and the
// header's own.
func remaining(buf []byte) (length, head int, err error) {
	for i := 1; i < len(buf); i++ {
		length |= int(buf[i]&0x7f) << (7 * (i - 1))
		if buf[i]&0x80 == 0 {
			return length, i + 1, nil
		}
		if i == 4 {
			return 0, 0, ErrMalformed
		}
	}
	return 0, 0, nil
}

type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) binary() []byte { return r.take(int(r.uint16())) }

// text reads a UTF-8 string (1.5.3): no broken sequence, no surrogate, no U+0000.
func (r *reader) text() []byte {
	b := r.binary()
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		r.bad = true
	}
	return b
}

// id reads a packet identifier, which is never 0 (2.3.1).
func (r *reader) id() uint16 {
	n := r.uint16()
	if n == 0 {
		r.bad = true
	}
	return n
}

// fixed are the flags that the standard reserves (table 2.2); PUBLISH has its own.
var fixed = [16]byte{Pubrel: 2, Subscribe: 2, Unsubscribe: 2}

func (r *reader) packet(p *Packet, flags byte) error {
	if p.Type == 0 || p.Type > Disconnect || p.Type != Publish && flags != fixed[p.Type] {
		return ErrMalformed
	}
	switch p.Type {
	case Connect:
		return r.connect(p)
	case Connack:
		flag := r.byte()
		p.SessionPresent, p.Code = flag&1 != 0, r.byte()
		r.bad = r.bad || flag > 1
	case Publish:
		r.publish(p, flags)
	case Puback, Pubrec, Pubrel, Pubcomp, Unsuback:
		p.ID = r.id()
	case Subscribe, Unsubscribe:
		p.ID = r.id()
		for !r.bad && len(r.rest) > 0 {
			f := Filter{Filter: r.text()}
			if p.Type == Subscribe {
				f.QoS = r.byte()
			}
			r.bad = r.bad || f.QoS > 2 || !validFilter(f.Filter)
			p.Filters = append(p.Filters, f)
		}
		r.bad = r.bad || len(p.Filters) == 0
	case Suback:
		p.ID = r.id()
		p.Codes = r.take(len(r.rest))
		for _, c := range p.Codes {
			r.bad = r.bad || c > 2 && c != SubackRefused
		}
		r.bad = r.bad || len(p.Codes) == 0
	}
	return nil
}

func (r *reader) publish(p *Packet, flags byte) {
	p.Dup, p.QoS, p.Retain = flags&8 != 0, flags>>1&3, flags&1 != 0
	p.Topic = r.text()
	if p.QoS > 0 {
		p.ID = r.id()
	}
	r.bad = r.bad || p.QoS == 3 || p.QoS == 0 && p.Dup || !validTopic(p.Topic)
	p.Payload = r.take(len(r.rest))
}

func (r *reader) connect(p *Packet) error {
	name := r.text()
	p.Level = r.byte()
	if r.bad {
		return ErrMalformed
	}
	if string(name) != "MQTT" || p.Level != ProtocolLevel {
		if string(name) == "MQTT" || string(name) == "MQIsdp" {
			return ErrProtocol
		}
		return ErrMalformed
	}
	flags := r.byte()
	p.Clean, p.KeepAlive = flags&2 != 0, r.uint16()
	p.ClientID = r.text()
	willQoS := flags >> 3 & 3
	if flags&4 != 0 {
		p.Will = &Will{Topic: r.text(), Message: r.binary(), QoS: willQoS, Retain: flags&0x20 != 0}
		r.bad = r.bad || !validTopic(p.Will.Topic)
	} else {
		r.bad = r.bad || willQoS != 0 || flags&0x20 != 0
	}
	if p.HasUser = flags&0x80 != 0; p.HasUser {
		p.User = r.text()
	}
	if p.HasPassword = flags&0x40 != 0; p.HasPassword {
		p.Password = r.binary()
	}
	r.bad = r.bad || flags&1 != 0 || willQoS == 3 || p.HasPassword && !p.HasUser
	return nil
}

// validTopic is a topic name: not empty, no wildcards (4.7).
func validTopic(b []byte) bool { return len(b) > 0 && !bytes.ContainsAny(b, "#+") }

// validFilter is a topic filter: # last and alone in its level, + alone in its.
func validFilter(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	levels := bytes.Split(b, []byte{'/'})
	for i, l := range levels {
		if bytes.ContainsAny(l, "#+") && (len(l) != 1 || l[0] == '#' && i != len(levels)-1) {
			return false
		}
	}
	return true
}
