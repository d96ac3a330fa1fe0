package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	errStaleTuning = fault.Conflictf("这项设置已被他人更新，请刷新后重试")
	errNoTuning    = fault.NotFoundf("没有这项规则设置，或者它不在您的查看范围内")
	errNoBuiltIn   = fault.NotFoundf("没有这条内置规则，可能已在升级中改名")
)

// BuiltInFile is a built-in rule with what areas set on it.
type BuiltInFile struct {
	Rule    BuiltIn
	Whole   setting.Set // what holds in the whole jurisdiction now
	Tunings []Tuning    // that the actor may see
}

// BuiltIns lists what is built in, with what areas set on it.
func (s *Service) BuiltIns(ctx context.Context, actor auth.Actor) (out []BuiltInFile, err error) {
	if err := s.requireAnywhere(actor, auth.RuleRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err := s.listTunings(ctx, tx, actor, "")
		if err != nil {
			return err
		}
		table, err := published(ctx, tx)
		if err != nil {
			return err
		}
		by := map[string][]Tuning{}
		for _, t := range list {
			by[t.Rule] = append(by[t.Rule], t)
		}
		for _, b := range s.builtIns() {
			out = append(out, BuiltInFile{b, table.At(b.ID, b.Settings, auth.AreaPrefix(s.conf.City), nextMinute(tx.Now)), by[b.ID]})
		}
		return nil
	})
	return out, err
}

func (s *Service) requireAnywhere(actor auth.Actor, c auth.Capability) error {
	if s.policy.Anywhere(actor, c) {
		return nil
	}
	return s.policy.Require(actor, c, auth.Scope{Area: actor.Area})
}

// BuiltInOf opens one.
func (s *Service) BuiltInOf(ctx context.Context, actor auth.Actor, id string) (BuiltInFile, error) {
	all, err := s.BuiltIns(ctx, actor)
	if err != nil {
		return BuiltInFile{}, err
	}
	for _, f := range all {
		if f.Rule.ID == id {
			return f, nil
		}
	}
	return BuiltInFile{}, errNoBuiltIn
}

func (s *Service) seenTuning(actor auth.Actor) func(Tuning, error) (Tuning, error) {
	return func(t Tuning, err error) (Tuning, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.RuleRead, t.Scope()) {
			return Tuning{}, errNoTuning
		}
		return t, err
	}
}

func (s *Service) canTuning(actor auth.Actor, t Tuning) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), t.Scope()) }
}

// TuningOf opens what an area sets on a rule.
func (s *Service) TuningOf(ctx context.Context, actor auth.Actor, id string) (f TuningFile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Tuning, err = s.seenTuning(actor)(findTuning(ctx, tx, id)); err != nil {
			return err
		}
		b, ok := s.builtIn(f.Tuning.Rule)
		if !ok {
			return errNoBuiltIn
		}
		f.Rule, f.Problems = b, setting.Check(b.Settings, f.Tuning.Draft)
		table, err := published(ctx, tx)
		if err != nil {
			return err
		}
		area := auth.AreaPrefix(f.Tuning.Area)
		soon := nextMinute(tx.Now)
		f.Now = table.At(b.ID, b.Settings, area, soon)
		f.Wider = table.Fixed(soon).Put(b.ID, area, nil).At(b.ID, b.Settings, area, soon)
		if f.Versions, err = tuningVersions(ctx, tx, id); err != nil {
			return err
		}
		if f.Trials, err = trialsOf(ctx, tx, id, 10); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, SettingMachine.Kind, id); err != nil {
			return err
		}
		facts, err := s.tuningFacts(ctx, tx, actor, f.Tuning)
		f.Tried = facts[tried]
		f.Actions = SettingMachine.Actions(f.Tuning.State, s.canTuning(actor, f.Tuning), facts)
		return err
	})
	return f, err
}

func (s *Service) tuningFacts(ctx context.Context, tx *db.Tx, actor auth.Actor, t Tuning) (flow.Facts, error) {
	text, err := t.tried()
	if err != nil {
		return nil, err
	}
	done, err := wasTried(ctx, tx, t.ID, text, tx.Now.Add(-trialHolds))
	if err != nil {
		return nil, err
	}
	live, err := s.liveValues(ctx, tx, t)
	return flow.Facts{tried: done, notAuthor: !actor.Is(t.Author), changed: !same(live, t.Draft)}, err
}

// liveValues is what the area has in force; nil = nothing.
func (s *Service) liveValues(ctx context.Context, tx *db.Tx, t Tuning) (setting.Values, error) {
	if !t.InForce {
		return nil, nil
	}
	list, err := tuningVersions(ctx, tx, t.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].Values, nil
}

// SeeTuning checks that the actor may see the settings, e.g. before news of them is
// sent.
func (s *Service) SeeTuning(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seenTuning(actor)(findTuning(ctx, tx, id))
		return err
	})
}

// Tune begins a draft for an area, or finds the one that is there.
func (s *Service) Tune(ctx context.Context, actor auth.Actor, rule, area string) (id string, err error) {
	if err := s.policy.Require(actor, auth.RuleWrite, auth.Scope{Area: area}); err != nil {
		return "", err
	}
	b, ok := s.builtIn(rule)
	if !ok {
		return "", errNoBuiltIn
	}
	if len(b.Settings) == 0 {
		return "", fault.Invalidf("“%s”没有可以设置的项目", b.Title)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		there, ok, err := tuningAt(ctx, tx, rule, area)
		if err != nil || ok {
			id = there.ID
			return err
		}
		id = db.NewID()
		if err := insertTuning(ctx, tx, Tuning{ID: id, Rule: rule, Area: area, State: StateDraft, Author: actor.ID}); err != nil {
			return err
		}
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: SettingMachine, Step: tuning, Actor: actor, Subject: id, Area: area, Note: b.Title})
		return err
	})
	return id, err
}

// SaveTuning changes the draft. version is the one that the person saw.
func (s *Service) SaveTuning(ctx context.Context, actor auth.Actor, id string, version int64, v setting.Values) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.seenTuning(actor)(lockTuning(ctx, tx, id))
		if err != nil {
			return err
		}
		if err := s.policy.Require(actor, auth.RuleWrite, t.Scope()); err != nil {
			return err
		}
		if t.State != StateDraft {
			return fault.Conflictf("只有起草中的设置可以修改；在用的请先点“修订”，送审的请先撤回")
		}
		if t.Version != version {
			return errStaleTuning
		}
		b, ok := s.builtIn(t.Rule)
		if !ok {
			return errNoBuiltIn
		}
		if err := fits(b, v); err != nil || same(v, t.Draft) {
			return err
		}
		t.Draft, t.Author = v, actor.ID
		if err := saveTuning(ctx, tx, &t); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "rule_setting.save", Kind: SettingMachine.Kind, Subject: id, Area: t.Area,
			Detail: map[string]any{"rule": t.Rule, "settings": v}})
	})
}

// fits refuses values that the rule cannot take.
func fits(b BuiltIn, v setting.Values) error {
	bad := setting.Check(b.Settings, v)
	if len(bad) == 0 {
		return nil
	}
	f := fault.Invalidf("有的设置不在允许的范围内，请按提示修改")
	for _, p := range bad {
		f = f.With("values."+p.Name, "%s", p.Text)
	}
	return f
}

// ActOnTuning carries out a verb of a person.
func (s *Service) ActOnTuning(ctx context.Context, actor auth.Actor, id string, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.seenTuning(actor)(lockTuning(ctx, tx, id))
		if err != nil {
			return err
		}
		if t.Version != version {
			return errStaleTuning
		}
		facts, err := s.tuningFacts(ctx, tx, actor, t)
		if err != nil {
			return err
		}
		st, err := SettingMachine.Check(t.State, verb, s.canTuning(actor, t), facts)
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := t.State
		t.State = st.Target(from)
		if err := s.tuningStep(ctx, tx, actor, &t, st.Verb, form); err != nil {
			return err
		}
		if err := saveTuning(ctx, tx, &t); err != nil {
			return err
		}
		st.To = t.State
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: SettingMachine, Step: st, Actor: actor, Subject: id, Area: t.Area, From: from, Form: form}); err != nil {
			return err
		}
		return s.tellTuning(ctx, tx, actor, t, st, form)
	})
}

// tuningStep is what a verb does besides moving the state.
func (s *Service) tuningStep(ctx context.Context, tx *db.Tx, actor auth.Actor, t *Tuning, verb flow.Verb, form flow.Form) (err error) {
	b, ok := s.builtIn(t.Rule)
	if !ok {
		return errNoBuiltIn
	}
	v := TuningVersion{TuningID: t.ID, Number: t.Live + 1, Rule: t.Rule, Area: t.Area, Reason: form.Text("text"), Author: t.Author, PublishedBy: actor.ID}
	switch verb {
	case Submit:
		return fits(b, t.Draft)
	case Revise:
		t.Author = actor.ID
	case Publish:
		if err := fits(b, t.Draft); err != nil {
			return err
		}
		v.Values, v.Withdrawn = t.Draft, len(t.Draft) == 0
		if t.Live, t.InForce = v.Number, !v.Withdrawn; v.Withdrawn {
			t.State = StateOff
		}
		return insertTuningVersion(ctx, tx, v)
	case Restore:
		v.Withdrawn, v.Author = true, actor.ID
		t.Live, t.InForce, t.Draft = v.Number, false, nil
		return insertTuningVersion(ctx, tx, v)
	case Abandon:
		if t.Draft, err = s.liveValues(ctx, tx, *t); !t.InForce {
			t.State = StateOff
		}
	}
	return err
}

// tellTuning tells whoever is next, or must know.
func (s *Service) tellTuning(ctx context.Context, tx *db.Tx, actor auth.Actor, t Tuning, st flow.Step, form flow.Form) error {
	b, _ := s.builtIn(t.Rule)
	n := notify.Notice{Except: []string{actor.ID}, Kind: SettingMachine.Kind, Subject: t.ID, Area: t.Area, Text: form.Text("text"), Link: "/rules/settings/" + t.ID}
	approvers := notify.Audience{Capability: auth.RulePublish, Area: t.Area}
	author := notify.Audience{Persons: []string{t.Author}}
	switch st.Verb {
	case Submit:
		n.To, n.Title = []notify.Audience{approvers}, "规则设置待发布："+b.Title
	case Publish:
		n.To, n.Title = []notify.Audience{author}, "规则设置已发布："+b.Title
	case SendBack:
		n.To, n.Title = []notify.Audience{author}, "规则设置被退回修改："+b.Title
	case Restore:
		n.To, n.Title = []notify.Audience{approvers, author}, "规则设置已恢复默认："+b.Title
	default:
		return nil
	}
	_, err := s.notify.Tell(ctx, tx, n)
	return err
}
