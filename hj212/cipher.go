package hj212

import "bytes"

// cipherBlock is the block size of SM4, the cipher of HJ 212-2025, in bytes. What
// is left of a data area behind the last whole block stays plain text.
const cipherBlock = 16

// Cipher is the block cipher of a data area: SM4 (GB/T 32907) with 16-byte blocks.
// Any crypto/cipher.Block of that size is one. This package brings none.
type Cipher interface {
	Encrypt(dst, src []byte)
	Decrypt(dst, src []byte)
}

// Decrypt tries keys in turn, the current one first and then the one before it,
// on a frame with [FaultEncrypted]. A key is accepted when both the CRC and the
// grammar fit the plain text; the CRC alone passes one wrong key in 256. It
// returns the place of the accepted key, or -1, which leaves f as it was. nil
// keys are passed over.
//
// On success f is read anew from the plain text: Kind is [KindFrame], Decrypted is
// set, Segment, Area and all fields point into the returned buffer, and Raw still
// holds the bytes that were sent. buf is the memory to use; its content is lost.
func (f *Frame) Decrypt(buf []byte, keys ...Cipher) (plain []byte, key int) {
	if f.Fault != FaultEncrypted || len(f.Segment) == 0 {
		return buf, -1
	}
	body := trimTail(f.Raw)
	given, isHex := parseCRC(body[len(body)-crcSize:])
	_, open := findCP(f.Segment, 0)
	if !isHex || open < 0 {
		return buf, -1
	}
	sent := append(append(buf[:0], f.Segment[:open]...), f.Area...)
	printed := false
	if b, ok := appendPrinted(append(buf[:0], f.Segment[:open]...), f.Area); ok {
		sent, printed = b, true
	}
	area := len(sent)
	sent = append(sent, f.Segment[open+len(f.Area):]...)
	n := len(sent)
	for i, k := range keys {
		if k == nil {
			continue
		}
		sent = append(sent[:n], sent[:n]...)
		try := sent[n:]
		decryptBlocks(k, try[open:area])
		crc, ascii := crcState(try)
		if crc != given || !plainArea(try[open:area]) {
			continue
		}
		f.accept(try[:n:n], printed, ascii)
		return sent, i
	}
	return sent, -1
}

// accept makes f the frame whose plain segment is given.
func (f *Frame) accept(segment []byte, printed, ascii bool) {
	g := Frame{
		Kind: KindFrame, CRCOK: true, LengthOK: f.LengthOK, Declared: f.Declared, Offset: f.Offset,
		Raw: f.Raw, Tail: f.Tail, Decrypted: true, Printed: printed,
	}
	if !f.LengthOK && (!printed || f.Declared != len(segment)) {
		g.Warnings |= WarnLength.Bit()
	}
	if len(segment) > StandardSegment {
		g.Warnings |= WarnOverLimit.Bit()
	}
	g.parse(segment, ascii)
	*f = g
}

func decryptBlocks(k Cipher, p []byte) {
	for ; len(p) >= cipherBlock; p = p[cipherBlock:] {
		k.Decrypt(p[:cipherBlock], p[:cipherBlock])
	}
}

// appendPrinted appends the bytes of a data area in the printed form,
// {0xE4,0x3E,...} and a plain tail.
func appendPrinted(dst, area []byte) ([]byte, bool) {
	end := bytes.IndexByte(area, '}')
	if end < 0 || !isPrinted(area[:end+1]) {
		return dst, false
	}
	for i := 1; i < end; i += 5 {
		dst = append(dst, hexValue[area[i+2]]<<4|hexValue[area[i+3]])
	}
	return append(dst, area[end+1:]...), true
}

// isPrinted reports that p is {0xHH,0xHH,...}.
func isPrinted(p []byte) bool {
	if len(p) < 6 || len(p)%5 != 1 || p[0] != '{' {
		return false
	}
	for i := 1; i < len(p); i += 5 {
		if p[i] != '0' || p[i+1]|0x20 != 'x' || (hexValue[p[i+2]]|hexValue[p[i+3]])&0xF0 != 0 {
			return false
		}
		if last := i+5 == len(p); last && p[i+4] != '}' || !last && p[i+4] != ',' {
			return false
		}
	}
	return true
}

// Form is the way encrypted bytes are written.
type Form uint8

// The forms of an encrypted data area.
const (
	FormBytes   Form = iota // the bytes of the cipher
	FormPrinted             // {0xE4,0x3E,...}, as the standard prints them; the length is that of the plain text
)

// AppendEncrypted is [AppendFrame] with the data area encrypted under key: the CRC
// is taken over the plain segment first. A data area under 16 bytes stays plain.
func AppendEncrypted(dst []byte, m *Message, key Cipher, form Form) ([]byte, error) {
	if err := m.checkFields(); err != nil {
		return dst, err
	}
	return AppendEncryptedSegment(dst, m.appendSegment(nil), key, form)
}

// AppendEncryptedSegment is [AppendSegment] with the data area encrypted under
// key. A segment without a data area is framed as it is.
func AppendEncryptedSegment(dst, segment []byte, key Cipher, form Form) ([]byte, error) {
	start := len(dst)
	dst, err := AppendSegment(dst, segment)
	if err != nil {
		return dst, err
	}
	var f Frame
	ParseSegment(segment, &f)
	_, open := findCP(segment, 0)
	whole := len(f.Area) / cipherBlock * cipherBlock
	if open < 0 || whole == 0 {
		return dst, nil
	}
	from := start + headerSize + open
	for i := from; i < from+whole; i += cipherBlock {
		key.Encrypt(dst[i:i+cipherBlock], dst[i:i+cipherBlock])
	}
	if form == FormBytes {
		return dst, nil
	}
	const digits = "0123456789ABCDEF"
	rest := bytes.Clone(dst[from:])
	dst = append(dst[:from], '{')
	for i, c := range rest[:whole] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '0', 'x', digits[c>>4], digits[c&15])
	}
	return append(append(dst, '}'), rest[whole:]...), nil
}

// sealed reports that b, cut by its length field, whose segment has n bytes and
// whose CRC does not fit, looks like a whole frame with an encrypted data area. A
// frame whose CRC fits inside b speaks against it: then the length is wrong.
func sealed(b []byte, n int) bool {
	if !endsFrame(b, n) || !looksEncrypted(b[headerSize:headerSize+n]) {
		return false
	}
	for i := nextHeader(b, headerSize); i >= 0; i = nextHeader(b, i+headerSize) {
		inner := b[i:]
		size := headerLength(inner) + frameExtra
		if size == len(inner) {
			return false
		}
		if size < len(inner) {
			given, isHex := parseCRC(inner[size-crcSize:])
			if isHex && given == CRC(inner[headerSize:size-crcSize]) {
				return false
			}
		}
	}
	return true
}

// seal fills f with the frame raw whose data area is encrypted and whose segment
// has n bytes. Its header fields are readable and prove nothing yet.
func (f *Frame) seal(raw []byte, n int) {
	f.Kind, f.Raw = KindBad, raw
	f.LengthOK = n == f.Declared
	_, ascii := crcSum(0, raw[headerSize:headerSize+n])
	f.parse(raw[headerSize:headerSize+n:headerSize+n], ascii)
	f.Warnings = 0
	f.Fault = FaultEncrypted
}

// looksEncrypted reports that segment is of 2025 and its data area is no plain
// text: it does not start with a name, or control characters are in it. The CRC of
// an encrypted frame is that of the plain text, so it cannot be judged before
// decryption. Areas under 16 bytes are never encrypted.
func looksEncrypted(segment []byte) bool {
	var f Frame
	switch ParseSegment(segment, &f) {
	case FaultEncrypted:
		return true
	case nil:
		return f.Version >= V2025 && len(f.Area) >= cipherBlock && hasControl(f.Area)
	}
	return false
}

func hasControl(p []byte) bool {
	for _, c := range p {
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' {
			return true
		}
	}
	return false
}

// printedEnd looks in the run b for a data area in the printed form, which the
// length field need not fit: the frame ends at the first && and 4 hexadecimal
// digits behind the closing brace. It returns the size of that segment.
func (s *Scanner) printedEnd(b []byte) (n int, found bool) {
	r := &s.retry
	if r.brace == 0 {
		from := min(max(r.braceFrom, headerSize), len(b))
		i := bytes.IndexByte(b[from:], '}')
		if i < 0 {
			r.braceFrom = len(b)
			return 0, false
		}
		r.brace = -1
		at := from + i + 1
		if _, open := findCP(b[headerSize:at], 0); open >= 0 && isPrinted(b[headerSize+open:at]) {
			r.brace = at
		}
	}
	if r.brace < 0 || r.brace > len(b) {
		return 0, false
	}
	tail := b[r.brace:min(len(b), r.brace+cipherBlock-1+len(ampersands)+crcSize)]
	for at := 0; ; at++ {
		i := bytes.Index(tail[at:], ampersands)
		if i < 0 || at+i+len(ampersands)+crcSize > len(tail) {
			return 0, false
		}
		at += i
		if _, isHex := parseCRC(tail[at+len(ampersands):]); isHex {
			n = r.brace + at + len(ampersands) - headerSize
			return n, looksEncrypted(b[headerSize : headerSize+n])
		}
	}
}
