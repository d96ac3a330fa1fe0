package org_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/org"
)

func list() []org.Agency {
	return []org.Agency{
		{ID: "szf", Name: "市人民政府", Area: "330300", Level: org.City},
		{ID: "sthj", Name: "市生态环境局", Area: "330300", Level: org.City, Parent: "szf"},
		{ID: "sthj-330302", Name: "市生态环境局鹿城分局", Area: "330302", Level: org.County, Parent: "sthj"},
		{ID: "xfj", Name: "市信访局", Area: "330300", Level: org.City, Parent: "szf"},
		{ID: "zf-330302", Name: "鹿城区人民政府", Area: "330302", Level: org.County, Parent: "szf"},
	}
}

func directory(t *testing.T) *org.Directory {
	t.Helper()
	d, err := org.New(list())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDirectory_HigherClimbsToTheTop(t *testing.T) {
	t.Parallel()
	d := directory(t)
	var path []string
	for id := "sthj-330302"; ; {
		a, ok := d.Higher(id)
		if !ok {
			break
		}
		path = append(path, a.ID)
		id = a.ID
	}
	if diff := cmp.Diff([]string{"sthj", "szf"}, path); diff != "" {
		t.Error(diff)
	}
	if _, ok := d.Higher("nobody"); ok {
		t.Error("an unknown agency has nobody above it")
	}
}

func TestDirectory_Lookups(t *testing.T) {
	t.Parallel()
	d := directory(t)
	if d.Name("sthj") != "市生态环境局" || d.Name("gone") != "gone" {
		t.Error("names")
	}
	if diff := cmp.Diff([]org.Agency{list()[2], list()[4]}, d.Of("330302")); diff != "" {
		t.Error(diff)
	}
	if got := d.Of("330399"); got == nil || len(got) != 0 {
		t.Errorf("none: %#v", got)
	}
	for _, c := range []struct{ bureau, area, want string }{
		{"sthj", "330302", "sthj-330302"},
		{"sthj", "330300", "sthj"},
		{"xfj", "330302", "xfj"},
	} {
		a, ok := d.Branch(c.bureau, c.area)
		if !ok || a.ID != c.want {
			t.Errorf("Branch(%s, %s) = %s", c.bureau, c.area, a.ID)
		}
	}
	if _, ok := d.Branch("gone", "330302"); ok {
		t.Error("no such bureau")
	}
	d.All()[0].Name = "改"
	if d.Name("szf") != "市人民政府" {
		t.Error("the directory changed")
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	top := list()[0]
	for name, c := range map[string]struct {
		list []org.Agency
		want string
	}{
		"no id":       {[]org.Agency{{Name: "市人民政府"}}, "不合要求"},
		"blank in id": {[]org.Agency{{ID: "s zf", Name: "市人民政府"}}, "不合要求"},
		"no name":     {[]org.Agency{{ID: "szf"}}, "不合要求"},
		"twice":       {[]org.Agency{top, top}, "重复"},
		"no parent":   {[]org.Agency{top, {ID: "a", Name: "甲", Parent: "b"}}, "上级 b 不存在"},
		"cycle":       {[]org.Agency{top, {ID: "a", Name: "甲", Parent: "b"}, {ID: "b", Name: "乙", Parent: "a"}}, "互相指向"},
		"two tops":    {[]org.Agency{top, {ID: "a", Name: "甲"}}, "2 个"},
		"none":        {nil, "0 个"},
	} {
		if _, err := org.New(c.list); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
	}
}
