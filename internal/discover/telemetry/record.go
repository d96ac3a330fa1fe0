package telemetry

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Record is one committed frame as rules and other readers get it, in the order
// of commit.
type Record struct {
	Seq        int64 // batch; the cursor of Since
	MN         string
	Device     int64 // Device.Num
	OutletID   string
	OutletKind string // gas, water, rain
	ST         string
	CN         hj212.Command
	Received   time.Time
	Time       time.Time // of the data; the START of the period for 2031, 2051, 2061
	Assumed    bool      // the frame named no time
	Part       int       // PNO, 0 when not split
	Version    int64     // 1, higher for corrections
	Resent     bool      // RF=1
	Items      []Item

	// Of FramesSince alone, which gives no Items; both are only to be read.
	Raw     []byte // from ## to the CRC as received, nil of a meter
	Segment []byte // without length and CRC, decrypted
}

// Plausible reports whether the data's time can be believed: named by the frame,
// or a realtime value, which is of now, and not more than an hour after its
// receipt. Others are kept and shown, but no value is computed from them.
func (r *Record) Plausible() bool {
	return (!r.Assumed || r.CN == CNRealtime) && !r.Time.After(r.Received.Add(time.Hour))
}

// The commands that carry pollutant data.
const (
	CNRealtime hj212.Command = 2011
	CNMinute   hj212.Command = 2051
	CNHour     hj212.Command = 2061
	CNDay      hj212.Command = 2031
)

// A batch's payload, before compression: 1 byte version and for each frame
//
//	device, version uvarint; received, time: varint microseconds after the
//	batch's and the frame's receipt; bits: 1 = time assumed, 2 = came encrypted, 4 = a meter's sheet; raw: length, bytes; where it came
//	encrypted, the plain segment: length, bytes
const payloadVersion = 1

func appendFrame(dst []byte, at int64, e *Entry, device int64) []byte {
	f := storedFrame{device: device, version: e.Version, received: e.Received, time: e.Time, assumed: e.Assumed, meter: e.Device != 0, raw: e.Raw, plain: e.Plain}
	return f.append(dst, at)
}

// The bits of a frame in a payload.
const (
	frameAssumed   = 1
	frameEncrypted = 2
	frameMeter     = 4
)

func (f *storedFrame) bits() (b byte) {
	if f.assumed {
		b = frameAssumed
	}
	if f.plain != nil {
		b |= frameEncrypted
	}
	if f.meter {
		b |= frameMeter
	}
	return b
}

// append writes the frame into a payload.
func (f *storedFrame) append(dst []byte, at int64) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.device))
	dst = binary.AppendUvarint(dst, uint64(f.version))
	dst = binary.AppendVarint(dst, f.received-at)
	dst = binary.AppendVarint(dst, f.time-f.received)
	dst = appendText(append(dst, f.bits()), f.raw)
	if f.plain != nil {
		dst = appendText(dst, f.plain)
	}
	return dst
}

// storedFrame is one frame of a payload; raw points into it.
type storedFrame struct {
	device, version int64
	received, time  int64
	assumed         bool
	meter           bool // raw is a sheet
	raw             []byte
	plain           []byte // the segment after decryption, nil when it came plain
}

// segment is the part of the raw frame between its length and its CRC. The
// length field may be wrong (a repaired frame), the places are not.
func (f *storedFrame) segment() []byte {
	if f.plain != nil {
		return f.plain
	}
	if len(f.raw) < 10 {
		return nil
	}
	return f.raw[6 : len(f.raw)-4]
}

var errPayload = errors.New("telemetry: damaged batch")

// eachFrame calls f for every frame of a payload, in order.
func eachFrame(payload []byte, at int64, f func(*storedFrame) error) error {
	r := packedReader{rest: payload}
	if r.byte() != payloadVersion {
		return errPayload
	}
	for len(r.rest) > 0 {
		var s storedFrame
		s.device, s.version = int64(r.uvarint()), int64(r.uvarint())
		s.received = at + r.varint()
		s.time = s.received + r.varint()
		bits := r.byte()
		s.assumed, s.meter = bits&frameAssumed != 0, bits&frameMeter != 0
		s.raw = r.bytes(r.uvarint())
		if bits&frameEncrypted != 0 {
			s.plain = r.bytes(r.uvarint())
		}
		if r.bad {
			return errPayload
		}
		if err := f(&s); err != nil {
			return err
		}
	}
	return nil
}

// recorder turns stored frames into records, reusing its memory.
type recorder struct {
	want   func(device int64) bool // nil = every device
	raw    bool                    // frames as they were received, no values
	frame  hj212.Frame
	area   hj212.Area
	packed []byte
}

// record parses a stored frame. It went through the parser when it was stored, so
// a failure means damage.
func (d *recorder) record(s *storedFrame, seq int64, g *registry) (Record, error) {
	if s.meter && d.raw {
		return Record{Seq: seq, Device: s.device}, nil
	}
	if s.meter {
		return meterRecord(s, seq)
	}
	if err := hj212.ParseSegment(s.segment(), &d.frame); err != nil {
		return Record{}, errors.Join(errPayload, err)
	}
	if d.raw {
		return Record{Seq: seq, MN: string(d.frame.MN), Device: s.device, CN: d.frame.Command, Version: s.version,
			Received: time.UnixMicro(s.received).UTC(), Time: time.UnixMicro(s.time).UTC(), Raw: s.raw, Segment: s.segment()}, nil
	}
	d.frame.ParseItems(&d.area)
	d.packed = appendPacked(d.packed[:0], d.area.Items)
	st := kindOf(d.frame.ST, d.frame.Command).ST()
	items, err := unpack(d.packed, st)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		Seq: seq, MN: string(d.frame.MN), Device: s.device, ST: st, CN: d.frame.Command,
		Received: time.UnixMicro(s.received).UTC(), Time: time.UnixMicro(s.time).UTC(), Assumed: s.assumed,
		Part: d.frame.PNO, Version: s.version, Resent: d.frame.Resent, Items: items,
	}
	if dev := g.byNum[s.device]; dev != nil {
		r.OutletID, r.OutletKind = dev.OutletID, dev.Kind
	}
	return r, nil
}
