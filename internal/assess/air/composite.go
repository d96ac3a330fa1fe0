package air

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Composite is a way to make the composite index (环境空气质量综合指数); ways with
// and without weights must never stand in one ranking or trend.
type Composite struct {
	Version
	ID       string
	Title    string
	Weighted bool
	limits   [6]string
	weights  [6]int64
	extra    int8 // decimals beyond whole µg/m³ and tenths of CO
	// RoundEach rounds each item's index to two decimals before the sum, as some
	// offices do in their work sheets, which round halves up (四舍五入).
	RoundEach bool
}

var (
	none    = [6]int64{1, 1, 1, 1, 1, 1}
	weights = [6]int64{1, 2, 1, 2, 1, 3}
	turns   = [3][6]string{{"60", "40", "4", "160", "70", "35"}, {"60", "40", "4", "160", "60", "30"}, {"20", "30", "4", "160", "50", "25"}}
)

// Composites are the ways, the unweighted of a time before the weighted.
var Composites = []Composite{
	{Version: Version{Name: "HJ 663-2013", Until: turn2026, Certainty: "B"}, ID: "2013", Title: "2013 年规则", limits: turns[0], weights: none},
	{Version: Version{Name: "GB 3095-2026 过渡期限值，不加权", From: turn2026, Until: turn2031, Certainty: "A"}, ID: "2026", Title: "2026 年过渡期限值，不加权", limits: turns[1], weights: none, extra: 1},
	{Version: Version{Name: "GB 3095-2026 过渡期限值，加权", From: turn2026, Until: turn2031, Certainty: "C"}, ID: "2026w", Title: "2026 年过渡期限值，加权", Weighted: true, limits: turns[1], weights: weights, extra: 1},
	{Version: Version{Name: "GB 3095-2026 限值，不加权", From: turn2031, Certainty: "A"}, ID: "2031", Title: "2031 年起限值，不加权", limits: turns[2], weights: none, extra: 1},
	{Version: Version{Name: "GB 3095-2026 限值，加权", From: turn2031, Certainty: "C"}, ID: "2031w", Title: "2031 年起限值，加权", Weighted: true, limits: turns[2], weights: weights, extra: 1},
}

// CompositeAt is the way in force on a day.
func CompositeAt(day time.Time, weighted bool) (Composite, bool) {
	for _, c := range Composites {
		if c.at(day) && c.Weighted == weighted {
			return c, true
		}
	}
	return Composite{}, false
}

// CompositeIndex is an index with its parts.
type CompositeIndex struct {
	By      Composite
	Exact   *big.Rat
	Value   decimal.Decimal // published: two decimals
	Parts   [6]CompositePart
	Primary []Item // the largest part before its weight
	Rule    string
}

// CompositePart is one item's share.
type CompositePart struct {
	Item   Item
	Value  decimal.Decimal // the concentration, rounded first
	Limit  decimal.Decimal
	Index  *big.Rat // value / limit
	Weight int64
}

// Of makes the index of a period's concentrations: means of SO2, NO2, PM10 and
// PM2.5, the 95th percentile of daily CO and the 90th of daily O3; false when one
// is missing.
func (c Composite) Of(v Values) (CompositeIndex, bool) {
	out := CompositeIndex{By: c, Exact: new(big.Rat)}
	var terms []string
	for _, item := range Items {
		if v[item] == nil {
			return CompositeIndex{}, false
		}
		digits := c.extra
		if item == CO {
			digits++
		}
		p := CompositePart{Item: item, Value: assess.Round(v[item], digits), Limit: decimal.Must(c.limits[item]), Weight: c.weights[item]}
		p.Index = new(big.Rat).Quo(p.Value.Rat(), p.Limit.Rat())
		part := p.Index
		if c.RoundEach {
			part, _ = new(big.Rat).SetString(part.FloatString(2))
		}
		out.Exact.Add(out.Exact, new(big.Rat).Mul(part, big.NewRat(p.Weight, 1)))
		out.Parts[item] = p
		term := fmt.Sprintf("%s/%s", p.Value, p.Limit)
		if p.Weight != 1 {
			term = fmt.Sprintf("%d×%s", p.Weight, term)
		}
		terms = append(terms, item.String()+" "+term)
	}
	out.Value = assess.Round(out.Exact, 2)
	largest := slices.MaxFunc(out.Parts[:], func(a, b CompositePart) int { return a.Index.Cmp(b.Index) }).Index
	for _, p := range out.Parts {
		if p.Index.Cmp(largest) == 0 {
			out.Primary = append(out.Primary, p.Item)
		}
	}
	out.Rule = strings.Join(terms, " ＋ ") + "（" + c.Name + "）"
	return out, true
}

// PeriodValues are the concentrations that the index takes, of the daily values
// of a period.
func PeriodValues(days *Days) Values {
	var v Values
	for _, item := range Items {
		have := present(days[item])
		switch item {
		case CO:
			v[item] = assess.Percentile(have, 95)
		case O3:
			v[item] = assess.Percentile(have, 90)
		default:
			v[item] = assess.Mean(have)
		}
	}
	return v
}

// Ranks gives each published value its place, from the smallest; equal values
// share one (1, 2, 2, 4).
func Ranks(values []decimal.Decimal) []int {
	order := slices.Clone(values)
	slices.SortFunc(order, func(a, b decimal.Decimal) int { return a.Cmp(b) })
	out := make([]int, len(values))
	for i, v := range values {
		n, _ := slices.BinarySearchFunc(order, v, func(a, b decimal.Decimal) int { return cmp.Compare(a.Cmp(b), 0) })
		out[i] = n + 1
	}
	return out
}
