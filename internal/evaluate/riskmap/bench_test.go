package riskmap_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

// A city of 12 units with 26 stations of six items and four sections a unit,
// over 36 months and the three years before, which they are compared with.
const (
	benchUnits    = 12
	benchStations = 26
	benchMonths   = 36
	benchYears    = 6
)

var benchFirst = time.Date(2023, 11, 1, 0, 0, 0, 0, air.Beijing)

func benchDays() int {
	return int(benchFirst.AddDate(benchYears, 0, 0).Sub(benchFirst).Hours() / 24)
}

// rawHours are the hours of one station.
func rawHours(r *rand.Rand, days int) *[6][]air.Reading {
	var out [6][]air.Reading
	for i := range out {
		out[i] = make([]air.Reading, 24*days)
		for h := range out[i] {
			out[i][h] = air.Reading{Value: decimal.Decimal{Mantissa: 100 + r.Int64N(900), Scale: 1}, Valid: r.IntN(50) > 0}
		}
	}
	return &out
}

// rawDays are the daily values of one station.
func rawDays(r *rand.Rand, days int) air.Days {
	var out air.Days
	for i := range out {
		out[i] = make([]*big.Rat, days)
		for d := range out[i] {
			if r.IntN(50) > 0 {
				out[i][d] = big.NewRat(100+r.Int64N(900), 10)
			}
		}
	}
	return out
}

// mapOf judges the last 36 months of units by their daily values.
func mapOf(b *testing.B, units []air.Days) {
	sections := map[string]water.Value{"cod": {Exact: big.NewRat(18, 1)}, "nh3n": {Exact: big.NewRat(9, 10)}, "tp": {Exact: big.NewRat(1, 5)}}
	index := make([][]*big.Rat, len(units)) // by month from the first
	for u := range units {
		for m := range 12 * benchYears {
			from := benchFirst.AddDate(0, m, 0)
			at := int(from.Sub(benchFirst).Hours() / 24)
			n := int(from.AddDate(0, 1, 0).Sub(from).Hours() / 24)
			days := units[u].Between(at, n)
			by, ok := air.CompositeAt(from, false)
			if !ok {
				b.Fatal("no composite")
			}
			x, ok := by.Of(air.PeriodValues(&days))
			if !ok {
				b.Fatal("no index")
			}
			index[u] = append(index[u], x.Value.Rat())
		}
	}
	table := riskmap.Annex()
	for m := 12 * (benchYears - 3); m < 12*benchYears; m++ {
		f := riskmap.Facts{Month: riskmap.MonthOf(2023, 11) + riskmap.Month(m)}
		for u := range units {
			share := water.Basin([]water.Sample{{Values: sections, Target: 3}, {Values: sections, Target: 3}, {Values: sections, Target: 2}, {Values: sections, Target: 3}}).Meeting.Exact()
			f.Units = append(f.Units, riskmap.UnitFacts{Code: fmt.Sprint(u),
				Water: &riskmap.Compared{Value: share, Baseline: []*big.Rat{share, share, share}},
				Air:   &riskmap.Compared{Value: index[u][m], Baseline: []*big.Rat{index[u][m-12], index[u][m-24], index[u][m-36]}}})
		}
		if got := riskmap.Judge(table, f); len(got.Units) != benchUnits {
			b.Fatal("units")
		}
	}
}

func BenchmarkMap_FromRawHours(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	hours := make([]*[6][]air.Reading, benchStations)
	for s := range hours {
		hours[s] = rawHours(r, benchDays())
	}
	for b.Loop() {
		stations := make([][]air.Days, benchUnits)
		for s, h := range hours {
			stations[s%benchUnits] = append(stations[s%benchUnits], air.StationDays(benchFirst, h, air.II))
		}
		units := make([]air.Days, benchUnits)
		for u := range units {
			units[u] = air.UnitDays(stations[u])
		}
		mapOf(b, units)
	}
}

func BenchmarkMap_FromDailyValues(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	stations := make([][]air.Days, benchUnits)
	for s := range benchStations {
		stations[s%benchUnits] = append(stations[s%benchUnits], rawDays(r, benchDays()))
	}
	for b.Loop() {
		units := make([]air.Days, benchUnits)
		for u := range units {
			units[u] = air.UnitDays(stations[u])
		}
		mapOf(b, units)
	}
}
