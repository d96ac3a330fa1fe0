package custom

import (
	"strings"

	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// Longest is the longest stretch of hours that one word may look back.
const Longest = 720

// Word is one entry of the reference that officers see.
type Word struct {
	Name   string // Chinese
	Latin  string // the same in Latin letters
	Args   string // as written behind the name, "" = a plain value
	Kind   string // value, function or sign
	Meant  string
	Sample string
}

// function is a word with arguments: the factor always first, hours second.
type function struct {
	word  Word
	hours bool // takes a number of hours
}

var functions = []function{
	{Word{"小时值", "value", "(因子)", "function", "这一小时的均值；限值判的是折算值时取折算值", "小时值(氨氮)"}, false},
	{Word{"前值", "before", "(因子, 几小时前)", "function", "若干小时以前的小时值", "前值(氨氮, 24)"}, true},
	{Word{"均值", "avg", "(因子, 小时数)", "function", "最近若干小时有效小时值的平均，含这一小时", "均值(氨氮, 24)"}, true},
	{Word{"最大值", "max", "(因子, 小时数)", "function", "最近若干小时中最大的小时值", "最大值(氨氮, 24)"}, true},
	{Word{"最小值", "min", "(因子, 小时数)", "function", "最近若干小时中最小的小时值", "最小值(氨氮, 24)"}, true},
	{Word{"波动", "swing", "(因子, 小时数)", "function", "最近若干小时的标准差除以均值，数值不动时为 0", "波动(氨氮, 12) < 0.01"}, true},
	{Word{"有效率", "valid", "(因子, 小时数)", "function", "最近若干小时中有有效值的比例，0 至 1", "有效率(氨氮, 24) < 75%"}, true},
	{Word{"标记时数", "marked", "(因子, 小时数)", "function", "最近若干小时中带标记的小时数", "标记时数(氨氮, 24) >= 6"}, true},
	{Word{"超限时数", "over", "(因子, 小时数)", "function", "最近若干小时中越过限值的小时数", "超限时数(氨氮, 24) >= 2"}, true},
	{Word{"不变时数", "same", "(因子)", "function", "到这一小时为止，小时值连续不变了几小时", "不变时数(氨氮) >= 8"}, false},
	{Word{"限值", "limit", "(因子)", "function", "小时限值上限，没有时取日限值；没有限值时不判断", "限值(氨氮)"}, false},
	{Word{"下限", "lower", "(因子)", "function", "限值的下限，例如 pH 的 6", "下限(pH)"}, false},
	{Word{"量程", "span", "(因子)", "function", "监测仪量程上限；档案中没有时不判断", "量程(氨氮)"}, false},
	{Word{"平时水平", "usual", "(因子)", "function", "这个监控点正常生产时的中位数；历史约满 100 小时后才有", "平时水平(氨氮)"}, false},
	{Word{"平时高位", "high", "(因子)", "function", "平时小时值的 95 百分位", "平时高位(氨氮)"}, false},
	{Word{"平时低位", "low", "(因子)", "function", "平时小时值的 5 百分位", "平时低位(氨氮)"}, false},
	{Word{"同时段水平", "usual_hour", "(因子)", "function", "平时在一天中这个钟点的中位数", "同时段水平(流量)"}, false},
}

// places are things measured that are named by what they mean, not by a code.
var places = []struct {
	word Word
	role sign.Role
}{
	{Word{"流量", "flow", "", "value", "排放流量（废水或废气）", "流量 > 0"}, sign.Flow},
	{Word{"含氧量", "oxygen", "", "value", "烟气含氧量，%", "含氧量 > 19"}, sign.Oxygen},
	{Word{"烟温", "temperature", "", "value", "烟气温度，℃", "烟温 < 60"}, sign.Temperature},
	{Word{"湿度", "humidity", "", "value", "烟气湿度，%", "湿度 > 20"}, sign.Humidity},
	{Word{"pH", "ph", "", "value", "酸碱度", "pH < 6"}, sign.Acidity},
	{Word{"生产用电", "production", "", "value", "生产设施用电功率；没有用电监控时不判断", "生产用电 > 50"}, sign.Production},
	{Word{"治理用电", "treatment", "", "value", "治理设施用电功率；没有用电监控时不判断", "治理用电 < 5"}, sign.Treatment},
	{Word{"取水量", "supply", "", "value", "取水计量", "取水量 > 10"}, sign.Supply},
}

// moments are values of the hour itself.
var moments = []Word{
	{"时", "hour", "", "value", "几点，0 至 23", "时 >= 22 或 时 < 6"},
	{"星期", "weekday", "", "value", "星期几，1 至 7", "星期 >= 6"},
	{"月", "month", "", "value", "月份，1 至 12", "月 in [11, 12, 1]"},
	{"雨量", "rain", "", "value", "这一小时的雨量，毫米；没有雨量数据时不判断", "雨量 > 2"},
	{"在生产", "running", "", "value", "是否在生产：生产用电（没有时看流量）高于平时满负荷的三成", "在生产 且 治理用电 < 5"},
}

var signs = []Word{
	{"且", "&&", "", "sign", "两边都成立", ""}, {"或", "||", "", "sign", "至少一边成立", ""}, {"非", "!", "", "sign", "不成立", "非 在生产"},
	{"> ≥ < ≤ == ≠", "> >= < <= == !=", "", "sign", "比较", ""}, {"+ - × ÷", "+ - * /", "", "sign", "加减乘除", "1.2 × 限值(氨氮)"},
	{"in", "in", "", "sign", "是其中之一", "时 in [22, 23, 0, 1]"}, {"30%", "0.3", "", "sign", "百分数", "30% × 平时水平(氨氮)"},
}

// Words is the reference, in the order in which it is shown.
func Words() []Word {
	var out []Word
	for _, f := range functions {
		out = append(out, f.word)
	}
	for _, p := range places {
		out = append(out, p.word)
	}
	out = append(out, moments...)
	return append(out, signs...)
}

func functionOf(name string) (function, bool) {
	for _, f := range functions {
		if name == f.word.Name || name == f.word.Latin {
			return f, true
		}
	}
	return function{}, false
}

// key gives the text by which programs name something measured: “@” and the word
// of a role, or the codes of a name, since water and gas share names.
func key(name string) (string, bool) {
	for _, p := range places {
		if name == p.word.Name || strings.EqualFold(name, p.word.Latin) {
			return "@" + p.word.Latin, true
		}
	}
	if f, ok := factor.ByCode(name); ok {
		return f.Code, true
	}
	codes, ok := codesByName[plain(name)]
	return codes, ok
}

// codesByName finds the codes of a factor by its Chinese name, with and without
// what stands in brackets.
var codesByName = func() map[string]string {
	m := map[string]string{}
	add := func(name, code string) {
		if had := m[name]; had == "" {
			m[name] = code
		} else if !strings.Contains("|"+had+"|", "|"+code+"|") {
			m[name] = had + "|" + code
		}
	}
	for _, f := range factor.All() {
		add(plain(f.Name), f.Code)
	}
	for _, f := range factor.All() {
		if short, _, ok := strings.Cut(plain(f.Name), "("); ok && m[short] == "" {
			add(short, f.Code)
		}
	}
	for short, name := range map[string]string{"COD": "化学需氧量", "SO2": "二氧化硫", "NOx": "氮氧化物", "烟尘": "颗粒物"} {
		if code := m[name]; code != "" && m[short] == "" {
			m[short] = code
		}
	}
	return m
}()

func plain(name string) string {
	return strings.NewReplacer("（", "(", "）", ")", " ", "").Replace(name)
}

// nearest proposes the known word that is most like the one written; of equals the
// one as long as it.
func nearest(name string) string {
	n := []rune(name)
	best, at := "", 2+len(n)/2*2
	try := func(s string) {
		d := 2 * distance(n, []rune(s))
		if len([]rune(s)) != len(n) {
			d++
		}
		if d < at || d == at && best != "" && s < best {
			best, at = s, d
		}
	}
	for _, w := range Words() {
		if w.Kind != "sign" {
			try(w.Name)
			try(w.Latin)
		}
	}
	for f := range codesByName {
		try(f)
	}
	return best
}

// distance is how many letters must be changed, added or dropped.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
