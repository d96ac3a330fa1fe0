package profile_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/rule/ladder"
)

var update = flag.Bool("update", false, "rewrite profiles/profile.schema.json")

func wenzhou(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("wenzhou")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWenzhou_UnitsAndRegions(t *testing.T) {
	t.Parallel()
	p := wenzhou(t)
	counties, zones := 0, 0
	for _, u := range p.Units {
		switch u.Kind {
		case region.County:
			counties++
		case region.Zone:
			zones++
			if r, _ := p.Regions.Find(u.Code); !r.Own {
				t.Errorf("%s has a code of our own and must say so", u.Name)
			}
		}
	}
	if counties != 12 || zones != 2 {
		t.Errorf("%d counties, %d zones", counties, zones)
	}
	if p.Regions.Root().Code != "330300" {
		t.Errorf("root %v", p.Regions.Root())
	}
	if got := p.Regions.FullName("330302006000"); got != "鹿城区五马街道" {
		t.Error(got)
	}
	if n := len(p.Regions.Children("330383")); n != 0 {
		t.Errorf("龙港 has no townships, got %d", n)
	}
	if n := len(p.Regions.All()); n != 1+14+185 {
		t.Errorf("%d regions", n)
	}
}

// The cartogram must not lie about who lies where: seats further north stand in
// a higher row, or the same, for each of these true neighbours.
func TestWenzhou_CartogramFollowsGeography(t *testing.T) {
	t.Parallel()
	at := map[string]profile.Unit{}
	for _, u := range wenzhou(t).Units {
		at[u.Short] = u
	}
	for _, c := range []struct{ a, side, b string }{
		{"永嘉", "north", "鹿城"}, {"乐清", "north", "龙湾"}, {"鹿城", "west", "龙湾"}, {"龙湾", "west", "洞头"},
		{"瓯海", "west", "龙湾"}, {"鹿城", "north", "瑞安"}, {"瑞安", "north", "平阳"}, {"平阳", "north", "苍南"},
		{"文成", "west", "瑞安"}, {"泰顺", "west", "平阳"}, {"文成", "north", "泰顺"}, {"龙港", "north", "苍南"},
	} {
		a, b := at[c.a], at[c.b]
		if c.side == "north" && (a.Y >= b.Y || a.Lat <= b.Lat) || c.side == "west" && (a.X >= b.X || a.Lng >= b.Lng) {
			t.Errorf("%s should lie %s of %s: %+v %+v", c.a, c.side, c.b, a, b)
		}
	}
}

func TestWenzhou_AgenciesOfTheDocument(t *testing.T) {
	t.Parallel()
	p := wenzhou(t)
	for id, want := range map[string]string{
		"sthj": "市生态环境局", "sthj-330302": "市生态环境局鹿城分局", "gaj-330302": "市公安局鹿城区分局", "gaj-330324": "永嘉县公安局",
		"zhzf-330381": "瑞安市综合行政执法局", "zf-330391": "温州湾新区管委会", "zf-330383": "龙港市人民政府", "xfj": "市信访局",
	} {
		if got := p.Agencies.Name(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	for id, want := range map[string]string{"sthj-330302": "sthj", "sthj": "szf", "zf-330302": "szf", "zjj-330382": "zjj"} {
		if a, ok := p.Agencies.Higher(id); !ok || a.ID != want {
			t.Errorf("above %s: %s, want %s", id, a.ID, want)
		}
	}
	if a, ok := p.Agencies.Find("gaj-330391"); ok {
		t.Errorf("a zone has no police branch here: %v", a)
	}
	for _, u := range p.Units {
		if len(p.Agencies.Of(u.Code)) < 2 {
			t.Errorf("%s has too few agencies", u.Name)
		}
	}
}

func TestWenzhou_Lists(t *testing.T) {
	t.Parallel()
	p := wenzhou(t)
	c, ok := p.Category("water")
	if !ok || c.DeadlineDays != 15 || c.Lead != "sthj" {
		t.Errorf("%+v", c)
	}
	if _, ok := p.Category("none"); ok {
		t.Error("no such category")
	}
	if p.Clue.JudgeDays != 3 || p.Issue.SignDays != 1 || p.Issue.ReturnsUp != 2 || p.Prefix != "WZ" {
		t.Errorf("%+v %+v", p.Clue, p.Issue)
	}
	if len(p.Severities) != 3 || len(p.Sources) == 0 || len(p.Industries) < 9 {
		t.Error("lists")
	}
}

func TestSchema_IsCurrent(t *testing.T) {
	t.Parallel()
	want, err := profile.Schema()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "..", "profiles", "profile.schema.json")
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("profiles/profile.schema.json is not what the structs say; run go test ./internal/profile -update")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	names := profile.Names()
	if len(names) == 0 {
		t.Fatal("no profile ships")
	}
	for _, n := range names {
		if _, err := profile.Load(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
}

// place is a folder with a small correct profile, to be spoiled by one edit.
const smallYAML = `id: place
name: 某市
title: 某市系统
document: 某文件
number_prefix: MS
regions: regions.csv
units:
  - {code: "990001", short: 东, x: 0, y: 0, lng: 120.5, lat: 28.5}
government:
  id: zf
  name: 某市人民政府
agencies:
  - id: hb
    name: 市环保局
    branches: {district: "{short}分局"}
categories:
  - {id: water, name: 水, deadline_days: 10, lead: hb}
severities:
  - {id: general, name: 一般}
sources:
  - {id: phone, name: 电话}
clue: {judge_days: 3, remind_before_days: 1, refer_days: 5}
issue:
  assign_days: 2
  sign_days: 1
  accept_days: 5
  close_days: 5
  remind_before_days: 3
  supervise_after_days: 3
  extend_max_days: 20
  returns_before_higher: 2
calendar:
  holidays: ["2026-05-04"]
  workdays: ["2026-05-09"]
industries:
  - {code: "3360", name: 电镀}
`

const smallCSV = `# 注释
code,name,level,parent,own
990000,某市,prefecture,,
990001,东区,county,990000,
990001001000,一街道,township,990001,
`

func write(t *testing.T, yaml, csv string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "place")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"profile.yaml": yaml, "regions.csv": csv} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad_AFolder(t *testing.T) {
	t.Parallel()
	p, err := profile.Load(write(t, smallYAML, smallCSV))
	if err != nil {
		t.Fatal(err)
	}
	if p.Agencies.Name("hb-990001") != "东分局" {
		t.Error("branch")
	}
	if len(p.Holidays) != 1 || p.Holidays[0].Format("2006-01-02 -0700") != "2026-05-04 +0800" || len(p.Workdays) != 1 {
		t.Errorf("%v %v", p.Holidays, p.Workdays)
	}
}

func TestLoad_NamesFileAndLineOfEachMistake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":           {"name: 某市\n", "name: 某市\nnmae: 某市\n", "profile.yaml:3：不认识的键“nmae”；此处可用：extends、id、name"},
		"unknown key in a list": {"deadline_days: 10", "deadline: 10", "profile.yaml:17：不认识的键“deadline”"},
		"missing key":           {", lead: hb", "", "profile.yaml:17：缺少“lead”"},
		"missing part":          {"clue: {judge_days: 3, remind_before_days: 1, refer_days: 5}\n", "", "profile.yaml:1：缺少“clue”"},
		"null":                  {"title: 某市系统", "title:", "profile.yaml:3：“title”没有值"},
		"empty":                 {"title: 某市系统", "title: \"\"", "profile.yaml:3：“title”不能为空"},
		"twice":                 {"title: 某市系统\n", "title: 某市系统\ntitle: 又一个\n", "profile.yaml:4：键“title”写了两次"},
		"not an integer":        {"sign_days: 1", "sign_days: 一天", "profile.yaml:25：“sign_days”应当是整数，现为“一天”"},
		"half a day":            {"sign_days: 1", "sign_days: 1.5", "profile.yaml:25：“sign_days”应当是整数"},
		"too small":             {"sign_days: 1", "sign_days: 0", "profile.yaml:25：“sign_days”应当不小于 1，现为 0"},
		"too large":             {"deadline_days: 10", "deadline_days: 366", "profile.yaml:17：“deadline_days”应当不大于 365"},
		"not a number":          {"lng: 120.5", "lng: 东经120度", "profile.yaml:8：“lng”应当是数"},
		"not a place in China":  {"lng: 120.5", "lng: 12.5", "profile.yaml:8：“lng”应当不小于 73"},
		"infinite":              {"lng: 120.5", "lng: .inf", "profile.yaml:8：“lng”应当是数"},
		"not a list":            {"severities:\n  - {id: general, name: 一般}", "severities: 一般", "profile.yaml:18：“severities”应当是列表"},
		"empty list":            {"severities:\n  - {id: general, name: 一般}", "severities: []", "profile.yaml:18：“severities”不能为空"},
		"not an object":         {"clue: {judge_days: 3, remind_before_days: 1, refer_days: 5}", "clue: 3", "profile.yaml:22：“clue”应当是“键: 值”"},
		"not a single value":    {"name: 某市\n", "name: [某市]\n", "profile.yaml:2：“name”应当是单个值"},
		"an alias in itself":    {"severities:\n  - {id: general, name: 一般}", "severities: &s [*s]", "profile.yaml:18：“severities”请直接写出"},
		"broken YAML":           {"title: 某市系统", "title: \"某市系统", "profile.yaml"},
		"other folder":          {"id: place", "id: elsewhere", "id“elsewhere”与文件夹名“place”不一致"},
		"bad prefix":            {"number_prefix: MS", "number_prefix: ms", "2～4 个大写字母"},
		"no such base":          {"id: place", "extends: gone\nid: place", "profile.yaml:1：没有名为“gone”的底稿；自带的有：base"},
		"base elsewhere":        {"id: place", "extends: ../base\nid: place", "没有名为“../base”的底稿"},
		"half a point":          {", lat: 28.5", "", "profile.yaml:8：东区 的经度、纬度应当都写或都不写"},
		"no regions file":       {"regions: regions.csv", "regions: gone.csv", "找不到 regions 所指的文件 gone.csv"},
		"unknown unit":          {`code: "990001"`, `code: "990009"`, "profile.yaml:8：单元 东（990009）不在区划表中"},
		"a township as unit":    {`code: "990001"`, `code: "990001001000"`, "profile.yaml:8：一街道 是乡镇（街道），不是某市的下一级"},
		"unit not listed":       {`code: "990001"`, `code: "990001001000"`, "东区（990001）没有列入 units"},
		"same cell":             {"lat: 28.5}\n", "lat: 28.5}\n  - {code: \"990001\", short: 东, x: 0, y: 0, lng: 120.5, lat: 28.5}\n", "profile.yaml:9：东区 与 东区 占了示意图上同一格（0, 0）"},
		"unknown lead":          {"lead: hb", "lead: hbj", "profile.yaml:17：问题类别“水”的牵头单位 hbj 不在 agencies 中"},
		"category twice":        {"lead: hb}\n", "lead: hb}\n  - {id: water, name: 水二, deadline_days: 10, lead: hb}\n", "profile.yaml:18：问题类别 water 重复"},
		"choice twice":          {"name: 一般}\n", "name: 一般}\n  - {id: general, name: 再}\n", "profile.yaml:20：severities 中的 general 重复"},
		"agency twice":          {"  - id: hb\n    name: 市环保局\n", "  - {id: hb, name: 市环保局}\n  - id: hb\n    name: 市环保局\n", "机构编号 hb 重复"},
		"branch without place":  {`"{short}分局"`, `"分局"`, "profile.yaml:13：名称样式“分局”应当含 {name} 或 {short}"},
		"branch with a typo":    {`"{short}分局"`, `"{shrt}分局"`, "profile.yaml:13：名称样式"},
		"not a date":            {`holidays: ["2026-05-04"]`, `holidays: ["5月4日"]`, "profile.yaml:33：holidays 中的“5月4日”不是日期"},
		"no such day":           {`holidays: ["2026-05-04"]`, `holidays: ["2026-02-30"]`, "不是日期"},
		"both free and working": {`workdays: ["2026-05-09"]`, `workdays: ["2026-05-04"]`, "2026-05-04 既列为放假又列为上班"},
		"unknown audience":      {"industries:", badLadder("when: always, after: 0m, tell: [mayor]"), "profile.yaml:40：tell 中的“mayor”不认识；可用：enterprise_head（企业负责人）"},
		"unknown condition":     {"industries:", badLadder("when: later, after: 0m, tell: [duty]"), "profile.yaml:40：when 中的“later”不认识"},
		"no term":               {"industries:", badLadder("when: always, after: 两小时, tell: [duty]"), "profile.yaml:40：after“两小时”应当写成 30m、24h 或 2wd"},
		"rung without audience": {"industries:", badLadder("when: always, after: 0m"), "profile.yaml:40：缺少“tell”"},
		"unknown urgency":       {"industries:", badLadder("when: always, after: 0m, tell: [duty], urgency: now"), "profile.yaml:40：urgency 中的“now”不认识"},
		"rung twice":            {"industries:", badLadder("when: always, after: 60m, tell: [duty]}\n        - {when: always, after: 1h, tell: [leader]"), "profile.yaml:41：“只管提醒”中条件 always 与时限 1h 写了两次"},
		"level without ladder":  {"industries:", badLadder("when: always, after: 0m, tell: [duty]"), "没有适用于“疑似异常”“超过限值”的告知规则"},
		"unknown sector":        {"industries:", "warning:\n  sectors:\n    - {industry: \"*\", agency: jxj}\nindustries:", "profile.yaml:37：行业主管部门 jxj 不在 agencies 中"},
		"industry twice":        {"name: 电镀}\n", "name: 电镀}\n  - {code: \"3360\", name: 再}\n", "profile.yaml:37：行业代码 3360 重复"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(smallYAML, c.old) {
				t.Fatalf("the edit does not apply: %q", c.old)
			}
			_, err := profile.Load(write(t, strings.Replace(smallYAML, c.old, c.new, 1), smallCSV))
			expect(t, err, c.want)
		})
	}
}

// badLadder is a ladder for early notices alone with one rung, before the list
// of industries.
func badLadder(rung string) string {
	return "warning:\n  ladders:\n    - name: 只管提醒\n      levels: [notice]\n      rungs:\n        - {" + rung + "}\nindustries:"
}

func TestWenzhou_WhoHears(t *testing.T) {
	t.Parallel()
	w := wenzhou(t).Warning
	for industry, want := range map[string]string{"4620": "zjj", "0313": "nyj", "3360": "jxj", "": "jxj"} {
		if got := w.Sector(industry); got != want {
			t.Errorf("trade %q: %s, want %s", industry, got, want)
		}
	}
	first := ladder.For(w.Ladders, "notice", "official").Rungs[0]
	if first.When != ladder.Always || first.After.String() != "立即" || first.Tell[0] != ladder.EnterpriseHead {
		t.Errorf("the head of the enterprise hears first: %+v", first)
	}
	for _, level := range []string{"exceed", "grave"} {
		// 实时向生态环境部门、相关行业主管部门和企业负责人发送提醒
		told := ladder.For(w.Ladders, level, "official").Rungs[0].Tell
		for _, part := range []ladder.Audience{ladder.Duty, ladder.Sector, ladder.EnterpriseHead} {
			if !slices.Contains(told, part) {
				t.Errorf("%s: %s must hear at once", level, part)
			}
		}
	}
	if d := ladder.For(mustSmall(t).Warning.Ladders, "exceed", "official"); len(d.Rungs) == 0 {
		t.Error("a place that sets nothing has the ladder that is built in")
	}
}

func mustSmall(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load(write(t, smallYAML, smallCSV))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoad_NamesFileAndLineInRegions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"head":             {"code,name", "代码,name", "regions.csv:2：表头应当是"},
		"columns":          {"东区,county,990000,\n", "东区,county,990000\n", "regions.csv:4：这一行应当有 5 列"},
		"own":              {"东区,county,990000,\n", "东区,county,990000,yes\n", "regions.csv:4：own 一列应当为空或 own"},
		"twice":            {"990001001000,一街道", "990001,一街道", "regions.csv:5：区划代码 990001 已在第 4 行出现"},
		"foreign code":     {"990001001000,一街道", "980001001000,一街道", "regions.csv:5：一街道 的代码应当以上级 990001 的有效数字开头"},
		"no such parent":   {"township,990001,", "township,990002,", "regions.csv"},
		"unknown level":    {"一街道,township", "一街道,town", "级别 \"town\" 不认识"},
		"unclosed quote":   {"东区,county", "\"东区,county", "regions.csv:"},
		"no root":          {"某市,prefecture,,", "某市,prefecture,990000,", "只有一个没有上级的区域"},
		"nothing but head": {smallCSV, "code,name,level,parent,own\n", "只有一个没有上级的区域，现有 0 个"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(smallCSV, c.old) {
				t.Fatalf("the edit does not apply: %q", c.old)
			}
			_, err := profile.Load(write(t, smallYAML, strings.Replace(smallCSV, c.old, c.new, 1)))
			expect(t, err, c.want)
		})
	}
}

func expect(t *testing.T, err error, want string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("want an invalid fault, got %v", err)
	}
	var ps profile.Problems
	if !errors.As(err, &ps) || len(ps) == 0 {
		t.Fatalf("want the list of problems, got %v", err)
	}
	for _, p := range ps {
		if strings.Contains(p.String(), want) {
			return
		}
	}
	t.Errorf("%v\nwant …%s…", ps, want)
}

func TestLoad_TellsAllMistakesOnOneLine(t *testing.T) {
	t.Parallel()
	spoilt := strings.NewReplacer("sign_days: 1", "sign_days: 0", "close_days: 5", "close_days: 0", "assign_days: 2", "assign_days: 0", "accept_days: 5", "accept_days: 0").Replace(smallYAML)
	_, err := profile.Load(write(t, spoilt, smallCSV))
	msg := fault.Sentence(err, "")
	if strings.Contains(msg, "\n") || !strings.Contains(msg, "等共 4 处") || !strings.HasPrefix(msg, "地方配置有误：") {
		t.Error(msg)
	}
}

func TestLoad_MissingThings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ arg, want string }{
		"nothing":      {"", "请用 --profile 指定"},
		"unknown name": {"atlantis", "没有名为“atlantis”的地方配置；自带的有：qingyuan、sichuan、tiantai、wenzhou、yrd-zone"},
		"no folder":    {"./no/such", "找不到地方配置的文件夹"},
		"empty folder": {t.TempDir() + "/.", "没有 profile.yaml"},
	} {
		_, err := profile.Load(c.arg)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
	}
	_, err := profile.Load(write(t, "", smallCSV))
	if err == nil || !strings.Contains(err.Error(), "没有 profile.yaml") {
		t.Error(err)
	}
	_, err = profile.Load(write(t, "# 空\n", smallCSV))
	expect(t, err, "文件是空的")
}
