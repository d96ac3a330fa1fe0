package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/sheet"
)

// customRules is the resource of the rules that officers write.
type customRules struct {
	rule  *rule.Service
	names Names
	files Describer
}

// CustomRules registers officers' rules: writing, trying, publishing.
func (a *API) CustomRules(s *rule.Service, n Names, files Describer) {
	r := customRules{s, n, files}
	get(a, "listCustomRules", "/rules/custom", "自定义规则列表", r.list, needs(auth.RuleRead))
	exportList(a, "exportCustomRules", "/rules/custom/export", "导出自定义规则", "自定义规则", customColumns, r.list, needs(auth.RuleRead))
	get(a, "listRuleWords", "/rules/words", "自定义规则的词表", r.words, needs(auth.RuleRead))
	post(a, "checkCustomRule", "/rules/check", "检查一条规则：错在哪里，计算量多少", r.check, needs(auth.RuleWrite))
	post(a, "writeCustomRule", "/rules/custom", "起草一条规则", r.write, needs(auth.RuleWrite))
	get(a, "getCustomRule", "/rules/custom/{id}", "自定义规则详情", r.get)
	patch(a, "saveCustomRule", "/rules/custom/{id}", "保存规则草稿", r.save)
	post(a, "tryCustomRule", "/rules/custom/{id}/trials", "在历史数据上试算", r.try)
	post(a, "actOnCustomRule", "/rules/custom/{id}/{verb}", "送审、发布、停用、退回旧版本", r.act)
	get(a, "getRuleTrial", "/rules/trials/{id}", "试算的进展与结果", r.trial)
	post(a, "cancelRuleTrial", "/rules/trials/{id}/cancel", "取消试算", r.cancel)
	exportRows(a, "exportRuleTrial", "/rules/trials/{id}/export", "导出试算结果", "试算结果", trialColumns, r.rows, needs(auth.RuleRead))
}

// CustomSpec is what a rule says.
type CustomSpec struct {
	Title      string       `json:"title" maxLength:"400"`
	Level      rule.Level   `json:"level" enum:"notice,suspect" doc:"早期提醒或疑似异常；超标由法定规则判定"`
	Basis      string       `json:"basis,omitempty" maxLength:"4000" doc:"依据"`
	Explain    string       `json:"explain,omitempty" maxLength:"4000" doc:"预警里的说明，{…} 内写要代入的数值，{持续} 为小时数；空为自动生成"`
	Area       string       `json:"area" maxLength:"12"`
	Kinds      []string     `json:"kinds,omitempty" maxItems:"10" nullable:"false" doc:"排放口类别，空为全部"`
	Classes    []string     `json:"classes,omitempty" maxItems:"10" nullable:"false" doc:"排污许可类别，空为全部"`
	Industries []string     `json:"industries,omitempty" maxItems:"200" nullable:"false" doc:"行业，空为全部"`
	Outlets    []string     `json:"outlets,omitempty" maxItems:"600" nullable:"false" doc:"监控点，空为全部"`
	Rows       []custom.Row `json:"rows,omitempty" maxItems:"40" nullable:"false" doc:"逐行填写的条件；有则表达式由它生成"`
	Join       string       `json:"join,omitempty" enum:"and,or," doc:"各行之间：且、或"`
	Expr       string       `json:"expr,omitempty" maxLength:"20000" doc:"判断表达式"`
	Hours      int          `json:"hours,omitempty" doc:"连续几小时成立才算"`
	Until      string       `json:"until,omitempty" maxLength:"20000" doc:"恢复条件，空为判断不再成立"`
	UntilHours int          `json:"until_hours,omitempty" doc:"恢复连续几小时才算结束"`
}

func (c CustomSpec) spec() custom.Spec {
	return custom.Spec{Title: c.Title, Level: string(c.Level), Basis: c.Basis, Explain: c.Explain, Area: c.Area, Kinds: c.Kinds, Classes: c.Classes, Industries: c.Industries,
		Outlets: c.Outlets, Rows: c.Rows, Join: c.Join, Expr: c.Expr, Hours: c.Hours, Until: c.Until, UntilHours: c.UntilHours}
}

func specView(s custom.Spec) CustomSpec {
	full := func(l []string) []string { return append([]string{}, l...) }
	return CustomSpec{Title: s.Title, Level: rule.Level(s.Level), Basis: s.Basis, Explain: s.Explain, Area: s.Area, Kinds: full(s.Kinds), Classes: full(s.Classes),
		Industries: full(s.Industries), Outlets: full(s.Outlets), Rows: append([]custom.Row{}, s.Rows...), Join: s.Join, Expr: s.Expr, Hours: s.Hours, Until: s.Until, UntilHours: s.UntilHours}
}

// CustomRuleView is one officer's rule in lists.
type CustomRuleView struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Level      rule.Level `json:"level" enum:"notice,suspect"`
	LevelTitle string     `json:"level_title"`
	Basis      string     `json:"basis"`
	Area       string     `json:"area"`
	AreaName   string     `json:"area_name"`
	Expr       string     `json:"expr"`
	State      flow.State `json:"state"`
	StateTitle string     `json:"state_title"`
	Waits      string     `json:"waits"`
	Live       int64      `json:"live" doc:"最近发布的版本，0 为没有"`
	InForce    bool       `json:"in_force" doc:"有版本正在判定"`
	Hits       int        `json:"hits" doc:"近 30 天的预警数"`
	Failures   int64      `json:"failures" doc:"发布以来因计算量超限没有判断的次数"`
	FailedAt   string     `json:"failed_at"`
	Failure    string     `json:"failure"`
	AuthorName string     `json:"author_name"`
	UpdatedAt  string     `json:"updated_at"`
	Version    int64      `json:"version"`
}

func (r customRules) view(c rule.Custom) CustomRuleView {
	row, _ := rule.CustomMachine.Row(c.State)
	return CustomRuleView{ID: c.ID, Title: c.Spec.Title, Level: rule.Level(c.Spec.Level), LevelTitle: rule.Level(c.Spec.Level).Title(), Basis: c.Spec.Basis,
		Area: c.Spec.Area, AreaName: r.names.area(c.Spec.Area), Expr: c.Spec.Expr, State: c.State, StateTitle: row.Title, Waits: row.Waits,
		Live: c.Live, InForce: c.InForce(), Hits: c.Hits, Failures: c.Failures, FailedAt: when(c.FailedAt), Failure: c.Failure,
		AuthorName: c.AuthorName, UpdatedAt: when(c.UpdatedAt), Version: c.Version}
}

var customColumns = []column[CustomRuleView]{
	{sheet.Text("名称", 28), func(v CustomRuleView) any { return v.Title }},
	{sheet.Text("级别", 10), func(v CustomRuleView) any { return v.LevelTitle }},
	{sheet.Text("状态", 10), func(v CustomRuleView) any { return v.StateTitle }},
	{sheet.Number("版本"), func(v CustomRuleView) any { return v.Live }},
	{sheet.Text("正在判定", 10), func(v CustomRuleView) any { return map[bool]string{true: "是", false: "否"}[v.InForce] }},
	{sheet.Text("区域", 16), func(v CustomRuleView) any { return v.AreaName }},
	{sheet.Text("判断", 60), func(v CustomRuleView) any { return v.Expr }},
	{sheet.Text("依据", 40), func(v CustomRuleView) any { return v.Basis }},
	{sheet.Number("近30天预警"), func(v CustomRuleView) any { return v.Hits }},
	{sheet.Number("未能判断"), func(v CustomRuleView) any { return v.Failures }},
	{sheet.Text("起草人", 14), func(v CustomRuleView) any { return v.AuthorName }},
	{sheet.Time("更新"), func(v CustomRuleView) any { return v.UpdatedAt }},
}

// CustomRuleQuery narrows a list of officers' rules.
type CustomRuleQuery struct {
	Q     string   `query:"q" maxLength:"100" doc:"名称"`
	State []string `query:"state" doc:"状态，可多个"`
	Area  string   `query:"area" maxLength:"12"`
}

func (r customRules) list(ctx context.Context, in *struct {
	CustomRuleQuery
	Paging
}) (Page[CustomRuleView], error) {
	page, err := r.rule.Customs(ctx, actor(ctx), rule.CustomQuery{Text: in.Q, States: in.State, Area: in.Area, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view), err
}

// RuleWord is one word of the language.
type RuleWord struct {
	Name   string `json:"name"`
	Latin  string `json:"latin"`
	Args   string `json:"args"`
	Kind   string `json:"kind" enum:"value,function,sign"`
	Meant  string `json:"meant"`
	Sample string `json:"sample"`
}

func (r customRules) words(context.Context, *None) ([]RuleWord, error) {
	out := []RuleWord{}
	for _, w := range custom.Words() {
		out = append(out, RuleWord(w))
	}
	return out, nil
}

// RuleProblem is one thing wrong with a rule, and where.
type RuleProblem struct {
	Field  string `json:"field" enum:"expr,until,explain"`
	From   int    `json:"from" doc:"从第几个字符起，自 0"`
	To     int    `json:"to"`
	Line   int    `json:"line" doc:"行，自 1"`
	Column int    `json:"column" doc:"列，自 1"`
	Text   string `json:"text"`
}

// RuleChecked is what a look at a text gave.
type RuleChecked struct {
	Expr     string        `json:"expr" doc:"判断表达式"`
	Cost     uint64        `json:"cost" doc:"每小时每个监控点要看的数值个数，估计"`
	MaxCost  int           `json:"max_cost"`
	Problems []RuleProblem `json:"problems" nullable:"false"`
}

func problemViews(list []custom.Problem) []RuleProblem {
	out := []RuleProblem{}
	for _, p := range list {
		out = append(out, RuleProblem(p))
	}
	return out
}

func (r customRules) check(ctx context.Context, in *struct{ Body CustomSpec }) (out RuleChecked, err error) {
	expr, cost, problems, err := r.rule.CheckCustom(actor(ctx), in.Body.spec())
	return RuleChecked{expr, cost, custom.MaxCost, problemViews(problems)}, err
}

func (r customRules) write(ctx context.Context, in *struct{ Body CustomSpec }) (CustomRuleFile, error) {
	id, err := r.rule.WriteCustom(ctx, actor(ctx), in.Body.spec())
	if err != nil {
		return CustomRuleFile{}, err
	}
	return r.get(ctx, &ByID{id})
}

// SaveCustom is a draft with the version that the person saw.
type SaveCustom struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Version int64      `json:"version" doc:"所见版本，防止覆盖他人的修改"`
		Spec    CustomSpec `json:"spec"`
	}
}

func (r customRules) save(ctx context.Context, in *SaveCustom) (CustomRuleFile, error) {
	if err := r.rule.SaveCustom(ctx, actor(ctx), in.ID, in.Body.Version, in.Body.Spec.spec()); err != nil {
		return CustomRuleFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}

// CustomRuleFile is everything about one officer's rule.
type CustomRuleFile struct {
	CustomRuleView
	Spec     CustomSpec          `json:"spec"`
	Cost     uint64              `json:"cost"`
	MaxCost  int                 `json:"max_cost"`
	Problems []RuleProblem       `json:"problems" nullable:"false"`
	Tried    bool                `json:"tried" doc:"现在的内容已试算过"`
	Versions []CustomVersionView `json:"versions" nullable:"false"`
	Trials   []TrialView         `json:"trials" nullable:"false" doc:"最近的试算，不含明细"`
	Timeline []EntryView         `json:"timeline" nullable:"false"`
	Actions  []flow.Action       `json:"actions" nullable:"false"`
}

// CustomVersionView is one published text.
type CustomVersionView struct {
	Number          int64      `json:"number"`
	Spec            CustomSpec `json:"spec"`
	Reason          string     `json:"reason"`
	AuthorName      string     `json:"author_name"`
	PublishedByName string     `json:"published_by_name"`
	PublishedAt     string     `json:"published_at"`
}

func (r customRules) get(ctx context.Context, in *ByID) (out CustomRuleFile, err error) {
	f, err := r.rule.CustomOf(ctx, actor(ctx), in.ID)
	if err != nil {
		return out, err
	}
	out = CustomRuleFile{CustomRuleView: r.view(f.Rule), Spec: specView(f.Rule.Spec), Cost: f.Cost, MaxCost: custom.MaxCost, Problems: problemViews(f.Problems), Tried: f.Tried,
		Versions: []CustomVersionView{}, Trials: []TrialView{}, Actions: f.Actions}
	for _, v := range f.Versions {
		out.Versions = append(out.Versions, CustomVersionView{v.Number, specView(v.Spec), v.Reason, v.AuthorName, v.PublishedByName, when(v.PublishedAt)})
	}
	for _, t := range f.Trials {
		t.Result.Hits = nil
		out.Trials = append(out.Trials, trialView(t))
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r customRules) act(ctx context.Context, in *Act) (CustomRuleFile, error) {
	if err := r.rule.ActOnCustom(ctx, actor(ctx), in.ID, flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return CustomRuleFile{}, err
	}
	f, err := r.get(ctx, &ByID{in.ID})
	if fault.Is(err, fault.NotFound) {
		return CustomRuleFile{}, nil
	}
	return f, err
}

// TryCustom asks for a trial.
type TryCustom struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Days int `json:"days" enum:"30,90" doc:"回看多少天"`
	}
}

func (r customRules) try(ctx context.Context, in *TryCustom) (TrialView, error) {
	id, err := r.rule.TryCustom(ctx, actor(ctx), in.ID, in.Body.Days)
	if err != nil {
		return TrialView{}, err
	}
	return r.trial(ctx, &ByID{id})
}

// TrialView is a look at what a text would have said.
type TrialView struct {
	ID            string          `json:"id"`
	RuleID        string          `json:"rule_id"`
	RuleTitle     string          `json:"rule_title"`
	Expr          string          `json:"expr"`
	State         string          `json:"state" enum:"waiting,running,done,failed,cancelled"`
	StateTitle    string          `json:"state_title"`
	From          string          `json:"from"`
	To            string          `json:"to"`
	Days          int             `json:"days"`
	Outlets       int64           `json:"outlets" doc:"范围内的监控点"`
	Done          int64           `json:"done" doc:"已看的监控点"`
	Count         int             `json:"count" doc:"会命中多少次"`
	Fired         int             `json:"fired" doc:"在多少个监控点命中"`
	Longest       int             `json:"longest" doc:"最长一次成立的小时数"`
	Asked         int             `json:"asked" doc:"看过的小时数"`
	Unknowns      int             `json:"unknowns" doc:"因缺少有效数据没有判断的小时数"`
	Mute          int             `json:"mute" doc:"没有规则所用数据的监控点，不计入小时数"`
	Failures      int             `json:"failures" doc:"因计算量超限没有判断的小时数"`
	Settings      bool            `json:"settings" doc:"试算的是内置规则的设置"`
	Before        int             `json:"before" doc:"设置的试算：按现在的设置会有多少次"`
	New           int             `json:"new" doc:"设置的试算：改后才有的次数"`
	Gone          int             `json:"gone" doc:"设置的试算：改后没有的次数"`
	Weeks         []TrialWeekView `json:"weeks" nullable:"false"`
	Hits          []TrialHitView  `json:"hits" nullable:"false" doc:"新的在前，最多 500 次"`
	Trouble       string          `json:"trouble"`
	CreatedByName string          `json:"created_by_name"`
	CreatedAt     string          `json:"created_at"`
	FinishedAt    string          `json:"finished_at"`
}

// TrialWeekView is how often it would have fired in seven days.
type TrialWeekView struct {
	From string `json:"from"`
	N    int    `json:"n"`
}

// TrialHitView is one time that it would have fired.
type TrialHitView struct {
	OutletID       string `json:"outlet_id"`
	OutletName     string `json:"outlet_name"`
	EnterpriseName string `json:"enterprise_name"`
	Factor         string `json:"factor"`
	From           string `json:"from"`
	To             string `json:"to"`
	Ended          string `json:"ended" doc:"恢复的时刻，空为到试算的终点还没有恢复"`
	Hours          int    `json:"hours" doc:"成立的小时数"`
	Text           string `json:"text"`
	Level          string `json:"level" doc:"设置的试算：预警级别"`
	Change         string `json:"change" enum:",new,gone" doc:"设置的试算：new 改后才有，gone 改后没有，空为不变"`
}

var trialTitles = map[string]string{rule.TrialWaiting: "等待中", rule.TrialRunning: "试算中", rule.TrialDone: "已完成", rule.TrialFailed: "未完成", rule.TrialCancelled: "已取消"}

func trialView(t rule.Trial) TrialView {
	v := TrialView{ID: t.ID, RuleID: t.RuleID, RuleTitle: t.Spec.Title, Expr: t.Spec.Expr, State: t.State, StateTitle: trialTitles[t.State], From: when(t.From), To: when(t.To),
		Days: int(t.To.Sub(t.From) / (24 * time.Hour)), Outlets: t.Outlets, Done: t.Done, Count: t.Result.Count, Fired: t.Result.Fired, Longest: t.Result.Longest,
		Asked: t.Result.Asked, Unknowns: t.Result.Unknowns, Mute: t.Result.Mute, Failures: t.Result.Failures, Settings: t.Settings != nil, Before: t.Result.Before, New: t.Result.New, Gone: t.Result.Gone, Weeks: []TrialWeekView{}, Hits: []TrialHitView{},
		Trouble: t.Trouble, CreatedByName: t.CreatedByName, CreatedAt: when(t.CreatedAt), FinishedAt: when(t.FinishedAt)}
	for _, w := range t.Result.Weeks {
		v.Weeks = append(v.Weeks, TrialWeekView{when(w.From), w.N})
	}
	for _, h := range t.Result.Hits {
		v.Hits = append(v.Hits, TrialHitView{h.OutletID, h.OutletName, h.EnterpriseName, h.Factor, when(h.From), when(h.To), when(h.Ended), h.Hours, h.Text, h.Level, h.Change})
	}
	return v
}

var trialColumns = []column[TrialHitView]{
	{sheet.Text("企业", 28), func(v TrialHitView) any { return v.EnterpriseName }},
	{sheet.Text("监控点", 24), func(v TrialHitView) any { return v.OutletName }},
	{sheet.Time("开始"), func(v TrialHitView) any { return v.From }},
	{sheet.Time("最后成立"), func(v TrialHitView) any { return v.To }},
	{sheet.Time("恢复"), func(v TrialHitView) any { return v.Ended }},
	{sheet.Number("小时数"), func(v TrialHitView) any { return v.Hours }},
	{sheet.Text("说明", 60), func(v TrialHitView) any { return v.Text }},
	{sheet.Text("与现在的设置相比", 12), func(v TrialHitView) any { return map[string]string{"new": "新增", "gone": "不再"}[v.Change] }},
}

func (r customRules) trial(ctx context.Context, in *ByID) (TrialView, error) {
	t, err := r.rule.TrialOf(ctx, actor(ctx), in.ID)
	v := trialView(t)
	if t.Settings != nil {
		law, _ := r.rule.Rule(t.Settings.Rule)
		v.RuleTitle = law.Title
	}
	return v, err
}

func (r customRules) cancel(ctx context.Context, in *ByID) (TrialView, error) {
	if err := r.rule.CancelTrial(ctx, actor(ctx), in.ID); err != nil {
		return TrialView{}, err
	}
	return r.trial(ctx, in)
}

func (r customRules) rows(ctx context.Context, in *ByID, each func(TrialHitView) error) error {
	v, err := r.trial(ctx, in)
	if err != nil {
		return err
	}
	for _, h := range v.Hits {
		if err := each(h); err != nil {
			return err
		}
	}
	return nil
}
