package outcome

import (
	"slices"
	"sort"
	"time"
)

// Verdict is what people's answers make of an alarm.
type Verdict int

// The verdicts.
const (
	Unanswered Verdict = iota
	True
	False
)

// absent are the rules about data that do not come: there a broken instrument is
// what they are about.
var absent = []string{"offline", "missing"}

// judge is the verdict on one alarm: from the outcome of its clue, or else what people
// found who looked into it, or else the cause that was last written down or accepted.
func judge(rule, clue, found, cause string) Verdict {
	switch clue {
	case "adopted", "merged":
		return True
	case "dismissed":
		return False
	}
	switch found {
	case "true":
		return True
	case "false":
		return False
	}
	real, innocent := []string{"discharge"}, []string{"fluctuation", "maintenance", "instrument"}
	if slices.Contains(absent, rule) {
		real, innocent = []string{"maintenance", "instrument"}, nil
	}
	switch {
	case slices.Contains(real, cause):
		return True
	case slices.Contains(innocent, cause):
		return False
	}
	return Unanswered
}

// fact is one alarm with what became of it.
type fact struct {
	id, rule, level, state, area  string
	enterpriseID, enterpriseName  string
	clue, found, cause            string
	quiet                         bool // never told of
	started, last, ended, created time.Time
	acknowledged, explained       time.Time // zero = never, as the next
	handled                       time.Time
	late                          bool // the enterprise's word was not there in time
	accepted, rejected            bool
}

// inTime reports whether the enterprise explained before its term ran out.
func (f *fact) inTime() bool { return !f.explained.IsZero() && !f.late }

// lasted is how long the condition held, up to now while it does.
func (f *fact) lasted(now time.Time) time.Duration {
	end := f.ended
	if end.IsZero() {
		end = f.last
		if f.state != "cleared" {
			end = now
		}
	}
	return max(0, end.Sub(f.started))
}

// Row is what became of the alarms of one group.
type Row struct {
	ID, Name    string
	Area        string
	Alarms      int
	Open        int // not cleared
	Quiet       int // nobody was told, by a silence or as a consequence
	True, False int
	// Medians; 0 with none. Lasted is of the condition, the others from the raising.
	Lasted, Acknowledged, Explained, Handled time.Duration
	Explanations, Handlings                  int // how many alarms these rest on
	Acknowledgements                         int
	// The enterprise's word: in time, late or never by then, and what people made of it.
	InTime, Late, Accepted, Rejected int
}

// Punctual is the share of words that came in time among those whose term is over one
// way or the other; false without any.
func (r Row) Punctual() (float64, bool) {
	if r.InTime+r.Late == 0 {
		return 0, false
	}
	return float64(r.InTime) / float64(r.InTime+r.Late), true
}

// Answered is how many alarms people have said true or false of.
func (r Row) Answered() int { return r.True + r.False }

// Precision is the share of true ones among those answered; false without any.
func (r Row) Precision() (float64, bool) {
	if r.Answered() == 0 {
		return 0, false
	}
	return float64(r.True) / float64(r.Answered()), true
}

// Group is what rows are made of.
type Group string

// The groups.
const (
	ByRule       Group = "rule"
	ByLevel      Group = "level"
	ByArea       Group = "area"
	ByEnterprise Group = "enterprise"
	ByMonth      Group = "month"
)

var beijing = time.FixedZone("CST", 8*3600)

func (g Group) key(f *fact) (id, name string) {
	switch g {
	case ByLevel:
		return f.level, ""
	case ByArea:
		return f.area[:min(6, len(f.area))], ""
	case ByEnterprise:
		return f.enterpriseID, f.enterpriseName
	case ByMonth:
		m := f.created.In(beijing).Format("2006-01")
		return m, m
	}
	return f.rule, ""
}

// sum adds the facts up by group, the most alarms first, months in order.
func sum(facts []fact, g Group, now time.Time) []Row {
	type spans struct{ lasted, acknowledged, explained, handled []time.Duration }
	rows, of := map[string]*Row{}, map[string]*spans{}
	for i := range facts {
		f := &facts[i]
		id, name := g.key(f)
		r, s := rows[id], of[id]
		if r == nil {
			r, s = &Row{ID: id, Name: name, Area: f.area}, &spans{}
			rows[id], of[id] = r, s
		}
		r.Alarms++
		if f.state != "cleared" {
			r.Open++
		}
		if f.quiet {
			r.Quiet++
		}
		for to, is := range map[*int]bool{&r.InTime: f.inTime(), &r.Late: f.late, &r.Accepted: f.accepted, &r.Rejected: f.rejected} {
			if is {
				*to++
			}
		}
		switch judge(f.rule, f.clue, f.found, f.cause) {
		case True:
			r.True++
		case False:
			r.False++
		}
		s.lasted = append(s.lasted, f.lasted(now))
		for _, x := range []struct {
			at time.Time
			to *[]time.Duration
		}{{f.acknowledged, &s.acknowledged}, {f.explained, &s.explained}, {f.handled, &s.handled}} {
			if !x.at.IsZero() {
				*x.to = append(*x.to, max(0, x.at.Sub(f.created)))
			}
		}
	}
	out := make([]Row, 0, len(rows))
	for id, r := range rows {
		s := of[id]
		r.Lasted, r.Acknowledged, r.Explained, r.Handled = median(s.lasted), median(s.acknowledged), median(s.explained), median(s.handled)
		r.Acknowledgements, r.Explanations, r.Handlings = len(s.acknowledged), len(s.explained), len(s.handled)
		out = append(out, *r)
	}
	sort.Slice(out, func(i, j int) bool {
		if g == ByMonth || out[i].Alarms == out[j].Alarms {
			return out[i].ID < out[j].ID
		}
		return out[i].Alarms > out[j].Alarms
	})
	return out
}

// median is the middle one, the lower of two.
func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[(len(d)-1)/2]
}
