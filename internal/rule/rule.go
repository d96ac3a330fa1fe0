package rule

import (
	"slices"
	"sort"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// Stream names a sequence of values that rules read in order of commit; it is
// also the statistic of its values.
type Stream = enterprise.Statistic

// Level grades an alarm.
type Level string

// The levels, from light to grave.
const (
	Notice  Level = "notice"  // 早期提醒: a sign, no exceedance by the standard
	Suspect Level = "suspect" // 疑似异常: behaviour to be looked into, no proof
	Exceed  Level = "exceed"  // 超标
	Grave   Level = "grave"   // 严重超标
)

var levelTitles = map[Level]string{Notice: "早期提醒", Suspect: "疑似异常", Exceed: "超标", Grave: "严重超标"}

// Title is the level in Chinese.
func (l Level) Title() string { return levelTitles[l] }

// rank orders the levels; what is no level stands below all.
func (l Level) rank() int { return slices.Index([]Level{Notice, Suspect, Exceed, Grave}, l) }

// Sample is one value of one factor at one outlet. At is the start of its period
// (the moment itself for realtime values). Value is the number that limits
// judge: the converted (折算) one where there is one.
type Sample struct {
	OutletID   string           `json:"-"`
	OutletKind enterprise.Kind  `json:"-"`
	Factor     string           `json:"-"`
	At         time.Time        `json:"at"`
	Value      decimal.Decimal  `json:"value"`
	Flag       string           `json:"flag"`  // of HJ 212; N = normal
	Valid      bool             `json:"valid"` // may be judged
	Upper      *decimal.Decimal `json:"upper,omitempty"`
	Lower      *decimal.Decimal `json:"lower,omitempty"`
	Basis      string           `json:"basis,omitempty"` // of the limit in force at At
}

// Over reports whether a valid value lies beyond its limit; a value equal to the
// limit complies.
func (s Sample) Over() bool { return s.breaks(s.Upper, s.Lower) }

// breaks is Over with limits that the sample does not bear yet.
func (s *Sample) breaks(upper, lower *decimal.Decimal) bool {
	return s.Valid && (upper != nil && s.Value.Cmp(*upper) > 0 || lower != nil && s.Value.Cmp(*lower) < 0)
}

// Bound is the limit that the value broke, or the upper one.
func (s Sample) Bound() *decimal.Decimal {
	if s.Lower != nil && s.Value.Cmp(*s.Lower) < 0 {
		return s.Lower
	}
	return s.Upper
}

// Multiple is how far the value exceeds its upper limit (超标倍数, C/S − 1). It
// has no meaning for lower limits, nor for limits of zero: false.
func (s Sample) Multiple() (float64, bool) {
	if s.Upper == nil || s.Upper.Mantissa <= 0 || s.Value.Cmp(*s.Upper) <= 0 {
		return 0, false
	}
	return s.Value.Float64()/s.Upper.Float64() - 1, true
}

// worse reports whether s lies further beyond its limit than t.
func (s Sample) worse(t Sample) bool {
	if s.Lower != nil && s.Value.Cmp(*s.Lower) < 0 {
		return t.Lower == nil || s.Value.Cmp(t.Value) < 0
	}
	return s.Value.Cmp(t.Value) > 0
}

// Window is the newest values of one factor at one outlet in order of event
// time, the value that has just come among them at index Now.
type Window struct {
	Samples []Sample
	Now     int
	Alarmed bool        // an alarm of this rule lasts
	Level   Level       // that it has, or had when it ended; "" = there is none
	Set     setting.Set // what holds at the value that has just come
}

// Newest is the value that has just come.
func (w Window) Newest() Sample { return w.Samples[w.Now] }

// Verdict is what a rule says of a window.
type Verdict int

// The verdicts.
const (
	Calm   Verdict = iota // nothing, or not enough to say
	Broken                // the condition holds at the value that has just come
	Ended                 // the condition that lasted is over
)

// Finding is a verdict with what an alarm needs to know. Level and Summary
// count with Broken only; From is the first value of the run that broke it.
type Finding struct {
	Verdict Verdict
	Level   Level
	From    time.Time
	Summary string
}

// Rule is one entry of the catalogue.
type Rule struct {
	ID     string
	Title  string // 废气小时均值超标
	Basis  string // legal or technical basis, in Chinese, with the default settings
	Stream Stream
	Kinds  []enterprise.Kind // outlets that it watches
	Keep   int               // length of its window
	// Length is the length of its window where settings decide; nil = Keep.
	Length func(setting.Set) int
	// Settings are what may be set on it; Text is the basis that names them in braces.
	Settings []setting.Setting
	Text     string
	// Limit picks the limit that it judges by, from those of the outlet, at the
	// moment of the data.
	Limit func(limits []enterprise.Limit, factor string, at time.Time) (enterprise.Limit, bool)
	// Judge is pure.
	Judge func(Window) Finding
	// Official findings are evidence by the standard: they become clues at once
	// and their alarms end only when somebody has handled them.
	Official bool
}

// Whole fills the basis in with the default settings.
func (r Rule) Whole() Rule {
	r.Text = r.Basis
	r.Basis = setting.Defaults(r.Settings).Fill(r.Text)
	r.Keep = r.keep(setting.Defaults(r.Settings))
	return r
}

// keep is how many values its window holds.
func (r *Rule) keep(set setting.Set) int {
	if r.Length == nil {
		return r.Keep
	}
	return r.Length(set)
}

func (r *Rule) watches(k enterprise.Kind) bool {
	for _, x := range r.Kinds {
		if x == k {
			return true
		}
	}
	return false
}

// insert puts a sample into its place by event time; the same moment again
// replaces what was there (a correction). It reports the place, and false when
// the sample is older than a full window reaches.
func insert(window []Sample, s Sample, keep int) ([]Sample, int, bool) {
	i := sort.Search(len(window), func(i int) bool { return !window[i].At.Before(s.At) })
	if i < len(window) && window[i].At.Equal(s.At) {
		window[i] = s
		return window, i, true
	}
	if i == 0 && len(window) >= keep {
		return window, 0, false
	}
	window = append(window, Sample{})
	copy(window[i+1:], window[i:])
	window[i] = s
	if n := len(window) - keep; n > 0 { // more than one when the window has been made shorter
		window = window[n:]
		i -= n
	}
	return window, i, i >= 0
}
