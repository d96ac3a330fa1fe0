package custom

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

func spec(expr string) Spec {
	return Spec{Title: "试验", Level: Notice, Area: "330300", Expr: expr, Hours: 1, UntilHours: 1}
}

func TestCompile_UnderstandsWhatOfficersWrite(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`小时值(氨氮) > 1.2 * 限值(氨氮)`,
		`小时值("氨氮") ＞ 1.2 × 限值（“氨氮”）`,
		`氨氮 > 5`,
		`氨氮>5且流量>0`,
		`value(w21003) > 5 && flow > 0`,
		`均值(化学需氧量, 24) < 30% × 平时水平(化学需氧量) 且 在生产`,
		`在生产 且 治理用电 < 5`,
		`时 in [22, 23, 0, 1] 或 星期 >= 6`,
		`非 在生产 并且 流量 > 0`,
		`[氨氮, 总氮].exists(x, 小时值(x) > 限值(x))`,
		`(流量 - 前值(流量, 24)) / 前值(流量, 24) > 50%`,
		"氨氮 > 5 且\n总氮 > 10",
		`-1 < 流量`,
		`pH < 6 或 pH > 9`,
		`小时值(COD) ≥ 限值(COD)`,
		`在生产 ? 流量 > 1 : 流量 > 5`,
	} {
		if _, wrong := Compile(spec(src)); wrong != nil {
			t.Errorf("%s: %+v", src, wrong)
		}
	}
}

func TestCompile_TellsWhatIsWrongAtThePlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src      string
		line     int
		column   int
		under    string // what is underlined
		sentence string // part of it
	}{
		{``, 1, 1, ``, "请写一个判断"},
		{`小时值(氨淡) > 5`, 1, 5, "氨淡", "您是不是要写“氨氮”"},
		{`小时值("氨淡") > 5`, 1, 5, `"氨淡"`, "没有叫“氨淡”的因子"},
		{`小时均(氨氮) > 5`, 1, 1, "小时均", "您是不是要写“小时值”"},
		{`氨氮 = 5`, 1, 4, "=", "两个等号"},
		{`氨氮 > `, 1, 4, "> ", "没有写完"},
		{`氨氮 > 5 总氮 > 3`, 1, 8, "总氮", "缺少符号"},
		{"氨氮 > 5 且\n且 总氮 > 3", 2, 1, "且", "前面缺少"},
		{"氨氮 > 5 且\n  小时值(总氦) > 3", 2, 7, "总氦", "不认识"},
		{`(氨氮 > 5`, 1, 1, "(", "没有对应的右括号"},
		{`氨氮 > 5)`, 1, 7, ")", "多了一个右括号"},
		{`小时值(氨氮`, 1, 4, "(", "没有对应的右括号"},
		{`小时值 > 5`, 1, 1, "小时值", "后面要有括号"},
		{`小时值("氨氮) > 5`, 1, 5, `"氨氮) > 5`, "引号没有配对"},
		{`均值(氨氮) > 5`, 1, 1, "均值", "用法是 均值(因子, 小时数)"},
		{`均值(氨氮, 24.5) > 5`, 1, 8, "24.5", "1 至 720 的整数"},
		{`均值(氨氮, 1000) > 5`, 1, 8, "1000", "1 至 720 的整数"},
		{`均值(氨氮, 时) > 5`, 1, 8, "时", "直接写一个整数"},
		{`氨氮 + 5`, 1, 1, "氨氮 + 5", "写成一个判断"},
		{`氨氮 且 流量 > 0`, 1, 1, "氨氮", "是数值，不是判断"},
		{`6 < pH < 9`, 1, 8, "<", "不能连着比较"},
		{`在生产 > 5`, 1, 5, ">", "不能连着比较"},
		{`时 in 22`, 1, 3, "in", "方括号"},
		{`氨氮 > 5 & 流量 > 0`, 1, 8, "&", "要写两个"},
		{`氨氮 > 5 # 说明`, 1, 8, "#", "认不出这个字符"},
		{`氨氮 > 1.2.3`, 1, 6, "1.2.3", "不是一个数"},
		{`% > 3`, 1, 1, "%", "紧跟在数字后面"},
		{`size(氨氮) > 3`, 1, 1, "size", "不认识“size”"},
		{`小时值(因子) > 5`, 1, 5, "因子", "不认识"},
	} {
		_, wrong := Compile(spec(c.src))
		if len(wrong) != 1 {
			t.Errorf("%s: %d problems: %v", c.src, len(wrong), wrong)
			continue
		}
		w := wrong[0]
		under := string([]rune(c.src)[w.From:w.To])
		if w.Line != c.line || w.Column != c.column || under != c.under || !strings.Contains(w.Text, c.sentence) {
			t.Errorf("%s: line %d column %d “%s”: %s", c.src, w.Line, w.Column, under, w.Text)
		}
	}
}

func TestCompile_RefusesWhatCostsTooMuch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, sentence string }{
		{`[氨氮, 总氮, 总磷, 化学需氧量, 流量, pH, 湿度, 烟温].exists(x, 均值(x, 720) > 5)`, "计算量过大"},
		{strings.Repeat("均值(氨氮, 720) > 5 或 ", 7) + "氨氮 > 1", "计算量过大"},
		{strings.Repeat("氨氮 > 5 或 ", 300) + "氨氮 > 1", "最多写 2000 个字"},
		{strings.Repeat("(", 100) + "氨氮" + strings.Repeat(")", 100) + " > 1", "括号套得太深"},
		{`[1].exists(x, [2].exists(y, x > y))`, "不能再套"},
	} {
		_, wrong := Compile(spec(c.src))
		if len(wrong) == 0 || !strings.Contains(wrong[0].Text, c.sentence) {
			t.Errorf("%.40s: %+v", c.src, wrong)
		}
	}
	if r, wrong := Compile(spec(`均值(氨氮, 720) > 5 且 均值(总氮, 168) > 3`)); wrong != nil || r.Cost < 800 || r.Cost > 1000 {
		t.Errorf("a sensible rule: %+v %+v", r, wrong)
	}
}

// series is an outlet with ammonia (limit 8), flow and a meter, hour by hour;
// NaN is an hour without a value.
func series(ammonia ...float64) (*sign.Outlet, []sign.Slot) {
	o := &sign.Outlet{ID: "x", Kind: "water", Step: time.Hour, Channels: []sign.Channel{
		sign.Plain("w21003", "氨氮", "mg/L", sign.Pollutant), sign.Plain("w00000", "流量", "L/s", sign.Flow)}}
	o.Channels[0].Upper = 8
	var hours []sign.Hour
	for i, v := range ammonia {
		at := begin.Add(time.Duration(i) * time.Hour)
		hours = append(hours, sign.Hour{Channel: 1, At: at, Mean: 10, Min: 9, Max: 11, Flag: 'N'})
		if !math.IsNaN(v) {
			hours = append(hours, sign.Hour{Channel: 0, At: at, Mean: v, Min: v, Max: v, Flag: 'N'})
		}
	}
	return o, o.Slots(hours)
}

var begin = time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC) // midnight of a Tuesday in Beijing

func run(t *testing.T, s Spec, from time.Time, before *Hit, ammonia ...float64) *Judge {
	t.Helper()
	r, wrong := Compile(s)
	if wrong != nil {
		t.Fatalf("%s: %+v", s.Expr, wrong)
	}
	o, slots := series(ammonia...)
	j := NewJudge(r, from, before)
	w := sign.NewWatcher(o, []sign.Rule{j.Rule()})
	for _, x := range slots {
		w.SeeSlot(x)
	}
	w.Finish()
	return j
}

func TestJudge_Words(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		src  string
		want string // an answer for each hour: y, n, ?
	}{
		{`氨氮 > 5`, "nnyy?n"},
		{`小时值(氨氮) > 限值(氨氮)`, "nnny?n"},
		{`前值(氨氮, 1) < 氨氮`, "?yyy??"},
		{`均值(氨氮, 2) > 5`, "nnnyyn"},
		{`最大值(氨氮, 3) >= 9`, "?nnyyy"},
		{`最小值(氨氮, 3) <= 2`, "?yyynn"},
		{`有效率(氨氮, 2) < 1`, "ynnnyy"},
		{`超限时数(氨氮, 4) >= 1`, "nnnyyy"},
		{`标记时数(氨氮, 4) > 0`, "nnnnnn"},
		{`不变时数(氨氮) >= 2`, "nnnn?n"},
		{`下限(氨氮) > 1`, "??????"},
		{`量程(氨氮) > 1`, "??????"},
		{`平时水平(氨氮) > 1`, "??????"},
		{`时 in [1, 2] 且 流量 > 0`, "nyynnn"},
		{`星期 == 2`, "yyyyyy"},
		{`月 == 11`, "yyyyyy"},
		{`雨量 > 0`, "??????"},
		{`总磷 > 1`, "??????"},
		{`总磷 > 1 或 流量 > 1`, "yyyyyy"},
		{`在生产`, "yyyyyy"},
		{`氨氮 / 0 > 1`, "??????"},
		{`[氨氮, 流量].all(x, 小时值(x) > 5)`, "nnyy?n"},
		{`波动(氨氮, 2) < 1%`, "?nnn??"},
	} {
		r, wrong := Compile(spec(c.src))
		if wrong != nil {
			t.Errorf("%s: %+v", c.src, wrong)
			continue
		}
		var got strings.Builder
		o, slots := series(1, 2, 6, 9, math.NaN(), 3)
		w := sign.NewWatcher(o, []sign.Rule{{Judge: func(s *sign.Scene, _ *sign.Signs) {
			got.WriteByte(map[Answer]byte{Yes: 'y', No: 'n', Unknown: '?', Failed: '!'}[r.main.ask(newScene(s))])
		}}})
		for _, x := range slots {
			w.SeeSlot(x)
		}
		if want := strings.ReplaceAll(c.want, " ", ""); got.String() != want {
			t.Errorf("%s: %s, want %s", c.src, got.String(), want)
		}
	}
}

// TestCompile_NeverPanics puts words, signs and rubbish together at random.
func TestCompile_NeverPanics(t *testing.T) {
	t.Parallel()
	pieces := []string{"小时值", "均值", "(", ")", "[", "]", "氨氮", "\"氨氮\"", ",", "24", "1.5", "%", ">", "==", "且", "非", "-", "?", ":", ".", "exists", "all", "x", "in",
		"在生产", "时", "流量", " ", "\n", "“", "{", "}", "'", "\x00", "\xff", "😀", "true", "w", "@", "null", "for", "//", "\\", "pH值"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		s := spec(b.String())
		s.Explain = "{" + b.String() + "}"
		_, wrong := Compile(s)
		for _, w := range wrong {
			if w.From > w.To || w.Line < 1 || w.Column < 1 || w.Text == "" || strings.Contains(w.Text, "%!") {
				t.Fatalf("%q: %+v", b.String(), w)
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add("小时值(氨氮) > 1.2 × 限值(氨氮)")
	f.Fuzz(func(t *testing.T, src string) {
		if r, wrong := Compile(spec(src)); (r == nil) == (len(wrong) == 0) {
			t.Fatalf("%q: neither a rule nor a problem", src)
		}
	})
}

func TestJudge_FiresAndRecovers(t *testing.T) {
	t.Parallel()
	type hit struct{ from, raised, to, ended int } // hours, ended 0 = lasts
	for _, c := range []struct {
		name  string
		hours int
		until string
		calm  int
		in    []float64
		want  []hit
	}{
		{"at once", 1, "", 1, []float64{1, 9, 1, 9}, []hit{{1, 2, 2, 3}, {3, 4, 4, 0}}},
		{"three in a row", 3, "", 1, []float64{9, 9, 1, 9, 9, 9, 9, 1}, []hit{{3, 6, 7, 8}}},
		{"an hour without a value neither counts nor breaks", 3, "", 1, []float64{9, nan, 9, 9, 1}, []hit{{0, 4, 4, 5}}},
		{"four hours without a value break", 2, "", 1, []float64{9, nan, nan, nan, nan, 9, 1}, nil},
		{"recovery has its own condition", 1, "氨氮 < 3", 1, []float64{9, 4, 4, 9, 2, 9}, []hit{{0, 1, 4, 5}, {5, 6, 6, 0}}},
		{"recovery must last", 1, "", 3, []float64{9, 1, 1, 9, 1, 1, 1, 1}, []hit{{0, 1, 4, 7}}},
		{"without a value it goes on", 1, "", 1, []float64{9, nan, nan, nan, nan, nan, 9, 1}, []hit{{0, 1, 7, 8}}},
	} {
		s := spec("氨氮 > 8")
		s.Hours, s.Until, s.UntilHours = c.hours, c.until, c.calm
		var got, want []hit
		for _, x := range run(t, s, time.Time{}, nil, c.in...).Hits() {
			g := hit{int(x.From.Sub(begin).Hours()), int(x.Raised.Sub(begin).Hours()), int(x.To.Sub(begin).Hours()), 0}
			if !x.Lasts() {
				g.ended = int(x.Ended.Sub(begin).Hours())
			}
			got = append(got, g)
		}
		if want = c.want; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}

func TestJudge_GivesUpAfterTwoSilentDays(t *testing.T) {
	t.Parallel()
	in := []float64{9}
	for range silence {
		in = append(in, nan)
	}
	hits := run(t, spec("氨氮 > 8"), time.Time{}, nil, in...).Hits()
	if len(hits) != 1 || hits[0].Lasts() || !hits[0].Ended.Equal(begin.Add(time.Hour)) {
		t.Errorf("%+v", hits)
	}
}

// TestJudge_HourByHourIsTheSameAsAtOnce: looking at the last days every hour,
// with what lasted before, finds what one look at everything finds.
func TestJudge_HourByHourIsTheSameAsAtOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for _, s := range []Spec{{Hours: 1, UntilHours: 1}, {Hours: 4, UntilHours: 3}, {Hours: 2, UntilHours: 2, Until: "氨氮 < 4"}} {
		s.Title, s.Expr = "试验", "氨氮 > 8"
		var in []float64
		v := 6.0
		for range 400 {
			v = min(11, max(4, v+1.5*r.NormFloat64()))
			in = append(in, v)
		}
		whole := run(t, s, time.Time{}, nil, in...).Hits()
		var live []Hit
		const window = 7 * 24
		for n := 1; n <= len(in); n++ {
			from := begin.Add(time.Duration(n-window) * time.Hour)
			var before *Hit
			if k := len(live); k > 0 && live[k-1].Lasts() && live[k-1].From.Before(from) {
				before = &live[k-1]
			}
			live = merge(live, run(t, s, from, before, in[:n]...).Hits())
		}
		if len(whole) == 0 || len(whole) != len(live) {
			t.Fatalf("%d hits at once, %d hour by hour", len(whole), len(live))
		}
		for i := range whole {
			if !whole[i].From.Equal(live[i].From) || !whole[i].To.Equal(live[i].To) || !whole[i].Ended.Equal(live[i].Ended) {
				t.Errorf("hit %d: %+v, hour by hour %+v", i, whole[i], live[i])
			}
		}
	}
}

// merge is what alarms do with hits: what became of the last, and those that are
// fresh.
func merge(known, seen []Hit) []Hit {
	var last *Hit
	if n := len(known); n > 0 {
		last = &known[n-1]
	}
	now, fresh := Follow(last, seen)
	if now != nil {
		known[len(known)-1] = *now
	}
	return append(known, fresh...)
}

func TestRule_Says(t *testing.T) {
	t.Parallel()
	s := spec("氨氮 > 8")
	if got := run(t, s, time.Time{}, nil, 1, 9.25).Hits()[0].Text; got != "试验：氨氮 9.25 mg/L，已持续 1 小时" {
		t.Error(got)
	}
	s.Explain = "氨氮连续 {持续} 小时高于限值，最近 {氨氮}，为限值的 {氨氮 / 限值(氨氮)} 倍，总磷 {总磷}"
	if got := run(t, s, time.Time{}, nil, 9, 12).Hits()[0].Text; got != "氨氮连续 2 小时高于限值，最近 12，为限值的 1.50 倍，总磷 —" {
		t.Error(got)
	}
	s.Explain = "氨氮 {氨氮 > 5}"
	if _, wrong := Compile(s); len(wrong) != 1 || wrong[0].Field != "explain" || wrong[0].From != 4 || !strings.Contains(wrong[0].Text, "数值") {
		t.Errorf("%+v", wrong)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	rows := []Row{
		{Factor: "w21003", Stat: "value", Op: "<", Base: "usual", Value: 0.3},
		{Factor: "流量", Stat: "avg", Hours: 6, Op: ">=", Base: "number", Value: 1.5},
		{Factor: "w21003", Stat: "max", Hours: 24, Op: ">", Base: "limit", Value: 1},
		{Stat: "running"}, {Stat: "hour", Op: ">=", Value: 22},
	}
	text := Text(rows, "and")
	if text != "氨氮 < 0.3 × 平时水平(氨氮) 且 均值(流量, 6) >= 1.5 且 最大值(氨氮, 24) > 限值(氨氮) 且 在生产 且 时 >= 22" {
		t.Error(text)
	}
	if _, wrong := Compile(spec(text)); wrong != nil {
		t.Errorf("%+v", wrong)
	}
	// Every factor's name can be written.
	for _, f := range factor.All() {
		if _, wrong := Compile(spec(Text([]Row{{Factor: f.Code, Stat: "avg", Hours: 2, Op: ">", Base: "number"}}, "and"))); wrong != nil {
			t.Errorf("%s %s: %+v", f.Code, f.Name, wrong)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, src := range []string{"氨氮 > 1.2 × 限值(氨氮) 且 在生产", "均值(氨氮, 24) < 30% × 平时水平(氨氮) 且 流量 > 0", "均值(氨氮, 720) > 5"} {
		b.Run(src, func(b *testing.B) {
			r, _ := Compile(spec(src))
			in := make([]float64, 800)
			for i := range in {
				in[i] = 4 + math.Sin(float64(i))
			}
			o, slots := series(in...)
			var scene *sign.Scene
			w := sign.NewWatcher(o, []sign.Rule{{Judge: func(s *sign.Scene, _ *sign.Signs) { scene = s }}})
			for _, x := range slots {
				w.SeeSlot(x)
			}
			s := newScene(scene)
			for b.Loop() {
				r.main.ask(s)
			}
		})
	}
}
