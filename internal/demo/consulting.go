package demo

import (
	"context"
	"net/http"
)

// consult lets the cast's enterprise ask the duty room: one question answered and done,
// one answered, one that waits; and leave its contacts.
func (p *past) consult(ctx context.Context) error {
	boss, duty := p.staff["enterprise"], p.staff["duty"]
	for _, c := range []map[string]any{
		{"name": "赵环保", "duty": "环保负责人", "phone": "13900000005", "hours": "工作日 8:00—17:30"},
		{"name": "运维值班", "duty": "自动监控运维", "phone": "0577-55550000", "hours": "全天"},
	} {
		if err := boss.call(ctx, http.MethodPost, "/enterprises/"+boss.Enterprise+"/contacts", c, nil); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		topic, title, text, reply string
		done                      bool
	}{
		{"mark", "启炉期间应选哪一种标记", "本周末检修后启炉，预计四小时，其间折算浓度会偏高。", "选“启炉”，如实填写起止时间；超过 8 小时的另打一条并写明原因。", true},
		{"permit", "季报的排放量从哪里取数", "平台上的本年累计与我们自己核算的差 3%，以哪个为准？", "执行报告按许可证规定的核算方法填报；平台的累计供核对，差异在说明里写明即可。", false},
		{"device", "更换数采仪后要办什么", "下月更换 2 号炉数采仪，MN 号会变。", "", false},
	} {
		var t thing
		if err := boss.call(ctx, http.MethodPost, "/consults", map[string]any{"topic": x.topic, "title": x.title, "text": x.text}, &t); err != nil {
			return err
		}
		if x.reply == "" {
			continue
		}
		if err := duty.do(ctx, "consults", t, "reply", map[string]any{"text": x.reply}); err != nil {
			return err
		}
		if !x.done {
			continue
		}
		if err := boss.call(ctx, http.MethodGet, "/consults/"+t.ID, nil, &t); err != nil {
			return err
		}
		if err := boss.do(ctx, "consults", t, "close", nil); err != nil {
			return err
		}
	}
	return p.app.Settle(ctx)
}
