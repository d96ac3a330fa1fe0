package ambient

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
)

// Hour is the mean of the hour that begins at At, in the units of the assessment:
// µg/m³ (CO mg/m³) of air, mg/L of water. Flag N counts; every other flag keeps
// the value, and does not let it count.
type Hour struct {
	At     time.Time
	Factor string // code of HJ 212, e.g. a34004
	Value  decimal.Decimal
	Flag   byte
}

// Flags are the marks of hourly values, those of HJ 212 and Z.
var Flags = []Word{{"N", "有效"}, {"M", "维护"}, {"C", "校准"}, {"D", "故障"}, {"T", "超过测量上限"}, {"B", "通讯异常"}, {"F", "停运"}, {"S", "手工设定"}, {"Z", "审核无效"}}

// Item is a factor that stations of a kind measure.
type Item struct {
	Factor string
	Name   string
	Unit   string
	Digits int8 // of shown means
	Basic  bool // one of the six of air, one of table 1 of water
}

// weather are what air stations measure beside pollutants.
var weather = []Item{{"a01001", "气温", "℃", 1, false}, {"a01002", "相对湿度", "%", 0, false}, {"a01006", "气压", "kPa", 2, false}, {"a01007", "风速", "m/s", 1, false}, {"a01008", "风向", "°", 0, false}}

// lakeItems are what the trophic index takes beside table 1.
var lakeItems = []Item{{"w01016", "叶绿素a", "mg/m³", 1, false}, {"w01023", "透明度", "m", 2, false}}

var (
	airItems = func() (out []Item) {
		for _, i := range air.Items {
			d := int8(1)
			if i == air.CO {
				d = 2
			}
			out = append(out, Item{i.Factor(), i.String(), i.Unit(), d, true})
		}
		return append(out, weather...)
	}()
	waterItems = func() (out []Item) {
		for _, i := range append(slices.Clone(water.Items), water.SourceItems()...) {
			out = append(out, Item{factorOf(i), i.Name, i.Unit, waterDigits(i.ID), true})
		}
		return append(out, lakeItems...)
	}()
)

// factorOf is the key of an item of water: its code of HJ 212, else its id.
func factorOf(i water.Item) string {
	if i.Factor != "" {
		return i.Factor
	}
	return i.ID
}

func waterDigits(id string) int8 {
	switch id {
	case "temperature", "ph", water.Oxygen, "codmn", "cod", "bod5":
		return 1
	case "hg":
		return 5
	case "tp", "nh3n", "tn":
		return 3
	}
	return 4
}

// Items lists what stations of a kind measure.
func Items(k Kind) []Item {
	if k == Air {
		return airItems
	}
	return waterItems
}

// ItemOf finds an item of a kind by its code or name.
func ItemOf(k Kind, name string) (Item, bool) {
	for _, i := range Items(k) {
		if i.Factor == name || i.Name == name {
			return i, true
		}
	}
	if k == Air {
		if a, ok := air.ItemOf(strings.ToUpper(name)); ok {
			return airItems[a], true
		}
	} else if w, ok := water.ItemOf(name); ok {
		return ItemOf(k, factorOf(w))
	}
	return Item{}, false
}

// check says why an hour cannot be taken; "" is none.
func (h Hour) check(s Station, now time.Time) string {
	item, ok := ItemOf(s.Kind, h.Factor)
	switch {
	case !ok:
		return fmt.Sprintf("%s站点不测“%s”", TitleOf(Kinds, string(s.Kind)), h.Factor)
	case !h.At.Equal(h.At.Truncate(time.Hour)):
		return "时间应为整点（时段开始）"
	case h.At.After(now):
		return "时间晚于现在"
	case !s.Stands(DayAt(h.At)):
		return "站点当日未启用或已停用"
	case h.Flag == 0 || h.Flag > 'z' || h.Flag < '0':
		return "标记应为一个字母，有效为 N"
	case h.Value.Scale > maxScale || h.Value.Mantissa >= maxMantissa || h.Value.Mantissa <= -maxMantissa:
		return fmt.Sprintf("%s的数值过大或小数过多（最多 %d 位）", item.Name, maxScale)
	}
	return ""
}

// fromLogger brings a value of HJ 212 into the unit of the assessment.
func fromLogger(s Station, item Item, v decimal.Decimal) (decimal.Decimal, bool) {
	up := int8(0) // so many powers of ten
	switch f, known := factor.ByCode(item.Factor); {
	case s.Kind == Air && s.Milligrams && item.Unit == "µg/m³":
		up = 3
	case s.Kind != Air && known && item.Unit == "mg/L" && (f.Unit == "µg/L" || f.Unit == "ug/L"):
		up = -3
	case s.Kind != Air && known && item.Unit == "mg/L" && f.Unit == "ng/L":
		up = -6
	}
	for ; up > 0; up-- {
		if v.Scale > 0 {
			v.Scale--
		} else {
			v.Mantissa *= 10
		}
	}
	v.Scale -= up
	for v.Scale > maxScale && v.Mantissa%10 == 0 {
		v.Mantissa, v.Scale = v.Mantissa/10, v.Scale-1
	}
	return v, v.Scale <= maxScale
}

var errStation = fault.NotFoundf("没有这个站点，可能已被移出或不在您的管辖范围内")
