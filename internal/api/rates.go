package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/official"
	"github.com/qingshao/qingshao/internal/sheet"
)

// rates registers the rates of transmission and validity.
func (r officials) rates(a *API) {
	get(a, "getRates", "/rates/total", "传输有效率合计", r.rateTotal, needs(auth.TelemetryRead))
	get(a, "listRates", "/rates", "传输率、有效率、传输有效率", r.rateList, needs(auth.TelemetryRead))
	exportList(a, "exportRates", "/rates/export", "导出传输有效率", "传输有效率", rateColumns, r.rateList)
	get(a, "getOutletRates", "/outlets/{id}/rates", "一个排放口逐日逐时的传输与有效情况", r.rateDays)
}

// RateView is the rates of an outlet, an enterprise or an area.
type RateView struct {
	Group          string  `json:"group" enum:"outlet,enterprise,area"`
	ID             string  `json:"id" doc:"排放口或企业的 id、辖区代码"`
	Name           string  `json:"name"`
	EnterpriseID   string  `json:"enterprise_id"`
	EnterpriseName string  `json:"enterprise_name"`
	Area           string  `json:"area"`
	AreaName       string  `json:"area_name"`
	Kind           string  `json:"kind"`
	Outlets        int     `json:"outlets"`
	Hours          int     `json:"hours" doc:"已到的小时数，各因子之和"`
	Stopped        int     `json:"stopped" doc:"停运，不计应传"`
	Due            int     `json:"due" doc:"应传"`
	Received       int     `json:"received" doc:"收到"`
	Missing        int     `json:"missing" doc:"缺失"`
	Valid          int     `json:"valid" doc:"有效"`
	Marked         int     `json:"marked" doc:"应传小时中带标记的"`
	Known          bool    `json:"known" doc:"应传不为零；否则没有比率"`
	Transmission   *Number `json:"transmission,omitempty" doc:"传输率（%）"`
	Validity       *Number `json:"validity,omitempty" doc:"有效率（%）"`
	Effective      *Number `json:"effective,omitempty" doc:"传输有效率（%）"`
	Below          bool    `json:"below" doc:"低于要求"`
}

func rateView(group string, t official.Tally, p official.Policy) RateView {
	v := RateView{Group: group, Hours: t.Hours, Stopped: t.Stopped, Due: t.Due(), Received: t.Received, Missing: t.Missing(), Valid: t.Valid, Marked: t.Marked}
	if x, ok := t.Rates(p); ok {
		v.Known, v.Transmission, v.Validity, v.Effective = true, &Number{x.Transmission}, &Number{x.Validity}, &Number{x.Effective}
		v.Below = x.Effective.Float64() < float64(p.Target)
	}
	return v
}

// RateQuery says which hours are counted.
type RateQuery struct {
	Q            string `query:"q" maxLength:"100" doc:"排放口、企业"`
	Area         string `query:"area" maxLength:"12"`
	Kind         string `query:"kind" enum:"gas,water"`
	EnterpriseID string `query:"enterprise_id" maxLength:"64"`
	OutletID     string `query:"outlet_id" maxLength:"64"`
	From         string `query:"from" maxLength:"10" doc:"起始日，例如 2026-11-01；空为本月一日"`
	To           string `query:"to" maxLength:"10" doc:"截止日（含）；空为今日"`
}

func (r officials) rateQuery(q RateQuery) (out telemetry.RateQuery, err error) {
	now := r.digest.Now().In(beijing)
	out = telemetry.RateQuery{Text: q.Q, Area: q.Area, Kind: enterprise.Kind(q.Kind), EnterpriseID: q.EnterpriseID, OutletID: q.OutletID,
		From: time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, beijing), To: time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, beijing)}
	bad := fault.Invalidf("日期格式有误")
	for _, x := range []struct {
		name, text string
		add        int
		to         *time.Time
	}{{"from", q.From, 0, &out.From}, {"to", q.To, 1, &out.To}} {
		if x.text == "" {
			continue
		}
		d, err := time.ParseInLocation(time.DateOnly, x.text, beijing)
		if err != nil {
			return out, bad.With(x.name, "应形如 2026-11-01")
		}
		*x.to = d.AddDate(0, 0, x.add)
	}
	return out, nil
}

// RateTotal is the sum of all that was asked for, with the rules of counting.
type RateTotal struct {
	RateView
	From   string `json:"from"`
	To     string `json:"to" doc:"截止日（含）"`
	Target int    `json:"target" doc:"要求的传输有效率（%）"`
	Below  int    `json:"below_outlets" doc:"低于要求的排放口数"`
	Basis  string `json:"basis" doc:"计算口径"`
}

// rateBasis says how the rates are counted.
func rateBasis(p official.Policy) string {
	valid := "收到"
	if p.ValidOfDue {
		valid = "应传"
	}
	return "按废气颗粒物、二氧化硫、氮氧化物，废水化学需氧量、氨氮的小时值计数；应传不计停运小时；传输率＝收到÷应传，有效率＝有效÷" + valid + "，传输有效率＝两者之积；多个排放口按小时数合计，不对比率求平均；自首个小时值（没有时自设备登记）起算"
}

func (r officials) rateTotal(ctx context.Context, in *RateQuery) (out RateTotal, err error) {
	q, err := r.rateQuery(*in)
	if err != nil {
		return out, err
	}
	list, err := r.digest.Rates(ctx, r.policy, actor(ctx), q)
	if err != nil {
		return out, err
	}
	p := r.digest.OfficialPolicy()
	sum := official.Tally{}
	for _, x := range list {
		sum = sum.Add(x.Tally)
		if rateView("outlet", x.Tally, p).Below {
			out.Below++
		}
	}
	out.RateView = rateView("area", sum, p)
	out.Outlets = len(list)
	out.From, out.To, out.Target, out.Basis = day(q.From), day(q.To.AddDate(0, 0, -1)), p.Target, rateBasis(p)
	return out, nil
}

func day(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

// RateListQuery is RateQuery with how to group and page.
type RateListQuery struct {
	RateQuery
	Group string `query:"group" default:"outlet" enum:"outlet,enterprise,area"`
	State string `query:"state" enum:"below,missing" doc:"below 低于要求，missing 有缺失"`
	Paging
}

// rateList gives the worst first.
func (r officials) rateList(ctx context.Context, in *RateListQuery) (out Page[RateView], err error) {
	q, err := r.rateQuery(in.RateQuery)
	if err != nil {
		return out, err
	}
	list, err := r.digest.Rates(ctx, r.policy, actor(ctx), q)
	if err != nil {
		return out, err
	}
	rows := r.rateRows(in.Group, list)
	rows = slices.DeleteFunc(rows, func(v RateView) bool {
		return in.State == "below" && !v.Below || in.State == "missing" && v.Missing == 0
	})
	slices.SortStableFunc(rows, worse)
	from := 0
	if in.Cursor != "" {
		if from, err = strconv.Atoi(in.Cursor); err != nil || from < 0 || from > len(rows) {
			return out, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
	}
	to := min(len(rows), from+max(1, in.Limit))
	out = Page[RateView]{Items: append([]RateView{}, rows[from:to]...), Total: len(rows)}
	if to < len(rows) {
		out.Next = strconv.Itoa(to)
	}
	return out, nil
}

// worse puts the lowest rate first and what has none last.
func worse(a, b RateView) int {
	switch {
	case a.Known != b.Known:
		if a.Known {
			return -1
		}
		return 1
	case a.Known:
		if c := a.Effective.Cmp(b.Effective.Decimal); c != 0 {
			return c
		}
	}
	if c := b.Missing - a.Missing; c != 0 {
		return c
	}
	return strings.Compare(a.Name+a.ID, b.Name+b.ID)
}

func (r officials) rateRows(group string, list []telemetry.OutletRates) []RateView {
	p := r.digest.OfficialPolicy()
	out := []RateView{}
	switch group {
	case "enterprise", "area":
		key := func(x telemetry.OutletRates) (string, string) { return x.EnterpriseID, x.EnterpriseName }
		if group == "area" {
			key = func(x telemetry.OutletRates) (string, string) {
				code := x.Area
				if len(code) > 6 {
					code = code[:6]
				}
				return code, r.names.area(code)
			}
		}
		for _, g := range telemetry.SumRates(list, key) {
			v := rateView(group, g.Tally, p)
			v.ID, v.Name, v.Outlets = g.Key, g.Name, g.Outlets
			if group == "enterprise" {
				v.EnterpriseID, v.EnterpriseName = g.Key, g.Name
			} else {
				v.Area, v.AreaName = g.Key, g.Name
			}
			out = append(out, v)
		}
	default:
		for _, x := range list {
			v := rateView("outlet", x.Tally, p)
			v.ID, v.Name, v.EnterpriseID, v.EnterpriseName, v.Area, v.AreaName, v.Kind, v.Outlets = x.OutletID, x.OutletName, x.EnterpriseID, x.EnterpriseName, x.Area, r.names.area(x.Area), string(x.Kind), 1
			out = append(out, v)
		}
	}
	return out
}

var rateColumns = []column[RateView]{
	{sheet.Text("名称", 28), func(v RateView) any { return v.Name }},
	{sheet.Text("企业", 28), func(v RateView) any { return v.EnterpriseName }},
	{sheet.Text("辖区", 16), func(v RateView) any { return v.AreaName }},
	{sheet.Number("排放口数"), func(v RateView) any { return int64(v.Outlets) }},
	{sheet.Number("应传小时"), func(v RateView) any { return int64(v.Due) }},
	{sheet.Number("停运小时"), func(v RateView) any { return int64(v.Stopped) }},
	{sheet.Number("收到"), func(v RateView) any { return int64(v.Received) }},
	{sheet.Number("缺失"), func(v RateView) any { return int64(v.Missing) }},
	{sheet.Number("有效"), func(v RateView) any { return int64(v.Valid) }},
	{sheet.Number("传输率"), func(v RateView) any { return rateCell(v.Transmission) }},
	{sheet.Number("有效率"), func(v RateView) any { return rateCell(v.Validity) }},
	{sheet.Number("传输有效率"), func(v RateView) any { return rateCell(v.Effective) }},
}

func rateCell(n *Number) any {
	if n == nil {
		return nil
	}
	return n.Decimal
}

// RateDay is one day of one factor, an hour a letter.
type RateDay struct {
	Day     string `json:"day"`
	Letters string `json:"letters" doc:"24 个字母：V 有效，I 收到而无效，M 有标记，S 停运，X 缺失，- 未到"`
	RateView
}

// RateFactor is one factor of an outlet.
type RateFactor struct {
	Code string    `json:"code"`
	Name string    `json:"name"`
	Days []RateDay `json:"days" nullable:"false"`
}

// RateCalendar is what came from one outlet, hour by hour.
type RateCalendar struct {
	Total   RateView     `json:"total"`
	Since   string       `json:"since" doc:"自何时起应传"`
	Target  int          `json:"target"`
	Basis   string       `json:"basis"`
	Factors []RateFactor `json:"factors" nullable:"false"`
}

func (r officials) rateDays(ctx context.Context, in *struct {
	ByID
	From string `query:"from" maxLength:"10" doc:"起始日；空为本月一日"`
	To   string `query:"to" maxLength:"10" doc:"截止日（含）；空为今日"`
}) (out RateCalendar, err error) {
	p := r.digest.OfficialPolicy()
	out = RateCalendar{Factors: []RateFactor{}, Target: p.Target, Basis: rateBasis(p), Total: rateView("outlet", official.Tally{}, p)}
	if _, err := r.registry.GetOutlet(ctx, actor(ctx), auth.TelemetryRead, in.ID); err != nil {
		return out, err
	}
	q, err := r.rateQuery(RateQuery{OutletID: in.ID, From: in.From, To: in.To})
	if err != nil {
		return out, err
	}
	list, err := r.digest.Rates(ctx, r.policy, actor(ctx), q)
	if err != nil || len(list) == 0 {
		return out, err
	}
	rows := r.rateRows("outlet", list)
	out.Total, out.Since = rows[0], when(list[0].Since)
	for _, f := range list[0].Factors {
		x := RateFactor{Code: f.Factor, Name: factor.Name(f.Factor), Days: []RateDay{}}
		for i, d := range f.Days {
			x.Days = append(x.Days, RateDay{day(q.From.AddDate(0, 0, i)), d.Letters(), rateView("outlet", d.Tally(), p)})
		}
		out.Factors = append(out.Factors, x)
	}
	return out, nil
}
