package rule

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// lane is one stream on its way through the rules that read it. The database
// holds cursor, windows and alarms of one moment, always together; memory holds
// the same and what has been read since. Nearly all values are calm at places
// where nothing is remembered: they change nothing, so a page of them needs no
// transaction, and reading it again after a crash comes to the same.
type lane struct {
	service *Service
	stream  Stream
	watches []*watch
	loaded  bool
	cursor  int64 // judged up to here
	saved   int64 // what the database knows of it
}

// cursorSlack is how many batches may be read again after a crash.
const cursorSlack = 500

func newLane(s *Service, stream Stream) *lane {
	l := &lane{service: s, stream: stream}
	for _, r := range s.rules {
		if r.Stream == stream {
			l.watches = append(l.watches, &watch{service: s, rule: r})
		}
	}
	return l
}

// load takes up what the database holds, at the start and after anything that
// makes memory doubtful.
func (l *lane) load(ctx context.Context) error {
	if l.loaded {
		return nil
	}
	err := l.service.db.Read(ctx, func(tx *db.Tx) (err error) {
		if l.saved, err = cursorOf(ctx, tx, l.stream); err != nil {
			return err
		}
		for _, w := range l.watches {
			if err := w.load(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	l.cursor, l.loaded = l.saved, err == nil
	return err
}

// judge lets every rule see the samples in order and goes on to next. moved is
// false when another runner has moved the cursor; then the lane is loaded anew.
func (l *lane) judge(ctx context.Context, samples []Sample, next int64, limits *limitBook) (moved bool, err error) {
	matters := false
	for _, w := range l.watches {
		w.sift(samples, limits)
		matters = matters || len(w.hot) > 0
	}
	if !matters && next-l.saved < cursorSlack {
		l.cursor = next
		return true, nil
	}
	err = l.service.db.Write(ctx, func(tx *db.Tx) error {
		if moved, err = moveCursor(ctx, tx, l.stream, l.saved, next); err != nil || !moved {
			return err
		}
		for _, w := range l.watches {
			if err := w.work(ctx, tx, samples, limits.sets); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !moved {
		l.loaded = false // memory has run ahead of the database, or lags behind it
		return false, err
	}
	l.cursor, l.saved = next, next
	return true, nil
}

// storing gives the processor time of alarms raised and ended since the last call.
func (l *lane) storing() (d time.Duration) {
	for _, w := range l.watches {
		d += w.storing
		w.storing = 0
	}
	return d
}

// place is one factor at one outlet.
type place struct{ outlet, factor string }

// watch is one rule at work.
type watch struct {
	service *Service
	rule    Rule
	windows map[place][]Sample
	stored  map[place]bool // windows that the database has
	open    map[place]bool // alarms that are not cleared, and perhaps some that are by now

	hot     []hot
	near    map[string]bool // outlets with a window, an alarm, or a value beyond the limit on this page
	heated  map[place]bool  // places with a value beyond the limit on this page
	alarms  map[place]*Alarm
	changed map[*Alarm]bool
	touched map[place]bool
	storing time.Duration // processor time of alarms raised and ended on this page
}

// hot is a sample that may matter: the place of its page, and its limit.
type hot struct {
	sample int
	limit  enterprise.Limit
}

func (w *watch) load(ctx context.Context, tx *db.Tx) (err error) {
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
	var outlet string
	var of map[string][]enterprise.Limit
	for i := range samples {
		n := &samples[i]
		if !w.rule.watches(n.OutletKind) {
			continue
		}
		if n.OutletID != outlet || i == 0 {
			outlet, of = n.OutletID, limits.of[n.OutletID]
		}
		list := of[n.Factor]
		if len(list) == 0 {
			continue
		}
		l, ok := w.rule.Limit(list, n.Factor, n.At)
		if !ok {
			continue
		}
		p := place{n.OutletID, n.Factor}
		if n.breaks(l.Upper, l.Lower) {
			if w.heated == nil {
				w.heated = map[place]bool{}
			}
			w.heated[p], w.near[outlet] = true, true
		} else if !w.near[outlet] || !w.remembers(p) {
			continue // calm stays calm, whatever the rule
		}
		w.hot = append(w.hot, hot{i, l})
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

func (w *watch) remembers(p place) bool { return len(w.windows[p]) > 0 || w.open[p] || w.heated[p] }

// work judges what sift has picked and writes what comes of it.
func (w *watch) work(ctx context.Context, tx *db.Tx, samples []Sample, sets *settingBook) (err error) {
	if len(w.hot) == 0 {
		return nil
	}
	if err := w.recall(ctx, tx, samples); err != nil {
		return err
	}
	w.changed, w.touched = map[*Alarm]bool{}, map[place]bool{}
	for _, h := range w.hot {
		n := samples[h.sample]
		n.Upper, n.Lower, n.Basis = h.limit.Upper, h.limit.Lower, h.limit.Standard+h.limit.Article
		if err := w.see(ctx, tx, n, sets); err != nil {
			return err
		}
	}
	for p := range w.alarms {
		w.open[p] = true
	}
	return w.save(ctx, tx)
}

// recall reads the alarms at the places of the page where one is known to be
// open. Nobody else raises this rule's alarms, so that nothing is overlooked;
// what people have cleared meanwhile is forgotten.
func (w *watch) recall(ctx context.Context, tx *db.Tx, samples []Sample) (err error) {
	w.alarms = map[place]*Alarm{}
	var outlets []string
	asked := map[string]bool{}
	for _, h := range w.hot {
		p := place{samples[h.sample].OutletID, samples[h.sample].Factor}
		if w.open[p] && !asked[p.outlet] {
			asked[p.outlet] = true
			outlets = append(outlets, p.outlet)
		}
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

// see judges one sample and lets the alarm live.
func (w *watch) see(ctx context.Context, tx *db.Tx, n Sample, sets *settingBook) error {
	p := place{n.OutletID, n.Factor}
	alarm := w.alarms[p]
	if len(w.windows[p]) == 0 && alarm == nil && !n.Over() {
		return nil
	}
	set, err := sets.at(ctx, tx, &w.rule, n.OutletID, n.At)
	if err != nil {
		return err
	}
	win := Window{Alarmed: alarm != nil && alarm.Lasts(), Set: set}
	var within bool
	if win.Samples, win.Now, within = insert(w.windows[p], n, w.rule.keep(set)); within {
		w.windows[p] = win.Samples
		w.touched[p] = true
	} else {
		win.Samples, win.Now = []Sample{n}, 0
	}
	if err := w.live(ctx, tx, p, win, w.rule.Judge(win)); err != nil {
		return err
	}
	if !w.keeps(p) { // at once, not at the end of the page: where a page ends must not matter
		delete(w.windows, p)
	}
	return nil
}

// keeps reports whether the window of a place is of interest: something in it is
// beyond its limit, or an alarm lasts there.
func (w *watch) keeps(p place) bool {
	alarm := w.alarms[p]
	return alarm != nil && alarm.Lasts() || slices.ContainsFunc(w.windows[p], Sample.Over)
}

func (w *watch) live(ctx context.Context, tx *db.Tx, p place, win Window, f Finding) error {
	alarm := w.alarms[p]
	switch {
	case f.Verdict == Broken && alarm == nil:
		began, _ := threadTime()
		a, err := w.service.raise(ctx, tx, w.rule, win, f)
		w.bill(began)
		if err != nil {
			return err
		}
		w.alarms[p] = &a
	case f.Verdict == Broken:
		w.changed[alarm] = true
		return w.service.again(ctx, tx, alarm, win, f)
	case f.Verdict == Ended && alarm != nil && alarm.Lasts():
		delete(w.changed, alarm) // end writes it
		began, _ := threadTime()
		err := w.service.end(ctx, tx, alarm, win.Newest().At)
		w.bill(began)
		if err != nil {
			return err
		}
		if alarm.State == StateCleared {
			delete(w.alarms, p)
			delete(w.open, p)
		}
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
	return saveWindows(ctx, tx, w.rule.ID, kept)
}
