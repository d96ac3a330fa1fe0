package water

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Result is one laboratory or monitor result; Below says that it is the limit of
// detection and the water holds less.
type Result struct {
	Value decimal.Decimal
	Below bool
}

// Value is what is judged: the mean of a period.
type Value struct {
	Exact *big.Rat
	N     int
	// Detection is the limit of detection when all results were below it.
	Detection *big.Rat
}

// Mean is the mean of valid results; one below its limit of detection counts as
// half of it.
func Mean(results []Result) Value {
	v := Value{N: len(results)}
	values := make([]*big.Rat, 0, len(results))
	below := 0
	for _, r := range results {
		x := r.Value.Rat()
		if r.Below {
			below++
			if v.Detection == nil || x.Cmp(v.Detection) > 0 {
				v.Detection = x
			}
			x = new(big.Rat).Quo(x, big.NewRat(2, 1))
		}
		values = append(values, x)
	}
	if below < len(results) {
		v.Detection = nil
	}
	v.Exact = assess.Mean(values)
	return v
}

// MeanOf is the mean of period values, e.g. a year's of its months', a lake's of
// its points'.
func MeanOf(values []Value) Value {
	out := Value{N: len(values)}
	exact := make([]*big.Rat, 0, len(values))
	below := 0
	for _, v := range values {
		exact = append(exact, v.Exact)
		if v.Detection != nil {
			below++
			if out.Detection == nil || v.Detection.Cmp(out.Detection) > 0 {
				out.Detection = v.Detection
			}
		}
	}
	if below < len(values) {
		out.Detection = nil
	}
	out.Exact = assess.Mean(exact)
	return out
}

// Sample is the values of a section, lake or reservoir in a period, by item id.
type Sample struct {
	Values map[string]Value
	Lake   bool
	Target Class // 0: no function is set
}

// Verdict is what a section is.
type Verdict struct {
	Class   Class // 0: nothing was measured
	Status  Status
	Items   []Judged // in the order of table 1
	Missing []string // evaluated items without a value
	Main    []Judged // main pollutants, at most three, only when worse than Ⅲ
	// Meets is whether every item meets the target class; Known is false without
	// a target or a value.
	Meets, Known bool
	Failing      []Judged // items that do not meet the target
}

// Judged is one item's class and why.
type Judged struct {
	Item     Item
	Value    *big.Rat
	Class    Class    // 0 for items that are only reported
	Multiple *big.Rat // (C − S)/S over the limit of Ⅲ, nil where there is none
	Flag     string   // what to mind about the value
	Rule     string
}

// Judge classifies by the single factor method: the worst item's class.
func Judge(s Sample) Verdict {
	v := Verdict{}
	for _, item := range Items {
		x, ok := s.Values[item.ID]
		if !ok || x.Exact == nil {
			if item.Evaluated() {
				v.Missing = append(v.Missing, item.Name)
			}
			continue
		}
		j := judge(item, x, s)
		v.Items = append(v.Items, j)
		if !item.Evaluated() {
			continue
		}
		v.Class = max(v.Class, j.Class)
		if s.Target != 0 && j.Class > s.Target {
			v.Failing = append(v.Failing, j)
		}
	}
	if v.Class == 0 {
		return v
	}
	v.Status = v.Class.Status()
	v.Known = s.Target != 0
	v.Meets = v.Known && len(v.Failing) == 0
	if v.Class > III {
		v.Main = mainOf(v.Items)
	}
	return v
}

func judge(item Item, x Value, s Sample) Judged {
	j := Judged{Item: item, Value: x.Exact}
	switch item.kind {
	case acidity:
		j.Class, j.Rule = Worse, "pH 不在 6—9 之内"
		if x.Exact.Cmp(big.NewRat(6, 1)) >= 0 && x.Exact.Cmp(big.NewRat(9, 1)) <= 0 {
			j.Class, j.Rule = I, "pH 在 6—9 之内"
		}
		return j
	case oxygen:
		j.Class, j.Rule = oxygenClass(item, x.Exact, s)
		return j
	}
	c := I
	for c <= V && x.Exact.Cmp(item.limit(c, s.Lake)) > 0 {
		c++
	}
	if item.kind == reported {
		j.Rule = "只报告，不参加类别评价"
		return j
	}
	j.Class = c
	if c <= V {
		j.Rule = fmt.Sprintf("不大于%s限值 %s", c, shown(item.limit(c, s.Lake)))
	} else {
		j.Rule = fmt.Sprintf("大于Ⅴ类限值 %s", shown(item.limit(V, s.Lake)))
	}
	if x.Detection != nil && c > I {
		// what was not found cannot lower a class: the method is too coarse
		j.Class, j.Flag = I, fmt.Sprintf("未检出，检出限 %s 高于类别限值，不据此降类", shown(x.Detection))
	}
	if third := item.limit(III, s.Lake); j.Class > III {
		over := new(big.Rat).Sub(x.Exact, third)
		j.Multiple = over.Quo(over, third)
	}
	return j
}

// limit is Limit for items that have one in every class.
func (i Item) limit(c Class, lake bool) *big.Rat {
	if l := i.Limit(c, lake); l != nil {
		return l
	}
	return new(big.Rat).SetInt64(1 << 40) // temperature is bounded by no number here
}

// saturation of oxygen is 468/(31.6+T) mg/L.
var saturated, offset = assess.Rat("421.2"), assess.Rat("31.6") // 90 % of 468

func oxygenClass(item Item, x *big.Rat, s Sample) (Class, string) {
	if x.Cmp(item.limits[0]) >= 0 {
		return I, "不小于 7.5"
	}
	if t := s.Values["temperature"].Exact; t != nil {
		sum := new(big.Rat).Add(t, offset)
		if sum.Sign() > 0 && new(big.Rat).Mul(x, sum).Cmp(saturated) >= 0 {
			return I, fmt.Sprintf("不小于水温 %s ℃ 时饱和溶解氧的 90%%（%s）", shown(t), new(big.Rat).Quo(saturated, sum).FloatString(2))
		}
	}
	for c := II; c <= V; c++ {
		if x.Cmp(item.limits[c-1]) >= 0 {
			return c, fmt.Sprintf("不小于%s限值 %s", c, shown(item.limits[c-1]))
		}
	}
	return Worse, "小于Ⅴ类限值 2"
}

// mainOf orders the items worse than Ⅲ: heavy metals and cyanide first, then by
// class, then by multiple; those without one come last in their class.
func mainOf(items []Judged) []Judged {
	var out []Judged
	for _, j := range items {
		if j.Class > III {
			out = append(out, j)
		}
	}
	slices.SortStableFunc(out, func(a, b Judged) int {
		return cmp.Or(less(b.Item.first, a.Item.first), cmp.Compare(b.Class, a.Class), multiple(b).Cmp(multiple(a)))
	})
	return out[:min(3, len(out))]
}

func less(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func multiple(j Judged) *big.Rat {
	if j.Multiple == nil {
		return big.NewRat(-1, 1)
	}
	return j.Multiple
}

// shown writes a number without zeros at its end.
func shown(r *big.Rat) string {
	text := r.FloatString(6)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
