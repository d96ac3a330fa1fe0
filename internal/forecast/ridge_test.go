package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The weights are those of the normal equations, and what is taken out of the
// sums is out.
func TestGram_Solves(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	truth := []float64{3, -2, 0.5, 0}
	all, part := newGram(4), newGram(4)
	for i := range 4000 {
		x := []float64{1, r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		y := dot(x, truth) + 0.01*r.NormFloat64()
		if i%4 == 0 {
			y = 1000
			part.add(x, y, 1)
		}
		all.add(x, y, 1)
	}
	for i, w := range all.less(part).solve(0, 1) {
		if math.Abs(w-truth[i]) > 0.01 {
			t.Errorf("weight %d: %v, want %v", i, w, truth[i])
		}
	}
	if w := all.less(part).solve(1e9, 1); math.Abs(w[1]) > 1e-3 || math.Abs(w[0]-3) > 0.2 {
		t.Errorf("a great penalty leaves the mean alone: %v", w)
	}
	head := all.less(part).head(2)
	if head.p != 2 || head.xx[0] != 3000 {
		t.Errorf("%+v", head)
	}
	if w := newGram(3).solve(0, 1); w[0] != 0 || w[2] != 0 {
		t.Errorf("nothing teaches nothing: %v", w)
	}
}

// The blend is never worse than its best part on the rows that it was made of.
func TestBlend_NeverWorseThanTheBest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	for range 300 {
		k, n := 2+r.IntN(5), 60
		cols, y := make([][]float64, k), make([]float64, n)
		for i := range y {
			y[i] = r.NormFloat64()
		}
		for c := range cols {
			cols[c] = make([]float64, n)
			for i := range y {
				cols[c][i] = y[i]*r.Float64() + r.NormFloat64()*float64(c+1)/2
			}
		}
		products, with := make([][]float64, k), make([]float64, k)
		for a := range cols {
			products[a] = make([]float64, k)
			for b := range cols {
				products[a][b] = dot(cols[a], cols[b]) / float64(n)
			}
			with[a] = dot(cols[a], y) / float64(n)
		}
		w := blend(products, with)
		sum, mixed, best := 0.0, 0.0, math.Inf(1)
		for _, x := range w {
			if x < 0 {
				t.Fatal("a weight below zero", w)
			}
			sum += x
		}
		for c := range cols {
			mse := 0.0
			for i := range y {
				mse += (cols[c][i] - y[i]) * (cols[c][i] - y[i])
			}
			best = min(best, mse)
		}
		for i := range y {
			v := 0.0
			for c := range cols {
				v += w[c] * cols[c][i]
			}
			mixed += (v - y[i]) * (v - y[i])
		}
		if math.Abs(sum-1) > 1e-9 || mixed > best*(1+1e-9) {
			t.Fatalf("weights %v: %v, the best part has %v", w, mixed, best)
		}
	}
}

func TestSameHour(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{100, 24, 100}, {100, 1, 77}, {100, 6, 82}, {100, 72, 100}, {100, 25, 77}, {100, 23, 99}} {
		if got := sameHour(c[0], c[1]); got != c[2] || (c[0]+c[1]-got)%24 != 0 || got > c[0] {
			t.Errorf("%v: %d", c, got)
		}
	}
}
