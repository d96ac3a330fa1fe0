package silence

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Query narrows a list of silences. Empty fields do not narrow.
type Query struct {
	Text         string
	States       []string
	Kinds        []string
	Area         string
	OutletID     string
	EnterpriseID string
	Cursor       string
	Limit        int
}

// List gives the silences that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Silence], err error) {
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
		if page.Items, err = s.list(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.count(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// File is everything about one silence for the person who opened it.
type File struct {
	Silence  Silence
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Get opens a silence. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Silence, err = s.seen(actor)(find(ctx, tx, id)); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id)); err != nil {
			return err
		}
		facts, err := s.facts(ctx, tx, f.Silence)
		f.Actions = Machine.Actions(f.Silence.State, s.can(actor, f.Silence), facts)
		return err
	})
	return f, err
}

// See checks that the actor may see the silence.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(find(ctx, tx, ID(id)))
		return err
	})
}
