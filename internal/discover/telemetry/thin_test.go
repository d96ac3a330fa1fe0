package telemetry

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// wave is n points a minute apart around 10; at changes some of them.
func wave(n int, at map[int]Point) []Point {
	out := make([]Point, n)
	for i := range out {
		out[i] = Point{At: time.Unix(1_800_000_000, 0).Add(time.Duration(i) * time.Minute), Value: decimal.Decimal{Mantissa: int64(80 + i*7%40), Scale: 1}, Flag: "N"}
		if p, ok := at[i]; ok {
			out[i].Value, out[i].Flag = p.Value, p.Flag
		}
	}
	return out
}

func over(limit string) func(Point) bool {
	d := decimal.Must(limit)
	return func(p Point) bool { return p.Judged().Cmp(d) > 0 }
}

func TestThin_KeepsWhatAChartTells(t *testing.T) {
	t.Parallel()
	v := func(s, flag string) Point { return Point{Value: decimal.Must(s), Flag: flag} }
	special := map[int]Point{4321: v("0.1", "N"), 6000: v("99", "N"), 6001: v("51", "N"), 7777: v("50.5", "N"), 9000: v("0", "C"), 9001: v("0", "C"), 9002: v("0", "C"), 9100: v("900", "D")}
	all := wave(20_000, special)
	got := Thin(all, 1500, over("50"))
	if len(got) < 700 || len(got) > 1800 {
		t.Fatalf("%d points are kept", len(got))
	}
	at := map[time.Time]Point{}
	for i, p := range got {
		if i > 0 && !got[i-1].At.Before(p.At) {
			t.Fatal("out of order")
		}
		at[p.At] = p
	}
	for i := range special {
		_, kept := at[all[i].At]
		if want := i != 9001 && i != 6001; kept != want && i != 6001 {
			t.Errorf("point %d kept: %t", i, kept)
		}
	}
	for _, i := range []int{0, len(all) - 1, 8999, 9003} { // the ends, and the valid neighbours of the marked run
		if _, kept := at[all[i].At]; !kept {
			t.Errorf("point %d is missing", i)
		}
	}
}

func TestThin_LeavesShortSeriesAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, most, want int }{{0, 100, 0}, {1, 100, 1}, {100, 100, 100}, {101, 0, 101}, {5000, 7, 5000}} {
		if got := Thin(wave(c.n, nil), c.most, nil); len(got) != c.want {
			t.Errorf("%d points, most %d: %d", c.n, c.most, len(got))
		}
	}
}

func TestThin_IsBounded(t *testing.T) {
	t.Parallel()
	worst := map[int]Point{}
	for i := range 30_000 {
		worst[i] = Point{Value: decimal.Decimal{Mantissa: int64(100 + i%9)}, Flag: []string{"N", "C", "D"}[i%3]}
	}
	if n := len(Thin(wave(30_000, worst), 1000, over("50"))); n > 3200 {
		t.Errorf("%d points of fluttering flags", n)
	}
	same := wave(3000, nil)
	for i := range same {
		same[i].At = same[0].At
	}
	if n := len(Thin(same, 100, nil)); n > 150 {
		t.Errorf("%d points of one moment", n)
	}
}

func BenchmarkThin(b *testing.B) {
	all := wave(52_560, nil)
	for b.Loop() {
		Thin(all, 1500, over("50"))
	}
}
