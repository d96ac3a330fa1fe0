package trace

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Document is what somebody opens.
type Document struct {
	Kind    string // e.g. tip
	Subject string
	Part    string // which piece of it, e.g. text, contact, a file's id
	Label   string // its number, as people know it
	Area    string
}

// Opening is one look at a document, with the mark that its copy bears.
type Opening struct {
	Document
	Code    string // without the check symbol
	Reader  string
	Session string
	At      time.Time
	Exact   bool // the mark as it was asked for; otherwise one symbol apart
}

// Mark is the opening's mark as it stands on the copy.
func (o Opening) Mark() string { return Shown(o.Code) }

// Issue registers that a person opens a document and gives the mark for the
// copy. The caller has checked that the person may.
func Issue(ctx context.Context, tx *db.Tx, actor auth.Actor, d Document) (Opening, error) {
	o := Opening{Document: d, Code: newCode(), Reader: actor.ID, Session: actor.Session, At: tx.Now, Exact: true}
	if err := insertOpening(ctx, tx, o); err != nil {
		return o, err
	}
	return o, audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "copy.open", Kind: d.Kind, Subject: d.Subject, Area: d.Area,
		Detail: map[string]any{"mark": o.Mark(), "part": d.Part}})
}

// Finder describes a document to someone who may see it, and refuses others.
type Finder func(ctx context.Context, actor auth.Actor, subject string) (Document, error)

// Service is the register of marked copies.
type Service struct {
	db      *db.DB
	policy  auth.Policy
	finders map[string]Finder
}

// New makes the service.
func New(d *db.DB, p auth.Policy) *Service {
	return &Service{db: d, policy: p, finders: map[string]Finder{}}
}

// Mark registers a kind of document whose copies bear marks; only while the
// program is being built.
func (s *Service) Mark(kind string, f Finder) { s.finders[kind] = f }

// Open registers an opening and gives its mark, to someone who may see the
// document.
func (s *Service) Open(ctx context.Context, actor auth.Actor, kind, subject, part string) (o Opening, err error) {
	find, ok := s.finders[kind]
	if !ok {
		return o, fault.NotFoundf("没有这类须加阅件编号的材料")
	}
	d, err := find(ctx, actor, subject)
	if err != nil {
		return o, err
	}
	d.Kind, d.Subject, d.Part = kind, subject, part
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		o, err = Issue(ctx, tx, actor, d)
		return err
	})
	return o, err
}

// mostFound bounds what one look in the register shows.
const mostFound = 20

// Found is what the register knows about a mark.
type Found struct {
	Openings []Opening
	Note     string // what to mind about the mark that was typed, "" = nothing
}

// Find tells which openings a mark belongs to: exactly, or with one symbol
// misread when there is none. Whoever asks, why, and what for stands in the log.
func (s *Service) Find(ctx context.Context, actor auth.Actor, typed, reason string) (f Found, err error) {
	if err := s.policy.Require(actor, auth.LeakTrace, auth.Scope{}); err != nil {
		return f, err
	}
	if reason == "" {
		return f, fault.Invalidf("请写明为什么追查").With("reason", "请写明从哪里发现了外泄的材料")
	}
	code, wrong := Read(typed)
	if code == "" {
		return f, fault.Invalidf("%s", wrong).With("mark", "%s", wrong)
	}
	f.Note = wrong
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if f.Openings, err = openingsLike(ctx, tx, []string{code}, mostFound); err != nil {
			return err
		}
		for i := range f.Openings {
			f.Openings[i].Exact = true
		}
		if len(f.Openings) == 0 {
			if f.Openings, err = openingsLike(ctx, tx, near(code), mostFound); err != nil {
				return err
			}
			if len(f.Openings) > 0 {
				f.Note = "没有完全相同的编号，以下编号与它只差一位，请对照外泄的材料辨认"
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "copy.trace", Kind: "copy", Subject: code,
			Detail: map[string]any{"reason": reason, "found": len(f.Openings)}})
	})
	return f, err
}

// Query narrows the register.
type Query struct {
	Reader  string
	Subject string
	Kind    string
	From    time.Time
	To      time.Time // not included
	Cursor  string
	Limit   int
}

// List reads a page of the register, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Opening], err error) {
	if err := s.policy.Require(actor, auth.LeakTrace, auth.Scope{}); err != nil {
		return page, err
	}
	var after []string
	if q.Cursor != "" {
		var ok bool
		if after, ok = db.ReadCursor(q.Cursor, 2); !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = countOpenings(ctx, tx, q); err != nil {
			return err
		}
		page.Items, err = listOpenings(ctx, tx, q, after, q.Limit+1)
		return err
	})
	if len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		page.Next = cursorOf(page.Items[q.Limit-1])
	}
	return page, err
}
