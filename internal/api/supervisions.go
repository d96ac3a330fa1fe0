package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/sheet"
)

// supervisions is the resource of supervising issues and of leaders' instructions.
type supervisions struct {
	Loop
	service *supervise.Service
	people  PeopleNames
}

// Supervisions registers the ladder of supervision and leaders' instructions.
func (a *API) Supervisions(s *supervise.Service, l Loop, people PeopleNames) {
	r := supervisions{l, s, people}
	a.supervised = s
	get(a, "listSupervisions", "/supervisions", "督办列表", r.list, needs(auth.IssueRead))
	exportList(a, "exportSupervisions", "/supervisions/export", "导出督办", "督办", supervisionColumns, r.list, needs(auth.IssueRead))
	get(a, "listRungs", "/supervisions/rungs", "督办的各级", r.rungs, needs(auth.IssueRead))
	post(a, "proposeSupervision", "/supervisions", "对一个问题拟督办文书", r.propose, needs(auth.IssueSupervise))
	get(a, "getSupervision", "/supervisions/{id}", "一次督办", r.get)
	post(a, "actOnSupervision", "/supervisions/{id}/{verb}", "签发、答复、解除、升级", r.act)
	onePaper(a, "getSupervisionPaper", "/supervisions/{id}/paper.pdf", "督办文书（PDF）", "督办文书", func(ctx context.Context, who auth.Actor, id string) ([]byte, error) {
		return s.Paper(ctx, who, supervise.ID(id))
	})
	get(a, "getIssueSupervision", "/issues/{id}/supervision", "一个问题的督办和批示", r.ofIssue)
	get(a, "listInstructions", "/instructions", "批示列表", r.instructions, needs(auth.IssueRead))
	exportList(a, "exportInstructions", "/instructions/export", "导出批示", "批示", instructionColumns, r.instructions, needs(auth.IssueRead))
	post(a, "registerInstruction", "/instructions", "登记批示", r.register, needs(auth.IssueSupervise))
	get(a, "getInstruction", "/instructions/{id}", "一件批示", r.instruction)
	post(a, "actOnInstruction", "/instructions/{id}/{verb}", "报告办理情况、办结、退回", r.actInstruction)
}

// onePaper registers the download of one thing's paper.
func onePaper(a *API, id, path, title, name string, of func(context.Context, auth.Actor, string) ([]byte, error)) {
	const media = "application/pdf"
	raw(a, http.MethodGet, id, path, title, func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
		text, err := of(ctx, actor(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.send(hc, id, bytes.NewReader(text), media, id, name+".pdf") }}, nil
	}, func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: "文件", Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	})
}

// SupervisionView is one supervision in lists.
type SupervisionView struct {
	ID          supervise.ID `json:"id"`
	Number      string       `json:"number"`
	Rung        string       `json:"rung"`
	RungTitle   string       `json:"rung_title" doc:"催办、督办、通报、约谈、挂牌督办……"`
	PaperTitle  string       `json:"paper_title" doc:"文书的名称"`
	State       flow.State   `json:"state"`
	StateTitle  string       `json:"state_title"`
	Waits       string       `json:"waits"`
	IssueID     string       `json:"issue_id"`
	IssueNumber string       `json:"issue_number"`
	IssueTitle  string       `json:"issue_title"`
	Area        string       `json:"area"`
	AreaName    string       `json:"area_name"`
	Agency      string       `json:"agency"`
	AgencyName  string       `json:"agency_name" doc:"被督办单位"`
	Reason      string       `json:"reason"`
	Demand      string       `json:"demand" doc:"督办要求"`
	Paper       string       `json:"paper" doc:"文号"`
	DueAt       string       `json:"due_at" doc:"答复期限"`
	Overdue     bool         `json:"overdue"`
	DaysLeft    int          `json:"days_left"`
	Public      bool         `json:"public" doc:"列在公开的名单上"`
	ByProgram   bool         `json:"by_program" doc:"由程序按逾期天数拟稿"`
	SignedAt    string       `json:"signed_at"`
	EndedAt     string       `json:"ended_at"`
	CreatedAt   string       `json:"created_at"`
	Version     int64        `json:"version"`
}

// SupervisionFile is everything about one supervision.
type SupervisionFile struct {
	SupervisionView
	ProposedName string        `json:"proposed_name" doc:"拟稿人"`
	SignedName   string        `json:"signed_name" doc:"签发人"`
	From         supervise.ID  `json:"from" doc:"由哪一次升级而来"`
	Actions      []flow.Action `json:"actions" nullable:"false"`
	Timeline     []EntryView   `json:"timeline" nullable:"false"`
	Files        []File        `json:"files" nullable:"false"`
}

func (r supervisions) view(d supervise.Supervision) SupervisionView {
	rung, _ := r.service.Ladder.Find(d.Rung)
	row, _ := supervise.Machine.Row(d.State)
	due, overdue, left := r.clock(d.DueAt)
	return SupervisionView{ID: d.ID, Number: d.Number, Rung: d.Rung, RungTitle: rung.Title, PaperTitle: rung.Paper, State: d.State, StateTitle: row.Title, Waits: row.Waits,
		IssueID: d.IssueID, IssueNumber: d.IssueNo, IssueTitle: d.IssueTitle, Area: d.Area, AreaName: r.Names.area(d.Area), Agency: d.Agency, AgencyName: r.Names.agency(d.Agency),
		Reason: d.Reason, Demand: d.Demand, Paper: d.Paper, DueAt: due, Overdue: overdue, DaysLeft: left, Public: d.Public,
		ByProgram: auth.Actor{ID: d.ProposedBy}.IsSystem(), SignedAt: when(d.SignedAt), EndedAt: when(d.EndedAt), CreatedAt: when(d.CreatedAt), Version: d.Version}
}

// SuperviseQuery narrows the lists of supervisions and instructions.
type SuperviseQuery struct {
	Q       string   `query:"q" maxLength:"100" doc:"编号、问题、要求"`
	State   []string `query:"state" maxItems:"6" doc:"状态，可多个；open 为全部未结束的"`
	Area    string   `query:"area" maxLength:"12"`
	Agency  string   `query:"agency" maxLength:"64"`
	Overdue bool     `query:"overdue" doc:"逾期未答复"`
}

func (q SuperviseQuery) query(m *flow.Machine, p Paging) supervise.Query {
	return supervise.Query{States: states(m, q.State), Area: q.Area, Agency: q.Agency, Words: q.Q, Overdue: q.Overdue, Cursor: p.Cursor, Limit: p.Limit}
}

func (r supervisions) list(ctx context.Context, in *struct {
	SuperviseQuery
	Rung []string `query:"rung" maxItems:"10" doc:"级别，可多个"`
	Paging
}) (Page[SupervisionView], error) {
	q := in.SuperviseQuery.query(supervise.Machine, in.Paging)
	q.Rungs = in.Rung
	page, err := r.service.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var supervisionColumns = []column[SupervisionView]{
	{sheet.Text("编号", 20), func(v SupervisionView) any { return v.Number }},
	{sheet.Text("级别", 14), func(v SupervisionView) any { return v.RungTitle }},
	{sheet.Text("状态", 10), func(v SupervisionView) any { return v.StateTitle }},
	{sheet.Text("问题编号", 20), func(v SupervisionView) any { return v.IssueNumber }},
	{sheet.Text("问题", 32), func(v SupervisionView) any { return v.IssueTitle }},
	{sheet.Text("区域", 16), func(v SupervisionView) any { return v.AreaName }},
	{sheet.Text("被督办单位", 24), func(v SupervisionView) any { return v.AgencyName }},
	{sheet.Text("事由", 32), func(v SupervisionView) any { return v.Reason }},
	{sheet.Text("要求", 48), func(v SupervisionView) any { return v.Demand }},
	{sheet.Text("文号", 20), func(v SupervisionView) any { return v.Paper }},
	{sheet.Time("签发时间"), func(v SupervisionView) any { return v.SignedAt }},
	{sheet.Time("答复期限"), func(v SupervisionView) any { return v.DueAt }},
	{sheet.Text("是否逾期", 10), func(v SupervisionView) any { return v.Overdue }},
	{sheet.Time("结束时间"), func(v SupervisionView) any { return v.EndedAt }},
}

// SuperviseRung is one rung of the ladder.
type SuperviseRung struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Paper    string `json:"paper" doc:"文书的名称"`
	LateDays int    `json:"late_days" doc:"逾期几个工作日自动拟稿，0 为只由人提出"`
	Answer   int    `json:"answer_days" doc:"答复期限，工作日"`
	Signer   string `json:"signer" doc:"谁签发"`
	Alone    bool   `json:"alone" doc:"拟稿人可以自己签发"`
	Public   bool   `json:"public" doc:"列在公开的名单上"`
}

func superviseRung(x supervise.Rung) SuperviseRung {
	signer := "督办监督员、分管领导"
	if x.Sign != auth.IssueSupervise {
		signer = "分管领导"
	}
	return SuperviseRung{x.ID, x.Title, x.Paper, x.LateDays, x.Answer, signer, x.Alone, x.Public}
}

func (r supervisions) rungs(context.Context, *None) ([]SuperviseRung, error) {
	out := []SuperviseRung{}
	for _, x := range r.service.Ladder {
		out = append(out, superviseRung(x))
	}
	return out, nil
}

type superviseInput struct {
	Body struct {
		IssueID string `json:"issue_id" maxLength:"64"`
		Rung    string `json:"rung" maxLength:"40"`
		Reason  string `json:"reason" maxLength:"2000" doc:"事由"`
		Demand  string `json:"demand" maxLength:"4000" doc:"督办要求"`
	}
}

func (r supervisions) propose(ctx context.Context, in *superviseInput) (SupervisionFile, error) {
	d, err := r.service.Begin(ctx, actor(ctx), issueID(in.Body.IssueID), in.Body.Rung, in.Body.Reason, in.Body.Demand)
	if err != nil {
		return SupervisionFile{}, err
	}
	return r.file(ctx, d.ID)
}

func (r supervisions) get(ctx context.Context, in *ByID) (SupervisionFile, error) {
	return r.file(ctx, supervise.ID(in.ID))
}

func (r supervisions) file(ctx context.Context, id supervise.ID) (out SupervisionFile, err error) {
	o, err := r.service.Get(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	names, err := r.people.Names(ctx, o.Supervision.ProposedBy, o.Supervision.SignedBy)
	if err != nil {
		return out, err
	}
	out = SupervisionFile{SupervisionView: r.view(o.Supervision), SignedName: names[o.Supervision.SignedBy], ProposedName: names[o.Supervision.ProposedBy], From: o.Supervision.From, Actions: o.Actions}
	if out.ByProgram {
		out.ProposedName = "系统"
	}
	if out.Timeline, err = entryViews(ctx, r.Files, o.Timeline); err != nil {
		return out, err
	}
	out.Files = filesIn(out.Timeline)
	return out, nil
}

func (r supervisions) act(ctx context.Context, in *Act) (SupervisionFile, error) {
	to, err := r.service.Do(ctx, actor(ctx), supervise.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form)
	if err != nil {
		return SupervisionFile{}, err
	}
	return r.file(ctx, to)
}

// IssueSupervision is what presses on one issue.
type IssueSupervision struct {
	Supervisions []SupervisionView `json:"supervisions" nullable:"false"`
	Instructions []InstructionView `json:"instructions" nullable:"false"`
	Next         SuperviseRung     `json:"next" doc:"接下来的一级"`
	MayPropose   bool              `json:"may_propose" doc:"可以对它拟督办"`
}

func (r supervisions) ofIssue(ctx context.Context, in *ByID) (IssueSupervision, error) {
	out := IssueSupervision{Supervisions: []SupervisionView{}, Instructions: []InstructionView{}}
	list, next, err := r.service.OfIssue(ctx, actor(ctx), issueID(in.ID))
	if err != nil {
		return out, err
	}
	written, err := r.service.InstructionsOf(ctx, actor(ctx), issueID(in.ID))
	if err != nil {
		return out, err
	}
	f, err := r.Issues.Get(ctx, actor(ctx), issueID(in.ID))
	if err != nil {
		return out, err
	}
	out.Next = superviseRung(next)
	out.MayPropose = r.service.Auth.Can(actor(ctx), auth.IssueSupervise, f.Issue.Scope()) && f.Issue.LeadAgency != "" && f.Issue.ClosedAt.IsZero()
	for _, d := range list {
		out.Supervisions = append(out.Supervisions, r.view(d))
		out.MayPropose = out.MayPropose && !d.EndedAt.IsZero()
	}
	for _, i := range written {
		out.Instructions = append(out.Instructions, r.instructionView(i))
	}
	return out, nil
}
