package ambient

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/db"
)

// State is how a station stands now.
type State struct {
	At     time.Time   // the newest hour with a value, zero = none of the last two days
	Hours  []Hour      // its values
	Report *air.Report // of air: the AQI of that hour
	Month  *WaterMonth // of water: this month, or the last with a value
}

// silent is how long a station may be without a new hour.
const silent = 3 * time.Hour

// Offline reports whether an automatic air station is silent; water stations
// measure every four hours, and have six.
func (s State) Offline(st Station, now time.Time) bool {
	allowed := silent
	if st.Kind != Air {
		allowed = 6 * time.Hour
	}
	return st.Method == "auto" && st.Stands(DayAt(now)) && now.Sub(s.At.Add(time.Hour)) > allowed
}

// States reads how stations stand, by id.
func (s *Service) States(ctx context.Context, list []Station) (out map[string]State, err error) {
	out = map[string]State{}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		today, month := DayAt(tx.Now), MonthAt(tx.Now)
		rows, err := lastDays(ctx, tx, today-1)
		if err != nil {
			return err
		}
		water := false
		for _, st := range list {
			out[st.ID] = stateOf(st, rows[st.Num])
			water = water || st.Kind != Air
		}
		if !water {
			return nil
		}
		functions, err := allFunctions(ctx, tx)
		if err != nil {
			return err
		}
		b, err := waterBookOf(ctx, tx, 0, month-2, month)
		if err != nil {
			return err
		}
		for _, st := range list {
			for m := month; st.Kind != Air && m >= month-2; m-- {
				if w := b.month(st, functions[st.ID], m); len(w.Values) > 0 {
					x := out[st.ID]
					x.Month = &w
					out[st.ID] = x
					break
				}
			}
		}
		return nil
	})
	return out, err
}

func stateOf(st Station, rows []row) (s State) {
	hourAt := func(x *row, h int) time.Time { return x.day.Begin().Add(time.Duration(h) * time.Hour) }
	for i := range rows {
		for h := range rows[i].slots {
			if at := hourAt(&rows[i], h); rows[i].slots[h].flag != 0 && at.After(s.At) {
				s.At = at
			}
		}
	}
	if s.At.IsZero() {
		return s
	}
	var v air.Values
	var day [6]assess.Sum // of the 24 hours up to it
	for i := range rows {
		x := &rows[i]
		item, basic := airItem[x.factor]
		for h := range x.slots {
			at, slot := hourAt(x, h), x.slots[h]
			if slot.flag == 0 {
				continue
			}
			counts := slot.flag == valid && slot.value.Mantissa >= 0
			if at.Equal(s.At) {
				s.Hours = append(s.Hours, Hour{at, x.factor, slot.value, slot.flag})
				if basic && counts {
					v[item] = slot.value.Rat()
				}
			}
			if basic && counts && s.At.Sub(at) < 24*time.Hour {
				day[item].Add(slot.value)
			}
		}
	}
	if st.Kind != Air {
		return s
	}
	extra := air.Extra{SO2Day: day[air.SO2].Mean()}
	r := air.Hourly(s.At, v, extra)
	if r.From.IsZero() { // before March 2026 the hour's index takes running means of particles
		for _, i := range []air.Item{air.PM10, air.PM25} {
			if v[i] != nil {
				v[i] = day[i].Mean()
			}
		}
		r = air.Hourly(s.At, v, extra)
	}
	s.Report = &r
	return s
}
