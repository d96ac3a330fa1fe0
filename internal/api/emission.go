package api

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/official"
)

// EmissionSum is what left in some hours.
type EmissionSum struct {
	Due      int    `json:"due" doc:"应有小时"`
	Stopped  int    `json:"stopped" doc:"停运小时，不计应有"`
	Valid    int    `json:"valid" doc:"有效小时"`
	Filled   int    `json:"filled" doc:"按规则替代的小时"`
	Open     int    `json:"open" doc:"缺失且没有规则可替代的小时"`
	Kg       Number `json:"kg" doc:"有效小时的排放量"`
	FilledKg Number `json:"filled_kg" doc:"替代的排放量"`
}

// EmissionMonth is one month, with the statistics of its valid days.
type EmissionMonth struct {
	Month string `json:"month"`
	EmissionSum
	Days int     `json:"days" doc:"有效日数"`
	Mean *Number `json:"mean,omitempty" doc:"有效日均值的平均"`
	Max  *Number `json:"max,omitempty"`
	P95  *Number `json:"p95,omitempty" doc:"有效日均值的第 95 百分位数"`
}

// LostRun is a run of lost hours.
type LostRun struct {
	From   string `json:"from"`
	Until  string `json:"until"`
	Hours  int    `json:"hours"`
	Kg     Number `json:"kg" doc:"整段替代的排放量"`
	Method string `json:"method" doc:"替代办法；空为没有规则可替代"`
}

// SubstituteRules is one version of the rules of substitution.
type SubstituteRules struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	ValidFrom string   `json:"valid_from"`
	Certainty string   `json:"certainty"`
	Source    string   `json:"source"`
	Judge     []string `json:"judge" nullable:"false"`
}

// EmissionView is what left through an outlet in a quarter.
type EmissionView struct {
	Quarter string          `json:"quarter"`
	From    string          `json:"from"`
	To      string          `json:"to" doc:"不含"`
	Capture *Number         `json:"capture,omitempty" doc:"有效数据捕集率（%）"`
	Total   EmissionSum     `json:"total"`
	Months  []EmissionMonth `json:"months" nullable:"false"`
	Runs    []LostRun       `json:"runs" nullable:"false" doc:"缺失的时段，最近的在前"`
	Rules   SubstituteRules `json:"rules"`
}

func substituteRules(x official.Substitutes) SubstituteRules {
	return SubstituteRules{x.ID, x.Title, when(x.ValidFrom), x.Certainty, x.Source, append([]string{}, x.Judge...)}
}

func emissionSum(s telemetry.EmissionSum) EmissionSum {
	return EmissionSum{s.Due, s.Stopped, s.Valid, s.Filled, s.Open, Number{s.Kg}, Number{s.FilledKg}}
}

var quarterForm = regexp.MustCompile(`^(20\d\d)Q([1-4])$`)

func (r officials) emission(ctx context.Context, in *struct {
	ByID
	Factor  string `query:"factor" required:"true" maxLength:"20"`
	Quarter string `query:"quarter" maxLength:"6" doc:"例如 2026Q4；空为本季度"`
}) (out EmissionView, err error) {
	at := r.digest.Now()
	if in.Quarter != "" {
		m := quarterForm.FindStringSubmatch(in.Quarter)
		if m == nil {
			return out, fault.Invalidf("季度格式有误").With("quarter", "应形如 2026Q4")
		}
		y, _ := strconv.Atoi(m[1]) //nolint:errcheck // digits
		q, _ := strconv.Atoi(m[2]) //nolint:errcheck // digits
		at = time.Date(y, time.Month(q*3-2), 1, 0, 0, 0, 0, beijing)
	}
	e, err := r.digest.Emission(ctx, r.policy, actor(ctx), in.ID, in.Factor, at)
	if err != nil {
		return out, err
	}
	out = EmissionView{Quarter: fmt.Sprintf("%dQ%d", e.From.Year(), (e.From.Month()+2)/3), From: day(e.From), To: day(e.To), Total: emissionSum(e.Sum),
		Months: []EmissionMonth{}, Runs: []LostRun{}, Rules: substituteRules(e.Rules)}
	if c, ok := e.Capture(); ok {
		out.Capture = &Number{c}
	}
	for _, m := range e.Months {
		out.Months = append(out.Months, EmissionMonth{m.Month.Format("2006-01"), emissionSum(m.EmissionSum), m.Days, number(m.Mean), number(m.Max), number(m.P95)})
	}
	for i := len(e.Runs) - 1; i >= 0; i-- {
		x := e.Runs[i]
		out.Runs = append(out.Runs, LostRun{when(x.From), when(x.Until), x.Hours, Number{x.Kg}, x.Method})
	}
	return out, nil
}
