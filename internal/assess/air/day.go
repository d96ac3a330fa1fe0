package air

import (
	"fmt"
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Reading is one hourly mean; not valid counts as absent, and so does a negative
// one.
type Reading struct {
	Value decimal.Decimal
	Valid bool
}

func (r Reading) counts() bool { return r.Valid && r.Value.Mantissa >= 0 }

// Stat is a statistic, with what it came from. Value is nil where there is none.
type Stat struct {
	Item  Item
	Value *big.Rat
	Valid bool   // enough data by the standard
	Have  int    // values behind it
	Need  int    // values that the standard asks for
	Rule  string // in a sentence
}

// Rounded is the value with the digits that the rules of its day print: before
// March 2026 whole µg/m³ and tenths of CO, then one decimal more (HJ 663).
func (s Stat) Rounded(day time.Time) (decimal.Decimal, bool) {
	if s.Value == nil {
		return decimal.Decimal{}, false
	}
	return assess.Round(s.Value, Digits(day, s.Item)), true
}

// Digits is how many decimals a statistic of a day has.
func Digits(day time.Time, item Item) int8 {
	var d int8
	if item == CO {
		d = 1
	}
	if !day.Before(turn2026) {
		d++
	}
	return d
}

// The hours of a day and what a statistic asks for.
const (
	dayNeeds      = 20
	windowHours   = 8
	windowNeeds   = 6
	windowsNeeded = 14
)

// DayOf is the day's statistic of hours[0] = 0:00–1:00 to hours[23]: the mean, of
// O3 the maximum of the running 8 h means that end at 8:00 to 24:00. class says
// which limit a maximum of too few means must exceed to count nevertheless.
func DayOf(day time.Time, item Item, hours *[24]Reading, class Class) Stat {
	if item == O3 {
		return ozoneDay(day, hours, class)
	}
	var sum assess.Sum
	for _, h := range hours {
		if h.counts() {
			sum.Add(h.Value)
		}
	}
	return Stat{Item: item, Value: sum.Mean(), Have: sum.Len(), Need: dayNeeds, Valid: sum.Len() >= dayNeeds,
		Rule: fmt.Sprintf("%d 个有效小时均值的算术平均，至少 %d 个", sum.Len(), dayNeeds)}
}

func ozoneDay(day time.Time, hours *[24]Reading, class Class) Stat {
	s := Stat{Item: O3, Need: windowsNeeded}
	for end := windowHours; end <= 24; end++ {
		var sum assess.Sum
		for _, h := range hours[end-windowHours : end] {
			if h.counts() {
				sum.Add(h.Value)
			}
		}
		if sum.Len() < windowNeeds {
			continue
		}
		s.Have++
		if m := sum.Mean(); s.Value == nil || m.Cmp(s.Value) > 0 {
			s.Value = m
		}
	}
	s.Valid = s.Have >= windowsNeeded
	s.Rule = fmt.Sprintf("8 时至 24 时的 %d 个有效 8 小时滑动平均的最大值，至少 %d 个（每个至少 %d 小时）", s.Have, windowsNeeded, windowNeeds)
	if !s.Valid && s.Value != nil {
		if l, ok := LimitAt(day, O3, Day, class); ok && s.Value.Cmp(l.Value.Rat()) > 0 {
			s.Valid = true
			s.Rule += "；不足而最大值已超过限值 " + l.Value.String() + "，计为有效"
		}
	}
	return s
}

// City is the mean of the stations' values of one hour or day; stations without
// a valid value are nil. At least three stations in four must have one.
func City(item Item, stations []*big.Rat) Stat {
	var have []*big.Rat
	for _, v := range stations {
		if v != nil {
			have = append(have, v)
		}
	}
	need := cityNeeds(len(stations))
	return Stat{Item: item, Value: assess.Mean(have), Have: len(have), Need: need, Valid: cityValid(len(have), len(stations)),
		Rule: fmt.Sprintf("%d 个站点中 %d 个有效站点的算术平均，至少 %d 个（75%%）", len(stations), len(have), need)}
}
