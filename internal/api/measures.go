package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Namer gives people's names by id.
type Namer interface {
	Names(ctx context.Context, ids ...string) (map[string]string, error)
}

type measures struct {
	rule   *rule.Service
	names  Names
	files  Describer
	people Namer
}

// Measures registers the bureau's answers to alarms.
func (a *API) Measures(s *rule.Service, n Names, files Describer, people Namer) {
	r := measures{s, n, files, people}
	get(a, "listMeasures", "/measures", "监管措施列表：远程预警、现场核查、重点督办", r.list, needs(auth.AlarmRead))
	exportList(a, "exportMeasures", "/measures/export", "导出监管措施", "监管措施", measureColumns, r.list, needs(auth.AlarmRead))
	get(a, "getMeasure", "/measures/{id}", "监管措施详情", r.get)
	post(a, "actOnMeasure", "/measures/{id}/{verb}", "办理监管措施", r.act)
}

// MeasureView is one measure in lists.
type MeasureView struct {
	ID             rule.MeasureID   `json:"id"`
	Number         string           `json:"number"`
	Kind           rule.MeasureKind `json:"kind" enum:"warning,check,supervision"`
	KindTitle      string           `json:"kind_title"`
	State          flow.State       `json:"state"`
	StateTitle     string           `json:"state_title"`
	Waits          string           `json:"waits" doc:"等待谁办理"`
	AlarmID        rule.ID          `json:"alarm_id"`
	AlarmNumber    string           `json:"alarm_number"`
	EnterpriseID   string           `json:"enterprise_id"`
	EnterpriseName string           `json:"enterprise_name"`
	OutletID       string           `json:"outlet_id"`
	OutletName     string           `json:"outlet_name"`
	Area           string           `json:"area"`
	AreaName       string           `json:"area_name"`
	PersonID       string           `json:"person_id"`
	PersonName     string           `json:"person_name" doc:"核查人"`
	DueAt          string           `json:"due_at" doc:"时限；重点督办为截止"`
	Overdue        bool             `json:"overdue"`
	Words          string           `json:"words"`
	Result         string           `json:"result" enum:",true,false,unclear" doc:"现场核查的结论"`
	CreatedByName  string           `json:"created_by_name"`
	CreatedAt      string           `json:"created_at"`
	Version        int64            `json:"version"`
}

// MeasureFile is everything about one measure.
type MeasureFile struct {
	MeasureView
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
}

func measureView(n Names, m rule.Measure, people map[string]string) MeasureView {
	row, _ := m.Kind.Machine().Row(m.State)
	open := !row.Terminal && m.Kind != rule.Supervision
	return MeasureView{ID: m.ID, Number: m.Number, Kind: m.Kind, KindTitle: m.Kind.Title(), State: m.State, StateTitle: row.Title, Waits: row.Waits,
		AlarmID: m.AlarmID, AlarmNumber: m.AlarmNumber, EnterpriseID: m.EnterpriseID, EnterpriseName: m.EnterpriseName, OutletID: m.OutletID, OutletName: m.OutletName,
		Area: m.Area, AreaName: n.area(m.Area), PersonID: m.Person, PersonName: people[m.Person], DueAt: when(m.DueAt), Overdue: open && m.Overdue,
		Words: m.Words, Result: m.Result, CreatedByName: people[m.CreatedBy], CreatedAt: when(m.CreatedAt), Version: m.Version}
}

// MeasureListQuery narrows a list of measures.
type MeasureListQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、企业、内容"`
	Kind         []string `query:"kind" doc:"warning、check、supervision，可多个"`
	State        []string `query:"state" doc:"状态，可多个；open 为全部未办结"`
	Area         string   `query:"area" maxLength:"12"`
	AlarmID      string   `query:"alarm_id" maxLength:"64"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	Overdue      bool     `query:"overdue" doc:"只要逾期未办的"`
	Mine         bool     `query:"mine" doc:"只要指派给我核查的"`
}

func (r measures) list(ctx context.Context, in *struct {
	MeasureListQuery
	Paging
}) (Page[MeasureView], error) {
	q := rule.MeasureQuery{Text: in.Q, Kinds: in.Kind, Area: in.Area, AlarmID: in.AlarmID, EnterpriseID: in.EnterpriseID, Overdue: in.Overdue, Cursor: in.Cursor, Limit: in.Limit}
	for _, s := range in.State {
		if s != "open" {
			q.States = append(q.States, s)
			continue
		}
		for _, m := range rule.MeasureMachines() {
			for _, x := range m.Open() {
				q.States = append(q.States, string(x))
			}
		}
	}
	if in.Mine {
		q.Mine = actor(ctx).ID
	}
	page, err := r.rule.Measures(ctx, actor(ctx), q)
	if err != nil {
		return Page[MeasureView]{}, err
	}
	names, err := r.named(ctx, page.Items)
	return pageOf(page, func(m rule.Measure) MeasureView { return measureView(r.names, m, names) }), err
}

func (r measures) named(ctx context.Context, list []rule.Measure) (map[string]string, error) {
	var ids []string
	for _, m := range list {
		ids = append(ids, m.CreatedBy, m.Person)
	}
	return r.people.Names(ctx, ids...)
}

var measureColumns = []column[MeasureView]{
	{sheet.Text("编号", 22), func(v MeasureView) any { return v.Number }},
	{sheet.Text("措施", 12), func(v MeasureView) any { return v.KindTitle }},
	{sheet.Text("状态", 14), func(v MeasureView) any { return v.StateTitle }},
	{sheet.Text("企业", 28), func(v MeasureView) any { return v.EnterpriseName }},
	{sheet.Text("监控点", 20), func(v MeasureView) any { return v.OutletName }},
	{sheet.Text("辖区", 16), func(v MeasureView) any { return v.AreaName }},
	{sheet.Text("预警", 22), func(v MeasureView) any { return v.AlarmNumber }},
	{sheet.Text("核查人", 12), func(v MeasureView) any { return v.PersonName }},
	{sheet.Time("时限"), func(v MeasureView) any { return v.DueAt }},
	{sheet.Text("内容", 48), func(v MeasureView) any { return v.Words }},
	{sheet.Time("开始"), func(v MeasureView) any { return v.CreatedAt }},
}

func (r measures) get(ctx context.Context, in *ByID) (out MeasureFile, err error) {
	f, err := r.rule.Measure(ctx, actor(ctx), rule.MeasureID(in.ID))
	if err != nil {
		return out, err
	}
	names, err := r.named(ctx, []rule.Measure{f.Measure})
	if err != nil {
		return out, err
	}
	out = MeasureFile{MeasureView: measureView(r.names, f.Measure, names), Actions: f.Actions}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r measures) act(ctx context.Context, in *Act) (MeasureFile, error) {
	if err := r.rule.DoMeasure(ctx, actor(ctx), rule.MeasureID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return MeasureFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}

// MeasureBrief is one measure as its alarm shows it.
type MeasureBrief struct {
	ID         rule.MeasureID `json:"id"`
	Number     string         `json:"number"`
	KindTitle  string         `json:"kind_title"`
	State      flow.State     `json:"state"`
	StateTitle string         `json:"state_title"`
	DueAt      string         `json:"due_at"`
	Overdue    bool           `json:"overdue"`
}

// SuggestionView is what the past of the enterprise speaks for.
type SuggestionView struct {
	Verb   flow.Verb `json:"verb" doc:"空为没有建议"`
	Title  string    `json:"title"`
	Reason string    `json:"reason"`
}

func measureBriefs(list []rule.Measure, now time.Time) []MeasureBrief {
	out := []MeasureBrief{}
	for _, m := range list {
		row, _ := m.Kind.Machine().Row(m.State)
		out = append(out, MeasureBrief{m.ID, m.Number, m.Kind.Title(), m.State, row.Title, when(m.DueAt), !row.Terminal && m.Kind != rule.Supervision && m.DueAt.Before(now)})
	}
	return out
}
