package telemetry

import (
	"bytes"
	"encoding/binary"

	"github.com/klauspost/compress/zstd"
)

// shape is what rows of the same make have in common; rows lists where they are.
type shape struct {
	head  []byte // for each item its code as packed and its set
	items []shapeItem
	rows  []int
}

type shapeItem struct {
	set    uint64
	flags  [][]byte
	values [measureCount][]packedValue
}

// packedValue is a number as packed, or a text.
type packedValue struct {
	u    uint64
	text []byte
}

// packData writes the data columns of rows.
func packData(rows []packedRow) []byte {
	odd := &shape{}
	shapes, by, which := []*shape{odd}, map[string]*shape{}, make([]int64, len(rows))
	places := map[*shape]int64{odd: 0}
	for i := range rows {
		s := &shape{}
		if !s.read(rows[i].data) {
			odd.rows = append(odd.rows, i)
			continue
		}
		known := by[string(s.head)]
		if known == nil {
			known = &shape{head: s.head, items: make([]shapeItem, len(s.items))}
			by[string(s.head)], places[known] = known, int64(len(shapes))
			shapes = append(shapes, known)
		}
		known.add(i, s)
		which[i] = places[known]
	}
	out := binary.AppendUvarint(nil, uint64(len(shapes)-1))
	for _, s := range shapes[1:] {
		out = binary.AppendUvarint(out, uint64(len(s.items)))
		out = append(out, s.head...)
	}
	out = appendInts(out, which)
	texts := make([][]byte, len(odd.rows))
	for i, row := range odd.rows {
		texts[i] = rows[row].data
	}
	out = appendTexts(out, texts)
	for _, s := range shapes[1:] {
		for i := range s.items {
			out = appendFlags(out, s.items[i].flags)
			for m := range measureCount {
				if s.items[i].set&(1<<m) != 0 {
					out = appendValues(out, s.items[i].values[m])
				}
			}
		}
	}
	return squeeze(out)
}

// read takes a packed row apart; false when it is not as appendPacked writes it.
func (s *shape) read(data []byte) bool {
	r := packedReader{rest: data}
	if r.byte() != packedVersion {
		return false
	}
	again := []byte{packedVersion}
	for len(r.rest) > 0 && !r.bad {
		before := r.rest
		code := r.code()
		coded := before[:len(before)-len(r.rest)]
		flag := r.flag()
		it := shapeItem{set: r.uvarint(), flags: [][]byte{[]byte(flag)}}
		if it.set>>measureCount != 0 {
			return false
		}
		s.head = append(s.head, coded...)
		s.head = binary.AppendUvarint(s.head, it.set)
		again = binary.AppendUvarint(appendFlag(appendCode(again, []byte(code)), []byte(flag)), it.set)
		for m := range measureCount {
			if it.set&(1<<m) != 0 {
				v := packedValue{u: r.uvarint()}
				again = binary.AppendUvarint(again, v.u)
				if v.u&15 == packedText {
					v.text = r.bytes(v.u >> 4)
					again = append(again, v.text...)
				}
				it.values[m] = []packedValue{v}
			}
		}
		s.items = append(s.items, it)
	}
	return !r.bad && len(s.items) <= maxItems && bytes.Equal(again, data)
}

// add takes over the values of one row.
func (s *shape) add(row int, from *shape) {
	s.rows = append(s.rows, row)
	for i := range from.items {
		to, it := &s.items[i], &from.items[i]
		to.set = it.set
		to.flags = append(to.flags, it.flags...)
		for m := range measureCount {
			to.values[m] = append(to.values[m], it.values[m]...)
		}
	}
}

// flagText marks a flag that is not one byte in the column of flags.
const flagText = 256

func appendFlags(dst []byte, flags [][]byte) []byte {
	column, texts := make([]int64, len(flags)), [][]byte(nil)
	for i, f := range flags {
		switch len(f) {
		case 0:
			column[i] = -1
		case 1:
			column[i] = int64(f[0])
		default:
			column[i] = flagText
			texts = append(texts, f)
		}
	}
	return appendTexts(appendInts(dst, column), texts)
}

func (r *packedReader) flags(n int) [][]byte {
	column := r.ints(n)
	count := 0
	for _, c := range column {
		if c == flagText {
			count++
		}
	}
	texts := r.texts(count)
	if r.bad {
		return nil
	}
	out := make([][]byte, n)
	for i, c := range column {
		switch {
		case c == flagText:
			out[i], texts = texts[0], texts[1:]
		case c >= 0 && c < 256:
			out[i] = []byte{byte(c)}
		case c != -1:
			r.bad = true
			return nil
		}
	}
	return out
}

// appendValues writes a column of values: the scales (packedText for a text),
// the scale that the mantissas were raised to (1 more than it, 0 for none), the
// mantissas, the texts. Senders that leave out trailing zeros mix scales, and
// mantissas of one scale lie close together.
func appendValues(dst []byte, values []packedValue) []byte {
	scales, mantissas := make([]int64, len(values)), make([]int64, 0, len(values))
	var texts [][]byte
	top := int64(0)
	for i, v := range values {
		scales[i] = int64(v.u & 15)
		if scales[i] == packedText {
			texts = append(texts, v.text)
			continue
		}
		top = max(top, scales[i])
		mantissas = append(mantissas, unzigzag(v.u>>4))
	}
	raised := raise(mantissas, scales, top)
	dst = appendInts(dst, scales)
	mode := uint64(0)
	if raised {
		mode = uint64(top) + 1
	}
	dst = binary.AppendUvarint(dst, mode)
	return appendTexts(appendInts(dst, mantissas), texts)
}

// raise brings mantissas to one scale, unless one would become too large or all
// have it.
func raise(mantissas, scales []int64, top int64) bool {
	out, i, mixed := make([]int64, 0, len(mantissas)), 0, false
	for _, s := range scales {
		if s == packedText {
			continue
		}
		f := tens[top-s]
		mixed = mixed || f != 1
		m := mantissas[i]
		if m > maxPacked/f || m < -maxPacked/f {
			return false
		}
		out = append(out, m*f)
		i++
	}
	if !mixed {
		return false
	}
	copy(mantissas, out)
	return true
}

var tens = func() (t [maxScale + 1]int64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = 10 * t[i-1]
	}
	return t
}()

func (r *packedReader) values(n int) []packedValue {
	scales := r.ints(n)
	mode := r.uvarint()
	count := 0
	for _, s := range scales {
		if s < 0 || s > packedText {
			r.bad = true
			return nil
		}
		if s == packedText {
			count++
		}
	}
	if r.bad || mode > maxScale+1 {
		r.bad = true
		return nil
	}
	mantissas, texts := r.ints(n-count), r.texts(count)
	if r.bad {
		return nil
	}
	out := make([]packedValue, n)
	for i, s := range scales {
		if s == packedText {
			out[i] = packedValue{u: uint64(len(texts[0]))<<4 | packedText, text: texts[0]}
			texts = texts[1:]
			continue
		}
		m := mantissas[0]
		mantissas = mantissas[1:]
		if mode > 0 {
			if s > int64(mode-1) {
				r.bad = true
				return nil
			}
			m /= tens[int64(mode-1)-s]
		}
		out[i].u = zigzag(m)<<4 | uint64(s)
	}
	return out
}

// unpackData gives rows[low:high] their data.
func unpackData(data []byte, rows []packedRow, low, high int) error {
	plain, err := unsqueeze(data)
	if err != nil {
		return err
	}
	r := packedReader{rest: plain}
	n := r.uvarint()
	if n > uint64(len(rows)) {
		return errPacked
	}
	shapes := make([]shape, n+1)
	for s := range shapes[1:] {
		r.shape(&shapes[s+1])
	}
	which := r.ints(len(rows))
	for i, s := range which {
		if s < 0 || s > int64(n) {
			return errPacked
		}
		shapes[s].rows = append(shapes[s].rows, i)
	}
	if r.bad {
		return errPacked
	}
	for i, t := range r.texts(len(shapes[0].rows)) {
		rows[shapes[0].rows[i]].data = t
	}
	for s := range shapes[1:] {
		r.columns(&shapes[s+1])
	}
	if r.bad || len(r.rest) > 0 {
		return errPacked
	}
	for s := range shapes[1:] {
		shapes[s+1].write(rows, low, high)
	}
	return nil
}

func (r *packedReader) shape(s *shape) {
	n := r.uvarint()
	if n > maxItems || n > uint64(len(r.rest)) {
		r.bad = true
		return
	}
	s.items = make([]shapeItem, n)
	for i := range s.items {
		before := r.rest
		r.code()
		s.items[i].flags = [][]byte{before[:len(before)-len(r.rest)]} // the code as packed, for write
		s.items[i].set = r.uvarint()
		r.bad = r.bad || s.items[i].set>>measureCount != 0
	}
}

func (r *packedReader) columns(s *shape) {
	n := len(s.rows)
	for i := range s.items {
		it := &s.items[i]
		it.flags = append(it.flags, r.flags(n)...)
		for m := range measureCount {
			if it.set&(1<<m) != 0 {
				it.values[m] = r.values(n)
			}
		}
	}
}

// write packs the rows of a shape again.
func (s *shape) write(rows []packedRow, low, high int) {
	for i, row := range s.rows {
		if row < low || row >= high {
			continue
		}
		data := append(make([]byte, 0, 16*len(s.items)+1), packedVersion)
		for j := range s.items {
			it := &s.items[j]
			data = append(data, it.flags[0]...)
			data = appendFlag(data, it.flags[i+1])
			data = binary.AppendUvarint(data, it.set)
			for m := range measureCount {
				if it.set&(1<<m) != 0 {
					v := it.values[m][i]
					data = append(binary.AppendUvarint(data, v.u), v.text...)
				}
			}
		}
		rows[row].data = data
	}
}

var squeezer = func() *zstd.Encoder {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err) // the options are constants
	}
	return z
}()

// squeeze compresses where that gains something.
func squeeze(plain []byte) []byte {
	out := squeezer.EncodeAll(plain, append(make([]byte, 0, len(plain)/2+64), 1))
	if len(out) > len(plain)*31/32 {
		return append([]byte{0}, plain...)
	}
	return out
}

func unsqueeze(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errPacked
	}
	if data[0] == 0 {
		return data[1:], nil
	}
	if data[0] != 1 {
		return nil, errPacked
	}
	return unzip(data[1:])
}
