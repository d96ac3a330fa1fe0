package forecast

import (
	"math"
	"math/rand/v2"
)

// builder makes the regressors of an hour of issue for one horizon; it reads
// nothing after that hour.
type builder struct {
	s      *Series
	y      []float64
	phases []phase
	clim   []float64 // what is usual, by hour of the grid and beyond its end
	anom   []float64 // (y − usual)/sd; NaN where y is missing
	ahead  *window   // of anom
	sd     float64
	plain  *[12][24]float64
	others []other
}

// other is another column: weather, other pollutants.
type other struct {
	z   []float64 // standardised by the training hours
	win *window
}

// window is running sums of a column, missing values left out.
type window struct{ sum, count []float64 }

func newWindow(v []float64) *window {
	w := &window{make([]float64, len(v)+1), make([]float64, len(v)+1)}
	for i, x := range v {
		w.sum[i+1], w.count[i+1] = w.sum[i], w.count[i]
		if !math.IsNaN(x) {
			w.sum[i+1] += x
			w.count[i+1]++
		}
	}
	return w
}

// mean is the mean of the n values up to and with t; 0, what is usual, of none.
func (w *window) mean(t, n int) float64 {
	from := max(0, t+1-n)
	if c := w.count[t+1] - w.count[from]; c > 0 {
		return (w.sum[t+1] - w.sum[from]) / c
	}
	return 0
}

// patience is how many hours a missing value may be answered by an older one.
const patience = 6

// last is the newest value at or before t; 0 when there is none within patience.
func last(v []float64, t int) (value float64, age int) {
	for k := 0; k <= patience && t-k >= 0; k++ {
		if x := v[t-k]; !math.IsNaN(x) {
			return x, k
		}
	}
	return 0, patience + 1
}

// maxOthers bounds the other columns that are used.
const maxOthers = 16

// newBuilder prepares the columns; what it learns, it learns before cut.
func newBuilder(s *Series, target, cut, longest int, c *climate, phases []phase) *builder {
	b := &builder{s: s, y: s.Columns[target], phases: phases, sd: c.sd, plain: &c.plain}
	n := s.Len()
	b.clim = make([]float64, n+longest)
	for i := range b.clim {
		b.clim[i] = c.at(phases[i])
	}
	b.anom = make([]float64, n)
	for i, v := range b.y {
		b.anom[i] = (v - b.clim[i]) / c.sd
	}
	b.ahead = newWindow(b.anom)
	for k, col := range s.Columns {
		if k == target || len(b.others) == maxOthers {
			continue
		}
		if z, ok := standard(col, cut); ok {
			b.others = append(b.others, other{z, newWindow(z)})
		}
	}
	return b
}

// standard standardises a column by its values before cut; false when it tells
// nothing: constant, hardly there, or only counting up, like a line number.
func standard(col []float64, cut int) ([]float64, bool) {
	n, sum, square, rising := 0.0, 0.0, 0.0, true
	before := math.Inf(-1)
	for _, v := range col[:cut] {
		if math.IsNaN(v) {
			continue
		}
		n++
		sum += v
		rising = rising && v >= before
		before = v
	}
	if n < 100 || n < 0.2*float64(cut) || rising {
		return nil, false
	}
	mean := sum / n
	for _, v := range col[:cut] {
		if !math.IsNaN(v) {
			square += (v - mean) * (v - mean)
		}
	}
	sd := math.Sqrt(square / n)
	if sd < 1e-9*(1+math.Abs(mean)) {
		return nil, false
	}
	z := make([]float64, len(col))
	for i, v := range col {
		z[i] = (v - mean) / sd
	}
	return z, true
}

var (
	lags  = [...]int{1, 2, 3, 5, 8, 11, 17, 23, 47}
	spans = [...]int{3, 6, 12, 24, 48, 72, 168}
)

// row fills the regressors of the issue at t for the hour t+h: first those
// without penalty.
func (b *builder) row(t, h int, dst []float64) []float64 {
	dst = append(dst[:0], 1)
	now, age := last(b.anom, t)
	dst = append(dst, now, float64(age)/patience, now*float64(age)/patience)
	for _, k := range lags {
		x := 0.0
		if t >= k {
			x, _ = last(b.anom, t-k)
		}
		dst = append(dst, x)
	}
	day := 0.0
	for _, n := range spans {
		m := b.ahead.mean(t, n)
		if n == 24 {
			day = m
		}
		dst = append(dst, m)
	}
	// the hour of the target on the days before
	same, days := 0.0, 0.0
	var newest [2]float64
	for at := sameHour(t, h); at >= 0 && at > t-24*7; at -= 24 {
		if x := b.anom[at]; !math.IsNaN(x) {
			if days < 2 {
				newest[int(days)] = x
			}
			same += x
			days++
		}
	}
	dst = append(dst, newest[0], newest[1])
	dst = append(dst, same/max(days, 1))
	high, low := math.Inf(-1), math.Inf(1)
	for k := max(0, t-23); k <= t; k++ {
		if x := b.anom[k]; !math.IsNaN(x) {
			high, low = max(high, x), min(low, x)
		}
	}
	if high < low {
		high, low = 0, 0
	}
	dst = append(dst, high, low)
	p := b.phases[t+h]
	for k := 1; k <= 2; k++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(k*p.hour) / 24)
		dst = append(dst, sin, cos, now*sin, now*cos, day*sin, day*cos)
	}
	sin, cos := math.Sincos(2 * math.Pi * p.year)
	dst = append(dst, sin, cos, now*sin, now*cos, day*sin, day*cos)
	rest := 0.0
	if p.rest {
		rest = 1
	}
	dst = append(dst, rest)
	for i := range b.others {
		o := &b.others[i]
		z, _ := last(o.z, t)
		m := o.win.mean(t, 24)
		dst = append(dst, z, z-o.win.mean(t, 6), m)
	}
	return dst
}

// sameHour is the newest hour at or before t with the hour of the day of t+h.
func sameHour(t, h int) int { return t + h - 24*((h+23)/24) }

// hidden is a layer of random bends over the regressors, which lets a linear fit
// follow what is not straight.
type hidden struct {
	low, high, mean, scale []float64 // of the regressors in training
	bends                  []bend
}

// bend looks at a few regressors.
type bend struct {
	bias    float64
	at      [6]int
	weights [6]float64
}

// newHidden draws the layer; the same every time.
func newHidden(size int, rows [][]float64) *hidden {
	p := len(rows[0])
	l := &hidden{make([]float64, p), make([]float64, p), make([]float64, p), make([]float64, p), make([]bend, size)}
	copy(l.low, rows[0])
	copy(l.high, rows[0])
	for _, r := range rows {
		for j, x := range r {
			l.mean[j] += x / float64(len(rows))
			l.low[j], l.high[j] = min(l.low[j], x), max(l.high[j], x)
		}
	}
	for _, r := range rows {
		for j, x := range r {
			l.scale[j] += (x - l.mean[j]) * (x - l.mean[j]) / float64(len(rows))
		}
	}
	for j := range l.scale {
		if l.scale[j] = math.Sqrt(l.scale[j]); l.scale[j] < 1e-9 {
			l.scale[j] = 1
		}
	}
	r := rand.New(rand.NewPCG(20, 26))
	for k := range l.bends {
		b := &l.bends[k]
		b.bias = r.NormFloat64()
		for i := range b.at {
			b.at[i], b.weights[i] = 1+r.IntN(p-1), r.NormFloat64()/1.5
		}
	}
	return l
}

// widen standardises a row, keeps it within what training saw, and adds the
// bends.
func (l *hidden) widen(row []float64) []float64 {
	p := len(l.mean)
	for j := 1; j < p; j++ {
		row[j] = (min(max(row[j], l.low[j]), l.high[j]) - l.mean[j]) / l.scale[j]
	}
	for i := range l.bends {
		b := &l.bends[i]
		sum := b.bias
		for k, at := range b.at {
			sum += b.weights[k] * row[at]
		}
		row = append(row, math.Tanh(sum))
	}
	return row
}
