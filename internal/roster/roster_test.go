package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	. "github.com/qingshao/qingshao/internal/roster"
)

const codeA = "91350100M000100Y43" // the worked example of GB 32100-2015

// More codes: 17 digits with the check character that belongs to them.
var (
	codeB = checked("91330300100000001")
	codeC = checked("91330300100000002")
	codeD = checked("91330300100000003")
)

func checked(s string) string {
	for _, c := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if enterprise.ValidCode(s + string(c)) {
			return s + string(c)
		}
	}
	panic(s)
}

var (
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	lucheng = auth.Actor{ID: "u-lc", Roles: []auth.Role{auth.Duty}, Area: "330302"}
	clerk   = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
)

func service(d *db.DB, refreshed *int) *Service {
	return New(d, auth.DefaultPolicy(), Config{
		Areas: []Choice{{"330302", "鹿城区"}, {"330303", "龙湾区"}, {"330302001", "南门街道"}, {"330303001", "南门街道"}},
		Units: []string{"鹿城区", "龙湾区"}, Industries: []Choice{{"C3360", "金属表面处理及热处理加工"}},
		Refresh: func(context.Context) error { *refreshed++; return nil },
	})
}

// book makes a workbook: the first row of each sheet is its heading.
func book(t *testing.T, sheets map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
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

var (
	firmHead   = []any{"*统一社会信用代码", "*名称", "*所在区域", "许可类别", "行业", "经度", "纬度", "备注"}
	outletHead = []any{"*统一社会信用代码", "*排放口编号", "*排放口名称", "*类型"}
	limitHead  = []any{"*统一社会信用代码", "*排放口编号", "*因子", "上限", "下限", "*统计量", "*标准", "*开始执行日期", "停止执行日期"}
	deviceHead = []any{"*MN", "*统一社会信用代码", "*排放口编号", "协议版本", "访问密码", "实时数据间隔"}
)

func whole() map[string][][]any {
	return map[string][][]any{
		"企业":  {firmHead, {codeA, "甲电镀", "鹿城区", "重点", "金属表面处理及热处理加工", 120.66, 28.01}, {codeB, "某某公司", "", "", "", "", "", "示例"}},
		"排放口": {outletHead, {codeA, "DA001", "酸雾排口", "废气"}, {codeA, "YS001", "雨水口", "雨水"}},
		"限值":  {limitHead, {codeA, "DA001", "二氧化硫", 35, "", "小时均值", "GB 21900-2008", "2026-01-01", ""}},
		"设备":  {deviceHead, {"33030200010001", codeA, "DA001", "2017", "secret", 30}},
		"说明":  {{"怎样填写"}}, "草稿": {{"x"}},
	}
}

func check(t *testing.T, s *Service, who auth.Actor, file []byte) Plan {
	t.Helper()
	p, err := s.Check(context.Background(), who, file)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func acts(p Plan) string {
	var out []string
	for _, i := range p.Items {
		out = append(out, fmt.Sprintf("%s%d:%s", i.Sheet, i.Row, i.Act))
	}
	return strings.Join(out, " ")
}

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(context.Background(), tx, db.Value[int], query, args...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImport_CreatesThenChangesNothingThenUpdates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, refreshed := context.Background(), 0
		s := service(d, &refreshed)
		file := book(t, whole())
		p := check(t, s, duty, file)
		if want := "企业2:create 排放口2:create 排放口3:create 限值2:create 设备2:create"; acts(p) != want || len(p.Findings) != 0 || p.Bad != 0 || p.Examples != 1 || !slices.Equal(p.Ignored, []string{"Sheet1", "草稿"}) {
			t.Fatalf("%s, %+v", acts(p), p)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM enterprise`); n != 0 {
			t.Fatalf("a check wrote %d enterprises", n)
		}
		if _, err := s.Apply(ctx, duty, "台账.xlsx", file, p.Digest, false); err != nil {
			t.Fatal(err)
		}
		e, ok, err := find(d, codeA)
		if err != nil || !ok || e.Name != "甲电镀" || e.Area != "330302" || e.PermitClass != enterprise.PermitKey || e.Industry != "C3360" || e.Lng != 120.66 || e.Synthetic {
			t.Errorf("%+v %v %v", e, ok, err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM device WHERE mn = $1 AND password = $2 AND rtd_interval = 30`, "33030200010001", "secret"); n != 1 || refreshed != 1 {
			t.Errorf("%d devices, told %d times", n, refreshed)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM audit_entry WHERE action = $1`, "roster.import"); n != 1 {
			t.Errorf("%d imports in the log", n)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM audit_entry WHERE body LIKE $1`, "%secret%"); n != 0 {
			t.Errorf("the password stands in %d rows of the log", n)
		}

		again := check(t, s, duty, file)
		if want := "企业2:same 排放口2:same 排放口3:same 限值2:same 设备2:same"; acts(again) != want {
			t.Fatalf("the same workbook again: %s", acts(again))
		}
		if _, err := s.Apply(ctx, duty, "台账.xlsx", file, again.Digest, false); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM audit_entry WHERE action = $1`, "roster.import"); n != 1 || refreshed != 1 {
			t.Errorf("nothing changed, yet %d rows in the log", n)
		}

		next := whole()
		next["企业"][1] = []any{codeA, "甲电镀", "龙湾区", "", "", "", ""} // empty cells change nothing
		next["限值"] = append(next["限值"], []any{codeA, "DA001", "a21026", 20, "", "小时均值", "GB 21900-2008", "2026-06-01", ""})
		next["设备"][1] = []any{"33030200010001", codeA, "DA001", "2025", "other", ""}
		file = book(t, next)
		p = check(t, s, duty, file)
		if want := "企业2:update 排放口2:same 排放口3:same 限值2:same 限值3:create 设备2:update"; acts(p) != want {
			t.Fatalf("%s", acts(p))
		}
		if want := []Change{{"所在区域", "鹿城区", "龙湾区"}}; !slices.Equal(p.Items[0].Changes, want) {
			t.Errorf("%v", p.Items[0].Changes)
		}
		if want := []Change{{"自 2026-06-01 起", "≤ 35", "≤ 20"}}; !slices.Equal(p.Items[4].Changes, want) {
			t.Errorf("%v", p.Items[4].Changes)
		}
		if want := []Change{{"协议版本", "2017", "2025"}, {"访问密码", "已设置", "新的密码"}}; !slices.Equal(p.Items[5].Changes, want) {
			t.Errorf("%v", p.Items[5].Changes)
		}
		if _, err := s.Apply(ctx, duty, "台账.xlsx", file, p.Digest, false); err != nil {
			t.Fatal(err)
		}
		if e, _, _ := find(d, codeA); e.Area != "330303" || e.PermitClass != enterprise.PermitKey || e.Version != 2 {
			t.Errorf("%+v", e)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM outlet_limit WHERE valid_to > 0`); n != 1 {
			t.Errorf("%d limits ended, want the one that was succeeded", n)
		}
	})
}

func find(d *db.DB, code string) (e enterprise.Enterprise, ok bool, err error) {
	err = d.Read(context.Background(), func(tx *db.Tx) error {
		e, ok, err = enterprise.ByCode(context.Background(), tx, code)
		return err
	})
	return e, ok, err
}

func TestCheck_NamesEveryBadCell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refreshed := 0
		s := service(d, &refreshed)
		if _, err := enterprise.New(d, auth.DefaultPolicy()).Create(context.Background(), duty, enterprise.Enterprise{Code: codeB, Name: "龙湾的厂", Area: "330303"}); err != nil {
			t.Fatal(err)
		}
		p := check(t, s, lucheng, book(t, map[string][][]any{
			"企业": {firmHead,
				{codeA, "", "火星", "特级", "", 120.66, ""},   // 2
				{"9.1330300123456E+17", "乙", "鹿城区"},       // 3
				{"91350100M000100Y44", "丙", "南门街道"},       // 4
				{codeB, "不是我的", "鹿城区"},                    // 5
				{codeA, "再来一次", "鹿城区"},                    // 6
				{"", "无代码", "鹿城区", "", "", 28.01, 120.66}, // 7
				{codeC, "丁", "龙湾区", "", "", "x"},          // 8
			},
			"排放口": {outletHead, {codeA, "DA001", "一", "废气"}, {codeD, "DA001", "二", "废物"}, {codeB, "DA001", "三", "废气"}},
			"限值":  {limitHead, {codeA, "DA001", "铀", "无", "", "年均值", "", "明天", ""}},
			"设备":  {{"*MN", "*统一社会信用代码", "颜色"}, {"1", codeA}},
		}))
		var got []string
		for _, f := range p.Findings {
			got = append(got, f.Sheet+f.Cell+" "+f.Problem)
			if f.Remedy == "" {
				t.Errorf("%s %s says nothing about what to do", f.Sheet, f.Cell)
			}
		}
		for _, want := range []string{
			"企业B2 没有填写", "企业C2 平台所辖范围内没有“火星”", "企业D2 “特级”不在可选范围内",
			"企业A3 被保存成了数字", "企业C4 有 2 个辖区叫“南门街道”", "企业A5 这个代码已登记，不在您的管辖范围内", "企业A6 与第 2 行重复", "企业A7 没有填写",
			"企业F8 “x”不是经纬度",
			"排放口A2 所属企业（“企业”表第 2 行）有误", "排放口A3 “企业”表和平台里都没有这个代码", "排放口D3 “废物”不在可选范围内", "排放口A4 这家企业不在您的管辖范围内",
			"限值A2 所属企业（“企业”表第 2 行）有误", "限值D2 “无”不是数字", "限值F2 “年均值”不在可选范围内", "限值G2 没有填写", "限值H2 “明天”不是日期",
			"设备C1 模板中没有“颜色”列", "设备A1 缺少“排放口编号”列",
		} {
			if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
				t.Errorf("no finding %q", want)
			}
		}
		if p.Bad != 7+3+1+1 || len(p.Items) != 0 {
			t.Errorf("%d bad rows, %s; found:\n%s", p.Bad, acts(p), strings.Join(got, "\n"))
		}
	})
}

func TestApply_AllOrTheGoodOnesOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, refreshed := context.Background(), 0
		s := service(d, &refreshed)
		sheets := whole()
		sheets["排放口"][2] = []any{codeA, "YS001", "", "雨水"}
		file := book(t, sheets)
		p := check(t, s, duty, file)
		if p.Bad != 1 {
			t.Fatalf("%+v", p.Findings)
		}
		if _, err := s.Apply(ctx, duty, "x", file, p.Digest, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("written with a bad row: %v", err)
		}
		if _, err := s.Apply(ctx, duty, "x", book(t, whole()), p.Digest, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("another workbook than the checked one: %v", err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM enterprise`); n != 0 {
			t.Fatalf("%d enterprises after refusals", n)
		}
		if _, err := s.Apply(ctx, duty, "x", file, p.Digest, true); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM outlet`); n != 1 {
			t.Errorf("%d outlets, want the good one", n)
		}
		if _, err := s.Apply(ctx, duty, "x", file, p.Digest, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("the registry moved on since the check: %v", err)
		}
	})
}

func TestImport_NobodyWithoutTheRight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refreshed := 0
		s := service(d, &refreshed)
		file := book(t, whole())
		if _, err := s.Check(context.Background(), clerk, file); !fault.Is(err, fault.Forbidden) {
			t.Errorf("checked: %v", err)
		}
		if _, err := s.Apply(context.Background(), clerk, "x", file, "", true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("applied: %v", err)
		}
		sheets := whole()
		sheets["企业"][1][2] = "龙湾区"
		p := check(t, s, lucheng, book(t, sheets))
		if p.Bad != 5 || !strings.Contains(p.Findings[0].Problem, "权限") {
			t.Errorf("%d bad, %+v", p.Bad, p.Findings)
		}
		if _, err := s.Check(context.Background(), duty, book(t, map[string][][]any{"别的": {{"x"}}})); !fault.Is(err, fault.Invalid) {
			t.Errorf("a workbook without our sheets: %v", err)
		}
	})
}

// A workbook has no way to say that an enterprise is made up, and cannot take the
// mark from one.
func TestImport_KeepsTheSyntheticMark(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, refreshed := context.Background(), 0
		s := service(d, &refreshed)
		if _, err := enterprise.New(d, auth.DefaultPolicy()).Create(ctx, duty, enterprise.Enterprise{Code: "SYN-1", Name: "虚构厂", Area: "330302", Synthetic: true}); err != nil {
			t.Fatal(err)
		}
		file := book(t, map[string][][]any{"企业": {firmHead, {"SYN-1", "虚构厂二", "鹿城区"}}})
		p := check(t, s, duty, file)
		if _, err := s.Apply(ctx, duty, "x", file, p.Digest, false); err != nil {
			t.Fatal(err)
		}
		if e, _, _ := find(d, "SYN-1"); !e.Synthetic || e.Name != "虚构厂二" {
			t.Errorf("%+v", e)
		}
		p = check(t, s, duty, book(t, map[string][][]any{"企业": {append([]any{"演示数据"}, firmHead...), {"是", codeA, "甲", "鹿城区"}}}))
		if len(p.Findings) != 1 || p.Findings[0].Cell != "A1" {
			t.Errorf("%+v", p.Findings)
		}
	})
}

func TestDevices_StayWhereTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, refreshed := context.Background(), 0
		s := service(d, &refreshed)
		file := book(t, whole())
		if _, err := s.Apply(ctx, duty, "x", file, check(t, s, duty, file).Digest, false); err != nil {
			t.Fatal(err)
		}
		p := check(t, s, duty, book(t, map[string][][]any{"设备": {deviceHead, {"33030200010001", codeA, "YS001"}, {"a b", codeA, "YS001", "2017", "", 0}}}))
		if len(p.Findings) != 2 || p.Findings[0].Cell != "A2" || !strings.Contains(p.Findings[0].Problem, "另一个排放口") || p.Findings[1].Cell != "F3" {
			t.Errorf("%+v", p.Findings)
		}
		var dev telemetry.Device
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			dev, _, err = telemetry.DeviceByMN(ctx, tx, "33030200010001")
			return err
		}); err != nil || dev.OutletName != "酸雾排口" {
			t.Errorf("%+v %v", dev, err)
		}
	})
}

func TestTemplate_IsReadableAndItsExamplesAreNotTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refreshed := 0
		s := service(d, &refreshed)
		var out bytes.Buffer
		if err := s.Template(&out); err != nil {
			t.Fatal(err)
		}
		p := check(t, s, duty, out.Bytes())
		if len(p.Findings) != 0 || len(p.Items) != 0 || p.Examples != 5 || len(p.Ignored) != 0 {
			t.Errorf("%+v", p)
		}
		out.Reset()
		if err := s.Findings(&out, Plan{Findings: []Finding{{"企业", "B2", "=1+1", "没有填写", "填写企业全称"}}}); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := f.GetCellValue(f.GetSheetName(0), "C2"); err != nil || v != "=1+1" {
			t.Errorf("%q %v", v, err)
		}
	})
}
