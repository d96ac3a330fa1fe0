package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/evaluate/overview"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
)

// board is the resource of the first page.
type board struct {
	Loop
	overview *overview.Service
	alarms   alarms
}

// Overview registers the first page.
func (a *API) Overview(s *overview.Service, l Loop, rules *rule.Service) {
	r := board{l, s, alarms{rules, l.Names, l.Files}}
	get(a, "getOverview", "/overview", "工作台", r.get)
}

// OverviewView is the first page of the person who asks.
type OverviewView struct {
	AsOf     string        `json:"as_of"`
	Counters []CounterView `json:"counters" nullable:"false"`
	Units    []UnitBoard   `json:"units" nullable:"false" doc:"辖区的下一级与功能区"`
	Alarms   []AlarmView   `json:"alarms" nullable:"false" doc:"最新的未解除预警"`
	Todo     []TodoView    `json:"todo" nullable:"false" doc:"等待我办理"`
	Overdue  []IssueView   `json:"overdue" nullable:"false" doc:"逾期最久的问题"`
}

// CounterView is one figure with last month's beside it.
type CounterView struct {
	Key      string `json:"key"`
	Title    string `json:"title"`
	Value    int    `json:"value"`
	Previous int    `json:"previous" doc:"存量为上月末，流量为上月全月"`
	Unit     string `json:"unit"`
	Link     string `json:"link" doc:"数字背后的列表"`
}

// UnitBoard is what stands open in one unit.
type UnitBoard struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Kind       string `json:"kind" enum:"prefecture,county,zone,township"`
	X          int    `json:"x"`
	Y          int    `json:"y"`
	IssuesOpen int    `json:"issues_open"`
	Overdue    int    `json:"overdue"`
	AlarmsOpen int    `json:"alarms_open"`
}

// TodoView is one thing whose next step is the reader's.
type TodoView struct {
	Kind       string     `json:"kind" enum:"alarm,clue,issue"`
	ID         string     `json:"id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	State      flow.State `json:"state"`
	StateTitle string     `json:"state_title"`
	DueAt      string     `json:"due_at"`
	Overdue    bool       `json:"overdue"`
	DaysLeft   int        `json:"days_left" doc:"工作日，逾期为负"`
	Link       string     `json:"link"`
}

func (r board) get(ctx context.Context, in *struct {
	Area string `query:"area" maxLength:"12" doc:"只看这一辖区"`
}) (OverviewView, error) {
	b, err := r.overview.Read(ctx, actor(ctx), in.Area)
	if err != nil {
		return OverviewView{}, err
	}
	out := OverviewView{AsOf: when(b.AsOf), Counters: []CounterView{}, Units: []UnitBoard{}, Alarms: []AlarmView{}, Todo: []TodoView{}, Overdue: []IssueView{}}
	for _, c := range b.Counters {
		out.Counters = append(out.Counters, CounterView(c))
	}
	for _, u := range b.Units {
		out.Units = append(out.Units, UnitBoard{u.Code, u.Name, u.Kind, u.X, u.Y, u.IssuesOpen, u.Overdue, u.AlarmsOpen})
	}
	for _, a := range b.Alarms {
		out.Alarms = append(out.Alarms, r.alarms.view(a))
	}
	machines := map[string]*flow.Machine{"alarm": rule.Machine, "clue": r.Clues.Machine(), "issue": r.Issues.Machine()}
	for _, t := range b.Todo {
		due, overdue, left := r.clock(t.DueAt)
		out.Todo = append(out.Todo, TodoView{t.Kind, t.ID, t.Number, t.Title, t.State, machines[t.Kind].StateTitle(t.State), due, overdue, left, "/" + t.Kind + "s/" + t.ID})
	}
	for _, i := range b.Overdue {
		out.Overdue = append(out.Overdue, r.issueView(i))
	}
	return out, nil
}
