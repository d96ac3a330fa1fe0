package clue

import "github.com/qingshao/qingshao/internal/flow"

// The states of a clue.
const (
	StateNew       flow.State = "new"
	StateReferred  flow.State = "referred"
	StateAdopted   flow.State = "adopted"
	StateMerged    flow.State = "merged"
	StateSettled   flow.State = "settled"
	StateDismissed flow.State = "dismissed"
)

// The verbs of a clue. Adopt and Join are carried out by package issue.
const (
	Register   flow.Verb = "register" // the beginning; not in the table
	Take       flow.Verb = "take"
	Consult    flow.Verb = "consult"
	Supplement flow.Verb = "supplement"
	Move       flow.Verb = "move"
	Adopt      flow.Verb = "adopt"
	Join       flow.Verb = "join"
	Merge      flow.Verb = "merge"
	Refer      flow.Verb = "refer"
	ComeBack   flow.Verb = "comeback"
	Settle     flow.Verb = "settle"
	Dismiss    flow.Verb = "dismiss"
	Reconsider flow.Verb = "reconsider"
	Split      flow.Verb = "split"
	Remind     flow.Verb = "remind"
	Overdue    flow.Verb = "overdue"
	HandOver   flow.Verb = "handover"
)

// The clocks: judge runs at the triage desk, reply at the body that a clue was
// referred to.
const (
	clockJudge = "judge"
	clockReply = "reply"
)

const (
	capTriage = "clue.triage"
	capEnter  = "clue.enter"
)

// registering is the first entry of every timeline.
var registering = flow.Step{Verb: Register, To: StateNew, Title: "登记线索", Capability: capEnter, Start: []string{clockJudge}}

// NewMachine is the table of a clue, with the choices of a jurisdiction.
func NewMachine(p Policy) *flow.Machine {
	fresh := []flow.State{StateNew}
	reason := func(title string) flow.Field {
		return flow.Field{Name: "reason", Title: title, Kind: flow.Text, Required: true}
	}
	files := flow.Field{Name: "files", Title: "附件", Kind: flow.Files}
	return &flow.Machine{
		Kind: kindClue, Title: "线索", Initial: StateNew,
		States: []flow.StateRow{
			{State: StateNew, Title: "待研判", Waits: "受理研判岗"},
			{State: StateReferred, Title: "已移送", Waits: "接收单位"},
			{State: StateAdopted, Title: "已立为问题", Terminal: true},
			{State: StateMerged, Title: "已合并", Terminal: true},
			{State: StateSettled, Title: "移送办结", Terminal: true},
			{State: StateDismissed, Title: "不予立案", Terminal: true},
		},
		Steps: []flow.Step{
			{From: fresh, Verb: Adopt, To: StateAdopted, Title: "立为问题", Capability: capTriage, Stop: []string{clockJudge},
				Next: "生成问题并列入问题清单，等待交办",
				Fields: []flow.Field{
					{Name: "title", Title: "问题标题", Kind: flow.Line, Hint: "不填则沿用线索标题"},
					{Name: "category", Title: "问题类别", Kind: flow.Choice, Required: true, Options: p.Categories},
					{Name: "severity", Title: "严重程度", Kind: flow.Choice, Required: true, Options: p.Severities},
					{Name: "text", Title: "研判意见", Kind: flow.Text, Hint: "事实认定与立为问题的理由"},
					{Name: "plain", Title: "交给承办单位的内容", Kind: flow.Text, Hint: "不填则沿用线索内容；限定了知悉范围的必须填写，改写后不得看出举报人"},
				}},
			{From: fresh, Verb: Join, To: StateMerged, Title: "并入已有问题", Capability: capTriage, Stop: []string{clockJudge},
				Next: "作为该问题的补充材料，一并处置",
				Fields: []flow.Field{{Name: "issue", Title: "问题编号", Kind: flow.Line, Required: true, Hint: "填写问题编号，例如 WZ-W-2026-000001"},
					{Name: "reason", Title: "合并理由", Kind: flow.Text}}},
			{From: fresh, Verb: Merge, To: StateMerged, Title: "合并到另一线索", Capability: capTriage, Stop: []string{clockJudge},
				Next: "随目标线索一并研判",
				Fields: []flow.Field{{Name: "into", Title: "目标线索", Kind: flow.Subject, Required: true, Hint: "填写线索编号，例如 WZ-X-2026-000001"},
					{Name: "reason", Title: "合并理由", Kind: flow.Text}}},
			{From: fresh, Verb: Refer, To: StateReferred, Title: "移送", Capability: capTriage, Stop: []string{clockJudge}, Start: []string{clockReply},
				Next: "通知接收单位，等待其反馈；逾期未反馈将提醒研判岗",
				Fields: []flow.Field{{Name: "agency", Title: "接收单位", Kind: flow.Agency, Required: true}, reason("移送理由"),
					{Name: "paper", Title: "移送文号", Kind: flow.Line}, files}},
			{From: fresh, Verb: Dismiss, To: StateDismissed, Title: "不予立案", Capability: capTriage, Stop: []string{clockJudge}, Danger: true,
				Next: "线索办结并告知提交人；如有新情况可重新研判",
				Fields: []flow.Field{
					{Name: "ground", Title: "情形", Kind: flow.Choice, Required: true, Options: []flow.Option{
						{Value: "unfounded", Title: "经核实不属实"}, {Value: "lawful", Title: "属实但不构成违法或污染"},
						{Value: "resolved", Title: "提交前已处置完毕"}, {Value: "unclear", Title: "内容不清且无法补充核实"},
						{Value: "refused", Title: "不予受理"}, {Value: "elsewhere", Title: "不属于本机关职责"}}},
					reason("理由"), files}},
			{From: fresh, Verb: Take, Title: "领办", Capability: capTriage, Next: "由您负责研判这条线索",
				Guards: []flow.Guard{{Fact: "not_owner", Refuse: "这条线索已由您领办"}}},
			{From: fresh, Verb: Move, Title: "转交其他辖区", Capability: capTriage,
				Next:   "由新辖区的研判岗办理，原研判时限继续计算",
				Fields: []flow.Field{{Name: "area", Title: "转交到", Kind: flow.Area, Required: true}, reason("转交理由")}},
			{From: fresh, Verb: Consult, Title: "记录会商", Capability: capTriage,
				Fields: []flow.Field{
					{Name: "form", Title: "会商方式", Kind: flow.Choice, Required: true, Options: []flow.Option{
						{Value: "meeting", Title: "专题会议"}, {Value: "field", Title: "实地调研"}, {Value: "expert", Title: "专家会审"}}},
					{Name: "opinion", Title: "会商意见", Kind: flow.Text, Required: true},
					{Name: "people", Title: "参加单位和人员", Kind: flow.Line}, files}},
			{From: []flow.State{StateNew, StateReferred}, Verb: Supplement, Title: "补充材料", Capability: capEnter,
				Fields: []flow.Field{{Name: "text", Title: "补充内容", Kind: flow.Text, Required: true}, files}},
			{From: []flow.State{StateReferred}, Verb: Settle, To: StateSettled, Title: "登记办理结果", Capability: capTriage, Stop: []string{clockReply},
				Next:   "移送的线索办结",
				Fields: []flow.Field{{Name: "result", Title: "接收单位的办理结果", Kind: flow.Text, Required: true}, files}},
			{From: []flow.State{StateReferred}, Verb: ComeBack, To: StateNew, Title: "退回研判", Capability: capTriage, Stop: []string{clockReply}, Start: []string{clockJudge},
				Next: "回到研判岗，重新计算研判时限", Fields: []flow.Field{reason("退回理由"), files}},
			{From: []flow.State{StateDismissed, StateSettled}, Verb: Reconsider, To: StateNew, Title: "重新研判", Capability: capTriage, Start: []string{clockJudge},
				Next: "回到研判岗，重新计算研判时限", Fields: []flow.Field{reason("重新研判的理由"), files}},
			{From: []flow.State{StateMerged}, Verb: Split, To: StateNew, Title: "撤销合并", Capability: capTriage, Start: []string{clockJudge},
				Next: "单独研判", Fields: []flow.Field{reason("撤销理由")}},
			{From: []flow.State{StateNew, StateReferred}, Verb: Remind, Title: "到期提醒", Capability: capTriage, Auto: true},
			{From: []flow.State{StateNew, StateReferred}, Verb: Overdue, Title: "逾期提醒", Capability: capTriage, Auto: true},
			{From: []flow.State{StateNew, StateReferred}, Verb: HandOver, Title: "移交承办人", Capability: capTriage, Auto: true},
		},
	}
}
