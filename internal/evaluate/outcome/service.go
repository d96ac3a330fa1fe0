package outcome

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Service reads what became of alarms.
type Service struct {
	db     *db.DB
	policy auth.Policy
}

// New makes the service.
func New(d *db.DB, policy auth.Policy) *Service { return &Service{d, policy} }

// Query says which alarms count: those raised in From <= t < To.
type Query struct {
	Group        Group
	Area         string
	EnterpriseID string
	Rule         string
	From, To     time.Time
}

// longest is the longest time that one question reaches over.
const longest = 366 * 24 * time.Hour

// Report is the rows of a question and their sum.
type Report struct {
	From, To time.Time
	Total    Row
	Rows     []Row
}

// Ask adds up the alarms that the actor may see; without a period, those of the
// last ninety days.
func (s *Service) Ask(ctx context.Context, actor auth.Actor, q Query) (r Report, err error) {
	if q.To.IsZero() {
		q.To = s.db.Now()
	}
	if q.From.IsZero() {
		q.From = q.To.AddDate(0, 0, -90)
	}
	if !q.From.Before(q.To) || q.To.Sub(q.From) > longest {
		return r, fault.Invalidf("时段应在一年以内，且结束晚于开始").With("from", "请缩短时段")
	}
	var facts []fact
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		facts, err = factsOf(ctx, tx, s.policy, actor, q)
		return err
	})
	if err != nil {
		return r, err
	}
	return Report{From: q.From, To: q.To, Total: total(facts, s.db.Now()), Rows: sum(facts, q.Group, s.db.Now())}, nil
}

// total is all facts as one row.
func total(facts []fact, now time.Time) Row {
	one := make([]fact, len(facts))
	for i, f := range facts {
		f.level = "all"
		one[i] = f
	}
	rows := sum(one, ByLevel, now)
	if len(rows) == 0 {
		return Row{}
	}
	return rows[0]
}
