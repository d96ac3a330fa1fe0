package mark

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
)

// Hour is what an official hour says of one factor, as far as marks care.
type Hour struct {
	Factor  string
	At      time.Time
	Flag    string
	Valid   bool
	Exceeds bool     // its number, valid or not, is beyond the limit of the hour
	Value   *float64 // measured
}

// Doubt is a fact that makes a mark look doubtful. It proves nothing.
type Doubt struct {
	ID    string
	Title string
	Text  string
}

// Evidence is what doubts are found in: the hours from a day before the mark to a
// day after it, and the other marks of the outlet in the month before and in the
// year.
type Evidence struct {
	Hours  []Hour
	Others []Mark
	Flow   string // factor of flow
	Oxygen string // factor of oxygen; "" for water
}

// What counts as running: oxygen below, flow above a share of its usual.
const (
	burningOxygen = 19.0
	runningFlow   = 0.05
	nightsAlike   = 3
)

// Doubts finds them all.
func Doubts(m Mark, e Evidence) []Doubt {
	out := []Doubt{}
	for _, f := range []func(Mark, Evidence) (Doubt, bool){coversExceedance, stoppedButRunning, sameEveryNight, beyondQuota, withoutOrder} {
		if d, ok := f(m, e); ok {
			out = append(out, d)
		}
	}
	return out
}

func (m Mark) holds(h Hour) bool {
	return m.Covers(h.Factor) && m.Overlap(h.At, h.At.Add(time.Hour)) > 0
}

// coversExceedance: the mark was set after hours beyond the limit and covers all
// of them and little more.
func coversExceedance(m Mark, e Evidence) (Doubt, bool) {
	in, around := 0, 0
	var last time.Time
	for _, h := range e.Hours {
		switch {
		case !h.Exceeds || !m.Covers(h.Factor):
		case m.holds(h):
			in++
			if h.At.After(last) {
				last = h.At
			}
		case m.Overlap(h.At.Add(-6*time.Hour), h.At.Add(7*time.Hour)) > 0:
			around++
		}
	}
	length := int((m.Until.Sub(m.From) + time.Hour - 1) / time.Hour)
	if in == 0 || around > 0 || m.CreatedAt.Before(last.Add(time.Hour)) || length > 2*in+2 {
		return Doubt{}, false
	}
	return Doubt{"covers_exceedance", "超标之后标记，恰好覆盖超标时段",
		fmt.Sprintf("标记于 %s，在超标之后；%d 个超标小时值都在标记时段内，前后没有", m.CreatedAt.In(beijing).Format("01-02 15:04"), in)}, true
}

// stoppedButRunning: marked as stopped while flow or oxygen say that it ran.
func stoppedButRunning(m Mark, e Evidence) (Doubt, bool) {
	if m.Effect != Stopped {
		return Doubt{}, false
	}
	usual, n, flows, burns := 0.0, 0, 0, 0
	for _, h := range e.Hours {
		if h.Factor == e.Flow && h.Value != nil && !m.holds(h) {
			usual, n = usual+*h.Value, n+1
		}
	}
	for _, h := range e.Hours {
		if h.Value == nil || m.Overlap(h.At, h.At.Add(time.Hour)) < time.Hour {
			continue
		}
		if h.Factor == e.Flow && n > 0 && usual > 0 && *h.Value > runningFlow*usual/float64(n) {
			flows++
		}
		if e.Oxygen != "" && h.Factor == e.Oxygen && *h.Value < burningOxygen {
			burns++
		}
	}
	if flows+burns == 0 {
		return Doubt{}, false
	}
	return Doubt{"stopped_but_running", "标记停运，数据显示仍在运行", fmt.Sprintf("时段内流量高于平时 5%% 的有 %d 小时，含氧量低于 19%% 的有 %d 小时", flows, burns)}, true
}

// sameEveryNight: the same kind at about the same time on several days before.
func sameEveryNight(m Mark, e Evidence) (Doubt, bool) {
	n := 0
	for _, o := range e.Others {
		back := m.From.Sub(o.From)
		if o.ID == m.ID || o.Kind != m.Kind || back <= 0 || back > 10*24*time.Hour {
			continue
		}
		if off := back % (24 * time.Hour); off <= time.Hour || off >= 23*time.Hour {
			n++
		}
	}
	if h := m.From.In(beijing).Hour(); n < nightsAlike || h >= 6 && h < 20 {
		return Doubt{}, false
	}
	return Doubt{"same_every_night", "连日在夜间同一时刻标记", fmt.Sprintf("此前 10 日内，同一时刻前后有 %d 次相同的标记", n)}, true
}

// beyondQuota: the year's budget of the kind is used up.
func beyondQuota(m Mark, e Evidence) (Doubt, bool) {
	for _, t := range tables {
		k, ok := t.Kind(m.Kind)
		q, has := t.Quota(k.Quota)
		if t.ID != m.Rules || !ok || !has {
			continue
		}
		all := m.Until.Sub(m.From)
		for _, o := range e.Others {
			if o.ID != m.ID {
				all += used(t, q.ID, m.From, []Mark{o})
			}
		}
		if all > time.Duration(q.Hours)*time.Hour {
			return Doubt{"beyond_quota", "超过年度时限", fmt.Sprintf("本年%s共 %s，时限 %d 小时", q.Title, hours(all), q.Hours)}, true
		}
	}
	return Doubt{}, false
}

// withoutOrder: work on the monitor leaves a work order or a document.
func withoutOrder(m Mark, _ Evidence) (Doubt, bool) {
	if m.Family != Monitor || m.WorkOrder != "" || m.Documents > 0 {
		return Doubt{}, false
	}
	return Doubt{"without_order", "没有工单或证明材料", "监测设备的维护、校准、故障处理应有运维工单"}, true
}

// doubts gathers the evidence of a mark.
func (s *Service) doubts(ctx context.Context, tx *db.Tx, m Mark) ([]Doubt, error) {
	y := m.From.In(beijing).Year()
	from := time.Date(y, 1, 1, 0, 0, 0, 0, beijing)
	if month := m.From.AddDate(0, -1, 0); month.Before(from) {
		from = month
	}
	others, err := InForceAt(ctx, tx, []string{m.OutletID}, from, m.Until.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	e := Evidence{Others: others, Flow: flowOf(m.OutletKind), Oxygen: oxygenOf(m.OutletKind)}
	e.Hours, err = s.values.Hours(ctx, tx, m.OutletID, m.From.Truncate(time.Hour).Add(-24*time.Hour), m.Until.Add(24*time.Hour))
	return Doubts(m, e), err
}

func flowOf(k enterprise.Kind) string {
	if k == enterprise.Gas {
		return factor.GasFlow
	}
	return factor.WaterFlow
}

func oxygenOf(k enterprise.Kind) string {
	if k == enterprise.Gas {
		return factor.Oxygen
	}
	return ""
}
