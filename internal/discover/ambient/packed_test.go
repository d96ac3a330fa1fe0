package ambient

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

func TestPacked_ComesBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var s slots
		for h := range s {
			if r.IntN(4) > 0 {
				s[h] = slot{decimal.Decimal{Mantissa: r.Int64N(2*maxMantissa) - maxMantissa, Scale: int8(r.IntN(maxScale + 1))}, Flags[r.IntN(len(Flags))].ID[0]}
			}
		}
		got, err := unpackSlots(s.pack())
		if err != nil || got != s {
			t.Fatalf("%v\n%v\n%v", err, got, s)
		}
		var m month
		for d := range m {
			if r.IntN(4) > 0 {
				m[d] = daily{num: r.Int64() - 1<<62, den: 1 + r.Int64N(24e9), have: 1 + r.IntN(24), valid: r.IntN(2) == 0}
			}
		}
		back, err := unpackMonth(m.pack())
		if err != nil || back != m {
			t.Fatalf("%v\n%v\n%v", err, back, m)
		}
	}
}

// TestPacked_Golden keeps what is stored readable by programs to come.
func TestPacked_Golden(t *testing.T) {
	t.Parallel()
	var s slots
	s[0] = slot{decimal.Must("35.5"), 'N'}
	s[23] = slot{decimal.Must("-1"), 'M'}
	want := "\x01\x81\x80\x80\x04N\xb1\x2c" + "M\x08"
	if got := string(s.pack()); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var m month
	m[1] = daily{num: 71, den: 2, have: 20, valid: true}
	want = "\x01\x02\x29\x8e\x01\x02"
	if got := string(m.pack()); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPacked_DamageIsToldNotTaken(t *testing.T) {
	t.Parallel()
	var s slots
	s[3] = slot{decimal.Must("12.5"), 'N'}
	good := s.pack()
	for _, bad := range [][]byte{nil, {1}, {2, 0}, good[:len(good)-1], append(append([]byte{}, good...), 1), {1, 0xff, 0xff, 0xff, 0xff, 0x0f}, {1, 1, 0, 8}, {1, 1, 'N', 7}} {
		if _, err := unpackSlots(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	var m month
	m[3] = daily{num: 1, den: 2, have: 3}
	good = m.pack()
	for _, bad := range [][]byte{nil, {1}, {2, 0}, good[:len(good)-1], append(append([]byte{}, good...), 1), {1, 1, 0, 0, 1}} {
		if _, err := unpackMonth(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 28, 15, 59, 59, 0, time.UTC) // 23:59:59 in Beijing
	d := DayAt(at)
	if d.String() != "2026-02-28" || DayAt(at.Add(time.Second)) != d+1 || d.Month().String() != "2026-02" || d.Month().Days() != 28 {
		t.Errorf("%s %s", d, d.Month())
	}
	if d.Begin().UTC().Format(time.RFC3339) != "2026-02-27T16:00:00Z" || DayAt(d.Begin()) != d || DayAt(d.Begin().Add(-1)) != d-1 {
		t.Error(d.Begin())
	}
	m := MonthOf(2023, time.December)
	if m+1 != MonthOf(2024, time.January) || (m+2).Days() != 29 || m.First().String() != "2023-12-01" || m.Year() != 2023 || m.Calendar() != time.December {
		t.Error(m)
	}
	if got, ok := ParseDay("1969-12-31"); !ok || got != -1 {
		t.Error(got, ok)
	}
	if _, ok := ParseMonth("2026-13"); ok {
		t.Error("a 13th month")
	}
}

func TestFromLogger(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind   Kind
		mg     bool
		factor string
		in     string
		want   string
	}{
		{Air, false, "a34004", "35", "35"}, {Air, true, "a34004", "0.035", "35"}, {Air, true, "a34004", "1", "1000"}, {Air, true, "a21005", "0.8", "0.8"},
		{Section, false, "w21003", "0.51", "0.51"}, {Section, false, "w20111", "0.04", "0.00004"},
	} {
		item, ok := ItemOf(c.kind, c.factor)
		got, ok2 := fromLogger(Station{Kind: c.kind, Milligrams: c.mg}, item, decimal.Must(c.in))
		if !ok || !ok2 || got.String() != c.want {
			t.Errorf("%s %s: %s, want %s (%v %v)", c.factor, c.in, got, c.want, ok, ok2)
		}
	}
}
