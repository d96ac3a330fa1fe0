package water

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/qingshao/qingshao/internal/assess"
)

// extra are the items of table 2, for drinking-water sources.
var extra = []Item{
	{ID: "so4", Name: "硫酸盐", Unit: "mg/L", limits: one("250")}, {ID: "cl", Name: "氯化物", Unit: "mg/L", limits: one("250")},
	{ID: "no3n", Name: "硝酸盐（以氮计）", Unit: "mg/L", limits: one("10")}, {ID: "fe", Name: "铁", Unit: "mg/L", limits: one("0.3")},
	{ID: "mn", Name: "锰", Unit: "mg/L", limits: one("0.1")},
}

// SourceItems are the items of table 2.
func SourceItems() []Item { return append([]Item(nil), extra...) }

func one(limit string) [5]*big.Rat {
	r := assess.Rat(limit)
	return [5]*big.Rat{r, r, r, r, r}
}

// notOfSources are evaluated items of table 1 that sources leave out.
var notOfSources = []string{"cod"}

// Source is the verdict on a drinking-water source in a month.
type Source struct {
	Known, Meets bool
	Failing      []Judged
	Missing      []string
}

// JudgeSource judges a source: table 1 (without temperature, COD, total nitrogen,
// coliforms) at Ⅲ, and table 2; all must meet their limits.
func JudgeSource(s Sample) Source {
	s.Target = III
	v := Judge(s)
	out := Source{}
	for _, j := range v.Items {
		if j.Class == 0 || slices.Contains(notOfSources, j.Item.ID) {
			continue
		}
		out.Known = true
		if j.Class > III {
			out.Failing = append(out.Failing, j)
		}
	}
	for _, name := range v.Missing {
		if i, _ := ItemOf(name); !slices.Contains(notOfSources, i.ID) {
			out.Missing = append(out.Missing, name)
		}
	}
	for _, item := range extra {
		x, ok := s.Values[item.ID]
		if !ok || x.Exact == nil {
			out.Missing = append(out.Missing, item.Name)
			continue
		}
		out.Known = true
		if limit := item.limits[0]; x.Exact.Cmp(limit) > 0 {
			over := new(big.Rat).Sub(x.Exact, limit)
			out.Failing = append(out.Failing, Judged{Item: item, Value: x.Exact, Multiple: over.Quo(over, limit), Rule: fmt.Sprintf("大于表 2 限值 %s", shown(limit))})
		}
	}
	out.Meets = out.Known && len(out.Failing) == 0
	return out
}

// VolumeRate is the share of water taken from sources that met the standard
// (水量达标率), nil when none was taken.
func VolumeRate(volumes []*big.Rat, meets []bool) *big.Rat {
	all, good := new(big.Rat), new(big.Rat)
	for i, v := range volumes {
		all.Add(all, v)
		if meets[i] {
			good.Add(good, v)
		}
	}
	if all.Sign() == 0 {
		return nil
	}
	return good.Quo(good, all)
}
