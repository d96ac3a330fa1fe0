// Package order reads work orders of other hotlines (工单: 12345, 12369 and their
// like) from files: a workbook, CSV or JSON, each with columns of its own. Which
// column means what is a mapping, data that the desk edits and keeps by name.
//
// The package is pure: it knows no register and no database. What is wrong with
// a row it says at the cell, in Chinese; nothing is guessed silently.
package order

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Mapping says how the files of one platform are read.
type Mapping struct {
	Sheet   string            `json:"sheet,omitempty"`  // of a workbook; "" = the first
	List    string            `json:"list,omitempty"`   // of JSON: keys joined by dots
	Columns map[string]string `json:"columns"`          // field → column
	Kinds   map[string]string `json:"kinds,omitempty"`  // the platform's words → kinds of reports
	Kind    string            `json:"kind,omitempty"`   // for words that Kinds does not name
	Areas   map[string]string `json:"areas,omitempty"`  // the platform's words → region codes
	Secret  []string          `json:"secret,omitempty"` // words that mean yes, of Confidential
}

// The fields of an order.
const (
	Number       = "number"
	Title        = "title"
	Text         = "text"
	Kind         = "kind"
	Area         = "area"
	Address      = "address"
	Suspect      = "suspect"
	Name         = "name"
	Phone        = "phone"
	Received     = "received"
	Due          = "due"
	Confidential = "confidential"
)

// Field is one thing that an order may say.
type Field struct {
	Name, Title, Hint string
	Required          bool
	usual             []string // headings that are usually it
}

// Fields lists them in the order of the form.
func Fields() []Field {
	return []Field{
		{Number, "工单编号", "辨认同一件：重复导入不会登记两次", true, []string{"工单编号", "工单号", "受理编号", "诉求编号", "案件编号", "编号", "order_no", "orderNo"}},
		{Text, "诉求内容", "", true, []string{"诉求内容", "工单内容", "问题描述", "反映内容", "内容", "content"}},
		{Title, "标题", "写在内容之前", false, []string{"标题", "诉求标题", "工单标题", "title"}},
		{Kind, "诉求类别", "按下面的对照转为举报事项", false, []string{"诉求类别", "问题类别", "事项类别", "污染类型", "分类", "类别", "category"}},
		{Area, "所属区域", "区划名称或代码", false, []string{"所属区域", "所属区县", "事发区域", "行政区划", "区域", "区县", "area"}},
		{Address, "事发地址", "", false, []string{"事发地址", "问题地址", "诉求地址", "地址", "地点", "address"}},
		{Suspect, "被反映单位", "", false, []string{"被反映单位", "被举报单位", "污染源名称", "企业名称", "单位"}},
		{Name, "诉求人", "与电话一起作为联系方式，不写进内容", false, []string{"诉求人", "来电人", "姓名", "联系人"}},
		{Phone, "联系电话", "", false, []string{"联系电话", "来电号码", "电话", "手机", "phone"}},
		{Received, "来电时间", "", false, []string{"来电时间", "受理时间", "登记时间", "诉求时间", "created_at"}},
		{Due, "办结期限", "回写时一并带回", false, []string{"办结期限", "截止时间", "要求办结时间", "到期时间", "deadline"}},
		{Confidential, "是否保密", "写“是”“保密”等即按实名保密处理", false, []string{"是否保密", "保密"}},
	}
}

// Guess proposes a mapping for the columns of a file.
func Guess(columns []string) Mapping {
	m := Mapping{Columns: map[string]string{}, Kind: "other"}
	taken := map[string]bool{}
	for _, f := range Fields() {
		for _, u := range f.usual {
			if slices.Contains(columns, u) && !taken[u] {
				m.Columns[f.Name], taken[u] = u, true
				break
			}
		}
	}
	return m
}

// Check says what is wrong with a mapping; kind tells what may be reported.
func (m Mapping) Check(kind func(code string) bool) error {
	bad := fault.Invalidf("映射有误，请按提示修改")
	for _, f := range Fields() {
		if f.Required && m.Columns[f.Name] == "" {
			bad = bad.With("spec.columns."+f.Name, "请选择哪一列是“%s”", f.Title)
		}
	}
	for name, column := range m.Columns {
		if !slices.ContainsFunc(Fields(), func(f Field) bool { return f.Name == name }) || utf8.RuneCountInString(column) > 100 {
			bad = bad.With("spec.columns."+name, "没有这一项，或列名超过 100 个字")
		}
	}
	if !kind(m.Kind) {
		bad = bad.With("spec.kind", "请选择没有对照的类别算作什么事项")
	}
	for words, code := range m.Kinds {
		if !kind(code) {
			bad = bad.With("spec.kinds."+words, "没有编号为“%s”的举报事项", code)
		}
	}
	if len(m.Kinds) > 500 || len(m.Areas) > 500 || len(m.Secret) > 50 {
		bad = bad.With("spec.kinds", "对照过多，最多 500 条")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Item is one order in the program's words.
type Item struct {
	Row          int
	Number       string
	Text         string
	Kind         string
	Area         string
	Address      string
	Suspect      string
	Contact      string
	Confidential bool
	Received     time.Time
	Due          time.Time
}

// Finding is one cell that cannot be taken as it is.
type Finding struct {
	Row     int
	Column  string
	Value   string
	Problem string
}

// Orders reads every row; area finds a region by its name or code. Rows with
// findings give no item.
func (m Mapping) Orders(t Table, area func(words string) (string, bool)) (items []Item, found []Finding) {
	for name, column := range m.Columns {
		if column != "" && !slices.Contains(t.Columns, column) {
			found = append(found, Finding{Column: column, Problem: "文件里没有这一列（" + titleOf(name) + "）；请核对映射，或换用这个平台的映射"})
		}
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Column, b.Column) })
		return nil, found
	}
	first := map[string]int{}
	for _, r := range t.Rows {
		x := reading{m: m, t: t, r: r}
		item := x.item(area)
		if at, twice := first[item.Number]; twice && item.Number != "" {
			x.bad(Number, "与第 "+strconv.Itoa(at)+" 行是同一个工单编号，请只留一行")
		} else {
			first[item.Number] = r.Number
		}
		if len(x.found) == 0 {
			items = append(items, item)
		}
		found = append(found, x.found...)
	}
	return items, found
}

func titleOf(name string) string {
	for _, f := range Fields() {
		if f.Name == name {
			return f.Title
		}
	}
	return name
}

// reading is one row on its way.
type reading struct {
	m     Mapping
	t     Table
	r     Row
	found []Finding
}

func (x *reading) cell(name string) string { return x.r.Cells[x.m.Columns[name]] }

func (x *reading) bad(name, problem string) {
	x.found = append(x.found, Finding{x.r.Number, x.m.Columns[name], cut(x.cell(name)), problem})
}

func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (x *reading) item(area func(string) (string, bool)) Item {
	i := Item{Row: x.r.Number, Number: x.cell(Number), Text: x.cell(Text), Address: x.cell(Address), Suspect: x.cell(Suspect)}
	switch {
	case i.Number == "":
		x.bad(Number, "请填写工单编号")
	case sheet.Lossy(i.Number):
		x.bad(Number, "长编号被表格软件改成了科学记数，末几位已经丢失；请把该列设为文本后重新导出")
	case utf8.RuneCountInString(i.Number) > 64:
		x.bad(Number, "工单编号最多 64 个字符")
	}
	if i.Text == "" {
		x.bad(Text, "请填写诉求内容")
	}
	if title := x.cell(Title); title != "" && !strings.HasPrefix(i.Text, title) {
		i.Text = title + "\n" + i.Text
	}
	i.Kind = x.m.Kind
	if code := x.m.Kinds[x.cell(Kind)]; code != "" {
		i.Kind = code
	}
	if words := x.cell(Area); words != "" {
		if code := x.m.Areas[words]; code != "" {
			i.Area = code
		} else if code, ok := area(words); ok {
			i.Area = code
		} else {
			x.bad(Area, "平台不管辖这个区域，或名称对不上；请改为区划名称或代码，或在映射中加一条对照")
		}
	}
	i.Contact = strings.TrimSpace(x.cell(Name) + " " + x.cell(Phone))
	if sheet.Lossy(x.cell(Phone)) {
		x.bad(Phone, "号码被表格软件改成了科学记数；请把该列设为文本后重新导出")
	}
	switch word := x.cell(Confidential); {
	case word == "" || slices.Contains([]string{"否", "不保密", "公开", "0", "false", "N", "n"}, word):
	case slices.Contains(append([]string{"是", "保密", "1", "true", "Y", "y"}, x.m.Secret...), word):
		i.Confidential = true
	default:
		x.bad(Confidential, "应写“是”或“否”，或在映射中写明哪些词表示保密")
	}
	i.Received = x.moment(Received)
	i.Due = x.moment(Due)
	return i
}

var beijing = time.FixedZone("CST", 8*3600)

var layouts = []string{time.RFC3339, "2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2T15:4:5", "2006-1-2", "20060102150405", "20060102"}

// moment reads a time as people and programs write it; a day alone is its end
// for a deadline and its beginning otherwise.
func (x *reading) moment(name string) time.Time {
	cell := x.cell(name)
	if cell == "" {
		return time.Time{}
	}
	typed := strings.TrimSpace(strings.NewReplacer("年", "-", "月", "-", "日", " ", "时", ":", "点", ":", "分", "", "/", "-", ".", "-").Replace(cell))
	if strings.Contains(cell, "T") {
		typed = cell
	}
	for _, l := range layouts {
		t, err := time.ParseInLocation(l, typed, beijing)
		if err != nil {
			continue
		}
		if name == Due && (l == "2006-1-2" || l == "20060102") {
			t = t.Add(24*time.Hour - time.Second)
		}
		return t
	}
	if n, err := strconv.ParseInt(cell, 10, 64); err == nil && len(cell) == 13 {
		return time.UnixMilli(n)
	} else if err == nil && len(cell) == 10 {
		return time.Unix(n, 0)
	}
	if x.t.book != nil {
		if day, ok := x.t.book.Day(cell); ok {
			n, _ := strconv.ParseFloat(cell, 64) // Day has read it
			return day.Add(time.Duration((n-float64(int64(n)))*86400+0.5) * time.Second)
		}
	}
	x.bad(name, "应为时间，例如 2026-11-20 08:15")
	return time.Time{}
}
