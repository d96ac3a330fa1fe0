package hj212

import (
	"bytes"
	"iter"
)

// The places of the header fields in their standard order; a field's bit in the
// set of fields seen is 1<<place.
const (
	placeQN = iota
	placeST
	placeCN
	placePW
	placeMN
	placeFlag
	placePNUM
	placePNO
	placeRF
	placeUnknown
)

// parse reads the segment into the header fields, the data area, warnings and
// the grammar fault of f.
func (f *Frame) parse(segment []byte, ascii bool) {
	f.Segment = segment
	f.checkText(ascii, segment)
	var h headScan
	start := f.regularHead(segment, &h)
	cp, open := findCP(segment, start)
	if cp < 0 {
		f.Fault = FaultNoCP
		f.head = segment
		f.fields(segment[start:], &h)
		return
	}
	f.head = segment[:cp:cp]
	if before := trimBlanks(f.head); len(before) > 0 && before[len(before)-1] != ';' {
		f.Warnings |= WarnSemicolonCP.Bit()
	}
	if segment[open-2] != '&' {
		f.Warnings |= WarnAmpersand.Bit()
	}
	if !bytes.HasPrefix(segment[cp:], cpOpen) {
		f.Warnings |= looseCP(segment[cp:open])
	}
	f.fields(segment[start:cp], &h)
	closed := f.findArea(segment, open)
	if len(f.after) > 0 {
		f.Warnings |= WarnFieldAfterCP.Bit()
		h.after = true
		f.fields(f.after, &h)
	}
	f.check(&h)
	switch {
	case f.Fault != FaultNone:
	case !closed:
		f.Fault = FaultAreaOpen
	case f.Version >= V2025 && len(f.Area) >= cipherBlock && !plainArea(f.Area):
		f.Fault = FaultEncrypted
	case !plainArea(f.Area) && bytes.IndexByte(f.Area, '=') < 0:
		f.Fault = FaultAreaText
	}
}

// headScan is where the scan of the header fields stands.
type headScan struct {
	last  int    // place of the field before
	seen  uint16 // set of places seen
	after bool   // behind the data area, where any order is wrong already
	badQN bool   // QN is not 17 digits
	mn    uint8  // classes common to all bytes of MN
}

// regularHead reads the fields from QN to Flag when they stand in the standard's
// order and form, with values of letters and digits, and returns where the first
// one that does not starts. fields reads the rest.
func (f *Frame) regularHead(p []byte, h *headScan) (i int) {
	if len(p) < 64 {
		return 0
	}
	if p[20] == ';' && fieldAt(p, 0, 'Q', 'N') &&
		eightDigits(p[3:]) && eightDigits(p[11:]) && isDigit(p[19]) {
		f.QN = p[3:20:20]
		h.last, h.seen, i = placeQN, 1<<placeQN, 21
	}
	if p[i+5] == ';' && fieldAt(p, i, 'S', 'T') && common(p[i+3:i+5])&classAlnum != 0 {
		f.ST = p[i+3 : i+5 : i+5]
		h.last, h.seen, i = placeST, h.seen|1<<placeST, i+6
	}
	if p[i+7] == ';' && fieldAt(p, i, 'C', 'N') && common(p[i+3:i+7])&classDigit != 0 {
		f.CN = p[i+3 : i+7 : i+7]
		h.last, h.seen, i = placeCN, h.seen|1<<placeCN, i+8
	}
	if n, _ := alnumField(p, i, 'P', 'W', 6); n > 0 {
		f.PW = p[i+3 : i+3+n : i+3+n]
		h.last, h.seen, i = placePW, h.seen|1<<placePW, i+4+n
	}
	if n, class := alnumField(p, i, 'M', 'N', 24); n > 0 {
		f.MN, h.mn = p[i+3:i+3+n:i+3+n], class
		h.last, h.seen, i = placeMN, h.seen|1<<placeMN, i+4+n
	}
	if i+7 <= len(p) && string(p[i:i+5]) == "Flag=" && isDigit(p[i+5]) && p[i+6] == ';' {
		f.setFlag(p[i+5 : i+6 : i+6])
		h.last, h.seen, i = placeFlag, h.seen|1<<placeFlag, i+7
	}
	return i
}

// fieldAt reports that the field with the name ab starts at place i of p.
func fieldAt(p []byte, i int, a, b byte) bool {
	return p[i] == a && p[i+1] == b && p[i+2] == '='
}

// alnumField returns the length of the value of the field ab at place i of p when
// it consists of 1 to most letters and digits and a semicolon follows, else 0, and
// the classes common to its bytes.
func alnumField(p []byte, i int, a, b byte, most int) (n int, class uint8) {
	if i+4+most > len(p) || !fieldAt(p, i, a, b) {
		return 0, 0
	}
	value := p[i+3 : i+4+most]
	class = classAlnum | classUpperHex
	for n, c := range value {
		if next := class & classes[c]; next&classAlnum != 0 {
			class = next
		} else if c == ';' {
			return n, class
		} else {
			break
		}
	}
	return 0, 0
}

// findCP returns where the field CP starts and where the data area starts, or
// -1. The opening is CP=&& or CP=&, in any case and with blanks around =. It looks
// from place i on.
func findCP(segment []byte, i int) (start, area int) {
	start = i
	if !bytes.HasPrefix(segment[i:], cpOpen) {
		if start = bytes.Index(segment[i:], cpOpen); start < 0 {
			return findLooseCP(segment, i)
		}
		start += i
	}
	area = start + len(cpOpen)
	if area < len(segment) && segment[area] == '&' {
		area++
	}
	return start, area
}

var cpOpen = []byte("CP=&")

// looseCP names what is wrong with an opening that is not CP=&.
func looseCP(open []byte) (w Warnings) {
	if bytes.ContainsAny(open, " \t") {
		w |= WarnFieldBlank.Bit()
	}
	if open[0] != 'C' || open[1] != 'P' {
		w |= WarnFieldCase.Bit()
	}
	return w
}

// findLooseCP is findCP for lower case letters and blanks.
func findLooseCP(segment []byte, i int) (start, area int) {
	for ; i+3 < len(segment); i++ {
		if segment[i]|0x20 != 'c' || segment[i+1]|0x20 != 'p' {
			continue
		}
		j := skipBlanks(segment, i+2)
		if j >= len(segment) || segment[j] != '=' {
			continue
		}
		j = skipBlanks(segment, j+1)
		if j >= len(segment) || segment[j] != '&' {
			continue
		}
		j++
		if j < len(segment) && segment[j] == '&' {
			j++
		}
		return i, j
	}
	return -1, -1
}

// findArea cuts the data area, which starts at open and ends at the last && of
// the segment, from what follows it. It reports whether it was closed at all.
func (f *Frame) findArea(segment []byte, open int) bool {
	rest := segment[open:]
	if n := len(rest) - 2; n >= 0 && rest[n] == '&' && rest[n+1] == '&' {
		f.Area = rest[:n:n]
		return true
	}
	end, width := bytes.LastIndex(rest, ampersands), 2
	if end < 0 {
		if end = bytes.LastIndexByte(rest, '&'); end < 0 {
			f.Area = rest
			return false
		}
		width = 1
		f.Warnings |= WarnAmpersand.Bit()
	}
	f.Area, f.after = rest[:end:end], rest[end+width:]
	return true
}

var ampersands = []byte("&&")

// fields reads fields separated by semicolons.
func (f *Frame) fields(p []byte, h *headScan) {
	for len(p) > 0 {
		tok := p
		if i := bytes.IndexByte(p, ';'); i >= 0 {
			tok, p = p[:i:i], p[i+1:]
		} else {
			tok, p = p[:len(p):len(p)], nil
		}
		if len(tok) > 0 || !h.after {
			f.token(tok, h)
		}
	}
}

// token reads one "name=value".
func (f *Frame) token(tok []byte, h *headScan) {
	name, value, ok := cutField(tok)
	if ok {
		name, value, ok = f.trim(name, value)
	}
	if !ok {
		if len(tok) > 0 && len(trimBlanks(tok)) == 0 {
			f.Warnings |= WarnFieldBlank.Bit()
		} else {
			f.Warnings |= WarnFieldText.Bit()
		}
		return
	}
	place := f.place(name)
	if place == placeQN {
		if i := bytes.IndexByte(value, ','); i >= 0 {
			f.Warnings |= WarnCommaQN.Bit()
			f.store(place, value[:i:i], h)
			f.token(value[i+1:], h)
			return
		}
	}
	f.store(place, value, h)
}

// cutField splits at the first =; standard names have 2, 3 or 4 letters.
func cutField(tok []byte) (name, value []byte, ok bool) {
	if len(tok) > 2 && tok[2] == '=' && tok[1] != '=' && tok[0] != '=' {
		return tok[:2:2], tok[3:], true
	}
	i := bytes.IndexByte(tok, '=')
	if i < 0 {
		return tok, nil, false
	}
	return tok[:i:i], tok[i+1:], true
}

// trim removes blanks at both ends of name and value. It reports false when no
// name is left.
func (f *Frame) trim(name, value []byte) (n, v []byte, ok bool) {
	if len(name) == 0 {
		return name, value, false
	}
	if name[0] <= ' ' || name[len(name)-1] <= ' ' ||
		len(value) > 0 && (value[0] <= ' ' || value[len(value)-1] <= ' ') {
		f.Warnings |= WarnFieldBlank.Bit()
		name, value = trimBlanks(name), trimBlanks(value)
	}
	return name, value, len(name) > 0
}

// place returns the place of the field name, matched without regard to case.
func (f *Frame) place(name []byte) int {
	switch string(name) {
	case "QN":
		return placeQN
	case "ST":
		return placeST
	case "CN":
		return placeCN
	case "PW":
		return placePW
	case "MN":
		return placeMN
	case "Flag":
		return placeFlag
	case "PNUM":
		return placePNUM
	case "PNO":
		return placePNO
	case "RF":
		return placeRF
	}
	for place, standard := range fieldNames {
		if equalFold(name, standard) {
			f.Warnings |= WarnFieldCase.Bit()
			return place
		}
	}
	f.Warnings |= WarnFieldUnknown.Bit()
	return placeUnknown
}

var fieldNames = [placeUnknown][]byte{
	[]byte("QN"), []byte("ST"), []byte("CN"), []byte("PW"), []byte("MN"),
	[]byte("Flag"), []byte("PNUM"), []byte("PNO"), []byte("RF"),
}

// store keeps the value of a field and checks order and repetition.
func (f *Frame) store(place int, value []byte, h *headScan) {
	if place == placeUnknown {
		return
	}
	if h.seen&(1<<place) != 0 {
		f.Warnings |= WarnFieldTwice.Bit()
		return
	}
	h.seen |= 1 << place
	if place < h.last && !h.after {
		f.Warnings |= WarnFieldOrder.Bit()
	}
	h.last = place
	switch place {
	case placeQN:
		f.QN = value
		h.badQN = len(value) != 17 || common(value)&classDigit == 0
	case placeST:
		f.ST = value
	case placeCN:
		f.CN = value
	case placePW:
		f.PW = value
	case placeMN:
		f.MN, h.mn = value, common(value)
	case placeFlag:
		f.setFlag(value)
	case placePNUM:
		f.PNUM = f.partNumber(value)
	case placePNO:
		f.PNO = f.partNumber(value)
	case placeRF:
		f.Resent = string(value) == "1"
		if !f.Resent {
			f.Warnings |= WarnRF.Bit()
		}
	}
}

// setFlag reads the value of Flag.
func (f *Frame) setFlag(value []byte) {
	n, ok := digits(value)
	if !ok || n > 255 {
		f.Warnings |= WarnFlagForm.Bit()
		return
	}
	if len(value) > 1 && value[0] == '0' {
		f.Warnings |= WarnFlagForm.Bit()
	}
	f.Flag, f.HasFlag, f.Version = Flag(n), true, Flag(n).Version()
}

// partNumber reads PNUM or PNO, up to 4 digits.
func (f *Frame) partNumber(value []byte) int {
	n, ok := digits(value)
	if !ok || len(value) > 4 {
		f.Warnings |= WarnPartForm.Bit()
		return 0
	}
	if value[0] == '0' {
		f.Warnings |= WarnPartForm.Bit()
	}
	return n
}

// digits reads p as a decimal number of 1 to 9 digits.
func digits(p []byte) (n int, ok bool) {
	if len(p) == 0 || len(p) > 9 {
		return 0, false
	}
	for _, c := range p {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Fields yields the header fields in the order they were sent, names and values
// without blanks at their ends, CP left out. Text without = is left out too.
func (f *Frame) Fields() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for _, part := range [2][]byte{f.head, f.after} {
			for tok := range bytes.SplitSeq(part, semicolon) {
				if !yieldField(tok, yield) {
					return
				}
			}
		}
	}
}

var semicolon = []byte(";")

func yieldField(tok []byte, yield func(name, value []byte) bool) bool {
	name, value, ok := cutField(tok)
	name, value = trimBlanks(name), trimBlanks(value)
	if !ok || len(name) == 0 {
		return true
	}
	if equalFold(name, fieldNames[placeQN]) {
		if i := bytes.IndexByte(value, ','); i >= 0 {
			return yield(name, value[:i]) && yieldField(value[i+1:], yield)
		}
	}
	return yield(name, value)
}

func trimBlanks(p []byte) []byte {
	for len(p) > 0 && p[0] <= ' ' {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1] <= ' ' {
		p = p[: len(p)-1 : len(p)-1]
	}
	return p
}

func skipBlanks(p []byte, i int) int {
	for i < len(p) && (p[i] == ' ' || p[i] == '\t') {
		i++
	}
	return i
}
