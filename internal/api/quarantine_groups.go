package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
)

// QuarantineGroupView sums up the quarantined bytes of one reason and MN, with
// what to do about them.
type QuarantineGroupView struct {
	Reason      string `json:"reason"`
	ReasonTitle string `json:"reason_title"`
	Advice      string `json:"advice" doc:"怎样处理"`
	MN          string `json:"mn" doc:"空为读不出"`
	Runs        int64  `json:"runs" doc:"保存的次数"`
	Dropped     int64  `json:"dropped" doc:"因过快而未保存的次数"`
	Open        int64  `json:"open" doc:"还没有核查备注的次数"`
	Address     string `json:"address" doc:"来源之一"`
	FirstAt     string `json:"first_at"`
	LastAt      string `json:"last_at"`
	LastID      string `json:"last_id" doc:"最近一条"`
	Registered  bool   `json:"registered" doc:"MN 已登记"`
	OutletID    string `json:"outlet_id"`
	OutletName  string `json:"outlet_name"`
}

// QuarantineFilter narrows the quarantine.
type QuarantineFilter struct {
	Q      string    `query:"q" maxLength:"100" doc:"MN、地址"`
	Reason string    `query:"reason" maxLength:"40"`
	Open   bool      `query:"open" doc:"只看还没有核查备注的"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
}

func (f QuarantineFilter) query() telemetry.QuarantineQuery {
	return telemetry.QuarantineQuery{Text: f.Q, Reason: f.Reason, Open: f.Open, From: f.From, To: f.To}
}

func (r devices) quarantineGroups(ctx context.Context, in *struct{ QuarantineFilter }) ([]QuarantineGroupView, error) {
	list, err := r.store.QuarantineGroups(ctx, r.policy, actor(ctx), in.query())
	out := make([]QuarantineGroupView, 0, len(list))
	for _, g := range list {
		out = append(out, QuarantineGroupView{Reason: g.Reason, ReasonTitle: telemetry.ReasonTitle(g.Reason), Advice: telemetry.ReasonAdvice(g.Reason), MN: g.MN,
			Runs: g.Runs, Dropped: g.Dropped, Open: g.Open, Address: g.Address, FirstAt: when(g.FirstAt), LastAt: when(g.LastAt), LastID: g.LastID,
			Registered: g.Devices > 0, OutletID: g.OutletID, OutletName: g.Outlet})
	}
	return out, err
}

// ParkedHint is what a parked frame tells of its sender.
type ParkedHint struct {
	System   string   `json:"system" doc:"系统编码的名称，如地表水体环境污染源"`
	Kind     string   `json:"kind" enum:"gas,water," doc:"排放口类别，空为看不出"`
	Protocol string   `json:"protocol" doc:"报文的协议版本"`
	Factors  []string `json:"factors" nullable:"false" doc:"报文中的因子名"`
}

// outletKinds says which outlets the senders of a system belong to.
var outletKinds = map[string]enterprise.Kind{"31": enterprise.Gas, "32": enterprise.Water}

// hintOf reads a frame for hints; of one that cannot be read there are none.
func hintOf(raw []byte) ParkedHint {
	out := ParkedHint{Factors: []string{}}
	var f hj212.Frame
	if hj212.ParseFrame(raw, &f) != nil {
		return out
	}
	out.Protocol = f.Version.String()
	if e, ok := hj212.System(f.ST); ok {
		out.System = e.Name
	}
	out.Kind = string(outletKinds[string(f.ST)])
	var area hj212.Area
	f.ParseItems(&area)
	for _, it := range area.Items {
		code := factor.Canonical(string(f.ST), string(it.Code))
		if e, ok := factor.ByCode(code); ok {
			code = e.Name
		}
		out.Factors = append(out.Factors, code)
	}
	return out
}
