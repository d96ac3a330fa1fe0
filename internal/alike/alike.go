// Package alike judges whether two reports tell of the same thing, from what
// they say, where, when and of whom. It suggests; people decide.
//
// It reads no database: callers choose the candidates, by place, enterprise or
// area and time, and ask how likely each is.
package alike

import (
	"math"
	"strings"
	"time"
	"unicode"
)

// Report is what is compared. Missing parts are empty; Lng and Lat are WGS84,
// 0, 0 = not known.
type Report struct {
	Text     string // title and body
	Place    string // address in words
	Suspect  string // who is reported
	Category string
	Lng, Lat float64
	At       time.Time
}

// Likeness is how likely it is that two reports tell of the same thing, from 0
// to 1, and what speaks for it.
type Likeness struct {
	Chance float64
	Why    []string
}

// Likely is the chance from which on a suggestion is worth somebody's time; at
// it the figures of docs/duplicates.md hold.
const Likely = 0.5

// Signature is a report made ready for comparing with many others.
type Signature struct {
	r       Report
	words   grams
	place   grams // the address alone
	whole   grams // the address and the text, where addresses stand as well
	suspect string
	plain   string // text without signs, to look names up in
}

// Sign makes a report ready.
func Sign(r Report) Signature {
	plain := letters(r.Text)
	return Signature{r: r, words: gramsOf(plain), place: gramsOf(letters(shortPlace(r.Place))), whole: gramsOf(letters(shortPlace(r.Place + r.Text))), suspect: shortName(r.Suspect), plain: plain}
}

// grams are the pairs of neighbouring characters of a text with what each tells.
type grams map[[2]rune]float64

// letters keeps letters and digits: Han characters one by one, the rest in
// lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'Ａ' && r <= 'ｚ' || r >= '０' && r <= '９': // full width
			return unicode.ToLower(r - 0xFEE0)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// common are pairs that most reports hold, whatever they are about: they tell
// little.
var common = func() grams {
	g := grams{}
	for _, w := range strings.Fields("举报 反映 群众 希望 请求 相关 部门 处理 查处 尽快 我们 附近 居民 严重 影响 生活 污染 环境 环保 排放 企业 工厂 公司 有限 现在 已经 一直 " +
		"每天 今天 昨天 晚上 白天 夜间 半夜 凌晨 早上 时候 这个 那个 有人 看到 发现 闻到 听到 味道 异味 很大 非常 你们 领导 您好 你好 谢谢 街道 小区 马路 旁边 对面 里面 外面 没有 可以 怎么 什么 " +
		"情况 问题 多次 投诉 长期 经常 持续 小时 几天 最近") {
		for k := range cut(w) {
			g[k] = 0.25
		}
	}
	return g
}()

// cut gives the pairs of a text with full weight.
func cut(plain string) grams {
	g, rs := grams{}, []rune(plain)
	for i := range len(rs) - 1 {
		g[[2]rune{rs[i], rs[i+1]}] = 1
	}
	return g
}

func gramsOf(plain string) grams {
	g := cut(plain)
	for k := range g {
		if w, ok := common[k]; ok {
			g[k] = w
		}
	}
	return g
}

// contained is how much of the smaller text stands in the other, from 0 to 1,
// held down for very short texts, which stand in anything.
func contained(a, b grams) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	both, all := 0.0, 0.0
	for k, w := range a {
		all += w
		if _, ok := b[k]; ok {
			both += w
		}
	}
	return both / (all + 3)
}

// shortPlace cuts what every address of a city has.
func shortPlace(s string) string {
	return strings.NewReplacer("浙江省", "", "温州市", "", "附近", "", "旁边", "", "对面", "", "路口", "路").Replace(s)
}

// shortName cuts what the names of most enterprises end in.
func shortName(s string) string {
	s = letters(s)
	for _, w := range []string{"有限责任公司", "股份有限公司", "有限公司", "公司", "集团", "工厂"} {
		s = strings.TrimSuffix(s, w)
	}
	return s
}

// features are what the chance is made of; each is between -1 and 1.
type features [8]float64

// weights were found on the tuning half of the labelled reports; the test -fit
// finds them anew. The base is a little lower and the last weight higher than
// found, for fewer and surer suggestions.
var weights = struct {
	base float64
	of   features
}{base: -9.2, of: features{3.8, 0, 4.3, 8, 2, 1.25, 1.7, 2}}

// Compare judges two reports.
func Compare(a, b Signature) Likeness {
	f, why := measure(a, b)
	z := weights.base
	for i, v := range f {
		z += weights.of[i] * v
	}
	return Likeness{Chance: 1 / (1 + math.Exp(-z)), Why: why}
}

func measure(a, b Signature) (f features, why []string) {
	f[0] = contained(a.words, b.words)
	if f[0] > 0.35 {
		why = append(why, "描述相近")
	}
	f[1] = samePlace(a, b)
	if m, known := metres(a.r, b.r); known {
		f[2] = math.Max(-1, 1-m/400)
		if m <= 300 {
			why = append(why, "地点相近")
		}
	}
	days := a.r.At.Sub(b.r.At).Abs().Hours() / 24
	f[3] = math.Max(-1, 1-days/10)
	if days <= 3 {
		why = append(why, "时间相近")
	}
	f[4] = sameSuspect(a, b)
	if f[4] > 0.5 {
		why = append(why, "同一单位")
	}
	f[5] = -1
	if f[0] > 0.15 { // some choose another category for what they tell alike
		f[5] = 0
	}
	if a.r.Category == b.r.Category {
		f[5] = 1
		if a.r.Category != "" {
			why = append(why, "同一类别")
		}
	}
	if a.r.Category != b.r.Category && f[0] < 0.08 {
		f[7] = -1 // another category in other words: another thing
	}
	if a.r.Lat == 0 && a.r.Lng == 0 || b.r.Lat == 0 && b.r.Lng == 0 {
		f[6] = f[1] // without points the words of the place must do
	}
	return f, why
}

// samePlace is how far the address of one is told by the other too: 1 all of it,
// -1 nothing although both give one.
func samePlace(a, b Signature) float64 {
	in := func(place, whole grams) float64 {
		if len(place) < 2 {
			return 0
		}
		n := 0.0
		for k := range place {
			if _, ok := whole[k]; ok {
				n++
			}
		}
		return n / float64(len(place))
	}
	best := math.Max(in(a.place, b.whole), in(b.place, a.whole))
	if len(a.place) >= 2 && len(b.place) >= 2 {
		return 2*best - 1
	}
	return best
}

// sameSuspect is 1 for the same name, also within the other's text, -1 for two
// different ones.
func sameSuspect(a, b Signature) float64 {
	in := func(name, text string) bool {
		return len([]rune(name)) >= 2 && strings.Contains(text, name)
	}
	switch {
	case a.suspect == "" && b.suspect == "":
		return 0
	case in(a.suspect, b.suspect+b.plain), in(b.suspect, a.suspect+a.plain):
		return 1
	case a.suspect == "" || b.suspect == "":
		return 0
	}
	if c := contained(gramsOf(a.suspect), gramsOf(b.suspect)) * (1 + 3/math.Max(1, float64(min(len(gramsOf(a.suspect)), len(gramsOf(b.suspect)))))); c > 0.5 {
		return 0.7
	}
	return -1
}

// metres is the distance on the sphere; false when one has no position.
func metres(a, b Report) (float64, bool) {
	if a.Lat == 0 && a.Lng == 0 || b.Lat == 0 && b.Lng == 0 {
		return 0, false
	}
	const radius = 6371000
	rad := math.Pi / 180
	dLat, dLng := (b.Lat-a.Lat)*rad, (b.Lng-a.Lng)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Pow(math.Sin(dLng/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h))), true
}
