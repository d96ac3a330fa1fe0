package order

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func areas(words string) (string, bool) {
	m := map[string]string{"鹿城区": "330302", "330302": "330302"}
	return m[words], m[words] != ""
}

var usual = Mapping{Columns: map[string]string{Number: "工单编号", Text: "诉求内容", Kind: "诉求类别", Area: "所属区域", Phone: "联系电话", Name: "诉求人", Due: "办结期限", Received: "来电时间", Confidential: "是否保密"},
	Kind: "other", Kinds: map[string]string{"噪音": "noise"}}

const head = "工单编号,诉求内容,诉求类别,所属区域,联系电话,诉求人,办结期限,来电时间,是否保密\n"

func book(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead_ThreeFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	line := "GD-1,夜里排污,噪音,鹿城区,13800000000,王某,2026-11-25,2026/11/20 8:05,是\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(head + line)
	if err != nil {
		t.Fatal(err)
	}
	want := Item{Row: 2, Number: "GD-1", Text: "夜里排污", Kind: "noise", Area: "330302", Contact: "王某 13800000000", Confidential: true,
		Received: time.Date(2026, 11, 20, 8, 5, 0, 0, beijing), Due: time.Date(2026, 11, 25, 23, 59, 59, 0, beijing)}
	var heads, cells []any
	for _, h := range strings.Split(strings.TrimSpace(head), ",") {
		heads = append(heads, h)
	}
	for _, c := range strings.Split(strings.TrimSpace(line), ",") {
		cells = append(cells, c)
	}
	for name, data := range map[string][]byte{
		"csv": []byte("\xef\xbb\xbf" + head + line), "gb": []byte(gbk), "tabs": []byte(strings.ReplaceAll(head+line, ",", "\t")),
		"xlsx": book(t, heads, cells),
		"json": []byte(`{"data":{"list":[{"工单编号":"GD-1","诉求内容":"夜里排污","诉求类别":"噪音","所属区域":"鹿城区","联系电话":13800000000,"诉求人":"王某","办结期限":"2026-11-25","来电时间":1795133100000,"是否保密":true}]}}`),
	} {
		m := usual
		if name == "json" {
			m.List = "data.list"
		}
		table, err := Read(data, m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		items, found := m.Orders(table, areas)
		w := want
		if name == "json" {
			w.Row = 1
		}
		if len(found) != 0 || len(items) != 1 {
			t.Fatalf("%s: %v %v", name, items, found)
		}
		got := items[0]
		if !got.Received.Equal(w.Received) || !got.Due.Equal(w.Due) {
			t.Errorf("%s: %v %v", name, got.Received, got.Due)
		}
		got.Received, got.Due = w.Received, w.Due
		if got != w {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestRead_ASpreadsheetsDay(t *testing.T) {
	t.Parallel()
	m := Mapping{Columns: map[string]string{Number: "编号", Text: "内容", Received: "来电时间"}, Kind: "other"}
	table, err := Read(book(t, []any{"编号", "内容", "来电时间"}, []any{"1", "x", 46346.5}), m)
	if err != nil {
		t.Fatal(err)
	}
	items, found := m.Orders(table, areas)
	if len(found) != 0 || !items[0].Received.Equal(time.Date(2026, 11, 20, 12, 0, 0, 0, beijing)) {
		t.Errorf("%v %+v", found, items)
	}
}

func TestOrders_SayWhatIsWrongAtTheCell(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		",x,,,,,,,":              "请填写工单编号",
		"1,,,,,,,,":              "请填写诉求内容",
		"1,x,,火星区,,,,,":          "平台不管辖这个区域",
		"1,x,,,,,明天,,":           "应为时间",
		"1,x,,,,,,,也许":           "应写“是”或“否”",
		"1.2E+17,x,,,,,,,":       "科学记数",
		"1,x,,,1.38E+10,,,,":     "科学记数",
		"1,x,,,,,,,\n1,y,,,,,,,": "与第 2 行是同一个工单编号",
	} {
		table, err := Read([]byte(head+line+"\n"), usual)
		if err != nil {
			t.Fatal(err)
		}
		_, found := usual.Orders(table, areas)
		if len(found) != 1 || !strings.Contains(found[0].Problem, want) {
			t.Errorf("%q: %v", line, found)
		}
	}
	table, err := Read([]byte("编号,内容\n1,x\n"), usual)
	if err != nil {
		t.Fatal(err)
	}
	if items, found := usual.Orders(table, areas); items != nil || len(found) != 9 || !strings.Contains(found[0].Problem, "没有这一列") {
		t.Errorf("%v %v", items, found)
	}
}

func TestRead_RefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"empty": nil, "blank": []byte(" \n"), "heading only": []byte(head), "json words": []byte(`["a"]`), "json broken": []byte(`[{"a":`), "json none": []byte(`{"a":1}`)[:0],
		"two values": []byte(`[{}] [{}]`), "zip": []byte("PK\x03\x04rubbish"), "latin": []byte("a,\xff\xff\xff\n1,2"), "rows": []byte("a\n" + strings.Repeat("1\n", Bounds.Rows+1)),
	} {
		if table, err := Read(data, Mapping{}); err == nil {
			t.Errorf("%s: %+v", name, table)
		}
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	m := Guess([]string{"工单编号", "内容", "电话", "备注"})
	if m.Columns[Number] != "工单编号" || m.Columns[Text] != "内容" || m.Columns[Phone] != "电话" || len(m.Columns) != 3 {
		t.Errorf("%v", m.Columns)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	kind := func(code string) bool { return code == "other" || code == "noise" }
	if err := usual.Check(kind); err != nil {
		t.Error(err)
	}
	for _, m := range []Mapping{{}, {Columns: map[string]string{Number: "a", Text: "b", "x": "c"}, Kind: "other"}, {Columns: map[string]string{Number: "a", Text: "b"}, Kind: "x"},
		{Columns: map[string]string{Number: "a", Text: "b"}, Kind: "other", Kinds: map[string]string{"噪": "nix"}}} {
		if err := m.Check(kind); err == nil {
			t.Errorf("%+v", m)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "1,x\n"))
	f.Add([]byte(`[{"a":{"b":[1]}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Read(data, usual)
		if err == nil {
			usual.Orders(table, areas)
		}
	})
}
