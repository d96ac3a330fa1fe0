// Package closing judges rectifications (验收) and closes issues one by one
// (销号): completed, accepted, closed. Whoever rectified, or works where the
// rectification was done, judges nothing; that guard stands in the issue's flow
// table. The verbs themselves are carried out by package issue.
package closing

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Service judges and closes.
type Service struct{ issues *issue.Service }

// New makes the service.
func New(issues *issue.Service) *Service { return &Service{issues} }

// Verbs are the verbs of an issue that this package carries out.
func (s *Service) Verbs() map[flow.Verb]issue.Verb {
	return map[flow.Verb]issue.Verb{issue.Accept: s.Accept, issue.Reject: s.Reject, issue.Revert: s.Revert, issue.Close: s.Close}
}

// Accept records that the rectification was seen on site and suffices
// (验收通过).
func (s *Service) Accept(ctx context.Context, actor auth.Actor, id issue.ID, a issue.Act) (issue.Issue, error) {
	return s.issues.Carry(ctx, actor, id, issue.Accept, a, func(_ context.Context, t *issue.Taking) error {
		return visited(t.Form.Text("visited_on"), t.History, t.Tx.Now)
	})
}

// Reject sends the issue back to work with a new term (验收不通过).
func (s *Service) Reject(ctx context.Context, actor auth.Actor, id issue.ID, a issue.Act) (issue.Issue, error) {
	return s.issues.Carry(ctx, actor, id, issue.Reject, a, nil)
}

// Revert asks for the acceptance to be done again because its record does not
// suffice (退回重新验收).
func (s *Service) Revert(ctx context.Context, actor auth.Actor, id issue.ID, a issue.Act) (issue.Issue, error) {
	return s.issues.Carry(ctx, actor, id, issue.Revert, a, nil)
}

// Close ends an accepted issue under the number of its closing record (销号).
func (s *Service) Close(ctx context.Context, actor auth.Actor, id issue.ID, a issue.Act) (issue.Issue, error) {
	return s.issues.Carry(ctx, actor, id, issue.Close, a, func(_ context.Context, t *issue.Taking) error {
		t.Issue.FileNumber, t.Issue.ClosedAt = t.Form.Text("file_number"), t.Tx.Now
		return nil
	})
}

// beijing is the zone in which a visit's day is meant.
var beijing = time.FixedZone("CST", 8*3600)

// visited checks the day of the visit on site: not before the rectification was
// handed in, not after today.
func visited(day string, history []timeline.Entry, now time.Time) error {
	wrong := fault.Invalidf("请检查现场验收日期")
	if day > now.In(beijing).Format(time.DateOnly) {
		return wrong.With("form.visited_on", "现场验收日期不能晚于今天")
	}
	if e, ok := timeline.Last(history, issue.Submit); ok && day < e.At.In(beijing).Format(time.DateOnly) {
		return wrong.With("form.visited_on", "现场验收日期不能早于提交整改的日期 %s", e.At.In(beijing).Format(time.DateOnly))
	}
	return nil
}
