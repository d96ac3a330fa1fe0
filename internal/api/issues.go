package api

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/sheet"
)

func issueID(s string) issue.ID { return issue.ID(s) }

// issues is the resource of issues.
type issues struct{ Loop }

// Issues registers the list of confirmed problems and all their verbs.
func (a *API) Issues(l Loop) {
	r := issues{l}
	get(a, "listIssues", "/issues", "问题列表", r.list, needs(auth.IssueRead))
	exportList(a, "exportIssues", "/issues/export", "导出问题", "问题", issueColumns, r.list, needs(auth.IssueRead))
	get(a, "getIssue", "/issues/{id}", "问题详情", r.get)
	post(a, "actOnIssue", "/issues/{id}/{verb}", "办理问题", r.act)
}

// IssueView is one issue in lists.
type IssueView struct {
	ID             issue.ID   `json:"id"`
	Number         string     `json:"number"`
	Title          string     `json:"title"`
	Text           string     `json:"text"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	Waits          string     `json:"waits" doc:"等待谁办理"`
	Severity       string     `json:"severity"`
	SeverityTitle  string     `json:"severity_title"`
	Category       string     `json:"category"`
	CategoryName   string     `json:"category_name"`
	Area           string     `json:"area"`
	AreaName       string     `json:"area_name"`
	DeskArea       string     `json:"desk_area" doc:"由哪一级交办"`
	DeskAreaName   string     `json:"desk_area_name"`
	Address        string     `json:"address"`
	Lng            float64    `json:"lng" doc:"WGS-84，0 为不详"`
	Lat            float64    `json:"lat"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	OutletID       string     `json:"outlet_id"`
	LeadAgency     string     `json:"lead_agency"`
	LeadAgencyName string     `json:"lead_agency_name"`
	AssistAgencies []Ref      `json:"assist_agencies" nullable:"false"`
	PersonID       string     `json:"person_id"`
	PersonName     string     `json:"person_name" doc:"责任人"`
	Measures       string     `json:"measures" doc:"整改措施"`
	DueAt          string     `json:"due_at" doc:"当前办理环节的期限"`
	DueTitle       string     `json:"due_title" doc:"期限的名称，例如整改期限"`
	Overdue        bool       `json:"overdue"`
	DaysLeft       int        `json:"days_left" doc:"剩余工作日，逾期为负"`
	RectifyBy      string     `json:"rectify_by" doc:"整改期限"`
	ExtensionDays  int        `json:"extension_days" doc:"申请中的延期，工作日"`
	Returns        int        `json:"returns" doc:"退回次数"`
	FileNumber     string     `json:"file_number" doc:"销号文号"`
	Version        int64      `json:"version"`
	CreatedAt      string     `json:"created_at"`
	UpdatedAt      string     `json:"updated_at"`
	ClosedAt       string     `json:"closed_at"`
}

// IssueFile is everything about one issue.
type IssueFile struct {
	IssueView
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Files    []File        `json:"files" nullable:"false"`
	Material []File        `json:"material" nullable:"false" doc:"随线索提交的材料"`
	Clues    []ClueRef     `json:"clues" nullable:"false"`
}

func (l Loop) issueView(i issue.Issue) IssueView {
	row, _ := l.Issues.Machine().Row(i.State)
	due, overdue, left := l.clock(i.DueAt)
	v := IssueView{
		ID: i.ID, Number: i.Number, Title: i.Title, Text: i.Text, State: i.State, StateTitle: row.Title, Waits: row.Waits,
		Severity: i.Severity, SeverityTitle: title(l.Severities, i.Severity), Category: i.Category, CategoryName: title(l.Categories, i.Category),
		Area: i.Area, AreaName: l.Names.area(i.Area), DeskArea: i.DeskArea, DeskAreaName: l.Names.area(i.DeskArea), Address: i.Address, Lng: i.Lng, Lat: i.Lat,
		EnterpriseID: i.EnterpriseID, EnterpriseName: i.EnterpriseName, OutletID: i.OutletID,
		LeadAgency: i.LeadAgency, LeadAgencyName: l.Names.agency(i.LeadAgency), AssistAgencies: []Ref{}, PersonID: i.PersonID, PersonName: i.PersonName, Measures: i.Measures,
		DueAt: due, DueTitle: issue.ClockTitle(i.Clock), Overdue: overdue, DaysLeft: left, RectifyBy: when(i.RectifyBy), ExtensionDays: i.ExtensionDays,
		Returns: i.Returns, FileNumber: i.FileNumber, Version: i.Version, CreatedAt: when(i.CreatedAt), UpdatedAt: when(i.UpdatedAt), ClosedAt: when(i.ClosedAt),
	}
	for _, x := range i.Assists {
		v.AssistAgencies = append(v.AssistAgencies, Ref{x, l.Names.agency(x)})
	}
	return v
}

// IssueQuery narrows a list of issues.
type IssueQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、标题、内容、企业、地址"`
	State        []string `query:"state" doc:"状态，可多个；open 为全部未销号"`
	Category     []string `query:"category" doc:"类别，可多个"`
	Severity     []string `query:"severity" doc:"严重程度，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	LeadAgency   string   `query:"lead_agency" maxLength:"64"`
	Person       string   `query:"person" maxLength:"64" doc:"责任人的 id"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	Overdue      bool     `query:"overdue" doc:"当前环节已逾期"`
	Mine         bool     `query:"mine" doc:"下一步由我办理"`
	From         string   `query:"from" maxLength:"40" doc:"立为问题不早于，日期或时间"`
	To           string   `query:"to" maxLength:"40" doc:"立为问题不晚于，日期或时间"`
	ClosedFrom   string   `query:"closed_from" maxLength:"40" doc:"销号不早于，日期或时间"`
	ClosedTo     string   `query:"closed_to" maxLength:"40" doc:"销号不晚于，日期或时间"`
	Order        string   `query:"order" enum:"newest,due" default:"newest" doc:"排序：最新或期限最近"`
}

func (r issues) query(q IssueQuery) (issue.Query, error) {
	from, to, err := period(q.From, q.To)
	if err != nil {
		return issue.Query{}, err
	}
	closedFrom, closedTo, err := period(q.ClosedFrom, q.ClosedTo)
	return issue.Query{ClosedFrom: closedFrom, ClosedTo: closedTo, Words: q.Q, States: states(r.Issues.Machine(), q.State), Categories: q.Category, Severities: q.Severity, Area: q.Area,
		LeadAgency: q.LeadAgency, PersonID: q.Person, EnterpriseID: q.EnterpriseID, Overdue: q.Overdue, Mine: q.Mine, From: from, To: to, ByDue: q.Order == "due"}, err
}

func (r issues) list(ctx context.Context, in *struct {
	IssueQuery
	Paging
}) (Page[IssueView], error) {
	q, err := r.query(in.IssueQuery)
	if err != nil {
		return Page[IssueView]{}, err
	}
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.Issues.List(ctx, actor(ctx), q)
	return pageOf(page, r.issueView), err
}

var issueColumns = []column[IssueView]{
	{sheet.Text("编号", 22), func(v IssueView) any { return v.Number }},
	{sheet.Text("标题", 32), func(v IssueView) any { return v.Title }},
	{sheet.Text("状态", 12), func(v IssueView) any { return v.StateTitle }},
	{sheet.Text("严重程度", 10), func(v IssueView) any { return v.SeverityTitle }},
	{sheet.Text("类别", 16), func(v IssueView) any { return v.CategoryName }},
	{sheet.Text("辖区", 16), func(v IssueView) any { return v.AreaName }},
	{sheet.Text("地址", 32), func(v IssueView) any { return v.Address }},
	{sheet.Text("企业", 28), func(v IssueView) any { return v.EnterpriseName }},
	{sheet.Text("牵头单位", 24), func(v IssueView) any { return v.LeadAgencyName }},
	{sheet.Text("配合单位", 32), func(v IssueView) any { return names(v.AssistAgencies) }},
	{sheet.Text("责任人", 12), func(v IssueView) any { return v.PersonName }},
	{sheet.Text("整改措施", 48), func(v IssueView) any { return v.Measures }},
	{sheet.Time("当前环节期限"), func(v IssueView) any { return v.DueAt }},
	{sheet.Text("是否逾期", 10), func(v IssueView) any { return v.Overdue }},
	{sheet.Time("整改期限"), func(v IssueView) any { return v.RectifyBy }},
	{sheet.Number("退回次数"), func(v IssueView) any { return v.Returns }},
	{sheet.Text("销号文号", 24), func(v IssueView) any { return v.FileNumber }},
	{sheet.Time("立为问题时间"), func(v IssueView) any { return v.CreatedAt }},
	{sheet.Time("销号时间"), func(v IssueView) any { return v.ClosedAt }},
}

func (r issues) get(ctx context.Context, in *ByID) (IssueFile, error) {
	f, err := r.Issues.Get(ctx, actor(ctx), issueID(in.ID))
	if err != nil {
		return IssueFile{}, err
	}
	out := IssueFile{IssueView: r.issueView(f.Issue), Actions: f.Actions, Material: []File{}, Clues: r.clueRefs(f.Clues)}
	if out.Timeline, err = entryViews(ctx, r.Files, f.Timeline); err != nil {
		return IssueFile{}, err
	}
	material, err := r.Files.Describe(ctx, f.Material)
	if err != nil {
		return IssueFile{}, err
	}
	for _, id := range f.Material {
		if x, ok := material[id]; ok {
			out.Material = append(out.Material, fileView(x))
		}
	}
	out.Files = filesIn(out.Timeline)
	return out, nil
}

func (r issues) act(ctx context.Context, in *Act) (IssueFile, error) {
	var do issue.Verb
	for _, verbs := range r.Verbs {
		if f, ok := verbs[flow.Verb(in.Verb)]; ok {
			do = f
		}
	}
	if do == nil {
		return IssueFile{}, fault.NotFoundf("问题没有“%s”这项操作", in.Verb)
	}
	i, err := do(ctx, actor(ctx), issueID(in.ID), issue.Act{Version: in.Body.Version, Form: in.Body.Form})
	if err != nil {
		return IssueFile{}, err
	}
	f, err := r.get(ctx, &ByID{in.ID})
	if fault.Is(err, fault.NotFound) { // handed back: out of the agency's sight
		return IssueFile{IssueView: r.issueView(i), Actions: []flow.Action{}, Timeline: []EntryView{}, Files: []File{}, Material: []File{}, Clues: []ClueRef{}}, nil
	}
	return f, err
}

func names(refs []Ref) string {
	out := make([]string, len(refs))
	for i, x := range refs {
		out[i] = x.Name
	}
	return strings.Join(out, "、")
}
