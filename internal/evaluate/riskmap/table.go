package riskmap

import (
	"fmt"
	"strings"

	"github.com/qingshao/qingshao/internal/decimal"
)

// The words of a facts file, from light to grave where there is an order.
var (
	// Levels are who brought a problem up.
	Levels = []Word{{"provincial", "省级"}, {"national", "国家级"}}
	// Kinds are how it was brought up.
	Kinds = []Word{
		{"listed_supervision", "挂牌督办"}, {"summons", "约谈"}, {"circular", "通报"}, {"media", "主流媒体曝光"},
		{"inspectorate_handover", "华东督察局交办"}, {"leader_instruction", "省部级以上领导批示"},
	}
	// Grades are those of sudden environmental events.
	Grades = []Word{{"一般", "一般"}, {"较大", "较大"}, {"重大", "重大"}, {"特别重大", "特别重大"}}
)

// Word is an entry of a closed list.
type Word struct{ ID, Title string }

// Titled is a word's title, or the word itself.
func Titled(list []Word, id string) string {
	for _, w := range list {
		if w.ID == id {
			return w.Title
		}
	}
	return id
}

// Known reports whether the list has the word.
func Known(list []Word, id string) bool {
	for _, w := range list {
		if w.ID == id {
			return true
		}
	}
	return false
}

// Ids are the words of a list, for messages.
func Ids(list []Word) string {
	var out []string
	for _, w := range list {
		out = append(out, w.ID)
	}
	return strings.Join(out, "、")
}

// Table is the rules of one period, as a place's document states them, with a
// choice wherever the document is open.
type Table struct {
	Source string
	From   Month // applies from this month on, until the next table
	// Water falls, Air and Complaints rise.
	Water, Air, Complaints Band
	// BaselineYears is how many of the three previous years there must be.
	BaselineYears int
	// ZeroBaseline judges a rise from nothing: true, it is more than any
	// percentage; false, it is not judged.
	ZeroBaseline bool
	MassIncident int
	// Discovery gives the warnings of a kind at a level.
	Discovery []Finding
	// SelfFound lets problems that the place found itself count too.
	SelfFound bool
	// Events gives the warnings of a grade of sudden events within EventMonths,
	// the month judged included.
	Events      map[string]int
	EventMonths int
	// RiseOnce and RiseTwice are the warnings when exceedances are up on the
	// previous month, and up two months in a row.
	RiseOnce, RiseTwice int
	// AcrossYears compares January with the December before it.
	AcrossYears bool
	// Yellow and Red are the least sums of these colours.
	Yellow, Red int
	Follow      Follow
}

// Band turns a relative change in percent into warnings: one from One on, two
// from Two on; whether the bound itself belongs is said beside it.
type Band struct {
	One     decimal.Decimal
	OneAlso bool // One itself gives one warning
	Two     decimal.Decimal
	TwoAlso bool // Two itself gives two
}

// Finding is one cell of the table of discovery.
type Finding struct {
	Kind, Level string
	Points      int
}

// Annex is the annex of the municipal document, with this program's choices at
// its open edges.
func Annex() Table {
	five, eight, ten := decimal.Must("5"), decimal.Must("8"), decimal.Must("10")
	t := Table{
		Source:        "《环境污染问题风险预警图评价方法（试行）》",
		Water:         Band{One: five, OneAlso: true, Two: eight},
		Air:           Band{One: five, OneAlso: true, Two: ten},
		Complaints:    Band{Two: five},
		BaselineYears: 1, ZeroBaseline: true, MassIncident: 2,
		Events: map[string]int{"一般": 1, "较大": 1, "重大": 2, "特别重大": 2}, EventMonths: 3,
		RiseOnce: 1, RiseTwice: 2, AcrossYears: true, Yellow: 2, Red: 4, Follow: defaultFollow,
	}
	for _, k := range Kinds {
		for _, l := range Levels {
			t.Discovery = append(t.Discovery, Finding{k.ID, l.ID, annexCell(k.ID, l.ID)})
		}
	}
	return t
}

// annexCell: the inspectorate of the ministry stands in the first column by name,
// instructions of leaders of provinces and ministries in the second.
func annexCell(kind, level string) int {
	switch {
	case kind == "inspectorate_handover":
		return 1
	case kind == "leader_instruction" || level == "national":
		return 2
	}
	return 1
}

// At is the table in force in a month; tables stand in the order of their months.
func At(tables []Table, m Month) (Table, bool) {
	var found Table
	ok := false
	for _, t := range tables {
		if t.From <= m {
			found, ok = t, true
		}
	}
	return found, ok
}

// points finds a cell.
func (t *Table) points(f Found) int {
	for _, c := range t.Discovery {
		if c.Kind == f.Kind && c.Level == f.Level {
			return c.Points
		}
	}
	return 0
}

// Choices tells in sentences what the document leaves open and the table
// decides.
func (t *Table) Choices() []string {
	also := func(b bool, yes, no string) string {
		if b {
			return yes
		}
		return no
	}
	out := []string{
		"升降幅度为相对变化：（本期－前三年同期平均值）÷前三年同期平均值，用分数精确计算，比较之前不修约。",
		fmt.Sprintf("水质断面比例恰好下降 %s%%：%s；综合指数恰好上升 %s%%：%s。", t.Water.One, also(t.Water.OneAlso, "计 1 个警示", "不计"),
			t.Air.One, also(t.Air.OneAlso, "计 1 个警示", "不计")),
		fmt.Sprintf("水质断面比例恰好下降 %s%%、综合指数恰好上升 %s%%、信访投诉恰好上升 %s%%：分别计 %d、%d、%d 个警示。", t.Water.Two, t.Air.Two, t.Complaints.Two,
			t.Water.points(t.Water.Two.Rat()), t.Air.points(t.Air.Two.Rat()), t.Complaints.points(t.Complaints.Two.Rat())),
		"环境质量的两项取警示多的一项，不相加；没有市控以上断面或没有空气数据的，只看有数据的一项；都没有的不计，并写明无数据。",
	}
	if t.BaselineYears < 3 {
		out = append(out, fmt.Sprintf("前三年同期缺少年份的，按现有年份平均，至少 %d 年；不足的不评价，不计警示。", t.BaselineYears))
	} else {
		out = append(out, "前三年同期缺少任何一年的，不评价，不计警示。")
	}
	out = append(out,
		also(t.ZeroBaseline, "前三年同期平均值为 0 而本期大于 0 的，视为上升幅度超过上限。", "前三年同期平均值为 0 的，不评价。"),
		fmt.Sprintf("发生群体性事件，信访投诉计 %d 个警示，不论投诉量升降。", t.MassIncident),
		"同一方面有多起的，按最重的一起计，不相加。",
		also(t.SelfFound, "本地已发现并主动查处的也计入。", "本地已发现并主动查处的不计；没有写明的，按不是本地发现计。"),
		fmt.Sprintf("近 %d 个月：评价月及其前 %d 个月，按突发环境事件发生日期；评价月之后的不计。", t.EventMonths, t.EventMonths-1),
		also(t.AcrossYears, "在线监测超标次数跨年度也环比：1 月与上年 12 月比。", "在线监测超标次数不跨年度环比。"),
		"在线监测超标次数与上月相同，不算上升；缺上月的，不评价；缺上上月的，只按 1 个月评价。",
		fmt.Sprintf("“风险持续处于高位”：连续 %d 个月（含当月）不是绿色的跟踪问效，连续 %d 个月的另加定点帮扶%s。", t.Follow.TrackMonths, t.Follow.HelpMonths,
			also(t.Follow.Missed, "；重大问题未能及时发现（发现能力有警示）的，当月即跟踪问效", "")),
	)
	return out
}
