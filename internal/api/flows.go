package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// Flows registers the flow tables, which draw buttons, filters and diagrams.
func (a *API) Flows(machines ...*flow.Machine) {
	views := map[string]FlowView{}
	list := []FlowView{}
	for _, m := range machines {
		views[m.Kind] = flowView(m)
		list = append(list, views[m.Kind])
	}
	get(a, "listFlows", "/flows", "全部流程表", func(context.Context, *None) ([]FlowView, error) { return list, nil })
	get(a, "getFlow", "/flows/{kind}", "流程表", func(_ context.Context, in *struct {
		Kind string `path:"kind" maxLength:"40" doc:"alarm、clue、issue 等"`
	}) (FlowView, error) {
		v, ok := views[in.Kind]
		if !ok {
			return FlowView{}, fault.NotFoundf("没有名为“%s”的流程", in.Kind)
		}
		return v, nil
	})
}

// FlowView is a whole flow table.
type FlowView struct {
	Kind    string      `json:"kind"`
	Title   string      `json:"title"`
	Initial flow.State  `json:"initial"`
	States  []StateView `json:"states" nullable:"false"`
	Steps   []StepView  `json:"steps" nullable:"false"`
	Mermaid string      `json:"mermaid" doc:"状态图"`
}

// StateView is one state of a flow.
type StateView struct {
	State    flow.State `json:"state"`
	Title    string     `json:"title"`
	Terminal bool       `json:"terminal"`
	Waits    string     `json:"waits"`
}

// StepView is one row of a flow.
type StepView struct {
	From       []flow.State `json:"from" nullable:"false"`
	Verb       flow.Verb    `json:"verb"`
	To         flow.State   `json:"to" doc:"空为状态不变"`
	Title      string       `json:"title"`
	Capability string       `json:"capability"`
	Guards     []GuardView  `json:"guards" nullable:"false"`
	Fields     []flow.Field `json:"fields" nullable:"false"`
	Start      []string     `json:"start" nullable:"false" doc:"开始计时"`
	Stop       []string     `json:"stop" nullable:"false" doc:"停止计时"`
	Danger     bool         `json:"danger"`
	Auto       bool         `json:"auto" doc:"由系统执行"`
}

// GuardView is a condition of a step.
type GuardView struct {
	Fact   flow.Fact `json:"fact"`
	Refuse string    `json:"refuse"`
}

func flowView(m *flow.Machine) FlowView {
	v := FlowView{Kind: m.Kind, Title: m.Title, Initial: m.Initial, States: []StateView{}, Steps: []StepView{}, Mermaid: m.Mermaid()}
	for _, s := range m.States {
		v.States = append(v.States, StateView{s.State, s.Title, s.Terminal, s.Waits})
	}
	for _, st := range m.Steps {
		x := StepView{From: st.From, Verb: st.Verb, To: st.To, Title: st.Title, Capability: st.Capability, Guards: []GuardView{}, Fields: []flow.Field{},
			Start: []string{}, Stop: []string{}, Danger: st.Danger, Auto: st.Auto}
		for _, g := range st.Guards {
			x.Guards = append(x.Guards, GuardView(g))
		}
		x.Fields, x.Start, x.Stop = append(x.Fields, st.Fields...), append(x.Start, st.Start...), append(x.Stop, st.Stop...)
		v.Steps = append(v.Steps, x)
	}
	return v
}
