package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// riskMonths is how many signed risk maps the demo has; each is compared with
// the three years before it.
const riskMonths = 13

// judge enters the monthly figures of the past years, freezes and signs the
// months of the last year.
func (p *past) judge(ctx context.Context) error {
	clerk, leader := p.staff["clerk"], p.staff["leader"]
	t := p.now.In(beijing)
	this := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, beijing)
	for i, u := range p.app.Place().Units {
		var values []map[string]any
		for ago := 1; ago <= riskMonths+36; ago++ {
			for kind, v := range figures(u.Code, i, this.AddDate(0, -ago, 0), ago) {
				values = append(values, map[string]any{"area": u.Code, "month": this.AddDate(0, -ago, 0).Format("2006-01"), "kind": kind, "value": v})
			}
		}
		body := map[string]any{"document": "（演示）" + u.Name + "生态环境状况月报汇编", "values": values}
		if err := clerk.call(ctx, http.MethodPost, "/risk-map/values", body, nil); err != nil {
			return err
		}
	}
	if err := p.happenings(ctx, this); err != nil {
		return err
	}
	for ago := riskMonths; ago >= 1; ago-- {
		var e thing
		if err := clerk.call(ctx, http.MethodPost, "/risk-map/editions", map[string]any{"month": this.AddDate(0, -ago, 0).Format("2006-01")}, &e); err != nil {
			return err
		}
		if err := leader.do(ctx, "risk-map/editions", e, "sign", map[string]any{"text": "同意。"}); err != nil {
			return err
		}
		if err := p.follow(ctx, ago); err != nil {
			return err
		}
	}
	return nil
}

// figures are a unit's figures of a month. Most units get a little better from
// year to year; the first has done worse for four months, the fourth has more
// complaints of late.
func figures(unit string, n int, month time.Time, ago int) map[string]any {
	noise := func(what string, span int) int { return int(draw(unit+what+month.Format("2006-01")) % uint64(span)) }
	share := 9550 - noise("water", 300)
	index := 310 + int(draw(unit)%40) + noise("air", 9) + ago/8
	complaints := 40 + int(draw(unit+"c")%60)
	complaints += complaints*ago/300 - noise("complaints", 4)
	exceeded := noise("exceed", 4)
	switch {
	case n == 0 && ago <= 4:
		share -= 620
		complaints = complaints*9/8 + 4
		exceeded = 6 - ago
	case n == 3 && ago <= 3:
		complaints = complaints*103/100 + 6
	}
	out := map[string]any{"water": fixed(share), "air": fixed(index * 100), "complaints": complaints}
	if ago <= riskMonths+2 {
		out["exceedances"] = exceeded
	}
	return out
}

// fixed is ten-thousandths as a JSON number.
type fixed int

// MarshalJSON writes 9550 as 0.9550.
func (f fixed) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%d.%04d", f/1e4, f%1e4), nil }

// happenings are what was brought up from above, and a sudden event.
func (p *past) happenings(ctx context.Context, this time.Time) error {
	units := p.app.Place().Units
	last, earlier := this.AddDate(0, -1, 8).Format(time.DateOnly), this.AddDate(0, -2, 14).Format(time.DateOnly)
	for _, x := range []map[string]any{
		{"area": units[0].Code, "kind": "discovery", "level": "provincial", "what": "circular", "date": last, "title": "（演示）河道长期受纳印染废水未被发现", "document": "（演示）省督察通报第 9 号"},
		{"area": units[min(1, len(units)-1)].Code, "kind": "discovery", "level": "provincial", "what": "media", "self_found": true, "date": last, "title": "（演示）工业固废露天堆放，曝光前已立案查处", "document": "（演示）省级媒体报道"},
		{"area": units[min(3, len(units)-1)].Code, "kind": "event", "grade": "较大", "date": earlier, "title": "（演示）危险化学品运输车侧翻，泄漏进入河道", "document": "（演示）突发环境事件专报第 3 号"},
	} {
		if err := p.staff["clerk"].call(ctx, http.MethodPost, "/risk-map/items", x, nil); err != nil {
			return err
		}
	}
	return nil
}
