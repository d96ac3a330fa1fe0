package ambient_test

import (
	"math"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/world/ambient"
)

var first = time.Date(2024, 1, 1, 0, 0, 0, 0, ambient.Beijing)

func mean(v []float64, take func(time.Time) bool) float64 {
	sum, n := 0.0, 0.0
	for i, x := range v {
		if !math.IsNaN(x) && take(first.Add(time.Duration(i)*time.Hour)) {
			sum += x
			n++
		}
	}
	return sum / n
}

// The air behaves as air does: winters are dusty, summer afternoons have ozone,
// nothing is negative, some hours are missing.
func TestSeries_BehavesLikeAir(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 3; seed++ {
		s := ambient.New(seed, first, 3*8766)
		fine, ozone := s.Columns[0], s.Columns[5]
		winter := mean(fine, func(t time.Time) bool { return t.Month() == 1 || t.Month() == 12 })
		summer := mean(fine, func(t time.Time) bool { return t.Month() == 6 || t.Month() == 7 })
		noon := mean(ozone, func(t time.Time) bool { return t.Month() == 7 && t.Hour() == 14 })
		night := mean(ozone, func(t time.Time) bool { return t.Month() == 7 && t.Hour() == 4 })
		if winter < 1.2*summer || winter > 90 || summer < 5 || noon < 1.5*night || noon > 250 {
			t.Errorf("seed %d: PM2.5 %.0f in winter, %.0f in summer; O3 %.0f at noon, %.0f at night", seed, winter, summer, noon, night)
		}
		missing := 0
		for _, v := range fine {
			if v < 0 {
				t.Fatal("negative")
			}
			if math.IsNaN(v) {
				missing++
			}
		}
		if share := float64(missing) / float64(len(fine)); share < 0.005 || share > 0.1 {
			t.Errorf("seed %d: %.3f missing", seed, share)
		}
	}
}

func TestSeries_SeedDecides(t *testing.T) {
	t.Parallel()
	a, b, c := ambient.New(5, first, 500), ambient.New(5, first, 500), ambient.New(6, first, 500)
	same, other := 0, 0
	for i := range a.Columns[0] {
		if x := a.Columns[0][i]; x == b.Columns[0][i] || math.IsNaN(x) {
			same++
		}
		if a.Columns[0][i] == c.Columns[0][i] {
			other++
		}
	}
	if same != 500 || other > 200 {
		t.Error(same, other)
	}
}
