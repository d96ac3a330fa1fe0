package decimal

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want Decimal
		back string
	}{
		{"35", Decimal{35, 0}, "35"},
		{"35.0", Decimal{350, 1}, "35.0"},
		{"-0.05", Decimal{-5, 2}, "-0.05"},
		{"+7.1", Decimal{71, 1}, "7.1"},
		{".5", Decimal{5, 1}, "0.5"},
		{"5.", Decimal{5, 0}, "5"},
		{"007.10", Decimal{710, 2}, "7.10"},
		{"0.00003", Decimal{3, 5}, "0.00003"},
		{"9223372036854775807", Decimal{math.MaxInt64, 0}, "9223372036854775807"},
		{"-9223372036854775808", Decimal{math.MinInt64, 0}, "-9223372036854775808"},
	} {
		got, err := Parse(c.text)
		if err != nil || got != c.want || got.String() != c.back {
			t.Errorf("%q: %+v %v, prints %q, want %+v %q", c.text, got, err, got, c.want, c.back)
		}
	}
	for _, bad := range []string{"", ".", "-", "+", "1.2.3", "1e3", "--1", "1-", "1.-2", "1.+2", "1_000", "1,0", " 1", "NaN", "9223372036854775808", "0.1234567890123456789"} {
		if d, err := Parse(bad); err == nil {
			t.Errorf("%q was read as %v", bad, d)
		}
	}
}

func TestCmp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"35", "35.0", 0}, {"35.01", "35", 1}, {"-1", "0", -1}, {"0.1", "0.10000", 0},
		{"9223372036854775807", "0.000000000000000001", 1},
	} {
		if got := Must(c.a).Cmp(Must(c.b)); got != c.want {
			t.Errorf("%s vs %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestFromRat_RoundsHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den int64
		scale    int8
		want     string
	}{
		{25, 10, 0, "2"}, {35, 10, 0, "4"}, {-25, 10, 0, "-2"}, {-35, 10, 0, "-4"},
		{2501, 1000, 0, "3"}, {1, 3, 3, "0.333"}, {2, 3, 3, "0.667"}, {-2, 3, 3, "-0.667"}, {5, 1, 2, "5.00"},
	} {
		got, ok := FromRat(big.NewRat(c.num, c.den), c.scale)
		if !ok || got.String() != c.want {
			t.Errorf("%d/%d to %d digits: %s %v, want %s", c.num, c.den, c.scale, got, ok, c.want)
		}
	}
	if _, ok := FromRat(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 80)), 0); ok {
		t.Error("a number beyond int64 was rounded")
	}
}

func TestFromFloat(t *testing.T) {
	t.Parallel()
	if d, ok := FromFloat(66.66); !ok || d.String() != "66.66" {
		t.Errorf("%v %v", d, ok)
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), 1e30} {
		if d, ok := FromFloat(f); ok {
			t.Errorf("%v became %v", f, d)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Decimal{rapid.Int64Range(-1e14, 1e14).Draw(t, "m"), int8(rapid.IntRange(0, 9).Draw(t, "s"))}
		if e, ok := FromFloat(d.Float64()); !ok || e.Cmp(d) != 0 {
			t.Fatalf("%v came back as %v", d, e)
		}
	})
}

func TestJSONAndSQL_RoundTrip(t *testing.T) {
	t.Parallel()
	var v struct{ A, B *Decimal }
	if err := json.Unmarshal([]byte(`{"A": 35.50, "B": "6.0"}`), &v); err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(v); string(text) != `{"A":35.50,"B":6.0}` {
		t.Errorf("%s", text)
	}
	if err := json.Unmarshal([]byte(`{"A": true}`), &v); err == nil {
		t.Error("true was read as a number")
	}
	stored, _ := Must("0.00003").Value()
	var back Decimal
	if err := back.Scan(stored); err != nil || back != Must("0.00003") {
		t.Errorf("%v %v", back, err)
	}
	if back.Scan([]byte("6.5")) != nil || back.String() != "6.5" || back.Scan(1.5) == nil || back.Scan("x") == nil {
		t.Error("Scan takes text and nothing else")
	}
}

func TestCmp_AgreesWithFractions(t *testing.T) {
	t.Parallel()
	x := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		d := func() Decimal {
			m := x.Int64() >> x.IntN(64)
			if x.IntN(2) == 0 {
				m = -m
			}
			return Decimal{Mantissa: m, Scale: int8(x.IntN(19))}
		}
		a, b := d(), d()
		if x.IntN(3) == 0 && b.Scale > 0 { // close to each other
			a = Decimal{Mantissa: b.Mantissa / 10, Scale: b.Scale - 1}
		}
		if got, want := a.Cmp(b), a.Rat().Cmp(b.Rat()); got != want {
			t.Fatalf("%v cmp %v = %d, want %d", a, b, got, want)
		}
	}
	least := Decimal{Mantissa: math.MinInt64}
	if least.Cmp(Decimal{Mantissa: math.MinInt64, Scale: 1}) != -1 || least.Cmp(Decimal{Mantissa: 1, Scale: 18}) != -1 {
		t.Error("the least mantissa")
	}
}

func TestFloat64_IsTheNearest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 8))
	check := func(d Decimal) {
		t.Helper()
		want, _ := d.Rat().Float64()
		if got := d.Float64(); got != want {
			t.Fatalf("%d/10^%d: %v, want %v", d.Mantissa, d.Scale, got, want)
		}
	}
	for range 50_000 {
		m := r.Int64() >> r.IntN(63)
		if r.IntN(2) == 0 {
			m = -m
		}
		check(Decimal{Mantissa: m, Scale: int8(r.IntN(19))})
	}
	for _, m := range []int64{0, 1, -1, 1 << 53, 1<<53 + 1, -(1 << 53), -(1<<53 + 1), math.MaxInt64, math.MinInt64} {
		for scale := range int8(19) {
			check(Decimal{Mantissa: m, Scale: scale})
		}
	}
}
