package hj212

import "unicode/utf8"

// Kind says what a [Frame] delivered by a [Scanner] is.
type Kind uint8

// The kinds of bytes a stream consists of.
const (
	// KindFrame is a whole frame whose CRC fits. Its grammar may still be at
	// fault: see [Frame.OK].
	KindFrame Kind = iota + 1
	// KindBad starts with a header and is not a frame: CRC wrong, cut off, or
	// length wrong beyond repair.
	KindBad
	// KindNoise has no header.
	KindNoise
)

// Repair says how a frame whose length field is wrong was found again.
type Repair uint8

// The ways of repair: the frame was delimited by its closing && and the CRC
// after it instead of by its length field.
const (
	RepairNone  Repair = iota
	RepairShort        // the length field is too small, mostly characters counted instead of bytes
	RepairLong         // the length field is too large
)

// Frame is one run of bytes of a stream: a frame, a bad frame or noise. All byte
// slices point into the buffer the frame was read from; nothing is copied. A
// Frame may be reused: everything in it is overwritten.
type Frame struct {
	Kind   Kind
	Repair Repair
	// Fault is FaultNone for a usable frame.
	Fault Fault
	// LengthOK reports that the length field equals the byte count of the
	// segment, CRCOK that the four digits behind it are its CRC. For bad frames
	// the last four bytes before CR or LF count as the CRC.
	LengthOK, CRCOK bool
	// HasFlag reports that Flag was present and a number from 0 to 255.
	HasFlag bool
	Flag    Flag
	Version Version
	// Resent is the RF field of 2025: RF=1, re-sent data (补传标志).
	Resent bool
	// Decrypted reports that Segment and Area are the plain text that [Frame.Decrypt]
	// made from Raw, Printed that the encrypted bytes were sent as text, {0xE4,...}.
	Decrypted, Printed bool
	// Declared is the value of the length field, -1 when there is none.
	Declared int
	// Offset is the place of Raw[0] in the stream, from 0.
	Offset int64
	// Raw is everything from the header to the last digit of the CRC; for a bad
	// frame or noise, the bytes dropped.
	Raw []byte
	// Tail is what followed Raw (CR, LF); filled only with Scanner.KeepTail.
	Tail []byte
	// Segment is the part the length and the CRC are about (数据段).
	Segment []byte
	// Area is the data area (数据区) between CP=&& and the closing &&.
	Area []byte

	// The header fields as sent, blanks at both ends removed; nil when absent,
	// empty and not nil when present without a value.
	QN, ST, CN, PW, MN []byte
	// Command is CN as a number, 0 when CN is not 4 digits.
	Command Command
	// PNUM and PNO are the packet count and the packet number (总包数, 包号), 0
	// when absent or not a number.
	PNUM, PNO int

	// Warnings holds what was tolerated in framing and header. What is tolerated
	// in the data area is returned by [Area.Parse].
	Warnings Warnings

	head, after []byte // header fields before CP and behind the data area
}

// OK reports that the frame is usable: framed, CRC right, header complete and
// the data area plain text.
func (f *Frame) OK() bool { return f.Kind == KindFrame && f.Fault == FaultNone }

// Err returns the reason a frame is not usable, or nil.
func (f *Frame) Err() error {
	if f.Fault == FaultNone {
		return nil
	}
	return f.Fault
}

// Split reports that the frame is one of several: PNUM and PNO are present and
// PNUM is above 1, whatever the split bit says.
func (f *Frame) Split() bool { return f.PNUM > 1 && f.PNO > 0 }

// WantsAnswer reports whether the sender set the answer bit. Without Flag no
// answer is wanted.
func (f *Frame) WantsAnswer() bool { return f.HasFlag && f.Flag.WantsAnswer() }

// SurfaceWater reports that version 2 in Flag is not proof of HJ 212-2025: the
// national surface-water protocol (地表水, ST=21) has used it since 2017 with its
// own commands and result codes. Its answers carry ST=91; their profile has to
// be taken from the exchange they belong to.
func (f *Frame) SurfaceWater() bool {
	return f.HasFlag && f.Version == V2025 && string(f.ST) == "21"
}

// ParseFrame reads one whole frame, ## to CRC with or without CR and LF behind
// it, into f. The length field and the CRC must both be right; a stream is read
// with a [Scanner], which also repairs. It returns f.Err(). Offset is set to 0.
func ParseFrame(raw []byte, f *Frame) error {
	*f = Frame{Declared: -1, Raw: raw}
	n := headerLength(raw)
	if n < 0 {
		f.Kind, f.Fault = KindNoise, FaultNoise
		return f.Fault
	}
	body := trimTail(raw)
	f.Declared = n
	if len(body) == n+frameExtra {
		crc, ok := parseCRC(body[headerSize+n:])
		state, ascii := crcState(body[headerSize : headerSize+n])
		if ok && crc == state {
			f.Tail = raw[len(body):]
			f.deliver(body, n, ascii)
			return f.Err()
		}
		if sealed(body, n) {
			f.Tail = raw[len(body):]
			f.seal(body, n)
			return f.Err()
		}
	}
	f.bad(raw)
	return f.Fault
}

// ParseSegment reads a segment (数据段), the bytes between length and CRC, into
// f as a frame without Raw, Declared, length and CRC verdicts. It returns
// f.Err().
func ParseSegment(segment []byte, f *Frame) error {
	*f = Frame{Kind: KindFrame, Declared: -1}
	_, ascii := crcSum(0, segment)
	f.parse(segment, ascii)
	return f.Err()
}

// crcState is CRC together with the finding that p is ASCII.
func crcState(p []byte) (crc uint16, ascii bool) {
	if len(p) == 0 {
		return crcEmpty, true
	}
	s, ascii := crcSum(0xFF, p)
	return crcFull[s], ascii
}

// deliver fills f with the good frame raw, whose segment has n bytes.
func (f *Frame) deliver(raw []byte, n int, ascii bool) {
	f.Kind, f.CRCOK = KindFrame, true
	f.LengthOK = n == f.Declared
	f.Raw = raw
	if !f.LengthOK {
		f.Warnings |= WarnLength.Bit()
	}
	if n > StandardSegment {
		f.Warnings |= WarnOverLimit.Bit()
	}
	for _, c := range raw[len(raw)-crcSize:] {
		if c >= 'a' {
			f.Warnings |= WarnCRCLower.Bit()
		}
	}
	f.parse(raw[headerSize:headerSize+n:headerSize+n], ascii)
}

// bad fills f with the bad frame raw, which starts with a header.
func (f *Frame) bad(raw []byte) {
	f.Kind, f.Raw = KindBad, raw
	body := trimTail(raw)
	n := f.Declared
	size := len(body) - frameExtra // by the end of the bytes
	if size != n && endsFrame(body, n) {
		size, body = n, body[:n+frameExtra] // a whole frame with other bytes behind it
	}
	f.LengthOK = size == n
	if size < 0 {
		f.Fault = FaultTruncated
		return
	}
	given, isHex := parseCRC(body[headerSize+size:])
	segment := body[headerSize : headerSize+size]
	want := CRC(segment)
	f.CRCOK = isHex && given == want
	switch {
	case f.CRCOK: // the length field is wrong and there is no && to end at
		f.Fault = FaultLength
	case looksEncrypted(segment):
		f.seal(body, size)
	case f.LengthOK && isHex && given == swapped(want):
		f.Fault = FaultCRCSwapped
	case f.LengthOK && isHex && given == crcModbus(segment):
		f.Fault = FaultCRCModbus
	case f.LengthOK:
		f.Fault = FaultCRC
	case size < n && !endsFrame(body, size):
		f.Fault = FaultTruncated
	default:
		f.Fault = FaultLength
	}
}

// endsFrame reports that a segment of n bytes would end with && and be followed
// by 4 hexadecimal digits and the end of b, CR or LF.
func endsFrame(b []byte, n int) bool {
	end := n + frameExtra
	if n < 2 || len(b) < end || len(b) > end && b[end] != '\r' && b[end] != '\n' {
		return false
	}
	_, isHex := parseCRC(b[headerSize+n:])
	return isHex && b[headerSize+n-1] == '&' && b[headerSize+n-2] == '&'
}

// trimTail removes all CR and LF at the end of b.
func trimTail(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\r' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}

// checkText warns of bytes that are not UTF-8.
func (f *Frame) checkText(ascii bool, segment []byte) {
	if !ascii && !utf8.Valid(segment) {
		f.Warnings |= WarnNotUTF8.Bit()
	}
}
