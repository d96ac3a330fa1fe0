package riskmap_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
)

// A wrong file is told with line and field, in Chinese.
func TestRead_SaysLineAndField(t *testing.T) {
	t.Parallel()
	unit := func(members string) string {
		return "{\n\"month\": \"2026-10\",\n\"units\": [\n{\"code\": \"330302\",\n" + members + "}]}"
	}
	for _, c := range []struct{ text, want string }{
		{"", "第 1 行"}, {"{\n\n", "第 1 行：不是合格的 JSON"}, {"{\"month\":\"2026-10\",\n\"units\":[,]}", "第 2 行"}, {"[]", "第 1 行 文件：应为 {…}"},
		{"{\"units\":[]}", "month：缺少"}, {"{\"month\":\"2026-13\",\"units\":[]}", "第 1 行 month"}, {"{\"month\":202610,\"units\":[]}", "第 1 行 month：应为文字"},
		{"{\"month\":\"2026-1\",\"units\":[]}", "month"}, {"{\n\"month\":\"2026-10\"}", "units：缺少"}, {"{\"month\":\"2026-10\",\"units\":{}}", "units：应为列表"},
		{"{\"month\":\"2026-10\",\n\"unit\":[]}", "第 2 行 unit：不认识"},
		{"{\"month\":\"2026-10\",\"units\":[\n{\"name\":\"鹿城区\"}]}", "第 2 行 units[0].code：缺少"},
		{"{\"month\":\"2026-10\",\"units\":[\n{\"code\":\"\"}]}", "第 2 行 units[0].code：不能为空"},
		{"{\"month\":\"2026-10\",\"units\":[\n{\"code\":330302}]}", "第 2 行 units[0].code：应为文字"},
		{"{\"month\":\"2026-10\",\"units\":[{\"code\":\"a\"},\n{\"code\":\"a\"}]}", "第 2 行 units[1].code：单元 a 已在 units[0] 出现"},
		{unit(`"water": {"share": 80}`), "第 5 行 units[0].water.share：应为 0 至 1 的比例"},
		{unit(`"water": {"share": "0.8"}`), "第 5 行 units[0].water.share：应为数"},
		{unit("\"water\": {\"share\": 0.8,\n\"baseline\": [0.9, -0.1]}"), "第 6 行 units[0].water.baseline[1]：不能小于 0"},
		{unit("\"water\": {\"share\": 0.8,\n\"baseline\": [1,1,1,1]}"), "第 6 行 units[0].water.baseline：应为前三年同期"},
		{unit("\"water\": {\"share\": 0.8,\n\"baseline\": 0.9}"), "第 6 行 units[0].water.baseline：应为列表"},
		{unit(`"air": {"idx": 3}`), "第 5 行 units[0].air.idx：不认识"},
		{unit(`"air": {"index": 1e999999999}`), "units[0].air.index：数太长"},
		{unit(`"air": 3.1`), "第 5 行 units[0].air：应为 {…}"},
		{unit(`"complaints": {"count": 1.5}`), "units[0].complaints.count：应为整数"},
		{unit(`"complaints": {"count": -1}`), "units[0].complaints.count：不能小于 0"},
		{unit(`"complaints": {"count": 1, "count": 2}`), "units[0].complaints.count：写了两次"},
		{unit(`"mass_incident": "是"`), "第 5 行 units[0].mass_incident：应为 true 或 false"},
		{unit("\"discovery\": [\n{\"level\": \"city\", \"kind\": \"media\"}]"), "第 6 行 units[0].discovery[0].level：“city”不认识"},
		{unit("\"discovery\": [\n{\"level\": \"national\", \"kind\": \"rumour\"}]"), "第 6 行 units[0].discovery[0].kind：“rumour”不认识"},
		{unit("\"discovery\": [\n{\"level\": \"national\"}]"), "第 6 行 units[0].discovery[0].kind：缺少"},
		{unit("\"events\": [\n{\"date\": \"2026-02-30\", \"grade\": \"一般\"}]"), "第 6 行 units[0].events[0].date：“2026-02-30”不是日期"},
		{unit("\"events\": [\n{\"grade\": \"一般\"}]"), "第 6 行 units[0].events[0].date：缺少"},
		{unit("\"events\": [\n{\"date\": \"2026-02-03\", \"grade\": \"特大\"}]"), "第 6 行 units[0].events[0].grade：“特大”不认识"},
		{unit(`"exceedances": [1, 2]`), "第 5 行 units[0].exceedances：应为三个数"},
		{unit(`"exceedances": [1, 2, -3]`), "第 5 行 units[0].exceedances[2]：不能小于 0"},
		{unit(`"exceedances": [1, 2, 2.5]`), "第 5 行 units[0].exceedances[2]：应为整数"},
	} {
		_, err := riskmap.Read(strings.NewReader(c.text), "facts.json", 0)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid || !strings.Contains(f.Message, c.want) || !strings.Contains(f.Message, "facts.json") {
			t.Errorf("%s\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestRead_TellsAllAndBounds(t *testing.T) {
	t.Parallel()
	_, err := riskmap.Read(strings.NewReader(`{"month":"2026-10","units":[`+strings.Repeat(`{"code":"","x":1},`, 9)+`{}]}`), "f", 0)
	var f *fault.Error
	if !errors.As(err, &f) || !strings.Contains(f.Message, "等共 19 处") || len(f.Fields) != 19 {
		t.Error(err)
	}
}

func TestRead_Month(t *testing.T) {
	t.Parallel()
	october := riskmap.MonthOf(2026, 10)
	read := func(text string, m riskmap.Month) (riskmap.Facts, error) {
		return riskmap.Read(strings.NewReader(text), "f", m)
	}
	if f, err := read(`{"units":[]}`, october); err != nil || f.Month != october {
		t.Error(f.Month, err)
	}
	if f, err := read("\xef\xbb\xbf"+`{"month":"2026-10","units":[]}`, october); err != nil || f.Month != october {
		t.Error(f.Month, err)
	}
	if _, err := read(`{"month":"2026-09","units":[]}`, october); err == nil || !strings.Contains(err.Error(), "--month") {
		t.Error(err)
	}
	if m, err := riskmap.ParseMonth("2026-10"); err != nil || m.String() != "2026-10" || m.Title() != "2026年10月" || (m+3).String() != "2027-01" {
		t.Error(m, err)
	}
}

// null is the same as absent, and numbers are taken exactly as written.
func TestRead_NullAndExactNumbers(t *testing.T) {
	t.Parallel()
	u := facts(t, `{"month":"2026-10","units":[{"code":"a","water":null,"air":{"index":null},"discovery":null,"exceedances":null,"complaints":{"count":1e2,"baseline":[0.1e3,null]}}]}`).Units[0]
	if u.Water != nil || u.Air.Value != nil || u.Complaints.Value.RatString() != "100" || u.Complaints.Years() != 1 {
		t.Errorf("%+v", u)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"month":"2026-10","units":[{"code":"a","water":{"share":0.5,"baseline":[1,null]},"exceedances":[1,null,3]}]}`)
	f.Add(`{"month":"2026-10","units":[{"code":"a","events":[{"date":"2026-09-01","grade":"一般"}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		facts, err := riskmap.Read(strings.NewReader(text), "f", 0)
		if err == nil {
			riskmap.Judge(riskmap.Annex(), facts)
		}
	})
}
