package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/closing"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/evaluate/overview"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/handle/rectify"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/profile"
)

// handle builds the loop from the funnel to closing, by what the place decides.
func (a *App) handle() {
	p := a.place
	a.calendar = calendar.New(p.Holidays, p.Workdays)
	a.clues = clue.NewService(clue.Deps{
		DB: a.db, Auth: a.policy, Policy: cluePolicy(p), Calendar: a.calendar, Regions: p.Regions, Agencies: p.Agencies,
		Files: a.files, Notify: a.notify, Timeline: a.timeline,
	})
	a.issues = issue.New(issue.Deps{
		DB: a.db, Auth: a.policy, Policy: issuePolicy(p), Calendar: a.calendar, Regions: p.Regions, Agencies: p.Agencies,
		Files: a.files, Notify: a.notify, Timeline: a.timeline, Clues: a.clues,
	})
	a.rectify, a.closing = rectify.New(a.issues), closing.New(a.issues)
	a.presses = supervise.New(supervise.Deps{
		DB: a.db, Auth: a.policy, Ladder: p.Supervision, Prefix: p.Prefix, Root: p.Regions.Root().Code, Title: p.Agencies.Name(p.Agencies.All()[0].ID), Seat: p.Regions.Root().Name, Source: p.Document,
		Calendar: a.calendar, Issues: a.issues, Agencies: p.Agencies, Files: a.files, Notify: a.notify, Timeline: a.timeline,
	})
	a.clues.Jobs(a.jobs)
	a.issues.Jobs(a.jobs)
	a.presses.Jobs(a.jobs)
	a.files.Guard(a.clues.Machine().Kind, a.issues.SeeClue)
	a.files.Guard(a.issues.Machine().Kind, a.issues.See)
	a.files.Guard(supervise.Machine.Kind, a.presses.See)
	a.files.Guard(supervise.InstructionMachine.Kind, a.presses.SeeInstruction)
	a.auth.Register(a.clues)
	a.auth.Register(a.issues)
	// A day that the calendar did not know yet moves deadlines; they are derived
	// again every night.
	a.jobs.Daily("deadline.recompute", "00:20", a.recompute)
}

// desks is what the surface of clues and issues works with.
func (a *App) desks(words api.Names) api.Loop {
	named := func(list []profile.Choice) map[string]string {
		out := map[string]string{}
		for _, x := range list {
			out[x.ID] = x.Name
		}
		return out
	}
	l := api.Loop{
		Clues: a.clues, Issues: a.issues, Verbs: []map[flow.Verb]issue.Verb{a.issues.Verbs(), a.rectify.Verbs(), a.closing.Verbs()},
		Names: words, Severities: named(a.place.Severities), Sources: named(a.place.Sources), Categories: map[string]string{},
		Enterprises: a.enterprises, Files: a.files, Calendar: a.calendar, Now: a.db.Now,
	}
	for _, c := range a.place.Categories {
		l.Categories[c.ID] = c.Name
	}
	return l
}

// board draws the first page over the place's units.
func (a *App) board() *overview.Service {
	units := []overview.Unit{}
	for _, u := range a.place.Units {
		units = append(units, overview.Unit{Code: u.Code, Name: u.Name, Kind: string(u.Kind), X: u.X, Y: u.Y})
	}
	return overview.New(a.db, a.policy, a.issues, a.rules, units)
}

func (a *App) recompute(ctx context.Context, _ job.Job) error {
	clues, err := a.clues.Recompute(ctx)
	if err != nil {
		return err
	}
	issues, err := a.issues.Recompute(ctx)
	if err != nil {
		return err
	}
	tips, err := a.tips.Recompute(ctx)
	if clues+issues+tips > 0 {
		a.conf.Log.InfoContext(ctx, "deadlines moved with the calendar", "clues", clues, "issues", issues, "tips", tips)
	}
	return err
}

func cluePolicy(p *profile.Profile) clue.Policy {
	c := clue.Policy{Prefix: p.Prefix + "-X", JudgeDays: p.Clue.JudgeDays, RemindDays: p.Clue.RemindDays, ReferDays: p.Clue.ReferDays,
		Sources: options(p.Sources), Severities: options(p.Severities)}
	for _, x := range p.Categories {
		c.Categories = append(c.Categories, flow.Option{Value: x.ID, Title: x.Name})
	}
	return c
}

func issuePolicy(p *profile.Profile) issue.Policy {
	c := issue.Policy{Prefix: p.Prefix + "-W", Severities: options(p.Severities),
		AssignDays: p.Issue.AssignDays, SignDays: p.Issue.SignDays, AcceptDays: p.Issue.AcceptDays, CloseDays: p.Issue.CloseDays,
		RemindDays: p.Issue.RemindDays, SuperviseDays: p.Issue.SuperviseDays, ExtendDays: p.Issue.ExtendDays, ReturnsUp: p.Issue.ReturnsUp}
	for _, x := range p.Categories {
		c.Categories = append(c.Categories, issue.Category{ID: x.ID, Name: x.Name, Days: x.DeadlineDays, Lead: x.Lead})
	}
	return c
}

func options(list []profile.Choice) []flow.Option {
	out := make([]flow.Option, 0, len(list))
	for _, x := range list {
		out = append(out, flow.Option{Value: x.ID, Title: x.Name})
	}
	return out
}
