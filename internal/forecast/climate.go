package forecast

import "math"

// climate is what is usual at an hour: a smooth function of the hour of the day
// and, when the training covers the seasons, of the day of the year.
type climate struct {
	seasons int // harmonics of the year
	weights []float64
	// plain is the mean of each hour of each month, what a table of climatology
	// would say; the baseline.
	plain [12][24]float64
	sd    float64
}

const (
	hoursPerYear = 8766
	dayHarmonics = 4
)

// phase is an hour's place in its day and year.
type phase struct {
	hour  int
	month int
	year  float64 // 0 to 1
	rest  bool    // Saturday or Sunday
}

func (s *Series) phase(i int) phase {
	t := s.Time(i)
	return phase{t.Hour(), int(t.Month()) - 1, float64(t.YearDay()-1) / 366, t.Weekday()%6 == 0}
}

// terms fills the regressors of an hour.
func (c *climate) terms(p phase, dst []float64) []float64 {
	dst = append(dst[:0], 1)
	day := len(dst) - 1
	for k := 1; k <= dayHarmonics; k++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(k*p.hour) / 24)
		dst = append(dst, sin, cos)
	}
	daily := dst[day:len(dst):len(dst)]
	for k := 1; k <= c.seasons; k++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) * p.year)
		for j, d := range daily {
			if j > 4 { // the shape of a day changes with the season in its first two harmonics
				break
			}
			dst = append(dst, d*sin, d*cos)
		}
	}
	return dst
}

// fitClimate learns what is usual from the hours before cut.
func fitClimate(y []float64, phases []phase, cut int) climate {
	c := climate{}
	first, last, n := -1, -1, 0
	for i := range cut {
		if !math.IsNaN(y[i]) {
			if first < 0 {
				first = i
			}
			last = i
			n++
		}
	}
	switch span := last - first; {
	case span > hoursPerYear*5/3:
		c.seasons = 2
	case span > hoursPerYear*5/6:
		c.seasons = 1
	}
	if n == 0 {
		c.sd = 1
		return c
	}
	var row []float64
	row = c.terms(phase{}, row)
	g := newGram(len(row))
	for i := range cut {
		if !math.IsNaN(y[i]) {
			row = c.terms(phases[i], row)
			g.add(row, y[i], 1)
		}
	}
	c.weights = g.solve(1e-3*float64(n), 1)
	sum := 0.0
	for i := range cut {
		if !math.IsNaN(y[i]) {
			d := y[i] - c.at(phases[i])
			sum += d * d
		}
	}
	c.sd = math.Sqrt(sum / float64(n))
	if c.sd < 1e-9 {
		c.sd = 1
	}
	c.table(y, phases, cut)
	return c
}

// table makes the plain means; a month that training did not see has the mean of
// its hour.
func (c *climate) table(y []float64, phases []phase, cut int) {
	var sum, count [13][25]float64
	for i := range cut {
		if v := y[i]; !math.IsNaN(v) {
			p := phases[i]
			for _, m := range [2]int{p.month, 12} {
				for _, h := range [2]int{p.hour, 24} {
					sum[m][h] += v
					count[m][h]++
				}
			}
		}
	}
	for m := range 12 {
		for h := range 24 {
			for _, k := range [4][2]int{{m, h}, {12, h}, {m, 24}, {12, 24}} {
				if count[k[0]][k[1]] > 0 {
					c.plain[m][h] = sum[k[0]][k[1]] / count[k[0]][k[1]]
					break
				}
			}
		}
	}
}

// at is what is usual.
func (c *climate) at(p phase) float64 {
	var buf [64]float64
	sum := 0.0
	for i, t := range c.terms(p, buf[:0]) {
		if i < len(c.weights) {
			sum += c.weights[i] * t
		}
	}
	return sum
}
