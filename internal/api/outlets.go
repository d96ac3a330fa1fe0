package api

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// OpenAlarms counts alarms by outlet, within the actor's reach.
type OpenAlarms interface {
	Open(ctx context.Context, actor auth.Actor) (map[string]int, error)
}

// OutletParts is what the resource of outlets is made from.
type OutletParts struct {
	Registry *enterprise.Service
	Devices  *telemetry.Devices
	Store    *telemetry.Store
	Digest   *telemetry.Digest
	Alarms   OpenAlarms
	Names    Names
}

type outlets struct {
	OutletParts
	policy auth.Policy
}

// Outlets registers the monitored outlets with what they emit: current values,
// series and the frames as received.
func (a *API) Outlets(p OutletParts) {
	r := outlets{p, a.policy}
	get(a, "listOutlets", "/outlets", "监控点列表", r.list, needs(auth.TelemetryRead))
	get(a, "getOutlet", "/outlets/{id}", "监控点详情", r.get)
	get(a, "getSeries", "/outlets/{id}/series", "历史数据", r.series)
	exportRows(a, "exportSeries", "/outlets/{id}/series", "导出历史数据", "监测数据", seriesColumns, r.export)
	exportList(a, "exportOutlets", "/outlets/export", "导出监控点", "监控点", outletColumns, r.list, needs(auth.TelemetryRead))
	get(a, "listFrames", "/outlets/{id}/frames", "原始报文", r.frames)
	get(a, "getFrame", "/outlets/{id}/frame", "一帧报文的解析", r.frame)
}

// OutletView is one monitored outlet as it is now.
type OutletView struct {
	OutletRef
	State      string      `json:"state" enum:"online,offline,alarm" doc:"有未解除预警为 alarm；10 分钟未上报为 offline"`
	LastAt     string      `json:"last_at" doc:"最近一次收到报文"`
	Values     []ValueView `json:"values" nullable:"false"`
	AlarmsOpen int         `json:"alarms_open"`
}

// ValueView is what a factor reads now. Ratio compares the converted value where
// there is one.
type ValueView struct {
	Code      string  `json:"code"`
	Name      string  `json:"name"`
	Unit      string  `json:"unit"`
	Value     Number  `json:"value"`
	Converted *Number `json:"converted,omitempty" doc:"折算值"`
	Flag      string  `json:"flag" doc:"数据标记，N 为正常"`
	At        string  `json:"at"`
	Kind      string  `json:"kind" enum:"realtime,minute,hour"`
	Limit     *Number `json:"limit,omitempty" doc:"现行上限"`
	Lower     *Number `json:"lower,omitempty" doc:"现行下限"`
	Statistic string  `json:"statistic" doc:"限值针对的统计量"`
	Ratio     float64 `json:"ratio" doc:"值与上限之比，0 为不适用"`
}

// OutletFile is one outlet with its devices and limits.
type OutletFile struct {
	OutletView
	Devices []DeviceView `json:"devices" nullable:"false"`
	Limits  []LimitView  `json:"limits" nullable:"false"`
}

func (r outlets) ref(o enterprise.Outlet) OutletRef {
	return OutletRef{o.ID, o.EnterpriseID, o.EnterpriseName, o.Code, o.Name, o.Kind, o.Area, r.Names.area(o.Area), o.Lng, o.Lat, o.Version}
}

// now is what a page of outlets is judged against.
type now struct {
	at     time.Time
	open   map[string]int
	limits map[string][]enterprise.Limit
}

func (r outlets) view(o enterprise.Outlet, n now) OutletView {
	c := r.Digest.Current(o.ID)
	v := OutletView{OutletRef: r.ref(o), State: state(c.Online(n.at), n.open[o.ID]), LastAt: when(c.LastAt), Values: make([]ValueView, 0, len(c.Values)), AlarmsOpen: n.open[o.ID]}
	for _, x := range c.Values {
		v.Values = append(v.Values, valueView(x, n.limits[o.ID], n.at))
	}
	return v
}

func state(online bool, open int) string {
	switch {
	case open > 0:
		return "alarm"
	case online:
		return "online"
	}
	return "offline"
}

func valueView(x telemetry.CurrentValue, limits []enterprise.Limit, at time.Time) ValueView {
	f, _ := factor.ByCode(x.Factor)
	v := ValueView{Code: x.Factor, Name: f.Name, Unit: f.Unit, Value: Number{x.Value}, Converted: number(x.Converted), Flag: x.Flag, At: when(x.At), Kind: kindOf(x)}
	for _, s := range []enterprise.Statistic{enterprise.Realtime, enterprise.Hour, enterprise.Day} {
		l, ok := enterprise.LimitAt(limits, x.Factor, s, at)
		if !ok {
			continue
		}
		v.Limit, v.Lower, v.Statistic = number(l.Upper), number(l.Lower), string(s)
		if l.Upper != nil {
			if ratio := telemetry.Ratio(x.Judged(), *l.Upper); ratio != nil {
				v.Ratio = *ratio
			}
		}
		break
	}
	return v
}

func kindOf(x telemetry.CurrentValue) string {
	switch x.CN {
	case telemetry.CNMinute:
		return "minute"
	case telemetry.CNHour:
		return "hour"
	}
	return "realtime"
}

// OutletQuery narrows the list of outlets.
type OutletQuery struct {
	Q            string `query:"q" maxLength:"100" doc:"排放口、企业"`
	Area         string `query:"area" maxLength:"12"`
	Kind         string `query:"kind" enum:"gas,water,rain"`
	State        string `query:"state" enum:"online,offline,alarm"`
	Device       string `query:"device" enum:"none" doc:"none：还没有启用的数采仪"`
	EnterpriseID string `query:"enterprise_id" maxLength:"64"`
}

func (r outlets) list(ctx context.Context, in *struct {
	OutletQuery
	Paging
}) (out Page[OutletView], err error) {
	who, n := actor(ctx), now{at: r.Store.Clock()}
	if n.open, err = r.Alarms.Open(ctx, who); err != nil {
		return out, err
	}
	q := enterprise.Query{Text: in.Q, Area: in.Area, Kind: enterprise.Kind(in.Kind), EnterpriseID: in.EnterpriseID, Cursor: in.Cursor, Limit: in.Limit}
	r.inState(&q, in.State, n)
	if in.Device == "none" {
		with, err := r.Devices.Equipped(ctx)
		if err != nil {
			return out, err
		}
		q.NotIDs = append(q.NotIDs, with...)
	}
	page, err := r.Registry.ListOutlets(ctx, who, auth.TelemetryRead, q)
	if err != nil {
		return out, err
	}
	ids := make([]string, len(page.Items))
	for i, o := range page.Items {
		ids[i] = o.ID
	}
	if n.limits, err = r.Registry.LimitsFor(ctx, ids); err != nil {
		return out, err
	}
	return pageOf(page, func(o enterprise.Outlet) OutletView { return r.view(o, n) }), nil
}

// inState narrows the list to a state. What is online lives in memory, so the
// outlets are named one by one.
func (r outlets) inState(q *enterprise.Query, want string, n now) {
	if want == "" {
		return
	}
	alarmed, online := []string{}, []string{}
	for id := range n.open {
		alarmed = append(alarmed, id)
	}
	for id, at := range r.Digest.Heard() {
		if (telemetry.Current{LastAt: at}).Online(n.at) {
			online = append(online, id)
		}
	}
	switch want {
	case "alarm":
		q.IDs = alarmed
	case "online":
		q.IDs, q.NotIDs = online, alarmed
	case "offline":
		q.NotIDs = append(online, alarmed...)
	}
}

func (r outlets) get(ctx context.Context, in *ByID) (out OutletFile, err error) {
	who, n := actor(ctx), now{at: r.Store.Clock()}
	o, err := r.Registry.GetOutlet(ctx, who, auth.TelemetryRead, in.ID)
	if err != nil {
		return out, err
	}
	if n.open, err = r.Alarms.Open(ctx, who); err != nil {
		return out, err
	}
	if n.limits, err = r.Registry.LimitsFor(ctx, []string{o.ID}); err != nil {
		return out, err
	}
	out = OutletFile{OutletView: r.view(o, n), Devices: []DeviceView{}, Limits: []LimitView{}}
	for _, l := range n.limits[o.ID] {
		out.Limits = append(out.Limits, limitView(l))
	}
	if !r.policy.Can(who, auth.RegistryRead, o.Scope()) {
		return out, nil
	}
	list, err := r.Devices.Of(ctx, who, o.ID)
	for _, d := range list {
		out.Devices = append(out.Devices, deviceView(d, r.Digest.DeviceHeard(d.Num)))
	}
	return out, err
}

// SeriesView is a stretch of values.
type SeriesView struct {
	Kind      string       `json:"kind" enum:"realtime,minute,hour,day"`
	Factors   []SeriesLine `json:"factors" nullable:"false"`
	Truncated bool         `json:"truncated" doc:"数据过多，末尾未给出"`
}

// SeriesLine is one factor of a series.
type SeriesLine struct {
	Code   string        `json:"code"`
	Name   string        `json:"name"`
	Unit   string        `json:"unit"`
	Limits []SeriesLimit `json:"limits" nullable:"false"`
	Points []SeriesPoint `json:"points" nullable:"false"`
	Of     int           `json:"of" doc:"抽稀前的点数；大于 points 的个数即已抽稀"`
}

// SeriesLimit is a limit in force during a part of the stretch.
type SeriesLimit struct {
	Upper    *Number `json:"upper,omitempty"`
	Lower    *Number `json:"lower,omitempty"`
	From     string  `json:"from"`
	To       string  `json:"to" doc:"空为至今有效"`
	Standard string  `json:"standard"`
	Kind     string  `json:"kind" enum:"realtime,hour,day" doc:"限值针对的统计量"`
}

// SeriesPoint is one value: Avg is what limits are compared with, the converted
// value where there is one; Measured then holds the value before conversion.
type SeriesPoint struct {
	T        string  `json:"t"`
	Avg      Number  `json:"avg"`
	Measured *Number `json:"measured,omitempty" doc:"折算前的实测值"`
	Min      *Number `json:"min,omitempty"`
	Max      *Number `json:"max,omitempty"`
	Flag     string  `json:"flag"`
	Source   string  `json:"source" doc:"小时、日数据的来源：report 上报，minute、realtime、hour 为计算"`
}

// SeriesQuery says which values of an outlet are wanted. Without times it is the
// last day (realtime, minute), week (hour) or month (day).
type SeriesQuery struct {
	ByID
	Kind    string    `query:"kind" default:"hour" enum:"realtime,minute,hour,day"`
	Factors string    `query:"factors" maxLength:"400" doc:"因子编码，逗号分隔；空为全部"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	Points  int       `query:"points" minimum:"0" maximum:"20000" doc:"每个因子大约最多的点数，0 为全部；过多时按时间等分，每段保留有效值的最小、最大和首个超过限值的点，以及数据标记改变处，点值不变"`
}

func (q SeriesQuery) query(clock time.Time) telemetry.SeriesQuery {
	out := telemetry.SeriesQuery{OutletID: q.ID, Kind: telemetry.SeriesKind(q.Kind), From: q.From, To: q.To}
	for _, f := range strings.Split(q.Factors, ",") {
		if f = strings.TrimSpace(f); f != "" {
			out.Factors = append(out.Factors, f)
		}
	}
	if out.To.IsZero() {
		out.To = clock.Add(time.Minute)
	}
	if out.From.IsZero() {
		back := map[string]time.Duration{"hour": 7 * 24 * time.Hour, "day": 31 * 24 * time.Hour}[q.Kind]
		out.From = out.To.Add(-max(back, 24*time.Hour))
	}
	return out
}

func (r outlets) series(ctx context.Context, in *SeriesQuery) (SeriesView, error) {
	out := SeriesView{Kind: in.Kind, Factors: []SeriesLine{}}
	if _, err := r.Registry.GetOutlet(ctx, actor(ctx), auth.TelemetryRead, in.ID); err != nil {
		return out, err
	}
	q := in.query(r.Store.Clock())
	all, truncated, err := r.Store.SeriesOf(ctx, q)
	if err != nil {
		return out, err
	}
	limits, err := r.Registry.LimitsFor(ctx, []string{in.ID})
	if err != nil {
		return out, err
	}
	out.Truncated = truncated
	for _, s := range all {
		f, _ := factor.ByCode(s.Factor)
		line := SeriesLine{Code: s.Factor, Name: f.Name, Unit: f.Unit, Limits: seriesLimits(limits[in.ID], s.Factor, q), Of: len(s.Points)}
		points := telemetry.Thin(s.Points, in.Points, overAny(limits[in.ID], s.Factor, q.Kind))
		line.Points = make([]SeriesPoint, 0, len(points))
		for _, p := range points {
			line.Points = append(line.Points, pointView(p))
		}
		out.Factors = append(out.Factors, line)
	}
	return out, nil
}

func pointView(p telemetry.Point) SeriesPoint {
	v := SeriesPoint{T: when(p.At), Avg: Number{p.Judged()}, Min: number(p.Min), Max: number(p.Max), Flag: p.Flag, Source: p.Source}
	if p.Converted != nil {
		v.Measured = &Number{p.Value}
	}
	return v
}

// judgedBy says which limits a chart of a kind shows: those of its own statistic
// or, without any, the next longer one for orientation.
var judgedBy = map[telemetry.SeriesKind][]enterprise.Statistic{
	telemetry.SeriesRealtime: {enterprise.Realtime, enterprise.Hour, enterprise.Day},
	telemetry.SeriesMinute:   {enterprise.Realtime, enterprise.Hour, enterprise.Day},
	telemetry.SeriesHour:     {enterprise.Hour, enterprise.Day},
	telemetry.SeriesDay:      {enterprise.Day},
}

func seriesLimits(all []enterprise.Limit, code string, q telemetry.SeriesQuery) []SeriesLimit {
	for _, s := range judgedBy[q.Kind] {
		out := []SeriesLimit{}
		for _, l := range all {
			if l.Factor == code && l.Statistic == s && l.ValidFrom.Before(q.To) && (l.ValidTo.IsZero() || l.ValidTo.After(q.From)) {
				out = append(out, SeriesLimit{number(l.Upper), number(l.Lower), when(l.ValidFrom), when(l.ValidTo), l.Standard, string(s)})
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return []SeriesLimit{}
}

// overAny says which values lie outside the limits that a chart of their kind shows.
func overAny(all []enterprise.Limit, code string, kind telemetry.SeriesKind) func(telemetry.Point) bool {
	return func(p telemetry.Point) bool {
		for _, s := range judgedBy[kind] {
			l, ok := enterprise.LimitAt(all, code, s, p.At)
			if !ok {
				continue
			}
			v := p.Judged()
			return l.Upper != nil && v.Cmp(*l.Upper) > 0 || l.Lower != nil && v.Cmp(*l.Lower) < 0
		}
		return false
	}
}

// seriesRow is one value of an exported series.
type seriesRow struct {
	SeriesLine
	SeriesPoint
}

var seriesColumns = []column[seriesRow]{
	{sheet.Time("时间"), func(v seriesRow) any { return v.T }},
	{sheet.Text("因子编码", 12), func(v seriesRow) any { return v.Code }},
	{sheet.Text("因子", 16), func(v seriesRow) any { return v.Name }},
	{sheet.Text("单位", 12), func(v seriesRow) any { return v.Unit }},
	{sheet.Number("值"), func(v seriesRow) any { return v.Avg.Decimal }},
	{sheet.Number("折算前的值"), func(v seriesRow) any { return exact(v.Measured) }},
	{sheet.Number("最小值"), func(v seriesRow) any { return exact(v.Min) }},
	{sheet.Number("最大值"), func(v seriesRow) any { return exact(v.Max) }},
	{sheet.Text("数据标记", 10), func(v seriesRow) any { return v.Flag }},
	{sheet.Text("来源", 10), func(v seriesRow) any { return v.Source }},
}

func (r outlets) export(ctx context.Context, in *SeriesQuery, row func(seriesRow) error) error {
	v, err := r.series(ctx, in)
	if err != nil {
		return err
	}
	if v.Truncated {
		return fault.Invalidf("数据过多，一个文件放不下；请缩短时间范围、减少因子，或改为导出小时、日数据").With("from", "时间范围过长")
	}
	for _, f := range v.Factors {
		for _, p := range f.Points {
			if err := row(seriesRow{f, p}); err != nil {
				return err
			}
		}
	}
	return nil
}

var outletColumns = []column[OutletView]{
	{sheet.Text("监控点", 24), func(v OutletView) any { return v.Name }},
	{sheet.Text("编号", 12), func(v OutletView) any { return v.Code }},
	{sheet.Text("企业", 32), func(v OutletView) any { return v.EnterpriseName }},
	{sheet.Text("辖区", 16), func(v OutletView) any { return v.AreaName }},
	{sheet.Text("类别", 10), func(v OutletView) any { return v.Kind.Title() }},
	{sheet.Number("经度"), func(v OutletView) any { return degrees(v.Lng) }},
	{sheet.Number("纬度"), func(v OutletView) any { return degrees(v.Lat) }},
	{sheet.Text("状态", 10), func(v OutletView) any { return outletStates[v.State] }},
	{sheet.Time("最近上报"), func(v OutletView) any { return v.LastAt }},
	{sheet.Number("未解除预警").In("起"), func(v OutletView) any { return v.AlarmsOpen }},
	{sheet.Text("当前值", 60), func(v OutletView) any { return present(v.Values) }},
}

var outletStates = map[string]string{"online": "在线", "offline": "离线", "alarm": "预警"}

// present puts what an outlet reads now into one cell.
func present(values []ValueView) string {
	out := make([]string, len(values))
	for i, v := range values {
		n := v.Value
		if v.Converted != nil {
			n = *v.Converted
		}
		out[i] = strings.TrimSpace(v.Name + " " + n.String() + " " + v.Unit)
	}
	return strings.Join(out, "；")
}
