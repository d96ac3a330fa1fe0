package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Format is a way to write a table down.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Type is the media type of a format.
func (f Format) Type() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Writer takes a table row by row. Close finishes it; before that, what has been
// written is no table.
type Writer interface {
	Row(cells ...any) error
	Close() error
}

// NewWriter begins a table of the columns; name is what a workbook calls it.
func NewWriter(w io.Writer, f Format, name string, columns []Column) (Writer, error) {
	if f == XLSX {
		return newWorkbook(w, name, columns, excelize.TotalRows)
	}
	// The byte-order mark tells spreadsheet programs that the text is UTF-8.
	if _, err := io.WriteString(w, "\xEF\xBB\xBF"); err != nil {
		return nil, err
	}
	c := &commas{csv.NewWriter(w), columns}
	headings := make([]string, len(columns))
	for i, col := range columns {
		headings[i] = harmless(col.Heading())
	}
	return c, c.w.Write(headings)
}

type commas struct {
	w       *csv.Writer
	columns []Column
}

// Row writes one line.
func (c *commas) Row(cells ...any) error {
	line := make([]string, len(c.columns))
	for i, v := range cells {
		text, _, _ := c.columns[i].plain(v)
		line[i] = harmless(text)
	}
	return c.w.Write(line)
}

// Close writes what is still held back.
func (c *commas) Close() error {
	c.w.Flush()
	return c.w.Error()
}

// formula is what a spreadsheet program may take for one; negative is what only
// looks like it: "-1.5" is a value, "-2+3+cmd|…" is not.
var (
	formula  = regexp.MustCompile(`^[=+@\t\r-]`)
	negative = regexp.MustCompile(`^-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
)

// harmless keeps a spreadsheet program from running a cell of a CSV as a formula.
func harmless(cell string) string {
	if formula.MatchString(cell) && !negative.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// workbook streams rows into an Excel file; a full sheet is followed by another.
type workbook struct {
	out     io.Writer
	f       *excelize.File
	sw      *excelize.StreamWriter
	name    string
	columns []Column
	rows    int // of the present sheet, heading included
	most    int // that a sheet takes
	sheets  int
	styles  map[string]int // by number format
}

func newWorkbook(out io.Writer, name string, columns []Column, most int) (*workbook, error) {
	b := &workbook{out: out, f: excelize.NewFile(), name: name, columns: columns, most: most, styles: map[string]int{}}
	if err := b.f.SetDocProps(&excelize.DocProperties{Creator: "清哨", Title: name}); err != nil {
		return nil, err
	}
	return b, b.begin()
}

// begin opens the next sheet with its heading, which stays in sight.
func (b *workbook) begin() (err error) {
	b.sheets++
	name := b.name
	if b.sheets == 1 {
		err = b.f.SetSheetName(b.f.GetSheetName(0), name)
	} else {
		name = fmt.Sprintf("%s %d", b.name, b.sheets)
		_, err = b.f.NewSheet(name)
	}
	if err != nil {
		return err
	}
	if b.sw, err = b.f.NewStreamWriter(name); err != nil {
		return err
	}
	for i, c := range b.columns {
		if err := b.sw.SetColWidth(i+1, i+1, max(c.Width, 6)); err != nil {
			return err
		}
	}
	if err := b.sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	bold, err := b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F0F2F5"}}})
	if err != nil {
		return err
	}
	heading := make([]any, len(b.columns))
	for i, c := range b.columns {
		heading[i] = excelize.Cell{StyleID: bold, Value: c.Heading()}
	}
	b.rows = 1
	return b.sw.SetRow("A1", heading)
}

// Row writes one row.
func (b *workbook) Row(cells ...any) (err error) {
	if b.rows == b.most {
		if err := b.sw.Flush(); err != nil {
			return err
		}
		if err := b.begin(); err != nil {
			return err
		}
	}
	b.rows++
	row := make([]any, len(cells))
	for i, v := range cells {
		if row[i], err = b.cell(b.columns[i], v); err != nil {
			return err
		}
	}
	return b.sw.SetRow("A"+strconv.Itoa(b.rows), row)
}

func (b *workbook) cell(c Column, v any) (any, error) {
	text, at, isTime := c.plain(v)
	switch {
	case text == "":
		return nil, nil
	case isTime:
		format, serial := "yyyy-mm-dd hh:mm:ss", excelTime(at)
		if c.Kind == Days {
			format, serial = "yyyy-mm-dd", float64(int(serial))
		}
		return b.styled(format, serial)
	case c.Kind == Digits:
		places, ok := isNumber(text)
		n, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			break
		}
		format := "0"
		if places > 0 {
			format = "0." + fmt.Sprintf("%0*d", places, 0)
		}
		return b.styled(format, n)
	}
	return short(text), nil
}

func (b *workbook) styled(format string, v any) (any, error) {
	id, ok := b.styles[format]
	if !ok {
		var err error
		if id, err = b.f.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, err
		}
		b.styles[format] = id
	}
	return excelize.Cell{StyleID: id, Value: v}, nil
}

// Close writes the file.
func (b *workbook) Close() error {
	defer b.f.Close() //nolint:errcheck // only removes what was held on disk
	if err := b.sw.Flush(); err != nil {
		return err
	}
	return b.f.Write(b.out)
}

// excelTime is the number of days since the beginning of a spreadsheet's calendar.
func excelTime(t time.Time) float64 {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Seconds() / 86400
}

const cut = "……（过长，以下略）"

// short keeps a text within what a cell takes, and says when it does not fit.
func short(s string) string {
	u := utf16.Encode([]rune(s))
	if len(u) <= excelize.TotalCellChars {
		return s
	}
	return string(utf16.Decode(u[:excelize.TotalCellChars-len(utf16.Encode([]rune(cut)))])) + cut
}
