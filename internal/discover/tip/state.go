package tip

import "github.com/qingshao/qingshao/internal/flow"

// The states of a tip are those of its review for the public; how the matter
// goes on is the clue's and the state.
const (
	Fresh flow.State = "fresh"
	Shown flow.State = "shown"
	Held  flow.State = "held"
)

// The verbs of a tip.
const (
	File    flow.Verb = "file" // the beginning; not in the table
	Show    flow.Verb = "show"
	Hold    flow.Verb = "hold"
	Reply   flow.Verb = "reply"
	Message flow.Verb = "message"
	Rate    flow.Verb = "rate"
	Echo    flow.Verb = "echo"

	Accept    flow.Verb = "accept"
	Refuse    flow.Verb = "refuse"
	Pass      flow.Verb = "pass"
	Judge     flow.Verb = "judge" // the clue was judged, which answers the reporter too
	Remind    flow.Verb = "remind"
	OverdueBy flow.Verb = "overdue"
	AskAgain  flow.Verb = "again" // the reporter: not solved
	Renewed   flow.Verb = "renewed"
	Moved     flow.Verb = "moved" // the other system has changed its deadline
)

const capTriage = "clue.triage"

const (
	listed     flow.Fact = "listed"
	unanswered flow.Fact = "unanswered"
)

// clockAccept runs until the reporter is told whether the report is accepted.
const clockAccept = "accept"

var filing = flow.Step{Verb: File, To: Fresh, Title: "收到举报", Capability: capTriage, Start: []string{clockAccept}}

var (
	anyState   = []flow.State{Fresh, Shown, Held}
	waitsStill = flow.Guard{Fact: unanswered, Refuse: "已经答复过举报人是否受理"}
)

// The places that a reviewer may let the public see.
const (
	pointNone  = "none"
	pointRough = "rough"
	pointExact = "exact"
)

// Machine is the table of a tip.
var Machine = &flow.Machine{
	Kind: "tip", Title: "举报", Initial: Fresh,
	States: []flow.StateRow{
		{State: Fresh, Title: "待公开审核", Waits: "受理研判岗"},
		{State: Shown, Title: "已公开", Terminal: true},
		{State: Held, Title: "不公开", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Fresh, Held, Shown}, Verb: Show, To: Shown, Title: "审核公开", Capability: capTriage,
			Next:   "公开页面和开放接口即可看到以下内容，其余内容不公开",
			Guards: []flow.Guard{{Fact: listed, Refuse: "匿名和保密举报不公开"}},
			Fields: []flow.Field{
				{Name: "text", Title: "公开的描述", Kind: flow.Text, Required: true, Hint: "删去姓名、电话、门牌、车牌等能识别举报人和无关个人的内容"},
				{Name: "address", Title: "公开的地点", Kind: flow.Line, Hint: "到街道或道路即可；不填则不公开"},
				{Name: "point", Title: "公开的坐标", Kind: flow.Choice, Required: true, Options: []flow.Option{
					{Value: pointNone, Title: "不公开"}, {Value: pointRough, Title: "约一公里"}, {Value: pointExact, Title: "准确位置"}}},
				{Name: "media", Title: "公开举报人提供的网址", Kind: flow.Choice, Options: []flow.Option{{Value: "no", Title: "不公开"}, {Value: "yes", Title: "公开"}}},
			}},
		{From: []flow.State{Fresh, Shown}, Verb: Hold, To: Held, Title: "不公开", Capability: capTriage,
			Next:   "只公开类别、时间和办理状态",
			Guards: []flow.Guard{{Fact: listed, Refuse: "匿名和保密举报不公开"}},
			Fields: []flow.Field{{Name: "reason", Title: "理由", Kind: flow.Text, Required: true}}},
		{From: anyState, Verb: Accept, Title: "受理", Capability: capTriage, Stop: []string{clockAccept},
			Next:   "告知举报人已受理；线索在研判台继续办理",
			Guards: []flow.Guard{waitsStill},
			Fields: []flow.Field{{Name: "text", Title: "告知举报人", Kind: flow.Text, Hint: "可以不填；填写的内容举报人凭回执看得到"}}},
		{From: anyState, Verb: Refuse, Title: "不予受理", Capability: capTriage, Danger: true, Stop: []string{clockAccept},
			Next:   "告知举报人情形和理由；线索同时不予立案",
			Guards: []flow.Guard{waitsStill},
			Fields: []flow.Field{
				{Name: "ground", Title: "情形", Kind: flow.Choice, Required: true, Options: refusals},
				{Name: "text", Title: "告知举报人的理由", Kind: flow.Text, Required: true, Hint: "写明依据和救济途径；举报人看得到，不要写内部情况"}}},
		{From: anyState, Verb: Pass, Title: "应由其他机关受理", Capability: capTriage, Danger: true, Stop: []string{clockAccept},
			Next:   "告知举报人应当向哪个机关反映；线索同时以“不属于本机关职责”不予立案",
			Guards: []flow.Guard{waitsStill},
			Fields: []flow.Field{
				{Name: "body", Title: "应由何机关受理", Kind: flow.Line, Required: true, Hint: "写全称，例如 某县公安局"},
				{Name: "text", Title: "告知举报人的理由", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Fresh, Shown, Held}, Verb: Reply, Title: "答复举报人", Capability: capTriage,
			Next:   "举报人凭查询码可以看到",
			Fields: []flow.Field{{Name: "text", Title: "答复内容", Kind: flow.Text, Required: true}}},
		{From: []flow.State{Fresh, Shown, Held}, Verb: Message, Title: "举报人补充", Capability: capTriage, Auto: true,
			Fields: []flow.Field{{Name: "text", Title: "补充内容", Kind: flow.Text, Required: true}, {Name: "files", Title: "照片", Kind: flow.Files}}},
		{From: []flow.State{Shown}, Verb: Echo, Title: "又有一人反映", Capability: capTriage, Auto: true},
		{From: []flow.State{Fresh, Shown, Held}, Verb: Rate, Title: "举报人评价", Capability: capTriage, Auto: true,
			Fields: []flow.Field{{Name: "score", Title: "评价", Kind: flow.Choice, Required: true, Options: []flow.Option{
				{Value: "solved", Title: "已解决"}, {Value: "partly", Title: "部分解决"}, {Value: "unsolved", Title: "没有解决"}}},
				{Name: "text", Title: "说明", Kind: flow.Text}}},
		{From: anyState, Verb: Judge, Title: "研判已有结果", Capability: capTriage, Auto: true, Stop: []string{clockAccept}},
		{From: anyState, Verb: AskAgain, Title: "举报人反映没有解决", Capability: capTriage, Auto: true, Start: []string{clockAccept},
			Fields: []flow.Field{{Name: "text", Title: "还有什么没有解决", Kind: flow.Text, Required: true}, {Name: "files", Title: "照片和视频", Kind: flow.Files}}},
		{From: anyState, Verb: Renewed, Title: "更换查询码", Capability: capTriage, Auto: true},
		{From: anyState, Verb: Moved, Title: "外部平台更改期限", Capability: capTriage, Auto: true, Fields: []flow.Field{{Name: "due", Title: "办结期限", Kind: flow.Line}}},
		{From: anyState, Verb: Remind, Title: "答复是否受理将到期", Capability: capTriage, Auto: true},
		{From: anyState, Verb: OverdueBy, Title: "逾期未答复是否受理", Capability: capTriage, Auto: true},
	},
}

// refusals are the grounds on which a report is not accepted.
var refusals = []flow.Option{
	{Value: "unclear", Title: "没有明确的对象或事实，且无法补充"},
	{Value: "repeated", Title: "同一事项已经办结，没有新的事实"},
	{Value: "pending", Title: "已经或依法应当通过诉讼、仲裁、复议解决"},
	{Value: "other_matter", Title: "不是生态环境问题"},
}
