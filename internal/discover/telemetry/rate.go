package telemetry

import (
	"context"
	"math/bits"
	"sort"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
)

// RatePlace is the outlet whose hours are counted.
type RatePlace struct {
	OutletID, OutletName         string
	Kind                         enterprise.Kind
	Area                         string
	EnterpriseID, EnterpriseName string
}

// RateQuery asks for the rates of whole days, From <= day < To. Empty fields do
// not narrow.
type RateQuery struct {
	Text         string
	Area         string
	EnterpriseID string
	OutletID     string
	Kind         enterprise.Kind
	From, To     time.Time
}

// FactorDays is one factor at one outlet: its days in order.
type FactorDays struct {
	Factor string
	Days   []official.Day
}

// OutletRates is what came from one outlet.
type OutletRates struct {
	RatePlace
	Since   time.Time // its hours are due from here on
	Factors []FactorDays
	Tally   official.Tally // of all factors
}

// Rates counts hours due, received and valid, by outlet, within the actor's
// reach. Hours of today count once their own value must have come.
//
// An outlet is due from its first hourly value on or, when there was none yet,
// from the registration of its first device; which factors, say its limits and
// what it ever sent. Stopped hours come from the marks in force and from flags.
func (g *Digest) Rates(ctx context.Context, p auth.Policy, actor auth.Actor, q RateQuery) (out []OutletRates, err error) {
	q.From, q.To = Day.Start(q.From), Day.Start(q.To.Add(Day.Length()-time.Microsecond))
	switch {
	case !q.From.Before(q.To):
		return nil, fault.Invalidf("结束日期不能早于开始日期").With("to", "不能早于开始日期")
	case q.To.Sub(q.From) > 100*Day.Length():
		return nil, fault.Invalidf("一次最多统计 100 天，请缩短时间范围").With("from", "时间范围过长")
	}
	var places []networked
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		if places, err = networkedOutlets(ctx, tx, within(p, actor), q); err != nil || len(places) == 0 || len(places) > g.all.many {
			return err
		}
		var few []string
		for _, x := range places {
			few = append(few, x.OutletID)
		}
		out, err = g.count(ctx, tx, q, places, few)
		return err
	})
	if err != nil || len(places) <= g.all.many {
		return out, err
	}
	all, err := g.all.of(ctx, g, q)
	for _, x := range places {
		if r, ok := all[x.OutletID]; ok {
			out = append(out, r)
		}
	}
	return out, err
}

// count counts the outlets one after the other; few names them when they are not
// all that there are.
func (g *Digest) count(ctx context.Context, tx *db.Tx, q RateQuery, places []networked, few []string) (out []OutletRates, err error) {
	marks, err := mark.InForceAt(ctx, tx, few, q.From, q.To)
	if err != nil {
		return nil, err
	}
	b := rateBook{q: q, end: tx.Now.Add(-g.o.HourGrace), rows: map[Channel]map[int64]TallyRow{}, marks: map[string][]mark.Mark{}}
	if b.limited, err = limitedFactors(ctx, tx, q.From, q.To); err != nil {
		return nil, err
	}
	b.put(marks)
	at := make(map[string]int, len(places))
	for i, x := range places {
		at[x.OutletID] = i
	}
	counted := make([]*OutletRates, len(places))
	count := func(i int) {
		if r, ok := b.of(places[i]); ok {
			if few == nil {
				r.Factors = nil // of so many nobody looks at single days
			}
			counted[i] = &r
		}
	}
	done := make([]bool, len(places))
	last := -1
	turn := func(i int) { // the rows of an outlet come together
		if last >= 0 && last != i {
			count(last)
			done[last] = true
			clear(b.rows)
		}
		last = i
	}
	err = eachTally(ctx, tx, few, q.From, q.To, func(r TallyRow) {
		if i, ok := at[r.OutletID]; ok {
			turn(i)
			b.add(r)
		}
	})
	if err != nil {
		return nil, err
	}
	turn(-1)
	for i := range places {
		if !done[i] {
			count(i)
		}
	}
	for _, r := range counted {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, nil
}

// From so many outlets on, one counting serves everybody for a while: it takes
// seconds, and a page asks for the sum, the list and the next page of the list.
const (
	manyOutlets = 500
	keepRates   = time.Minute
)

// allRates is the newest counting of all outlets.
type allRates struct {
	many     int        // manyOutlets
	mu       sync.Mutex // held while counting: who asks meanwhile waits for it
	from, to time.Time
	at       time.Time
	by       map[string]OutletRates
}

func (a *allRates) of(ctx context.Context, g *Digest, q RateQuery) (map[string]OutletRates, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := g.s.d.Now()
	if age := now.Sub(a.at); a.by != nil && a.from.Equal(q.From) && a.to.Equal(q.To) && age >= 0 && age < keepRates {
		return a.by, nil
	}
	by := map[string]OutletRates{}
	err := g.s.d.Read(ctx, func(tx *db.Tx) error {
		whole := RateQuery{From: q.From, To: q.To}
		places, err := networkedOutlets(ctx, tx, func(*db.Filter) {}, whole)
		if err != nil {
			return err
		}
		list, err := g.count(ctx, tx, whole, places, nil)
		for _, r := range list {
			by[r.OutletID] = r
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	a.from, a.to, a.at, a.by = q.From, q.To, now, by
	return by, nil
}

// rateBook is what the rates are counted from.
type rateBook struct {
	q       RateQuery
	end     time.Time // hours that ended later are not due yet
	rows    map[Channel]map[int64]TallyRow
	marks   map[string][]mark.Mark
	limited map[Channel]bool
}

func (b *rateBook) put(marks []mark.Mark) {
	for _, m := range marks {
		b.marks[m.OutletID] = append(b.marks[m.OutletID], m)
	}
}

func (b *rateBook) add(r TallyRow) {
	c := Channel{r.OutletID, r.Factor}
	if b.rows[c] == nil {
		b.rows[c] = map[int64]TallyRow{}
	}
	b.rows[c][r.Day.UnixMicro()] = r
}

// of counts one outlet; false when it has no factor to count.
func (b *rateBook) of(x networked) (OutletRates, bool) {
	out := OutletRates{RatePlace: x.RatePlace, Since: x.since}
	var codes []string
	first := time.Time{}
	for i, code := range tallied {
		if !contains(official.RateFactors(x.Kind), code) {
			continue
		}
		if day := x.first[i]; !day.IsZero() && (first.IsZero() || day.Before(first)) {
			first = day
		}
		if b.limited[Channel{x.OutletID, code}] || !x.first[i].IsZero() {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return out, false
	}
	if !first.IsZero() {
		out.Since = first.Add(time.Duration(b.firstHour(x.OutletID, codes, first)) * time.Hour)
	}
	for _, code := range codes {
		f := FactorDays{Factor: code}
		for day := b.q.From; day.Before(b.q.To); day = day.Add(Day.Length()) {
			d := b.day(x.OutletID, code, day, out.Since)
			f.Days = append(f.Days, d)
			out.Tally = out.Tally.Add(d.Tally())
		}
		out.Factors = append(out.Factors, f)
	}
	return out, true
}

// firstHour is the first hour that came on the outlet's first day, 0 when the day
// is not among those that are counted.
func (b *rateBook) firstHour(outlet string, codes []string, day time.Time) int {
	var received uint32
	for _, code := range codes {
		received |= b.rows[Channel{outlet, code}][day.UnixMicro()].Received
	}
	if received == 0 {
		return 0
	}
	return bits.TrailingZeros32(received)
}

// day lays the marks over what came on one day. Hours before the outlet was due
// and hours that are not over yet are not counted.
func (b *rateBook) day(outlet, code string, day, since time.Time) official.Day {
	r := b.rows[Channel{outlet, code}][day.UnixMicro()]
	d := official.Day{Received: r.Received, Valid: r.Valid, Stopped: r.Stopped | stoppedHours(b.marks[outlet], day), Marked: r.Marked}
	for h := range 24 {
		at := day.Add(time.Duration(h) * time.Hour)
		if !at.Before(since) && !at.Add(time.Hour).After(b.end) {
			d.Ended |= 1 << h
		}
		for _, m := range b.marks[outlet] {
			if m.Effect != mark.Stopped && m.Covers(code) && m.Overlap(at, at.Add(time.Hour)) > 0 {
				d.Marked |= 1 << h
			}
		}
	}
	return d
}

// RateGroup is the sum of several outlets: of an enterprise, of an area, of all.
type RateGroup struct {
	Key, Name string
	Outlets   int
	Tally     official.Tally
}

// SumRates adds outlets up by key; counts are summed, never rates averaged. The
// groups come by key.
func SumRates(list []OutletRates, key func(OutletRates) (key, name string)) []RateGroup {
	by := map[string]*RateGroup{}
	var order []string
	for _, r := range list {
		k, name := key(r)
		if by[k] == nil {
			by[k] = &RateGroup{Key: k, Name: name}
			order = append(order, k)
		}
		by[k].Outlets++
		by[k].Tally = by[k].Tally.Add(r.Tally)
	}
	sort.Strings(order)
	out := make([]RateGroup, 0, len(order))
	for _, k := range order {
		out = append(out, *by[k])
	}
	return out
}

// OfficialPolicy is what the place decides about official values.
func (g *Digest) OfficialPolicy() official.Policy { return g.o.Official }

// Now is the digest's time, that of its database.
func (g *Digest) Now() time.Time { return g.s.d.Now() }
