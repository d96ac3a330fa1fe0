package rule

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/timeline"
)

// customPrefix marks the rules of alarms that officers' rules raised:
// custom:<id>@<version>.
const customPrefix = "custom:"

// Custom is a rule that an officer writes: the draft, and what is in force.
type Custom struct {
	ID         string
	State      flow.State
	Spec       custom.Spec // the draft
	Author     string      // of the draft
	AuthorName string      // read only
	Live       int64       // newest published version; 0 = none yet
	Enabled    bool        // it judges
	Failures   int64       // hours that went beyond the limit of cost
	FailedAt   time.Time
	Failure    string
	Hits       int // alarms of the last 30 days, read only
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is what policies decide on.
func (c Custom) Scope() auth.Scope { return auth.Scope{Area: c.Spec.Area} }

// InForce reports whether a version judges.
func (c Custom) InForce() bool { return c.Live > 0 && c.Enabled }

// CustomVersion is one published text. It never changes.
type CustomVersion struct {
	RuleID          string
	Number          int64
	Spec            custom.Spec
	Reason          string
	AuthorName      string
	PublishedBy     string
	PublishedByName string
	PublishedAt     time.Time

	author string
}

// CustomFile is everything about one officer's rule.
type CustomFile struct {
	Rule     Custom
	Problems []custom.Problem // of the draft
	Cost     uint64
	Versions []CustomVersion // newest first
	Trials   []Trial         // newest first
	Tried    bool            // the draft as it stands was tried
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// customID is the rule of an alarm.
func customID(id string, version int64) string {
	return customPrefix + id + "@" + strconv.FormatInt(version, 10)
}

// readCustomID takes it apart.
func readCustomID(rule string) (id string, version int64, ok bool) {
	rest, ok := strings.CutPrefix(rule, customPrefix)
	if !ok {
		return "", 0, false
	}
	id, number, ok := strings.Cut(rest, "@")
	version, err := strconv.ParseInt(number, 10, 64)
	return id, version, ok && err == nil
}

// The states of a trial.
const (
	TrialWaiting   = "waiting"
	TrialRunning   = "running"
	TrialDone      = "done"
	TrialFailed    = "failed"
	TrialCancelled = "cancelled"
)

// Trial is one look at what a text would have said.
type Trial struct {
	ID            string
	RuleID        string
	Spec          custom.Spec
	Settings      *TriedSettings // instead of a text, settings of a built-in rule
	State         string
	From, To      time.Time
	Outlets, Done int64
	Result        TrialResult
	Trouble       string
	CreatedByName string
	CreatedAt     time.Time
	FinishedAt    time.Time

	text      string // of the spec
	createdBy string
}

// TrialResult is what was found. Hits holds the first of them, Count says how
// many there were.
type TrialResult struct {
	Count    int         `json:"count"`
	Fired    int         `json:"fired"`    // outlets
	Longest  int         `json:"longest"`  // hours
	Asked    int         `json:"asked"`    // hours looked at
	Unknowns int         `json:"unknowns"` // of these, without an answer
	Mute     int         `json:"mute"`     // outlets that had no answer at any hour; their hours are not counted
	Failures int         `json:"failures"` // of these, beyond the limit of cost
	Weeks    []TrialWeek `json:"weeks"`
	Hits     []TrialHit  `json:"hits"`
	// Of settings: the same with those in force, and what differs.
	Before int `json:"before,omitempty"`
	New    int `json:"new,omitempty"`
	Gone   int `json:"gone,omitempty"`
}

// TrialWeek is how often it would have fired in seven days.
type TrialWeek struct {
	From time.Time `json:"from"`
	N    int       `json:"n"`
}

// TrialHit is one time that it would have fired. Ended is zero when it lasted to
// the end.
type TrialHit struct {
	OutletID       string    `json:"outlet_id"`
	OutletName     string    `json:"outlet_name"`
	EnterpriseName string    `json:"enterprise_name"`
	Factor         string    `json:"factor"`
	From           time.Time `json:"from"`
	To             time.Time `json:"to"`
	Ended          time.Time `json:"ended"`
	Hours          int       `json:"hours"`
	Text           string    `json:"text"`
	Change         string    `json:"change,omitempty"` // of settings: new, gone
	Level          string    `json:"level,omitempty"`
}

func specText(s custom.Spec) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}
