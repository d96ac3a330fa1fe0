package grade

import (
	"strings"
	"testing"
	"time"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

var table = Table{
	{Name: "第一类污染物", Basis: "GB 8978-1996 表 1", From: day("1998-01-01"), Factors: []string{"w20111", "w2011*"}, Kinds: []string{"water", "rain"}, Up: true},
	{Name: "重点单位", From: day("2023-01-01"), Lists: []string{"水环境", "大气环境"}},
	{Name: "大型重点管理", From: day("2020-01-01"), Until: day("2025-01-01"), Classes: []string{"重点"}, Sizes: []string{"大型"}},
	{Name: "排入水源", From: day("2018-01-01"), Kinds: []string{"water"}, Receiving: []string{"饮用水水源", "Ⅱ类"}},
}

func TestFor(t *testing.T) {
	t.Parallel()
	now := "2026-11-25"
	for _, c := range []struct {
		name string
		s    Subject
		at   string
		want string
	}{
		{"nothing", Subject{Factor: "w01018", Kind: "water", Class: "重点", Size: "小型"}, now, ""},
		{"a first-class pollutant", Subject{Factor: "w20117", Kind: "water"}, now, "第一类污染物"},
		{"the same in gas", Subject{Factor: "w20117", Kind: "gas"}, now, ""},
		{"on a list", Subject{Factor: "w01018", Kind: "water", Lists: []string{"土壤污染", "水环境"}}, now, "重点单位"},
		{"on another list", Subject{Lists: []string{"噪声"}}, now, ""},
		{"before the list had force", Subject{Lists: []string{"水环境"}}, "2022-12-31", ""},
		{"class and size, while it held", Subject{Class: "重点", Size: "大型"}, "2024-06-01", "大型重点管理"},
		{"afterwards", Subject{Class: "重点", Size: "大型"}, "2025-01-01", ""},
		{"class alone", Subject{Class: "重点"}, "2024-06-01", ""},
		{"water, and two reasons", Subject{Factor: "w20111", Kind: "water", Receiving: "Ⅱ类"}, now, "第一类污染物、排入水源"},
	} {
		var names []string
		for _, r := range table.For(c.s, day(c.at)) {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, "、"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	rows := table.For(Subject{Factor: "w20111", Kind: "water", Lists: []string{"水环境"}}, day(now))
	if got := strings.Join(Why(rows), "；"); got != "第一类污染物（GB 8978-1996 表 1）；重点单位" || !Up(rows) || Up(rows[1:]) {
		t.Errorf("%s, up %v", got, Up(rows))
	}
}
