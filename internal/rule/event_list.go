package rule

import (
	"context"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// Events lists the events that the actor may see, newest first.
func (s *Service) Events(ctx context.Context, actor auth.Actor, q EventQuery) (page db.Page[Event], err error) {
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
		if page.Items, err = s.listEvents(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.countEvents(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// Event opens an event. What the actor may not see is not found.
func (s *Service) Event(ctx context.Context, actor auth.Actor, id EventID) (f EventFile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Event, err = s.seenEvent(actor)(findEvent(ctx, tx, id)); err != nil {
			return err
		}
		v := &f.Event
		own, err := s.book.Of(ctx, tx, EventMachine.Kind, string(id))
		if err != nil {
			return err
		}
		for _, e := range own {
			f.Timeline = append(f.Timeline, EventEntry{Entry: e})
		}
		for _, a := range v.Alarms {
			entries, err := s.book.Of(ctx, tx, Machine.Kind, string(a.ID))
			if err != nil {
				return err
			}
			for _, e := range entries {
				if e.Data.Text(onEvent) == "" && e.Verb != Join { // what was done along with another stands there
					f.Timeline = append(f.Timeline, EventEntry{e, a.Number})
				}
			}
		}
		slices.SortStableFunc(f.Timeline, func(a, b EventEntry) int { return strings.Compare(a.ID, b.ID) })
		f.Actions = EventMachine.Actions(v.State, func(c string) bool { return s.policy.Can(actor, auth.Capability(c), v.Scope()) }, flow.Facts{})
		if v.State == EventActive && v.lead() != nil {
			a := *v.lead()
			f.Version = a.Seen()
			f.Actions = append(slices.DeleteFunc(s.actions(actor, a), func(x flow.Action) bool { return x.Verb == Split || x.Verb == Merge }), f.Actions...)
			if f.Measures, err = s.listMeasures(ctx, tx, actor, MeasureQuery{EventID: string(id)}, "", 50); err != nil {
				return err
			}
			if s.policy.Can(actor, auth.AlarmHandle, a.Scope()) || s.policy.Can(actor, auth.IssueSupervise, a.Scope()) {
				f.Suggest, err = s.suggestion(ctx, tx, a, f.Measures)
			}
		}
		return err
	})
	return f, err
}

// SeeEvent checks that the actor may see the event.
func (s *Service) SeeEvent(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seenEvent(actor)(findEvent(ctx, tx, EventID(id)))
		return err
	})
}

func (s *Service) seenEvent(actor auth.Actor) func(Event, error) (Event, error) {
	return func(v Event, err error) (Event, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.AlarmRead, v.Scope()) {
			return Event{}, fault.NotFoundf("没有这个预警事件，或者它不在您的查看范围内")
		}
		return v, err
	}
}
