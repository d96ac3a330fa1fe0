package assess_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/decimal"
)

func TestPercentile_Examples(t *testing.T) {
	t.Parallel()
	var thirty []*big.Rat
	for i := 30; i >= 1; i-- {
		thirty = append(thirty, big.NewRat(int64(i), 1))
	}
	for p, want := range map[int64]string{90: "27.1", 95: "28.55", 98: "29.42", 100: "30", 0: "1", 50: "15.5"} {
		if got := assess.Percentile(thirty, p); got.Cmp(assess.Rat(want)) != 0 {
			t.Errorf("P%d: %s, want %s", p, got.FloatString(3), want)
		}
	}
	five := []*big.Rat{assess.Rat("5")}
	for _, p := range []int64{0, 50, 90, 100} {
		if got := assess.Percentile(five, p); got.Cmp(five[0]) != 0 {
			t.Errorf("P%d of one value: %s", p, got)
		}
	}
	if assess.Percentile(nil, 50) != nil || assess.Mean(nil) != nil || new(assess.Sum).Mean() != nil {
		t.Error("nothing has no statistic")
	}
	if thirty[0].Cmp(big.NewRat(30, 1)) != 0 {
		t.Error("the caller's values were moved")
	}
}

// The quick sum is the exact sum, whatever the scales and sizes.
func TestSum_IsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		var sum assess.Sum
		want := new(big.Rat)
		n := 1 + r.IntN(30)
		for range n {
			d := decimal.Decimal{Mantissa: r.Int64N(2000) - 1000, Scale: int8(r.IntN(5))}
			if r.IntN(20) == 0 {
				d = decimal.Decimal{Mantissa: (r.Int64() - math.MaxInt64/2), Scale: int8(r.IntN(19))}
			}
			sum.Add(d)
			want.Add(want, d.Rat())
		}
		want.Quo(want, big.NewRat(int64(n), 1))
		if sum.Len() != n || sum.Mean().Cmp(want) != 0 {
			t.Fatalf("%s, want %s", sum.Mean(), want)
		}
	}
}

func TestRound_HalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in     string
		digits int8
		want   string
	}{{"60.5", 0, "60"}, {"61.5", 0, "62"}, {"60.5000001", 0, "61"}, {"0.25", 1, "0.2"}, {"0.35", 1, "0.4"}, {"-2.5", 0, "-2"}, {"3.863", 2, "3.86"}} {
		if got := assess.Round(assess.Rat(c.in), c.digits); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestSpearman(t *testing.T) {
	t.Parallel()
	list := func(v ...int64) (out []*big.Rat) {
		for _, x := range v {
			out = append(out, big.NewRat(x, 1))
		}
		return out
	}
	for _, c := range []struct {
		values      []*big.Rat
		r           float64
		significant bool
		ok          bool
	}{
		{list(1, 2, 3, 4, 5), 1, true, true}, {list(5, 4, 3, 2, 1), -1, true, true}, {list(1, 2, 3, 5, 4), 0.9, true, true}, {list(2, 1, 4, 3, 5), 0.8, false, true},
		{list(1, 2, 3, 4), 0, false, false}, {list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), 0, false, false}, {list(3, 3, 3, 3, 3), 0.5, false, true},
	} {
		r, significant, ok := assess.Spearman(c.values)
		if math.Abs(r-c.r) > 1e-9 || significant != c.significant || ok != c.ok {
			t.Errorf("%v: %v %v %v", c.values, r, significant, ok)
		}
	}
}

// The mean in machine words is the exact mean, and so it is beyond them.
func TestMean_IsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 3))
	for i := range 3000 {
		var list []*big.Rat
		want := new(big.Rat)
		n := 1 + r.IntN(40)
		for range n {
			v := big.NewRat(r.Int64N(5000)-100, 1+r.Int64N(240))
			if i%7 == 0 {
				v = big.NewRat(r.Int64()-math.MaxInt64/2, 1+r.Int64N(math.MaxInt64))
			}
			if i%5 == 0 {
				v = big.NewRat(r.Int64N(1<<33)-1<<32, 1+r.Int64N(1<<12))
			}
			list = append(list, v)
			want.Add(want, v)
		}
		want.Quo(want, big.NewRat(int64(n), 1))
		if got := assess.Mean(list); got.Cmp(want) != 0 {
			t.Fatalf("%v: %s, want %s", list, got, want)
		}
	}
}

// Values that only fractions tell apart are ordered as fractions.
func TestPercentile_OrdersFractions(t *testing.T) {
	t.Parallel()
	third := big.NewRat(1, 3)
	hair := new(big.Rat).Add(third, big.NewRat(1, 1<<62))
	if got := assess.Percentile([]*big.Rat{hair, third}, 0); got.Cmp(third) != 0 {
		t.Error(got)
	}
	if got := assess.Percentile([]*big.Rat{hair, third}, 100); got.Cmp(hair) != 0 {
		t.Error(got)
	}
}
