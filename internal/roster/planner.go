package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// step is one change of the registry, in the order of the workbook: an enterprise
// before its outlets.
type step struct {
	sheet string
	row   int
	do    func(context.Context, *db.Tx) error
}

// firm is an enterprise that rows refer to, as it is or as it will be.
type firm struct {
	e       enterprise.Enterprise
	known   bool // stands in the registry
	hidden  bool // but out of this person's sight
	bad     bool // is to be created, but its row cannot be taken
	row     int  // of the workbook, 0 = none
	outlets map[string]*outlet
}

// outlet is an outlet that rows refer to, as it is or as it will be.
type outlet struct {
	o      enterprise.Outlet
	firm   *firm
	known  bool
	bad    bool
	row    int
	limits []enterprise.Limit // past and present, those of the workbook included
	read   bool               // whether limits have been read
}

// planner goes through a workbook against the registry of a transaction.
type planner struct {
	*Service
	ctx   context.Context //nolint:containedctx // lives as long as one call
	tx    *db.Tx
	who   auth.Actor
	plan  *Plan
	firms map[string]*firm
	mns   map[string]int
}

func (p *planner) run(b *sheet.Book) error {
	for _, t := range p.tables {
		take := map[string]func(*record) error{firms: p.firmRow, outlets: p.outletRow, limits: p.limitRow, devices: p.deviceRow}[t.name]
		for _, r := range records(p.plan, b, t) {
			if err := take(r); err != nil {
				return err
			}
			if r.bad {
				p.plan.Bad++
			}
		}
	}
	for _, name := range b.Others {
		if !slices.Contains(sheet.Furniture, strings.TrimSpace(name)) {
			p.plan.Ignored = append(p.plan.Ignored, name)
		}
	}
	return nil
}

// takes adds a row that does something, or nothing, to the plan.
func (p *planner) takes(r *record, act Act, title string, changes []Change, do func(context.Context, *db.Tx) error) {
	if act == Updates && len(changes) == 0 {
		act = Same
	}
	p.plan.Items = append(p.plan.Items, Item{r.table.name, r.row.Number, act, title, changes})
	if act != Same {
		p.plan.steps = append(p.plan.steps, step{r.table.name, r.row.Number, do})
	}
}

// diff collects the fields that a row changes; an empty cell changes nothing.
type diff []Change

func (d *diff) put(field string, to *string, value string) {
	if value != "" && value != *to {
		*d = append(*d, Change{field, *to, value})
		*to = value
	}
}

func (d *diff) place(r *record, lng, lat *float64) {
	x, okX := r.degrees("经度")
	y, okY := r.degrees("纬度")
	if okX != okY && !r.bad {
		title := map[bool]string{true: "纬度", false: "经度"}[okX]
		r.wrong(title, "只填了一项", "")
	}
	if !okX || !okY || x == *lng && y == *lat {
		return
	}
	old := ""
	if *lng != 0 || *lat != 0 {
		old = point(*lng, *lat)
	}
	*d = append(*d, Change{"经纬度", old, point(x, y)})
	*lng, *lat = x, y
}

func point(lng, lat float64) string {
	return strconv.FormatFloat(lng, 'f', -1, 64) + ", " + strconv.FormatFloat(lat, 'f', -1, 64)
}

// area finds the code of an area by its name or code, "" for an empty cell and a
// wrong one.
func (p *planner) area(r *record, title string) string {
	s := r.text(title)
	if s == "" {
		return ""
	}
	codes := p.areas[s]
	switch len(codes) {
	case 1:
		return codes[0]
	case 0:
		r.wrong(title, "平台所辖范围内没有“"+brief(s)+"”", "")
	default:
		r.wrong(title, fmt.Sprintf("有 %d 个辖区叫“%s”", len(codes), s), "改填行政区划代码："+strings.Join(codes, "、"))
	}
	return ""
}

// firm finds an enterprise by its code, nil when neither the registry nor the
// workbook has it.
func (p *planner) firm(code string) (*firm, error) {
	if f, ok := p.firms[code]; ok {
		return f, nil
	}
	e, ok, err := enterprise.ByCode(p.ctx, p.tx, code)
	if err != nil || !ok {
		return nil, err
	}
	f := &firm{e: e, known: true, hidden: !p.policy.Can(p.who, auth.RegistryRead, e.Scope()), outlets: map[string]*outlet{}}
	p.firms[code] = f
	list, err := enterprise.OutletsOf(p.ctx, p.tx, e.ID)
	for _, o := range list {
		if o.Code != "" {
			f.outlets[o.Code] = &outlet{o: o, firm: f, known: true}
		}
	}
	return f, err
}

// firmOf finds the enterprise that a row belongs to and says why it may not.
func (p *planner) firmOf(r *record) (*firm, error) {
	code := strings.ToUpper(r.key(codeTitle))
	if r.bad {
		return nil, nil
	}
	f, err := p.firm(code)
	switch {
	case err != nil:
		return nil, err
	case f == nil:
		r.wrong(codeTitle, "“企业”表和平台里都没有这个代码", "先在“企业”表中填写这家企业，或核对代码")
	case f.hidden:
		r.wrong(codeTitle, "这家企业不在您的管辖范围内", "删除这一行，或请其所在区域的人员导入")
	case f.bad:
		r.wrong(codeTitle, fmt.Sprintf("所属企业（“企业”表第 %d 行）有误，还不能导入", f.row), fmt.Sprintf("先改正“企业”表第 %d 行", f.row))
	default:
		return f, nil
	}
	return nil, nil
}

// outletOf finds the outlet that a row belongs to and says why it may not.
func (p *planner) outletOf(r *record) (*outlet, error) {
	code := r.key("排放口编号")
	f, err := p.firmOf(r)
	if err != nil || f == nil || r.bad {
		return nil, err
	}
	o := f.outlets[code]
	switch {
	case o == nil:
		r.wrong("排放口编号", "“排放口”表和平台里都没有这家企业的“"+brief(code)+"”", "先在“排放口”表中填写它，或核对编号")
	case o.bad:
		r.wrong("排放口编号", fmt.Sprintf("这个排放口（“排放口”表第 %d 行）有误，还不能导入", o.row), fmt.Sprintf("先改正“排放口”表第 %d 行", o.row))
	case !p.policy.Can(p.who, auth.RegistryWrite, o.o.Scope()):
		r.wrong("排放口编号", "您没有维护这个排放口档案的权限", "删除这一行，或请其所在区域的人员导入")
	default:
		return o, nil
	}
	return nil, nil
}

var firmTitles = map[string]string{"name": "名称", "area": "所在区域", "code": codeTitle, "permit_class": "许可类别", "lng": "经度", "lat": "纬度"}

func (p *planner) firmRow(r *record) error {
	code := strings.ToUpper(r.key(codeTitle))
	f, err := p.firm(code)
	if err != nil {
		return err
	}
	if f != nil && f.row > 0 {
		r.wrong(codeTitle, fmt.Sprintf("与第 %d 行重复", f.row), "一家企业只留一行")
		return nil
	}
	if f == nil {
		f = &firm{outlets: map[string]*outlet{}}
		f.e.Code = code
		if code != "" {
			p.firms[code] = f
		}
	}
	f.row = r.row.Number
	if f.hidden {
		r.wrong(codeTitle, "这个代码已登记，不在您的管辖范围内", "删除这一行，或请其所在区域的人员导入")
		return nil
	}
	e := f.e
	var d diff
	d.put("名称", &e.Name, r.needed("名称", 100))
	if old := p.name(e.Area); r.text("所在区域") == "" {
		r.wrong("所在区域", "没有填写", "")
	} else if a := p.area(r, "所在区域"); a != "" && a != e.Area {
		e.Area = a
		d = append(d, Change{"所在区域", old, p.name(a)})
	}
	d.put("地址", &e.Address, r.words("地址", 200))
	d.place(r, &e.Lng, &e.Lat)
	industry := r.words("行业", 100)
	if c, ok := p.industries[industry]; ok {
		industry = c
	}
	d.put("行业", &e.Industry, industry)
	if c, ok := choose(r, "许可类别", map[string]enterprise.PermitClass{"重点": enterprise.PermitKey, "简化": enterprise.PermitSimplified, "登记": enterprise.PermitRegistered}); ok && c != e.PermitClass {
		d = append(d, Change{"许可类别", string(e.PermitClass), string(c)})
		e.PermitClass = c
	}
	d.put("环保负责人", &e.Contact, r.words("环保负责人", 100))
	if !r.bad {
		if err := e.Check(); err != nil {
			r.refuse(err, firmTitles)
		}
	}
	if !r.bad && (f.known && !p.policy.Can(p.who, auth.RegistryWrite, f.e.Scope()) || !p.policy.Can(p.who, auth.RegistryWrite, e.Scope())) {
		r.wrong("所在区域", "您没有维护这个区域企业档案的权限", "删除这一行，或请其所在区域的人员导入")
	}
	if r.bad {
		f.bad = !f.known
		return nil
	}
	f.e = e
	if f.known {
		p.takes(r, Updates, e.Name, d, func(ctx context.Context, tx *db.Tx) (err error) {
			f.e, err = enterprise.Update(ctx, tx, p.policy, p.who, e)
			return err
		})
		return nil
	}
	p.takes(r, Creates, e.Name, nil, func(ctx context.Context, tx *db.Tx) (err error) {
		f.e, err = enterprise.Create(ctx, tx, p.policy, p.who, e)
		return err
	})
	return nil
}

var outletTitles = map[string]string{"name": "排放口名称", "kind": "类型", "enterprise_id": codeTitle, "lng": "经度", "lat": "纬度"}

func (p *planner) outletRow(r *record) error {
	code := r.key("排放口编号")
	f, err := p.firmOf(r)
	if err != nil {
		return err
	}
	var o *outlet
	if f != nil && code != "" {
		if o = f.outlets[code]; o != nil && o.row > 0 {
			r.wrong("排放口编号", fmt.Sprintf("与第 %d 行重复", o.row), "一个排放口只留一行")
			return nil
		}
		if o == nil {
			o = &outlet{firm: f}
			f.outlets[code] = o
		}
		o.row = r.row.Number
	} else {
		o = &outlet{}
	}
	x := o.o
	x.Code = code
	var d diff
	d.put("排放口名称", &x.Name, r.needed("排放口名称", 100))
	if r.text("类型") == "" {
		r.wrong("类型", "没有填写", "")
	} else if k, ok := choose(r, "类型", kinds); ok && k != x.Kind {
		d = append(d, Change{"类型", x.Kind.Title(), k.Title()})
		x.Kind = k
	}
	if a := p.area(r, "所在区域"); a != "" && a != x.Area {
		d = append(d, Change{"所在区域", p.name(x.Area), p.name(a)})
		x.Area = a
	}
	d.place(r, &x.Lng, &x.Lat)
	if r.bad {
		o.bad = !o.known
		return nil
	}
	if x.Area == "" {
		x.Area = f.e.Area
	}
	x.EnterpriseID = f.e.ID
	checked := x
	if checked.EnterpriseID == "" {
		checked.EnterpriseID = "new"
	}
	if err := checked.Check(); err != nil {
		r.refuse(err, outletTitles)
	} else if o.known && !p.policy.Can(p.who, auth.RegistryWrite, o.o.Scope()) || !p.policy.Can(p.who, auth.RegistryWrite, x.Scope()) {
		r.wrong("排放口编号", "您没有维护这个区域排放口档案的权限", "删除这一行，或请其所在区域的人员导入")
	}
	if r.bad {
		o.bad = !o.known
		return nil
	}
	o.o = x
	title := f.e.Name + " " + x.Code + " " + x.Name
	if o.known {
		p.takes(r, Updates, title, d, func(ctx context.Context, tx *db.Tx) (err error) {
			o.o, err = enterprise.UpdateOutlet(ctx, tx, p.policy, p.who, x)
			return err
		})
		return nil
	}
	p.takes(r, Creates, title, nil, func(ctx context.Context, tx *db.Tx) (err error) {
		x.EnterpriseID = f.e.ID
		o.o, err = enterprise.CreateOutlet(ctx, tx, p.policy, p.who, x)
		return err
	})
	return nil
}

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }
