package circle

import "github.com/qingshao/qingshao/internal/flow"

// The states of a circle.
const (
	Held   flow.State = "held"
	Lifted flow.State = "lifted"
)

// The verbs of a circle.
const (
	Restrict flow.Verb = "restrict" // the beginning; not in the table
	Change   flow.Verb = "change"
	Lift     flow.Verb = "lift"
)

const capManage = "circle.manage"

var (
	why     = flow.Field{Name: "reason", Title: "理由", Kind: flow.Text, Required: true, Hint: "不要写举报内容和举报人的情况"}
	members = flow.Field{Name: "members", Title: "知悉人员", Kind: flow.Line}
)

var restricting = flow.Step{Verb: Restrict, To: Held, Title: "限定知悉范围", Capability: capManage, Fields: []flow.Field{members, why}}

// Machine is the life of a circle.
var Machine = &flow.Machine{
	Kind: "circle", Title: "知悉范围", Initial: Held,
	States: []flow.StateRow{
		{State: Held, Title: "限定中", Waits: "岗位负责人"},
		{State: Lifted, Title: "已解除", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Held}, Verb: Change, Title: "调整知悉人员", Capability: capManage, Auto: true, Fields: []flow.Field{members, why}},
		{From: []flow.State{Held}, Verb: Lift, To: Lifted, Title: "解除限定", Capability: capManage, Danger: true,
			Next: "按岗位和辖区有权的人都能再看到这件举报", Fields: []flow.Field{why}},
	},
}
