package rule

import "github.com/qingshao/qingshao/internal/flow"

// Restore gives an area's settings up.
const Restore flow.Verb = "restore"

// changed says that the draft differs from what the area has in force.
const changed flow.Fact = "changed"

// tuning is the first entry of every timeline.
var tuning = flow.Step{Verb: Write, To: StateDraft, Title: "起草设置", Capability: capWrite}

// SettingMachine is the life of what an area sets on a built-in rule. As with
// officers' rules, one person writes and tries, another publishes; going back to what
// the program, or the wider area, brings along needs the second one alone.
var SettingMachine = &flow.Machine{
	Kind: "rule_setting", Title: "规则设置", Initial: StateDraft,
	States: []flow.StateRow{
		{State: StateDraft, Title: "起草中", Waits: "起草人"},
		{State: StateSubmitted, Title: "待发布", Waits: "审核人"},
		{State: StateLive, Title: "在用", Waits: ""},
		{State: StateOff, Title: "未另行设置", Waits: ""},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateDraft}, Verb: Submit, To: StateSubmitted, Title: "送审", Capability: capWrite,
			Next: "由另一位有发布权限的人员审核发布",
			Guards: []flow.Guard{{Fact: changed, Refuse: "草稿与在用的设置相同，没有什么可发布"},
				{Fact: tried, Refuse: "请先用现在的设置在历史数据上试算，再送审"}},
			Fields: []flow.Field{{Name: "text", Title: "为什么这样设置", Kind: flow.Text, Required: true, Hint: "针对什么问题，试算结果怎样"}}},
		{From: []flow.State{StateSubmitted}, Verb: Publish, To: StateLive, Title: "发布", Capability: capPublish,
			Next:   "自下一分钟起的数据按新的设置判定，此前的判定不变",
			Guards: []flow.Guard{{Fact: notAuthor, Refuse: "起草人不能发布自己的设置，请由另一位有发布权限的人员审核"}},
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateSubmitted}, Verb: SendBack, To: StateDraft, Title: "退回修改", Capability: capPublish, Danger: true,
			Next:   "起草人收到通知",
			Fields: []flow.Field{{Name: "text", Title: "退回的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateSubmitted}, Verb: Withdraw, To: StateDraft, Title: "撤回送审", Capability: capWrite, Next: "可继续修改"},
		{From: []flow.State{StateLive, StateOff}, Verb: Revise, To: StateDraft, Title: "修订", Capability: capWrite,
			Next: "修订期间，在用的设置照常判定"},
		{From: []flow.State{StateDraft}, Verb: Abandon, To: StateLive, Title: "放弃修改", Capability: capWrite, Danger: true,
			Next: "草稿恢复为在用的设置"},
		{From: []flow.State{StateLive}, Verb: Restore, To: StateOff, Title: "恢复默认", Capability: capPublish, Danger: true,
			Next:   "自下一分钟起的数据按上级区域的设置或默认值判定，此前的判定不变",
			Fields: []flow.Field{{Name: "text", Title: "恢复的理由", Kind: flow.Text, Required: true}}},
	},
}
