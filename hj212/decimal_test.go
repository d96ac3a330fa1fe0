package hj212

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		mantissa int64
		scale    int8
		exact    bool // Append gives the text back
	}{
		{"0", 0, 0, true}, {"7.10", 710, 2, true}, {"-1.25", -125, 2, true}, {"0.05", 5, 2, true},
		{"-0.5", -5, 1, true}, {"9999.99", 999999, 2, true}, {"0.000", 0, 3, true},
		{"123456789.123456789", 123456789123456789, 9, true},
		{"9223372036854775807", 1<<63 - 1, 0, true}, {"-9223372036854775807", -(1<<63 - 1), 0, true},
		{"0.000000000000000001", 1, 18, true},
		{"+1.5", 15, 1, false}, {".5", 5, 1, false}, {"5.", 5, 0, false}, {"007", 7, 0, false},
		{"-0.0", 0, 1, false}, {"-.5", -5, 1, false}, {"00.5", 5, 1, false},
	} {
		d, ok := ParseDecimal([]byte(c.text))
		if !ok || d.Mantissa != c.mantissa || d.Scale != c.scale {
			t.Errorf("%q: %+v %v", c.text, d, ok)
		}
		if d.Exact([]byte(c.text)) != c.exact {
			t.Errorf("%q is written %q", c.text, d)
		}
	}
	for _, text := range []string{"", "-", "+", ".", "-.", "1e3", "1E-3", "NaN", "Inf", "1,5", " 1", "1 ", "--1", "1-",
		"1.2.3", "0x10", "１", "9223372036854775808", "-9223372036854775808", "0.0000000000000000001", "N", "12_000"} {
		if d, ok := ParseDecimal([]byte(text)); ok {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestDecimal_IsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,8})?`).Draw(t, "text")
		d, ok := ParseDecimal([]byte(text))
		if !ok {
			t.Fatalf("%q is not read", text)
		}
		if !d.Exact([]byte(text)) && !(d.Mantissa == 0 && strings.HasPrefix(text, "-")) {
			t.Fatalf("%q is written %q", text, d)
		}
		want, _ := new(big.Rat).SetString(text)
		got := new(big.Rat).SetFrac(big.NewInt(d.Mantissa), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
		if want.Cmp(got) != 0 {
			t.Fatalf("%q is read as %v", text, got)
		}
	})
}

func TestDecimal_Float64IsTheNearest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Decimal{rapid.Int64().Draw(t, "mantissa"), int8(rapid.IntRange(0, 18).Draw(t, "scale"))}
		want, err := strconv.ParseFloat(d.String(), 64)
		if err != nil || d.Float64() != want {
			t.Fatalf("%v: %v, want %v", d, d.Float64(), want)
		}
	})
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"20160801085857":     "2016-08-01T08:58:57+08:00",
		"20160801085857223":  "2016-08-01T08:58:57.223+08:00",
		"201608010858572234": "2016-08-01T08:58:57.2234+08:00",
		"20240229000000":     "2024-02-29T00:00:00+08:00",
		"20000229235959":     "2000-02-29T23:59:59+08:00",
		"20231231235959999":  "2023-12-31T23:59:59.999+08:00",
	} {
		got, ok := ParseTime([]byte(text))
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "2016", "2016080108585", "201608010858572", "2016080108585722345",
		"20160801085860", "20160801086000", "20160801240000", "20160800085857", "20160832085857", "20160001085857",
		"20161301085857", "20230229000000", "21000229000000", "20160431000000", "2016080108585X", "２０１６０８０１０８"} {
		if got, ok := ParseTime([]byte(text)); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestTimes_ThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 4102444800000).Draw(t, "ms")).UTC()
		if got, ok := ParseTime(AppendQN(nil, at)); !ok || !got.Equal(at) {
			t.Fatalf("QN %s: %v", AppendQN(nil, at), got)
		}
		if got, ok := ParseTime(AppendTime(nil, at)); !ok || !got.Equal(at.Truncate(time.Second)) {
			t.Fatalf("time %s: %v", AppendTime(nil, at), got)
		}
	})
}
