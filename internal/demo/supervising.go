package demo

import (
	"context"
	"net/http"
	"time"
)

// supervise shows the ladder at work on the issues that stand open: one listed
// in public, one waiting for its signature, and a leader's instruction.
func (p *past) supervise(ctx context.Context) error {
	supervisor, leader := p.staff["supervisor"], p.staff["leader"]
	var issues struct {
		Items []struct {
			ID     string `json:"id"`
			Number string `json:"number"`
			Lead   string `json:"lead_agency"`
		} `json:"items"`
	}
	if err := supervisor.call(ctx, http.MethodGet, "/issues?state=working&limit=2", nil, &issues); err != nil || len(issues.Items) == 0 {
		return err
	}
	listed := issues.Items[0]
	for _, s := range []struct{ issue, rung, reason, demand string }{
		{listed.ID, "listed", "（演示）群众多次反映，整改进展缓慢", "三十个工作日内完成整改，逐周报告进展"},
		{issues.Items[len(issues.Items)-1].ID, "sheet", "（演示）已催办一次，仍没有完成时间", "五个工作日内报整改方案和完成时间"},
	} {
		var d struct {
			thing
			Version int64 `json:"version"`
		}
		if err := supervisor.call(ctx, http.MethodPost, "/supervisions", map[string]any{"issue_id": s.issue, "rung": s.rung, "reason": s.reason, "demand": s.demand}, &d); err != nil {
			return err
		}
		if s.rung != "listed" {
			continue
		}
		form := map[string]any{"demand": s.demand, "days": 30}
		if err := leader.call(ctx, http.MethodPost, "/supervisions/"+d.ID+"/issue", map[string]any{"version": d.Version, "form": form}, nil); err != nil {
			return err
		}
	}
	return supervisor.call(ctx, http.MethodPost, "/instructions", map[string]any{
		"leader": "（演示）赵某，副市长", "given_on": p.now.In(beijing).AddDate(0, 0, -1).Format(time.DateOnly), "text": "请市局核查，举一反三，一周内报结果",
		"issue": listed.Number, "agency": listed.Lead, "days": 5,
	}, nil)
}
