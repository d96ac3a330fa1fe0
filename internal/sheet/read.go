package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/fault"
)

// Limits bound what an uploaded workbook may ask of the program. The text of a
// few kilobytes can unpack to gigabytes, and a sheet may claim a million rows.
type Limits struct {
	Bytes    int64 // of the file
	Unpacked int64 // of everything inside it
	Rows     int   // with content, a sheet
	Columns  int   // of a sheet
}

// ratio is how many times larger than its packed form a large part may be; a
// sheet of repeated short rows stays well below it.
const ratio = 300

// Row is one row of a sheet; cells are the stored values, untrimmed numbers and
// days included, as text. Number counts from 1 as spreadsheets show it.
type Row struct {
	Number int
	Cells  []string
}

// Book holds the rows with content of the sheets that were asked for, and the
// names of the others.
type Book struct {
	Sheets   map[string][]Row
	Others   []string
	date1904 bool
}

// Read takes a workbook apart. Nothing in it is computed, followed or run:
// formulas give the value that was stored with them, links stay words.
func Read(data []byte, l Limits, wanted ...string) (b *Book, err error) {
	if err := safe(data, l); err != nil {
		return nil, err
	}
	// The reader was written for well-meant files; a broken one may surprise it.
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, unreadable(fmt.Errorf("panic: %v", p))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: l.Unpacked, UnzipXMLSizeLimit: min(16<<20, l.Unpacked)})
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close() //nolint:errcheck // only removes what was held on disk
	b = &Book{Sheets: map[string][]Row{}}
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		b.date1904 = *p.Date1904
	}
	for _, name := range f.GetSheetList() {
		if !oneOf(strings.TrimSpace(name), wanted) {
			b.Others = append(b.Others, name)
			continue
		}
		if b.Sheets[strings.TrimSpace(name)], err = rowsOf(f, name, l); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func rowsOf(f *excelize.File, name string, l Limits) ([]Row, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return nil, unreadable(err)
	}
	defer rows.Close() //nolint:errcheck // nothing was written
	var out []Row
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, unreadable(err)
		}
		if len(cells) > l.Columns {
			for _, c := range cells[l.Columns:] {
				if c != "" {
					return nil, fault.Invalidf("“%s”表第 %d 行超过 %d 列，请使用下载的模板填写", name, n, l.Columns)
				}
			}
			cells = cells[:l.Columns]
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if len(out) == l.Rows+1 { // the heading is one more
			return nil, fault.Invalidf("“%s”表超过 %d 行，请分成几个文件导入", name, l.Rows)
		}
		out = append(out, Row{n, cells})
	}
	return out, nil
}

// safe looks at the packed file before anything is unpacked.
func safe(data []byte, l Limits) error {
	if int64(len(data)) > l.Bytes {
		return fault.New(fault.TooLarge, "文件超过 %d MB，请分成几个文件", l.Bytes>>20)
	}
	if !bytes.HasPrefix(data, []byte("PK")) {
		return fault.Invalidf("这不是 Excel 工作簿（.xlsx）；请用 Excel 或 WPS 打开后另存为 .xlsx，不要加密")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return unreadable(err)
	}
	if len(z.File) > 1000 {
		return fault.Invalidf("工作簿里的部件过多，请把内容复制到下载的模板中再导入")
	}
	var total uint64
	for _, f := range z.File {
		total += f.UncompressedSize64
		if total > uint64(l.Unpacked) || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > ratio {
			return fault.Invalidf("工作簿展开后过大，请把内容复制到下载的模板中再导入")
		}
	}
	return nil
}

func unreadable(err error) error {
	return fault.Invalidf("工作簿已损坏或不是 .xlsx 格式，打不开；请用 Excel 或 WPS 另存一份再导入").Because(err)
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// CellName is the address of a cell, e.g. B7; columns count from 0.
func CellName(column, row int) string {
	name, _ := excelize.CoordinatesToCellName(column+1, row) // both are positive
	return name
}

// Day reads a day that was typed as text or kept as a spreadsheet's number.
func (b *Book) Day(cell string) (time.Time, bool) {
	cell = strings.TrimSpace(cell)
	typed := strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-").Replace(cell)
	for _, form := range []string{"2006-1-2", "2006.1.2", "20060102"} {
		if t, err := time.ParseInLocation(form, typed, beijing); err == nil {
			return t, true
		}
	}
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || !(n >= 1 && n <= 2958465) { // 1900 to 9999
		return time.Time{}, false
	}
	t, err := excelize.ExcelDateToTime(math.Floor(n), b.date1904)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, beijing), err == nil
}

// scientific is how spreadsheets store a long number.
var scientific = regexp.MustCompile(`^\d(\.\d+)?E\+\d+$`)

// Lossy reports whether a cell that should hold a long number as text was kept
// as a number: its last digits are gone.
func Lossy(cell string) bool { return scientific.MatchString(cell) }

// AsTyped gives a typed or computed number as a person saw it: a sum that a
// spreadsheet keeps as 0.30000000000000004 is 0.3.
func AsTyped(cell string) string {
	cell = strings.TrimSpace(cell)
	if n, err := strconv.ParseFloat(cell, 64); err == nil && (len(cell) > 16 || strings.ContainsAny(cell, "eE")) {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64) // its own output
		return strconv.FormatFloat(short, 'f', -1, 64)
	}
	return cell
}
