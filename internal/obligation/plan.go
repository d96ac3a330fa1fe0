package obligation

import (
	"fmt"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/mark"
)

// Change is one thing that a pass over an enterprise does.
type Change struct {
	Obligation Obligation
	New        bool      // make it
	Move       bool      // its day changed
	Verb       flow.Verb // then, if any
	Once       string
	Note       string
}

const day = 24 * time.Hour

// Plan finds what is to be done so that the rows agree with what is wanted: make,
// move, end, see done, remind, lapse. Running it again at the same moment finds
// the same keys of Once, under which nothing is written twice.
func Plan(rules []Rule, f Facts, rows []Obligation, marks []mark.Mark, now time.Time) (out []Change) {
	have, rule := map[key]Obligation{}, map[string]Rule{}
	for _, o := range rows {
		have[o.key()] = o
	}
	for _, r := range rules {
		rule[r.ID] = r
	}
	asked := map[key]bool{}
	for _, w := range Wanted(rules, f, now) {
		asked[w.key()] = true
		o, known := have[w.key()]
		c := Change{Obligation: o, New: !known}
		switch {
		case !known:
			c.Obligation = w
		case o.State == StateOpen && (!o.DueAt.Equal(w.DueAt) || !o.SoonAt.Equal(w.SoonAt)):
			c.Obligation.DueAt, c.Obligation.SoonAt, c.Move = w.DueAt, w.SoonAt, true
		}
		have[w.key()] = c.Obligation
		if c.New || c.Move {
			out = append(out, c)
		}
	}
	for _, o := range sortedByDue(have) {
		if o.State != StateOpen {
			continue
		}
		if !asked[o.key()] {
			// Periods that went by stay until somebody does them; what hangs on a
			// permit or an outlet that is no longer so ends.
			expiry := rule[o.Rule].Every == Expiry
			if expiry && f.Certificate.ValidUntil.After(o.Until) {
				out = append(out, Change{Obligation: o, Verb: See, Once: "see", Note: "许可证有效期已延至 " + f.Certificate.ValidUntil.Add(-time.Second).In(beijing).Format(time.DateOnly)})
				continue
			}
			if expiry || now.Before(o.DueAt) {
				out = append(out, Change{Obligation: o, Verb: End, Once: "end"})
				continue
			}
		}
		if m, ok := shown(rule[o.Rule], o, marks); ok {
			out = append(out, Change{Obligation: o, Verb: See, Once: "see", Note: fmt.Sprintf("标记 %s（%s）", m.Number, m.Title())})
			continue
		}
		out = append(out, remind(rule[o.Rule], o, now)...)
	}
	return out
}

// shown finds the mark that shows the obligation done.
func shown(r Rule, o Obligation, marks []mark.Mark) (mark.Mark, bool) {
	for _, m := range marks {
		if m.OutletID == o.OutletID && slices.Contains(r.Seen, m.Kind) && !m.From.Before(o.From) && m.From.Before(o.Until) {
			return m, true
		}
	}
	return mark.Mark{}, false
}

// remind gives the nearest reminder whose day has come, or the lapse.
func remind(r Rule, o Obligation, now time.Time) []Change {
	due := fmt.Sprint(o.DueAt.Unix())
	if now.After(o.DueAt) {
		return []Change{{Obligation: o, Verb: Lapse, Once: "lapse:" + due}}
	}
	best := -1
	for _, n := range r.Remind {
		if at := o.DueAt.Add(time.Second - time.Duration(n)*day); !now.Before(at) && (best < 0 || n < best) {
			best = n
		}
	}
	if best < 0 {
		return nil
	}
	return []Change{{Obligation: o, Verb: Remind, Once: fmt.Sprintf("remind:%d:%s", best, due)}}
}

func sortedByDue(m map[key]Obligation) []Obligation {
	out := make([]Obligation, 0, len(m))
	for _, o := range m {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Obligation) int {
		if c := a.DueAt.Compare(b.DueAt); c != 0 {
			return c
		}
		if a.Rule+a.OutletID < b.Rule+b.OutletID {
			return -1
		}
		return 1
	})
	return out
}
