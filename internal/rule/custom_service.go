package rule

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	errStaleCustom = fault.Conflictf("这条规则已被他人更新，请刷新后重试")
	errNoCustom    = fault.NotFoundf("没有这条规则，或者它不在您的查看范围内")
)

// trialHolds is how long a trial counts for sending a rule in.
const trialHolds = 30 * 24 * time.Hour

// CustomQuery narrows a list of officers' rules.
type CustomQuery struct {
	Text   string
	States []string
	Area   string
	Cursor string
	Limit  int
}

// Customs lists the officers' rules that the actor may see, newest first.
func (s *Service) Customs(ctx context.Context, actor auth.Actor, q CustomQuery) (page db.Page[Custom], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = s.listCustom(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(page.Items[q.Limit-1].ID)
		}
		hits, err := customHits(ctx, tx, tx.Now.AddDate(0, 0, -30))
		if err != nil {
			return err
		}
		for i := range page.Items {
			page.Items[i].Hits = hits[page.Items[i].ID]
		}
		page.Total, page.Capped, err = s.countCustom(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// CustomOf opens an officer's rule.
func (s *Service) CustomOf(ctx context.Context, actor auth.Actor, id string) (f CustomFile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Rule, err = s.seenCustom(actor)(findCustom(ctx, tx, id)); err != nil {
			return err
		}
		if f.Versions, err = versionsOf(ctx, tx, id); err != nil {
			return err
		}
		if f.Trials, err = trialsOf(ctx, tx, id, 10); err != nil {
			return err
		}
		hits, err := customHits(ctx, tx, tx.Now.AddDate(0, 0, -30))
		if err != nil {
			return err
		}
		f.Rule.Hits = hits[id]
		if f.Timeline, err = s.book.Of(ctx, tx, CustomMachine.Kind, id); err != nil {
			return err
		}
		facts, err := s.customFacts(ctx, tx, actor, f.Rule)
		if err != nil {
			return err
		}
		f.Tried = facts[tried]
		f.Actions = CustomMachine.Actions(f.Rule.State, s.canCustom(actor, f.Rule), facts)
		offerVersions(f.Actions, f.Rule, f.Versions)
		return nil
	})
	if err != nil {
		return f, err
	}
	r, problems := custom.Compile(f.Rule.Spec)
	if f.Problems = problems; r != nil {
		f.Cost = r.Cost
	}
	return f, nil
}

// offerVersions fills in which versions one can go back to.
func offerVersions(actions []flow.Action, c Custom, all []CustomVersion) {
	for i := range actions {
		if actions[i].Verb != RollBack {
			continue
		}
		actions[i].Fields = slices.Clone(actions[i].Fields)
		for _, v := range all {
			if v.Number != c.Live {
				n := strconv.FormatInt(v.Number, 10)
				actions[i].Fields[0].Options = append(actions[i].Fields[0].Options, flow.Option{Value: n, Title: "第 " + n + " 版　" + v.Spec.Title})
			}
		}
	}
}

func (s *Service) seenCustom(actor auth.Actor) func(Custom, error) (Custom, error) {
	return func(c Custom, err error) (Custom, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.RuleRead, c.Scope()) {
			return Custom{}, errNoCustom
		}
		return c, err
	}
}

func (s *Service) canCustom(actor auth.Actor, c Custom) func(string) bool {
	return func(x string) bool { return s.policy.Can(actor, auth.Capability(x), c.Scope()) }
}

func (s *Service) customFacts(ctx context.Context, tx *db.Tx, actor auth.Actor, c Custom) (flow.Facts, error) {
	text, err := specText(c.Spec)
	if err != nil {
		return nil, err
	}
	done, err := wasTried(ctx, tx, c.ID, text, tx.Now.Add(-trialHolds))
	return flow.Facts{tried: done, notAuthor: !actor.Is(c.Author), neverLive: c.Live == 0, wasLive: c.Live > 0, inForce: c.InForce(), hasOlder: c.Live > 1}, err
}

// SeeCustom checks that the actor may see the rule, e.g. before news of it is
// sent.
func (s *Service) SeeCustom(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seenCustom(actor)(findCustom(ctx, tx, id))
		return err
	})
}

// CheckCustom says what is wrong with a text and where, what it would cost, and
// how it reads when conditions were filled in.
func (s *Service) CheckCustom(actor auth.Actor, spec custom.Spec) (expr string, cost uint64, problems []custom.Problem, err error) {
	if !s.policy.Anywhere(actor, auth.RuleWrite) {
		return "", 0, nil, s.policy.Require(actor, auth.RuleWrite, auth.Scope{Area: actor.Area})
	}
	if len(spec.Rows) > 0 {
		spec.Expr = custom.Text(spec.Rows, spec.Join)
	}
	r, problems := custom.Compile(spec)
	if r != nil {
		cost = r.Cost
	}
	return spec.Expr, cost, problems, nil
}

// WriteCustom begins a rule.
func (s *Service) WriteCustom(ctx context.Context, actor auth.Actor, spec custom.Spec) (id string, err error) {
	if err := spec.Check(); err != nil {
		return "", err
	}
	if err := s.policy.Require(actor, auth.RuleWrite, auth.Scope{Area: spec.Area}); err != nil {
		return "", err
	}
	id = db.NewID()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := insertCustom(ctx, tx, Custom{ID: id, State: StateDraft, Spec: spec, Author: actor.ID}); err != nil {
			return err
		}
		_, err := s.book.Write(ctx, tx, timeline.Act{Machine: CustomMachine, Step: writing, Actor: actor, Subject: id, Area: spec.Area, Note: spec.Title})
		return err
	})
	return id, err
}

// SaveCustom changes the draft. version is the one that the person saw.
func (s *Service) SaveCustom(ctx context.Context, actor auth.Actor, id string, version int64, spec custom.Spec) error {
	if err := spec.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.seenCustom(actor)(lockCustom(ctx, tx, id))
		if err != nil {
			return err
		}
		for _, area := range []string{c.Spec.Area, spec.Area} {
			if err := s.policy.Require(actor, auth.RuleWrite, auth.Scope{Area: area}); err != nil {
				return err
			}
		}
		if c.State != StateDraft {
			return fault.Conflictf("只有起草中的规则可以修改；在用的请先点“修订”，送审的请先撤回")
		}
		if c.Version != version {
			return errStaleCustom
		}
		if c.Live > 0 && spec.Area != c.Spec.Area {
			return fault.Invalidf("发布过的规则不能换区域，请另写一条").With("area", "不能更改")
		}
		before, err := specText(c.Spec)
		if err != nil {
			return err
		}
		after, err := specText(spec)
		if err != nil || after == before {
			return err
		}
		c.Spec, c.Author = spec, actor.ID
		if err := saveCustom(ctx, tx, &c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "custom_rule.save", Kind: CustomMachine.Kind, Subject: id, Area: spec.Area,
			Detail: map[string]any{"title": spec.Title, "expr": spec.Expr}})
	})
}

// ActOnCustom carries out a verb of a person.
func (s *Service) ActOnCustom(ctx context.Context, actor auth.Actor, id string, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.seenCustom(actor)(lockCustom(ctx, tx, id))
		if err != nil {
			return err
		}
		if c.Version != version {
			return errStaleCustom
		}
		facts, err := s.customFacts(ctx, tx, actor, c)
		if err != nil {
			return err
		}
		st, err := CustomMachine.Check(c.State, verb, s.canCustom(actor, c), facts)
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := c.State
		c.State = st.Target(from)
		if err := s.customStep(ctx, tx, actor, &c, st.Verb, form); err != nil {
			return err
		}
		if err := saveCustom(ctx, tx, &c); err != nil {
			return err
		}
		st.To = c.State
		if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: CustomMachine, Step: st, Actor: actor, Subject: id, Area: c.Spec.Area, From: from, Form: form}); err != nil {
			return err
		}
		return s.tellCustom(ctx, tx, actor, c, st, form)
	})
}

// customStep is what a verb does besides moving the state.
func (s *Service) customStep(ctx context.Context, tx *db.Tx, actor auth.Actor, c *Custom, verb flow.Verb, form flow.Form) error {
	switch verb {
	case Submit:
		return understood(c.Spec)
	case Publish:
		return s.publish(ctx, tx, actor, c, c.Spec, c.Author, form.Text("text"))
	case Abandon:
		v, err := versionOf(ctx, tx, c.ID, c.Live)
		if err != nil {
			return err
		}
		if c.Spec = v.Spec; !c.Enabled {
			c.State = StateOff
		}
	case Stop:
		c.Enabled = false
		return s.endCustom(ctx, tx, c.ID)
	case Resume:
		c.Enabled = true
	case RollBack:
		n, err := strconv.ParseInt(form.Text("number"), 10, 64)
		if err != nil || n == c.Live {
			return fault.Invalidf("请选择要退回的版本").With("number", "请选择从前的一版")
		}
		v, err := versionOf(ctx, tx, c.ID, n)
		if db.IsMissing(err) {
			return fault.Invalidf("没有这一版").With("number", "请选择从前的一版")
		} else if err != nil {
			return err
		}
		c.Spec = v.Spec
		return s.publish(ctx, tx, actor, c, v.Spec, v.author, form.Text("text"))
	}
	return nil
}

// understood refuses a text that cannot judge.
func understood(spec custom.Spec) error {
	_, problems := custom.Compile(spec)
	if len(problems) == 0 {
		return nil
	}
	f := fault.Invalidf("规则还有错误，请先改正")
	for _, p := range problems {
		f = f.With(p.Field, "第 %d 行第 %d 个字：%s", p.Line, p.Column, p.Text)
	}
	return f
}

// mostInForce is how many rules may judge at once.
const mostInForce = 200

// publish puts a text in force as the next version.
func (s *Service) publish(ctx context.Context, tx *db.Tx, actor auth.Actor, c *Custom, spec custom.Spec, author, reason string) error {
	if err := understood(spec); err != nil {
		return err
	}
	all, err := versionsInForce(ctx, tx)
	if err != nil {
		return err
	}
	if !c.InForce() && len(all) >= mostInForce {
		return fault.Conflictf("在用的自定义规则已有 %d 条，请先停用不再需要的", mostInForce)
	}
	c.Live, c.Enabled = c.Live+1, true
	c.Failures, c.FailedAt, c.Failure = 0, time.Time{}, ""
	return insertVersion(ctx, tx, CustomVersion{RuleID: c.ID, Number: c.Live, Spec: spec, Reason: reason, author: author, PublishedBy: actor.ID})
}

// endCustom ends the alarms of a rule that judges no more.
func (s *Service) endCustom(ctx context.Context, tx *db.Tx, id string) error {
	list, err := lastingOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for i := range list {
		if err := s.end(ctx, tx, &list[i], list[i].LastAt); err != nil {
			return err
		}
	}
	return nil
}

// tellCustom tells whoever is next, or must know.
func (s *Service) tellCustom(ctx context.Context, tx *db.Tx, actor auth.Actor, c Custom, st flow.Step, form flow.Form) error {
	n := notify.Notice{Except: []string{actor.ID}, Kind: CustomMachine.Kind, Subject: c.ID, Area: c.Spec.Area, Text: form.Text("text"), Link: "/rules/" + c.ID}
	approvers := notify.Audience{Capability: auth.RulePublish, Area: c.Spec.Area}
	author := notify.Audience{Persons: []string{c.Author}}
	switch st.Verb {
	case Submit:
		n.To, n.Title = []notify.Audience{approvers}, "自定义规则待发布："+c.Spec.Title
	case Publish:
		n.To, n.Title = []notify.Audience{author}, "自定义规则已发布："+c.Spec.Title
	case SendBack:
		n.To, n.Title = []notify.Audience{author}, "自定义规则被退回修改："+c.Spec.Title
	case Stop, Resume, RollBack:
		n.To, n.Title = []notify.Audience{approvers, author}, "自定义规则"+st.Title+"："+c.Spec.Title
	default:
		return nil
	}
	_, err := s.notify.Tell(ctx, tx, n)
	return err
}
