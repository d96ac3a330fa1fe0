package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/portal"
	"github.com/qingshao/qingshao/internal/rule"
)

// portalPages adds the enterprise's own desk.
func (a *App) portalPages() {
	a.api.Portal(portal.New(portal.Deps{DB: a.db, Auth: a.policy, Live: a.digest, Rules: a.rules, More: []portal.Source{dutiesDue, measuresUnderWay, consultsAnswered}}))
}

// measuresUnderWay are the bureau's measures that wait for an enterprise or hold over
// it, for its desk.
func measuresUnderWay(ctx context.Context, tx *db.Tx, e enterprise.Enterprise) (out []portal.Item, err error) {
	list, err := rule.WaitingFor(ctx, tx, e.ID)
	for _, m := range list {
		i := portal.Item{Kind: portal.Warned, ID: string(m.ID), Number: m.Number, Title: m.OutletName + "：" + m.Kind.Title(), Text: m.Words,
			Do: "查明原因、采取措施，在时限内如实答复，附证明材料", DueAt: m.DueAt, Link: "/measures/" + string(m.ID)}
		if m.Kind == rule.Supervision {
			i.Kind, i.Do, i.DueAt = portal.Watched, "按督办要求整改；督办至 "+m.DueAt.In(beijing).Format("2006-01-02")+"，期间的预警按高一级告知", m.DueAt
		}
		out = append(out, i)
	}
	return out, err
}

// consultsAnswered are the answers that an enterprise has not called enough.
func consultsAnswered(ctx context.Context, tx *db.Tx, e enterprise.Enterprise) (out []portal.Item, err error) {
	list, err := consult.WaitingFor(ctx, tx, e.ID)
	for _, c := range list {
		out = append(out, portal.Item{Kind: portal.Answered, ID: string(c.ID), Number: c.Number, Title: c.Title, Text: c.TopicTitle(), Do: "查看答复；没有别的问题请办结，有则继续询问", Link: "/consults/" + string(c.ID)})
	}
	return out, err
}
