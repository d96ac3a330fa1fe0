package riskmap

import (
	"math/big"
	"time"
)

// Facts are what a month is judged on.
type Facts struct {
	Profile string
	Month   Month
	Units   []UnitFacts
}

// UnitFacts are one unit's facts. What is nil or empty is not known.
type UnitFacts struct {
	Code string
	Name string
	// Water is the share, 0 to 1, of the sections of municipal level and above
	// that meet their function.
	Water *Compared
	// Air is the composite index of the town's air.
	Air *Compared
	// Complaints counts complaints of the month.
	Complaints   *Compared
	MassIncident bool
	Discovery    []Found
	Events       []Event
	// Exceedances are the counts of the month before last, of last month and of
	// this month, nil where unknown; the slice is empty or has these three.
	Exceedances []*big.Rat
}

// Compared is a value beside the same period of the three previous years, newest
// first; a year without data is nil or missing at the end.
type Compared struct {
	Value    *big.Rat
	Baseline []*big.Rat
}

// Found is a major problem that somebody above or the media brought up.
type Found struct {
	Level     string
	Kind      string
	SelfFound bool // the place had found it itself and was handling it
}

// Event is a sudden environmental event (突发环境事件).
type Event struct {
	Date  time.Time
	Grade string
}

// Years is how many years stand behind the value.
func (c *Compared) Years() int {
	n := 0
	for _, b := range c.Baseline {
		if b != nil {
			n++
		}
	}
	return n
}

// mean is the mean of the years that there are, nil when there is none.
func (c *Compared) mean() *big.Rat {
	sum := new(big.Rat)
	for _, b := range c.Baseline {
		if b != nil {
			sum.Add(sum, b)
		}
	}
	n := c.Years()
	if n == 0 {
		return nil
	}
	return sum.Quo(sum, big.NewRat(int64(n), 1))
}
