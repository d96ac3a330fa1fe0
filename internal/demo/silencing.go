package demo

import (
	"context"
	"net/http"
	"time"
)

// quiets are the silences of the demo: a weekly calibration, a repair that goes on,
// and one that was over sooner than thought.
var quiets = []struct {
	outlet int
	body   map[string]any
	hours  int
	lift   string
}{
	{2, map[string]any{"kind": "plan", "weekdays": []int{1}, "begin": 9 * 60, "end": 11 * 60, "reason": "calibration", "words": "运维公司每周一上午校准零点与跨度"}, 180 * 24, ""},
	{3, map[string]any{"kind": "silence", "reason": "maintenance", "words": "采样泵更换，备件明日到，企业已报备"}, 48, ""},
	{4, map[string]any{"kind": "silence", "reason": "trial", "words": "新装分析仪调试"}, 24, "调试提前结束，已恢复正常上传"},
}

// silence lets the duty officer keep some outlets quiet.
func (p *past) silence(ctx context.Context) error {
	duty := p.staff["duty"]
	var outlets struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := duty.call(ctx, http.MethodGet, "/outlets?limit=10", nil, &outlets); err != nil {
		return err
	}
	for _, q := range quiets {
		if q.outlet >= len(outlets.Items) {
			continue
		}
		q.body["outlet_id"] = outlets.Items[q.outlet].ID
		q.body["until"] = p.now.Add(time.Duration(q.hours) * time.Hour).Format(time.RFC3339)
		var t thing
		if err := duty.call(ctx, http.MethodPost, "/silences", q.body, &t); err != nil {
			return err
		}
		if q.lift != "" {
			if err := duty.do(ctx, "silences", t, "lift", map[string]any{"text": q.lift}); err != nil {
				return err
			}
		}
	}
	return p.app.Settle(ctx)
}
