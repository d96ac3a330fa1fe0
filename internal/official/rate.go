package official

import (
	"math/big"
	"math/bits"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// RateFactors are the factors whose hourly values the rates of transmission count.
func RateFactors(k enterprise.Kind) []string {
	switch k {
	case enterprise.Gas:
		return []string{"a34013", "a21026", "a21002"} // 颗粒物、二氧化硫、氮氧化物
	case enterprise.Water:
		return []string{"w01018", "w21003"} // 化学需氧量、氨氮
	}
	return nil
}

// Tally counts hours. Several outlets, factors or days add up; rates are made
// from the sums, never averaged.
type Tally struct {
	Hours    int // of the period, ended
	Stopped  int // not due
	Received int // of the hours due
	Valid    int
	Marked   int // of the hours due, in a mark that makes them invalid or exempt
}

// Due is the hours whose values should have come.
func (t Tally) Due() int { return t.Hours - t.Stopped }

// Missing is the hours due whose values did not come.
func (t Tally) Missing() int { return t.Due() - t.Received }

// Add adds another tally.
func (t Tally) Add(o Tally) Tally {
	return Tally{t.Hours + o.Hours, t.Stopped + o.Stopped, t.Received + o.Received, t.Valid + o.Valid, t.Marked + o.Marked}
}

// Rates are 传输率, 有效率 and 传输有效率 in percent, with two digits.
type Rates struct{ Transmission, Validity, Effective decimal.Decimal }

// Rates makes the rates; false when nothing was due.
func (t Tally) Rates(p Policy) (Rates, bool) {
	due := t.Due()
	if due <= 0 {
		return Rates{}, false
	}
	share := func(a, b int) *big.Rat {
		if b <= 0 {
			return new(big.Rat)
		}
		return big.NewRat(int64(a), int64(b))
	}
	sent, valid := share(t.Received, due), share(t.Valid, t.Received)
	if p.ValidOfDue {
		valid = share(t.Valid, due)
	}
	return Rates{percent(sent), percent(valid), percent(new(big.Rat).Mul(sent, valid))}, true
}

func percent(r *big.Rat) decimal.Decimal {
	d, _ := decimal.FromRat(new(big.Rat).Mul(r, big.NewRat(100, 1)), 2)
	return d
}

// Day is the 24 hours of one day of one factor as bits, bit 0 the hour from
// midnight. Ended are those that are over and from which on the outlet is due.
type Day struct{ Ended, Received, Valid, Stopped, Marked uint32 }

// Tally counts the day. What came in a stopped hour does not count, since the hour
// is not due.
func (d Day) Tally() Tally {
	due := d.Ended &^ d.Stopped
	return Tally{Hours: bits.OnesCount32(d.Ended), Stopped: bits.OnesCount32(d.Ended & d.Stopped), Received: bits.OnesCount32(d.Received & due),
		Valid: bits.OnesCount32(d.Valid & d.Received & due), Marked: bits.OnesCount32(d.Marked & due)}
}

// Letters writes the day for people, an hour a letter: V valid, I received but not
// valid, M marked, S stopped, X missing, - not due yet.
func (d Day) Letters() string {
	out := make([]byte, 24)
	for h := range out {
		b := uint32(1) << h
		switch {
		case d.Stopped&b != 0:
			out[h] = 'S'
		case d.Ended&b == 0 && d.Received&b == 0:
			out[h] = '-'
		case d.Marked&b != 0:
			out[h] = 'M'
		case d.Received&b == 0:
			out[h] = 'X'
		case d.Valid&b != 0:
			out[h] = 'V'
		default:
			out[h] = 'I'
		}
	}
	return string(out)
}
