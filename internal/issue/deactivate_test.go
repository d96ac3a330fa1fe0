package issue_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

// Giving someone work and closing their account at the same moment: whichever
// comes second is refused, so that no open issue is left to an inactive person.
func TestAssign_AgainstDeactivation(t *testing.T) {
	t.Parallel()
	scene(t, func(t *testing.T, c *looptest.City) {
		accounts := auth.New(c.DB, auth.DefaultPolicy(), auth.Config{})
		accounts.Register(c.Issues)
		sys := auth.System("test")
		for round := range 12 {
			u, err := accounts.Provision(bg, sys, auth.Account{Profile: auth.Profile{Login: fmt.Sprint("person", round), Name: "某人"},
				Rights: auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"}})
			if err != nil {
				t.Fatal(err)
			}
			i := c.Issue(fmt.Sprint("问题", round))
			form := maps.Clone(looptest.Forms[issue.Assign])
			form["person"] = u.ID
			var assigned, closed error
			var wg sync.WaitGroup
			wg.Go(func() { _, assigned = c.Do("clerk", issue.Assign, i, form) })
			wg.Go(func() { closed = accounts.Deactivate(bg, sys, u.ID) })
			wg.Wait()
			open := 0
			c.Write(func(ctx context.Context, tx *db.Tx) (err error) { open, err = c.Issues.Open(ctx, tx, u.ID); return err })
			if (assigned == nil) == (closed == nil) || closed == nil && open > 0 {
				t.Errorf("round %d: assigned %v, closed %v, %d open issues", round, assigned, closed, open)
			}
		}
	})
}

// Whoever closed the book on an issue may have left when it is opened again:
// then somebody else must be named.
func TestReopen_AfterThePersonHasLeft(t *testing.T) {
	t.Parallel()
	scene(t, func(t *testing.T, c *looptest.City) {
		accounts := auth.New(c.DB, auth.DefaultPolicy(), auth.Config{})
		accounts.Register(c.Issues)
		i := c.IssueIn("复发", issue.Closed)
		if err := accounts.Deactivate(bg, auth.System("test"), "agency"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do("leader", issue.Reopen, i, looptest.Forms[issue.Reopen]); !slices.Equal(names(err), []string{"form.person"}) {
			t.Errorf("left to somebody who is gone: %v", err)
		}
		i = c.Must("leader", issue.Reopen, i, with(issue.Reopen, map[string]any{"person": "agency2"}))
		if i.State != issue.Working || i.PersonID != "agency2" {
			t.Errorf("%+v", i)
		}
	})
}
