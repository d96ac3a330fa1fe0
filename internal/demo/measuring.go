package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// measured is a thing with what the cast needs of a measure and of its alarm.
type measured struct {
	thing
	EnterpriseID string `json:"enterprise_id"`
	Level        string `json:"level"`
	Measures     []struct {
		ID string `json:"id"`
	} `json:"measures"`
}

// course is what the bureau does about one alarm of the demo, and how far it goes.
type course struct {
	begin  flow.Verb
	steps  []flow.Verb // of the measure, by whoever's turn it is
	result string      // of a check
}

// The courses that are taken one after the other as alarms come in the last fortnight,
// the first of them long enough ago that its clock has run out, and those of today.
var (
	fortnight = []course{
		{"warn", nil, ""}, // never answered: overdue, and up to the city
		{"warn", []flow.Verb{"answer", "approve"}, ""},
		{"inspect", []flow.Verb{"report"}, "true"},
		{"supervise", nil, ""},
		{"inspect", []flow.Verb{"report"}, "false"},
		{"warn", []flow.Verb{"answer", "sendback", "answer"}, ""},
	}
	today = []course{{"warn", nil, ""}, {"inspect", nil, ""}, {"warn", []flow.Verb{"answer"}, ""}}
)

// measure lets the bureau answer an alarm as the course says; false when no alarm asks
// for it.
func (p *past) measure(ctx context.Context, c course) (bool, error) {
	a, ok, err := p.unmeasured(ctx, c.begin)
	if err != nil || !ok {
		return false, err
	}
	p.measured[a.EnterpriseID] = true
	who, form := p.staff["duty"], map[string]any{"text": "请立即查明原因，采取措施，并如实答复。"}
	switch c.begin {
	case "inspect":
		form = map[string]any{"text": "核对在线数据与治理设施运行情况，取样封存。", "person": p.staff["inspector"].id}
	case "supervise":
		who, form = p.staff["leader"], map[string]any{"text": "两个月内多次超标，整改不到位。"}
	}
	if err := who.do(ctx, "alarms", a.thing, c.begin, form); err != nil {
		return false, err
	}
	for _, v := range c.steps {
		if err := p.measureStep(ctx, a, v, c.result); err != nil {
			return false, err
		}
	}
	return true, p.app.Settle(ctx)
}

// unmeasured finds an alarm that has no measure yet and for which the verb may be done,
// of an enterprise without one where there is any. Key supervision may look at what is
// over, too.
func (p *past) unmeasured(ctx context.Context, verb flow.Verb) (found measured, ok bool, err error) {
	who := p.staff["duty"]
	q := url.Values{"limit": {"60"}, "level": {"suspect,exceed,grave"}, "state": {"notified,acknowledged,handled"}}
	if verb == "supervise" {
		who = p.staff["leader"]
		q.Del("state")
	}
	var page struct {
		Items []measured `json:"items"`
	}
	if err := who.call(ctx, http.MethodGet, "/alarms?"+q.Encode(), nil, &page); err != nil {
		return found, false, err
	}
	for _, again := range []bool{false, true} {
		for _, x := range page.Items {
			if p.measured[x.EnterpriseID] != again {
				continue
			}
			var f measured
			if err := who.call(ctx, http.MethodGet, "/alarms/"+x.ID, nil, &f); err != nil {
				return found, false, err
			}
			if len(f.Measures) == 0 && slices.ContainsFunc(f.Actions, func(a flow.Action) bool { return a.Verb == verb && a.Allowed }) {
				return f, true, nil
			}
		}
	}
	return found, false, nil
}

func (p *past) measureStep(ctx context.Context, a measured, v flow.Verb, result string) error {
	var f measured
	if err := p.staff["duty"].call(ctx, http.MethodGet, "/alarms/"+a.ID, nil, &f); err != nil {
		return err
	}
	var m thing
	who, form := p.staff["duty"], map[string]any{"text": "答复属实，同意。"}
	switch v {
	case "answer":
		boss, err := p.manager(ctx, a.EnterpriseID, a.Area)
		if err != nil {
			return err
		}
		who, form = boss, map[string]any{"text": "经查，吸收塔循环泵跳闸约 40 分钟，已切换备用泵，数据已恢复；维修工单附后。"}
	case "sendback":
		form = map[string]any{"text": "没有附维修工单，请补充后重新答复。"}
	case "report":
		who = p.staff["inspector"]
		file, err := who.upload(ctx, "现场照片.png", picture(a.Number))
		if err != nil {
			return err
		}
		form = map[string]any{"result": result, "text": "上午十时到场，企业环保负责人在场；查看治理设施、在线监测站房和台账。", "place": "120.652310,28.014870（误差 12 米，10:05）", "files": []string{file}}
	}
	if err := who.call(ctx, http.MethodGet, "/measures/"+f.Measures[0].ID, nil, &m); err != nil {
		return err
	}
	if err := who.do(ctx, "measures", m, v, form); err != nil {
		return err
	}
	return p.app.Settle(ctx)
}

// manager is the environment manager of an enterprise: the cast's own, or one who
// only appears in the past.
func (p *past) manager(ctx context.Context, enterprise, area string) (*person, error) {
	if own := p.staff["enterprise"]; own.Enterprise == enterprise {
		return own, nil
	}
	login := "firm-" + enterprise[len(enterprise)-8:]
	if p.staff[login] == nil {
		m := member{login, "企业环保负责人（演示）", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Area: area, Enterprise: enterprise}}
		if err := p.enter(ctx, m); err != nil {
			return nil, err
		}
	}
	return p.staff[login], nil
}

// measures takes the next course at an office hour of the last fortnight.
func (p *past) measures(ctx context.Context, at time.Time) error {
	if len(p.courses) == 0 || p.now.Sub(at) > 14*24*time.Hour {
		return nil
	}
	done, err := p.measure(ctx, p.courses[0])
	if done {
		p.courses = p.courses[1:]
	}
	return err
}

// measuresToday takes what begins today and whatever no alarm has asked for before.
func (p *past) measuresToday(ctx context.Context) error {
	for _, c := range append(slices.Clone(today), p.courses...) {
		if _, err := p.measure(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// explain lets enterprises say what was behind their alarms, some of them in time, and
// the duty room look at what they said.
func (p *past) explain(ctx context.Context) error {
	duty := p.staff["duty"]
	for _, x := range []struct {
		stage string
		act   func(a measured) (*person, flow.Verb, map[string]any, error)
	}{
		{"given", func(a measured) (*person, flow.Verb, map[string]any, error) {
			switch n := draw(a.Number+"reviewed") % 10; {
			case draw(a.Number+p.clock.now().String())%3 == 0:
				return nil, "", nil, nil // not this hour
			case n < 7:
				return duty, "accept", map[string]any{"text": "与工况记录一致，采纳。"}, nil
			case n < 9 && a.times("reject") == 0:
				return duty, "reject", map[string]any{"text": "没有附维修工单和校准记录，请补充。"}, nil
			}
			return nil, "", nil, nil
		}},
		{"none,rejected", func(a measured) (*person, flow.Verb, map[string]any, error) {
			if draw(fmt.Sprint(a.Number, "explain", p.office.hour))%100 >= 40 || draw(a.Number+"silent")%4 == 0 {
				return nil, "", nil, nil
			}
			boss, err := p.manager(ctx, a.EnterpriseID, a.Area)
			cause := []string{"discharge", "fluctuation", "instrument", "maintenance"}[draw(a.Number+"cause")%4]
			return boss, "explain", map[string]any{"cause": cause, "text": explanations[cause]}, err
		}},
	} {
		q := url.Values{"limit": {"40"}, "level": {"suspect,exceed,grave"}, "explained": {x.stage}, "state": {"notified,acknowledged,handled"}}
		var page struct {
			Items []measured `json:"items"`
		}
		if err := duty.call(ctx, http.MethodGet, "/alarms?"+q.Encode(), nil, &page); err != nil {
			return err
		}
		for _, a := range page.Items {
			who, verb, form, err := x.act(a)
			if err != nil {
				return err
			}
			if who == nil {
				continue
			}
			var f measured
			if err := who.call(ctx, http.MethodGet, "/alarms/"+a.ID, nil, &f); err != nil {
				return err
			}
			if !slices.ContainsFunc(f.Actions, func(a flow.Action) bool { return a.Verb == verb && a.Allowed }) {
				continue
			}
			if err := who.do(ctx, "alarms", f.thing, verb, form); err != nil {
				return err
			}
		}
	}
	return nil
}

// explanations are what enterprises write, by cause.
var explanations = map[string]string{
	"discharge":   "脱硫循环泵跳闸，备用泵切换用时约 40 分钟，期间超标；已检修并加密巡检。",
	"fluctuation": "当日启炉升温，负荷低、含氧量高，折算浓度偏高；启炉记录附后。",
	"instrument":  "分析仪采样管路堵塞，已反吹并更换滤芯，恢复后比对合格。",
	"maintenance": "运维单位按计划校准零点与跨度，忘记标记；已补打标记。",
}
