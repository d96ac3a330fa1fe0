package halt

import "github.com/qingshao/qingshao/internal/flow"

// The states of a closing.
const (
	Closed   flow.State = "closed"
	Proposed flow.State = "proposed"
	Reopened flow.State = "reopened"
)

// The verbs of a closing.
const (
	Close   flow.Verb = "close" // the beginning; not in the table
	Reword  flow.Verb = "reword"
	Propose flow.Verb = "propose"
	Confirm flow.Verb = "confirm"
	Keep    flow.Verb = "keep"
)

const (
	capHalt   = "channel.halt"
	capReopen = "channel.reopen"
)

// anotherPerson: whoever proposed the opening does not confirm it.
const anotherPerson flow.Fact = "another_person"

var publicWords = flow.Field{Name: "reason", Title: "告诉公众的原因", Kind: flow.Text, Required: true, Hint: "显示在举报页面上，用大白话；不要写可能被人利用的细节"}

var closing = flow.Step{Verb: Close, To: Closed, Title: "紧急关闭", Capability: capHalt, Fields: []flow.Field{
	{Name: "door", Title: "关闭什么", Kind: flow.Choice, Required: true}, publicWords,
	{Name: "note", Title: "内部情况", Kind: flow.Text}}}

// Machine is the life of a closing.
var Machine = &flow.Machine{
	Kind: "halt", Title: "渠道关闭", Initial: Closed,
	States: []flow.StateRow{
		{State: Closed, Title: "已关闭", Waits: "安全管理员或督办监督员提出恢复"},
		{State: Proposed, Title: "待确认恢复", Waits: "另一位安全管理员或督办监督员"},
		{State: Reopened, Title: "已恢复", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Closed}, Verb: Propose, To: Proposed, Title: "提出恢复", Capability: capReopen,
			Next:   "须由另一个人确认后才恢复；确认之前渠道仍然关闭",
			Fields: []flow.Field{{Name: "text", Title: "查清了什么、怎样处置的", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Proposed}, Verb: Confirm, To: Reopened, Title: "确认恢复", Capability: capReopen, Danger: true,
			Next:   "渠道立即恢复，公众可以使用",
			Guards: []flow.Guard{{Fact: anotherPerson, Refuse: "恢复由您提出，须由另一个人确认"}},
			Fields: []flow.Field{{Name: "text", Title: "核对了什么", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Proposed}, Verb: Keep, To: Closed, Title: "继续关闭", Capability: capReopen,
			Fields: []flow.Field{{Name: "text", Title: "还不能恢复的原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Closed, Proposed}, Verb: Reword, Title: "修改告诉公众的话", Capability: capHalt,
			Fields: []flow.Field{publicWords}},
	},
}
