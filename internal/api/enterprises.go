package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/sheet"
)

// enterprises is the resource of the registry.
type enterprises struct {
	reg     *enterprise.Service
	names   Names
	watched Watched
}

// Watched tells which enterprises are under key supervision, and until when.
type Watched interface {
	Supervised(ctx context.Context) (map[string]time.Time, error)
}

// Enterprises registers enterprises, outlets and their dated limits.
func (a *API) Enterprises(s *enterprise.Service, n Names, w Watched) {
	r := enterprises{s, n, w}
	get(a, "listEnterprises", "/enterprises", "企业列表", r.list, needs(auth.RegistryRead))
	post(a, "createEnterprise", "/enterprises", "登记企业", r.create)
	get(a, "getEnterprise", "/enterprises/{id}", "企业详情", r.get)
	patch(a, "updateEnterprise", "/enterprises/{id}", "修改企业信息", r.update)
	get(a, "getEnterpriseStanding", "/enterprises/{id}/standing", "监管属性：规模、重点单位名录、受纳水体", r.standing)
	get(a, "listEnterpriseContacts", "/enterprises/{id}/contacts", "企业联系人", r.contacts)
	post(a, "setEnterpriseContact", "/enterprises/{id}/contacts", "增加或修改企业联系人", r.setContact)
	post(a, "dropEnterpriseContact", "/enterprises/{id}/contacts/{contact}/drop", "删除企业联系人", r.dropContact)
	post(a, "setEnterpriseStanding", "/enterprises/{id}/standing", "登记监管属性", r.setStanding)
	exportList(a, "exportEnterprises", "/enterprises/export", "导出企业", "企业", enterpriseColumns, r.list, needs(auth.RegistryRead))
	post(a, "createOutlet", "/outlets", "登记排放口", r.createOutlet)
	patch(a, "updateOutlet", "/outlets/{id}", "修改排放口信息", r.updateOutlet)
	get(a, "listLimits", "/outlets/{id}/limits", "排放限值及其沿革", r.limits)
	post(a, "setLimit", "/outlets/{id}/limits", "设定排放限值", r.setLimit)
	post(a, "endLimit", "/limits/{id}/end", "终止排放限值", r.endLimit)
}

// EnterpriseView is one enterprise.
type EnterpriseView struct {
	ID          string                 `json:"id"`
	Code        string                 `json:"code" doc:"统一社会信用代码"`
	Name        string                 `json:"name"`
	Area        string                 `json:"area"`
	AreaName    string                 `json:"area_name"`
	Address     string                 `json:"address"`
	Lng         float64                `json:"lng"`
	Lat         float64                `json:"lat"`
	Industry    string                 `json:"industry"`
	PermitClass enterprise.PermitClass `json:"permit_class" doc:"排污许可管理类别"`
	Contact     string                 `json:"contact"`
	Synthetic   bool                   `json:"synthetic" doc:"演示用的虚构企业"`
	Supervised  string                 `json:"supervised" doc:"重点督办至，空为没有"`
	CreatedAt   string                 `json:"created_at"`
	UpdatedAt   string                 `json:"updated_at"`
	Version     int64                  `json:"version"`
}

// EnterpriseFile is one enterprise with its outlets.
type EnterpriseFile struct {
	EnterpriseView
	Outlets []OutletRef `json:"outlets" nullable:"false"`
}

// OutletRef is one outlet as the registry knows it.
type OutletRef struct {
	ID             string          `json:"id"`
	EnterpriseID   string          `json:"enterprise_id"`
	EnterpriseName string          `json:"enterprise_name"`
	Code           string          `json:"code" doc:"排污许可证中的排放口编号"`
	Name           string          `json:"name"`
	Kind           enterprise.Kind `json:"kind" enum:"gas,water,rain"`
	Area           string          `json:"area"`
	AreaName       string          `json:"area_name"`
	Lng            float64         `json:"lng"`
	Lat            float64         `json:"lat"`
	Version        int64           `json:"version"`
}

// LimitView is one dated limit.
type LimitView struct {
	ID         string               `json:"id"`
	OutletID   string               `json:"outlet_id"`
	Factor     string               `json:"factor"`
	FactorName string               `json:"factor_name"`
	Unit       string               `json:"unit"`
	Upper      *Number              `json:"upper,omitempty"`
	Lower      *Number              `json:"lower,omitempty"`
	Statistic  enterprise.Statistic `json:"statistic" enum:"realtime,hour,day"`
	Standard   string               `json:"standard"`
	Article    string               `json:"article"`
	ValidFrom  string               `json:"valid_from"`
	ValidTo    string               `json:"valid_to" doc:"空为至今有效"`
}

func (r enterprises) view(e enterprise.Enterprise) EnterpriseView {
	return EnterpriseView{e.ID, e.Code, e.Name, e.Area, r.names.area(e.Area), e.Address, e.Lng, e.Lat, e.Industry, e.PermitClass, e.Contact,
		e.Synthetic, "", when(e.CreatedAt), when(e.UpdatedAt), e.Version}
}

func (r enterprises) outlet(o enterprise.Outlet) OutletRef {
	return OutletRef{o.ID, o.EnterpriseID, o.EnterpriseName, o.Code, o.Name, o.Kind, o.Area, r.names.area(o.Area), o.Lng, o.Lat, o.Version}
}

func limitView(l enterprise.Limit) LimitView {
	f, _ := factor.ByCode(l.Factor)
	return LimitView{l.ID, l.OutletID, l.Factor, factor.Name(l.Factor), f.Unit, number(l.Upper), number(l.Lower), l.Statistic, l.Standard, l.Article,
		when(l.ValidFrom), when(l.ValidTo)}
}

// EnterpriseQuery narrows a list of enterprises.
type EnterpriseQuery struct {
	Q           string `query:"q" maxLength:"100" doc:"名称、代码、地址"`
	Area        string `query:"area" maxLength:"12"`
	PermitClass string `query:"permit_class" enum:"重点,简化,登记"`
}

func (q EnterpriseQuery) query() enterprise.Query {
	return enterprise.Query{Text: q.Q, Area: q.Area, PermitClass: enterprise.PermitClass(q.PermitClass)}
}

func (r enterprises) list(ctx context.Context, in *struct {
	EnterpriseQuery
	Paging
}) (Page[EnterpriseView], error) {
	q := in.query()
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.reg.List(ctx, actor(ctx), q)
	if err != nil {
		return Page[EnterpriseView]{}, err
	}
	watched, err := r.supervised(ctx)
	return pageOf(page, func(e enterprise.Enterprise) EnterpriseView {
		v := r.view(e)
		v.Supervised = when(watched[e.ID])
		return v
	}), err
}

func (r enterprises) supervised(ctx context.Context) (map[string]time.Time, error) {
	if r.watched == nil {
		return nil, nil
	}
	return r.watched.Supervised(ctx)
}

var enterpriseColumns = []column[EnterpriseView]{
	{sheet.Text("统一社会信用代码", 22), func(v EnterpriseView) any { return v.Code }},
	{sheet.Text("名称", 32), func(v EnterpriseView) any { return v.Name }},
	{sheet.Text("辖区", 16), func(v EnterpriseView) any { return v.AreaName }},
	{sheet.Text("地址", 36), func(v EnterpriseView) any { return v.Address }},
	{sheet.Number("经度"), func(v EnterpriseView) any { return degrees(v.Lng) }},
	{sheet.Number("纬度"), func(v EnterpriseView) any { return degrees(v.Lat) }},
	{sheet.Text("行业", 20), func(v EnterpriseView) any { return v.Industry }},
	{sheet.Text("许可类别", 10), func(v EnterpriseView) any { return string(v.PermitClass) }},
	{sheet.Time("重点督办至"), func(v EnterpriseView) any { return v.Supervised }},
	{sheet.Text("环保负责人", 24), func(v EnterpriseView) any { return v.Contact }},
	{sheet.Text("演示数据", 10), func(v EnterpriseView) any { return yes(v.Synthetic) }},
}

func (r enterprises) get(ctx context.Context, in *ByID) (EnterpriseFile, error) {
	e, err := r.reg.Get(ctx, actor(ctx), in.ID)
	if err != nil {
		return EnterpriseFile{}, err
	}
	out := EnterpriseFile{EnterpriseView: r.view(e), Outlets: []OutletRef{}}
	watched, err := r.supervised(ctx)
	if err != nil {
		return EnterpriseFile{}, err
	}
	out.Supervised = when(watched[e.ID])
	q := enterprise.Query{EnterpriseID: e.ID}
	err = everyPage(func(cursor string) (string, error) {
		q.Cursor, q.Limit = cursor, 200
		page, err := r.reg.ListOutlets(ctx, actor(ctx), "registry.read", q)
		for _, o := range page.Items {
			out.Outlets = append(out.Outlets, r.outlet(o))
		}
		return page.Next, err
	})
	return out, err
}

// EnterpriseBody is what is written about an enterprise.
type EnterpriseBody struct {
	Code        string  `json:"code,omitempty" maxLength:"18" doc:"统一社会信用代码"`
	Name        string  `json:"name" minLength:"1" maxLength:"200"`
	Area        string  `json:"area" minLength:"6" maxLength:"12"`
	Address     string  `json:"address,omitempty" maxLength:"200"`
	Lng         float64 `json:"lng,omitempty" minimum:"-180" maximum:"180"`
	Lat         float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
	Industry    string  `json:"industry,omitempty" maxLength:"100"`
	PermitClass string  `json:"permit_class,omitempty" doc:"重点、简化、登记"`
	Contact     string  `json:"contact,omitempty" maxLength:"200"`
}

func (b EnterpriseBody) enterprise() enterprise.Enterprise {
	return enterprise.Enterprise{Code: b.Code, Name: b.Name, Area: b.Area, Address: b.Address, Lng: b.Lng, Lat: b.Lat,
		Industry: b.Industry, PermitClass: enterprise.PermitClass(b.PermitClass), Contact: b.Contact}
}

func (r enterprises) create(ctx context.Context, in *struct {
	Body struct {
		EnterpriseBody
		Synthetic bool `json:"synthetic,omitempty" doc:"演示、培训用的虚构企业；登记后不能更改"`
	}
}) (EnterpriseView, error) {
	e := in.Body.enterprise()
	e.Synthetic = in.Body.Synthetic
	e, err := r.reg.Create(ctx, actor(ctx), e)
	return r.view(e), err
}

// Versioned adds the version that the person saw.
type Versioned struct {
	Version int64 `json:"version" doc:"所见版本，防止覆盖他人的修改"`
}

func (r enterprises) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		EnterpriseBody
		Versioned
	}
}) (EnterpriseView, error) {
	e := in.Body.enterprise()
	e.ID, e.Version = in.ID, in.Body.Version
	e, err := r.reg.Update(ctx, actor(ctx), e)
	return r.view(e), err
}

// OutletBody is what is written about an outlet.
type OutletBody struct {
	Code string  `json:"code,omitempty" maxLength:"40"`
	Name string  `json:"name" minLength:"1" maxLength:"100"`
	Kind string  `json:"kind" enum:"gas,water,rain"`
	Area string  `json:"area" minLength:"6" maxLength:"12"`
	Lng  float64 `json:"lng,omitempty" minimum:"-180" maximum:"180"`
	Lat  float64 `json:"lat,omitempty" minimum:"-90" maximum:"90"`
}

func (b OutletBody) outlet() enterprise.Outlet {
	return enterprise.Outlet{Code: b.Code, Name: b.Name, Kind: enterprise.Kind(b.Kind), Area: b.Area, Lng: b.Lng, Lat: b.Lat}
}

func (r enterprises) createOutlet(ctx context.Context, in *struct {
	Body struct {
		OutletBody
		EnterpriseID string `json:"enterprise_id" minLength:"1" maxLength:"64"`
	}
}) (OutletRef, error) {
	o := in.Body.outlet()
	o.EnterpriseID = in.Body.EnterpriseID
	o, err := r.reg.CreateOutlet(ctx, actor(ctx), o)
	return r.outlet(o), err
}

func (r enterprises) updateOutlet(ctx context.Context, in *struct {
	ByID
	Body struct {
		OutletBody
		Versioned
	}
}) (OutletRef, error) {
	o := in.Body.outlet()
	o.ID, o.Version = in.ID, in.Body.Version
	o, err := r.reg.UpdateOutlet(ctx, actor(ctx), o)
	return r.outlet(o), err
}

func (r enterprises) limits(ctx context.Context, in *ByID) ([]LimitView, error) {
	list, err := r.reg.Limits(ctx, actor(ctx), in.ID)
	out := make([]LimitView, 0, len(list))
	for _, l := range list {
		out = append(out, limitView(l))
	}
	return out, err
}

// LimitBody is a new limit; one that holds for the same factor and statistic is
// ended where it begins.
type LimitBody struct {
	Factor    string    `json:"factor" minLength:"1" maxLength:"20"`
	Upper     *Number   `json:"upper,omitempty"`
	Lower     *Number   `json:"lower,omitempty"`
	Statistic string    `json:"statistic" enum:"realtime,hour,day"`
	Standard  string    `json:"standard" minLength:"1" maxLength:"100" doc:"标准编号，例如 GB 13271-2014"`
	Article   string    `json:"article,omitempty" maxLength:"100" doc:"表或条款"`
	ValidFrom time.Time `json:"valid_from"`
	ValidTo   time.Time `json:"valid_to,omitzero"`
}

func (r enterprises) setLimit(ctx context.Context, in *struct {
	ByID
	Body LimitBody
}) (LimitView, error) {
	b := in.Body
	l, err := r.reg.SetLimit(ctx, actor(ctx), enterprise.Limit{OutletID: in.ID, Factor: b.Factor, Upper: digits(b.Upper), Lower: digits(b.Lower),
		Statistic: enterprise.Statistic(b.Statistic), Standard: b.Standard, Article: b.Article, ValidFrom: b.ValidFrom, ValidTo: b.ValidTo})
	return limitView(l), err
}

func (r enterprises) endLimit(ctx context.Context, in *struct {
	ByID
	Body struct {
		At time.Time `json:"at" doc:"自何时起不再适用"`
	}
}) (LimitView, error) {
	l, err := r.reg.EndLimit(ctx, actor(ctx), in.ID, in.Body.At)
	return limitView(l), err
}
