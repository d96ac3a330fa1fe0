package water

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Share is a count of sections among those that were evaluated.
type Share struct {
	Count, Of int
}

// Exact is the share as a fraction, nil of nothing.
func (s Share) Exact() *big.Rat {
	if s.Of == 0 {
		return nil
	}
	return big.NewRat(int64(s.Count), int64(s.Of))
}

// Percent is the share in percent with one decimal; false of nothing.
func (s Share) Percent() (decimal.Decimal, bool) {
	if s.Of == 0 {
		return decimal.Decimal{}, false
	}
	return assess.Round(new(big.Rat).Mul(s.Exact(), big.NewRat(100, 1)), 1), true
}

// few is the number of sections from which on shares speak for a river.
const few = 5

// River is the verdict on a river, basin or area.
type River struct {
	Status   Status
	Known    bool
	Sections int
	Good     Share // classes Ⅰ to Ⅲ
	Bad      Share // worse than Ⅴ
	Meeting  Share // of the sections with a function
	Main     []string
	Rule     string
}

// Basin judges sections together: from five on by shares, below by the means of
// the items as one section. Sections without data are left out.
func Basin(samples []Sample) River {
	var verdicts []Verdict
	var evaluated []Sample
	r := River{}
	for _, s := range samples {
		v := Judge(s)
		if v.Class == 0 {
			continue
		}
		verdicts, evaluated = append(verdicts, v), append(evaluated, s)
		r.Good.Of++
		r.Bad.Of++
		if v.Class <= III {
			r.Good.Count++
		}
		if v.Class == Worse {
			r.Bad.Count++
		}
		if v.Known {
			r.Meeting.Of++
			if v.Meets {
				r.Meeting.Count++
			}
		}
	}
	r.Sections = len(verdicts)
	if r.Known = r.Sections > 0; !r.Known {
		return r
	}
	if r.Sections < few {
		v := Judge(together(evaluated))
		r.Status = v.Status
		for _, j := range v.Main {
			r.Main = append(r.Main, j.Item.Name)
		}
		r.Rule = fmt.Sprintf("%d 个断面，少于 %d 个，各项取断面平均后按一个断面评价：%s", r.Sections, few, v.Class)
		return r
	}
	r.Status = ByShares(r.Good, r.Bad)
	r.Main = spread(verdicts)
	good, _ := r.Good.Percent()
	bad, _ := r.Bad.Percent()
	r.Rule = fmt.Sprintf("%d 个断面，Ⅰ—Ⅲ类 %d 个（%s%%），劣Ⅴ类 %d 个（%s%%）", r.Sections, r.Good.Count, good, r.Bad.Count, bad)
	return r
}

// ByShares is the state by the shares of classes Ⅰ to Ⅲ and of worse than Ⅴ,
// unrounded. The gap of the rule's text, exactly 60 % and 40 %, is heavy.
func ByShares(good, bad Share) Status {
	g := func(percent int) bool { return 100*good.Count >= percent*good.Of }
	b := func(percent int) bool { return 100*bad.Count >= percent*bad.Of }
	switch {
	case g(90):
		return Excellent
	case g(75):
		return Good
	case !b(20):
		return Light
	case !b(40):
		return Moderate
	}
	return Heavy
}

// together averages each item over the sections.
func together(samples []Sample) Sample {
	out := Sample{Values: map[string]Value{}, Lake: samples[0].Lake}
	for _, item := range Items {
		var values []Value
		for _, s := range samples {
			if v, ok := s.Values[item.ID]; ok && v.Exact != nil {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			out.Values[item.ID] = MeanOf(values)
		}
	}
	return out
}

// spread orders items by the share of sections that exceed Ⅲ, three at most.
func spread(verdicts []Verdict) []string {
	over := map[string]int{}
	for _, v := range verdicts {
		for _, j := range v.Items {
			if j.Class > III {
				over[j.Item.ID]++
			}
		}
	}
	var list []Item
	for _, i := range Items {
		if over[i.ID] > 0 {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b Item) int { return over[b.ID] - over[a.ID] })
	var out []string
	for _, i := range list[:min(3, len(list))] {
		out = append(out, i.Name)
	}
	return out
}

// Change says how a state changed: by its grades, 无明显变化, 有所 or 明显 好转/变差.
func Change(before, after Status) string {
	return changed(int(before)-int(after), 1, 2)
}

// ChangeByShares says how a river changed, by percentage points: the rise of
// classes Ⅰ to Ⅲ less the rise of worse than Ⅴ.
func ChangeByShares(goodBefore, badBefore, goodAfter, badAfter Share) string {
	x := new(big.Rat).Sub(goodAfter.Exact(), goodBefore.Exact())
	x.Sub(x, new(big.Rat).Sub(badAfter.Exact(), badBefore.Exact()))
	x.Mul(x, big.NewRat(100, 1))
	size := new(big.Rat).Abs(x)
	grade := 0
	switch {
	case size.Cmp(big.NewRat(20, 1)) > 0:
		grade = 2
	case size.Cmp(big.NewRat(10, 1)) > 0:
		grade = 1
	}
	return changed(grade*x.Sign(), 1, 2)
}

func changed(up, some, clear int) string {
	word := "好转"
	if up < 0 {
		word, up = "变差", -up
	}
	switch {
	case up >= clear:
		return "明显" + word
	case up >= some:
		return "有所" + word
	}
	return "无明显变化"
}
