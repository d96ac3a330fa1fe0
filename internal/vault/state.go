package vault

import "github.com/qingshao/qingshao/internal/flow"

// The states of a key.
const (
	Pending flow.State = "pending"
	Active  flow.State = "active"
	Retired flow.State = "retired"
	Revoked flow.State = "revoked"
)

// The verbs of a key.
const (
	Create  flow.Verb = "create" // the beginning; not in the table
	Confirm flow.Verb = "confirm"
	Retire  flow.Verb = "retire"
	Revoke  flow.Verb = "revoke"
	Rewrap  flow.Verb = "rewrap"
	Drill   flow.Verb = "drill"
	Recover flow.Verb = "recover"
	Miss    flow.Verb = "miss"
)

const (
	capRead    = "seal.read"
	capHold    = "seal.hold"
	capRevoke  = "seal.revoke"
	capDesk    = "seal.desk"
	capOversee = "seal.oversee"
)

const (
	notOwner   flow.Fact = "not_the_owner"
	isOwner    flow.Fact = "is_the_owner"
	notRequest flow.Fact = "not_the_requester"
	isRequest  flow.Fact = "is_the_requester"
)

var reasonField = flow.Field{Name: "reason", Title: "理由", Kind: flow.Text, Required: true}

var creating = flow.Step{Verb: Create, To: Pending, Title: "建立密钥", Capability: capHold, Fields: []flow.Field{{Name: "party", Title: "一方", Kind: flow.Line}, {Name: "fingerprint", Title: "指纹", Kind: flow.Line}}}

// KeyMachine is the table of a key.
var KeyMachine = &flow.Machine{
	Kind: "seal_key", Title: "保密密钥", Initial: Pending,
	States: []flow.StateRow{
		{State: Pending, Title: "待核对", Waits: "另一位持有岗位的人"},
		{State: Active, Title: "在用", Waits: "持有人"},
		{State: Retired, Title: "已轮换", Terminal: true},
		{State: Revoked, Title: "已吊销", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Pending}, Verb: Confirm, To: Active, Title: "核对指纹", Capability: capHold,
			Next:   "请持有人当面或在电话里读出指纹，照所听到的输入；不要照屏幕抄",
			Guards: []flow.Guard{{Fact: notOwner, Refuse: "密钥须由另一个人核对"}},
			Fields: []flow.Field{{Name: "fingerprint", Title: "持有人读出的指纹", Kind: flow.Line, Required: true, Hint: "32 位十六进制，空格可省"}}},
		{From: []flow.State{Active}, Verb: Retire, To: Retired, Title: "轮换后停用", Capability: capHold, Danger: true,
			Next:   "旧密钥从此打不开任何密件；须先建立新密钥并把密件全部重封给它",
			Guards: []flow.Guard{{Fact: isOwner, Refuse: "只有持有人能停用自己的密钥；遗失请用吊销"}}},
		{From: []flow.State{Pending, Active}, Verb: Revoke, To: Revoked, Title: "吊销", Capability: capRevoke, Danger: true,
			Next:   "立即停用；同方还有他人能开的密件，不再为这把密钥保留份额",
			Fields: []flow.Field{{Name: "reason", Title: "原因", Kind: flow.Choice, Required: true, Options: []flow.Option{{Value: "lost", Title: "口令遗忘或遗失"}, {Value: "exposed", Title: "可能泄露"}, {Value: "left", Title: "离岗"}, {Value: "wrong", Title: "指纹不符"}}}}},
		{From: []flow.State{Active}, Verb: Rewrap, Title: "重封份额", Capability: capHold, Auto: true, Fields: []flow.Field{{Name: "count", Title: "件数", Kind: flow.Line}}},
		{From: []flow.State{Active}, Verb: Drill, Title: "演练", Capability: capHold, Auto: true},
		{From: []flow.State{Active}, Verb: Recover, To: Pending, Title: "从托管恢复", Capability: capHold, Auto: true},
		{From: []flow.State{Active}, Verb: Miss, Title: "久未使用提醒", Capability: capHold, Auto: true},
	},
}

// The states of an opening.
const (
	Requested flow.State = "requested"
	Approved  flow.State = "approved"
	Opened    flow.State = "opened"
	Refused   flow.State = "refused"
	Withdrawn flow.State = "withdrawn"
	Expired   flow.State = "expired"
)

// The verbs of an opening.
const (
	Request  flow.Verb = "request" // the beginning; not in the table
	Approve  flow.Verb = "approve"
	Refuse   flow.Verb = "refuse"
	Withdraw flow.Verb = "withdraw"
	Open     flow.Verb = "open"
	Look     flow.Verb = "look"
	Expire   flow.Verb = "expire"
)

var requesting = flow.Step{Verb: Request, To: Requested, Title: "申请开启身份", Capability: capDesk, Fields: []flow.Field{reasonField}}

// OpeningMachine is the table of an opening. Approving is no button: it takes the
// officer's key, so the page does it.
var OpeningMachine = &flow.Machine{
	Kind: "seal_opening", Title: "身份开启", Initial: Requested,
	States: []flow.StateRow{
		{State: Requested, Title: "待监督方审批", Waits: "监督方"},
		{State: Approved, Title: "待开启", Waits: "申请人"},
		{State: Opened, Title: "已开启", Waits: "申请人"},
		{State: Refused, Title: "不同意", Terminal: true},
		{State: Withdrawn, Title: "已撤回", Terminal: true},
		{State: Expired, Title: "已失效", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Requested}, Verb: Approve, To: Approved, Title: "同意开启", Capability: capOversee, Auto: true,
			Guards: []flow.Guard{{Fact: notRequest, Refuse: "申请人不能审批自己的申请"}}},
		{From: []flow.State{Requested}, Verb: Refuse, To: Refused, Title: "不同意", Capability: capOversee,
			Next:   "申请人和举报人都能看到理由",
			Guards: []flow.Guard{{Fact: notRequest, Refuse: "申请人不能审批自己的申请"}}, Fields: []flow.Field{reasonField}},
		{From: []flow.State{Requested, Approved}, Verb: Withdraw, To: Withdrawn, Title: "撤回申请", Capability: capDesk,
			Guards: []flow.Guard{{Fact: isRequest, Refuse: "只有申请人能撤回"}}},
		{From: []flow.State{Approved}, Verb: Open, To: Opened, Title: "开启", Capability: capDesk, Auto: true,
			Guards: []flow.Guard{{Fact: isRequest, Refuse: "只有申请人的浏览器能打开"}}},
		{From: []flow.State{Opened}, Verb: Look, Title: "再次查看", Capability: capDesk, Auto: true,
			Guards: []flow.Guard{{Fact: isRequest, Refuse: "只有申请人的浏览器能打开"}}},
		{From: []flow.State{Requested, Approved, Opened}, Verb: Expire, To: Expired, Title: "到期失效", Capability: capDesk, Auto: true},
	},
}
