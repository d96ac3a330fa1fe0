package rule

import (
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// picks remembers for one rule by which limit the values of each outlet are judged,
// so that most values cost no more than a look. Which limit a rule picks changes with
// the moment of the data only where one of the factor's limits begins or ends: what is
// remembered holds between two such moments.
type picks struct {
	rule  *Rule
	state int // of the limit book
	of    map[string]*outletPicks
}

// outletPicks are those of one outlet, in the order in which its factors came.
type outletPicks struct {
	list []pick
	next int // where the factor that comes now stands if it comes as the last time
}

// pick is one factor's limit between two moments; nil = it has none.
type pick struct {
	factor   string
	from, to int64 // microseconds; from <= at < to
	limit    *enterprise.Limit
}

// outlet gives what is remembered of an outlet.
func (p *picks) outlet(id string, book *limitBook) *outletPicks {
	if p.of == nil || p.state != book.state {
		p.of, p.state = make(map[string]*outletPicks, len(book.of)), book.state
	}
	o := p.of[id]
	if o == nil {
		o = &outletPicks{}
		p.of[id] = o
	}
	return o
}

// limit is the one by which a value of the factor is judged; nil = none. at is the
// moment of the data, of which micros is the same.
func (p *picks) limit(o *outletPicks, of map[string][]enterprise.Limit, factor string, at time.Time, micros int64) *enterprise.Limit {
	for range o.list {
		if o.next >= len(o.list) {
			o.next = 0
		}
		x := &o.list[o.next]
		o.next++
		if x.factor == factor {
			if micros < x.from || micros >= x.to {
				*x = p.rule.pick(of[factor], factor, at, micros)
			}
			return x.limit
		}
	}
	o.list = append(o.list, p.rule.pick(of[factor], factor, at, micros))
	o.next = 0
	return o.list[len(o.list)-1].limit
}

// pick asks the rule.
func (r *Rule) pick(limits []enterprise.Limit, factor string, at time.Time, micros int64) pick {
	x := pick{factor: factor, from: math.MinInt64, to: math.MaxInt64}
	for i := range limits {
		for _, turn := range []time.Time{limits[i].ValidFrom, limits[i].ValidTo} {
			switch m := ceilMicros(turn); {
			case turn.IsZero():
			case m <= micros:
				x.from = max(x.from, m)
			default:
				x.to = min(x.to, m)
			}
		}
	}
	if l, ok := r.Limit(limits, factor, at); ok {
		x.limit = &l
	}
	return x
}

// ceilMicros is the first microsecond that is not before a moment.
func ceilMicros(t time.Time) int64 {
	m := t.UnixMicro()
	if time.UnixMicro(m).Before(t) {
		m++
	}
	return m
}
