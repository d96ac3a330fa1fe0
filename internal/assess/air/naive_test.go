package air_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/decimal"
)

// The tables once more, as the standards print them: a second reading.
const (
	table2026 = `
0 0 0 0 0 0 0 0 0 0 0
50 50 150 40 100 2 5 100 160 50 35
100 150 500 80 200 4 10 160 200 120 60
150 475 650 180 700 14 35 215 300 250 115
200 800 800 280 1200 24 60 265 400 350 150
300 1600 b 565 2340 36 90 800 800 420 250
400 2100 b 750 3090 48 120 c 1000 500 350
500 2620 b 940 3840 60 150 c 1200 600 500`
	order = "SO2/day SO2/hour NO2/day NO2/hour CO/day CO/hour O3/day O3/hour PM10/day PM2.5/day"
)

// naive is the index of one rounded concentration in tenths, by the printed
// table: find the row, interpolate with fractions, round up.
func naive(column string, tenths int64, new2026 bool) int64 {
	at := -1
	for i, c := range strings.Fields(order) {
		if c == column {
			at = i
		}
	}
	var lows [2]int64 // index and break point of the row before, in tenths
	for _, line := range strings.Split(strings.TrimSpace(table2026), "\n") {
		cells := strings.Fields(line)
		iaqi, _ := strconv.ParseInt(cells[0], 10, 64)
		point, err := strconv.ParseInt(cells[1+at], 10, 64)
		if err != nil {
			break
		}
		if !new2026 && iaqi == 100 && column == "PM10/day" {
			point = 150
		}
		if !new2026 && iaqi == 100 && column == "PM2.5/day" {
			point = 75
		}
		point *= 10
		if tenths <= point && iaqi > 0 {
			f := big.NewRat((iaqi-lows[0])*(tenths-lows[1]), point-lows[1])
			f.Add(f, big.NewRat(lows[0], 1))
			up := new(big.Int).Add(f.Num(), new(big.Int).Sub(f.Denom(), big.NewInt(1)))
			return up.Quo(up, f.Denom()).Int64()
		}
		lows = [2]int64{iaqi, point}
	}
	if !new2026 && lows[0] < 500 {
		return -1
	}
	return lows[0]
}

// nearest rounds hundredths half to even: to tenths, or to whole numbers given
// in tenths.
func nearest(hundredths int64, whole bool) int64 {
	step := int64(10)
	if whole {
		step = 100
	}
	q, r := hundredths/step, hundredths%step
	if 2*r > step || 2*r == step && q%2 == 1 {
		q++
	}
	if whole {
		return q * 10
	}
	return q
}

func TestAQI_AgreesWithASecondReading(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	tops := [6]int64{300000, 450000, 17000, 130000, 70000, 60000} // hundredths
	for range 10_000 {
		at := time.Date(2020+r.IntN(14), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, air.Beijing)
		recent := at.Year() > 2026 || at.Year() == 2026 && at.Month() >= 3
		hour := r.IntN(2) == 0
		var v air.Values
		var most int64
		missing := false
		want := map[air.Item]int64{}
		for _, item := range air.Items {
			if r.IntN(15) == 0 {
				missing = true
				continue
			}
			h := r.Int64N(tops[item])
			if r.IntN(3) > 0 {
				h /= 8
			}
			v[item] = big.NewRat(h, 100)
			stat := "day"
			if hour && item != air.PM10 && item != air.PM25 {
				stat = "hour"
			}
			n := naive(item.String()+"/"+stat, nearest(h, item != air.CO), recent)
			if n < 0 {
				missing = true
				continue
			}
			want[item] = n
			most = max(most, n)
		}
		got := air.Daily(at, v, air.Extra{})
		if hour {
			got = air.Hourly(at, v, air.Extra{})
		}
		if int64(got.AQI) != most || got.Known != (len(want) > 0 && (!missing || most > 100)) || len(got.Subs) != len(want) {
			t.Fatalf("%s %v: AQI %d known %v, want %d", at, v, got.AQI, got.Known, most)
		}
		for _, s := range got.Subs {
			if int64(s.IAQI) != want[s.Item] {
				t.Fatalf("%s %s %s: %d, want %d", at, s.Item, s.Value.FloatString(2), s.IAQI, want[s.Item])
			}
		}
		for _, p := range got.Primary {
			if most <= 50 || want[p] != most {
				t.Fatalf("primary %v of %v", got.Primary, want)
			}
		}
	}
}

// Days, months and the composite index once more, with plain loops.
func TestStatistics_AgreeWithASecondReading(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 12))
	for range 10_000 {
		var h [24]air.Reading
		for i := range h {
			h[i] = air.Reading{Value: decimal.Decimal{Mantissa: r.Int64N(3000), Scale: 1}, Valid: r.IntN(6) > 0}
		}
		at := day("2026-06-15")
		var sum, n int64
		for _, x := range h {
			if x.Valid {
				sum += x.Value.Mantissa
				n++
			}
		}
		s := air.DayOf(at, air.NO2, &h, air.II)
		if n > 0 && s.Value.Cmp(big.NewRat(sum, 10*n)) != 0 || s.Valid != (n >= 20) {
			t.Fatalf("%v: %+v", h, s)
		}
		var best *big.Rat
		windows := 0
		for end := 8; end <= 24; end++ {
			sum, n = 0, 0
			for i := end - 8; i < end; i++ {
				if h[i].Valid {
					sum += h[i].Value.Mantissa
					n++
				}
			}
			if n >= 6 {
				windows++
				if m := big.NewRat(sum, 10*n); best == nil || m.Cmp(best) > 0 {
					best = m
				}
			}
		}
		o := air.DayOf(at, air.O3, &h, air.II)
		valid := windows >= 14 || best != nil && best.Cmp(big.NewRat(160, 1)) > 0
		if o.Valid != valid || (best == nil) != (o.Value == nil) || best != nil && best.Cmp(o.Value) != 0 {
			t.Fatalf("%v: %+v, want %v %v", h, o, best, valid)
		}
	}
}

func TestComposite_AgreesWithASecondReading(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 13))
	limits := [6]int64{60, 40, 4, 160, 60, 30}
	weight := [6]int64{1, 2, 1, 2, 1, 3}
	for range 10_000 {
		var d air.Days
		var plain [6][]int64 // hundredths
		n := 1 + r.IntN(31)
		for i := range d {
			for range n {
				x := r.Int64N(15000)
				if air.Item(i) == air.CO {
					x = r.Int64N(300)
				}
				plain[i] = append(plain[i], x)
				d[i] = append(d[i], big.NewRat(x, 100))
			}
		}
		want := new(big.Rat)
		for i, list := range plain {
			sort.Slice(list, func(a, b int) bool { return list[a] < list[b] })
			var c *big.Rat
			p := map[air.Item]int64{air.CO: 95, air.O3: 90}[air.Item(i)]
			if p == 0 {
				var sum int64
				for _, x := range list {
					sum += x
				}
				c = big.NewRat(sum, int64(100*n))
			} else {
				k := big.NewRat(int64(n-1)*p, 100) // from the first
				s := new(big.Int).Quo(k.Num(), k.Denom()).Int64()
				c = big.NewRat(list[s], 100)
				if s+1 < int64(n) {
					rest := new(big.Rat).Sub(k, big.NewRat(s, 1))
					c.Add(c, rest.Mul(rest, big.NewRat(list[s+1]-list[s], 100)))
				}
			}
			digits := 1
			if air.Item(i) == air.CO {
				digits = 2
			}
			c, _ = new(big.Rat).SetString(halfEven(c, digits))
			c.Quo(c, big.NewRat(limits[i], 1))
			want.Add(want, c.Mul(c, big.NewRat(weight[i], 1)))
		}
		by, _ := air.CompositeAt(day("2027-01-01"), true)
		got, ok := by.Of(air.PeriodValues(&d))
		if !ok || got.Exact.Cmp(want) != 0 || got.Value.String() != halfEven(want, 2) {
			t.Fatalf("%s, want %s", got.Exact, want)
		}
	}
}

// halfEven rounds with text alone.
func halfEven(r *big.Rat, digits int) string {
	down := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)))
	q := new(big.Int).Quo(down.Num(), down.Denom())
	rest := new(big.Rat).Sub(down, new(big.Rat).SetInt(q))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	text := fmt.Sprintf("%0*s", digits+1, q.String())
	return text[:len(text)-digits] + "." + text[len(text)-digits:]
}
