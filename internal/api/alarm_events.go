package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/sheet"
	"github.com/qingshao/qingshao/internal/timeline"
)

// AlarmEvents registers the happenings of which several alarms tell.
func (a *API) AlarmEvents(s *rule.Service, n Names, files Describer) {
	r := alarms{s, n, files}
	get(a, "listAlarmEvents", "/alarm-events", "预警事件列表：同一件事的几条预警", r.events, needs(auth.AlarmRead))
	exportList(a, "exportAlarmEvents", "/alarm-events/export", "导出预警事件", "预警事件", eventColumns, r.events, needs(auth.AlarmRead))
	get(a, "getAlarmEvent", "/alarm-events/{id}", "预警事件详情", r.event)
	post(a, "actOnAlarmEvent", "/alarm-events/{id}/{verb}", "办理预警事件：对其中各条预警一并生效", r.actOnEvent)
	get(a, "listGroupings", "/rules/groupings", "预警事件：哪些预警自动并为一件", r.groupings)
}

// AlarmEventView is one event in lists. Its level, state and times are those of its
// alarms.
type AlarmEventView struct {
	ID             rule.EventID `json:"id"`
	Number         string       `json:"number"`
	Grouping       string       `json:"grouping" doc:"并为一件的规则，空为人工合并"`
	State          flow.State   `json:"state" enum:"active,closed,dissolved"`
	StateTitle     string       `json:"state_title"`
	Waits          string       `json:"waits" doc:"等待谁办理"`
	Level          rule.Level   `json:"level" enum:",notice,suspect,exceed,grave" doc:"未解除的各条中最高的"`
	LevelTitle     string       `json:"level_title"`
	Highest        rule.Level   `json:"highest" enum:",notice,suspect,exceed,grave" doc:"曾经达到的最高级别"`
	HighestTitle   string       `json:"highest_title"`
	EnterpriseID   string       `json:"enterprise_id"`
	EnterpriseName string       `json:"enterprise_name"`
	Area           string       `json:"area"`
	AreaName       string       `json:"area_name"`
	Alarms         int          `json:"alarms" doc:"预警条数"`
	Open           int          `json:"open" doc:"其中未解除的"`
	LeadID         rule.ID      `json:"lead_id" doc:"代表事件告知的那条预警"`
	Summary        string       `json:"summary" doc:"代表事件的那条预警的内容"`
	Progress       string       `json:"progress" doc:"代表事件的那条预警的状态"`
	Explained      string       `json:"explained" enum:",given,accepted,rejected"`
	ExplainedTitle string       `json:"explained_title"`
	ClueID         string       `json:"clue_id"`
	StartedAt      string       `json:"started_at"`
	LastAt         string       `json:"last_at"`
	EndedAt        string       `json:"ended_at" doc:"空为仍在持续"`
	CreatedAt      string       `json:"created_at"`
}

// AlarmEventFile is everything about one event.
type AlarmEventFile struct {
	AlarmEventView
	Version  int64            `json:"version"`
	Members  []AlarmView      `json:"members" nullable:"false"`
	Measures []MeasureBrief   `json:"measures" nullable:"false"`
	Suggest  SuggestionView   `json:"suggest"`
	Timeline []EventEntryView `json:"timeline" nullable:"false"`
	Actions  []flow.Action    `json:"actions" nullable:"false"`
}

// EventEntryView is one thing that was done; what was done to all alarms stands
// once.
type EventEntryView struct {
	EntryView
	Alarm string `json:"alarm" doc:"预警编号，空为对事件"`
}

func (r alarms) eventView(v rule.Event) AlarmEventView {
	row, _ := rule.EventMachine.Row(v.State)
	now, highest := v.Level()
	from, last, to := v.Span()
	l := v.Lead()
	state, _ := rule.Machine.Row(l.State)
	out := AlarmEventView{ID: v.ID, Number: v.Number, Grouping: v.Grouping, State: v.State, StateTitle: row.Title, Level: now, LevelTitle: now.Title(), Highest: highest, HighestTitle: highest.Title(),
		EnterpriseID: v.EnterpriseID, EnterpriseName: v.EnterpriseName, Area: v.Area, AreaName: r.names.area(v.Area), Alarms: len(v.Alarms), LeadID: l.ID, Summary: l.Summary, Progress: state.Title,
		Explained: string(l.Explained), ExplainedTitle: l.Explained.Title(), ClueID: l.ClueID, StartedAt: when(from), LastAt: when(last), EndedAt: when(to), CreatedAt: when(v.CreatedAt)}
	if v.State == rule.EventActive {
		out.Waits = state.Waits
	}
	for _, a := range v.Alarms {
		if a.State != rule.StateCleared {
			out.Open++
		}
	}
	return out
}

// AlarmEventQuery narrows a list of events.
type AlarmEventQuery struct {
	Q            string    `query:"q" maxLength:"100" doc:"编号、企业"`
	State        []string  `query:"state" doc:"active 办理中、closed 已办结、dissolved 已拆散，可多个"`
	Level        []string  `query:"level" doc:"其中有这一级别的预警，可多个"`
	Area         string    `query:"area" maxLength:"12"`
	EnterpriseID string    `query:"enterprise_id" maxLength:"64"`
	From         time.Time `query:"from" doc:"形成于此时之后"`
	To           time.Time `query:"to" doc:"形成于此时之前"`
}

func (r alarms) events(ctx context.Context, in *struct {
	AlarmEventQuery
	Paging
}) (Page[AlarmEventView], error) {
	page, err := r.rule.Events(ctx, actor(ctx), rule.EventQuery{Text: in.Q, States: in.State, Levels: in.Level, Area: in.Area, EnterpriseID: in.EnterpriseID,
		From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.eventView), err
}

var eventColumns = []column[AlarmEventView]{
	{sheet.Text("编号", 22), func(v AlarmEventView) any { return v.Number }},
	{sheet.Text("状态", 10), func(v AlarmEventView) any { return v.StateTitle }},
	{sheet.Text("级别", 10), func(v AlarmEventView) any { return v.LevelTitle }},
	{sheet.Text("最高级别", 10), func(v AlarmEventView) any { return v.HighestTitle }},
	{sheet.Text("企业", 28), func(v AlarmEventView) any { return v.EnterpriseName }},
	{sheet.Text("辖区", 16), func(v AlarmEventView) any { return v.AreaName }},
	{sheet.Number("预警条数"), func(v AlarmEventView) any { return v.Alarms }},
	{sheet.Number("未解除"), func(v AlarmEventView) any { return v.Open }},
	{sheet.Text("内容", 48), func(v AlarmEventView) any { return v.Summary }},
	{sheet.Text("办理", 12), func(v AlarmEventView) any { return v.Progress }},
	{sheet.Text("并为一件的规则", 20), func(v AlarmEventView) any { return v.Grouping }},
	{sheet.Time("开始"), func(v AlarmEventView) any { return v.StartedAt }},
	{sheet.Time("结束"), func(v AlarmEventView) any { return v.EndedAt }},
}

func (r alarms) event(ctx context.Context, in *ByID) (AlarmEventFile, error) {
	f, err := r.rule.Event(ctx, actor(ctx), rule.EventID(in.ID))
	if err != nil {
		return AlarmEventFile{}, err
	}
	out := AlarmEventFile{AlarmEventView: r.eventView(f.Event), Version: f.Version, Members: []AlarmView{}, Measures: measureBriefs(f.Measures, r.rule.Clock()),
		Suggest: SuggestionView(f.Suggest), Timeline: []EventEntryView{}, Actions: f.Actions}
	for _, a := range f.Event.Alarms {
		out.Members = append(out.Members, r.shown(actor(ctx))(a))
	}
	for _, e := range f.Timeline {
		views, err := entryViews(ctx, r.files, []timeline.Entry{e.Entry})
		if err != nil {
			return out, err
		}
		out.Timeline = append(out.Timeline, EventEntryView{views[0], e.Alarm})
	}
	return out, nil
}

func (r alarms) actOnEvent(ctx context.Context, in *Act) (AlarmEventFile, error) {
	if err := r.rule.DoEvent(ctx, actor(ctx), rule.EventID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return AlarmEventFile{}, err
	}
	f, err := r.event(ctx, &ByID{in.ID})
	if fault.Is(err, fault.NotFound) {
		return AlarmEventFile{}, nil
	}
	return f, err
}

// GroupingView says which alarms become one event by themselves.
type GroupingView struct {
	Name     string     `json:"name"`
	Levels   []WordView `json:"levels" nullable:"false" doc:"空为全部级别"`
	Families []WordView `json:"families" nullable:"false" doc:"空为全部类别"`
	By       WordView   `json:"by"`
	Within   string     `json:"within" doc:"前一条结束到后一条开始，最多相隔"`
	Longest  string     `json:"longest" doc:"第一条开始到最后一条开始，最多"`
}

func (r alarms) groupings(context.Context, *None) ([]GroupingView, error) {
	out := []GroupingView{}
	for _, g := range r.rule.Groupings() {
		out = append(out, GroupingView{g.Name, wordViews(ladder.Levels, g.Levels), wordViews(ladder.Families, g.Families), WordView{string(g.By), g.By.Title()},
			ladder.Term{Span: g.Within}.String(), ladder.Term{Span: g.Longest}.String()})
	}
	return out, nil
}
