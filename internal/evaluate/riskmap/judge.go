package riskmap

import (
	"fmt"
	"math/big"
	"strings"
)

// Result is the verdict of a month.
type Result struct {
	Month string `json:"month"`
	Units []Unit `json:"units"`
}

// Unit is the verdict on one unit.
type Unit struct {
	Code    string  `json:"code"`
	Points  int     `json:"points"`
	Colour  Colour  `json:"colour"`
	Level   string  `json:"level"`
	Aspects Aspects `json:"aspects"`
}

// Colour is what a unit is painted.
type Colour string

// The colours, from low risk to high.
const (
	Green  Colour = "green"
	Yellow Colour = "yellow"
	Red    Colour = "red"
)

// Title is the colour's Chinese name.
func (c Colour) Title() string {
	return map[Colour]string{Green: "绿色", Yellow: "黄色", Red: "红色"}[c]
}

var levels = map[Colour]string{Green: "low", Yellow: "medium", Red: "high"}

// Aspects are the five sides of the verdict.
type Aspects struct {
	Environment Aspect `json:"environment"` // 环境质量
	Complaints  Aspect `json:"complaints"`  // 信访投诉
	Discovery   Aspect `json:"discovery"`   // 发现能力
	Safety      Aspect `json:"safety"`      // 环境安全
	Monitoring  Aspect `json:"monitoring"`  // 污染源监控
}

// Aspect is the warnings of one side and why.
type Aspect struct {
	Points int    `json:"points"`
	Reason string `json:"reason"`
}

// Judge gives the verdict on every unit, in the order of the facts; each unit
// depends on its own facts alone.
func Judge(t Table, f Facts) Result {
	r := Result{Month: f.Month.String(), Units: make([]Unit, 0, len(f.Units))}
	for i := range f.Units {
		r.Units = append(r.Units, t.Unit(f.Month, &f.Units[i]))
	}
	return r
}

// Unit judges one unit.
func (t *Table) Unit(m Month, u *UnitFacts) Unit {
	a := Aspects{t.environment(u), t.complaints(u), t.discovery(u), t.safety(m, u), t.monitoring(m, u)}
	out := Unit{Code: u.Code, Aspects: a,
		Points: a.Environment.Points + a.Complaints.Points + a.Discovery.Points + a.Safety.Points + a.Monitoring.Points}
	switch {
	case out.Points >= t.Red:
		out.Colour = Red
	case out.Points >= t.Yellow:
		out.Colour = Yellow
	default:
		out.Colour = Green
	}
	out.Level = levels[out.Colour]
	return out
}

func (t *Table) environment(u *UnitFacts) Aspect {
	water := t.compare(u.Water, t.Water, -1, "市控以上满足功能要求水质断面比例", percentText)
	air := t.compare(u.Air, t.Air, 1, "城市环境空气质量综合指数", plainText)
	out := Aspect{max(water.Points, air.Points), "①" + water.Reason + "；②" + air.Reason}
	if water.Points > 0 && air.Points > 0 {
		out.Reason += "。两项取警示多的一项"
	}
	return out.ended()
}

func (t *Table) complaints(u *UnitFacts) Aspect {
	out := t.compare(u.Complaints, t.Complaints, 1, "信访投诉量", plainText)
	if u.MassIncident {
		out.Reason += fmt.Sprintf("；发生群体性事件，%s", warnings(t.MassIncident))
		out.Points = max(out.Points, t.MassIncident)
	}
	return out.ended()
}

func (t *Table) discovery(u *UnitFacts) Aspect {
	if len(u.Discovery) == 0 {
		return Aspect{0, "没有重大环境污染问题被省级以上督办、约谈、通报、曝光、交办或批示。"}
	}
	var parts []string
	out := Aspect{}
	for _, f := range u.Discovery {
		what := Titled(Kinds, f.Kind)
		switch f.Kind {
		case "inspectorate_handover", "leader_instruction": // the title names the level
		case "media":
			what = map[string]string{"national": "中央", "provincial": "省级"}[f.Level] + what
		default:
			what = map[string]string{"national": "国家部委", "provincial": "省级部门"}[f.Level] + what
		}
		if f.SelfFound && !t.SelfFound {
			parts = append(parts, what+"，本地已发现并主动查处，不计")
			continue
		}
		n := t.points(f)
		out.Points = max(out.Points, n)
		parts = append(parts, what+"，"+warnings(n))
	}
	out.Reason = strings.Join(parts, "；")
	if len(parts) > 1 {
		out.Reason += "。按最重的一起计"
	}
	return out.ended()
}

func (t *Table) safety(m Month, u *UnitFacts) Aspect {
	first := m - Month(t.EventMonths) + 1
	period := fmt.Sprintf("%s至%s", first.Title(), m.Title())
	var parts []string
	counted := 0
	out := Aspect{}
	for _, e := range u.Events {
		at := MonthOf(e.Date.Year(), e.Date.Month())
		what := fmt.Sprintf("%s%s突发环境事件", e.Date.Format("2006-01-02"), Titled(Grades, e.Grade))
		if at < first || at > m {
			parts = append(parts, what+"，不在近 "+fmt.Sprint(t.EventMonths)+" 个月内，不计")
			continue
		}
		counted++
		n := t.Events[e.Grade]
		out.Points = max(out.Points, n)
		parts = append(parts, what+"，"+warnings(n))
	}
	if counted == 0 {
		parts = append([]string{"近 " + fmt.Sprint(t.EventMonths) + " 个月（" + period + "）没有突发环境事件"}, parts...)
	}
	out.Reason = strings.Join(parts, "；")
	if counted > 1 {
		out.Reason += "。按最重的一起计"
	}
	return out.ended()
}

func (t *Table) monitoring(m Month, u *UnitFacts) Aspect {
	if len(u.Exceedances) != 3 || u.Exceedances[2] == nil {
		return Aspect{0, "没有本月在线监测超标次数，不评价。"}
	}
	before, last, now := u.Exceedances[0], u.Exceedances[1], u.Exceedances[2]
	if !t.AcrossYears {
		if (m - 1).Year() != m.Year() {
			last = nil
		}
		if (m - 2).Year() != m.Year() {
			before = nil
		}
	}
	count := func(r *big.Rat) string {
		if r == nil {
			return "无数据"
		}
		return plainText(r)
	}
	text := fmt.Sprintf("在线监测超标次数：%s %s、%s %s、%s %s", (m - 2).Title(), count(before), (m - 1).Title(), count(last), m.Title(), count(now))
	switch {
	case last == nil:
		return Aspect{0, text + "，缺上月，不评价。"}
	case now.Cmp(last) <= 0:
		return Aspect{0, text + "，本月没有环比上升。"}
	case before == nil:
		return Aspect{t.RiseOnce, text + "，本月环比上升，缺上上月，按 1 个月计，" + warnings(t.RiseOnce) + "。"}
	case last.Cmp(before) > 0:
		return Aspect{t.RiseTwice, text + "，连续两个月环比上升，" + warnings(t.RiseTwice) + "。"}
	}
	return Aspect{t.RiseOnce, text + "，本月环比上升，" + warnings(t.RiseOnce) + "。"}
}

// compare judges a value against the mean of the previous years; sign is the
// direction that is worse.
func (t *Table) compare(c *Compared, band Band, sign int, what string, text func(*big.Rat) string) Aspect {
	if c == nil || c.Value == nil {
		return Aspect{0, what + "没有本期数据，不评价"}
	}
	years, mean := c.Years(), c.mean()
	short := ""
	if years < 3 {
		short = fmt.Sprintf("（只有 %d 年）", years)
	}
	if years == 0 || years < t.BaselineYears {
		if years == 0 {
			return Aspect{0, fmt.Sprintf("%s %s，没有前三年同期数据，不评价", what, text(c.Value))}
		}
		return Aspect{0, fmt.Sprintf("%s %s，前三年同期只有 %d 年数据，少于 %d 年，不评价", what, text(c.Value), years, t.BaselineYears)}
	}
	head := fmt.Sprintf("%s %s，前三年同期平均%s %s", what, text(c.Value), short, text(mean))
	worse := new(big.Rat).Sub(c.Value, mean)
	if sign < 0 {
		worse.Neg(worse)
	}
	word := map[bool]string{true: "上升", false: "下降"}
	if mean.Sign() == 0 {
		switch {
		case worse.Sign() <= 0:
			return Aspect{0, head + "，没有" + word[sign > 0]}
		case !t.ZeroBaseline:
			return Aspect{0, head + "，平均值为 0，不评价"}
		}
		return Aspect{2, head + "，由 0 上升，视为超过 " + band.Two.String() + "%，" + warnings(2)}
	}
	change := new(big.Rat).Quo(worse, mean)
	change.Mul(change, big.NewRat(100, 1))
	n := band.points(change)
	switch {
	case change.Sign() == 0:
		return Aspect{0, head + "，持平"}
	case change.Sign() < 0:
		return Aspect{0, head + "，" + word[sign < 0] + " " + band.shown(new(big.Rat).Neg(change)) + "%"}
	}
	return Aspect{n, head + "，" + word[sign > 0] + " " + band.shown(change) + "%，" + band.verdict(change, n)}
}

// points is the warnings of a change for the worse, in percent.
func (b Band) points(change *big.Rat) int {
	reached := func(bound *big.Rat, also bool) bool {
		c := change.Cmp(bound)
		return c > 0 || c == 0 && also
	}
	switch {
	case reached(b.Two.Rat(), b.TwoAlso):
		return 2
	case reached(b.One.Rat(), b.OneAlso):
		return 1
	}
	return 0
}

// verdict says where the change lies.
func (b Band) verdict(change *big.Rat, n int) string {
	at := map[bool]string{true: "（含）", false: ""}
	switch n {
	case 2:
		return fmt.Sprintf("%s %s%%，%s", map[bool]string{true: "达到或超过", false: "超过"}[b.TwoAlso], b.Two, warnings(2))
	case 1:
		return fmt.Sprintf("在 %s%%%s—%s%%%s之内，%s", b.One, at[b.OneAlso], b.Two, at[!b.TwoAlso], warnings(1))
	}
	if change.Cmp(b.One.Rat()) == 0 {
		return fmt.Sprintf("恰为 %s%%，按本地口径不计，%s", b.One, warnings(0))
	}
	return fmt.Sprintf("不到 %s%%，%s", b.One, warnings(0))
}

// shown writes a percentage with two decimals, or as many more as it takes not
// to show a bound that the value only comes near to.
func (b Band) shown(change *big.Rat) string {
	for digits := 2; ; digits++ {
		text := change.FloatString(digits)
		near := false
		for _, bound := range []*big.Rat{b.One.Rat(), b.Two.Rat(), new(big.Rat)} {
			near = near || text == bound.FloatString(digits) && change.Cmp(bound) != 0
		}
		if !near || digits == 30 {
			return text
		}
	}
}

func (a Aspect) ended() Aspect {
	if !strings.HasSuffix(a.Reason, "。") {
		a.Reason += "。"
	}
	return a
}

func warnings(n int) string {
	if n == 0 {
		return "不计警示"
	}
	return fmt.Sprintf("%d 个警示", n)
}

// plainText writes a number with all its digits, or four where they do not end.
func plainText(r *big.Rat) string {
	if n, exact := r.FloatPrec(); exact && n <= 6 {
		return r.FloatString(n)
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(4), "0"), ".")
}

func percentText(r *big.Rat) string {
	return plainText(new(big.Rat).Mul(r, big.NewRat(100, 1))) + "%"
}
