package sign

import (
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/rule/setting"
)

// The times of a watcher, in hours.
const (
	history  = 45 * 24        // slots that make up what is usual
	linger   = 12 * time.Hour // how long a sign counts after it was seen
	over     = 12 * time.Hour // without signs, after which an episode ends
	learning = 3 * 24         // slots between two looks at what is usual
	recent   = 24             // newest slots that are not part of what is usual
)

// alone is the weight from which one sign is enough; enough is what signs of
// several families must reach together.
const (
	alone  = 0.75
	enough = 0.75
)

// Episode is what people are told of: signs at one outlet that hold together.
// Raised is when they became enough, From when the first of them began.
type Episode struct {
	Outlet string
	From   time.Time
	To     time.Time // end of the last slot with a sign
	Raised time.Time
	Score  float64
	Kinds  []Kind // the strongest first
}

// Kind is one rule and channel of an episode.
type Kind struct {
	Rule    *Rule
	Channel int
	From    time.Time
	To      time.Time
	Weight  float64
	Reason  string
}

// Watcher judges one outlet's rows in order. It is a pure function of them.
type Watcher struct {
	o        *Outlet
	rules    []*Rule
	lines    []setting.Line // what holds for each of them
	build    *builder
	slots    []Slot
	usual    *Usual
	since    int // slots closed since learning
	active   []Kind
	episode  *Episode
	finished []Episode
}

// NewWatcher watches an outlet by the rules that fit its kind.
func NewWatcher(o *Outlet, rules []Rule) *Watcher {
	w := &Watcher{o: o, build: newBuilder(o), usual: &Usual{}}
	for i := range rules {
		if rules[i].watches(o.Kind) {
			w.rules = append(w.rules, &rules[i])
			if rules[i].Line == nil {
				w.lines = append(w.lines, setting.Fixed(setting.Defaults(rules[i].Settings)))
			} else {
				w.lines = append(w.lines, *rules[i].Line)
			}
		}
	}
	return w
}

// See takes the next row; rows come in order of time.
func (w *Watcher) See(r Row) {
	if w.build.open {
		for end := w.build.slot.At.Add(w.o.slot()); !r.At.Before(end); end = end.Add(w.o.slot()) {
			w.close()
			w.build.begin(end)
		}
	} else {
		w.build.begin(r.At)
	}
	w.build.add(r)
}

// Finish closes the slot under way and gives every episode, in order of the time
// at which it was raised.
func (w *Watcher) Finish() []Episode {
	if w.build.open {
		w.close()
	}
	if w.episode != nil {
		w.finished = append(w.finished, *w.episode)
		w.episode = nil
	}
	return w.finished
}

// close takes the slot under way as complete.
func (w *Watcher) close() { w.take(w.build.end()) }

// take judges a slot that is complete.
func (w *Watcher) take(s Slot) {
	w.slots = append(w.slots, s)
	if len(w.slots) > 2*history {
		w.slots = append(w.slots[:0], w.slots[len(w.slots)-history:]...)
	}
	if w.since--; w.since < 0 || w.changed() {
		w.learn()
		w.since = learning - 1
	}
	scene := Scene{Outlet: w.o, Slots: w.slots, Usual: w.usual, due: w.o.due()}
	signs := Signs{scene: &scene}
	for i, r := range w.rules {
		signs.rule, scene.set = r, w.lines[i].At(s.At)
		r.Judge(&scene, &signs)
	}
	w.weigh(signs.list)
}

// changed reports whether a change was put on record in the slot that has closed.
func (w *Watcher) changed() bool {
	last := w.slots[len(w.slots)-1].At
	for _, c := range w.o.Changes {
		if !c.Before(last) && c.Before(last.Add(w.o.slot())) {
			return true
		}
	}
	return false
}

// learn looks at the slots again, those since the last change on record.
func (w *Watcher) learn() {
	end := max(0, len(w.slots)-recent)
	begin := max(0, end-history)
	now := w.slots[len(w.slots)-1].At
	for _, c := range w.o.Changes {
		for begin < end && !c.After(now) && w.slots[begin].At.Before(c) {
			begin++
		}
	}
	past := w.usual
	w.usual = learn(w.o, w.slots[begin:end], func(s *Slot) bool { return loaded(w.o, past, s) })
}

// weigh lets the signs live and raises, goes on with, or ends the episode.
func (w *Watcher) weigh(signs []Sign) {
	slot := &w.slots[len(w.slots)-1]
	end := slot.At.Add(w.o.slot())
	for _, s := range signs {
		w.note(s, end)
	}
	kept := w.active[:0]
	for _, k := range w.active {
		if end.Sub(k.To) <= max(linger, 2*w.o.slot()) {
			kept = append(kept, k)
		}
	}
	w.active = kept
	w.suspect(signs)
	score := combined(w.active)
	switch {
	case w.episode == nil && len(signs) > 0 && score >= enough:
		w.episode = &Episode{Outlet: w.o.ID, Raised: end, From: end}
		fallthrough
	case w.episode != nil:
		w.goOn(score, end)
	}
}

// suspect keeps what lies under a sign out of what is usual.
func (w *Watcher) suspect(signs []Sign) {
	for _, s := range signs {
		if s.Weight < 0.3 {
			continue
		}
		for i := len(w.slots) - 1; i >= 0 && !w.slots[i].At.Before(s.From); i-- {
			w.slots[i].Suspect = true
		}
	}
}

// note adds a sign to those that are active.
func (w *Watcher) note(s Sign, end time.Time) {
	for i := range w.active {
		k := &w.active[i]
		if k.Rule == s.Rule && k.Channel == s.Channel {
			if s.From.Before(k.From) {
				k.From = s.From
			}
			if s.Weight >= k.Weight {
				k.Weight, k.Reason = s.Weight, s.Reason
			}
			k.To = end
			return
		}
	}
	w.active = append(w.active, Kind{s.Rule, s.Channel, s.From, end, s.Weight, s.Reason})
}

// combined is 1 − Π(1 − p) over the families, each with its strongest sign.
func combined(active []Kind) float64 {
	var byFamily [8]struct {
		f Family
		p float64
	}
	n, rest, best := 0, 1.0, 0.0
next:
	for _, k := range active {
		best = max(best, k.Weight)
		for i := range n {
			if byFamily[i].f == k.Rule.Family {
				byFamily[i].p = max(byFamily[i].p, k.Weight)
				continue next
			}
		}
		if n < len(byFamily) {
			byFamily[n].f, byFamily[n].p = k.Rule.Family, k.Weight
			n++
		}
	}
	for i := range n {
		rest *= 1 - byFamily[i].p
	}
	if n < 2 && best < alone {
		return min(best, enough-0.01) // one family alone is not enough
	}
	return 1 - rest
}

// goOn extends the episode by what is active, or ends it.
func (w *Watcher) goOn(score float64, end time.Time) {
	e := w.episode
	if len(w.active) == 0 {
		if end.Sub(e.To) >= over {
			w.finished = append(w.finished, *e)
			w.episode = nil
		}
		return
	}
	e.Score = math.Max(e.Score, score)
	for _, k := range w.active {
		if k.To.After(e.To) {
			e.To = k.To
		}
		if k.From.Before(e.From) {
			e.From = k.From
		}
		e.merge(k)
	}
}

// merge keeps one entry for each rule and channel, the heaviest first.
func (e *Episode) merge(k Kind) {
	at := -1
	for i := range e.Kinds {
		if e.Kinds[i].Rule == k.Rule && e.Kinds[i].Channel == k.Channel {
			at = i
		}
	}
	if at < 0 {
		e.Kinds = append(e.Kinds, k)
		at = len(e.Kinds) - 1
	} else {
		e.Kinds[at] = k
	}
	for ; at > 0 && e.Kinds[at].Weight > e.Kinds[at-1].Weight; at-- {
		e.Kinds[at], e.Kinds[at-1] = e.Kinds[at-1], e.Kinds[at]
	}
}

// Level grades an episode: grave when two hard kinds or a near certainty stand
// behind it, otherwise suspected.
func (e *Episode) Level() string {
	if e.Score >= 0.97 {
		return "grave"
	}
	return "suspected"
}

// SeeSlot takes the next slot where only sums of hours are known; slots that are
// missing before it are empty.
func (w *Watcher) SeeSlot(s Slot) {
	if n := len(w.slots); n > 0 {
		for next := w.slots[n-1].At.Add(w.o.slot()); next.Before(s.At); next = next.Add(w.o.slot()) {
			w.take(w.empty(next))
		}
	}
	w.take(s)
}

func (w *Watcher) empty(at time.Time) Slot {
	return Slot{At: at, Tallies: make([]Tally, len(w.o.Channels)), Rain: math.NaN()}
}
