package hj212

import (
	"bytes"
	"encoding/binary"
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

// equalFold compares ASCII names without regard to case.
func equalFold(p []byte, name string) bool {
	if len(p) != len(name) {
		return false
	}
	for i, c := range p {
		if d := name[i]; c != d && (c|0x20 != d|0x20 || !isAlnum(c) || isDigit(c)) {
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
	w, whole := a.scan(area, false)
	if !whole {
		w, _ = a.scan(area, true)
		a.regroup()
	}
	a.attach()
	return w | a.repeated()
}

// scan reads all pairs of area. With apart it notes the item of each pair;
// without it returns false at the first item that is taken up again.
func (a *Area) scan(area []byte, apart bool) (w Warnings, whole bool) {
	a.Params, a.Items, a.pairs = a.Params[:0], a.Items[:0], a.pairs[:0]
	a.found, a.owner, a.bucket = a.found[:0], a.owner[:0], [buckets]uint16{}
	current, coded, comma := -1, false, false
	for i := 0; i < len(area); {
		start, dash := i, -1
		i, dash = keyEnd(area, i)
		if i == len(area) || area[i] != '=' {
			w |= a.stray(area[start:i], start > 0 || i < len(area))
			comma = i < len(area) && area[i] == ','
			i++
			continue
		}
		keyStop := i
		valueStart := i + 1
		i = valueEnd(area, valueStart, &w)
		value := area[valueStart:i:i]
		if len(value) == 0 {
			w |= WarnEmptyValue.bit()
		} else if value[0] <= ' ' || value[len(value)-1] <= ' ' {
			w |= WarnBlank.bit()
			if value = trimBlanks(value); len(value) == 0 {
				w |= WarnEmptyValue.bit()
			}
		}
		if start == keyStop || area[start] <= ' ' || area[keyStop-1] <= ' ' {
			start, keyStop = trimKey(area, start, keyStop)
			w |= WarnBlank.bit()
		}
		if dash <= start || dash+1 >= keyStop {
			name := area[start:keyStop:keyStop]
			a.Params = append(a.Params, Pair{name, value})
			w |= paramName(name)
			coded = false
		} else {
			name := area[dash+1 : keyStop : keyStop]
			n := a.intern(area, start, dash, current)
			if n != current {
				if coded && comma {
					w |= WarnForeignCode.bit()
				}
				if n+1 < len(a.found) && !apart {
					return w, false
				}
			}
			a.pairs = append(a.pairs, Pair{name, value})
			if apart {
				a.owner = append(a.owner, uint16(n))
			}
			w |= attributeName(name)
			current, coded = n, true
		}
		comma = i < len(area) && area[i] == ','
		if i++; i == len(area) {
			w |= WarnEmptyItem.bit() // a separator and nothing behind it
		}
	}
	return w, true
}

// stray keeps text without = that stands between separators.
func (a *Area) stray(text []byte, separated bool) (w Warnings) {
	t := trimBlanks(text)
	if len(t) < len(text) {
		w |= WarnBlank.bit()
	}
	if len(t) > 0 {
		a.Params = append(a.Params, Pair{Name: t[:len(t):len(t)]})
		return w | WarnNoEquals.bit()
	}
	if separated {
		w |= WarnEmptyItem.bit()
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
			*w |= WarnLogOpen.bit()
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
	a.Items = append(a.Items, Item{Code: code})
	a.found = append(a.found, itemEntry{key: key, first: int32(len(a.pairs)), chain: *slot})
	*slot = uint16(len(a.Items))
	return len(a.Items) - 1
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
					return WarnKeyTwice.bit()
				}
			}
		}
	}
	return 0
}

// sameName compares two attribute names without regard to case.
func sameName(p, q []byte) bool {
	return len(p) == len(q) && p[0]|0x20 == q[0]|0x20 && bytes.EqualFold(p, q)
}

// paramName warns of a parameter name that is not written as in the standard.
func paramName(name []byte) Warnings {
	if len(name) == 4 && equalFold(name, "Flag") {
		return WarnBareFlag.bit()
	}
	return attributeName(name)
}

// attributeName warns of a name that starts with a lower-case letter or is
// written in capitals, by its second, third and last. SN, RS, EFlag, ZsRtd and
// SKCreateTime are the standard's own.
func attributeName(name []byte) Warnings {
	n := len(name)
	if n > 0 && name[0]-'a' < 26 || n > 2 && name[1]-'A' < 26 && name[2]-'A' < 26 && name[n-1]-'A' < 26 {
		return WarnNameCase.bit()
	}
	return 0
}
