package filing

import "github.com/qingshao/qingshao/internal/flow"

// The states of a filing.
const (
	StateFiled     flow.State = "filed"
	StateInForce   flow.State = "in_force"
	StateEnded     flow.State = "ended"
	StateRejected  flow.State = "rejected"
	StateWithdrawn flow.State = "withdrawn"
)

// The verbs of a filing.
const (
	Enter    flow.Verb = "enter" // the beginning; not in the table
	Accept   flow.Verb = "accept"
	Reject   flow.Verb = "reject"
	Lift     flow.Verb = "lift"
	Withdraw flow.Verb = "withdraw"
	Revoke   flow.Verb = "revoke"
)

const (
	capWrite = "filing.write"
	capFile  = "filing.file"
)

const isOrder flow.Fact = "is_order"

// Machine is the life of a filing. Orders hold at once; what an enterprise puts on
// record counts once an officer has accepted it.
var Machine = &flow.Machine{
	Kind: "filing", Title: "在案事项", Initial: StateFiled,
	States: []flow.StateRow{
		{State: StateFiled, Title: "待审核", Waits: "监控值班岗"},
		{State: StateInForce, Title: "有效", Waits: "无"},
		{State: StateEnded, Title: "已解除", Terminal: true},
		{State: StateRejected, Title: "不予备案", Terminal: true},
		{State: StateWithdrawn, Title: "已撤回", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateFiled}, Verb: Accept, To: StateInForce, Title: "同意备案", Capability: capWrite,
			Next:   "规则自变更起重新学习这里的常态",
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateFiled}, Verb: Reject, To: StateRejected, Title: "不予备案", Capability: capWrite, Danger: true,
			Next:   "企业收到通知；变更不影响规则的判断",
			Fields: []flow.Field{{Name: "text", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateFiled}, Verb: Withdraw, To: StateWithdrawn, Title: "撤回", Capability: capFile,
			Fields: []flow.Field{{Name: "text", Title: "撤回原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateInForce}, Verb: Lift, To: StateEnded, Title: "解除", Capability: capWrite,
			Next:   "自现在起不再约束生产，此前的时段照旧",
			Guards: []flow.Guard{{Fact: isOrder, Refuse: "变更备案不需要解除；登记有误请撤销"}},
			Fields: []flow.Field{{Name: "text", Title: "解除的依据", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateInForce, StateEnded}, Verb: Revoke, To: StateWithdrawn, Title: "撤销登记", Capability: capWrite, Danger: true,
			Next:   "视为从未登记，规则下一小时按此重看",
			Fields: []flow.Field{{Name: "text", Title: "登记有误之处", Kind: flow.Text, Required: true}}},
	},
}
