package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/sheet"
)

// ruleSettings is the resource of what areas set on built-in rules.
type ruleSettings struct {
	rule  *rule.Service
	names Names
	files Describer
}

// RuleSettings registers built-in rules and their settings.
func (a *API) RuleSettings(s *rule.Service, n Names, files Describer) {
	r := ruleSettings{s, n, files}
	get(a, "listBuiltInRules", "/rules/builtin", "内置规则和各地的设置", r.list, needs(auth.RuleRead))
	exportRows(a, "exportRuleSettings", "/rules/builtin/export", "导出内置规则的设置", "规则设置", settingColumns, r.rows, needs(auth.RuleRead))
	get(a, "getBuiltInRule", "/rules/builtin/{id}", "内置规则详情", r.builtIn, needs(auth.RuleRead))
	post(a, "tuneRule", "/rules/settings", "起草一个区域对一条规则的设置", r.tune, needs(auth.RuleWrite))
	get(a, "getRuleSettings", "/rules/settings/{id}", "规则设置详情", r.get)
	patch(a, "saveRuleSettings", "/rules/settings/{id}", "保存规则设置的草稿", r.save)
	post(a, "tryRuleSettings", "/rules/settings/{id}/trials", "用草稿的设置在历史数据上试算", r.try)
	post(a, "actOnRuleSettings", "/rules/settings/{id}/{verb}", "送审、发布、退回、恢复默认", r.act)
}

// SettingView is one thing that may be set: the form draws itself from it.
type SettingView struct {
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	Unit    string  `json:"unit"`
	Kind    string  `json:"kind" enum:"count,number,percent" doc:"整数、数、百分数"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Default float64 `json:"default"`
	Meant   string  `json:"meant" doc:"大小意味着什么"`
	Basis   string  `json:"basis" doc:"默认值的依据"`
	Value   float64 `json:"value" doc:"现在的值"`
}

func settingViews(list []setting.Setting, now setting.Set) []SettingView {
	out := []SettingView{}
	for _, s := range list {
		out = append(out, SettingView{s.Name, s.Title, s.Unit, string(s.Kind), s.Min, s.Max, s.Default, s.Meant, s.Basis, now.Value(s.Name)})
	}
	return out
}

// BuiltInRule is a rule of the catalogue with what areas set on it.
type BuiltInRule struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Basis       string        `json:"basis" doc:"代入全域现在的设置"`
	Family      string        `json:"family"`
	FamilyTitle string        `json:"family_title"`
	Stream      string        `json:"stream" enum:"realtime,hour,day"`
	Official    bool          `json:"official"`
	Sign        bool          `json:"sign" doc:"每小时看一遍的异常识别规则"`
	Kinds       []string      `json:"kinds" nullable:"false"`
	Settings    []SettingView `json:"settings" nullable:"false" doc:"值为全域现在的设置；空为没有可以设置的"`
	Areas       []TuningBrief `json:"areas" nullable:"false" doc:"哪些区域另行设置过"`
}

// TuningBrief is what one area has on a rule.
type TuningBrief struct {
	ID         string             `json:"id"`
	Area       string             `json:"area"`
	AreaName   string             `json:"area_name"`
	State      flow.State         `json:"state"`
	StateTitle string             `json:"state_title"`
	InForce    bool               `json:"in_force"`
	Values     map[string]float64 `json:"values" doc:"草稿；没有的项沿用上级区域或默认"`
	AuthorName string             `json:"author_name"`
	UpdatedAt  string             `json:"updated_at"`
}

func (r ruleSettings) brief(t rule.Tuning) TuningBrief {
	row, _ := rule.SettingMachine.Row(t.State)
	values := map[string]float64(t.Draft)
	if values == nil {
		values = map[string]float64{}
	}
	return TuningBrief{t.ID, t.Area, r.names.area(t.Area), t.State, row.Title, t.InForce, values, t.AuthorName, when(t.UpdatedAt)}
}

func (r ruleSettings) view(f rule.BuiltInFile) BuiltInRule {
	b := f.Rule
	text := b.Basis
	if len(b.Settings) > 0 {
		text = f.Whole.Fill(b.Text)
	}
	v := BuiltInRule{ID: b.ID, Title: b.Title, Basis: text, Family: b.Family, FamilyTitle: familyTitles[sign.Family(b.Family)], Stream: string(b.Stream), Official: b.Official,
		Sign: b.Sign, Kinds: []string{}, Settings: settingViews(b.Settings, f.Whole), Areas: []TuningBrief{}}
	for _, k := range b.Kinds {
		v.Kinds = append(v.Kinds, string(k))
	}
	for _, t := range f.Tunings {
		v.Areas = append(v.Areas, r.brief(t))
	}
	return v
}

func (r ruleSettings) list(ctx context.Context, _ *None) ([]BuiltInRule, error) {
	all, err := r.rule.BuiltIns(ctx, actor(ctx))
	out := []BuiltInRule{}
	for _, f := range all {
		out = append(out, r.view(f))
	}
	return out, err
}

func (r ruleSettings) builtIn(ctx context.Context, in *ByID) (BuiltInRule, error) {
	f, err := r.rule.BuiltInOf(ctx, actor(ctx), in.ID)
	if err != nil {
		return BuiltInRule{}, err
	}
	return r.view(f), nil
}

// settingRow is one setting of one rule in a sheet.
type settingRow struct {
	Rule, RuleTitle, Area string
	SettingView
}

var settingColumns = []column[settingRow]{
	{sheet.Text("规则", 24), func(v settingRow) any { return v.RuleTitle }},
	{sheet.Text("区域", 16), func(v settingRow) any { return v.Area }},
	{sheet.Text("设置", 28), func(v settingRow) any { return v.Title }},
	{sheet.Number("值"), func(v settingRow) any { return v.Value }},
	{sheet.Number("默认"), func(v settingRow) any { return v.Default }},
	{sheet.Text("单位", 8), func(v settingRow) any { return v.Unit }},
	{sheet.Text("含义", 40), func(v settingRow) any { return v.Meant }},
	{sheet.Text("默认的依据", 40), func(v settingRow) any { return v.Basis }},
}

func (r ruleSettings) rows(ctx context.Context, _ *None, each func(settingRow) error) error {
	all, err := r.list(ctx, nil)
	if err != nil {
		return err
	}
	for _, b := range all {
		for _, s := range b.Settings {
			if err := each(settingRow{b.ID, b.Title, "全域", s}); err != nil {
				return err
			}
			for _, t := range b.Areas {
				v, set := t.Values[s.Name]
				if !set || !t.InForce {
					continue
				}
				s := s
				s.Value = v
				if err := each(settingRow{b.ID, b.Title, t.AreaName, s}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// TuneRule begins the settings of an area.
type TuneRule struct {
	Body struct {
		Rule string `json:"rule" maxLength:"40"`
		Area string `json:"area" maxLength:"12"`
	}
}

func (r ruleSettings) tune(ctx context.Context, in *TuneRule) (RuleSettingsFile, error) {
	id, err := r.rule.Tune(ctx, actor(ctx), in.Body.Rule, in.Body.Area)
	if err != nil {
		return RuleSettingsFile{}, err
	}
	return r.get(ctx, &ByID{id})
}

// RuleSettingsFile is everything about one area's settings of a rule.
type RuleSettingsFile struct {
	TuningBrief
	Rule      string                `json:"rule"`
	RuleTitle string                `json:"rule_title"`
	Stream    string                `json:"stream" enum:"realtime,hour,day"`
	Basis     string                `json:"basis" doc:"代入这个区域现在的设置"`
	Draft     string                `json:"draft_basis" doc:"代入草稿"`
	Settings  []SettingView         `json:"settings" nullable:"false" doc:"值为这个区域现在的设置"`
	Wider     map[string]float64    `json:"wider" doc:"这个区域不设置时的值：上级区域的或默认的"`
	Waits     string                `json:"waits"`
	Tried     bool                  `json:"tried"`
	Versions  []RuleSettingsVersion `json:"versions" nullable:"false"`
	Trials    []TrialView           `json:"trials" nullable:"false"`
	Timeline  []EntryView           `json:"timeline" nullable:"false"`
	Actions   []flow.Action         `json:"actions" nullable:"false"`
	Version   int64                 `json:"version"`
}

// RuleSettingsVersion is what was published once.
type RuleSettingsVersion struct {
	Number          int64              `json:"number"`
	Values          map[string]float64 `json:"values"`
	Withdrawn       bool               `json:"withdrawn" doc:"自此恢复默认"`
	Words           []string           `json:"words" nullable:"false" doc:"与默认不同的各项"`
	Reason          string             `json:"reason"`
	AuthorName      string             `json:"author_name"`
	PublishedByName string             `json:"published_by_name"`
	From            string             `json:"from" doc:"对此时起的数据有效"`
}

func (r ruleSettings) get(ctx context.Context, in *ByID) (out RuleSettingsFile, err error) {
	f, err := r.rule.TuningOf(ctx, actor(ctx), in.ID)
	if err != nil {
		return out, err
	}
	row, _ := rule.SettingMachine.Row(f.Tuning.State)
	b := f.Rule
	out = RuleSettingsFile{TuningBrief: r.brief(f.Tuning), Rule: b.ID, RuleTitle: b.Title, Stream: string(b.Stream), Basis: f.Now.Fill(b.Text), Draft: f.Wider.With(f.Tuning.Draft).Fill(b.Text),
		Settings: settingViews(b.Settings, f.Now), Wider: map[string]float64{}, Waits: row.Waits, Tried: f.Tried,
		Versions: []RuleSettingsVersion{}, Trials: []TrialView{}, Actions: f.Actions, Version: f.Tuning.Version}
	for _, s := range b.Settings {
		out.Wider[s.Name] = f.Wider.Value(s.Name)
	}
	for _, v := range f.Versions {
		words := setting.Defaults(b.Settings).With(v.Values).Diff()
		out.Versions = append(out.Versions, RuleSettingsVersion{v.Number, v.Values, v.Withdrawn, append([]string{}, words...), v.Reason, v.AuthorName, v.PublishedByName, when(v.From)})
	}
	for _, t := range f.Trials {
		t.Result.Hits = nil
		out.Trials = append(out.Trials, r.trial(t, b.Title))
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

func (r ruleSettings) trial(t rule.Trial, title string) TrialView {
	v := trialView(t)
	v.RuleTitle = title
	return v
}

// SaveRuleSettings is a draft with the version that the person saw.
type SaveRuleSettings struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Version int64              `json:"version" doc:"所见版本，防止覆盖他人的修改"`
		Values  map[string]float64 `json:"values" doc:"没有的项沿用上级区域或默认"`
	}
}

func (r ruleSettings) save(ctx context.Context, in *SaveRuleSettings) (RuleSettingsFile, error) {
	if err := r.rule.SaveTuning(ctx, actor(ctx), in.ID, in.Body.Version, in.Body.Values); err != nil {
		return RuleSettingsFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}

func (r ruleSettings) try(ctx context.Context, in *TryCustom) (TrialView, error) {
	id, err := r.rule.TrySettings(ctx, actor(ctx), in.ID, in.Body.Days)
	if err != nil {
		return TrialView{}, err
	}
	t, err := r.rule.TrialOf(ctx, actor(ctx), id)
	return trialView(t), err
}

func (r ruleSettings) act(ctx context.Context, in *Act) (RuleSettingsFile, error) {
	if err := r.rule.ActOnTuning(ctx, actor(ctx), in.ID, flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return RuleSettingsFile{}, err
	}
	return r.get(ctx, &ByID{in.ID})
}
