package command

import (
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// The states of a command.
const (
	Pending   flow.State = "pending"
	Sent      flow.State = "sent"
	Accepted  flow.State = "accepted"
	Done      flow.State = "done"
	Failed    flow.State = "failed"
	Refused   flow.State = "refused"
	Expired   flow.State = "expired"
	Cancelled flow.State = "cancelled"
)

// The verbs of a command; all but Cancel are the program's own.
const (
	Send    flow.Verb = "send"
	Resend  flow.Verb = "resend"
	Await   flow.Verb = "await"
	Accept  flow.Verb = "accept"
	Succeed flow.Verb = "succeed"
	Fail    flow.Verb = "fail"
	Refuse  flow.Verb = "refuse"
	Expire  flow.Verb = "expire"
	Cancel  flow.Verb = "cancel"
)

// Machine is the life of a command. What has left cannot be called off: the
// station may be carrying it out.
var Machine = &flow.Machine{
	Kind: "command", Title: "指令", Initial: Pending,
	States: []flow.StateRow{
		{State: Pending, Title: "待发送", Waits: "设备上线"},
		{State: Sent, Title: "已发送", Waits: "设备应答"},
		{State: Accepted, Title: "已受理", Waits: "执行结果"},
		{State: Done, Title: "执行成功", Terminal: true},
		{State: Failed, Title: "执行失败", Terminal: true},
		{State: Refused, Title: "已拒绝", Terminal: true},
		{State: Expired, Title: "已超时", Terminal: true},
		{State: Cancelled, Title: "已撤销", Terminal: true},
	},
	Steps: []flow.Step{
		auto([]flow.State{Pending}, Send, Sent, "发送"),
		auto([]flow.State{Sent}, Resend, "", "没有应答，重发"),
		auto([]flow.State{Sent}, Await, Pending, "连接断开，等待重连"),
		auto([]flow.State{Sent}, Accept, Accepted, "设备受理"),
		auto([]flow.State{Sent, Accepted}, Succeed, Done, "执行成功"),
		auto([]flow.State{Sent, Accepted}, Fail, Failed, "执行失败"),
		auto([]flow.State{Pending, Sent}, Refuse, Refused, "拒绝"),
		auto([]flow.State{Pending, Sent, Accepted}, Expire, Expired, "超时"),
		{From: []flow.State{Pending}, Verb: Cancel, To: Cancelled, Title: "撤销", Capability: string(auth.TelemetryCommand), Danger: true,
			Next: "指令不再发送；已发送的指令不能撤销"},
	},
}

func auto(from []flow.State, v flow.Verb, to flow.State, title string) flow.Step {
	return flow.Step{From: from, Verb: v, To: to, Title: title, Capability: string(auth.TelemetryCommand), Auto: true}
}

// over reports whether nothing more can happen to a command.
func over(s flow.State) bool {
	r, _ := Machine.Row(s)
	return r.Terminal
}
