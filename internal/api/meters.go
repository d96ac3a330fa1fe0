package api

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/mapping"
)

// MeterParts is what the resource of meters is made from.
type MeterParts struct {
	Service *meter.Service
	Door    *meter.Door
	Store   *telemetry.Store
	Now     func() time.Time
	Names   Names
}

// meters is the resource of meters and gateways of working conditions.
type meters struct {
	MeterParts
	policy auth.Policy
}

// Meters registers meters, the mappings of their payloads, and the door through
// which they report by HTTP.
func (a *API) Meters(p MeterParts) {
	r := meters{p, a.policy}
	get(a, "listMeters", "/meters", "用电与工况设备列表", r.list, needs(auth.RegistryRead))
	post(a, "registerMeter", "/meters", "登记用电与工况设备", r.register)
	get(a, "getMeter", "/meters/{id}", "用电与工况设备详情", r.get)
	patch(a, "updateMeter", "/meters/{id}", "修改用电与工况设备", r.update)
	post(a, "renewMeterSecret", "/meters/{id}/secret", "更换设备口令", r.renew)
	get(a, "listMeterReadings", "/meters/{id}/readings", "设备读数与原始报文", r.readings)
	get(a, "getMeterSeries", "/meters/{id}/series", "设备历史数据", r.series)
	get(a, "listMeterProfiles", "/meter-profiles", "报文映射列表", r.profiles, needs(auth.RegistryRead))
	post(a, "createMeterProfile", "/meter-profiles", "新建报文映射", r.createProfile)
	get(a, "listMeterProfileVersions", "/meter-profiles/{id}", "报文映射及其沿革", r.versions, needs(auth.RegistryRead))
	post(a, "reviseMeterProfile", "/meter-profiles/{id}/revise", "修订报文映射", r.revise)
	post(a, "tryMeterProfile", "/meter-profiles/try", "试读一条报文", r.try, needs(auth.RegistryRead))
	post(a, "reportMeter", "/meter-data", "设备上报（设备编号与口令，HTTP Basic）", r.report, open, func(o *huma.Operation) {
		o.MaxBodyBytes = mapping.MaxPayload
		o.Description = "正文为设备自己的 JSON，按登记的报文映射读取；保存到磁盘之后才应答。读不出的部分原样保存，并在隔离区列出。"
	})
}

// MeterView is one meter. Its secret is never told again.
type MeterView struct {
	ID             string `json:"id"`
	MN             string `json:"mn"`
	Name           string `json:"name"`
	EnterpriseID   string `json:"enterprise_id"`
	EnterpriseName string `json:"enterprise_name"`
	Area           string `json:"area"`
	AreaName       string `json:"area_name"`
	ProfileID      string `json:"profile_id"`
	ProfileName    string `json:"profile_name"`
	Every          int    `json:"every" doc:"上报间隔，秒"`
	Active         bool   `json:"active"`
	State          string `json:"state" enum:"online,offline,never" doc:"已连接，或三个上报间隔内收到读数为 online"`
	LastAt         string `json:"last_at" doc:"最近一次收到读数，空为尚未收到"`
	CreatedAt      string `json:"created_at"`
	UpdatedAt      string `json:"updated_at"`
	Version        int64  `json:"version"`
}

// MeterFile is one meter with its latest values and its comings and goings.
type MeterFile struct {
	MeterView
	Values  []MeterValueView `json:"values" nullable:"false"`
	Unknown []string         `json:"unknown" nullable:"false" doc:"最近一条报文中映射没有提到的键"`
	Events  []MeterEventView `json:"events" nullable:"false"`
}

// MeterValueView is the latest number of one code.
type MeterValueView struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	Value Number `json:"value"`
	At    string `json:"at"`
}

// MeterEventView says that a meter came or went.
type MeterEventView struct {
	At          string `json:"at"`
	Kind        string `json:"kind" enum:"online,offline"`
	Reason      string `json:"reason"`
	ReasonTitle string `json:"reason_title"`
	Address     string `json:"address"`
	Will        string `json:"will" doc:"设备预先留下的遗嘱"`
}

// patience is how many intervals a meter may be silent.
const patience = 3

func (r meters) view(m meter.Meter) MeterView {
	last := r.Door.HeardAt(m.Num)
	v := MeterView{ID: m.ID, MN: m.MN, Name: m.Name, EnterpriseID: m.EnterpriseID, EnterpriseName: m.EnterpriseName, Area: m.Area, AreaName: r.Names.area(m.Area),
		ProfileID: m.ProfileID, ProfileName: m.ProfileName, Every: m.Every, Active: m.Active, State: "offline", LastAt: when(last),
		CreatedAt: when(m.CreatedAt), UpdatedAt: when(m.UpdatedAt), Version: m.Version}
	silent := max(patience*time.Duration(m.Every)*time.Second, 3*time.Minute)
	switch {
	case m.Active && (r.Door.Connected(m.ID) || !last.IsZero() && r.Now().Sub(last) <= silent):
		v.State = "online"
	case last.IsZero():
		v.State = "never"
	}
	return v
}

func (r meters) list(ctx context.Context, in *struct {
	Q            string `query:"q" maxLength:"100" doc:"编号、名称、企业"`
	Area         string `query:"area" maxLength:"12"`
	EnterpriseID string `query:"enterprise_id" maxLength:"64"`
	Paging
}) (Page[MeterView], error) {
	page, err := r.Service.List(ctx, actor(ctx), meter.Query{Text: in.Q, Area: in.Area, EnterpriseID: in.EnterpriseID, Cursor: in.Cursor, Limit: in.Limit})
	if err == nil {
		err = r.remember(ctx, page)
	}
	return pageOf(page, r.view), err
}

// remember finds when meters were heard last that have not reported since the
// start.
func (r meters) remember(ctx context.Context, page db.Page[meter.Meter]) error {
	for _, m := range page.Items {
		if r.Door.Known(m.Num) {
			continue
		}
		list, _, err := r.Store.MetersReadings(ctx, telemetry.MeterQuery{Device: m.Num, Limit: 1})
		if err != nil {
			return err
		}
		last := time.Time{}
		if len(list) > 0 {
			last = list[0].Received
		}
		r.Door.Remember(m.Num, last)
	}
	return nil
}

func (r meters) get(ctx context.Context, in *ByID) (MeterFile, error) {
	m, err := r.Service.Get(ctx, actor(ctx), auth.RegistryRead, in.ID)
	if err != nil {
		return MeterFile{}, err
	}
	out := MeterFile{Values: []MeterValueView{}, Unknown: []string{}, Events: []MeterEventView{}}
	list, _, err := r.Store.MetersReadings(ctx, telemetry.MeterQuery{Device: m.Num, Limit: 20})
	if err != nil {
		return out, err
	}
	if len(list) > 0 {
		r.Door.Remember(m.Num, list[0].Received)
	}
	points := r.points(ctx, m.ProfileID)
	if len(list) > 0 {
		out.Unknown = append(out.Unknown, points.beyond(list[0].Payload, list[0].Received)...)
	}
	seen := map[string]bool{}
	for _, x := range list {
		for _, it := range x.Items {
			if n, ok := it.Get(telemetry.Rtd); ok && !seen[it.Code] {
				seen[it.Code] = true
				title, unit := points.words(it.Code)
				out.Values = append(out.Values, MeterValueView{it.Code, title, unit, Number{n}, when(x.Time)})
			}
		}
	}
	events, err := r.Service.Events(ctx, m.ID, 50)
	for _, e := range events {
		out.Events = append(out.Events, MeterEventView{when(e.At), e.Kind, e.Reason, meter.Reasons[e.Reason], e.Address, e.Will})
	}
	out.MeterView = r.view(m)
	return out, err
}

// pointWords gives the words of a mapping's codes.
type pointWords struct{ mapping mapping.Mapping }

// points reads the newest mapping; without it codes stand for themselves.
func (r meters) points(ctx context.Context, profile string) pointWords {
	list, err := r.Service.Versions(ctx, profile)
	if err != nil || len(list) == 0 {
		return pointWords{}
	}
	return pointWords{list[0].Mapping}
}

// beyond lists the keys of one stored reading that the mapping does not name. What
// is stored of a list is its element.
func (p pointWords) beyond(payload []byte, received time.Time) []string {
	m := p.mapping
	r := m.Apply(payload, received)
	if len(r.Readings) == 0 {
		m.List = ""
		r = m.Apply(payload, received)
	}
	return r.Unknown
}

func (p pointWords) words(code string) (title, unit string) {
	if x, ok := p.mapping.Point(code); ok && x.Title != "" {
		return x.Title, x.Unit
	}
	f, _ := factor.ByCode(code)
	return f.Name, f.Unit
}

// MeterBody is what is written about a meter.
type MeterBody struct {
	Name      string `json:"name" minLength:"1" maxLength:"60"`
	ProfileID string `json:"profile_id" minLength:"1" maxLength:"64" doc:"报文映射"`
	Every     int    `json:"every,omitempty" minimum:"0" maximum:"86400" doc:"上报间隔，秒；缺省 60"`
}

// MeterSecretView is a meter with its secret, told once.
type MeterSecretView struct {
	MeterView
	Secret string `json:"secret" doc:"设备口令，只显示这一次"`
}

func (r meters) register(ctx context.Context, in *struct {
	Body struct {
		MeterBody
		MN           string `json:"mn" minLength:"1" maxLength:"40" doc:"设备编号，登录名"`
		EnterpriseID string `json:"enterprise_id" minLength:"1" maxLength:"64"`
	}
}) (MeterSecretView, error) {
	m, secret, err := r.Service.Register(ctx, actor(ctx), meter.Meter{MN: in.Body.MN, EnterpriseID: in.Body.EnterpriseID, Name: in.Body.Name,
		ProfileID: in.Body.ProfileID, Every: in.Body.Every})
	return MeterSecretView{r.view(m), secret}, err
}

func (r meters) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		MeterBody
		Active bool `json:"active"`
		Versioned
	}
}) (MeterView, error) {
	m, err := r.Service.Update(ctx, actor(ctx), meter.Meter{ID: in.ID, Name: in.Body.Name, ProfileID: in.Body.ProfileID, Every: in.Body.Every,
		Active: in.Body.Active, Version: in.Body.Version})
	return r.view(m), err
}

func (r meters) renew(ctx context.Context, in *struct {
	ByID
	Body Versioned
}) (MeterSecretView, error) {
	m, secret, err := r.Service.Renew(ctx, actor(ctx), in.ID, in.Body.Version)
	return MeterSecretView{r.view(m), secret}, err
}

// MeterReadingView is one stored reading with the payload it came from.
type MeterReadingView struct {
	ID      string           `json:"id"`
	At      string           `json:"at" doc:"收到的时间"`
	Time    string           `json:"time" doc:"读数的时刻"`
	Assumed bool             `json:"assumed" doc:"报文没有可用的时间，以收到时间代替"`
	Version int64            `json:"version" doc:"同一时刻的第几份，从 1 起"`
	Mapped  bool             `json:"mapped" doc:"映射读出了数值"`
	Values  []MeterValueView `json:"values" nullable:"false"`
	Mapping string           `json:"mapping" doc:"所用映射及版本"`
	Payload string           `json:"payload" doc:"原始报文"`
}

func (r meters) readings(ctx context.Context, in *struct {
	ByID
	From time.Time `query:"from"`
	To   time.Time `query:"to"`
	Paging
}) (out Page[MeterReadingView], err error) {
	m, err := r.Service.Get(ctx, actor(ctx), auth.TelemetryRead, in.ID)
	if err != nil {
		return out, err
	}
	list, next, err := r.Store.MetersReadings(ctx, telemetry.MeterQuery{Device: m.Num, From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	out = Page[MeterReadingView]{Items: make([]MeterReadingView, 0, len(list)), Next: next, Total: len(list), TotalCapped: next != ""}
	points := r.points(ctx, m.ProfileID)
	for _, x := range list {
		v := MeterReadingView{ID: x.Time.Format("20060102150405.000") + "-" + x.CN.String() + "-" + Stamp(x.Received.UnixMicro()), At: when(x.Received), Time: when(x.Time),
			Assumed: x.Assumed, Version: x.Version, Mapped: x.CN != telemetry.CNUnmapped, Values: []MeterValueView{}, Mapping: x.Mapping, Payload: readable(x.Payload)}
		for _, it := range x.Items {
			if n, ok := it.Get(telemetry.Rtd); ok {
				title, unit := points.words(it.Code)
				v.Values = append(v.Values, MeterValueView{it.Code, title, unit, Number{n}, when(x.Time)})
			}
		}
		out.Items = append(out.Items, v)
	}
	return out, err
}

func (r meters) series(ctx context.Context, in *struct {
	ByID
	From  time.Time `query:"from" required:"true"`
	To    time.Time `query:"to" required:"true"`
	Codes string    `query:"codes" maxLength:"400" doc:"编码，以逗号分隔；空为全部"`
}) (out []SeriesLine, err error) {
	m, err := r.Service.Get(ctx, actor(ctx), auth.TelemetryRead, in.ID)
	if err != nil {
		return nil, err
	}
	codes := strings.FieldsFunc(in.Codes, func(c rune) bool { return c == ',' })
	list, _, err := r.Store.MeterSeries(ctx, m.Num, codes, in.From, in.To)
	points := r.points(ctx, m.ProfileID)
	out = make([]SeriesLine, 0, len(list))
	for _, s := range list {
		title, unit := points.words(s.Factor)
		v := SeriesLine{Code: s.Factor, Name: title, Unit: unit, Limits: []SeriesLimit{}, Points: make([]SeriesPoint, 0, len(s.Points)), Of: len(s.Points)}
		for _, p := range s.Points {
			v.Points = append(v.Points, SeriesPoint{T: when(p.At), Avg: Number{p.Value}, Flag: "N"})
		}
		out = append(out, v)
	}
	return out, err
}
