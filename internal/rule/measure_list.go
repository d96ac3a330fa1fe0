package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// MeasureQuery narrows a list of measures. Empty fields do not narrow.
type MeasureQuery struct {
	Text         string
	Kinds        []string
	States       []string
	Area         string
	AlarmID      string
	EventID      string
	EnterpriseID string
	Overdue      bool
	Mine         string // the person who checks
	Cursor       string
	Limit        int
}

// Measures lists the measures that the actor may see, newest first.
func (s *Service) Measures(ctx context.Context, actor auth.Actor, q MeasureQuery) (page db.Page[Measure], err error) {
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
		if page.Items, err = s.listMeasures(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.countMeasures(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// Measure opens a measure. What the actor may not see is not found.
func (s *Service) Measure(ctx context.Context, actor auth.Actor, id MeasureID) (f MeasureFile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Measure, err = s.seenMeasure(actor)(findMeasure(ctx, tx, id)); err != nil {
			return err
		}
		m := f.Measure.Kind.Machine()
		if f.Timeline, err = s.book.Of(ctx, tx, m.Kind, string(id)); err != nil {
			return err
		}
		f.Actions = m.Actions(f.Measure.State, s.canMeasure(actor, f.Measure), measureFacts(actor, f.Measure))
		return nil
	})
	return f, err
}

// SeeMeasure checks that the actor may see the measure, e.g. before a file of it
// is sent.
func (s *Service) SeeMeasure(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seenMeasure(actor)(findMeasure(ctx, tx, MeasureID(id)))
		return err
	})
}

func (s *Service) seenMeasure(actor auth.Actor) func(Measure, error) (Measure, error) {
	return func(m Measure, err error) (Measure, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.AlarmRead, m.Scope()) {
			return Measure{}, fault.NotFoundf("没有这项措施，或者它不在您的查看范围内")
		}
		return m, err
	}
}

func (s *Service) canMeasure(actor auth.Actor, m Measure) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), m.Scope()) }
}

func measureFacts(actor auth.Actor, m Measure) flow.Facts {
	return flow.Facts{assignee: actor.Is(m.Person)}
}

// Supervised gives the enterprises under key supervision, each with its end. It asks
// no policy: whoever shows it has asked whether the enterprise may be seen.
func (s *Service) Supervised(ctx context.Context) (out map[string]time.Time, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = supervisedUntil(ctx, tx)
		return err
	})
	return out, err
}

// WaitingFor are the measures that wait for an enterprise's answer, and key
// supervision while it lasts. Checks on site are not among them.
func WaitingFor(ctx context.Context, tx *db.Tx, enterprise string) ([]Measure, error) {
	return waitingFor(ctx, tx, enterprise)
}
