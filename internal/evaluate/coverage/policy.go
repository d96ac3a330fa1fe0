package coverage

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/permit"
)

// Rules are the place's choices.
type Rules struct {
	Target    int      // percent of the load that must be under control
	Factors   []string // the main pollutants
	HeardDays int      // how long ago the newest data may be
}

// Duty says whether an outlet must be monitored automatically.
type Duty string

// The duties.
const (
	Required Duty = "required" // automatic monitoring, networked
	Free     Duty = "free"     // no duty of automatic monitoring
	Unknown  Duty = "unknown"  // the class of the permit is not entered
)

// dutyOf judges an outlet: what its permit says goes before what its class does.
func dutyOf(class enterprise.PermitClass, kind enterprise.Kind, m permit.Monitor) (Duty, string) {
	switch {
	case m == permit.Auto:
		return Required, "排污许可证载明自动监测"
	case m != "":
		return Free, "排污许可证载明" + m.Title()
	case kind == enterprise.Rain:
		return Free, "雨水排放口，许可证未载明自动监测"
	case class == enterprise.PermitKey:
		return Required, "重点管理单位的" + kind.Title() + "排放口"
	case class == enterprise.PermitSimplified:
		return Free, "简化管理单位，推行电流、工况监控"
	case class == enterprise.PermitRegistered:
		return Free, "登记管理单位"
	}
	return Unknown, "企业的许可类别未填写"
}

// Reason is why an outlet is a gap.
type Reason string

// The reasons, the gravest first.
const (
	NoDevice Reason = "device" // nothing is networked
	Silent   Reason = "silent" // networked, but no data
	Partial  Reason = "factor" // a main pollutant is not measured
	NoClass  Reason = "class"  // cannot be judged
	NoLoad   Reason = "load"   // cannot be counted
)

// Reasons lists them in order.
var Reasons = []Reason{NoDevice, Silent, Partial, NoClass, NoLoad}

// Title is the reason in words.
func (r Reason) Title() string {
	return map[Reason]string{NoDevice: "应装未装", Silent: "联网无数据", Partial: "主要污染物缺项", NoClass: "许可类别未填", NoLoad: "许可排放量未填"}[r]
}

// Point is one outlet with everything that its judgement rests on.
type Point struct {
	Outlet   enterprise.Outlet
	Class    enterprise.PermitClass
	Permit   permit.Permit
	Devices  int             // in use
	LastAt   time.Time       // of the newest data, zero = never
	Measured map[string]bool // factors with recent data

	Duty      Duty
	Why       string
	Networked bool
	Uploading bool
}

// judge completes a point.
func (p *Point) judge(r Rules, now time.Time) {
	p.Duty, p.Why = dutyOf(p.Class, p.Outlet.Kind, p.Permit.Monitor)
	p.Networked = p.Devices > 0
	p.Uploading = p.Networked && !p.LastAt.IsZero() && now.Sub(p.LastAt) <= r.window()
}

func (r Rules) window() time.Duration { return time.Duration(r.HeardDays) * 24 * time.Hour }

// controlled reports whether a pollutant of the outlet is under control: the
// outlet uploads, and the pollutant is among what it uploads.
func (p Point) controlled(code string) bool { return p.Uploading && p.Measured[code] }

// Gap is an outlet that lacks what it must have, or that cannot be judged.
type Gap struct {
	Point
	Reason Reason
	Text   string // what is missing
	Remedy string // what to do
}

// gaps finds what an outlet lacks.
func (p Point) gaps(r Rules) []Gap {
	switch {
	case p.Duty == Unknown:
		return []Gap{{p, NoClass, "企业的排污许可类别未填写，无法判断是否应装", "在企业档案中填写许可类别"}}
	case p.Duty != Required:
		return nil
	case !p.Networked:
		return []Gap{{p, NoDevice, "应安装自动监测设备并联网，没有登记数采仪", "督促企业安装联网；已安装的，登记数采仪"}}
	}
	var out []Gap
	if !p.Uploading {
		text := fmt.Sprintf("已登记数采仪，%d 天内没有数据", r.HeardDays)
		if p.LastAt.IsZero() {
			text = "已登记数采仪，从未收到数据"
		}
		out = append(out, Gap{p, Silent, text, "核查设备和网络；停产的按规定标记"})
	}
	var missing []string
	for _, l := range p.Permit.Loads {
		if p.Uploading && r.main(l.Factor) && l.Tonnes.Mantissa > 0 && !p.Measured[l.Factor] {
			missing = append(missing, factor.Name(l.Factor))
		}
	}
	if len(missing) > 0 {
		out = append(out, Gap{p, Partial, "许可证有排放量，但没有监测：" + strings.Join(missing, "、"), "核对监测因子，补装或接入分析仪"})
	}
	if p.Permit.Version == 0 {
		out = append(out, Gap{p, NoLoad, "没有登记许可排放量，不计入负荷", "按排污许可证登记监测方式和许可排放量"})
	}
	return out
}

func (r Rules) main(code string) bool {
	for _, f := range r.Factors {
		if f == code {
			return true
		}
	}
	return false
}

// Share is how much of a pollutant's permitted load is under control.
type Share struct {
	Factor     string
	Total      *big.Rat // tonnes a year
	Controlled *big.Rat
	Outlets    int // with a permitted load of it
}

// Tenths is the share in tenths of a percent, rounded down: 849 is not yet 85 %.
// Without a load there is no share.
func (s Share) Tenths() (int, bool) {
	if s.Total.Sign() == 0 {
		return 0, false
	}
	x := new(big.Rat).Quo(s.Controlled, s.Total)
	x.Mul(x, big.NewRat(1000, 1))
	return int(new(big.Int).Quo(x.Num(), x.Denom()).Int64()), true
}

// Met reports whether the share reaches the target.
func (s Share) Met(target int) bool {
	t, ok := s.Tenths()
	return ok && t >= target*10
}

// Count is how many outlets of a kind there are, must be monitored, are
// networked, and upload.
type Count struct{ All, Required, Networked, Uploading int }

func (c *Count) add(p Point) {
	c.All++
	if p.Duty == Required {
		c.Required++
	}
	if p.Networked {
		c.Networked++
	}
	if p.Uploading {
		c.Uploading++
	}
}

// Row is one area, or all of them.
type Row struct {
	Area        string // "" = all that the reader may see
	Enterprises map[enterprise.PermitClass]int
	Metered     map[enterprise.PermitClass]int // enterprises with meters of current or working conditions
	Outlets     map[enterprise.Kind]Count
	Due         Count   // those that must be monitored
	Shares      []Share // by main pollutant
	Gaps        map[Reason]int
}

func newRow(area string, r Rules) Row {
	row := Row{Area: area, Enterprises: map[enterprise.PermitClass]int{}, Metered: map[enterprise.PermitClass]int{}, Outlets: map[enterprise.Kind]Count{}, Gaps: map[Reason]int{}}
	for _, f := range r.Factors {
		row.Shares = append(row.Shares, Share{Factor: f, Total: new(big.Rat), Controlled: new(big.Rat)})
	}
	return row
}

func (row *Row) add(p Point, r Rules) {
	c := row.Outlets[p.Outlet.Kind]
	c.add(p)
	row.Outlets[p.Outlet.Kind] = c
	if p.Duty == Required {
		row.Due.add(p)
	}
	for i := range row.Shares {
		s := &row.Shares[i]
		t, ok := p.Permit.Tonnes(s.Factor)
		if !ok {
			continue
		}
		s.Outlets++
		s.Total.Add(s.Total, t.Rat())
		if p.controlled(s.Factor) {
			s.Controlled.Add(s.Controlled, t.Rat())
		}
	}
	for _, g := range p.gaps(r) {
		row.Gaps[g.Reason]++
	}
}
