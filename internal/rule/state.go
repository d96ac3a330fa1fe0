package rule

import "github.com/qingshao/qingshao/internal/flow"

// The states of an alarm.
const (
	StateOpen         flow.State = "open"
	StateNotified     flow.State = "notified"
	StateAcknowledged flow.State = "acknowledged"
	StateHandled      flow.State = "handled"
	StateCleared      flow.State = "cleared"
)

// The verbs of an alarm; those that only the system does are marked in the
// table.
const (
	Raise       flow.Verb = "raise" // the beginning; not in the table
	Tell        flow.Verb = "tell"
	Escalate    flow.Verb = "escalate"
	Forward     flow.Verb = "forward"
	Return      flow.Verb = "return"
	End         flow.Verb = "end"
	Acknowledge flow.Verb = "acknowledge"
	HandIn      flow.Verb = "handin"
	Handle      flow.Verb = "handle"
	Clear       flow.Verb = "clear"
	Explain     flow.Verb = "explain"
	Accept      flow.Verb = "accept"
	Reject      flow.Verb = "reject"
	Unexplained flow.Verb = "unexplained"
	Remind      flow.Verb = "remind"
	Confirm     flow.Verb = "confirm"
	Refute      flow.Verb = "refute"
	Warn        flow.Verb = "warn"
	Inspect     flow.Verb = "inspect"
	Supervise   flow.Verb = "supervise"
)

const (
	capHandle  = "alarm.handle"
	capExplain = "alarm.explain"
)

// The facts that guards name.
const (
	noClue     flow.Fact = "no_clue"
	hasEnded   flow.Fact = "has_ended"
	freeToEnd  flow.Fact = "free_to_end" // needs no one's word
	mayExplain flow.Fact = "may_explain"
	explained  flow.Fact = "explained"
	silent     flow.Fact = "unexplained"
	undecided  flow.Fact = "undecided"
	inEvent    flow.Fact = "in_event"
)

// causes are what people may say was behind an alarm.
var causes = []flow.Option{
	{Value: "discharge", Title: "实际超标排放"}, {Value: "fluctuation", Title: "工况波动"},
	{Value: "maintenance", Title: "设备维护校准"}, {Value: "instrument", Title: "监测设备故障"}, {Value: "other", Title: "其他"}}

// raising is the first entry of every timeline.
var raising = flow.Step{Verb: Raise, To: StateOpen, Title: "产生预警", Capability: capHandle}

// Machine is the life of an alarm. Acknowledged is not solved: an official
// exceedance leaves only through handled.
var Machine = &flow.Machine{
	Kind: "alarm", Title: "预警", Initial: StateOpen,
	States: []flow.StateRow{
		{State: StateOpen, Title: "待通知", Waits: "系统"},
		{State: StateNotified, Title: "待确认", Waits: "监控值班岗"},
		{State: StateAcknowledged, Title: "处置中", Waits: "监控值班岗"},
		{State: StateHandled, Title: "已处置", Waits: "数据恢复正常"},
		{State: StateCleared, Title: "已解除", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateOpen}, Verb: Tell, To: StateNotified, Title: "告知", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified}, Verb: Forward, Title: "自动转为线索", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified}, Verb: Escalate, Title: "逾时未确认，提醒上级", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: End, Title: "数据恢复正常", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Return, Title: "情形再次出现", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Rise, Title: "级别升高", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Fall, Title: "级别回落", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Hush, Title: "静默", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Sound, Title: "恢复通知", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified}, Verb: Acknowledge, To: StateAcknowledged, Title: "确认", Capability: capHandle,
			Next:   "由您负责核实原因，并登记处置或转为线索",
			Fields: []flow.Field{{Name: "text", Title: "初步判断", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateNotified, StateAcknowledged}, Verb: HandIn, To: StateHandled, Title: "转线索", Capability: capHandle,
			Next:   "进入线索研判台，由受理员研判",
			Guards: []flow.Guard{{Fact: noClue, Refuse: "这条预警已转为线索，请在线索中查看"}},
			Fields: []flow.Field{{Name: "text", Title: "情况说明", Kind: flow.Text, Required: true, Hint: "核实到的情况，供研判参考"}}},
		{From: []flow.State{StateAcknowledged}, Verb: Handle, To: StateHandled, Title: "登记处置", Capability: capHandle,
			Next: "数据恢复正常后预警自动解除",
			Fields: []flow.Field{
				{Name: "cause", Title: "原因", Kind: flow.Choice, Required: true, Options: causes},
				{Name: "text", Title: "处置情况", Kind: flow.Text, Required: true},
				{Name: "files", Title: "附件", Kind: flow.Files}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Explain, Title: "说明原因", Capability: capExplain,
			Next:   "由监控值班岗审核",
			Guards: []flow.Guard{{Fact: mayExplain, Refuse: "说明已提交或已被采纳；如需更正，请联系监控值班岗退回"}},
			Fields: []flow.Field{
				{Name: "cause", Title: "原因", Kind: flow.Choice, Required: true, Options: causes},
				{Name: "text", Title: "情况说明和已采取的措施", Kind: flow.Text, Required: true},
				{Name: "files", Title: "证明材料", Kind: flow.Files, Hint: "工单、台账、现场照片等"}}},
		{From: []flow.State{StateNotified, StateAcknowledged}, Verb: Accept, To: StateHandled, Title: "采纳企业说明", Capability: capHandle,
			Next:   "数据恢复正常后预警自动解除；超标的线索仍按研判办理",
			Guards: []flow.Guard{{Fact: explained, Refuse: "企业没有待审核的说明"}},
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled}, Verb: Reject, Title: "退回企业说明", Capability: capHandle, Danger: true,
			Next:   "企业收到通知，须重新说明",
			Guards: []flow.Guard{{Fact: explained, Refuse: "企业没有待审核的说明"}},
			Fields: []flow.Field{{Name: "text", Title: "退回的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Unexplained, Title: "企业逾期未说明，提醒上级", Capability: capHandle, Auto: true,
			Guards: []flow.Guard{{Fact: silent, Refuse: "企业已说明"}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Remind, Title: "逐级告知", Capability: capHandle, Auto: true},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled}, Verb: Confirm, To: StateHandled, Title: "核实属实", Capability: capHandle,
			Next:   "自动转为线索，附证据包，由受理员研判",
			Guards: []flow.Guard{{Fact: undecided, Refuse: "这条预警已有核实结论"}},
			Fields: []flow.Field{{Name: "text", Title: "核实情况", Kind: flow.Text, Required: true}, {Name: "files", Title: "附件", Kind: flow.Files}}},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled}, Verb: Refute, To: StateHandled, Title: "核实不属实", Capability: capHandle,
			Guards: []flow.Guard{{Fact: undecided, Refuse: "这条预警已有核实结论"}},
			Fields: []flow.Field{{Name: "text", Title: "核实情况", Kind: flow.Text, Required: true}, {Name: "files", Title: "附件", Kind: flow.Files}}},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled}, Verb: Warn, Title: "发出远程预警", Capability: capHandle, Next: "企业须在时限内答复；逾期逐级上升",
			Fields: []flow.Field{{Name: "text", Title: "预警内容", Kind: flow.Text, Required: true},
				{Name: "days", Title: "答复时限", Kind: flow.Days, Hint: "工作日，不填为本地规定的时限"}}},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled}, Verb: Inspect, Title: "指派现场核查", Capability: capHandle, Next: "被指派的人收到通知；企业看不到",
			Fields: []flow.Field{{Name: "person", Title: "核查人", Kind: flow.Person, Required: true, Role: "inspector"},
				{Name: "text", Title: "核查要求", Kind: flow.Text, Required: true},
				{Name: "days", Title: "核查时限", Kind: flow.Days, Hint: "工作日，不填为本地规定的时限"}}},
		{From: []flow.State{StateNotified, StateAcknowledged, StateHandled, StateCleared}, Verb: Supervise, Title: "列入重点督办", Capability: capSupervise, Danger: true,
			Next: "督办期内，这家企业的预警按高一级告知",
			Fields: []flow.Field{{Name: "text", Title: "列入的理由", Kind: flow.Text, Required: true},
				{Name: "until", Title: "督办至", Kind: flow.Date, Hint: "不填为本地规定的期限"}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled}, Verb: Merge, Title: "合并为一件", Capability: capHandle,
			Next: "两条预警（连同各自的事件）并为一个预警事件：一次告知，一并办理；可以拆出",
			Fields: []flow.Field{{Name: "alarm", Title: "另一条预警", Kind: flow.Subject, Required: true, Hint: "同一企业未解除的预警的编号，例如 WZ-Y-2026-000001"},
				{Name: "text", Title: "合并的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled, StateCleared}, Verb: Split, Title: "拆出事件", Capability: capHandle,
			Next:   "这条预警不再属于该事件，此后单独告知和办理；不会再被自动并入",
			Guards: []flow.Guard{{Fact: inEvent, Refuse: "这条预警不在任何预警事件中"}},
			Fields: []flow.Field{{Name: "text", Title: "拆出的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateOpen, StateNotified, StateAcknowledged, StateHandled, StateCleared}, Verb: Join, Title: "并入预警事件", Capability: capHandle, Auto: true},
		{From: []flow.State{StateOpen, StateNotified}, Verb: Follow, To: StateAcknowledged, Title: "随事件转为处置中", Capability: capHandle, Auto: true},
		{From: []flow.State{StateHandled}, Verb: Clear, To: StateCleared, Title: "解除", Capability: capHandle, Auto: true,
			Guards: []flow.Guard{{Fact: hasEnded, Refuse: "数据尚未恢复正常，预警不能解除"}}},
		{From: []flow.State{StateOpen, StateNotified}, Verb: Clear, To: StateCleared, Title: "数据恢复，自动解除", Capability: capHandle, Auto: true,
			Guards: []flow.Guard{{Fact: hasEnded, Refuse: "数据尚未恢复正常，预警不能解除"}, {Fact: freeToEnd, Refuse: "这类预警须登记处置后才能解除"}}},
	},
}
