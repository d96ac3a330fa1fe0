// Package assess is the arithmetic that the assessment of air and water shares:
// exact means, percentiles and trends of values of the state of the environment
// (环境质量评价). Values are exact fractions until they are rounded, once, half to
// even (GB/T 8170); nothing here is a binary fraction.
//
// The standards themselves stand in assess/air and assess/water. These packages
// are pure: no store, no clock; features call them.
package assess

import (
	"cmp"
	"math/big"
	"math/bits"
	"slices"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Sum adds decimals exactly and quickly. Its zero value is an empty sum.
type Sum struct {
	mantissa int64
	scale    int8
	n        int
	big      *big.Rat // takes over what no longer fits
}

// Add adds one value.
func (s *Sum) Add(d decimal.Decimal) {
	s.n++
	if s.big == nil {
		a, ok := raise(s.mantissa, d.Scale-s.scale)
		b, ok2 := raise(d.Mantissa, s.scale-d.Scale)
		if sum := a + b; ok && ok2 && (a >= 0) == (b < 0) || ok && ok2 && (sum >= 0) == (a >= 0) {
			s.mantissa, s.scale = a+b, max(s.scale, d.Scale)
			return
		}
		s.big = decimal.Decimal{Mantissa: s.mantissa, Scale: s.scale}.Rat()
	}
	s.big.Add(s.big, d.Rat())
}

// Len is how many values were added.
func (s *Sum) Len() int { return s.n }

// Mean is the exact mean, nil of nothing.
func (s *Sum) Mean() *big.Rat {
	if s.n == 0 {
		return nil
	}
	if s.big != nil {
		return new(big.Rat).Quo(s.big, big.NewRat(int64(s.n), 1))
	}
	if den, ok := raise(int64(s.n), s.scale); ok {
		return big.NewRat(s.mantissa, den)
	}
	sum := decimal.Decimal{Mantissa: s.mantissa, Scale: s.scale}.Rat()
	return sum.Quo(sum, big.NewRat(int64(s.n), 1))
}

var powers = func() (p [19]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// raise is v × 10^by for a positive by, v otherwise; false when it does not fit.
func raise(v int64, by int8) (int64, bool) {
	if by <= 0 || v == 0 {
		return v, true
	}
	if int(by) >= len(powers) {
		return 0, false
	}
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	high, low := bits.Mul64(u, powers[by])
	if high != 0 || low > 1<<62 {
		return 0, false
	}
	if v < 0 {
		return -int64(low), true
	}
	return int64(low), true
}

// Mean is the exact mean of fractions, nil of nothing.
func Mean(values []*big.Rat) *big.Rat {
	if len(values) == 0 {
		return nil
	}
	if r := quickMean(values); r != nil {
		return r
	}
	sum := new(big.Rat)
	for _, v := range values {
		sum.Add(sum, v)
	}
	return sum.Quo(sum, big.NewRat(int64(len(values)), 1))
}

// quickMean is the mean in machine words, nil when they do not hold it. Hourly
// means have few and small denominators, so that they nearly always do.
func quickMean(values []*big.Rat) *big.Rat {
	const room = 1 << 31
	num, den := int64(0), int64(1)
	for _, v := range values {
		if !v.Num().IsInt64() || !v.Denom().IsInt64() {
			return nil
		}
		n, d := v.Num().Int64(), v.Denom().Int64()
		if den%d != 0 {
			g := gcd(den, d)
			if d/g > room/den || num > room*room/(d/g) || num < -room*room/(d/g) {
				return nil
			}
			num *= d / g
			den *= d / g
		}
		if n > room || n < -room || num > room*room/2 || num < -room*room/2 {
			return nil
		}
		num += n * (den / d)
	}
	return big.NewRat(num, den*int64(len(values)))
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Percentile is the p-th percentile by linear interpolation (HJ 663): at
// 1 + (n−1)·p/100 of the sorted values. It is nil of nothing; values stay as they
// are.
func Percentile(values []*big.Rat, p int64) *big.Rat {
	n := int64(len(values))
	if n == 0 {
		return nil
	}
	sorted := ascending(values)
	at := (n - 1) * p // in hundredths of a place, from the first
	s, rest := at/100, at%100
	if s >= n-1 || rest == 0 {
		return sorted[min(s, n-1)]
	}
	step := new(big.Rat).Sub(sorted[s+1], sorted[s])
	step.Mul(step, big.NewRat(rest, 100))
	return step.Add(step, sorted[s])
}

// ascending sorts a copy. The nearest float64 never turns an order round, so that
// fractions themselves are compared only where it is the same.
func ascending(values []*big.Rat) []*big.Rat {
	type keyed struct {
		near  float64
		exact *big.Rat
	}
	list := make([]keyed, len(values))
	for i, v := range values {
		list[i].near, _ = v.Float64()
		list[i].exact = v
	}
	slices.SortFunc(list, func(a, b keyed) int {
		if a.near != b.near {
			return cmp.Compare(a.near, b.near)
		}
		return a.exact.Cmp(b.exact)
	})
	out := make([]*big.Rat, len(values))
	for i, k := range list {
		out[i] = k.exact
	}
	return out
}

// Round rounds to the digits behind the point, half to even.
func Round(r *big.Rat, digits int8) decimal.Decimal {
	d, ok := decimal.FromRat(r, digits)
	if !ok {
		panic("assess: a value beyond int64") // values of nature are far below
	}
	return d
}

// Rat makes fractions of decimal texts, for tables.
func Rat(text string) *big.Rat { return decimal.Must(text).Rat() }

// Spearman is the rank correlation of values with their order in time, and
// whether it is significant (p = 0.05); ok is false for fewer than five values,
// or a number of them without a bound. Equal values share their mean rank.
func Spearman(values []*big.Rat) (r float64, significant, ok bool) {
	n := len(values)
	bound, known := spearmanBounds[n]
	if !known {
		return 0, false, false
	}
	sum := 0.0
	for i, v := range values {
		below, same := 0, 0
		for _, w := range values {
			switch v.Cmp(w) {
			case 1:
				below++
			case 0:
				same++
			}
		}
		d := float64(below) + float64(same+1)/2 - float64(i+1)
		sum += d * d
	}
	r = 1 - 6*sum/float64(n*n*n-n)
	return r, r >= bound || r <= -bound, true
}

var spearmanBounds = map[int]float64{5: 0.900, 6: 0.829, 7: 0.714, 8: 0.643, 9: 0.600, 10: 0.564, 12: 0.506}
