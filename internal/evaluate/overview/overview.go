// Package overview answers the first page's question (工作台): where it burns,
// what waits for the reader, what is late. It only reads. Every figure is
// counted from rows within the reader's scope and opens the list behind it;
// nothing is stored. What stood at the end of last month is counted from the
// timelines, so that figures beside each other mean the same.
package overview

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/rule"
)

// Unit is a county-level unit or functional zone with its cell of the cartogram.
type Unit struct {
	Code, Name, Kind string
	X, Y             int
}

// Counter is one figure with the same figure of last month: for what stands
// open, as it stood at last month's end; for what happened, all of last month.
type Counter struct {
	Key      string
	Title    string
	Value    int
	Previous int
	Unit     string
	Link     string // the list behind the figure
}

// UnitCount is what stands open in one unit.
type UnitCount struct {
	Unit
	IssuesOpen int
	Overdue    int
	AlarmsOpen int
}

// Todo is one thing whose next step is the reader's.
type Todo struct {
	Kind   string // issue, clue, alarm
	ID     string
	Number string
	Title  string
	State  flow.State
	DueAt  time.Time // zero where no clock runs
}

// Board is the first page of one person.
type Board struct {
	AsOf     time.Time
	Counters []Counter
	Units    []UnitCount
	Alarms   []rule.Alarm  // the newest open ones
	Todo     []Todo        // alarms first, then what ends soonest
	Overdue  []issue.Issue // the longest overdue
}

// Service draws boards.
type Service struct {
	db     *db.DB
	policy auth.Policy
	issues *issue.Service
	rules  *rule.Service
	units  []Unit

	mu    sync.Mutex
	month time.Time       // guarded by mu: the month whose past is known
	known map[string]past // guarded by mu: by view.key
}

// New makes the service for a place's units.
func New(d *db.DB, policy auth.Policy, issues *issue.Service, rules *rule.Service, units []Unit) *Service {
	return &Service{db: d, policy: policy, issues: issues, rules: rules, units: units}
}

const (
	fewAlarms  = 10
	fewOverdue = 10
	fewTodo    = 30
)

// beijing is the zone in which months begin.
var beijing = time.FixedZone("CST", 8*3600)

// Read draws the board of a person, narrowed to an area when one is given.
func (s *Service) Read(ctx context.Context, actor auth.Actor, area string) (b Board, err error) {
	if !s.policy.Anywhere(actor, auth.OverviewRead) {
		return b, fault.Forbiddenf("您没有查看工作台统计的权限；如需查看请联系安全管理员授权")
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		b.AsOf = tx.Now
		v := view{s.policy, actor, area}
		if b.Counters, err = s.counters(ctx, tx, v); err != nil {
			return err
		}
		if b.Units, err = s.count(ctx, tx, v); err != nil {
			return err
		}
		b.Todo, err = v.todo(ctx, tx, s.issues)
		return err
	})
	if err != nil {
		return b, err
	}
	b.Alarms = []rule.Alarm{}
	if s.policy.Anywhere(actor, auth.AlarmRead) {
		page, err := s.rules.List(ctx, actor, rule.Query{States: openStates(rule.Machine), Area: area, Limit: fewAlarms})
		if err != nil {
			return b, err
		}
		b.Alarms = page.Items
	}
	page, err := s.issues.List(ctx, actor, issue.Query{Overdue: true, ByDue: true, Area: area, Limit: fewOverdue})
	b.Overdue = page.Items
	return b, err
}

// lastMonth is the beginning of last month and of this one.
func lastMonth(now time.Time) (from, to time.Time) {
	t := now.In(beijing)
	to = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, beijing)
	return to.AddDate(0, -1, 0), to
}

func openStates(m *flow.Machine) []string {
	out := []string{}
	for _, s := range m.Open() {
		out = append(out, string(s))
	}
	return out
}

// counters leaves out what the reader may not read.
func (s *Service) counters(ctx context.Context, tx *db.Tx, v view) ([]Counter, error) {
	before, month := lastMonth(tx.Now)
	past, err := s.past(v, month, func() (p past, err error) {
		if p.alarms, err = v.alarmsOpenThen(ctx, tx, month); err != nil {
			return p, err
		}
		if p.clues, err = v.cluesNewThen(ctx, tx, month); err != nil {
			return p, err
		}
		if p.open, err = v.issuesOpenThen(ctx, tx, month); err != nil {
			return p, err
		}
		if p.overdue, err = v.issuesOverdueThen(ctx, tx, month); err != nil {
			return p, err
		}
		p.closed, err = v.issuesClosed(ctx, tx, before, month)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	closed := func(ctx context.Context, tx *db.Tx) (int, error) {
		return v.issuesClosed(ctx, tx, month, tx.Now.Add(time.Microsecond))
	}
	out := []Counter{}
	for _, x := range []struct {
		need    auth.Capability
		counter Counter
		now     func(context.Context, *db.Tx) (int, error)
	}{
		{auth.AlarmRead, Counter{Key: "alarms_open", Title: "未解除预警", Previous: past.alarms, Unit: "起", Link: "/alarms?state=active"}, v.alarmsOpen},
		{auth.ClueRead, Counter{Key: "clues_new", Title: "待研判线索", Previous: past.clues, Unit: "条", Link: "/clues?state=new"}, v.cluesNew},
		{auth.IssueRead, Counter{Key: "issues_open", Title: "在办问题", Previous: past.open, Unit: "件", Link: "/issues?state=open"}, v.issuesOpen},
		{auth.IssueRead, Counter{Key: "issues_overdue", Title: "逾期问题", Previous: past.overdue, Unit: "件", Link: "/issues?overdue=true"}, v.issuesOverdue},
		{auth.IssueRead, Counter{Key: "issues_closed", Title: "本月销号", Previous: past.closed, Unit: "件",
			Link: "/issues?state=closed&closed_from=" + month.Format(time.DateOnly)}, closed},
	} {
		if !v.policy.Anywhere(v.actor, x.need) {
			continue
		}
		if x.counter.Value, err = x.now(ctx, tx); err != nil {
			return nil, err
		}
		out = append(out, x.counter)
	}
	return out, nil
}

// past is what stood at last month's end, and what was closed in it.
type past struct{ alarms, clues, open, overdue, closed int }

// past counts what was once for each reader's scope and month: what has been
// does not change any more.
func (s *Service) past(v view, month time.Time, count func() (past, error)) (past, error) {
	key := v.key()
	s.mu.Lock()
	if !s.month.Equal(month) {
		s.month, s.known = month, map[string]past{}
	}
	p, ok := s.known[key]
	s.mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := count()
	if err != nil {
		return p, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.month.Equal(month) {
		s.known[key] = p
	}
	return p, nil
}

// count sums what stands open over each unit of the area. Places whose code lies
// in no unit (the city itself) are left out: they have no cell.
func (s *Service) count(ctx context.Context, tx *db.Tx, v view) ([]UnitCount, error) {
	out := []UnitCount{}
	for _, u := range s.units {
		if v.area == "" || auth.Covers(v.area, u.Code) || auth.Covers(u.Code, v.area) {
			out = append(out, UnitCount{Unit: u})
		}
	}
	add := func(rows []areaCount, to func(*UnitCount) *int) {
		for _, r := range rows {
			if i := slices.IndexFunc(out, func(u UnitCount) bool { return auth.Covers(u.Code, r.area) }); i >= 0 {
				*to(&out[i]) += r.n
			}
		}
	}
	issues, err := v.issuesByArea(ctx, tx, false)
	if err != nil {
		return nil, err
	}
	late, err := v.issuesByArea(ctx, tx, true)
	if err != nil {
		return nil, err
	}
	alarms, err := v.alarmsByArea(ctx, tx)
	if err != nil {
		return nil, err
	}
	add(issues, func(u *UnitCount) *int { return &u.IssuesOpen })
	add(late, func(u *UnitCount) *int { return &u.Overdue })
	add(alarms, func(u *UnitCount) *int { return &u.AlarmsOpen })
	return out, nil
}

// todo gathers what waits for the reader: by the flow tables, the capability
// that the next step needs, and how far the reader's reaches.
func (v view) todo(ctx context.Context, tx *db.Tx, issues *issue.Service) ([]Todo, error) {
	out, err := v.alarmsWaiting(ctx, tx)
	if err != nil {
		return nil, err
	}
	clues, err := v.cluesWaiting(ctx, tx)
	if err != nil {
		return nil, err
	}
	mine, err := issues.Waiting(ctx, tx, v.actor, v.area, fewTodo)
	if err != nil {
		return nil, err
	}
	dated := clues
	for _, i := range mine {
		dated = append(dated, Todo{Kind: "issue", ID: string(i.ID), Number: i.Number, Title: i.Title, State: i.State, DueAt: i.DueAt})
	}
	slices.SortStableFunc(dated, func(a, b Todo) int { return a.DueAt.Compare(b.DueAt) })
	out = append(out, dated...)
	return out[:min(len(out), fewTodo)], nil
}
