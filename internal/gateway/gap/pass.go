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
	from := s.begin(k, known, now)
	if end.Sub(from) < max(shortPass, k.base/4) {
		return false, nil
	}
	to := from.Add(k.step)
	if to.After(end) {
		to = end
	}
	moments := map[int64][]int64{}
	err = s.Store.EachMoment(ctx, k.CN, from.UnixMicro(), to.UnixMicro(), func(device, at int64) {
		moments[device] = append(moments[device], at)
	})
	if err != nil {
		return false, err
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
			for _, d := range part {
				r, ok := known[d.ID]
				if !ok {
					r = rhythm{DeviceID: d.ID, CN: k.CN}
				}
				if err := s.look(ctx, tx, k, d, r, ok, moments[d.Num], to.UnixMicro()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	s.reached[k.CN] = to
	return true, s.forget(ctx, k, known, here)
}

// begin is where the next pass of a kind starts: where the device that was looked
// at least far stands.
func (s *Service) begin(k *Kind, known map[string]rhythm, now time.Time) time.Time {
	if len(known) == 0 {
		back := now.Add(-lookBack)
		if k.CN == telemetry.CNRealtime {
			back = now.Add(-lookBackLive)
		}
		if s.reached[k.CN].After(back) { // nobody has sent any yet
			return s.reached[k.CN]
		}
		return back
	}
	from := int64(0)
	for _, r := range known {
		if from == 0 || r.Until < from {
			from = r.Until
		}
	}
	return time.UnixMicro(from)
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
func (s *Service) look(ctx context.Context, tx *db.Tx, k *Kind, d telemetry.Device, r rhythm, known bool, moments []int64, to int64) error {
	if r.Until >= to {
		return nil // looked at in a pass that did not come to its end
	}
	was := r.Until
	slices.Sort(moments)
	for len(moments) > 0 && moments[0] < r.Until {
		moments = moments[1:]
	}
	r.base = k.base.Microseconds()
	if k.CN == telemetry.CNRealtime {
		r.base = (time.Duration(max(d.RtdInterval, 1)) * time.Second).Microseconds()
	}
	f := r.walk(moments, to, k.young)
	if ok, err := saveRhythm(ctx, tx, &r, known, was); err != nil || !ok {
		return err
	}
	missing := map[int64]int64{}
	for i, g := range f.missing {
		for day, n := range g.perDay() {
			missing[day] += n
		}
		if i >= maxRuns {
			continue
		}
		if err := s.note(ctx, tx, k, d, g); err != nil {
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
func (s *Service) note(ctx context.Context, tx *db.Tx, k *Kind, d telemetry.Device, g run) error {
	if longer, err := lengthen(ctx, tx, d.ID, k.CN, g); err != nil || longer {
		return err
	}
	wait := settle
	if !k.ask {
		wait = realtimeLooks[0]
	}
	return insertGap(ctx, tx, &Gap{ID: db.NewID(), DeviceID: d.ID, OutletID: d.OutletID, EnterpriseID: d.EnterpriseID, Area: d.Area, CN: k.CN,
		State: Machine.Initial, NextAt: tx.Now.Add(wait), FoundAt: tx.Now, Version: 1, run: g})
}
