package retention

import "github.com/qingshao/qingshao/internal/flow"

// The states of a destruction.
const (
	Proposed  flow.State = "proposed"
	Destroyed flow.State = "destroyed"
	Refused   flow.State = "refused"
	Withdrawn flow.State = "withdrawn"
)

// The verbs of a destruction.
const (
	Propose  flow.Verb = "propose" // the beginning; not in the table
	Approve  flow.Verb = "approve"
	Refuse   flow.Verb = "refuse"
	Withdraw flow.Verb = "withdraw"
)

const (
	capPropose = "retention.propose"
	capApprove = "retention.approve"
)

// anotherPerson: whoever proposed does not approve.
const anotherPerson flow.Fact = "another_person"

var proposing = flow.Step{Verb: Propose, To: Proposed, Title: "提出销毁", Capability: capPropose, Fields: []flow.Field{
	{Name: "text", Title: "理由", Kind: flow.Text, Required: true}}}

// Machine is the life of a destruction.
var Machine = &flow.Machine{
	Kind: "destruction", Title: "到期销毁", Initial: Proposed,
	States: []flow.StateRow{
		{State: Proposed, Title: "待批准", Waits: "另一位有批准权限的人"},
		{State: Destroyed, Title: "已销毁", Terminal: true},
		{State: Refused, Title: "未批准", Terminal: true},
		{State: Withdrawn, Title: "已撤回", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Proposed}, Verb: Approve, To: Destroyed, Title: "批准并销毁", Capability: capApprove, Danger: true,
			Next:   "立即销毁，不能恢复；此后重新办理或限定知悉范围的自动留下",
			Guards: []flow.Guard{{Fact: anotherPerson, Refuse: "销毁由您提出，须由另一个人批准"}},
			Fields: []flow.Field{{Name: "text", Title: "核对了什么", Kind: flow.Text, Required: true, Hint: "例如：奖励已发放，没有复议、诉讼和未了结的安全措施"}}},
		{From: []flow.State{Proposed}, Verb: Refuse, To: Refused, Title: "不批准", Capability: capApprove,
			Fields: []flow.Field{{Name: "text", Title: "原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Proposed}, Verb: Withdraw, To: Withdrawn, Title: "撤回", Capability: capPropose,
			Fields: []flow.Field{{Name: "text", Title: "原因", Kind: flow.Text, Required: true}}},
	},
}
