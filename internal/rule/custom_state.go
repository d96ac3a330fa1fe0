package rule

import "github.com/qingshao/qingshao/internal/flow"

// The states of an officer's rule. Beside them stands which version is in force:
// a revision is drafted and approved while the old version goes on judging.
const (
	StateDraft     flow.State = "draft"
	StateSubmitted flow.State = "submitted"
	StateLive      flow.State = "live"
	StateOff       flow.State = "off"
	StateDiscarded flow.State = "discarded"
)

// The verbs of an officer's rule.
const (
	Write    flow.Verb = "write" // the beginning; not in the table
	Submit   flow.Verb = "submit"
	Withdraw flow.Verb = "withdraw"
	Publish  flow.Verb = "publish"
	SendBack flow.Verb = "return"
	Revise   flow.Verb = "revise"
	Abandon  flow.Verb = "abandon"
	Stop     flow.Verb = "stop"
	Resume   flow.Verb = "resume"
	RollBack flow.Verb = "rollback"
	Discard  flow.Verb = "discard"
)

const (
	capWrite   = "rule.write"
	capPublish = "rule.publish"
)

// The facts that guards name.
const (
	tried     flow.Fact = "tried"
	notAuthor flow.Fact = "not_author"
	neverLive flow.Fact = "never_live"
	wasLive   flow.Fact = "was_live"
	inForce   flow.Fact = "in_force"
	hasOlder  flow.Fact = "has_older"
)

// writing is the first entry of every timeline.
var writing = flow.Step{Verb: Write, To: StateDraft, Title: "起草", Capability: capWrite}

// CustomMachine is the life of an officer's rule. Two people stand behind every
// text that judges: one who wrote it and tried it, and another who published it.
// Going back to a text that was published before needs the second one alone.
var CustomMachine = &flow.Machine{
	Kind: "custom_rule", Title: "自定义规则", Initial: StateDraft,
	States: []flow.StateRow{
		{State: StateDraft, Title: "起草中", Waits: "起草人"},
		{State: StateSubmitted, Title: "待发布", Waits: "审核人"},
		{State: StateLive, Title: "在用", Waits: ""},
		{State: StateOff, Title: "已停用", Waits: ""},
		{State: StateDiscarded, Title: "已作废", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateDraft}, Verb: Submit, To: StateSubmitted, Title: "送审", Capability: capWrite,
			Next:   "由另一位有发布权限的人员审核发布",
			Guards: []flow.Guard{{Fact: tried, Refuse: "请先用现在的内容在历史数据上试算，再送审"}},
			Fields: []flow.Field{{Name: "text", Title: "为什么要这条规则", Kind: flow.Text, Required: true, Hint: "针对什么问题，试算结果怎样"}}},
		{From: []flow.State{StateSubmitted}, Verb: Publish, To: StateLive, Title: "发布", Capability: capPublish,
			Next:   "下一个整点起生效，命中时自动产生预警",
			Guards: []flow.Guard{{Fact: notAuthor, Refuse: "起草人不能发布自己的规则，请由另一位有发布权限的人员审核"}},
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateSubmitted}, Verb: SendBack, To: StateDraft, Title: "退回修改", Capability: capPublish, Danger: true,
			Next:   "起草人收到通知",
			Fields: []flow.Field{{Name: "text", Title: "退回的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateSubmitted}, Verb: Withdraw, To: StateDraft, Title: "撤回送审", Capability: capWrite, Next: "可继续修改"},
		{From: []flow.State{StateLive, StateOff}, Verb: Revise, To: StateDraft, Title: "修订", Capability: capWrite,
			Next: "修订期间，在用的版本照常判定"},
		{From: []flow.State{StateDraft}, Verb: Abandon, To: StateLive, Title: "放弃修订", Capability: capWrite, Danger: true,
			Next:   "草稿恢复为已发布的内容",
			Guards: []flow.Guard{{Fact: wasLive, Refuse: "这条规则还没有发布过，请用“作废”"}}},
		{From: []flow.State{StateLive}, Verb: Stop, To: StateOff, Title: "停用", Capability: capWrite, Danger: true,
			Next:   "立即停止判定，未结束的预警标为已结束；审核人收到通知",
			Fields: []flow.Field{{Name: "text", Title: "停用的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateDraft, StateSubmitted}, Verb: Stop, Title: "停用在用的版本", Capability: capWrite, Danger: true,
			Next:   "立即停止判定，草稿保留；审核人收到通知",
			Guards: []flow.Guard{{Fact: inForce, Refuse: "没有在用的版本"}},
			Fields: []flow.Field{{Name: "text", Title: "停用的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateOff}, Verb: Resume, To: StateLive, Title: "恢复使用", Capability: capPublish,
			Next:   "下一个整点起生效",
			Fields: []flow.Field{{Name: "text", Title: "恢复的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateLive, StateOff}, Verb: RollBack, To: StateLive, Title: "退回旧版本", Capability: capPublish, Danger: true,
			Next:   "把从前发布过的内容作为新的一版发布，下一个整点起生效",
			Guards: []flow.Guard{{Fact: hasOlder, Refuse: "没有更早的版本"}},
			Fields: []flow.Field{{Name: "number", Title: "退回到哪一版", Kind: flow.Choice, Required: true},
				{Name: "text", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateDraft}, Verb: Discard, To: StateDiscarded, Title: "作废", Capability: capWrite, Danger: true,
			Next:   "草稿不再列出",
			Guards: []flow.Guard{{Fact: neverLive, Refuse: "发布过的规则请用“停用”"}}},
	},
}
