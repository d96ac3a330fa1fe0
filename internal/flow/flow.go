// Package flow is the one mechanism for states: a machine is a table of data
// (state, verb, next state, the capability it needs, guards, the form it asks
// for). The screens' buttons, the diagrams in the documents, the legal-path
// tests and the services all read that table.
//
// flow knows no people and no database: auth maps people to capabilities, the
// feature's policy computes the facts that guards name, and the feature's
// service carries the verb out.
package flow

import (
	"fmt"
	"sort"
	"strings"

	"github.com/qingshao/qingshao/internal/fault"
)

// State names a state of a machine, e.g. "assigned".
type State string

// Verb names what a person does, e.g. "assign".
type Verb string

// Fact names something a feature's policy finds true or false about one thing
// and one person, e.g. "not_the_rectifier".
type Fact string

// FieldKind tells the screen which control a form field needs.
type FieldKind string

// The field kinds that forms may ask for.
const (
	Text     FieldKind = "text"     // several lines
	Line     FieldKind = "line"     // one line
	Place    FieldKind = "place"    // one line about where one is; a phone may fill it in
	Choice   FieldKind = "choice"   // one of Options
	Person   FieldKind = "person"   // a user id; Role narrows the list
	Agency   FieldKind = "agency"   // an agency id of the profile
	Agencies FieldKind = "agencies" // several agency ids
	Area     FieldKind = "area"     // a region code
	Date     FieldKind = "date"     // a day, 2006-01-02
	Days     FieldKind = "days"     // a count of working days
	Files    FieldKind = "files"    // ids of uploaded files
	Subject  FieldKind = "subject"  // the id of another thing of the same kind
)

// Option is one choice of a Choice field.
type Option struct {
	Value string `json:"value"`
	Title string `json:"title"`
}

// Field is one question of a verb's form.
type Field struct {
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Kind     FieldKind `json:"kind"`
	Required bool      `json:"required"`
	Hint     string    `json:"hint,omitempty"`
	Role     string    `json:"role,omitempty"`
	Options  []Option  `json:"options,omitempty" nullable:"false"`
	Default  string    `json:"default,omitempty"` // what the form shows at first, set by the feature for one thing
}

// Guard is a condition beside the capability: a fact that must hold, and the
// Chinese sentence that explains a refusal.
type Guard struct {
	Fact   Fact
	Refuse string
}

// Step is one row of the table: from any of From, Verb leads to To (empty = the
// state stays).
type Step struct {
	From       []State
	Verb       Verb
	To         State
	Title      string   // the button, e.g. 交办
	Capability string   // what auth must grant
	Guards     []Guard  // all must hold
	Fields     []Field  // what the form asks for
	Start      []string // clocks that begin to run
	Stop       []string // clocks that end
	Danger     bool     // ask once more, in words
	Next       string   // what happens next and to whom, shown above the button
	Auto       bool     // done by the system, never a button
}

// StateRow describes one state.
type StateRow struct {
	State    State
	Title    string // 待签收
	Terminal bool
	Waits    string // whose turn it is, e.g. 责任单位
}

// Machine is the whole table of one kind of thing.
type Machine struct {
	Kind    string // issue
	Title   string // 问题
	Initial State
	States  []StateRow
	Steps   []Step
}

// Facts answers whether a guard's fact holds.
type Facts map[Fact]bool

// Action is a verb that a person may do now, as the screen draws it.
type Action struct {
	Verb    Verb    `json:"verb"`
	Title   string  `json:"title"`
	Fields  []Field `json:"fields" nullable:"false"`
	Danger  bool    `json:"danger"`
	Next    string  `json:"next,omitempty"`
	Allowed bool    `json:"allowed"`
	Why     string  `json:"why,omitempty"` // why not, when not allowed
}

// Row finds a state's description.
func (m *Machine) Row(s State) (StateRow, bool) {
	for _, r := range m.States {
		if r.State == s {
			return r, true
		}
	}
	return StateRow{}, false
}

// StateTitle is the Chinese name of a state, or the state itself.
func (m *Machine) StateTitle(s State) string {
	if r, ok := m.Row(s); ok {
		return r.Title
	}
	return string(s)
}

// Find gives the row for a verb in a state.
func (m *Machine) Find(s State, v Verb) (Step, bool) {
	for _, st := range m.Steps {
		if st.Verb == v && st.leaves(s) {
			return st, true
		}
	}
	return Step{}, false
}

func (st Step) leaves(s State) bool {
	for _, f := range st.From {
		if f == s {
			return true
		}
	}
	return false
}

// Target is the state after the step is taken in s.
func (st Step) Target(s State) State {
	if st.To == "" {
		return s
	}
	return st.To
}

// Check decides whether the verb may be done in the state: the row must exist,
// can must grant its capability, every guard's fact must hold. The error is a
// fault with a sentence for the person.
func (m *Machine) Check(s State, v Verb, can func(capability string) bool, facts Facts) (Step, error) {
	st, ok := m.Find(s, v)
	if !ok {
		return Step{}, fault.Conflictf("%s当前为“%s”，不能进行此操作；请刷新后再试", m.Title, m.StateTitle(s))
	}
	if !can(st.Capability) {
		return Step{}, fault.Forbiddenf("您没有“%s”的权限；如需办理请联系安全管理员授权", st.Title)
	}
	for _, g := range st.Guards {
		if !facts[g.Fact] {
			return Step{}, fault.Forbiddenf("%s", g.Refuse)
		}
	}
	return st, nil
}

// Actions lists the verbs that the person may see in the state: those whose
// capability is granted; one that a guard refuses is listed with the reason.
func (m *Machine) Actions(s State, can func(capability string) bool, facts Facts) []Action {
	out := []Action{}
	for _, st := range m.Steps {
		if st.Auto || !st.leaves(s) || !can(st.Capability) {
			continue
		}
		a := Action{Verb: st.Verb, Title: st.Title, Fields: st.Fields, Danger: st.Danger, Next: st.Next, Allowed: true}
		if a.Fields == nil {
			a.Fields = []Field{}
		}
		for _, g := range st.Guards {
			if !facts[g.Fact] {
				a.Allowed, a.Why = false, g.Refuse
				break
			}
		}
		out = append(out, a)
	}
	return out
}

// Open lists the states that are not terminal.
func (m *Machine) Open() []State {
	var out []State
	for _, r := range m.States {
		if !r.Terminal {
			out = append(out, r.State)
		}
	}
	return out
}

// Validate finds mistakes in the table: unknown states, a verb that leaves the
// same state twice, states that cannot be reached or left, missing words.
func (m *Machine) Validate() error {
	var bad []string
	known := map[State]StateRow{}
	for _, r := range m.States {
		if _, dup := known[r.State]; dup || r.Title == "" {
			bad = append(bad, fmt.Sprintf("state %s: twice or untitled", r.State))
		}
		known[r.State] = r
	}
	if _, ok := known[m.Initial]; !ok {
		bad = append(bad, fmt.Sprintf("initial state %q unknown", m.Initial))
	}
	seen := map[string]bool{}
	leaves := map[State]bool{}
	for _, st := range m.Steps {
		if st.Title == "" || st.Capability == "" || len(st.From) == 0 {
			bad = append(bad, fmt.Sprintf("verb %s: needs title, capability and from", st.Verb))
		}
		if _, ok := known[st.To]; st.To != "" && !ok {
			bad = append(bad, fmt.Sprintf("verb %s leads to unknown %s", st.Verb, st.To))
		}
		for _, g := range st.Guards {
			if g.Fact == "" || g.Refuse == "" {
				bad = append(bad, fmt.Sprintf("verb %s: guard without fact or sentence", st.Verb))
			}
		}
		for _, f := range st.From {
			if _, ok := known[f]; !ok {
				bad = append(bad, fmt.Sprintf("verb %s leaves unknown %s", st.Verb, f))
			}
			key := string(f) + " " + string(st.Verb)
			if seen[key] {
				bad = append(bad, "ambiguous: "+key)
			}
			seen[key] = true
			if st.Target(f) != f {
				leaves[f] = true
			}
		}
	}
	reach := m.reachable()
	for s, r := range known {
		if !reach[s] {
			bad = append(bad, fmt.Sprintf("state %s cannot be reached", s))
		}
		if !r.Terminal && !leaves[s] {
			bad = append(bad, fmt.Sprintf("state %s cannot be left", s))
		}
	}
	if len(bad) > 0 {
		sort.Strings(bad)
		return fmt.Errorf("flow %s: %s", m.Kind, strings.Join(bad, "; "))
	}
	return nil
}

func (m *Machine) reachable() map[State]bool {
	seen := map[State]bool{m.Initial: true}
	for grew := true; grew; {
		grew = false
		for _, st := range m.Steps {
			for _, f := range st.From {
				if t := st.Target(f); seen[f] && !seen[t] {
					seen[t], grew = true, true
				}
			}
		}
	}
	return seen
}

// Mermaid draws the table as a state diagram for the documents.
func (m *Machine) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, r := range m.States {
		fmt.Fprintf(&b, "    state \"%s\" as %s\n", r.Title, r.State)
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", m.Initial)
	for _, st := range m.Steps {
		for _, f := range st.From {
			if t := st.Target(f); t != f {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", f, t, st.Title)
			}
		}
	}
	for _, r := range m.States {
		if r.Terminal {
			fmt.Fprintf(&b, "    %s --> [*]\n", r.State)
		}
	}
	return b.String()
}
