package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/protect/trace"
)

// protect builds what surrounds the reports; the register of reports comes first.
func (a *App) protect() {
	a.copies = trace.New(a.db, a.policy)
	a.copies.Mark(tip.Machine.Kind, func(ctx context.Context, actor auth.Actor, id string) (d trace.Document, err error) {
		o, err := a.tips.Get(ctx, actor, tip.ID(id))
		return trace.Document{Label: o.Tip.Number, Area: o.Tip.Area}, err
	})
}

// protectPages adds its resources.
func (a *App) protectPages() {
	a.api.Copies(a.copies, a.auth)
}
