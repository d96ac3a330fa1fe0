package profile

import (
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// extendsKey names the base that a profile builds on (底稿).
const extendsKey = "extends"

// extend puts the base under the document: a mapping is merged key by key, at
// every depth; anything else that the profile writes (a list, a value) stands in
// place of the base's. Nothing of the base can be taken away but by writing an
// empty list where an empty list is allowed.
//
// The base's nodes get negative lines, by which messages know their file.
func (d *decoder) extend(own *yaml.Node) {
	name := ""
	if own.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(own.Content); i += 2 {
		if own.Content[i].Value == extendsKey {
			name = own.Content[i+1].Value
			d.under(own, own.Content[i+1], name)
		}
	}
}

// under reads the base and merges it.
func (d *decoder) under(own, at *yaml.Node, name string) {
	d.base = name + ".yaml"
	text, err := fs.ReadFile(d.bases, d.base)
	if err != nil || strings.ContainsAny(name, `/\.`) {
		d.fail(at.Line, "没有名为“%s”的底稿；自带的有：%s", name, strings.Join(baseNames(d.bases), "、"))
		return
	}
	b := &decoder{file: "profiles/" + d.base}
	doc := b.parse(text)
	d.bad = append(d.bad, b.bad...)
	if doc == nil || doc.Kind != yaml.MappingNode {
		return
	}
	negate(doc)
	for i := 0; i < len(doc.Content); i += 2 {
		if doc.Content[i].Value == extendsKey {
			d.fail(doc.Content[i].Line, "底稿不能再有 %s", extendsKey)
			return
		}
	}
	merge(own, doc)
}

func baseNames(bases fs.FS) []string {
	files, err := fs.Glob(bases, "*.yaml")
	if err != nil {
		return nil
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	return files
}

func negate(n *yaml.Node) {
	n.Line = -n.Line
	for _, c := range n.Content {
		negate(c)
	}
}

func merge(own, base *yaml.Node) {
	for i := 0; i+1 < len(base.Content); i += 2 {
		k, v := base.Content[i], base.Content[i+1]
		if mine := valueOf(own, k.Value); mine == nil {
			own.Content = append(own.Content, k, v)
		} else if mine.Kind == yaml.MappingNode && v.Kind == yaml.MappingNode {
			merge(mine, v)
		}
	}
}

func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
