package official

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
)

func sortDecimals(s []decimal.Decimal) {
	sort.Slice(s, func(i, j int) bool { return s[i].Cmp(s[j]) < 0 })
}

// Substitution is one row of the table by which lost hours of gas are filled in
// for loads. Concentrations are never replaced.
type Substitution struct {
	AtLeast  int // capture of the quarter, percent, α ≥ AtLeast
	Below    int // α < Below; 101 = no bound
	Longest  int // hours lost in a row up to; 0 = any
	Lookback int // the largest hourly load of so many valid hours before
}

// Substitutes is one version of the rules by which lost data are filled in when
// loads are counted.
type Substitutes struct {
	ID        string
	Title     string
	ValidFrom time.Time
	Certainty string
	Source    string
	Rows      []Substitution // gas; empty for water, whose rule is the stretch before
	Judge     []string       // in words
}

var gasSubstitutes = []Substitutes{{
	ID: "gas-substitute-2017", Title: "固定污染源烟气：排放量缺失数据处理", ValidFrom: day(2000, 1, 1), Certainty: "C", Source: "HJ 75-2017 缺失数据处理（转引，未见全文）",
	Rows: []Substitution{{90, 101, 24, 180}, {90, 101, 0, 720}, {75, 90, 0, 2160}},
	Judge: []string{"只用于排放量；浓度和烟气参数不替代", "季度有效数据捕集率不低于 90%：连续缺失不超过 24 小时取前 180 个有效小时排放量的最大值，超过 24 小时取前 720 个的最大值",
		"捕集率 75% 至 90%：取前 2160 个有效小时排放量的最大值", "捕集率低于 75%：没有替代办法，须用手工监测或排污许可证规定的方法，不计入合计并注明"},
}}

var waterSubstitutes = []Substitutes{{
	ID: "water-substitute-2019", Title: "污水：缺失数据处理", ValidFrom: day(2000, 1, 1), Certainty: "C", Source: "HJ 356-2019（转引，未见全文）",
	Judge: []string{"缺失时段的浓度与流量各取其前等长时段的算术平均值；该时段亦有缺失的，再向前推", "有手工监测数据的应优先采用手工数据"},
}}

// SubstitutesFor finds the rules that hold for an outlet's data of a time.
func SubstitutesFor(k enterprise.Kind, at time.Time) Substitutes {
	list := waterSubstitutes
	if k == enterprise.Gas {
		list = gasSubstitutes
	}
	best := list[0]
	for _, s := range list[1:] {
		if !at.Before(s.ValidFrom) && s.ValidFrom.After(best.ValidFrom) {
			best = s
		}
	}
	return best
}

// AllSubstitutes lists every version.
func AllSubstitutes() []Substitutes { return append(slices.Clone(gasSubstitutes), waterSubstitutes...) }

// Load is the mass of one hour; Kg is nil when it was lost.
type Load struct {
	At          int64 // hours since 1970
	Kg          *decimal.Decimal
	Substituted bool
	Method      string
}

// find gives the row for a capture (valid of due hours of the quarter) and a run
// of lost hours.
func (x Substitutes) find(valid, due, lost int) (Substitution, bool) {
	if due <= 0 {
		return Substitution{}, false
	}
	for _, s := range x.Rows {
		if valid*100 >= s.AtLeast*due && (s.Below > 100 || valid*100 < s.Below*due) && (s.Longest == 0 || lost <= s.Longest) {
			return s, true
		}
	}
	return Substitution{}, false
}

// Gas fills the lost hours of a stretch of gas loads. before holds the
// valid loads that went before it, oldest first; valid and due are the quarter's.
// Hours that no rule covers stay lost.
func (x Substitutes) Gas(before []decimal.Decimal, list []Load, valid, due int) []Load {
	out := append([]Load(nil), list...)
	known := append([]decimal.Decimal(nil), before...)
	for i := 0; i < len(out); {
		if out[i].Kg != nil {
			known = append(known, *out[i].Kg)
			i++
			continue
		}
		end := i
		for end < len(out) && out[end].Kg == nil {
			end++
		}
		s, ok := x.find(valid, due, end-i)
		if ok && len(known) > 0 {
			most := known[max(0, len(known)-s.Lookback)]
			for _, d := range known[max(0, len(known)-s.Lookback):] {
				if d.Cmp(most) > 0 {
					most = d
				}
			}
			for j := i; j < end; j++ {
				kg := most
				out[j].Kg, out[j].Substituted, out[j].Method = &kg, true, lookback(s.Lookback)
			}
		}
		i = end
	}
	return out
}

func lookback(n int) string { return fmt.Sprintf("前 %d 个有效小时的最大值", n) }

// SubstituteWater fills a missing stretch of n values by the mean of the n values
// just before it; where those have gaps, the stretch before that, and so on
// (HJ 356-2019, certainty C). values are in order, nil is missing. The result
// holds what was filled in by place.
func SubstituteWater(values []*decimal.Decimal, digits int8) map[int]decimal.Decimal {
	out := map[int]decimal.Decimal{}
	for i := 0; i < len(values); {
		if values[i] != nil {
			i++
			continue
		}
		end := i
		for end < len(values) && values[end] == nil {
			end++
		}
		n := end - i
		for from := i - n; from >= 0; from -= n {
			if d, ok := meanOf(values[from:from+n], digits); ok {
				for j := i; j < end; j++ {
					out[j] = d
				}
				break
			}
		}
		i = end
	}
	return out
}

// meanOf is the plain mean, false when a value is missing.
func meanOf(values []*decimal.Decimal, digits int8) (decimal.Decimal, bool) {
	sum := new(big.Rat)
	for _, v := range values {
		if v == nil {
			return decimal.Decimal{}, false
		}
		sum.Add(sum, v.Rat())
	}
	return decimal.FromRat(sum.Quo(sum, big.NewRat(int64(len(values)), 1)), digits)
}
