package hj212

import (
	"errors"
	"strconv"
)

// Message is what a segment is built from. Fields are written in the order of
// the standard; an empty QN is left out, the other texts are written even when
// empty.
type Message struct {
	QN, ST, CN, PW, MN string
	// Flag is left out when NoFlag is set, as uploads of 2005 do.
	Flag   Flag
	NoFlag bool
	// PNUM and PNO are left out when PNUM is 0.
	PNUM, PNO int
	// Resent writes RF=1 (2025 only).
	Resent bool
	// Area is the data area, plain, without the && around it: see [AreaBuilder].
	Area []byte
}

// ErrTooLong is returned when a segment has more bytes than the length field can
// say. A segment above [StandardSegment] should have been split by the caller.
var ErrTooLong = errors.New("数据段超过 9999 字节，请拆分成多包")

// ErrFieldText is returned when a header field holds a byte that would change
// the structure of the segment.
var ErrFieldText = errors.New("数据段字段的值不得含分号、& 或控制字符")

// AppendFrame appends the whole frame of m, ## to CR LF, to dst. On an error it
// returns dst unchanged.
func AppendFrame(dst []byte, m *Message) ([]byte, error) {
	if err := m.checkFields(); err != nil {
		return dst, err
	}
	start := len(dst)
	dst = append(dst, "##0000"...)
	return closeFrame(m.appendSegment(dst), start)
}

func (m *Message) checkFields() error {
	for _, text := range [...]string{m.QN, m.ST, m.CN, m.PW, m.MN} {
		for i := range len(text) {
			if c := text[i]; c < ' ' || c == ';' || c == '&' {
				return ErrFieldText
			}
		}
	}
	return nil
}

// AppendSegment appends a frame around a segment that is already built. On an
// error it returns dst unchanged.
func AppendSegment(dst, segment []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, "##0000"...)
	return closeFrame(append(dst, segment...), start)
}

func (m *Message) appendSegment(dst []byte) []byte {
	if m.QN != "" {
		dst = appendField(dst, "QN=", m.QN)
	}
	dst = appendField(dst, "ST=", m.ST)
	dst = appendField(dst, "CN=", m.CN)
	dst = appendField(dst, "PW=", m.PW)
	dst = appendField(dst, "MN=", m.MN)
	if !m.NoFlag {
		dst = appendNumber(dst, "Flag=", int(m.Flag))
	}
	if m.PNUM > 0 {
		dst = appendNumber(dst, "PNUM=", m.PNUM)
		dst = appendNumber(dst, "PNO=", m.PNO)
	}
	if m.Resent {
		dst = append(dst, "RF=1;"...)
	}
	dst = append(dst, "CP=&&"...)
	dst = append(dst, m.Area...)
	return append(dst, "&&"...)
}

func appendField[T string | []byte](dst []byte, name string, value T) []byte {
	dst = append(dst, name...)
	dst = append(dst, value...)
	return append(dst, ';')
}

func appendNumber(dst []byte, name string, n int) []byte {
	dst = append(dst, name...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, ';')
}

// closeFrame writes the length of the segment that starts behind the header at
// start, and appends CRC and tail.
func closeFrame(dst []byte, start int) ([]byte, error) {
	segment := dst[start+headerSize:]
	n := len(segment)
	if n > MaxSegment {
		return dst[:start], ErrTooLong
	}
	dst[start+2] = byte('0' + n/1000)
	dst[start+3] = byte('0' + n/100%10)
	dst[start+4] = byte('0' + n/10%10)
	dst[start+5] = byte('0' + n%10)
	dst = appendCRC(dst, CRC(segment))
	return append(dst, '\r', '\n'), nil
}

// AreaBuilder writes a data area: pairs of one code are separated by commas,
// everything else by semicolons. The zero value is ready; Reset reuses its
// memory.
type AreaBuilder struct {
	buf  []byte
	code string
}

// Reset empties the builder.
func (b *AreaBuilder) Reset() { b.buf, b.code = b.buf[:0], "" }

// Bytes returns the area built so far, valid until the next call.
func (b *AreaBuilder) Bytes() []byte { return b.buf }

// Len returns the number of bytes built so far.
func (b *AreaBuilder) Len() int { return len(b.buf) }

// Param adds a pair without a code, such as DataTime.
func (b *AreaBuilder) Param(name, value string) {
	b.separate("")
	b.buf = append(b.buf, name...)
	b.buf = append(b.buf, '=')
	b.buf = append(b.buf, value...)
}

// Pair adds code-name=value; pairs of one code belong one after the other. Text
// is written as it is: logs bring their own // at both ends.
func (b *AreaBuilder) Pair(code, name, value string) {
	b.separate(code)
	b.buf = append(b.buf, code...)
	b.buf = append(b.buf, '-')
	b.buf = append(b.buf, name...)
	b.buf = append(b.buf, '=')
	b.buf = append(b.buf, value...)
}

func (b *AreaBuilder) separate(code string) {
	if len(b.buf) > 0 {
		if code != "" && code == b.code {
			b.buf = append(b.buf, ',')
		} else {
			b.buf = append(b.buf, ';')
		}
	}
	b.code = code
}
