package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/sheet"
)

// obligations is the resource of what enterprises must do by when.
type obligations struct {
	svc   *obligation.Service
	rules []obligation.Rule
	names Names
	files Describer
	now   func() time.Time
}

// Obligations registers the calendar of obligations: the enterprise reports,
// officers look at it.
func (a *API) Obligations(s *obligation.Service, rules []obligation.Rule, n Names, files Describer, now func() time.Time) {
	r := obligations{s, rules, n, files, now}
	get(a, "listObligations", "/obligations", "应尽义务", r.list, needs(auth.ObligationRead))
	exportList(a, "exportObligations", "/obligations/export", "导出应尽义务", "应尽义务", obligationColumns, r.list, needs(auth.ObligationRead))
	get(a, "listObligationRules", "/obligations/rules", "应尽义务的规则", r.kinds)
	get(a, "getObligation", "/obligations/{id}", "一项应尽义务", r.get)
	post(a, "actOnObligation", "/obligations/{id}/{verb}", "报告、核实、免除应尽义务", r.act)
}

// ObligationView is one obligation in lists.
type ObligationView struct {
	ID             obligation.ID `json:"id"`
	Title          string        `json:"title"`
	Rule           string        `json:"rule"`
	Period         string        `json:"period" doc:"哪一期；许可证为届满日"`
	EnterpriseID   string        `json:"enterprise_id"`
	EnterpriseName string        `json:"enterprise_name"`
	OutletID       string        `json:"outlet_id" doc:"空为企业整体"`
	OutletName     string        `json:"outlet_name"`
	Area           string        `json:"area"`
	AreaName       string        `json:"area_name"`
	DueAt          string        `json:"due_at" doc:"期限的最后一秒"`
	DaysLeft       int           `json:"days_left" doc:"距期限的天数，逾期为负"`
	Stage          string        `json:"stage" enum:"ahead,soon,overdue,reported,done,waived,void"`
	StageTitle     string        `json:"stage_title"`
	State          flow.State    `json:"state"`
	Waits          string        `json:"waits"`
	DoneAt         string        `json:"done_at"`
	Version        int64         `json:"version"`
}

// ObligationFile is everything about one obligation.
type ObligationFile struct {
	ObligationView
	Basis    string        `json:"basis"`
	Todo     string        `json:"todo" doc:"请企业怎样办"`
	From     string        `json:"from"`
	Until    string        `json:"until" doc:"不含"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
}

func (r obligations) view(o obligation.Obligation) ObligationView {
	now := r.now()
	row, _ := obligation.Machine.Row(o.State)
	st := o.Stage(now)
	left := func(t time.Time) int64 { return (t.Unix() + 8*3600) / 86400 }
	return ObligationView{
		ID: o.ID, Title: o.Title, Rule: o.Rule, Period: o.Period, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, OutletID: o.OutletID, OutletName: o.OutletName,
		Area: o.Area, AreaName: r.names.area(o.Area), DueAt: when(o.DueAt), DaysLeft: int(left(o.DueAt) - left(now)), Stage: string(st), StageTitle: st.Title(),
		State: o.State, Waits: row.Waits, DoneAt: when(o.DoneAt), Version: o.Version,
	}
}

// ObligationQuery narrows a list of obligations.
type ObligationQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"名称、企业、排放口、期"`
	Stage        []string `query:"stage" doc:"进展，可多个：ahead、soon、overdue、reported、done、waived、void；due 为即将到期与已逾期，open 为未了结"`
	Rule         []string `query:"rule" doc:"种类，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	From         string   `query:"from" maxLength:"40" doc:"期限不早于此日"`
	To           string   `query:"to" maxLength:"40" doc:"期限不晚于此日（含）"`
}

func (r obligations) list(ctx context.Context, in *struct {
	ObligationQuery
	Paging
}) (out Page[ObligationView], err error) {
	q := obligation.Query{Text: in.Q, Rules: in.Rule, Area: in.Area, EnterpriseID: in.EnterpriseID, Cursor: in.Cursor, Limit: in.Limit}
	for _, s := range in.Stage {
		switch s {
		case "due":
			q.Stages = append(q.Stages, obligation.Soon, obligation.Overdue)
		case "open":
			q.Stages = append(q.Stages, obligation.Ahead, obligation.Soon, obligation.Overdue, obligation.Reported)
		default:
			q.Stages = append(q.Stages, obligation.Stage(s))
		}
	}
	if q.From, q.To, err = period(in.From, in.To); err != nil {
		return out, err
	}
	page, err := r.svc.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var obligationColumns = []column[ObligationView]{
	{sheet.Text("进展", 12), func(v ObligationView) any { return v.StageTitle }},
	{sheet.Time("期限"), func(v ObligationView) any { return v.DueAt }},
	{sheet.Text("义务", 36), func(v ObligationView) any { return v.Title }},
	{sheet.Text("期", 14), func(v ObligationView) any { return v.Period }},
	{sheet.Text("辖区", 16), func(v ObligationView) any { return v.AreaName }},
	{sheet.Text("企业", 28), func(v ObligationView) any { return v.EnterpriseName }},
	{sheet.Text("排放口", 24), func(v ObligationView) any { return v.OutletName }},
	{sheet.Time("履行"), func(v ObligationView) any { return v.DoneAt }},
}

// ObligationRule is one kind of obligation for filters and for people to check.
type ObligationRule struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Basis      string `json:"basis"`
	ValidFrom  string `json:"valid_from"`
	ValidUntil string `json:"valid_until" doc:"空为仍适用"`
}

func (r obligations) kinds(context.Context, *None) ([]ObligationRule, error) {
	out := []ObligationRule{}
	for _, x := range r.rules {
		v := ObligationRule{x.ID, x.Title, x.Basis, day(x.ValidFrom), ""}
		if !x.ValidUntil.IsZero() {
			v.ValidUntil = day(x.ValidUntil)
		}
		out = append(out, v)
	}
	return out, nil
}

func (r obligations) get(ctx context.Context, in *ByID) (ObligationFile, error) {
	f, err := r.svc.Get(ctx, actor(ctx), obligation.ID(in.ID))
	if err != nil {
		return ObligationFile{}, err
	}
	o := f.Obligation
	out := ObligationFile{ObligationView: r.view(o), Basis: o.Basis, Todo: o.Todo, From: when(o.From), Until: when(o.Until), Actions: f.Actions}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r obligations) act(ctx context.Context, in *Act) (ObligationFile, error) {
	if err := r.svc.Do(ctx, actor(ctx), obligation.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return ObligationFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}
