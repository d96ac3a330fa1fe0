package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/mail"
	"github.com/qingshao/qingshao/internal/notify/outbound"
	"github.com/qingshao/qingshao/internal/notify/robot"
	"github.com/qingshao/qingshao/internal/notify/sms"
	"github.com/qingshao/qingshao/internal/notify/webhook"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/seal"
)

// channels builds the ways by which notices leave the program.
func (a *App) channels() {
	guard := outbound.New(a.conf.NotifyPrivate)
	a.post = notify.NewPost(notify.PostParts{DB: a.db, Policy: a.policy, Box: seal.New(a.conf.Dir), Carriers: []notify.Carrier{mail.New(guard), sms.New(guard), webhook.New(guard), robot.New(guard)},
		Root: a.place.Regions.Root().Code, Place: a.place.Title, Site: a.conf.NotifySite, Log: a.conf.Log, Notices: a.notify})
	a.bus.Subscribe("notify", notify.EventTopics(), a.post.Hear)
	a.background(a.post, a.post.RunDue)
	a.jobs.Every("notify.tidy", 10*time.Minute, func(ctx context.Context, _ job.Job) error { return a.post.Tidy(ctx) })
}

// channelPages adds the channels and what left by them.
func (a *App) channelPages() {
	a.api.Channels(a.post)
	a.api.NotifyChoice(a.post)
	a.api.Templates(a.post)
	a.api.Deliveries(a.post, map[string]api.Seeing{a.clues.Machine().Kind: a.clues.See, a.issues.Machine().Kind: a.issues.See, rule.Machine.Kind: a.rules.See, mark.Machine.Kind: a.marks.See})
}
