package forward

import (
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// The states of a target.
const (
	Running flow.State = "running"
	Paused  flow.State = "paused"
	Ended   flow.State = "ended"
)

// The verbs of a target.
const (
	Pause  flow.Verb = "pause"
	Resume flow.Verb = "resume"
	End    flow.Verb = "end"
)

// Machine is the life of a target.
var Machine = &flow.Machine{
	Kind: "forward", Title: "转发", Initial: Running,
	States: []flow.StateRow{
		{State: Running, Title: "转发中", Waits: "新报文"},
		{State: Paused, Title: "已暂停", Waits: "恢复"},
		{State: Ended, Title: "已停用", Terminal: true},
	},
	Steps: []flow.Step{
		step([]flow.State{Running}, Pause, Paused, "暂停", false, "报文留在队列中，恢复后从断点继续"),
		step([]flow.State{Paused}, Resume, Running, "恢复", false, "从暂停处继续转发"),
		step([]flow.State{Running, Paused}, End, Ended, "停用", true, "不再转发，队列作废；以后须重新添加"),
	},
}

func step(from []flow.State, v flow.Verb, to flow.State, title string, danger bool, next string) flow.Step {
	return flow.Step{From: from, Verb: v, To: to, Title: title, Capability: string(auth.SystemWrite), Danger: danger, Next: next}
}
