package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/publish"
)

// publish builds what is told to the public; the loop comes first, the reports
// and the rewards after.
func (a *App) publish() {
	a.publications = publish.NewService(publish.Deps{DB: a.db, Auth: a.policy, Regions: a.place.Regions, Matters: publicMatter{a}, Notify: a.notify, Timeline: a.timeline,
		Policy: publish.Policy{Prefix: a.place.Prefix + "-G", Categories: issueCategories(a), Bounty: func(on time.Time) (int64, string, bool) {
			f, ok := a.place.Reward.On(reward.DayOf(on), reward.Bounty, "")
			return int64(f.Most()), f.Source, ok
		}}})
	a.publications.Jobs(a.jobs)
}

func issueCategories(a *App) []flow.Option {
	out := []flow.Option{}
	for _, c := range a.place.Categories {
		out = append(out, flow.Option{Value: c.ID, Title: c.Name})
	}
	return out
}

func (a *App) publishPages(words api.Names) {
	a.api.Publications(a.publications, a.tips, words, a.files)
}

// publicMatter tells the public how far an issue has come, in fixed words alone:
// what people wrote may name somebody.
type publicMatter struct{ app *App }

// Stage reads it.
func (m publicMatter) Stage(ctx context.Context, actor auth.Actor, issueID string) (publish.Stage, error) {
	f, err := m.app.issues.Get(ctx, actor, issue.ID(issueID))
	if err != nil {
		return publish.Stage{}, err
	}
	i := f.Issue
	return publish.Stage{Title: stages[i.State][0], Note: stages[i.State][1], Agency: m.app.place.Agencies.Name(i.LeadAgency), DueAt: i.RectifyBy, Closed: i.State == issue.Closed}, nil
}

// offered tells the rewards what a call promised for a report.
type offered struct{ publications *publish.Service }

// Offer reads it.
func (o offered) Offer(ctx context.Context, tx *db.Tx, tipID string) (reward.Offer, bool, error) {
	t, ok, err := o.publications.Offer(ctx, tx, tipID)
	return reward.Offer{Call: t.Number, Title: t.Title, Amount: reward.Fen(t.BountyFen), From: reward.DayOf(t.PublicAt)}, ok, err
}
