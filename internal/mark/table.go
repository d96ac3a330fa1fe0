package mark

import (
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// Family says what a mark speaks of.
type Family string

// The families: the state of the plant, the state of the monitor.
const (
	Operating Family = "operating" // 工况标记
	Monitor   Family = "monitor"   // 监测设备标记
)

// Title is the family's Chinese name.
func (f Family) Title() string {
	if f == Operating {
		return "生产工况"
	}
	return "监测设备"
}

// Effect is what a mark does to the values of its period.
type Effect string

// The effects.
const (
	Invalid Effect = "invalid" // 数据无效：no valid data
	Stopped Effect = "stopped" // 停运：no data are due
	Exempt  Effect = "exempt"  // 数据有效，不作为超标依据
)

// Title says the effect in words.
func (e Effect) Title() string {
	switch e {
	case Invalid:
		return "数据按无效处理"
	case Stopped:
		return "停运，不计应传数据"
	}
	return "数据有效，不作为超标依据"
}

// Kind is one kind of mark.
type Kind struct {
	ID       string
	Title    string
	Family   Family
	Effect   Effect
	Flag     string            // HJ 212 flag that marked values bear; "" = they keep theirs
	Outlets  []enterprise.Kind // nil = every kind of outlet
	Document bool              // a document is due by the proof day of the next month
	MaxHours int               // of one mark; 0 = no bound
	Quota    string            // id of the yearly budget that it draws on; "" = none
}

// For reports whether the kind may be set at outlets of the kind.
func (k Kind) For(o enterprise.Kind) bool {
	return len(k.Outlets) == 0 || slices.Contains(k.Outlets, o)
}

// Quota is a budget of hours in a calendar year.
type Quota struct {
	ID    string
	Title string
	Hours int
}

// Table is one version of the rules of marking for some industries.
type Table struct {
	ID         string
	Title      string
	ValidFrom  time.Time
	Industries []string // prefixes of GB/T 4754 codes; nil = all others
	Certainty  string   // A official text, B official text at second hand, C practice
	Source     string
	LateDays   int // a mark is set within so many days of the data
	ProofDay   int // day of the next month by which documents are due
	AheadDays  int // how far ahead a planned stop may be marked
	Kinds      []Kind
	Quotas     []Quota
}

// Kind finds a kind of the table.
func (t Table) Kind(id string) (Kind, bool) {
	for _, k := range t.Kinds {
		if k.ID == id {
			return k, true
		}
	}
	return Kind{}, false
}

// Quota finds a budget of the table.
func (t Table) Quota(id string) (Quota, bool) {
	for _, q := range t.Quotas {
		if q.ID == id {
			return q, true
		}
	}
	return Quota{}, false
}

// monitors are the states of the monitor, alike in all industries.
var monitors = []Kind{
	{ID: "maintenance", Title: "维护", Family: Monitor, Effect: Invalid, Flag: "M"},
	{ID: "calibration", Title: "校准", Family: Monitor, Effect: Invalid, Flag: "C"},
	{ID: "quality_control", Title: "质控核查", Family: Monitor, Effect: Invalid, Flag: "C"},
	{ID: "monitor_fault", Title: "监测设备故障", Family: Monitor, Effect: Invalid, Flag: "D", Document: true},
	{ID: "communication", Title: "通讯中断", Family: Monitor, Effect: Invalid, Flag: "B"},
	{ID: "sampling_interrupted", Title: "采样中断", Family: Monitor, Effect: Invalid, Flag: "D"},
}

var gasOnly = []enterprise.Kind{enterprise.Gas}

// stops are the states that every plant may have.
var stops = []Kind{
	{ID: "stopped", Title: "停运", Family: Operating, Effect: Stopped, Flag: "F", Document: true},
	{ID: "plant_fault", Title: "生产或治理设施故障", Family: Operating, Effect: Exempt, Document: true},
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, beijing) }

// tables stand from the special to the general.
var tables = []Table{
	{
		ID: "incineration-2020", Title: "生活垃圾焚烧发电厂自动监测数据标记规则", ValidFrom: day(2020, 1, 1), Industries: []string{"4417", "782"},
		Certainty: "C", Source: "生态环境部公告2019年第50号、部令第10号；启停炉、故障、事故合计每年不超过60小时，每次故障不超过4小时",
		LateDays: 10, ProofDay: 10, AheadDays: 31,
		Kinds: append([]Kind{
			{ID: "drying", Title: "烘炉", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "start", Title: "启炉", Family: Operating, Effect: Exempt, Outlets: gasOnly, Quota: "abnormal"},
			{ID: "shutdown", Title: "停炉", Family: Operating, Effect: Exempt, Outlets: gasOnly, Quota: "abnormal"},
			{ID: "cooling", Title: "停炉降温", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "stopped", Title: "停运", Family: Operating, Effect: Stopped, Flag: "F", Document: true},
			{ID: "plant_fault", Title: "故障", Family: Operating, Effect: Exempt, Document: true, MaxHours: 4, Quota: "abnormal"},
			{ID: "accident", Title: "事故", Family: Operating, Effect: Exempt, Document: true, Quota: "abnormal"},
		}, monitors...),
		Quotas: []Quota{{ID: "abnormal", Title: "启炉、停炉、故障、事故合计", Hours: 60}},
	},
	{
		ID: "power-cement-paper-2020", Title: "火电、水泥和造纸行业自动监测数据标记规则", ValidFrom: day(2020, 9, 1), Industries: []string{"44", "301", "221", "222"},
		Certainty: "B", Source: "环办执法函〔2020〕21号；工况名称参考地方答复，未见全文",
		LateDays: 10, ProofDay: 10, AheadDays: 31,
		Kinds: append(append([]Kind{
			{ID: "start", Title: "启炉（启窑）", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "grid", Title: "并网（供能）初期", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "unloading", Title: "解列", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "shutdown", Title: "停炉（停窑）", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "accident", Title: "事故", Family: Operating, Effect: Exempt, Document: true},
		}, stops...), monitors...),
	},
	{
		ID: "general-2017", Title: "污染源自动监测数据标记规则（通用）", ValidFrom: day(2017, 1, 1),
		Certainty: "B", Source: "污染物排放自动监测数据标记的一般做法：10 日内标记，停运和设备故障的证明次月 10 日前提交",
		LateDays: 10, ProofDay: 10, AheadDays: 31,
		Kinds: append(append([]Kind{
			{ID: "start", Title: "启炉（开机）", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "shutdown", Title: "停炉（停机）", Family: Operating, Effect: Exempt, Outlets: gasOnly},
			{ID: "accident", Title: "事故", Family: Operating, Effect: Exempt, Document: true},
		}, stops...), monitors...),
	},
}

// Tables lists every version of the rules of marking.
func Tables() []Table { return slices.Clone(tables) }

// TableFor finds the rules that hold for an industry at the time of the data: of
// those that name it most closely the newest.
func TableFor(industry string, at time.Time) Table {
	best, depth := tables[len(tables)-1], -1
	for _, t := range tables {
		n := t.depth(industry)
		if n < 0 || at.Before(t.ValidFrom) || n < depth || n == depth && !t.ValidFrom.After(best.ValidFrom) {
			continue
		}
		best, depth = t, n
	}
	return best
}

// depth is how closely the table names the industry: the digits of the prefix, 0
// for all, -1 for not at all.
func (t Table) depth(industry string) int {
	if len(t.Industries) == 0 {
		return 0
	}
	code := strings.TrimLeft(industry, "ABCDEFGHIJKLMNOPQRST")
	n := -1
	for _, p := range t.Industries {
		if strings.HasPrefix(code, p) {
			n = max(n, len(p))
		}
	}
	return n
}
