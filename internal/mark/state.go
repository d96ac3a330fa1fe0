package mark

import "github.com/qingshao/qingshao/internal/flow"

// The states of a mark.
const (
	StateMarked    flow.State = "marked"
	StateAccepted  flow.State = "accepted"
	StateRejected  flow.State = "rejected"
	StateWithdrawn flow.State = "withdrawn"
	StateUndone    flow.State = "undone"
)

// The verbs of a mark.
const (
	Set        flow.Verb = "set" // the beginning; not in the table
	Supplement flow.Verb = "supplement"
	Withdraw   flow.Verb = "withdraw"
	Accept     flow.Verb = "accept"
	Reject     flow.Verb = "reject"
	Undo       flow.Verb = "undo"
)

const (
	capSet    = "mark.set"
	capReview = "mark.review"
)

// setting is the first entry of every timeline.
var setting = flow.Step{Verb: Set, To: StateMarked, Title: "标记", Capability: capSet}

// Machine is the life of a mark. It is in force from the moment it is set until
// somebody rejects or withdraws it or its document stays away.
var Machine = &flow.Machine{
	Kind: "mark", Title: "标记", Initial: StateMarked,
	States: []flow.StateRow{
		{State: StateMarked, Title: "待审核", Waits: "监控值班岗"},
		{State: StateAccepted, Title: "已认可", Terminal: true},
		{State: StateRejected, Title: "不予认可", Terminal: true},
		{State: StateWithdrawn, Title: "已撤回", Terminal: true},
		{State: StateUndone, Title: "逾期未补证明，已撤销", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateMarked, StateAccepted}, Verb: Supplement, Title: "补充证明材料", Capability: capSet,
			Next: "材料随标记一并供审核",
			Fields: []flow.Field{{Name: "files", Title: "证明材料", Kind: flow.Files, Required: true, Hint: "停运、故障的证明文件，例如停产报告、维修工单"},
				{Name: "text", Title: "说明", Kind: flow.Text}}},
		{From: []flow.State{StateMarked}, Verb: Withdraw, To: StateWithdrawn, Title: "撤回", Capability: capSet, Danger: true,
			Next:   "时段内的数据恢复为未标记，并重新计算",
			Fields: []flow.Field{{Name: "text", Title: "撤回原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateMarked}, Verb: Accept, To: StateAccepted, Title: "认可", Capability: capReview,
			Next:   "标记继续有效",
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateMarked, StateAccepted}, Verb: Reject, To: StateRejected, Title: "不予认可", Capability: capReview, Danger: true,
			Next:   "时段内的数据恢复为未标记，并重新计算；企业收到通知",
			Fields: []flow.Field{{Name: "text", Title: "不予认可的理由", Kind: flow.Text, Required: true}, {Name: "files", Title: "附件", Kind: flow.Files}}},
		{From: []flow.State{StateMarked, StateAccepted}, Verb: Undo, To: StateUndone, Title: "逾期未补证明，撤销标记", Capability: capReview, Auto: true},
	},
}

// InForce reports whether marks of the state change values.
func InForce(s flow.State) bool { return s == StateMarked || s == StateAccepted }
