package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/decimal"
)

var eight = decimal.Must("8.50")

// sample is one row of every kind of cell.
var sample = struct {
	columns []Column
	cells   []any
}{
	[]Column{Text("名称", 10), Number("浓度").In("mg/L"), Number("次数"), Time("时间"), Day("日期"), Text("是否", 6), Number("折算"), Number("标识")},
	[]any{"=1+1", decimal.Must("35.0"), int64(3), "2026-11-25T08:30:00+08:00", time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC), true, &eight, "12345678901234567890"},
}

func TestCSV_KeepsDigitsAndGuardsFormulas(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewWriter(&out, CSV, "清单", sample.columns)
	if err != nil {
		t.Fatal(err)
	}
	var none *decimal.Decimal
	for _, row := range [][]any{sample.cells, {"甲,乙", nil, -2, "", time.Time{}, false, none, 1.5}} {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\xEF\xBB\xBF名称,浓度（mg/L）,次数,时间,日期,是否,折算,标识\n" +
		"'=1+1,35.0,3,2026-11-25T08:30:00+08:00,2026-11-25,是,8.50,12345678901234567890\n" +
		"\"甲,乙\",,-2,,,否,,1.5\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestXLSX_TypedCells(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := NewWriter(&out, XLSX, "清单", sample.columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row(sample.cells...); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := f.GetRows("清单")
	if want := [][]string{{"名称", "浓度（mg/L）", "次数", "时间", "日期", "是否", "折算", "标识"},
		{"=1+1", "35.0", "3", "2026-11-25 08:30:00", "2026-11-25", "是", "8.50", "12345678901234567890"}}; err != nil || !slices.EqualFunc(shown, want, slices.Equal) {
		t.Errorf("%v %v", shown, err)
	}
	for cell, want := range map[string]string{"B2": "35", "D2": "46351.354166666664", "E2": "46351"} {
		if v, err := f.GetCellValue("清单", cell, excelize.Options{RawCellValue: true}); err != nil || v != want {
			t.Errorf("%s holds %q, want the number %s (%v)", cell, v, want, err)
		}
	}
	for cell, text := range map[string]bool{"A2": true, "B2": false, "C2": false, "H2": true} {
		if kind, _ := f.GetCellType("清单", cell); (kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString) != text {
			t.Errorf("%s is of type %v", cell, kind)
		}
		if formula, _ := f.GetCellFormula("清单", cell); formula != "" {
			t.Errorf("%s is a formula: %s", cell, formula)
		}
	}
	if p, err := f.GetPanes("清单"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("the heading scrolls away: %+v %v", p, err)
	}
}

func TestXLSX_AFullSheetIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := newWorkbook(&out, "清单", []Column{Number("n")}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if err := w.Row(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range f.GetSheetList() {
		rows, _ := f.GetRows(name)
		for _, r := range rows {
			got = append(got, r[0])
		}
	}
	if want := "n 0 1 n 2 3 n 4"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestShort_SaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	if s := strings.Repeat("水", 32767); short(s) != s {
		t.Error("a text that fits was cut")
	}
	if s := short(strings.Repeat("水", 32768)); !strings.HasSuffix(s, cut) || len([]rune(s)) != 32767 {
		t.Errorf("%d characters", len([]rune(s)))
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for cell, guarded := range map[string]bool{
		"": false, "电镀废水总排口": false, "-1.5": false, "-.5": false, "-12": false, "-1e-6": false, "3.2": false, "2026-11-25": false,
		"=1+1": true, "+8613800000000": true, "@SUM(A1)": true, "\t=1": true, "-2+3+cmd|' /C calc'!A0": true, "-A1": true, "-": true, "-1.5 mg": true,
	} {
		if got := harmless(cell) != cell; got != guarded {
			t.Errorf("%q: guarded %v, want %v", cell, got, guarded)
		}
	}
}

func TestIsNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1": 0, "-1.50": 2, "0.000123456789": 12, "123456789012345": 0, "0000000000000000001": 0,
		"1234567890123456": -1, "": -1, "-": -1, ".5": -1, "5.": -1, "1e5": -1, "一": -1, "1.2.3": -1} {
		places, ok := isNumber(text)
		if !ok {
			places = -1
		}
		if places != want {
			t.Errorf("%q: %d, want %d", text, places, want)
		}
	}
}
