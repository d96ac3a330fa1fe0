package supervise

import "github.com/qingshao/qingshao/internal/flow"

// The states of a supervision.
const (
	Proposed flow.State = "proposed"
	Issued   flow.State = "issued"
	Answered flow.State = "answered"
	Lifted   flow.State = "lifted"
	Raised   flow.State = "raised"
	Declined flow.State = "declined"
)

// The verbs of a supervision.
const (
	Propose flow.Verb = "propose" // the beginning; not in the table
	Issue   flow.Verb = "issue"
	Decline flow.Verb = "decline"
	Answer  flow.Verb = "answer"
	Return  flow.Verb = "return"
	Lift    flow.Verb = "lift"
	Raise   flow.Verb = "raise"
	Overdue flow.Verb = "overdue"
	Finish  flow.Verb = "finish"
	Drop    flow.Verb = "drop"
)

const (
	capSupervise = "issue.supervise"
	capRectify   = "issue.rectify"
	capSign      = "issue.sign"
)

const (
	maySign  flow.Fact = "may_sign"
	twoHands flow.Fact = "another_person"
	lead     flow.Fact = "lead"
	notLead  flow.Fact = "not_the_lead"
	hasNext  flow.Fact = "has_next"
)

var (
	files    = flow.Field{Name: "files", Title: "附件", Kind: flow.Files}
	signs    = flow.Guard{Fact: maySign, Refuse: "这一级须由分管领导签发"}
	outsider = flow.Guard{Fact: notLead, Refuse: "被督办单位的人员不能解除或升级对本单位的督办"}
)

func text(name, title string) flow.Field {
	return flow.Field{Name: name, Title: title, Kind: flow.Text, Required: true}
}

// Machine is the life of a supervision.
var Machine = &flow.Machine{
	Kind: "supervision", Title: "督办", Initial: Proposed,
	States: []flow.StateRow{
		{State: Proposed, Title: "待签发", Waits: "签发人"},
		{State: Issued, Title: "待答复", Waits: "被督办单位"},
		{State: Answered, Title: "待审核", Waits: "督办监督员"},
		{State: Lifted, Title: "已解除", Terminal: true},
		{State: Raised, Title: "已升级", Terminal: true},
		{State: Declined, Title: "未签发", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Proposed}, Verb: Issue, To: Issued, Title: "签发", Capability: capSupervise,
			Guards: []flow.Guard{signs, {Fact: twoHands, Refuse: "由您拟稿，须由另一个人签发"}},
			Next:   "文书送被督办单位，答复期限自今日起计算",
			Fields: []flow.Field{text("demand", "督办要求"), {Name: "days", Title: "答复期限", Kind: flow.Days, Required: true, Hint: "工作日"},
				{Name: "paper", Title: "文号", Kind: flow.Line, Hint: "不填则用督办编号"}}},
		{From: []flow.State{Proposed}, Verb: Decline, To: Declined, Title: "不签发", Capability: capSupervise, Guards: []flow.Guard{signs},
			Next: "本轮逾期不再拟这一级", Fields: []flow.Field{text("text", "理由")}},
		{From: []flow.State{Issued}, Verb: Answer, To: Answered, Title: "答复", Capability: capRectify,
			Guards: []flow.Guard{{Fact: lead, Refuse: "由被督办单位答复"}}, Next: "由督办监督员审核，解除或退回",
			Fields: []flow.Field{text("text", "原因、措施和完成时间"), files}},
		{From: []flow.State{Answered}, Verb: Return, To: Issued, Title: "退回再答复", Capability: capSupervise, Guards: []flow.Guard{outsider},
			Next: "重新计算答复期限", Fields: []flow.Field{text("text", "还差什么"), {Name: "days", Title: "几个工作日内再答复", Kind: flow.Days, Required: true}}},
		{From: []flow.State{Answered}, Verb: Lift, To: Lifted, Title: "解除", Capability: capSupervise, Guards: []flow.Guard{signs, outsider},
			Next: "督办结束；公开的从名单上移出并写明解除日期", Fields: []flow.Field{text("text", "审核意见")}},
		{From: []flow.State{Issued, Answered}, Verb: Raise, To: Raised, Title: "升级", Capability: capSupervise,
			Guards: []flow.Guard{outsider, {Fact: hasNext, Refuse: "已是最高一级"}}, Danger: true,
			Next: "本级结束，拟上一级的文书，由有权的人签发", Fields: []flow.Field{text("reason", "升级的理由"), text("demand", "督办要求")}},
		{From: []flow.State{Issued}, Verb: Overdue, Title: "逾期未答复", Capability: capSupervise, Auto: true},
		{From: []flow.State{Issued, Answered}, Verb: Finish, To: Lifted, Title: "问题已销号，自动解除", Capability: capSupervise, Auto: true},
		{From: []flow.State{Proposed}, Verb: Drop, To: Declined, Title: "问题不再逾期或已销号，无需签发", Capability: capSupervise, Auto: true},
	},
}

// proposing is the first entry of every supervision.
var proposing = flow.Step{Verb: Propose, To: Proposed, Title: "拟稿", Capability: capSupervise}

// The states of an instruction.
const (
	Given   flow.State = "given"
	Replied flow.State = "replied"
	Done    flow.State = "done"
)

// The verbs of an instruction.
const (
	Register flow.Verb = "register" // the beginning; not in the table
	Reply    flow.Verb = "reply"
	Again    flow.Verb = "again"
	Close    flow.Verb = "close"
)

const notReplier flow.Fact = "not_the_replier"

// InstructionMachine is the life of a leader's instruction.
var InstructionMachine = &flow.Machine{
	Kind: "instruction", Title: "批示", Initial: Given,
	States: []flow.StateRow{
		{State: Given, Title: "待办理", Waits: "承办单位"},
		{State: Replied, Title: "待办结", Waits: "督办监督员"},
		{State: Done, Title: "已办结", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Given}, Verb: Reply, To: Replied, Title: "报告办理情况", Capability: capSign,
			Guards: []flow.Guard{{Fact: lead, Refuse: "由承办单位报告"}}, Next: "由督办监督员核实后办结",
			Fields: []flow.Field{text("text", "办理情况"), files}},
		{From: []flow.State{Replied}, Verb: Again, To: Given, Title: "退回再办", Capability: capSupervise,
			Next: "重新计算期限", Fields: []flow.Field{text("text", "还差什么"), {Name: "days", Title: "几个工作日内再报", Kind: flow.Days, Required: true}}},
		{From: []flow.State{Replied}, Verb: Close, To: Done, Title: "办结", Capability: capSupervise,
			Guards: []flow.Guard{{Fact: notReplier, Refuse: "报告办理情况的人不能办结"}}, Fields: []flow.Field{text("text", "核实意见和向领导的回告")}},
		{From: []flow.State{Given}, Verb: Overdue, Title: "逾期", Capability: capSupervise, Auto: true},
	},
}

// registering is the first entry of every instruction.
var registering = flow.Step{Verb: Register, To: Given, Title: "登记", Capability: capSupervise}
