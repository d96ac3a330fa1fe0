package order

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Bounds is what a file of orders may ask of the program.
var Bounds = sheet.Limits{Bytes: 8 << 20, Unpacked: 64 << 20, Rows: 2000, Columns: 200}

// Row is one order as it stands in the file; Number counts as the file shows it.
type Row struct {
	Number int
	Cells  map[string]string // by column
}

// Table is a file taken apart, whatever its format.
type Table struct {
	Columns []string
	Rows    []Row
	book    *sheet.Book // of a workbook, for its days
}

// Read takes a file apart: a workbook, CSV in UTF-8 or GB 18030, or JSON. The
// format is told by the content, never by the name.
func Read(data []byte, m Mapping) (Table, error) {
	if int64(len(data)) > Bounds.Bytes {
		return Table{}, fault.New(fault.TooLarge, "文件超过 %d MB，请分成几个文件", Bounds.Bytes>>20)
	}
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch lead := bytes.TrimLeft(text, " \t\r\n"); {
	case len(lead) == 0:
		return Table{}, fault.Invalidf("文件是空的，请检查后重新选择")
	case bytes.HasPrefix(data, []byte("PK")):
		return readWorkbook(data, m.Sheet)
	case lead[0] == '{' || lead[0] == '[':
		return readJSON(text, m.List)
	}
	return readCSV(text)
}

func readWorkbook(data []byte, name string) (Table, error) {
	names, err := sheet.Read(data, Bounds)
	if err != nil {
		return Table{}, err
	}
	if name == "" && len(names.Others) > 0 {
		name = names.Others[0]
	}
	name = strings.TrimSpace(name)
	b, err := sheet.Read(data, Bounds, name)
	if err != nil {
		return Table{}, err
	}
	rows, ok := b.Sheets[name]
	if !ok {
		return Table{}, fault.Invalidf("工作簿里没有名为“%s”的表；有：%s", name, strings.Join(names.Others, "、"))
	}
	t := Table{book: b}
	for _, r := range rows {
		t.add(r.Number, r.Cells)
	}
	return t.checked()
}

func readCSV(text []byte) (Table, error) {
	if !utf8.Valid(text) {
		u, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(u, utf8.RuneError) {
			return Table{}, fault.Invalidf("文件不是 UTF-8 或 GB 18030 编码的文本；请另存为 CSV UTF-8 或 xlsx")
		}
		text = u
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	for _, c := range "\t;" {
		if bytes.Count(first, []byte(string(c))) > bytes.Count(first, []byte(",")) {
			r.Comma = c
		}
	}
	var t Table
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.checked()
		}
		if err != nil {
			return t, fault.Invalidf("文件不是完整的 CSV，打不开；请用表格软件另存一份").Because(err)
		}
		line, _ := r.FieldPos(0)
		if t.add(line, cells); len(t.Rows) > Bounds.Rows {
			return t.checked()
		}
	}
}

// add takes a line of a file with headings; the first that is not empty holds them.
func (t *Table) add(number int, cells []string) {
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return
	}
	if t.Columns == nil {
		for _, c := range cells {
			t.Columns = append(t.Columns, clean(c))
		}
		return
	}
	r := Row{number, map[string]string{}}
	for i, c := range cells {
		if i < len(t.Columns) && t.Columns[i] != "" {
			r.Cells[t.Columns[i]] = clean(c)
		}
	}
	t.Rows = append(t.Rows, r)
}

// clean tidies a cell; an apostrophe before a formula's sign is a spreadsheet's.
func clean(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		s = s[1:]
	}
	return s
}

func (t Table) checked() (Table, error) {
	switch {
	case len(t.Rows) == 0:
		return t, fault.Invalidf("文件里没有工单；第一行应为列名，其下每行一件")
	case len(t.Rows) > Bounds.Rows:
		return t, fault.Invalidf("超过 %d 件，请分成几个文件导入", Bounds.Rows)
	case len(t.Columns) > Bounds.Columns:
		return t, fault.Invalidf("超过 %d 列，请删去不需要的列", Bounds.Columns)
	}
	return t, nil
}

// readJSON takes a list of objects, alone or at a path; nested keys are joined by
// dots.
func readJSON(text []byte, path string) (Table, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil || d.More() {
		return Table{}, fault.Invalidf("文件不是有效的 JSON，请核对后重新导出")
	}
	for key := range strings.SplitSeq(path, ".") {
		if o, ok := v.(map[string]any); ok && key != "" {
			v = o[key]
		}
	}
	list, ok := v.([]any)
	if o, isObject := v.(map[string]any); isObject {
		list, ok = []any{o}, true
	}
	if !ok {
		return Table{}, fault.Invalidf("JSON 里没有工单的列表；请在映射中写明列表所在的键（例如 data.list）")
	}
	if len(list) > Bounds.Rows {
		return Table{}, fault.Invalidf("超过 %d 件，请分成几个文件导入", Bounds.Rows)
	}
	t := Table{}
	for i, x := range list {
		o, ok := x.(map[string]any)
		if !ok {
			return t, fault.Invalidf("第 %d 件不是对象，请核对 JSON", i+1)
		}
		r := Row{i + 1, map[string]string{}}
		flatten(o, "", 0, r.Cells)
		for k := range r.Cells {
			if !slices.Contains(t.Columns, k) && len(t.Columns) <= Bounds.Columns {
				t.Columns = append(t.Columns, k)
			}
		}
		t.Rows = append(t.Rows, r)
	}
	slices.Sort(t.Columns)
	return t.checked()
}

func flatten(o map[string]any, before string, depth int, into map[string]string) {
	for k, v := range o {
		k = before + k
		switch x := v.(type) {
		case map[string]any:
			if depth < 4 {
				flatten(x, k+".", depth+1, into)
			}
		case string:
			into[k] = clean(x)
		case json.Number:
			into[k] = x.String()
		case bool:
			into[k] = map[bool]string{true: "是", false: "否"}[x]
		case []any:
			words := []string{}
			for _, y := range x {
				switch z := y.(type) {
				case string:
					words = append(words, clean(z))
				case json.Number:
					words = append(words, z.String())
				}
			}
			into[k] = strings.Join(words, "、")
		case nil:
		default:
			into[k] = strconv.Quote("?")
		}
	}
}
