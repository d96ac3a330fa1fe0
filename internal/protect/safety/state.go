package safety

import "github.com/qingshao/qingshao/internal/flow"

// The states of a plan; None is before there is one.
const (
	None    flow.State = "none"
	Running flow.State = "running"
	Ended   flow.State = "ended"
)

// The verbs of a plan.
const (
	Assess flow.Verb = "assess"
	Revise flow.Verb = "revise"
	Review flow.Verb = "review"
	End    flow.Verb = "end"
	Remind flow.Verb = "remind"
)

// The capability of the table is a formality: members of the circle alone come
// this far.
const capMember = "circle.member"

// Levels are how pressing a threat is.
var Levels = []flow.Option{{Value: "low", Title: "一般"}, {Value: "raised", Title: "较高"}, {Value: "urgent", Title: "紧迫"}}

var police = []flow.Option{{Value: "no", Title: "不需要"}, {Value: "asked", Title: "已商请"}, {Value: "joined", Title: "已介入"}}

// PoliceTitle says what the police do.
func PoliceTitle(v string) string { return flow.Field{Options: police}.ShowChoice(v) }

var reviewOn = flow.Field{Name: "review_on", Title: "复核日期", Kind: flow.Date, Required: true, Hint: "到期没有复核的，每个工作日提醒知悉人员"}

var questions = []flow.Field{
	{Name: "level", Title: "风险程度", Kind: flow.Choice, Required: true, Options: Levels},
	{Name: "risk", Title: "什么风险", Kind: flow.Text, Required: true, Hint: "例如：被解雇、被威胁、被跟踪、住处暴露"},
	{Name: "from", Title: "来自谁", Kind: flow.Line, Required: true},
	{Name: "since", Title: "自何时起", Kind: flow.Date},
	{Name: "measures", Title: "保密和安全措施", Kind: flow.Text, Required: true, Hint: "例如：更换检查理由、与其他检查合并、专人联系、商请公安机关保护"},
	{Name: "police", Title: "公安机关", Kind: flow.Choice, Required: true, Options: police},
	{Name: "responsible", Title: "责任人", Kind: flow.Choice, Required: true, Hint: "从知悉人员中选择"},
	reviewOn,
}

// Machine is the life of a plan.
var Machine = &flow.Machine{
	Kind: "safety", Title: "安全措施", Initial: None,
	States: []flow.StateRow{
		{State: None, Title: "未评估", Waits: "知悉人员"},
		{State: Running, Title: "执行中", Waits: "责任人"},
		{State: Ended, Title: "已结束", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{None, Ended}, Verb: Assess, To: Running, Title: "评估风险、定措施", Capability: capMember, Fields: questions,
			Next: "只有知悉人员看得到；内容封存后才写入数据库，每次查看都留痕"},
		{From: []flow.State{Running}, Verb: Review, Title: "复核", Capability: capMember, Fields: []flow.Field{reviewOn}, Next: "风险和措施不变，定下次复核日期；有变化请用“修订”"},
		{From: []flow.State{Running}, Verb: Revise, Title: "修订", Capability: capMember, Fields: questions},
		{From: []flow.State{Running}, Verb: End, To: Ended, Title: "结束措施", Capability: capMember, Danger: true, Next: "不再提醒复核；记录保留到销毁期限"},
		{From: []flow.State{Running}, Verb: Remind, Title: "到期未复核", Capability: capMember, Auto: true},
	},
}
