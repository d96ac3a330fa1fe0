package looptest_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/looptest"
)

var (
	walkVerbs = flag.Int("verbs", 1500, "verbs of each random walk")
	walkSeed  = flag.Uint64("seed", 9, "seed of the random walks")
)

// TestWalk_OneAfterTheOther lets random people do random things to random clues
// and issues, allowed or not, while days go by and clocks ring. What was refused
// changed nothing; at every rest the whole record is sound (see sound).
func TestWalk_OneAfterTheOther(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		w := newWalk(t, d, clock, *walkSeed, 6)
		for n := range *walkVerbs {
			w.step()
			if n%500 == 499 {
				sound(t, w.city, w.summary())
			}
		}
		w.checkReach()
	})
}

// TestWalk_AllAtOnce lets eight people at a time work on a handful of things, so
// that they meet: on PostgreSQL in transactions that run beside each other.
func TestWalk_AllAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		for round := range 3 {
			var all sync.WaitGroup
			var last *walk
			shared := &things{most: 5}
			for k := range uint64(8) {
				w := &walk{t: t, city: c, rnd: rand.New(rand.NewPCG(*walkSeed+k, uint64(round))), shared: shared, together: true, done: map[string]int{}, kinds: map[fault.Kind]int{}}
				last = w
				all.Go(func() {
					for range *walkVerbs / 24 {
						w.step()
					}
				})
			}
			all.Wait()
			last.days()
			sound(t, c, last.summary())
		}
	})
}

// things are the clues and issues that a walk plays with; the oldest are left
// alone when there are too many, so that the others are walked to their ends.
type things struct {
	mu     sync.Mutex
	most   int
	clues  []clue.ID
	issues []issue.ID
}

func keep[T any](list []T, x T, most int) []T {
	list = append(list, x)
	if len(list) > most {
		list = slices.Delete(list, 0, 1)
	}
	return list
}

func pick[T any](r *rand.Rand, list []T) (x T, ok bool) {
	if len(list) == 0 {
		return x, false
	}
	return list[r.IntN(len(list))], true
}

type walk struct {
	t        *testing.T
	city     *looptest.City
	rnd      *rand.Rand
	shared   *things
	together bool               // others change the same things meanwhile
	done     map[string]int     // verb, how often it was done
	kinds    map[fault.Kind]int // refusals
}

func newWalk(t *testing.T, d *db.DB, clock *dbtest.Clock, seed uint64, most int) *walk {
	return &walk{t: t, city: looptest.Build(t, d, clock), rnd: rand.New(rand.NewPCG(seed, 0)), shared: &things{most: most}, done: map[string]int{}, kinds: map[fault.Kind]int{}}
}

func (w *walk) summary() string { return fmt.Sprintf("%d done, refused %v", sum(w.done), w.kinds) }

func sum(m map[string]int) (n int) {
	for _, x := range m {
		n += x
	}
	return n
}

// checkReach makes sure that the walk was one: every verb of people was done.
func (w *walk) checkReach() {
	w.t.Helper()
	w.t.Log(w.summary())
	for _, m := range []*flow.Machine{w.city.Clues.Machine(), w.city.Issues.Machine()} {
		for _, v := range looptest.Verbs(m) {
			if w.done[m.Kind+"."+string(v)] == 0 {
				w.t.Errorf("in %d steps nobody could %s.%s; another seed may want more", *walkVerbs, m.Kind, v)
			}
		}
	}
}

func (w *walk) step() {
	switch n := w.rnd.IntN(100); {
	case n < 10:
		w.register()
	case n < 13 && !w.together:
		w.days()
	case n < 40:
		w.onClue()
	default:
		w.onIssue()
	}
}

// days lets up to three days go by, clocks ringing.
func (w *walk) days() {
	w.city.To(w.city.Clock.Now().Add(time.Duration(1+w.rnd.IntN(72)) * time.Hour).In(looptest.Beijing).Format("2006-01-02 15:04"))
}

var areas = []string{"330302", "330302", "330302006000", "330302006000", "330303", "330300"}

func (w *walk) person(able func(auth.Actor) bool) auth.Actor {
	all := looptest.Everyone()
	if w.rnd.IntN(5) > 0 {
		if some := slices.DeleteFunc(slices.Clone(all), func(a auth.Actor) bool { return !able(a) }); len(some) > 0 {
			all = some
		}
	}
	a, _ := pick(w.rnd, all)
	return a
}

func (w *walk) register() {
	area, _ := pick(w.rnd, areas)
	n := clue.New{Source: "phone", Title: fmt.Sprint("线索", w.rnd.IntN(1000)), Text: "经过", Area: area}
	if w.rnd.IntN(8) == 0 {
		n.Area, n.Title = "", ""
	}
	who := w.person(func(a auth.Actor) bool { return w.city.Policy.Can(a, auth.ClueEnter, auth.Scope{Area: area}) })
	c, err := w.city.Clues.Register(context.Background(), who, n)
	w.judge("clue.register", err)
	if err == nil {
		w.shared.mu.Lock()
		w.shared.clues = keep(w.shared.clues, c.ID, w.shared.most)
		w.shared.mu.Unlock()
	}
}

// judge takes refusals that people may read, and nothing else.
func (w *walk) judge(what string, err error) {
	if err == nil {
		w.done[what]++
		return
	}
	kind := fault.KindOf(err)
	w.kinds[kind]++
	if kind == fault.Internal {
		w.t.Errorf("%s: %v", what, err)
	}
}

// read sees a thing as the system does.
func (w *walk) clue(id clue.ID) clue.File {
	f, err := w.city.Clues.Get(context.Background(), auth.System("walk"), id)
	if err != nil {
		w.t.Error(err)
	}
	return f
}

func (w *walk) issue(id issue.ID) issue.File {
	f, err := w.city.Issues.Get(context.Background(), auth.System("walk"), id)
	if err != nil {
		w.t.Error(err)
	}
	return f
}

// verb chooses a step: mostly one that the state allows, often one that moves on.
func (w *walk) verb(m *flow.Machine, s flow.State) flow.Step {
	steps := slices.DeleteFunc(slices.Clone(m.Steps), func(st flow.Step) bool { return st.Auto })
	if w.rnd.IntN(8) > 0 {
		legal := slices.DeleteFunc(slices.Clone(steps), func(st flow.Step) bool { return !slices.Contains(st.From, s) })
		if len(legal) > 0 {
			steps = legal
		}
		moving := slices.DeleteFunc(slices.Clone(steps), func(st flow.Step) bool { return st.Target(s) == s })
		if len(moving) > 0 && w.rnd.IntN(2) == 0 {
			steps = moving
		}
	}
	st, _ := pick(w.rnd, steps)
	return st
}

// spoil leaves something out of a form, or puts nonsense in, now and then.
func (w *walk) spoil(form map[string]any) map[string]any {
	form = maps.Clone(form)
	keys := slices.Sorted(maps.Keys(form))
	if key, ok := pick(w.rnd, keys); ok {
		switch w.rnd.IntN(20) {
		case 0:
			delete(form, key)
		case 1:
			form[key] = "没有的"
		}
	}
	return form
}

func (w *walk) version(v int64) int64 {
	if w.rnd.IntN(20) == 0 {
		return v - 1
	}
	return v
}

func (w *walk) onClue() {
	w.shared.mu.Lock()
	id, ok := pick(w.rnd, w.shared.clues)
	other, _ := pick(w.rnd, w.shared.clues)
	known, some := pick(w.rnd, w.shared.issues)
	w.shared.mu.Unlock()
	if !ok {
		return
	}
	before := w.clue(id)
	c := before.Clue
	st := w.verb(w.city.Clues.Machine(), c.State)
	who := w.person(func(a auth.Actor) bool { return w.city.Policy.Can(a, auth.Capability(st.Capability), c.Scope()) })
	area, _ := pick(w.rnd, areas)
	agency, _ := pick(w.rnd, agencies)
	form := map[flow.Verb]map[string]any{
		clue.Take: {}, clue.Consult: {"form": "meeting", "opinion": "意见"}, clue.Supplement: {"text": "补充"}, clue.Move: {"area": area, "reason": "属地"},
		clue.Adopt: {"category": "water", "severity": "serious"}, clue.Merge: {"into": string(other)}, clue.Refer: {"agency": agency, "reason": "职责"},
		clue.Dismiss: {"ground": "unfounded", "reason": "查无"}, clue.Settle: {"result": "已办"}, clue.ComeBack: {"reason": "非职责"},
		clue.Reconsider: {"reason": "新情况"}, clue.Split: {"reason": "不是一件"}, clue.Join: {"issue": string(known)},
	}[st.Verb]
	a := clue.Act{Version: w.version(c.Version), Form: w.spoil(form)}
	var err error
	switch st.Verb {
	case clue.Adopt:
		var i issue.Issue
		if i, err = w.city.Issues.Adopt(context.Background(), who, id, a); err == nil {
			w.shared.mu.Lock()
			w.shared.issues = keep(w.shared.issues, i.ID, w.shared.most)
			w.shared.mu.Unlock()
		}
	case clue.Join:
		if !some {
			return
		}
		_, err = w.city.Issues.Join(context.Background(), who, id, a)
	default:
		_, err = w.city.Clues.Verbs()[st.Verb](context.Background(), who, id, a)
	}
	w.judge("clue."+string(st.Verb), err)
	if !w.together {
		after := w.clue(id)
		w.told(c.Number, st, who, c.Scope(), c.State, after.Clue.State, c.Version, after.Clue.Version, len(after.Timeline)-len(before.Timeline), err)
	}
}

var agencies = []string{"szf", "sthj", "sthj-330302", "sthj-330302", "sthj-330302", "sthj-330302", "sthj-330302", "sthj-330303", "zf-330302"}

func (w *walk) onIssue() {
	w.shared.mu.Lock()
	id, ok := pick(w.rnd, w.shared.issues)
	w.shared.mu.Unlock()
	if !ok {
		return
	}
	before := w.issue(id)
	i := before.Issue
	st := w.verb(w.city.Issues.Machine(), i.State)
	if i.ExtensionDays > 0 && w.rnd.IntN(2) == 0 { // an answer is rare otherwise
		v, _ := pick(w.rnd, []flow.Verb{issue.Approve, issue.Refuse})
		st, _ = w.city.Issues.Machine().Find(issue.Working, v)
	}
	led := st.Capability == "issue.sign" || st.Capability == "issue.rectify"
	who := w.person(func(a auth.Actor) bool {
		return w.city.Policy.Can(a, auth.Capability(st.Capability), i.Scope()) &&
			(i.LeadAgency == "" || (a.Agency == i.LeadAgency) == led) && (st.Capability != "issue.assign" || auth.Covers(a.Area, i.DeskArea))
	})
	form := maps.Clone(looptest.Forms[st.Verb])
	switch st.Verb {
	case issue.Assign:
		form["lead_agency"], _ = pick(w.rnd, agencies)
	case issue.Sign, issue.Appoint:
		colleagues := slices.DeleteFunc(looptest.Everyone(), func(a auth.Actor) bool { return a.Agency != i.LeadAgency || a.Agency == "" || a.ID == i.PersonID })
		if p, ok := pick(w.rnd, colleagues); ok {
			form["person"] = p.ID
		}
	case issue.Reopen:
		if p, ok := pick(w.rnd, []string{"agency", "agency2", ""}); ok && p != "" {
			form["person"] = p
		}
	case issue.Submit:
		file, _ := pick(w.rnd, looptest.Known[1:])
		form["after"] = []any{file}
	}
	form = w.spoil(form)
	if form["visited_on"] == "today" {
		form["visited_on"] = w.city.Clock.Now().In(looptest.Beijing).Format(time.DateOnly)
	}
	a := issue.Act{Version: w.version(i.Version), Form: form}
	var err error
	for _, verbs := range []map[flow.Verb]issue.Verb{w.city.Issues.Verbs(), w.city.Rectify.Verbs(), w.city.Closing.Verbs()} {
		if f, ok := verbs[st.Verb]; ok {
			_, err = f(context.Background(), who, id, a)
		}
	}
	w.judge("issue."+string(st.Verb), err)
	if !w.together {
		after := w.issue(id)
		w.told(i.Number, st, who, i.Scope(), i.State, after.Issue.State, i.Version, after.Issue.Version, len(after.Timeline)-len(before.Timeline), err)
	}
}

// told compares what happened with what the table and the policy say: a refusal
// left everything as it was; what was done was a step from that state, by
// someone who may, and left one entry.
func (w *walk) told(number string, st flow.Step, who auth.Actor, on auth.Scope, from, to flow.State, was, is int64, entries int, err error) {
	w.t.Helper()
	switch {
	case err != nil:
		if from != to || was != is || entries != 0 {
			w.t.Errorf("%s: %s by %s was refused (%v) and still changed it: %s → %s, version %d → %d, %d entries", number, st.Verb, who.ID, err, from, to, was, is, entries)
		}
	case !slices.Contains(st.From, from) || st.Target(from) != to || is != was+1 || entries != 1:
		w.t.Errorf("%s: %s by %s led from %s to %s, version %d → %d, %d entries", number, st.Verb, who.ID, from, to, was, is, entries)
	case !w.city.Policy.Can(who, auth.Capability(st.Capability), on):
		w.t.Errorf("%s: %s could %s, which is not theirs", number, who.ID, st.Verb)
	}
}
