package official

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
)

func d(s string) decimal.Decimal { return decimal.Must(s) }

func round(r *big.Rat, digits int8) string {
	v, ok := decimal.FromRat(r, digits)
	if !ok {
		return "?"
	}
	return v.String()
}

func TestConvert_WorkedExamples(t *testing.T) {
	t.Parallel()
	r := For(enterprise.Gas, time.Now())
	for _, c := range []struct {
		value, ref, o2 string
		want           string
		guard          Guard
	}{
		{"28", "6", "9.5", "36.52", ""},
		{"32", "9", "11", "38.40", ""},
		{"120", "3.5", "12", "233.33", ""},
		{"18", "8", "17.2", "61.58", ""},
		{"10", "9", "6", "8.00", ""}, // below the reference: smaller
		{"10", "9", "20.49", "235.29", ""},
		{"10", "9", "20.5", "", Diluted},
		{"10", "9", "21", "", Diluted},
		{"10", "9", "", "", NoOxygen},
	} {
		var o2 *decimal.Decimal
		if c.o2 != "" {
			v := d(c.o2)
			o2 = &v
		}
		got, guard := r.Convert(d(c.value), d(c.ref), o2)
		text := ""
		if got != nil {
			text = round(got, 2)
		}
		if text != c.want || guard != c.guard || guard != "" && guard.Title() == "" {
			t.Errorf("%+v: %s %s", c, text, guard)
		}
	}
}

func TestFormulas(t *testing.T) {
	t.Parallel()
	std, ok := Standard(d("100"), d("101325"), d("0"), d("273"))
	if !ok || round(std, 2) != "200.00" {
		t.Error(std, ok)
	}
	if _, ok := Standard(d("1"), d("0"), d("0"), d("0")); ok {
		t.Error("no pressure")
	}
	dry, _ := Dry(d("90"), d("10"))
	if round(dry, 2) != "100.00" {
		t.Error(dry)
	}
	if _, ok := Dry(d("90"), d("100")); ok {
		t.Error("all water")
	}
	q, _ := DryFlow(d("200"), d("101325"), d("0"), d("273"), d("10"))
	if round(q, 2) != "90.00" {
		t.Error(q)
	}
	if got := round(NOx(FromPPM(d("92"), MolarNO), nil), 1); got != "188.9" {
		t.Errorf("92 ppm NO are %s mg/m³ NO2", got)
	}
	if got := round(NOx(d("30").Rat(), d("4").Rat()), 1); got != "50.0" {
		t.Error(got)
	}
	// The load takes the concentration before conversion: 28 mg/m³ at 10 m³/s.
	if got := round(GasLoad(d("28"), PerSecond.Volume(d("10"))), 4); got != "1.0080" {
		t.Error(got)
	}
	if a, b := PerSecond.Volume(d("10")), PerHour.Volume(d("36000")); a.Cmp(b) != 0 {
		t.Error(a, b)
	}
	if got := round(WaterLoad(d("50"), LitrePerSecond.Volume(d("10"))), 3); got != "1.800" {
		t.Error(got)
	}
}

func TestPercentile_WorkedExamples(t *testing.T) {
	t.Parallel()
	var list []decimal.Decimal
	for i := 30; i >= 1; i-- {
		list = append(list, decimal.Decimal{Mantissa: int64(i)})
	}
	for p, want := range map[int]string{90: "27.10", 95: "28.55", 98: "29.42", 0: "1.00", 100: "30.00", 50: "15.50"} {
		got, ok := Percentile(list, p)
		if !ok || round(got, 2) != want {
			t.Errorf("P%d = %v, want %s", p, got, want)
		}
	}
	if got, _ := Percentile([]decimal.Decimal{d("5")}, 98); round(got, 0) != "5" {
		t.Error(got)
	}
	if _, ok := Percentile(nil, 50); ok {
		t.Error("a percentile of nothing")
	}
}

func TestRates_WorkedExample(t *testing.T) {
	t.Parallel()
	c := Tally{Hours: 744, Stopped: 48, Received: 690, Valid: 676}
	for _, x := range []struct {
		p    Policy
		want string
	}{{Policy{}, "{99.14 97.97 97.13}"}, {Policy{ValidOfDue: true}, "{99.14 97.13 96.29}"}} {
		if got, ok := c.Rates(x.p); !ok || fmt.Sprint(got) != x.want {
			t.Errorf("%v %v, want %s", got, ok, x.want)
		}
	}
	if _, ok := (Tally{Hours: 24, Stopped: 24}).Rates(Policy{}); ok {
		t.Error("nothing due, no rate")
	}
	if got, ok := (Tally{Hours: 24}).Rates(Policy{}); !ok || fmt.Sprint(got) != "{0.00 0.00 0.00}" {
		t.Error(got, ok)
	}
	// Counts are summed: a small outlet does not weigh as much as a large one.
	sum := Tally{Hours: 100, Received: 100, Valid: 100}.Add(Tally{Hours: 10})
	if got, _ := sum.Rates(Policy{}); got.Transmission.String() != "90.91" {
		t.Error(got)
	}
}

func TestDay_LettersAndTallyAgree(t *testing.T) {
	t.Parallel()
	day := Day{Ended: 0x0000ff, Received: 0x00003f, Valid: 0x000007, Stopped: 0x000001, Marked: 0x000008}
	if got := day.Letters(); got != "SVVMIIXX----------------" {
		t.Error(got)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := func(n string) uint32 { return rapid.Uint32Range(0, 1<<24-1).Draw(t, n) }
		day := Day{Ended: m("e"), Received: m("r"), Valid: m("v"), Stopped: m("s"), Marked: m("m")}
		day.Received &= day.Ended
		day.Valid &= day.Received
		c, n := day.Tally(), map[rune]int{}
		for _, l := range day.Letters() {
			n[l]++
		}
		if c.Due() < c.Received || c.Received < c.Valid || c.Missing() < n['X'] || n['V'] > c.Valid || n['M'] != c.Marked+0 && day.Marked&^day.Ended == 0 {
			t.Fatalf("%+v %v", c, n)
		}
	})
}

func TestRules(t *testing.T) {
	t.Parallel()
	r := For(enterprise.Gas, time.Now())
	if w := For(enterprise.Rain, time.Now()); w.ID != "water-2019" || r.ID != "gas-2017" {
		t.Error(r.ID, w.ID)
	}
	if got, ok := ByID(r.ID); !ok || got.Title != r.Title {
		t.Error(got)
	}
	for _, c := range []struct {
		p              Policy
		valid, stopped int
		want           bool
	}{{Policy{}, 20, 0, true}, {Policy{}, 19, 5, false}, {Policy{DayByOperating: true}, 9, 12, true}, {Policy{DayByOperating: true}, 8, 12, false}, {Policy{DayByOperating: true}, 0, 24, false}} {
		if got := r.DayValid(c.p, c.valid, c.stopped); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func loads(texts ...string) (out []Load) {
	for i, s := range texts {
		l := Load{At: int64(i)}
		if s != "" {
			v := d(s)
			l.Kg = &v
		}
		out = append(out, l)
	}
	return out
}

func TestSubstituteGas(t *testing.T) {
	t.Parallel()
	rules := SubstitutesFor(enterprise.Gas, time.Now())
	before := []decimal.Decimal{}
	for i := range 800 {
		before = append(before, decimal.Decimal{Mantissa: int64(800 - i)}) // falling: older ones are larger
	}
	lost := func(n int) []Load { return loads(make([]string, n)...) }
	for _, c := range []struct {
		name       string
		n          int
		valid, due int
		want       string
	}{
		{"24 hours at 95 %", 24, 95, 100, "180"},
		{"25 hours at 95 %", 25, 95, 100, "720"},
		{"at 90 % exactly", 1, 90, 100, "180"},
		{"80 %: all there is of 2160", 1, 80, 100, "800"},
		{"75 % exactly", 1, 75, 100, "800"},
		{"74 %: no rule", 1, 74, 100, "lost"},
		{"nothing due", 1, 0, 0, "lost"},
	} {
		out := rules.Gas(before, lost(c.n), c.valid, c.due)
		for _, l := range out {
			got := "lost"
			if l.Kg != nil {
				got = l.Kg.String()
			}
			if got != c.want || l.Substituted != (got != "lost") {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	}
	in := loads("5", "", "7", "")
	out := rules.Gas(nil, in, 99, 100)
	if *out[1].Kg != d("5") || *out[3].Kg != d("7") || out[0].Substituted || in[1].Kg != nil {
		t.Errorf("%+v", out)
	}
}

func TestSubstituteWater(t *testing.T) {
	t.Parallel()
	list := func(texts ...string) (out []*decimal.Decimal) {
		for _, s := range texts {
			if s == "" {
				out = append(out, nil)
				continue
			}
			v := d(s)
			out = append(out, &v)
		}
		return out
	}
	for _, c := range []struct {
		in   []*decimal.Decimal
		want string
	}{
		{list("10", "20", "", ""), "map[2:15.0 3:15.0]"},
		{list("10", "20", "", "30", "", ""), "map[2:20.0 4:15.0 5:15.0]"}, // the stretch before has a gap: further back
		{list("", "10"), "map[]"},
		{list("1", "", "", ""), "map[]"},
	} {
		if got := fmt.Sprint(SubstituteWater(c.in, 1)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestReferences_MatchTheirFactors(t *testing.T) {
	t.Parallel()
	alpha := map[string]string{"coal_boiler": "1.75", "oil_gas_boiler": "1.20", "coal_power": "1.40", "gas_turbine": "3.50", "waste_incineration": "2.10", "sinter": "4.20"}
	for _, r := range References() {
		a := new(big.Rat).Quo(twentyOne, new(big.Rat).Sub(twentyOne, r.Oxygen.Rat()))
		if want, ok := alpha[r.ID]; ok && round(a, 2) != want {
			t.Errorf("%s: α %s, want %s", r.ID, round(a, 2), want)
		}
	}
}

func TestSubstitutes_AreDatedData(t *testing.T) {
	t.Parallel()
	if w := SubstitutesFor(enterprise.Water, time.Now()); w.ID != "water-substitute-2019" || len(w.Rows) != 0 {
		t.Error(w)
	}
	for _, x := range AllSubstitutes() {
		if x.ID == "" || x.Title == "" || x.Source == "" || x.Certainty == "" || x.ValidFrom.IsZero() || len(x.Judge) == 0 {
			t.Errorf("%+v", x)
		}
	}
}
