package retention

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// most is how many reports one destruction holds: one person must be able to check them.
const most = 200

// Matter is a report that still holds who reported.
type Matter struct {
	Subject  string
	Number   string
	ClosedAt time.Time
}

// Erased is what was destroyed of a report. A contact in clear has no digest: it
// could be guessed from one.
type Erased struct {
	Sealed int  // envelopes
	Plain  bool // a contact in clear
	Digest string
}

// Source is a register of reports.
type Source struct {
	Title string // what is destroyed, e.g. 身份和联系方式
	// Expired lists what was closed before a moment and still holds something, oldest
	// first, without reports that a circle keeps.
	Expired func(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]Matter, error)
	// Erase destroys it.
	Erase func(ctx context.Context, tx *db.Tx, subject string) (Erased, error)
	// Left counts what a report still holds.
	Left func(ctx context.Context, tx *db.Tx, subject string) (int, error)
}

// ID names a destruction.
type ID string

// The outcomes of a line.
const (
	LineDestroyed = "destroyed"
	LineSpared    = "spared" // taken up again, or kept by a circle, between proposal and approval
)

// Line is one report of a destruction.
type Line struct {
	Kind string
	Matter
	Erased
	Outcome string // "" while it waits
	Left    int    // what the database still holds, counted when read
}

// Batch is one destruction.
type Batch struct {
	ID         ID
	Number     string
	State      flow.State
	Reason     string
	Digest     string // SHA-256 over the lines destroyed
	ProposedBy string
	ProposedAt time.Time
	DecidedBy  string
	DecidedAt  time.Time // zero while it waits
	Version    int64
	Lines      []Line // not in lists
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Root     string // code of the whole jurisdiction
	Prefix   string // of numbers, e.g. WZ-X
	Days     int    // after closing; 0 = 730
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service keeps the destructions.
type Service struct {
	Deps
	kinds   []string
	sources map[string]Source
}

// New makes the service.
func New(d Deps) *Service {
	if d.Days == 0 {
		d.Days = 730
	}
	return &Service{Deps: d, sources: map[string]Source{}}
}

// Kind registers a register of reports; only while the program is being built.
func (s *Service) Kind(kind string, src Source) {
	s.kinds = append(s.kinds, kind)
	s.sources[kind] = src
}

// Title says what is destroyed of a kind of report.
func (s *Service) Title(kind string) string { return s.sources[kind].Title }

func (s *Service) scope() auth.Scope { return auth.Scope{Area: s.Root} }

// May reports whether the actor has anything to do with destroying.
func (s *Service) May(actor auth.Actor) bool {
	return s.Auth.Can(actor, auth.RetentionPropose, s.scope()) || s.Auth.Can(actor, auth.RetentionApprove, s.scope())
}

var errNone = fault.NotFoundf("没有这次销毁，请刷新")

// Due lists what may be destroyed now, oldest first.
func (s *Service) Due(ctx context.Context, actor auth.Actor) (out []Line, err error) {
	if !s.May(actor) {
		return nil, fault.Forbiddenf("您没有“%s”的权限", auth.RetentionPropose.Title())
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = s.due(ctx, tx, most)
		return err
	})
	return out, err
}

func (s *Service) due(ctx context.Context, tx *db.Tx, limit int) (out []Line, err error) {
	before := tx.Now.AddDate(0, 0, -s.Days)
	for _, k := range s.kinds {
		list, err := s.sources[k].Expired(ctx, tx, before, limit)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			out = append(out, Line{Kind: k, Matter: m})
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int { return a.ClosedAt.Compare(b.ClosedAt) })
	return out[:min(limit, len(out))], nil
}

// Begin proposes to destroy the reports named; all of them must be due.
func (s *Service) Begin(ctx context.Context, actor auth.Actor, subjects []string, reason string) (b Batch, err error) {
	if err := s.Auth.Require(actor, auth.RetentionPropose, s.scope()); err != nil {
		return b, err
	}
	bad := fault.Invalidf("还有内容需要补充")
	if reason = strings.TrimSpace(reason); len([]rune(reason)) < 4 {
		bad = bad.With("reason", "请写明为什么可以销毁")
	}
	if len(subjects) == 0 {
		bad = bad.With("subjects", "请选择要销毁的举报")
	}
	if len(bad.Fields) > 0 {
		return b, bad
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		due, err := s.due(ctx, tx, most)
		if err != nil {
			return err
		}
		b = Batch{ID: ID(db.NewID()), State: Proposed, Reason: reason, ProposedBy: actor.ID, ProposedAt: tx.Now, Version: 1}
		for _, l := range due {
			if slices.Contains(subjects, l.Subject) {
				b.Lines = append(b.Lines, l)
			}
		}
		if len(b.Lines) != len(subjects) {
			return fault.Conflictf("所选举报中有的未到期、已重新办理或已销毁，请刷新后重新选择")
		}
		if b.Number, err = db.NextNumber(ctx, tx, s.Prefix); err != nil {
			return err
		}
		if err := insertBatch(ctx, tx, b); db.IsUnique(err) {
			return fault.Conflictf("已有一次销毁在等待批准，请先办结")
		} else if err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: proposing, Actor: actor, Subject: string(b.ID), Area: s.Root, Form: flow.Form{"text": reason}}); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, b, notify.Audience{Capability: auth.RetentionApprove, Area: s.Root, AllLevels: true}, fmt.Sprintf("待批准：销毁 %d 件到期举报的身份", len(b.Lines)), reason)
	})
	return b, err
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, b Batch, to notify.Audience, title, text string) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{to}, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(b.ID), Title: title, Text: text, Link: "/destructions/" + string(b.ID)})
	return err
}

// Opened is a destruction with its history and what may be done.
type Opened struct {
	Batch    Batch
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Get reads one destruction and looks again what the database holds.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (o Opened, err error) {
	if !s.May(actor) {
		return o, errNone
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Batch, err = batchByID(ctx, tx, id, ""); err != nil {
			return err
		}
		for i := range o.Batch.Lines {
			l := &o.Batch.Lines[i]
			if l.Left, err = s.sources[l.Kind].Left(ctx, tx, l.Subject); err != nil {
				return err
			}
		}
		o.Actions = Machine.Actions(o.Batch.State, s.can(actor), facts(o.Batch, actor))
		o.Timeline, err = s.Timeline.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	if db.IsMissing(err) {
		err = errNone
	}
	return o, err
}

// See checks that the actor may see a destruction.
func (s *Service) See(_ context.Context, actor auth.Actor, _ string) error {
	if s.May(actor) {
		return nil
	}
	return errNone
}

func (s *Service) can(actor auth.Actor) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), s.scope()) }
}

func facts(b Batch, actor auth.Actor) flow.Facts {
	return flow.Facts{anotherPerson: !actor.Is(b.ProposedBy)}
}

// List gives the destructions, what waits first, then the newest.
func (s *Service) List(ctx context.Context, actor auth.Actor) (out []Batch, err error) {
	if !s.May(actor) {
		return nil, fault.Forbiddenf("您没有“%s”的权限", auth.RetentionPropose.Title())
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = batches(ctx, tx)
		return err
	})
	return out, err
}

// Do carries out a verb.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	if !s.May(actor) {
		return errNone
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := batchByID(ctx, tx, id, tx.ForUpdate())
		if db.IsMissing(err) {
			return errNone
		}
		if err != nil {
			return err
		}
		if b.Version != version {
			return fault.Conflictf("已被他人修改，请刷新后重试")
		}
		st, err := Machine.Check(b.State, verb, s.can(actor), facts(b, actor))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from, note := b.State, ""
		b.State, b.DecidedBy = st.Target(from), actor.ID
		if verb == Approve {
			if note, err = s.destroy(ctx, tx, &b); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "destruction.erase", Kind: Machine.Kind, Subject: string(id), Area: s.Root,
				Detail: map[string]any{"digest": b.Digest, "reports": len(b.Lines)}}); err != nil {
				return err
			}
		}
		if err := saveBatch(ctx, tx, b); err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(id), Area: s.Root, From: from, Form: form, Note: note}); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, b, notify.Audience{Persons: []string{b.ProposedBy}}, st.Title+"："+b.Number, strings.TrimSpace(note+" "+form.Text("text")))
	})
}

// destroy erases the lines that are still due and says what was done.
func (s *Service) destroy(ctx context.Context, tx *db.Tx, b *Batch) (string, error) {
	before := tx.Now.AddDate(0, 0, -s.Days)
	due := map[string]bool{}
	for _, k := range s.kinds {
		list, err := s.sources[k].Expired(ctx, tx, before, 1<<20)
		if err != nil {
			return "", err
		}
		for _, m := range list {
			due[k+m.Subject] = true
		}
	}
	sum, done := sha256.New(), 0
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Outcome = LineSpared
		if due[l.Kind+l.Subject] {
			e, err := s.sources[l.Kind].Erase(ctx, tx, l.Subject)
			if err != nil {
				return "", err
			}
			l.Erased, l.Outcome = e, LineDestroyed
			done++
			fmt.Fprintf(sum, "%s %s\n", l.Number, l.Digest)
		}
		if err := saveLine(ctx, tx, b.ID, *l); err != nil {
			return "", err
		}
	}
	b.Digest = fmt.Sprintf("%x", sum.Sum(nil))
	return fmt.Sprintf("销毁 %d 件，留下 %d 件；摘要 %s", done, len(b.Lines)-done, b.Digest), nil
}
