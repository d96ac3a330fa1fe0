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
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
	"github.com/qingshao/qingshao/internal/sheet"
)

// officials is the resource of official hourly and daily values.
type officials struct {
	digest   *telemetry.Digest
	registry *enterprise.Service
	policy   auth.Policy
	names    Names
}

// Officials registers the official values, what stands behind each, and the
// settings and rules that they are made with.
func (a *API) Officials(g *telemetry.Digest, e *enterprise.Service, n Names) {
	r := officials{g, e, a.policy, n}
	get(a, "listOfficial", "/outlets/{id}/official/{period}", "法定均值", r.list)
	exportRows(a, "exportOfficial", "/outlets/{id}/official", "导出法定均值", "法定均值", officialColumns, r.export)
	get(a, "explainOfficial", "/outlets/{id}/official/{period}/{factor}", "一个法定均值的来历", r.explain)
	get(a, "getEmission", "/outlets/{id}/emission", "一个季度的排放量、缺失替代与统计", r.emission)
	get(a, "listNorms", "/outlets/{id}/norms", "折算与流量设置", r.norms)
	post(a, "setNorm", "/outlets/{id}/norms", "登记折算与流量设置", r.setNorm)
	get(a, "getOfficialRules", "/official/rules", "法定均值、标记、替代所依据的规则", r.rules)
	r.rates(a)
}

// OfficialView is one official value.
type OfficialView struct {
	Factor        string   `json:"factor"`
	FactorName    string   `json:"factor_name"`
	Unit          string   `json:"unit"`
	At            string   `json:"at" doc:"时段开始"`
	Version       int64    `json:"version"`
	Value         *Number  `json:"value,omitempty"`
	Converted     *Number  `json:"converted,omitempty" doc:"折算值"`
	ConvertedHere bool     `json:"converted_here" doc:"由本系统折算，站点未上报折算值"`
	Min           *Number  `json:"min,omitempty"`
	Max           *Number  `json:"max,omitempty"`
	Total         *Number  `json:"total,omitempty" doc:"排放量（kg）或流量合计（m³）"`
	TotalUnit     string   `json:"total_unit"`
	Count         int      `json:"count" doc:"有效数据个数；0 为站点上报"`
	Due           int      `json:"due" doc:"应有数据个数"`
	Flag          string   `json:"flag" doc:"数据标记，N 为有效"`
	OwnFlag       string   `json:"own_flag" doc:"未计标记时的数据标记"`
	Valid         bool     `json:"valid"`
	Judged        bool     `json:"judged" doc:"可作为超标依据"`
	Exempt        bool     `json:"exempt" doc:"豁免：有效但不作为超标依据"`
	Guard         string   `json:"guard" doc:"不作判定的原因编码"`
	GuardTitle    string   `json:"guard_title"`
	Source        string   `json:"source" doc:"report 站点上报，minute、realtime、hour 为计算"`
	SourceTitle   string   `json:"source_title"`
	Marks         []string `json:"marks" nullable:"false" doc:"标记的 id"`
	Rules         string   `json:"rules" doc:"规则版本"`
	Cause         string   `json:"cause" doc:"产生此版本的原因编码"`
	CauseTitle    string   `json:"cause_title"`
	MadeAt        string   `json:"made_at"`
	Limit         *Number  `json:"limit,omitempty"`
	Lower         *Number  `json:"lower,omitempty"`
	Exceeds       bool     `json:"exceeds" doc:"可判定且超过限值"`
}

var sourceTitles = map[string]string{telemetry.Reported: "站点上报", telemetry.FromMinute: "由分钟数据计算", telemetry.FromRealtime: "由实时数据计算", telemetry.FromHours: "由小时值计算"}

var causeTitles = map[string]string{telemetry.CauseFirst: "首次生成", telemetry.CauseReported: "收到站点上报的值", telemetry.CauseData: "数据迟到或更正",
	telemetry.CauseMark: "标记设置或取消", telemetry.CauseRules: "折算设置或规则变化"}

func officialView(v telemetry.PeriodValue, period telemetry.Period, limits []enterprise.Limit) OfficialView {
	f, _ := factor.ByCode(v.Factor)
	out := OfficialView{Factor: v.Factor, FactorName: factor.Name(v.Factor), Unit: f.Unit, At: when(v.At), Version: v.Version, Value: number(v.Value),
		Converted: number(v.Converted), ConvertedHere: v.ConvertedHere, Min: number(v.Min), Max: number(v.Max), Total: number(v.Total), TotalUnit: totalUnit(f),
		Count: v.Count, Due: v.Due, Flag: v.Flag, OwnFlag: v.OwnFlag, Valid: v.Valid(), Exempt: v.Exempt, Guard: string(v.Guard), GuardTitle: v.Guard.Title(),
		Source: v.Source, SourceTitle: sourceTitles[v.Source], Marks: []string{}, Rules: v.Rules, Cause: v.Cause, CauseTitle: causeTitles[v.Cause], MadeAt: when(v.MadeAt)}
	if v.Marks != "" {
		out.Marks = strings.Split(v.Marks, ",")
	}
	n, ok := v.Judged()
	out.Judged = ok && v.Valid()
	statistic := enterprise.Hour
	if period == telemetry.Day {
		statistic = enterprise.Day
	}
	if l, found := enterprise.LimitAt(limits, v.Factor, statistic, v.At); found {
		out.Limit, out.Lower = number(l.Upper), number(l.Lower)
		out.Exceeds = out.Judged && (l.Upper != nil && n.Cmp(*l.Upper) > 0 || l.Lower != nil && n.Cmp(*l.Lower) < 0)
	}
	return out
}

func totalUnit(f factor.Factor) string {
	switch {
	case f.Code == factor.GasFlow || f.Code == factor.WaterFlow:
		return "m³"
	case f.MassUnit != "":
		return "kg"
	}
	return ""
}

// OfficialQuery asks for official values of an outlet. Without times it is the
// last day (hour) or month (day).
type OfficialQuery struct {
	ByID
	Period  string    `path:"period" enum:"hour,day"`
	Factors string    `query:"factors" maxLength:"400" doc:"因子编码，逗号分隔；空为全部"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}

func (r officials) list(ctx context.Context, in *OfficialQuery) ([]OfficialView, error) {
	period := telemetry.Period(in.Period)
	if in.To.IsZero() {
		in.To = r.digest.Now().Add(time.Minute)
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
		if period == telemetry.Day {
			in.From = in.To.AddDate(0, -1, 0)
		}
	}
	var factors []string
	for _, f := range strings.Split(in.Factors, ",") {
		if f = strings.TrimSpace(f); f != "" {
			factors = append(factors, f)
		}
	}
	all, err := r.digest.Official(ctx, r.policy, actor(ctx), period, in.ID, factors, in.From, in.To)
	if err != nil {
		return nil, err
	}
	limits, err := r.registry.LimitsFor(ctx, []string{in.ID})
	out := make([]OfficialView, 0, len(all))
	for _, v := range all {
		out = append(out, officialView(v, period, limits[in.ID]))
	}
	return out, err
}

var officialColumns = []column[OfficialView]{
	{sheet.Time("时段开始"), func(v OfficialView) any { return v.At }},
	{sheet.Text("因子编码", 12), func(v OfficialView) any { return v.Factor }},
	{sheet.Text("因子", 16), func(v OfficialView) any { return v.FactorName }},
	{sheet.Text("单位", 10), func(v OfficialView) any { return v.Unit }},
	{sheet.Number("实测"), func(v OfficialView) any { return digits(v.Value) }},
	{sheet.Number("折算"), func(v OfficialView) any { return digits(v.Converted) }},
	{sheet.Number("上限"), func(v OfficialView) any { return digits(v.Limit) }},
	{sheet.Number("下限"), func(v OfficialView) any { return digits(v.Lower) }},
	{sheet.Number("合计"), func(v OfficialView) any { return digits(v.Total) }},
	{sheet.Text("合计单位", 10), func(v OfficialView) any { return v.TotalUnit }},
	{sheet.Number("有效个数"), func(v OfficialView) any { return int64(v.Count) }},
	{sheet.Number("应有个数"), func(v OfficialView) any { return int64(v.Due) }},
	{sheet.Text("数据标记", 10), func(v OfficialView) any { return v.Flag }},
	{sheet.Text("未计标记时", 10), func(v OfficialView) any { return v.OwnFlag }},
	{sheet.Text("判定", 10), func(v OfficialView) any { return v.verdict() }},
	{sheet.Text("说明", 32), func(v OfficialView) any { return v.GuardTitle }},
	{sheet.Text("来源", 18), func(v OfficialView) any { return v.SourceTitle }},
	{sheet.Text("规则版本", 14), func(v OfficialView) any { return v.Rules }},
	{sheet.Number("版本"), func(v OfficialView) any { return v.Version }},
	{sheet.Text("版本原因", 20), func(v OfficialView) any { return v.CauseTitle }},
}

// verdict is what may be concluded from a value, in a word.
func (v OfficialView) verdict() string {
	switch {
	case v.Exceeds:
		return "超标"
	case !v.Valid:
		return "无效"
	case v.Exempt:
		return "豁免"
	case !v.Judged:
		return "不判定"
	}
	return "有效"
}

func (r officials) export(ctx context.Context, in *struct {
	ByID
	Period  string    `query:"period" default:"hour" enum:"hour,day"`
	Factors string    `query:"factors" maxLength:"400" doc:"因子编码，逗号分隔；空为全部"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
}, row func(OfficialView) error) error {
	list, err := r.list(ctx, &OfficialQuery{ByID: in.ByID, Period: in.Period, Factors: in.Factors, From: in.From, To: in.To})
	for _, v := range list {
		if err == nil {
			err = row(v)
		}
	}
	return err
}

// PartView is one reading that an hour is made of.
type PartView struct {
	At        string  `json:"at"`
	Value     Number  `json:"value"`
	Converted *Number `json:"converted,omitempty"`
	Flag      string  `json:"flag"`
	Valid     bool    `json:"valid" doc:"计入均值"`
	Marked    bool    `json:"marked" doc:"被标记除去"`
}

// MarkRef is a mark that touches a value.
type MarkRef struct {
	ID          mark.ID `json:"id"`
	Number      string  `json:"number"`
	KindTitle   string  `json:"kind_title"`
	StateTitle  string  `json:"state_title"`
	EffectTitle string  `json:"effect_title"`
	From        string  `json:"from"`
	Until       string  `json:"until"`
	Reason      string  `json:"reason"`
}

// OfficialRules is one version of the rules of official values.
type OfficialRules struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	ValidFrom string   `json:"valid_from"`
	Certainty string   `json:"certainty" doc:"A 官方文本，B 转引，C 通行做法"`
	Source    string   `json:"source"`
	Judge     []string `json:"judge" nullable:"false" doc:"判定办法，逐条"`
}

func officialRules(x official.Rules) OfficialRules {
	return OfficialRules{x.ID, x.Title, when(x.ValidFrom), x.Certainty, x.Source, append([]string{}, x.Judge...)}
}

// Explained is what stands behind one official value.
type Explained struct {
	Value    OfficialView   `json:"value"`
	Sentence string         `json:"sentence" doc:"一句话说明来历"`
	Versions []OfficialView `json:"versions" nullable:"false" doc:"全部版本，旧的在前"`
	Rules    OfficialRules  `json:"rules"`
	Marks    []MarkRef      `json:"marks" nullable:"false"`
	Norm     *NormView      `json:"norm,omitempty" doc:"当时执行的折算与流量设置"`
	PartsOf  string         `json:"parts_of" doc:"minute 或 realtime；空为没有"`
	Step     int            `json:"step" doc:"应有数据的间隔，秒"`
	Parts    []PartView     `json:"parts" nullable:"false" doc:"该小时内收到的数据"`
	Beside   []OfficialView `json:"beside" nullable:"false" doc:"参与计算的含氧量与流量"`
	Hours    []OfficialView `json:"hours" nullable:"false" doc:"日值所用的小时值"`
}

func (r officials) explain(ctx context.Context, in *struct {
	ByID
	Period string    `path:"period" enum:"hour,day"`
	Factor string    `path:"factor" maxLength:"20"`
	At     time.Time `query:"at" required:"true" doc:"时段内的任一时刻"`
}) (out Explained, err error) {
	period := telemetry.Period(in.Period)
	e, err := r.digest.Explain(ctx, r.policy, actor(ctx), period, in.ID, in.Factor, in.At)
	if err != nil {
		return out, err
	}
	all, err := r.registry.LimitsFor(ctx, []string{in.ID})
	if err != nil {
		return out, err
	}
	limits := all[in.ID]
	out = Explained{Value: officialView(e.Value, period, limits), Versions: []OfficialView{}, Rules: officialRules(e.Rules), Marks: []MarkRef{},
		PartsOf: e.PartsOf, Step: int(e.Step / time.Second), Parts: []PartView{}, Beside: []OfficialView{}, Hours: []OfficialView{}}
	for _, v := range e.Versions {
		out.Versions = append(out.Versions, officialView(v, period, limits))
	}
	for _, m := range e.Marks {
		out.Marks = append(out.Marks, MarkRef{m.ID, m.Number, m.Title(), mark.Machine.StateTitle(m.State), m.Effect.Title(), when(m.From), when(m.Until), m.Reason})
	}
	if e.Norm != nil {
		n := normView(*e.Norm)
		out.Norm = &n
	}
	for _, p := range e.Parts {
		out.Parts = append(out.Parts, PartView{when(p.At), Number{p.Value}, number(p.Converted), p.Flag, p.Valid && !p.Marked, p.Marked})
	}
	for _, v := range e.Beside {
		out.Beside = append(out.Beside, officialView(v, telemetry.Hour, limits))
	}
	for _, v := range e.Hours {
		out.Hours = append(out.Hours, officialView(v, telemetry.Hour, limits))
	}
	out.Sentence = sentence(e, period, out)
	return out, nil
}

// NormView is a dated setting of an outlet.
type NormView struct {
	ID        string  `json:"id"`
	ValidFrom string  `json:"valid_from"`
	Oxygen    *Number `json:"oxygen,omitempty" doc:"基准含氧量（%）；空为不折算"`
	Source    string  `json:"source" doc:"基准的依据"`
	FlowUnit  string  `json:"flow_unit" enum:",m3/s,m3/h,L/s" doc:"流量单位；空为默认（废气 m3/s，废水 L/s）"`
	CreatedAt string  `json:"created_at"`
}

func normView(n telemetry.Norm) NormView {
	return NormView{n.ID, when(n.ValidFrom), number(n.Oxygen), n.Source, string(n.FlowUnit), when(n.CreatedAt)}
}

func (r officials) norms(ctx context.Context, in *ByID) ([]NormView, error) {
	list, err := r.digest.Norms(ctx, r.policy, actor(ctx), in.ID)
	out := make([]NormView, 0, len(list))
	for _, n := range list {
		out = append(out, normView(n))
	}
	return out, err
}

func (r officials) setNorm(ctx context.Context, in *struct {
	ByID
	Body struct {
		ValidFrom string  `json:"valid_from" maxLength:"40" doc:"开始执行日期，例如 2026-11-01T00:00:00+08:00；此后的数据重新计算"`
		Oxygen    *Number `json:"oxygen,omitempty" doc:"基准含氧量（%）；不填为不折算"`
		Source    string  `json:"source,omitempty" maxLength:"800"`
		FlowUnit  string  `json:"flow_unit,omitempty" enum:",m3/s,m3/h,L/s"`
	}
}) (NormView, error) {
	n := telemetry.Norm{OutletID: in.ID, Oxygen: digits(in.Body.Oxygen), Source: in.Body.Source, FlowUnit: official.FlowUnit(in.Body.FlowUnit)}
	var err error
	if in.Body.ValidFrom != "" {
		if n.ValidFrom, err = time.Parse(time.RFC3339, in.Body.ValidFrom); err != nil {
			return NormView{}, fault.Invalidf("时间格式有误").With("valid_from", "应形如 2026-11-01T00:00:00+08:00")
		}
	}
	n, err = r.digest.SetNorm(ctx, r.policy, actor(ctx), n)
	return normView(n), err
}

// RuleBook is every dated rule that official values are made by.
type RuleBook struct {
	Values      []OfficialRules   `json:"values" nullable:"false"`
	Marking     []MarkRules       `json:"marking" nullable:"false"`
	Substitutes []SubstituteRules `json:"substitutes" nullable:"false"`
	References  []ReferenceO2     `json:"references" nullable:"false" doc:"常用基准含氧量"`
}

// ReferenceO2 is a usual reference oxygen.
type ReferenceO2 struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Oxygen    Number `json:"oxygen"`
	Standard  string `json:"standard"`
	Certainty string `json:"certainty"`
}

func (r officials) rules(context.Context, *None) (RuleBook, error) {
	out := RuleBook{Values: []OfficialRules{}, Marking: []MarkRules{}, Substitutes: []SubstituteRules{}, References: []ReferenceO2{}}
	for _, x := range official.All() {
		out.Values = append(out.Values, officialRules(x))
	}
	for _, t := range mark.Tables() {
		out.Marking = append(out.Marking, rulesView(t))
	}
	for _, x := range official.AllSubstitutes() {
		out.Substitutes = append(out.Substitutes, substituteRules(x))
	}
	for _, x := range official.References() {
		out.References = append(out.References, ReferenceO2{x.ID, x.Title, Number{x.Oxygen}, x.Standard, x.Certainty})
	}
	return out, nil
}
