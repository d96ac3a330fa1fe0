package hj212

import (
	"hash/maphash"
)

// Pair is one name=value of the data area. Value is the original text without
// blanks at its ends; both point into the area.
type Pair struct {
	Name, Value []byte
}

// Item is all that one data area says about one code: a factor (因子), a facility
// (SB1) or an information code (i11001). Pairs are in the order they were sent.
type Item struct {
	Code  []byte
	Pairs []Pair
}

// Get returns the value of the first pair called name, matched without regard to
// case, and whether there is one.
func (it *Item) Get(name string) (value []byte, ok bool) { return get(it.Pairs, name) }

// Area is a data area (数据区) taken apart. It is owned by the caller and reused:
// Parse overwrites it and, once grown, allocates nothing. The byte slices in it
// point into the area that was parsed.
type Area struct {
	// Params holds the pairs without a code, such as DataTime, in the order sent.
	Params []Pair
	// Items holds one entry for each code, in the order of first appearance.
	Items []Item

	pairs  []Pair      // backs Items[i].Pairs
	found  []itemEntry // one for each item
	bucket [buckets]uint16
	owner  []uint16 // the item of each pair, only when items lie apart
	sorted []Pair   // pairs by item, only when items lie apart
}

// itemEntry is what interning a code and grouping its pairs need.
type itemEntry struct {
	key   uint64 // code packed, or hashed when longer than 8 bytes
	first int32  // its first pair
	chain uint16 // the next item of the same bucket + 1
}

const buckets = 64

// codeSeed keeps a sender from choosing codes that all meet in one bucket.
var codeSeed = maphash.String(maphash.MakeSeed(), "hj212") | 1

// Forget lets go of the bytes that the area points into and keeps its own memory
// for the next, e.g. while it waits for somebody else's frame.
func (a *Area) Forget() {
	clear(a.Params[:cap(a.Params)])
	clear(a.Items[:cap(a.Items)])
	clear(a.pairs[:cap(a.pairs)])
	clear(a.sorted[:cap(a.sorted)])
	a.Params, a.Items, a.pairs, a.sorted = a.Params[:0], a.Items[:0], a.pairs[:0], a.sorted[:0]
}

// Param returns the value of the first parameter called name, matched without
// regard to case, and whether there is one.
func (a *Area) Param(name string) (value []byte, ok bool) { return get(a.Params, name) }

// Item returns the item of a code, or nil.
func (a *Area) Item(code string) *Item {
	for i := range a.Items {
		if string(a.Items[i].Code) == code {
			return &a.Items[i]
		}
	}
	return nil
}

func get(pairs []Pair, name string) ([]byte, bool) {
	for i := range pairs {
		if equalFold(pairs[i].Name, name) {
			return pairs[i].Value, true
		}
	}
	return nil, false
}

// equalFold compares names without regard to case, byte by byte: names are ASCII,
// and what is not neither folds to a letter nor equals other broken bytes.
func equalFold[P, Q []byte | string](p P, q Q) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range len(p) {
		a, b := p[i], q[i]
		if a != b && (a|0x20 != b|0x20 || a|0x20 < 'a' || a|0x20 > 'z') {
			return false
		}
	}
	return true
}

// ParseItems takes the data area of the frame apart into a and returns what was
// tolerated in it. It is a.Parse(f.Area).
func (f *Frame) ParseItems(a *Area) Warnings { return a.Parse(f.Area) }

// Parse takes a data area apart and returns what was tolerated. Pairs are
// grouped by their code, whatever separator stands between them, and items of
// one code are merged. Text without = becomes a parameter without a value.
func (a *Area) Parse(area []byte) Warnings {
	s := a.scan(area, false)
	if s.again {
		s = a.scan(area, true)
		a.regroup()
	}
	a.attach()
	if s.twice {
		s.w |= a.repeated()
	}
	return s.w
}

// regroup sorts the pairs by their items, keeping their order within each.
func (a *Area) regroup() {
	for n := range a.found {
		a.found[n].first = 0
	}
	for _, n := range a.owner {
		a.found[n].first++
	}
	sum := int32(0)
	for n := range a.found {
		sum, a.found[n].first = sum+a.found[n].first, sum
	}
	if cap(a.sorted) < len(a.pairs) {
		a.sorted = make([]Pair, len(a.pairs), cap(a.pairs))
	}
	a.sorted = a.sorted[:len(a.pairs)]
	for i, n := range a.owner {
		a.sorted[a.found[n].first] = a.pairs[i]
		a.found[n].first++
	}
	for n := len(a.found) - 1; n > 0; n-- {
		a.found[n].first = a.found[n-1].first
	}
	if len(a.found) > 0 {
		a.found[0].first = 0
	}
	a.pairs, a.sorted = a.sorted, a.pairs
}

// attach gives each item its range of pairs.
func (a *Area) attach() {
	end := int32(len(a.pairs))
	for n := len(a.found) - 1; n >= 0; n-- {
		first := a.found[n].first
		a.Items[n].Pairs = a.pairs[first:end:end]
		end = first
	}
}

// comparedPairs bounds the work of repeated on an item with absurdly many pairs.
const comparedPairs = 32

// repeated warns of a name that occurs twice in one item, looking back over at
// most comparedPairs pairs.
func (a *Area) repeated() Warnings {
	for n := range a.Items {
		pairs := a.Items[n].Pairs
		for i := 1; i < len(pairs); i++ {
			for j := max(0, i-comparedPairs); j < i; j++ {
				if sameName(pairs[i].Name, pairs[j].Name) {
					return WarnKeyTwice.Bit()
				}
			}
		}
	}
	return 0
}

// sameName compares two attribute names without regard to case.
func sameName(p, q []byte) bool {
	return equalFold(p, q)
}

// paramName warns of a parameter name that is empty or not written as in the
// standard.
func paramName(name []byte) Warnings {
	if len(name) == 0 {
		return WarnEmptyItem.Bit()
	}
	if len(name) == 4 && equalFold(name, "Flag") {
		return WarnBareFlag.Bit()
	}
	return attributeName(name)
}

// attributeName warns of a name that starts with a lower-case letter or is
// written in capitals, by its second, third and last. SN, RS, EFlag, ZsRtd,
// SKCreateTime, PNUM and PNO are the standard's own.
func attributeName(name []byte) Warnings {
	n := len(name)
	if n > 0 && name[0]-'a' < 26 || n > 2 && name[1]-'A' < 26 && name[2]-'A' < 26 && name[n-1]-'A' < 26 &&
		string(name) != "PNUM" && string(name) != "PNO" {
		return WarnNameCase.Bit()
	}
	return 0
}
