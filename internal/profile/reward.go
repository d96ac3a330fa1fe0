package profile

import (
	"slices"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/means/reward"
)

// fileReward is what a place decides about rewards for reporters. Every figure
// and every list stands with its source, its certainty and its days.
type fileReward struct {
	Figures    []fileFigure `yaml:"figures" title:"各项数字；不写则不办理奖励"`
	Acts       []fileNamed  `yaml:"acts" check:"required" title:"可以奖励的违法行为"`
	Exclusions []fileNamed  `yaml:"exclusions" check:"required" title:"不予奖励的情形"`
	Modes      []string     `yaml:"modes" check:"required" title:"可以奖励的举报方式：public、confidential、anonymous、insider"`
	Line       Line         `yaml:"-"`
}

type fileFigure struct {
	ID         string `yaml:"id" check:"required" title:"编号，不重复"`
	Kind       string `yaml:"kind" check:"required" title:"share 罚款的百分比，floor、cap 罚款部分的下限、上限（元），extra 另加（元），ceiling 合计上限（元），special 特别严重的上限（元），bounty 悬赏的上限（元），fixed 无责任主体的上限（元），honour 精神奖励（无数值），supplement 补充举报共得的百分比，notice、pay、answer 告知、开付款单、答复申诉的时限（工作日），claim、collect、appeal 申领、领取、申诉的期限（日）"`
	Title      string `yaml:"title" check:"required" title:"名称"`
	When       string `yaml:"when" title:"extra 的情形：detention 行政拘留，arrest 批准逮捕，verdict 有罪判决"`
	Value      string `yaml:"value" title:"数值，honour 不写"`
	Source     string `yaml:"source" check:"required" title:"文件与条款"`
	Certainty  string `yaml:"certainty" check:"required" title:"A 官方文本，B 转引，C 本地约定，须由主管部门确认"`
	ValidFrom  string `yaml:"valid_from" check:"required" title:"自何日起适用"`
	ValidUntil string `yaml:"valid_until" title:"自何日起不再适用"`
	Line       Line   `yaml:"-"`
}

type fileNamed struct {
	ID         string `yaml:"id" check:"required" title:"编号"`
	Name       string `yaml:"name" check:"required" title:"名称"`
	Source     string `yaml:"source" check:"required" title:"文件与条款"`
	Certainty  string `yaml:"certainty" check:"required" title:"A、B 或 C，见 figures"`
	ValidFrom  string `yaml:"valid_from" check:"required" title:"自何日起适用"`
	ValidUntil string `yaml:"valid_until" title:"自何日起不再适用"`
	Line       Line   `yaml:"-"`
}

// reportModes are the ways of reporting.
var reportModes = []string{"public", "confidential", "anonymous", "insider"}

// reward checks the rules of rewards; one kind of figure may stand several times
// with days that do not overlap, e.g. when a place changes its cap.
func (b *builder) reward(p *Profile, f fileReward) reward.Policy {
	out := reward.Policy{Prefix: p.Prefix + "-R", Document: p.Document, Modes: f.Modes}
	ids := map[string]bool{}
	for _, x := range f.Figures {
		g := b.figure(x)
		if ids[g.ID] {
			b.fail(x.Line, "奖励规则的编号 %s 写了两次", g.ID)
		}
		ids[g.ID] = true
		for _, o := range out.Figures {
			if o.Kind == g.Kind && o.When == g.When && overlap(o.From, o.Until, g.From, g.Until) {
				b.fail(x.Line, "奖励规则 %s 与 %s 的适用日期重叠", g.ID, o.ID)
			}
		}
		out.Figures = append(out.Figures, g)
	}
	out.Acts, out.Exclusions = b.named("acts", f.Acts), b.named("exclusions", f.Exclusions)
	for _, m := range f.Modes {
		if !slices.Contains(reportModes, m) {
			b.fail(f.Line, "reward.modes 中的“%s”应为 public、confidential、anonymous 或 insider", m)
		}
	}
	return out
}

func overlap(from, until, from2, until2 reward.Day) bool {
	return (until == "" || from2 < until) && (until2 == "" || from < until2)
}

func (b *builder) figure(x fileFigure) reward.Figure {
	g := reward.Figure{ID: x.ID, Kind: reward.Kind(x.Kind), Title: x.Title, When: x.When, Source: x.Source, Certainty: x.Certainty}
	g.From, g.Until = b.days(x.Line, x.ValidFrom, x.ValidUntil)
	b.certainty(x.Line, x.Title, x.Certainty)
	isEvent := func(id string) bool {
		return slices.ContainsFunc(reward.Events, func(e struct{ ID, Title string }) bool { return e.ID == id })
	}
	switch {
	case !g.Kind.Known():
		b.fail(x.Line, "奖励规则“%s”的 kind“%s”应为 %v 之一", x.Title, x.Kind, reward.Kinds())
		return g
	case (g.Kind == reward.Extra) != isEvent(x.When):
		b.fail(x.Line, "奖励规则“%s”：extra 须以 when 写明 detention、arrest 或 verdict，其他的不写", x.Title)
	case g.Kind.Unit() == "" && x.Value != "":
		b.fail(x.Line, "奖励规则“%s”没有数值，不写 value", x.Title)
	}
	if g.Kind.Unit() == "" {
		return g
	}
	v, err := decimal.Parse(x.Value)
	if err == nil {
		g.Value = v
	}
	switch positive := err == nil && v.Mantissa > 0; {
	case !positive:
		b.fail(x.Line, "奖励规则“%s”的 value“%s”应当是正数", x.Title, x.Value)
	case g.Kind.Unit() == "%" && v.Cmp(decimal.Must("100")) > 0:
		b.fail(x.Line, "奖励规则“%s”的百分比不能超过 100", x.Title)
	case g.Kind.Unit() == "元" && v.Scale > 2:
		b.fail(x.Line, "奖励规则“%s”的金额最多到分", x.Title)
	case g.Kind.Unit() != "%" && g.Kind.Unit() != "元" && (v.Scale > 0 || v.Mantissa > 730):
		b.fail(x.Line, "奖励规则“%s”的天数应为 1 至 730 的整数", x.Title)
	}
	return g
}

func (b *builder) certainty(line Line, title, text string) {
	if !slices.Contains([]string{"A", "B", "C"}, text) {
		b.fail(line, "“%s”的 certainty 应为 A、B 或 C", title)
	}
}

func (b *builder) days(line Line, from, until string) (reward.Day, reward.Day) {
	b.date(line, "valid_from", from)
	if u := b.date(line, "valid_until", until); !u.IsZero() && until <= from {
		b.fail(line, "valid_until 应晚于 valid_from")
	}
	return reward.Day(from), reward.Day(until)
}

func (b *builder) named(key string, list []fileNamed) (out []reward.Named) {
	for _, x := range list {
		n := reward.Named{ID: x.ID, Name: x.Name, Source: x.Source, Certainty: x.Certainty}
		n.From, n.Until = b.days(x.Line, x.ValidFrom, x.ValidUntil)
		b.certainty(x.Line, x.Name, x.Certainty)
		for _, o := range out {
			if o.ID == n.ID && overlap(o.From, o.Until, n.From, n.Until) {
				b.fail(x.Line, "reward.%s 中的 %s 适用日期重叠", key, n.ID)
			}
		}
		out = append(out, n)
	}
	return out
}
