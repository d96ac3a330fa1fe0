package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/evaluate/outcome"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/sheet"
)

// outcomes is the resource of what became of alarms.
type outcomes struct {
	outcome *outcome.Service
	rule    *rule.Service
	names   Names
}

// Outcomes registers the figures of what became of alarms.
func (a *API) Outcomes(s *outcome.Service, rules *rule.Service, n Names) {
	r := outcomes{s, rules, n}
	get(a, "getOutcomes", "/outcomes", "预警成效：数量、时长、办理用时、属实率", r.ask, needs(auth.AlarmRead))
	exportRows(a, "exportOutcomes", "/outcomes/export", "导出预警成效", "预警成效", outcomeColumns, func(ctx context.Context, in *OutcomeQuery, row func(OutcomeView) error) error {
		out, err := r.ask(ctx, in)
		if err != nil {
			return err
		}
		for _, v := range append(out.Rows, out.Total) {
			if err := row(v); err != nil {
				return err
			}
		}
		return nil
	}, needs(auth.AlarmRead))
}

// OutcomeView is what became of the alarms of one group. Times are medians, in
// minutes, from the raising; with nobody they are left out.
type OutcomeView struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Alarms       int      `json:"alarms" doc:"产生的预警"`
	Open         int      `json:"open" doc:"其中未解除"`
	Quiet        int      `json:"quiet" doc:"其中现在静默或由别的预警引起、没有通知的"`
	True         int      `json:"true" doc:"答复为属实：实际超标排放，或线索被采纳"`
	False        int      `json:"false" doc:"答复为不属实：工况波动、维护校准、监测设备故障，或线索不予立案"`
	Precision    *float64 `json:"precision,omitempty" doc:"属实率＝属实÷（属实＋不属实）；没有答复则没有"`
	FalseShare   *float64 `json:"false_share,omitempty" doc:"误报率＝不属实÷（属实＋不属实）"`
	InTime       int      `json:"in_time" doc:"企业按时说明的"`
	Late         int      `json:"late" doc:"到期仍未说明的，后来补上的也算"`
	Punctual     *float64 `json:"punctual,omitempty" doc:"按时率＝按时÷（按时＋逾期）；没有到期的则没有"`
	Explanations int      `json:"explanations" doc:"企业已说明的"`
	Accepted     int      `json:"accepted" doc:"说明被采纳的"`
	Rejected     int      `json:"rejected" doc:"说明被退回过的"`
	Lasted       float64  `json:"lasted_minutes" doc:"情形持续，中位数"`
	Acknowledged *float64 `json:"acknowledged_minutes,omitempty" doc:"自产生至确认，中位数"`
	Explained    *float64 `json:"explained_minutes,omitempty" doc:"自产生至企业说明，中位数"`
	Handled      *float64 `json:"handled_minutes,omitempty" doc:"自产生至处置，中位数"`
}

// OutcomeReport is the rows and their sum.
type OutcomeReport struct {
	From  string        `json:"from"`
	To    string        `json:"to"`
	Total OutcomeView   `json:"total"`
	Rows  []OutcomeView `json:"rows" nullable:"false"`
}

func (r outcomes) view(g outcome.Group, x outcome.Row) OutcomeView {
	v := OutcomeView{ID: x.ID, Name: x.Name, Alarms: x.Alarms, Open: x.Open, Quiet: x.Quiet, True: x.True, False: x.False, Lasted: x.Lasted.Minutes()}
	if p, ok := x.Precision(); ok {
		wrong := 1 - p
		v.Precision, v.FalseShare = &p, &wrong
	}
	v.InTime, v.Late, v.Explanations, v.Accepted, v.Rejected = x.InTime, x.Late, x.Explanations, x.Accepted, x.Rejected
	if p, ok := x.Punctual(); ok {
		v.Punctual = &p
	}
	for _, t := range []struct {
		n    int
		of   time.Duration
		into **float64
	}{{x.Acknowledgements, x.Acknowledged, &v.Acknowledged}, {x.Explanations, x.Explained, &v.Explained}, {x.Handlings, x.Handled, &v.Handled}} {
		if t.n > 0 {
			m := t.of.Minutes()
			*t.into = &m
		}
	}
	switch g {
	case outcome.ByRule:
		law, _ := r.rule.Rule(x.ID)
		v.Name = law.Title
	case outcome.ByLevel:
		v.Name = rule.Level(x.ID).Title()
	case outcome.ByArea:
		v.Name = r.names.area(x.ID)
	}
	if v.Name == "" {
		v.Name = x.ID
	}
	return v
}

// OutcomeQuery says which alarms count and how they are grouped.
type OutcomeQuery struct {
	Group        string `query:"group" enum:"rule,level,area,enterprise,month" default:"rule"`
	Area         string `query:"area" maxLength:"12"`
	EnterpriseID string `query:"enterprise_id" maxLength:"64"`
	Rule         string `query:"rule" maxLength:"40"`
	From         string `query:"from" maxLength:"40" doc:"此日或此时起产生的；空为九十天前"`
	To           string `query:"to" maxLength:"40" doc:"此日（含）或此时之前产生的；空为现在"`
}

func (r outcomes) ask(ctx context.Context, in *OutcomeQuery) (out OutcomeReport, err error) {
	q := outcome.Query{Group: outcome.Group(in.Group), Area: in.Area, EnterpriseID: in.EnterpriseID, Rule: in.Rule}
	if q.From, q.To, err = period(in.From, in.To); err != nil {
		return out, err
	}
	x, err := r.outcome.Ask(ctx, actor(ctx), q)
	if err != nil {
		return out, err
	}
	out = OutcomeReport{From: when(x.From), To: when(x.To), Total: r.view("", x.Total), Rows: []OutcomeView{}}
	out.Total.ID, out.Total.Name = "", "合计"
	for _, row := range x.Rows {
		out.Rows = append(out.Rows, r.view(q.Group, row))
	}
	return out, nil
}

func maybe(v *float64) any {
	if v == nil {
		return ""
	}
	return *v
}

var outcomeColumns = []column[OutcomeView]{
	{sheet.Text("名称", 30), func(v OutcomeView) any { return v.Name }},
	{sheet.Number("预警"), func(v OutcomeView) any { return v.Alarms }},
	{sheet.Number("未解除"), func(v OutcomeView) any { return v.Open }},
	{sheet.Number("未通知"), func(v OutcomeView) any { return v.Quiet }},
	{sheet.Number("属实"), func(v OutcomeView) any { return v.True }},
	{sheet.Number("不属实"), func(v OutcomeView) any { return v.False }},
	{sheet.Number("属实率"), func(v OutcomeView) any { return maybe(v.Precision) }},
	{sheet.Number("误报率"), func(v OutcomeView) any { return maybe(v.FalseShare) }},
	{sheet.Number("企业已说明"), func(v OutcomeView) any { return v.Explanations }},
	{sheet.Number("按时说明"), func(v OutcomeView) any { return v.InTime }},
	{sheet.Number("逾期"), func(v OutcomeView) any { return v.Late }},
	{sheet.Number("按时率"), func(v OutcomeView) any { return maybe(v.Punctual) }},
	{sheet.Number("说明被采纳"), func(v OutcomeView) any { return v.Accepted }},
	{sheet.Number("说明被退回"), func(v OutcomeView) any { return v.Rejected }},
	{sheet.Number("持续（分钟，中位数）"), func(v OutcomeView) any { return v.Lasted }},
	{sheet.Number("确认用时（分钟，中位数）"), func(v OutcomeView) any { return maybe(v.Acknowledged) }},
	{sheet.Number("说明用时（分钟，中位数）"), func(v OutcomeView) any { return maybe(v.Explained) }},
	{sheet.Number("处置用时（分钟，中位数）"), func(v OutcomeView) any { return maybe(v.Handled) }},
}
