package reward

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Fen is an amount of money, in hundredths of a yuan.
type Fen int64

// mostYuan bounds what a person may type: no fine has ever come near it.
var mostYuan = decimal.Must("100000000000")

// ParseYuan reads an amount as people write it, "1200000" or "1,200,000.50".
func ParseYuan(text string) (Fen, error) {
	d, err := decimal.Parse(strings.NewReplacer(",", "", "，", "", " ", "").Replace(text))
	if err != nil || d.Scale > 2 || d.Mantissa < 0 || d.Cmp(mostYuan) > 0 {
		return 0, fmt.Errorf("not an amount in yuan: %q", text)
	}
	return fenOf(d), nil
}

// fenOf is an amount of yuan with at most two digits behind the point.
func fenOf(d decimal.Decimal) Fen {
	for d.Scale < 2 {
		d.Mantissa, d.Scale = d.Mantissa*10, d.Scale+1
	}
	return Fen(d.Mantissa)
}

// Most is an amount of yuan that a figure allows.
func (f Figure) Most() Fen { return fenOf(f.Value) }

// Yuan is the amount as a decimal number, for tables.
func (f Fen) Yuan() decimal.Decimal { return decimal.Decimal{Mantissa: int64(f), Scale: 2} }

// String is the amount with separators, e.g. 1,200,000.50 元.
func (f Fen) String() string {
	sign, n := "", int64(f)
	if n < 0 {
		sign, n = "-", -n
	}
	whole := strconv.FormatInt(n/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s%s.%02d 元", sign, whole, n%100)
}

// percent is rate per cent of an amount, rounded to the fen, half to even
// (GB/T 8170).
func percent(rate decimal.Decimal, of Fen) Fen {
	r := new(big.Rat).Mul(rate.Rat(), new(big.Rat).SetInt64(int64(of)))
	r.Quo(r, big.NewRat(100, 1))
	d, ok := decimal.FromRat(r, 0)
	if !ok {
		panic("reward: a share does not fit") // amounts are bounded when they are read
	}
	return Fen(d.Mantissa)
}
