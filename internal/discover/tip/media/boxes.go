package media

import (
	"encoding/binary"
	"io"
	"slices"
)

// The parts of ISO/IEC 14496-12 (and of QuickTime, which it grew from) that a
// recording needs; all others are made empty.
var (
	onTop   = []string{"ftyp", "moov", "mdat", "moof", "mfra", "sidx", "styp", "free", "skip", "wide"}
	inMovie = []string{"mvhd", "trak", "mvex", "iods", "free"}
	inTrack = []string{"tkhd", "tref", "edts", "mdia", "tapt", "free", "load"}
	inMedia = []string{"mdhd", "hdlr", "minf", "elng", "free"}
	brands  = []string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "M4A ", "MSNV", "3gp4", "3gp5", "3gp6", "dash", "qt  "}
)

// box is one part of a file.
type box struct {
	name     string
	at, body int64
	end      int64
}

// boxes goes through a recording.
type boxes struct {
	s       Source
	patches []patch
	seen    int
	video   bool
	sound   bool
}

func cleanBoxes(s Source) (Kind, io.Reader, error) {
	b := &boxes{s: s}
	top, err := b.list(0, s.Size())
	if err != nil {
		return Kind{}, nil, err
	}
	var brand [4]byte
	if _, err := s.ReadAt(brand[:], 8); err != nil || !slices.Contains(brands, string(brand[:])) {
		return Kind{}, nil, errKind
	}
	movie := false
	for _, x := range top {
		switch {
		case x.name == "moov":
			movie = true
			if err := b.movie(x); err != nil {
				return Kind{}, nil, err
			}
		case !slices.Contains(onTop, x.name), x.name == "free", x.name == "skip":
			b.empty(x)
		}
	}
	if !movie || !b.video && !b.sound {
		return Kind{}, nil, errDamaged
	}
	k := Kind{Ext: ".mp4", Video: b.video}
	switch name := "isom"; {
	case !b.video:
		k.Ext, name = ".m4a", "M4A "
		fallthrough
	case string(brand[:]) == "qt  ", string(brand[:]) == "3gp6", string(brand[:]) == "M4A ":
		b.patches = append(b.patches, patch{8, []byte(name), 4}) // the same boxes under the name that the file is kept by
	}
	slices.SortFunc(b.patches, func(x, y patch) int { return int(x.at - y.at) })
	return k, &patched{src: s, end: s.Size(), patches: b.merged()}, nil
}

// merged drops patches that lie within one before them.
func (b *boxes) merged() []patch {
	out := b.patches[:0]
	for _, p := range b.patches {
		if n := len(out); n > 0 && out[n-1].at+out[n-1].n > p.at {
			if over := p.at + p.n - (out[n-1].at + out[n-1].n); out[n-1].data == nil && p.data == nil && over > 0 {
				out[n-1].n += over
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

// list gives the boxes between two places, which they must fill to the last byte.
func (b *boxes) list(from, to int64) ([]box, error) {
	var out []box
	var h [16]byte
	for at := from; at < to; {
		if b.seen++; b.seen > maxBoxes || at+8 > to {
			return nil, errDamaged
		}
		n, _ := b.s.ReadAt(h[:min(16, to-at)], at)
		if n < 8 {
			return nil, errDamaged
		}
		x := box{string(h[4:8]), at, at + 8, at + int64(binary.BigEndian.Uint32(h[:]))}
		switch binary.BigEndian.Uint32(h[:]) {
		case 0: // to the end of the file
			x.end = to
			if to != b.s.Size() {
				return nil, errDamaged
			}
		case 1:
			if n < 16 || binary.BigEndian.Uint64(h[8:]) > uint64(to) {
				return nil, errDamaged
			}
			x.body, x.end = at+16, at+int64(binary.BigEndian.Uint64(h[8:]))
		}
		if x.end < x.body || x.end > to {
			return nil, errDamaged
		}
		out = append(out, x)
		at = x.end
	}
	return out, nil
}

// empty makes a box free space: its name and all that it holds.
func (b *boxes) empty(x box) {
	b.patches = append(b.patches, patch{x.at + 4, []byte("free"), 4}, patch{x.body, nil, x.end - x.body})
}

// inside empties what a box must not hold and gives the rest.
func (b *boxes) inside(x box, keep []string) ([]box, error) {
	list, err := b.list(x.body, x.end)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(y box) bool {
		if slices.Contains(keep, y.name) && y.name != "free" {
			return false
		}
		b.empty(y)
		return true
	}), nil
}

func (b *boxes) movie(x box) error {
	list, err := b.inside(x, inMovie)
	if err != nil {
		return err
	}
	for _, y := range list {
		switch y.name {
		case "mvhd":
			b.timeless(y)
		case "trak":
			if err := b.track(y); err != nil {
				return err
			}
		}
	}
	return nil
}

// timeless zeroes the two moments of a header: when made, when changed.
func (b *boxes) timeless(x box) {
	var version [1]byte
	if _, err := b.s.ReadAt(version[:], x.body); err != nil {
		return
	}
	n := int64(8)
	if version[0] == 1 {
		n = 16
	}
	if x.body+4+n <= x.end {
		b.patches = append(b.patches, patch{x.body + 4, nil, n})
	}
}

// track cleans a track of picture or sound; any other (places by the second,
// subtitles, camera data) goes with its samples.
func (b *boxes) track(x box) error {
	all, err := b.list(x.body, x.end)
	if err != nil {
		return err
	}
	handler, stbl, err := b.handler(all)
	if err != nil {
		return err
	}
	switch handler {
	case "vide":
		b.video = true
	case "soun":
		b.sound = true
	default:
		if err := b.samples(stbl); err != nil {
			return err
		}
		b.empty(x)
		return nil
	}
	list, err := b.inside(x, inTrack)
	if err != nil {
		return err
	}
	for _, y := range list {
		switch y.name {
		case "tkhd":
			b.timeless(y)
		case "mdia":
			inner, err := b.inside(y, inMedia)
			if err != nil {
				return err
			}
			for _, z := range inner {
				if z.name == "mdhd" {
					b.timeless(z)
				}
			}
		}
	}
	return nil
}

// handler tells what a track is, and gives its table of samples.
func (b *boxes) handler(track []box) (kind string, stbl []box, err error) {
	media, ok := named(track, "mdia")
	if !ok {
		return "", nil, errDamaged
	}
	list, err := b.list(media.body, media.end)
	if err != nil {
		return "", nil, err
	}
	if h, ok := named(list, "hdlr"); ok && h.end-h.body >= 12 {
		var name [4]byte
		if _, err := b.s.ReadAt(name[:], h.body+8); err != nil {
			return "", nil, errDamaged
		}
		kind = string(name[:])
	}
	if info, ok := named(list, "minf"); ok {
		parts, err := b.list(info.body, info.end)
		if err != nil {
			return "", nil, err
		}
		if t, ok := named(parts, "stbl"); ok {
			if stbl, err = b.list(t.body, t.end); err != nil {
				return "", nil, err
			}
		}
	}
	return kind, stbl, nil
}

func named(list []box, name string) (box, bool) {
	for _, x := range list {
		if x.name == name {
			return x, true
		}
	}
	return box{}, false
}

// table reads the rows of a sample table: numbers of so many bytes behind a head.
func (b *boxes) table(x box, head int64) ([]byte, error) {
	n := x.end - x.body - head
	if n < 0 || n > 8<<20 {
		return nil, errDamaged
	}
	out := make([]byte, n)
	if n == 0 {
		return out, nil
	}
	_, err := b.s.ReadAt(out, x.body+head)
	if err != nil && err != io.EOF { //nolint:errorlint // ReadAt gives it bare
		return nil, errDamaged
	}
	return out, nil
}

// samples zeroes where the samples of a track lie. Without the size of every
// chunk, all up to the next known thing would have to go: such a file is refused.
func (b *boxes) samples(stbl []box) error {
	places, wide := named(stbl, "stco")
	width := int64(4)
	if !wide {
		if places, wide = named(stbl, "co64"); !wide {
			return nil // a track without samples
		}
		width = 8
	}
	chunks, err := b.table(places, 8)
	if err != nil {
		return err
	}
	sizesAt, ok1 := named(stbl, "stsz")
	runsAt, ok2 := named(stbl, "stsc")
	if !ok1 || !ok2 {
		return errDamaged
	}
	sizes, err := b.table(sizesAt, 4)
	if err != nil || len(sizes) < 8 {
		return errDamaged
	}
	runs, err := b.table(runsAt, 8)
	if err != nil {
		return err
	}
	each, sample := int64(binary.BigEndian.Uint32(sizes)), 0
	sizes = sizes[8:]
	for i := int64(0); (i+1)*width <= int64(len(chunks)); i++ {
		at := int64(binary.BigEndian.Uint32(chunks[i*width:]))
		if width == 8 {
			at = int64(binary.BigEndian.Uint64(chunks[i*width:]) & (1<<62 - 1))
		}
		total := int64(0)
		for range perChunk(runs, i+1) {
			n := each
			if each == 0 {
				if (sample+1)*4 > len(sizes) {
					return errDamaged
				}
				n = int64(binary.BigEndian.Uint32(sizes[sample*4:]))
			}
			total += n
			sample++
		}
		if total > 0 && at+total <= b.s.Size() {
			b.patches = append(b.patches, patch{at, nil, total})
		}
	}
	return nil
}

// perChunk is how many samples a chunk, counted from 1, holds.
func perChunk(runs []byte, chunk int64) int {
	n := 0
	for i := 0; (i+1)*12 <= len(runs); i++ {
		if int64(binary.BigEndian.Uint32(runs[i*12:])) > chunk {
			break
		}
		n = int(min(binary.BigEndian.Uint32(runs[i*12+4:]), 1<<20))
	}
	return n
}
