package forecast

import "math"

// gram is the normal equations of a least-squares problem: sums over rows, so
// that parts add and folds subtract.
type gram struct {
	p  int
	xx []float64 // upper triangle, row by row, of p × p
	xy []float64
	n  float64
}

func newGram(p int) *gram { return &gram{p: p, xx: make([]float64, p*p), xy: make([]float64, p)} }

// add takes one row with its target.
func (g *gram) add(x []float64, y, weight float64) {
	for i, a := range x {
		if a == 0 {
			continue
		}
		a *= weight
		row := g.xx[i*g.p+i : (i+1)*g.p]
		for j, b := range x[i:] {
			row[j] += a * b
		}
		g.xy[i] += a * y
	}
	g.n += weight
}

// less is g without h.
func (g *gram) less(h *gram) *gram {
	out := newGram(g.p)
	for i := range g.xx {
		out.xx[i] = g.xx[i] - h.xx[i]
	}
	for i := range g.xy {
		out.xy[i] = g.xy[i] - h.xy[i]
	}
	out.n = g.n - h.n
	return out
}

// plus adds h to g.
func (g *gram) plus(h *gram) {
	for i := range g.xx {
		g.xx[i] += h.xx[i]
	}
	for i := range g.xy {
		g.xy[i] += h.xy[i]
	}
	g.n += h.n
}

// head is the problem of the first p columns alone.
func (g *gram) head(p int) *gram {
	if p == g.p {
		return g
	}
	out := newGram(p)
	for i := range p {
		copy(out.xx[i*p:(i+1)*p], g.xx[i*g.p:i*g.p+p])
	}
	copy(out.xy, g.xy)
	out.n = g.n
	return out
}

// solve gives the ridge weights by Cholesky; the first free weights bear no
// penalty (but a hair, so that there is always a solution).
func (g *gram) solve(penalty float64, free int) []float64 {
	p := g.p
	l := make([]float64, p*p)
	for i := range p {
		for j := range i + 1 {
			v := g.xx[j*p+i]
			if i == j {
				if i >= free {
					v += penalty
				}
				v += 1e-9 * (1 + g.n)
			}
			li, lj := l[i*p:i*p+j], l[j*p:j*p+j]
			for k, a := range li {
				v -= a * lj[k]
			}
			if i == j {
				l[i*p+i] = math.Sqrt(max(v, 1e-12))
			} else {
				l[i*p+j] = v / l[j*p+j]
			}
		}
	}
	w := make([]float64, p)
	for i := range p {
		v := g.xy[i]
		for k := range i {
			v -= l[i*p+k] * w[k]
		}
		w[i] = v / l[i*p+i]
	}
	for i := p - 1; i >= 0; i-- {
		v := w[i]
		for k := i + 1; k < p; k++ {
			v -= l[k*p+i] * w[k]
		}
		w[i] = v / l[i*p+i]
	}
	return w
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// blend finds weights, none negative and together one, of columns that least
// square to y, from their products; it begins with the best single column, so
// that it is never worse than any of them on the same rows.
func blend(products [][]float64, withY []float64) []float64 {
	k := len(withY)
	w := make([]float64, k)
	best, at := math.Inf(1), 0
	for i := range k {
		if e := products[i][i] - 2*withY[i]; e < best {
			best, at = e, i
		}
	}
	w[at] = 1
	for range 2000 { // move weight between the pair that gains most
		grad := make([]float64, k)
		for i := range k {
			grad[i] = dot(products[i], w) - withY[i]
		}
		to, from := 0, -1
		for i := range k {
			if grad[i] < grad[to] {
				to = i
			}
			if w[i] > 0 && (from < 0 || grad[i] > grad[from]) {
				from = i
			}
		}
		curve := products[to][to] + products[from][from] - 2*products[to][from]
		gain := grad[from] - grad[to]
		if to == from || curve <= 0 || gain < 1e-9*(1+math.Abs(best)) {
			break
		}
		step := min(w[from], gain/curve)
		w[to] += step
		w[from] -= step
	}
	return w
}
