package rule

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// What is remembered of limits is at every moment what the rule itself would pick,
// whatever the order of factors and moments, and after the limits have changed.
func TestPicks_AreWhatTheRulePicks(t *testing.T) {
	t.Parallel()
	const seed = 31
	x := rand.New(rand.NewPCG(seed, 7))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	codes := []string{"a", "b", "c", "none"}
	moment := func() time.Time { return start.Add(time.Duration(x.IntN(40)) * time.Hour) }
	draw := func(b *limitBook) {
		b.of, b.state = map[string]map[string][]enterprise.Limit{}, b.state+1
		for _, outlet := range []string{"1", "2"} {
			for range x.IntN(9) {
				l := enterprise.Limit{OutletID: outlet, Factor: codes[x.IntN(3)], Upper: &decimal.Decimal{Mantissa: int64(x.IntN(9))}, ValidFrom: moment().Add(time.Duration(x.IntN(2)))}
				if x.IntN(2) == 0 {
					l.ValidTo = l.ValidFrom.Add(time.Duration(1+x.IntN(20)) * time.Hour)
				}
				b.add(l)
			}
		}
	}
	r := &Rule{Limit: func(list []enterprise.Limit, code string, at time.Time) (enterprise.Limit, bool) {
		for _, l := range list {
			if l.Factor == code && l.Holds(at) {
				return l, true
			}
		}
		return enterprise.Limit{}, false
	}}
	book, p := &limitBook{names: map[string]string{}}, picks{rule: r}
	asked := 0
	for i := range 6000 {
		if i%300 == 0 {
			draw(book)
		}
		outlet, code, at := []string{"1", "2", "3"}[x.IntN(3)], codes[x.IntN(4)], moment().Add(time.Duration(x.IntN(3)-1)*time.Microsecond)
		want, ok := r.Limit(book.of[outlet][code], code, at)
		got := p.limit(p.outlet(outlet, book), book.of[outlet], code, at, at.UnixMicro())
		if ok {
			asked++
		}
		if ok != (got != nil) || ok && (got.Upper != want.Upper || !got.ValidFrom.Equal(want.ValidFrom)) {
			t.Fatalf("seed %d, step %d: outlet %s, %s at %v: %+v, want %+v %v", seed, i, outlet, code, at, got, want, ok)
		}
	}
	if asked < 500 {
		t.Errorf("only %d had a limit", asked)
	}
}
