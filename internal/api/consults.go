package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/sheet"
)

// consults is the resource of what enterprises ask the duty room.
type consults struct {
	service *consult.Service
	names   Names
	files   Describer
}

// Consults registers it.
func (a *API) Consults(s *consult.Service, n Names, files Describer) {
	r := consults{s, n, files}
	get(a, "listConsults", "/consults", "企业咨询列表", r.list, needs(auth.ConsultRead))
	exportList(a, "exportConsults", "/consults/export", "导出企业咨询", "企业咨询", consultColumns, r.list, needs(auth.ConsultRead))
	get(a, "listConsultTopics", "/consults/topics", "咨询的事项", r.topics, needs(auth.ConsultRead))
	post(a, "askConsult", "/consults", "向监控值班岗咨询", r.ask)
	get(a, "getConsult", "/consults/{id}", "咨询详情", r.get)
	post(a, "actOnConsult", "/consults/{id}/{verb}", "答复、继续询问、办结", r.act)
}

// ConsultView is one conversation in lists.
type ConsultView struct {
	ID             consult.ID `json:"id"`
	Number         string     `json:"number"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	Waits          string     `json:"waits"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	AreaName       string     `json:"area_name"`
	Topic          string     `json:"topic"`
	TopicTitle     string     `json:"topic_title"`
	Title          string     `json:"title"`
	CreatedByName  string     `json:"created_by_name"`
	CreatedAt      string     `json:"created_at"`
	UpdatedAt      string     `json:"updated_at"`
	Version        int64      `json:"version"`
}

func (r consults) view(c consult.Consult) ConsultView {
	row, _ := consult.Machine.Row(c.State)
	return ConsultView{c.ID, c.Number, c.State, row.Title, row.Waits, c.EnterpriseID, c.EnterpriseName, r.names.area(c.Area), c.Topic, c.TopicTitle(), c.Title,
		c.CreatedByName, when(c.CreatedAt), when(c.UpdatedAt), c.Version}
}

var consultColumns = []column[ConsultView]{
	{sheet.Text("编号", 20), func(v ConsultView) any { return v.Number }},
	{sheet.Text("企业", 28), func(v ConsultView) any { return v.EnterpriseName }},
	{sheet.Text("区域", 16), func(v ConsultView) any { return v.AreaName }},
	{sheet.Text("事项", 18), func(v ConsultView) any { return v.TopicTitle }},
	{sheet.Text("问题", 50), func(v ConsultView) any { return v.Title }},
	{sheet.Text("状态", 10), func(v ConsultView) any { return v.StateTitle }},
	{sheet.Time("提出"), func(v ConsultView) any { return v.CreatedAt }},
	{sheet.Time("最近"), func(v ConsultView) any { return v.UpdatedAt }},
}

// ConsultQuery narrows a list of consultations.
type ConsultQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、企业、问题"`
	State        []string `query:"state" doc:"状态，可多个"`
	Topic        []string `query:"topic" doc:"事项，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
}

func (r consults) list(ctx context.Context, in *struct {
	ConsultQuery
	Paging
}) (Page[ConsultView], error) {
	page, err := r.service.List(ctx, actor(ctx), consult.Query{Text: in.Q, States: in.State, Topics: in.Topic, Area: in.Area, EnterpriseID: in.EnterpriseID, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view), err
}

func (r consults) topics(context.Context, *None) ([]WordView, error) {
	out := []WordView{}
	for _, t := range consult.Topics {
		out = append(out, WordView(t))
	}
	return out, nil
}

func (r consults) ask(ctx context.Context, in *struct {
	Body struct {
		Topic string   `json:"topic" maxLength:"20"`
		Title string   `json:"title" maxLength:"200"`
		Text  string   `json:"text" maxLength:"8000"`
		Files []string `json:"files,omitempty" maxItems:"20"`
	}
}) (ConsultFile, error) {
	form := map[string]any{"text": in.Body.Text}
	if len(in.Body.Files) > 0 {
		list := []any{}
		for _, f := range in.Body.Files {
			list = append(list, f)
		}
		form["files"] = list
	}
	id, err := r.service.Begin(ctx, actor(ctx), consult.Consult{Topic: in.Body.Topic, Title: in.Body.Title}, form)
	if err != nil {
		return ConsultFile{}, err
	}
	return r.get(ctx, &ByID{string(id)})
}

// ConsultFile is one conversation.
type ConsultFile struct {
	ConsultView
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
}

func (r consults) get(ctx context.Context, in *ByID) (out ConsultFile, err error) {
	f, err := r.service.Get(ctx, actor(ctx), consult.ID(in.ID))
	if err != nil {
		return out, err
	}
	out = ConsultFile{ConsultView: r.view(f.Consult), Actions: f.Actions}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r consults) act(ctx context.Context, in *Act) (ConsultFile, error) {
	if err := r.service.Do(ctx, actor(ctx), consult.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return ConsultFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}
