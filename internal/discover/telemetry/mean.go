package telemetry

import (
	"math/big"

	"github.com/qingshao/qingshao/internal/decimal"
)

// figure is a number with the digits that it was given with: a calculated one
// keeps more of them than are shown.
type figure struct {
	num    decimal.Decimal
	digits int8
}

func plain(d *decimal.Decimal) (figure, bool) {
	if d == nil {
		return figure{}, false
	}
	return figure{*d, d.Scale}, true
}

// precise is a shown number in the precision that it was calculated with.
func precise(shown, exact *decimal.Decimal) (figure, bool) {
	f, ok := plain(shown)
	if ok && exact != nil {
		f.num = *exact
	}
	return f, ok
}

// rounded gives a calculated number as it is shown, rounded once, and with 15
// digits for what is calculated from it. The second is nil when they are equal.
func rounded(r *big.Rat, digits int8) (shown, exact *decimal.Decimal) {
	d, ok := decimal.FromRat(r, min(digits, 12))
	if !ok {
		return nil, nil
	}
	if d.Rat().Cmp(r) == 0 {
		return &d, nil
	}
	f, _ := r.Float64()
	if e, ok := decimal.FromFloat(f); ok {
		exact = &e
	}
	return &d, exact
}

// mean is the plain mean of the numbers that are there, nil of none, and the
// finest digits among them.
func mean[T any](list []T, get func(T) (figure, bool)) (*big.Rat, int8) {
	return weighted(list, get, nil)
}

// weighted is the mean weighted by w (nil = alike); entries without a number or
// with a weight of zero or less do not count.
func weighted[T any](list []T, get func(T) (figure, bool), w func(T) *decimal.Decimal) (*big.Rat, int8) {
	total, weight := new(big.Rat), new(big.Rat)
	digits := int8(0)
	for _, x := range list {
		f, ok := get(x)
		if !ok {
			continue
		}
		k := big.NewRat(1, 1)
		if w != nil {
			q := w(x)
			if q == nil || q.Mantissa <= 0 {
				continue
			}
			k = q.Rat()
		}
		total.Add(total, new(big.Rat).Mul(f.num.Rat(), k))
		weight.Add(weight, k)
		digits = max(digits, f.digits)
	}
	if weight.Sign() == 0 {
		return nil, 0
	}
	return total.Quo(total, weight), digits
}

func sum[T any](list []T, get func(T) *decimal.Decimal) *decimal.Decimal {
	total, scale, any := new(big.Rat), int8(0), false
	for _, x := range list {
		if d := get(x); d != nil {
			total.Add(total, d.Rat())
			scale, any = max(scale, d.Scale), true
		}
	}
	if !any {
		return nil
	}
	d, ok := decimal.FromRat(total, scale)
	if !ok {
		return nil
	}
	return &d
}

func extreme[T any](list []T, sign int, get func(T) *decimal.Decimal) *decimal.Decimal {
	var best *decimal.Decimal
	for _, x := range list {
		if d := get(x); d != nil && (best == nil || d.Cmp(*best) == sign) {
			best = d
		}
	}
	return best
}

func first(a, b *decimal.Decimal) *decimal.Decimal {
	if a != nil {
		return a
	}
	return b
}
