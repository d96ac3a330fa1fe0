package notify

import (
	"context"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// TemplateFile is one template with everything that a person needs to change it.
type TemplateFile struct {
	Template
	KindTitle    string
	ChannelTitle string
	Variables    []Variable
	Versions     []Template // newest first
}

var (
	errStaleTemplate = fault.Conflictf("这个模板已被他人更新，请刷新后重试")
	errNoTemplate    = fault.NotFoundf("没有这个消息模板")
)

// mayWord permits whoever runs the channels, and whoever publishes rules for the whole
// place: words are the business of the people who answer for the alarms.
func (p *Post) mayWord(actor auth.Actor) error {
	if p.Policy.Can(actor, auth.RulePublish, auth.Scope{Area: p.Root}) {
		return nil
	}
	return p.may(actor, auth.SystemWrite)
}

func (p *Post) channelTitle(kind string) string {
	if c, err := p.carrier(kind); err == nil {
		return c.Kind().Title
	}
	return kind
}

func (p *Post) template(kind, channel string) (TemplateFile, error) {
	about, ok := p.Notices.about[kind]
	if !ok || !slices.Contains(words, channel) {
		return TemplateFile{}, errNoTemplate
	}
	return TemplateFile{Template: Template{Kind: kind, Channel: channel, Title: ownTitle, Text: ownText}, KindTitle: about.Title, ChannelTitle: p.channelTitle(channel),
		Variables: p.Notices.variables(kind)}, nil
}

// now takes over what a version says.
func (f *TemplateFile) now(t Template) {
	own := f.Template
	if f.Template = t; t.Reset {
		f.Title, f.Text = own.Title, own.Text
	}
}

// Templates lists what is told of each kind by each way.
func (p *Post) Templates(ctx context.Context, actor auth.Actor) (out []TemplateFile, err error) {
	if err := p.mayWord(actor); err != nil {
		return nil, err
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		set, err := templatesOf(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, kind := range p.Notices.kinds {
			for _, channel := range words {
				f, err := p.template(kind, channel)
				if err != nil {
					return err
				}
				if i := slices.IndexFunc(set, func(t Template) bool { return t.Kind == kind && t.Channel == channel }); i >= 0 {
					f.now(set[i])
				}
				out = append(out, f)
			}
		}
		return nil
	})
	return out, err
}

// TemplateOf opens one.
func (p *Post) TemplateOf(ctx context.Context, actor auth.Actor, kind, channel string) (f TemplateFile, err error) {
	if err := p.mayWord(actor); err != nil {
		return f, err
	}
	if f, err = p.template(kind, channel); err != nil {
		return f, err
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := templateVersions(ctx, tx, kind, channel)
		if len(list) > 0 {
			f.now(list[0])
		}
		f.Versions = list
		return err
	})
	return f, err
}

// CheckTemplate says what is wrong with the words, and where.
func (p *Post) CheckTemplate(kind, title, text string) []Problem {
	known := p.Notices.variables(kind)
	return append(check("title", title, known, mostTitle), check("text", text, known, mostWords)...)
}

// SetTemplate writes the next version; number is the one that was seen. reset goes back
// to the program's own words.
func (p *Post) SetTemplate(ctx context.Context, actor auth.Actor, t Template) error {
	if err := p.mayWord(actor); err != nil {
		return err
	}
	if _, err := p.template(t.Kind, t.Channel); err != nil {
		return err
	}
	t.Title, t.Text, t.Reason = strings.TrimSpace(t.Title), strings.TrimSpace(t.Text), strings.TrimSpace(t.Reason)
	if t.Reset {
		t.Title, t.Text = "", ""
	} else if bad := p.CheckTemplate(t.Kind, t.Title, t.Text); len(bad) > 0 {
		f := fault.Invalidf("模板还有错误，请先改正")
		for _, x := range bad {
			f = f.With(x.Field, "第 %d 行第 %d 个字：%s", x.Line, x.Column, x.Text)
		}
		return f
	}
	t.Author = actor.ID
	t.Number++
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		ok, err := insertTemplate(ctx, tx, t)
		if err != nil {
			return err
		}
		if list, err := templateVersions(ctx, tx, t.Kind, t.Channel); err != nil {
			return err
		} else if !ok || list[0].Number != t.Number {
			return errStaleTemplate
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "template.set", Kind: "template", Subject: t.Kind + "/" + t.Channel, Area: p.Root,
			Detail: map[string]any{"number": t.Number, "title": t.Title, "text": t.Text, "reset": t.Reset, "reason": t.Reason}})
	})
}

// Preview is how words would look.
type Preview struct {
	Title    string
	Text     string
	Real     bool // made of a thing that is there
	Problems []Problem
}

// PreviewTemplate fills the words in with the newest thing that the actor may see, or
// with samples.
func (p *Post) PreviewTemplate(ctx context.Context, actor auth.Actor, kind, channel, title, text string) (v Preview, err error) {
	if err := p.mayWord(actor); err != nil {
		return v, err
	}
	f, err := p.template(kind, channel)
	if err != nil {
		return v, err
	}
	if v.Problems = p.CheckTemplate(kind, title, text); len(v.Problems) > 0 {
		return v, nil
	}
	values := map[string]string{}
	for _, x := range f.Variables {
		values[x.Name] = x.Sample
	}
	values["平台"], values["收件人"], values["时间"] = p.Place, actor.Name, p.DB.Now().In(beijing).Format("01-02 15:04")
	if channel == RobotKind {
		values["收件人"] = ""
	}
	about := p.Notices.about[kind]
	if about.Newest != nil && about.Of != nil {
		subject, own, words, err := about.Newest(ctx, actor)
		if err != nil {
			return v, err
		}
		if v.Real = subject != ""; v.Real {
			values["标题"], values["内容"] = own, words
			err = p.DB.Read(ctx, func(tx *db.Tx) error {
				more, err := about.Of(ctx, tx, subject)
				for k, x := range more {
					values[k] = x
				}
				return err
			})
			if err != nil {
				return v, err
			}
		}
	}
	v.Title, v.Text = fillIn(title, f.Variables, values), fillIn(text, f.Variables, values)
	return v, nil
}
