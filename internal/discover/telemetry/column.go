package telemetry

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A column of whole numbers is written in the form that takes the fewest bytes:
// 1 byte says which of three differences stands (none, from the number before,
// from the difference before) and how it is written. The first number of each
// difference stands before the rest, as a varint:
//
//	runs    number, length of the run, for each run
//	varints one for each number
//	packed  for each 128 numbers: the lowest, a width, all others above it in
//	        that many bits
//
// How many there are is known to the reader.
const (
	formRuns = iota
	formVarints
	formPacked
	formCount
)

const packedBlock = 128

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func varintLen(v int64) int { return (bits.Len64(zigzag(v)|1) + 6) / 7 }

// differences replaces each number with its difference from the one before,
// from the end, so that it needs no second list.
func differences(v []int64) {
	for i := len(v) - 1; i > 0; i-- {
		v[i] -= v[i-1]
	}
}

// appendInts writes a column. It destroys v.
func appendInts(dst []byte, v []int64) []byte {
	if len(v) == 0 {
		return dst
	}
	best, order, form := math.MaxInt, 0, 0
	d := append([]int64(nil), v...)
	for o := range min(3, len(d)+1) {
		if o > 0 {
			differences(d[o-1:])
		}
		for f, n := range sizes(d[o:]) {
			if n += 2 * o; n < best { // what stands before is short or the same for all
				best, order, form = n, o, f
			}
		}
	}
	for o := range order {
		differences(v[o:])
	}
	dst = append(dst, byte(order*formCount+form))
	for ; order > 0; order-- {
		dst = binary.AppendVarint(dst, v[0])
		v = v[1:]
	}
	if len(v) == 0 {
		return dst
	}
	switch form {
	case formRuns:
		for i := 0; i < len(v); {
			n := run(v[i:])
			dst = binary.AppendUvarint(binary.AppendVarint(dst, v[i]), uint64(n))
			i += n
		}
	case formVarints:
		for _, x := range v {
			dst = binary.AppendVarint(dst, x)
		}
	default:
		for ; len(v) > packedBlock; v = v[packedBlock:] {
			dst = appendBlock(dst, v[:packedBlock])
		}
		dst = appendBlock(dst, v)
	}
	return dst
}

// sizes is how long a column becomes in each form.
func sizes(v []int64) (n [formCount]int) {
	for i := 0; i < len(v); {
		r := run(v[i:])
		l := varintLen(v[i])
		n[formRuns] += l + varintLen(int64(r))
		n[formVarints] += r * l
		i += r
	}
	for ; len(v) > 0; v = v[min(packedBlock, len(v)):] {
		low, width := span(v[:min(packedBlock, len(v))])
		n[formPacked] += varintLen(low) + 1 + (width*min(packedBlock, len(v))+7)/8
	}
	return n
}

func run(v []int64) int {
	n := 1
	for n < len(v) && v[n] == v[0] {
		n++
	}
	return n
}

// span is the lowest number and how many bits the distance to the highest takes.
func span(v []int64) (low int64, width int) {
	low = v[0]
	high := v[0]
	for _, x := range v {
		low, high = min(low, x), max(high, x)
	}
	return low, bits.Len64(uint64(high - low))
}

func appendBlock(dst []byte, v []int64) []byte {
	low, width := span(v)
	dst = append(binary.AppendVarint(dst, low), byte(width))
	var acc uint64
	have := 0
	for _, x := range v {
		u := uint64(x - low)
		acc |= u << have
		if have+width >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			acc = 0
			if have > 0 {
				acc = u >> (64 - have)
			}
			have += width - 64
			continue
		}
		have += width
	}
	for ; have > 0; have -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

// ints reads a column of n numbers; a damaged one marks the reader bad.
func (r *packedReader) ints(n int) []int64 {
	if n == 0 || r.bad {
		return nil
	}
	mode := int(r.byte())
	order := mode / formCount
	if order > 2 {
		r.bad = true
		return nil
	}
	if order > n {
		r.bad = true
		return nil
	}
	all := make([]int64, n)
	for i := range order {
		all[i] = r.varint()
	}
	v, n := all[order:], n-order
	switch mode % formCount {
	case formRuns:
		for i := 0; i < n; {
			x, length := r.varint(), r.uvarint()
			if r.bad || length == 0 || length > uint64(n-i) {
				r.bad = true
				return nil
			}
			for end := i + int(length); i < end; i++ {
				v[i] = x
			}
		}
	case formVarints:
		for i := range v {
			v[i] = r.varint()
		}
	default:
		for i := 0; i < n; i += packedBlock {
			r.block(v[i:min(i+packedBlock, n)])
		}
	}
	for ; order > 0; order-- {
		for i := order; i < len(all); i++ {
			all[i] += all[i-1]
		}
	}
	if r.bad {
		return nil
	}
	return all
}

// skipInts passes over a column of n numbers.
func (r *packedReader) skipInts(n int) {
	if n == 0 || r.bad {
		return
	}
	mode := int(r.byte())
	for range min(mode/formCount, n) {
		r.varint()
		n--
	}
	switch mode % formCount {
	case formRuns:
		for n > 0 && !r.bad {
			r.varint()
			length := r.uvarint()
			if length == 0 || length > uint64(n) {
				r.bad = true
				return
			}
			n -= int(length)
		}
	case formVarints:
		for range n {
			r.varint()
		}
	default:
		for ; n > 0 && !r.bad; n -= packedBlock {
			r.varint()
			r.bytes(uint64(int(r.byte())*min(n, packedBlock)+7) / 8)
		}
	}
}

func (r *packedReader) block(v []int64) {
	low, width := r.varint(), int(r.byte())
	if width > 64 {
		r.bad = true
		return
	}
	data := r.bytes(uint64(width*len(v)+7) / 8)
	if r.bad {
		return
	}
	mask := ^uint64(0)
	if width < 64 {
		mask = 1<<width - 1
	}
	at := 0 // bit
	for i := range v {
		v[i] = low + int64(bitsAt(data, at, width)&mask)
		at += width
	}
}

// bitsAt gives at least width bits that begin at a bit.
func bitsAt(data []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	rest := data[at/8:]
	shift := at % 8
	if len(rest) >= 9 {
		u := binary.LittleEndian.Uint64(rest) >> shift
		if shift+width > 64 {
			u |= uint64(rest[8]) << (64 - shift)
		}
		return u
	}
	var u uint64
	for i, b := range rest {
		switch s := i*8 - shift; {
		case s < 0:
			u |= uint64(b) >> -s
		case s < 64:
			u |= uint64(b) << s
		}
	}
	return u
}

// appendTexts writes a column of texts: each different one once and which stands
// where, or all of them when few repeat.
func appendTexts(dst []byte, v [][]byte) []byte {
	if len(v) == 0 {
		return dst
	}
	place, at := map[string]int64{}, make([]int64, len(v))
	var book [][]byte
	for i, t := range v {
		p, known := place[string(t)]
		if !known {
			p = int64(len(book))
			place[string(t)] = p
			book = append(book, t)
		}
		at[i] = p
	}
	if len(book)*2 > len(v) {
		dst = binary.AppendUvarint(dst, 0)
		return appendBook(dst, v)
	}
	dst = binary.AppendUvarint(dst, uint64(len(book)))
	dst = appendBook(dst, book)
	return appendInts(dst, at)
}

func appendBook(dst []byte, v [][]byte) []byte {
	lengths := make([]int64, len(v))
	for i, t := range v {
		lengths[i] = int64(len(t))
	}
	dst = appendInts(dst, lengths)
	for _, t := range v {
		dst = append(dst, t...)
	}
	return dst
}

// texts reads a column of n texts, which point into what is read.
func (r *packedReader) texts(n int) [][]byte {
	if n == 0 || r.bad {
		return nil
	}
	count := r.uvarint()
	if count == 0 {
		return r.book(n)
	}
	if count > uint64(n) {
		r.bad = true
		return nil
	}
	book, at := r.book(int(count)), r.ints(n)
	if r.bad {
		return nil
	}
	out := make([][]byte, n)
	for i, p := range at {
		if p < 0 || p >= int64(len(book)) {
			r.bad = true
			return nil
		}
		out[i] = book[p]
	}
	return out
}

func (r *packedReader) book(n int) [][]byte {
	lengths := r.ints(n)
	out := make([][]byte, len(lengths))
	for i, l := range lengths {
		if l < 0 {
			r.bad = true
			return nil
		}
		out[i] = r.bytes(uint64(l))
	}
	if r.bad {
		return nil
	}
	return out
}
