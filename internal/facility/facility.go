package facility

import (
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
)

// Kind says what a unit is for.
type Kind string

// The kinds of unit.
const (
	Production Kind = "production" // 产污设施
	Treatment  Kind = "treatment"  // 治污设施
	Main       Kind = "main"       // 总进线
)

// Title is the kind's Chinese name.
func (k Kind) Title() string {
	switch k {
	case Production:
		return "产污设施"
	case Treatment:
		return "治污设施"
	case Main:
		return "总进线"
	}
	return string(k)
}

// Unit is one production or treatment unit.
type Unit struct {
	ID           string
	EnterpriseID string
	Code         string // of the permit
	Name         string
	Kind         Kind
	OutletID     string
	Active       bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	Treats   []string // ids of the production units that a treatment unit treats
	Channels []Channel
}

// Channel is a value by which a unit is known to run.
type Channel struct {
	ID       string
	UnitID   string
	Device   int64
	MN       string
	Factor   string
	OnAbove  decimal.Decimal // runs from this value on
	OffBelow decimal.Decimal // stands below this one
}

// Spec is a unit as it is entered: units are named by their codes, senders by
// their MN. Putting it again changes nothing.
type Spec struct {
	Code, Name string
	Kind       Kind
	OutletCode string // "" = none
	Treats     []string
	Channels   []ChannelSpec
	Retired    bool
}

// ChannelSpec is a channel as it is entered.
type ChannelSpec struct {
	MN, Factor string
	OnAbove    decimal.Decimal
	OffBelow   *decimal.Decimal // OnAbove when nil
}

// The bounds of one enterprise.
const (
	maxUnits    = 200
	maxChannels = 20
)

// Check says what is wrong with units entered together; known are the kinds of
// the units that are there already, by code. The field names the unit's place.
func Check(specs []Spec, known map[string]Kind) error {
	f := fault.Invalidf("设施信息有误，请按提示修改")
	if len(specs) == 0 || len(specs) > maxUnits {
		return f.With("units", "一次可提交 1 至 %d 个设施", maxUnits)
	}
	kinds := map[string]Kind{}
	for code, k := range known {
		kinds[code] = k
	}
	seen := map[string]bool{}
	for i := range specs {
		s := &specs[i]
		s.Code, s.Name = strings.TrimSpace(s.Code), strings.TrimSpace(s.Name)
		if seen[s.Code] {
			f = f.With(place(i, "code"), "编号 %s 出现了两次", s.Code)
		}
		seen[s.Code] = true
		kinds[s.Code] = s.Kind
	}
	for i := range specs {
		s := &specs[i]
		switch {
		case s.Code == "" || len(s.Code) > 40:
			f = f.With(place(i, "code"), "请填写设施编号（排污许可证中的编号，如 MF0001、TA001），最多 40 个字符")
		case s.Name == "" || len([]rune(s.Name)) > 60:
			f = f.With(place(i, "name"), "请填写设施名称，最多 60 字")
		case s.Kind != Production && s.Kind != Treatment && s.Kind != Main:
			f = f.With(place(i, "kind"), "设施类别应为产污设施、治污设施或总进线")
		case len(s.Treats) > 0 && s.Kind != Treatment:
			f = f.With(place(i, "treats"), "只有治污设施可以填写所治理的产污设施")
		case len(s.Channels) > maxChannels:
			f = f.With(place(i, "channels"), "一个设施最多 %d 个判据", maxChannels)
		}
		for _, code := range s.Treats {
			if kinds[code] != Production {
				f = f.With(place(i, "treats"), "编号 %s 不是本企业的产污设施", code)
			}
		}
		for _, c := range s.Channels {
			switch {
			case c.MN == "" || c.Factor == "":
				f = f.With(place(i, "channels"), "判据须填写设备编号和编码")
			case c.OffBelow != nil && c.OffBelow.Cmp(c.OnAbove) > 0:
				f = f.With(place(i, "channels"), "判停值不能大于判开值")
			}
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
