package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/facility"
	"github.com/qingshao/qingshao/internal/factor"
)

// facilities is the resource of production and treatment units.
type facilities struct {
	service *facility.Service
	now     *facility.Runner
	reg     *enterprise.Service
}

// Facilities registers an enterprise's units, what treats what, and whether they
// run.
func (a *API) Facilities(s *facility.Service, now *facility.Runner, reg *enterprise.Service) {
	r := facilities{s, now, reg}
	get(a, "listFacilities", "/enterprises/{id}/facilities", "产污与治污设施及其运行状态", r.list)
	post(a, "putFacilities", "/enterprises/{id}/facilities", "登记或修改设施（按编号，可批量导入，可试算）", r.put)
	get(a, "listFacilityChanges", "/enterprises/{id}/facilities/changes", "设施启停记录", r.changes)
}

// FacilityFile is an enterprise's units as they are now.
type FacilityFile struct {
	Units []FacilityView `json:"units" nullable:"false"`
	Idle  []IdleView     `json:"idle" nullable:"false" doc:"产污设施在运行、治理它的设施都停着"`
}

// FacilityView is one unit.
type FacilityView struct {
	ID         string                `json:"id"`
	Code       string                `json:"code"`
	Name       string                `json:"name"`
	Kind       facility.Kind         `json:"kind" enum:"production,treatment,main"`
	KindTitle  string                `json:"kind_title"`
	OutletID   string                `json:"outlet_id"`
	OutletCode string                `json:"outlet_code"`
	Retired    bool                  `json:"retired"`
	State      facility.State        `json:"state" enum:"on,off,unknown" doc:"半小时没有新值为 unknown"`
	StateTitle string                `json:"state_title"`
	Since      string                `json:"since"`
	Treats     []string              `json:"treats" nullable:"false" doc:"所治理的产污设施编号"`
	TreatedBy  []string              `json:"treated_by" nullable:"false"`
	Channels   []FacilityChannelView `json:"channels" nullable:"false"`
}

// FacilityChannelView is a value by which a unit is known to run.
type FacilityChannelView struct {
	MN         string  `json:"mn"`
	Factor     string  `json:"factor"`
	FactorName string  `json:"factor_name"`
	Unit       string  `json:"unit"`
	OnAbove    Number  `json:"on_above" doc:"达到此值判为运行"`
	OffBelow   Number  `json:"off_below" doc:"低于此值判为停运"`
	Value      *Number `json:"value,omitempty"`
	At         string  `json:"at"`
}

// IdleView is a treatment unit that stands while its production runs.
type IdleView struct {
	Treatment  string `json:"treatment" doc:"治污设施编号"`
	Production string `json:"production" doc:"产污设施编号"`
	Since      string `json:"since"`
}

func (r facilities) list(ctx context.Context, in *ByID) (FacilityFile, error) {
	units, err := r.service.Of(ctx, actor(ctx), in.ID)
	if err != nil {
		return FacilityFile{}, err
	}
	return r.file(ctx, in.ID, units)
}

func (r facilities) file(ctx context.Context, enterpriseID string, units []facility.Unit) (FacilityFile, error) {
	out := FacilityFile{Units: make([]FacilityView, 0, len(units)), Idle: []IdleView{}}
	outlets, err := r.outletCodes(ctx, enterpriseID)
	if err != nil {
		return out, err
	}
	code, treatedBy := map[string]string{}, map[string][]string{}
	for _, u := range units {
		code[u.ID] = u.Code
		for _, p := range u.Treats {
			treatedBy[p] = append(treatedBy[p], u.Code)
		}
	}
	for _, u := range units {
		state, since := r.now.Now(u.ID)
		v := FacilityView{ID: u.ID, Code: u.Code, Name: u.Name, Kind: u.Kind, KindTitle: u.Kind.Title(), OutletID: u.OutletID, OutletCode: outlets[u.OutletID], Retired: !u.Active,
			State: state, StateTitle: state.Title(), Since: when(since), Treats: []string{}, TreatedBy: append([]string{}, treatedBy[u.ID]...), Channels: []FacilityChannelView{}}
		for _, p := range u.Treats {
			v.Treats = append(v.Treats, code[p])
		}
		for _, c := range u.Channels {
			f, _ := factor.ByCode(c.Factor)
			x := FacilityChannelView{MN: c.MN, Factor: c.Factor, FactorName: f.Name, Unit: f.Unit, OnAbove: Number{c.OnAbove}, OffBelow: Number{c.OffBelow}}
			if value, at, ok := r.now.Value(u.ID, c.ID); ok {
				x.Value, x.At = &Number{value}, when(at)
			}
			v.Channels = append(v.Channels, x)
		}
		out.Units = append(out.Units, v)
	}
	for _, i := range facility.IdleTreatments(units, r.now.Now) {
		out.Idle = append(out.Idle, IdleView{code[i.Treatment], code[i.Production], when(i.Since)})
	}
	return out, nil
}

// outletCodes names an enterprise's outlets by their ids.
func (r facilities) outletCodes(ctx context.Context, enterpriseID string) (map[string]string, error) {
	out := map[string]string{}
	q := enterprise.Query{EnterpriseID: enterpriseID, Limit: 200}
	err := everyPage(func(cursor string) (string, error) {
		q.Cursor = cursor
		page, err := r.reg.ListOutlets(ctx, actor(ctx), "registry.read", q)
		for _, o := range page.Items {
			out[o.ID] = o.Code
		}
		return page.Next, err
	})
	return out, err
}

// FacilityBody is a unit as it is entered; entering it again changes it.
type FacilityBody struct {
	Code       string                `json:"code" maxLength:"40" doc:"设施编号，如 MF0001、TA001"`
	Name       string                `json:"name" maxLength:"60"`
	Kind       string                `json:"kind" enum:"production,treatment,main"`
	OutletCode string                `json:"outlet_code,omitempty" maxLength:"40" doc:"所排向的排放口编号"`
	Treats     []string              `json:"treats,omitempty" maxItems:"100" doc:"所治理的产污设施编号"`
	Channels   []FacilityChannelBody `json:"channels,omitempty" maxItems:"20" doc:"判断启停的数值"`
	Retired    bool                  `json:"retired,omitempty" doc:"已停用"`
}

// FacilityChannelBody is a channel as it is entered.
type FacilityChannelBody struct {
	MN       string  `json:"mn" maxLength:"40" doc:"用电与工况设备编号，或数采仪 MN"`
	Factor   string  `json:"factor" maxLength:"20" doc:"编码：Ia01、e30101…"`
	OnAbove  Number  `json:"on_above"`
	OffBelow *Number `json:"off_below,omitempty" doc:"缺省与 on_above 相同"`
}

func (r facilities) put(ctx context.Context, in *struct {
	ByID
	Body struct {
		Units  []FacilityBody `json:"units" minItems:"1" maxItems:"200"`
		DryRun bool           `json:"dry_run,omitempty" doc:"只检查，不保存"`
	}
}) (FacilityFile, error) {
	specs := make([]facility.Spec, 0, len(in.Body.Units))
	for _, b := range in.Body.Units {
		s := facility.Spec{Code: b.Code, Name: b.Name, Kind: facility.Kind(b.Kind), OutletCode: b.OutletCode, Treats: b.Treats, Retired: b.Retired}
		for _, c := range b.Channels {
			s.Channels = append(s.Channels, facility.ChannelSpec{MN: c.MN, Factor: c.Factor, OnAbove: c.OnAbove.Decimal, OffBelow: digits(c.OffBelow)})
		}
		specs = append(specs, s)
	}
	units, err := r.service.Put(ctx, actor(ctx), in.ID, specs, in.Body.DryRun)
	if err != nil {
		return FacilityFile{}, err
	}
	return r.file(ctx, in.ID, units)
}

// FacilityChangeView says that a unit started or stopped.
type FacilityChangeView struct {
	Code       string         `json:"code"`
	Name       string         `json:"name"`
	At         string         `json:"at"`
	State      facility.State `json:"state" enum:"on,off,unknown"`
	StateTitle string         `json:"state_title"`
	Factor     string         `json:"factor"`
	Value      string         `json:"value" doc:"据以判断的数值"`
}

func (r facilities) changes(ctx context.Context, in *struct {
	ByID
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" required:"true"`
}) ([]FacilityChangeView, error) {
	units, err := r.service.Of(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	by := map[string]facility.Unit{}
	for _, u := range units {
		by[u.ID] = u
	}
	list, err := r.service.Changes(ctx, actor(ctx), in.ID, in.From, in.To)
	out := make([]FacilityChangeView, 0, len(list))
	for _, c := range list {
		u := by[c.UnitID]
		out = append(out, FacilityChangeView{u.Code, u.Name, when(c.Since), c.State, c.State.Title(), c.Factor, c.Value})
	}
	return out, err
}
