// Package decimal is the exact decimal number of limits and measured values:
// 35.0 stays 35.0, and a comparison with a limit never suffers from binary
// rounding. It adds no unit and knows nothing of pollutants.
package decimal

import (
	"bytes"
	"cmp"
	"database/sql/driver"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Decimal is Mantissa / 10^Scale, Scale 0 to 18. Its zero value is 0. Values of
// different scale may be equal (35 and 35.0): compare them with Cmp, not ==.
type Decimal struct {
	Mantissa int64
	Scale    int8
}

// Parse reads an optional sign, digits and an optional point; anything else, and
// digits beyond int64, are refused.
func Parse(s string) (Decimal, error) {
	whole, part, point := strings.Cut(s, ".")
	digits := strings.TrimLeft(whole, "+-") + part
	m, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || digits == "" || len(whole)+len(part) > len(digits)+1 || len(part) > 18 ||
		point && strings.ContainsAny(part, "+-") || strings.Contains(s, "_") {
		return Decimal{}, fmt.Errorf("not a decimal number: %q", s)
	}
	return Decimal{Mantissa: m, Scale: int8(len(part))}, nil
}

// Must is Parse for constants in the program; it panics on wrong text.
func Must(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// FromFloat gives the shortest decimal that reads back as f: exact for every
// number that was written with at most 15 digits. It reports false when f is
// not finite or does not fit.
func FromFloat(f float64) (Decimal, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, false
	}
	d, err := Parse(strconv.FormatFloat(f, 'f', -1, 64))
	return d, err == nil
}

// FromRat rounds r to the given number of digits behind the point, half to even
// (GB/T 8170 四舍六入五成双). It reports false when the result does not fit.
func FromRat(r *big.Rat, scale int8) (Decimal, bool) {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	n := new(big.Int).Mul(r.Num(), unit)
	q, rest := new(big.Int).QuoRem(n, r.Denom(), new(big.Int))
	twice := rest.Abs(rest).Lsh(rest, 1)
	if c := twice.Cmp(r.Denom()); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(r.Sign())))
	}
	if !q.IsInt64() {
		return Decimal{}, false
	}
	return Decimal{Mantissa: q.Int64(), Scale: scale}, true
}

// String writes d in plain form with Scale digits behind the point.
func (d Decimal) String() string {
	text, sign := strconv.FormatInt(d.Mantissa, 10), ""
	if d.Mantissa < 0 {
		text, sign = text[1:], "-"
	}
	if d.Scale <= 0 {
		return sign + text
	}
	if missing := int(d.Scale) + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	at := len(text) - int(d.Scale)
	return sign + text[:at] + "." + text[at:]
}

// Float64 is the float64 nearest to d.
func (d Decimal) Float64() float64 {
	if d.Scale >= 0 && int(d.Scale) < len(exactPowers) && -exactWhole <= d.Mantissa && d.Mantissa <= exactWhole {
		return float64(d.Mantissa) / exactPowers[d.Scale] // both exact, so that the one rounding is right
	}
	f, _ := d.Rat().Float64()
	return f
}

// Whole numbers up to exactWhole and these powers of ten are exact in a float64.
const exactWhole = 1 << 53

var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Rat is d as an exact fraction.
func (d Decimal) Rat() *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil)
	return new(big.Rat).SetFrac(big.NewInt(d.Mantissa), unit)
}

// Cmp compares the numbers exactly: -1, 0 or +1.
func (d Decimal) Cmp(e Decimal) int {
	if d.Scale == e.Scale {
		return cmp.Compare(d.Mantissa, e.Mantissa)
	}
	a, ok := d.raised(e.Scale - d.Scale)
	b, ok2 := e.raised(d.Scale - e.Scale)
	if ok && ok2 {
		return cmp.Compare(a, b)
	}
	return d.Rat().Cmp(e.Rat())
}

var powers = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// raised is the mantissa with by more digits behind the point, as it is when by
// is not positive; false when it does not fit.
func (d Decimal) raised(by int8) (int64, bool) {
	if by <= 0 {
		return d.Mantissa, true
	}
	m := uint64(d.Mantissa)
	if d.Mantissa < 0 {
		m = -m
	}
	if int(by) >= len(powers) {
		return 0, false
	}
	high, low := bits.Mul64(m, powers[by])
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if d.Mantissa < 0 {
		return -int64(low), true
	}
	return int64(low), true
}

// MarshalJSON writes a JSON number with all its digits.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads a JSON number or a string that holds one.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	v, err := Parse(string(bytes.Trim(text, `"`)))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value stores d as TEXT, so that both engines keep every digit.
func (d Decimal) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads what Value stored.
func (d *Decimal) Scan(src any) error {
	var s string
	switch v := src.(type) {
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return fmt.Errorf("decimal from %T", src)
	}
	v, err := Parse(s)
	if err != nil {
		return err
	}
	*d = v
	return nil
}
