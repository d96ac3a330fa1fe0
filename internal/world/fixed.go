package world

import (
	"math/bits"
	"strconv"
	"strings"
)

// fixed is a number in units of 2^-20. Floating point would make the same seed
// give other digits on other processors (fused operations); integers do not.
// Magnitudes stay below 2^33 (8e9), so that a product with a factor up to 2^10
// fits an int64; mul takes 128 bits in between.
type fixed int64

const (
	fixedBits       = 20
	one       fixed = 1 << fixedBits
)

// f makes a fixed of thousandths: f(1500) is 1.5.
func f(thousandths int64) fixed { return fixed(thousandths * int64(one) / 1000) }

func mul(a, b fixed) fixed {
	neg := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(abs(a), abs(b))
	v := fixed(hi<<(64-fixedBits) | lo>>fixedBits)
	if neg {
		return -v
	}
	return v
}

// div is a/b for b other than 0.
func div(a, b fixed) fixed {
	neg := (a < 0) != (b < 0)
	ua := abs(a)
	q, _ := bits.Div64(ua>>(64-fixedBits), ua<<fixedBits, abs(b))
	if neg {
		return -fixed(q)
	}
	return fixed(q)
}

func abs(a fixed) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

func clamp(v, lo, hi fixed) fixed { return max(lo, min(v, hi)) }

// text writes v with the given digits behind the point, rounded half to even
// (GB/T 8170 四舍六入五成双).
func (v fixed) text(digits int) string {
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	n := roundShift(abs(v), uint64(unit))
	s := strconv.FormatUint(n, 10)
	if digits > 0 {
		if missing := digits + 1 - len(s); missing > 0 {
			s = strings.Repeat("0", missing) + s
		}
		s = s[:len(s)-digits] + "." + s[len(s)-digits:]
	}
	if v < 0 && n != 0 {
		return "-" + s
	}
	return s
}

// roundShift is a*b / 2^20, rounded half to even.
func roundShift(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	q := hi<<(64-fixedBits) | lo>>fixedBits
	rest, half := lo&(1<<fixedBits-1), uint64(1)<<(fixedBits-1)
	if rest > half || rest == half && q&1 == 1 {
		q++
	}
	return q
}

// mean is sum/n rounded toward zero, for sums of many readings.
func mean(sum fixed, n int) fixed { return sum / fixed(n) }

// mix turns a number into an unrelated one (splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyOf makes a noise key of the seed and names (FNV-1a, then mixed).
func keyOf(seed uint64, names ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, n := range names {
		for i := range len(n) {
			h = (h ^ uint64(n[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return mix(seed ^ mix(h))
}

// share is a value in [0, 1) that belongs to key and n alone.
func share(key uint64, n int64) fixed { return fixed(mix(key^mix(uint64(n))) >> (64 - fixedBits)) }

// wave is smooth noise in [-1, 1] over time t (seconds): unrelated knots every
// period seconds, joined by 3x²-2x³.
func wave(key uint64, t, period int64) fixed {
	n, rest := t/period, t%period
	if rest < 0 {
		n, rest = n-1, rest+period
	}
	a, b := 2*share(key, n)-one, 2*share(key, n+1)-one
	x := fixed(rest * int64(one) / period)
	s := mul(mul(x, x), 3*one-2*x)
	return a + mul(b-a, s)
}
