package profile

import (
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule/event"
	"github.com/qingshao/qingshao/internal/rule/grade"
	"github.com/qingshao/qingshao/internal/rule/ladder"
)

// Warning says who hears of alarms, when.
type Warning struct {
	Ladders []ladder.Ladder
	Events  []event.Grouping
	Answers Answers
	Quota   Quota
	Grades  grade.Table
	sectors []fileSector
}

// Sector is the city's body that answers for a trade, "" when none does: that of
// the longest leading part of the trade's code.
func (w Warning) Sector(industry string) string {
	best, agency := -1, ""
	for _, s := range w.sectors {
		prefix := strings.TrimSuffix(s.Industry, "*")
		if strings.HasPrefix(industry, prefix) && len(prefix) > best {
			best, agency = len(prefix), s.Agency
		}
	}
	return agency
}

type fileWarning struct {
	Sectors []fileSector `yaml:"sectors" title:"行业主管部门"`
	Ladders []fileLadder `yaml:"ladders" title:"逐级告知；每条预警用第一条符合的"`
	Events  []fileEvent  `yaml:"events" title:"预警事件：哪些预警并为一件；每条预警用第一条符合的，不写为内置的规则"`
	Answers Answers      `yaml:"answers" title:"远程预警、现场核查、重点督办"`
	Grades  []fileGrade  `yaml:"grades" title:"哪些预警为重点级，逐条注明依据和施行日；不写则没有重点级"`
	Quota   Quota        `yaml:"quota" title:"告知限额，超过的合并为一条；超标预警不受限"`
}

type fileSector struct {
	Industry string `yaml:"industry" check:"required" title:"国民经济行业代码，可只写前几位加 *，* 为其余各行业"`
	Agency   string `yaml:"agency" check:"required" title:"责任单位的编号"`
	Line     Line   `yaml:"-"`
}

type fileLadder struct {
	Name     string     `yaml:"name" check:"required" title:"名称"`
	Levels   []string   `yaml:"levels" title:"级别：notice、suspect、exceed、grave；不写为全部"`
	Families []string   `yaml:"families" title:"规则的类别：official、shape、degree、relation、condition、marking、sending；不写为全部"`
	Rungs    []fileRung `yaml:"rungs" check:"required" title:"各级"`
	Line     Line       `yaml:"-"`
}

type fileRung struct {
	When    string   `yaml:"when" check:"required" title:"条件：always、lasting、unacknowledged、unhandled、unexplained、unreviewed"`
	After   string   `yaml:"after" check:"required" title:"条件成立多久之后：30m、24h，或 2wd（工作日）"`
	Tell    []string `yaml:"tell" check:"required" title:"告知：enterprise_head、enterprise、duty、sector、inspector、leader、city_duty、city_leader"`
	Urgency string   `yaml:"urgency" title:"紧急程度：ordinary、important、urgent；不写为 ordinary"`
	Line    Line     `yaml:"-"`
}

type fileGrade struct {
	Name      string   `yaml:"name" check:"required" title:"情形，写在预警上"`
	Basis     string   `yaml:"basis" check:"required" title:"依据"`
	From      string   `yaml:"valid_from" check:"required" title:"自何日起适用（按数据的日期）"`
	Until     string   `yaml:"valid_until" title:"自何日起不再适用"`
	Factors   []string `yaml:"factors" title:"因子编码，末尾可写 *；不写为全部"`
	Kinds     []string `yaml:"kinds" title:"gas、water、rain；不写为全部"`
	Classes   []string `yaml:"classes" title:"排污许可管理类别；不写为全部"`
	Sizes     []string `yaml:"sizes" title:"企业规模：大型、中型、小型、微型；不写为全部"`
	Lists     []string `yaml:"lists" title:"环境监管重点单位名录的类别；不写为不论"`
	Receiving []string `yaml:"receiving" title:"受纳水体的功能类别；不写为不论"`
	Up        bool     `yaml:"hear_up" title:"按高一级的告知规则告知"`
	Line      Line     `yaml:"-"`
}

// keyGrades checks that words and factors are known and days are days.
func (b *builder) keyGrades(list []fileGrade) grade.Table {
	var out grade.Table
	for _, f := range list {
		r := grade.Row{Name: f.Name, Basis: f.Basis, Factors: f.Factors, Kinds: f.Kinds, Classes: f.Classes, Sizes: f.Sizes, Lists: f.Lists, Receiving: f.Receiving, Up: f.Up}
		for _, d := range b.dates(f.Line, "grades", []string{f.From}) {
			r.From = d
		}
		if f.Until != "" {
			for _, d := range b.dates(f.Line, "grades", []string{f.Until}) {
				r.Until = d
			}
			if !r.Until.After(r.From) {
				b.fail(f.Line, "“%s”的 valid_until 应晚于 valid_from", f.Name)
			}
		}
		for _, code := range f.Factors {
			if _, ok := factor.ByCode(code); !ok && !strings.HasSuffix(code, "*") {
				b.fail(f.Line, "“%s”中的因子编码“%s”不认识", f.Name, code)
			}
		}
		for _, w := range []struct {
			key         string
			have, known []string
		}{{"kinds", f.Kinds, []string{"gas", "water", "rain"}}, {"classes", f.Classes, []string{"重点", "简化", "登记"}}, {"sizes", f.Sizes, enterprise.Sizes},
			{"lists", f.Lists, enterprise.Lists}, {"receiving", f.Receiving, enterprise.WaterClasses}} {
			for _, x := range w.have {
				if !slices.Contains(w.known, x) {
					b.fail(f.Line, "“%s”的 %s 中的“%s”不认识；可用：%s", f.Name, w.key, x, strings.Join(w.known, "、"))
				}
			}
		}
		if len(f.Factors)+len(f.Classes)+len(f.Sizes)+len(f.Lists)+len(f.Receiving) == 0 {
			b.fail(f.Line, "“%s”没有写条件，会使所有预警都成为重点级", f.Name)
		}
		out = append(out, r)
	}
	return out
}

type fileEvent struct {
	Name     string   `yaml:"name" check:"required" title:"名称"`
	Levels   []string `yaml:"levels" title:"级别；不写为全部"`
	Families []string `yaml:"families" title:"规则的类别；不写为全部。设备离线、数据缺失属 sending"`
	By       string   `yaml:"by" check:"required" title:"范围：enterprise（同一企业）、outlet（同一监控点）"`
	Within   string   `yaml:"within" check:"required" title:"前一条结束（仍在持续的算到现在）到后一条开始，最多相隔多久：30m、2h"`
	Longest  string   `yaml:"longest" check:"required" title:"第一条开始到最后一条开始，最多多久"`
	Line     Line     `yaml:"-"`
}

// events reads the groupings.
func (b *builder) events(list []fileEvent) (out []event.Grouping) {
	if len(list) == 0 {
		return event.Default()
	}
	seen := map[string]bool{}
	for _, f := range list {
		b.words(f.Line, "levels", ladder.Levels, f.Levels)
		b.words(f.Line, "families", ladder.Families, f.Families)
		if seen[f.Name] {
			b.fail(f.Line, "warning.events 中有两条叫“%s”", f.Name)
		}
		seen[f.Name] = true
		if by := event.By(f.By); by != event.Enterprise && by != event.Outlet {
			b.fail(f.Line, "by“%s”应当是 enterprise（同一企业）或 outlet（同一监控点）", f.By)
		}
		g := event.Grouping{Name: f.Name, Levels: f.Levels, Families: f.Families, By: event.By(f.By)}
		for _, t := range []struct {
			key, word string
			at        *time.Duration
		}{{"within", f.Within, &g.Within}, {"longest", f.Longest, &g.Longest}} {
			term, err := ladder.ParseTerm(t.word)
			if *t.at = term.Span; err != nil || term.WorkingDays > 0 || term.Span == 0 {
				b.fail(f.Line, "%s“%s”应当写成 30m 或 2h，最长 60 天", t.key, t.word)
			}
		}
		out = append(out, g)
	}
	return out
}

// warning checks that words are known, agencies exist, every level and family
// has a ladder and no ladder stands behind one that takes all its alarms.
func (b *builder) warning(p *Profile, f fileWarning) Warning {
	w := Warning{sectors: f.Sectors, Events: b.events(f.Events), Answers: f.Answers, Quota: f.Quota, Grades: b.keyGrades(f.Grades)}
	for _, s := range f.Sectors {
		if p.Agencies == nil {
			break
		}
		if _, ok := p.Agencies.Find(s.Agency); !ok {
			b.fail(s.Line, "行业主管部门 %s 不在 agencies 中", s.Agency)
		}
	}
	for _, l := range f.Ladders {
		b.words(l.Line, "levels", ladder.Levels, l.Levels)
		b.words(l.Line, "families", ladder.Families, l.Families)
		out := ladder.Ladder{Name: l.Name, Levels: l.Levels, Families: l.Families}
		seen := map[string]bool{}
		for _, r := range l.Rungs {
			rung := b.rung(r)
			if key := r.When + " " + rung.After.String(); seen[key] {
				b.fail(r.Line, "“%s”中条件 %s 与时限 %s 写了两次，请合并为一级", l.Name, r.When, r.After)
			} else {
				seen[key] = true
			}
			out.Rungs = append(out.Rungs, rung)
		}
		w.Ladders = append(w.Ladders, out)
	}
	if len(f.Ladders) == 0 {
		w.Ladders = ladder.Default()
	}
	for _, level := range ladder.Levels {
		for _, family := range ladder.Families {
			if l := ladder.For(w.Ladders, level.ID, family.ID); len(l.Rungs) == 0 {
				b.fail(0, "warning.ladders 中没有适用于“%s”“%s”的告知规则；可在最后加一条不写 levels 与 families 的", level.Title, family.Title)
			}
		}
	}
	return w
}

func (b *builder) rung(r fileRung) ladder.Rung {
	b.words(r.Line, "when", ladder.Conditions, []string{r.When})
	b.words(r.Line, "tell", ladder.Audiences, r.Tell)
	if r.Urgency == "" {
		r.Urgency = ladder.Urgencies[0].ID
	}
	b.words(r.Line, "urgency", ladder.Urgencies, []string{r.Urgency})
	after, err := ladder.ParseTerm(r.After)
	if err != nil {
		b.fail(r.Line, "after“%s”应当写成 30m、24h 或 2wd，最长 60 天", r.After)
	}
	out := ladder.Rung{When: ladder.When(r.When), After: after, Urgency: r.Urgency}
	for _, t := range r.Tell {
		out.Tell = append(out.Tell, ladder.Audience(t))
	}
	return out
}

// words refuses what is not on the list.
func (b *builder) words(line Line, key string, list []ladder.Choice, words []string) {
	for _, w := range words {
		if !ladder.Known(list, w) {
			var known []string
			for _, c := range list {
				known = append(known, c.ID+"（"+c.Title+"）")
			}
			b.fail(line, "%s 中的“%s”不认识；可用：%s", key, w, strings.Join(known, "、"))
		}
	}
}
