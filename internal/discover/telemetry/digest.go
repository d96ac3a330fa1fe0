package telemetry

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/official"
)

// DigestOptions tune the digest; the zero value is right for service.
type DigestOptions struct {
	// HourGrace is how long after its end an hour waits for the station's own
	// value (2061) before it is computed; DayGrace likewise for days.
	HourGrace time.Duration // 15 minutes
	DayGrace  time.Duration // 1 hour
	// Late is how long readings of the past gather before their period is computed.
	Late time.Duration // 30 seconds
	// Official is what the place decides about official values.
	Official official.Policy
	Log      *slog.Logger
}

// Digest follows the committed readings and keeps what is made of them: current
// values in memory, official hourly and daily values in the main database. What
// it writes is idempotent and carries its cursor: a crash neither skips nor
// doubles a value.
type Digest struct {
	s       *Store
	o       DigestOptions
	current currentBook
	all     allRates

	mu     sync.Mutex // one round at a time
	cursor int64      // read up to here
	saved  int64      // what the database knows of it
	ready  bool
	noted  map[due]bool // periods that wait to be computed, as far as this process knows

	stop context.CancelFunc
	wait sync.WaitGroup
}

// NewDigest makes the digest of a store.
func NewDigest(s *Store, o DigestOptions) *Digest {
	set := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&o.HourGrace, 15*time.Minute)
	set(&o.DayGrace, time.Hour)
	set(&o.Late, 30*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Digest{s: s, o: o, noted: map[due]bool{}, all: allRates{many: manyOutlets}}
}

const digestConsumer = "digest"

// Start follows the readings until Stop.
func (g *Digest) Start(context.Context) error {
	ctx, cancel := context.WithCancel(context.Background())
	g.stop = cancel
	g.wait.Go(func() { g.run(ctx) })
	return nil
}

// Stop ends the following; what was read stays noted.
func (g *Digest) Stop(context.Context) error {
	if g.stop != nil {
		g.stop()
		g.wait.Wait()
	}
	return nil
}

// digestPause gathers commits: current values may be that old.
const digestPause = 100 * time.Millisecond

func (g *Digest) run(ctx context.Context) {
	clock := time.NewTicker(5 * time.Second) // periods come due without readings
	defer clock.Stop()
	for {
		wake := g.s.Wake()
		if _, err := g.RunDue(ctx); err != nil && ctx.Err() == nil {
			g.o.Log.Error("telemetry: readings could not be digested", "error", err)
		}
		pause := time.NewTimer(digestPause)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-clock.C:
		}
	}
}

// RunDue reads what was committed and computes what is due now; it returns how
// many records and periods that were.
func (g *Digest) RunDue(ctx context.Context) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ready {
		if err := g.load(ctx); err != nil {
			return 0, err
		}
	}
	done := 0
	for {
		n, more, err := g.read(ctx)
		done += n
		if err != nil {
			return done, err
		}
		if !more {
			break
		}
	}
	for _, p := range []Period{Hour, Day} {
		n, err := g.compute(ctx, p)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// load finds the cursor and rebuilds the current values.
func (g *Digest) load(ctx context.Context) error {
	err := g.s.d.Read(ctx, func(tx *db.Tx) (err error) {
		g.saved, err = Cursor(ctx, tx, digestConsumer)
		return err
	})
	if err != nil {
		return err
	}
	g.cursor = g.saved
	if err := g.current.rebuild(ctx, g.s, g.s.d.Now()); err != nil {
		return err
	}
	g.ready = true
	return nil
}

const (
	digestPage = 5000
	// cursorSlack is how many batches may be read again after a crash.
	cursorSlack = 2000
)

// read takes one page of records.
func (g *Digest) read(ctx context.Context) (n int, more bool, err error) {
	records, next, err := g.s.Since(ctx, g.cursor, digestPage)
	if err != nil || next == g.cursor {
		return 0, false, err
	}
	hours, days, dues := []PeriodValue{}, []PeriodValue{}, map[due]int64{}
	for i := range records {
		r := &records[i]
		g.current.apply(r)
		if r.OutletID == "" || !r.Plausible() {
			continue
		}
		switch r.CN {
		case CNRealtime, CNMinute:
			dues[due{Hour, r.OutletID, hourStart(r.Time)}] = r.Seq
		case CNHour:
			hours = appendReported(hours, r, Hour)
			dues[due{Day, r.OutletID, Day.Start(r.Time).UnixMicro()}] = r.Seq
		case CNDay:
			days = appendReported(days, r, Day)
		}
	}
	for d := range dues {
		if g.noted[d] {
			delete(dues, d)
		}
	}
	if len(hours)+len(days)+len(dues) > 0 || next-g.saved > cursorSlack {
		if err := g.save(ctx, hours, days, dues, next); err != nil {
			return 0, false, err
		}
	}
	g.cursor = next
	return len(records), true, nil
}

// hourStart is Hour.Start in microseconds: Beijing's hours are those of UTC.
func hourStart(t time.Time) int64 {
	us := t.UnixMicro()
	return us - ((us%3600e6)+3600e6)%3600e6
}

// runAt is when a period is computed: some time after its end, or, when it is
// long over, after the readings that arrive now have gathered.
func (g *Digest) runAt(d due, now time.Time) int64 {
	end := moment(d.at).Add(d.period.Length() + g.o.HourGrace)
	if d.period == Day {
		end = moment(d.at).Add(d.period.Length() + g.o.DayGrace)
	}
	if late := now.Add(g.o.Late); late.After(end) {
		end = late
	}
	return end.UnixMicro()
}

// fewOutlets is up to how many outlets are looked up one by one; above, one walk
// over the hour serves all of them.
const fewOutlets = 4

// samples reads the realtime and minute rows of the outlets in from <= t < to.
// The newest version of a factor wins.
func (g *Digest) samples(ctx context.Context, rows []dueRow, from, to int64) (map[string]map[string]*hourSamples, error) {
	reg := g.s.registry.Load()
	outlet := map[int64]string{}
	for _, r := range rows {
		for _, num := range reg.of[r.outlet] {
			outlet[num] = r.outlet
		}
	}
	out := map[string]map[string]*hourSamples{}
	take := func(r *packedRow) error {
		id, ok := outlet[r.device]
		if !ok {
			return nil
		}
		items, err := unpack(r.data, r.kind.ST())
		if err != nil {
			return err
		}
		if out[id] == nil {
			out[id] = map[string]*hourSamples{}
		}
		addSamples(out[id], items, r.kind.CN(), r.time)
		return nil
	}
	for _, sh := range g.s.shards.list(from, to) {
		err := g.s.shards.reader(sh, func(h querier) error {
			in := stretch{from: from, to: to}
			if err := in.look(ctx, h); err != nil {
				return err
			}
			kinds, err := kindsIn(ctx, h)
			for _, k := range kinds {
				if err != nil {
					return err
				}
				if k.CN() != CNRealtime && k.CN() != CNMinute {
					continue
				}
				if len(outlet) > fewOutlets {
					err = sh.rowsOfAll(ctx, h, k, slices.Collect(maps.Keys(outlet)), in, take)
					continue
				}
				for num := range outlet {
					if err = sh.rowsOf(ctx, h, k, num, in, take); err != nil {
						return err
					}
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func addSamples(by map[string]*hourSamples, items []Item, cn hj212.Command, at int64) {
	value, converted, _ := measuresOf(cn)
	for _, it := range items {
		s, ok := sampleOf(it, at, value, converted)
		if !ok {
			continue
		}
		h := by[it.Factor]
		if h == nil {
			h = &hourSamples{minute: map[int64]sample{}, realtime: map[int64]sample{}}
			by[it.Factor] = h
		}
		if cn == CNMinute {
			h.minute[at] = s
		} else {
			h.realtime[at] = s
		}
	}
}

// HourlySince gives the changes of hourly values behind a cursor, in order, and
// the cursor behind them. A correction comes as a higher Version of a value that
// came before.
func (g *Digest) HourlySince(ctx context.Context, cursor int64, limit int) ([]PeriodValue, int64, error) {
	return g.since(ctx, Hour, cursor, limit)
}

// DailySince is HourlySince for daily values.
func (g *Digest) DailySince(ctx context.Context, cursor int64, limit int) ([]PeriodValue, int64, error) {
	return g.since(ctx, Day, cursor, limit)
}

func (g *Digest) since(ctx context.Context, p Period, cursor int64, limit int) (out []PeriodValue, next int64, err error) {
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		out, err = periodsSince(ctx, tx, p, cursor, limit)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, cursor, err
	}
	for i := range out {
		out[i].OutletKind = g.kindOf(out[i].OutletID)
	}
	return out, out[len(out)-1].Seq, nil
}

// kindOf is the kind of an outlet that has devices.
func (g *Digest) kindOf(outletID string) string {
	reg := g.s.registry.Load()
	for _, num := range reg.of[outletID] {
		return reg.byNum[num].Kind
	}
	return ""
}

// Current reads the state of an outlet.
func (g *Digest) Current(outletID string) Current { return g.current.read(outletID) }

// Heard lists when every outlet that was ever heard was heard last.
func (g *Digest) Heard() map[string]time.Time { return g.current.heard() }

// DeviceHeard is when a device was heard last, zero when never.
func (g *Digest) DeviceHeard(num int64) time.Time { return g.current.device(num) }

// Ratio is the judged value over the upper limit, nil without one or above zero.
func Ratio(value, limit decimal.Decimal) *float64 {
	if limit.Mantissa <= 0 {
		return nil
	}
	r := value.Float64() / limit.Float64()
	return &r
}
