package telemetry

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/qingshao/qingshao/hj212"
)

// A block is the raw frames of many batches, in the order of commit, restorable
// byte for byte. Frames of one make differ in little but their numbers: the text
// between them is written once (a template), the numbers column by column, with
// their exact printed form. Length and CRC are computed again.
//
//	version, number of batches; columns: number, moment, number of frames of each
//	number of templates, for each its parts (count, then length and text)
//	number of groups, columns: template, device of each
//	of the frames: group, version, bits, receipt before the batch, time
//	template by template its places; texts of the frames that have no template
//
// A group is the frames of one template and device. A column of values stands in
// the order of commit or group by group, whichever is shorter: moments go with the
// first, measured values with the second.
const blockVersion = 1

// plainBlock is the version of a block whose frames did not come back as they
// were: the payloads as they are.
const plainBlock = 0

// block is the stored form; seq and upTo are its first and last batch.
type block struct {
	seq, upTo   int64
	frames      int64
	first, last int64 // times of the data
	hash, data  []byte
}

func (b *block) sum() []byte {
	h := sha256.New()
	head := make([]byte, 0, 48)
	for _, v := range []int64{b.seq, b.upTo, b.frames, b.first, b.last} {
		head = binary.AppendVarint(head, v)
	}
	h.Write(head)
	h.Write(b.data)
	return h.Sum(nil)
}

// payloadBatch is a batch with its payload unpacked.
type payloadBatch struct {
	seq, at int64
	payload []byte
}

// newBlock packs batches, which stand in order.
func newBlock(batches []payloadBatch) (block, error) {
	b := block{seq: batches[0].seq, upTo: batches[len(batches)-1].seq}
	p, err := readFrames(batches)
	if err != nil {
		return b, err
	}
	b.frames = int64(len(p.frames))
	b.first, b.last = p.frames[0].time, p.frames[0].time
	for _, f := range p.frames {
		b.first, b.last = min(b.first, f.time), max(b.last, f.time)
	}
	b.data = squeeze(p.append(nil))
	again, err := b.unpack()
	if err != nil || !slices.EqualFunc(again, batches, func(a, b payloadBatch) bool {
		return a.seq == b.seq && a.at == b.at && bytes.Equal(a.payload, b.payload)
	}) {
		b.data = squeeze(appendPlain(nil, batches))
	}
	return b, nil
}

func appendPlain(dst []byte, batches []payloadBatch) []byte {
	dst = binary.AppendUvarint(append(dst, plainBlock), uint64(len(batches)))
	for _, b := range batches {
		dst = appendText(binary.AppendVarint(binary.AppendVarint(dst, b.seq), b.at), b.payload)
	}
	return dst
}

// blockFrame is one frame on its way into a block or out of it.
type blockFrame struct {
	storedFrame
	batch    int
	made     byte      // its bits
	template *template // nil when it has none
	values   []packedValue
}

// blockPacker holds the frames of a block in the order of commit.
type blockPacker struct {
	batches   []payloadBatch
	frames    []blockFrame
	templates []*template
}

// template is what frames of one make have in common: a segment with the values
// taken out. rows are its frames in the order of commit, order the same by device.
type template struct {
	parts       [][]byte
	rows, order []int
}

// fewFrames is how many frames a template needs to be worth its columns.
const fewFrames = 4

func readFrames(batches []payloadBatch) (*blockPacker, error) {
	p := &blockPacker{batches: batches}
	by := map[string]*template{}
	var key []byte
	for i, b := range batches {
		err := eachFrame(b.payload, b.at, func(f *storedFrame) error {
			x := blockFrame{storedFrame: *f, batch: i, made: f.bits()}
			if f.plain == nil && !f.meter && regular(f.raw) {
				var parts [][]byte
				parts, x.values = cut(f.segment())
				key = key[:0]
				for _, t := range parts {
					key = appendText(key, t)
				}
				if x.template = by[string(key)]; x.template == nil {
					x.template = &template{parts: parts}
					by[string(key)] = x.template
					p.templates = append(p.templates, x.template)
				}
				x.template.rows = append(x.template.rows, len(p.frames))
			}
			p.frames = append(p.frames, x)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(p.frames) == 0 {
		return nil, errPayload
	}
	p.templates = slices.DeleteFunc(p.templates, func(t *template) bool {
		if len(t.rows) >= fewFrames {
			return false
		}
		for _, i := range t.rows {
			p.frames[i].template, p.frames[i].values = nil, nil
		}
		return true
	})
	return p, nil
}

// regular reports whether length and CRC are what a sender by the book writes.
func regular(raw []byte) bool {
	if len(raw) < 10 || len(raw) > 9999 {
		return false
	}
	again, err := hj212.AppendSegment(make([]byte, 0, len(raw)+2), raw[6:len(raw)-4])
	return err == nil && bytes.Equal(bytes.TrimSuffix(again, []byte("\r\n")), raw)
}

// cut takes the values out of a segment: what stands between an equals sign and
// the next separator. parts has one text more than values.
func cut(segment []byte) (parts [][]byte, values []packedValue) {
	from := 0
	for i := 0; i < len(segment); i++ {
		if segment[i] != '=' {
			continue
		}
		end := i + 1
		for end < len(segment) && segment[end] != ',' && segment[end] != ';' && segment[end] != '&' && segment[end] != '=' {
			end++
		}
		parts, values = append(parts, segment[from:i+1]), append(values, valueOf(segment[i+1:end]))
		from, i = end, end-1
	}
	return append(parts, segment[from:]), values
}

// valueOf is a text as packed rows have it.
func valueOf(text []byte) packedValue {
	r := packedReader{rest: appendValue(nil, text)}
	v := packedValue{u: r.uvarint()}
	if v.u&15 == packedText {
		v.text = text
	}
	return v
}

// appendTo prints the value as it was.
func (v packedValue) appendTo(dst []byte) []byte {
	if v.u&15 == packedText {
		return append(dst, v.text...)
	}
	return hj212.Decimal{Mantissa: unzigzag(v.u >> 4), Scale: int8(v.u & 15)}.Append(dst)
}

// frameGroup is a template and a device; place is the template's, from 1.
type frameGroup struct{ place, device int64 }

func (p *blockPacker) append(dst []byte) []byte {
	dst = binary.AppendUvarint(append(dst, blockVersion), uint64(len(p.batches)))
	counts := make([]int64, len(p.batches))
	for _, f := range p.frames {
		counts[f.batch]++
	}
	dst = appendInts(dst, ints(p.batches, func(b *payloadBatch) int64 { return b.seq }))
	dst = appendInts(dst, ints(p.batches, func(b *payloadBatch) int64 { return b.at }))
	dst = appendInts(dst, counts)

	place := map[*template]int64{}
	dst = binary.AppendUvarint(dst, uint64(len(p.templates)))
	for i, t := range p.templates {
		place[t] = int64(i) + 1
		dst = binary.AppendUvarint(dst, uint64(len(t.parts)))
		for _, part := range t.parts {
			dst = appendText(dst, part)
		}
	}
	var groups []frameGroup
	known, of := map[frameGroup]int64{}, make([]int64, len(p.frames))
	for i := range p.frames {
		g := frameGroup{place[p.frames[i].template], p.frames[i].device}
		n, there := known[g]
		if !there {
			n = int64(len(groups))
			known[g], groups = n, append(groups, g)
		}
		of[i] = n
	}
	dst = binary.AppendUvarint(dst, uint64(len(groups)))
	dst = appendInts(dst, ints(groups, func(g *frameGroup) int64 { return g.place }))
	dst = appendInts(dst, ints(groups, func(g *frameGroup) int64 { return g.device }))
	order := byGroup(of)
	dst = appendInts(dst, slices.Clone(of))
	dst = appendEither(dst, ints(p.frames, func(f *blockFrame) int64 { return f.version }), order)
	dst = appendEither(dst, ints(p.frames, func(f *blockFrame) int64 { return int64(f.made) }), order)
	dst = appendEither(dst, ints(p.frames, func(f *blockFrame) int64 { return f.received - p.batches[f.batch].at }), order)
	dst = appendEither(dst, ints(p.frames, func(f *blockFrame) int64 { return f.time }), order)
	for _, t := range p.templates {
		t.sort(of)
		for i := range len(t.parts) - 1 {
			value := func(row int) packedValue { return p.frames[row].values[i] }
			dst = appendShorter(dst, appendValues(nil, mapped(t.rows, value)), appendValues(nil, mapped(t.order, value)))
		}
	}
	var odd, plain [][]byte
	for i := range p.frames {
		if f := &p.frames[i]; f.template == nil {
			odd = append(odd, f.raw)
			if f.plain != nil {
				plain = append(plain, f.plain)
			}
		}
	}
	return appendTexts(appendTexts(dst, odd), plain)
}

func ints[T any](list []T, get func(*T) int64) []int64 {
	out := make([]int64, len(list))
	for i := range list {
		out[i] = get(&list[i])
	}
	return out
}

func mapped[T any](rows []int, get func(int) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = get(r)
	}
	return out
}

// byGroup lists the frames group by group.
func byGroup(of []int64) []int {
	order := make([]int, len(of))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(of[a], of[b]) })
	return order
}

func (t *template) sort(of []int64) {
	t.order = slices.Clone(t.rows)
	slices.SortStableFunc(t.order, func(a, b int) int { return cmp.Compare(of[a], of[b]) })
}

// appendEither writes a column in the order of commit or group by group, and
// which.
func appendEither(dst []byte, v []int64, order []int) []byte {
	sorted := mapped(order, func(i int) int64 { return v[i] })
	return appendShorter(dst, appendInts(nil, v), appendInts(nil, sorted))
}

func appendShorter(dst, byCommit, grouped []byte) []byte {
	if len(grouped) < len(byCommit) {
		return append(append(dst, 1), grouped...)
	}
	return append(append(dst, 0), byCommit...)
}

// maxBlock bounds what a damaged block may claim to hold.
const maxBlock = 1 << 15

var errBlock = errors.New("telemetry: damaged block")

// unpack gives the batches back.
func (b *block) unpack() ([]payloadBatch, error) {
	data, err := unsqueeze(b.data)
	if err != nil {
		return nil, errors.Join(errBlock, err)
	}
	r := packedReader{rest: data}
	version, n := r.byte(), r.uvarint()
	if n == 0 || n > maxBlock || version > blockVersion {
		return nil, errBlock
	}
	if version == plainBlock {
		return r.plain(int(n))
	}
	batches := make([]payloadBatch, n)
	seq, at, counts := r.ints(len(batches)), r.ints(len(batches)), r.ints(len(batches))
	total := 0
	for i, c := range counts {
		if c < 0 || c > maxBlock || total > maxBlock {
			return nil, errBlock
		}
		total += int(c)
		batches[i] = payloadBatch{seq[i], at[i], []byte{payloadVersion}}
	}
	frames, err := r.frames(total)
	if err != nil {
		return nil, err
	}
	i := 0
	for b := range batches {
		for range counts[b] {
			f := &frames[i]
			f.received += at[b]
			f.assumed, f.meter = f.made&frameAssumed != 0, f.made&frameMeter != 0
			batches[b].payload = f.append(batches[b].payload, at[b])
			i++
		}
	}
	return batches, nil
}

func (r *packedReader) plain(n int) ([]payloadBatch, error) {
	var out []payloadBatch
	for range n {
		b := payloadBatch{seq: r.varint(), at: r.varint()}
		b.payload = r.bytes(r.uvarint())
		if r.bad {
			return nil, errBlock
		}
		out = append(out, b)
	}
	return out, nil
}

// frames reads what stands of n frames; received is still relative to the batch.
func (r *packedReader) frames(n int) ([]blockFrame, error) {
	count := r.uvarint()
	if count > uint64(n) {
		return nil, errBlock
	}
	templates := make([]*template, count)
	for i := range templates {
		t := &template{}
		parts := r.uvarint()
		if parts == 0 || parts > uint64(len(r.rest)) {
			return nil, errBlock
		}
		for range parts {
			t.parts = append(t.parts, r.bytes(r.uvarint()))
		}
		templates[i] = t
	}
	count = r.uvarint()
	if count > uint64(n) || r.bad {
		return nil, errBlock
	}
	place, device, of := r.ints(int(count)), r.ints(int(count)), r.ints(n)
	if r.bad {
		return nil, errBlock
	}
	out := make([]blockFrame, n)
	for i, g := range of {
		if g < 0 || g >= int64(len(place)) || place[g] < 0 || place[g] > int64(len(templates)) {
			return nil, errBlock
		}
		out[i].device = device[g]
		if place[g] > 0 {
			out[i].template = templates[place[g]-1]
			out[i].template.rows = append(out[i].template.rows, i)
		}
	}
	order := byGroup(of)
	r.either(out, order, func(f *blockFrame, v int64) { f.version = v })
	r.either(out, order, func(f *blockFrame, v int64) { f.made = byte(v) })
	r.either(out, order, func(f *blockFrame, v int64) { f.received = v })
	r.either(out, order, func(f *blockFrame, v int64) { f.time = v })
	for _, t := range templates {
		t.sort(of)
		for range len(t.parts) - 1 {
			rows := t.rows
			if r.byte() == 1 {
				rows = t.order
			}
			values := r.values(len(rows))
			if r.bad {
				return nil, errBlock
			}
			for i, row := range rows {
				out[row].values = append(out[row].values, values[i])
			}
		}
	}
	if err := r.oddFrames(out); err != nil {
		return nil, err
	}
	for i := range out {
		if err := out[i].print(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *packedReader) either(frames []blockFrame, order []int, set func(*blockFrame, int64)) {
	grouped := r.byte() == 1
	for i, v := range r.ints(len(frames)) {
		if grouped {
			set(&frames[order[i]], v)
		} else {
			set(&frames[i], v)
		}
	}
}

// oddFrames reads the frames that have no template.
func (r *packedReader) oddFrames(frames []blockFrame) error {
	var odd, plain []int
	for i := range frames {
		if frames[i].template == nil {
			odd = append(odd, i)
			if frames[i].made&frameEncrypted != 0 {
				plain = append(plain, i)
			}
		}
	}
	raws, plains := r.texts(len(odd)), r.texts(len(plain))
	if r.bad || len(r.rest) > 0 || len(raws) != len(odd) || len(plains) != len(plain) {
		return errBlock
	}
	for i, t := range raws {
		frames[odd[i]].raw = t
	}
	for i, t := range plains {
		frames[plain[i]].plain = t
	}
	return nil
}

// print makes the raw frame of a template.
func (f *blockFrame) print() (err error) {
	if f.template == nil {
		return nil
	}
	segment := make([]byte, 0, 1024)
	for i, part := range f.template.parts {
		segment = append(segment, part...)
		if i < len(f.values) {
			segment = f.values[i].appendTo(segment)
		}
	}
	if f.raw, err = hj212.AppendSegment(make([]byte, 0, len(segment)+12), segment); err != nil {
		return errors.Join(errBlock, err)
	}
	f.raw = bytes.TrimSuffix(f.raw, []byte("\r\n"))
	return nil
}
