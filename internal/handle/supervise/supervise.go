package supervise

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names a supervision.
type ID string

// Supervision is one rung that an issue has reached.
type Supervision struct {
	ID         ID
	Number     string // WZ-D-2026-000012
	IssueID    string
	IssueTitle string // read only, as the next
	IssueNo    string
	Rung       string
	State      flow.State
	Area       string
	Agency     string // that is supervised: the issue's lead when it was proposed
	Person     string // responsible person then
	Reason     string // why it was proposed
	Demand     string
	Paper      string    // document number; "" = Number
	Term       time.Time // end of the issue's clock that called for it; zero = proposed by a person
	DueAt      time.Time // to answer by; zero while nothing runs
	Overdue    bool
	Public     bool
	From       ID // the rung below that was raised
	ProposedBy string
	SignedBy   string
	SignedAt   time.Time
	AnsweredBy string
	EndedAt    time.Time // zero while it lasts
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is where the supervision lies and whom it concerns.
func (d Supervision) Scope() auth.Scope {
	return auth.Scope{Area: d.Area, Agencies: []string{d.Agency}, Persons: []string{d.Person}}
}

// InstructionID names an instruction.
type InstructionID string

// Instruction is what a leader wrote and wants done.
type Instruction struct {
	ID         InstructionID
	Number     string // WZ-P-2026-000003
	Leader     string // name and post
	GivenOn    string // 2026-11-21
	Text       string
	IssueID    string // "" = none
	IssueNo    string // read only
	Area       string
	Agency     string
	Person     string // "" = anybody of the agency
	PersonName string // read only
	State      flow.State
	DueAt      time.Time // zero while nothing runs
	Overdue    bool
	RepliedBy  string
	CreatedBy  string
	ClosedAt   time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is where the instruction lies and whom it concerns.
func (i Instruction) Scope() auth.Scope {
	return auth.Scope{Area: i.Area, Agencies: []string{i.Agency}, Persons: []string{i.Person}}
}
