package clue

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/timeline"
)

// beijing is the zone in which a day begins for people.
var beijing = time.FixedZone("CST", 8*3600)

// Files keeps what is handed in with a clue.
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
}

// Service is the funnel and the triage desk.
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
}

// NewService makes the service.
func NewService(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Policy, NewMachine(d.Policy), d.Calendar, d.Regions, d.Agencies, d.Files, d.Notify, d.Timeline}
}

// Machine is the flow table that the service follows.
func (s *Service) Machine() *flow.Machine { return s.machine }

// HandIn takes a clue from a part of the program, in the caller's transaction.
// It is idempotent by source and source id: handing the same thing in again
// gives the first clue's id and changes nothing.
func (s *Service) HandIn(ctx context.Context, tx *db.Tx, n New) (ID, error) {
	return s.handIn(ctx, tx, auth.System(n.Source), n)
}

// Register takes a clue that a person enters: a clerk, a patroller, a partner.
func (s *Service) Register(ctx context.Context, actor auth.Actor, n New) (c Clue, err error) {
	n.Title, n.Text, n.Address = strings.TrimSpace(n.Title), strings.TrimSpace(n.Text), strings.TrimSpace(n.Address)
	n.EnterpriseName, n.Contact = strings.TrimSpace(n.EnterpriseName), strings.TrimSpace(n.Contact)
	n.SourceID, n.Evidence = "", ""
	if err := s.check(n); err != nil {
		return c, err
	}
	if err := s.policy.Require(actor, auth.ClueEnter, auth.Scope{Area: n.Area}); err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		id, err := s.handIn(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		c, err = findClue(ctx, tx, id)
		return err
	})
	return c, err
}

// check names everything that is wrong with what a person entered.
func (s *Service) check(n New) error {
	bad := fault.Invalidf("线索有内容需要补充或修改，请按各项提示填写")
	long := func(name, value string, most int) {
		if len([]rune(value)) > most {
			bad = bad.With(name, "最多 %d 个字", most)
		}
	}
	if n.Title == "" {
		bad = bad.With("title", "请填写线索标题")
	}
	long("title", n.Title, 200)
	long("text", n.Text, 5000)
	long("address", n.Address, 200)
	long("enterprise_name", n.EnterpriseName, 200)
	long("contact", n.Contact, 200)
	if _, ok := s.regions.Find(n.Area); !ok {
		bad = bad.With("area", "请选择线索所在的行政区划")
	}
	if !has(s.rules.Sources, n.Source) || n.Source == SourceAlarm {
		bad = bad.With("source", "请选择线索来源")
	}
	if n.Category != "" && !has(s.rules.Categories, n.Category) {
		bad = bad.With("category", "请从所列类别中选择")
	}
	if n.Lat < -90 || n.Lat > 90 || n.Lng < -180 || n.Lng > 180 || (n.Lat == 0) != (n.Lng == 0) {
		bad = bad.With("lat", "经纬度应为 WGS84 坐标，且同时填写")
	}
	if len(n.Files) > 30 {
		bad = bad.With("files", "最多 30 个附件")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func has(options []flow.Option, value string) bool {
	return slices.ContainsFunc(options, func(o flow.Option) bool { return o.Value == value })
}

func (s *Service) handIn(ctx context.Context, tx *db.Tx, actor auth.Actor, n New) (ID, error) {
	if n.SourceID != "" {
		id, err := findBySource(ctx, tx, n.Source, n.SourceID)
		if err == nil || !db.IsMissing(err) {
			return id, err
		}
	}
	number, err := db.NextNumber(ctx, tx, s.rules.Prefix)
	if err != nil {
		return "", err
	}
	form := flow.Form{}
	timeline.Terms(registering, form, s.term)
	c := Clue{
		ID: ID(db.NewID()), Number: number, State: StateNew, Source: n.Source, SourceID: n.SourceID, Title: n.Title, Text: n.Text,
		Area: n.Area, Address: n.Address, Lng: n.Lng, Lat: n.Lat, Category: n.Category, EnterpriseID: n.EnterpriseID,
		EnterpriseName: n.EnterpriseName, OutletID: n.OutletID, Contact: n.Contact, Evidence: n.Evidence,
		Clock: clockJudge, DueAt: s.cal.AddWorkingDays(tx.Now, s.rules.JudgeDays), CreatedBy: actor.ID, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	}
	added, err := insertClue(ctx, tx, c)
	if err != nil {
		return "", err
	}
	if !added { // another transaction was faster
		return findBySource(ctx, tx, n.Source, n.SourceID)
	}
	if err := enterText(ctx, tx, c); err != nil {
		return "", err
	}
	if len(n.Files) > 0 {
		if err := s.files.Attach(ctx, tx, n.Files, s.machine.Kind, string(c.ID)); err != nil {
			return "", err
		}
	}
	step := registering
	if len(n.Files) > 0 {
		step.Fields = []flow.Field{{Name: "files", Title: "附件", Kind: flow.Files}}
		form["files"] = n.Files
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: step, Actor: actor, Subject: string(c.ID), Area: c.Area, Form: form})
	if err != nil {
		return "", err
	}
	if err := s.schedule(ctx, tx, c); err != nil {
		return "", err
	}
	return c.ID, s.tell(ctx, tx, actor, c, "新线索待研判", c.Title, desk(c, false))
}

// term is the working days of a clock.
func (s *Service) term(clock string) int {
	if clock == clockReply {
		return s.rules.ReferDays
	}
	return s.rules.JudgeDays
}

// File is everything about one clue for the person who opened it.
type File struct {
	Clue     Clue
	Timeline []timeline.Entry
	Actions  []flow.Action
	Similar  []Likeness
	Merged   []Clue // what was merged into it
}

// Get opens a clue. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Clue, err = s.find(ctx, tx, actor, id); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, s.machine.Kind, string(f.Clue.ID)); err != nil {
			return err
		}
		if f.Merged, err = mergedInto(ctx, tx, f.Clue.ID); err != nil {
			return err
		}
		near, err := s.candidates(ctx, tx, actor, f.Clue)
		f.Similar = similar(f.Clue, near)
		f.Actions = s.actions(actor, f.Clue)
		return err
	})
	return f, err
}

// Index enters the clues from before there was an index of words. It is called
// before anybody is served.
func (s *Service) Index(ctx context.Context) error {
	return db.EnterTexts(ctx, s.db, kindClue, textsBelow)
}

// See checks that the actor may see the clue, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.find(ctx, tx, actor, ID(id))
		return err
	})
}

// find reads a clue by id that the actor may see.
func (s *Service) find(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID) (Clue, error) {
	c, err := findClue(ctx, tx, id)
	inside := err == nil && s.sees(actor, c)
	if inside {
		if inside, err = circle.Admits(ctx, tx, actor, c.SourceID); err != nil {
			return Clue{}, err
		}
	}
	if db.IsMissing(err) || err == nil && !inside {
		return Clue{}, fault.NotFoundf("没有这条线索，或者它不在您的查看范围内")
	}
	return c, err
}

// Circled reports whether a circle keeps what a clue says from others.
func (s *Service) Circled(ctx context.Context, tx *db.Tx, c Clue) (bool, error) {
	_, drawn, err := circle.Readers(ctx, tx, c.SourceID)
	return drawn, err
}

// sees reports whether the actor may read the clue: by the policy, because the
// actor handed it in, or as a contact of the agency that it was referred to.
func (s *Service) sees(actor auth.Actor, c Clue) bool {
	return s.policy.Can(actor, auth.ClueRead, c.Scope()) || actor.Is(c.CreatedBy) || c.ReferredTo != "" && c.ReferredTo == s.receives(actor)
}

// receives is the agency for which the actor takes referred clues, "" for none.
func (s *Service) receives(actor auth.Actor) string {
	if s.policy.Anywhere(actor, auth.IssueSign) {
		return actor.Agency
	}
	return ""
}

// OfIssue lists the clues that became or joined an issue, oldest first; the
// caller has checked that the actor may see the issue.
func (s *Service) OfIssue(ctx context.Context, tx *db.Tx, issue string) ([]Clue, error) {
	return byIssue(ctx, tx, issue)
}

// IssueOf is the issue that a clue became or joined, "" for none, and whether a
// circle keeps the clue from those who see the issue; the caller decides who may
// know.
func (s *Service) IssueOf(ctx context.Context, tx *db.Tx, id ID) (issue string, circled bool, err error) {
	c, err := findClue(ctx, tx, id)
	if db.IsMissing(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	circled, err = s.Circled(ctx, tx, c)
	return c.IssueID, circled, err
}

// Material lists the files that came with a clue or were added to it later; what
// the desk filed while judging is not among them.
func (s *Service) Material(ctx context.Context, tx *db.Tx, id ID) ([]string, error) {
	entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(id))
	out := []string{}
	for _, e := range entries {
		if e.Verb == Register || e.Verb == Supplement || e.Verb == addingEvidence.Verb {
			out = append(out, e.Files...)
		}
	}
	return out, err
}

// Contact shows how to reach who told us. Only the triage desk may look, and
// every look is in the log.
func (s *Service) Contact(ctx context.Context, actor auth.Actor, id ID) (contact string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.find(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := s.policy.Require(actor, auth.ClueTriage, c.Scope()); err != nil {
			return err
		}
		contact = c.Contact
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "clue.see_contact", Kind: s.machine.Kind, Subject: string(c.ID), Area: c.Area})
	})
	return contact, err
}

// Query narrows a list of clues. Mine keeps those that the actor took or handed
// in; Due those whose clock ends today or has ended.
type Query struct {
	States       []string
	Sources      []string
	Area         string
	EnterpriseID string
	Words        string
	Mine         bool
	Due          bool
	From, To     time.Time
	Cursor       string
	Limit        int
}

// List reads a page of the clues that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Clue], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		words, err := db.LookUp(ctx, tx, kindClue, q.Words)
		if err != nil {
			return err
		}
		if page.Total, page.Capped, err = s.countClues(ctx, tx, actor, q, words); err != nil {
			return err
		}
		page.Items, err = s.listClues(ctx, tx, actor, q, words, before, q.Limit+1, page.Capped)
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		return err
	})
	return page, err
}
