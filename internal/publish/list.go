package publish

import (
	"context"
	"slices"
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

// Counts says how many reports answered each of the items.
func (s *Service) Counts(ctx context.Context, ids []ID) (out map[ID]int, err error) {
	out = map[ID]int{}
	if len(ids) == 0 {
		return out, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error { out, err = counts(ctx, tx, ids); return err })
	return out, err
}

// File is everything about one item for the person who opened it.
type File struct {
	Item     Item
	Preview  Shown // what exactly a release makes public
	Now      Told  // what is public, zero when nothing is
	Editions []Mark
	Answers  []string // ids of the reports that answered a call, the newest first
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Get opens an item. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Item, err = s.seen(actor)(find(ctx, tx, id)); err != nil {
			return err
		}
		f.Preview = f.Item.Shown()
		if f.Item.Edition > 0 {
			row, err := toldByNumber(ctx, tx, f.Item.Number, 0)
			if err != nil && !db.IsMissing(err) {
				return err
			}
			f.Now = row.told(tx.Now)
		}
		if f.Editions, err = editionsOf(ctx, tx, id); err != nil {
			return err
		}
		if f.Answers, err = answersOf(ctx, tx, id); err != nil {
			return err
		}
		f.Actions = s.actions(f.Item, Machine.Actions(f.Item.State, s.can(actor, f.Item), facts(f.Item, actor, tx.Now)))
		f.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id))
		return err
	})
	return f, err
}

// See checks that the actor may see the item.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(find(ctx, tx, ID(id)))
		return err
	})
}

// CallOf finds the call that a report answered; false when it answered none.
func (s *Service) CallOf(ctx context.Context, tipID string) (i Item, ok bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { i, err = callOf(ctx, tx, tipID); return err })
	if db.IsMissing(err) {
		return Item{}, false, nil
	}
	return i, err == nil, err
}

// actions leaves out what makes no sense for the item, and fills forms with what
// stands there now.
func (s *Service) actions(i Item, all []flow.Action) []flow.Action {
	out := []flow.Action{}
	for _, a := range all {
		switch {
		case a.Verb == Grant && i.BountyFen == 0, a.Verb == Close && i.Kind != Call:
			continue
		case a.Verb == Edit:
			a.Fields = s.filled(i)
		}
		out = append(out, a)
	}
	return out
}

func (s *Service) filled(i Item) []flow.Field {
	now := i.values()
	_, _, pays := s.rules.Offers(s.db.Now())
	out := []flow.Field{}
	for _, f := range draftFields {
		switch {
		case i.Kind != Call && slices.Contains(ofCall, f.Name),
			!pays && i.BountyFen == 0 && (f.Name == "bounty" || f.Name == "budget"),
			i.Outcome == "" && f.Name == "outcome":
			continue
		}
		f.Default = now[f.Name]
		if f.Name == "until" || f.Name == "outcome" {
			f.Required = true
		}
		out = append(out, f)
	}
	return out
}

// values is the working copy as the form has it.
func (i Item) values() map[string]string {
	v := map[string]string{"title": i.Title, "text": i.Text, "hide": joined(i.Hide), "enterprise": i.Enterprise, "until": lastDay(i.Until), "budget": i.Budget, "outcome": i.Outcome}
	if i.BountyFen > 0 {
		v["bounty"] = strconv.FormatInt(i.BountyFen/100, 10)
	}
	return v
}
