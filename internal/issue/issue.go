package issue

import (
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names an issue.
type ID string

// Issue is one confirmed problem.
type Issue struct {
	ID              ID
	Number          string // e.g. WZ-W-2026-000123
	State           flow.State
	Title           string
	Text            string
	Severity        string
	Category        string
	Area            string
	Address         string
	Lng, Lat        float64 // WGS84; 0, 0 = not known
	EnterpriseID    string
	EnterpriseName  string
	OutletID        string
	DeskArea        string   // the level whose desk must assign it
	LeadAgency      string   // "" until assigned
	Assists         []string // assisting agencies
	PersonID        string   // responsible person
	PersonName      string   // read only
	Measures        string
	Clock           string    // which of the clocks DueAt belongs to
	DueAt           time.Time // when it ends for whose turn it is; zero when closed
	RectifyBy       time.Time // end of the rectification term, also after handing in
	ExtensionDays   int       // working days asked for and not yet answered
	RectifierID     string    // who handed in the rectification last
	RectifierAgency string
	FileNumber      string // of the closing record
	Returns         int    // read only: how often it was handed back
	CreatedBy       string
	CreatedAt       time.Time
	UpdatedAt       time.Time
	ClosedAt        time.Time // zero while open
	Version         int64
}

// Scope is where the issue lies and whom it concerns.
func (i Issue) Scope() auth.Scope {
	return auth.Scope{Area: i.Area, Agencies: append([]string{i.LeadAgency}, i.Assists...), Persons: []string{i.PersonID}, Enterprise: i.EnterpriseID}
}

// Overdue reports whether the running clock has ended.
func (i Issue) Overdue(now time.Time) bool { return !i.DueAt.IsZero() && now.After(i.DueAt) }

// Category is a kind of issue: how many working days its rectification may take
// and which bureau leads it by default.
type Category struct {
	ID, Name string
	Days     int
	Lead     string
}

// Policy is what a jurisdiction decides about issues; terms are working days.
type Policy struct {
	Prefix        string // of numbers, e.g. WZ-W
	Categories    []Category
	Severities    []flow.Option
	AssignDays    int // from the list to the assignment
	SignDays      int // from the assignment to the signature
	AcceptDays    int // from handing in the rectification to acceptance
	CloseDays     int // from acceptance to closing
	RemindDays    int // how long before the end of a term to remind
	SuperviseDays int // how long after the end of a term to urge
	ExtendDays    int // the longest single extension
	ReturnsUp     int // with how many returns the level above must assign
}

// DefaultPolicy is what a place starts with that says nothing.
func DefaultPolicy() Policy {
	return Policy{
		Prefix: "QS-W", AssignDays: 2, SignDays: 1, AcceptDays: 5, CloseDays: 5, RemindDays: 3, SuperviseDays: 3, ExtendDays: 20, ReturnsUp: 2,
		Categories: []Category{{"water", "水污染", 15, ""}, {"air", "大气污染", 15, ""}, {"other", "其他", 15, ""}},
		Severities: []flow.Option{{Value: "general", Title: "一般"}, {Value: "serious", Title: "较重"}, {Value: "major", Title: "重大"}},
	}
}

// Category finds a kind of issue.
func (p Policy) Category(id string) (Category, bool) {
	i := slices.IndexFunc(p.Categories, func(c Category) bool { return c.ID == id })
	if i < 0 {
		return Category{ID: id, Name: id}, false
	}
	return p.Categories[i], true
}

func (p Policy) categoryOptions() []flow.Option {
	out := []flow.Option{}
	for _, c := range p.Categories {
		out = append(out, flow.Option{Value: c.ID, Title: c.Name})
	}
	return out
}
