package reward

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// ID names a reward.
type ID string

// AwardID names an award.
type AwardID string

// Reward is one act with all who reported it.
type Reward struct {
	ID          ID
	Number      string // WZ-R-2026-000012
	State       flow.State
	IssueID     string
	IssueNumber string // read only
	IssueTitle  string // read only
	Area        string
	Act         string
	Document    string
	Total       Fen
	Sheet       Sheet
	Round       int64
	Proposer    string
	Reviewer    string
	Approver    string
	DueAt       time.Time // by when reporters must be told
	GrantedAt   time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// Scope is where it lies.
func (r Reward) Scope() auth.Scope { return auth.Scope{Area: r.Area} }

// Deciding reports whether reporters still wait to be told.
func (r Reward) Deciding() bool {
	return r.State == Draft || r.State == Proposed || r.State == Reviewed || r.State == Endorsed
}

// Award is what one report gets.
type Award struct {
	ID           AwardID
	RewardID     ID
	RewardNumber string // read only
	Proposer     string // read only, of the reward
	Reviewer     string // read only, of the reward
	Act          string // read only, of the reward
	Round        int64
	TipID        string
	Report       string
	Area         string
	Part         Part
	Amount       Fen
	Words        string
	State        flow.State
	Way          string
	Honour       string
	Voucher      string
	Place        string
	CodeAt       time.Time
	Tries        int64
	DueFrom      time.Time
	DueTerm      string
	DueAt        time.Time
	ToldAt       time.Time
	PaidAt       time.Time
	PaidBy       string
	BudgetID     string
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Version      int64

	code []byte
}

// What honour besides money has come to.
const (
	HonourOffered = "offered"
	HonourYes     = "yes"
	HonourNo      = "no"
)

// Scope is where it lies.
func (a Award) Scope() auth.Scope { return auth.Scope{Area: a.Area} }

// Report is what the desk may know of a report: no words, no contact.
type Report struct {
	TipID  string
	Number string
	Mode   string
	Kind   string
	At     time.Time
}

// Candidate is a confirmed issue that the public reported and for which no
// reward was proposed.
type Candidate struct {
	IssueID string
	Number  string
	Title   string
	Area    string
	State   string
	Reports int64
	First   time.Time // when the first report came
}

// Proposal is what the desk enters; the reports of the issue give the rest of
// the reporters.
type Proposal struct {
	IssueID string
	Input   Input
	Text    string // note for those who decide
}

// File is a reward with all that belongs to it.
type File struct {
	Reward   Reward
	Awards   []Award
	Budget   Budget // of the year and area, zero when there is none
	Timeline []timeline.Entry
	Actions  []flow.Action
	Same     bool // whether the stored sum gives what was stored
	Changed  []Difference
}

// AwardFile is an award with its history.
type AwardFile struct {
	Award    Award
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Budget is what a year has for an area.
type Budget struct {
	ID        string
	Year      int
	Area      string
	Amount    Fen
	Document  string
	Reserved  Fen // read only: set aside, not yet paid
	Paid      Fen // read only
	CreatedBy string
	UpdatedAt time.Time
	Version   int64
}

// Left is what may still be granted.
func (b Budget) Left() Fen { return b.Amount - b.Reserved - b.Paid }
