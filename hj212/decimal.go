package hj212

import (
	"math"
	"strconv"
)

// Decimal is a decimal number taken from its text without rounding: its value is
// Mantissa / 10^Scale.
type Decimal struct {
	Mantissa int64
	Scale    int8 // digits behind the point, 0 to 18
}

// ParseDecimal reads an optional sign, digits and an optional point. It reports
// false for anything else: exponents, blanks, several points, no digit at all,
// and numbers of which the digits do not fit an int64. d.Append gives the text
// back unless it had a plus sign, a minus sign before zero, leading zeros, no digit before the point, or a
// point without digits behind it.
func ParseDecimal(text []byte) (d Decimal, ok bool) {
	p := text
	negative := false
	if len(p) > 0 && (p[0] == '-' || p[0] == '+') {
		negative = p[0] == '-'
		p = p[1:]
	}
	var m uint64
	count, point := 0, -1
	for i, c := range p {
		if c == '.' {
			if point >= 0 {
				return Decimal{}, false
			}
			point = i
			continue
		}
		if c-'0' > 9 || m > (math.MaxInt64-uint64(c-'0'))/10 {
			return Decimal{}, false
		}
		m = m*10 + uint64(c-'0')
		count++
	}
	if count == 0 {
		return Decimal{}, false
	}
	if point >= 0 {
		scale := len(p) - 1 - point
		if scale > 18 {
			return Decimal{}, false
		}
		d.Scale = int8(scale)
	}
	d.Mantissa = int64(m)
	if negative {
		d.Mantissa = -d.Mantissa
	}
	return d, true
}

// Exact reports whether d.Append writes text again, byte for byte.
func (d Decimal) Exact(text []byte) bool {
	var space [24]byte
	return string(d.Append(space[:0])) == string(text)
}

// Append writes d in plain decimal form with Scale digits behind the point.
func (d Decimal) Append(dst []byte) []byte {
	m := uint64(d.Mantissa)
	if d.Mantissa < 0 {
		dst = append(dst, '-')
		m = -m
	}
	var space [24]byte
	text := strconv.AppendUint(space[:0], m, 10)
	whole := len(text) - int(d.Scale) // digits before the point, if above 0
	switch {
	case d.Scale <= 0:
		return append(dst, text...)
	case whole > 0:
		dst = append(dst, text[:whole]...)
		dst = append(dst, '.')
		return append(dst, text[whole:]...)
	}
	dst = append(dst, "0."...)
	for ; whole < 0; whole++ {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// String returns d in plain decimal form.
func (d Decimal) String() string { return string(d.Append(nil)) }

// Float64 returns the float64 nearest to d.
func (d Decimal) Float64() float64 {
	if m := d.Mantissa; m > -1<<53 && m < 1<<53 {
		return float64(m) / pow10[d.Scale] // both exact, so the quotient is rounded once
	}
	var space [24]byte
	f, _ := strconv.ParseFloat(string(d.Append(space[:0])), 64)
	return f
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}
