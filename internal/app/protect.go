package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/halt"
	"github.com/qingshao/qingshao/internal/protect/retention"
	"github.com/qingshao/qingshao/internal/protect/review"
	"github.com/qingshao/qingshao/internal/protect/safety"
	"github.com/qingshao/qingshao/internal/protect/trace"
	"github.com/qingshao/qingshao/internal/seal"
	"github.com/qingshao/qingshao/internal/vault"
)

// protect builds what surrounds the reports; the register of reports comes first.
func (a *App) protect() {
	a.copies = trace.New(a.db, a.policy)
	a.copies.Mark(tip.Machine.Kind, func(ctx context.Context, actor auth.Actor, id string) (d trace.Document, err error) {
		o, err := a.tips.Get(ctx, actor, tip.ID(id))
		return trace.Document{Label: o.Tip.Number, Area: o.Tip.Area}, err
	})
	root := a.place.Regions.Root().Code
	a.copies.Mark(tip.InsiderMachine.Kind, func(ctx context.Context, actor auth.Actor, id string) (d trace.Document, err error) {
		f, err := a.tips.GetConfided(ctx, actor, tip.ID(id))
		return trace.Document{Label: f.Told.Number, Area: root}, err
	})
	a.copies.Mark(vault.OpeningMachine.Kind, func(ctx context.Context, actor auth.Actor, id string) (d trace.Document, err error) {
		o, err := a.vault.Mine(ctx, actor, id)
		return trace.Document{Label: o.Number, Area: root}, err
	})
	a.circles = circle.New(circle.Deps{DB: a.db, Auth: a.policy, Notify: a.notify, Timeline: a.timeline, Keep: safety.Keep})
	a.circles.Kind(tip.Machine.Kind, a.tips.Matter)
	a.circles.Kind(tip.InsiderMachine.Kind, a.tips.MatterTold)
	a.safety = safety.New(safety.Deps{DB: a.db, Box: seal.New(a.conf.Dir), Calendar: a.calendar, Notify: a.notify, Timeline: a.timeline})
	a.safety.Jobs(a.jobs)
	a.retention(root)
}

// retention says what is kept no longer of each register of reports.
func (a *App) retention(root string) {
	a.kept = retention.New(retention.Deps{DB: a.db, Auth: a.policy, Root: root, Prefix: a.place.Prefix + "-H", Days: a.place.Report.KeepDays, Notify: a.notify, Timeline: a.timeline})
	with := func(forget func(context.Context, *db.Tx, tip.ID) (retention.Erased, error)) func(context.Context, *db.Tx, string) (retention.Erased, error) {
		return func(ctx context.Context, tx *db.Tx, subject string) (retention.Erased, error) {
			e, err := forget(ctx, tx, tip.ID(subject))
			if err != nil {
				return e, err
			}
			return e, safety.Erase(ctx, tx, subject)
		}
	}
	held := func(count func(context.Context, *db.Tx, tip.ID) (int, error)) func(context.Context, *db.Tx, string) (int, error) {
		return func(ctx context.Context, tx *db.Tx, subject string) (int, error) {
			return count(ctx, tx, tip.ID(subject))
		}
	}
	a.kept.Kind(tip.Machine.Kind, retention.Source{Title: "身份和联系方式", Expired: a.tips.Expired, Erase: with(a.tips.Forget), Left: held(a.tips.Held)})
	a.kept.Kind(tip.InsiderMachine.Kind, retention.Source{Title: "内部知情人举报的全部密件", Expired: a.tips.ExpiredTold, Erase: with(a.tips.ForgetTold), Left: held(a.tips.HeldTold)})
}

// switches builds the emergency switch; the doors that it closes ask it.
func (a *App) switches() {
	doors := []halt.Door{}
	for _, m := range tip.Modes() {
		doors = append(doors, halt.Door{ID: m.Mode.Gate(), Title: m.Title})
	}
	for _, c := range []tip.Channel{tip.Web, tip.Open311, tip.Mail} {
		doors = append(doors, halt.Door{ID: c.Gate(), Title: c.Title()})
	}
	doors = append(doors, halt.Door{ID: tip.TrackGate, Title: "凭回执查询"})
	a.halts = halt.New(halt.Deps{DB: a.db, Auth: a.policy, Root: a.place.Regions.Root().Code, Doors: doors, Notify: a.notify, Timeline: a.timeline})
}

// protectPages adds its resources.
func (a *App) protectPages(words api.Names) {
	a.api.Copies(a.copies, a.auth)
	a.api.AccessReview(review.New(a.db, a.policy), a.auth)
	a.api.Halts(a.halts, a.auth, a.files)
	a.api.Destructions(a.kept, a.auth, a.files)
	a.api.Circles(a.circles, a.safety, words, a.auth, a.files)
}
