package hj212

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestFactors(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^([waegiI][0-9]{3}([0-9]{2})?|L[A-Za-z0-9]{1,2}|Leq|Ldn)$`)
	format := regexp.MustCompile(`^([NC][0-9]{1,3}(\.[0-9])?)?$`)
	count := map[Medium]int{}
	names := map[string]bool{}
	for _, f := range Factors {
		count[f.Medium]++
		if !form.MatchString(f.Code) || !format.MatchString(f.Format) {
			t.Errorf("%s: format %q", f.Code, f.Format)
		}
		if f.Name == "" && f.Note == "" {
			t.Errorf("%s has no name", f.Code)
		}
		if names[f.Code] && f.Note == "" {
			t.Errorf("%s is there twice", f.Code)
		}
		names[f.Code] = true
		if f.Code2005 != "" {
			if got, ok := ModernCode(f.Medium, f.Code2005); !ok || got != f.Code {
				t.Errorf("2005 code %s of %s leads to %s", f.Code2005, f.Code, got)
			}
		}
	}
	for medium, want := range map[Medium]int{MediumWater: 64, MediumGas: 123, MediumNoise: 13, MediumProcess: 145, MediumStation: 78} {
		if count[medium] != want {
			t.Errorf("medium %d has %d codes, want %d", medium, count[medium], want)
		}
	}
}

func TestFactor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code                     string
		v                        Version
		name, unit, mass, format string
	}{
		{"w01018", V2017, "化学需氧量", "mg/L", "kg", "N5.1"},
		{"w01001", V2017, "pH 值", "", "", "N2.2"},
		{"w20111", V2017, "总汞", "µg/L", "g", "N3.2"},
		{"w33007", V2017, "滴滴涕", "ng/L", "mg", "N4"},
		{"a00000", V2017, "废气", "m3/s", "m3", "N6.1"},
		{"a00000", V2025, "废气流量", "m3/s", "m3", "N6.1"},
		{"a34013", V2017, "烟尘", "mg/m3", "kg", "N4"},
		{"a34013", V2025, "颗粒物（烟尘）", "mg/m3", "kg", "N4.1"},
		{"a99051", V2005, "二硫化碳", "mg/m3", "kg", "N4.3"},
		{"Leq", V2017, "等效声级", "dB", "", "N3.1"},
		{"e101", V2017, "进水口流量", "L/s", "", "N6.2"},
		{"e10102", V2017, "进水口流量", "L/s", "", "N6.2"},
		{"g13401", V2017, "出口湿度", "%", "", "N3.1"},
		{"i12001", V2017, "仪表工作状态", "", "", "N2"},
		{"i22116", V2017, "数采仪通道通讯状态", "", "", "N1"},
		{"i33319", V2017, "炉膛上部温度 9", "℃", "", "N4.1"},
		{"i33340", V2017, "二次空气喷入点温度 0", "℃", "", "N4.1"},
	} {
		f, ok := Factor(c.code, c.v)
		if !ok || f.Name != c.name || f.Unit != c.unit || f.MassUnit != c.mass || f.Format != c.format {
			t.Errorf("%s in %v: %+v", c.code, c.v, f)
		}
	}
	for _, code := range []string{"", "w99999", "LAMPBLACK", "011", "e99901", "W01018", "i22201"} {
		if f, ok := Factor(code, V2017); ok {
			t.Errorf("%q is %s", code, f.Name)
		}
	}
}

func TestModernCode_DependsOnTheMedium(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m    Medium
		old  string
		want string
	}{
		{MediumWater, "011", "w01018"}, {MediumWater, "060", "w21003"}, {MediumWater, "B01", "w00000"}, {MediumWater, "101", "w21011"},
		{MediumGas, "01", "a34013"}, {MediumGas, "02", "a21026"}, {MediumGas, "03", "a21002"}, {MediumGas, "S01", "a19001"}, {MediumGas, "B02", "a00000"},
		{MediumGas, "011", ""}, {MediumWater, "01", ""}, {MediumGas, "107", ""}, {MediumNone, "011", ""}, {MediumNoise, "B03", ""},
	} {
		if got, ok := ModernCode(c.m, c.old); got != c.want || ok != (c.want != "") {
			t.Errorf("%s in medium %d: %q", c.old, c.m, got)
		}
	}
}

func TestCeiling(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"N4.2": "9999.99", "N3.1": "999.9", "N4": "9999", "N13": "9999999999999"} {
		f := FactorEntry{Format: format}
		if d, ok := f.Ceiling(); !ok || d.String() != want {
			t.Errorf("%s: %v", format, d)
		}
	}
	for _, format := range []string{"", "C890", "N", "N4.x", "Nx", "N14.9"} {
		f := FactorEntry{Format: format}
		if d, ok := f.Ceiling(); ok {
			t.Errorf("%q: %v", format, d)
		}
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(Commands, func(a, b CommandEntry) int { return int(a.Command) - int(b.Command) }) {
		t.Error("commands are not in order")
	}
	for _, e := range Commands {
		if e.Name == "" || e.Direction == 0 || e.Exchange == 0 || e.Editions == 0 {
			t.Errorf("%v is not described", e.Command)
		}
		if e.Exchange&Upload != 0 && e.Direction&FromField == 0 || e.Exchange&Request != 0 && e.Direction&ToField == 0 {
			t.Errorf("%v goes the wrong way", e.Command)
		}
		// What a frame from the field is answered with agrees with the table.
		for _, v := range []Version{V2005, V2017, V2025} {
			if e.Editions.Has(v) && e.Direction == FromField && e.Exchange != Answer && e.Command.noticeFromField(v) != (e.Exchange == Notice) {
				t.Errorf("%v of %v is answered the wrong way", e.Command, v)
			}
		}
	}
	for _, c := range []struct {
		cn   Command
		v    Version
		want string
	}{
		{2011, V2017, "取/上传污染物实时数据"}, {1001, V2005, "设置超限报警时间"}, {1001, V2025, "上传数采仪硬件序号"},
		{3014, V2005, "设置采样时间周期"}, {3014, V2017, "比对采样"}, {3014, V2025, "比对采样"},
		{2072, V2017, "上传报警事件"}, {9021, V2017, "9021"}, {7, V2017, "0007"},
	} {
		if got := c.cn.Name(c.v); got != c.want {
			t.Errorf("%v of %v is %s", c.cn, c.v, got)
		}
	}
	if in3.Has(3) || in3.Has(200) {
		t.Error("there is no fourth edition")
	}
}

func TestSystemsFlagsAndResults(t *testing.T) {
	t.Parallel()
	if e, ok := System("32"); !ok || e.Medium != MediumWater || e.Name != "地表水体环境污染源" {
		t.Errorf("32 is %+v", e)
	}
	if e, ok := System([]byte("44")); !ok || e.Editions.Has(V2017) {
		t.Errorf("44 is %+v", e)
	}
	if _, ok := System("99"); ok {
		t.Error("99 has no name")
	}
	for _, c := range []struct {
		flag string
		v    Version
		want string
	}{{"N", V2017, "正常"}, {"B", V2017, "仪表与数采仪通讯异常"}, {"P", V2017, "电源故障"}, {"0", V2005, "校准"}, {"X", V2017, ""}, {"", V2017, ""}} {
		if got := DataFlagName(c.flag, c.v); got != c.want {
			t.Errorf("flag %q of %v is %q", c.flag, c.v, got)
		}
	}
	if !FlagNormal("N") || FlagNormal("n") || FlagNormal([]byte("NN")) || FlagNormal("") || FlagNormal("D") {
		t.Error("N alone is normal")
	}
	if QnRtnName(QnCRC) != "CRC 校验错误" || ExeRtnName(ExeNoData) != "没有数据" || QnRtnName(50) != "" {
		t.Error("results")
	}
	if StateName("i12001", 10) != "运维" || StateName("RS", 0) != "关闭" || StateName("RS", 9) != "" || StateName("w01018", 0) != "" {
		t.Error("states")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, f := range Fields {
		if got := FieldName([]byte(strings.ToUpper(f.Name))); got != f.Name {
			t.Errorf("%s is spelled %s", strings.ToUpper(f.Name), got)
		}
		if w := attributeName([]byte(f.Name)); w != 0 {
			t.Errorf("%s would be warned of", f.Name)
		}
		if f.Meaning == "" {
			t.Errorf("%s has no meaning", f.Name)
		}
	}
	if FieldName([]byte("ZsCou")) != "ZsCou" || HeaderName([]byte("pnum")) != "PNUM" || HeaderName([]byte("Xy")) != "Xy" {
		t.Error("names")
	}
}

// How much of each edition the tables hold. HJ 212-2017 was read: these are its
// figures. Those of 2005 and 2025 are of what is known of them.
func TestTables_Figures(t *testing.T) {
	t.Parallel()
	type figures struct{ commands, systems, flags, fields, qn, exe int }
	for v, want := range map[Version]figures{
		V2005: {31, 13, 12, 44, 3, 3},
		V2017: {33, 20, 8, 37, 10, 7},
		V2025: {39, 22, 6, 46, 10, 7},
	} {
		var got figures
		numbers := map[Command]bool{}
		for _, e := range Commands {
			if e.Editions.Has(v) {
				numbers[e.Command] = true
			}
		}
		got.commands = len(numbers)
		for _, e := range Systems {
			got.systems += count(e.Editions, v)
		}
		for _, e := range DataFlags {
			got.flags += count(e.Editions, v)
		}
		for _, e := range Fields {
			got.fields += count(e.Editions, v)
		}
		for _, e := range QnResults {
			got.qn += count(e.Editions, v)
		}
		for _, e := range ExeResults {
			got.exe += count(e.Editions, v)
		}
		if got != want {
			t.Errorf("%v has %+v, want %+v", v, got, want)
		}
	}
	old, mass := map[Medium]int{}, map[Medium]int{}
	for _, f := range Factors {
		if f.Code2005 != "" {
			old[f.Medium]++
		}
		if f.MassUnit != "" {
			mass[f.Medium]++
		}
	}
	if old[MediumWater] != 48 || old[MediumGas] != 45 || mass[MediumWater] != 54 || mass[MediumGas] != 104 {
		t.Errorf("codes of 2005 %v, mass units %v", old, mass)
	}
}

func count(e Editions, v Version) int {
	if e.Has(v) {
		return 1
	}
	return 0
}

// Every entry says how well it is known, in the editions it belongs to and in no
// other.
func TestTables_Evidence(t *testing.T) {
	t.Parallel()
	type known interface{ Evidence(Version) Evidence }
	check := func(name string, e known, in Editions) {
		for _, v := range []Version{V2005, V2017, V2025} {
			if got := e.Evidence(v); (got != 0) != in.Has(v) || in.Has(v) && got.String() == "" {
				t.Errorf("%s in %v: %v", name, v, got)
			}
		}
	}
	for i := range Commands {
		check(Commands[i].Name, &Commands[i], Commands[i].Editions)
	}
	for i := range SurfaceWaterCommands {
		check(SurfaceWaterCommands[i].Name, &SurfaceWaterCommands[i], SurfaceWaterCommands[i].Editions)
	}
	for i := range Systems {
		check(Systems[i].ST, &Systems[i], Systems[i].Editions)
	}
	for _, table := range [][]DataFlagEntry{DataFlags, SurfaceWaterFlags} {
		for i := range table {
			check(table[i].Flag, &table[i], table[i].Editions)
		}
	}
	for _, table := range [][]ResultEntry{QnResults, ExeResults} {
		for i := range table {
			check(table[i].Name, &table[i], table[i].Editions)
		}
	}
	for _, e := range States {
		if _, ok := Factor(e.Code, V2017); e.Name == "" || StateName(e.Code, e.Value) != e.Name || !ok && e.Code != "RS" {
			t.Errorf("state %+v", e)
		}
	}
	if len(States) != 36 {
		t.Errorf("%d states", len(States))
	}
	for _, table := range [][]FieldEntry{Fields, SurfaceWaterFields} {
		for i := range table {
			check(table[i].Name, &table[i], table[i].Editions)
		}
	}
	for i := range Factors {
		f := &Factors[i]
		if want := map[bool]Evidence{true: EvidenceField, false: EvidenceText}[strings.Contains(f.Note, "不在 2017")]; f.Evidence(V2017) != want {
			t.Errorf("%s: %v", f.Code, f.Evidence(V2017))
		}
	}
	for _, c := range []struct {
		got, want Evidence
	}{
		{Command(2011).Entry(V2017).Evidence(V2017), EvidenceText},
		{Command(2011).Entry(V2017).Evidence(V2005), EvidenceAgreed},
		{Command(2111).Entry(V2025).Evidence(V2017), 0},
		{DialectSurfaceWater.Entry(3082, V2025).Evidence(V2025), EvidenceInferred},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if Evidence(0).String() != "" || EvidenceUnconfirmed.String() != "未证实" {
		t.Error("names of evidence")
	}
}

func TestEntryBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cn   Command
		v    Version
		by   Direction
		want string
	}{
		{1014, V2025, FromField, "现场机获取新密钥"}, {1014, V2025, ToField, "上位机下发新密钥"}, {1014, V2017, ToField, ""},
		{1001, V2005, ToField, "设置超限报警时间"}, {1001, V2005, FromField, ""}, {1001, V2025, FromField, "上传数采仪硬件序号"},
		{2011, V2017, ToField, "取/上传污染物实时数据"}, {2011, V2017, FromField, "取/上传污染物实时数据"}, {7, V2017, ToField, ""},
	} {
		name := ""
		if e := c.cn.EntryBy(c.v, c.by); e != nil {
			name = e.Name
		}
		if name != c.want {
			t.Errorf("%v of %v by %d is %q", c.cn, c.v, c.by, name)
		}
	}
}

func TestDialect(t *testing.T) {
	t.Parallel()
	var f Frame
	ParseSegment([]byte("QN=20190430101750562;ST=21;CN=2061;PW=1;MN=A140100_2006;Flag=9;CP=&&&&"), &f)
	d := f.Dialect()
	if d != DialectSurfaceWater || d.QnRtnName(9) != "系统繁忙不能执行" || d.QnRtnName(99) != "CRC 校验错误" || d.QnRtnName(3) != "PW 错误" {
		t.Errorf("surface water: %v", d)
	}
	if d.DataFlagName("F", V2025) != "仪器通信故障" || d.DataFlagName("L", V2025) != "超下限" || d.DataFlagName("Td", V2025) != "" {
		t.Error("flags of surface water")
	}
	if d.Entry(2063, V2025).Name != "上传加标回收数据" || d.Entry(2011, V2025) == nil || d.Entry(2999, V2025) != nil {
		t.Error("commands of surface water")
	}
	ParseSegment([]byte("QN=20190430101750562;ST=32;CN=2061;PW=1;MN=A140100_2006;Flag=9;CP=&&&&"), &f)
	if d = f.Dialect(); d != DialectPollution || d.QnRtnName(9) != "CRC 校验错误" || d.QnRtnName(99) != "" ||
		d.DataFlagName("F", V2017) != "停运" || d.Entry(2063, V2025) != nil {
		t.Errorf("pollution: %v", d)
	}
}

func TestConditionCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"d20105": "生产设施用电参数", "d30406": "治理设施用电参数", "p99101": "关键生产工况标记",
		"d40105": "", "p12345": "", "d2010": "", "d2010a": ""} {
		f, ok := Factor(code, V2025)
		if f.Name != want || ok != (want != "") || ok && f.Evidence(V2025) != EvidenceSingle {
			t.Errorf("%s is %q", code, f.Name)
		}
	}
}
