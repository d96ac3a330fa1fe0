package water_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/factor"
)

// sample reads "do 5.6, codmn 4.3".
func sample(text string) water.Sample {
	s := water.Sample{Values: map[string]water.Value{}}
	for _, p := range strings.Split(text, ",") {
		f := strings.Fields(p)
		if len(f) == 2 {
			s.Values[f[0]] = water.Value{Exact: assess.Rat(f[1]), N: 1}
		}
	}
	return s
}

func names(list []water.Judged) (out []string) {
	for _, j := range list {
		out = append(out, j.Item.ID)
	}
	return out
}

const clean = ",ph 7.2,cu 0.001,zn 0.01,f 0.2,se 0.001,as 0.001,hg 0.00001,cd 0.0001,cr6 0.004,pb 0.001,cn 0.001,phenol 0.001,oil 0.01,las 0.02,s 0.01"

func TestJudge_WorkedExample(t *testing.T) {
	t.Parallel()
	s := sample("do 5.6,codmn 4.3,cod 18,bod5 3.2,nh3n 0.62,tp 0.21,tn 3.1" + clean)
	s.Target = water.III
	v := water.Judge(s)
	want := map[string]water.Class{"do": water.III, "codmn": water.III, "cod": water.III, "bod5": water.III, "nh3n": water.III, "tp": water.IV, "tn": 0, "cu": water.I}
	for _, j := range v.Items {
		if c, ok := want[j.Item.ID]; ok && j.Class != c {
			t.Errorf("%s: %s", j.Item.Name, j.Class)
		}
	}
	if v.Class != water.IV || v.Status.String() != "轻度污染" || v.Status.Colour() != "黄色" || v.Meets || !v.Known || !slices.Equal(names(v.Failing), []string{"tp"}) {
		t.Errorf("%+v", v)
	}
	if !slices.Equal(names(v.Main), []string{"tp"}) || v.Main[0].Multiple.RatString() != "1/20" {
		t.Errorf("%+v", v.Main)
	}
	if len(v.Missing) != 0 {
		t.Error(v.Missing)
	}
	s.Lake = true
	if v := water.Judge(s); v.Class != water.Worse || v.Class.String() != "劣Ⅴ类" || v.Status.String() != "重度污染" {
		t.Errorf("in a reservoir: %+v", v)
	}
}

func TestClass_LimitsMetExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values string
		lake   bool
		want   water.Class
	}{
		{"tp 0.2", false, water.III}, {"tp 0.2", true, water.V}, {"se 0.01", false, water.I}, {"cn 0.2", false, water.III}, {"phenol 0.1", false, water.V},
		{"ph 9.0", false, water.I}, {"ph 9.1", false, water.Worse}, {"ph 6", false, water.I}, {"ph 5.99", false, water.Worse},
		{"f 1.0", false, water.I}, {"cu 1.0", false, water.II}, {"cd 0.005", false, water.II}, {"cod 15", false, water.I}, {"cod 40.01", false, water.Worse}, {"cod 40", false, water.V},
		{"do 7.2,temperature 28", false, water.I}, {"do 6.9,temperature 28", false, water.II}, {"do 7.2,temperature 15", false, water.II}, {"do 7.2", false, water.II}, {"do 7.5", false, water.I},
		{"do 2", false, water.V}, {"do 1.9", false, water.Worse}, {"tn 9,coliform 99999,cod 10", false, water.I},
	} {
		s := sample(c.values)
		s.Lake = c.lake
		if v := water.Judge(s); v.Class != c.want {
			t.Errorf("%s: %s, want %s", c.values, v.Class, c.want)
		}
	}
	if v := water.Judge(sample("tn 3,coliform 5,temperature 20")); v.Class != 0 || v.Known || len(v.Missing) != 21 {
		t.Errorf("nothing evaluated: %+v", v)
	}
}

func TestMain_Order(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values string
		want   []string
	}{
		{"cod 31,nh3n 1.9,tp 0.25,bod5 9", []string{"bod5", "nh3n", "cod"}}, // Ⅴ 1.25, Ⅴ 0.9, Ⅴ 0.55, Ⅳ
		{"cod 35,hg 0.0005,tp 0.9", []string{"hg", "tp", "cod"}},            // a metal first
		{"do 2.5,cod 35,codmn 14", []string{"codmn", "cod", "do"}},          // without a multiple last in its class
		{"do 2.5,cod 25", []string{"do", "cod"}},                            // the class goes before
		{"cod 20,nh3n 1.0", nil},
	} {
		if got := names(water.Judge(sample(c.values)).Main); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.values, got, c.want)
		}
	}
}

func TestMean_BelowDetection(t *testing.T) {
	t.Parallel()
	d := decimal.Must
	v := water.Mean([]water.Result{{Value: d("0.04"), Below: true}, {Value: d("0.1")}})
	if v.Exact.Cmp(assess.Rat("0.06")) != 0 || v.Detection != nil || v.N != 2 {
		t.Errorf("%+v", v)
	}
	v = water.Mean([]water.Result{{Value: d("0.0003"), Below: true}})
	s := water.Sample{Values: map[string]water.Value{"hg": v}}
	if j := water.Judge(s).Items[0]; j.Class != water.I || !strings.Contains(j.Flag, "检出限 0.0003") {
		t.Errorf("a coarse method flags, it does not lower the class: %+v", j)
	}
	if v := water.MeanOf([]water.Value{v, v}); v.Detection == nil || v.Exact.Cmp(assess.Rat("0.00015")) != 0 {
		t.Errorf("%+v", v)
	}
}

func sections(good, fourth, bad int) (out []water.Sample) {
	for range good {
		out = append(out, sample("cod 18"))
	}
	for range fourth {
		out = append(out, sample("cod 38"))
	}
	for range bad {
		out = append(out, sample("cod 50,tp 0.5"))
	}
	return out
}

func TestBasin_WorkedExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		good, fourth, bad int
		want, percent     string
	}{
		{10, 1, 1, "良好", "83.3"}, {7, 1, 2, "中度污染", "70.0"}, {6, 0, 4, "重度污染", "60.0"}, {9, 0, 1, "优", "90.0"}, {5, 5, 0, "轻度污染", "50.0"},
		{8, 0, 2, "良好", "80.0"}, {3, 0, 2, "重度污染", "60.0"}, {5, 0, 5, "重度污染", "50.0"}, {7, 2, 1, "轻度污染", "70.0"},
	} {
		r := water.Basin(sections(c.good, c.fourth, c.bad))
		p, _ := r.Good.Percent()
		if r.Status.String() != c.want || p.String() != c.percent {
			t.Errorf("%+v: %s %s", c, r.Status, p)
		}
		if c.bad+c.fourth > 0 && (len(r.Main) == 0 || r.Main[0] != "化学需氧量") {
			t.Errorf("%+v: %v", c, r.Main)
		}
	}
	few := water.Basin([]water.Sample{sample("cod 10"), sample("cod 40"), {}})
	if few.Sections != 2 || few.Status != water.Light || !slices.Equal(few.Main, []string{"化学需氧量"}) { // the mean is 25
		t.Errorf("%+v", few)
	}
	if r := water.Basin(nil); r.Known {
		t.Error("no section, no verdict")
	}
	s := sample("cod 18")
	s.Target = water.II
	if r := water.Basin([]water.Sample{s, sample("cod 18")}); r.Meeting != (water.Share{Count: 0, Of: 1}) {
		t.Errorf("%+v", r.Meeting)
	}
}

func TestChange_WorkedExamples(t *testing.T) {
	t.Parallel()
	share := func(n int) water.Share { return water.Share{Count: n, Of: 100} }
	if got := water.ChangeByShares(share(70), share(8), share(83), share(4)); got != "有所好转" {
		t.Error(got)
	}
	for _, c := range []struct {
		good, bad int
		want      string
	}{{10, 0, "无明显变化"}, {11, 0, "有所好转"}, {20, 0, "有所好转"}, {21, 0, "明显好转"}, {-10, 0, "无明显变化"}, {-11, 0, "有所变差"}, {0, 21, "明显变差"}} {
		if got := water.ChangeByShares(share(50), share(50), share(50+c.good), share(50+c.bad)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	for _, c := range []struct {
		from, to water.Class
		want     string
	}{{water.I, water.II, "无明显变化"}, {water.III, water.V, "明显变差"}, {water.IV, water.III, "有所好转"}, {water.Worse, water.I, "明显好转"}} {
		if got := water.Change(c.from.Status(), c.to.Status()); got != c.want {
			t.Errorf("%s to %s: %s", c.from, c.to, got)
		}
	}
}

func TestTLI_WorkedExample(t *testing.T) {
	t.Parallel()
	x, ok := water.TLI(water.Trophic{assess.Rat("26"), assess.Rat("0.06"), assess.Rat("1.4"), assess.Rat("0.7"), assess.Rat("5.2")})
	for i, want := range []float64{60.38, 48.67, 60.23, 58.10, 44.96} {
		if math.Abs(x.Parts[i]-want) > 0.005 {
			t.Errorf("part %d: %.3f", i, x.Parts[i])
		}
	}
	if !ok || x.Value.String() != "54.91" || x.State != "轻度富营养" {
		t.Errorf("%+v", x)
	}
	if _, ok := water.TLI(water.Trophic{assess.Rat("26"), nil, assess.Rat("1.4"), assess.Rat("0.7"), assess.Rat("5.2")}); ok {
		t.Error("an item is missing")
	}
	if _, ok := water.TLI(water.Trophic{new(big.Rat), assess.Rat("0.06"), assess.Rat("1.4"), assess.Rat("0.7"), assess.Rat("5.2")}); ok {
		t.Error("no logarithm of zero")
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	good := "do 6,codmn 3,cod 99,bod5 3,nh3n 0.3,tp 0.02,tn 5,so4 100,cl 20,no3n 2,fe 0.1,mn 0.05" + clean
	if v := water.JudgeSource(sample(good)); !v.Meets || !v.Known || len(v.Missing) != 0 {
		t.Errorf("COD and total nitrogen do not count: %+v", v)
	}
	v := water.JudgeSource(sample(strings.Replace(good, "mn 0.05", "mn 0.12", 1)))
	if v.Meets || !slices.Equal(names(v.Failing), []string{"mn"}) || v.Failing[0].Multiple.RatString() != "1/5" {
		t.Errorf("%+v", v)
	}
	if r := water.VolumeRate([]*big.Rat{assess.Rat("30"), assess.Rat("10")}, []bool{true, false}); r.RatString() != "3/4" {
		t.Error(r)
	}
	if water.VolumeRate(nil, nil) != nil {
		t.Error("no water, no rate")
	}
}

// The codes are those of the catalogue.
func TestItems_Factors(t *testing.T) {
	t.Parallel()
	evaluated := 0
	for _, i := range water.Items {
		if f, ok := factor.ByCode(i.Factor); !ok || f.Medium != factor.Water {
			t.Errorf("%s: %s is not in the catalogue", i.Name, i.Factor)
		}
		if i.Evaluated() {
			evaluated++
		}
	}
	if evaluated != 21 || len(water.Items) != 24 {
		t.Errorf("%d of %d items are evaluated", evaluated, len(water.Items))
	}
	if i, ok := water.ItemOf("氨氮"); !ok || i.ID != "nh3n" || fmt.Sprint(i.Limit(water.III, false).FloatString(1)) != "1.0" {
		t.Errorf("%+v", i)
	}
}
