package water

import (
	"math"
	"math/big"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Trophic holds what the trophic level index (综合营养状态指数) takes: chlorophyll a
// in mg/m³, total phosphorus, total nitrogen and CODMn in mg/L, transparency in m.
type Trophic struct {
	Chlorophyll, TP, TN, Transparency, CODMn *big.Rat
}

// TrophicIndex is the index with its parts, in the order of Trophic.
type TrophicIndex struct {
	Parts [5]float64
	Exact float64
	Value decimal.Decimal // two decimals
	State string
}

// correlation with chlorophyll a, whose squares are the weights.
var correlations = [5]float64{1, 0.84, 0.82, -0.83, 0.83}

// TLI is the trophic index of a lake; false when an item is missing or is not
// above zero, since then there is no logarithm.
func TLI(t Trophic) (TrophicIndex, bool) {
	var out TrophicIndex
	for i, p := range []struct {
		value *big.Rat
		a, b  float64
	}{
		{t.Chlorophyll, 2.5, 1.086}, {t.TP, 9.436, 1.624}, {t.TN, 5.453, 1.694}, {t.Transparency, 5.118, -1.94}, {t.CODMn, 0.109, 2.661},
	} {
		if p.value == nil || p.value.Sign() <= 0 {
			return TrophicIndex{}, false
		}
		v, _ := p.value.Float64()
		out.Parts[i] = 10 * (p.a + p.b*math.Log(v))
	}
	sum, weight := 0.0, 0.0
	for i, r := range correlations {
		sum += r * r * out.Parts[i]
		weight += r * r
	}
	out.Exact = sum / weight
	out.Value = assess.Round(new(big.Rat).SetFloat64(out.Exact), 2)
	out.State = trophicState(out.Value)
	return out, true
}

// trophicState judges the published value.
func trophicState(v decimal.Decimal) string {
	switch above := func(n string) bool { return v.Cmp(decimal.Must(n)) > 0 }; {
	case v.Cmp(decimal.Must("30")) < 0:
		return "贫营养"
	case !above("50"):
		return "中营养"
	case !above("60"):
		return "轻度富营养"
	case !above("70"):
		return "中度富营养"
	}
	return "重度富营养"
}
