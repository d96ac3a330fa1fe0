package api

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/sheet"
)

// clues is the resource of clues.
type clues struct{ Loop }

// Clues registers the funnel and the triage desk.
func (a *API) Clues(l Loop) {
	r := clues{l}
	get(a, "listClues", "/clues", "线索列表", r.list, needs(auth.ClueRead, auth.ClueEnter))
	exportList(a, "exportClues", "/clues/export", "导出线索", "线索", clueColumns, r.list, needs(auth.ClueRead, auth.ClueEnter))
	post(a, "registerClue", "/clues", "登记线索", r.register)
	get(a, "getClue", "/clues/{id}", "线索详情", r.get)
	get(a, "getClueContact", "/clues/{id}/contact", "查看反映人联系方式（每次查看均记入日志）", r.contact)
	post(a, "actOnClue", "/clues/{id}/{verb}", "研判线索", r.act)
}

// ClueView is one clue in lists.
type ClueView struct {
	ID             clue.ID    `json:"id"`
	Number         string     `json:"number"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	Waits          string     `json:"waits" doc:"等待谁办理"`
	Source         string     `json:"source"`
	SourceTitle    string     `json:"source_title"`
	SourceID       string     `json:"source_id" doc:"来源自身的编号，例如预警的 id"`
	Title          string     `json:"title"`
	Text           string     `json:"text"`
	Area           string     `json:"area"`
	AreaName       string     `json:"area_name"`
	Address        string     `json:"address"`
	Lng            float64    `json:"lng" doc:"WGS-84，0 为不详"`
	Lat            float64    `json:"lat"`
	Category       string     `json:"category"`
	CategoryName   string     `json:"category_name"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	OutletID       string     `json:"outlet_id"`
	HasContact     bool       `json:"has_contact" doc:"留有反映人联系方式"`
	OwnerID        string     `json:"owner_id"`
	OwnerName      string     `json:"owner_name" doc:"领办人，空为所在辖区研判岗"`
	DueAt          string     `json:"due_at"`
	Overdue        bool       `json:"overdue"`
	DaysLeft       int        `json:"days_left" doc:"工作日"`
	IssueID        string     `json:"issue_id"`
	MergedInto     clue.ID    `json:"merged_into"`
	ReferredTo     string     `json:"referred_to"`
	ReferredToName string     `json:"referred_to_name"`
	CreatedBy      string     `json:"created_by"`
	CreatedByName  string     `json:"created_by_name"`
	CreatedAt      string     `json:"created_at"`
	UpdatedAt      string     `json:"updated_at"`
	Version        int64      `json:"version"`
}

// ClueFile is everything about one clue.
type ClueFile struct {
	ClueView
	IssueNumber string          `json:"issue_number"`
	Evidence    json.RawMessage `json:"evidence,omitempty" doc:"来源附带的数据"`
	Timeline    []EntryView     `json:"timeline" nullable:"false"`
	Actions     []flow.Action   `json:"actions" nullable:"false"`
	Files       []File          `json:"files" nullable:"false"`
	Similar     []SimilarView   `json:"similar" nullable:"false" doc:"可能是同一件事的线索"`
	Merged      []ClueRef       `json:"merged" nullable:"false" doc:"已并入本线索的线索"`
}

// SimilarView is a clue that may be about the same thing; Score is from 0 to 1.
type SimilarView struct {
	ID         clue.ID  `json:"id"`
	Number     string   `json:"number"`
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	StateTitle string   `json:"state_title"`
	IssueID    string   `json:"issue_id"`
	Score      float64  `json:"score"`
	Why        []string `json:"why" nullable:"false" doc:"相似之处"`
	CreatedAt  string   `json:"created_at"`
}

func (r clues) view(c clue.Clue) ClueView {
	row, _ := r.Clues.Machine().Row(c.State)
	due, overdue, left := r.clock(c.DueAt)
	by := c.CreatedByName
	if by == "" {
		by = "系统"
	}
	return ClueView{
		ID: c.ID, Number: c.Number, State: c.State, StateTitle: row.Title, Waits: row.Waits, Source: c.Source, SourceTitle: title(r.Sources, c.Source), SourceID: c.SourceID,
		Title: c.Title, Text: c.Text, Area: c.Area, AreaName: r.Names.area(c.Area), Address: c.Address, Lng: c.Lng, Lat: c.Lat,
		Category: c.Category, CategoryName: title(r.Categories, c.Category), EnterpriseID: c.EnterpriseID, EnterpriseName: c.EnterpriseName, OutletID: c.OutletID,
		HasContact: c.Contact != "", OwnerID: c.OwnerID, OwnerName: c.OwnerName, DueAt: due, Overdue: overdue, DaysLeft: left,
		IssueID: c.IssueID, MergedInto: c.MergedInto, ReferredTo: c.ReferredTo, ReferredToName: r.Names.agency(c.ReferredTo),
		CreatedBy: c.CreatedBy, CreatedByName: by, CreatedAt: when(c.CreatedAt), UpdatedAt: when(c.UpdatedAt), Version: c.Version,
	}
}

func (l Loop) clueRefs(list []clue.Clue) []ClueRef {
	out := make([]ClueRef, 0, len(list))
	for _, c := range list {
		out = append(out, ClueRef{c.ID, c.Number, c.Title, c.Source, title(l.Sources, c.Source), c.State, l.Clues.Machine().StateTitle(c.State), when(c.CreatedAt)})
	}
	return out
}

// ClueQuery narrows a list of clues.
type ClueQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、标题、内容、企业、地址"`
	State        []string `query:"state" doc:"状态，可多个；open 为全部未办结"`
	Source       []string `query:"source" doc:"来源，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	Mine         bool     `query:"mine" doc:"我领办或我提交的"`
	Due          bool     `query:"due" doc:"今天到期或已逾期的"`
	From         string   `query:"from" maxLength:"40" doc:"登记不早于，日期或时间"`
	To           string   `query:"to" maxLength:"40" doc:"登记不晚于，日期或时间"`
}

func (r clues) query(q ClueQuery) (clue.Query, error) {
	from, to, err := period(q.From, q.To)
	return clue.Query{Words: q.Q, States: states(r.Clues.Machine(), q.State), Sources: q.Source, Area: q.Area, EnterpriseID: q.EnterpriseID,
		Mine: q.Mine, Due: q.Due, From: from, To: to}, err
}

func (r clues) list(ctx context.Context, in *struct {
	ClueQuery
	Paging
}) (Page[ClueView], error) {
	q, err := r.query(in.ClueQuery)
	if err != nil {
		return Page[ClueView]{}, err
	}
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.Clues.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var clueColumns = []column[ClueView]{
	{sheet.Text("编号", 22), func(v ClueView) any { return v.Number }},
	{sheet.Text("状态", 12), func(v ClueView) any { return v.StateTitle }},
	{sheet.Text("来源", 16), func(v ClueView) any { return v.SourceTitle }},
	{sheet.Text("标题", 32), func(v ClueView) any { return v.Title }},
	{sheet.Text("内容", 48), func(v ClueView) any { return v.Text }},
	{sheet.Text("辖区", 16), func(v ClueView) any { return v.AreaName }},
	{sheet.Text("地址", 32), func(v ClueView) any { return v.Address }},
	{sheet.Text("类别", 16), func(v ClueView) any { return v.CategoryName }},
	{sheet.Text("企业", 28), func(v ClueView) any { return v.EnterpriseName }},
	{sheet.Text("领办人", 12), func(v ClueView) any { return v.OwnerName }},
	{sheet.Time("研判期限"), func(v ClueView) any { return v.DueAt }},
	{sheet.Text("登记人", 12), func(v ClueView) any { return v.CreatedByName }},
	{sheet.Time("登记时间"), func(v ClueView) any { return v.CreatedAt }},
}

type registerClueInput struct {
	Body struct {
		Title          string   `json:"title" maxLength:"200"`
		Text           string   `json:"text,omitempty" maxLength:"5000"`
		Source         string   `json:"source" maxLength:"32"`
		Area           string   `json:"area" maxLength:"12"`
		Address        string   `json:"address,omitempty" maxLength:"200"`
		Lng            float64  `json:"lng,omitempty"`
		Lat            float64  `json:"lat,omitempty"`
		Category       string   `json:"category,omitempty" maxLength:"32"`
		EnterpriseID   string   `json:"enterprise_id,omitempty" maxLength:"64"`
		EnterpriseName string   `json:"enterprise_name,omitempty" maxLength:"200" doc:"未登记在册的单位填写名称"`
		OutletID       string   `json:"outlet_id,omitempty" maxLength:"64"`
		Contact        string   `json:"contact,omitempty" maxLength:"200" doc:"反映人联系方式，仅研判岗可见"`
		Files          []string `json:"files,omitempty" maxItems:"30" doc:"已上传附件的 id"`
	}
}

func (r clues) register(ctx context.Context, in *registerClueInput) (ClueFile, error) {
	b := in.Body
	if b.EnterpriseID != "" {
		e, err := r.Enterprises.Get(ctx, actor(ctx), b.EnterpriseID)
		if fault.Is(err, fault.NotFound) {
			return ClueFile{}, fault.Invalidf("请检查涉及企业").With("enterprise_id", "没有登记这家企业，或者它不在您的查看范围内")
		}
		if err != nil {
			return ClueFile{}, err
		}
		b.EnterpriseName = e.Name
	}
	c, err := r.Clues.Register(ctx, actor(ctx), clue.New{Source: b.Source, Title: b.Title, Text: b.Text, Area: b.Area, Address: b.Address, Lng: b.Lng, Lat: b.Lat,
		Category: b.Category, EnterpriseID: b.EnterpriseID, EnterpriseName: b.EnterpriseName, OutletID: b.OutletID, Contact: b.Contact, Files: b.Files})
	if err != nil {
		return ClueFile{}, err
	}
	return r.get(ctx, &ByID{string(c.ID)})
}

func (r clues) get(ctx context.Context, in *ByID) (ClueFile, error) {
	f, err := r.Clues.Get(ctx, actor(ctx), clue.ID(in.ID))
	if err != nil {
		return ClueFile{}, err
	}
	out := ClueFile{ClueView: r.view(f.Clue), Actions: f.Actions, Similar: []SimilarView{}, Merged: r.clueRefs(f.Merged)}
	if f.Clue.Evidence != "" {
		out.Evidence = json.RawMessage(f.Clue.Evidence)
	}
	for _, s := range f.Similar {
		out.Similar = append(out.Similar, SimilarView{s.Clue.ID, s.Clue.Number, s.Clue.Title, s.Clue.Text, r.Clues.Machine().StateTitle(s.Clue.State),
			s.Clue.IssueID, min(1, float64(s.Score)/100), s.Why, when(s.Clue.CreatedAt)})
	}
	if f.Clue.IssueID != "" {
		// Who follows a clue may not see its issue; the link then stays away.
		i, err := r.Issues.Get(ctx, actor(ctx), issueID(f.Clue.IssueID))
		switch {
		case err == nil:
			out.IssueNumber = i.Issue.Number
		case fault.Is(err, fault.NotFound):
			out.IssueID = ""
		default:
			return ClueFile{}, err
		}
	}
	if out.Timeline, err = entryViews(ctx, r.Files, f.Timeline); err != nil {
		return ClueFile{}, err
	}
	out.Files = filesIn(out.Timeline)
	return out, nil
}

// ContactView is how to reach who told us.
type ContactView struct {
	Contact string `json:"contact"`
}

func (r clues) contact(ctx context.Context, in *ByID) (ContactView, error) {
	c, err := r.Clues.Contact(ctx, actor(ctx), clue.ID(in.ID))
	return ContactView{c}, err
}

func (r clues) act(ctx context.Context, in *Act) (ClueFile, error) {
	id, verb, a := clue.ID(in.ID), flow.Verb(in.Verb), clue.Act{Version: in.Body.Version, Form: in.Body.Form}
	var c clue.Clue
	var err error
	switch verb {
	case clue.Adopt:
		_, err = r.Issues.Adopt(ctx, actor(ctx), id, a)
	case clue.Join:
		c, err = r.Issues.Join(ctx, actor(ctx), id, a)
	default:
		do, ok := r.Clues.Verbs()[verb]
		if !ok {
			return ClueFile{}, fault.NotFoundf("线索没有“%s”这项操作", in.Verb)
		}
		c, err = do(ctx, actor(ctx), id, a)
	}
	if err != nil {
		return ClueFile{}, err
	}
	f, err := r.get(ctx, &ByID{in.ID})
	if fault.Is(err, fault.NotFound) { // moved to another desk: out of the person's sight
		return ClueFile{ClueView: r.view(c), Timeline: []EntryView{}, Actions: []flow.Action{}, Files: []File{}, Similar: []SimilarView{}, Merged: []ClueRef{}}, nil
	}
	return f, err
}
