package silence

import "github.com/qingshao/qingshao/internal/flow"

// The states of a silence.
const (
	StateSet    flow.State = "set"
	StateLifted flow.State = "lifted"
	StateOver   flow.State = "over"
)

// The verbs of a silence.
const (
	Set    flow.Verb = "set" // the beginning; not in the table
	Lift   flow.Verb = "lift"
	Extend flow.Verb = "extend"
	Expire flow.Verb = "expire"
)

const capSilence = "alarm.silence"

// The facts that guards name.
const (
	isSilence flow.Fact = "is_silence"
	isLast    flow.Fact = "is_last"
)

var longer = []flow.Option{{Value: "4", Title: "4 小时"}, {Value: "12", Title: "12 小时"}, {Value: "24", Title: "1 天"}, {Value: "72", Title: "3 天"}, {Value: "168", Title: "7 天"}}

// Machine is the life of a silence.
var Machine = &flow.Machine{
	Kind: "silence", Title: "静默", Initial: StateSet,
	States: []flow.StateRow{
		{State: StateSet, Title: "有效", Waits: "到期或提前解除"},
		{State: StateLifted, Title: "已提前解除", Terminal: true},
		{State: StateOver, Title: "已到期", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateSet}, Verb: Lift, To: StateLifted, Title: "提前解除", Capability: capSilence, Danger: true,
			Next:   "仍在持续的预警立即通知，时限从此刻起算",
			Fields: []flow.Field{{Name: "text", Title: "解除原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateSet}, Verb: Extend, Title: "延长", Capability: capSilence,
			Next: "另立一条，自这一条到期时起；分管领导会收到通知",
			Guards: []flow.Guard{{Fact: isSilence, Refuse: "免打扰时段不延长；请另行设置"},
				{Fact: isLast, Refuse: "这条静默已经延长过，请在新的一条上办理"}},
			Fields: []flow.Field{{Name: "hours", Title: "再静默", Kind: flow.Choice, Required: true, Options: longer},
				{Name: "text", Title: "延长的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateSet}, Verb: Expire, To: StateOver, Title: "到期", Capability: capSilence, Auto: true},
	},
}
