package telemetry

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// A chunk is the rows of one kind, device and day in columns, in two parts. The
// first holds the keys and where each frame stands, so that who only looks
// whether a frame is there reads little:
//
//	version, number of rows, then the columns time, part, version, batch, hash
//
// The second holds the data of the rows, 1 byte and, when that is 1, compressed:
//
//	number of shapes, for each its items (code as packed, set); the rows'
//	shapes; then shape by shape the items' flags and the measures' values
//
// Rows of one shape have the same factors with the same measures. A row that is
// not as appendPacked writes it has shape 0 and stands there as it is.
const chunkVersion = 1

// maxItems bounds the factors of a row of a shape; a frame of the largest length
// has fewer.
const maxItems = 4096

// maxChunkRows bounds the rows of one chunk: a day of seconds, and to spare.
const maxChunkRows = 1 << 18

// chunk is the stored form.
type chunk struct {
	kind             Kind
	device, day      int64
	version          int64 // from 1; late data of the day make the next
	closing          int64 // the closing of the day that wrote it
	rows             int
	first, last      int64 // times of the data
	hash, keys, data []byte
}

// sum is what the day's root holds of a chunk: all of it.
func (c *chunk) sum() []byte {
	h := sha256.New()
	b := make([]byte, 0, 64)
	for _, v := range []int64{int64(c.kind), c.device, c.day, c.version, c.closing, int64(c.rows), c.first, c.last, int64(len(c.keys))} {
		b = binary.AppendVarint(b, v)
	}
	h.Write(b)
	h.Write(c.keys)
	h.Write(c.data)
	return h.Sum(nil)
}

// newChunk makes the chunk of rows of one kind, device and day, in the order of
// their keys.
func newChunk(rows []packedRow) (chunk, error) {
	c := chunk{kind: rows[0].kind, device: rows[0].device, rows: len(rows), first: rows[0].time, last: rows[len(rows)-1].time}
	c.keys, c.data = appendKeys(nil, rows), packData(rows)
	again, err := c.unpackRows(c.first, c.last+1)
	if err != nil {
		return c, err
	}
	if !slices.EqualFunc(rows, again, func(a, b packedRow) bool {
		return a.kind == b.kind && a.time == b.time && a.device == b.device && a.part == b.part && a.version == b.version && a.seq == b.seq && a.hash == b.hash && bytes.Equal(a.data, b.data)
	}) {
		return c, errPacked // never seen; the rows then stay as they are
	}
	return c, nil
}

func appendKeys(dst []byte, rows []packedRow) []byte {
	dst = binary.AppendUvarint(append(dst, chunkVersion), uint64(len(rows)))
	column := make([]int64, len(rows))
	for _, get := range []func(*packedRow) int64{
		func(r *packedRow) int64 { return r.time }, func(r *packedRow) int64 { return int64(r.part) },
		func(r *packedRow) int64 { return r.version }, func(r *packedRow) int64 { return r.seq },
	} {
		for i := range rows {
			column[i] = get(&rows[i])
		}
		dst = appendInts(dst, column)
	}
	for i := range rows {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(rows[i].hash))
	}
	return dst
}

// unpackKeys gives the rows without their data.
func (c *chunk) unpackKeys() ([]packedRow, error) {
	r := packedReader{rest: c.keys}
	version, n := r.byte(), r.uvarint()
	if r.bad || version != chunkVersion || n != uint64(c.rows) || n > maxChunkRows || n > uint64(len(c.keys)) {
		return nil, errPacked
	}
	rows := make([]packedRow, n)
	at, part, ver, seq := r.ints(len(rows)), r.ints(len(rows)), r.ints(len(rows)), r.ints(len(rows))
	hashes := r.bytes(8 * n)
	if r.bad || len(r.rest) > 0 {
		return nil, errPacked
	}
	for i := range rows {
		rows[i] = packedRow{kind: c.kind, device: c.device, time: at[i], part: int(part[i]), version: ver[i], seq: seq[i],
			hash: int64(binary.LittleEndian.Uint64(hashes[8*i:]))}
	}
	return rows, nil
}

// unpackRows gives the rows of from <= t < to.
func (c *chunk) unpackRows(from, to int64) ([]packedRow, error) {
	rows, err := c.unpackKeys()
	if err != nil {
		return nil, err
	}
	low, high := bounds(rows, from, to)
	if low >= high {
		return nil, nil
	}
	if err := unpackData(c.data, rows, low, high); err != nil {
		return nil, err
	}
	return rows[low:high], nil
}

// bounds finds the rows of from <= t < to.
func bounds(rows []packedRow, from, to int64) (low, high int) {
	at := func(t int64) int {
		i, _ := slices.BinarySearchFunc(rows, t, func(r packedRow, t int64) int { return cmp.Compare(r.time, t) })
		return i
	}
	return at(from), at(to)
}

func between(rows []packedRow, from, to int64) []packedRow {
	low, high := bounds(rows, from, to)
	return rows[low:max(low, high)]
}
