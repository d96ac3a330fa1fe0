package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/sheet"
)

// InstructionView is one leader's instruction in lists.
type InstructionView struct {
	ID          supervise.InstructionID `json:"id"`
	Number      string                  `json:"number"`
	Leader      string                  `json:"leader" doc:"批示的领导"`
	GivenOn     string                  `json:"given_on"`
	Text        string                  `json:"text"`
	State       flow.State              `json:"state"`
	StateTitle  string                  `json:"state_title"`
	Waits       string                  `json:"waits"`
	IssueID     string                  `json:"issue_id"`
	IssueNumber string                  `json:"issue_number"`
	Area        string                  `json:"area"`
	AreaName    string                  `json:"area_name"`
	Agency      string                  `json:"agency"`
	AgencyName  string                  `json:"agency_name" doc:"承办单位"`
	PersonName  string                  `json:"person_name" doc:"责任人"`
	DueAt       string                  `json:"due_at"`
	Overdue     bool                    `json:"overdue"`
	DaysLeft    int                     `json:"days_left"`
	ClosedAt    string                  `json:"closed_at"`
	CreatedAt   string                  `json:"created_at"`
	Version     int64                   `json:"version"`
}

// InstructionFile is everything about one instruction.
type InstructionFile struct {
	InstructionView
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Files    []File        `json:"files" nullable:"false"`
}

func (r supervisions) instructionView(i supervise.Instruction) InstructionView {
	row, _ := supervise.InstructionMachine.Row(i.State)
	due, overdue, left := r.clock(i.DueAt)
	return InstructionView{ID: i.ID, Number: i.Number, Leader: i.Leader, GivenOn: i.GivenOn, Text: i.Text, State: i.State, StateTitle: row.Title, Waits: row.Waits,
		IssueID: i.IssueID, IssueNumber: i.IssueNo, Area: i.Area, AreaName: r.Names.area(i.Area), Agency: i.Agency, AgencyName: r.Names.agency(i.Agency), PersonName: i.PersonName,
		DueAt: due, Overdue: overdue, DaysLeft: left, ClosedAt: when(i.ClosedAt), CreatedAt: when(i.CreatedAt), Version: i.Version}
}

func (r supervisions) instructions(ctx context.Context, in *struct {
	SuperviseQuery
	Paging
}) (Page[InstructionView], error) {
	page, err := r.service.Instructions(ctx, actor(ctx), in.SuperviseQuery.query(supervise.InstructionMachine, in.Paging))
	return pageOf(page, r.instructionView), err
}

var instructionColumns = []column[InstructionView]{
	{sheet.Text("编号", 20), func(v InstructionView) any { return v.Number }},
	{sheet.Text("批示领导", 20), func(v InstructionView) any { return v.Leader }},
	{sheet.Text("批示日期", 12), func(v InstructionView) any { return v.GivenOn }},
	{sheet.Text("批示内容", 48), func(v InstructionView) any { return v.Text }},
	{sheet.Text("问题编号", 20), func(v InstructionView) any { return v.IssueNumber }},
	{sheet.Text("承办单位", 24), func(v InstructionView) any { return v.AgencyName }},
	{sheet.Text("责任人", 12), func(v InstructionView) any { return v.PersonName }},
	{sheet.Text("状态", 10), func(v InstructionView) any { return v.StateTitle }},
	{sheet.Time("办理期限"), func(v InstructionView) any { return v.DueAt }},
	{sheet.Text("是否逾期", 10), func(v InstructionView) any { return v.Overdue }},
	{sheet.Time("办结时间"), func(v InstructionView) any { return v.ClosedAt }},
}

type instructionInput struct {
	Body struct {
		Leader  string   `json:"leader" maxLength:"100" doc:"姓名和职务"`
		GivenOn string   `json:"given_on" maxLength:"10" doc:"批示日期，如 2026-11-21"`
		Text    string   `json:"text" maxLength:"4000" doc:"批示内容"`
		Issue   string   `json:"issue,omitempty" maxLength:"40" doc:"有关问题的编号，没有就不填"`
		Agency  string   `json:"agency" maxLength:"64" doc:"承办单位"`
		Person  string   `json:"person,omitempty" maxLength:"64" doc:"责任人；不填则由承办单位的人员办理"`
		Days    int      `json:"days" doc:"办理期限，工作日"`
		Files   []string `json:"files,omitempty" maxItems:"20"`
	}
}

func (r supervisions) register(ctx context.Context, in *instructionInput) (InstructionFile, error) {
	b := in.Body
	i, err := r.service.Register(ctx, actor(ctx), supervise.NewInstruction{Leader: b.Leader, GivenOn: b.GivenOn, Text: b.Text, Issue: b.Issue, Agency: b.Agency, Person: b.Person, Days: b.Days, Files: b.Files})
	if err != nil {
		return InstructionFile{}, err
	}
	return r.instruction(ctx, &ByID{string(i.ID)})
}

func (r supervisions) instruction(ctx context.Context, in *ByID) (out InstructionFile, err error) {
	o, err := r.service.Instruction(ctx, actor(ctx), supervise.InstructionID(in.ID))
	if err != nil {
		return out, err
	}
	out = InstructionFile{InstructionView: r.instructionView(o.Instruction), Actions: o.Actions}
	if out.Timeline, err = entryViews(ctx, r.Files, o.Timeline); err != nil {
		return out, err
	}
	out.Files = filesIn(out.Timeline)
	return out, nil
}

func (r supervisions) actInstruction(ctx context.Context, in *Act) (InstructionFile, error) {
	if err := r.service.DoInstruction(ctx, actor(ctx), supervise.InstructionID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return InstructionFile{}, err
	}
	return r.instruction(ctx, &ByID{in.ID})
}
