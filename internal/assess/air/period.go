package air

import (
	"fmt"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Daily series are slices of a period's days, nil where a day has no valid value.

// monthNeeds is how many valid days a month must have.
func monthNeeds(m time.Month) int {
	if m == time.February {
		return 25
	}
	return 27
}

// yearNeeds is how many valid days a year must have.
const yearNeeds = 324

// Mean is the mean of a month's or a longer period's days from its first on.
func Mean(first time.Time, item Item, days []*big.Rat) Stat {
	s := enough(first, item, days)
	s.Value = assess.Mean(present(days))
	s.Rule = fmt.Sprintf("%d 个有效日值的算术平均，%s", s.Have, s.Rule)
	return s
}

// Percentile is the p-th percentile of the days.
func Percentile(first time.Time, item Item, days []*big.Rat, p int64) Stat {
	s := enough(first, item, days)
	s.Value = assess.Percentile(present(days), p)
	s.Rule = fmt.Sprintf("%d 个有效日值的第 %d 百分位数，%s", s.Have, p, s.Rule)
	return s
}

func present(days []*big.Rat) []*big.Rat {
	out := make([]*big.Rat, 0, len(days))
	for _, d := range days {
		if d != nil {
			out = append(out, d)
		}
	}
	return out
}

// enough checks the numbers of valid days: each month's, and a whole year's.
func enough(first time.Time, item Item, days []*big.Rat) Stat {
	s := Stat{Item: item, Valid: true}
	short := ""
	first = first.In(Beijing)
	for i := 0; i < len(days); {
		day := first.AddDate(0, 0, i)
		end := min(len(days), i+time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, Beijing).AddDate(0, 0, -1).Day()-day.Day()+1)
		have := len(present(days[i:end]))
		s.Have += have
		s.Need += monthNeeds(day.Month())
		if have < monthNeeds(day.Month()) {
			s.Valid = false
			short += fmt.Sprintf("；%d 月只有 %d 天", int(day.Month()), have)
		}
		i = end
	}
	if len(days) >= 365 {
		s.Need = yearNeeds
		s.Valid = s.Valid && s.Have >= yearNeeds
		s.Rule = fmt.Sprintf("全年至少 %d 天，每月至少 27 天（2 月 25 天）", yearNeeds)
	} else {
		s.Rule = "每月至少 27 天（2 月 25 天）"
	}
	s.Rule += short
	return s
}

// Compliance is the yearly assessment of one item: it meets the standard only if
// all its statistics do.
type Compliance struct {
	Item   Item
	Meets  bool
	Checks []Check
}

// Check is one statistic beside its limit.
type Check struct {
	Name    string
	Stat    Stat
	Rounded decimal.Decimal
	Limit   Limit
	Meets   bool
	// Multiple is (C − S)/S, two decimals, when the limit is exceeded.
	Multiple decimal.Decimal
}

// percentiles are the daily percentiles of the yearly assessment.
var percentiles = [6]int64{98, 98, 95, 90, 95, 95}

// Annual assesses a year's daily values; days[item] begins with the first of
// January and holds the year's days. ok is false when an item has no value at
// all.
func Annual(year int, days *Days, class Class) (list [6]Compliance, meets, ok bool) {
	first := date(year, time.January, 1)
	judged := date(year, time.December, 31) // the limits at the end of the year
	meets, ok = true, true
	for _, item := range Items {
		c := Compliance{Item: item, Meets: true}
		if limit, has := LimitAt(judged, item, Year, class); has {
			c.add("年平均", Mean(first, item, days[item]), limit)
		}
		limit, _ := LimitAt(judged, item, Day, class)
		c.add(fmt.Sprintf("第 %d 百分位数", percentiles[item]), Percentile(first, item, days[item], percentiles[item]), limit)
		list[item] = c
		meets = meets && c.Meets
		ok = ok && c.Checks[0].Stat.Value != nil
	}
	return list, meets && ok, ok
}

func (c *Compliance) add(name string, s Stat, l Limit) {
	k := Check{Name: name, Stat: s, Limit: l}
	if s.Value != nil {
		k.Rounded = assess.Round(s.Value, Digits(l.From, c.Item))
		k.Meets = k.Rounded.Cmp(l.Value) <= 0
		if !k.Meets {
			over := new(big.Rat).Sub(k.Rounded.Rat(), l.Value.Rat())
			k.Multiple = assess.Round(over.Quo(over, l.Value.Rat()), 2)
		}
	}
	c.Meets = c.Meets && k.Meets
	c.Checks = append(c.Checks, k)
}

// GoodDays counts the days with an AQI of at most 100 among the days that have
// one; share is nil of no day, else exact.
func GoodDays(reports []Report) (good, valid int, share *big.Rat) {
	for _, r := range reports {
		if !r.Known {
			continue
		}
		valid++
		if r.AQI <= 100 {
			good++
		}
	}
	if valid > 0 {
		share = big.NewRat(int64(good), int64(valid))
	}
	return good, valid, share
}
