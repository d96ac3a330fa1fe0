package enterprise

import (
	"context"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Standing is what makes an enterprise weigh more than others (监管属性): its size, the
// supervision lists that name it (环境监管重点单位名录), and what receives its water.
type Standing struct {
	EnterpriseID string
	Size         string
	Lists        []string
	Waters       []Receiving
	Version      int64
}

// Receiving is the water into which an outlet discharges (受纳水体).
type Receiving struct {
	OutletID string
	Water    string // its name
	Class    string // of its function
}

// The words of a standing, as the statistics office, the lists and the function zones
// of waters name them.
var (
	Sizes          = []string{"大型", "中型", "小型", "微型"}
	Lists          = []string{"水环境", "地下水", "大气环境", "噪声", "土壤污染", "环境风险管控"}
	WaterClasses   = []string{"饮用水水源", "Ⅰ类", "Ⅱ类", "Ⅲ类", "Ⅳ类", "Ⅴ类", "近岸海域", "污水处理厂"}
	standingWrong  = "企业的监管属性有误，请按提示修改"
	errStaleStands = fault.Conflictf("企业的监管属性已被他人更新，请刷新后重试")
)

// Check tidies the fields and says which of them is wrong.
func (s *Standing) Check() error {
	f := fault.Invalidf("%s", standingWrong)
	if s.Size != "" && !slices.Contains(Sizes, s.Size) {
		return f.With("size", "规模应为%s", strings.Join(Sizes, "、"))
	}
	s.Lists = slices.Clone(s.Lists)
	slices.SortFunc(s.Lists, func(a, b string) int { return slices.Index(Lists, a) - slices.Index(Lists, b) })
	s.Lists = slices.Compact(s.Lists)
	for _, l := range s.Lists {
		if !slices.Contains(Lists, l) {
			return f.With("lists", "名录类别应为%s", strings.Join(Lists, "、"))
		}
	}
	for i := range s.Waters {
		w := &s.Waters[i]
		w.Water = strings.TrimSpace(w.Water)
		if len([]rune(w.Water)) > 60 {
			return f.With("waters", "受纳水体名称最多 60 字")
		}
		if w.Class != "" && !slices.Contains(WaterClasses, w.Class) {
			return f.With("waters", "受纳水体的功能类别应为%s", strings.Join(WaterClasses, "、"))
		}
	}
	return nil
}

// StandingOf reads an enterprise's standing for somebody who may see the enterprise.
func (s *Service) StandingOf(ctx context.Context, actor auth.Actor, id string) (x Standing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.seen(actor, auth.RegistryRead, e.Scope(), "企业"); err != nil {
			return err
		}
		x, err = StandingOf(ctx, tx, id)
		return err
	})
	return x, err
}

// SetStanding writes an enterprise's standing; Version is the one that was seen.
func (s *Service) SetStanding(ctx context.Context, actor auth.Actor, x Standing) error {
	if err := x.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, x.EnterpriseID)
		if err != nil {
			return err
		}
		if err := require(s.policy, actor, auth.RegistryWrite, e.Scope(), "企业"); err != nil {
			return err
		}
		outlets, err := OutletsOf(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		for _, w := range x.Waters {
			if !slices.ContainsFunc(outlets, func(o Outlet) bool { return o.ID == w.OutletID }) {
				return fault.Invalidf("%s", standingWrong).With("waters", "排放口不属于这家企业")
			}
		}
		if err := saveStanding(ctx, tx, x); err != nil {
			return err
		}
		return note(ctx, tx, actor, "enterprise.standing", "enterprise", e.ID, e.Area, map[string]any{"size": x.Size, "lists": x.Lists, "waters": x.Waters})
	})
}
