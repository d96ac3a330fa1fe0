package sheet

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Field is one column of a form that people fill in.
type Field struct {
	Heading string
	Width   float64
	Hint    string   // shown when a cell of it is chosen
	Options []string // the only answers, nil = free
	Text    bool     // keep long numbers as typed
}

// Form is one sheet that people fill in.
type Form struct {
	Name     string
	Fields   []Field
	Examples [][]string
}

// formRows is how many rows of a form carry hints and drop-downs.
const formRows = 5001

// optionSheet holds the answers of the drop-downs, out of sight: a list in the
// cell itself may have 255 characters only.
const optionSheet = "选项"

// adviceSheet is the first sheet of a form workbook.
const adviceSheet = "说明"

// Furniture names the sheets of a form workbook that hold no answers.
var Furniture = []string{adviceSheet, optionSheet}

// WriteForms writes a workbook to be filled in: a sheet of advice, then the forms.
func WriteForms(w io.Writer, advice []string, forms []Form) error {
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // only removes what was held on disk
	b := formWriter{f: f}
	b.try(f.SetDocProps(&excelize.DocProperties{Creator: "清哨", Title: "导入模板"}))
	b.try(f.SetSheetName(f.GetSheetName(0), adviceSheet))
	b.bold = b.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F0F2F5"}}})
	at := "@"
	b.text = b.style(&excelize.Style{CustomNumFmt: &at})
	b.pale = b.style(&excelize.Style{CustomNumFmt: &at, Font: &excelize.Font{Italic: true, Color: "6B6B6B"}})
	b.try(f.SetColWidth(adviceSheet, "A", "A", 110))
	for i, s := range advice {
		cell := "A" + strconv.Itoa(i+1)
		b.try(f.SetCellStr(adviceSheet, cell, s))
		if i == 0 {
			b.try(f.SetCellStyle(adviceSheet, cell, cell, b.bold))
		}
	}
	for _, form := range forms {
		b.form(form)
	}
	if b.options > 0 {
		b.try(f.SetSheetVisible(optionSheet, false))
	}
	if b.err != nil {
		return b.err
	}
	return f.Write(w)
}

type formWriter struct {
	f                *excelize.File
	bold, text, pale int
	options          int // columns of the sheet of options in use
	err              error
}

func (b *formWriter) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *formWriter) style(s *excelize.Style) int {
	id, err := b.f.NewStyle(s)
	b.try(err)
	return id
}

func (b *formWriter) form(form Form) {
	_, err := b.f.NewSheet(form.Name)
	b.try(err)
	for i, x := range form.Fields {
		column, err := excelize.ColumnNumberToName(i + 1)
		b.try(err)
		b.try(b.f.SetColWidth(form.Name, column, column, x.Width))
		if x.Text {
			b.try(b.f.SetColStyle(form.Name, column, b.text))
		}
		b.try(b.f.SetCellStr(form.Name, column+"1", x.Heading))
		b.try(b.f.SetCellStyle(form.Name, column+"1", column+"1", b.bold))
		for n, row := range form.Examples {
			cell := column + strconv.Itoa(n+2)
			b.try(b.f.SetCellStr(form.Name, cell, row[i]))
			b.try(b.f.SetCellStyle(form.Name, cell, cell, b.pale))
		}
		b.validate(form.Name, column, x)
	}
	b.try(b.f.SetPanes(form.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

func (b *formWriter) validate(sheet, column string, x Field) {
	v := excelize.NewDataValidation(true)
	v.Sqref = column + "2:" + column + strconv.Itoa(formRows)
	if x.Hint != "" {
		v.SetInput(x.Heading, x.Hint)
	}
	if len(x.Options) > 0 {
		if b.options == 0 {
			_, err := b.f.NewSheet(optionSheet)
			b.try(err)
		}
		b.options++
		name, err := excelize.ColumnNumberToName(b.options)
		b.try(err)
		for i, o := range x.Options {
			b.try(b.f.SetCellStr(optionSheet, name+strconv.Itoa(i+1), o))
		}
		v.SetSqrefDropList("'" + optionSheet + "'!$" + name + "$1:$" + name + "$" + strconv.Itoa(len(x.Options)))
		// A code may be written where a name is offered: the check decides.
		v.SetError(excelize.DataValidationErrorStyleWarning, x.Heading, x.Hint)
	}
	b.try(b.f.AddDataValidation(sheet, v))
}
