package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Act says what a row does to the registry.
type Act string

// The acts.
const (
	Creates Act = "create"
	Updates Act = "update"
	Same    Act = "same"
)

// Change is one field that a row changes.
type Change struct{ Field, Old, New string }

// Item is one row that can be taken.
type Item struct {
	Sheet   string
	Row     int
	Act     Act
	Title   string
	Changes []Change
}

// Finding is one bad cell: what is wrong with it and what to do.
type Finding struct {
	Sheet   string
	Cell    string // e.g. B7
	Value   string
	Problem string
	Remedy  string
}

// Plan is what a workbook would do to the registry as it is now.
type Plan struct {
	Items    []Item
	Findings []Finding
	Bad      int      // rows that cannot be taken
	Examples int      // rows that were only examples
	Ignored  []string // sheets that nobody reads
	Digest   string   // changes when the workbook or its effect changes

	steps []step
}

// Count is the number of rows of a sheet that do an act.
func (p Plan) Count(sheet string, act Act) (n int) {
	for _, i := range p.Items {
		if i.Sheet == sheet && i.Act == act {
			n++
		}
	}
	return n
}

// seal computes the digest.
func (p *Plan) seal(file []byte) error {
	sum := sha256.Sum256(file)
	text, err := json.Marshal([]any{hex.EncodeToString(sum[:]), p.Items, p.Findings})
	if err != nil {
		return err
	}
	sum = sha256.Sum256(text)
	p.Digest = hex.EncodeToString(sum[:])
	return nil
}

// record is one row under examination.
type record struct {
	plan  *Plan
	book  *sheet.Book
	table table
	at    map[string]int // title → column
	row   sheet.Row
	bad   bool
}

// records reads the rows of a sheet that is there; a heading that lacks a needed
// column is a finding by itself.
func records(p *Plan, b *sheet.Book, t table) []*record {
	rows := b.Sheets[t.name]
	if len(rows) == 0 {
		return nil
	}
	head := &record{plan: p, book: b, table: t, at: map[string]int{}, row: rows[0]}
	for i, c := range rows[0].Cells {
		title := plainTitle(c)
		if title == "" {
			continue
		}
		if _, twice := head.at[title]; twice {
			head.find(i, "“"+title+"”列出现两次", "删除其中一列")
		}
		head.at[title] = i
		if !t.has(title) {
			head.find(i, "模板中没有“"+title+"”列", "删除这一列，或改回模板的列名")
		}
	}
	for _, f := range t.fields {
		if _, ok := head.at[f.title]; f.required && !ok {
			head.find(0, "缺少“"+f.title+"”列", "下载模板，按模板的列名填写")
		}
	}
	if head.bad {
		p.Bad += len(rows) - 1
		return nil
	}
	var out []*record
	for _, row := range rows[1:] {
		r := &record{plan: p, book: b, table: t, at: head.at, row: row}
		if strings.HasPrefix(r.text(remark), example) {
			p.Examples++
			continue
		}
		out = append(out, r)
	}
	return out
}

func (t table) has(title string) bool {
	for _, f := range t.fields {
		if f.title == title {
			return true
		}
	}
	return false
}

func (t table) how(title string) string {
	for _, f := range t.fields {
		if f.title == title {
			return f.how
		}
	}
	return ""
}

// raw is a cell as stored, "" when the column or the cell is not there.
func (r *record) raw(title string) string {
	i, ok := r.at[title]
	if !ok || i >= len(r.row.Cells) {
		return ""
	}
	return r.row.Cells[i]
}

func (r *record) find(column int, problem, remedy string) {
	r.bad = true
	value := ""
	if column < len(r.row.Cells) {
		value = brief(r.row.Cells[column])
	}
	r.plan.Findings = append(r.plan.Findings, Finding{r.table.name, sheet.CellName(column, r.row.Number), value, problem, remedy})
}

// wrong names a cell; without a remedy the column's own hint is given.
func (r *record) wrong(title, problem, remedy string) {
	if remedy == "" {
		remedy = r.table.how(title)
	}
	r.find(r.at[title], problem, remedy)
}

// refuse names the cells that the owner of the thing finds wrong.
func (r *record) refuse(err error, titles map[string]string) {
	var f *fault.Error
	if !asFault(err, &f) || len(f.Fields) == 0 {
		r.find(0, fault.Sentence(err, "这一行不能导入"), "改正或删除这一行")
		return
	}
	for _, x := range f.Fields {
		title, ok := titles[x.Name]
		if !ok {
			title = r.table.fields[0].title
		}
		r.wrong(title, x.Message, "")
	}
}

// text is a cell without the spaces around it.
func (r *record) text(title string) string { return strings.TrimSpace(r.raw(title)) }

// words is a text of at most so many characters.
func (r *record) words(title string, most int) string {
	s := r.text(title)
	if len([]rune(s)) > most {
		r.wrong(title, "超过 "+strconv.Itoa(most)+" 字", "")
	}
	return s
}

// key is a text that must be there and must not have been a number.
func (r *record) key(title string) string {
	s := r.text(title)
	switch {
	case s == "":
		r.wrong(title, "没有填写", "")
	case sheet.Lossy(s):
		r.wrong(title, "被保存成了数字，末几位已丢失", "把这一列设为文本格式后重新填写")
	}
	return s
}

// needed is a text that must be there.
func (r *record) needed(title string, most int) string {
	s := r.words(title, most)
	if s == "" {
		r.wrong(title, "没有填写", "")
	}
	return s
}

// choose finds what an answer stands for; ok is false for an empty cell and a
// wrong one.
func choose[T any](r *record, title string, answers map[string]T) (v T, ok bool) {
	s := r.text(title)
	if s == "" {
		return v, false
	}
	if v, ok = answers[s]; !ok {
		r.wrong(title, "“"+brief(s)+"”不在可选范围内", "")
	}
	return v, ok
}

// number is an exact number, nil for an empty cell and a wrong one.
func (r *record) number(title string) *decimal.Decimal {
	s := sheet.AsTyped(r.raw(title))
	if s == "" {
		return nil
	}
	d, err := decimal.Parse(s)
	if err != nil {
		r.wrong(title, "“"+brief(s)+"”不是数字", "")
		return nil
	}
	return &d
}

// degrees reads a coordinate; ok is false for an empty cell.
func (r *record) degrees(title string) (float64, bool) {
	s := r.text(title)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f {
		r.wrong(title, "“"+brief(s)+"”不是经纬度", "")
		return 0, false
	}
	return f, true
}

// whole reads a whole number; ok is false for an empty cell.
func (r *record) whole(title string) (int, bool) {
	s := sheet.AsTyped(r.raw(title))
	if s == "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		r.wrong(title, "“"+brief(s)+"”不是整数", "")
		return 0, false
	}
	return n, true
}

// day reads a day, zero for an empty cell and a wrong one.
func (r *record) day(title string) time.Time {
	s := r.text(title)
	if s == "" {
		return time.Time{}
	}
	t, ok := r.book.Day(s)
	if !ok {
		r.wrong(title, "“"+brief(s)+"”不是日期", "")
	}
	return t
}

// brief keeps a hostile cell from filling the report.
func brief(s string) string {
	if u := []rune(s); len(u) > 40 {
		return string(u[:40]) + "…"
	}
	return s
}
