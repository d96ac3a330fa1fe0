package hj212

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// areaScan is where the scan of a data area stands between two pairs.
type areaScan struct {
	w       Warnings
	current int    // item of the last pair with a code, -1 at the start
	coded   bool   // the pair before had a code
	comma   bool   // a comma stands before the pair that comes next
	apart   bool   // items lie apart: note the item of each pair
	again   bool   // an item that is not the current one was taken up again
	seen    uint64 // nameBits of the current item
	twice   bool   // two names of one item may be the same
}

// scan reads all pairs of area. With apart it notes the item of each pair;
// without it gives up and sets again at the first item that is taken up again.
func (a *Area) scan(area []byte, apart bool) areaScan {
	a.Params, a.Items, a.pairs = a.Params[:0], a.Items[:0], a.pairs[:0]
	a.found, a.owner, a.bucket = a.found[:0], a.owner[:0], [buckets]uint16{}
	s := areaScan{current: -1, apart: apart}
	for i := a.dataTime(area); i < len(area); {
		if !apart {
			if i = a.regular(area, i, &s); i >= len(area) {
				break
			}
		}
		i = a.pair(area, i, &s)
		if s.again && !apart {
			break
		}
	}
	return s
}

// dataTime reads the DataTime of 14 digits with which nearly all areas start, and
// returns the place behind it, or 0.
func (a *Area) dataTime(area []byte) int {
	const name = "DataTime="
	if len(area) < 32 || string(area[:9]) != name || area[23] != ';' ||
		!eightDigits(area[9:]) || !eightDigits(area[15:]) {
		return 0
	}
	a.Params = append(a.Params, Pair{area[:8:8], area[9:23:23]})
	return 24
}

// eightDigits reports that p starts with 8 decimal digits.
func eightDigits(p []byte) bool {
	w := binary.LittleEndian.Uint64(p)
	return (w|(w+6*eachByte))&(0xF0*eachByte) == '0'*eachByte
}

// regular reads pairs from place i on as long as they are of the common form:
// code-name=value with a code of at most 7 bytes, a name the standard knows, in
// its spelling, a value that is not empty, no blanks, no log text, nothing to
// warn of, and at least 16 bytes from the name on. It returns the place of the
// first pair that is not; pair reads that. Nearly all pairs of real frames are
// regular.
//
// It looks at 8 bytes at a time, and expects a code to be as long as the one
// before, so that finding the name does not wait for finding the dash.
func (a *Area) regular(area []byte, i int, s *areaScan) int {
	pairs, seen, twice, comma := a.pairs, s.seen, uint64(0), s.coded && s.comma
	code, width, known := a.currentCode(s)
	mask := uint64(1)<<(8*width) - 1 // all bits for 8 bytes, as 1<<64 is 0
	for i+8 <= len(area) {
		w := binary.LittleEndian.Uint64(area[i:])
		fresh := !known || (w^code)&mask != 0
		if fresh {
			d := uint(bits.TrailingZeros64(special(w))) >> 3
			if d-1 >= 7 || area[i+int(d)] != '-' || comma {
				break
			}
			if d+1 != width {
				width = d + 1
				mask = uint64(1)<<(8*width) - 1
			}
		}
		name := i + int(width)
		if name+16 > len(area) {
			break
		}
		word := binary.LittleEndian.Uint64(area[name:])
		e := bits.TrailingZeros64(equals(word))
		packed := word << (64 - uint(e)&^7) // 0 without =
		bit := (packed | foldCase) * nameHash >> 58
		if knownNames[bit] != packed {
			break
		}
		end := name
		if m := separator(word); m != 0 {
			end += bits.TrailingZeros64(m) >> 3
		} else if m := separator(binary.LittleEndian.Uint64(area[name+8:])); m != 0 {
			end += 8 + bits.TrailingZeros64(m)>>3
		} else if end = separatorFrom(area, name+16); end == len(area) {
			break
		}
		stop := name + e>>3
		value := area[stop+1 : end : end]
		if len(value) == 0 || value[0] <= '/' && value[0] != '-' || value[len(value)-1] <= ' ' {
			break
		}
		if fresh {
			n := a.intern(area, i, name-1, s.current)
			if n+1 != len(a.Items) {
				break
			}
			if n != s.current {
				a.found[n].first = int32(len(pairs))
				s.current, seen = n, 0
			}
			code, known = w, true
		}
		twice |= seen & (1 << bit)
		seen |= 1 << bit
		// Appending a Pair literal would build it on the stack and copy it, which
		// stalls; so grow first and store the two slices in place.
		if len(pairs) == cap(pairs) {
			pairs = slices.Grow(pairs, 1)
		}
		pairs = pairs[:len(pairs)+1]
		p := &pairs[len(pairs)-1]
		p.Name = area[name:stop:stop]
		p.Value = value
		comma = area[end] == ','
		s.coded = true
		i = end + 1
	}
	if i == len(area) {
		s.w |= WarnEmptyItem.Bit() // a separator and nothing behind it
	}
	a.pairs, s.seen, s.comma = pairs, seen, comma
	s.twice = s.twice || twice != 0
	return i
}

// knownNames holds the names that follow a code in the standard, packed into the
// top bytes of a word, each at the place its hash gives; free places hold 1, which
// no packed name equals. Names of 8 letters and more are left to pair.
var knownNames = func() (t [64]uint64) {
	for i := range t {
		t[i] = 1
	}
	for _, f := range Fields {
		if !f.Coded || len(f.Name) > 7 {
			continue
		}
		var packed uint64
		for i := range len(f.Name) {
			packed = packed>>8 | uint64(f.Name[i])<<56
		}
		place := (packed | foldCase) * nameHash >> 58
		if t[place] != 1 {
			panic("hj212: nameHash gives two names one place")
		}
		t[place] = packed
	}
	return t
}()

// currentCode returns the current "code-" packed into the low bytes of a word,
// and its length; not known when there is none or it is too long, since any bytes
// that stood for that could be sent.
func (a *Area) currentCode(s *areaScan) (code uint64, width uint, known bool) {
	if s.current < 0 || len(a.Items[s.current].Code) > 7 {
		return 0, 7, false
	}
	code = '-'
	p := a.Items[s.current].Code
	for i := len(p) - 1; i >= 0; i-- {
		code = code<<8 | uint64(p[i])
	}
	return code, uint(len(p) + 1), true
}

// separatorFrom returns the place of the first separator from i on, or len(area).
func separatorFrom(area []byte, i int) int {
	for i < len(area) && area[i] != ',' && area[i] != ';' {
		i++
	}
	return i
}

const (
	eachByte = 0x0101010101010101
	topBits  = 0x8080808080808080
	foldCase = 0x2020202020202020 // makes letters lower case
	// nameHash gives each attribute name of the standard a bit of its own in 64.
	nameHash = 0xF28C105D1FB17C23
)

// special marks the bytes = , ; - and those up to the blank in the 8 bytes of w
// by their top bits. Bits above the lowest one may be wrong.
func special(w uint64) uint64 {
	equals := w ^ '='*eachByte
	semi := w ^ ';'*eachByte
	comma := (w | eachByte) ^ '-'*eachByte // ',' is '-' without its lowest bit
	return ((equals-eachByte)&^equals | (semi-eachByte)&^semi | (comma-eachByte)&^comma |
		(w-0x21*eachByte)&^w) & topBits
}

// separator is special for , and ; alone, equals for = alone.
func separator(w uint64) uint64 {
	semi := w ^ ';'*eachByte
	comma := w ^ ','*eachByte
	return ((semi-eachByte)&^semi | (comma-eachByte)&^comma) & topBits
}

func equals(w uint64) uint64 {
	w ^= '=' * eachByte
	return (w - eachByte) &^ w & topBits
}

// nameBit returns the bit of a name in areaScan.seen: equal names have equal
// bits, whatever their case.
func nameBit(name []byte) uint64 {
	var word uint64
	for _, c := range name {
		word = word>>8 | uint64(c)<<56
	}
	return 1 << ((word | foldCase) * nameHash >> 58)
}

// pair reads the one pair at place i, whatever it looks like, and returns the
// place behind the separator that ends it.
func (a *Area) pair(area []byte, i int, s *areaScan) int {
	start := i
	i, dash := keyEnd(area, i)
	if i == len(area) || area[i] != '=' {
		s.w |= a.stray(area[start:i], start > 0 || i < len(area))
		s.comma = i < len(area) && area[i] == ','
		return i + 1
	}
	stop := i
	i = valueEnd(area, stop+1, &s.w)
	value := s.clean(area[stop+1 : i : i])
	if len(value) == 0 {
		s.w |= WarnEmptyValue.Bit()
	}
	key := s.clean(area[start:stop:stop])
	start, stop = trimKey(area, start, stop)
	if dash <= start || dash+1 >= stop {
		a.Params = append(a.Params, Pair{key, value})
		s.w |= paramName(key)
		s.coded = false
	} else {
		a.attribute(area, start, dash, s)
		name := area[dash+1 : stop : stop]
		s.w |= attributeName(name)
		bit := nameBit(name)
		s.twice = s.twice || s.seen&bit != 0
		s.seen |= bit
		a.pairs = append(a.pairs, Pair{name, value})
	}
	s.comma = i < len(area) && area[i] == ','
	if i++; i == len(area) {
		s.w |= WarnEmptyItem.Bit() // a separator and nothing behind it
	}
	return i
}

// attribute makes the item with the code area[start:end] the current one.
func (a *Area) attribute(area []byte, start, end int, s *areaScan) {
	n := a.intern(area, start, end, s.current)
	if n != s.current {
		if s.coded && s.comma {
			s.w |= WarnForeignCode.Bit()
		}
		s.seen = 0
		if n+1 < len(a.Items) {
			s.again, s.twice = true, true
		}
	}
	if s.apart {
		a.owner = append(a.owner, uint16(n))
	}
	s.current, s.coded = n, true
}

// clean trims blanks at both ends of p.
func (s *areaScan) clean(p []byte) []byte {
	if len(p) > 0 && (p[0] <= ' ' || p[len(p)-1] <= ' ') {
		s.w |= WarnBlank.Bit()
		return trimBlanks(p)
	}
	return p
}

// stray keeps text without = that stands between separators.
func (a *Area) stray(text []byte, separated bool) (w Warnings) {
	t := trimBlanks(text)
	if len(t) < len(text) {
		w |= WarnBlank.Bit()
	}
	if len(t) > 0 {
		a.Params = append(a.Params, Pair{Name: t[:len(t):len(t)]})
		return w | WarnNoEquals.Bit()
	}
	if separated {
		w |= WarnEmptyItem.Bit()
	}
	return w
}

// keyEnd returns the place of the = , or ; that ends the key at i, and of the
// last - in the key, or -1.
func keyEnd(area []byte, i int) (end, dash int) {
	dash = -1
	for ; i < len(area); i++ {
		switch area[i] {
		case '=', ',', ';':
			return i, dash
		case '-':
			dash = i
		}
	}
	return i, dash
}

// valueEnd returns the place of the separator that ends the value at i, or
// len(area). A value that starts with // is log text and ends at its own rule.
func valueEnd(area []byte, i int, w *Warnings) int {
	if j := skipBlanks(area, i); j+1 < len(area) && area[j] == '/' && area[j+1] == '/' {
		end, closed := logEnd(area, j)
		if !closed {
			*w |= WarnLogOpen.Bit()
		}
		return end
	}
	for i < len(area) && area[i] != ',' && area[i] != ';' {
		i++
	}
	return i
}

// logEnd returns where the log text (日志) that starts with // at i ends: behind
// the first later // that is followed by the end of the area or by a separator
// and another name=; without one, at the end of the area.
func logEnd(area []byte, i int) (end int, closed bool) {
	for j := i + 2; ; j++ {
		k := bytes.Index(area[j:], slashes)
		if k < 0 {
			return len(area), false
		}
		j += k
		end = j + len(slashes)
		next := skipBlanks(area, end)
		if next == len(area) {
			return next, true
		}
		if area[next] != ',' && area[next] != ';' {
			continue
		}
		for next < len(area) && (area[next] == ',' || area[next] == ';' || area[next] == ' ' || area[next] == '\t') {
			if next-end > maxName {
				break
			}
			next++
		}
		if next == len(area) || startsPair(area[next:]) {
			return skipBlanks(area, end), true
		}
	}
}

var slashes = []byte("//")

func trimKey(area []byte, start, end int) (from, to int) {
	for start < end && area[start] <= ' ' {
		start++
	}
	for start < end && area[end-1] <= ' ' {
		end--
	}
	return start, end
}

// intern returns the index of the item whose code is area[start:end], adding it
// when it is new. current is the item of the pair before.
func (a *Area) intern(area []byte, start, end, current int) int {
	code := area[start:end:end]
	key := packCode(area, start, end)
	if current >= 0 && a.found[current].key == key && sameCode(a.Items[current].Code, code) {
		return current
	}
	slot := &a.bucket[key*codeSeed>>58]
	for n := *slot; n != 0; n = a.found[n-1].chain {
		if e := &a.found[n-1]; e.key == key && sameCode(a.Items[n-1].Code, code) {
			return int(n - 1)
		}
	}
	n := len(a.Items)
	if n == cap(a.Items) || n == cap(a.found) {
		a.Items, a.found = slices.Grow(a.Items, 1), slices.Grow(a.found, 1)
	}
	a.Items, a.found = a.Items[:n+1], a.found[:n+1]
	a.Items[n].Code = code
	e := &a.found[n]
	e.key, e.first, e.chain = key, int32(len(a.pairs)), *slot
	*slot = uint16(n + 1)
	return n
}

// sameCode compares codes whose keys are equal.
func sameCode(p, q []byte) bool {
	return len(p) == len(q) && (len(p) <= 8 || bytes.Equal(p, q))
}

// packCode packs a code of up to 8 bytes into a word; of longer ones it makes a
// hash.
func packCode(area []byte, start, end int) uint64 {
	n := end - start
	if n <= 8 && start+8 <= len(area) {
		return binary.LittleEndian.Uint64(area[start:]) << (64 - 8*n)
	}
	var key uint64
	for _, c := range area[start:end] {
		if n <= 8 {
			key = key>>8 | uint64(c)<<56
		} else {
			key = (key ^ uint64(c)) * codeSeed
		}
	}
	return key
}
