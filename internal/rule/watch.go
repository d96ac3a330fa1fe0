package rule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// place is one factor at one outlet.
type place struct{ outlet, factor string }

// pulse is how an alarm stands that is not cleared.
type pulse struct {
	lasts bool
	level Level
}

// watch is one rule at work.
type watch struct {
	service *Service
	rule    Rule
	windows map[place][]Sample
	stored  map[place]bool  // windows that the database has
	open    map[place]pulse // alarms that are not cleared, and perhaps some that are by now

	picks   picks
	hot     []hot
	rest    []hot           // of hot, what is judged in the transaction
	acts    []act           // found, and not stored yet
	near    map[string]bool // outlets with a window, an alarm, or a value beyond the limit on this page
	heated  map[place]bool  // places with a value beyond the limit on this page
	alarms  map[place]*Alarm
	changed map[*Alarm]bool
	touched map[place]bool // windows that the database does not have so
	storing time.Duration  // processor time of alarms raised and ended
}

// hot is a sample that may matter: the place of its page, and its limit.
type hot struct {
	sample int
	limit  enterprise.Limit
}

// act is what a rule found of an alarm that lasts.
type act struct {
	sample  Sample
	finding Finding
}

func (a act) place() place { return place{a.sample.OutletID, a.sample.Factor} }

func (w *watch) load(ctx context.Context, tx *db.Tx) (err error) {
	w.acts, w.rest, w.touched = nil, nil, map[place]bool{}
	if w.windows, err = windowsOf(ctx, tx, w.rule.ID); err != nil {
		return err
	}
	w.stored = make(map[place]bool, len(w.windows))
	for p := range w.windows {
		w.stored[p] = true
	}
	w.open, err = openPlaces(ctx, tx, w.rule.ID)
	return err
}

// sift picks the samples that may matter: those beyond their limit, and all at
// places where a window or an alarm is remembered. It is the path of every value.
func (w *watch) sift(samples []Sample, limits *limitBook) {
	w.hot = w.hot[:0]
	clear(w.heated)
	w.survey()
	w.picks.rule = &w.rule
	var outlet string
	var at time.Time
	var micros int64
	var known *outletPicks // nil = the rule does not watch the outlet
	var of map[string][]enterprise.Limit
	for i := range samples {
		n := &samples[i]
		if n.OutletID != outlet || i == 0 {
			outlet, of, known = n.OutletID, limits.of[n.OutletID], nil
			if len(of) > 0 && w.rule.watches(n.OutletKind) {
				known = w.picks.outlet(outlet, limits)
			}
		}
		if known == nil {
			continue
		}
		if n.At != at || i == 0 { // the values of a frame have the same
			at, micros = n.At, n.At.UnixMicro()
		}
		l := w.picks.limit(known, of, n.Factor, at, micros)
		if l == nil {
			continue
		}
		if n.breaks(l.Upper, l.Lower) {
			if w.heated == nil {
				w.heated = map[place]bool{}
			}
			w.heated[place{outlet, n.Factor}], w.near[outlet] = true, true
		} else if len(w.near) == 0 || !w.near[outlet] || !w.remembers(place{outlet, n.Factor}) {
			continue // calm stays calm, whatever the rule
		}
		w.hot = append(w.hot, hot{i, *l})
	}
}

// survey notes the outlets where anything is remembered: they are few, and the
// others cost no more than a look.
func (w *watch) survey() {
	if w.near == nil {
		w.near = map[string]bool{}
	}
	clear(w.near)
	for p := range w.windows {
		w.near[p.outlet] = true
	}
	for p := range w.open {
		w.near[p.outlet] = true
	}
}

func (w *watch) remembers(p place) bool {
	if len(w.windows[p]) > 0 || w.heated[p] {
		return true
	}
	_, open := w.open[p]
	return open
}

// foresee judges what sift has picked as far as it needs no transaction, and is
// true when the rest does. Only this rule ends its alarms, and nobody clears one
// that lasts: what it finds of a lasting alarm holds whenever it is stored.
func (w *watch) foresee(samples []Sample, sets *settingBook) (urgent bool) {
	w.rest = nil
	for i, h := range w.hot {
		n := h.of(samples)
		p := place{n.OutletID, n.Factor}
		was, open := w.open[p]
		if len(w.windows[p]) == 0 && !open && !n.Over() {
			continue
		}
		set, known := sets.inMemory(&w.rule, n.OutletID, n.At)
		if !known {
			w.rest = w.hot[i:]
			return true
		}
		f := w.rule.Judge(w.window(p, n, was, set))
		switch {
		case f.Verdict == Broken && !(was.lasts && f.Level.rank() <= was.level.rank()):
			w.rest = w.hot[i:] // putting it into its window twice changes nothing
			return true
		case f.Verdict == Broken:
			was.level = f.Level
			w.open[p] = was
			w.acts = append(w.acts, act{n, f})
		case f.Verdict == Ended && open && was.lasts:
			was.lasts = false
			w.open[p] = was
			w.acts = append(w.acts, act{n, f})
		}
		w.drop(p)
	}
	return false
}

// waits reports whether anything is not stored yet.
func (w *watch) waits() bool { return len(w.acts) > 0 || len(w.touched) > 0 }

// of is the sample with the limit by which it is judged.
func (h hot) of(samples []Sample) Sample {
	n := samples[h.sample]
	n.Upper, n.Lower, n.Basis = h.limit.Upper, h.limit.Lower, h.limit.Standard+h.limit.Article
	return n
}

// window puts a sample into its place among the newest.
func (w *watch) window(p place, n Sample, at pulse, set setting.Set) Window {
	win := Window{Alarmed: at.lasts, Level: at.level, Set: set}
	var within bool
	if win.Samples, win.Now, within = insert(w.windows[p], n, w.rule.keep(set)); within {
		w.windows[p] = win.Samples
		w.touched[p] = true
	} else {
		win.Samples, win.Now = []Sample{n}, 0
	}
	return win
}

// drop forgets the window of a place where nothing is of interest any more: none
// of it is beyond its limit, and no alarm lasts. It is done at once, not at the end
// of the page: where a page ends must not matter.
func (w *watch) drop(p place) {
	if !w.open[p].lasts && !slices.ContainsFunc(w.windows[p], Sample.Over) {
		delete(w.windows, p)
	}
}

// work stores what has been found so far and judges the rest of the page.
func (w *watch) work(ctx context.Context, tx *db.Tx, samples []Sample, sets *settingBook) (err error) {
	if !w.waits() && len(w.rest) == 0 {
		return nil
	}
	if err := w.recall(ctx, tx, samples); err != nil {
		return err
	}
	w.changed = map[*Alarm]bool{}
	for _, a := range w.acts {
		if err := w.carryOut(ctx, tx, a); err != nil {
			return err
		}
	}
	for _, h := range w.rest {
		if err := w.see(ctx, tx, h.of(samples), sets); err != nil {
			return err
		}
	}
	w.acts, w.rest = w.acts[:0], nil
	return w.save(ctx, tx)
}

// recall reads the alarms at the places of interest where one is known to be
// open. Nobody else raises this rule's alarms, so that nothing is overlooked;
// what people have cleared meanwhile is forgotten.
func (w *watch) recall(ctx context.Context, tx *db.Tx, samples []Sample) (err error) {
	w.alarms = map[place]*Alarm{}
	var outlets []string
	asked := map[string]bool{}
	ask := func(p place) {
		if _, open := w.open[p]; open && !asked[p.outlet] {
			asked[p.outlet] = true
			outlets = append(outlets, p.outlet)
		}
	}
	for _, a := range w.acts {
		ask(a.place())
	}
	for _, h := range w.rest {
		ask(place{samples[h.sample].OutletID, samples[h.sample].Factor})
	}
	if len(outlets) == 0 {
		return nil
	}
	if w.alarms, err = openAlarms(ctx, tx, w.rule.ID, outlets); err != nil {
		return err
	}
	for p := range w.open {
		if asked[p.outlet] && w.alarms[p] == nil {
			delete(w.open, p)
		}
	}
	return nil
}

// carryOut lets the alarm of an act live by it.
func (w *watch) carryOut(ctx context.Context, tx *db.Tx, a act) error {
	alarm := w.alarms[a.place()]
	if alarm == nil || !alarm.Lasts() {
		return fmt.Errorf("rule: an alarm of %s has ended beside its rule", w.rule.ID)
	}
	if a.finding.Verdict == Ended {
		return w.end(ctx, tx, alarm, a.sample.At)
	}
	w.changed[alarm] = true
	return w.service.again(ctx, tx, alarm, a.sample, a.finding)
}

// see judges one sample and lets the alarm live.
func (w *watch) see(ctx context.Context, tx *db.Tx, n Sample, sets *settingBook) error {
	p := place{n.OutletID, n.Factor}
	alarm := w.alarms[p]
	if alarm == nil {
		delete(w.open, p)
	} else {
		w.open[p] = pulse{alarm.Lasts(), alarm.Level}
	}
	if len(w.windows[p]) == 0 && alarm == nil && !n.Over() {
		return nil
	}
	set, err := sets.at(ctx, tx, &w.rule, n.OutletID, n.At)
	if err != nil {
		return err
	}
	win := w.window(p, n, w.open[p], set)
	if err := w.live(ctx, tx, p, win, w.rule.Judge(win)); err != nil {
		return err
	}
	w.drop(p)
	return nil
}

func (w *watch) live(ctx context.Context, tx *db.Tx, p place, win Window, f Finding) error {
	alarm := w.alarms[p]
	switch {
	case f.Verdict == Broken && alarm == nil:
		began, _ := threadTime()
		a, err := w.service.raise(ctx, tx, w.rule, win, f, slices.Collect(maps.Values(w.alarms))...)
		w.bill(began)
		if err != nil {
			return err
		}
		w.alarms[p] = &a
		w.open[p] = pulse{a.Lasts(), a.Level}
	case f.Verdict == Broken:
		w.changed[alarm] = true
		if err := w.service.again(ctx, tx, alarm, win.Newest(), f); err != nil {
			return err
		}
		w.open[p] = pulse{alarm.Lasts(), alarm.Level}
	case f.Verdict == Ended && alarm != nil && alarm.Lasts():
		return w.end(ctx, tx, alarm, win.Newest().At)
	}
	return nil
}

// end ends an alarm of this rule.
func (w *watch) end(ctx context.Context, tx *db.Tx, alarm *Alarm, at time.Time) error {
	p := place{alarm.OutletID, alarm.Factor}
	delete(w.changed, alarm) // the service writes it
	began, _ := threadTime()
	err := w.service.end(ctx, tx, alarm, at)
	w.bill(began)
	if err != nil {
		return err
	}
	w.open[p] = pulse{alarm.Lasts(), alarm.Level}
	if alarm.State == StateCleared {
		delete(w.alarms, p)
		delete(w.open, p)
	}
	return nil
}

// bill counts what the beginning or the end of an alarm cost since a moment.
func (w *watch) bill(began time.Duration) {
	if now, ok := threadTime(); ok {
		w.storing += now - began
	}
}

// save writes the alarms that went on and the windows that are kept, and drops the
// others.
func (w *watch) save(ctx context.Context, tx *db.Tx) error {
	for a := range w.changed {
		if err := saveValues(ctx, tx, a); err != nil {
			return err
		}
	}
	kept := map[place][]Sample{}
	for p := range w.touched {
		if window, ok := w.windows[p]; ok {
			kept[p], w.stored[p] = window, true
			continue
		}
		if w.stored[p] {
			if err := dropWindow(ctx, tx, w.rule.ID, p); err != nil {
				return err
			}
		}
		delete(w.stored, p)
	}
	clear(w.touched)
	return saveWindows(ctx, tx, w.rule.ID, kept)
}
