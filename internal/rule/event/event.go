package event

import (
	"slices"
	"time"
)

// By is how far a happening reaches.
type By string

// The reaches.
const (
	Enterprise By = "enterprise"
	Outlet     By = "outlet"
)

// Grouping says which alarms of one enterprise, or one outlet, are one happening.
// Empty lists mean all.
type Grouping struct {
	Name     string
	Levels   []string
	Families []string
	By       By
	Within   time.Duration // between the end of what is there and the beginning of the next
	Longest  time.Duration // between the first beginning and the last
}

// Reaches lists the reaches as people read them.
var Reaches = []struct {
	ID    By
	Title string
}{{Enterprise, "同一企业"}, {Outlet, "同一监控点"}}

// Title is the reach in Chinese.
func (b By) Title() string {
	for _, r := range Reaches {
		if r.ID == b {
			return r.Title
		}
	}
	return string(b)
}

// Default is the grouping of a place that has set none: what falls silent together,
// what exceeds limits at one time, and what one outlet is suspected of.
func Default() []Grouping {
	return []Grouping{
		{Name: "断电断网", Levels: []string{"notice"}, Families: []string{"sending"}, By: Enterprise, Within: 30 * time.Minute, Longest: 24 * time.Hour},
		{Name: "超限与超标", Levels: []string{"notice", "exceed", "grave"}, By: Enterprise, Within: 2 * time.Hour, Longest: 72 * time.Hour},
		{Name: "同一监控点的异常", Levels: []string{"suspect"}, By: Outlet, Within: 24 * time.Hour, Longest: 7 * 24 * time.Hour},
	}
}

// Alarm is what the decision needs to know of one.
type Alarm struct {
	ID       string
	Event    string // "" = alone
	Grouping string // of its event; "" = merged by hand
	Outlet   string
	Level    string
	Family   string
	From, To time.Time // To of one that lasts is now
	Dealt    bool      // the bureau has answered: what comes now is another matter
	Apart    bool      // a person took it out: no rule puts it anywhere
}

// For is the first grouping that holds for an alarm; false without one.
func For(list []Grouping, level, family string) (Grouping, bool) {
	for _, g := range list {
		if (len(g.Levels) == 0 || slices.Contains(g.Levels, level)) && (len(g.Families) == 0 || slices.Contains(g.Families, family)) {
			return g, true
		}
	}
	return Grouping{}, false
}

// Match finds the alarms with which a new one belongs together, of the open ones of
// its enterprise: those of one event, or one that is alone. The nearest in time is
// taken. An event that people have dealt with, one alarm of it suffices, takes
// nothing in: what comes afterwards must be seen.
func Match(list []Grouping, n Alarm, open []Alarm) (with []Alarm, by Grouping, ok bool) {
	by, ok = For(list, n.Level, n.Family)
	if !ok || n.Apart {
		return nil, by, false
	}
	best := time.Duration(-1)
	for _, group := range groups(open) {
		away, fits := by.fits(list, n, group)
		if fits && (best < 0 || away < best) {
			best, with = away, group
		}
	}
	return with, by, best >= 0
}

// groups puts the alarms of each event together, in the order of the list.
func groups(open []Alarm) (out [][]Alarm) {
	at := map[string]int{}
	for _, a := range open {
		i, known := at[a.Event]
		if a.Event == "" || !known {
			i = len(out)
			out = append(out, nil)
			at[a.Event] = i
		}
		out[i] = append(out[i], a)
	}
	return out
}

// fits says whether the new alarm belongs to the group, and how far away in time
// it began.
func (g Grouping) fits(list []Grouping, n Alarm, group []Alarm) (away time.Duration, ok bool) {
	from, last, to, outlet := group[0].From, group[0].From, group[0].To, false
	for _, a := range group {
		if a.Dealt || a.Apart {
			return 0, false
		}
		if a.Event == "" {
			if of, known := For(list, a.Level, a.Family); !known || of.Name != g.Name {
				return 0, false
			}
		} else if a.Grouping != "" && a.Grouping != g.Name {
			return 0, false
		}
		if a.From.Before(from) {
			from = a.From
		}
		if a.From.After(last) {
			last = a.From
		}
		if a.To.After(to) {
			to = a.To
		}
		outlet = outlet || a.Outlet == n.Outlet
	}
	if g.By == Outlet && !outlet {
		return 0, false
	}
	switch {
	case n.From.After(to):
		away = n.From.Sub(to)
	case n.To.Before(from):
		away = from.Sub(n.To)
	}
	if n.From.Before(from) {
		from = n.From
	}
	if n.From.After(last) {
		last = n.From
	}
	return away, away <= g.Within && last.Sub(from) <= g.Longest
}

// Member is what decides who speaks for an event.
type Member struct {
	ID      string
	Rank    int  // of its highest level
	Cleared bool // as the next: it speaks only when all do so
	Hushed  bool // quiet for a reason of its own
	Told    bool // people have heard of it
}

// Lead is the member by which people hear of the event: the gravest, of equals one
// that they have heard of, or else the oldest (ids grow with time); before all that,
// one that may be told of.
func Lead(list []Member) int {
	lead := -1
	for i, m := range list {
		if lead < 0 || before(m, list[lead]) {
			lead = i
		}
	}
	return lead
}

func before(a, b Member) bool {
	switch {
	case a.Cleared != b.Cleared:
		return b.Cleared
	case a.Hushed != b.Hushed:
		return b.Hushed
	case a.Rank != b.Rank:
		return a.Rank > b.Rank
	case a.Told != b.Told:
		return a.Told
	}
	return a.ID < b.ID
}
