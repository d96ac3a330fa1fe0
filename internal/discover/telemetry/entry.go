package telemetry

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Outcome says what became of a frame that was handed in.
type Outcome uint8

// The outcomes. Those up to Parked are durable and may be answered; the others
// must not be.
const (
	Failed    Outcome = iota // not written; the device will send it again
	Stored                   // a new reading, or a new version of one
	Duplicate                // the same data area was stored before
	Parked                   // kept until the device is registered
	Refused                  // wrong password; kept in quarantine
)

// Answered reports whether the frame is durable, so that its answer may leave.
func (o Outcome) Answered() bool { return o == Stored || o == Duplicate || o == Parked }

// Entry is one good frame on its way into the store. MN, PW, Raw and Packed may
// point into the caller's buffers: they must stay unchanged until Submit has
// returned.
type Entry struct {
	Received int64 // moment of receipt, microseconds
	Address  string
	MN       []byte
	PW       []byte
	Raw      []byte // from ## to the last digit of the CRC, as received
	Plain    []byte // the segment after decryption, nil when it came plain
	Packed   []byte
	Kind     Kind
	Time     int64 // moment of the data, microseconds
	Assumed  bool  // the frame named no time: Time is its QN or its receipt
	Part     int   // PNO, 0 when not split
	Hash     int64 // of the data area
	Device   int64 // of a meter, which has proved who it is; 0 = find the device by MN

	// Set by Submit.
	Outcome Outcome
	Version int64 // of the stored reading, from 1
	Always  bool  // the device wants an answer to every upload
}

// Group is what one connection hands in at a time; all of it is written in one
// commit or, across months, in one commit for each month file.
type Group struct {
	Entries []Entry
	done    chan struct{}
}

// Kind is system code and command in one number, the first part of a row's key.
type Kind int64

// KindOf packs ST and CN.
func KindOf(st string, cn hj212.Command) Kind {
	return kindOf([]byte(st), cn)
}

func kindOf(st []byte, cn hj212.Command) Kind {
	n := Kind(0)
	for _, c := range st {
		switch {
		case c >= '0' && c <= '9':
			n = n*36 + Kind(c-'0')
		default:
			n = n*36 + Kind(c|0x20-'a') + 10
		}
	}
	return n*10000 + Kind(cn)
}

// ST is the system code, letters in upper case.
func (k Kind) ST() string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	n := int64(k) / 10000
	return string([]byte{digits[n/36%36], digits[n%36]})
}

// CN is the command.
func (k Kind) CN() hj212.Command { return hj212.Command(k % 10000) }

// Reader turns frames into entries, reusing its memory; it serves one goroutine.
type Reader struct {
	area   hj212.Area
	packed []byte
}

// Reset forgets the packed rows of the entries made before, which are no longer
// valid.
func (r *Reader) Reset() { r.packed = r.packed[:0] }

// Forget lets go of the last frame's bytes.
func (r *Reader) Forget() { r.area.Forget() }

// Entry reads a usable frame (f.OK()). The result points into the frame and the
// reader.
func (r *Reader) Entry(f *hj212.Frame, received time.Time, address string) Entry {
	f.ParseItems(&r.area)
	start := len(r.packed)
	r.packed = appendPacked(r.packed, r.area.Items)
	e := Entry{
		Received: received.UnixMicro(), Address: address,
		MN: f.MN, PW: f.PW, Raw: f.Raw, Packed: r.packed[start:len(r.packed):len(r.packed)],
		Kind: kindOf(f.ST, f.Command), Part: f.PNO, Hash: hashArea(f.Area),
	}
	if f.Decrypted {
		e.Plain = f.Segment
	}
	e.Time, e.Assumed = dataTime(f, &r.area, e.Received)
	return e
}

// hashArea is what tells a repeated frame from a correction.
func hashArea(area []byte) int64 {
	sum := sha256.Sum256(area)
	return int64(binary.LittleEndian.Uint64(sum[:8]))
}

// dataTime is the moment of the data: DataTime, else AlarmTime (2005), else the
// exchange's QN, else the receipt. Years outside 2000 to 2099 come from loggers
// that lost their clock.
func dataTime(f *hj212.Frame, a *hj212.Area, received int64) (at int64, assumed bool) {
	for _, name := range [...]string{"DataTime", "AlarmTime"} {
		if text, ok := a.Param(name); ok {
			if at, ok := readTime(text); ok {
				return at, false
			}
		}
	}
	if at, ok := readTime(f.QN); ok {
		return at, true
	}
	return received, true
}

func readTime(text []byte) (int64, bool) {
	t, ok := hj212.ParseTime(text)
	return t.UnixMicro(), ok && t.Year() >= 2000 && t.Year() < 2100
}
