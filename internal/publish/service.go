package publish

import (
	"context"
	"encoding/json"
	"strings"
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
var writing = flow.Step{Verb: Write, To: Draft, Title: "拟稿", Capability: capWrite, Fields: draftFields}

// Write makes a draft.
func (s *Service) Write(ctx context.Context, actor auth.Actor, n New) (Item, error) {
	n.Title, n.Text, n.Enterprise, n.Budget = strings.TrimSpace(n.Title), strings.TrimSpace(n.Text), strings.TrimSpace(n.Enterprise), strings.TrimSpace(n.Budget)
	if n.Area == "" {
		if n.Area = actor.Area; n.Area == "" {
			n.Area = s.regions.Root().Code
		}
	}
	i := Item{ID: ID(db.NewID()), Kind: n.Kind, State: Draft, Title: n.Title, Text: n.Text, Hide: n.Hide, Enterprise: n.Enterprise, Area: n.Area, Category: n.Category,
		IssueID: n.IssueID, BountyFen: n.BountyFen, Budget: n.Budget, WrittenBy: actor.ID, Version: 1}
	if _, ok := s.regions.Find(i.Area); !ok {
		return i, fault.Invalidf("没有这个辖区").With("area", "请从所列区域中选择")
	}
	if err := s.policy.Require(actor, auth.PublishWrite, i.Scope()); err != nil {
		return i, err
	}
	var err error
	if i.Until, err = s.rules.Check(n, s.db.Now()); err != nil {
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
		_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: writing, Actor: actor, Subject: string(i.ID), Area: i.Area,
			Form: flow.Form{"title": i.Title, "text": i.Text, "hide": strings.Join(i.Hide, "、"), "enterprise": i.Enterprise}})
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
	switch st.Verb {
	case Edit:
		i.Title, i.Text, i.Hide, i.Enterprise = form.Text("title"), form.Text("text"), names(form.Text("hide")), form.Text("enterprise")
	case Release, Grant:
		i.ReviewedBy, i.PublicAt = actor.ID, tx.Now
	case Close:
		i.Outcome = form.Text("text")
	case Withdraw:
		i.Reason = form.Text("text")
	}
	if err := save(ctx, tx, i); err != nil {
		return err
	}
	if i.State == Public && i.Kind == Call {
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobExpire, Dedup: string(i.ID), Payload: i.ID, RunAt: i.Until}); err != nil {
			return err
		}
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(i.ID), Area: i.Area, From: from, Form: form}); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor, *i, st, form)
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, i Item, st flow.Step, form flow.Form) error {
	n := notify.Notice{Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(i.ID), Area: i.Area, Text: form.Text("text"), Link: "/publications/" + string(i.ID)}
	switch st.Verb {
	case Submit:
		n.To, n.Title = []notify.Audience{{Capability: auth.PublishReview, Area: i.Area}}, i.Kind.Title()+"待审核："+i.Title
		if i.BountyFen > 0 {
			n.To[0].Capability = auth.PublishBounty
		}
	case Sendback, Release, Grant, Withdraw, Expire:
		n.To, n.Title = []notify.Audience{{Persons: []string{i.WrittenBy}}}, st.Title+"："+i.Title
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
// keeps the report.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, number, tipID string) error {
	i, err := byNumber(ctx, tx, number)
	if db.IsMissing(err) || err == nil && !i.Open(tx.Now) {
		return fault.Invalidf("这次征集已经截止或撤回；您仍可以从首页举报").With("call", "征集已经截止")
	}
	if err != nil {
		return err
	}
	if err := insertAnswer(ctx, tx, i.ID, tipID); err != nil {
		return err
	}
	st, _ := Machine.Find(i.State, Answer)
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: auth.System("reporter"), Subject: string(i.ID), Area: i.Area, From: i.State, Form: flow.Form{}})
	return err
}

// CallOf finds the call that a report answered; false when it answered none. A
// reward asks it whether a bounty was offered, and how much.
func (s *Service) CallOf(ctx context.Context, tx *db.Tx, tipID string) (Item, bool, error) {
	i, err := callOf(ctx, tx, tipID)
	if db.IsMissing(err) {
		return Item{}, false, nil
	}
	return i, err == nil, err
}

func (s *Service) can(actor auth.Actor, i Item) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), i.Scope()) }
}

func facts(i Item, actor auth.Actor, now time.Time) flow.Facts {
	return flow.Facts{notWriter: !actor.Is(i.WrittenBy), noBounty: i.BountyFen == 0, bounty: i.BountyFen > 0, isCall: i.Kind == Call,
		inTime: i.Kind != Call || i.Until.After(now)}
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
