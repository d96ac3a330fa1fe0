package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/sheet"
)

// tips is the desk's side of the register of reports.
type tips struct {
	tips  *tip.Service
	names Names
	files Describer
}

// Tips registers the reports for the triage desk.
func (a *API) Tips(s *tip.Service, n Names, files Describer) {
	r := tips{s, n, files}
	get(a, "listTips", "/tips", "公众举报列表", r.list, needs(auth.ClueTriage))
	exportList(a, "exportTips", "/tips/export", "导出公众举报", "公众举报", tipColumns, r.list, needs(auth.ClueTriage))
	get(a, "getTip", "/tips/{id}", "公众举报详情", r.get, needs(auth.ClueTriage))
	r.statistics(a)
	post(a, "actOnTip", "/tips/{id}/{verb}", "审核公开、答复举报人", r.act, needs(auth.ClueTriage))
}

// TipView is one report in lists.
type TipView struct {
	ID           tip.ID     `json:"id"`
	Number       string     `json:"number"`
	Mode         string     `json:"mode" enum:"public,confidential,anonymous,insider"`
	ModeTitle    string     `json:"mode_title"`
	Channel      string     `json:"channel" enum:"web,open311,phone,visit,letter,media,order,mail"`
	ChannelTitle string     `json:"channel_title"`
	Kind         string     `json:"kind"`
	KindTitle    string     `json:"kind_title"`
	Text         string     `json:"text"`
	Suspect      string     `json:"suspect" doc:"被举报单位，举报人所说"`
	Area         string     `json:"area"`
	AreaName     string     `json:"area_name"`
	Address      string     `json:"address"`
	Stage        string     `json:"stage" doc:"告知举报人的办理阶段"`
	Closed       bool       `json:"closed"`
	Note         string     `json:"note"`
	Agency       string     `json:"agency"`
	DueAt        string     `json:"due_at"`
	State        flow.State `json:"state"`
	StateTitle   string     `json:"state_title" doc:"公开审核"`
	ClueID       string     `json:"clue_id"`
	IssueID      string     `json:"issue_id"`
	CreatedAt    string     `json:"created_at"`
	Echoes       int64      `json:"echoes" doc:"另有几人说也看到了"`
	UpdatedAt    string     `json:"updated_at"`
	Version      int64      `json:"version"`
	TipDesk
}

// TipAnswer is a question with what was answered.
type TipAnswer struct {
	Title string   `json:"title"`
	Shown []string `json:"shown" nullable:"false"`
}

// TipFile is everything about one report.
type TipFile struct {
	TipView
	Lng      float64       `json:"lng"`
	Lat      float64       `json:"lat"`
	MediaURL string        `json:"media_url"`
	Answers  []TipAnswer   `json:"answers" nullable:"false"`
	Shown    TipShown      `json:"shown" doc:"公众能看到的内容"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Files    []File        `json:"files" nullable:"false"`
	Door     []TipAnswer   `json:"door" nullable:"false" doc:"来路自己的栏目"`
	Routes   []TipRoute    `json:"routes" nullable:"false" doc:"可能是谁的职责"`
	Phrases  []TipPhrase   `json:"phrases" nullable:"false" doc:"答复模板，变量已代入；没有值的变量留作空缺，填写后才能发出"`
}

// TipPhrase is a ready sentence for one verb.
type TipPhrase struct {
	Verb  string `json:"verb"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// TipShown is what the public may read.
type TipShown struct {
	Text    string  `json:"text"`
	Address string  `json:"address"`
	Lng     float64 `json:"lng"`
	Lat     float64 `json:"lat"`
	Media   string  `json:"media"`
}

func (r tips) view(t tip.Tip) TipView {
	row, _ := t.Mode.Row()
	k, _ := r.tips.Kind(t.Kind)
	p := t.Progress
	return TipView{ID: t.ID, Number: t.Number, Mode: string(t.Mode), ModeTitle: row.Title, Channel: string(t.Channel), ChannelTitle: t.Channel.Title(),
		Kind: t.Kind, KindTitle: k.Name, Text: t.Text, Suspect: t.Suspect, Area: t.Area, AreaName: r.names.area(t.Area), Address: t.Address,
		Stage: p.Stage, Closed: p.Closed, Note: p.Note, Agency: p.Agency, DueAt: when(p.DueAt), State: t.Review, StateTitle: tip.Machine.StateTitle(t.Review),
		ClueID: t.ClueID, IssueID: p.IssueID, CreatedAt: when(t.CreatedAt), Echoes: t.Echoes, UpdatedAt: when(t.UpdatedAt), Version: t.Version, TipDesk: deskView(t, r.tips.Clock())}
}

// TipQuery narrows a list of reports.
type TipQuery struct {
	Q       string   `query:"q" maxLength:"100" doc:"编号、内容、地点、被举报单位"`
	State   []string `query:"state" doc:"公开审核状态，可多个"`
	Kind    []string `query:"kind" doc:"举报事项，可多个"`
	Mode    []string `query:"mode" doc:"举报方式，可多个"`
	Channel string   `query:"channel" enum:"web,open311,phone,visit,letter,media,order,mail,"`
	Area    string   `query:"area" maxLength:"12"`
	Answer  string   `query:"answer" enum:"waiting,accepted,refused,elsewhere," doc:"是否受理的答复"`
	Due     bool     `query:"due" doc:"今日到期或已逾期未答复是否受理"`
	Outside string   `query:"outside" maxLength:"100" doc:"其他平台的工单编号"`
	Status  string   `query:"status" enum:"open,closed," doc:"是否办结"`
	Sealed  bool     `query:"sealed" doc:"实名保密举报，不与其他举报同列"`
	From    string   `query:"from" maxLength:"40"`
	To      string   `query:"to" maxLength:"40"`
}

func (r tips) list(ctx context.Context, in *struct {
	TipQuery
	Paging
}) (out Page[TipView], err error) {
	q := tip.Query{Words: in.Q, States: states(tip.Machine, in.State), Kinds: in.Kind, Modes: in.Mode, Channel: in.Channel, Area: in.Area, Open: in.Status, Sealed: in.Sealed, Answer: in.Answer, Due: in.Due, Outside: in.Outside, Cursor: in.Cursor, Limit: in.Limit}
	if q.From, q.To, err = period(in.From, in.To); err != nil {
		return out, err
	}
	if !q.To.IsZero() {
		q.To = q.To.Add(-time.Microsecond) // period ends before, the register's search on
	}
	page, err := r.tips.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var tipColumns = []column[TipView]{
	{sheet.Text("编号", 22), func(v TipView) any { return v.Number }},
	{sheet.Text("方式", 14), func(v TipView) any { return v.ModeTitle }},
	{sheet.Text("渠道", 12), func(v TipView) any { return v.ChannelTitle }},
	{sheet.Text("事项", 22), func(v TipView) any { return v.KindTitle }},
	{sheet.Text("辖区", 16), func(v TipView) any { return v.AreaName }},
	{sheet.Text("地点", 30), func(v TipView) any { return v.Address }},
	{sheet.Text("内容", 50), func(v TipView) any { return v.Text }},
	{sheet.Text("被举报单位", 26), func(v TipView) any { return v.Suspect }},
	{sheet.Text("办理阶段", 16), func(v TipView) any { return v.Stage }},
	{sheet.Text("承办单位", 24), func(v TipView) any { return v.Agency }},
	{sheet.Time("时限"), func(v TipView) any { return v.DueAt }},
	{sheet.Text("是否受理", 16), func(v TipView) any { return v.AnswerTitle }},
	{sheet.Time("答复受理时限"), func(v TipView) any { return v.AcceptBy }},
	{sheet.Time("答复受理时间"), func(v TipView) any { return v.AnsweredAt }},
	{sheet.Text("外部工单编号", 22), func(v TipView) any { return v.Outside }},
	{sheet.Text("公开审核", 14), func(v TipView) any { return v.StateTitle }},
	{sheet.Time("举报时间"), func(v TipView) any { return v.CreatedAt }},
}

func (r tips) get(ctx context.Context, in *ByID) (TipFile, error) { return r.file(ctx, tip.ID(in.ID)) }

func (r tips) file(ctx context.Context, id tip.ID) (out TipFile, err error) {
	o, err := r.tips.Get(ctx, actor(ctx), id)
	if err != nil {
		return out, err
	}
	t := o.Tip
	out = TipFile{TipView: r.view(t), Lng: t.Lng, Lat: t.Lat, MediaURL: t.MediaURL, Answers: []TipAnswer{}, Actions: o.Actions,
		Shown: TipShown{t.ShownText, t.ShownPlace, t.ShownLng, t.ShownLat, t.ShownMedia}}
	for _, l := range o.Kind.Shown(t.Answers) {
		out.Answers = append(out.Answers, TipAnswer{l.Title, l.Values})
	}
	out.Door, out.Routes = []TipAnswer{}, r.routes(t)
	out.Phrases = []TipPhrase{}
	for _, p := range r.tips.Phrases(t, r.names.agency) {
		out.Phrases = append(out.Phrases, TipPhrase{p.Verb, p.Title, p.Text})
	}
	for _, l := range t.DoorLines() {
		out.Door = append(out.Door, TipAnswer{l.Title, l.Values})
	}
	if out.Timeline, err = entryViews(ctx, r.files, o.Timeline); err != nil {
		return out, err
	}
	described, err := r.files.Describe(ctx, t.Files)
	out.Files = []File{}
	for _, id := range t.Files {
		if f, ok := described[id]; ok {
			out.Files = append(out.Files, fileView(f))
		}
	}
	return out, err
}

func (r tips) act(ctx context.Context, in *Act) (TipFile, error) {
	if err := r.tips.Do(ctx, actor(ctx), tip.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return TipFile{}, err
	}
	return r.file(ctx, tip.ID(in.ID))
}
