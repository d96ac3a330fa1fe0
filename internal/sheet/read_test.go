package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/fault"
)

var bounds = Limits{Bytes: 1 << 20, Unpacked: 8 << 20, Rows: 3, Columns: 4}

func workbookOf(t *testing.T, sheets map[string]map[string]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for name, cells := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for at, v := range cells {
			if err := f.SetCellValue(name, at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRead_StoredValuesOfTheWantedSheets(t *testing.T) {
	t.Parallel()
	file := workbookOf(t, map[string]map[string]any{"企业": {"A1": "代码", "B1": "数", "A3": "甲", "B3": 35.5, "C3": true}, "别的": {"A1": "x"}})
	b, err := Read(file, bounds, "企业", "排放口")
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{{1, []string{"代码", "数"}}, {3, []string{"甲", "35.5", "1"}}}
	if got := b.Sheets["企业"]; len(got) != 2 || got[1].Number != 3 || !slices.Equal(got[0].Cells, want[0].Cells) || !slices.Equal(got[1].Cells[:2], want[1].Cells[:2]) {
		t.Errorf("%v", got)
	}
	if _, there := b.Sheets["排放口"]; there || !slices.Equal(b.Others, []string{"Sheet1", "别的"}) {
		t.Errorf("others %v", b.Others)
	}
}

func TestRead_FormulasAndLinksAreWords(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	if err := f.SetCellFormula("Sheet1", "A1", `WEBSERVICE("http://example.invalid/")`); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStr("Sheet1", "B1", "名称"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellHyperLink("Sheet1", "B1", "http://example.invalid/", "External"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	b, err := Read(out.Bytes(), bounds, "Sheet1")
	if err != nil || !slices.Equal(b.Sheets["Sheet1"][0].Cells, []string{"", "名称"}) {
		t.Errorf("%+v %v", b, err)
	}
}

// packed is a zip archive with one part of so many equal bytes.
func packed(t *testing.T, name string, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat([]byte{' '}, size)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRead_RefusesHostileFiles(t *testing.T) {
	t.Parallel()
	rows := map[string]any{}
	for n := range 6 {
		rows[fmt.Sprintf("A%d", n*1000+1)] = "x"
	}
	lying := packed(t, "xl/workbook.xml", 4<<20)
	for i := range len(lying) - 46 { // the central directory says that the part is small
		if bytes.Equal(lying[i:i+4], []byte("PK\x01\x02")) {
			copy(lying[i+24:], []byte{16, 0, 0, 0})
		}
	}
	many := func() []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for n := range 1001 {
			if _, err := z.Create(fmt.Sprint(n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}()
	good := workbookOf(t, map[string]map[string]any{"企业": {"A1": "x"}})
	for name, c := range map[string]struct {
		file []byte
		says string
		kind fault.Kind
	}{
		"empty":          {nil, ".xlsx", fault.Invalid},
		"old format":     {[]byte("\xD0\xCF\x11\xE0 old or encrypted"), "另存为 .xlsx", fault.Invalid},
		"not a zip":      {[]byte("PK but not really"), "打不开", fault.Invalid},
		"a zip":          {packed(t, "hello.txt", 10), "打不开", fault.Invalid},
		"cut off":        {good[:len(good)/2], "打不开", fault.Invalid},
		"bomb":           {packed(t, "xl/worksheets/sheet1.xml", 4<<20), "展开后过大", fault.Invalid},
		"large unpacked": {packed(t, "xl/sharedStrings.xml", 9<<20), "展开后过大", fault.Invalid},
		"lying sizes":    {lying, "打不开", fault.Invalid},
		"many parts":     {many, "部件过多", fault.Invalid},
		"too large":      {make([]byte, 1<<20+1), "超过 1 MB", fault.TooLarge},
		"many rows":      {workbookOf(t, map[string]map[string]any{"企业": rows}), "超过 3 行", fault.Invalid},
		"wide":           {workbookOf(t, map[string]map[string]any{"企业": {"A1": "x", "ZZ1": "y"}}), "超过 4 列", fault.Invalid},
	} {
		b, err := Read(c.file, bounds, "企业")
		if !fault.Is(err, c.kind) || !strings.Contains(fault.Sentence(err, ""), c.says) || b != nil {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestBook_Day(t *testing.T) {
	t.Parallel()
	b := &Book{}
	for cell, want := range map[string]string{"2026-01-02": "2026-01-02", " 2026/1/2 ": "2026-01-02", "2026年1月2日": "2026-01-02", "2026.1.2": "2026-01-02",
		"20260102": "2026-01-02", "46024": "2026-01-02", "46024.75": "2026-01-02", "": "", "明天": "", "0": "", "-5": "", "1e300": "", "2026-13-01": ""} {
		got := ""
		if d, ok := b.Day(cell); ok {
			got = d.Format("2006-01-02")
		}
		if got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
	if d, ok := (&Book{date1904: true}).Day("44562"); !ok || d.Format("2006-01-02") != "2026-01-02" {
		t.Errorf("counted from 1904: %v %v", d, ok)
	}
}

func TestLossyAndAsTyped(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]bool{"9.1330300123456E+17": true, "91350100M000100Y43": false, "913303001234567890": false, "9133030112345678E9": false, "12": false} {
		if Lossy(cell) != want {
			t.Errorf("%q: %v", cell, !want)
		}
	}
	for cell, want := range map[string]string{"0.30000000000000004": "0.3", " 35.0 ": "35.0", "1.5E-3": "0.0015", "乙": "乙", "": ""} {
		if got := AsTyped(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

func TestWriteForms_CanBeReadBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := WriteForms(&out, []string{"怎样填写", "第一行是列名"}, []Form{
		{"企业", []Field{{Heading: "*代码", Width: 20, Hint: "填 18 位", Text: true}, {Heading: "类别", Width: 10, Options: []string{"重点", "简化"}}}, [][]string{{"123456789012345678", "重点"}}}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Read(out.Bytes(), bounds, "企业")
	if err != nil || len(b.Sheets["企业"]) != 2 || b.Sheets["企业"][1].Cells[0] != "123456789012345678" || !slices.Equal(b.Others, Furniture) {
		t.Fatalf("%+v %v", b, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	v, err := f.GetDataValidations("企业")
	if err != nil || len(v) != 2 || !strings.Contains(v[1].Formula1, "'选项'!$A$1:$A$2") {
		t.Errorf("%+v %v", v, err)
	}
	if visible, err := f.GetSheetVisible(optionSheet); err != nil || visible {
		t.Errorf("the options are in sight: %v", err)
	}
}
