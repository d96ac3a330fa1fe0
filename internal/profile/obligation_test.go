package profile_test

import (
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/profile"
)

func TestObligations_OfWenzhou(t *testing.T) {
	t.Parallel()
	p, err := profile.Load("wenzhou")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Obligations) < 6 {
		t.Errorf("%d rules", len(p.Obligations))
	}
	for _, r := range p.Obligations {
		if r.Basis == "" || r.Todo == "" || r.ValidFrom.IsZero() || len(r.Remind) == 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestObligations_Mistakes(t *testing.T) {
	t.Parallel()
	const good = "obligations:\n  - {id: a, title: 年报, todo: 提交, basis: 规范, certainty: B, valid_from: 2018-01-01, each: enterprise, every: year, days: 31, remind_before_days: [30], classes: [重点], kinds: [gas], seen_by_marks: [calibration]}\n"
	load := func(text string) error {
		_, err := profile.Load(write(t, smallYAML+text, smallCSV))
		return err
	}
	if err := load(good); err != nil {
		t.Fatal(err)
	}
	line := strings.TrimPrefix(good, "obligations:\n")
	for name, c := range map[string]struct{ text, want string }{
		"certainty": {strings.Replace(good, "certainty: B", "certainty: D", 1), "certainty 应为 A、B 或 C"},
		"each":      {strings.Replace(good, "each: enterprise", "each: firm", 1), "each“firm”"},
		"every":     {strings.Replace(good, "every: year", "every: week", 1), "every“week”"},
		"class":     {strings.Replace(good, "[重点]", "[一般]", 1), "classes“一般”"},
		"kind":      {strings.Replace(good, "[gas]", "[noise]", 1), "kinds“noise”"},
		"remind":    {strings.Replace(good, "[30]", "[0]", 1), "remind_before_days 应在 1 至 365 之间"},
		"mark":      {strings.Replace(good, "[calibration]", "[tea]", 1), "没有“tea”这种标记"},
		"date":      {strings.Replace(good, "2018-01-01", "2018年", 1), "不是日期"},
		"overlap":   {good + line, "义务 a 的适用日期重叠"},
		"days":      {strings.Replace(good, "days: 31", "days: 400", 1), "“days”应当不大于 365"},
	} {
		if err := load(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if err := load(strings.Replace(good, "valid_from: 2018-01-01", "valid_from: 2018-01-01, valid_until: 2024-01-01", 1) + strings.Replace(line, "2018-01-01", "2024-01-01", 1)); err != nil {
		t.Errorf("one after the other: %v", err)
	}
}
