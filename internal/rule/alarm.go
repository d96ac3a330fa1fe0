package rule

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/timeline"
)

// ID names an alarm.
type ID string

// Alarm is one condition that lasts, or lasted, at one outlet. Times are event
// times: what the data say, not when they came.
type Alarm struct {
	ID             ID
	Number         string // WZ-Y-2026-000123
	Rule           string
	Level          Level
	Highest        Level // that it ever had
	State          flow.State
	OutletID       string
	OutletName     string // read only, as the next
	EnterpriseID   string
	EnterpriseName string
	Area           string
	Factor         string
	Also           []silence.Sign // the other signs of a suspicion
	Limit          decimal.Decimal
	Basis          string
	Value          decimal.Decimal // newest that broke the limit
	Peak           decimal.Decimal // worst
	Times          int64
	StartedAt      time.Time
	LastAt         time.Time
	EndedAt        time.Time // zero while it lasts
	Summary        string
	ClueID         string
	Explained      Explanation
	Quiet          Quiet
	EventID        EventID // the happening to which it belongs, "" = alone
	EventNumber    string  // read only, as the next two
	EventGrouping  string
	EventVersion   int64
	Apart          bool      // a person took it out of an event
	Verdict        string    // what it proved to be: true, false; '' = not decided
	Sector         string    // agency of the trade that has been told, '' = none yet
	Why            []string  // reasons for which it weighs more (重点级)
	HearUp         bool      // people hear as of the next higher level for them
	LevelAt        time.Time // since when it has its highest level, by the clock on the wall
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Explanation is how far the enterprise's word about an alarm has come.
type Explanation string

// The stages; empty is nothing yet.
const (
	ExplanationGiven    Explanation = "given"    // 待审核
	ExplanationAccepted Explanation = "accepted" // 已采纳
	ExplanationRejected Explanation = "rejected" // 已退回
)

var explanationTitles = map[Explanation]string{"": "未说明", ExplanationGiven: "说明待审核", ExplanationAccepted: "说明已采纳", ExplanationRejected: "说明已退回"}

// Title is the stage in Chinese.
func (e Explanation) Title() string { return explanationTitles[e] }

// Scope is where the alarm lies and whom it concerns.
func (a Alarm) Scope() auth.Scope {
	return auth.Scope{Area: a.Area, Enterprise: a.EnterpriseID, Agencies: a.agencies()}
}

func (a Alarm) agencies() []string {
	if a.Sector == "" {
		return nil
	}
	return []string{a.Sector}
}

// Seen is the version that people see: it grows with the alarm and with its event.
func (a Alarm) Seen() int64 { return a.Version + a.EventVersion }

// Lasts reports whether the condition still holds.
func (a Alarm) Lasts() bool { return a.EndedAt.IsZero() }

// Ratio is the newest value over the limit, 0 where that has no meaning.
func (a Alarm) Ratio() float64 {
	if a.Limit.Mantissa <= 0 {
		return 0
	}
	return a.Value.Float64() / a.Limit.Float64()
}

// File is everything about one alarm for the person who opened it.
type File struct {
	Alarm     Alarm
	Timeline  []timeline.Entry
	Actions   []flow.Action
	Measures  []Measure // that the person may see
	Suggest   Suggestion
	RuleBasis string    // with the settings that held
	WordDue   time.Time // of the enterprise's explanation; zero = none is waited for
	Guides    []Guide   // for whoever may explain
	Together  []Alarm   // of its event, itself among them
}
