package clue

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names a clue.
type ID string

// SourceAlarm is the source of clues that a rule hands in; people cannot enter
// it.
const SourceAlarm = "alarm"

// Clue is one lead on a possible environmental problem.
type Clue struct {
	ID             ID
	Number         string // e.g. WZ-X-2026-000123
	State          flow.State
	Source         string // alarm, phone, visit, patrol …
	SourceID       string // the source's own id; a thing is handed in once
	Title          string
	Text           string
	Area           string
	Address        string
	Lng, Lat       float64 // WGS84; 0, 0 = not known
	Category       string
	EnterpriseID   string
	EnterpriseName string // as the source named it, registered or not
	OutletID       string
	Contact        string // how to reach who told us; see Service.Contact
	Evidence       string // JSON of the source, e.g. the alarm's values
	OwnerID        string // who took it; "" = the desk of the area
	OwnerName      string // read only
	Clock          string
	DueAt          time.Time // zero when no clock runs
	IssueID        string    // adopted as, or merged into
	MergedInto     ID
	ReferredTo     string // agency
	CreatedBy      string
	CreatedByName  string // read only
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64
}

// New is what a source hands in. SourceID, when set, makes handing in
// idempotent. Area is required; everything else helps.
type New struct {
	Source         string
	SourceID       string
	Title          string
	Text           string
	Area           string
	Address        string
	Lng, Lat       float64
	Category       string
	EnterpriseID   string
	EnterpriseName string
	OutletID       string
	Contact        string
	Evidence       string
	Files          []string
}

// Scope is where the clue lies and whom it concerns.
func (c Clue) Scope() auth.Scope {
	return auth.Scope{Area: c.Area, Persons: []string{c.OwnerID, c.CreatedBy}, Enterprise: c.EnterpriseID}
}

// Open reports whether the clue still waits for somebody.
func (c Clue) Open() bool { return c.State == StateNew || c.State == StateReferred }

// Policy is what a jurisdiction decides about clues; terms are working days.
type Policy struct {
	Prefix     string        // of numbers, e.g. WZ-X
	JudgeDays  int           // from handing in to judgement
	RemindDays int           // how long before the end the desk is reminded
	ReferDays  int           // from referring to the receiver's answer
	Sources    []flow.Option // that people may enter
	Categories []flow.Option
	Severities []flow.Option
}

// DefaultPolicy is what a place starts with that says nothing.
func DefaultPolicy() Policy {
	return Policy{
		Prefix: "QS-X", JudgeDays: 3, RemindDays: 1, ReferDays: 5,
		Sources:    []flow.Option{{Value: "phone", Title: "电话举报"}, {Value: "patrol", Title: "网格和河湖长巡查"}, {Value: "agency", Title: "部门移送"}, {Value: "other", Title: "其他"}},
		Categories: []flow.Option{{Value: "water", Title: "水污染"}, {Value: "air", Title: "大气污染"}, {Value: "other", Title: "其他"}},
		Severities: []flow.Option{{Value: "general", Title: "一般"}, {Value: "serious", Title: "较重"}, {Value: "major", Title: "重大"}},
	}
}
