package publish

import "github.com/qingshao/qingshao/internal/flow"

// The states of an item.
const (
	Draft     flow.State = "draft"
	Review    flow.State = "review"
	Public    flow.State = "public"
	Ended     flow.State = "ended"
	Withdrawn flow.State = "withdrawn"
	Dropped   flow.State = "dropped"
)

// The verbs of an item.
const (
	Write    flow.Verb = "write" // the beginning; not in the table
	Edit     flow.Verb = "edit"
	Submit   flow.Verb = "submit"
	Sendback flow.Verb = "sendback"
	Release  flow.Verb = "release"
	Grant    flow.Verb = "grant"
	Withdraw flow.Verb = "withdraw"
	Close    flow.Verb = "close"
	Expire   flow.Verb = "expire"
	Answer   flow.Verb = "answer"
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
)

var second = []flow.Guard{{Fact: notWriter, Refuse: "拟稿的人不能审核自己的稿件，请由他人审核"}, {Fact: inTime, Refuse: "截止日已过，请退回修改截止日"}}

// draftFields are what a writer may change.
var draftFields = []flow.Field{
	{Name: "title", Title: "标题", Kind: flow.Line, Required: true},
	{Name: "text", Title: "正文", Kind: flow.Text, Required: true, Hint: "电话、证件号、车牌、门牌等自动遮盖；姓名请列在下面"},
	{Name: "hide", Title: "需要隐去的姓名和名称", Kind: flow.Line, Hint: "用顿号隔开，例如 张三、某某化工有限公司"},
	{Name: "enterprise", Title: "点名的单位", Kind: flow.Line, Hint: "不点名就不填"},
}

// Machine is the life of an item.
var Machine = &flow.Machine{
	Kind: "publication", Title: "公开稿件", Initial: Draft,
	States: []flow.StateRow{
		{State: Draft, Title: "草拟", Waits: "拟稿人"},
		{State: Review, Title: "待审核", Waits: "审核员；设有悬赏的由分管领导"},
		{State: Public, Title: "已公开", Waits: "撤回，或征集截止"},
		{State: Ended, Title: "已截止", Terminal: true},
		{State: Withdrawn, Title: "已撤回", Terminal: true},
		{State: Dropped, Title: "已作废", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Draft}, Verb: Edit, Title: "修改", Capability: capWrite, Fields: draftFields},
		{From: []flow.State{Draft}, Verb: Submit, To: Review, Title: "提交审核", Capability: capWrite, Next: "由另一人审核后公开；提交后不能再改，除非退回"},
		{From: []flow.State{Draft}, Verb: Drop, To: Dropped, Title: "作废", Capability: capWrite, Danger: true,
			Fields: []flow.Field{{Name: "text", Title: "原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Review}, Verb: Sendback, To: Draft, Title: "退回修改", Capability: capReview, Next: "拟稿人修改后再提交",
			Fields: []flow.Field{{Name: "text", Title: "要改什么", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Review}, Verb: Release, To: Public, Title: "审核通过并公开", Capability: capReview, Next: "公众即刻可以看到下面“公众看到的”内容",
			Guards: append([]flow.Guard{{Fact: noBounty, Refuse: "设有悬赏，须由分管领导批准"}}, second...),
			Fields: []flow.Field{{Name: "text", Title: "审核意见", Kind: flow.Text}}},
		{From: []flow.State{Review}, Verb: Grant, To: Public, Title: "批准悬赏并公开", Capability: capBounty, Next: "公众即刻可以看到悬赏金额；金额从所列经费支出",
			Guards: append([]flow.Guard{{Fact: bounty, Refuse: "没有悬赏，由审核员审核即可"}}, second...),
			Fields: []flow.Field{{Name: "text", Title: "批准意见", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Public}, Verb: Answer, Title: "收到应征线索", Capability: capWrite, Auto: true},
		{From: []flow.State{Public}, Verb: Close, To: Ended, Title: "结束征集", Capability: capWrite, Next: "页面仍在，写明结果；不再接收应征线索",
			Guards: []flow.Guard{{Fact: isCall, Refuse: "只有征集可以结束；其他稿件请撤回"}},
			Fields: []flow.Field{{Name: "text", Title: "结果，公开", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Public}, Verb: Expire, To: Ended, Title: "到期截止", Capability: capWrite, Auto: true},
		{From: []flow.State{Public, Ended}, Verb: Withdraw, To: Withdrawn, Title: "撤回", Capability: capReview, Danger: true,
			Next:   "内容不再公开；原来的网址写明已撤回和理由",
			Fields: []flow.Field{{Name: "text", Title: "撤回的理由，公开", Kind: flow.Text, Required: true}}},
	},
}
