package profile_test

import (
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/profile"
)

// The document: 5% of the fine, at most 100,000; especially serious at most
// 500,000; a bounty of at most 500,000; honour with consent.
func TestWenzhou_Reward(t *testing.T) {
	t.Parallel()
	p := wenzhou(t).Reward
	for kind, want := range map[reward.Kind]string{reward.Share: "5", reward.Cap: "100000", reward.Special: "500000", reward.Bounty: "500000"} {
		if f, ok := p.On("2026-11-20", kind, ""); !ok || f.Value.String() != want || f.Certainty != "A" || f.Source == "" {
			t.Errorf("%s: %+v", kind, f)
		}
	}
	if _, ok := p.On("2026-11-20", reward.Honour, ""); !ok || len(p.Acts) < 5 || len(p.Exclusions) < 4 || p.Prefix != "WZ-R" {
		t.Errorf("%+v", p)
	}
	if mustSmall(t).Reward.Open() {
		t.Error("a place that says nothing rewards nobody")
	}
}

const smallReward = `reward:
  figures:
    - {id: share, kind: share, title: 比例, value: "5", source: 文件, certainty: A, valid_from: "2021-01-01"}
    - {id: cap, kind: cap, title: 上限, value: "100000", source: 文件, certainty: A, valid_from: "2021-01-01"}
  acts:
    - {id: evade, name: 偷排, source: 文件, certainty: A, valid_from: "2021-01-01"}
  exclusions:
    - {id: known, name: 已掌握, source: 文件, certainty: A, valid_from: "2021-01-01"}
  modes: [public]
industries:`

func TestReward_Mistakes(t *testing.T) {
	t.Parallel()
	if _, err := profile.Load(write(t, strings.Replace(smallYAML, "industries:", smallReward, 1), smallCSV)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown kind":        {"kind: cap", "kind: top", "kind“top”应为"},
		"no number":           {`value: "5"`, `value: "5%"`, "应当是正数"},
		"more than all":       {`value: "5"`, `value: "101"`, "不能超过 100"},
		"less than a fen":     {`value: "100000"`, `value: "0.001"`, "最多到分"},
		"no such day":         {`certainty: A, valid_from: "2021-01-01"}`, `certainty: A, valid_from: "2021-13-01"}`, "不是日期"},
		"ends before it is":   {`valid_from: "2021-01-01"}`, `valid_from: "2021-01-01", valid_until: "2020-01-01"}`, "应晚于"},
		"two at once":         {"kind: cap", "kind: share", "适用日期重叠"},
		"one id twice":        {"id: cap", "id: share", "写了两次"},
		"unknown certainty":   {"certainty: A", "certainty: D", "certainty 应为"},
		"an event too many":   {"kind: cap,", "kind: cap, when: arrest,", "when 写明"},
		"an extra of nothing": {"kind: cap,", "kind: extra,", "when 写明"},
		"unknown mode":        {"modes: [public]", "modes: [secret]", "“secret”应为"},
		"a value of honour":   {"kind: cap,", "kind: honour,", "不写 value"},
	} {
		text := strings.Replace(smallReward, c.old, c.new, 1)
		if text == smallReward {
			t.Fatalf("%s: the edit does not apply", name)
		}
		_, err := profile.Load(write(t, strings.Replace(smallYAML, "industries:", text, 1), smallCSV))
		if err == nil {
			t.Errorf("%s: no mistake found", name)
			continue
		}
		expect(t, err, c.want)
	}
}
