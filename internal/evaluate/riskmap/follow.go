package riskmap

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
)

// Follow says when a unit is followed up (跟踪问效) and helped on site (定点帮扶):
// the documents name a major problem not found in time and a risk that stays
// high, and leave the months open. Whether it did any good is read from the next
// signed month.
type Follow struct {
	Missed      bool // a warning of discovery is followed up at once
	TrackMonths int  // months in a row not green, then followed up
	HelpMonths  int  // months in a row not green, then helped too
	AnswerDays  int  // working days to answer with causes and measures
	ReportDays  int  // working days to report what came of them
}

// defaultFollow is this program's choice.
var defaultFollow = Follow{Missed: true, TrackMonths: 1, HelpMonths: 3, AnswerDays: 5, ReportDays: 20}

// TaskKind tells following up from helping.
type TaskKind string

// The kinds of tasks.
const (
	Track TaskKind = "track"
	Help  TaskKind = "help"
)

// TaskKinds lists them.
var TaskKinds = []Word{{string(Track), "跟踪问效"}, {string(Help), "定点帮扶"}}

// Wanted are the tasks that a unit's verdict calls for, with the reason; lasting
// counts the months in a row that were not green, this one included.
func (f Follow) Wanted(u Unit, lasting int) map[TaskKind]string {
	out := map[TaskKind]string{}
	stands := fmt.Sprintf("%s，%d 个警示", u.Colour.Title(), u.Points)
	if lasting > 1 {
		stands += fmt.Sprintf("，连续 %d 个月不是绿色", lasting)
	}
	if u.Colour != Green && lasting >= f.HelpMonths {
		out[Help] = stands
	}
	switch {
	case f.Missed && u.Aspects.Discovery.Points > 0:
		out[Track] = "重大问题未能及时发现：" + u.Aspects.Discovery.Reason
	case u.Colour != Green && lasting >= f.TrackMonths:
		out[Track] = stands
	}
	return out
}

// Effect is what a later month says about a task.
type Effect string

// The effects.
const (
	Better Effect = "better"
	Same   Effect = "same"
	Worse  Effect = "worse"
)

// Title is the effect's word.
func (e Effect) Title() string {
	return map[Effect]string{Better: "好转", Same: "没有变化", Worse: "加重"}[e]
}

// EffectOf compares a unit's warnings of the month that called for a task with
// those of a later one.
func EffectOf(then, now Unit) Effect {
	switch {
	case now.Points < then.Points:
		return Better
	case now.Points > then.Points:
		return Worse
	}
	return Same
}

// TaskID names a task.
type TaskID string

// Task is one unit's follow-up or help, opened by a signed map.
type Task struct {
	ID         TaskID
	Number     string // WZ-T-2026-000012
	Kind       TaskKind
	Unit       string
	Month      Month
	Edition    ID
	State      flow.State
	Reason     string
	DueAt      time.Time // zero = nothing is due
	Overdue    bool
	Helped     int
	Person     string // who answers for it by name
	ReportedBy string
	Outcome    string
	Effect     Effect
	EffectIn   Month // 0 = no later month is signed yet
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// The states of a task.
const (
	TaskOpen     flow.State = "open"
	TaskWorking  flow.State = "working"
	TaskReported flow.State = "reported"
	TaskClosed   flow.State = "closed"
	TaskDropped  flow.State = "dropped"
)

// The verbs of a task.
const (
	Open    flow.Verb = "open" // the beginning; not in the table
	Answer  flow.Verb = "answer"
	Visit   flow.Verb = "visit"
	Report  flow.Verb = "report"
	Accept  flow.Verb = "accept"
	Return  flow.Verb = "return"
	Compare flow.Verb = "compare"
	Overdue flow.Verb = "overdue"
	Drop    flow.Verb = "drop"
)

const (
	capAnswer = "risk.answer"
	capFollow = "risk.follow"
)

const (
	isHelp      flow.Fact = "is_help"
	wasHelped   flow.Fact = "was_helped"
	compared    flow.Fact = "compared"
	notReporter flow.Fact = "not_the_reporter"
)

var files = flow.Field{Name: "files", Title: "附件", Kind: flow.Files}

// Outcomes are the verifier's conclusions.
var Outcomes = []flow.Option{{Value: "effective", Title: "已见效"}, {Value: "partly", Title: "部分见效"}, {Value: "none", Title: "未见效，另行研究"}}

// TaskMachine is the life of a task: the unit explains and acts, the whole's
// office goes to help, the unit reports, somebody else verifies.
var TaskMachine = &flow.Machine{
	Kind: "risk_task", Title: "跟踪帮扶", Initial: TaskOpen,
	States: []flow.StateRow{
		{State: TaskOpen, Title: "待答复", Waits: "所在单元"},
		{State: TaskWorking, Title: "落实中", Waits: "所在单元"},
		{State: TaskReported, Title: "待核验", Waits: "市级"},
		{State: TaskClosed, Title: "已办结", Terminal: true},
		{State: TaskDropped, Title: "已撤销", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{TaskOpen}, Verb: Answer, To: TaskWorking, Title: "答复原因和措施", Capability: capAnswer,
			Next: "按措施落实，期满前报告成效",
			Fields: []flow.Field{{Name: "cause", Title: "原因", Kind: flow.Text, Required: true}, {Name: "measures", Title: "措施", Kind: flow.Text, Required: true},
				{Name: "person", Title: "责任人", Kind: flow.Line, Required: true, Hint: "姓名和职务"},
				{Name: "until", Title: "何时完成", Kind: flow.Date, Required: true, Hint: "到时报告成效"}, files}},
		{From: []flow.State{TaskOpen, TaskWorking}, Verb: Visit, Title: "登记一次帮扶", Capability: capFollow,
			Guards: []flow.Guard{{Fact: isHelp, Refuse: "跟踪问效不登记帮扶；持续不是绿色的单元另有定点帮扶"}},
			Next:   "单元收到通知",
			Fields: []flow.Field{{Name: "on", Title: "日期", Kind: flow.Date, Required: true}, {Name: "team", Title: "帮扶人员", Kind: flow.Line, Required: true},
				{Name: "text", Title: "做了什么、有何建议", Kind: flow.Text, Required: true}, files}},
		{From: []flow.State{TaskWorking}, Verb: Report, To: TaskReported, Title: "报告成效", Capability: capAnswer,
			Guards: []flow.Guard{{Fact: wasHelped, Refuse: "还没有登记过帮扶，请等市级到场帮扶之后再报告"}},
			Next:   "由市级核验",
			Fields: []flow.Field{{Name: "text", Title: "落实情况和成效", Kind: flow.Text, Required: true}, files}},
		{From: []flow.State{TaskReported}, Verb: Accept, To: TaskClosed, Title: "核验办结", Capability: capFollow,
			Guards: []flow.Guard{{Fact: compared, Refuse: "要等下一个月的风险预警图签发，与之比较之后才能核验办结"}, {Fact: notReporter, Refuse: "报告成效的人不能核验"}},
			Fields: []flow.Field{{Name: "outcome", Title: "结论", Kind: flow.Choice, Required: true, Options: Outcomes}, {Name: "text", Title: "核验意见", Kind: flow.Text, Required: true}}},
		{From: []flow.State{TaskReported}, Verb: Return, To: TaskWorking, Title: "退回继续落实", Capability: capFollow,
			Next:   "重新计时，单元收到通知",
			Fields: []flow.Field{{Name: "text", Title: "还差什么", Kind: flow.Text, Required: true}, {Name: "days", Title: "几个工作日内再报", Kind: flow.Days}}},
		{From: []flow.State{TaskOpen, TaskWorking, TaskReported}, Verb: Compare, Title: "成效对照", Capability: capFollow, Auto: true},
		{From: []flow.State{TaskOpen, TaskWorking}, Verb: Overdue, Title: "逾期", Capability: capFollow, Auto: true},
		{From: []flow.State{TaskOpen, TaskWorking, TaskReported}, Verb: Drop, To: TaskDropped, Title: "更正后不再需要", Capability: capFollow, Auto: true},
	},
}

// opening is the first entry of every task.
var opening = flow.Step{Verb: Open, To: TaskOpen, Title: "交办", Capability: capSign}
