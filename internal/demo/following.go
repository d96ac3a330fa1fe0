package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
)

// riskTask is what the cast needs to know of a follow-up.
type riskTask struct {
	thing
	Kind   string `json:"kind"`
	Effect string `json:"effect"`
	Helped int    `json:"helped"`
}

// follow moves the follow-ups of units that are not green by a month: what a
// later month has been compared with is verified, what was answered is reported,
// what is new is answered. Of the newest month, one is left unanswered.
func (p *past) follow(ctx context.Context, ago int) error {
	var page struct {
		Items []riskTask `json:"items"`
	}
	if err := p.staff["clerk"].call(ctx, http.MethodGet, "/risk-map/tasks?limit=200&state=open,working,reported", nil, &page); err != nil {
		return err
	}
	today := p.now.In(beijing).Format(time.DateOnly)
	for _, t := range page.Items {
		who, verb := p.answers(t.Area), flow.Verb("")
		var form map[string]any
		switch {
		case t.State == "reported" && t.Effect == "better":
			who, verb, form = p.staff["reviewer"], "accept", map[string]any{"outcome": "effective", "text": "（演示）与上月比较警示减少，措施已经落实，同意办结。"}
		case t.State == "reported" && t.Effect != "" && ago > 2:
			who, verb, form = p.staff["reviewer"], "accept", map[string]any{"outcome": "partly", "text": "（演示）措施已经落实，警示没有减少，转入下月继续跟踪。"}
		case t.State == "working" && t.Kind == "help" && t.Helped == 0:
			who, verb, form = p.staff["reviewer"], "visit", map[string]any{"on": today, "team": "（演示）市生态环境局水处、监测中心", "text": "（演示）现场查看雨污管网和两处断面，建议先封堵三处混接点，再安排清淤。"}
		case t.State == "working" && ago > 1:
			verb, form = "report", map[string]any{"text": "（演示）混接点已封堵两处，沿河企业逐家核查完毕，投诉件全部回访。"}
		case t.State == "open" && (ago > 1 || t.Kind == "help" || t.Area == p.app.Place().Units[0].Code):
			verb, form = "answer", map[string]any{"cause": "（演示）雨污混接、个别企业夜间排放，信访件集中在两处工地。", "measures": "（演示）排查封堵混接点，沿河企业逐家核查，投诉件逐件回访。",
				"person": fmt.Sprintf("（演示）%s　分管副职", who.Name), "until": p.now.In(beijing).AddDate(0, 0, 14).Format(time.DateOnly)}
		}
		if verb == "" {
			continue
		}
		if err := who.do(ctx, "risk-map/tasks", t.thing, verb, form); err != nil {
			return err
		}
	}
	return nil
}

// answers is the unit's own liaison, or the desk of the whole.
func (p *past) answers(unit string) *person {
	for _, m := range p.staff {
		if m.Area == unit && m.Agency != "" {
			return m
		}
	}
	return p.staff["clerk"]
}
