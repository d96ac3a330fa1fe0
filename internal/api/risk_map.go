package api

import (
	"bytes"
	"context"
	"net/http"
	stdpath "path"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/sheet"
)

// riskMaps is the resource of the risk map.
type riskMaps struct {
	service *riskmap.Service
	units   []RiskTile
}

// RiskTile is a unit's place on the tile map.
type RiskTile struct {
	Code, Name, Short, Kind string
	X, Y                    int
}

// RiskMap registers the risk map, its units, facts, editions and tasks.
func (a *API) RiskMap(s *riskmap.Service, units []RiskTile, files Describer) {
	r := riskMaps{s, units}
	a.riskTasks(r, files)
	get(a, "getRiskMap", "/risk-map", "环境污染问题风险预警图", r.get, needs(auth.RiskRead))
	exportRows(a, "exportRiskMap", "/risk-map/export", "导出风险预警图", "风险预警图", riskColumns, func(ctx context.Context, in *RiskQuery, row func(RiskUnit) error) error {
		v, err := r.get(ctx, in)
		for _, u := range v.Units {
			if err := row(u); err != nil {
				return err
			}
		}
		return err
	}, needs(auth.RiskRead))
	r.download(a, "getRiskFacts", "/risk-map/facts.json", "一期所用的事实（事实文件，可用 riskmap 命令复算）", "application/json", "风险预警图事实", s.Facts)
	r.download(a, "getRiskPaper", "/risk-map/paper.pdf", "一期的文书（PDF）", "application/pdf", "风险预警图", s.Paper)
	get(a, "listRiskHistory", "/risk-map/history", "已签发各月的颜色", r.history, needs(auth.RiskRead))
	get(a, "getRiskUnit", "/risk-map/units/{area}", "一个单元的警示及其来历", r.unit, needs(auth.RiskRead))
	get(a, "supposeRisk", "/risk-map/units/{area}/suppose", "假设再发生一些事，颜色会怎样", r.suppose, needs(auth.RiskRead))
	get(a, "getRiskForms", "/risk-map/forms", "登记事实用的词表", r.forms, needs(auth.RiskEnter))
	post(a, "enterRiskValue", "/risk-map/values", "登记一个单元某月的数值", r.enter, needs(auth.RiskEnter))
	post(a, "addRiskItem", "/risk-map/items", "登记重大问题、突发环境事件、群体性事件", r.add, needs(auth.RiskEnter))
	post(a, "withdrawRiskItem", "/risk-map/items/{id}/withdraw", "撤回一条登记", r.withdraw, needs(auth.RiskEnter))
	post(a, "freezeRiskMap", "/risk-map/editions", "冻结一个月的事实，送签发", r.freeze, needs(auth.RiskEnter))
	post(a, "actOnRiskMap", "/risk-map/editions/{id}/{verb}", "签发、作废", r.act)
}

// RiskQuery says which map: of a month, an edition, or as things stand now.
type RiskQuery struct {
	Month   string `query:"month" maxLength:"7" doc:"月份，如 2026-10；空为最近一期已签发的，没有则为本月"`
	Edition string `query:"edition" maxLength:"64" doc:"某一期的 id"`
	Live    bool   `query:"live" doc:"按现在的事实，不看已签发的"`
}

func (q RiskQuery) month() (riskmap.Month, error) {
	if q.Month == "" {
		return 0, nil
	}
	m, err := riskmap.ParseMonth(q.Month)
	if err != nil {
		return 0, fault.Invalidf("%v", err).With("month", "应形如 2026-10")
	}
	return m, nil
}

// RiskMapView is a month's map.
type RiskMapView struct {
	Month     string        `json:"month"`
	Title     string        `json:"title"`
	Live      bool          `json:"live" doc:"按现在的事实算出，尚未冻结"`
	Source    string        `json:"source" doc:"判定规则的出处"`
	Choices   []string      `json:"choices" nullable:"false" doc:"文件没有写明之处的选择"`
	Units     []RiskUnit    `json:"units" nullable:"false"`
	Edition   *RiskEdition  `json:"edition,omitempty"`
	Editions  []RiskEdition `json:"editions" nullable:"false" doc:"本月各期，新的在前"`
	Months    []RiskMonth   `json:"months" nullable:"false" doc:"已签发的月份"`
	MayFreeze bool          `json:"may_freeze"`
	MayEnter  bool          `json:"may_enter"`
}

// RiskMonth is a month to choose.
type RiskMonth struct {
	Month string `json:"month"`
	Title string `json:"title"`
}

// RiskUnit is a unit's verdict and place.
type RiskUnit struct {
	Code        string       `json:"code"`
	Name        string       `json:"name"`
	Short       string       `json:"short"`
	Kind        string       `json:"kind"`
	X           int          `json:"x"`
	Y           int          `json:"y"`
	Points      int          `json:"points"`
	Colour      string       `json:"colour" enum:"green,yellow,red"`
	ColourTitle string       `json:"colour_title"`
	Level       string       `json:"level" enum:"low,medium,high"`
	Aspects     []RiskAspect `json:"aspects" nullable:"false"`
}

// RiskAspect is one aspect with what stands behind it.
type RiskAspect struct {
	ID     string        `json:"id" enum:"environment,complaints,discovery,safety,monitoring"`
	Title  string        `json:"title"`
	Points int           `json:"points"`
	Reason string        `json:"reason"`
	Rows   []riskmap.Row `json:"rows,omitempty" nullable:"false"`
}

// RiskEdition is one edition of a month.
type RiskEdition struct {
	ID         riskmap.ID    `json:"id"`
	Number     string        `json:"number"`
	Revision   int           `json:"revision"`
	State      flow.State    `json:"state"`
	StateTitle string        `json:"state_title"`
	Reason     string        `json:"reason" doc:"更正的原因"`
	Drafter    string        `json:"drafter"`
	DraftedAt  string        `json:"drafted_at"`
	Signer     string        `json:"signer"`
	SignedAt   string        `json:"signed_at"`
	Version    int64         `json:"version"`
	Actions    []flow.Action `json:"actions" nullable:"false"`
}

var riskAspects = []struct {
	id, title string
	of        func(riskmap.Aspects) riskmap.Aspect
}{
	{"environment", "环境质量", func(a riskmap.Aspects) riskmap.Aspect { return a.Environment }},
	{"complaints", "信访投诉", func(a riskmap.Aspects) riskmap.Aspect { return a.Complaints }},
	{"discovery", "发现能力", func(a riskmap.Aspects) riskmap.Aspect { return a.Discovery }},
	{"safety", "环境安全", func(a riskmap.Aspects) riskmap.Aspect { return a.Safety }},
	{"monitoring", "污染源监控", func(a riskmap.Aspects) riskmap.Aspect { return a.Monitoring }},
}

func (r riskMaps) unitView(u riskmap.Unit, rows []riskmap.Row) RiskUnit {
	out := RiskUnit{Code: u.Code, Name: u.Code, Short: u.Code, Points: u.Points, Colour: string(u.Colour), ColourTitle: u.Colour.Title(), Level: u.Level}
	for _, t := range r.units {
		if t.Code == u.Code {
			out.Name, out.Short, out.Kind, out.X, out.Y = t.Name, t.Short, t.Kind, t.X, t.Y
		}
	}
	for _, a := range riskAspects {
		x := a.of(u.Aspects)
		v := RiskAspect{ID: a.id, Title: a.title, Points: x.Points, Reason: x.Reason}
		for _, row := range rows {
			if row.Aspect == a.id {
				v.Rows = append(v.Rows, row)
			}
		}
		out.Aspects = append(out.Aspects, v)
	}
	return out
}

func (r riskMaps) edition(a auth.Actor, e riskmap.Edition) RiskEdition {
	return RiskEdition{ID: e.ID, Number: e.Number, Revision: e.Revision, State: e.State, StateTitle: riskmap.Machine.StateTitle(e.State), Reason: e.Reason,
		Drafter: e.Drafter, DraftedAt: when(e.DraftedAt), Signer: e.Signer, SignedAt: when(e.SignedAt), Version: e.Version, Actions: r.service.Actions(a, e)}
}

func (r riskMaps) view(a auth.Actor, v riskmap.Shown) RiskMapView {
	out := RiskMapView{Month: v.Month.String(), Title: v.Month.Title(), Live: v.Live, Source: v.Source, Choices: v.Choices, Units: []RiskUnit{}, Editions: []RiskEdition{}, Months: []RiskMonth{},
		MayFreeze: r.service.MayFreeze(a), MayEnter: r.service.Auth.Anywhere(a, auth.RiskEnter)}
	for _, u := range v.Result.Units {
		out.Units = append(out.Units, r.unitView(u, nil))
	}
	for _, e := range v.Editions {
		out.Editions = append(out.Editions, r.edition(a, e))
	}
	for _, m := range v.Months {
		out.Months = append(out.Months, RiskMonth{m.String(), m.Title()})
	}
	if v.Edition.ID != "" {
		e := r.edition(a, v.Edition)
		out.Edition = &e
	}
	return out
}

func (r riskMaps) get(ctx context.Context, in *RiskQuery) (RiskMapView, error) {
	m, err := in.month()
	if err != nil {
		return RiskMapView{}, err
	}
	v, err := r.service.Map(ctx, actor(ctx), m, riskmap.ID(in.Edition), in.Live)
	if err != nil {
		return RiskMapView{}, err
	}
	return r.view(actor(ctx), v), nil
}

// download registers a file about one month.
func (r riskMaps) download(a *API, id, path, title, media, name string, of func(context.Context, auth.Actor, riskmap.Month, riskmap.ID, bool) ([]byte, error)) {
	raw(a, http.MethodGet, id, path, title, func(ctx context.Context, in *RiskQuery) (*huma.StreamResponse, error) {
		m, err := in.month()
		if err != nil {
			return nil, err
		}
		text, err := of(ctx, actor(ctx), m, riskmap.ID(in.Edition), in.Live)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			a.send(hc, id, bytes.NewReader(text), media, id, name+stdpath.Ext(path))
		}}, nil
	}, needs(auth.RiskRead), func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: "文件", Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	})
}

// RiskPast is a signed month.
type RiskPast struct {
	Month string        `json:"month"`
	Title string        `json:"title"`
	Units []RiskPastOne `json:"units" nullable:"false"`
}

// RiskPastOne is a unit's verdict in a signed month.
type RiskPastOne struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Points      int    `json:"points"`
	Colour      string `json:"colour" enum:"green,yellow,red"`
	ColourTitle string `json:"colour_title"`
	Aspects     []int  `json:"aspects" nullable:"false" doc:"五个方面的警示数"`
}

func (r riskMaps) history(ctx context.Context, in *struct {
	Months int `query:"months" minimum:"1" maximum:"60" default:"13"`
}) ([]RiskPast, error) {
	list, err := r.service.History(ctx, actor(ctx), in.Months)
	out := []RiskPast{}
	for _, p := range list {
		v := RiskPast{Month: p.Month.String(), Title: p.Month.Title(), Units: []RiskPastOne{}}
		for _, u := range p.Result.Units {
			x := r.unitView(u, nil)
			one := RiskPastOne{Code: x.Code, Name: x.Name, Points: x.Points, Colour: x.Colour, ColourTitle: x.ColourTitle}
			for _, a := range x.Aspects {
				one.Aspects = append(one.Aspects, a.Points)
			}
			v.Units = append(v.Units, one)
		}
		out = append(out, v)
	}
	return out, err
}

// RiskUnitView is one unit with the rows behind each warning.
type RiskUnitView struct {
	Month   string       `json:"month"`
	Title   string       `json:"title"`
	Live    bool         `json:"live"`
	Edition *RiskEdition `json:"edition,omitempty"`
	Source  string       `json:"source"`
	Unit    RiskUnit     `json:"unit"`
	Edges   []RiskEdge   `json:"edges" nullable:"false" doc:"再发生什么就会变色"`
}

// RiskEdge is the least that would turn a colour.
type RiskEdge struct {
	Text        string `json:"text"`
	Colour      string `json:"colour" enum:"yellow,red"`
	ColourTitle string `json:"colour_title"`
}

// RiskForms are the words of the forms.
type RiskForms struct {
	Values []RiskWord `json:"values" nullable:"false"`
	Levels []RiskWord `json:"levels" nullable:"false"`
	Kinds  []RiskWord `json:"kinds" nullable:"false"`
	Grades []RiskWord `json:"grades" nullable:"false"`
	Units  []RiskWord `json:"units" nullable:"false" doc:"可以为之登记的单元"`
}

// RiskWord is a choice.
type RiskWord struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Hint  string `json:"hint,omitempty"`
}

type riskUnitQuery struct {
	Area string `path:"area" maxLength:"12"`
	RiskQuery
}

func (r riskMaps) unit(ctx context.Context, in *riskUnitQuery) (RiskUnitView, error) {
	m, err := in.month()
	if err != nil {
		return RiskUnitView{}, err
	}
	v, err := r.service.Unit(ctx, actor(ctx), in.Area, m, riskmap.ID(in.Edition), in.Live)
	if err != nil {
		return RiskUnitView{}, err
	}
	out := RiskUnitView{Month: v.Month.String(), Title: v.Month.Title(), Live: v.Live, Source: v.Source, Unit: r.unitView(v.Unit, v.Rows), Edges: []RiskEdge{}}
	if v.Edition.ID != "" {
		e := r.edition(actor(ctx), v.Edition)
		out.Edition = &e
	}
	for _, e := range v.Edges {
		out.Edges = append(out.Edges, RiskEdge{e.Text, string(e.Colour), e.Colour.Title()})
	}
	return out, nil
}

func (r riskMaps) forms(ctx context.Context, _ *struct{}) (RiskForms, error) {
	f := RiskForms{Values: []RiskWord{}, Units: []RiskWord{}, Levels: riskWords(riskmap.Levels), Kinds: riskWords(riskmap.Kinds), Grades: riskWords(riskmap.Grades)}
	for _, k := range riskmap.ValueKinds {
		f.Values = append(f.Values, RiskWord{string(k.ID), k.Title, k.Hint})
	}
	for _, u := range r.units {
		if r.service.Auth.Can(actor(ctx), auth.RiskEnter, auth.Scope{Area: u.Code}) {
			f.Units = append(f.Units, RiskWord{ID: u.Code, Title: u.Name})
		}
	}
	return f, nil
}

func riskWords(list []riskmap.Word) []RiskWord {
	out := []RiskWord{}
	for _, w := range list {
		out = append(out, RiskWord{ID: w.ID, Title: w.Title})
	}
	return out
}

func (r riskMaps) suppose(ctx context.Context, in *struct {
	Area        string `path:"area" maxLength:"12"`
	Month       string `query:"month" maxLength:"7"`
	Complaints  int64  `query:"complaints" minimum:"-100000" maximum:"100000" doc:"再多几件投诉"`
	Exceedances int64  `query:"exceedances" minimum:"-100000" maximum:"100000" doc:"再超标几次"`
	Share       string `query:"share" maxLength:"20" doc:"断面比例改为，0 至 1"`
	Index       string `query:"index" maxLength:"20" doc:"综合指数改为"`
	Grade       string `query:"grade" enum:"一般,较大,重大,特别重大" doc:"再发生一起突发环境事件"`
	Mass        bool   `query:"mass" doc:"发生群体性事件"`
}) (RiskUnit, error) {
	m, err := RiskQuery{Month: in.Month}.month()
	if err != nil {
		return RiskUnit{}, err
	}
	u, err := r.service.Suppose(ctx, actor(ctx), in.Area, m, riskmap.WhatIf{Complaints: in.Complaints, Exceedances: in.Exceedances, Share: in.Share, Index: in.Index, Grade: in.Grade, MassIncident: in.Mass})
	if err != nil {
		return RiskUnit{}, err
	}
	return r.unitView(u, nil), nil
}

// RiskValue is one monthly value to enter.
type RiskValue struct {
	Area  string `json:"area" maxLength:"12"`
	Month string `json:"month" maxLength:"7"`
	Kind  string `json:"kind" enum:"water,air,complaints,exceedances"`
	Value Number `json:"value"`
}

func (r riskMaps) enter(ctx context.Context, in *struct {
	Body struct {
		Document string      `json:"document" maxLength:"800" doc:"出处"`
		Values   []RiskValue `json:"values" nullable:"false" minItems:"1" maxItems:"1000"`
	}
}) (None, error) {
	var list []riskmap.Value
	for _, v := range in.Body.Values {
		m, err := RiskQuery{Month: v.Month}.month()
		if err != nil {
			return None{}, err
		}
		list = append(list, riskmap.Value{Area: v.Area, Month: m, Kind: riskmap.ValueKind(v.Kind), Value: v.Value.Decimal, Document: in.Body.Document})
	}
	return None{}, r.service.Enter(ctx, actor(ctx), list...)
}

func (r riskMaps) add(ctx context.Context, in *struct {
	Body struct {
		Area      string `json:"area" maxLength:"12"`
		Kind      string `json:"kind" enum:"discovery,event,mass_incident"`
		Date      string `json:"date" maxLength:"10" doc:"如 2026-10-09"`
		Level     string `json:"level,omitempty" enum:",provincial,national"`
		What      string `json:"what,omitempty" maxLength:"40"`
		Grade     string `json:"grade,omitempty" enum:",一般,较大,重大,特别重大"`
		SelfFound bool   `json:"self_found,omitempty" doc:"本地已发现并主动查处"`
		Title     string `json:"title" maxLength:"800"`
		Document  string `json:"document" maxLength:"800" doc:"出处"`
	}
}) (ItemID, error) {
	b := in.Body
	at, err := time.Parse(time.DateOnly, b.Date)
	if err != nil {
		return ItemID{}, fault.Invalidf("日期有误").With("date", "应形如 2026-10-09")
	}
	x, err := r.service.Add(ctx, actor(ctx), riskmap.Item{Area: b.Area, Kind: b.Kind, Date: at, Level: b.Level, What: b.What, Grade: b.Grade, SelfFound: b.SelfFound, Title: b.Title, Document: b.Document})
	return ItemID{x.ID}, err
}

// ItemID names what was entered.
type ItemID struct {
	ID string `json:"id"`
}

func (r riskMaps) withdraw(ctx context.Context, in *struct {
	ByID
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}) (None, error) {
	return None{}, r.service.Withdraw(ctx, actor(ctx), in.ID, in.Body.Reason)
}

func (r riskMaps) freeze(ctx context.Context, in *struct {
	Body struct {
		Month  string `json:"month" maxLength:"7"`
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"更正已签发的须说明原因"`
	}
}) (RiskEdition, error) {
	m, err := RiskQuery{Month: in.Body.Month}.month()
	if err != nil {
		return RiskEdition{}, err
	}
	e, err := r.service.Freeze(ctx, actor(ctx), m, in.Body.Reason)
	if err != nil {
		return RiskEdition{}, err
	}
	return r.edition(actor(ctx), e), nil
}

func (r riskMaps) act(ctx context.Context, in *Act) (RiskEdition, error) {
	e, err := r.service.Do(ctx, actor(ctx), riskmap.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form)
	if err != nil {
		return RiskEdition{}, err
	}
	return r.edition(actor(ctx), e), nil
}

var riskColumns = func() []column[RiskUnit] {
	out := []column[RiskUnit]{
		{sheet.Text("单元", 16), func(v RiskUnit) any { return v.Name }},
		{sheet.Text("颜色", 8), func(v RiskUnit) any { return v.ColourTitle }},
		{sheet.Number("警示").In("个"), func(v RiskUnit) any { return v.Points }},
	}
	for i, a := range riskAspects {
		out = append(out, column[RiskUnit]{sheet.Number(a.title).In("个"), func(v RiskUnit) any { return v.Aspects[i].Points }},
			column[RiskUnit]{sheet.Text(a.title+"：理由", 60), func(v RiskUnit) any { return v.Aspects[i].Reason }})
	}
	return out
}()
