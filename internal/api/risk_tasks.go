package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/sheet"
)

// riskTasks is the resource of following up and helping units that are not
// green.
type riskTasks struct {
	riskMaps
	files Describer
}

func (a *API) riskTasks(m riskMaps, files Describer) {
	r := riskTasks{m, files}
	get(a, "listRiskTasks", "/risk-map/tasks", "跟踪问效与定点帮扶", r.list, needs(auth.RiskRead))
	exportList(a, "exportRiskTasks", "/risk-map/tasks/export", "导出跟踪问效与定点帮扶", "跟踪帮扶", riskTaskColumns, r.list, needs(auth.RiskRead))
	get(a, "getRiskTask", "/risk-map/tasks/{id}", "一项跟踪问效或定点帮扶", r.get, needs(auth.RiskRead))
	post(a, "actOnRiskTask", "/risk-map/tasks/{id}/{verb}", "答复、登记帮扶、报告、核验", r.act)
}

// RiskTask is one unit's follow-up or help.
type RiskTask struct {
	ID           riskmap.TaskID `json:"id"`
	Number       string         `json:"number"`
	Kind         string         `json:"kind" enum:"track,help"`
	KindTitle    string         `json:"kind_title"`
	Area         string         `json:"area"`
	AreaName     string         `json:"area_name"`
	Month        string         `json:"month"`
	MonthTitle   string         `json:"month_title"`
	Edition      riskmap.ID     `json:"edition" doc:"据以交办的一期"`
	Reason       string         `json:"reason"`
	Person       string         `json:"person" doc:"责任人；空为单元没有可以答复的账号"`
	State        flow.State     `json:"state"`
	StateTitle   string         `json:"state_title"`
	Waits        string         `json:"waits"`
	DueAt        string         `json:"due_at"`
	Overdue      bool           `json:"overdue"`
	Helped       int            `json:"helped" doc:"登记过几次帮扶"`
	Effect       string         `json:"effect" enum:",better,same,worse" doc:"下一期与交办那一期比较"`
	EffectTitle  string         `json:"effect_title"`
	EffectMonth  string         `json:"effect_month"`
	Outcome      string         `json:"outcome"`
	OutcomeTitle string         `json:"outcome_title"`
	CreatedAt    string         `json:"created_at"`
	Version      int64          `json:"version"`
}

// RiskTaskFile is a task with what was done and the colours since.
type RiskTaskFile struct {
	RiskTask
	Colours  []RiskSince   `json:"colours" nullable:"false" doc:"交办那一期和以后各期，新的在前"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
}

// RiskSince is a unit's verdict in one signed month.
type RiskSince struct {
	Month       string `json:"month"`
	Title       string `json:"title"`
	Points      int    `json:"points"`
	Colour      string `json:"colour" enum:"green,yellow,red"`
	ColourTitle string `json:"colour_title"`
}

func (r riskTasks) taskView(t riskmap.Task) RiskTask {
	row, _ := riskmap.TaskMachine.Row(t.State)
	out := RiskTask{ID: t.ID, Number: t.Number, Kind: string(t.Kind), KindTitle: riskmap.Titled(riskmap.TaskKinds, string(t.Kind)), Area: t.Unit, AreaName: r.nameOf(t.Unit), Month: t.Month.String(), MonthTitle: t.Month.Title(),
		Edition: t.Edition, Reason: t.Reason, Person: t.Person, State: t.State, StateTitle: row.Title, Waits: row.Waits, DueAt: when(t.DueAt), Overdue: t.Overdue, Helped: t.Helped,
		Effect: string(t.Effect), EffectTitle: t.Effect.Title(), Outcome: t.Outcome, CreatedAt: when(t.CreatedAt), Version: t.Version}
	if t.EffectIn > 0 {
		out.EffectMonth = t.EffectIn.String()
	}
	for _, o := range riskmap.Outcomes {
		if o.Value == t.Outcome {
			out.OutcomeTitle = o.Title
		}
	}
	return out
}

func (r riskMaps) nameOf(code string) string {
	for _, u := range r.units {
		if u.Code == code {
			return u.Name
		}
	}
	return code
}

func (r riskTasks) list(ctx context.Context, in *struct {
	State []string `query:"state" maxItems:"5" enum:"open,working,reported,closed,dropped"`
	Kind  []string `query:"kind" maxItems:"2" enum:"track,help"`
	Area  string   `query:"area" maxLength:"12" doc:"单元"`
	Paging
}) (Page[RiskTask], error) {
	page, err := r.service.Tasks(ctx, actor(ctx), riskmap.TaskQuery{States: in.State, Kinds: in.Kind, Unit: in.Area, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.taskView), err
}

var riskTaskColumns = []column[RiskTask]{
	{sheet.Text("编号", 18), func(v RiskTask) any { return v.Number }},
	{sheet.Text("事项", 12), func(v RiskTask) any { return v.KindTitle }},
	{sheet.Text("单元", 16), func(v RiskTask) any { return v.AreaName }},
	{sheet.Text("月份", 12), func(v RiskTask) any { return v.Month }},
	{sheet.Text("原因", 36), func(v RiskTask) any { return v.Reason }},
	{sheet.Text("责任人", 16), func(v RiskTask) any { return v.Person }},
	{sheet.Text("状态", 12), func(v RiskTask) any { return v.StateTitle }},
	{sheet.Time("期限"), func(v RiskTask) any { return v.DueAt }},
	{sheet.Text("成效对照", 12), func(v RiskTask) any { return v.EffectTitle }},
	{sheet.Text("结论", 20), func(v RiskTask) any { return v.OutcomeTitle }},
}

func (r riskTasks) get(ctx context.Context, in *ByID) (RiskTaskFile, error) {
	f, err := r.service.Task(ctx, actor(ctx), riskmap.TaskID(in.ID))
	if err != nil {
		return RiskTaskFile{}, err
	}
	out := RiskTaskFile{RiskTask: r.taskView(f.Task), Colours: []RiskSince{}, Actions: f.Actions}
	for _, p := range f.Colours {
		if u, ok := p.Result.Unit(f.Task.Unit); ok {
			out.Colours = append(out.Colours, RiskSince{p.Month.String(), p.Month.Title(), u.Points, string(u.Colour), u.Colour.Title()})
		}
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r riskTasks) act(ctx context.Context, in *Act) (RiskTaskFile, error) {
	if err := r.service.Act(ctx, actor(ctx), riskmap.TaskID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return RiskTaskFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}
