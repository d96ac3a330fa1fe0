package profile

import (
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
)

type fileRiskMap struct {
	ValidFrom     string         `yaml:"valid_from" check:"required" title:"自哪个月起适用，如 2020-12；到下一张表为止"`
	Source        string         `yaml:"source" check:"required" title:"出处"`
	Water         fileBand       `yaml:"water_fall" check:"required" title:"市控以上满足功能要求水质断面比例，相比前三年同期平均值下降的百分比"`
	Air           fileBand       `yaml:"air_rise" check:"required" title:"城市环境空气质量综合指数，相比前三年同期平均值上升的百分比"`
	Complaints    fileBand       `yaml:"complaints_rise" check:"required" title:"信访投诉量，相比前三年同期平均值上升的百分比"`
	BaselineYears int            `yaml:"baseline_years" check:"required,min=1,max=3" title:"前三年同期至少要有几年的数据，按现有年份平均"`
	ZeroBaseline  bool           `yaml:"zero_baseline_counts" title:"前三年同期平均值为 0 而本期大于 0，算上升幅度超过上限"`
	MassIncident  int            `yaml:"mass_incident" check:"required,min=0,max=2" title:"发生群体性事件的警示数"`
	SelfFound     bool           `yaml:"self_found_counts" title:"本地已发现并主动查处的重大问题也计入"`
	Discovery     []fileCells    `yaml:"discovery" check:"required" title:"发现能力：各种情形的警示数"`
	Events        []fileGrades   `yaml:"events" check:"required" title:"环境安全：各级突发环境事件的警示数"`
	EventMonths   int            `yaml:"event_months" check:"required,min=1,max=12" title:"近几个月，含评价月"`
	Exceedances   fileExceedance `yaml:"exceedances" check:"required" title:"污染源监控：在线监测超标次数"`
	Colours       fileColours    `yaml:"colours" check:"required" title:"警示总数与颜色"`
	Follow        fileFollow     `yaml:"follow" title:"跟踪问效与定点帮扶：何时、限几天；不写为程序的默认值"`
	Line          Line           `yaml:"-"`
}

type fileBand struct {
	One         string `yaml:"one" check:"required" title:"1 个警示的下限，百分数"`
	OneIncluded bool   `yaml:"one_included" title:"恰为下限的计 1 个"`
	Two         string `yaml:"two" check:"required" title:"2 个警示的下限，百分数"`
	TwoIncluded bool   `yaml:"two_included" title:"恰为此数的计 2 个；否则计 1 个"`
	Line        Line   `yaml:"-"`
}

type fileCells struct {
	Kinds  []string `yaml:"kinds" check:"required" title:"情形"`
	Levels []string `yaml:"levels" check:"required" title:"层级：provincial、national"`
	Points int      `yaml:"points" check:"required,min=0,max=2" title:"警示数"`
	Line   Line     `yaml:"-"`
}

type fileGrades struct {
	Grades []string `yaml:"grades" check:"required" title:"一般、较大、重大、特别重大"`
	Points int      `yaml:"points" check:"required,min=0,max=2" title:"警示数"`
	Line   Line     `yaml:"-"`
}

type fileExceedance struct {
	Once        int  `yaml:"rise_once" check:"required,min=0,max=2" title:"环比上升的警示数"`
	Twice       int  `yaml:"rise_twice" check:"required,min=0,max=2" title:"连续两个月环比上升的警示数"`
	AcrossYears bool `yaml:"across_years" title:"1 月与上年 12 月比"`
}

type fileFollow struct {
	Missed      bool `yaml:"missed" title:"重大问题未能及时发现（发现能力有警示）的，当月即跟踪问效"`
	TrackMonths int  `yaml:"track_months" check:"required,min=1,max=12" title:"连续几个月不是绿色即跟踪问效"`
	HelpMonths  int  `yaml:"help_months" check:"required,min=1,max=12" title:"连续几个月不是绿色另加定点帮扶"`
	AnswerDays  int  `yaml:"answer_days" check:"required,min=1,max=60" title:"几个工作日内答复原因、措施、责任人和完成日期"`
	ReportDays  int  `yaml:"report_days" check:"required,min=1,max=120" title:"答复之后至多几个工作日内报告成效"`
}

type fileColours struct {
	Yellow int  `yaml:"yellow" check:"required,min=1,max=10" title:"从几个警示起为黄色"`
	Red    int  `yaml:"red" check:"required,min=2,max=10" title:"从几个警示起为红色"`
	Line   Line `yaml:"-"`
}

// riskMap checks the tables of the risk map; a place that has none uses the
// annex.
func (b *builder) riskMap(list []fileRiskMap) []riskmap.Table {
	if len(list) == 0 {
		return []riskmap.Table{riskmap.Annex()}
	}
	var out []riskmap.Table
	for _, f := range list {
		t := riskmap.Table{Source: f.Source, Water: b.band(f.Water, "water_fall"), Air: b.band(f.Air, "air_rise"), Complaints: b.band(f.Complaints, "complaints_rise"),
			BaselineYears: f.BaselineYears, ZeroBaseline: f.ZeroBaseline, MassIncident: f.MassIncident, SelfFound: f.SelfFound, EventMonths: f.EventMonths,
			RiseOnce: f.Exceedances.Once, RiseTwice: f.Exceedances.Twice, AcrossYears: f.Exceedances.AcrossYears, Yellow: f.Colours.Yellow, Red: f.Colours.Red}
		t.Follow = riskmap.Annex().Follow
		if x := f.Follow; x != (fileFollow{}) {
			t.Follow = riskmap.Follow{Missed: x.Missed, TrackMonths: x.TrackMonths, HelpMonths: x.HelpMonths, AnswerDays: x.AnswerDays, ReportDays: x.ReportDays}
		}
		from, err := riskmap.ParseMonth(f.ValidFrom)
		if err != nil {
			b.fail(f.Line, "risk_map 的 valid_from：%v", err)
		}
		if n := len(out); n > 0 && out[n-1].From >= from {
			b.fail(f.Line, "risk_map 的各表应按 valid_from 从早到晚排列，且不重复")
		}
		if t.Red <= t.Yellow {
			b.fail(f.Colours.Line, "colours 的 red 应大于 yellow")
		}
		t.From, t.Discovery, t.Events = from, b.cells(f), b.grades(f)
		out = append(out, t)
	}
	return out
}

func (b *builder) band(f fileBand, key string) riskmap.Band {
	number := func(name, text string) decimal.Decimal {
		v, err := decimal.Parse(text)
		if err != nil || v.Mantissa < 0 {
			b.fail(f.Line, "%s 的 %s“%s”应为不小于 0 的百分数，如 5", key, name, text)
		}
		return v
	}
	out := riskmap.Band{One: number("one", f.One), OneAlso: f.OneIncluded, Two: number("two", f.Two), TwoAlso: f.TwoIncluded}
	if out.One.Cmp(out.Two) >= 0 {
		b.fail(f.Line, "%s 的 one 应小于 two", key)
	}
	if out.One.Mantissa == 0 && out.OneAlso {
		b.fail(f.Line, "%s 的 one 为 0 时，one_included 应为 false，否则持平也计警示", key)
	}
	return out
}

func (b *builder) cells(f fileRiskMap) []riskmap.Finding {
	var out []riskmap.Finding
	seen := map[[2]string]bool{}
	for _, c := range f.Discovery {
		for _, kind := range c.Kinds {
			if !riskmap.Known(riskmap.Kinds, kind) {
				b.fail(c.Line, "discovery 中的“%s”不认识；可用：%s", kind, riskmap.Ids(riskmap.Kinds))
			}
			for _, level := range c.Levels {
				if !riskmap.Known(riskmap.Levels, level) {
					b.fail(c.Line, "discovery 中的层级“%s”不认识；可用：%s", level, riskmap.Ids(riskmap.Levels))
				}
				if seen[[2]string{kind, level}] {
					b.fail(c.Line, "discovery 中的 %s、%s 写了两次", kind, level)
				}
				seen[[2]string{kind, level}] = true
				out = append(out, riskmap.Finding{Kind: kind, Level: level, Points: c.Points})
			}
		}
	}
	for _, kind := range riskmap.Kinds {
		for _, level := range riskmap.Levels {
			if !seen[[2]string{kind.ID, level.ID}] {
				b.fail(f.Line, "discovery 中缺少 %s、%s 的警示数", kind.ID, level.ID)
			}
		}
	}
	return out
}

func (b *builder) grades(f fileRiskMap) map[string]int {
	out := map[string]int{}
	for _, g := range f.Events {
		for _, grade := range g.Grades {
			if _, twice := out[grade]; twice || !riskmap.Known(riskmap.Grades, grade) {
				b.fail(g.Line, "events 中的“%s”写了两次或不认识；可用：%s", grade, riskmap.Ids(riskmap.Grades))
			}
			out[grade] = g.Points
		}
	}
	for _, g := range riskmap.Grades {
		if _, ok := out[g.ID]; !ok {
			b.fail(f.Line, "events 中缺少“%s”的警示数", g.ID)
		}
	}
	return out
}
