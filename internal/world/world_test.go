package world

import (
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, Beijing) // a Friday

func TestRoster_IsPlausibleAndMarkedSynthetic(t *testing.T) {
	t.Parallel()
	w := New(1)
	units, mns, keys := map[string]int{}, map[string]bool{}, map[string]bool{}
	if n := len(w.Enterprises()); n < 40 {
		t.Errorf("%d enterprises", n)
	}
	for _, e := range w.Enterprises() {
		units[e.Unit]++
		if !strings.HasPrefix(e.Name, "（演示）") {
			t.Errorf("%s does not say that it is made up", e.Name)
		}
		if len(e.Code) != 18 || !strings.Contains(e.Code, "DEMO") {
			t.Errorf("%s: code %s", e.Name, e.Code)
		}
		if e.Lng < 119 || e.Lng > 122 || e.Lat < 27 || e.Lat > 29 {
			t.Errorf("%s lies at %v, %v", e.Name, e.Lng, e.Lat)
		}
		if len(e.Outlets) == 0 {
			t.Errorf("%s has no outlet", e.Name)
		}
	}
	if len(units) != 14 {
		t.Errorf("%d units have enterprises: %v", len(units), units)
	}
	for _, o := range w.Outlets() {
		if mns[o.MN] || keys[o.Key] {
			t.Errorf("%s %s twice", o.Key, o.MN)
		}
		mns[o.MN], keys[o.Key] = true, true
		if want := map[string]int{"2017": 24, "2005": 14}[o.Protocol]; len(o.MN) != want || strings.Trim(o.MN, "0123456789ABCDEF") != "" {
			t.Errorf("%s: MN %s", o.Key, o.MN)
		}
		if got, ok := w.OutletOf(o.MN); !ok || got != o {
			t.Errorf("%s is not found by its MN", o.Key)
		}
		for _, x := range o.Factors {
			if x.Name == "" || x.role == pollutant && x.limit == 0 {
				t.Errorf("%s measures %q without name or limit", o.Key, x.Code)
			}
			if o.Protocol == "2005" && x.Old == "" {
				t.Errorf("%s speaks 2005, which has no code for %s", o.Key, x.Code)
			}
			if x.role == oxygen && o.plant.o2ref == 0 {
				t.Errorf("%s measures oxygen without a reference", o.Key)
			}
		}
		for _, l := range o.Limits {
			if !o.Measures(l.Factor) || l.Standard == "" || l.Article == "" {
				t.Errorf("%s: limit %+v", o.Key, l)
			}
			if want := map[Kind]string{Gas: "hour", Water: "day"}[o.Kind]; l.Statistic != want && o.Enterprise.Trade != "垃圾焚烧" {
				t.Errorf("%s: %s is judged by the %s", o.Key, l.Factor, l.Statistic)
			}
		}
	}
}

func TestNew_TheSeedChangesValuesOnly(t *testing.T) {
	t.Parallel()
	a, b, c := New(7), New(7), New(8)
	differ := false
	for i, o := range a.Outlets() {
		if o.MN != c.Outlets()[i].MN || o.Key != c.Outlets()[i].Key {
			t.Fatalf("%s has another identity under another seed", o.Key)
		}
		for _, x := range o.Factors {
			va, _ := a.Value(o, x.Code, noon)
			vb, _ := b.Value(b.Outlets()[i], x.Code, noon)
			vc, _ := c.Value(c.Outlets()[i], x.Code, noon)
			if va != vb {
				t.Errorf("%s %s: %v and %v of one seed", o.Key, x.Code, va, vb)
			}
			differ = differ || va != vc
		}
	}
	if !differ {
		t.Error("two seeds give the same values")
	}
}

// The digits of one seed are fixed for good: manifests, soak runs and detection
// benchmarks made on one machine are read on another.
func TestValue_GoldenDigits(t *testing.T) {
	t.Parallel()
	w := New(42)
	got := map[string]Reading{}
	for _, key := range []string{"e01/DA001", "e02/DW001"} {
		for _, o := range w.Outlets() {
			if o.Key == key {
				for _, x := range o.Factors {
					got[key+" "+x.Code], _ = w.Value(o, x.Code, noon)
				}
			}
		}
	}
	if d := cmp.Diff(golden, got); d != "" {
		t.Error(d)
	}
}

// Usual values lie under their limits; the truth says so too.
func TestValue_UsuallyComplies(t *testing.T) {
	t.Parallel()
	w := New(3)
	for _, o := range w.Outlets() {
		for h := range 72 {
			at := noon.Add(time.Duration(h) * time.Hour)
			if in := w.Truth(o, at).Incident; in.Kind != "" {
				continue
			}
			for _, l := range o.Limits {
				if l.Factor == "w01001" {
					continue
				}
				r, _ := w.Value(o, l.Factor, at)
				v := r.Value
				if r.Converted != "" {
					v = r.Converted
				}
				if number(t, v) > number(t, l.Upper) {
					t.Errorf("%s %s %s at %s without an incident, limit %s", o.Key, l.Factor, v, at, l.Upper)
				}
			}
		}
	}
}

func TestValue_UnknownFactor(t *testing.T) {
	t.Parallel()
	w := New(3)
	if _, ok := w.Value(w.Outlets()[0], "a99999", noon); ok {
		t.Error("no such factor")
	}
}

func TestAdd_Exceed_RisesOverEveryLimit(t *testing.T) {
	t.Parallel()
	w := New(5)
	for _, o := range w.Outlets() {
		w.Add(o, Incident{Kind: Exceed, From: noon, To: noon.Add(6 * time.Hour), Ramp: time.Hour})
	}
	for _, o := range w.Outlets() {
		before, end := w.Truth(o, noon.Add(-time.Minute)), w.Truth(o, noon.Add(2*time.Hour))
		if end.Incident.Kind != Exceed || end.Efficiency > 0.9*before.Efficiency && o.plant.efficiency < f(960) {
			t.Errorf("%s: efficiency %v, then %v", o.Key, before.Efficiency, end.Efficiency)
		}
		for _, l := range o.Limits {
			if l.Factor == "w01001" {
				continue
			}
			r, _ := w.Value(o, l.Factor, noon.Add(3*time.Hour))
			v := r.Value
			if r.Converted != "" {
				v = r.Converted
			}
			if number(t, v) <= number(t, l.Upper) {
				t.Errorf("%s %s is %s, limit %s", o.Key, l.Factor, v, l.Upper)
			}
		}
		if in := w.Truth(o, noon.Add(6*time.Hour)).Incident; in.From.Equal(noon) {
			t.Errorf("%s: an incident ends at its end", o.Key)
		}
	}
}

// What the demo shows at once: over twice the limit from the first reading on.
func TestAdd_Exceed_TwiceTheLimitAtOnce(t *testing.T) {
	t.Parallel()
	w := New(5)
	o := w.Outlets()[0]
	w.Add(o, Incident{Kind: Exceed, From: noon, To: noon.Add(time.Hour), Times: 8})
	for m := range 60 {
		for _, l := range o.Limits {
			if r, _ := w.Value(o, l.Factor, noon.Add(time.Duration(m)*time.Minute)); number(t, r.Converted) < 2*number(t, l.Upper) {
				t.Errorf("minute %d: %s is %s, limit %s", m, l.Factor, r.Converted, l.Upper)
			}
		}
	}
}

// The day's mean of five-minute readings is the mean of all of them.
func TestPeriod_DayAgreesWithItsHours(t *testing.T) {
	t.Parallel()
	w := New(2)
	o := first(t, w, Water)
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, Beijing)
	day := w.Period(o, from, 24*time.Hour)
	for i, x := range o.Factors {
		sum, cou := 0.0, 0.0
		for h := range 24 {
			st := w.Period(o, from.Add(time.Duration(h)*time.Hour), time.Hour)[i]
			sum += number(t, st.Avg)
			if st.Cou != "" {
				cou += number(t, st.Cou)
			}
		}
		if got, want := number(t, day[i].Avg), sum/24; got < want*0.98 || got > want*1.02 {
			t.Errorf("%s: %v, hours give %v", x.Code, got, want)
		}
		if day[i].Cou != "" {
			if got := number(t, day[i].Cou); got < cou*0.98 || got > cou*1.02 {
				t.Errorf("%s: total %v, hours give %v", x.Code, got, cou)
			}
		}
	}
}

func TestAdd_Bypass_HidesBehindLowFlow(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Gas, Water} {
		w := New(5)
		o := first(t, w, kind)
		code := "w00000"
		if kind == Gas {
			code = "a00000"
		}
		usual, _ := w.Value(o, code, noon.Add(90*time.Minute))
		w.Add(o, Incident{Kind: Bypass, From: noon, To: noon.Add(6 * time.Hour)})
		r, _ := w.Value(o, code, noon.Add(90*time.Minute))
		if number(t, r.Value) > number(t, usual.Value)/10 {
			t.Errorf("%s: flow %s after %s", kind, r.Value, usual.Value)
		}
		if kind == Gas {
			if o2, _ := w.Value(o, "a19001", noon.Add(90*time.Minute)); number(t, o2.Value) < 19 {
				t.Errorf("oxygen %s", o2.Value)
			}
		}
	}
}

func TestAdd_Constant_ShowsOneValue(t *testing.T) {
	t.Parallel()
	w := New(5)
	o := first(t, w, Gas)
	w.Add(o, Incident{Kind: Constant, From: noon, To: noon.Add(3 * time.Hour)})
	want, _ := w.Value(o, "a21026", noon)
	for m := range 179 {
		if got, _ := w.Value(o, "a21026", noon.Add(time.Duration(m)*time.Minute)); got != want {
			t.Fatalf("minute %d: %v, want %v", m, got, want)
		}
	}
	if got, _ := w.Value(o, "a21026", noon.Add(3*time.Hour)); got == want {
		t.Error("it does not thaw")
	}
}

func TestAdd_Offline(t *testing.T) {
	t.Parallel()
	w := New(5)
	o := first(t, w, Water)
	w.Add(o, Incident{Kind: Offline, From: noon, To: noon.Add(time.Hour)})
	for at, want := range map[time.Time]bool{noon: false, noon.Add(59 * time.Minute): false, noon.Add(time.Hour): true} {
		if got := w.Online(o, at); got != want {
			t.Errorf("%s: %v", at, got)
		}
	}
}

// Over a year every kind of incident comes by itself, each within a range that
// a duty officer can live with.
func TestIncidents_ComeAtTheirRates(t *testing.T) {
	t.Parallel()
	w := New(11)
	count := map[IncidentKind]int{}
	days := 0
	for _, o := range w.Outlets() {
		for _, in := range w.Incidents(o, noon, noon.AddDate(1, 0, 0)) {
			count[in.Kind]++
			mid := in.From.Add(in.To.Sub(in.From) / 2)
			if got := w.Truth(o, mid).Incident; got.Kind == "" {
				t.Fatalf("%s: an incident that is listed is not true: %+v", o.Key, in)
			}
			if in.To.Sub(in.From) > 48*time.Hour || !in.To.After(in.From) {
				t.Errorf("%s lasts %s", in.Kind, in.To.Sub(in.From))
			}
		}
		days += 365
	}
	for kind, bounds := range map[IncidentKind][2]float64{Exceed: {0.03, 0.05}, Constant: {0.005, 0.012}, Offline: {0.006, 0.015}, Bypass: {0.002, 0.009}} {
		if rate := float64(count[kind]) / float64(days); rate < bounds[0] || rate > bounds[1] {
			t.Errorf("%s: %.4f a day and outlet", kind, rate)
		}
	}
}

func TestIncidents_KeepsToTheSpan(t *testing.T) {
	t.Parallel()
	w := New(11)
	o := w.Outlets()[0]
	w.Add(o, Incident{Kind: Offline, From: noon, To: noon.Add(time.Hour)})
	for name, c := range map[string]struct {
		from, to time.Time
		want     bool
	}{
		"touches its end":   {noon.Add(time.Hour), noon.Add(2 * time.Hour), false},
		"touches its start": {noon.Add(-time.Hour), noon, false},
		"within":            {noon.Add(time.Minute), noon.Add(2 * time.Minute), true},
	} {
		found := false
		for _, in := range w.Incidents(o, c.from, c.to) {
			found = found || in.Kind == Offline && in.From.Equal(noon)
		}
		if found != c.want {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestLoad_FollowsTheShift(t *testing.T) {
	t.Parallel()
	w := New(9)
	for _, o := range w.Outlets() {
		if o.Enterprise.Trade != "不锈钢酸洗" {
			continue
		}
		night := time.Date(2026, 11, 20, 2, 30, 0, 0, Beijing)
		if day, dark := w.Truth(o, noon.Add(3*time.Hour)).Load, w.Truth(o, night).Load; day < 0.7 || dark > 0.1 {
			t.Errorf("%s: %v by day, %v by night", o.Key, day, dark)
		}
		if r, _ := w.Value(o, "w00000", night); r.Flag != Stopped {
			t.Errorf("%s is shut down at night, flag %c", o.Key, r.Flag)
		}
		sunday := time.Date(2026, 11, 22, 15, 0, 0, 0, Beijing)
		if l := w.Truth(o, sunday).Load; l > 0.7 {
			t.Errorf("%s: %v on a Sunday", o.Key, l)
		}
	}
}

// A monitor's period is what its own readings say.
func TestPeriod_AgreesWithReadings(t *testing.T) {
	t.Parallel()
	w := New(2)
	for _, o := range []*Outlet{first(t, w, Gas), first(t, w, Water)} {
		stats := w.Period(o, noon, time.Hour)
		for i, x := range o.Factors {
			sum, lo, hi := new(big.Rat), 1e18, -1e18
			for s := 0; s < 3600; s += tick {
				r, _ := w.Value(o, x.Code, noon.Add(time.Duration(s)*time.Second))
				v, ok := new(big.Rat).SetString(r.Value)
				if !ok {
					t.Fatal(r.Value)
				}
				sum.Add(sum, v)
				lo, hi = min(lo, number(t, r.Value)), max(hi, number(t, r.Value))
			}
			avg, _ := new(big.Rat).Quo(sum, big.NewRat(3600/tick, 1)).Float64()
			step := 1.0
			for range x.Digits {
				step /= 10
			}
			st := stats[i]
			if d := number(t, st.Avg) - avg; d > step || d < -step || number(t, st.Min) != lo || number(t, st.Max) != hi {
				t.Errorf("%s %s: %+v, readings give %v %v %v", o.Key, x.Code, st, lo, avg, hi)
			}
			if (st.ZsAvg != "") != o.converts(&x) || st.Flag != Normal {
				t.Errorf("%s %s: %+v", o.Key, x.Code, st)
			}
			if hasCou := x.role == flow || x.role == pollutant; (st.Cou != "") != hasCou {
				t.Errorf("%s %s: Cou %q", o.Key, x.Code, st.Cou)
			}
		}
	}
}

// Totals follow HJ 212-2017 appendix D: volume = L/s × s / 1000, mass = m³ × mg/L / 1000.
func TestPeriod_Totals(t *testing.T) {
	t.Parallel()
	w := New(2)
	o := first(t, w, Water)
	var q, cod Stats
	for i, st := range w.Period(o, noon, time.Hour) {
		switch o.Factors[i].Code {
		case "w00000":
			q = st
		case "w01018":
			cod = st
		}
	}
	volume := number(t, q.Cou)
	if want := number(t, q.Avg) * 3.6; volume < want*0.999 || volume > want*1.001 {
		t.Errorf("volume %v, want about %v", volume, want)
	}
	if mass, want := number(t, cod.Cou), volume*number(t, cod.Avg)/1000; mass < want*0.99 || mass > want*1.01 {
		t.Errorf("mass %v, want about %v", mass, want)
	}
}

func TestPeriod_FlagsOfAggregatedData(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind          Kind
		normal, other int
		flag          byte
		want          byte
	}{
		"gas, all normal":      {Gas, 100, 0, Normal, Normal},
		"gas, exactly 75 %":    {Gas, 75, 25, Calibrating, Normal},
		"gas, under 75 %":      {Gas, 74, 26, Calibrating, 'D'},
		"gas, shut down":       {Gas, 10, 90, Stopped, Stopped},
		"water, one not":       {Water, 99, 1, Calibrating, Calibrating},
		"water, all normal":    {Water, 100, 0, Normal, Normal},
		"nothing normal":       {Gas, 0, 5, Stopped, Stopped},
		"water, nothing there": {Water, 0, 0, Normal, Normal},
	} {
		var s sums
		for range c.normal {
			s.add(reading{value: one, flag: Normal})
		}
		for range c.other {
			s.add(reading{value: 5 * one, flag: c.flag})
		}
		st := s.stats(&Outlet{Kind: c.kind}, &Factor{}, tick)
		if st.Flag != c.want {
			t.Errorf("%s: %c", name, st.Flag)
		}
		if c.normal > 0 && st.Avg != "1" {
			t.Errorf("%s: the mean is of normal readings, got %s", name, st.Avg)
		}
	}
}

func TestDevices_CopiesAreDistinct(t *testing.T) {
	t.Parallel()
	w := New(1)
	n := len(w.Outlets())
	list := w.Devices(2*n + 3)
	seen := map[string]bool{}
	for _, o := range list {
		if seen[o.MN] {
			t.Fatalf("%s twice", o.MN)
		}
		seen[o.MN] = true
	}
	a, _ := w.Value(list[0], "a21026", noon)
	b, _ := w.Value(list[n], "a21026", noon)
	if list[0].Code != list[n].Code || a == b {
		t.Errorf("a copy has its own values: %v %v", a, b)
	}
	if got := w.Devices(3); len(got) != 3 || got[0] != w.Outlets()[0] {
		t.Error("the world's own come first")
	}
}

func TestAs_ChangesTheEdition(t *testing.T) {
	t.Parallel()
	w := New(1)
	seen := map[string]bool{}
	for _, edition := range []string{"2005", "2017"} {
		for _, o := range w.Devices(150) {
			c := o.As(edition)
			if want := map[string]int{"2017": 24, "2005": 14}[edition]; c.Protocol != edition || len(c.MN) != want {
				t.Errorf("%s as %s: %s", o.MN, edition, c.MN)
			}
			if seen[c.MN] {
				t.Errorf("%s twice", c.MN)
			}
			seen[c.MN] = true
		}
	}
}

func first(t *testing.T, w *World, k Kind) *Outlet {
	t.Helper()
	for _, o := range w.Outlets() {
		if o.Kind == k && (k == Water || o.plant.o2ref > 0) && len(w.Incidents(o, noon, noon.Add(8*time.Hour))) == 0 {
			return o
		}
	}
	t.Fatal("none")
	return nil
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFixed_AgainstFractions(t *testing.T) {
	t.Parallel()
	unit := big.NewRat(int64(one), 1)
	rat := func(v fixed) *big.Rat { return new(big.Rat).Quo(big.NewRat(int64(v), 1), unit) }
	ulp := big.NewRat(1, int64(one))
	near := func(a, b *big.Rat) bool {
		d := new(big.Rat).Sub(a, b)
		return d.Abs(d).Cmp(ulp) <= 0
	}
	rapid.Check(t, func(t *rapid.T) {
		a := fixed(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "a"))
		b := fixed(rapid.Int64Range(-1<<30, 1<<30).Draw(t, "b"))
		if got := rat(mul(a, b)); !near(got, new(big.Rat).Mul(rat(a), rat(b))) {
			t.Fatalf("mul(%d, %d) = %s", a, b, got)
		}
		if a > -1<<40 && a < 1<<40 && (b > 1<<16 || b < -1<<16) {
			if got := rat(div(a, b)); !near(got, new(big.Rat).Quo(rat(a), rat(b))) {
				t.Fatalf("div(%d, %d) = %s", a, b, got)
			}
		}
		digits := rapid.IntRange(0, 4).Draw(t, "digits")
		text := b.text(digits)
		got, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)))
		d := new(big.Rat).Sub(got, rat(b))
		if d.Abs(d).Cmp(half) > 0 {
			t.Fatalf("text(%d, %d) = %s", b, digits, text)
		}
	})
}

func TestFixed_RoundsHalfToEven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v      fixed
		digits int
		want   string
	}{
		{f(500), 0, "0"}, {f(1500), 0, "2"}, {f(2500), 0, "2"}, {f(-1500), 0, "-2"}, {f(-500), 0, "0"},
		{f(125), 2, "0.12"}, {f(375), 2, "0.38"}, {f(1000), 3, "1.000"}, {0, 2, "0.00"}, {f(-250), 1, "-0.2"}, {f(12), 1, "0.0"},
	} {
		if got := c.v.text(c.digits); got != c.want {
			t.Errorf("%d with %d digits: %s, want %s", c.v, c.digits, got, c.want)
		}
	}
}

func TestParse_OurLimits(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]fixed{"50": 50 * one, "0.5": one / 2, "1.5": one * 3 / 2, "0.1": one / 10, "300": 300 * one} {
		if got := parse(s); got != want {
			t.Errorf("%s: %d", s, got)
		}
	}
}

func TestWave_IsSmoothAndBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, at := rapid.Uint64().Draw(t, "key"), rapid.Int64Range(-1e9, 4e9).Draw(t, "t")
		a, b := wave(key, at, 3600), wave(key, at+1, 3600)
		if a < -one || a > one {
			t.Fatalf("%d", a)
		}
		if d := b - a; d > one/500 || d < -one/500 {
			t.Fatalf("a jump of %d", d)
		}
	})
}

func TestIn_OtherGroundSameBehaviour(t *testing.T) {
	t.Parallel()
	home, away := New(3), In(3, []Site{{"331126102000", "庆元县竹口镇", "竹口", 118.9, 27.7}, {"331126101000", "庆元县黄田镇", "黄田", 119, 27.7}})
	names, mns := map[string]bool{}, map[string]bool{}
	for i, e := range away.Enterprises() {
		if e.Unit != "331126" || !strings.HasPrefix(e.Name, "（演示）") || names[e.Name] || e.Trade != home.Enterprises()[i].Trade {
			t.Errorf("%+v", e)
		}
		names[e.Name] = true
	}
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, Beijing)
	for i, o := range away.Outlets() {
		if mns[o.MN] || !strings.Contains(o.MN, "331126") {
			t.Errorf("%s", o.MN)
		}
		mns[o.MN] = true
		if a, b := away.Truth(o, at), home.Truth(home.Outlets()[i], at); a.Load != b.Load {
			t.Errorf("%s: %v, %v at home", o.Key, a.Load, b.Load)
		}
	}
}
