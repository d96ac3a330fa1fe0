package ambient

import (
	"encoding/binary"
	"errors"
	"math/big"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Hours are packed as
//
//	1 byte version; uvarint: bit h says that the hour from h:00 on is there; for each
//	flag   1 byte
//	value  uvarint: zigzag mantissa<<3 | scale
//
// and days of a month as
//
//	1 byte version; uvarint: bit d says that there is day d+1; for each
//	have   uvarint: hours behind it <<1 | valid
//	value  uvarint zigzag numerator, uvarint denominator
const packedVersion = 1

// The bounds of a value, so that a day's statistic fits two machine words.
const (
	maxScale    = 6
	maxMantissa = 1_000_000_000_000
)

var errPacked = errors.New("ambient: damaged packed row")

// valid is the flag of a value that counts.
const valid = 'N'

// slot is one hour; flag 0 = it is not there.
type slot struct {
	value decimal.Decimal
	flag  byte
}

// Slots are the hours of a day, from 0:00–1:00 on.
type slots [24]slot

func (s *slots) pack() []byte {
	mask := uint64(0)
	for h := range s {
		if s[h].flag != 0 {
			mask |= 1 << h
		}
	}
	out := binary.AppendUvarint(append(make([]byte, 0, 5+4*24), packedVersion), mask)
	for h := range s {
		if s[h].flag != 0 {
			out = append(out, s[h].flag)
			out = binary.AppendUvarint(out, zigzag(s[h].value.Mantissa)<<3|uint64(s[h].value.Scale))
		}
	}
	return out
}

func unpackSlots(data []byte) (s slots, err error) {
	if len(data) < 2 || data[0] != packedVersion {
		return s, errPacked
	}
	data = data[1:]
	mask, ok := take(&data)
	if !ok || mask>>24 != 0 {
		return s, errPacked
	}
	for h := range s {
		if mask&(1<<h) == 0 {
			continue
		}
		if len(data) == 0 || data[0] == 0 {
			return s, errPacked
		}
		s[h].flag = data[0]
		data = data[1:]
		v, ok := take(&data)
		if !ok || v&7 > maxScale {
			return s, errPacked
		}
		s[h].value = decimal.Decimal{Mantissa: unzigzag(v >> 3), Scale: int8(v & 7)}
	}
	if len(data) > 0 {
		return s, errPacked
	}
	return s, nil
}

// daily is what a day comes to; have 0 = nothing.
type daily struct {
	num, den int64
	have     int
	valid    bool
}

func (d daily) rat() *big.Rat {
	if d.have == 0 || d.den == 0 {
		return nil
	}
	return big.NewRat(d.num, d.den)
}

// month are the days of one month.
type month [31]daily

func (m *month) pack() []byte {
	mask := uint64(0)
	for i := range m {
		if m[i].have > 0 {
			mask |= 1 << i
		}
	}
	out := binary.AppendUvarint(append(make([]byte, 0, 6+6*31), packedVersion), mask)
	for i := range m {
		d := &m[i]
		if d.have == 0 {
			continue
		}
		v := uint64(d.have) << 1
		if d.valid {
			v |= 1
		}
		out = binary.AppendUvarint(out, v)
		out = binary.AppendUvarint(out, zigzag(d.num))
		out = binary.AppendUvarint(out, uint64(d.den))
	}
	return out
}

func unpackMonth(data []byte) (m month, err error) {
	if len(data) < 2 || data[0] != packedVersion {
		return m, errPacked
	}
	data = data[1:]
	mask, ok := take(&data)
	if !ok || mask>>31 != 0 {
		return m, errPacked
	}
	for i := range m {
		if mask&(1<<i) == 0 {
			continue
		}
		have, ok := take(&data)
		num, ok2 := take(&data)
		den, ok3 := take(&data)
		if !ok || !ok2 || !ok3 || have>>1 == 0 || den >= 1<<63 {
			return m, errPacked
		}
		m[i] = daily{num: unzigzag(num), den: int64(den), have: int(have >> 1), valid: have&1 == 1}
	}
	if len(data) > 0 {
		return m, errPacked
	}
	return m, nil
}

func take(data *[]byte) (uint64, bool) {
	v, n := binary.Uvarint(*data)
	if n <= 0 {
		return 0, false
	}
	*data = (*data)[n:]
	return v, true
}

func zigzag(v int64) uint64   { return uint64(v<<1) ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }
