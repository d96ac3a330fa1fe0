package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/mail"
	"github.com/qingshao/qingshao/internal/notify/outbound"
	"github.com/qingshao/qingshao/internal/seal"
)

// channels builds the ways by which notices leave the program.
func (a *App) channels() {
	guard := outbound.New(a.conf.NotifyPrivate)
	a.post = notify.NewPost(notify.PostParts{DB: a.db, Policy: a.policy, Box: seal.New(a.conf.Dir), Carriers: []notify.Carrier{mail.New(guard)},
		Root: a.place.Regions.Root().Code, Place: a.place.Title, Site: a.conf.NotifySite, Log: a.conf.Log})
	a.background(a.post, a.post.RunDue)
	a.jobs.Every("notify.tidy", 10*time.Minute, func(ctx context.Context, _ job.Job) error { return a.post.Tidy(ctx) })
}
