package tip

import "github.com/qingshao/qingshao/internal/flow"

// The states of an insider's report.
const (
	Received  flow.State = "received"
	Forwarded flow.State = "forwarded"
	Kept      flow.State = "kept"
)

// The verbs of an insider's report.
const (
	Forward flow.Verb = "forward"
	Keep    flow.Verb = "keep"
)

const capDesk = "seal.desk"

var telling = flow.Step{Verb: File, To: Received, Title: "收到内部知情人举报", Capability: capDesk}

var anyTold = []flow.State{Received, Forwarded, Kept}

// InsiderMachine is the table of an insider's report.
var InsiderMachine = &flow.Machine{
	Kind: "insider", Title: "内部知情人举报", Initial: Received,
	States: []flow.StateRow{
		{State: Received, Title: "待阅办", Waits: "保密岗"},
		{State: Forwarded, Title: "已转出线索", Terminal: true},
		{State: Kept, Title: "不予转出", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{Received, Kept}, Verb: Forward, To: Forwarded, Title: "写脱密线索", Capability: capDesk,
			Next: "只有这里写下的内容进入研判，研判岗看不到它从哪里来；请改写，不要照抄举报人的原话",
			Fields: []flow.Field{
				{Name: "title", Title: "标题", Kind: flow.Line, Required: true},
				{Name: "text", Title: "脱密后的内容", Kind: flow.Text, Required: true, Hint: "去掉只有内部的人才知道、能由此猜出是谁的细节：班次、岗位、对话、精确时刻"},
				{Name: "area", Title: "区域", Kind: flow.Area, Required: true},
				{Name: "address", Title: "地点", Kind: flow.Line},
				{Name: "suspect", Title: "被举报单位", Kind: flow.Line},
			}},
		{From: []flow.State{Received}, Verb: Keep, To: Kept, Title: "不予转出", Capability: capDesk,
			Next: "举报人能看到所选的情形",
			Fields: []flow.Field{{Name: "ground", Title: "情形", Kind: flow.Choice, Required: true, Options: []flow.Option{
				{Value: "outside", Title: "不属于生态环境领域"}, {Value: "known", Title: "已在办理"}, {Value: "unclear", Title: "内容不足，无法核查；可继续补充"}, {Value: "risk", Title: "转出会暴露举报人，另行处置"}}}}},
		{From: anyTold, Verb: Reply, Title: "答复举报人", Capability: capDesk, Auto: true},
		{From: anyTold, Verb: Message, Title: "举报人补充", Capability: capDesk, Auto: true},
	},
}
