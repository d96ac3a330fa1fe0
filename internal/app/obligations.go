package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/portal"
	"github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/permit"
)

// oblige builds the calendar of what enterprises must do by when.
func (a *App) oblige() {
	a.obligations = obligation.NewService(obligation.Deps{DB: a.db, Auth: a.policy, Rules: a.place.Obligations, Files: a.files, Notify: a.notify, Timeline: a.timeline})
	a.obligations.Jobs(a.jobs)
	a.files.Guard(obligation.Machine.Kind, a.obligations.See)
	a.bus.Subscribe("obligation.plan", obligation.Topics, a.obligations.Heard)
}

func (a *App) obligationPages(words api.Names) {
	a.api.Obligations(a.obligations, a.place.Obligations, words, a.files, a.db.Now)
	a.api.Certificates(permit.New(a.db, a.policy))
}

// dutiesDue are the obligations that are near or over, for the enterprise's desk.
func dutiesDue(ctx context.Context, tx *db.Tx, e enterprise.Enterprise) (out []portal.Item, err error) {
	list, err := obligation.Of(ctx, tx, e.ID)
	for _, o := range list {
		if st := o.Stage(tx.Now); st != obligation.Soon && st != obligation.Overdue {
			continue
		}
		title := o.Title
		if o.OutletName != "" {
			title = o.OutletName + "：" + title
		}
		out = append(out, portal.Item{Kind: portal.Duty, ID: string(o.ID), Title: title, Text: o.Period + "，" + o.Basis, Do: o.Todo,
			DueAt: o.DueAt.Add(time.Second), Link: "/obligations/" + string(o.ID)})
	}
	return out, err
}
