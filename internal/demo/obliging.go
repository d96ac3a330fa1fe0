package demo

import (
	"context"
	"net/http"
	"net/url"
)

// oblige lets most enterprises do what falls due, some late, and the duty room look at
// what they hand in: a few stay overdue, a few wait. Permits are left to be renewed by
// whoever tries the enterprise's side.
func (p *past) oblige(ctx context.Context) error {
	duty := p.staff["duty"]
	var page struct {
		Items []struct {
			thing
			EnterpriseID string `json:"enterprise_id"`
			Stage        string `json:"stage"`
			Period       string `json:"period"`
			Rule         string `json:"rule"`
		} `json:"items"`
	}
	if err := duty.call(ctx, http.MethodGet, "/obligations?"+url.Values{"limit": {"200"}, "stage": {"overdue,soon"}}.Encode(), nil, &page); err != nil {
		return err
	}
	for _, o := range page.Items {
		n := draw(o.EnterpriseID+o.Period) % 10
		if o.Rule == "permit_renewal" || o.Stage != "overdue" && n < 6 || o.Stage == "overdue" && n >= 8 {
			continue
		}
		boss, err := p.manager(ctx, o.EnterpriseID, o.Area)
		if err != nil {
			return err
		}
		file, err := boss.upload(ctx, "比对报告.png", picture(o.ID))
		if err != nil {
			return err
		}
		if err := boss.do(ctx, "obligations", o.thing, "report", map[string]any{"text": "已委托有资质的单位完成，报告编号见附件。", "files": []string{file}}); err != nil {
			return err
		}
		if n == 7 || n == 9 {
			continue // waits to be looked at
		}
		var t thing
		if err := duty.call(ctx, http.MethodGet, "/obligations/"+o.ID, nil, &t); err != nil {
			return err
		}
		if err := duty.do(ctx, "obligations", t, "accept", map[string]any{"text": "材料齐全。"}); err != nil {
			return err
		}
	}
	return p.app.Settle(ctx)
}
