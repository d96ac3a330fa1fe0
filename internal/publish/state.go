package publish

import "github.com/qingshao/qingshao/internal/flow"

// The states of an item. From Public to Closing readers have the edition that was
// released last.
const (
	Drafted    flow.State = "draft"
	Review     flow.State = "review"
	Public     flow.State = "public"
	Correcting flow.State = "correcting"
	Recheck    flow.State = "recheck"
	Closing    flow.State = "closing"
	Ended      flow.State = "ended"
	Withdrawn  flow.State = "withdrawn"
	Dropped    flow.State = "dropped"
)

// readable are the states in which there is something to read.
var readable = []string{string(Public), string(Correcting), string(Recheck), string(Closing), string(Ended)}

// The verbs of an item.
const (
	Write    flow.Verb = "write" // the beginning; not in the table
	Edit     flow.Verb = "edit"
	Submit   flow.Verb = "submit"
	Sendback flow.Verb = "sendback"
	Release  flow.Verb = "release"
	Grant    flow.Verb = "grant"
	Correct  flow.Verb = "correct"
	Abandon  flow.Verb = "abandon"
	Close    flow.Verb = "close"
	Confirm  flow.Verb = "confirm"
	Expire   flow.Verb = "expire"
	Answer   flow.Verb = "answer"
	Withdraw flow.Verb = "withdraw"
	Drop     flow.Verb = "drop"
)

const (
	capWrite  = "publish.write"
	capReview = "publish.review"
	capBounty = "publish.bounty"
)

// The facts that guards name.
const (
	notWriter flow.Fact = "not_the_writer"
	noBounty  flow.Fact = "no_bounty"
	bounty    flow.Fact = "bounty"
	isCall    flow.Fact = "is_call"
	inTime    flow.Fact = "in_time"
	noOutcome flow.Fact = "no_outcome"
)

var (
	second  = flow.Guard{Fact: notWriter, Refuse: "拟稿、修改的人不能审核自己的稿件，请由他人审核"}
	timely  = flow.Guard{Fact: inTime, Refuse: "截止日已过，请退回，由拟稿人修改截止日"}
	free    = flow.Guard{Fact: noBounty, Refuse: "设有悬赏，须由分管领导批准"}
	priced  = flow.Guard{Fact: bounty, Refuse: "没有悬赏，由审核员审核即可"}
	calling = flow.Guard{Fact: isCall, Refuse: "只有征集线索可以结束；其他稿件请更正或撤回"}
	untold  = flow.Guard{Fact: noOutcome, Refuse: "结果已经公布；要改请更正"}
)

// draftFields are what a writer may change; see ofCall.
var draftFields = []flow.Field{
	{Name: "title", Title: "标题", Kind: flow.Line, Required: true},
	{Name: "text", Title: "正文", Kind: flow.Text, Required: true, Hint: "电话、证件号、车牌、门牌等自动遮盖；姓名请列在下面"},
	{Name: "hide", Title: "需要隐去的姓名和名称", Kind: flow.Line, Hint: "用顿号隔开，例如 张三、某某化工有限公司"},
	{Name: "enterprise", Title: "点名的单位", Kind: flow.Line, Hint: "不点名就不填"},
	{Name: "until", Title: "截止日", Kind: flow.Date},
	{Name: "bounty", Title: "悬赏（元）", Kind: flow.Line, Hint: "整数；没有悬赏不填"},
	{Name: "budget", Title: "悬赏资金的预算科目或批准文号", Kind: flow.Line, Hint: "不公开"},
	{Name: "outcome", Title: "征集结果", Kind: flow.Text},
}

// ofCall are the fields that only a call has.
var ofCall = []string{"until", "bounty", "budget", "outcome"}

// Grounds are the reasons for taking an item back. They are fixed sentences,
// because one person takes back at once and no second one has read a free text.
var Grounds = []flow.Option{
	{Value: "wrong", Title: "内容有误，将另行公布"},
	{Value: "person", Title: "涉及不应公开的个人信息"},
	{Value: "secret", Title: "涉及商业秘密或其他依法不予公开的内容"},
	{Value: "pending", Title: "涉及正在办理的案件，暂不公开"},
	{Value: "void", Title: "所依据的决定已被撤销或变更"},
	{Value: "expired", Title: "已过公开期限"},
}

func reason(title string) []flow.Field {
	return []flow.Field{{Name: "text", Title: title, Kind: flow.Text, Required: true}}
}

// Machine is the life of an item.
var Machine = &flow.Machine{
	Kind: "publication", Title: "公开稿件", Initial: Drafted,
	States: []flow.StateRow{
		{State: Drafted, Title: "草拟", Waits: "拟稿人"},
		{State: Review, Title: "待审核", Waits: "审核员；设有悬赏的由分管领导"},
		{State: Public, Title: "已公开", Waits: "更正、撤回，或征集截止"},
		{State: Correcting, Title: "更正中", Waits: "拟稿人；公众看到的仍是现行版"},
		{State: Recheck, Title: "更正待审核", Waits: "审核员；设有悬赏的由分管领导"},
		{State: Closing, Title: "结果待审核", Waits: "审核员"},
		{State: Ended, Title: "已截止", Waits: "公布结果、更正或撤回"},
		{State: Withdrawn, Title: "已撤回", Terminal: true},
		{State: Dropped, Title: "已作废", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Drafted, Correcting}, Verb: Edit, Title: "修改", Capability: capWrite, Fields: draftFields},
		{From: []flow.State{Drafted}, Verb: Submit, To: Review, Title: "提交审核", Capability: capWrite, Next: "由另一人审核后公开；提交后不能再改，除非退回"},
		{From: []flow.State{Correcting}, Verb: Submit, To: Recheck, Title: "提交审核", Capability: capWrite, Next: "由另一人审核；通过之前公众看到的仍是现行版"},
		{From: []flow.State{Drafted}, Verb: Drop, To: Dropped, Title: "作废", Capability: capWrite, Danger: true, Fields: reason("原因")},
		{From: []flow.State{Review}, Verb: Release, To: Public, Title: "审核通过并公开", Capability: capReview,
			Next: "公众即刻看到“公众看到的内容”，一字不差", Guards: []flow.Guard{free, second, timely}, Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text}}},
		{From: []flow.State{Review}, Verb: Grant, To: Public, Title: "批准悬赏并公开", Capability: capBounty,
			Next: "公众即刻看到内容和悬赏金额；金额从所列经费支出", Guards: []flow.Guard{priced, second, timely}, Fields: reason("批准意见")},
		{From: []flow.State{Review}, Verb: Sendback, To: Drafted, Title: "退回修改", Capability: capReview, Next: "拟稿人修改后再提交", Fields: reason("要改什么")},
		{From: []flow.State{Recheck}, Verb: Release, To: Public, Title: "审核通过并公开更正", Capability: capReview,
			Next: "新版即刻代替现行版；旧版标明已更正和原因", Guards: []flow.Guard{free, second}, Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text}}},
		{From: []flow.State{Recheck}, Verb: Grant, To: Public, Title: "批准悬赏并公开更正", Capability: capBounty,
			Next: "新版即刻代替现行版；旧版标明已更正和原因", Guards: []flow.Guard{priced, second}, Fields: reason("批准意见")},
		{From: []flow.State{Recheck}, Verb: Sendback, To: Correcting, Title: "退回修改", Capability: capReview, Next: "拟稿人修改后再提交", Fields: reason("要改什么")},
		{From: []flow.State{Public}, Verb: Answer, Title: "收到应征线索", Capability: capWrite, Auto: true},
		{From: []flow.State{Correcting}, Verb: Answer, Title: "收到应征线索", Capability: capWrite, Auto: true},
		{From: []flow.State{Recheck}, Verb: Answer, Title: "收到应征线索", Capability: capWrite, Auto: true},
		{From: []flow.State{Closing}, Verb: Answer, Title: "收到应征线索", Capability: capWrite, Auto: true},
		{From: []flow.State{Public, Ended}, Verb: Close, To: Closing, Title: "结束征集、公布结果", Capability: capWrite, Next: "由另一人审核后公布；在此之前照常接收应征线索",
			Guards: []flow.Guard{calling, untold}, Fields: reason("结果，公开")},
		{From: []flow.State{Closing}, Verb: Confirm, To: Ended, Title: "审核通过并公布结果", Capability: capReview, Next: "结果即刻公开，征集同时截止", Guards: []flow.Guard{second}},
		{From: []flow.State{Closing}, Verb: Sendback, To: Public, Title: "退回，不公布", Capability: capReview, Next: "结果不公布，征集继续到截止日", Fields: reason("为什么")},
		{From: []flow.State{Public}, Verb: Expire, To: Ended, Title: "到期截止", Capability: capWrite, Auto: true},
		{From: []flow.State{Public, Ended}, Verb: Correct, To: Correcting, Title: "更正", Capability: capWrite, Next: "改好后由另一人审核；通过之前公众看到的仍是现行版",
			Fields: []flow.Field{{Name: "text", Title: "更正的原因，公开", Kind: flow.Text, Required: true, Hint: "只写改了什么、为什么，不写个人信息"},
				{Name: "old", Title: "现行版更正以后", Kind: flow.Choice, Required: true, Default: "keep",
					Options: []flow.Option{{Value: "keep", Title: "仍可阅读，标明已更正"}, {Value: "conceal", Title: "不再可读（含有不应公开的内容）"}}}}},
		{From: []flow.State{Correcting}, Verb: Abandon, To: Public, Title: "放弃更正", Capability: capWrite, Danger: true, Next: "改动不保留，恢复为现行版"},
		{From: []flow.State{Public, Correcting, Recheck, Closing, Ended}, Verb: Withdraw, To: Withdrawn, Title: "撤回", Capability: capReview, Danger: true,
			Next: "各版内容即刻不再公开；原来的网址写明已撤回和理由",
			Fields: []flow.Field{{Name: "ground", Title: "理由，公开", Kind: flow.Choice, Required: true, Options: Grounds},
				{Name: "text", Title: "说明，不公开", Kind: flow.Text}}},
	},
}
