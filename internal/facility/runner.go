package facility

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/loop"
)

// Reading is one committed value of a sender.
type Reading struct {
	Device int64
	Factor string
	At     time.Time // of the data
	Value  decimal.Decimal
}

// Source gives committed values in order, of the senders that are wanted; with a
// nil want none, and the cursor behind everything.
type Source interface {
	Since(ctx context.Context, cursor int64, want func(device int64) bool) ([]Reading, int64, error)
	Wake() <-chan struct{}
	// Cursor and Save keep the runner's place in the readings.
	Cursor(ctx context.Context, tx *db.Tx) (int64, error)
	Save(ctx context.Context, tx *db.Tx, cursor int64) error
}

// Runner derives the units' states from what is committed. Their changes are
// written with the cursor; the present is in memory.
type Runner struct {
	db     *db.DB
	source Source
	log    *slog.Logger

	run    sync.Mutex // one pass at a time
	cursor int64
	loaded bool
	saved  time.Time
	listed map[int64]time.Time // the newest hour of a sender that is on the list of hours to be made

	mu       sync.Mutex // guards the rest, which requests read
	stale    bool       // the channels have changed
	checked  time.Time
	channels map[channelKey][]*live
	units    map[string]*liveUnit
	wanted   map[int64]bool

	loop loop.Loop
}

type channelKey struct {
	device int64
	factor string
}

// live is a channel as it is now.
type live struct {
	Channel
	state State
	value decimal.Decimal
	at    time.Time
}

type liveUnit struct {
	state    State
	since    time.Time
	seen     time.Time // newest value of any channel
	channels []*live
}

// NewRunner makes a runner; it reads nothing before its first pass.
func NewRunner(d *db.DB, s Source, log *slog.Logger) *Runner {
	r := &Runner{db: d, source: s, log: log, units: map[string]*liveUnit{}, listed: map[int64]time.Time{}}
	r.loop = loop.Loop{Work: r.RunDue, Wake: s.Wake, Each: poll, Rest: rest, Log: log, Fail: "states of units were not derived; they will be tried again"}
	return r
}

// Refresh makes the next pass read the channels again.
func (r *Runner) Refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stale = true
}

// How often a runner looks unwoken, how long commits gather, how often the
// channels are compared with the database and the cursor is saved though nothing
// changed.
const (
	poll   = time.Second
	rest   = 100 * time.Millisecond
	reload = 10 * time.Second
	save   = 30 * time.Second
)

// Start derives states until Stop.
func (r *Runner) Start(ctx context.Context) error { return r.loop.Start(ctx) }

// Stop ends the deriving; what was not read is read after the next start.
func (r *Runner) Stop(ctx context.Context) error { return r.loop.Stop(ctx) }

// RunDue takes everything that is committed and reports how many values of
// channels that were.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	r.run.Lock()
	defer r.run.Unlock()
	total := 0
	for {
		if err := r.load(ctx); err != nil {
			return total, err
		}
		want := r.wants
		if len(r.wanted) == 0 {
			want = nil
		}
		readings, next, err := r.source.Since(ctx, r.cursor, want)
		if err != nil || next == r.cursor {
			return total, err
		}
		n, err := r.take(ctx, readings, next)
		total += n
		if err != nil {
			return total, err
		}
	}
}

func (r *Runner) wants(device int64) bool { return r.wanted[device] }

// load reads channels and last states: at first, when they were changed here, and
// from time to time, for changes by other processes.
func (r *Runner) load(ctx context.Context) error {
	now := r.db.Now()
	r.mu.Lock()
	due := !r.loaded || r.stale || now.Sub(r.checked) >= reload
	r.stale = false
	r.mu.Unlock()
	if !due {
		return nil
	}
	return r.db.Read(ctx, func(tx *db.Tx) error {
		if !r.loaded {
			cursor, err := r.source.Cursor(ctx, tx)
			if err != nil {
				return err
			}
			r.cursor = cursor
		}
		channels, err := activeChannels(ctx, tx)
		if err != nil {
			return err
		}
		last, err := lastChanges(ctx, tx)
		if err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.adopt(channels, last, now)
		r.loaded, r.checked = true, now
		return nil
	})
}

// adopt puts channels in place of the present ones; what was known of them stays.
// It is called with mu held.
func (r *Runner) adopt(channels []Channel, last []Change, now time.Time) {
	type key struct {
		unit string
		channelKey
	}
	before := map[key]*live{}
	for id, u := range r.units {
		for _, c := range u.channels {
			before[key{id, channelKey{c.Device, c.Factor}}] = c
		}
	}
	changes := map[string]Change{}
	for _, c := range last {
		changes[c.UnitID] = c
	}
	units := map[string]*liveUnit{}
	r.channels, r.wanted = map[channelKey][]*live{}, map[int64]bool{}
	for _, c := range channels {
		u := units[c.UnitID]
		if u == nil {
			u = &liveUnit{state: Unknown}
			if old := r.units[c.UnitID]; old != nil {
				u.state, u.since, u.seen = old.state, old.since, old.seen
			} else if ch, ok := changes[c.UnitID]; ok {
				u.state, u.since, u.seen = ch.State, ch.Since, now // until its next value is due
			}
			units[c.UnitID] = u
		}
		l := before[key{c.UnitID, channelKey{c.Device, c.Factor}}]
		if l == nil {
			l = &live{state: Unknown}
			if ch, ok := changes[c.UnitID]; ok && (ch.State == Off || ch.Factor == c.Factor) {
				l.state = ch.State
			}
		}
		l.Channel = c
		u.channels = append(u.channels, l)
		k := channelKey{c.Device, c.Factor}
		r.channels[k] = append(r.channels[k], l)
		r.wanted[c.Device] = true
	}
	r.units = units
}

// take derives states from readings and writes their changes with the cursor.
// Late values do not change the present.
func (r *Runner) take(ctx context.Context, readings []Reading, next int64) (n int, err error) {
	r.mu.Lock()
	var changes []Change
	for _, x := range readings {
		for _, c := range r.channels[channelKey{x.Device, x.Factor}] {
			n++
			if x.At.Before(c.at) {
				continue
			}
			c.state, c.value, c.at = c.Judge(x.Value, c.state), x.Value, x.At
			u := r.units[c.UnitID]
			if x.At.After(u.seen) {
				u.seen = x.At
			}
			states := make([]State, len(u.channels))
			for i, o := range u.channels {
				states[i] = o.state
			}
			if s := Combine(states); s != u.state {
				u.state, u.since = s, x.At
				changes = append(changes, Change{c.UnitID, x.At, s, c.Factor, x.Value.String()})
			}
		}
	}
	now := r.db.Now()
	due := r.dueHours(readings, now)
	r.mu.Unlock()
	if len(changes) > 0 || len(due) > 0 || now.Sub(r.saved) >= save {
		err = r.db.Write(ctx, func(tx *db.Tx) error {
			for _, h := range due {
				if err := listDue(ctx, tx, h); err != nil {
					return err
				}
			}
			for _, c := range changes {
				if err := insertChange(ctx, tx, c); err != nil {
					return err
				}
			}
			return r.source.Save(ctx, tx, next)
		})
		if err != nil {
			r.loaded = false // memory is ahead of the table: read it again
			r.mu.Lock()
			r.units = map[string]*liveUnit{}
			r.mu.Unlock()
			return 0, err
		}
		r.saved = now
		for _, h := range due {
			if h.at.After(r.listed[h.device]) {
				r.listed[h.device] = h.at
			}
		}
	}
	r.cursor = next
	return n, nil
}

// Now is a unit's state as it is known now: Unknown when its newest value is
// older than Stale.
func (r *Runner) Now(id string) (s State, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.units[id]
	if u == nil || u.seen.IsZero() || r.db.Now().Sub(u.seen) > Stale {
		return Unknown, time.Time{}
	}
	return u.state, u.since
}

// Value is the newest value of a channel and its moment; ok is false when none
// has come since the start.
func (r *Runner) Value(unitID, channelID string) (v decimal.Decimal, at time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if u := r.units[unitID]; u != nil {
		for _, c := range u.channels {
			if c.ID == channelID {
				return c.value, c.at, !c.at.IsZero()
			}
		}
	}
	return v, at, false
}
