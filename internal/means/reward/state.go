package reward

import "github.com/qingshao/qingshao/internal/flow"

// The states of a reward (举报奖励): one act with all who reported it.
const (
	Draft    flow.State = "draft"
	Proposed flow.State = "proposed"
	Reviewed flow.State = "reviewed"
	Endorsed flow.State = "endorsed"
	Granted  flow.State = "granted"
	Settled  flow.State = "settled"
	Denied   flow.State = "denied"
	Revoked  flow.State = "revoked"
	Dropped  flow.State = "dropped"
)

// The verbs of a reward.
const (
	Propose  flow.Verb = "propose" // the beginning; not in the table
	Amend    flow.Verb = "amend"
	Submit   flow.Verb = "submit"
	Review   flow.Verb = "review"
	Return   flow.Verb = "return"
	Deny     flow.Verb = "deny"
	Endorse  flow.Verb = "endorse"
	Grant    flow.Verb = "grant"
	Settle   flow.Verb = "settle"
	Reopen   flow.Verb = "reopen"
	Overturn flow.Verb = "overturn"
	Drop     flow.Verb = "drop"
	Late     flow.Verb = "late"
)

const (
	capHandle  = "reward.handle"
	capReview  = "reward.review"
	capApprove = "reward.approve"
	capPay     = "reward.pay"
)

// Facts that the guards ask.
const (
	notProposer flow.Fact = "not_the_proposer"
	notReviewer flow.Fact = "not_the_reviewer"
	notFirst    flow.Fact = "not_the_first_approver"
	worthIt     flow.Fact = "worth_something"
)

var (
	guardProposer = flow.Guard{Fact: notProposer, Refuse: "提出奖励的人不能审核、审批或付款，请由其他人员办理"}
	guardReviewer = flow.Guard{Fact: notReviewer, Refuse: "审核人不能审批，请由其他人员办理"}
	guardFirst    = flow.Guard{Fact: notFirst, Refuse: "两次审批须由不同的人办理"}
	guardWorth    = flow.Guard{Fact: worthIt, Refuse: "测算的奖励总额为零，不能给予奖励；请修改测算，或不予奖励"}
)

var proposing = flow.Step{Verb: Propose, To: Proposed, Title: "提出奖励", Capability: capHandle,
	Fields: []flow.Field{{Name: "document", Title: "文号", Kind: flow.Line}, {Name: "total", Title: "测算总额", Kind: flow.Line}, {Name: "text", Title: "说明", Kind: flow.Text}}}

// NewMachine is the table of a reward, with the reasons for which a place gives
// nothing.
func NewMachine(p Policy) *flow.Machine {
	at := func(s ...flow.State) []flow.State { return s }
	text := func(name, title string) flow.Field {
		return flow.Field{Name: name, Title: title, Kind: flow.Text, Required: true}
	}
	opinion := flow.Field{Name: "opinion", Title: "意见", Kind: flow.Text, Required: true, Hint: "不要写能识别举报人的内容"}
	files := flow.Field{Name: "files", Title: "材料", Kind: flow.Files, Hint: "处罚决定书等，不放举报人的材料"}
	grounds := []flow.Option{}
	for _, x := range p.Exclusions {
		if x.Until == "" {
			grounds = append(grounds, flow.Option{Value: x.ID, Title: x.Name})
		}
	}
	return &flow.Machine{
		Kind: "reward", Title: "举报奖励", Initial: Proposed,
		States: []flow.StateRow{
			{State: Draft, Title: "待补正", Waits: "举报奖励专岗"},
			{State: Proposed, Title: "待审核", Waits: "审核员"},
			{State: Reviewed, Title: "待审批", Waits: "审批人"},
			{State: Endorsed, Title: "待第二人审批", Waits: "另一位审批人"},
			{State: Granted, Title: "已批准", Waits: "举报人、举报奖励专岗"},
			{State: Settled, Title: "已办结", Terminal: true},
			{State: Denied, Title: "不予奖励", Terminal: true},
			{State: Revoked, Title: "已撤销", Terminal: true},
			{State: Dropped, Title: "已撤回", Terminal: true},
		},
		Steps: []flow.Step{
			{From: at(Draft, Proposed), Verb: Amend, Title: "修改测算", Capability: capHandle,
				Fields: []flow.Field{{Name: "document", Title: "文号", Kind: flow.Line}, {Name: "total", Title: "测算总额", Kind: flow.Line}, {Name: "text", Title: "修改的理由", Kind: flow.Text}}},
			{From: at(Draft), Verb: Submit, To: Proposed, Title: "重新送审", Capability: capHandle, Next: "由审核员核对文号、金额与举报人的贡献",
				Fields: []flow.Field{{Name: "text", Title: "补正情况", Kind: flow.Text}}},
			{From: at(Proposed), Verb: Review, To: Reviewed, Title: "审核通过", Capability: capReview, Guards: []flow.Guard{guardProposer, guardWorth},
				Next: "由两位审批人先后审批", Fields: []flow.Field{{Name: "seen", Title: "已核对的文书", Kind: flow.Line, Required: true, Hint: "处罚决定书、移送书或判决书的文号"}, opinion, files}},
			{From: at(Proposed), Verb: Return, To: Draft, Title: "退回补正", Capability: capReview, Guards: []flow.Guard{guardProposer},
				Next: "退回举报奖励专岗补正", Fields: []flow.Field{text("reason", "退回的理由")}},
			{From: at(Proposed), Verb: Deny, To: Denied, Title: "不予奖励", Capability: capReview, Guards: []flow.Guard{guardProposer}, Danger: true,
				Next: "举报人在进度页看到情形和理由，可以申诉", Fields: []flow.Field{{Name: "ground", Title: "情形", Kind: flow.Choice, Required: true, Options: grounds},
					{Name: "reason", Title: "告知举报人的理由", Kind: flow.Text, Required: true, Hint: "举报人能看到；不写其他举报人"}}},
			{From: at(Reviewed), Verb: Endorse, To: Endorsed, Title: "同意（第一人）", Capability: capApprove, Guards: []flow.Guard{guardProposer, guardReviewer},
				Next: "还须另一位审批人同意", Fields: []flow.Field{opinion}},
			{From: at(Endorsed), Verb: Grant, To: Granted, Title: "同意（第二人）", Capability: capApprove, Guards: []flow.Guard{guardProposer, guardReviewer, guardFirst}, Danger: true,
				Next: "占用本年度预算，并在举报人的进度页告知领取办法和期限", Fields: []flow.Field{opinion}},
			{From: at(Reviewed, Endorsed), Verb: Return, To: Draft, Title: "退回补正", Capability: capApprove,
				Next: "退回举报奖励专岗补正，之后重新审核、审批", Fields: []flow.Field{text("reason", "退回的理由")}},
			{From: at(Draft, Proposed), Verb: Drop, To: Dropped, Title: "撤回", Capability: capHandle, Danger: true,
				Next: "举报人不受影响，可以重新提出", Fields: []flow.Field{text("reason", "撤回的理由")}},
			{From: at(Granted, Settled), Verb: Overturn, To: Revoked, Title: "处罚被撤销", Capability: capReview, Danger: true,
				Next: "未付的奖金取消并退回预算，已付的列入追回", Fields: []flow.Field{{Name: "document", Title: "复议决定书、判决书的文号", Kind: flow.Line, Required: true}, text("reason", "情况说明"), files}},
			{From: at(Granted, Settled, Denied), Verb: Reopen, To: Draft, Title: "重新核定", Capability: capReview, Danger: true,
				Next: "回到举报奖励专岗重新测算；已付的不变，未付的以新的决定为准", Fields: []flow.Field{text("reason", "重新核定的理由")}},
			{From: at(Granted), Verb: Settle, To: Settled, Title: "各笔均已了结", Capability: capHandle, Auto: true},
			{From: at(Draft, Proposed, Reviewed, Endorsed), Verb: Late, Title: "超过告知时限", Capability: capHandle, Auto: true},
		},
	}
}

// The states of an award (奖金): what one report gets of a reward.
const (
	Planned    flow.State = "planned"
	Noticed    flow.State = "noticed"
	Claimed    flow.State = "claimed"
	Ready      flow.State = "ready"
	Paid       flow.State = "paid"
	Lapsed     flow.State = "lapsed"
	Declined   flow.State = "declined"
	Refused    flow.State = "refused"
	Appealed   flow.State = "appealed"
	Disputed   flow.State = "disputed"
	Upheld     flow.State = "upheld"
	Replaced   flow.State = "replaced"
	Cancelled  flow.State = "cancelled"
	Recovering flow.State = "recovering"
	Recovered  flow.State = "recovered"
	Forgiven   flow.State = "forgiven"
)

// The verbs of an award. The reporter's are claim, decline, appeal and code.
const (
	Tell     flow.Verb = "tell"
	Nothing  flow.Verb = "nothing"
	Take     flow.Verb = "claim"
	Decline  flow.Verb = "decline"
	Object   flow.Verb = "appeal"
	Prepare  flow.Verb = "prepare"
	Code     flow.Verb = "code"
	Wrong    flow.Verb = "wrong"
	Hand     flow.Verb = "pay"
	Lapse    flow.Verb = "lapse"
	Extend   flow.Verb = "extend"
	Uphold   flow.Verb = "uphold"
	Allow    flow.Verb = "allow"
	Replace  flow.Verb = "replace"
	Cancel   flow.Verb = "cancel"
	Claw     flow.Verb = "claw"
	Recover  flow.Verb = "recover"
	Forgive  flow.Verb = "forgive"
	LateHand flow.Verb = "late"
)

var guardOther = flow.Guard{Fact: notReviewer, Refuse: "申诉须由原审核人以外的人员复核"}

var toldFields = []flow.Field{{Name: "amount", Title: "金额", Kind: flow.Line}, {Name: "text", Title: "说明", Kind: flow.Text}}

// Ways are how money may be handed over without a name.
var Ways = []flow.Option{{Value: "window", Title: "凭领奖码到举报奖励窗口领取现金"}, {Value: "bank", Title: "凭领奖码到合作银行网点领取"}}

// AwardMachine is the table of an award.
var AwardMachine = &flow.Machine{
	Kind: "award", Title: "奖金", Initial: Planned,
	States: []flow.StateRow{
		{State: Planned, Title: "待告知", Waits: "系统"},
		{State: Noticed, Title: "待申领", Waits: "举报人"},
		{State: Claimed, Title: "待开付款单", Waits: "举报奖励专岗"},
		{State: Ready, Title: "待领取", Waits: "举报人"},
		{State: Paid, Title: "已领取", Terminal: true},
		{State: Lapsed, Title: "逾期未领", Terminal: true},
		{State: Declined, Title: "举报人放弃", Terminal: true},
		{State: Refused, Title: "不予奖励", Terminal: true},
		{State: Appealed, Title: "申诉待复核", Waits: "审核员"},
		{State: Disputed, Title: "金额有异议，待复核", Waits: "审核员"},
		{State: Upheld, Title: "维持不予奖励", Terminal: true},
		{State: Replaced, Title: "已重新核定", Terminal: true},
		{State: Cancelled, Title: "已取消", Terminal: true},
		{State: Recovering, Title: "待追回", Waits: "举报奖励专岗"},
		{State: Recovered, Title: "已追回", Terminal: true},
		{State: Forgiven, Title: "不再追回", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Planned}, Verb: Tell, To: Noticed, Title: "告知举报人", Capability: capHandle, Auto: true, Fields: toldFields},
		{From: []flow.State{Planned}, Verb: Nothing, To: Refused, Title: "告知举报人不予奖励", Capability: capHandle, Auto: true, Fields: toldFields},
		{From: []flow.State{Noticed}, Verb: Take, To: Claimed, Title: "申领", Capability: capHandle, Auto: true,
			Fields: []flow.Field{{Name: "way", Title: "领取方式", Kind: flow.Choice, Required: true, Options: Ways},
				{Name: "honour", Title: "精神奖励", Kind: flow.Choice, Options: []flow.Option{{Value: "yes", Title: "同意"}, {Value: "no", Title: "不同意"}}}}},
		{From: []flow.State{Noticed}, Verb: Decline, To: Declined, Title: "放弃", Capability: capHandle, Auto: true},
		{From: []flow.State{Noticed}, Verb: Object, To: Disputed, Title: "对金额提出异议", Capability: capHandle, Auto: true,
			Fields: []flow.Field{{Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Refused}, Verb: Object, To: Appealed, Title: "申诉", Capability: capHandle, Auto: true,
			Fields: []flow.Field{{Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Claimed}, Verb: Prepare, To: Ready, Title: "开付款单", Capability: capHandle,
			Next: "举报人在进度页看到领取地点，并取得领奖码",
			Fields: []flow.Field{{Name: "voucher", Title: "付款单号", Kind: flow.Line, Required: true},
				{Name: "place", Title: "领取地点和时间", Kind: flow.Line, Required: true, Hint: "举报人能看到"}}},
		{From: []flow.State{Ready}, Verb: Code, Title: "举报人取得领奖码", Capability: capHandle, Auto: true},
		{From: []flow.State{Ready}, Verb: Wrong, Title: "领奖码不符", Capability: capPay, Auto: true},
		{From: []flow.State{Ready}, Verb: Hand, To: Paid, Title: "核对领奖码并付款", Capability: capPay, Guards: []flow.Guard{guardProposer}, Danger: true,
			Next: "只核对领奖码，不问姓名、不看证件",
			Fields: []flow.Field{{Name: "code", Title: "领奖码", Kind: flow.Line, Required: true, Hint: "领取人出示的 12 位数字"},
				{Name: "remark", Title: "付款记录", Kind: flow.Line, Hint: "经手地点等；不写姓名、证件号、银行卡号"}}},
		{From: []flow.State{Noticed, Ready}, Verb: Lapse, To: Lapsed, Title: "逾期未领", Capability: capHandle, Auto: true},
		{From: []flow.State{Lapsed}, Verb: Extend, To: Noticed, Title: "恢复领取", Capability: capHandle,
			Next: "重新占用预算，举报人可以再次申领", Fields: []flow.Field{{Name: "days", Title: "延长", Kind: flow.Days, Required: true, Hint: "工作日"}, {Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Noticed, Ready}, Verb: Extend, Title: "延长期限", Capability: capHandle,
			Next: "期限自今天起重新计算", Fields: []flow.Field{{Name: "days", Title: "自今天起", Kind: flow.Days, Required: true, Hint: "工作日"}, {Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Appealed}, Verb: Uphold, To: Upheld, Title: "维持原决定", Capability: capReview, Guards: []flow.Guard{guardOther},
			Next: "举报人在进度页看到答复", Fields: []flow.Field{{Name: "reply", Title: "答复举报人", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Disputed}, Verb: Uphold, To: Noticed, Title: "维持金额", Capability: capReview, Guards: []flow.Guard{guardOther},
			Next: "申领期限重新计算", Fields: []flow.Field{{Name: "reply", Title: "答复举报人", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Appealed, Disputed}, Verb: Allow, To: Replaced, Title: "理由成立，重新核定", Capability: capReview, Guards: []flow.Guard{guardOther}, Danger: true,
			Next: "回到举报奖励专岗重新测算，之后重新审核、审批", Fields: []flow.Field{{Name: "reply", Title: "答复举报人", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Noticed, Claimed, Ready, Lapsed, Declined, Refused, Upheld, Disputed, Appealed}, Verb: Replace, To: Replaced, Title: "由重新核定代替", Capability: capReview, Auto: true},
		{From: []flow.State{Noticed, Claimed, Ready, Lapsed, Disputed, Appealed}, Verb: Cancel, To: Cancelled, Title: "处罚被撤销，奖金取消", Capability: capReview, Auto: true},
		{From: []flow.State{Paid}, Verb: Claw, To: Recovering, Title: "列入追回", Capability: capReview, Danger: true,
			Next: "在举报人的进度页请其退还；没有联系方式，不作其他查找", Fields: []flow.Field{{Name: "document", Title: "依据的文号", Kind: flow.Line, Required: true}, {Name: "reason", Title: "告知举报人的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Recovering}, Verb: Recover, To: Recovered, Title: "已退还", Capability: capPay,
			Next: "退回预算", Fields: []flow.Field{{Name: "voucher", Title: "收款单号", Kind: flow.Line, Required: true}}},
		{From: []flow.State{Recovering}, Verb: Forgive, To: Forgiven, Title: "不再追回", Capability: capApprove, Danger: true,
			Fields: []flow.Field{{Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Claimed, Appealed, Disputed}, Verb: LateHand, Title: "逾期未办", Capability: capHandle, Auto: true},
	},
}

// Live reports whether an award's money is set aside or gone: it counts against
// the budget.
func Live(s flow.State) bool {
	switch s {
	case Noticed, Claimed, Ready, Disputed, Paid, Recovering, Forgiven:
		return true
	}
	return false
}

// Open reports whether something is still to be done about an award.
func Open(s flow.State) bool {
	row, _ := AwardMachine.Row(s)
	return !row.Terminal
}
