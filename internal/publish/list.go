package publish

import (
	"context"
	"strconv"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Query narrows the desk's list. Empty fields do not narrow.
type Query struct {
	Words   string
	States  []string
	Kinds   []string
	Area    string
	IssueID string
	Cursor  string
	Limit   int
}

var errCursor = fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")

// List reads a page of the items that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Item], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, errCursor
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

// File is everything about one item for the person who opened it.
type File struct {
	Item     Item
	Answers  []string // ids of the reports that answered a call
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Get opens an item. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Item, err = s.seen(actor)(find(ctx, tx, id)); err != nil {
			return err
		}
		if f.Answers, err = answersOf(ctx, tx, id); err != nil {
			return err
		}
		f.Actions = Machine.Actions(f.Item.State, s.can(actor, f.Item), facts(f.Item, actor, tx.Now))
		for n := range f.Actions {
			if f.Actions[n].Verb == Edit {
				f.Actions[n].Fields = filled(f.Item)
			}
		}
		f.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return f, err
}

// filled is the form of a change with what stands there now.
func filled(i Item) []flow.Field {
	now := map[string]string{"title": i.Title, "text": i.Text, "hide": joined(i.Hide), "enterprise": i.Enterprise}
	out := append([]flow.Field{}, draftFields...)
	for n := range out {
		out[n].Default = now[out[n].Name]
	}
	return out
}

func joined(list []string) string {
	text := ""
	for i, s := range list {
		if i > 0 {
			text += "、"
		}
		text += s
	}
	return text
}

// Asked narrows what the public reads.
type Asked struct {
	Kind   Kind
	Area   string
	Open   bool // calls that still take answers
	Cursor string
	Limit  int
}

// Read is an item as the public reads it.
type Read struct {
	Item  Item
	Shown Shown
	Stage Stage // of its issue, empty when it has none
}

// Public reads a page of what is public, the newest first. Nothing but Shown and
// Stage may reach the reader.
func (s *Service) Public(ctx context.Context, q Asked) (list []Read, next string, err error) {
	at, id := int64(0), ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return nil, "", errCursor
		}
		if at, err = strconv.ParseInt(key[0], 10, 64); err != nil {
			return nil, "", errCursor
		}
		id = key[1]
	}
	limit := q.Limit
	q.Limit++
	var items []Item
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		items, err = public(ctx, tx, q, at, id)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		last := items[limit-1]
		next = db.Cursor(strconv.FormatInt(micros(last.PublicAt), 10), string(last.ID))
	}
	for _, i := range items {
		r, err := s.read(ctx, i)
		if err != nil {
			return nil, "", err
		}
		list = append(list, r)
	}
	return list, next, nil
}

// One reads an item by its number. One that was taken back comes with its reason
// and without its content.
func (s *Service) One(ctx context.Context, number string) (r Read, err error) {
	var i Item
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		i, err = byNumber(ctx, tx, number)
		return err
	})
	if db.IsMissing(err) || err == nil && i.State != Public && i.State != Ended && i.State != Withdrawn {
		return r, fault.NotFoundf("没有这份公开信息，请从信息公开首页重新查找")
	}
	if err != nil {
		return r, err
	}
	if i.State == Withdrawn {
		reason, _ := Mask(i.Reason, i.Hide)
		return Read{Item: Item{Number: i.Number, Kind: i.Kind, State: i.State, Reason: reason, UpdatedAt: i.UpdatedAt}}, nil
	}
	return s.read(ctx, i)
}

func (s *Service) read(ctx context.Context, i Item) (Read, error) {
	r := Read{Item: i, Shown: i.Shown()}
	if i.IssueID == "" {
		return r, nil
	}
	stage, err := s.matters.Stage(ctx, auth.System("publish"), i.IssueID)
	r.Stage = stage
	return r, err
}
