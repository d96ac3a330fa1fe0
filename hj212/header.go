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
	cp, open := findCP(segment)
	if cp < 0 {
		f.Fault = FaultNoCP
		f.head = segment
		f.fields(segment)
		return
	}
	f.head = segment[:cp]
	if cp > 0 && segment[cp-1] != ';' {
		f.Warnings |= f.beforeCP(segment[:cp])
	}
	if segment[open-2] != '&' {
		f.Warnings |= WarnAmpersand.bit()
	}
	seen := f.fields(f.head)
	closed := f.findArea(segment, open)
	if len(f.after) > 0 {
		f.Warnings |= WarnFieldAfterCP.bit()
		f.fieldsAfter(seen)
	}
	f.check()
	switch {
	case f.Fault != FaultNone:
	case !closed:
		f.Fault = FaultAreaOpen
	case !plainArea(f.Area):
		f.Fault = FaultAreaText
		if f.Version >= V2025 {
			f.Fault = FaultEncrypted
		}
	}
}

// beforeCP names what is wrong with a CP that no semicolon precedes.
func (f *Frame) beforeCP(head []byte) Warnings {
	if t := bytes.TrimRight(head, " \t"); len(t) < len(head) && (len(t) == 0 || t[len(t)-1] == ';') {
		return WarnFieldBlank.bit()
	}
	return WarnSemicolonCP.bit()
}

// findCP returns where the field CP starts and where the data area starts, or
// -1. The opening is CP=&& or CP=&, in any case and with blanks around =.
func findCP(segment []byte) (start, area int) {
	start = bytes.Index(segment, cpOpen)
	if start < 0 {
		start, area = findLooseCP(segment)
		return start, area
	}
	area = start + len(cpOpen)
	if area < len(segment) && segment[area] == '&' {
		area++
	}
	return start, area
}

var cpOpen = []byte("CP=&")

// findLooseCP is findCP for lower case letters and blanks.
func findLooseCP(segment []byte) (start, area int) {
	for i := 0; i+3 < len(segment); i++ {
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
		end = bytes.LastIndexByte(rest, '&')
		width = 1
		f.Warnings |= WarnAmpersand.bit()
	}
	if end < 0 {
		f.Area = rest
		return false
	}
	f.Area, f.after = rest[:end:end], rest[end+width:]
	return true
}

var ampersands = []byte("&&")

// fields reads the fields before CP and returns the set of places seen.
func (f *Frame) fields(head []byte) (seen uint16) {
	last := -1
	for len(head) > 0 {
		var tok []byte
		if i := bytes.IndexByte(head, ';'); i >= 0 {
			tok, head = head[:i:i], head[i+1:]
		} else {
			tok, head = head[:len(head):len(head)], nil
		}
		last = f.token(tok, last, &seen)
	}
	return seen
}

// fieldsAfter reads the fields behind the data area.
func (f *Frame) fieldsAfter(seen uint16) {
	rest := f.after
	for len(rest) > 0 {
		var tok []byte
		if i := bytes.IndexByte(rest, ';'); i >= 0 {
			tok, rest = rest[:i:i], rest[i+1:]
		} else {
			tok, rest = rest[:len(rest):len(rest)], nil
		}
		if len(tok) > 0 {
			f.token(tok, -1, &seen) // their order is already wrong
		}
	}
}

// token reads one "name=value" and returns the place of the field, to be
// compared with that of the next.
func (f *Frame) token(tok []byte, last int, seen *uint16) int {
	name, value, ok := cutField(tok)
	if !ok {
		f.Warnings |= WarnFieldText.bit()
		return last
	}
	if name, value, ok = f.trim(name, value); !ok {
		f.Warnings |= WarnFieldText.bit()
		return last
	}
	place := f.place(name)
	if place == placeQN {
		if i := bytes.IndexByte(value, ','); i >= 0 {
			next := value[i+1:]
			value = value[:i:i]
			f.Warnings |= WarnCommaQN.bit()
			last = f.store(place, value, last, seen)
			return f.token(next, last, seen)
		}
	}
	return f.store(place, value, last, seen)
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
		f.Warnings |= WarnFieldBlank.bit()
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
		if bytes.EqualFold(name, standard) {
			f.Warnings |= WarnFieldCase.bit()
			return place
		}
	}
	f.Warnings |= WarnFieldUnknown.bit()
	return placeUnknown
}

var fieldNames = [placeUnknown][]byte{
	[]byte("QN"), []byte("ST"), []byte("CN"), []byte("PW"), []byte("MN"),
	[]byte("Flag"), []byte("PNUM"), []byte("PNO"), []byte("RF"),
}

// store keeps the value of a field and checks order and repetition.
func (f *Frame) store(place int, value []byte, last int, seen *uint16) int {
	if place == placeUnknown {
		return last
	}
	bit := uint16(1) << place
	if *seen&bit != 0 {
		f.Warnings |= WarnFieldTwice.bit()
		return last
	}
	*seen |= bit
	if place < last {
		f.Warnings |= WarnFieldOrder.bit()
	}
	switch place {
	case placeQN:
		f.QN = value
	case placeST:
		f.ST = value
	case placeCN:
		f.CN = value
	case placePW:
		f.PW = value
	case placeMN:
		f.MN = value
	case placeFlag:
		f.setFlag(value)
	case placePNUM:
		f.PNUM = f.partNumber(value)
	case placePNO:
		f.PNO = f.partNumber(value)
	case placeRF:
		f.Resent = string(value) == "1"
		if !f.Resent {
			f.Warnings |= WarnRF.bit()
		}
	}
	return place
}

// setFlag reads the value of Flag.
func (f *Frame) setFlag(value []byte) {
	n, ok := digits(value)
	if !ok || n > 255 {
		f.Warnings |= WarnFlagForm.bit()
		return
	}
	if len(value) > 1 && value[0] == '0' {
		f.Warnings |= WarnFlagForm.bit()
	}
	f.Flag, f.HasFlag, f.Version = Flag(n), true, Flag(n).Version()
}

// partNumber reads PNUM or PNO, up to 4 digits.
func (f *Frame) partNumber(value []byte) int {
	n, ok := digits(value)
	if !ok || len(value) > 4 {
		f.Warnings |= WarnPartForm.bit()
		return 0
	}
	if value[0] == '0' {
		f.Warnings |= WarnPartForm.bit()
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
	if bytes.EqualFold(name, fieldNames[placeQN]) {
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
