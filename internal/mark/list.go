package mark

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Query narrows a list of marks. Empty fields do not narrow; From and To keep
// those that touch the stretch.
type Query struct {
	Text         string
	States       []string
	Kinds        []string
	Area         string
	OutletID     string
	EnterpriseID string
	From, To     time.Time
	Cursor       string
	Limit        int
}

// List gives the marks that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Mark], err error) {
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
		if page.Items, err = s.listMarks(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.countMarks(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// File is everything about one mark for the person who opened it.
type File struct {
	Mark     Mark
	Timeline []timeline.Entry
	Actions  []flow.Action
	Doubts   []Doubt // for those who review; nil for others
}

// Get opens a mark. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Mark, err = s.seen(actor)(findMark(ctx, tx, id)); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id)); err != nil {
			return err
		}
		f.Actions = Machine.Actions(f.Mark.State, s.can(actor, f.Mark), nil)
		if s.policy.Can(actor, auth.MarkReview, f.Mark.Scope()) {
			f.Doubts, err = s.doubts(ctx, tx, f.Mark)
		}
		return err
	})
	return f, err
}

// See checks that the actor may see the mark, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(findMark(ctx, tx, ID(id)))
		return err
	})
}

// TableOf is the table that holds for an outlet now.
func (s *Service) TableOf(ctx context.Context, actor auth.Actor, outletID string) (t Table, o enterprise.Outlet, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if o, err = enterprise.OutletByID(ctx, tx, outletID); err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.TelemetryRead, o.Scope()) {
			return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
		}
		e, err := enterprise.ByID(ctx, tx, o.EnterpriseID)
		t = TableFor(e.Industry, tx.Now)
		return err
	})
	return t, o, err
}

// Of reads the marks in force at an outlet that touch from <= t < to.
func (s *Service) Of(ctx context.Context, actor auth.Actor, outletID string, from, to time.Time) (out []Mark, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		o, err := enterprise.OutletByID(ctx, tx, outletID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.TelemetryRead, o.Scope()) {
			return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
		}
		out, err = InForceAt(ctx, tx, []string{outletID}, from, to)
		return err
	})
	return out, err
}
