package publish

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/timeline"
)

// jobExpire ends a call when its last day is over.
const jobExpire = "publish.expire"

// Matters tells how far an issue has come.
type Matters interface {
	// Stage is in words for the public; an issue that the actor may not see is not
	// found.
	Stage(ctx context.Context, actor auth.Actor, issueID string) (Stage, error)
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Regions  *region.Tree
	Matters  Matters
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the verbs of public items.
type Service struct {
	db      *db.DB
	policy  auth.Policy
	rules   Policy
	regions *region.Tree
	matters Matters
	notify  *notify.Service
	book    *timeline.Book
}

// NewService makes the service.
func NewService(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Policy, d.Regions, d.Matters, d.Notify, d.Timeline}
}

// Rules is what the place has decided.
func (s *Service) Rules() Policy { return s.rules }

// Now is the time by which calls are open.
func (s *Service) Now() time.Time { return s.db.Now() }

// Jobs registers the end of calls.
func (s *Service) Jobs(r *job.Runner) { r.Handle(jobExpire, s.expire) }

// writing is the beginning of an item.
var writing = flow.Step{Verb: Write, To: Drafted, Title: "拟稿", Capability: capWrite, Fields: draftFields}

// Write makes a draft.
func (s *Service) Write(ctx context.Context, actor auth.Actor, n New) (Item, error) {
	if n.Area == "" {
		if n.Area = actor.Area; n.Area == "" {
			n.Area = s.regions.Root().Code
		}
	}
	i := Item{ID: ID(db.NewID()), Kind: n.Kind, State: Drafted, Area: n.Area, Category: n.Category, IssueID: n.IssueID, Writers: []string{actor.ID}, Version: 1}
	if _, ok := s.regions.Find(i.Area); !ok {
		return i, fault.Invalidf("没有这个辖区").With("area", "请从所列区域中选择")
	}
	if err := s.policy.Require(actor, auth.PublishWrite, i.Scope()); err != nil {
		return i, err
	}
	var err error
	if i.Draft, err = s.rules.Check(n, time.Time{}, s.db.Now()); err != nil {
		return i, err
	}
	if i.IssueID != "" {
		if _, err := s.matters.Stage(ctx, actor, i.IssueID); err != nil {
			return i, fault.Invalidf("没有这个问题，或者它不在您的查看范围内").With("issue_id", "请从问题页面发起")
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if i.Number, err = db.NextNumber(ctx, tx, s.rules.Prefix); err != nil {
			return err
		}
		i.CreatedAt, i.UpdatedAt = tx.Now, tx.Now
		if err := insert(ctx, tx, i); err != nil {
			return err
		}
		form := flow.Form{}
		for name, value := range i.values() {
			if value != "" {
				form[name] = value
			}
		}
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: writing, Actor: actor, Subject: string(i.ID), Area: i.Area, Form: form})
		return err
	})
	return i, err
}

// Do carries out a verb of a person; version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		i, err := s.seen(actor)(lock(ctx, tx, id))
		if err != nil {
			return err
		}
		if i.Version != version {
			return errStale
		}
		st, err := Machine.Check(i.State, verb, s.can(actor, i), facts(i, actor, tx.Now))
		if err != nil {
			return err
		}
		if st.Auto {
			return fault.Conflictf("“%s”由系统自动进行，无需操作", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		return s.take(ctx, tx, actor, &i, st, form)
	})
}

// take changes the item by a step and lets those know whose turn it is.
func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, i *Item, st flow.Step, form flow.Form) error {
	from := i.State
	i.State = st.Target(from)
	to := append([]string{}, i.Writers...)
	if err := s.change(ctx, tx, actor, i, st.Verb, from, form); err != nil {
		return err
	}
	if err := save(ctx, tx, i); err != nil {
		return err
	}
	// Whatever makes a call public again looks at its last day again.
	if i.State == Public && from != Public && i.Kind == Call {
		at := i.Until
		if at.Before(tx.Now) {
			at = tx.Now
		}
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobExpire, Payload: i.ID, RunAt: at}); err != nil {
			return err
		}
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(i.ID), Area: i.Area, From: from, Form: form}); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor, *i, st, form, to)
}

// change does what the verb means.
func (s *Service) change(ctx context.Context, tx *db.Tx, actor auth.Actor, i *Item, verb flow.Verb, from flow.State, form flow.Form) error {
	switch verb {
	case Edit:
		i.wrote(actor.ID)
		return s.edit(i, form, tx.Now)
	case Release, Grant:
		return s.release(ctx, tx, actor, i)
	case Correct:
		i.Cause, i.Conceal, i.Writers = form.Text("text"), form.Text("old") == "conceal", []string{actor.ID}
	case Close:
		i.Outcome, i.Cause, i.Conceal, i.Writers = form.Text("text"), closed, false, []string{actor.ID}
	case Confirm:
		if i.Until.After(tx.Now) {
			i.Until = tx.Now
		}
		return s.release(ctx, tx, actor, i)
	case Abandon:
		return s.restore(ctx, tx, i)
	case Sendback:
		if from == Closing {
			return s.restore(ctx, tx, i)
		}
	case Withdraw:
		i.Ground = form.Text("ground")
	}
	return nil
}

// closed is why there is an edition with the outcome.
const closed = "公布征集结果"

// edit takes the form over as the working copy.
func (s *Service) edit(i *Item, form flow.Form, now time.Time) error {
	n := New{Kind: i.Kind, Title: form.Text("title"), Text: form.Text("text"), Hide: Names(form.Text("hide")), Enterprise: form.Text("enterprise"), Category: i.Category, IssueID: i.IssueID,
		Until: form.Text("until"), Bounty: form.Text("bounty"), Budget: form.Text("budget"), Outcome: form.Text("outcome")}
	d, err := s.rules.Check(n, i.Until, now)
	var bad *fault.Error
	if errors.As(err, &bad) {
		for k := range bad.Fields {
			bad.Fields[k].Name = "form." + bad.Fields[k].Name
		}
		return bad
	}
	if err != nil {
		return err
	}
	if i.Outcome != "" && d.Outcome == "" {
		return fault.Invalidf("请检查征集结果").With("form.outcome", "结果已经公布，只能更正，不能删去")
	}
	if i.Outcome == "" && d.Outcome != "" {
		return fault.Invalidf("请检查征集结果").With("form.outcome", "结果在结束征集时填写")
	}
	i.Draft = d
	return nil
}

// release keeps the masked working copy as the edition that readers get.
func (s *Service) release(ctx context.Context, tx *db.Tx, actor auth.Actor, i *Item) error {
	i.ReviewedBy, i.PublicAt = actor.ID, tx.Now
	i.Edition++
	if err := insertEdition(ctx, tx, *i, i.Shown()); err != nil {
		return err
	}
	if i.Conceal {
		if err := conceal(ctx, tx, i.ID, i.Edition-1); err != nil {
			return err
		}
	}
	i.Cause, i.Conceal, i.Writers = "", false, []string{}
	return nil
}

// restore makes the working copy what the public edition was written as.
func (s *Service) restore(ctx context.Context, tx *db.Tx, i *Item) error {
	source, err := sourceOf(ctx, tx, i.ID, i.Edition)
	if err != nil {
		return err
	}
	i.Cause, i.Conceal, i.Writers, i.Draft = "", false, []string{}, Draft{}
	return json.Unmarshal([]byte(source), &i.Draft)
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, i Item, st flow.Step, form flow.Form, writers []string) error {
	n := notify.Notice{Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(i.ID), Area: i.Area, Text: form.Text("text"), Link: "/publications/" + string(i.ID)}
	what := i.Kind.Title()
	if i.Edition > 0 {
		what += "更正"
	}
	switch st.Verb {
	case Submit:
		n.To, n.Title = []notify.Audience{{Capability: auth.PublishReview, Area: i.Area}}, what+"待审核："+i.Title
		if i.BountyFen > 0 {
			n.To[0].Capability = auth.PublishBounty
		}
	case Close:
		n.To, n.Title = []notify.Audience{{Capability: auth.PublishReview, Area: i.Area}}, "征集结果待审核："+i.Title
	case Sendback, Release, Grant, Confirm:
		n.To, n.Title = []notify.Audience{{Persons: writers}}, st.Title+"："+i.Title
	case Withdraw, Expire:
		n.To, n.Title = []notify.Audience{{Capability: auth.PublishWrite, Area: i.Area}}, st.Title+"："+i.Title
	default:
		return nil
	}
	_, err := s.notify.Tell(ctx, tx, n)
	return err
}

// expire ends a call whose last day is over.
func (s *Service) expire(ctx context.Context, j job.Job) error {
	var id ID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		i, err := lock(ctx, tx, id)
		if err != nil || i.State != Public || i.Until.After(tx.Now) {
			return err
		}
		st, _ := Machine.Find(i.State, Expire)
		return s.take(ctx, tx, auth.System("publish"), &i, st, flow.Form{})
	})
}

// Answer ties a report to the call that it answers, within the transaction that
// keeps the report. What is public decides whether the call is open.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, number, tipID string) error {
	told, err := toldByNumber(ctx, tx, number, 0)
	if err != nil && !db.IsMissing(err) {
		return err
	}
	if err != nil || !told.open(tx.Now) {
		return fault.Invalidf("这次征集已经截止或撤回；您仍可以从首页举报").With("call", "征集已经截止")
	}
	if err := insertAnswer(ctx, tx, told.id, told.Edition, tipID); err != nil {
		return err
	}
	st, ok := Machine.Find(told.state, Answer)
	if !ok {
		return errStale
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: auth.System("reporter"), Subject: string(told.id), Area: told.Area, From: told.state, Form: flow.Form{}})
	return err
}

// Offer gives what the call promised that a report answered, as it stood when the
// report came; false when it answered none, or one without a bounty.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, tipID string) (Told, bool, error) {
	r, err := offerOf(ctx, tx, tipID)
	if db.IsMissing(err) {
		return Told{}, false, nil
	}
	return r.told(tx.Now), err == nil && r.BountyFen > 0, err
}

func (s *Service) can(actor auth.Actor, i Item) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), i.Scope()) }
}

func facts(i Item, actor auth.Actor, now time.Time) flow.Facts {
	wrote := false
	for _, w := range i.Writers {
		wrote = wrote || actor.Is(w)
	}
	return flow.Facts{notWriter: !wrote, noBounty: i.BountyFen == 0, bounty: i.BountyFen > 0, isCall: i.Kind == Call,
		inTime: i.Kind != Call || i.Until.After(now), noOutcome: i.Outcome == ""}
}

// seen makes an item that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Item, error) (Item, error) {
	return func(i Item, err error) (Item, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.PublishRead, i.Scope()) {
			return Item{}, fault.NotFoundf("没有这份稿件，或者它不在您的查看范围内")
		}
		return i, err
	}
}

var errStale = fault.Conflictf("这份稿件已被他人更新，请刷新后重试")
