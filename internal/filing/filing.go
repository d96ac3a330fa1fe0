package filing

import (
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names a filing.
type ID string

// Kind is a kind of filing.
type Kind struct {
	ID    string
	Title string
	Order bool // forbids production while it holds; only officers enter it
	Hint  string
}

// Kinds lists them.
var Kinds = []Kind{
	{"stop", "责令停产整治", true, "行政决定书的文号；期间有生产用电或排放即预警"},
	{"peak", "错峰生产停运", true, "错峰方案或停限产清单的文号"},
	{"emergency", "重污染天气应急停产", true, "应急响应通知的文号"},
	{"process", "生产工艺或产能变更", false, "变更后数据水平可能不同，规则自变更起重新学习常态"},
	{"treatment", "治理设施改造", false, "改造后数据水平可能不同，规则自变更起重新学习常态"},
	{"monitor", "监测设备更换", false, "更换后数据水平可能不同，规则自变更起重新学习常态"},
	{"parameter", "监测参数变更", false, "量程、斜率、截距等的变更，附比对报告文号"},
}

// KindOf finds a kind.
func KindOf(id string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.ID == id })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}

// Filing is one thing on file. From is when it begins to hold or when the change
// was made; an order holds until Until, without an end when that is zero.
type Filing struct {
	ID             ID
	Number         string // WZ-F-2026-000012
	State          flow.State
	Kind           string
	EnterpriseID   string
	EnterpriseName string // read only
	OutletID       string // "" = all of the enterprise
	OutletName     string // read only
	Area           string
	Document       string
	Reason         string
	From, Until    time.Time
	CreatedBy      string
	CreatedByName  string // read only
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Scope is where it lies and whom it concerns.
func (f Filing) Scope() auth.Scope { return auth.Scope{Area: f.Area, Enterprise: f.EnterpriseID} }

// Title is the kind in Chinese.
func (f Filing) Title() string {
	if k, ok := KindOf(f.Kind); ok {
		return k.Title
	}
	return f.Kind
}

// Order reports whether it forbids production.
func (f Filing) Order() bool { k, _ := KindOf(f.Kind); return k.Order }

// furthest is how far ahead or back a filing may lie.
const furthest = 2 * 366 * 24 * time.Hour

func (f *Filing) check(now time.Time) error {
	f.Document, f.Reason = strings.TrimSpace(f.Document), strings.TrimSpace(f.Reason)
	bad := fault.Invalidf("登记信息有误，请按提示修改")
	k, ok := KindOf(f.Kind)
	switch {
	case !ok:
		return bad.With("kind", "请选择事项类别")
	case f.From.IsZero() || f.From.After(now.Add(furthest)) || f.From.Before(now.Add(-furthest)):
		return bad.With("from", "请填写开始时间，前后不超过两年")
	case k.Order && f.Document == "":
		return bad.With("document", "请填写文号，停产、停运须有依据")
	case len([]rune(f.Document)) > 100:
		return bad.With("document", "文号最多 100 字")
	case f.Reason == "" || len([]rune(f.Reason)) > 2000:
		return bad.With("reason", "请填写内容，最多 2000 字")
	case !k.Order && !f.Until.IsZero():
		return bad.With("until", "变更只填写变更的时间")
	case !k.Order && f.From.After(now):
		return bad.With("from", "变更完成后再备案，时间不能晚于现在")
	case !f.Until.IsZero() && (!f.Until.After(f.From) || f.Until.After(now.Add(furthest))):
		return bad.With("until", "结束应晚于开始，且不超过两年；不填为直至解除")
	}
	return nil
}
