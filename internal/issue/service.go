package issue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/timeline"
)

var errMissing = errors.New("issue: no such issue")

// Files keeps what is handed in with an issue.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Calendar timeline.Calendar
	Regions  *region.Tree
	Agencies *org.Directory
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
	Clues    *clue.Service
}

// Service keeps the list and carries the verbs out.
type Service struct {
	db       *db.DB
	policy   auth.Policy
	rules    Policy
	machine  *flow.Machine
	cal      timeline.Calendar
	regions  *region.Tree
	agencies *org.Directory
	files    Files
	notify   *notify.Service
	book     *timeline.Book
	clues    *clue.Service
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Policy, NewMachine(d.Policy), d.Calendar, d.Regions, d.Agencies, d.Files, d.Notify, d.Timeline, d.Clues}
}

// Machine is the flow table that the service follows.
func (s *Service) Machine() *flow.Machine { return s.machine }

// Policy is what the jurisdiction decided about issues.
func (s *Service) Policy() Policy { return s.rules }

// Act is a verb's input: the version that the person saw and the form.
type Act struct {
	Version int64
	Form    map[string]any
}

// Taking is a verb while it is being carried out: the issue as the verb changes
// it, the checked form, and what was done before.
type Taking struct {
	Tx      *db.Tx
	Actor   auth.Actor
	Issue   *Issue
	Form    flow.Form
	History []timeline.Entry
}

// Carry carries one verb out in a transaction: it decides by the table, lets
// change alter the issue (nil for verbs that only leave an entry), and writes
// the row, its timeline with audit and event, its files, clocks and notices.
func (s *Service) Carry(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, a Act, change func(context.Context, *Taking) error) (i Issue, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		i, err = s.carry(ctx, tx, actor, id, verb, a, change)
		return err
	})
	return i, err
}

func (s *Service) carry(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, verb flow.Verb, a Act, change func(context.Context, *Taking) error) (Issue, error) {
	if err := lockIssue(ctx, tx, id); err != nil && !db.IsMissing(err) {
		return Issue{}, err
	}
	i, err := s.find(ctx, tx, actor, id)
	if err != nil {
		return i, err
	}
	if a.Version != i.Version {
		return i, stale(i)
	}
	st, err := s.machine.Check(i.State, verb, s.can(actor, i), s.facts(actor, i))
	if err != nil {
		return i, err
	}
	form, err := st.Fill(a.Form)
	if err != nil {
		return i, err
	}
	before := i
	t := &Taking{Tx: tx, Actor: actor, Issue: &i, Form: form}
	if t.History, err = s.book.Of(ctx, tx, s.machine.Kind, string(id)); err != nil {
		return i, err
	}
	if change != nil {
		if err := change(ctx, t); err != nil {
			return i, err
		}
	}
	i.State = st.Target(before.State)
	return s.write(ctx, tx, actor, before, i, st, form)
}

// write leaves the entry, files, row, clocks and notices of a verb.
func (s *Service) write(ctx context.Context, tx *db.Tx, actor auth.Actor, before, i Issue, st flow.Step, form flow.Form) (Issue, error) {
	for _, f := range st.Fields {
		if ids := form.List(f.Name); f.Kind == flow.Files && len(ids) > 0 {
			if err := s.files.Attach(ctx, tx, ids, s.machine.Kind, string(i.ID)); err != nil {
				return i, err
			}
		}
	}
	timeline.Terms(st, form, s.term(form))
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(i.ID), Area: i.Area, From: before.State, Form: form,
		Behalf: actor.OnBehalf(before.PersonID)})
	if err != nil {
		return i, err
	}
	entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(i.ID))
	if err != nil {
		return i, err
	}
	var signBy time.Time
	i.Clock, i.DueAt, i.RectifyBy, signBy = s.clocks(entries)
	ok, err := updateIssue(ctx, tx, i)
	if err != nil {
		return i, err
	}
	if !ok {
		return i, stale(i)
	}
	if err := s.schedule(ctx, tx, i, signBy); err != nil {
		return i, err
	}
	if err := s.announce(ctx, tx, actor, st.Verb, before, i, form, entries); err != nil {
		return i, err
	}
	return findIssue(ctx, tx, i.ID)
}

func stale(i Issue) error {
	return fault.Conflictf("问题 %s 已被他人修改，请刷新后重试", i.Number)
}

func (s *Service) can(actor auth.Actor, i Issue) func(string) bool {
	return func(capability string) bool { return s.policy.Can(actor, auth.Capability(capability), i.Scope()) }
}

func (s *Service) facts(actor auth.Actor, i Issue) flow.Facts {
	return facts(actor, i, s.regions.Root().Code)
}

// find reads an issue by id that the actor may see.
func (s *Service) find(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID) (Issue, error) {
	i, err := findIssue(ctx, tx, id)
	if errors.Is(err, errMissing) || err == nil && !s.policy.Can(actor, auth.IssueRead, i.Scope()) {
		return Issue{}, fault.NotFoundf("没有这个问题，或者它不在您的查看范围内")
	}
	return i, err
}

// File is everything about one issue for the person who opened it.
type File struct {
	Issue    Issue
	Timeline []timeline.Entry
	Actions  []flow.Action
	Clues    []clue.Clue
	Material []string // ids of the files that came with the clues
}

// Get opens an issue. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Issue, err = s.find(ctx, tx, actor, id); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, s.machine.Kind, string(id)); err != nil {
			return err
		}
		f.Actions = s.actions(actor, f.Issue)
		if f.Clues, err = s.clues.OfIssue(ctx, tx, string(id)); err != nil {
			return err
		}
		for _, c := range f.Clues {
			files, err := s.clues.Material(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			f.Material = append(f.Material, files...)
		}
		return nil
	})
	return f, err
}

// See checks that the actor may see the issue, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.find(ctx, tx, actor, ID(id))
		return err
	})
}

// SeeClue checks that the actor may see what was handed in with a clue: whoever
// may see the clue, or the issue that it became, since the agency that rectifies
// needs the evidence.
func (s *Service) SeeClue(ctx context.Context, actor auth.Actor, clueID string) error {
	denied := s.clues.See(ctx, actor, clueID)
	if !fault.Is(denied, fault.NotFound) {
		return denied
	}
	return s.db.Read(ctx, func(tx *db.Tx) error {
		id, circled, err := s.clues.IssueOf(ctx, tx, clue.ID(clueID))
		if err != nil {
			return err
		}
		if id == "" || circled {
			return denied
		}
		if _, err := s.find(ctx, tx, actor, ID(id)); err != nil {
			return denied
		}
		return nil
	})
}

// actions are the actor's buttons, with the forms filled as far as known. An
// extension is answered only where one was asked for.
func (s *Service) actions(actor auth.Actor, i Issue) []flow.Action {
	list := s.machine.Actions(i.State, s.can(actor, i), s.facts(actor, i))
	list = slices.DeleteFunc(list, func(a flow.Action) bool { return (a.Verb == Approve || a.Verb == Refuse) && i.ExtensionDays == 0 })
	category, _ := s.rules.Category(i.Category)
	for n := range list {
		list[n].Fields = slices.Clone(list[n].Fields)
		for m := range list[n].Fields {
			f := &list[n].Fields[m]
			switch f.Name {
			case "title":
				f.Default = i.Title
			case "category":
				f.Default = i.Category
			case "severity":
				f.Default = i.Severity
			case "person":
				f.Default = i.PersonID
			case "measures":
				f.Default = i.Measures
			case "lead_agency":
				if a, ok := s.agencies.Branch(category.Lead, i.DeskArea); ok {
					f.Default = a.ID
				}
			case "days":
				f.Default = s.defaultDays(list[n].Verb, i, category)
			}
		}
	}
	return list
}

func (s *Service) defaultDays(verb flow.Verb, i Issue, c Category) string {
	switch {
	case verb == Approve:
		return strconv.Itoa(i.ExtensionDays)
	case verb == Extend || c.Days == 0:
		return ""
	}
	return strconv.Itoa(c.Days)
}

// Query narrows a list of issues. Mine keeps those whose next step is the
// actor's; Overdue those whose running clock has ended; ByDue sorts by the end
// of the running clock instead of newest first.
type Query struct {
	States       []string
	Categories   []string
	Severities   []string
	Area         string
	LeadAgency   string
	PersonID     string
	EnterpriseID string
	Words        string
	Overdue      bool
	Mine         bool
	ByDue        bool
	From, To     time.Time // of adoption
	ClosedFrom   time.Time
	ClosedTo     time.Time
	Cursor       string
	Limit        int
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// Index enters the issues from before there was an index of words. It is called
// before anybody is served.
func (s *Service) Index(ctx context.Context) error {
	return db.EnterTexts(ctx, s.db, kindIssue, textsBelow)
}

// List reads a page of the issues that the actor may see.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Issue], err error) {
	var after []string
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		after = key
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		words, err := db.LookUp(ctx, tx, kindIssue, q.Words)
		if err != nil {
			return err
		}
		if page.Total, page.Capped, err = s.countIssues(ctx, tx, actor, q, words); err != nil {
			return err
		}
		if page.Items, err = s.listIssues(ctx, tx, actor, q, words, after, q.Limit+1, page.Capped); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			last := page.Items[q.Limit-1]
			page.Next = db.Cursor(strconv.FormatInt(micros(last.DueAt), 10), string(last.ID))
		}
		return nil
	})
	return page, err
}

// Late lists, by the end of their clocks, the issues that their agencies are late
// with, for the ladder of supervision, in the caller's transaction.
func (s *Service) Late(ctx context.Context, tx *db.Tx, limit int) ([]Issue, error) {
	q := Query{Overdue: true, ByDue: true, States: []string{string(Assigned), string(Working)}}
	return s.listIssues(ctx, tx, auth.System("supervise"), q, db.Words{}, nil, limit, false)
}

// Peek reads an issue that the actor may see, in the caller's transaction.
func (s *Service) Peek(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID) (Issue, error) {
	return s.find(ctx, tx, actor, id)
}

// ByNumber reads an issue that the actor may see by its number, in the caller's
// transaction.
func (s *Service) ByNumber(ctx context.Context, tx *db.Tx, actor auth.Actor, number string) (Issue, error) {
	i, err := lockByNumber(ctx, tx, strings.ToUpper(number))
	if err != nil && !errors.Is(err, errMissing) {
		return i, err
	}
	return s.find(ctx, tx, actor, i.ID)
}

// Waiting lists, by the end of their clocks, the issues whose next step is the
// actor's, in the caller's transaction; area narrows when it is set.
func (s *Service) Waiting(ctx context.Context, tx *db.Tx, actor auth.Actor, area string, limit int) ([]Issue, error) {
	return s.listIssues(ctx, tx, actor, Query{Mine: true, ByDue: true, Area: area}, db.Words{}, nil, limit, false)
}
