package profile

import (
	"regexp"
	"slices"

	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
)

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

// questionTypes are those of GeoReport v2; the last two have options.
var questionTypes = []string{"string", "text", "number", "datetime", "singlevaluelist", "multivaluelist"}

func (b *builder) report(p *Profile, f fileReport) Report {
	r := Report{Days: f.Days, Contact: f.Contact, Key: f.Key, Again: f.Again, AgainDays: f.AgainIn, KeepDays: f.Keep, Escrow: f.Escrow}
	for _, x := range f.Phones {
		r.Phones = append(r.Phones, Phone(x))
	}
	for _, x := range f.Ways {
		i := slices.IndexFunc(p.Sources, func(c Choice) bool { return c.ID == x.Source })
		if i < 0 {
			b.fail(x.Line, "举报渠道“%s”不在 sources 中", x.Source)
			continue
		}
		r.Channels = append(r.Channels, Channel{x.Source, p.Sources[i].Name, x.How})
	}
	if r.Again == 0 {
		r.Again = 2
	}
	if r.AgainDays == 0 {
		r.AgainDays = 30
	}
	if r.KeepDays == 0 {
		r.KeepDays = 730
	}
	seen := map[string]bool{}
	for _, k := range f.Kinds {
		if !codeForm.MatchString(k.Code) || seen[k.Code] {
			b.fail(k.Line, "举报事项的编号“%s”应由小写字母、数字和连字符组成，且不重复", k.Code)
		}
		seen[k.Code] = true
		if _, ok := p.byCategory[k.Category]; !ok {
			b.fail(k.Line, "举报事项“%s”的类别 %s 不在 categories 中", k.Name, k.Category)
		}
		r.Kinds = append(r.Kinds, ReportKind{Code: k.Code, Name: k.Name, About: k.About, Group: k.Group, Keywords: k.Keywords,
			Category: k.Category, Questions: b.questions(k)})
	}
	for _, x := range f.Routes {
		r.Routes = append(r.Routes, b.route(p, x, seen))
	}
	for _, x := range f.Replies {
		r.Replies = append(r.Replies, b.reply(x, seen))
	}
	return r
}

func (b *builder) reply(x fileReply, kinds map[string]bool) phrase.Phrase {
	if !slices.Contains(phrase.Verbs, x.Verb) {
		b.fail(x.Line, "答复模板“%s”：for 应为 %v 之一", x.Title, phrase.Verbs)
	}
	for _, k := range x.Kinds {
		if !kinds[k] {
			b.fail(x.Line, "答复模板“%s”：没有编号为 %s 的举报事项", x.Title, k)
		}
	}
	if err := phrase.Check(x.Text); err != nil {
		b.fail(x.Line, "答复模板“%s”：%s", x.Title, err.Error())
	}
	return phrase.Phrase{Verb: x.Verb, Kinds: x.Kinds, Title: x.Title, Text: x.Text}
}

func (b *builder) route(p *Profile, x fileRoute, kinds map[string]bool) ReportRoute {
	for _, k := range x.Kinds {
		if !kinds[k] {
			b.fail(x.Line, "举报归属：没有编号为 %s 的举报事项", k)
		}
	}
	for _, a := range x.Areas {
		if _, ok := p.Regions.Find(a); !ok {
			b.fail(x.Line, "举报归属：区划表中没有 %s", a)
		}
	}
	if (x.Agency == "") == (x.Body == "") {
		b.fail(x.Line, "举报归属：agency 与 body 须写且只写一项")
	}
	if x.Agency != "" {
		if _, ok := p.Agencies.Find(x.Agency); !ok {
			b.fail(x.Line, "举报归属：没有编号为 %s 的单位", x.Agency)
		}
	}
	return ReportRoute{x.Kinds, x.Areas, x.Agency, x.Body, x.Why}
}

func (b *builder) questions(k fileKind) []Question {
	var out []Question
	seen := map[string]bool{}
	for _, q := range k.Questions {
		lists := len(questionTypes) - 2
		switch at := slices.Index(questionTypes, q.Type); {
		case !codeForm.MatchString(q.Code) || seen[q.Code]:
			b.fail(q.Line, "“%s”的问题编号“%s”应由小写字母、数字和连字符组成，且不重复", k.Name, q.Code)
		case at < 0:
			b.fail(q.Line, "问题“%s”的类型“%s”应为 %v 之一", q.Title, q.Type, questionTypes)
		case (at >= lists) != (len(q.Options) > 0):
			b.fail(q.Line, "问题“%s”：单选和多选须有选项，其他类型不能有", q.Title)
		}
		seen[q.Code] = true
		out = append(out, Question{Code: q.Code, Title: q.Title, Hint: q.Hint, Type: q.Type, Required: q.Required, Options: b.choices("options", q.Options)})
	}
	return out
}
