package hj212

import (
	"bytes"
	"io"
)

const (
	headerSize = 6 // ## and the 4 digits of the length
	crcSize    = 4
	frameExtra = headerSize + crcSize

	// StandardSegment is the longest segment the standard allows, in bytes.
	// Longer ones are accepted up to MaxSegment, with [WarnOverLimit].
	StandardSegment = 1024
	// MaxSegment is the longest segment the length field can express, in bytes.
	MaxSegment = 9999
	// MaxFrame is the longest frame without its tail, in bytes.
	MaxFrame = MaxSegment + frameExtra

	// noiseChunk bounds one run of noise, so that a stream without any header
	// takes no memory. Runs are cut at fixed places counted from their start, so
	// that they do not depend on how the bytes arrived.
	noiseChunk = 4096

	bufferStart = 4096
)

// Scanner cuts a byte stream into frames, bad frames and noise (断帧、重新同步).
// Bytes go in by [Scanner.Write] or [Scanner.Fill], frames come out by
// [Scanner.Next]. What comes out depends on the bytes alone, not on how they
// were cut into packets, and on where [Scanner.Expire] and [Scanner.Close] were
// called.
//
// The zero value is ready for use. A Scanner serves one stream and one
// goroutine.
type Scanner struct {
	// KeepTail makes Next wait for the bytes behind a frame until it is clear
	// which of CR and LF follow it, and hand them over in Frame.Tail. A gateway
	// leaves it off, so that a frame comes out with the last digit of its CRC.
	KeepTail bool

	buf  []byte // bytes not yet handed out, from read on
	read int    // bytes before it were handed out
	base int64  // place of buf[0] in the stream

	closed  bool
	expired bool // the time of the bytes at read is over
	retry   retry
}

// retry remembers how far the bytes at the head of the buffer were searched, so
// that bytes arriving one by one are not searched again and again. All places
// count from the head; reset when the head moves.
type retry struct {
	failed bool  // framing by the length field failed: rule 4
	header int   // no next header starts before it
	end    int   // no end of frame (&& and CRC) starts before it
	summed int   // the bytes before it are in state
	state  uint8 // CRC state

	braceFrom int // no } before it
	brace     int // behind the } of a printed data area; -1: the first } closes none
}

// Write appends p to the stream. The bytes are copied. It never fails. Slices
// of earlier frames are no longer valid.
func (s *Scanner) Write(p []byte) (int, error) {
	s.room(len(p))
	s.buf = append(s.buf, p...)
	return len(p), nil
}

// Fill reads once from r into the scanner's own buffer and returns what r
// returned. It saves the copy of Write. Slices of earlier frames are no longer
// valid. After Fill, call Next until it returns false: then the buffer never
// holds much more than one frame.
func (s *Scanner) Fill(r io.Reader) (int, error) {
	s.room(bufferStart / 2)
	n, err := r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	return n, err
}

// Grow makes place for n more bytes, so that the next Fill can read as many at
// once. Slices of earlier frames are no longer valid.
func (s *Scanner) Grow(n int) { s.room(n) }

// Release gives the buffer back when nothing is unread, for a stream that rests;
// the next Write or Fill takes a new one. Slices of earlier frames are no longer
// valid.
func (s *Scanner) Release() {
	if s.read == len(s.buf) {
		s.base += int64(s.read)
		s.buf, s.read = nil, 0
	}
}

// room makes place for n more bytes, moving the unread bytes to the front.
func (s *Scanner) room(n int) {
	if s.read == len(s.buf) { // nothing unread: start again where the cache is warm
		s.base += int64(s.read)
		s.buf, s.read = s.buf[:0], 0
	}
	if cap(s.buf)-len(s.buf) >= n {
		return
	}
	rest := s.buf[s.read:]
	s.base += int64(s.read)
	s.read = 0
	if need := len(rest) + n; need > cap(s.buf) {
		grown := make([]byte, len(rest), max(bufferStart, 2*cap(s.buf), need))
		copy(grown, rest)
		s.buf = grown
		return
	}
	s.buf = s.buf[:copy(s.buf[:cap(s.buf)], rest)]
}

// Pending returns the place in the stream of the first byte that Next has not
// handed out, and how many bytes wait there. A caller times half frames with it:
// while offset stays the same and n is above 0, the clock of that header runs;
// bytes that arrive later do not restart it. When it is over, call Expire.
func (s *Scanner) Pending() (offset int64, n int) {
	s.skipTail()
	return s.base + int64(s.read), len(s.buf) - s.read
}

// Expire says that the time of the bytes pending now is over (10 to 30 seconds
// for a half frame): the next call of Next repairs them or hands them out as a
// bad frame or noise. Frames behind them are read as usual and have a time of
// their own. Call Expire only after Next has returned false.
func (s *Scanner) Expire() {
	if _, n := s.Pending(); n > 0 {
		s.expired = true
	}
}

// Close says that no more bytes will come. Next then hands out everything that
// is left and returns false for good.
func (s *Scanner) Close() { s.closed = true }

// Reset empties the scanner for a new stream and keeps its buffer.
func (s *Scanner) Reset() {
	*s = Scanner{KeepTail: s.KeepTail, buf: s.buf[:0]}
}

// Next fills f with the next frame, bad frame or run of noise of the stream and
// reports whether there was one; if not, more bytes are needed. The slices in f
// are valid until the next call of Write, Fill or Reset.
func (s *Scanner) Next(f *Frame) bool {
	s.skipTail()
	b := s.buf[s.read:]
	if len(b) == 0 {
		return false
	}
	n := headerLength(b)
	if n < 0 {
		return s.noise(b, f)
	}
	if s.retry.failed {
		return s.resync(b, n, f)
	}
	size := n + frameExtra
	if len(b) < size {
		if !s.expired && !s.closed {
			return false
		}
	} else {
		crc, ascii := crcState(b[headerSize : headerSize+n])
		given, isHex := parseCRC(b[headerSize+n:])
		if isHex && given == crc && !swallowed(b[:size], n, crc) {
			return s.frame(b, n, n, ascii, f)
		}
		if isHex && sealed(b[:size], n) {
			return s.sealed(b, n, n, f)
		}
	}
	s.retry = retry{failed: true, header: headerSize, end: headerSize, summed: headerSize, state: 0xFF}
	return s.resync(b, n, f)
}

// headerLength returns the value of the length field at the start of b, or -1
// when b does not start with ## and 4 digits.
func headerLength(b []byte) int {
	if len(b) < headerSize || b[0] != '#' || b[1] != '#' {
		return -1
	}
	d0, d1, d2, d3 := b[2]-'0', b[3]-'0', b[4]-'0', b[5]-'0'
	if d0 > 9 || d1 > 9 || d2 > 9 || d3 > 9 {
		return -1
	}
	return int(d0)*1000 + int(d1)*100 + int(d2)*10 + int(d3)
}

// swallowed reports that the length field of the frame b led into or over
// another frame and the CRC fits by chance (1 in 256; 0000, which dates contain,
// is a legal CRC): there is a header inside, and either the segment does not end
// with &, or the frame of a header inside ends at the same place with the same
// CRC. Delivering b would lose the frames inside.
func swallowed(b []byte, n int, crc uint16) bool {
	open := b[len(b)-crcSize-1] != '&'
	for i := nextHeader(b, headerSize); i >= 0; i = nextHeader(b, i+headerSize) {
		inner := b[i:]
		if open || headerLength(inner)+frameExtra == len(inner) && CRC(inner[headerSize:len(inner)-crcSize]) == crc {
			return n > 0
		}
	}
	return false
}

// nextHeader returns the place of the first header in b that starts at or after
// from and lies wholly in b, or -1.
func nextHeader(b []byte, from int) int {
	for from+headerSize <= len(b) {
		i := bytes.Index(b[from:], headerMark)
		if i < 0 {
			return -1
		}
		if headerLength(b[from+i:]) >= 0 {
			return from + i
		}
		from += i + 1
	}
	return -1
}

var headerMark = []byte("##")

// headerPrefix returns the place where a header may have begun at the end of b:
// at most the last 5 bytes; len(b) when there is none.
func headerPrefix(b []byte) int {
	for i := max(0, len(b)-headerSize+1); i < len(b); i++ {
		if isHeaderPrefix(b[i:]) {
			return i
		}
	}
	return len(b)
}

func isHeaderPrefix(p []byte) bool {
	for i, c := range p {
		if i < 2 && c != '#' || i >= 2 && !isDigit(c) {
			return false
		}
	}
	return true
}

// skipTail drops the CR and LF at the head: what is left of the tail of the
// frame before, and blank lines between frames.
func (s *Scanner) skipTail() {
	for s.read < len(s.buf) && (s.buf[s.read] == '\r' || s.buf[s.read] == '\n') {
		s.read++
	}
}

// take moves the head by n bytes and returns their place in the stream.
func (s *Scanner) take(n int) (offset int64) {
	offset = s.base + int64(s.read)
	s.read += n
	s.expired = false
	s.retry = retry{}
	return offset
}

// frame hands out the frame at the head of b whose segment has n bytes and whose
// length field says declared. With KeepTail it waits until the tail is known.
func (s *Scanner) frame(b []byte, n, declared int, ascii bool, f *Frame) bool {
	size := n + frameExtra
	if !s.begin(b, size, declared, f) {
		return false
	}
	f.deliver(b[:size:size], n, ascii)
	return true
}

// sealed hands out the frame at the head of b, whose data area is encrypted.
func (s *Scanner) sealed(b []byte, n, declared int, f *Frame) bool {
	size := n + frameExtra
	if !s.begin(b, size, declared, f) {
		return false
	}
	f.seal(b[:size:size], n)
	return true
}

// begin takes size bytes and their tail from the head of b and empties f.
func (s *Scanner) begin(b []byte, size, declared int, f *Frame) bool {
	tail := 0
	if s.KeepTail {
		known := false
		if tail, known = tailLength(b[size:]); !known && !s.closed && !s.expired {
			return false
		}
	}
	*f = Frame{Declared: declared, Offset: s.take(size + tail)}
	f.Tail = b[size : size+tail : size+tail]
	return true
}

// tailLength counts an optional CR and an optional LF at the start of b. known is
// false when more bytes could change the count.
func tailLength(b []byte) (n int, known bool) {
	if len(b) > 0 && b[0] == '\r' {
		n++
	}
	if len(b) > n && b[n] == '\n' {
		return n + 1, true
	}
	return n, len(b) > n
}

// noise hands out bytes without a header at the head of b.
func (s *Scanner) noise(b []byte, f *Frame) bool {
	b = b[:min(len(b), noiseChunk+headerSize-1)] // headers that start before noiseChunk
	end := nextHeader(b, s.retry.header)
	switch {
	case end >= 0:
	case len(b) == noiseChunk+headerSize-1:
		end = noiseChunk
	case s.closed:
		end = len(b)
	case s.expired:
		if end = headerPrefix(b); end == 0 {
			end = len(b)
		}
	default:
		s.retry.header = max(0, len(b)-headerSize+1)
		return false
	}
	end = min(end, noiseChunk)
	*f = Frame{Kind: KindNoise, Fault: FaultNoise, Declared: -1, Raw: b[:end:end], Offset: s.take(end)}
	return true
}

// resync applies rule 4 to the header at the head of b, whose length field n does
// not lead to the end of a frame: the frame ends at the first && and fitting CRC
// before the next header, or the bytes up to there are a bad frame.
func (s *Scanner) resync(b []byte, n int, f *Frame) bool {
	end, final := s.runEnd(b)
	if m, found := s.printedEnd(b[:end]); found {
		return s.sealed(b, m, n, f)
	}
	if m, ascii, found := s.findEnd(b[:end]); found {
		if !s.frame(b, m, n, ascii, f) {
			return false
		}
		f.Repair = RepairShort
		if n > m {
			f.Repair = RepairLong
		}
		return true
	}
	if !final {
		return false
	}
	*f = Frame{Declared: n, Offset: s.take(end)}
	f.bad(b[:end:end])
	return true
}

// runEnd returns where the run of the header at the head of b ends: at the next
// header, at the size no frame can exceed, or at the end of the bytes. final is
// false when that may still move.
func (s *Scanner) runEnd(b []byte) (end int, final bool) {
	window := b[:min(len(b), MaxFrame+headerSize-1)] // headers that start before MaxFrame
	if i := nextHeader(window, s.retry.header); i >= 0 {
		return i, true
	}
	s.retry.header = max(headerSize, len(window)-headerSize+1)
	switch {
	case len(window) == MaxFrame+headerSize-1:
		return MaxFrame, true
	case s.closed:
		return min(len(b), MaxFrame), true
	case s.expired:
		// A header that has just begun belongs to the next frame.
		return min(headerPrefix(b), MaxFrame), true
	}
	return min(len(b), MaxFrame), false
}

// findEnd looks for the first && and 4 hexadecimal digits in b that are the CRC
// of all bytes from the length field to that &&, and returns the size of that
// segment.
func (s *Scanner) findEnd(b []byte) (n int, ascii, found bool) {
	r := &s.retry
	for {
		i := bytes.Index(b[min(r.end, len(b)):], ampersands)
		if i < 0 {
			r.end = max(r.end, len(b)-1)
			return 0, false, false
		}
		at := r.end + i + len(ampersands)
		if at+crcSize > len(b) {
			r.end += i // its CRC has not arrived yet
			return 0, false, false
		}
		if given, isHex := parseCRC(b[at:]); isHex {
			r.state, _ = crcSum(r.state, b[r.summed:at])
			r.summed = at
			if given == crcFull[r.state] && plausible(b[headerSize:at]) {
				_, ascii = crcSum(0, b[headerSize:at])
				return at - headerSize, ascii, true
			}
		}
		r.end += i + 1
	}
}

// plausible reports that segment looks like one: it starts with a field name and
// =, and contains CP=&& and a later &&, with which it ends.
func plausible(segment []byte) bool {
	if !startsPair(segment) {
		return false
	}
	cp, area := findCP(segment, 0)
	return cp >= 0 && segment[area-2] == '&' && area+2 <= len(segment)
}
