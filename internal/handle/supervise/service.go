package supervise

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Files keeps what is handed in.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Ladder   Ladder // empty = DefaultLadder
	Prefix   string // of numbers, e.g. WZ
	Root     string // code of the whole jurisdiction
	Title    string // of the agency that signs, e.g. 市生态环境局
	Seat     string // name of the whole jurisdiction, e.g. 温州市
	Source   string // the document that the ladder follows
	Calendar timeline.Calendar
	Issues   *issue.Service
	Agencies *org.Directory
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service keeps supervisions and instructions.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service {
	if len(d.Ladder) == 0 {
		d.Ladder = DefaultLadder()
	}
	return &Service{d}
}

var (
	errNone  = fault.NotFoundf("没有这次督办，或者它不在您的查看范围内")
	errStale = fault.Conflictf("已被他人修改，请刷新后重试")
	beijing  = time.FixedZone("CST", 8*3600)
)

// Suggest is the rung that a person would propose for an issue now: the next above
// what it has reached.
func (s *Service) suggest(ctx context.Context, tx *db.Tx, id issue.ID) (Rung, error) {
	last, err := lastOf(ctx, tx, string(id))
	if err != nil || last.ID == "" || last.State == Lifted || last.State == Declined {
		return s.Ladder[0], err
	}
	if next, ok := s.Ladder.Next(last.Rung); ok {
		return next, nil
	}
	return s.Ladder[len(s.Ladder)-1], nil
}

// Begin proposes a rung for an issue; the rung's paper waits to be issued. An
// issue has one supervision that runs.
func (s *Service) Begin(ctx context.Context, actor auth.Actor, issueID issue.ID, rung, reason, demand string) (d Supervision, err error) {
	reason, demand = strings.TrimSpace(reason), strings.TrimSpace(demand)
	r, ok := s.Ladder.Find(rung)
	bad := fault.Invalidf("还有内容需要补充")
	if !ok {
		bad = bad.With("rung", "请选择督办的级别")
	}
	if reason == "" {
		bad = bad.With("reason", "请写明为什么督办")
	}
	if demand == "" {
		bad = bad.With("demand", "请写明要求做什么、何时完成")
	}
	if len(bad.Fields) > 0 {
		return d, bad
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.Issues.Peek(ctx, tx, actor, issueID)
		if err != nil {
			return err
		}
		if err := s.Auth.Require(actor, auth.IssueSupervise, i.Scope()); err != nil {
			return err
		}
		if i.LeadAgency == "" || i.State == issue.Closed {
			return fault.Conflictf("问题 %s 尚未交办或已销号，没有可以督办的单位", i.Number)
		}
		d, err = s.propose(ctx, tx, actor, i, r, Supervision{Reason: reason, Demand: demand})
		return err
	})
	return d, err
}

// propose writes a proposal; d brings reason, demand, term and origin.
func (s *Service) propose(ctx context.Context, tx *db.Tx, actor auth.Actor, i issue.Issue, r Rung, d Supervision) (Supervision, error) {
	var err error
	d.ID, d.IssueID, d.Rung, d.State, d.Area, d.Agency, d.Person, d.Public, d.ProposedBy = ID(db.NewID()), string(i.ID), r.ID, Proposed, i.Area, i.LeadAgency, i.PersonID, r.Public, actor.ID
	if d.Number, err = db.NextNumber(ctx, tx, s.Prefix+"-D"); err != nil {
		return d, err
	}
	if err := insert(ctx, tx, d); db.IsUnique(err) {
		return d, fault.Conflictf("问题 %s 已有进行中的督办，请在那里升级或解除", i.Number)
	} else if err != nil {
		return d, err
	}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: proposing, Actor: actor, Subject: string(d.ID), Area: d.Area,
		Form: flow.Form{}, Note: r.Title + "：" + d.Reason}); err != nil {
		return d, err
	}
	d.IssueTitle, d.IssueNo, d.Version = i.Title, i.Number, 1
	return d, s.tell(ctx, tx, actor, d, "待签发", d.Reason, s.signers(d, r))
}

func (s *Service) signers(d Supervision, r Rung) notify.Audience {
	return notify.Audience{Capability: r.Sign, Area: d.Area, AllLevels: r.Sign == auth.IssueSupervise}
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, d Supervision, what, text string, to ...notify.Audience) error {
	r, _ := s.Ladder.Find(d.Rung)
	urgency := notify.Ordinary
	if d.State == Issued {
		urgency = notify.Important
	}
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(d.ID), Area: d.Area, Urgency: urgency,
		Title: fmt.Sprintf("%s%s：%s", r.Title, what, d.IssueNo), Text: d.IssueTitle + "。" + text, Link: "/supervisions/" + string(d.ID)})
	return err
}

// agency is whom a supervision presses on.
func agency(d Supervision) notify.Audience {
	return notify.Audience{Capability: auth.IssueSign, Agencies: []string{d.Agency}, Persons: []string{d.Person}}
}

// desk is who keeps the ladder.
func desk(d Supervision) notify.Audience {
	return notify.Audience{Capability: auth.IssueSupervise, Area: d.Area, AllLevels: true, Persons: []string{d.ProposedBy, d.SignedBy}}
}

// Opened is a supervision with its history and what may be done.
type Opened struct {
	Supervision Supervision
	Timeline    []timeline.Entry
	Actions     []flow.Action
}

// Get opens a supervision; what the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (o Opened, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Supervision, err = s.find(ctx, tx, actor, id, ""); err != nil {
			return err
		}
		d := o.Supervision
		o.Actions = Machine.Actions(d.State, s.can(actor, d.Scope()), s.facts(actor, d))
		r, _ := s.Ladder.Find(d.Rung)
		for n := range o.Actions {
			o.Actions[n].Fields = slices.Clone(o.Actions[n].Fields)
			for m := range o.Actions[n].Fields {
				switch f := &o.Actions[n].Fields[m]; f.Name {
				case "demand":
					f.Default = d.Demand
				case "days":
					f.Default = fmt.Sprint(r.Answer)
				}
			}
		}
		o.Timeline, err = s.Timeline.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return o, err
}

func (s *Service) find(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, lock string) (Supervision, error) {
	d, err := byID(ctx, tx, id, lock)
	if db.IsMissing(err) || err == nil && !s.sees(actor, d) {
		return d, errNone
	}
	return d, err
}

// sees: who may read the issue reads its supervision; the supervised agency once
// it has been issued.
func (s *Service) sees(actor auth.Actor, d Supervision) bool {
	if !s.Auth.Can(actor, auth.IssueRead, d.Scope()) {
		return false
	}
	return d.SignedBy != "" || s.Auth.Can(actor, auth.IssueSupervise, d.Scope()) || !(actor.Agency != "" && actor.Agency == d.Agency)
}

// See checks that the actor may see a supervision.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.find(ctx, tx, actor, ID(id), "")
		return err
	})
}

func (s *Service) can(actor auth.Actor, on auth.Scope) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), on) }
}

func (s *Service) facts(actor auth.Actor, d Supervision) flow.Facts {
	r, _ := s.Ladder.Find(d.Rung)
	_, above := s.Ladder.Next(d.Rung)
	own := actor.Agency != "" && actor.Agency == d.Agency || actor.Is(d.Person)
	return flow.Facts{maySign: s.Auth.Can(actor, r.Sign, d.Scope()), twoHands: r.Alone || !actor.Is(d.ProposedBy), lead: own, notLead: !own, hasNext: above}
}

// Query narrows a list. Empty fields do not narrow.
type Query struct {
	States  []string
	Rungs   []string
	Area    string
	Agency  string
	IssueID string
	Words   string
	Overdue bool
	Running bool
	Cursor  string
	Limit   int
}

// List reads a page of what the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Supervision], err error) {
	before, err := db.Before(q.Cursor)
	if err != nil {
		return page, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = s.count(ctx, tx, actor, q); err != nil {
			return err
		}
		page.Items, err = s.list(ctx, tx, actor, q, before, q.Limit+1)
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		return err
	})
	return page, err
}

// OfIssue lists an issue's supervisions that the actor may see, newest first,
// with the rung that would be proposed next.
func (s *Service) OfIssue(ctx context.Context, actor auth.Actor, id issue.ID) (list []Supervision, next Rung, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.Issues.Peek(ctx, tx, actor, id); err != nil {
			return err
		}
		if next, err = s.suggest(ctx, tx, id); err != nil {
			return err
		}
		list, err = s.list(ctx, tx, actor, Query{IssueID: string(id)}, "", 100)
		return err
	})
	return list, next, err
}

// Listed is a supervision as the public reads it.
type Listed struct {
	Number, Title, Area, Agency, Demand string
	SignedAt, DueAt, LiftedAt           time.Time
}

// Public lists the listed supervisions: those that last, then the lifted of the
// last year.
func (s *Service) Public(ctx context.Context) (out []Listed, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := listed(ctx, tx, tx.Now.AddDate(-1, 0, 0))
		for _, d := range list {
			l := Listed{d.Number, d.IssueTitle, d.Area, s.Agencies.Name(d.Agency), d.Demand, d.SignedAt, d.DueAt, time.Time{}}
			if d.State == Lifted {
				l.LiftedAt = d.EndedAt
			}
			out = append(out, l)
		}
		return err
	})
	return out, err
}
