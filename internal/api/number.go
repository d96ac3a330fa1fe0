package api

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Number is an exact decimal on the wire: a JSON number with all the digits that
// were measured or prescribed (35.0 stays 35.0).
type Number struct{ decimal.Decimal }

// Schema describes it as a number.
func (Number) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: "number"} }

// number gives a pointer for what may be absent.
func number(d *decimal.Decimal) *Number {
	if d == nil {
		return nil
	}
	return &Number{*d}
}

// digits is the way back.
func digits(n *Number) *decimal.Decimal {
	if n == nil {
		return nil
	}
	return &n.Decimal
}
