package telemetry

import (
	"context"
	"math/bits"
	"sort"
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
	err = g.s.d.Read(ctx, func(tx *db.Tx) error {
		places, err := networkedOutlets(ctx, tx, p, actor, q)
		if err != nil || len(places) == 0 {
			return err
		}
		var few []string
		if len(places) <= 500 {
			for _, x := range places {
				few = append(few, x.OutletID)
			}
		}
		rows, err := talliesOf(ctx, tx, few, q.From, q.To)
		if err != nil {
			return err
		}
		marks, err := mark.InForceAt(ctx, tx, few, q.From, q.To)
		if err != nil {
			return err
		}
		limited, err := limitedFactors(ctx, tx, q.From, q.To)
		if err != nil {
			return err
		}
		b := rateBook{q: q, end: tx.Now.Add(-g.o.HourGrace), rows: map[Channel]map[int64]TallyRow{}, marks: map[string][]mark.Mark{}, limited: limited}
		b.put(rows, marks)
		for _, x := range places {
			if r, ok := b.of(x); ok {
				out = append(out, r)
			}
		}
		return nil
	})
	return out, err
}

// rateBook is what the rates are counted from.
type rateBook struct {
	q       RateQuery
	end     time.Time // hours that ended later are not due yet
	rows    map[Channel]map[int64]TallyRow
	marks   map[string][]mark.Mark
	limited map[Channel]bool
}

func (b *rateBook) put(rows []TallyRow, marks []mark.Mark) {
	for _, r := range rows {
		c := Channel{r.OutletID, r.Factor}
		if b.rows[c] == nil {
			b.rows[c] = map[int64]TallyRow{}
		}
		b.rows[c][r.Day.UnixMicro()] = r
	}
	for _, m := range marks {
		b.marks[m.OutletID] = append(b.marks[m.OutletID], m)
	}
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
