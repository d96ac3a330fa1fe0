package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/sheet"
)

// alarms is the resource of alarms and rules.
type alarms struct {
	rule  *rule.Service
	names Names
	files Describer
}

// Alarms registers alarms, their verbs and the rule catalogue.
func (a *API) Alarms(s *rule.Service, n Names, files Describer) {
	r := alarms{s, n, files}
	get(a, "listAlarms", "/alarms", "预警列表", r.list, needs(auth.AlarmRead))
	exportList(a, "exportAlarms", "/alarms/export", "导出预警", "预警", alarmColumns, r.list, needs(auth.AlarmRead))
	get(a, "getAlarm", "/alarms/{id}", "预警详情", r.get)
	post(a, "actOnAlarm", "/alarms/{id}/{verb}", "办理预警", r.act)
	get(a, "listLadders", "/rules/ladders", "逐级告知：谁在何时得知预警", r.ladders)
	get(a, "listGrades", "/rules/grades", "重点级：哪些预警更要紧", r.grades, needs(auth.AlarmRead))
	get(a, "listRules", "/rules", "预警规则库", r.rules)
	get(a, "listSignRules", "/rules/signs", "异常识别规则库", r.signRules)
	get(a, "getConduct", "/outlets/{id}/conduct", "异常识别：用现行规则回看一个监控点", r.conduct, needs(auth.AlarmRead))
}

// AlarmView is one alarm in lists.
type AlarmView struct {
	ID             rule.ID    `json:"id"`
	Number         string     `json:"number"`
	Rule           string     `json:"rule"`
	RuleTitle      string     `json:"rule_title"`
	Level          rule.Level `json:"level" enum:"notice,suspect,exceed,grave"`
	LevelTitle     string     `json:"level_title"`
	Highest        rule.Level `json:"highest" enum:"notice,suspect,exceed,grave" doc:"曾经达到的最高级别"`
	HighestTitle   string     `json:"highest_title"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	Waits          string     `json:"waits" doc:"等待谁办理"`
	OutletID       string     `json:"outlet_id"`
	OutletName     string     `json:"outlet_name"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	Area           string     `json:"area"`
	AreaName       string     `json:"area_name"`
	Factor         string     `json:"factor"`
	FactorName     string     `json:"factor_name"`
	Unit           string     `json:"unit"`
	Limit          Number     `json:"limit"`
	Value          Number     `json:"value" doc:"最近一次超过限值的值"`
	Ratio          float64    `json:"ratio" doc:"值与限值之比，0 为不适用"`
	Peak           Number     `json:"peak"`
	Times          int64      `json:"times"`
	StartedAt      string     `json:"started_at"`
	LastAt         string     `json:"last_at"`
	EndedAt        string     `json:"ended_at" doc:"空为仍在持续"`
	Summary        string     `json:"summary"`
	Basis          string     `json:"basis"`
	ClueID         string     `json:"clue_id"`
	Explained      string     `json:"explained" enum:",given,accepted,rejected" doc:"企业说明的进展，空为尚未说明"`
	ExplainedTitle string     `json:"explained_title"`
	Verdict        string     `json:"verdict" enum:",true,false" doc:"核实结论，空为尚无"`
	Quiet          string     `json:"quiet" doc:"为何现在不通知任何人：silence 静默、plan 免打扰时段、inhibited 由另一条预警引起、merged 由事件一并告知；空为照常通知"`
	QuietTitle     string     `json:"quiet_title"`
	QuietBy        string     `json:"quiet_by" doc:"静默的 id，或作为起因的预警的 id"`
	Key            bool       `json:"key" doc:"重点级"`
	Why            []string   `json:"why" nullable:"false" doc:"为什么是重点级，逐条附依据"`
	HearUp         bool       `json:"hear_up" doc:"因此按高一级告知"`
	EventID        string     `json:"event_id" doc:"所属预警事件，空为没有"`
	EventNumber    string     `json:"event_number"`
	Version        int64      `json:"version"`
}

// AlarmFile is everything about one alarm; Window is the time to show around it.
type AlarmFile struct {
	AlarmView
	Measures   []MeasureBrief `json:"measures" nullable:"false"`
	Suggest    SuggestionView `json:"suggest" doc:"建议的措施，由人决定"`
	RuleBasis  string         `json:"rule_basis"`
	Window     WindowView     `json:"window"`
	ExplainDue string         `json:"explain_due" doc:"企业说明的期限，空为不等待说明"`
	Guides     []AlarmGuide   `json:"guides" nullable:"false" doc:"常见原因、检查要点与应附材料；仅说明人可见"`
	Timeline   []EntryView    `json:"timeline" nullable:"false"`
	Actions    []flow.Action  `json:"actions" nullable:"false"`
	Together   []AlarmView    `json:"together" nullable:"false" doc:"所属事件的各条预警，含本条；对任一条的办理对全部生效"`
}

// AlarmGuide tells an enterprise what to check and which papers go with a cause.
type AlarmGuide struct {
	Cause    string   `json:"cause"`
	Title    string   `json:"title"`
	Check    string   `json:"check"`
	Evidence []string `json:"evidence" nullable:"false"`
}

// WindowView is a stretch of a series that a chart should show.
type WindowView struct {
	Kind string `json:"kind" enum:"realtime,hour,day"`
	From string `json:"from"`
	To   string `json:"to"`
}

func (r alarms) view(x rule.Alarm) AlarmView {
	law, _ := r.rule.Rule(x.Rule)
	row, _ := rule.Machine.Row(x.State)
	f, _ := factor.ByCode(x.Factor)
	return AlarmView{
		ID: x.ID, Number: x.Number, Rule: x.Rule, RuleTitle: law.Title, Level: x.Level, LevelTitle: x.Level.Title(), Highest: x.Highest, HighestTitle: x.Highest.Title(), EventID: string(x.EventID), EventNumber: x.EventNumber,
		State: x.State, StateTitle: row.Title, Waits: row.Waits, OutletID: x.OutletID, OutletName: x.OutletName,
		EnterpriseID: x.EnterpriseID, EnterpriseName: x.EnterpriseName, Area: x.Area, AreaName: r.names.area(x.Area),
		Factor: x.Factor, FactorName: factor.Name(x.Factor), Unit: f.Unit, Limit: Number{x.Limit}, Value: Number{x.Value}, Ratio: x.Ratio(), Peak: Number{x.Peak}, Times: x.Times,
		StartedAt: when(x.StartedAt), LastAt: when(x.LastAt), EndedAt: when(x.EndedAt), Summary: x.Summary, Basis: x.Basis, ClueID: x.ClueID, Version: x.Seen(),
		Explained: string(x.Explained), ExplainedTitle: x.Explained.Title(), Verdict: x.Verdict, Key: x.Key(), Why: append([]string{}, x.Why...), HearUp: x.HearUp,
		Quiet: string(x.Quiet.Kind), QuietTitle: x.Quiet.Kind.Title(), QuietBy: x.Quiet.By,
	}
}

// shown is the view of one person: silences are the officers' own business.
func (r alarms) shown(who auth.Actor) func(rule.Alarm) AlarmView {
	return func(x rule.Alarm) AlarmView {
		if who.Enterprise != "" && x.Quiet.Kind != rule.Inhibited && x.Quiet.Kind != rule.Merged {
			x.Quiet = rule.Quiet{}
		}
		return r.view(x)
	}
}

// AlarmQuery narrows a list of alarms.
type AlarmQuery struct {
	Q            string    `query:"q" maxLength:"100" doc:"编号、企业、排放口、内容"`
	State        []string  `query:"state" doc:"状态，可多个；active 为全部未解除"`
	Level        []string  `query:"level" doc:"级别，可多个"`
	Area         string    `query:"area" maxLength:"12"`
	OutletID     string    `query:"outlet_id" maxLength:"64"`
	EnterpriseID string    `query:"enterprise_id" maxLength:"64"`
	EventID      string    `query:"event_id" maxLength:"64" doc:"同一预警事件的"`
	Rule         []string  `query:"rule" doc:"规则，可多个"`
	Key          bool      `query:"key" doc:"只看重点级"`
	Quiet        []string  `query:"quiet" doc:"silence 静默中、plan 免打扰时段、inhibited 由另一条预警引起、merged 由事件一并告知、none 照常通知，可多个"`
	Explained    []string  `query:"explained" doc:"企业说明：none、given、accepted、rejected，可多个"`
	From         time.Time `query:"from" doc:"持续到此时之后"`
	To           time.Time `query:"to" doc:"开始于此时之前"`
}

func (q AlarmQuery) query() rule.Query {
	var list []string
	for _, s := range q.State {
		if s == "active" { // “open” is a state of its own
			list = append(list, states(rule.Machine, []string{"open"})...)
			continue
		}
		list = append(list, s)
	}
	blank := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			if list[i] == "none" {
				list[i] = ""
			}
		}
		return list
	}
	return rule.Query{Text: q.Q, States: list, Levels: q.Level, Explained: blank(q.Explained), Quiet: blank(q.Quiet), Rules: q.Rule, Key: q.Key, Area: q.Area, OutletID: q.OutletID, EnterpriseID: q.EnterpriseID, EventID: q.EventID, From: q.From, To: q.To}
}

func (r alarms) list(ctx context.Context, in *struct {
	AlarmQuery
	Paging
}) (Page[AlarmView], error) {
	q := in.query()
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.rule.List(ctx, actor(ctx), q)
	return pageOf(page, r.shown(actor(ctx))), err
}

var alarmColumns = []column[AlarmView]{
	{sheet.Text("编号", 22), func(v AlarmView) any { return v.Number }},
	{sheet.Text("级别", 10), func(v AlarmView) any { return v.LevelTitle }},
	{sheet.Text("最高级别", 10), func(v AlarmView) any { return v.HighestTitle }},
	{sheet.Text("状态", 12), func(v AlarmView) any { return v.StateTitle }},
	{sheet.Text("事件", 22), func(v AlarmView) any { return v.EventNumber }},
	{sheet.Text("静默", 12), func(v AlarmView) any { return v.QuietTitle }},
	{sheet.Text("企业说明", 12), func(v AlarmView) any { return v.ExplainedTitle }},
	{sheet.Text("辖区", 16), func(v AlarmView) any { return v.AreaName }},
	{sheet.Text("企业", 28), func(v AlarmView) any { return v.EnterpriseName }},
	{sheet.Text("排放口", 24), func(v AlarmView) any { return v.OutletName }},
	{sheet.Text("因子", 16), func(v AlarmView) any { return v.FactorName }},
	{sheet.Number("限值"), func(v AlarmView) any { return v.Limit.Decimal }},
	{sheet.Number("最近值"), func(v AlarmView) any { return v.Value.Decimal }},
	{sheet.Number("最高值"), func(v AlarmView) any { return v.Peak.Decimal }},
	{sheet.Text("单位", 10), func(v AlarmView) any { return v.Unit }},
	{sheet.Number("次数"), func(v AlarmView) any { return v.Times }},
	{sheet.Time("开始"), func(v AlarmView) any { return v.StartedAt }},
	{sheet.Time("最近"), func(v AlarmView) any { return v.LastAt }},
	{sheet.Time("结束"), func(v AlarmView) any { return v.EndedAt }},
	{sheet.Text("内容", 48), func(v AlarmView) any { return v.Summary }},
	{sheet.Text("依据", 32), func(v AlarmView) any { return v.Basis }},
	{sheet.Text("重点级", 32), func(v AlarmView) any { return strings.Join(v.Why, "；") }},
}

func (r alarms) get(ctx context.Context, in *ByID) (AlarmFile, error) {
	f, err := r.rule.Get(ctx, actor(ctx), rule.ID(in.ID))
	if err != nil {
		return AlarmFile{}, err
	}
	law, _ := r.rule.Rule(f.Alarm.Rule)
	out := AlarmFile{AlarmView: r.shown(actor(ctx))(f.Alarm), RuleBasis: f.RuleBasis, Window: window(law.Stream, f.Alarm), Actions: f.Actions, ExplainDue: when(f.WordDue), Guides: []AlarmGuide{},
		Measures: measureBriefs(f.Measures, r.rule.Clock()), Suggest: SuggestionView(f.Suggest)}
	out.Together = []AlarmView{}
	for _, a := range f.Together {
		out.Together = append(out.Together, r.shown(actor(ctx))(a))
	}
	for _, g := range f.Guides {
		out.Guides = append(out.Guides, AlarmGuide(g))
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

// window is the time around an alarm that its chart shows: as long before as
// lets the usual course be seen.
func window(s rule.Stream, a rule.Alarm) WindowView {
	around := map[rule.Stream]time.Duration{"realtime": time.Hour, "hour": 24 * time.Hour, "day": 14 * 24 * time.Hour}[s]
	to := a.LastAt
	if a.EndedAt.After(to) {
		to = a.EndedAt
	}
	return WindowView{Kind: string(s), From: when(a.StartedAt.Add(-around)), To: when(to.Add(around / 2))}
}

// Act is what a person sends with a verb: the version that the person saw and
// the form that the flow table asks for.
type Act struct {
	ID   string `path:"id" maxLength:"64"`
	Verb string `path:"verb" maxLength:"40" doc:"流程表中的操作"`
	Body struct {
		Version int64          `json:"version" doc:"所见版本，防止覆盖他人的办理"`
		Form    map[string]any `json:"form,omitempty" doc:"流程表要求的各项"`
	}
}

func (r alarms) act(ctx context.Context, in *Act) (AlarmFile, error) {
	if err := r.rule.Do(ctx, actor(ctx), rule.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return AlarmFile{}, err
	}
	f, err := r.get(ctx, &ByID{in.ID})
	if fault.Is(err, fault.NotFound) {
		return AlarmFile{}, nil // the act itself took it out of the person's sight
	}
	return f, err
}

// RuleView is one rule of the catalogue.
type RuleView struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Basis    string `json:"basis"`
	Stream   string `json:"stream" enum:"realtime,hour,day"`
	Official bool   `json:"official" doc:"可作为超标依据并自动转为线索"`
}

func (r alarms) rules(context.Context, *None) ([]RuleView, error) {
	out := []RuleView{}
	for _, x := range r.rule.Rules() {
		out = append(out, RuleView{x.ID, x.Title, x.Basis, string(x.Stream), x.Official})
	}
	return out, nil
}
