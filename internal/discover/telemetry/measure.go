package telemetry

import (
	"strings"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Measure names one of the numbers that a frame gives for a factor
// (HJ 212-2017 table 6).
type Measure uint8

// The measures that are packed. Others (SampleTime, EFlag, …) stay in the raw
// frame. The order is part of the stored form: append only.
const (
	Rtd   Measure = iota // realtime value
	Avg                  // mean of the period
	Min                  // smallest of the period
	Max                  // largest of the period
	Cou                  // total of the period
	ZsRtd                // converted (折算) values
	ZsAvg
	ZsMin
	ZsMax
	RawAvg    // raw mean of 2025
	Level     // Lxx-Data of noise
	DayData   // noise by day
	NightData // noise by night
	Status    // RS of a facility
	RunTime   // RT of a facility
	measureCount
)

var measureNames = [measureCount]string{"Rtd", "Avg", "Min", "Max", "Cou", "ZsRtd", "ZsAvg", "ZsMin", "ZsMax", "RawAvg", "Data", "DayData", "NightData", "RS", "RT"}

// String is the attribute's name in a frame, e.g. ZsAvg.
func (m Measure) String() string { return measureNames[m] }

// measureOf finds the measure of an attribute's name, without regard to case.
func measureOf(name []byte) (Measure, bool) {
	for m, known := range measureNames {
		if len(name) == len(known) && (string(name) == known || strings.EqualFold(string(name), known)) {
			return Measure(m), true
		}
	}
	return 0, false
}

// Value is one number as sent. Text is set only where the number's own form does
// not give the text back ("007", "1e3", "-").
type Value struct {
	Measure Measure
	Number  decimal.Decimal
	IsNum   bool // Number holds the value
	Text    string
}

// String is the exact text that was sent.
func (v Value) String() string {
	if v.Text != "" || !v.IsNum {
		return v.Text
	}
	return v.Number.String()
}

// Item is what one frame says about one factor.
type Item struct {
	Code   string // as sent
	Factor string // letter code of the catalogue, the code itself when unknown
	Flag   string // N = normal; "" = not given
	Values []Value
}

// Get gives a measure's number and whether it was sent as one.
func (it Item) Get(m Measure) (decimal.Decimal, bool) {
	for _, v := range it.Values {
		if v.Measure == m && v.IsNum {
			return v.Number, true
		}
	}
	return decimal.Decimal{}, false
}

// Valid reports whether the instrument worked: flag N, or none given, since the
// 2005 text lets senders leave it out. An unknown flag is not N.
func (it Item) Valid() bool { return it.Flag == "N" || it.Flag == "" || it.Flag == "n" }
