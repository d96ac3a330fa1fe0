package api

import (
	"context"
	"fmt"
	"math/big"
	"strconv"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/coverage"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/permit"
	"github.com/qingshao/qingshao/internal/sheet"
)

// covered is the resource of the coverage of monitoring.
type covered struct {
	coverage *coverage.Service
	permits  *permit.Service
	names    Names
	place    string
}

// Coverage registers how far sources are monitored, the gaps, and what permits
// say about outlets. place names the whole in tables.
func (a *API) Coverage(c *coverage.Service, p *permit.Service, n Names, place string) {
	r := covered{c, p, n, place}
	get(a, "getCoverage", "/coverage", "污染源监控覆盖", r.report, needs(auth.RegistryRead))
	exportRows(a, "exportCoverage", "/coverage/export", "导出污染源监控覆盖", "污染源监控覆盖", coverageColumns, func(ctx context.Context, in *None, row func(CoverageArea) error) error {
		v, err := r.report(ctx, in)
		for _, x := range append(v.Areas, v.Total) {
			if err := row(x); err != nil {
				return err
			}
		}
		return err
	}, needs(auth.RegistryRead))
	get(a, "listCoverageGaps", "/coverage/gaps", "监控覆盖的缺口", r.gaps, needs(auth.RegistryRead))
	exportList(a, "exportCoverageGaps", "/coverage/gaps/export", "导出监控覆盖的缺口", "监控缺口", gapColumns, r.gaps, needs(auth.RegistryRead))
	get(a, "getOutletPermit", "/outlets/{id}/permit", "排污许可证对排放口的要求", r.permit)
	post(a, "setOutletPermit", "/outlets/{id}/permit", "登记排污许可证对排放口的要求", r.setPermit)
}

// CoverageReport is how far sources are monitored.
type CoverageReport struct {
	AsOf  string         `json:"as_of"`
	Rules CoverageRules  `json:"rules"`
	Total CoverageArea   `json:"total"`
	Areas []CoverageArea `json:"areas" nullable:"false"`
}

// CoverageRules are the choices that the figures rest on. The documents name the
// share only; Formula says the rest in words.
type CoverageRules struct {
	Target       int      `json:"target" doc:"百分比"`
	Factors      []string `json:"factors" nullable:"false" doc:"主要污染物的名称"`
	HeardDays    int      `json:"heard_days"`
	Unprescribed bool     `json:"unprescribed" doc:"污染物与算法为本地设定，文件没有规定"`
	Formula      string   `json:"formula"`
}

// CoverageArea is one unit, or everything within reach.
type CoverageArea struct {
	Area     string          `json:"area"`
	AreaName string          `json:"area_name"`
	Classes  []CoverageClass `json:"classes" nullable:"false" doc:"按排污许可管理类别的企业数"`
	Kinds    []CoverageKind  `json:"kinds" nullable:"false" doc:"按类型的排放口数"`
	Due      CoverageCount   `json:"due" doc:"应自动监测的排放口"`
	Shares   []CoverageShare `json:"shares" nullable:"false"`
	Gaps     []CoverageGaps  `json:"gaps" nullable:"false"`
}

// CoverageClass counts the enterprises of a class; Metered are those with meters
// of current or working conditions.
type CoverageClass struct {
	Class       string `json:"class" doc:"空为未填写"`
	Title       string `json:"title"`
	Enterprises int    `json:"enterprises"`
	Metered     int    `json:"metered"`
}

// CoverageCount counts outlets.
type CoverageCount struct {
	All       int `json:"all"`
	Required  int `json:"required" doc:"应自动监测"`
	Networked int `json:"networked" doc:"已联网"`
	Uploading int `json:"uploading" doc:"有数据"`
}

// CoverageKind counts the outlets of a kind.
type CoverageKind struct {
	Kind  string `json:"kind" enum:"gas,water,rain"`
	Title string `json:"title"`
	CoverageCount
}

// CoverageShare is the load of one pollutant, tonnes a year.
type CoverageShare struct {
	Factor     string `json:"factor"`
	Name       string `json:"name"`
	Total      string `json:"total" doc:"许可排放量，吨/年"`
	Controlled string `json:"controlled" doc:"其中受控的"`
	Outlets    int    `json:"outlets" doc:"登记了许可排放量的排放口"`
	Percent    string `json:"percent" doc:"舍去到一位小数，空为没有登记许可排放量"`
	Met        bool   `json:"met" doc:"达到目标"`
}

// CoverageGaps counts the gaps of a reason.
type CoverageGaps struct {
	Reason string `json:"reason" enum:"device,silent,factor,class,load"`
	Title  string `json:"title"`
	Count  int    `json:"count"`
}

func (r covered) report(ctx context.Context, _ *None) (CoverageReport, error) {
	rep, err := r.coverage.Report(ctx, actor(ctx))
	if err != nil {
		return CoverageReport{}, err
	}
	rules := CoverageRules{Target: rep.Rules.Target, Factors: []string{}, HeardDays: rep.Rules.HeardDays, Unprescribed: true,
		Formula: fmt.Sprintf("受控负荷占比 = 受控排放口的许可排放量之和 ÷ 全部已登记许可排放量之和，各项污染物分别计算。受控：排放口已联网，最近 %d 天内有数据，且监测该污染物。", rep.Rules.HeardDays)}
	for _, f := range rep.Rules.Factors {
		rules.Factors = append(rules.Factors, factor.Name(f))
	}
	out := CoverageReport{AsOf: when(rep.AsOf), Rules: rules, Total: r.area(rep.Total, rep.Rules), Areas: []CoverageArea{}}
	out.Total.AreaName = r.place
	for _, a := range rep.Areas {
		out.Areas = append(out.Areas, r.area(a, rep.Rules))
	}
	return out, nil
}

var classTitles = []struct {
	class enterprise.PermitClass
	title string
}{{enterprise.PermitKey, "重点管理"}, {enterprise.PermitSimplified, "简化管理"}, {enterprise.PermitRegistered, "登记管理"}, {"", "未填写"}}

func (r covered) area(x coverage.Row, rules coverage.Rules) CoverageArea {
	out := CoverageArea{Area: x.Area, AreaName: r.names.area(x.Area), Classes: []CoverageClass{}, Kinds: []CoverageKind{}, Due: CoverageCount(x.Due), Shares: []CoverageShare{}, Gaps: []CoverageGaps{}}
	if x.Area == "" {
		out.AreaName = "其他"
	}
	for _, c := range classTitles {
		out.Classes = append(out.Classes, CoverageClass{string(c.class), c.title, x.Enterprises[c.class], x.Metered[c.class]})
	}
	for _, k := range []enterprise.Kind{enterprise.Water, enterprise.Gas, enterprise.Rain} {
		out.Kinds = append(out.Kinds, CoverageKind{string(k), k.Title(), CoverageCount(x.Outlets[k])})
	}
	for _, s := range x.Shares {
		v := CoverageShare{Factor: s.Factor, Name: factor.Name(s.Factor), Total: tonnes(s.Total), Controlled: tonnes(s.Controlled), Outlets: s.Outlets, Met: s.Met(rules.Target)}
		if t, ok := s.Tenths(); ok {
			v.Percent = strconv.Itoa(t/10) + "." + strconv.Itoa(t%10)
		}
		out.Shares = append(out.Shares, v)
	}
	for _, g := range coverage.Reasons {
		out.Gaps = append(out.Gaps, CoverageGaps{string(g), g.Title(), x.Gaps[g]})
	}
	return out
}

func tonnes(r *big.Rat) string { return r.FloatString(2) }

// CoverageGap is an outlet that lacks what it must have.
type CoverageGap struct {
	OutletID       string `json:"outlet_id"`
	OutletCode     string `json:"outlet_code"`
	OutletName     string `json:"outlet_name"`
	Kind           string `json:"kind" enum:"gas,water,rain"`
	KindTitle      string `json:"kind_title"`
	EnterpriseID   string `json:"enterprise_id"`
	EnterpriseName string `json:"enterprise_name"`
	Class          string `json:"class"`
	Area           string `json:"area"`
	AreaName       string `json:"area_name"`
	Reason         string `json:"reason" enum:"device,silent,factor,class,load"`
	ReasonTitle    string `json:"reason_title"`
	Duty           string `json:"duty" doc:"为什么应当监测"`
	Text           string `json:"text"`
	Remedy         string `json:"remedy"`
	LastAt         string `json:"last_at"`
}

func (r covered) gap(g coverage.Gap) CoverageGap {
	o := g.Outlet
	return CoverageGap{o.ID, o.Code, o.Name, string(o.Kind), o.Kind.Title(), o.EnterpriseID, o.EnterpriseName, string(g.Class), o.Area, r.names.area(o.Area),
		string(g.Reason), g.Reason.Title(), g.Why, g.Text, g.Remedy, when(g.LastAt)}
}

type gapInput struct {
	Q      string `query:"q" maxLength:"100" doc:"企业、排放口"`
	Area   string `query:"area" maxLength:"12"`
	Reason string `query:"reason" enum:"device,silent,factor,class,load"`
	Kind   string `query:"kind" enum:"gas,water,rain"`
	Class  string `query:"class" enum:"重点,简化,登记"`
	Paging
}

// gaps lists what is counted anew for every page: the cursor is a number of rows.
func (r covered) gaps(ctx context.Context, in *gapInput) (Page[CoverageGap], error) {
	from := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 {
			return Page[CoverageGap]{}, fault.Invalidf("翻页标记无效，请从第一页重新查询")
		}
		from = n
	}
	list, err := r.coverage.Gaps(ctx, actor(ctx), coverage.Query{Text: in.Q, Area: in.Area, Reason: coverage.Reason(in.Reason), Kind: enterprise.Kind(in.Kind), Class: enterprise.PermitClass(in.Class)})
	out := Page[CoverageGap]{Items: []CoverageGap{}, Total: len(list)}
	for _, g := range list[min(from, len(list)):min(from+in.Limit, len(list))] {
		out.Items = append(out.Items, r.gap(g))
	}
	if from+in.Limit < len(list) {
		out.Next = strconv.Itoa(from + in.Limit)
	}
	return out, err
}

var gapColumns = []column[CoverageGap]{
	{sheet.Text("辖区", 16), func(v CoverageGap) any { return v.AreaName }},
	{sheet.Text("企业", 32), func(v CoverageGap) any { return v.EnterpriseName }},
	{sheet.Text("许可类别", 10), func(v CoverageGap) any { return v.Class }},
	{sheet.Text("排放口编号", 12), func(v CoverageGap) any { return v.OutletCode }},
	{sheet.Text("排放口", 24), func(v CoverageGap) any { return v.OutletName }},
	{sheet.Text("类型", 8), func(v CoverageGap) any { return v.KindTitle }},
	{sheet.Text("缺口", 16), func(v CoverageGap) any { return v.ReasonTitle }},
	{sheet.Text("情况", 40), func(v CoverageGap) any { return v.Text }},
	{sheet.Text("应监测的理由", 28), func(v CoverageGap) any { return v.Duty }},
	{sheet.Text("怎样补上", 40), func(v CoverageGap) any { return v.Remedy }},
	{sheet.Time("最近数据"), func(v CoverageGap) any { return v.LastAt }},
}

// coverageColumns name the four pollutants by position: a place may choose others.
var coverageColumns = func() []column[CoverageArea] {
	out := []column[CoverageArea]{{sheet.Text("辖区", 16), func(v CoverageArea) any { return v.AreaName }}}
	for i, c := range classTitles {
		out = append(out, column[CoverageArea]{sheet.Number(c.title).In("家"), func(v CoverageArea) any { return v.Classes[i].Enterprises }})
	}
	out = append(out,
		column[CoverageArea]{sheet.Number("应自动监测").In("个"), func(v CoverageArea) any { return v.Due.Required }},
		column[CoverageArea]{sheet.Number("已联网").In("个"), func(v CoverageArea) any { return v.Due.Networked }},
		column[CoverageArea]{sheet.Number("有数据").In("个"), func(v CoverageArea) any { return v.Due.Uploading }},
		column[CoverageArea]{sheet.Number("雨水排放口").In("个"), func(v CoverageArea) any { return v.Kinds[2].All }},
		column[CoverageArea]{sheet.Number("雨水排放口已联网").In("个"), func(v CoverageArea) any { return v.Kinds[2].Networked }},
		column[CoverageArea]{sheet.Text("主要污染物受控负荷占比", 60), func(v CoverageArea) any { return sharesText(v.Shares) }},
	)
	for i, g := range coverage.Reasons {
		out = append(out, column[CoverageArea]{sheet.Number(g.Title()).In("个"), func(v CoverageArea) any { return v.Gaps[i].Count }})
	}
	return out
}()

func sharesText(list []CoverageShare) string {
	text := ""
	for i, s := range list {
		if i > 0 {
			text += "；"
		}
		if s.Percent == "" {
			text += s.Name + " 未登记"
			continue
		}
		text += s.Name + " " + s.Percent + "%（" + s.Controlled + "／" + s.Total + " 吨每年）"
	}
	return text
}

// PermitBody is what a permit says about an outlet.
type PermitBody struct {
	Monitor string       `json:"monitor" enum:",auto,manual,none" doc:"许可证载明的监测方式，空为未载明"`
	Basis   string       `json:"basis,omitempty" maxLength:"200" doc:"许可证编号、页码"`
	Loads   []PermitLoad `json:"loads" maxItems:"50" nullable:"false"`
	Version int64        `json:"version" doc:"所见版本，尚未登记为 0"`
}

// PermitLoad is a permitted load.
type PermitLoad struct {
	Factor string `json:"factor" maxLength:"20"`
	Name   string `json:"name,omitempty"`
	Tonnes Number `json:"tonnes" doc:"吨/年"`
}

// OutletPermit is what is entered about an outlet.
type OutletPermit struct {
	OutletID  string `json:"outlet_id"`
	UpdatedAt string `json:"updated_at" doc:"空为尚未登记"`
	PermitBody
}

func permitView(p permit.Permit) OutletPermit {
	out := OutletPermit{OutletID: p.OutletID, PermitBody: PermitBody{Monitor: string(p.Monitor), Basis: p.Basis, Version: p.Version, Loads: []PermitLoad{}}}
	if p.Version > 0 {
		out.UpdatedAt = when(p.UpdatedAt)
	}
	for _, l := range p.Loads {
		out.Loads = append(out.Loads, PermitLoad{l.Factor, factor.Name(l.Factor), Number{l.Tonnes}})
	}
	return out
}

func (r covered) permit(ctx context.Context, in *ByID) (OutletPermit, error) {
	p, err := r.permits.Get(ctx, actor(ctx), in.ID)
	return permitView(p), err
}

func (r covered) setPermit(ctx context.Context, in *struct {
	ByID
	Body PermitBody
}) (OutletPermit, error) {
	p := permit.Permit{OutletID: in.ID, Monitor: permit.Monitor(in.Body.Monitor), Basis: in.Body.Basis, Version: in.Body.Version}
	for _, l := range in.Body.Loads {
		p.Loads = append(p.Loads, permit.Load{Factor: l.Factor, Tonnes: l.Tonnes.Decimal})
	}
	p, err := r.permits.Set(ctx, actor(ctx), p)
	return permitView(p), err
}
