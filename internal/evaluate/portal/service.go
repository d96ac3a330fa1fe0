package portal

import (
	"context"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/official"
	"github.com/qingshao/qingshao/internal/rule"
)

// Live knows what every outlet reads now, what came of its hours, and what left.
type Live interface {
	Current(outletID string) telemetry.Current
	Rates(ctx context.Context, p auth.Policy, actor auth.Actor, q telemetry.RateQuery) ([]telemetry.OutletRates, error)
	Emission(ctx context.Context, p auth.Policy, actor auth.Actor, outletID, code string, at time.Time) (telemetry.Emission, error)
	OfficialPolicy() official.Policy
}

// Deps is what the service works with.
type Deps struct {
	DB    *db.DB
	Auth  auth.Policy
	Live  Live
	Rules *rule.Service
	// More are parts of the program that have something waiting for an enterprise.
	More []Source
}

// Source tells what waits for an enterprise in another part of the program.
type Source func(ctx context.Context, tx *db.Tx, e enterprise.Enterprise) ([]Item, error)

// Service draws the desks.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// beijing is the zone in which days and months begin.
var beijing = time.FixedZone("CST", 8*3600)

// fewItems bounds what one kind brings to the desk.
const fewItems = 50

// own opens the enterprise within the reader's reach; an empty id is the
// reader's own.
func (s *Service) own(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (enterprise.Enterprise, error) {
	if id == "" {
		id = actor.Enterprise
	}
	if id == "" {
		return enterprise.Enterprise{}, fault.Forbiddenf("企业工作台只供企业环保负责人使用；如需使用，请联系安全管理员将账号关联到企业")
	}
	e, err := enterprise.ByID(ctx, tx, id)
	if err == nil && !s.Auth.Can(actor, auth.PortalRead, e.Scope()) {
		err = fault.NotFoundf("没有这家企业，可能已被移出或不在您的管辖范围内")
	}
	return e, err
}

// Read draws the desk of an enterprise, the reader's own when id is empty.
func (s *Service) Read(ctx context.Context, actor auth.Actor, id string) (d Desk, err error) {
	var outlets []enterprise.Outlet
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if d.Enterprise, err = s.own(ctx, tx, actor, id); err != nil {
			return err
		}
		d.AsOf = tx.Now
		b := tx.Now.In(beijing)
		midnight := time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, beijing)
		d.Today = Stretch{From: midnight, To: midnight.AddDate(0, 0, 1)}
		d.Month = Stretch{From: midnight.AddDate(0, 0, 1-b.Day()), To: d.Today.To}
		if outlets, err = enterprise.OutletsOf(ctx, tx, d.Enterprise.ID); err != nil {
			return err
		}
		if d.Items, err = s.items(ctx, tx, d.Enterprise, outlets); err != nil {
			return err
		}
		return s.broken(ctx, tx, &d, outlets)
	})
	if err != nil {
		return d, err
	}
	alarms, err := s.alarms(ctx, actor, d.Enterprise.ID)
	if err != nil {
		return d, err
	}
	rates, err := s.rates(ctx, actor, &d)
	d.Items = sorted(append(append(d.Items, alarms...), rates...))
	return d, err
}

// items gathers what lies in the tables.
func (s *Service) items(ctx context.Context, tx *db.Tx, e enterprise.Enterprise, outlets []enterprise.Outlet) (out []Item, err error) {
	if len(outlets) == 0 {
		return s.more(ctx, tx, e, nil)
	}
	ids := make([]string, len(outlets))
	for i, o := range outlets {
		ids[i] = o.ID
	}
	// A document is due in the month after the mark began: older ones are over.
	marks, err := mark.InForceAt(ctx, tx, ids, tx.Now.AddDate(0, -3, 0), tx.Now.AddDate(0, 4, 0))
	if err != nil {
		return nil, err
	}
	still := map[string]bool{}
	for _, m := range marks {
		if m.Effect == mark.Stopped && !m.From.After(tx.Now) && m.Until.After(tx.Now) {
			still[m.OutletID] = true
		}
		if !m.ProofDue.IsZero() && m.Documents == 0 {
			out = append(out, Item{Kind: Proof, ID: string(m.ID), Number: m.Number, Title: fmt.Sprintf("%s：%s", m.OutletName, m.Title()),
				Text: m.Reason, Do: "上传停运报告、维修工单等证明材料；逾期标记将被撤销，时段内的数据恢复为未标记", DueAt: m.ProofDue, Link: "/marks/" + string(m.ID)})
		}
	}
	with, err := equipped(ctx, tx, e.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range outlets {
		c := s.Live.Current(o.ID)
		if !with[o.ID] || still[o.ID] || c.Online(tx.Now) {
			continue
		}
		text := "数采仪从未上报数据"
		if !c.LastAt.IsZero() {
			text = "最近一次收到数据：" + c.LastAt.In(beijing).Format("01-02 15:04")
		}
		out = append(out, Item{Kind: Offline, ID: o.ID, Title: o.Name, Text: text, Do: "检查数采仪电源、网络和物联卡，联系运维单位恢复联网；停产的请标记停运", Link: "/outlets/" + o.ID})
	}
	lost, err := missing(ctx, tx, e.ID, tx.Now.AddDate(0, 0, -7))
	if err != nil {
		return nil, err
	}
	for _, o := range outlets {
		if n := lost[o.ID]; n > 0 {
			out = append(out, Item{Kind: Missing, ID: o.ID, Title: o.Name, Text: fmt.Sprintf("近 7 日有 %d 段数据缺失，平台未能补取", n),
				Do: "在数采仪上查找并补传；确实无法补传的，如实标记原因", Link: "/outlets/" + o.ID})
		}
	}
	return s.more(ctx, tx, e, out)
}

func (s *Service) more(ctx context.Context, tx *db.Tx, e enterprise.Enterprise, out []Item) ([]Item, error) {
	for _, f := range s.More {
		list, err := f(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// alarms are those that the enterprise has not explained, and the first signs.
func (s *Service) alarms(ctx context.Context, actor auth.Actor, enterpriseID string) (out []Item, err error) {
	var open []string
	for _, st := range rule.Machine.Open() {
		open = append(open, string(st))
	}
	page, err := s.Rules.List(ctx, actor, rule.Query{States: open, EnterpriseID: enterpriseID, Limit: fewItems,
		Explained: []string{"", string(rule.ExplanationRejected)}})
	if err != nil || len(page.Items) == 0 {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		for _, a := range page.Items {
			i := Item{Kind: Unsaid, ID: string(a.ID), Number: a.Number, Title: a.OutletName + "：" + factor.Name(a.Factor) + " " + a.Level.Title(), Text: a.Summary,
				Do: "查明原因，写明已采取的措施并附证明材料", Link: "/alarms/" + string(a.ID)}
			switch {
			case a.Level == rule.Notice:
				i.Kind, i.Do = Hint, "尚未构成超标。趁早查看治理设施和监测设备，多数情况可以避免超标；无需答复"
			case a.Explained == rule.ExplanationRejected:
				i.Kind, i.Do = Rejected, "看清退回的理由，补充材料后重新说明"
			}
			if i.Kind != Hint {
				if i.DueAt, err = s.Rules.WordDue(ctx, tx, a); err != nil {
					return err
				}
			}
			out = append(out, i)
		}
		return nil
	})
	return out, err
}

// rates counts the hours of the month and of today, and names the outlets below
// what is asked for.
func (s *Service) rates(ctx context.Context, actor auth.Actor, d *Desk) (out []Item, err error) {
	d.Rates = s.Live.OfficialPolicy()
	d.Target = d.Rates.Target
	list, err := s.Live.Rates(ctx, s.Auth, actor, telemetry.RateQuery{EnterpriseID: d.Enterprise.ID, From: d.Month.From, To: d.Month.To})
	if err != nil {
		return nil, err
	}
	today := int(d.Today.From.Sub(d.Month.From) / (24 * time.Hour))
	for _, x := range list {
		d.Month.Tally = d.Month.Tally.Add(x.Tally)
		for _, f := range x.Factors {
			if today < len(f.Days) {
				d.Today.Tally = d.Today.Tally.Add(f.Days[today].Tally())
			}
		}
		if r, ok := x.Tally.Rates(d.Rates); ok && r.Effective.Float64() < float64(d.Target) {
			out = append(out, Item{Kind: Rate, ID: x.OutletID, Title: x.OutletName, Text: fmt.Sprintf("本月传输有效率 %s%%，要求不低于 %d%%", r.Effective, d.Target),
				Do: "补传缺失的数据，尽快恢复设备；停运、维护的时段请及时标记", Link: "/rates?enterprise_id=" + d.Enterprise.ID})
		}
	}
	return out, nil
}

// broken counts the official hours beyond their limits and the alarms of the
// month and of today.
func (s *Service) broken(ctx context.Context, tx *db.Tx, d *Desk, outlets []enterprise.Outlet) error {
	for _, o := range outlets {
		limits, err := enterprise.LimitsOf(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if len(limits) == 0 {
			continue
		}
		hours, err := telemetry.PeriodsOf(ctx, tx, telemetry.Hour, o.ID, d.Month.From, d.Month.To)
		if err != nil {
			return err
		}
		over := map[int64]bool{}
		for _, h := range hours {
			n, ok := h.Judged()
			l, has := enterprise.LimitAt(limits, h.Factor, enterprise.Hour, h.At)
			if ok && has && h.Valid() && (l.Upper != nil && n.Cmp(*l.Upper) > 0 || l.Lower != nil && n.Cmp(*l.Lower) < 0) && !over[h.At.Unix()] {
				over[h.At.Unix()] = true
				d.Month.Exceeded++
				if !h.At.Before(d.Today.From) {
					d.Today.Exceeded++
				}
			}
		}
	}
	var err error
	if d.Month.Alarms, err = begun(ctx, tx, d.Enterprise.ID, d.Month.From); err != nil {
		return err
	}
	d.Today.Alarms, err = begun(ctx, tx, d.Enterprise.ID, d.Today.From)
	return err
}
