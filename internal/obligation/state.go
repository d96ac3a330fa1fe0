package obligation

import "github.com/qingshao/qingshao/internal/flow"

// The states of an obligation.
const (
	StateOpen     flow.State = "open"
	StateReported flow.State = "reported"
	StateDone     flow.State = "done"
	StateWaived   flow.State = "waived"
	StateVoid     flow.State = "void"
)

// The verbs of an obligation; those that only the system does are marked in the
// table.
const (
	Report flow.Verb = "report"
	Accept flow.Verb = "accept"
	Reject flow.Verb = "reject"
	Waive  flow.Verb = "waive"
	See    flow.Verb = "see"
	Remind flow.Verb = "remind"
	Lapse  flow.Verb = "lapse"
	End    flow.Verb = "end"
)

const (
	capReport = "obligation.report"
	capReview = "obligation.review"
)

// Machine is the life of an obligation.
var Machine = &flow.Machine{
	Kind: "obligation", Title: "义务", Initial: StateOpen,
	States: []flow.StateRow{
		{State: StateOpen, Title: "待履行", Waits: "企业"},
		{State: StateReported, Title: "待核实", Waits: "监控值班岗"},
		{State: StateDone, Title: "已履行", Terminal: true},
		{State: StateWaived, Title: "已免除", Terminal: true},
		{State: StateVoid, Title: "已失效", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateOpen}, Verb: Report, To: StateReported, Title: "报告履行", Capability: capReport,
			Next: "由监控值班岗核实材料",
			Fields: []flow.Field{
				{Name: "text", Title: "办理情况", Kind: flow.Text, Required: true, Hint: "何时、怎样办理，回执或报告的编号"},
				{Name: "files", Title: "证明材料", Kind: flow.Files, Required: true, Hint: "提交回执、监测或比对报告等"}}},
		{From: []flow.State{StateReported}, Verb: Accept, To: StateDone, Title: "核实通过", Capability: capReview,
			Next:   "这一期的义务就此履行",
			Fields: []flow.Field{{Name: "text", Title: "核实意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateReported}, Verb: Reject, To: StateOpen, Title: "退回", Capability: capReview, Danger: true,
			Next:   "企业收到通知，须补正后重新报告；期限不变",
			Fields: []flow.Field{{Name: "text", Title: "退回的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateOpen, StateReported}, Verb: Waive, To: StateWaived, Title: "免除", Capability: capReview, Danger: true,
			Next:   "企业收到通知，这一期不再提醒",
			Fields: []flow.Field{{Name: "text", Title: "免除的理由", Kind: flow.Text, Required: true, Hint: "例如全年停产、许可证另有规定"}}},
		{From: []flow.State{StateOpen}, Verb: See, To: StateDone, Title: "平台已见履行", Capability: capReview, Auto: true},
		{From: []flow.State{StateOpen}, Verb: Remind, Title: "到期提醒", Capability: capReview, Auto: true},
		{From: []flow.State{StateOpen}, Verb: Lapse, Title: "逾期，告知企业和监控值班岗", Capability: capReview, Auto: true},
		{From: []flow.State{StateOpen}, Verb: End, To: StateVoid, Title: "依据的情形不再存在", Capability: capReview, Auto: true},
	},
}
