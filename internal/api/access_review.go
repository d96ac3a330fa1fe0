package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/protect/review"
	"github.com/qingshao/qingshao/internal/sheet"
)

// accessReview is the resource of who looked at protected material.
type accessReview struct {
	review *review.Service
	people PeopleNames
}

// AccessReview registers who looked at protected material.
func (a *API) AccessReview(s *review.Service, people PeopleNames) {
	r := accessReview{s, people}
	get(a, "reviewAccess", "/access-review", "查阅复核：谁看过受保护材料", r.get, needs(auth.AccessReview))
	exportRows(a, "exportAccessReview", "/access-review/export", "导出查阅复核", "查阅复核", readerColumns, r.each, needs(auth.AccessReview))
}

// AccessQuery narrows the period.
type AccessQuery struct {
	From string `query:"from" maxLength:"32" doc:"起始日，不写为九十天前"`
	To   string `query:"to" maxLength:"32" doc:"截止日（含），不写为现在"`
}

// ReaderView is one person's looks.
type ReaderView struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"`
	All   int            `json:"all" doc:"查看次数"`
	Looks map[string]int `json:"looks" doc:"按方式的次数"`
	Odd   int            `json:"odd" doc:"周末，或早七点前、晚八点后的次数"`
	Files int            `json:"files" doc:"看过多少件"`
	Idle  int            `json:"idle" doc:"其中只看过、没有办理过的件数"`
}

// AccessReport is who looked in a period.
type AccessReport struct {
	From    string       `json:"from"`
	To      string       `json:"to"`
	Sights  []SightView  `json:"sights" nullable:"false"`
	Readers []ReaderView `json:"readers" nullable:"false"`
}

// SightView is a way of looking.
type SightView struct {
	Action string `json:"action"`
	Title  string `json:"title"`
}

func (r accessReview) get(ctx context.Context, in *AccessQuery) (out AccessReport, err error) {
	from, to, err := period(in.From, in.To)
	if err != nil {
		return out, err
	}
	if from, to, err = r.review.Period(from, to); err != nil {
		return out, err
	}
	list, err := r.review.Readers(ctx, actor(ctx), from, to)
	if err != nil {
		return out, err
	}
	ids := make([]string, 0, len(list))
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	names, err := r.people.Names(ctx, ids...)
	out = AccessReport{From: when(from), To: when(to), Sights: []SightView{}, Readers: []ReaderView{}}
	for _, x := range review.Sights {
		out.Sights = append(out.Sights, SightView(x))
	}
	for _, x := range list {
		out.Readers = append(out.Readers, ReaderView{x.ID, names[x.ID], x.All, x.Looks, x.Odd, x.Files, x.Idle})
	}
	return out, err
}

func (r accessReview) each(ctx context.Context, in *AccessQuery, row func(ReaderView) error) error {
	out, err := r.get(ctx, in)
	for _, x := range out.Readers {
		if err == nil {
			err = row(x)
		}
	}
	return err
}

var readerColumns = func() []column[ReaderView] {
	out := []column[ReaderView]{
		{sheet.Text("姓名", 14), func(v ReaderView) any { return v.Name }},
		{sheet.Number("查看次数"), func(v ReaderView) any { return v.All }},
		{sheet.Number("件数"), func(v ReaderView) any { return v.Files }},
		{sheet.Number("只看未办"), func(v ReaderView) any { return v.Idle }},
		{sheet.Number("非工作时间"), func(v ReaderView) any { return v.Odd }},
	}
	for _, s := range review.Sights {
		out = append(out, column[ReaderView]{sheet.Number(s.Title), func(v ReaderView) any { return v.Looks[s.Action] }})
	}
	return out
}()
