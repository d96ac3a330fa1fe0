package region_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/region"
)

func rows() []region.Region {
	return []region.Region{
		{Code: "330302006000", Name: "五马街道", Level: region.Township, Parent: "330302"},
		{Code: "330302", Name: "鹿城区", Level: region.County, Parent: "330300"},
		{Code: "330391", Name: "某功能区", Level: region.Zone, Parent: "330300", Own: true},
		{Code: "330300", Name: "温州市", Level: region.Prefecture},
		{Code: "330383", Name: "龙港市", Level: region.County, Parent: "330300"},
		{Code: "330302023000", Name: "七都街道", Level: region.Township, Parent: "330302"},
	}
}

func tree(t *testing.T) *region.Tree {
	t.Helper()
	tr, err := region.New(rows())
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func codes(list []region.Region) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.Code)
	}
	return out
}

func TestTree_OrdersParentsBeforeChildren(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	want := []string{"330300", "330302", "330302006000", "330302023000", "330383", "330391"}
	if d := cmp.Diff(want, codes(tr.All())); d != "" {
		t.Error(d)
	}
	if tr.Root().Name != "温州市" {
		t.Errorf("root %v", tr.Root())
	}
}

func TestTree_Relations(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	if d := cmp.Diff([]string{"330302", "330300"}, codes(tr.Ancestors("330302006000"))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"330302006000", "330302023000"}, codes(tr.Children("330302"))); d != "" {
		t.Error(d)
	}
	if got := tr.Children("330383"); got == nil || len(got) != 0 {
		t.Errorf("a unit without townships has an empty list, got %#v", got)
	}
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"330300", "330302006000", true},
		{"330302", "330302", true},
		{"330302", "330383", false},
		{"330302006000", "330302", false},
		{"330302", "999999", false},
		{"999999", "999999", false},
	} {
		if got := tr.Within(c.outer, c.inner); got != c.want {
			t.Errorf("Within(%s, %s) = %v", c.outer, c.inner, got)
		}
	}
}

func TestTree_Names(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	for code, want := range map[string][2]string{
		"330300":       {"温州市", "温州市"},
		"330302":       {"鹿城区", "鹿城区"},
		"330302006000": {"五马街道", "鹿城区五马街道"},
		"123456":       {"123456", "123456"},
	} {
		if got := [2]string{tr.Name(code), tr.FullName(code)}; got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
}

func TestTree_Unit(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	for code, want := range map[string]string{"330302006000": "330302", "330383": "330383", "330391": "330391", "330300": "", "000000": ""} {
		got, ok := tr.Unit(code)
		if ok != (want != "") || ok && got.Code != want {
			t.Errorf("Unit(%s) = %v, %v", code, got.Code, ok)
		}
	}
}

func TestTree_UnitIsWhatStandsBelowTheRoot(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][]region.Region{
		"county": {{Code: "331126", Name: "庆元县", Level: region.County}, {Code: "331126101000", Name: "黄田镇", Level: region.Township, Parent: "331126"}},
		"province": {{Code: "510000", Name: "四川省", Level: region.Province}, {Code: "510100", Name: "成都市", Level: region.Prefecture, Parent: "510000"},
			{Code: "510104", Name: "锦江区", Level: region.County, Parent: "510100"}},
		"area": {{Code: "000000", Name: "示范区", Level: region.Area}, {Code: "310118", Name: "青浦区", Level: region.County, Parent: "000000"},
			{Code: "310118001000", Name: "夏阳街道", Level: region.Township, Parent: "310118"}},
	} {
		tr, err := region.New(rows)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, ok := tr.Unit(rows[len(rows)-1].Code); !ok || got.Code != rows[1].Code {
			t.Errorf("%s: %v", name, got)
		}
		if got, ok := tr.Unit(rows[0].Code); ok {
			t.Errorf("%s: %v is no unit of itself", name, got)
		}
	}
}

func TestTree_CallersMayNotChangeIt(t *testing.T) {
	t.Parallel()
	tr := tree(t)
	tr.All()[0].Name = "改"
	tr.Children("330302")[0].Name = "改"
	if tr.Root().Name != "温州市" || tr.Children("330302")[0].Name != "五马街道" {
		t.Error("the tree changed")
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	root := region.Region{Code: "330300", Name: "温州市", Level: region.Prefecture}
	for name, c := range map[string]struct {
		rows []region.Region
		want string
	}{
		"short code":    {[]region.Region{{Code: "3303", Name: "温州市", Level: region.Prefecture}}, "6 位或 12 位"},
		"letters":       {[]region.Region{{Code: "33030A", Name: "温州市", Level: region.Prefecture}}, "6 位或 12 位"},
		"no name":       {[]region.Region{{Code: "330300", Name: " ", Level: region.Prefecture}}, "没有名称"},
		"unknown level": {[]region.Region{{Code: "330300", Name: "温州市", Level: "city"}}, "不认识"},
		"twice":         {[]region.Region{root, root}, "重复"},
		"no parent":     {[]region.Region{root, {Code: "330302", Name: "鹿城区", Level: region.County, Parent: "330000"}}, "330000 不在区划表中"},
		"no root":       {nil, "只有一个"},
		"two roots":     {[]region.Region{root, {Code: "330700", Name: "金华市", Level: region.Prefecture}}, "2 个"},
		"cycle": {[]region.Region{root, {Code: "330302", Name: "甲", Level: region.County, Parent: "330303"},
			{Code: "330303", Name: "乙", Level: region.County, Parent: "330302"}}, "互相指向"},
		"own parent": {[]region.Region{root, {Code: "330302", Name: "甲", Level: region.County, Parent: "330302"}}, "互相指向"},
	} {
		_, err := region.New(c.rows)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
	}
}

func TestLevel_Title(t *testing.T) {
	t.Parallel()
	for l, want := range map[region.Level]string{region.Area: "跨省区域", region.Province: "省", region.Prefecture: "设区市", region.County: "县（市、区）", region.Zone: "功能区", region.Township: "乡镇（街道）", "x": "x"} {
		if l.Title() != want {
			t.Errorf("%s: %s", l, l.Title())
		}
	}
}
