package mapping

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/decimal"
)

// number reads what was sent for a point: a number, a text that is one, a truth
// value, or one of the point's words.
func (p *Point) number(sent any) (decimal.Decimal, bool) {
	var d decimal.Decimal
	ok := false
	switch v := sent.(type) {
	case bool:
		if n, named := p.States[strconv.FormatBool(v)]; named {
			return n, true
		}
		if ok = true; v {
			d.Mantissa = 1
		}
		return d, true
	case json.Number:
		if n, named := p.States[v.String()]; named {
			return n, true
		}
		d, ok = exact(v.String())
	case string:
		v = strings.TrimSpace(v)
		if n, named := p.States[v]; named {
			return n, true
		}
		d, ok = exact(v)
	}
	if !ok {
		return d, false
	}
	return p.scaled(d)
}

// exact reads decimal text, with an exponent where JSON has one. Digits beyond
// what a decimal holds are rounded off behind the point.
func exact(s string) (decimal.Decimal, bool) {
	if d, err := decimal.Parse(s); err == nil {
		return d, true
	}
	if len(s) > 40 {
		return decimal.Decimal{}, false
	}
	text, power, _ := strings.Cut(strings.ToLower(s), "e")
	n := 0
	if power != "" {
		var err error
		if n, err = strconv.Atoi(power); err != nil || n > 18 || n < -18 {
			return decimal.Decimal{}, false
		}
	}
	if strings.Trim(text, "+-.0123456789") != "" {
		return decimal.Decimal{}, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return decimal.Decimal{}, false
	}
	_, behind, _ := strings.Cut(text, ".")
	ten := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil))
	if n < 0 {
		ten.Inv(ten)
	}
	return rounded(r.Mul(r, ten), len(behind)-n)
}

// scaled is d × Scale + Offset.
func (p *Point) scaled(d decimal.Decimal) (decimal.Decimal, bool) {
	if p.Scale == nil && p.Offset == nil {
		return d, true
	}
	r, places := d.Rat(), int(d.Scale)
	if p.Scale != nil {
		r.Mul(r, p.Scale.Rat())
		places += int(p.Scale.Scale)
	}
	if p.Offset != nil {
		r.Add(r, p.Offset.Rat())
		places = max(places, int(p.Offset.Scale))
	}
	return rounded(r, places)
}

// rounded keeps as many of the wanted places as fit.
func rounded(r *big.Rat, places int) (decimal.Decimal, bool) {
	for at := min(max(places, 0), 18); at >= 0; at-- {
		if d, ok := decimal.FromRat(r, int8(at)); ok {
			return d, true
		}
	}
	return decimal.Decimal{}, false
}
