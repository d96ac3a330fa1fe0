package catalog

import (
	goflag "flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

var update = goflag.Bool("update", false, "rewrite docs/rules.md")

var kindWords = map[enterprise.Kind]string{enterprise.Gas: "废气", enterprise.Water: "废水", enterprise.Rain: "雨水", sign.Surface: "地表水", sign.Ambient: "环境空气"}

func kindsOf(kinds []enterprise.Kind) string {
	if len(kinds) == 0 {
		return "全部"
	}
	var words []string
	for _, k := range kinds {
		words = append(words, kindWords[k])
	}
	return strings.Join(words, "、")
}

// docs/rules.md is made from the catalogue, so that it cannot tell anything else:
// go test ./internal/rule/catalog -run Document -update
func TestDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# 规则目录

由代码生成（` + "`go test ./internal/rule/catalog -run Document -update`" + `），请勿手改。

## 限值规则

按值到达的先后逐个判断，一分钟内发出；超标按超标倍数定级：默认一倍以下为超标，一倍及以上为严重超标。

| 编号 | 名称 | 适用 | 依据 |
| --- | --- | --- | --- |
`)
	for _, r := range All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.ID, r.Title, kindsOf(r.Kinds), r.Basis)
	}
	b.WriteString(`
## 异常识别

每小时按监控点重看，发出“疑似异常”。同族迹象互不加强；一项单独成立，或两族合起来把握达到 0.75，才提请核查。每条规则在 ` + "`signs_test.go`" + ` 里各有一例必须发现的数据。
用电、标记、停限产与变更备案由各自的登记而来；仪器参数的改动、取水量、降雨目前没有实时来源，依赖它们的规则在实时判断中沉默，回测文件里给出时参与。

| 编号 | 名称 | 族 | 适用 | 依据 | 何时沉默 | 旁证 |
| --- | --- | --- | --- | --- | --- | --- |
`)
	for _, r := range Signs() {
		a := AboutSign(r.ID)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.ID, r.Title, families[r.Family], kindsOf(r.Kinds), r.Basis, a.Quiet, a.Cross)
	}
	b.WriteString(`
## 设置

各项可按全市或某个区域设置（规则库里的内置规则，点开即是），须先试算、由另一人发布，只对发布以后的数据起作用；没有设置的按默认。

| 规则 | 设置 | 默认 | 范围 | 含义 | 默认的依据 |
| --- | --- | --- | --- | --- | --- |
`)
	row := func(id string, list []setting.Setting) {
		for _, x := range list {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s 至 %s | %s | %s |\n", id, x.Title, x.Format(x.Default), x.Format(x.Min), x.Format(x.Max), x.Meant, x.Basis)
		}
	}
	for _, r := range All() {
		row(r.ID, r.Settings)
	}
	for _, r := range Signs() {
		if !r.Apart {
			row(r.ID, r.Settings)
		}
	}
	const path = "../../../docs/rules.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), b.String()); diff != "" {
		t.Errorf("docs/rules.md is stale; run the test with -update\n%s", diff)
	}
}
