package consult

import "github.com/qingshao/qingshao/internal/flow"

// The states of a consultation.
const (
	StateAsked    flow.State = "asked"
	StateAnswered flow.State = "answered"
	StateClosed   flow.State = "closed"
)

// The verbs of a consultation.
const (
	Ask   flow.Verb = "ask" // the beginning; not in the table
	Reply flow.Verb = "reply"
	Add   flow.Verb = "add"
	Close flow.Verb = "close"
	End   flow.Verb = "end"
)

const (
	capAsk    = "consult.ask"
	capAnswer = "consult.answer"
)

var said = []flow.Field{{Name: "text", Title: "内容", Kind: flow.Text, Required: true}, {Name: "files", Title: "附件", Kind: flow.Files}}

// Machine is the life of a consultation.
var Machine = &flow.Machine{
	Kind: "consult", Title: "咨询", Initial: StateAsked,
	States: []flow.StateRow{
		{State: StateAsked, Title: "待答复", Waits: "监控值班岗"},
		{State: StateAnswered, Title: "已答复", Waits: "企业"},
		{State: StateClosed, Title: "已办结", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateAsked, StateAnswered}, Verb: Reply, To: StateAnswered, Title: "答复", Capability: capAnswer, Next: "企业收到通知", Fields: said},
		{From: []flow.State{StateAsked, StateAnswered}, Verb: Add, To: StateAsked, Title: "继续询问", Capability: capAsk, Next: "监控值班岗收到通知", Fields: said},
		{From: []flow.State{StateAnswered}, Verb: Close, To: StateClosed, Title: "没有别的问题，办结", Capability: capAsk},
		{From: []flow.State{StateAnswered}, Verb: End, To: StateClosed, Title: "办结", Capability: capAnswer, Next: "企业仍可查看；再有问题另行咨询"},
	},
}

// asking is the first entry of every timeline.
var asking = flow.Step{Verb: Ask, To: StateAsked, Title: "咨询", Capability: capAsk, Fields: said}
