package tip

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// By is what reports are counted by.
type By string

// The ways to count.
const (
	ByKind    By = "kind"
	ByArea    By = "area"
	ByChannel By = "channel"
	ByMode    By = "mode"
	ByMonth   By = "month"
)

// few is the least number of reports that is shown by itself: fewer could point at
// one of them, and at who reported it.
const few = 5

// Counts are numbers of reports, and how they were dealt with.
type Counts struct {
	All, Waiting, Accepted, Refused, Elsewhere int
	InTime, Late                               int // answered within the term, or not
	Closed, Reopened                           int
	Solved, Partly, Unsolved                   int
	Days                                       int // median from report to end, -1 = none ended
}

// Counted is the reports of one value.
type Counted struct {
	Value  string
	Title  string
	Folded int // so many values with few reports stand here together
	Counts
}

// Counting is the reports of a time, without anything that was written in them.
type Counting struct {
	Rows  []Counted
	Total Counts
	Few   bool // so few altogether that they are only counted
}

// counted is one report as it is counted.
type counted struct {
	kind, area, channel, mode, answer, score string
	created, answered, acceptBy, closedAt    time.Time
	closed                                   bool
	reopened                                 int
}

// Count counts the reports of whole months, from the first to the last, by one
// thing. It reads no content, so it may be read by those who may not read reports;
// what insiders sealed is counted nowhere.
func (s *Service) Count(ctx context.Context, actor auth.Actor, by By, from, to time.Time) (c Counting, err error) {
	if !to.After(from) || to.After(from.AddDate(5, 0, 0)) {
		return c, fault.Invalidf("起止月份应先后相接，最多五年").With("from", "应不晚于截止月份")
	}
	var list []counted
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, err = countable(ctx, tx, s.policy, actor, from, to)
		return err
	})
	if err != nil {
		return c, err
	}
	groups := map[string][]counted{}
	for _, x := range list {
		v := s.valueOf(x, by)
		groups[v] = append(groups[v], x)
	}
	c.Total = sum(list)
	if c.Few = c.Total.All < few; c.Few {
		c.Total = Counts{All: c.Total.All, Days: -1}
		return c, nil
	}
	shown, together := split(groups)
	for _, v := range shown {
		c.Rows = append(c.Rows, Counted{Value: v, Title: s.titleOf(v, by), Counts: sum(groups[v])})
	}
	if len(together) > 0 {
		var rest []counted
		for _, v := range together {
			rest = append(rest, groups[v]...)
		}
		c.Rows = append(c.Rows, Counted{Title: "其他（件数少，合并）", Folded: len(together), Counts: sum(rest)})
	}
	return c, nil
}

// split tells which values are shown by themselves, the most first or in the order
// of months, and which together: those with few reports, and as many more as it
// takes that nobody finds them by subtraction.
func split(groups map[string][]counted) (shown, together []string) {
	all := []string{}
	for v := range groups {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(groups[b]), len(groups[a])), cmp.Compare(a, b))
	})
	n := 0
	for len(all) > 0 {
		last := all[len(all)-1]
		if size := len(groups[last]); size >= few && (n == 0 || n >= few) {
			break
		}
		n += len(groups[last])
		together, all = append(together, last), all[:len(all)-1]
	}
	return all, together
}

func (s *Service) valueOf(x counted, by By) string {
	switch by {
	case ByArea:
		if u, ok := s.regions.Unit(x.area); ok {
			return u.Code
		}
		return x.area
	case ByChannel:
		return x.channel
	case ByMode:
		return x.mode
	case ByMonth:
		return x.created.In(beijing).Format("2006-01")
	default:
		return x.kind
	}
}

func (s *Service) titleOf(v string, by By) string {
	switch by {
	case ByArea:
		return s.regions.Name(v)
	case ByChannel:
		return Channel(v).Title()
	case ByMode:
		row, _ := Mode(v).Row()
		return row.Title
	case ByMonth:
		return v
	default:
		if k, ok := s.rules.Kind(v); ok {
			return k.Name
		}
		return v
	}
}

// sum counts reports.
func sum(list []counted) (c Counts) {
	days := []int{}
	for _, x := range list {
		c.All++
		switch Verdict(x.answer) {
		case Accepted:
			c.Accepted++
		case Refused:
			c.Refused++
		case Elsewhere:
			c.Elsewhere++
		default:
			c.Waiting++
		}
		if !x.answered.IsZero() && !x.acceptBy.IsZero() {
			if x.answered.After(x.acceptBy) {
				c.Late++
			} else {
				c.InTime++
			}
		}
		if x.closed {
			c.Closed++
			if !x.closedAt.IsZero() {
				days = append(days, int(x.closedAt.Sub(x.created).Hours()/24))
			}
		}
		if x.reopened > 0 {
			c.Reopened++
		}
		switch x.score {
		case "solved":
			c.Solved++
		case "partly":
			c.Partly++
		case "unsolved":
			c.Unsolved++
		}
	}
	c.Days = -1
	if len(days) > 0 {
		slices.Sort(days)
		c.Days = days[(len(days)-1)/2]
	}
	return c
}
