package org

import (
	"fmt"
	"strings"
)

// Level says at which tier of government an agency works.
type Level string

// The tiers.
const (
	City   Level = "city"   // 市级
	County Level = "county" // 县级，含功能区
)

// Agency is one body. ID is short and stable (sthj, sthj-330302); Area is the
// region code that it answers for; Parent is the body above it, empty only for
// the government at the top.
type Agency struct {
	ID     string
	Name   string
	Area   string
	Level  Level
	Parent string
}

// Directory is the immutable list; it is safe for concurrent use.
type Directory struct {
	list []Agency
	byID map[string]Agency
}

// New builds a directory; ids must be unique, parents must exist and lead to
// one top. The error says in Chinese which agency is wrong.
func New(list []Agency) (*Directory, error) {
	d := &Directory{list: append([]Agency{}, list...), byID: map[string]Agency{}}
	for _, a := range list {
		if a.ID == "" || strings.ContainsAny(a.ID, " \t") || strings.TrimSpace(a.Name) == "" {
			return nil, fmt.Errorf("机构“%s”的编号 %q 或名称不合要求", a.Name, a.ID)
		}
		if old, dup := d.byID[a.ID]; dup {
			return nil, fmt.Errorf("机构编号 %s 重复：%s、%s", a.ID, old.Name, a.Name)
		}
		d.byID[a.ID] = a
	}
	tops := []string{}
	for _, a := range list {
		if a.Parent == "" {
			tops = append(tops, a.Name)
		} else if _, ok := d.byID[a.Parent]; !ok {
			return nil, fmt.Errorf("机构 %s（%s）的上级 %s 不存在", a.Name, a.ID, a.Parent)
		}
		seen := map[string]bool{}
		for x := a; x.Parent != ""; x = d.byID[x.Parent] {
			if seen[x.ID] {
				return nil, fmt.Errorf("机构 %s（%s）的上级互相指向", a.Name, a.ID)
			}
			seen[x.ID] = true
		}
	}
	if len(tops) != 1 {
		return nil, fmt.Errorf("应当只有一个没有上级的机构，现有 %d 个：%s", len(tops), strings.Join(tops, "、"))
	}
	return d, nil
}

// All lists every agency in the order given.
func (d *Directory) All() []Agency { return append([]Agency{}, d.list...) }

// Find looks an id up.
func (d *Directory) Find(id string) (Agency, bool) {
	a, ok := d.byID[id]
	return a, ok
}

// Name is the agency's name; an unknown id is its own name.
func (d *Directory) Name(id string) string {
	if a, ok := d.byID[id]; ok {
		return a.Name
	}
	return id
}

// Higher is the body above; none for the top and for unknown ids.
func (d *Directory) Higher(id string) (Agency, bool) {
	a, ok := d.byID[id]
	if !ok || a.Parent == "" {
		return Agency{}, false
	}
	return d.byID[a.Parent], true
}

// Of lists the agencies that answer for exactly this area.
func (d *Directory) Of(area string) []Agency {
	out := []Agency{}
	for _, a := range d.list {
		if a.Area == area {
			out = append(out, a)
		}
	}
	return out
}

// Branch finds what a city bureau has in an area: its branch there, or the
// bureau itself where it has none.
func (d *Directory) Branch(bureau, area string) (Agency, bool) {
	for _, a := range d.list {
		if a.Area == area && (a.Parent == bureau || a.ID == bureau) {
			return a, true
		}
	}
	a, ok := d.byID[bureau]
	return a, ok
}
