package official

import (
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// beijing is the zone in which rules come into force.
var beijing = time.FixedZone("CST", 8*3600)

// Rules is one version of the rules for a kind of outlet. Certainty is A for an
// official text, B for one at second hand, C for practice.
type Rules struct {
	ID         string
	Title      string
	ValidFrom  time.Time
	Certainty  string
	Source     string
	ValidShare [2]int // of the values due, e.g. 3 of 4
	Minutes    int    // valid minutes of a valid hour; 0 = the share alone
	AllNormal  bool   // one abnormal value makes the hour abnormal
	DayHours   int    // valid hours of a valid day; 0 = the share of those due
	ByFlow     bool   // concentrations of a day are weighted by flow
	Keep       int8   // digits kept beyond the finest value
	Stale      decimal.Decimal
	Judge      []string // what is judged, in words
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, beijing) }

var gas = []Rules{{
	ID: "gas-2017", Title: "固定污染源烟气：小时、日均值有效性与折算", ValidFrom: day(2000, 1, 1), Certainty: "B",
	Source:     "HJ 75-2017、HJ 76-2017、HJ 212-2017 附录D、各行业排放标准的基准含氧量",
	ValidShare: [2]int{3, 4}, Minutes: 45, DayHours: 20, Keep: 3, Stale: decimal.Must("20.5"),
	Judge: []string{"小时有效：有效分钟不少于 45 分钟（应有数据的 75%）", "日有效：有效小时不少于 20 小时，或不少于运行小时的 75%（按地方配置）",
		"折算值 = 实测值 ×（21 − 基准含氧量）÷（21 − 实测含氧量）；实测含氧量达到 20.5% 不折算、不判定；缺含氧量不判定",
		"均值按精确数计算，一次修约（GB/T 8170）"},
}}

var water = []Rules{{
	ID: "water-2019", Title: "污水：小时、日均值有效性与流量加权", ValidFrom: day(2000, 1, 1), Certainty: "B",
	Source:     "HJ 356-2019、HJ 212-2017 附录D",
	ValidShare: [2]int{3, 4}, AllNormal: true, ByFlow: true, Keep: 3,
	Judge: []string{"小时：时段内有异常数据即为异常；少于应有数据的 75% 无效", "流量为零、负值、维护校准期间的数据无效",
		"日均值 = Σ(浓度 × 流量) ÷ Σ流量；pH 为范围；有效数据不少于应得数据的 75%", "均值按精确数计算，一次修约（GB/T 8170）"},
}}

// For finds the rules that hold for an outlet's data of a time; rain water goes by
// the rules for water.
func For(k enterprise.Kind, at time.Time) Rules {
	list := water
	if k == enterprise.Gas {
		list = gas
	}
	best := list[0]
	for _, r := range list[1:] {
		if !at.Before(r.ValidFrom) && r.ValidFrom.After(best.ValidFrom) {
			best = r
		}
	}
	return best
}

// All lists every version of the rules.
func All() []Rules { return append(slices.Clone(gas), water...) }

// ByID finds a version of the rules.
func ByID(id string) (Rules, bool) {
	for _, r := range All() {
		if r.ID == id {
			return r, true
		}
	}
	return Rules{}, false
}

// Enough reports whether count of due values make a period valid.
func (r Rules) Enough(count, due int) bool {
	return count > 0 && count*r.ValidShare[1] >= due*r.ValidShare[0]
}

// Policy is what the sources do not settle and a place decides.
type Policy struct {
	DayByOperating bool // gas day: 75 % of the hours in operation instead of 20 hours
	ValidOfDue     bool // 有效率 = valid ÷ due instead of valid ÷ received
	Target         int  // 传输有效率 that is asked for, percent
}

// DefaultPolicy is what a place starts with.
func DefaultPolicy() Policy { return Policy{Target: 90} }

// DayValid reports whether a gas day is valid: stopped hours are not in operation.
func (r Rules) DayValid(p Policy, valid, stopped int) bool {
	if !p.DayByOperating {
		return valid >= r.DayHours
	}
	return r.Enough(valid, 24-stopped)
}
