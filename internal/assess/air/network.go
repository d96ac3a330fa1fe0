package air

import (
	"math/big"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
)

// Days are the daily values of the six items from a first day on, nil where a day
// has no valid one.
type Days [6][]*big.Rat

// StationDays makes a station's daily values of its hours, which begin at
// midnight of the first day; hours beyond the last whole day are left out.
func StationDays(first time.Time, hours *[6][]Reading, class Class) Days {
	var out Days
	for _, item := range Items {
		n := len(hours[item]) / 24
		out[item] = make([]*big.Rat, n)
		for d := range n {
			day := first.AddDate(0, 0, d)
			if s := DayOf(day, item, (*[24]Reading)(hours[item][24*d:]), class); s.Valid {
				out[item][d] = s.Value
			}
		}
	}
	return out
}

// UnitDays makes a unit's daily values of its stations': the mean of those that
// have one, three in four at least.
func UnitDays(stations []Days) Days {
	var out Days
	for _, item := range Items {
		n := 0
		for i := range stations {
			n = max(n, len(stations[i][item]))
		}
		out[item] = make([]*big.Rat, n)
		have := make([]*big.Rat, 0, len(stations))
		for d := range n {
			have = have[:0]
			for i := range stations {
				if list := stations[i][item]; d < len(list) && list[d] != nil {
					have = append(have, list[d])
				}
			}
			if cityValid(len(have), len(stations)) {
				out[item][d] = assess.Mean(have)
			}
		}
	}
	return out
}

// cityNeeds is how many of so many stations must have a value: three in four.
func cityNeeds(of int) int { return (3*of + 3) / 4 }

func cityValid(have, of int) bool { return have > 0 && have >= cityNeeds(of) }

// Between cuts days out: from the from-th on, n of them.
func (d *Days) Between(from, n int) Days {
	var out Days
	for _, item := range Items {
		out[item] = d[item][min(from, len(d[item])):min(from+n, len(d[item]))]
	}
	return out
}
