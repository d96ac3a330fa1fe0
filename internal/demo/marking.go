package demo

import (
	"context"
	"net/http"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
)

// sign is a period that the demo's enterprise marks: so many hours before now, on
// its first or another outlet, and what the duty officer says of it.
type sign struct {
	outlet      int
	kind        string
	from, until int // hours before now; negative lies ahead
	reason      string
	order       string
	document    bool
	verb, text  string // of the review; "" = it waits
}

var signs = []sign{
	{0, "maintenance", 44, 42, "更换采样探头滤芯，清洗取样管路", "YW-1117", false, "accept", "与运维记录一致"},
	{0, "calibration", 30, 29, "每周零点、跨度校准", "YW-1121", false, "accept", ""},
	{0, "plant_fault", 26, 23, "脱硝喷枪堵塞，喷氨量不足", "", true, "reject", "调阅中控记录，喷氨量无变化，与所述不符"},
	{0, "monitor_fault", 12, 10, "分析仪流量报警，更换蠕动泵管", "", false, "", ""},
	{0, "quality_control", 6, 5, "比对监测", "YW-1126", false, "", ""},
	{0, "stopped", -48, -120, "年度检修，已报备", "", true, "", ""},
	{1, "calibration", 20, 19, "标准溶液核查", "YW-1122", false, "", ""},
}

// mark lets the enterprise mark its periods and the duty officer review some.
func (p *past) mark(ctx context.Context) error {
	boss, duty := p.staff["enterprise"], p.staff["duty"]
	var outlets struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := boss.call(ctx, http.MethodGet, "/outlets?limit=10", nil, &outlets); err != nil {
		return err
	}
	hour := p.now.In(beijing).Truncate(time.Hour)
	for _, s := range signs {
		if s.outlet >= len(outlets.Items) {
			continue
		}
		body := map[string]any{"outlet_id": outlets.Items[s.outlet].ID, "kind": s.kind, "reason": s.reason, "work_order": s.order,
			"from": hour.Add(-time.Duration(s.from) * time.Hour).Format(time.RFC3339), "until": hour.Add(-time.Duration(s.until) * time.Hour).Format(time.RFC3339)}
		if s.document {
			id, err := boss.upload(ctx, "证明材料.png", picture(s.reason))
			if err != nil {
				return err
			}
			body["files"] = []string{id}
		}
		var t thing
		if err := boss.call(ctx, http.MethodPost, "/marks", body, &t); err != nil {
			return err
		}
		if s.verb == "" {
			continue
		}
		form := map[string]any{}
		if s.text != "" {
			form["text"] = s.text
		}
		if err := duty.do(ctx, "marks", t, flow.Verb(s.verb), form); err != nil {
			return err
		}
	}
	return p.app.Settle(ctx)
}
