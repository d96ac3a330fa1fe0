package issue_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	m := issue.NewMachine(issue.DefaultPolicy())
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	granted := map[auth.Capability]bool{}
	for _, grants := range auth.DefaultPolicy() {
		for c := range grants {
			granted[c] = true
		}
	}
	for _, st := range m.Steps {
		if !granted[auth.Capability(st.Capability)] {
			t.Errorf("nobody may %s: %s", st.Verb, st.Capability)
		}
		for _, c := range append(slices.Clone(st.Start), st.Stop...) {
			if issue.ClockTitle(strings.TrimPrefix(c, "+")) == "" {
				t.Errorf("%s knows a clock %q without a title", st.Verb, c)
			}
		}
	}
	for _, want := range []string{"pending --> assigned: 交办", "assigned --> pending: 退回", "submitted --> working: 验收不通过", "accepted --> closed: 销号", "closed --> working: 重新打开"} {
		if !strings.Contains(m.Mermaid(), want) {
			t.Errorf("the diagram lacks %q", want)
		}
	}
}

// TestMachine_AcceptanceAndClosingAreGuarded pins what no change of the table
// may lose: no way leads to acceptance, rejection or closing past the guard.
func TestMachine_AcceptanceAndClosingAreGuarded(t *testing.T) {
	t.Parallel()
	for _, st := range issue.NewMachine(issue.DefaultPolicy()).Steps {
		judges := slices.Contains(st.From, issue.Submitted) && st.To != "" || st.To == issue.Closed
		guarded := slices.ContainsFunc(st.Guards, func(g flow.Guard) bool { return g.Fact == "not_the_rectifier" })
		if judges != guarded {
			t.Errorf("%s: judges %v, guarded %v", st.Verb, judges, guarded)
		}
		if st.To == issue.Closed && !slices.Equal(st.From, []flow.State{issue.Accepted}) {
			t.Errorf("%s closes from %v", st.Verb, st.From)
		}
		if st.To == issue.Submitted && st.Verb == issue.Submit && !slices.ContainsFunc(st.Fields, func(f flow.Field) bool { return f.Kind == flow.Files && f.Required }) {
			t.Error("a rectification may be handed in without material")
		}
	}
}

// TestMachine_DrivesTheServices tries every verb in every state: what the table
// knows is done and leads where it says, everything else is refused and changes
// nothing.
func TestMachine_DrivesTheServices(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		m := c.Issues.Machine()
		paths := looptest.Paths(m)
		if len(paths) != len(m.States) {
			t.Fatalf("people can bring about %d of %d states", len(paths), len(m.States))
		}
		owners := 0
		for _, verb := range looptest.Verbs(m) {
			if looptest.Who[verb] == "" {
				t.Errorf("nobody usually does %s", verb)
			}
			for _, verbs := range []map[flow.Verb]issue.Verb{c.Issues.Verbs(), c.Rectify.Verbs(), c.Closing.Verbs()} {
				if _, ok := verbs[verb]; ok {
					owners++
				}
			}
		}
		if owners != len(looptest.Verbs(m)) {
			t.Errorf("%d verbs have %d owners", len(looptest.Verbs(m)), owners)
		}
		for state, path := range paths {
			for _, verb := range looptest.Verbs(m) {
				i := c.Issue(string(state) + " " + string(verb))
				before := path
				if state == issue.Working && (verb == issue.Approve || verb == issue.Refuse) {
					before = append(slices.Clone(path), issue.Extend)
				}
				for _, v := range before {
					i = c.Must(looptest.Who[v], v, i, looptest.Forms[v])
				}
				if i.State != state {
					t.Fatalf("path %v led to %s, not %s", path, i.State, state)
				}
				got, err := c.Do(looptest.Who[verb], verb, i, looptest.Forms[verb])
				st, legal := m.Find(state, verb)
				switch {
				case legal && (err != nil || got.State != st.Target(state) || got.Version != i.Version+1):
					t.Errorf("%s in %s: %s, %v", verb, state, got.State, err)
				// What has left an agency or is not yet with it is not to be seen by it.
				case !legal && !fault.Is(err, fault.Conflict) && !(fault.Is(err, fault.NotFound) && i.LeadAgency == ""):
					t.Errorf("%s in %s was not refused: %v", verb, state, err)
				}
				want := append([]flow.Verb{issue.Create}, before...)
				if legal {
					want = append(want, verb)
				}
				if history := c.History("issue", string(i.ID)); !slices.Equal(history, want) {
					t.Errorf("%s in %s: timeline %v, want %v", verb, state, history, want)
				}
			}
		}
	})
}
