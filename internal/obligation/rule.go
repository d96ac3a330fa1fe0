package obligation

import (
	"fmt"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/permit"
)

// Each says for what a rule makes an obligation.
type Each string

// For the enterprise, or for each outlet monitored automatically or by hand.
const (
	EachEnterprise Each = "enterprise"
	EachAuto       Each = "auto"
	EachManual     Each = "manual"
)

// Every says how often.
type Every string

// Before the permit's end, or in each period of the calendar.
const (
	Expiry   Every = "expiry"
	Month    Every = "month"
	Quarter  Every = "quarter"
	HalfYear Every = "half_year"
	Year     Every = "year"
)

var months = map[Every]int{Month: 1, Quarter: 3, HalfYear: 6, Year: 12}

// Known reports whether the rhythm exists.
func (e Every) Known() bool { return e == Expiry || months[e] > 0 }

// Rule is one kind of obligation of a place, in force from a day on.
type Rule struct {
	ID         string
	Title      string
	Basis      string
	Todo       string
	ValidFrom  time.Time
	ValidUntil time.Time // zero = still in force
	Each       Each
	Every      Every
	Classes    []enterprise.PermitClass // none = all
	Kinds      []enterprise.Kind        // of outlets; none = all
	Days       int                      // after the end of the period, or before the permit's
	Remind     []int                    // days before the due day
	Seen       []string                 // kinds of marks that show it done
}

// span is one period of a rule.
type span struct {
	name        string
	from, until time.Time
}

// beijing is the zone in which days and periods begin.
var beijing = time.FixedZone("CST", 8*3600)

// period is the one that holds t.
func (e Every) period(t time.Time) span {
	b, n := t.In(beijing), months[e]
	first := (int(b.Month())-1)/n*n + 1
	from := time.Date(b.Year(), time.Month(first), 1, 0, 0, 0, 0, beijing)
	s := span{from: from, until: from.AddDate(0, n, 0)}
	switch e {
	case Month:
		s.name = from.Format("2006-01")
	case Quarter:
		s.name = fmt.Sprintf("%dQ%d", from.Year(), first/3+1)
	case HalfYear:
		s.name = fmt.Sprintf("%dH%d", from.Year(), first/6+1)
	default:
		s.name = from.Format("2006")
	}
	return s
}

// Facts are what the rules look at.
type Facts struct {
	Enterprise  enterprise.Enterprise
	Certificate permit.Certificate // Version 0 = not entered
	Outlets     []Outlet
}

// Outlet is an outlet with the way in which it is monitored.
type Outlet struct {
	enterprise.Outlet
	Monitor permit.Monitor
	Device  bool // has a device in use
}

func (o Outlet) takes(e Each) bool {
	auto := o.Monitor == permit.Auto || o.Monitor == "" && o.Device
	return e == EachAuto && auto || e == EachManual && o.Monitor == permit.Manual
}

// key tells one obligation from the others of an enterprise.
type key struct{ outlet, rule, period string }

func (o Obligation) key() key { return key{o.OutletID, o.Rule, o.Period} }

// Wanted lists what the rules ask of an enterprise now: for each rhythm the
// period that runs and the one before it. What fell due before the enterprise was
// registered here is not asked for.
func Wanted(rules []Rule, f Facts, now time.Time) (out []Obligation) {
	for _, r := range rules {
		if len(r.Classes) > 0 && !slices.Contains(r.Classes, f.Enterprise.PermitClass) {
			continue
		}
		for _, s := range r.spans(f.Certificate, now) {
			last := s.until.AddDate(0, 0, r.Days)
			if r.Every == Expiry {
				last = s.until.AddDate(0, 0, -r.Days)
			}
			if begun := f.Certificate.ValidFrom; !last.After(f.Enterprise.CreatedAt) || !s.until.After(begun) ||
				last.Before(r.ValidFrom) || !r.ValidUntil.IsZero() && !last.Before(r.ValidUntil) {
				continue
			}
			o := Obligation{EnterpriseID: f.Enterprise.ID, EnterpriseName: f.Enterprise.Name, Area: f.Enterprise.Area, Rule: r.ID, Title: r.Title, Basis: r.Basis, Todo: r.Todo,
				Period: s.name, From: s.from, Until: s.until, DueAt: last.Add(-time.Second), SoonAt: last.AddDate(0, 0, -max(1, r.lead())), State: StateOpen}
			if r.Each == EachEnterprise {
				out = append(out, o)
				continue
			}
			for _, x := range f.Outlets {
				if x.takes(r.Each) && (len(r.Kinds) == 0 || slices.Contains(r.Kinds, x.Kind)) {
					o.OutletID, o.OutletName, o.Area = x.ID, x.Name, x.Area
					out = append(out, o)
				}
			}
		}
	}
	return out
}

// spans are the periods that may have something open.
func (r Rule) spans(c permit.Certificate, now time.Time) []span {
	if r.Every == Expiry {
		if c.Version == 0 {
			return nil
		}
		return []span{{c.ValidUntil.Add(-time.Second).In(beijing).Format(time.DateOnly), c.ValidFrom, c.ValidUntil}}
	}
	this := r.Every.period(now)
	return []span{r.Every.period(this.from.Add(-time.Second)), this}
}

func (r Rule) lead() int {
	if len(r.Remind) == 0 {
		return 0
	}
	return slices.Max(r.Remind)
}
