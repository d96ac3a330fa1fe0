package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/publish"
	"github.com/qingshao/qingshao/internal/sheet"
)

// publications is the resource of what is told to the public, for those who write
// and review. What the public reads is public_info.go.
type publications struct {
	svc   *publish.Service
	tips  *tip.Service
	names Names
	files Describer
}

// Publications registers it. The public pages come with Public.
func (a *API) Publications(s *publish.Service, t *tip.Service, n Names, files Describer) {
	r := publications{s, t, n, files}
	a.publications = &r
	get(a, "listPublications", "/publications", "公开稿件", r.list, needs(auth.PublishRead))
	exportList(a, "exportPublications", "/publications/export", "导出公开稿件", "公开稿件", publicationColumns, r.list, needs(auth.PublishRead))
	get(a, "getPublicationRules", "/publications/rules", "公开的种类，本地有没有悬赏", r.rules, needs(auth.PublishRead))
	post(a, "previewPublication", "/publications/preview", "遮盖以后的样子，不保存", r.preview, needs(auth.PublishWrite))
	post(a, "writePublication", "/publications", "草拟公开稿件", r.write, needs(auth.PublishWrite))
	get(a, "getPublication", "/publications/{id}", "一份公开稿件", r.get, needs(auth.PublishRead))
	post(a, "actOnPublication", "/publications/{id}/{verb}", "修改、提交、审核、更正、结束、撤回", r.act)
}

// PublicationView is one item in lists.
type PublicationView struct {
	ID         publish.ID `json:"id"`
	Number     string     `json:"number"`
	Kind       string     `json:"kind" enum:"call,exposure,progress,case"`
	KindTitle  string     `json:"kind_title"`
	State      flow.State `json:"state"`
	StateTitle string     `json:"state_title"`
	Waits      string     `json:"waits"`
	Title      string     `json:"title" doc:"拟稿人所写，未遮盖"`
	Enterprise string     `json:"enterprise"`
	Area       string     `json:"area"`
	AreaName   string     `json:"area_name"`
	Category   string     `json:"category"`
	IssueID    string     `json:"issue_id"`
	Until      string     `json:"until" doc:"征集的截止时刻"`
	Bounty     Number     `json:"bounty" doc:"悬赏，元；0 为没有"`
	Edition    int64      `json:"edition" doc:"现行第几版，0 为没有公开过"`
	Answers    int        `json:"answers" doc:"应征线索件数"`
	PublicAt   string     `json:"public_at"`
	CreatedAt  string     `json:"created_at"`
	UpdatedAt  string     `json:"updated_at"`
	Version    int64      `json:"version"`
}

func (r publications) view(i publish.Item) PublicationView {
	row, _ := publish.Machine.Row(i.State)
	return PublicationView{ID: i.ID, Number: i.Number, Kind: string(i.Kind), KindTitle: i.Kind.Title(), State: i.State, StateTitle: row.Title, Waits: row.Waits, Title: i.Title, Enterprise: i.Enterprise,
		Area: i.Area, AreaName: r.names.area(i.Area), Category: i.Category, IssueID: i.IssueID, Until: when(i.Until), Bounty: yuan(i.BountyFen), Edition: i.Edition,
		PublicAt: when(i.PublicAt), CreatedAt: when(i.CreatedAt), UpdatedAt: when(i.UpdatedAt), Version: i.Version}
}

// PublicationQuery narrows the list.
type PublicationQuery struct {
	Q       string   `query:"q" maxLength:"100" doc:"编号、标题、正文、点名的单位"`
	State   []string `query:"state" doc:"状态，可多个；open 为未作废、未撤回"`
	Kind    []string `query:"kind" doc:"种类，可多个"`
	Area    string   `query:"area" maxLength:"12"`
	IssueID string   `query:"issue_id" maxLength:"64"`
}

func (r publications) list(ctx context.Context, in *struct {
	PublicationQuery
	Paging
}) (out Page[PublicationView], err error) {
	page, err := r.svc.List(ctx, actor(ctx), publish.Query{Words: in.Q, States: states(publish.Machine, in.State), Kinds: in.Kind, Area: in.Area, IssueID: in.IssueID, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return out, err
	}
	out = pageOf(page, r.view)
	calls := []publish.ID{}
	for _, v := range out.Items {
		if v.Kind == string(publish.Call) {
			calls = append(calls, v.ID)
		}
	}
	n, err := r.svc.Counts(ctx, calls)
	for i := range out.Items {
		out.Items[i].Answers = n[out.Items[i].ID]
	}
	return out, err
}

var publicationColumns = []column[PublicationView]{
	{sheet.Text("编号", 20), func(v PublicationView) any { return v.Number }},
	{sheet.Text("种类", 10), func(v PublicationView) any { return v.KindTitle }},
	{sheet.Text("状态", 12), func(v PublicationView) any { return v.StateTitle }},
	{sheet.Text("标题（未遮盖）", 40), func(v PublicationView) any { return v.Title }},
	{sheet.Text("辖区", 16), func(v PublicationView) any { return v.AreaName }},
	{sheet.Number("悬赏").In("元"), func(v PublicationView) any { return v.Bounty.Decimal }},
	{sheet.Number("应征线索"), func(v PublicationView) any { return v.Answers }},
	{sheet.Time("公开"), func(v PublicationView) any { return v.PublicAt }},
	{sheet.Time("征集截止"), func(v PublicationView) any { return v.Until }},
}

// PublicationRules is what a writer may choose from.
type PublicationRules struct {
	Kinds  []PublicationKind `json:"kinds" nullable:"false"`
	Bounty bool              `json:"bounty" doc:"本地文件规定了悬赏"`
	Most   Number            `json:"most" doc:"悬赏的上限，元"`
	Rule   string            `json:"rule" doc:"规定悬赏的条文"`
}

// PublicationKind is one kind with its words.
type PublicationKind struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	About string `json:"about"`
}

func (r publications) rules(context.Context, *None) (PublicationRules, error) {
	fen, rule, ok := r.svc.Rules().Offers(r.svc.Now())
	out := PublicationRules{Kinds: []PublicationKind{}, Bounty: ok, Most: yuan(fen), Rule: rule}
	for _, k := range publish.Kinds() {
		out.Kinds = append(out.Kinds, PublicationKind{string(k.Kind), k.Title, k.About})
	}
	return out, nil
}

// PublicationBody is a draft as it is entered.
type PublicationBody struct {
	Kind       string `json:"kind" maxLength:"20" doc:"call 征集线索，exposure 曝光台，progress 整改进展，case 典型案例"`
	Title      string `json:"title" maxLength:"200"`
	Text       string `json:"text" maxLength:"8000"`
	Hide       string `json:"hide,omitempty" maxLength:"2000" doc:"需要隐去的姓名和名称，用顿号隔开"`
	Enterprise string `json:"enterprise,omitempty" maxLength:"200"`
	Area       string `json:"area,omitempty" maxLength:"12"`
	Category   string `json:"category,omitempty" maxLength:"40"`
	IssueID    string `json:"issue_id,omitempty" maxLength:"64"`
	Until      string `json:"until,omitempty" maxLength:"10" doc:"征集的截止日，2006-01-02"`
	Bounty     string `json:"bounty,omitempty" maxLength:"20" doc:"悬赏，整数元"`
	Budget     string `json:"budget,omitempty" maxLength:"200" doc:"悬赏资金的预算科目或批准文号"`
}

// PublicationShown is what readers get.
type PublicationShown struct {
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	Enterprise string   `json:"enterprise"`
	Outcome    string   `json:"outcome"`
	Cause      string   `json:"cause" doc:"更正的原因"`
	Masked     int      `json:"masked" doc:"遮盖了几处"`
	Missing    []string `json:"missing" nullable:"false" doc:"要求隐去、但文中没有的名字"`
}

func shownView(s publish.Shown) PublicationShown {
	return PublicationShown{s.Title, s.Text, s.Enterprise, s.Outcome, s.Cause, s.Masked, s.Missing}
}

func (r publications) preview(_ context.Context, in *struct{ Body PublicationBody }) (PublicationShown, error) {
	b := in.Body
	return shownView(publish.Item{Draft: publish.Draft{Title: b.Title, Text: b.Text, Enterprise: b.Enterprise, Hide: publish.Names(b.Hide)}}.Shown()), nil
}

func (r publications) write(ctx context.Context, in *struct{ Body PublicationBody }) (PublicationFile, error) {
	b := in.Body
	i, err := r.svc.Write(ctx, actor(ctx), publish.New{Kind: publish.Kind(b.Kind), Title: b.Title, Text: b.Text, Hide: publish.Names(b.Hide), Enterprise: b.Enterprise, Area: b.Area,
		Category: b.Category, IssueID: b.IssueID, Until: b.Until, Bounty: b.Bounty, Budget: b.Budget})
	if err != nil {
		return PublicationFile{}, err
	}
	return r.file(ctx, i.ID)
}

// PublicationEdition is one of an item's editions.
type PublicationEdition struct {
	Edition   int64  `json:"edition"`
	Cause     string `json:"cause"`
	PublicAt  string `json:"public_at"`
	Concealed bool   `json:"concealed" doc:"更正以后不再可读"`
}

// PublicationAnswer is a report that answered a call.
type PublicationAnswer struct {
	ID        tip.ID `json:"id"`
	Number    string `json:"number"`
	ModeTitle string `json:"mode_title"`
	Stage     string `json:"stage"`
	CreatedAt string `json:"created_at"`
}

// PublicationFile is everything about one item.
type PublicationFile struct {
	PublicationView
	Text     string               `json:"text" doc:"拟稿人所写，未遮盖"`
	Hide     []string             `json:"hide" nullable:"false"`
	Budget   string               `json:"budget"`
	Outcome  string               `json:"outcome"`
	Ground   string               `json:"ground" doc:"撤回的理由"`
	Preview  PublicationShown     `json:"preview" doc:"审核通过以后公众看到的内容，一字不差"`
	Public   *PublicationShown    `json:"public,omitempty" doc:"公众现在看到的内容"`
	Editions []PublicationEdition `json:"editions" nullable:"false"`
	Tips     []PublicationAnswer  `json:"tips" nullable:"false" doc:"您能看到的应征线索"`
	Page     string               `json:"page" doc:"公开页面的地址，空为没有"`
	Timeline []EntryView          `json:"timeline" nullable:"false"`
	Actions  []flow.Action        `json:"actions" nullable:"false"`
}

func (r publications) get(ctx context.Context, in *ByID) (PublicationFile, error) {
	return r.file(ctx, publish.ID(in.ID))
}

func (r publications) file(ctx context.Context, id publish.ID) (PublicationFile, error) {
	f, err := r.svc.Get(ctx, actor(ctx), id)
	if err != nil {
		return PublicationFile{}, err
	}
	i := f.Item
	out := PublicationFile{PublicationView: r.view(i), Text: i.Text, Hide: i.Hide, Budget: i.Budget, Outcome: i.Outcome, Preview: shownView(f.Preview),
		Editions: []PublicationEdition{}, Tips: []PublicationAnswer{}, Actions: f.Actions}
	out.Answers = len(f.Answers)
	for _, o := range publish.Grounds {
		if o.Value == i.Ground {
			out.Ground = o.Title
		}
	}
	if i.Edition > 0 {
		out.Page = infoBase + "/" + i.Number
	}
	if t := f.Now; t.Edition > 0 && i.State != publish.Withdrawn {
		out.Public = &PublicationShown{Title: t.Title, Text: t.Text, Enterprise: t.Enterprise, Outcome: t.Outcome, Cause: t.Cause, Missing: []string{}}
	}
	for _, m := range f.Editions {
		out.Editions = append(out.Editions, PublicationEdition{m.Edition, m.Cause, when(m.PublicAt), m.Concealed})
	}
	for _, id := range f.Answers {
		o, err := r.tips.Get(ctx, actor(ctx), tip.ID(id))
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue // counted, not shown
		}
		if err != nil {
			return out, err
		}
		t := o.Tip
		out.Tips = append(out.Tips, PublicationAnswer{t.ID, t.Number, modeTitle(string(t.Mode)), t.Progress.Stage, when(t.CreatedAt)})
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r publications) act(ctx context.Context, in *Act) (PublicationFile, error) {
	if err := r.svc.Do(ctx, actor(ctx), publish.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return PublicationFile{}, err
	}
	return r.file(ctx, publish.ID(in.ID))
}

// yuan is an amount of fen for tables.
func yuan(fen int64) Number {
	return Number{decimal.Decimal{Mantissa: fen / 100}}
}
