package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
)

// Describe tells what notices of alarms are about, for templates of messages.
func (s *Service) Describe() notify.Describer {
	return notify.Describer{Title: Machine.Title,
		Variables: []notify.Variable{{Name: "企业", Meant: "企业名称", Sample: "演示热电厂"}, {Name: "监控点", Meant: "排放口名称", Sample: "1 号锅炉烟囱"}, {Name: "因子", Meant: "监测因子", Sample: "二氧化硫"},
			{Name: "级别", Meant: "早期提醒、疑似异常、超标、严重超标", Sample: "超标"}, {Name: "监测值", Meant: "最近一次的值，含单位；没有则空", Sample: "70 mg/m³"},
			{Name: "限值", Meant: "执行的限值，含单位；没有则空", Sample: "50 mg/m³"}, {Name: "编号", Meant: "预警编号", Sample: "WZ-Y-2026-000001"},
			{Name: "规则", Meant: "规则名称", Sample: "废气小时均值超标"}, {Name: "开始时间", Meant: "情形的开始", Sample: "11-25 13:00"}, {Name: "重点级", Meant: "“重点级”，不是的为空", Sample: "重点级"}},
		Of: func(ctx context.Context, tx *db.Tx, subject string) (map[string]string, error) {
			a, err := findAlarm(ctx, tx, ID(subject))
			if db.IsMissing(err) {
				return nil, nil
			}
			return s.variables(a), err
		},
		Newest: func(ctx context.Context, actor auth.Actor) (string, string, string, error) {
			if !s.policy.Anywhere(actor, auth.AlarmRead) {
				return "", "", "", nil
			}
			page, err := s.List(ctx, actor, Query{Limit: 1})
			if err != nil || len(page.Items) == 0 {
				return "", "", "", err
			}
			a := page.Items[0]
			return string(a.ID), a.Level.Title() + "：" + a.EnterpriseName + " " + a.OutletName, a.Summary, nil
		}}
}

// variables are the variables of one alarm.
func (s *Service) variables(a Alarm) map[string]string {
	r, _ := s.Rule(a.Rule)
	f, _ := factor.ByCode(a.Factor)
	out := map[string]string{"企业": a.EnterpriseName, "监控点": a.OutletName, "因子": factor.Name(a.Factor), "级别": a.Level.Title(), "监测值": "", "限值": "",
		"编号": a.Number, "规则": r.Title, "开始时间": a.StartedAt.In(beijing).Format("01-02 15:04"), "重点级": ""}
	if a.Limit.Mantissa != 0 {
		unit := ""
		if f.Unit != "" && f.Unit != "-" {
			unit = " " + f.Unit
		}
		out["监测值"], out["限值"] = a.Value.String()+unit, a.Limit.String()+unit
	}
	if a.Key() {
		out["重点级"] = "重点级"
	}
	return out
}

// DescribeMeasure tells what notices of one kind of measure are about.
func (s *Service) DescribeMeasure(m *flow.Machine) notify.Describer {
	return notify.Describer{Title: m.Title,
		Variables: []notify.Variable{{Name: "企业", Meant: "企业名称", Sample: "演示热电厂"}, {Name: "监控点", Meant: "排放口名称", Sample: "1 号锅炉烟囱"},
			{Name: "编号", Meant: "措施编号", Sample: "WZ-YC-2026-000001"}, {Name: "预警编号", Meant: "由哪条预警引起", Sample: "WZ-Y-2026-000001"}, {Name: "时限", Meant: "时限，或督办的截止日", Sample: "11-27 23:59"}},
		Of: func(ctx context.Context, tx *db.Tx, subject string) (map[string]string, error) {
			x, err := findMeasure(ctx, tx, MeasureID(subject))
			if db.IsMissing(err) {
				return nil, nil
			}
			return map[string]string{"企业": x.EnterpriseName, "监控点": x.OutletName, "编号": x.Number, "预警编号": x.AlarmNumber, "时限": x.DueAt.In(beijing).Format("01-02 15:04")}, err
		},
		Newest: func(ctx context.Context, actor auth.Actor) (string, string, string, error) {
			if !s.policy.Anywhere(actor, auth.AlarmRead) {
				return "", "", "", nil
			}
			page, err := s.Measures(ctx, actor, MeasureQuery{Kinds: []string{m.Kind}, Limit: 1})
			if err != nil || len(page.Items) == 0 {
				return "", "", "", err
			}
			x := page.Items[0]
			return string(x.ID), m.Title + "：" + x.EnterpriseName + "（" + x.Number + "）", x.Words, nil
		}}
}
