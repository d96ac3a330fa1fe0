package official

import (
	"math/big"
	"sort"

	"github.com/qingshao/qingshao/internal/decimal"
)

func sortDecimals(s []decimal.Decimal) {
	sort.Slice(s, func(i, j int) bool { return s[i].Cmp(s[j]) < 0 })
}

// Substitution is one row of the dated table by which lost hours are filled in
// for loads (HJ 75-2017). Concentrations are never replaced.
type Substitution struct {
	AtLeast  int // capture of the quarter, percent, α ≥ AtLeast
	Below    int // α < Below; 101 = no bound
	Longest  int // hours lost in a row up to; 0 = any
	Lookback int // the largest hourly load of so many valid hours before
}

// Substitutions is the table of HJ 75-2017, certainty C. Below 75 % no rule was
// found: manual results or the permit's method are needed.
var Substitutions = []Substitution{{90, 101, 24, 180}, {90, 101, 0, 720}, {75, 90, 0, 2160}}

// SubstitutionSource names the text behind the table.
const SubstitutionSource = "HJ 75-2017 缺失数据处理（C）"

// Load is the mass of one hour; Kg is nil when it was lost.
type Load struct {
	At          int64 // hours since 1970
	Kg          *decimal.Decimal
	Substituted bool
	Method      string
}

// FindSubstitution gives the row for a capture (valid of due hours of the quarter)
// and a run of lost hours.
func FindSubstitution(valid, due, lost int) (Substitution, bool) {
	if due <= 0 {
		return Substitution{}, false
	}
	for _, s := range Substitutions {
		if valid*100 >= s.AtLeast*due && (s.Below > 100 || valid*100 < s.Below*due) && (s.Longest == 0 || lost <= s.Longest) {
			return s, true
		}
	}
	return Substitution{}, false
}

// SubstituteGas fills the lost hours of a stretch of gas loads. before holds the
// valid loads that went before it, oldest first; valid and due are the quarter's.
// Hours that no rule covers stay lost.
func SubstituteGas(before []decimal.Decimal, list []Load, valid, due int) []Load {
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
		s, ok := FindSubstitution(valid, due, end-i)
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

func lookback(n int) string {
	return map[int]string{180: "前 180 个有效小时的最大值", 720: "前 720 个有效小时的最大值", 2160: "前 2160 个有效小时的最大值"}[n]
}

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
