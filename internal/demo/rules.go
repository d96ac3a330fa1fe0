package demo

import (
	"context"
	"net/http"

	"github.com/qingshao/qingshao/internal/flow"
)

// officersRule is a rule that an officer of the demo wrote, and how far it came.
type officersRule struct {
	spec  map[string]any
	why   string
	upTo  flow.Verb // "" = a draft that was tried
	tried bool
}

var officersRules = []officersRule{
	{map[string]any{"title": "氨氮接近限值", "level": "notice", "basis": "市局 2026 年夏季攻坚：接近限值先提醒", "kinds": []string{"water"}, "hours": 3, "until_hours": 2,
		"rows": []map[string]any{{"factor": "w21003", "stat": "value", "op": ">", "base": "limit", "value": 0.8}}, "join": "and",
		"explain": "氨氮连续 {持续} 小时高于限值的八成，最近 {氨氮} mg/L"}, "夏季攻坚要求提前提醒，试算次数可以接受", "publish", true},
	{map[string]any{"title": "夜间流量异常", "level": "suspect", "basis": "群众反映夜间偷排", "kinds": []string{"water"}, "hours": 2,
		"expr": "(时 >= 22 或 时 < 6) 且 流量 > 2 × 同时段水平(流量)"}, "群众反映集中在夜间", "submit", true},
	{map[string]any{"title": "二氧化硫低得反常", "level": "suspect", "kinds": []string{"gas"}, "hours": 4,
		"expr": "在生产 且 均值(二氧化硫, 6) < 30% × 平时水平(二氧化硫)"}, "", "", true},
	{map[string]any{"title": "治理设施没开", "level": "suspect", "hours": 2, "expr": "在生产 且 治理用电 < 10% × 平时水平(治理用点)"}, "", "", false},
}

// rules lets the duty officer write rules and the reviewer publish one.
func (p *past) rules(ctx context.Context) error {
	duty, reviewer := p.staff["duty"], p.staff["reviewer"]
	for _, r := range officersRules {
		r.spec["area"] = duty.Area
		var t thing
		if err := duty.call(ctx, http.MethodPost, "/rules/custom", r.spec, &t); err != nil {
			return err
		}
		if !r.tried {
			continue
		}
		if err := duty.call(ctx, http.MethodPost, "/rules/custom/"+t.ID+"/trials", map[string]any{"days": 30}, nil); err != nil {
			return err
		}
		if err := p.app.Settle(ctx); err != nil {
			return err
		}
		for _, v := range []flow.Verb{"submit", "publish"} {
			if r.upTo == "" || v == "publish" && r.upTo == "submit" {
				break
			}
			who, form := duty, map[string]any{"text": r.why}
			if v == "publish" {
				who, form = reviewer, map[string]any{"text": "同意试行"}
			}
			if err := duty.call(ctx, http.MethodGet, "/rules/custom/"+t.ID, nil, &t); err != nil {
				return err
			}
			if err := who.do(ctx, "rules/custom", t, v, form); err != nil {
				return err
			}
		}
	}
	if err := p.app.Settle(ctx); err != nil {
		return err
	}
	return p.settings(ctx)
}

// settings sets two built-in rules otherwise: one in force, one that waits to be
// published.
func (p *past) settings(ctx context.Context) error {
	duty, reviewer := p.staff["duty"], p.staff["reviewer"]
	for _, x := range []struct {
		rule, area string
		values     map[string]float64
		why        string
		publish    bool
	}{
		{"constant", "330382", map[string]float64{"hours": 8}, "两家企业停产检修时误报，试算后放宽到 8 小时", true},
		{"under-limit", "330302", map[string]float64{"share": 40}, "辖区内稳定达标的企业贴限提示过多", false},
	} {
		var t thing
		if err := duty.call(ctx, http.MethodPost, "/rules/settings", map[string]any{"rule": x.rule, "area": x.area}, &t); err != nil {
			return err
		}
		at := "/rules/settings/" + t.ID
		if err := duty.call(ctx, http.MethodPatch, at, map[string]any{"version": t.Version, "values": x.values}, nil); err != nil {
			return err
		}
		if err := duty.call(ctx, http.MethodPost, at+"/trials", map[string]any{"days": 30}, nil); err != nil {
			return err
		}
		if err := p.app.Settle(ctx); err != nil {
			return err
		}
		if err := duty.call(ctx, http.MethodGet, at, nil, &t); err != nil {
			return err
		}
		if err := duty.do(ctx, "rules/settings", t, "submit", map[string]any{"text": x.why}); err != nil {
			return err
		}
		if !x.publish {
			continue
		}
		if err := reviewer.call(ctx, http.MethodGet, at, nil, &t); err != nil {
			return err
		}
		if err := reviewer.do(ctx, "rules/settings", t, "publish", map[string]any{"text": "同意，试行一个季度"}); err != nil {
			return err
		}
	}
	return p.app.Settle(ctx)
}
