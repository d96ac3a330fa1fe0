package profile_test

import (
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/profile"
)

// extending is a place that builds on the base with what the base cannot know.
const extending = `extends: base
id: place
name: 某市
title: 某市系统
document: 某文件
number_prefix: MS
regions: regions.csv
units:
  - {code: "990001", short: 东, x: 0, y: 0}
government: {id: zf, name: 某市人民政府}
agencies:
  - {id: sthj, name: 市生态环境局}
  - {id: zhzf, name: 市综合行政执法局}
  - {id: zjj, name: 市住建局}
  - {id: slj, name: 市水利局}
  - {id: nyj, name: 市农业农村局}
report: {contact: 某局, key_service: 书面申请}
`

func TestExtends_MergesMappingsAndReplacesTheRest(t *testing.T) {
	t.Parallel()
	base := wenzhou(t)
	p, err := profile.Load(write(t, extending+`clue: {judge_days: 5}
severities:
  - {id: any, name: 不分轻重}
warning: {quota: {outlet_hour: 9}}
`, smallCSV))
	if err != nil {
		t.Fatal(err)
	}
	if p.Clue.JudgeDays != 5 || p.Clue.ReferDays != base.Clue.ReferDays {
		t.Errorf("a mapping is merged key by key: %+v", p.Clue)
	}
	if len(p.Severities) != 1 || p.Severities[0].ID != "any" {
		t.Errorf("a list is replaced: %+v", p.Severities)
	}
	if p.Warning.Quota.OutletHour != 9 || p.Warning.Quota.OutletDay != base.Warning.Quota.OutletDay || len(p.Warning.Ladders) != len(base.Warning.Ladders) {
		t.Errorf("at every depth: %+v", p.Warning.Quota)
	}
	if p.Report.Contact != "某局" || len(p.Report.Kinds) != len(base.Report.Kinds) || len(p.Report.Channels) != 0 {
		t.Errorf("%+v", p.Report)
	}
}

func TestExtends_NamesTheFileOfAMistake(t *testing.T) {
	t.Parallel()
	// The base's category asks for a bureau that this place does not have.
	_, err := profile.Load(write(t, strings.Replace(extending, "  - {id: slj, name: 市水利局}\n", "", 1), smallCSV))
	expect(t, err, "牵头单位 slj 不在 agencies 中")
	if err == nil || !strings.Contains(err.Error(), "profiles/base.yaml:") {
		t.Errorf("the mistake stands in the base: %v", err)
	}
	_, err = profile.Load(write(t, strings.Replace(extending, "number_prefix: MS", "number_prefix: MS\nclue: {judge_days: 0}", 1), smallCSV))
	expect(t, err, "profile.yaml:7：“judge_days”应当不小于 1")
	_, err = profile.Load(write(t, extending+"report: {}\n", smallCSV))
	expect(t, err, "写了两次")
}

func TestExtends_WithoutABaseEverythingIsAsked(t *testing.T) {
	t.Parallel()
	_, err := profile.Load(write(t, strings.Replace(extending, "extends: base\n", "", 1), smallCSV))
	expect(t, err, "缺少“categories”")
}
