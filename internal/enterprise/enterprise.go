package enterprise

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

// PermitClass is the enterprise's class in the pollutant permit system
// (固定污染源排污许可分类管理名录).
type PermitClass string

// The permit classes; the empty one is not known yet.
const (
	PermitKey        PermitClass = "重点"
	PermitSimplified PermitClass = "简化"
	PermitRegistered PermitClass = "登记"
)

// Enterprise is one polluting unit (排污单位).
type Enterprise struct {
	ID          string
	Code        string // 统一社会信用代码, GB 32100-2015; "" = not known
	Name        string
	Area        string // region code
	Address     string
	Lng, Lat    float64 // WGS-84 degrees, both 0 = not known
	Industry    string
	PermitClass PermitClass
	Contact     string // 环保负责人 and telephone
	Synthetic   bool   // made up by the world package, shown as such
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// Scope is what policies decide on.
func (e Enterprise) Scope() auth.Scope { return auth.Scope{Area: e.Area, Enterprise: e.ID} }

// Kind says what leaves through an outlet.
type Kind string

// The kinds of outlet.
const (
	Gas   Kind = "gas"   // 废气
	Water Kind = "water" // 废水
	Rain  Kind = "rain"  // 雨水
)

// Title is the kind's Chinese name.
func (k Kind) Title() string {
	switch k {
	case Gas:
		return "废气"
	case Water:
		return "废水"
	case Rain:
		return "雨水"
	}
	return string(k)
}

// Outlet is one place of discharge (排放口) of an enterprise.
type Outlet struct {
	ID           string
	EnterpriseID string
	Code         string // permit number of the outlet, e.g. DA001
	Name         string
	Kind         Kind
	Area         string
	Lng, Lat     float64
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	EnterpriseName string // read only
}

// Scope is what policies decide on.
func (o Outlet) Scope() auth.Scope { return auth.Scope{Area: o.Area, Enterprise: o.EnterpriseID} }

// Statistic says which value a limit judges.
type Statistic string

// The statistics that limits are written for.
const (
	Realtime Statistic = "realtime" // 实时值, for early notice only
	Hour     Statistic = "hour"     // 小时均值
	Day      Statistic = "day"      // 日均值
)

// Limit is one dated limit of a factor at an outlet. It holds for data whose
// time t fulfils ValidFrom <= t < ValidTo; a zero ValidTo is open. A limit is
// never edited: it is ended and succeeded, so that old data keep being judged
// by the limit of their day.
type Limit struct {
	ID        string
	OutletID  string
	Factor    string           // code of HJ 212, e.g. a21026
	Upper     *decimal.Decimal // nil = none; a value equal to it complies
	Lower     *decimal.Decimal // nil = none, e.g. pH 6
	Statistic Statistic
	Standard  string // e.g. GB 13271-2014
	Article   string // table or article of it
	ValidFrom time.Time
	ValidTo   time.Time
	CreatedBy string
	CreatedAt time.Time
	EndedBy   string
}

// Holds reports whether the limit is in force at the moment of the data.
func (l Limit) Holds(at time.Time) bool {
	return !at.Before(l.ValidFrom) && (l.ValidTo.IsZero() || at.Before(l.ValidTo))
}

// LimitAt picks from an outlet's limits the one that judges the statistic of a
// factor at the moment of the data, never of today.
func LimitAt(limits []Limit, factor string, s Statistic, at time.Time) (Limit, bool) {
	for i := range limits { // by place: most are passed over, on the path of every value
		l := &limits[i]
		if l.Factor == factor && l.Statistic == s && l.Holds(at) {
			return *l, true
		}
	}
	return Limit{}, false
}

const codeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ValidCode reports whether s is a unified social credit code with a right check
// character (GB 32100-2015).
func ValidCode(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for _, c := range s[:17] {
		v := strings.IndexRune(codeAlphabet, c)
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return codeAlphabet[(31-sum%31)%31] == s[17]
}

// Check tidies the fields and says which of them is wrong.
func (e *Enterprise) Check() error {
	e.Code, e.Name = strings.ToUpper(strings.TrimSpace(e.Code)), strings.TrimSpace(e.Name)
	f := fault.Invalidf("企业信息有误，请按提示修改")
	switch {
	case e.Name == "":
		return f.With("name", "请填写企业名称")
	case len([]rune(e.Name)) > 100:
		return f.With("name", "企业名称最多 100 字")
	case e.Area == "":
		return f.With("area", "请选择所在区域")
	case e.Code != "" && !e.Synthetic && !ValidCode(e.Code):
		return f.With("code", "统一社会信用代码应为 18 位且校验位正确，请核对")
	}
	switch e.PermitClass {
	case "", PermitKey, PermitSimplified, PermitRegistered:
	default:
		return f.With("permit_class", "排污许可类别应为重点、简化或登记")
	}
	return checkPlace(f, e.Lng, e.Lat)
}

// Check tidies the fields and says which of them is wrong.
func (o *Outlet) Check() error {
	o.Code, o.Name = strings.TrimSpace(o.Code), strings.TrimSpace(o.Name)
	f := fault.Invalidf("排放口信息有误，请按提示修改")
	switch {
	case o.EnterpriseID == "":
		return f.With("enterprise_id", "请选择所属企业")
	case o.Name == "":
		return f.With("name", "请填写排放口名称")
	case len([]rune(o.Name)) > 100:
		return f.With("name", "排放口名称最多 100 字")
	case o.Kind != Gas && o.Kind != Water && o.Kind != Rain:
		return f.With("kind", "排放口类型应为废气、废水或雨水")
	}
	return checkPlace(f, o.Lng, o.Lat)
}

func checkPlace(f *fault.Error, lng, lat float64) error {
	if lng == 0 && lat == 0 {
		return nil
	}
	if !(lng >= 73 && lng <= 136) {
		return f.With("lng", "经度应在 73 至 136 度之间")
	}
	if !(lat >= 3 && lat <= 54) {
		return f.With("lat", "纬度应在 3 至 54 度之间")
	}
	return nil
}

// Check tidies the fields and says which of them is wrong.
func (l *Limit) Check() error {
	l.Factor, l.Standard = strings.TrimSpace(l.Factor), strings.TrimSpace(l.Standard)
	f := fault.Invalidf("限值信息有误，请按提示修改")
	switch {
	case l.Factor == "":
		return f.With("factor", "请选择因子")
	case l.Upper == nil && l.Lower == nil:
		return f.With("upper", "上限、下限至少填写一个")
	case l.Upper != nil && l.Lower != nil && l.Lower.Cmp(*l.Upper) > 0:
		return f.With("lower", "下限不能大于上限")
	case l.Statistic != Realtime && l.Statistic != Hour && l.Statistic != Day:
		return f.With("statistic", "限值所用的统计量应为实时值、小时均值或日均值")
	case l.Standard == "":
		return f.With("standard", "请填写限值所依据的标准")
	case l.ValidFrom.IsZero():
		return f.With("valid_from", "请填写开始执行日期")
	case !l.ValidTo.IsZero() && !l.ValidTo.After(l.ValidFrom):
		return f.With("valid_to", "停止执行日期应晚于开始执行日期")
	}
	return nil
}
