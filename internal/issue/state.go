package issue

import "github.com/qingshao/qingshao/internal/flow"

// The states of an issue.
const (
	Pending   flow.State = "pending"
	Assigned  flow.State = "assigned"
	Working   flow.State = "working"
	Submitted flow.State = "submitted"
	Accepted  flow.State = "accepted"
	Closed    flow.State = "closed"
)

// The verbs of an issue. Submit belongs to handle/rectify; Accept, Reject,
// Revert and Close belong to closing.
const (
	Create    flow.Verb = "create" // the beginning; not in the table
	Assign    flow.Verb = "assign"
	Raise     flow.Verb = "raise"
	Withdraw  flow.Verb = "withdraw"
	Amend     flow.Verb = "amend"
	Sign      flow.Verb = "sign"
	Return    flow.Verb = "return"
	Appoint   flow.Verb = "appoint"
	Progress  flow.Verb = "progress"
	Extend    flow.Verb = "extend"
	Approve   flow.Verb = "approve"
	Refuse    flow.Verb = "refuse"
	Submit    flow.Verb = "submit"
	Accept    flow.Verb = "accept"
	Reject    flow.Verb = "reject"
	Revert    flow.Verb = "revert"
	Close     flow.Verb = "close"
	Reopen    flow.Verb = "reopen"
	Supervise flow.Verb = "supervise"

	Attach   flow.Verb = "attach"   // a clue was merged into it
	Unsigned flow.Verb = "unsigned" // not signed for in time
	Remind   flow.Verb = "remind"
	Overdue  flow.Verb = "overdue"
	Urge     flow.Verb = "urge"
	HandOver flow.Verb = "handover"
)

// The clocks. One of assign, rectify, accept and close is the issue's deadline;
// sign runs beside rectify.
const (
	clockAssign  = "assign"
	clockSign    = "sign"
	clockRectify = "rectify"
	clockAccept  = "accept"
	clockClose   = "close"
)

// ClockTitle is the Chinese name of a clock's end, e.g. 整改期限.
func ClockTitle(clock string) string {
	return map[string]string{clockAssign: "交办时限", clockSign: "签收时限", clockRectify: "整改期限", clockAccept: "验收时限", clockClose: "销号时限"}[clock]
}

const (
	capAssign    = "issue.assign"
	capSign      = "issue.sign"
	capRectify   = "issue.rectify"
	capApprove   = "issue.approve"
	capAccept    = "issue.accept"
	capClose     = "issue.close"
	capReopen    = "issue.reopen"
	capSupervise = "issue.supervise"
)

// creating is the first entry of every timeline.
var creating = flow.Step{Verb: Create, To: Pending, Title: "列入问题清单", Capability: "clue.triage", Start: []string{clockAssign}}

var (
	guardLead = flow.Guard{Fact: "lead", Refuse: "只有牵头单位可以进行此操作"}
	guardDesk = flow.Guard{Fact: "desk", Refuse: "该问题已提请上级协调，须由上级机关交办"}
	guardTop  = flow.Guard{Fact: "not_top", Refuse: "已由最高一级协调，无法再提请上级"}
	guardAsk  = flow.Guard{Fact: "no_extension", Refuse: "已有延期申请等待批复"}
	guardWait = flow.Guard{Fact: "extension", Refuse: "没有等待批复的延期申请"}
	guardElse = flow.Guard{Fact: "not_the_rectifier", Refuse: "整改人及整改单位的人员不能对本单位的整改进行验收或销号，请由其他单位人员办理"}
)

// NewMachine is the table of an issue, with the choices of a jurisdiction.
func NewMachine(p Policy) *flow.Machine {
	text := func(name, title string) flow.Field {
		return flow.Field{Name: name, Title: title, Kind: flow.Text, Required: true}
	}
	days := func(title string) flow.Field {
		return flow.Field{Name: "days", Title: title, Kind: flow.Days, Required: true, Hint: "工作日"}
	}
	person := func(required bool) flow.Field {
		return flow.Field{Name: "person", Title: "责任人", Kind: flow.Person, Required: required, Role: "agency"}
	}
	files := flow.Field{Name: "files", Title: "附件", Kind: flow.Files}
	open := []flow.State{Pending, Assigned, Working, Submitted, Accepted}
	at := func(s ...flow.State) []flow.State { return s }
	return &flow.Machine{
		Kind: kindIssue, Title: "问题", Initial: Pending,
		States: []flow.StateRow{
			{State: Pending, Title: "待交办", Waits: "交办岗"},
			{State: Assigned, Title: "待签收", Waits: "责任单位"},
			{State: Working, Title: "整改中", Waits: "责任单位"},
			{State: Submitted, Title: "待验收", Waits: "执法人员"},
			{State: Accepted, Title: "待销号", Waits: "审核员"},
			{State: Closed, Title: "已销号", Terminal: true},
		},
		Steps: []flow.Step{
			{From: at(Pending), Verb: Assign, To: Assigned, Title: "交办", Capability: capAssign, Guards: []flow.Guard{guardDesk},
				Stop: []string{clockAssign}, Start: []string{clockSign, clockRectify}, Next: "通知牵头单位签收，整改期限自交办起计算",
				Fields: []flow.Field{{Name: "lead_agency", Title: "牵头单位", Kind: flow.Agency, Required: true},
					{Name: "assist_agencies", Title: "配合单位", Kind: flow.Agencies}, days("整改期限"), text("requirement", "交办要求"), person(false)}},
			{From: at(Pending), Verb: Raise, Title: "提请上级协调", Capability: capAssign, Guards: []flow.Guard{guardDesk, guardTop},
				Next: "跨区域、跨部门的问题由上级机关交办", Fields: []flow.Field{text("reason", "提请理由"), files}},
			{From: at(Pending, Assigned, Working), Verb: Amend, Title: "更正信息", Capability: capAssign,
				Fields: []flow.Field{{Name: "title", Title: "标题", Kind: flow.Line, Required: true},
					{Name: "category", Title: "问题类别", Kind: flow.Choice, Required: true, Options: p.categoryOptions()},
					{Name: "severity", Title: "严重程度", Kind: flow.Choice, Required: true, Options: p.Severities}, text("reason", "更正理由")}},
			{From: at(Assigned), Verb: Sign, To: Working, Title: "签收", Capability: capSign, Guards: []flow.Guard{guardLead},
				Stop: []string{clockSign}, Next: "进入整改，请在期限内提交整改结果",
				Fields: []flow.Field{person(true), text("measures", "整改措施")}},
			{From: at(Assigned), Verb: Return, To: Pending, Title: "退回", Capability: capSign, Guards: []flow.Guard{guardLead},
				Stop: []string{clockSign, clockRectify}, Start: []string{clockAssign}, Next: "退回交办岗重新交办；再次退回的由上级机关协调",
				Fields: []flow.Field{text("reason", "退回理由"), {Name: "suggest", Title: "建议责任单位", Kind: flow.Agency}, files}},
			{From: at(Assigned), Verb: Withdraw, To: Pending, Title: "撤回交办", Capability: capAssign, Guards: []flow.Guard{guardDesk},
				Stop: []string{clockSign, clockRectify}, Start: []string{clockAssign}, Next: "回到待交办", Fields: []flow.Field{text("reason", "撤回理由")}},
			{From: at(Working), Verb: Submit, To: Submitted, Title: "提交整改", Capability: capRectify, Guards: []flow.Guard{guardLead},
				Stop: []string{clockRectify}, Start: []string{clockAccept}, Next: "由其他单位的执法人员到现场验收",
				Fields: []flow.Field{text("result", "整改情况和自查结论"), {Name: "before", Title: "整改前材料", Kind: flow.Files},
					{Name: "after", Title: "整改后材料", Kind: flow.Files, Required: true, Hint: "照片、监测报告等，至少一份"}}},
			{From: at(Working), Verb: Progress, Title: "报告进展", Capability: capRectify,
				Fields: []flow.Field{text("text", "进展情况"), files}},
			{From: at(Working), Verb: Extend, Title: "申请延期", Capability: capRectify, Guards: []flow.Guard{guardLead, guardAsk},
				Next: "由分管领导批复，批复前原期限不变", Fields: []flow.Field{days("申请延长"), text("reason", "延期理由"), files}},
			{From: at(Working), Verb: Approve, Title: "同意延期", Capability: capApprove, Guards: []flow.Guard{guardWait}, Start: []string{"+" + clockRectify},
				Next: "整改期限相应顺延", Fields: []flow.Field{days("同意延长"), {Name: "opinion", Title: "批复意见", Kind: flow.Text}}},
			{From: at(Working), Verb: Refuse, Title: "不同意延期", Capability: capApprove, Guards: []flow.Guard{guardWait},
				Next: "原整改期限不变", Fields: []flow.Field{text("reason", "理由")}},
			{From: at(Working), Verb: Appoint, Title: "变更责任人", Capability: capSign, Guards: []flow.Guard{guardLead},
				Fields: []flow.Field{person(true), text("reason", "变更理由")}},
			{From: at(Submitted), Verb: Accept, To: Accepted, Title: "验收通过", Capability: capAccept, Guards: []flow.Guard{guardElse},
				Stop: []string{clockAccept}, Start: []string{clockClose}, Next: "由审核员审核销号",
				Fields: []flow.Field{{Name: "visited_on", Title: "现场验收日期", Kind: flow.Date, Required: true}, text("opinion", "验收意见"),
					{Name: "people", Title: "参加验收人员", Kind: flow.Line}, files}},
			{From: at(Submitted), Verb: Reject, To: Working, Title: "验收不通过", Capability: capAccept, Guards: []flow.Guard{guardElse},
				Stop: []string{clockAccept}, Start: []string{clockRectify}, Next: "退回责任单位继续整改",
				Fields: []flow.Field{text("reason", "不通过的理由"), days("重新整改期限"), files}},
			{From: at(Accepted), Verb: Close, To: Closed, Title: "销号", Capability: capClose, Guards: []flow.Guard{guardElse}, Danger: true,
				Stop: []string{clockClose}, Next: "问题办结归档",
				Fields: []flow.Field{{Name: "file_number", Title: "销号文号", Kind: flow.Line, Required: true}, {Name: "opinion", Title: "审核意见", Kind: flow.Text}, files}},
			{From: at(Accepted), Verb: Revert, To: Submitted, Title: "退回重新验收", Capability: capClose,
				Stop: []string{clockClose}, Start: []string{clockAccept}, Next: "验收材料不足，重新验收", Fields: []flow.Field{text("reason", "退回理由")}},
			{From: at(Closed), Verb: Reopen, To: Working, Title: "重新打开", Capability: capReopen, Danger: true,
				Start: []string{clockRectify}, Next: "回到责任单位重新整改", Fields: []flow.Field{text("reason", "重新打开的理由"), days("整改期限"),
					{Name: "person", Title: "责任人", Kind: flow.Person, Role: "agency", Hint: "不填则仍由原责任人负责"}, files}},
			{From: open, Verb: Supervise, Title: "督办提醒", Capability: capSupervise,
				Next: "通知当前办理单位和交办岗；出具文书的督办另在“督办”里办理", Fields: []flow.Field{text("note", "督办要求"), files}},
			{From: open, Verb: Attach, Title: "并入线索", Capability: "clue.triage", Auto: true, Fields: []flow.Field{{Name: "clue", Title: "线索", Kind: flow.Line}, {Name: "reason", Title: "合并理由", Kind: flow.Text}}},
			{From: at(Assigned), Verb: Unsigned, Title: "逾期未签收", Capability: capSupervise, Auto: true},
			{From: open, Verb: Remind, Title: "到期提醒", Capability: capSupervise, Auto: true},
			{From: open, Verb: Overdue, Title: "逾期通知", Capability: capSupervise, Auto: true},
			{From: open, Verb: Urge, Title: "逾期催办", Capability: capSupervise, Auto: true},
			{From: open, Verb: HandOver, Title: "移交责任人", Capability: capSign, Auto: true, Fields: []flow.Field{person(true)}},
		},
	}
}
