package api

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule/ladder"
)

// LadderView is who hears of the alarms of some levels, step by step.
type LadderView struct {
	Name     string     `json:"name"`
	Levels   []WordView `json:"levels" nullable:"false" doc:"空为全部级别"`
	Families []WordView `json:"families" nullable:"false" doc:"空为全部类别"`
	Rungs    []RungView `json:"rungs" nullable:"false"`
}

// RungView is one step.
type RungView struct {
	When    WordView   `json:"when"`
	After   string     `json:"after" doc:"条件成立多久之后"`
	Tell    []WordView `json:"tell" nullable:"false"`
	Urgency WordView   `json:"urgency"`
}

// WordView is a word of the configuration and how people read it.
type WordView struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func (r alarms) ladders(context.Context, *None) ([]LadderView, error) {
	out := []LadderView{}
	for _, l := range r.rule.Ladders() {
		v := LadderView{Name: l.Name, Levels: wordViews(ladder.Levels, l.Levels), Families: wordViews(ladder.Families, l.Families), Rungs: []RungView{}}
		for _, x := range l.Rungs {
			v.Rungs = append(v.Rungs, RungView{When: wordViews(ladder.Conditions, []string{string(x.When)})[0], After: x.After.String(),
				Tell: wordViews(ladder.Audiences, x.Tell), Urgency: wordViews(ladder.Urgencies, []string{x.Urgency})[0]})
		}
		out = append(out, v)
	}
	return out, nil
}

func wordViews[T ~string](list []ladder.Choice, ids []T) []WordView {
	out := []WordView{}
	for _, id := range ids {
		out = append(out, WordView{string(id), ladder.Title(list, string(id))})
	}
	return out
}

// GradeView is one reason for which an alarm weighs more than others of its level.
type GradeView struct {
	Name       string   `json:"name"`
	Basis      string   `json:"basis"`
	ValidFrom  string   `json:"valid_from"`
	ValidUntil string   `json:"valid_until" doc:"空为至今"`
	Conditions []string `json:"conditions" nullable:"false" doc:"须全部符合"`
	HearUp     bool     `json:"hear_up" doc:"按高一级告知"`
}

func (r alarms) grades(context.Context, *None) ([]GradeView, error) {
	out := []GradeView{}
	for _, g := range r.rule.Grades() {
		v := GradeView{Name: g.Name, Basis: g.Basis, ValidFrom: day(g.From), HearUp: g.Up, Conditions: []string{}}
		if !g.Until.IsZero() {
			v.ValidUntil = day(g.Until)
		}
		kinds, factors := []string{}, []string{}
		for _, k := range g.Kinds {
			kinds = append(kinds, enterprise.Kind(k).Title())
		}
		for _, f := range g.Factors {
			factors = append(factors, factor.Name(f))
		}
		for _, c := range []struct {
			title string
			words []string
		}{{"因子", factors}, {"排放口", kinds}, {"排污许可", g.Classes}, {"规模", g.Sizes}, {"重点单位名录", g.Lists}, {"受纳水体", g.Receiving}} {
			if len(c.words) > 0 {
				v.Conditions = append(v.Conditions, c.title+"："+strings.Join(c.words, "、"))
			}
		}
		out = append(out, v)
	}
	return out, nil
}
