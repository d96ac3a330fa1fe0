package gap

import (
	"context"
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

// pass walks one stretch of time of one kind of data, all devices in one reading.
func (s *Service) pass(ctx context.Context, k *Kind) (more bool, err error) {
	var known map[string]rhythm
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		known, err = rhythms(ctx, tx, k.CN)
		return err
	})
	if err != nil {
		return false, err
	}
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
	devices := s.Store.DevicesInUse()
	here := make(map[string]bool, len(devices))
	work := devices[:0]
	for _, d := range devices {
		here[d.ID] = true
		if _, ok := known[d.ID]; ok || len(moments[d.Num]) > 0 {
			work = append(work, d)
		}
	}
	for part := range slices.Chunk(work, devicesAtOnce) {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			n := news{}
			for _, d := range part {
				r, ok := known[d.ID]
				if !ok {
					r = rhythm{DeviceID: d.ID, CN: k.CN}
				}
				if err := s.look(ctx, tx, n, k, d, r, ok, moments[d.Num], to.UnixMicro()); err != nil {
					return err
				}
			}
			return n.publish(ctx, tx)
		})
		if err != nil {
			return false, err
		}
	}
	return to.Before(end), s.forget(ctx, k, known, here)
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

// look walks one device and writes down what was found.
func (s *Service) look(ctx context.Context, tx *db.Tx, n news, k *Kind, d telemetry.Device, r rhythm, known bool, moments []int64, to int64) error {
	if r.Until >= to {
		return nil // looked at in a pass that did not come to its end
	}
	was := r.Until
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
	f := r.walk(moments, to, k.young)
	if r.Pace == 0 && r.Last > 0 && to-r.Last < k.hold.Microseconds() {
		r.Until = r.Last + 1 // it may be sending what it has kept, from the oldest on
	}
	if ok, err := saveRhythm(ctx, tx, &r, known, was); err != nil || !ok {
		return err
	}
	missing := map[int64]int64{}
	for i, g := range f.missing {
		for day, slots := range g.perDay() {
			missing[day] += slots
		}
		if i >= maxRuns {
			continue
		}
		if err := s.note(ctx, tx, n, k, d, g); err != nil {
			return err
		}
	}
	days := map[int64]dayCount{}
	for day, n := range f.came {
		c := days[day]
		c.came = n
		days[day] = c
	}
	for day, n := range missing {
		c := days[day]
		c.missing = n
		days[day] = c
	}
	return addDays(ctx, tx, d.ID, k.CN, days)
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
