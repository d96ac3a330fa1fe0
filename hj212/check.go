package hj212

// check judges the header fields once all are known.
func (f *Frame) check(h *headScan) {
	f.checkCommand()
	f.checkExchange(h.badQN)
	f.checkDevice(h.mn)
	f.checkParts()
}

// checkCommand refuses a frame without ST, CN or MN: nobody could tell what it
// says or who says it.
func (f *Frame) checkCommand() {
	switch {
	case len(f.ST) != 2 || common(f.ST)&classAlnum == 0:
		f.Fault = FaultNoST
	case len(f.CN) != 4:
		f.Fault = FaultNoCN
	case f.MN == nil:
		f.Fault = FaultNoMN
	}
	if n, ok := digits(f.CN); ok && len(f.CN) == 4 {
		f.Command = Command(n)
	} else if f.Fault == FaultNone {
		f.Fault = FaultNoCN
	}
}

// checkExchange looks at QN and Flag. Uploads of the 2005 text carry neither,
// and its answers carry QN in the data area.
func (f *Frame) checkExchange(badQN bool) {
	switch {
	case f.QN != nil:
		if badQN {
			f.Warnings |= WarnQNForm.Bit()
		}
		if !f.HasFlag && !f.Warnings.Has(WarnFlagForm) {
			f.Warnings |= WarnFlagMissing.Bit()
		}
	case f.Version > V2005:
		f.Warnings |= WarnQNMissing.Bit()
	}
	if f.Version > V2025 {
		f.Warnings |= WarnVersion.Bit()
	}
	if f.Resent && f.Version < V2025 {
		f.Warnings |= WarnRF.Bit()
	}
}

// checkDevice looks at PW and MN. A 2025 logger that reports its hardware (1001)
// has no MN yet. class is what all bytes of MN have in common.
func (f *Frame) checkDevice(class uint8) {
	if len(f.PW) == 0 {
		f.Warnings |= WarnPWEmpty.Bit()
	}
	if len(f.MN) == 0 {
		if f.MN != nil && !(f.Version >= V2025 && f.Command == 1001) {
			f.Warnings |= WarnMNEmpty.Bit()
		}
		return
	}
	ok := len(f.MN) <= 24
	switch f.Version {
	case V2005:
		ok = len(f.MN) == 14 && class&classAlnum != 0
	case V2017:
		ok = len(f.MN) == 24 && class&classUpperHex != 0
	}
	if !ok {
		f.Warnings |= WarnMNForm.Bit()
	}
}

// checkParts compares the split bit with PNUM and PNO. Requests of the 2005 text
// set the bit (Flag=3) and have no PNUM and PNO.
func (f *Frame) checkParts() {
	if f.PNO > f.PNUM {
		f.Warnings |= WarnPartForm.Bit()
	}
	switch {
	case f.Split() && f.HasFlag && !f.Flag.Split():
		f.Warnings |= WarnPartNoBit.Bit()
	case f.HasFlag && f.Flag.Split() && (f.PNUM == 0 || f.PNO == 0) && f.Version > V2005:
		f.Warnings |= WarnBitNoPart.Bit()
	}
}

// plainArea reports that the data area is empty or starts, after blanks and
// stray separators, with a name and =.
func plainArea(area []byte) bool {
	i := 0
	for i < len(area) && (area[i] <= ' ' || area[i] == ';' || area[i] == ',') {
		i++
	}
	return i == len(area) || startsPair(area[i:])
}

// maxName bounds the length of a name in the data area, so that deciding whether
// text starts one takes constant time.
const maxName = 64

// startsPair reports that p starts with a name, optional blanks and =.
func startsPair(p []byte) bool {
	i := 0
	for i < len(p) && i < maxName && isNameByte(p[i]) {
		i++
	}
	if i == 0 {
		return false
	}
	i = skipBlanks(p, i)
	return i < len(p) && p[i] == '='
}

// The classes of bytes, as bits.
const (
	classDigit    uint8 = 1 << iota // 0-9
	classUpperHex                   // 0-9 A-F
	classAlnum                      // ASCII letters and digits
	className                       // those and - _ .
)

var classes = func() (t [256]uint8) {
	for i := range t {
		c := byte(i)
		if c-'0' < 10 {
			t[i] |= classDigit | classUpperHex | classAlnum | className
		}
		if c-'A' < 6 {
			t[i] |= classUpperHex
		}
		if c|0x20-'a' < 26 {
			t[i] |= classAlnum | className
		}
		if c == '-' || c == '_' || c == '.' {
			t[i] |= className
		}
	}
	return t
}()

// common returns the classes that all bytes of p are in, all of them when p is
// empty.
func common(p []byte) uint8 {
	and := uint8(0xFF)
	for _, c := range p {
		and &= classes[c]
	}
	return and
}

func isDigit(c byte) bool    { return c-'0' < 10 }
func isNameByte(c byte) bool { return classes[c]&className != 0 }
