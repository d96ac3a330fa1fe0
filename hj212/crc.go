package hj212

import (
	"encoding/binary"
	"math/bits"
)

// crcEmpty is the CRC of an empty input; no other input has it.
const crcEmpty = 0xFFFF

// crcFull[s] is the whole CRC whose high byte is s: only the high byte of the CRC
// takes part in the next step, and it fixes the low byte, so the running state of
// the whole package is that one byte.
//
// crcLane[j][x] is what byte x, standing at place j of an 8-byte word whose last
// byte is the last byte of the input, adds to the state; crcLane[7] is the step
// itself.
var crcFull, crcLane = crcTables()

func crcTables() (full [256]uint16, lane [8][256]uint8) {
	for x := range 256 {
		c := uint16(x)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
		lane[7][x] = uint8(c >> 8)
		full[c>>8] = c
	}
	for j := 6; j >= 0; j-- {
		for x := range 256 {
			lane[j][x] = lane[7][lane[j+1][x]]
		}
	}
	return full, lane
}

// CRC returns the check sum of HJ 212 (appendix A of every version) over p, the
// bytes of the segment without header, length and tail. It is not Modbus
// CRC-16. The CRC of no bytes at all is 0xFFFF.
func CRC(p []byte) uint16 {
	if len(p) == 0 {
		return crcEmpty
	}
	s, _ := crcSum(0xFF, p)
	return crcFull[s]
}

// crcSum runs the CRC state s over p and returns the new state, and the OR of
// all bytes' high bits: ascii is true when no byte of p is above 0x7F.
//
// Eight steps of the state are the identity (the step is a linear map of order
// 8), so equal places of all 8-byte words can be XORed together first and only
// the folded word is looked up. See DESIGN.md.
func crcSum(s uint8, p []byte) (state uint8, ascii bool) {
	if len(p) < 8 {
		var or uint8
		for _, b := range p {
			s = crcLane[7][s^b]
			or |= b
		}
		return s, or < 0x80
	}
	// The odd bytes come first, moved to the end of a word of their own: zero
	// bytes in front of an input that starts with state 0 change nothing.
	r := len(p) & 7
	w := binary.LittleEndian.Uint64(p)
	or := w
	if r == 0 {
		w = uint64(s)
	} else {
		shift := uint(8-r) * 8 & 63
		w = w<<shift ^ uint64(s)<<shift
	}
	q := p[r:]
	var w1, w2, w3 uint64
	for len(q) >= 32 {
		a := binary.LittleEndian.Uint64(q)
		b := binary.LittleEndian.Uint64(q[8:])
		c := binary.LittleEndian.Uint64(q[16:])
		d := binary.LittleEndian.Uint64(q[24:])
		or |= a | b | c | d
		w ^= a
		w1 ^= b
		w2 ^= c
		w3 ^= d
		q = q[32:]
	}
	w ^= w1 ^ w2 ^ w3
	for len(q) >= 8 {
		a := binary.LittleEndian.Uint64(q)
		or |= a
		w ^= a
		q = q[8:]
	}
	s = crcLane[0][uint8(w)] ^ crcLane[1][uint8(w>>8)] ^
		crcLane[2][uint8(w>>16)] ^ crcLane[3][uint8(w>>24)] ^
		crcLane[4][uint8(w>>32)] ^ crcLane[5][uint8(w>>40)] ^
		crcLane[6][uint8(w>>48)] ^ crcLane[7][uint8(w>>56)]
	return s, or&0x8080808080808080 == 0
}

// crcModbus is the ordinary Modbus CRC-16, computed only to name the mistake of
// a sender that uses it.
func crcModbus(p []byte) uint16 {
	c := uint16(0xFFFF)
	for _, b := range p {
		c ^= uint16(b)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
	}
	return c
}

// hexValue holds the value of each hexadecimal digit, 0xFF for other bytes.
var hexValue = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xFF
	}
	for i := range 10 {
		t['0'+i] = uint8(i)
	}
	for i := range 6 {
		t['A'+i], t['a'+i] = uint8(10+i), uint8(10+i)
	}
	return t
}()

// parseCRC reads the 4 hexadecimal digits at the start of p.
func parseCRC(p []byte) (crc uint16, ok bool) {
	_ = p[3]
	a, b, c, d := hexValue[p[0]], hexValue[p[1]], hexValue[p[2]], hexValue[p[3]]
	return uint16(a)<<12 | uint16(b)<<8 | uint16(c)<<4 | uint16(d), (a|b|c|d)&0xF0 == 0
}

// appendCRC writes crc as 4 upper-case hexadecimal digits, high byte first.
func appendCRC(dst []byte, crc uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, digits[crc>>12], digits[crc>>8&15], digits[crc>>4&15], digits[crc&15])
}

// swapped returns crc with its two bytes changed over.
func swapped(crc uint16) uint16 { return bits.ReverseBytes16(crc) }
