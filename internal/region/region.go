package region

import (
	"fmt"
	"sort"
	"strings"
)

// Level says how high a region stands.
type Level string

// The levels from the top down. A zone stands where a county or a township
// stands. An area joins what no official code joins: it has the code 000000.
const (
	Area       Level = "area"       // 跨省区域
	Province   Level = "province"   // 省
	Prefecture Level = "prefecture" // 设区市
	County     Level = "county"     // 县（市、区）
	Zone       Level = "zone"       // 功能区
	Township   Level = "township"   // 乡镇（街道）
)

// Title is the Chinese word for the level.
func (l Level) Title() string {
	switch l {
	case Area:
		return "跨省区域"
	case Province:
		return "省"
	case Prefecture:
		return "设区市"
	case County:
		return "县（市、区）"
	case Zone:
		return "功能区"
	case Township:
		return "乡镇（街道）"
	}
	return string(l)
}

// Region is one area. Code has six digits (GB/T 2260) or twelve (township);
// Own marks a code that the jurisdiction's profile made up because the area has
// no official one, as functional zones have none.
type Region struct {
	Code   string
	Name   string
	Level  Level
	Parent string
	Own    bool
}

// Tree is the immutable tree; it is safe for concurrent use.
type Tree struct {
	rows     []Region
	byCode   map[string]Region
	children map[string][]Region
}

// New builds a tree from rows in any order. It refuses codes that are malformed
// or given twice, parents that are absent, cycles, and more or fewer than one
// root; the error says in Chinese which row is wrong.
func New(rows []Region) (*Tree, error) {
	t := &Tree{byCode: map[string]Region{}, children: map[string][]Region{}}
	for _, r := range rows {
		if err := check(r); err != nil {
			return nil, err
		}
		if old, dup := t.byCode[r.Code]; dup {
			return nil, fmt.Errorf("区划代码 %s 重复：%s、%s", r.Code, old.Name, r.Name)
		}
		t.byCode[r.Code] = r
	}
	roots := []string{}
	for _, r := range rows {
		if r.Parent == "" {
			roots = append(roots, r.Name)
			continue
		}
		if _, ok := t.byCode[r.Parent]; !ok {
			return nil, fmt.Errorf("%s（%s）的上级 %s 不在区划表中", r.Name, r.Code, r.Parent)
		}
		t.children[r.Parent] = append(t.children[r.Parent], r)
	}
	if len(roots) != 1 {
		return nil, fmt.Errorf("区划表应当只有一个没有上级的区域，现有 %d 个：%s", len(roots), strings.Join(roots, "、"))
	}
	for _, list := range t.children {
		sort.SliceStable(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	}
	t.rows = t.below("")
	if len(t.rows) != len(rows) {
		return nil, fmt.Errorf("区划表中有 %d 个区域的上级互相指向，无法归入 %s", len(rows)-len(t.rows), roots[0])
	}
	return t, nil
}

func check(r Region) error {
	if len(r.Code) != 6 && len(r.Code) != 12 || strings.Trim(r.Code, "0123456789") != "" {
		return fmt.Errorf("区划代码 %q 应当是 6 位或 12 位数字", r.Code)
	}
	if strings.TrimSpace(r.Name) == "" {
		return fmt.Errorf("区划代码 %s 没有名称", r.Code)
	}
	switch r.Level {
	case Area, Province, Prefecture, County, Zone, Township:
	default:
		return fmt.Errorf("%s（%s）的级别 %q 不认识", r.Name, r.Code, r.Level)
	}
	return nil
}

// below lists the region and all under it, each parent before its children; the
// empty code means the whole tree.
func (t *Tree) below(code string) []Region {
	var out []Region
	if code == "" {
		for c, r := range t.byCode {
			if r.Parent == "" {
				code = c
			}
		}
	}
	if r, ok := t.byCode[code]; ok {
		out = append(out, r)
	}
	for _, c := range t.children[code] {
		out = append(out, t.below(c.Code)...)
	}
	return out
}

// All lists every region, each parent before its children, siblings by code.
// The slice is the caller's own.
func (t *Tree) All() []Region { return append([]Region{}, t.rows...) }

// Root is the jurisdiction itself.
func (t *Tree) Root() Region { return t.rows[0] }

// Find looks a code up.
func (t *Tree) Find(code string) (Region, bool) {
	r, ok := t.byCode[code]
	return r, ok
}

// Name is the region's own name, e.g. 鹿城区; an unknown code is its own name, so
// that a page never shows nothing.
func (t *Tree) Name(code string) string {
	if r, ok := t.byCode[code]; ok {
		return r.Name
	}
	return code
}

// FullName is the name with those of the ancestors in front, without the root
// when something stands below it: 鹿城区五马街道.
func (t *Tree) FullName(code string) string {
	r, ok := t.byCode[code]
	if !ok {
		return code
	}
	name := r.Name
	for _, a := range t.Ancestors(code) {
		if a.Parent != "" {
			name = a.Name + name
		}
	}
	return name
}

// Ancestors lists the regions that hold this one, nearest first, root last.
func (t *Tree) Ancestors(code string) []Region {
	out := []Region{}
	for r, ok := t.byCode[code]; ok && r.Parent != ""; {
		r, ok = t.byCode[r.Parent]
		if ok {
			out = append(out, r)
		}
	}
	return out
}

// Children lists the regions directly below, by code.
func (t *Tree) Children(code string) []Region { return append([]Region{}, t.children[code]...) }

// Unit is the area right below the root that holds the region, the region itself
// when it is one; the root has none.
func (t *Tree) Unit(code string) (Region, bool) {
	r, ok := t.byCode[code]
	for ok && r.Parent != "" && r.Parent != t.Root().Code {
		r, ok = t.byCode[r.Parent]
	}
	if !ok || r.Parent == "" {
		return Region{}, false
	}
	return r, true
}

// Within reports whether the inner region is the outer one or lies under it.
func (t *Tree) Within(outer, inner string) bool {
	if _, ok := t.byCode[inner]; !ok {
		return false
	}
	if outer == inner {
		return true
	}
	for _, a := range t.Ancestors(inner) {
		if a.Code == outer {
			return true
		}
	}
	return false
}
