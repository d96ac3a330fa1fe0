package telemetry

import (
	"encoding/binary"
	"errors"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/factor"
)

// The packed form of a frame's factors, 1 byte version and then for each factor
//
//	code   uvarint: 1 + letter*100000 + digits for a letter and 5 digits, else 0, length, text
//	flag   0 none, 1 to 254 the one character, 255 length and text
//	set    uvarint: bit m says that measure m follows
//	value  uvarint for each: zigzag mantissa<<4 | scale (0 to 14), or length<<4 | 15 and the text
//
// so that the exact text of every number can be given back.
const packedVersion = 1

const (
	packedText = 15
	maxScale   = 14
	maxPacked  = 1 << 58
)

// appendPacked packs the items of a data area onto dst. Of an attribute that is
// repeated in one item the first counts; all of them are in the raw frame.
func appendPacked(dst []byte, items []hj212.Item) []byte {
	dst = append(dst, packedVersion)
	for i := range items {
		var at [measureCount]int8
		var set uint64
		var flag []byte
		flagged := false
		for j := range items[i].Pairs {
			p := &items[i].Pairs[j]
			if m, ok := measureOf(p.Name); ok {
				if set&(1<<m) == 0 && j < 127 {
					set |= 1 << m
					at[m] = int8(j)
				}
			} else if !flagged && isFlag(p.Name) {
				flag, flagged = p.Value, true
			}
		}
		dst = appendCode(dst, items[i].Code)
		dst = appendFlag(dst, flag)
		dst = binary.AppendUvarint(dst, set)
		for m := Measure(0); m < measureCount; m++ {
			if set&(1<<m) != 0 {
				dst = appendValue(dst, items[i].Pairs[at[m]].Value)
			}
		}
	}
	return dst
}

func isFlag(name []byte) bool {
	return len(name) == 4 && name[0]|0x20 == 'f' && name[1]|0x20 == 'l' && name[2]|0x20 == 'a' && name[3]|0x20 == 'g'
}

func appendCode(dst, code []byte) []byte {
	if len(code) == 6 && code[0] >= 'a' && code[0] <= 'z' {
		n := uint64(0)
		for _, c := range code[1:] {
			if c-'0' > 9 {
				n = 1 << 20
				break
			}
			n = n*10 + uint64(c-'0')
		}
		if n < 100000 {
			return binary.AppendUvarint(dst, 1+uint64(code[0]-'a')*100000+n)
		}
	}
	dst = append(dst, 0)
	return appendText(dst, code)
}

func appendFlag(dst, flag []byte) []byte {
	switch {
	case len(flag) == 0:
		return append(dst, 0)
	case len(flag) == 1 && flag[0] > 0 && flag[0] < 255:
		return append(dst, flag[0])
	}
	return appendText(append(dst, 255), flag)
}

func appendValue(dst, text []byte) []byte {
	d, ok := hj212.ParseDecimal(text)
	if ok && d.Scale <= maxScale && d.Mantissa > -maxPacked && d.Mantissa < maxPacked && d.Exact(text) {
		zigzag := uint64(d.Mantissa<<1) ^ uint64(d.Mantissa>>63)
		return binary.AppendUvarint(dst, zigzag<<4|uint64(d.Scale))
	}
	dst = binary.AppendUvarint(dst, uint64(len(text))<<4|packedText)
	return append(dst, text...)
}

func appendText(dst, text []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

var errPacked = errors.New("telemetry: damaged packed row")

// unpack reads the packed form of a frame sent under system code st.
func unpack(data []byte, st string) ([]Item, error) {
	r := packedReader{rest: data}
	if v := r.byte(); v != packedVersion {
		return nil, errPacked
	}
	var items []Item
	for len(r.rest) > 0 && !r.bad {
		it := Item{Code: r.code(), Flag: r.flag()}
		it.Factor = factor.Canonical(st, it.Code)
		set := r.uvarint()
		for m := Measure(0); m < measureCount; m++ {
			if set&(1<<m) != 0 {
				it.Values = append(it.Values, r.value(m))
			}
		}
		if set>>measureCount != 0 {
			return nil, errPacked
		}
		items = append(items, it)
	}
	if r.bad {
		return nil, errPacked
	}
	return items, nil
}

type packedReader struct {
	rest []byte
	bad  bool
}

func (r *packedReader) byte() byte {
	if len(r.rest) == 0 {
		r.bad = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *packedReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *packedReader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *packedReader) bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *packedReader) code() string {
	n := r.uvarint()
	if n == 0 {
		return string(r.bytes(r.uvarint()))
	}
	n--
	if n >= 26*100000 {
		r.bad = true
		return ""
	}
	code := [6]byte{'a' + byte(n/100000)}
	for i, m := 5, n%100000; i > 0; i, m = i-1, m/10 {
		code[i] = '0' + byte(m%10)
	}
	return string(code[:])
}

func (r *packedReader) flag() string {
	switch b := r.byte(); b {
	case 0:
		return ""
	case 'N':
		return "N"
	case 255:
		return string(r.bytes(r.uvarint()))
	default:
		return string([]byte{b})
	}
}

func (r *packedReader) value(m Measure) Value {
	u := r.uvarint()
	if u&15 != packedText {
		zigzag := u >> 4
		return Value{Measure: m, IsNum: true, Number: decimal.Decimal{Mantissa: int64(zigzag>>1) ^ -int64(zigzag&1), Scale: int8(u & 15)}}
	}
	text := r.bytes(u >> 4)
	d, ok := hj212.ParseDecimal(text)
	return Value{Measure: m, IsNum: ok, Number: decimal.Decimal(d), Text: string(text)}
}
