package reward

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
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Calendar counts days.
type Calendar interface {
	AddWorkingDays(from time.Time, n int) time.Time
	AddDays(from time.Time, n int) time.Time
}

// Files keeps what is handed in with a verb.
type Files interface {
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Calls tells what a public call promised for a report; false when the report
// answered none with a bounty.
type Calls interface {
	Offer(ctx context.Context, tx *db.Tx, tipID string) (Offer, bool, error)
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Calendar Calendar
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
	Calls    Calls // nil = there are none
}

// Service holds the verbs of rewards, awards and budgets.
type Service struct {
	Deps
	machine *flow.Machine
}

// New makes the service.
func New(d Deps) *Service { return &Service{d, NewMachine(d.Policy)} }

// Machine is the place's table of a reward.
func (s *Service) Machine() *flow.Machine { return s.machine }

// Rules are the place's rules.
func (s *Service) Rules() Policy { return s.Policy }

var errStale = fault.Conflictf("已被他人更新，请刷新后重试")

var clockActor = auth.System("clock")

// reporter is who acts with a receipt: nobody that the log could name.
var reporter = auth.System("reporter")

// Candidates lists confirmed issues that the public reported and for which no
// reward was proposed, the oldest report first.
func (s *Service) Candidates(ctx context.Context, actor auth.Actor) (out []Candidate, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.candidates(ctx, tx, actor)
		return err
	})
	return out, err
}

// Reports lists the reports on an issue, as far as the reward desk may know them.
func (s *Service) Reports(ctx context.Context, actor auth.Actor, issueID string) (out []Report, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.issue(ctx, tx, actor, issueID)
		if err != nil {
			return err
		}
		out, err = reportsOf(ctx, tx, i.ID)
		return err
	})
	return out, err
}

func (s *Service) issue(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (issueRow, error) {
	i, err := lockIssue(ctx, tx, id)
	if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.RewardHandle, auth.Scope{Area: i.Area}) {
		return i, fault.NotFoundf("没有这个问题，或者它不在您的办理范围内")
	}
	return i, err
}

// Try does the sum without keeping it.
func (s *Service) Try(ctx context.Context, actor auth.Actor, p Proposal) (sheet Sheet, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.issue(ctx, tx, actor, p.IssueID)
		if err != nil {
			return err
		}
		sheet, _, err = s.sheet(ctx, tx, i, p.Input)
		return err
	})
	return sheet, err
}

// sheet fills in what the reports themselves say, and does the sum. Every report
// on the issue must be judged: none is forgotten.
func (s *Service) sheet(ctx context.Context, tx *db.Tx, i issueRow, in Input) (Sheet, []Report, error) {
	if !s.Policy.Open() {
		return Sheet{}, nil, fault.Conflictf("本地没有规定举报奖励，请先在地方配置中写明")
	}
	reports, err := reportsOf(ctx, tx, i.ID)
	if err != nil {
		return Sheet{}, nil, err
	}
	in.Document, in.Consent = strings.TrimSpace(in.Document), strings.TrimSpace(in.Consent)
	if in.On > DayOf(tx.Now) {
		return Sheet{}, nil, fault.Invalidf("请检查日期").With("on", "处罚决定的日期不能晚于今天")
	}
	given := in.Reporters
	in.Reporters = nil
	bad := fault.Invalidf("每件举报都要写明贡献，或不予奖励的情形")
	for _, r := range reports {
		at := slices.IndexFunc(given, func(g Reporter) bool { return g.Report == r.Number })
		if at < 0 {
			bad = bad.With("reporters", "举报 %s 还没有写明", r.Number)
			continue
		}
		in.Reporters = append(in.Reporters, Reporter{Report: r.Number, Mode: r.Mode, At: r.At, Part: given[at].Part, Ground: given[at].Ground})
	}
	for _, g := range given {
		if !slices.ContainsFunc(reports, func(r Report) bool { return r.Number == g.Report }) {
			bad = bad.With("reporters", "%s 不是这个问题的举报", g.Report)
		}
	}
	if len(bad.Fields) > 0 {
		return Sheet{}, nil, bad
	}
	if in.Offers, err = s.offers(ctx, tx, reports); err != nil {
		return Sheet{}, nil, err
	}
	out, err := Compute(s.Policy, in)
	return out, reports, err
}

// offers reads what calls promised for the reports; nobody types it.
func (s *Service) offers(ctx context.Context, tx *db.Tx, reports []Report) (out []Offer, err error) {
	if s.Calls == nil {
		return nil, nil
	}
	for _, r := range reports {
		o, ok, err := s.Calls.Offer(ctx, tx, r.TipID)
		if err != nil {
			return nil, err
		}
		if ok {
			o.Report = r.Number
			out = append(out, o)
		}
	}
	return out, nil
}

// Propose puts a reward on the way (提出奖励).
func (s *Service) Propose(ctx context.Context, actor auth.Actor, p Proposal) (r Reward, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.issue(ctx, tx, actor, p.IssueID)
		if err != nil {
			return err
		}
		if n, err := openReward(ctx, tx, i.ID); err == nil {
			return fault.Conflictf("这个问题已经提出奖励 %s；有新的情况请在其中重新核定", n)
		} else if !db.IsMissing(err) {
			return err
		}
		r = Reward{ID: ID(db.NewID()), State: Proposed, IssueID: i.ID, Area: i.Area, Round: 1, Proposer: actor.ID, Version: 1}
		if err := s.fill(ctx, tx, i, &r, p.Input); err != nil {
			return err
		}
		if r.Number, err = db.NextNumber(ctx, tx, s.Policy.Prefix); err != nil {
			return err
		}
		if err := insertReward(ctx, tx, r); err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: proposing, Actor: actor, Subject: string(r.ID), Area: r.Area, Form: r.words(p.Text)}); err != nil {
			return err
		}
		if r, err = findReward(ctx, tx, r.ID); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, r, "举报奖励待审核", "总额 "+r.Total.String(), notify.Audience{Capability: auth.RewardReview, Area: r.Area})
	})
	return r, err
}

func (s *Service) fill(ctx context.Context, tx *db.Tx, i issueRow, r *Reward, in Input) (err error) {
	if r.Sheet, _, err = s.sheet(ctx, tx, i, in); err != nil {
		return err
	}
	in = r.Sheet.Input
	r.Act, r.Document, r.Total = in.Act, in.Document, r.Sheet.Total
	r.DueAt = s.Calendar.AddWorkingDays(in.On.Time(), s.Policy.Days(in.On, Notice))
	return nil
}

func (r Reward) words(text string) flow.Form {
	f := flow.Form{"document": r.Document, "total": r.Total.String()}
	if text = strings.TrimSpace(text); text != "" {
		f["text"] = text
	}
	return f
}

// Amend does the sum anew before it is decided (修改测算). Whoever amends answers
// for the proposal from then on.
func (s *Service) Amend(ctx context.Context, actor auth.Actor, id ID, version int64, p Proposal) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.seen(actor)(lockReward(ctx, tx, id))
		if err != nil {
			return err
		}
		st, err := s.check(actor, r, Amend, version)
		if err != nil {
			return err
		}
		i, err := s.issue(ctx, tx, actor, r.IssueID)
		if err != nil {
			return err
		}
		if err := s.fill(ctx, tx, i, &r, p.Input); err != nil {
			return err
		}
		r.Proposer = actor.ID
		if err := saveReward(ctx, tx, &r); err != nil {
			return err
		}
		_, err = s.Timeline.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(r.ID), Area: r.Area, From: r.State, Form: r.words(p.Text)})
		return err
	})
}

func (s *Service) check(actor auth.Actor, r Reward, verb flow.Verb, version int64) (flow.Step, error) {
	if r.Version != version {
		return flow.Step{}, errStale
	}
	st, err := s.machine.Check(r.State, verb, s.can(actor, r.Scope()), facts(actor, r))
	if err == nil && st.Auto {
		err = fault.Conflictf("“%s”由系统进行，无需操作", st.Title)
	}
	return st, err
}

func facts(actor auth.Actor, r Reward) flow.Facts {
	return flow.Facts{notProposer: !actor.Is(r.Proposer), notReviewer: !actor.Is(r.Reviewer), notFirst: !actor.Is(r.Approver), worthIt: r.Total > 0}
}

func (s *Service) can(actor auth.Actor, on auth.Scope) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), on) }
}

func (s *Service) seen(actor auth.Actor) func(Reward, error) (Reward, error) {
	return func(r Reward, err error) (Reward, error) {
		if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.RewardRead, r.Scope()) {
			return Reward{}, fault.NotFoundf("没有这项奖励，或者它不在您的查看范围内")
		}
		return r, err
	}
}

// Do carries out a verb of a reward. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	if verb == Amend {
		return fault.Invalidf("修改测算须重新填写测算内容")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := s.seen(actor)(lockReward(ctx, tx, id))
		if err != nil {
			return err
		}
		st, err := s.check(actor, r, verb, version)
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		if files := form.List("files"); len(files) > 0 {
			if err := s.Files.Attach(ctx, tx, files, s.machine.Kind, string(r.ID)); err != nil {
				return err
			}
		}
		if err := s.step(ctx, tx, actor, &r, st, form, ""); err != nil {
			return err
		}
		return s.announce(ctx, tx, actor, r, verb, form)
	})
}

// step moves the reward along and does what the verb means for its awards.
func (s *Service) step(ctx context.Context, tx *db.Tx, actor auth.Actor, r *Reward, st flow.Step, form flow.Form, note string) (err error) {
	from := r.State
	r.State = st.Target(from)
	switch st.Verb {
	case Return, Submit:
		r.Reviewer, r.Approver = "", ""
	case Review:
		r.Reviewer = actor.ID
	case Endorse:
		r.Approver = actor.ID
	case Reopen:
		r.Reviewer, r.Approver, r.Round = "", "", r.Round+1
		err = s.withdraw(ctx, tx, actor, *r, Replace, "")
	case Deny:
		r.Reviewer = actor.ID
		err = s.deny(ctx, tx, actor, *r, form)
	case Grant:
		r.GrantedAt = tx.Now
		note, err = s.grant(ctx, tx, actor, *r)
	case Overturn:
		err = s.overturn(ctx, tx, actor, *r, form)
	}
	if err != nil {
		return err
	}
	if err := saveReward(ctx, tx, r); err != nil {
		return err
	}
	_, err = s.Timeline.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(r.ID), Area: r.Area, From: from, Form: form, Note: note})
	return err
}

func (s *Service) announce(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, verb flow.Verb, form flow.Form) error {
	approvers := notify.Audience{Capability: auth.RewardApprove, Area: r.Area, AllLevels: true}
	desk := notify.Audience{Capability: auth.RewardHandle, Area: r.Area}
	switch verb {
	case Submit:
		return s.tell(ctx, tx, actor, r, "举报奖励待审核", "总额 "+r.Total.String(), notify.Audience{Capability: auth.RewardReview, Area: r.Area})
	case Review:
		return s.tell(ctx, tx, actor, r, "举报奖励待审批", "总额 "+r.Total.String(), approvers)
	case Endorse:
		return s.tell(ctx, tx, actor, r, "举报奖励待第二人审批", "总额 "+r.Total.String(), approvers)
	case Grant:
		return s.tell(ctx, tx, actor, r, "举报奖励已批准", "已在举报人的进度页告知，等待申领", desk)
	case Return, Reopen, Deny, Overturn:
		return s.tell(ctx, tx, actor, r, "举报奖励"+s.machine.StateTitle(r.State), form.Text("reason"), desk)
	}
	return nil
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, r Reward, what, text string, to ...notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: s.machine.Kind, Subject: string(r.ID), Area: r.Area,
		Title: what + "：" + r.Number, Text: text, Link: "/rewards/" + string(r.ID), Confidential: true})
	return err
}

// Get opens a reward. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if f.Reward, err = s.seen(actor)(findReward(ctx, tx, id)); err != nil {
			return err
		}
		if f.Awards, err = awardsOf(ctx, tx, id); err != nil {
			return err
		}
		if f.Timeline, err = s.Timeline.Of(ctx, tx, s.machine.Kind, string(id)); err != nil {
			return err
		}
		if f.Budget, err = budgetFor(ctx, tx, f.Reward.Area, year(tx.Now)); db.IsMissing(err) {
			err = nil
		}
		return err
	})
	f.Actions = s.machine.Actions(f.Reward.State, s.can(actor, f.Reward.Scope()), facts(actor, f.Reward))
	f.Same, f.Changed = Again(f.Reward.Sheet, s.Policy)
	return f, err
}

// See checks that the actor may see the reward, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(findReward(ctx, tx, ID(id)))
		return err
	})
}

// Query narrows a list of rewards or awards.
type Query struct {
	Words    string
	States   []string
	Area     string
	Late     bool // past its time
	From, To time.Time
	Cursor   string
	Limit    int
}

func (q *Query) before() (string, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	if q.Cursor == "" {
		return "", nil
	}
	key, ok := db.ReadCursor(q.Cursor, 1)
	if !ok {
		return "", fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
	}
	return key[0], nil
}

// List reads a page of rewards, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Reward], err error) {
	before, err := q.before()
	if err != nil {
		return page, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = s.countRewards(ctx, tx, actor, q); err != nil {
			return err
		}
		page.Items, err = s.listRewards(ctx, tx, actor, q, before)
		return err
	})
	if len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
	}
	return page, err
}

func year(t time.Time) int { return t.In(beijing).Year() }

// term is how long something may take: "60d" calendar days, "10w" working days.
func (s *Service) term(on Day, k Kind) string {
	unit := "w"
	if k.Unit() == "日" {
		unit = "d"
	}
	return fmt.Sprintf("%d%s", s.Policy.Days(on, k), unit)
}

// due is the end of a term.
func (s *Service) due(from time.Time, term string) time.Time {
	var n int
	var unit string
	if _, err := fmt.Sscanf(term, "%d%s", &n, &unit); err != nil {
		return time.Time{}
	}
	if unit == "d" {
		return s.Calendar.AddDays(from, n)
	}
	return s.Calendar.AddWorkingDays(from, n)
}
