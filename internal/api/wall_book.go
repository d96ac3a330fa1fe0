package api

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/rule"
)

// The states of a tile, from what must be looked at first to what is as it should
// be.
const (
	wallExceed  = "exceed"
	wallNotice  = "notice"
	wallOffline = "offline"
	wallInvalid = "invalid"
	wallStopped = "stopped"
	wallSilent  = "silent"
	wallNormal  = "normal"
)

// AlarmLevels gives the gravest level of the open alarms by outlet.
type AlarmLevels interface {
	Worst(ctx context.Context) (map[string]rule.Level, error)
}

// Currents gives what an outlet's factors read now.
type Currents interface {
	Current(outletID string) telemetry.Current
}

// wallBook is the state of every outlet, made once for all who look: each row
// carries the number of the round that changed it, so that a viewer who names the
// round seen last is told what is new. A city of 20,000 outlets costs one pass
// over memory every few seconds however many screens hang on the wall.
type wallBook struct {
	registry *enterprise.Service
	digest   Currents
	alarms   AlarmLevels
	clock    func() time.Time

	mu     sync.RWMutex
	rows   []wallRow
	limits map[string][]enterprise.Limit
	levels map[string]rule.Level
	read   time.Time // of the registry
	made   time.Time // of the rows
	heard  time.Time // of the alarms
	epoch  int64     // another one means: forget what you have
	round  int64
}

type wallRow struct {
	outlet  enterprise.Outlet
	now     wallNow
	changed int64
}

// wallNow is what can change; it is compared as a whole.
type wallNow struct {
	state, quiet string // quiet: for those who may not see alarms
	last         int64
	main         wallValue
}

// wallValue is the factor that a tile shows.
type wallValue struct {
	factor, flag     string
	value            decimal.Decimal
	upper, lower     decimal.Decimal
	hasUp, hasLow    bool
	valid, over, one bool // one: there is a value
	kind             string
	ratio            float64
}

// How old the rows and what they know of the registry may be.
const (
	wallPace     = 3 * time.Second
	wallRegistry = time.Minute
	wallAlarms   = 150 * time.Millisecond // a page that hears of an alarm asks no sooner (web/src/api/topics.ts)
)

// fresh brings the rows up to date and leaves mu read-locked.
func (b *wallBook) fresh(ctx context.Context) error {
	b.mu.RLock()
	if now := b.clock(); !b.made.IsZero() && now.Sub(b.made) < wallPace && now.Sub(b.heard) < wallAlarms {
		return nil
	}
	b.mu.RUnlock()
	if err := b.refresh(ctx); err != nil {
		return err
	}
	b.mu.RLock()
	return nil
}

func (b *wallBook) refresh(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock()
	if !b.made.IsZero() && now.Sub(b.made) < wallPace {
		return b.listen(ctx, now) // another viewer was faster, or only alarms are due
	}
	if b.read.IsZero() || now.Sub(b.read) >= wallRegistry {
		outlets, limits, err := b.registry.Monitored(ctx)
		if err != nil {
			return err
		}
		b.take(outlets, limits, now)
	}
	levels, err := b.alarms.Worst(ctx)
	if err != nil {
		return err
	}
	b.judge(levels, now)
	return nil
}

// listen takes up which alarms came and went since.
func (b *wallBook) listen(ctx context.Context, now time.Time) error {
	if now.Sub(b.heard) < wallAlarms {
		return nil
	}
	levels, err := b.alarms.Worst(ctx)
	if err != nil {
		return err
	}
	b.heard = now
	if maps.Equal(levels, b.levels) {
		return nil
	}
	b.round++
	for i := range b.rows {
		r := &b.rows[i]
		if state := stateWith(levels[r.outlet.ID], r.now.quiet); state != r.now.state {
			r.now.state, r.changed = state, b.round
		}
	}
	b.levels = levels
	return nil
}

// take notes the registry; when outlets came, went or moved, everybody starts anew.
func (b *wallBook) take(outlets []enterprise.Outlet, limits map[string][]enterprise.Limit, now time.Time) {
	same := len(outlets) == len(b.rows)
	for i := 0; same && i < len(outlets); i++ {
		same = outlets[i] == b.rows[i].outlet
	}
	if !same {
		b.rows, b.epoch = make([]wallRow, len(outlets)), now.UnixMicro()
		for i, o := range outlets {
			b.rows[i].outlet = o
		}
	}
	b.limits, b.read = limits, now
}

func (b *wallBook) judge(levels map[string]rule.Level, now time.Time) {
	b.round++
	for i := range b.rows {
		r := &b.rows[i]
		n := wallOf(b.digest.Current(r.outlet.ID), b.limits[r.outlet.ID], levels[r.outlet.ID], now)
		if n != r.now || r.changed == 0 {
			r.now, r.changed = n, b.round
		}
	}
	b.made, b.heard, b.levels = now, now, levels
}

// version names a state of the book; since reads it back.
func (b *wallBook) version() string { return fmt.Sprintf("%d.%d", b.epoch, b.round) }

// since gives the round that a viewer has seen, 0 when it must start anew.
func (b *wallBook) since(version string) int64 {
	var epoch, round int64
	if _, err := fmt.Sscanf(version, "%d.%d", &epoch, &round); err != nil || epoch != b.epoch || round > b.round {
		return 0
	}
	return round
}

func wallOf(c telemetry.Current, limits []enterprise.Limit, level rule.Level, now time.Time) wallNow {
	n := wallNow{last: c.LastAt.UnixMicro(), main: mainValue(c.Values, limits, now)}
	switch {
	case c.LastAt.IsZero():
		n.quiet, n.last = wallSilent, 0
	case !c.Online(now):
		n.quiet = wallOffline
	case n.main.one && n.main.flag == "F":
		n.quiet = wallStopped
	case n.main.one && !n.main.valid:
		n.quiet = wallInvalid
	default:
		n.quiet = wallNormal
	}
	n.state = stateWith(level, n.quiet)
	return n
}

// stateWith is the state of an outlet with an alarm of this level.
func stateWith(level rule.Level, quiet string) string {
	switch level {
	case rule.Exceed, rule.Grave:
		return wallExceed
	case rule.Notice, rule.Suspect:
		return wallNotice
	}
	return quiet
}

// mainValue picks the factor that a tile shows: what lies outside its limits, then
// what comes closest to them, valid values before marked ones; without any limit
// the first value.
func mainValue(values []telemetry.CurrentValue, limits []enterprise.Limit, now time.Time) wallValue {
	var best wallValue
	for _, v := range values {
		x := wallValue{factor: v.Factor, flag: v.Flag, value: v.Judged(), one: true, kind: kindOf(v), valid: v.Flag == "" || v.Flag == "N" || v.Flag == "S"}
		for _, s := range []enterprise.Statistic{enterprise.Realtime, enterprise.Hour, enterprise.Day} {
			l, ok := enterprise.LimitAt(limits, v.Factor, s, now)
			if !ok {
				continue
			}
			if l.Upper != nil {
				x.upper, x.hasUp = *l.Upper, true
				if ratio := telemetry.Ratio(x.value, x.upper); ratio != nil {
					x.ratio = *ratio
				}
				x.over = x.value.Cmp(x.upper) > 0
			}
			if l.Lower != nil {
				x.lower, x.hasLow = *l.Lower, true
				x.over = x.over || x.value.Cmp(x.lower) < 0
			}
			x.over = x.over && x.valid
			break
		}
		if x.before(best) {
			best = x
		}
	}
	return best
}

func (v wallValue) before(w wallValue) bool {
	limited := func(v wallValue) bool { return v.hasUp || v.hasLow }
	switch {
	case !w.one || v.over != w.over:
		return !w.one || v.over
	case limited(v) != limited(w):
		return limited(v)
	case v.valid != w.valid:
		return v.valid
	case !limited(v):
		return false // the first by code
	}
	return v.closeness() > w.closeness()
}

// closeness compares factors: a band such as pH 6–9 is near its limits at both
// ends, not in proportion to the value.
func (v wallValue) closeness() float64 {
	if !v.hasLow || !v.hasUp {
		return v.ratio
	}
	low, high := v.lower.Float64(), v.upper.Float64()
	if high <= low {
		return v.ratio
	}
	middle := (low + high) / 2
	off := (v.value.Float64() - middle) / (high - low) * 2
	return max(off, -off)
}

func (r wallRow) view(state string, names Names) WallOutlet {
	m := r.now.main
	v := WallOutlet{ID: r.outlet.ID, Name: r.outlet.Name, EnterpriseID: r.outlet.EnterpriseID, Enterprise: r.outlet.EnterpriseName,
		Area: r.outlet.Area, AreaName: names.area(r.outlet.Area), Kind: string(r.outlet.Kind), State: state, LastAt: Stamp(r.now.last)}
	if !m.one {
		return v
	}
	f, _ := factor.ByCode(m.factor)
	v.Factor, v.FactorName, v.Unit, v.Flag, v.Statistic = m.factor, f.Name, f.Unit, m.flag, m.kind
	v.Value, v.Ratio, v.Over = &Number{m.value}, m.ratio, m.over
	if m.hasUp {
		v.Limit = &Number{m.upper}
	}
	if m.hasLow {
		v.Lower = &Number{m.lower}
	}
	return v
}
