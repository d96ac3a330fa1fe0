package clue_test

import (
	"context"
	"slices"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
)

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	m := clue.NewMachine(clue.DefaultPolicy())
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
	}
	// Nothing can be dropped: from every state that waits, and from every end
	// that is not an issue's, a person can go on.
	for _, r := range m.States {
		if r.State == clue.StateAdopted {
			continue
		}
		if !slices.ContainsFunc(m.Steps, func(st flow.Step) bool { return !st.Auto && slices.Contains(st.From, r.State) && st.To != "" }) {
			t.Errorf("%s is a dead end", r.State)
		}
	}
}

// forms fill each verb's form; other is the number of a second clue.
func forms(other string) map[flow.Verb]map[string]any {
	return map[flow.Verb]map[string]any{
		clue.Take: nil, clue.Consult: {"form": "expert", "opinion": "疑似偷排"}, clue.Supplement: {"text": "又有一次"},
		clue.Move: {"area": "330303", "reason": "属龙湾区"}, clue.Merge: {"into": other},
		clue.Refer: {"agency": "zhzf", "reason": "属综合执法职责"}, clue.Dismiss: {"ground": "unfounded", "reason": "现场未发现"},
		clue.ComeBack: {"reason": "不属其职责"}, clue.Settle: {"result": "已查处"}, clue.Reconsider: {"reason": "有新情况"}, clue.Split: {"reason": "不是同一件事"},
		clue.Adopt: {"category": "water", "severity": "serious"}, clue.Join: {"issue": "i1"},
	}
}

// do carries any verb out as a city clerk; adopt and join get a made-up issue.
func do(c *looptest.City, verb flow.Verb, x clue.Clue, form map[string]any) (clue.Clue, error) {
	ctx := context.Background()
	clerk := looptest.Person("clerk-city")
	act := clue.Act{Version: x.Version, Form: form}
	if f, ok := c.Clues.Verbs()[verb]; ok {
		return f(ctx, clerk, x.ID, act)
	}
	var out clue.Clue
	err := c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = c.Clues.Conclude(ctx, tx, clerk, x.ID, verb, act, func(clue.Clue, flow.Form) (string, string, error) { return "i1", "已立为问题", nil })
		return err
	})
	return out, err
}

func register(t *testing.T, c *looptest.City, title string) clue.Clue {
	t.Helper()
	x, err := c.Clues.Register(context.Background(), looptest.Person("clerk"), clue.New{Source: "phone", Title: title, Area: "330302"})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestMachine_DrivesTheService tries every verb in every state: what the table
// knows is done and leads where it says, everything else is refused and changes
// nothing.
func TestMachine_DrivesTheService(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		m := c.Clues.Machine()
		other := register(t, c, "目标线索")
		fill := forms(other.Number)
		paths := looptest.Paths(m)
		if len(paths) != len(m.States) {
			t.Fatalf("people can bring about %d of %d states", len(paths), len(m.States))
		}
		for state, path := range paths {
			for _, verb := range looptest.Verbs(m) {
				x := register(t, c, string(state)+" "+string(verb))
				var err error
				for _, v := range path {
					if x, err = do(c, v, x, fill[v]); err != nil {
						t.Fatalf("on the way to %s: %s: %v", state, v, err)
					}
				}
				if x.State != state {
					t.Fatalf("path %v led to %s, not %s", path, x.State, state)
				}
				got, err := do(c, verb, x, fill[verb])
				st, legal := m.Find(state, verb)
				switch {
				case legal && (err != nil || got.State != st.Target(state) || got.Version != x.Version+1):
					t.Errorf("%s in %s: %s, %v", verb, state, got.State, err)
				case !legal && !fault.Is(err, fault.Conflict):
					t.Errorf("%s in %s was not refused: %v", verb, state, err)
				}
				history := c.History("clue", string(x.ID))
				want := append([]flow.Verb{clue.Register}, path...)
				if legal {
					want = append(want, verb)
				}
				if !slices.Equal(history, want) {
					t.Errorf("%s in %s: timeline %v, want %v", verb, state, history, want)
				}
			}
		}
	})
}
