package gap

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// How far back the first look goes, and how short a pass is not worth it.
const (
	lookBack     = 35 * 24 * time.Hour
	lookBackLive = 2 * 24 * time.Hour // realtime: thirty times the frames
	shortPass    = 10 * time.Minute
)

// maxRuns bounds the gaps noted of one device in one pass; the slots beyond are
// counted as missing, and not followed.
const maxRuns = 100

// devicesAtOnce is how many devices one transaction notes, so that no writer
// waits long.
const devicesAtOnce = 200

// chain is the passes of one look at one kind of data. Between them the rhythms
// stay in memory: of a device of which nothing has come, and nothing was due, only
// the time moves up to which it was looked at, and that is written once.
type chain struct {
	k      *Kind
	known  map[string]rhythm
	behind map[string]int64 // up to where the row stands, where that is not written yet
	stale  bool             // another process was faster
}

// looks walks everything that has come of one kind since the last look.
func (s *Service) looks(ctx context.Context, k *Kind) (moved int, err error) {
	for more := true; more; {
		c := chain{k: k, behind: map[string]int64{}}
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			c.known, err = rhythms(ctx, tx, k.CN)
			return err
		})
		if err != nil {
			return moved, err
		}
		for !c.stale {
			if more, err = s.pass(ctx, &c); err != nil {
				return moved, err
			}
			if !more {
				break
			}
			moved++
		}
		if err := s.flush(ctx, &c); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// pass walks one stretch of time of one kind of data, all devices in one reading.
func (s *Service) pass(ctx context.Context, c *chain) (more bool, err error) {
	k, known := c.k, c.known
	now := s.DB.Now()
	end := now.Add(-k.grace)
	reached, from := begin(k, known, now)
	if end.Sub(reached) < max(shortPass, k.base/4) {
		return false, nil
	}
	moments := map[int64][]int64{}
	to := reached
	for len(moments) == 0 {
		if to = to.Add(k.step); to.After(end) {
			to = end
		}
		err = s.Store.EachMoment(ctx, k.CN, from.UnixMicro(), to.UnixMicro(), func(device, at int64) {
			moments[device] = append(moments[device], at)
		})
		if err != nil {
			return false, err
		}
		if len(known) > 0 {
			break
		}
		if len(moments) == 0 && !to.Before(end) {
			return false, nil // nobody has sent any yet; what comes may be old
		}
		from = to
	}
	here := map[string]bool{}
	var work []walked
	for _, d := range s.Store.DevicesInUse() {
		here[d.ID] = true
		r, ok := known[d.ID]
		if !ok && len(moments[d.Num]) == 0 {
			continue
		}
		w := walk(k, d, r, ok, moments[d.Num], to.UnixMicro())
		switch {
		case w.changed:
			if was, ok := c.behind[d.ID]; ok {
				w.was = was
			}
			work = append(work, w)
		case w.r.Until > r.Until:
			if _, ok := c.behind[d.ID]; !ok {
				c.behind[d.ID] = r.Until
			}
			known[d.ID] = w.r
		}
	}
	for part := range slices.Chunk(work, devicesAtOnce) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			n := news{}
			for i := range part {
				if err := s.record(ctx, tx, n, k, &part[i]); err != nil {
					return err
				}
			}
			return n.publish(ctx, tx)
		})
		if err != nil {
			return false, err
		}
		for i := range part {
			w := &part[i]
			delete(c.behind, w.d.ID)
			known[w.d.ID] = w.r
			c.stale = c.stale || !w.saved
		}
	}
	return c.stale || to.Before(end), s.forget(ctx, k, known, here)
}

// flush writes up to where the devices were looked at of which nothing came.
func (s *Service) flush(ctx context.Context, c *chain) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(c.behind)), devicesAtOnce) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			for _, id := range part {
				r := c.known[id]
				if _, err := saveRhythm(ctx, tx, &r, true, c.behind[id]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// begin is up to where all devices of a kind have been looked at, and where the
// next pass reads from: what lies behind a device's last slot may have come since.
func begin(k *Kind, known map[string]rhythm, now time.Time) (reached, from time.Time) {
	if len(known) == 0 {
		back := lookBack
		if k.CN == telemetry.CNRealtime {
			back = lookBackLive
		}
		return now.Add(-back), now.Add(-back)
	}
	first, low := int64(0), int64(0)
	for _, r := range known {
		open := r.Until
		if r.Pace > 0 {
			open = min(open, r.Last+1)
		}
		// A device that is waited for while it sends what it has kept must not have all
		// the others looked at again and again.
		if !r.waits() && (first == 0 || r.Until < first) {
			first = r.Until
		}
		if low == 0 || open < low {
			low = open
		}
	}
	if first == 0 {
		first = low
	}
	return time.UnixMicro(first), time.UnixMicro(low)
}

// forget drops the rhythms of devices that are no longer in use: one that returns
// is learned anew.
func (s *Service) forget(ctx context.Context, k *Kind, known map[string]rhythm, here map[string]bool) error {
	var gone []string
	for id := range known {
		if !here[id] {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return dropRhythms(ctx, tx, k.CN, gone) })
}

// walked is one device after a pass.
type walked struct {
	d       telemetry.Device
	r       rhythm
	known   bool  // it has a row …
	was     int64 // … which stands here
	found   find
	changed bool // more than the time up to which it was looked at
	saved   bool
}

// walk takes one device through the moments of a pass.
func walk(k *Kind, d telemetry.Device, r rhythm, known bool, moments []int64, to int64) walked {
	if !known {
		r = rhythm{DeviceID: d.ID, CN: k.CN}
	}
	w := walked{d: d, r: r, known: known, was: r.Until}
	if r.Until >= to {
		return w // looked at in a pass that did not come to its end
	}
	slices.Sort(moments)
	behind := r.Until // what fills a missed slot is found by looking at its gap
	if r.Pace > 0 {
		behind = r.Last + 1
	}
	for len(moments) > 0 && moments[0] < behind {
		moments = moments[1:]
	}
	r.base = k.base.Microseconds()
	if k.CN == telemetry.CNRealtime {
		r.base = (time.Duration(max(d.RtdInterval, 1)) * time.Second).Microseconds()
	}
	w.found = r.walk(moments, to, k.young)
	if r.Pace == 0 && r.Last > 0 && to-r.Last < k.hold.Microseconds() {
		r.Until = r.Last + 1 // it may be sending what it has kept, from the oldest on
	}
	before := w.r
	before.Until, before.base = r.Until, r.base
	w.r, w.changed = r, !known || before != r || len(w.found.came) > 0
	return w
}

// record writes down what was found of one device, unless another process was
// faster.
func (s *Service) record(ctx context.Context, tx *db.Tx, n news, k *Kind, w *walked) error {
	ok, err := saveRhythm(ctx, tx, &w.r, w.known, w.was)
	if w.saved = ok; err != nil || !ok {
		return err
	}
	missing := map[int64]int64{}
	for i, g := range w.found.missing {
		for day, slots := range g.perDay() {
			missing[day] += slots
		}
		if i >= maxRuns {
			continue
		}
		if err := s.note(ctx, tx, n, k, w.d, g); err != nil {
			return err
		}
	}
	days := map[int64]dayCount{}
	for day, n := range w.found.came {
		c := days[day]
		c.came = n
		days[day] = c
	}
	for day, n := range missing {
		c := days[day]
		c.missing = n
		days[day] = c
	}
	return addDays(ctx, tx, w.d.ID, k.CN, days)
}

// note begins a gap, or lengthens the one that it continues.
func (s *Service) note(ctx context.Context, tx *db.Tx, n news, k *Kind, d telemetry.Device, g run) error {
	if longer, err := lengthen(ctx, tx, d.ID, k.CN, g); err != nil || longer {
		return err
	}
	wait := s.Pace.After
	if !k.ask {
		wait = realtimeLooks[0]
	}
	fresh := Gap{ID: db.NewID(), DeviceID: d.ID, OutletID: d.OutletID, EnterpriseID: d.EnterpriseID, Area: d.Area, CN: k.CN,
		State: Machine.Initial, NextAt: tx.Now.Add(wait), FoundAt: tx.Now, Version: 1, run: g}
	n.of(&fresh)
	return insertGap(ctx, tx, &fresh)
}
