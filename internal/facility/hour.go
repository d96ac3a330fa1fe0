package facility

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/job"
)

// Hour is one hour of one value by which a unit is known to run.
type Hour struct {
	Device         int64
	Factor         string
	At             time.Time // start of the hour
	Mean, Min, Max float64
	Count          int
}

// Hours sums up what a sender sent in from <= t < to, hour by hour.
type Hours interface {
	HoursOf(ctx context.Context, device int64, from, to time.Time) ([]Hour, error)
}

// jobHours makes the hours in which something came.
const jobHours = "facility.hours"

// settle is how long after its end an hour is made: what comes later makes it
// again.
const settle = 2 * time.Minute

// hoursAtOnce bounds the hours of one pass, and stretch those of one reading.
const (
	hoursAtOnce = 5000
	stretch     = 48 * time.Hour
)

// Jobs registers the making of hours.
func (r *Runner) Jobs(j *job.Runner, h Hours) {
	j.Every(jobHours, 5*time.Minute, func(ctx context.Context, _ job.Job) error { return r.MakeHours(ctx, h) })
}

// MakeHours makes every hour that is over and in which something came since. An
// hour leaves the list in the transaction that writes it, before its readings
// are read: what comes meanwhile puts it on the list again.
func (r *Runner) MakeHours(ctx context.Context, h Hours) error {
	for {
		var due []dueHour
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = hoursDue(ctx, tx, tx.Now.Add(-time.Hour-settle), hoursAtOnce)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		for len(due) > 0 {
			n := 1
			for n < len(due) && due[n].device == due[0].device && due[n].at.Sub(due[0].at) < stretch {
				n++
			}
			if err := r.makeHours(ctx, h, due[:n]); err != nil {
				return err
			}
			due = due[n:]
		}
	}
}

func (r *Runner) makeHours(ctx context.Context, h Hours, due []dueHour) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		device := due[0].device
		for _, d := range due {
			if err := dropDue(ctx, tx, d); err != nil {
				return err
			}
		}
		hours, err := h.HoursOf(ctx, device, due[0].at, due[len(due)-1].at.Add(time.Hour))
		if err != nil {
			return err
		}
		codes := r.codes(device)
		for _, x := range hours {
			on := slices.ContainsFunc(due, func(d dueHour) bool { return d.at.Equal(x.At) })
			if !on || !slices.Contains(codes, x.Factor) {
				continue
			}
			if err := saveHour(ctx, tx, x); err != nil {
				return err
			}
		}
		return nil
	})
}

// codes lists the codes of a sender that units are known by.
func (r *Runner) codes(device int64) (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.channels {
		if k.device == device {
			out = append(out, k.factor)
		}
	}
	return out
}

type dueHour struct {
	device int64
	at     time.Time
}

// dueHours lists the hours of readings that units are known by, except those
// that are on the list already and not over yet. It is called with mu held.
func (r *Runner) dueHours(readings []Reading, now time.Time) (out []dueHour) {
	current := now.Truncate(time.Hour)
	seen := map[dueHour]bool{}
	for _, x := range readings {
		h := dueHour{x.Device, x.At.Truncate(time.Hour)}
		if seen[h] || len(r.channels[channelKey{x.Device, x.Factor}]) == 0 || r.listed[h.device].Equal(h.at) && !h.at.Before(current) {
			continue
		}
		seen[h] = true
		out = append(out, h)
	}
	return out
}

// ForOutlet picks the units that tell of an outlet: the treatment units that
// discharge to it, and the production units that these treat or that discharge
// to it. Production that is bound to no outlet counts where none is bound to
// this one; the main line where no production is known at all.
func ForOutlet(units []Unit, outletID string) (production, treatment []Unit) {
	treated := map[string]bool{}
	for _, u := range units {
		if u.Active && u.Kind == Treatment && u.OutletID == outletID {
			treatment = append(treatment, u)
			for _, p := range u.Treats {
				treated[p] = true
			}
		}
	}
	var free, main []Unit
	for _, u := range units {
		switch {
		case !u.Active || u.Kind == Treatment:
		case u.Kind == Main:
			main = append(main, u)
		case treated[u.ID] || u.OutletID == outletID:
			production = append(production, u)
		case u.OutletID == "":
			free = append(free, u)
		}
	}
	if len(production) == 0 {
		production = free
	}
	if len(production) == 0 {
		production = main
	}
	return production, treatment
}

// PowerOf reads what production and treatment of an outlet drew hour by hour in
// from <= t < to, each the sum over its units' meters. An hour in which one of
// them is missing is left out: a sum without it would say that something stopped.
func PowerOf(ctx context.Context, tx *db.Tx, enterpriseID, outletID string, from, to time.Time) (production, treatment []Hour, err error) {
	units, err := unitsOf(ctx, tx, enterpriseID)
	if err != nil {
		return nil, nil, err
	}
	p, t := ForOutlet(units, outletID)
	if production, err = sumOf(ctx, tx, p, from, to); err != nil {
		return nil, nil, err
	}
	treatment, err = sumOf(ctx, tx, t, from, to)
	return production, treatment, err
}

// keysOf picks the values that may be added up: those of power, else of current,
// else of whatever unit comes first.
func keysOf(units []Unit) map[channelKey]bool {
	by, first := map[string]map[channelKey]bool{}, ""
	for i, u := range units {
		for j, c := range u.Channels {
			f, _ := factor.ByCode(c.Factor)
			if by[f.Unit] == nil {
				by[f.Unit] = map[channelKey]bool{}
			}
			by[f.Unit][channelKey{c.Device, c.Factor}] = true
			if i+j == 0 {
				first = f.Unit
			}
		}
	}
	for _, unit := range []string{"kW", "A"} {
		if by[unit] != nil {
			return by[unit]
		}
	}
	return by[first]
}

func sumOf(ctx context.Context, tx *db.Tx, units []Unit, from, to time.Time) ([]Hour, error) {
	keys := keysOf(units)
	sum, parts := map[int64]*Hour{}, map[int64]int{}
	known := 0
	for k := range keys {
		hours, err := hoursOf(ctx, tx, k, from, to)
		if err != nil {
			return nil, err
		}
		if len(hours) > 0 {
			known++
		}
		for _, h := range hours {
			at := h.At.UnixMicro()
			s := sum[at]
			if s == nil {
				s = &Hour{Factor: k.factor, At: h.At}
				sum[at] = s
			}
			s.Mean, s.Min, s.Max, s.Count = s.Mean+h.Mean, s.Min+h.Min, s.Max+h.Max, s.Count+h.Count
			parts[at]++
		}
	}
	var out []Hour
	for at, h := range sum {
		if parts[at] == known {
			out = append(out, *h)
		}
	}
	slices.SortFunc(out, func(a, b Hour) int { return a.At.Compare(b.At) })
	return out, nil
}
