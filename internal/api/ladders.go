package api

import (
	"context"

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
