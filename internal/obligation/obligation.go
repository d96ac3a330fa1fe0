package obligation

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// ID names an obligation.
type ID string

// Obligation is one thing to do by one day.
type Obligation struct {
	ID             ID
	EnterpriseID   string
	EnterpriseName string // read only
	OutletID       string // "" = of the whole enterprise
	OutletName     string // read only
	Area           string
	Rule           string
	Title          string
	Basis          string
	Todo           string
	Period         string
	From, Until    time.Time // the period
	SoonAt         time.Time
	DueAt          time.Time // its last second
	State          flow.State
	DoneAt         time.Time // zero while it is not
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// Scope is where the obligation lies and whose it is.
func (o Obligation) Scope() auth.Scope { return auth.Scope{Area: o.Area, Enterprise: o.EnterpriseID} }

// Stage is how an obligation stands today.
type Stage string

// The stages.
const (
	Ahead    Stage = "ahead"
	Soon     Stage = "soon"
	Overdue  Stage = "overdue"
	Reported Stage = "reported"
	Done     Stage = "done"
	Waived   Stage = "waived"
	Void     Stage = "void"
)

var stageTitles = map[Stage]string{Ahead: "未到期", Soon: "即将到期", Overdue: "已逾期", Reported: "待核实", Done: "已履行", Waived: "已免除", Void: "已失效"}

// Title is the stage in Chinese.
func (s Stage) Title() string { return stageTitles[s] }

// Stage tells how the obligation stands at a moment.
func (o Obligation) Stage(now time.Time) Stage {
	switch {
	case o.State != StateOpen:
		return Stage(o.State)
	case now.After(o.DueAt):
		return Overdue
	case !now.Before(o.SoonAt):
		return Soon
	}
	return Ahead
}

// File is everything about one obligation for the person who opened it.
type File struct {
	Obligation Obligation
	Timeline   []timeline.Entry
	Actions    []flow.Action
}
