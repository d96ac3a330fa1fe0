package api

import (
	"context"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/notify"
)

type templates struct{ post *notify.Post }

// Templates registers the words in which notices leave the program.
func (a *API) Templates(p *notify.Post) {
	r := templates{p}
	get(a, "listTemplates", "/templates", "消息模板：每类事件经每种渠道怎样说", r.list)
	get(a, "getTemplate", "/templates/{kind}/{channel}", "消息模板详情", r.get)
	post(a, "setTemplate", "/templates/{kind}/{channel}", "修改消息模板，或恢复默认", r.set)
	post(a, "previewTemplate", "/templates/{kind}/{channel}/preview", "预览：用最近的一件代入", r.preview)
}

// TemplateView is how notices of a kind leave by a kind of channel.
type TemplateView struct {
	Kind         string `json:"kind"`
	KindTitle    string `json:"kind_title"`
	Channel      string `json:"channel" enum:"mail,sms,robot"`
	ChannelTitle string `json:"channel_title"`
	Number       int64  `json:"number" doc:"版本，0 为默认"`
	Title        string `json:"title"`
	Text         string `json:"text"`
	Own          bool   `json:"own" doc:"默认的说法"`
	AuthorName   string `json:"author_name"`
	At           string `json:"at"`
}

func templateView(f notify.TemplateFile) TemplateView {
	return TemplateView{f.Kind, f.KindTitle, f.Channel, f.ChannelTitle, f.Number, f.Title, f.Text, f.Number == 0 || f.Reset, f.AuthorName, when(f.At)}
}

func (r templates) list(ctx context.Context, _ *None) ([]TemplateView, error) {
	all, err := r.post.Templates(ctx, actor(ctx))
	out := []TemplateView{}
	for _, f := range all {
		out = append(out, templateView(f))
	}
	return out, err
}

// TemplateFile is one template with its variables and versions.
type TemplateFile struct {
	TemplateView
	Variables []TemplateVariable `json:"variables" nullable:"false"`
	Versions  []TemplateVersion  `json:"versions" nullable:"false" doc:"新的在前"`
}

// TemplateVariable is a place that a template fills in.
type TemplateVariable struct {
	Name   string `json:"name"`
	Meant  string `json:"meant"`
	Sample string `json:"sample"`
}

// TemplateVersion is what held once.
type TemplateVersion struct {
	Number     int64  `json:"number"`
	Title      string `json:"title"`
	Text       string `json:"text"`
	Reset      bool   `json:"reset" doc:"恢复默认"`
	Reason     string `json:"reason"`
	AuthorName string `json:"author_name"`
	At         string `json:"at"`
}

// OneTemplate names a template.
type OneTemplate struct {
	Kind    string `path:"kind" maxLength:"40"`
	Channel string `path:"channel" maxLength:"20"`
}

func (r templates) get(ctx context.Context, in *OneTemplate) (TemplateFile, error) {
	f, err := r.post.TemplateOf(ctx, actor(ctx), in.Kind, in.Channel)
	out := TemplateFile{TemplateView: templateView(f), Variables: []TemplateVariable{}, Versions: []TemplateVersion{}}
	for _, v := range f.Variables {
		out.Variables = append(out.Variables, TemplateVariable(v))
	}
	for _, v := range f.Versions {
		out.Versions = append(out.Versions, TemplateVersion{v.Number, v.Title, v.Text, v.Reset, v.Reason, v.AuthorName, when(v.At)})
	}
	return out, err
}

func (r templates) set(ctx context.Context, in *struct {
	OneTemplate
	Body struct {
		Number int64  `json:"number" doc:"所见版本，防止覆盖他人的修改"`
		Title  string `json:"title,omitempty" maxLength:"400"`
		Text   string `json:"text,omitempty" maxLength:"4000"`
		Reason string `json:"reason,omitempty" maxLength:"400"`
		Reset  bool   `json:"reset,omitempty" doc:"恢复默认"`
	}
}) (TemplateFile, error) {
	b := in.Body
	err := r.post.SetTemplate(ctx, actor(ctx), notify.Template{Kind: in.Kind, Channel: in.Channel, Number: b.Number, Title: b.Title, Text: b.Text, Reason: b.Reason, Reset: b.Reset})
	if err != nil {
		return TemplateFile{}, err
	}
	return r.get(ctx, &in.OneTemplate)
}

// TemplateProblem is one thing wrong with a template, and where.
type TemplateProblem struct {
	Field  string `json:"field" enum:"title,text"`
	From   int    `json:"from" doc:"从第几个字符起，自 0"`
	To     int    `json:"to"`
	Line   int    `json:"line" doc:"行，自 1"`
	Column int    `json:"column" doc:"列，自 1"`
	Text   string `json:"text"`
}

// TemplatePreview is how words would look.
type TemplatePreview struct {
	Title    string            `json:"title"`
	Text     string            `json:"text"`
	Real     bool              `json:"real" doc:"用真实的一件代入；否则是示例"`
	Length   int               `json:"length" doc:"字数，含标题"`
	Problems []TemplateProblem `json:"problems" nullable:"false"`
}

func (r templates) preview(ctx context.Context, in *struct {
	OneTemplate
	Body struct {
		Title string `json:"title" maxLength:"400"`
		Text  string `json:"text" maxLength:"4000"`
	}
}) (TemplatePreview, error) {
	v, err := r.post.PreviewTemplate(ctx, actor(ctx), in.Kind, in.Channel, in.Body.Title, in.Body.Text)
	out := TemplatePreview{v.Title, v.Text, v.Real, utf8.RuneCountInString(v.Title + v.Text), []TemplateProblem{}}
	for _, x := range v.Problems {
		out.Problems = append(out.Problems, TemplateProblem(x))
	}
	return out, err
}
