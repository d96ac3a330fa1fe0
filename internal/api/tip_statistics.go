package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/sheet"
)

// statistics registers the numbers of reports, which those may read who may not
// read reports.
func (r tips) statistics(a *API) {
	get(a, "countTips", "/tip-statistics", "举报统计，不含内容", r.count, needs(auth.OverviewRead))
	exportRows(a, "exportTipStatistics", "/tip-statistics/export", "导出举报统计", "举报统计", tipStatColumns, r.eachCount, needs(auth.OverviewRead))
}

// TipStatQuery narrows the numbers.
type TipStatQuery struct {
	By   string `query:"by" enum:"kind,area,channel,mode,month," doc:"按什么统计，不写为事项"`
	From string `query:"from" maxLength:"10" doc:"起始日所在的月份，不写为十一个月前"`
	To   string `query:"to" maxLength:"10" doc:"截止日所在的月份，不写为本月"`
}

// TipCounts is a line of numbers.
type TipCounts struct {
	Value     string `json:"value"`
	Title     string `json:"title"`
	Folded    int    `json:"folded" doc:"合并了几项件数少的"`
	All       int    `json:"all"`
	Waiting   int    `json:"waiting" doc:"待答复是否受理"`
	Accepted  int    `json:"accepted"`
	Refused   int    `json:"refused"`
	Elsewhere int    `json:"elsewhere" doc:"应由其他机关受理"`
	InTime    int    `json:"in_time" doc:"按时答复是否受理"`
	Late      int    `json:"late" doc:"逾期答复"`
	Closed    int    `json:"closed"`
	Reopened  int    `json:"reopened" doc:"举报人要求过重新办理"`
	Solved    int    `json:"solved"`
	Partly    int    `json:"partly"`
	Unsolved  int    `json:"unsolved"`
	Days      int    `json:"median_days" doc:"收到至办结天数的中位数，-1 为尚无办结"`
}

// TipStatistics is the numbers of a time.
type TipStatistics struct {
	From  string      `json:"from"`
	To    string      `json:"to"`
	Few   bool        `json:"few" doc:"总数不足五件，不分项"`
	Rows  []TipCounts `json:"rows" nullable:"false"`
	Total TipCounts   `json:"total"`
}

func tipCounts(value, title string, folded int, c tip.Counts) TipCounts {
	return TipCounts{value, title, folded, c.All, c.Waiting, c.Accepted, c.Refused, c.Elsewhere, c.InTime, c.Late, c.Closed, c.Reopened, c.Solved, c.Partly, c.Unsolved, c.Days}
}

// months gives the whole months from one day's to another's.
func months(from, to string, now time.Time) (a, b time.Time, err error) {
	a, b, err = period(from, to)
	if err != nil {
		return a, b, err
	}
	first := func(t time.Time) time.Time {
		t = t.In(beijing)
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, beijing)
	}
	if b.IsZero() {
		b = now
	} else {
		b = b.Add(-time.Microsecond) // the day itself
	}
	if a.IsZero() {
		a = first(b).AddDate(0, -11, 0)
	}
	return first(a), first(b).AddDate(0, 1, 0), nil
}

func (r tips) count(ctx context.Context, in *TipStatQuery) (out TipStatistics, err error) {
	from, to, err := months(in.From, in.To, r.tips.Clock())
	if err != nil {
		return out, err
	}
	c, err := r.tips.Count(ctx, actor(ctx), tip.By(in.By), from, to)
	if err != nil {
		return out, err
	}
	out = TipStatistics{From: from.Format(time.DateOnly), To: to.AddDate(0, 0, -1).Format(time.DateOnly), Few: c.Few, Rows: []TipCounts{}, Total: tipCounts("", "合计", 0, c.Total)}
	for _, x := range c.Rows {
		out.Rows = append(out.Rows, tipCounts(x.Value, x.Title, x.Folded, x.Counts))
	}
	return out, nil
}

var tipStatColumns = []column[TipCounts]{
	{sheet.Text("分项", 24), func(v TipCounts) any { return v.Title }},
	{sheet.Number("件数"), func(v TipCounts) any { return v.All }},
	{sheet.Number("待答复"), func(v TipCounts) any { return v.Waiting }},
	{sheet.Number("已受理"), func(v TipCounts) any { return v.Accepted }},
	{sheet.Number("不予受理"), func(v TipCounts) any { return v.Refused }},
	{sheet.Number("应由其他机关受理"), func(v TipCounts) any { return v.Elsewhere }},
	{sheet.Number("按时答复"), func(v TipCounts) any { return v.InTime }},
	{sheet.Number("逾期答复"), func(v TipCounts) any { return v.Late }},
	{sheet.Number("已办结"), func(v TipCounts) any { return v.Closed }},
	{sheet.Number("办结天数中位数"), func(v TipCounts) any {
		if v.Days < 0 {
			return nil
		}
		return v.Days
	}},
	{sheet.Number("要求重新办理"), func(v TipCounts) any { return v.Reopened }},
	{sheet.Number("评价已解决"), func(v TipCounts) any { return v.Solved }},
	{sheet.Number("评价部分解决"), func(v TipCounts) any { return v.Partly }},
	{sheet.Number("评价没有解决"), func(v TipCounts) any { return v.Unsolved }},
}

func (r tips) eachCount(ctx context.Context, in *TipStatQuery, row func(TipCounts) error) error {
	out, err := r.count(ctx, in)
	if err != nil {
		return err
	}
	for _, v := range append(out.Rows, out.Total) {
		if err := row(v); err != nil {
			return err
		}
	}
	return nil
}
