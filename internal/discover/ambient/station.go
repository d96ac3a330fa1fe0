package ambient

import (
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/assess/water"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
)

// Kind is what a station measures.
type Kind string

// The kinds of station.
const (
	Air     Kind = "air"
	Section Kind = "section"
	Source  Kind = "source"
	Lake    Kind = "lake"
)

// Word is an id with its Chinese name.
type Word struct{ ID, Title string }

// The words of stations, in the order of forms. Levels of water are who controls
// the station (控制级别), of air what it stands for.
var (
	Kinds     = []Word{{string(Air), "空气"}, {string(Section), "地表水断面"}, {string(Source), "饮用水水源地"}, {string(Lake), "湖库"}}
	AirLevels = []Word{{"urban", "城市站"}, {"functional", "功能站"}, {"corridor", "物流通道站"}, {"port", "港口站"}, {"township", "乡镇站"}, {"park", "园区站"}}
	Levels    = []Word{{"national", "国控"}, {"provincial", "省控"}, {"municipal", "市控"}, {"county", "县控"}, {"township", "乡镇"}}
	Methods   = []Word{{"auto", "自动"}, {"manual", "手工"}}
	Purposes  = []Word{{"assess", "评价"}, {"warn", "预警"}, {"reference", "对照"}, {"research", "研究"}}
)

// TitleOf names an id.
func TitleOf(list []Word, id string) string {
	for _, w := range list {
		if w.ID == id {
			return w.Title
		}
	}
	return id
}

func known(list []Word, id string) bool {
	return slices.ContainsFunc(list, func(w Word) bool { return w.ID == id })
}

func titles(list []Word) string {
	var out []string
	for _, w := range list {
		out = append(out, w.Title)
	}
	return strings.Join(out, "、")
}

// LevelsOf are the levels of a kind.
func LevelsOf(k Kind) []Word {
	if k == Air {
		return AirLevels
	}
	return Levels
}

// Station is one station.
type Station struct {
	ID         string
	Num        int64 // short key of its values
	Code       string
	Name       string
	Kind       Kind
	Level      string
	Method     string // auto, manual
	Purpose    string // assess: its values count for its area
	Area       string
	Water      string // river, lake or reservoir
	Still      bool   // water that stands: a lake or reservoir, or a source on one
	Address    string
	Lng, Lat   float64 // WGS-84 degrees, both 0 = not known
	MN         string  // of its data logger, "" = none
	Milligrams bool    // the logger of an air station reports mg/m³
	Since      Day
	Until      Day // the first day without it, 0 = it stands
	Synthetic  bool
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is what policies decide on.
func (s Station) Scope() auth.Scope { return auth.Scope{Area: s.Area} }

// Stands reports whether the station is there on a day.
func (s Station) Stands(d Day) bool { return d >= s.Since && (s.Until == 0 || d < s.Until) }

// StandsIn reports whether the station is there on some day of a month.
func (s Station) StandsIn(m Month) bool {
	return s.Since < (m+1).First() && (s.Until == 0 || s.Until > m.First())
}

// Check tidies the fields and says which of them is wrong.
func (s *Station) Check() error {
	s.Code, s.Name, s.Water, s.Address, s.MN = strings.TrimSpace(s.Code), strings.TrimSpace(s.Name), strings.TrimSpace(s.Water), strings.TrimSpace(s.Address), strings.TrimSpace(s.MN)
	if s.Purpose == "" {
		s.Purpose = "assess"
	}
	s.Still = s.Kind == Lake || s.Kind == Source && s.Still
	f := fault.Invalidf("站点信息有误，请按提示修改")
	switch {
	case s.Code == "" || len(s.Code) > 40 || strings.ContainsAny(s.Code, " \t"):
		f = f.With("code", "请填写站点编号，最多 40 个字符，不含空格")
	case s.Name == "" || len([]rune(s.Name)) > 60:
		f = f.With("name", "请填写站点名称，最多 60 字")
	case !known(Kinds, string(s.Kind)):
		f = f.With("kind", "站点类别应为%s", titles(Kinds))
	case !known(LevelsOf(s.Kind), s.Level):
		f = f.With("level", "%s站点的级别或类型应为%s", TitleOf(Kinds, string(s.Kind)), titles(LevelsOf(s.Kind)))
	case !known(Methods, s.Method):
		f = f.With("method", "监测方式应为自动或手工")
	case !known(Purposes, s.Purpose):
		f = f.With("purpose", "用途应为%s", titles(Purposes))
	case s.Area == "":
		f = f.With("area", "请选择站点所在辖区")
	case len([]rune(s.Water)) > 40:
		f = f.With("water", "所在水体最多 40 字")
	case len([]rune(s.Address)) > 100:
		f = f.With("address", "地址最多 100 字")
	case s.Lng < -180 || s.Lng > 180 || s.Lat < -90 || s.Lat > 90:
		f = f.With("lng", "经纬度超出范围，请填写 WGS-84 的十进制度数")
	case s.MN != "" && (len(s.MN) > 40 || strings.ContainsAny(s.MN, " ;,=&#")):
		f = f.With("mn", "设备 MN 号最多 40 个字符，不含空格和 ; , = & #")
	case s.MN != "" && s.Method != "auto":
		f = f.With("mn", "只有自动监测的站点可以填写设备 MN 号")
	case s.Since < 0 || s.Since > 60000:
		f = f.With("since", "请填写站点启用日期")
	case s.Until != 0 && s.Until <= s.Since:
		f = f.With("until", "停用日期应在启用日期之后")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (s Station) facts() map[string]any {
	return map[string]any{"code": s.Code, "name": s.Name, "kind": s.Kind, "level": s.Level, "method": s.Method, "purpose": s.Purpose, "area": s.Area, "water": s.Water, "still": s.Still,
		"address": s.Address, "lng": s.Lng, "lat": s.Lat, "mn": s.MN, "milligrams": s.Milligrams, "since": s.Since.String(), "until": int64(s.Until)}
}

// Function is the class that a station's function asks for, from a day on until
// the next one.
type Function struct {
	From      Day
	Class     int // water Ⅰ to Ⅴ as 1 to 5, air 一类区 1 and 二类区 2, 0 = none
	Basis     string
	CreatedBy string
	CreatedAt time.Time
}

// Check says what is wrong with a function of a kind of station.
func (f *Function) Check(k Kind) error {
	f.Basis = strings.TrimSpace(f.Basis)
	bad := fault.Invalidf("功能类别有误，请按提示修改")
	most := int(water.V)
	if k == Air {
		most = 2
	}
	switch {
	case f.Class < 0 || f.Class > most:
		return bad.With("class", "功能类别应为 1 至 %d，没有功能要求时为 0", most)
	case f.Basis == "" || len([]rune(f.Basis)) > 200:
		return bad.With("basis", "请填写依据（功能区划文件及文号），最多 200 字")
	case f.From < 0 || f.From > 60000:
		return bad.With("from", "请填写开始执行的日期")
	}
	return nil
}

// ClassTitle is Ⅲ类 or 二类区.
func ClassTitle(k Kind, class int) string {
	switch {
	case class == 0:
		return "无"
	case k == Air:
		return []string{"一类区", "二类区"}[class-1]
	}
	return water.Class(class).String()
}

// ClassAt picks the class of a day from functions in the order of their days.
func ClassAt(list []Function, d Day) int {
	class := 0
	for _, f := range list {
		if f.From > d {
			break
		}
		class = f.Class
	}
	return class
}
