package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/profile"
)

// Reference registers what every page needs to name things: the place, its
// units and regions, agencies, and the lists that people choose from. None of
// it is protected, but only people who may sign in need it.
func (a *API) Reference(p *profile.Profile) {
	view := reference(p)
	get(a, "getReference", "/reference", "地方配置与代码表", func(context.Context, *None) (ReferenceView, error) { return view, nil })
}

// ReferenceView is the jurisdiction as pages need it.
type ReferenceView struct {
	Place      PlaceView      `json:"place"`
	Units      []UnitView     `json:"units" nullable:"false" doc:"辖区的下一级与功能区"`
	Regions    []RegionView   `json:"regions" nullable:"false" doc:"上级在下级之前"`
	Agencies   []AgencyView   `json:"agencies" nullable:"false"`
	Categories []CategoryView `json:"categories" nullable:"false" doc:"问题类别"`
	Severities []ChoiceView   `json:"severities" nullable:"false" doc:"从轻到重"`
	Sources    []ChoiceView   `json:"sources" nullable:"false" doc:"线索来源"`
	Industries []ChoiceView   `json:"industries" nullable:"false" doc:"行业，GB/T 4754"`
	Factors    []FactorView   `json:"factors" nullable:"false"`
	Roles      []RoleView     `json:"roles" nullable:"false"`
}

// PlaceView names the jurisdiction.
type PlaceView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	Area  string `json:"area" doc:"行政区划代码"`
}

// UnitView is an area right below the jurisdiction with its cell of the tile
// cartogram and the point of its seat in WGS-84, 0 when it is not known.
type UnitView struct {
	Code  string  `json:"code"`
	Name  string  `json:"name"`
	Short string  `json:"short"`
	Kind  string  `json:"kind" enum:"prefecture,county,zone,township"`
	X     int     `json:"x" doc:"示意图列，从西向东"`
	Y     int     `json:"y" doc:"示意图行，从北向南"`
	Lng   float64 `json:"lng"`
	Lat   float64 `json:"lat"`
}

// RegionView is one administrative area.
type RegionView struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Level  string `json:"level" enum:"area,province,prefecture,county,zone,township"`
	Parent string `json:"parent"`
	Own    bool   `json:"own" doc:"代码由本系统自编，不得对外交换"`
}

// AgencyView is one body.
type AgencyView struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Area   string `json:"area"`
	Level  string `json:"level" enum:"city,county"`
	Parent string `json:"parent"`
}

// CategoryView is a kind of issue.
type CategoryView struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	DeadlineDays int    `json:"deadline_days" doc:"整改期限，工作日"`
	Lead         string `json:"lead" doc:"默认牵头单位"`
}

// ChoiceView is one entry of a list that people choose from.
type ChoiceView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// FactorView is one factor of the catalogue.
type FactorView struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Medium string `json:"medium" enum:"water,gas"`
}

func reference(p *profile.Profile) ReferenceView {
	v := ReferenceView{
		Place: PlaceView{ID: p.ID, Name: p.Name, Title: p.Title, Area: p.Regions.Root().Code},
		Units: []UnitView{}, Regions: []RegionView{}, Agencies: []AgencyView{}, Categories: []CategoryView{},
		Severities: choices(p.Severities), Sources: choices(p.Sources), Industries: []ChoiceView{}, Factors: []FactorView{}, Roles: []RoleView{},
	}
	for _, u := range p.Units {
		v.Units = append(v.Units, UnitView{Code: u.Code, Name: u.Name, Short: u.Short, Kind: string(u.Kind), X: u.X, Y: u.Y, Lng: u.Lng, Lat: u.Lat})
	}
	for _, r := range p.Regions.All() {
		v.Regions = append(v.Regions, RegionView{Code: r.Code, Name: r.Name, Level: string(r.Level), Parent: r.Parent, Own: r.Own})
	}
	for _, g := range p.Agencies.All() {
		v.Agencies = append(v.Agencies, AgencyView{ID: g.ID, Name: g.Name, Area: g.Area, Level: string(g.Level), Parent: g.Parent})
	}
	for _, c := range p.Categories {
		v.Categories = append(v.Categories, CategoryView(c))
	}
	for _, i := range p.Industries {
		v.Industries = append(v.Industries, ChoiceView{i.Code, i.Name})
	}
	for _, f := range factor.All() {
		v.Factors = append(v.Factors, FactorView{Code: f.Code, Name: f.Name, Unit: f.Unit, Medium: string(f.Medium)})
	}
	for _, r := range auth.Roles() {
		v.Roles = append(v.Roles, RoleView{Role: r.Role, Title: r.Title})
	}
	return v
}

func choices(list []profile.Choice) []ChoiceView {
	out := make([]ChoiceView, 0, len(list))
	for _, c := range list {
		out = append(out, ChoiceView(c))
	}
	return out
}
