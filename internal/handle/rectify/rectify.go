// Package rectify hands in the rectification of an issue (整改): what was done,
// with material from before and after. It decides what counts as evidence; the
// verb itself is carried out by package issue, and whether the work suffices is
// for closing to say, by other people.
package rectify

import (
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Service hands rectifications in.
type Service struct{ issues *issue.Service }

// New makes the service.
func New(issues *issue.Service) *Service { return &Service{issues} }

// Verbs are the verbs of an issue that this package carries out.
func (s *Service) Verbs() map[flow.Verb]issue.Verb {
	return map[flow.Verb]issue.Verb{issue.Submit: s.Submit}
}

// Submit hands the rectification in (提交整改). An extension that was asked for
// and not answered lapses with it.
func (s *Service) Submit(ctx context.Context, actor auth.Actor, id issue.ID, a issue.Act) (issue.Issue, error) {
	return s.issues.Carry(ctx, actor, id, issue.Submit, a, func(_ context.Context, t *issue.Taking) error {
		if err := check(t.Form.List("before"), t.Form.List("after"), t.History); err != nil {
			return err
		}
		t.Issue.RectifierID, t.Issue.RectifierAgency, t.Issue.ExtensionDays = actor.ID, actor.Agency, 0
		return nil
	})
}

// check decides whether the material can show a change: nothing serves as
// before and after at once, and after a rejection at least one piece of the
// material from after must be new.
func check(before, after []string, history []timeline.Entry) error {
	for _, f := range after {
		if slices.Contains(before, f) {
			return fault.Invalidf("请检查整改材料").With("form.after", "同一份材料不能既作整改前又作整改后")
		}
	}
	var shown []string
	for _, e := range history {
		if e.Verb == issue.Submit {
			shown = append(shown, e.Files...)
		}
	}
	if !slices.ContainsFunc(after, func(f string) bool { return !slices.Contains(shown, f) }) {
		return fault.Invalidf("请补充新的整改材料").With("form.after", "再次提交时至少要有一份新的整改后材料")
	}
	return nil
}
