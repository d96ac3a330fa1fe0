package api

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/sheet"
)

// marks is the resource of marks on monitoring data.
type marks struct {
	marks *mark.Service
	names Names
	files Describer
}

// Marks registers the marks: enterprises set them, officers review them.
func (a *API) Marks(s *mark.Service, n Names, files Describer) {
	r := marks{s, n, files}
	get(a, "listMarks", "/marks", "标记列表", r.list, needs(auth.TelemetryRead))
	exportList(a, "exportMarks", "/marks/export", "导出标记", "标记", markColumns, r.list)
	get(a, "listMarkKinds", "/marks/kinds", "排放口可用的标记类型与规则", r.kinds)
	post(a, "setMark", "/marks", "标记一个时段", r.set)
	post(a, "previewMark", "/marks/preview", "试算一条标记：规则检查与受影响的小时值", r.preview)
	get(a, "getMark", "/marks/{id}", "标记详情", r.get)
	post(a, "actOnMark", "/marks/{id}/{verb}", "审核、撤回、补充标记", r.act)
}

// MarkView is one mark in lists.
type MarkView struct {
	ID             mark.ID    `json:"id"`
	Number         string     `json:"number"`
	State          flow.State `json:"state"`
	StateTitle     string     `json:"state_title"`
	Waits          string     `json:"waits" doc:"等待谁办理"`
	Kind           string     `json:"kind"`
	KindTitle      string     `json:"kind_title"`
	Family         string     `json:"family" enum:"operating,monitor"`
	FamilyTitle    string     `json:"family_title"`
	Effect         string     `json:"effect" enum:"invalid,stopped,exempt" doc:"invalid 数据无效，stopped 停运不计应传，exempt 有效但不作为超标依据"`
	EffectTitle    string     `json:"effect_title"`
	Flag           string     `json:"flag" doc:"标记时段的数据标记，空为保留原标记"`
	OutletID       string     `json:"outlet_id"`
	OutletName     string     `json:"outlet_name"`
	EnterpriseID   string     `json:"enterprise_id"`
	EnterpriseName string     `json:"enterprise_name"`
	Area           string     `json:"area"`
	AreaName       string     `json:"area_name"`
	Factors        []string   `json:"factors" nullable:"false" doc:"因子编码，空为全部"`
	FactorNames    []string   `json:"factor_names" nullable:"false"`
	From           string     `json:"from"`
	Until          string     `json:"until"`
	Reason         string     `json:"reason"`
	WorkOrder      string     `json:"work_order"`
	Documents      int64      `json:"documents" doc:"已交证明材料份数"`
	ProofDue       string     `json:"proof_due" doc:"证明材料的期限，空为不需要"`
	ProofMissing   bool       `json:"proof_missing" doc:"需要证明材料而尚未提交"`
	Warnings       []string   `json:"warnings" nullable:"false" doc:"标记时的提示"`
	CreatedBy      string     `json:"created_by"`
	CreatedByName  string     `json:"created_by_name"`
	CreatedAt      string     `json:"created_at"`
	Version        int64      `json:"version"`
}

// DoubtView is a fact that makes a mark look doubtful.
type DoubtView struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// MarkFile is everything about one mark.
type MarkFile struct {
	MarkView
	Rules    MarkRules     `json:"rules"`
	Doubts   []DoubtView   `json:"doubts" nullable:"false" doc:"供审核参考的疑点，不作为结论；仅审核人可见"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Files    []File        `json:"files" nullable:"false"`
}

// MarkRules is a version of the rules of marking.
type MarkRules struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	ValidFrom string `json:"valid_from"`
	Certainty string `json:"certainty" doc:"A 官方文本，B 转引，C 通行做法"`
	Source    string `json:"source"`
	LateDays  int    `json:"late_days" doc:"数据产生后几日内标记"`
	ProofDay  int    `json:"proof_day" doc:"次月几日前补充证明"`
	AheadDays int    `json:"ahead_days" doc:"最多提前几日标记"`
}

func rulesView(t mark.Table) MarkRules {
	return MarkRules{t.ID, t.Title, when(t.ValidFrom), t.Certainty, t.Source, t.LateDays, t.ProofDay, t.AheadDays}
}

func (r marks) view(m mark.Mark) MarkView {
	row, _ := mark.Machine.Row(m.State)
	v := MarkView{
		ID: m.ID, Number: m.Number, State: m.State, StateTitle: row.Title, Waits: row.Waits, Kind: m.Kind, KindTitle: m.Title(),
		Family: string(m.Family), FamilyTitle: m.Family.Title(), Effect: string(m.Effect), EffectTitle: m.Effect.Title(), Flag: m.Flag,
		OutletID: m.OutletID, OutletName: m.OutletName, EnterpriseID: m.EnterpriseID, EnterpriseName: m.EnterpriseName, Area: m.Area, AreaName: r.names.area(m.Area),
		Factors: []string{}, FactorNames: []string{}, From: when(m.From), Until: when(m.Until), Reason: m.Reason, WorkOrder: m.WorkOrder,
		Documents: m.Documents, ProofDue: when(m.ProofDue), ProofMissing: !m.ProofDue.IsZero() && m.Documents == 0 && mark.InForce(m.State),
		Warnings: []string{}, CreatedBy: m.CreatedBy, CreatedByName: m.CreatedByName, CreatedAt: when(m.CreatedAt), Version: m.Version,
	}
	for _, f := range m.Factors {
		v.Factors, v.FactorNames = append(v.Factors, f), append(v.FactorNames, factor.Name(f))
	}
	v.Warnings = append(v.Warnings, m.Warnings...)
	return v
}

// MarkQuery narrows a list of marks.
type MarkQuery struct {
	Q            string   `query:"q" maxLength:"100" doc:"编号、企业、排放口、原因"`
	State        []string `query:"state" doc:"状态，可多个；open 为待审核，force 为有效（待审核与已认可）"`
	Kind         []string `query:"kind" doc:"标记类型，可多个"`
	Area         string   `query:"area" maxLength:"12"`
	OutletID     string   `query:"outlet_id" maxLength:"64"`
	EnterpriseID string   `query:"enterprise_id" maxLength:"64"`
	From         string   `query:"from" maxLength:"40" doc:"此日或此时之后仍在标记时段内"`
	To           string   `query:"to" maxLength:"40" doc:"此日（含）或此时之前开始"`
}

func (q MarkQuery) query() (out mark.Query, err error) {
	out = mark.Query{Text: q.Q, Kinds: q.Kind, Area: q.Area, OutletID: q.OutletID, EnterpriseID: q.EnterpriseID}
	for _, s := range states(mark.Machine, q.State) {
		if s == "force" {
			out.States = append(out.States, string(mark.StateMarked), string(mark.StateAccepted))
			continue
		}
		out.States = append(out.States, s)
	}
	out.From, out.To, err = period(q.From, q.To)
	return out, err
}

func (r marks) list(ctx context.Context, in *struct {
	MarkQuery
	Paging
}) (out Page[MarkView], err error) {
	q, err := in.query()
	if err != nil {
		return out, err
	}
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.marks.List(ctx, actor(ctx), q)
	return pageOf(page, r.view), err
}

var markColumns = []column[MarkView]{
	{sheet.Text("编号", 22), func(v MarkView) any { return v.Number }},
	{sheet.Text("状态", 14), func(v MarkView) any { return v.StateTitle }},
	{sheet.Text("类型", 18), func(v MarkView) any { return v.KindTitle }},
	{sheet.Text("效果", 26), func(v MarkView) any { return v.EffectTitle }},
	{sheet.Text("数据标记", 10), func(v MarkView) any { return v.Flag }},
	{sheet.Text("辖区", 16), func(v MarkView) any { return v.AreaName }},
	{sheet.Text("企业", 28), func(v MarkView) any { return v.EnterpriseName }},
	{sheet.Text("排放口", 24), func(v MarkView) any { return v.OutletName }},
	{sheet.Text("因子", 24), func(v MarkView) any { return factorWords(v.FactorNames) }},
	{sheet.Time("开始"), func(v MarkView) any { return v.From }},
	{sheet.Time("结束"), func(v MarkView) any { return v.Until }},
	{sheet.Text("原因", 40), func(v MarkView) any { return v.Reason }},
	{sheet.Text("工单", 16), func(v MarkView) any { return v.WorkOrder }},
	{sheet.Number("证明材料"), func(v MarkView) any { return v.Documents }},
	{sheet.Time("证明期限"), func(v MarkView) any { return v.ProofDue }},
	{sheet.Text("标记人", 14), func(v MarkView) any { return v.CreatedByName }},
	{sheet.Time("标记时间"), func(v MarkView) any { return v.CreatedAt }},
}

func factorWords(names []string) string {
	if len(names) == 0 {
		return "全部"
	}
	return strings.Join(names, "、")
}

// MarkKind is one kind of mark for a form.
type MarkKind struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Family      string `json:"family"`
	FamilyTitle string `json:"family_title"`
	EffectTitle string `json:"effect_title"`
	Flag        string `json:"flag"`
	Document    bool   `json:"document" doc:"须在期限前提交证明材料"`
	MaxHours    int    `json:"max_hours" doc:"每次最长小时数，0 为不限"`
}

// MarkChoice is what may be marked at an outlet.
type MarkChoice struct {
	Rules MarkRules  `json:"rules"`
	Kinds []MarkKind `json:"kinds" nullable:"false"`
}

func (r marks) kinds(ctx context.Context, in *struct {
	OutletID string `query:"outlet_id" required:"true" maxLength:"64"`
}) (out MarkChoice, err error) {
	t, o, err := r.marks.TableOf(ctx, actor(ctx), in.OutletID)
	if err != nil {
		return out, err
	}
	return choice(t, o), nil
}

func choice(t mark.Table, o enterprise.Outlet) MarkChoice {
	out := MarkChoice{Rules: rulesView(t), Kinds: []MarkKind{}}
	for _, k := range t.Kinds {
		if k.For(o.Kind) {
			out.Kinds = append(out.Kinds, MarkKind{k.ID, k.Title, string(k.Family), k.Family.Title(), k.Effect.Title(), k.Flag, k.Document, k.MaxHours})
		}
	}
	return out
}

// NewMark is what an enterprise says of a period.
type NewMark struct {
	Body struct {
		OutletID  string   `json:"outlet_id" maxLength:"64"`
		Kind      string   `json:"kind" maxLength:"40"`
		Factors   []string `json:"factors,omitempty" maxItems:"50" doc:"因子编码，空为全部"`
		From      string   `json:"from" maxLength:"40" doc:"开始，例如 2026-11-21T08:00:00+08:00"`
		Until     string   `json:"until" maxLength:"40" doc:"结束，不含"`
		Reason    string   `json:"reason,omitempty" maxLength:"4000"`
		WorkOrder string   `json:"work_order,omitempty" maxLength:"400"`
		Files     []string `json:"files,omitempty" maxItems:"30"`
	}
}

func (n *NewMark) read() (out mark.New, err error) {
	b := n.Body
	out = mark.New{OutletID: b.OutletID, Kind: b.Kind, Factors: b.Factors, Reason: b.Reason, WorkOrder: b.WorkOrder, Files: b.Files}
	for _, x := range []struct {
		name, text string
		to         *time.Time
	}{{"from", b.From, &out.From}, {"until", b.Until, &out.Until}} {
		if x.text == "" {
			continue
		}
		if *x.to, err = time.Parse(time.RFC3339, x.text); err != nil {
			return out, fault.Invalidf("时间格式有误").With(x.name, "应形如 2026-11-21T08:00:00+08:00")
		}
	}
	return out, nil
}

func (r marks) set(ctx context.Context, in *NewMark) (MarkFile, error) {
	n, err := in.read()
	if err != nil {
		return MarkFile{}, err
	}
	m, err := r.marks.Set(ctx, actor(ctx), n)
	if err != nil {
		return MarkFile{}, err
	}
	return r.get(ctx, &ByID{string(m.ID)})
}

// MarkPlan is what a mark would do.
type MarkPlan struct {
	Problems []MarkProblem `json:"problems" nullable:"false"`
	Hours    []MarkHour    `json:"hours" nullable:"false" doc:"时段内现有的小时值"`
}

// MarkProblem is what is wrong, or worth a look, with a mark.
type MarkProblem struct {
	Field   string `json:"field"`
	Text    string `json:"text"`
	Refused bool   `json:"refused" doc:"不能标记；否则只是提示"`
}

// MarkHour is one hourly value that a mark would touch.
type MarkHour struct {
	At         string   `json:"at"`
	Factor     string   `json:"factor"`
	FactorName string   `json:"factor_name"`
	Value      *float64 `json:"value,omitempty"`
	Flag       string   `json:"flag"`
	Valid      bool     `json:"valid"`
	Exceeds    bool     `json:"exceeds" doc:"超过该小时的限值"`
}

func (r marks) preview(ctx context.Context, in *NewMark) (out MarkPlan, err error) {
	n, err := in.read()
	if err != nil {
		return out, err
	}
	p, err := r.marks.Preview(ctx, actor(ctx), n)
	if err != nil {
		return out, err
	}
	out = MarkPlan{Problems: []MarkProblem{}, Hours: []MarkHour{}}
	for _, x := range p.Problems {
		out.Problems = append(out.Problems, MarkProblem(x))
	}
	for _, h := range p.Hours {
		out.Hours = append(out.Hours, MarkHour{when(h.At), h.Factor, factor.Name(h.Factor), h.Value, h.Flag, h.Valid, h.Exceeds})
	}
	return out, nil
}

func (r marks) get(ctx context.Context, in *ByID) (MarkFile, error) {
	f, err := r.marks.Get(ctx, actor(ctx), mark.ID(in.ID))
	if err != nil {
		return MarkFile{}, err
	}
	out := MarkFile{MarkView: r.view(f.Mark), Doubts: []DoubtView{}, Actions: f.Actions}
	for _, t := range mark.Tables() {
		if t.ID == f.Mark.Rules {
			out.Rules = rulesView(t)
		}
	}
	for _, d := range f.Doubts {
		out.Doubts = append(out.Doubts, DoubtView(d))
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	out.Files = filesIn(out.Timeline)
	return out, err
}

func (r marks) act(ctx context.Context, in *Act) (MarkFile, error) {
	if err := r.marks.Do(ctx, actor(ctx), mark.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return MarkFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}
