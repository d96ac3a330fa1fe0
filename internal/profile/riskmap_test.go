package profile_test

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/profiles"
)

// The profile's table is the annex: what a place without a table uses, but for
// its name and date.
func TestWenzhou_RiskMapIsTheAnnex(t *testing.T) {
	t.Parallel()
	tables := wenzhou(t).RiskMap
	if len(tables) != 1 {
		t.Fatalf("%d tables", len(tables))
	}
	got, want := tables[0], riskmap.Annex()
	if got.From != riskmap.MonthOf(2020, 1) || !strings.Contains(got.Source, "风险预警图评价方法") {
		t.Errorf("%s %s", got.From, got.Source)
	}
	if len(got.Discovery) != len(want.Discovery) {
		t.Fatalf("%d cells of discovery", len(got.Discovery))
	}
	cell := map[[2]string]int{}
	for _, c := range want.Discovery {
		cell[[2]string{c.Kind, c.Level}] = c.Points
	}
	for _, c := range got.Discovery {
		if n, ok := cell[[2]string{c.Kind, c.Level}]; !ok || n != c.Points {
			t.Errorf("%+v, the annex has %d", c, n)
		}
	}
	got.From, got.Source, got.Discovery = want.From, want.Source, want.Discovery
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\n%+v", got, want)
	}
}

func TestRiskMap_MistakesAreTold(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(profiles.Files, "base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\nrisk_map:\n")
	section, _, _ = strings.Cut(section, "\n\n")
	section = "risk_map:\n" + section + "\n"
	if _, err := profile.Load(write(t, smallYAML+section, smallCSV)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, with, want string }{
		{"valid_from: 2020-01\n", "valid_from: 2020\n", "valid_from"},
		{"air_rise: {one: 5,", "air_rise: {one: 12,", "air_rise 的 one 应小于 two"},
		{"complaints_rise: {one: 0, one_included: false", "complaints_rise: {one: 0, one_included: true", "one_included 应为 false"},
		{"water_fall: {one: 5,", "water_fall: {one: 五,", "应为不小于 0 的百分数"},
		{"kinds: [leader_instruction], levels: [provincial, national]", "kinds: [leader_instruction], levels: [national]", "缺少 leader_instruction、provincial"},
		{"kinds: [leader_instruction]", "kinds: [leader]", "“leader”不认识"},
		{"kinds: [inspectorate_handover], levels: [provincial, national]", "kinds: [inspectorate_handover, media], levels: [provincial, national]", "media、provincial 写了两次"},
		{"grades: [一般, 较大]", "grades: [一般]", "events 中缺少“较大”"},
		{"colours: {yellow: 2, red: 4}", "colours: {yellow: 4, red: 4}", "red 应大于 yellow"},
	} {
		if !strings.Contains(section, c.old) {
			t.Fatalf("nothing to spoil: %s", c.old)
		}
		_, err := profile.Load(write(t, smallYAML+strings.Replace(section, c.old, c.with, 1), smallCSV))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "profile.yaml:") {
			t.Errorf("%s: %v", c.want, err)
		}
	}
	two := section + strings.TrimPrefix(section, "risk_map:\n")
	if _, err := profile.Load(write(t, smallYAML+two, smallCSV)); err == nil || !strings.Contains(err.Error(), "从早到晚") {
		t.Error(err)
	}
}

// A place that says nothing uses the annex.
func TestRiskMap_Default(t *testing.T) {
	t.Parallel()
	if tables := mustSmall(t).RiskMap; !reflect.DeepEqual(tables, []riskmap.Table{riskmap.Annex()}) {
		t.Errorf("%+v", tables)
	}
}
