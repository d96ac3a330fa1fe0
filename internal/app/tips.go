package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/upload"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/vault"
	"github.com/qingshao/qingshao/web"
)

// report builds the public's reports; the loop comes first.
func (a *App) report() {
	a.vault = vault.New(vault.Deps{DB: a.db, Auth: a.policy, Policy: vaultPolicy(a.place), Notify: a.notify, Timeline: a.timeline})
	a.jobs.Every("seal.expire", 10*time.Minute, func(ctx context.Context, _ job.Job) error { return a.vault.Expire(ctx) })
	a.jobs.Daily("seal.missed", "09:10", func(ctx context.Context, _ job.Job) error { return a.vault.Missed(ctx) })
	seats := []tip.Seat{}
	for _, u := range a.place.Units {
		if u.Lng == 0 { // the nearest of some would draw what belongs to the others
			seats = nil
			break
		}
		seats = append(seats, tip.Seat{Area: u.Code, Lng: u.Lng, Lat: u.Lat})
	}
	a.switches()
	a.tips = tip.NewService(tip.Deps{DB: a.db, Auth: a.policy, Policy: tipPolicy(a.place), Calendar: a.calendar, Regions: a.place.Regions, Seats: seats,
		Clues: a.clues, Files: a.files, Tracker: matter{a}, Notify: a.notify, Timeline: a.timeline, Vault: a.vault, Gate: a.halts, Calls: a.publications,
		Texter: a.post.Direct(notify.SMSKind, 200, 5), Loop: again{a}})
	a.files.Guard(tip.Machine.Kind, a.tips.See)
	a.tips.Jobs(a.jobs)
	a.bus.Subscribe("tip.progress", tip.Topics, a.tips.Heard)
}

// publicPages adds the doors that need no account.
func (a *App) publicPages(words api.Names) error {
	uploads, err := upload.Open(upload.Dir(a.conf.Dir), upload.DefaultLimits(), a.db.Now)
	if err != nil {
		return err
	}
	a.jobs.Every("upload.sweep", 10*time.Minute, func(context.Context, job.Job) error { _, err := uploads.Sweep(); return err })
	a.api.Uploads(uploads)
	a.api.Tips(a.tips, words, a.files)
	a.api.Doors(a.tips, words, a.files)
	a.api.WorkOrders(a.tips, words)
	a.api.Seal(a.vault, a.tips, words, a.files)
	place := api.Place{ID: a.place.ID, Name: a.place.Name, Title: a.place.Title, Report: a.place.Report}
	for _, u := range a.place.Units {
		place.Areas = append(place.Areas, flow.Option{Value: u.Code, Title: u.Name})
	}
	a.api.Open311(a.tips, place)
	return a.api.Public(a.tips, place, a.halts, web.Public())
}

func vaultPolicy(p *profile.Profile) vault.Policy {
	out := vault.DefaultPolicy(p.Regions.Root().Code, p.Prefix+"-K")
	out.Escrow = p.Report.Escrow
	return out
}

func tipPolicy(p *profile.Profile) tip.Policy {
	out := tip.Policy{Prefix: p.Prefix + "-J", Secret: p.Prefix + "-M", Days: p.Report.Days, Again: p.Report.Again, AgainDays: p.Report.AgainDays, Phrases: p.Report.Replies}
	for _, r := range p.Report.Routes {
		out.Routes = append(out.Routes, tip.Route(r))
	}
	for _, k := range p.Report.Kinds {
		kind := tip.Kind{Code: k.Code, Name: k.Name, About: k.About, Group: k.Group, Keywords: k.Keywords, Category: k.Category}
		for _, q := range k.Questions {
			kind.Questions = append(kind.Questions, tip.Question{Code: q.Code, Title: q.Title, Hint: q.Hint, Type: tip.Type(q.Type), Required: q.Required, Options: options(q.Options)})
		}
		out.Kinds = append(out.Kinds, kind)
		if c, ok := p.Category(k.Category); ok {
			out.Routes = append(out.Routes, tip.Route{Kinds: []string{k.Code}, Agency: c.Lead, Why: "“" + c.Name + "”默认由其牵头"})
		}
	}
	out.Branch = func(agency, area string) string {
		if b, ok := p.Agencies.Branch(agency, area); ok {
			return b.ID
		}
		return agency
	}
	return out
}

// matter tells a reporter how far a clue and its issue have come.
type matter struct{ app *App }

// Progress follows the clue through merging and adoption.
func (m matter) Progress(ctx context.Context, clueID string) (p tip.Progress, err error) {
	self := auth.System("tip")
	f, err := m.app.clues.Get(ctx, self, clue.ID(clueID))
	for err == nil && f.Clue.State == clue.StateMerged && f.Clue.MergedInto != "" {
		f, err = m.app.clues.Get(ctx, self, f.Clue.MergedInto)
	}
	if err != nil {
		return p, err
	}
	c := f.Clue
	p = tip.Progress{ClueID: string(c.ID), IssueID: c.IssueID, DueAt: c.DueAt, Judged: judgements[c.State]}
	if c.IssueID != "" {
		p.Judged = tip.Accepted
		return m.issue(ctx, p)
	}
	switch c.State {
	case clue.StateReferred:
		p.Stage, p.Agency, p.Note = "已移送", m.app.place.Agencies.Name(c.ReferredTo), "这件事由该单位负责，正在等待其答复"
	case clue.StateSettled:
		p.Stage, p.Agency, p.Closed, p.Note = "移送办结", m.app.place.Agencies.Name(c.ReferredTo), true, "接收单位已办理完毕"
	case clue.StateDismissed:
		p.Stage, p.Closed, p.Note = "不予立案", true, dismissal(f, m.app.clues.Machine())
	default:
		p.Stage, p.Note = "正在研判", "核对情况后决定是否受理，并告知您"
	}
	if p.Closed {
		p.ClosedAt, p.DueAt = c.UpdatedAt, c.DueAt
	}
	return p, nil
}

// judgements say what a clue's state means to whoever waits to hear whether the
// report is accepted.
var judgements = map[flow.State]tip.Verdict{clue.StateReferred: tip.Accepted, clue.StateSettled: tip.Accepted, clue.StateDismissed: tip.Refused}

// dismissal gives the plain reason: the ground that the desk chose, and no more.
// Free text may name people.
func dismissal(f clue.File, m *flow.Machine) string {
	for i := len(f.Timeline) - 1; i >= 0; i-- {
		e := f.Timeline[i]
		if st, ok := m.Find(clue.StateNew, e.Verb); ok && e.Verb == clue.Dismiss {
			for _, field := range st.Fields {
				if field.Name == "ground" {
					return field.ShowChoice(e.Data.Text("ground"))
				}
			}
		}
	}
	return "经研判不予立案"
}

// again takes up what a reporter says is not solved.
type again struct{ app *App }

// usualAgain is the term of a rectification that is taken up again where its kind
// names none, in working days.
const usualAgain = 10

// TakeUp reopens the issue, or has the clue judged anew.
func (x again) TakeUp(ctx context.Context, clueID, reason string) error {
	self := auth.System("reporter")
	f, err := x.app.clues.Get(ctx, self, clue.ID(clueID))
	for err == nil && f.Clue.State == clue.StateMerged && f.Clue.IssueID == "" && f.Clue.MergedInto != "" {
		f, err = x.app.clues.Get(ctx, self, f.Clue.MergedInto)
	}
	if err != nil {
		return err
	}
	c := f.Clue
	if c.IssueID != "" {
		i, err := x.app.issues.Get(ctx, self, issue.ID(c.IssueID))
		if err != nil || i.Issue.State != issue.Closed {
			return err
		}
		days := usualAgain
		if k, ok := x.app.place.Category(i.Issue.Category); ok {
			days = k.DeadlineDays
		}
		_, err = x.app.issues.Reopen(ctx, self, i.Issue.ID, issue.Act{Version: i.Issue.Version, Form: map[string]any{"reason": reason, "days": days}})
		return err
	}
	if c.State == clue.StateDismissed || c.State == clue.StateSettled {
		_, err = x.app.clues.Reconsider(ctx, self, c.ID, clue.Act{Version: c.Version, Form: map[string]any{"reason": reason}})
	}
	return err
}

var stages = map[flow.State][2]string{
	issue.Pending:   {"已受理，等待交办", "已列入问题清单"},
	issue.Assigned:  {"已交办", "责任单位正在签收"},
	issue.Working:   {"正在整改", "责任单位正在整改"},
	issue.Submitted: {"等待验收", "整改结果已提交，由其他单位现场验收"},
	issue.Accepted:  {"验收通过", "等待销号"},
	issue.Closed:    {"已办结", "整改完成，已销号"},
}

func (m matter) issue(ctx context.Context, p tip.Progress) (tip.Progress, error) {
	f, err := m.app.issues.Get(ctx, auth.System("tip"), issue.ID(p.IssueID))
	if err != nil {
		return p, err
	}
	i := f.Issue
	p.Stage, p.Note = stages[i.State][0], stages[i.State][1]
	p.Agency, p.DueAt, p.Closed, p.ClosedAt = m.app.place.Agencies.Name(i.LeadAgency), i.RectifyBy, i.State == issue.Closed, i.ClosedAt
	return p, nil
}

// Open311Key makes a key of the open interface for another program.
func (a *App) Open311Key(ctx context.Context, name string) (secret string, err error) {
	return tip.IssueKey(ctx, a.db, auth.System("cli"), name)
}

// NewOpen311Key makes a key of the open interface from outside. It opens
// the data alone: no port, no background work, so a server may run beside it.
func NewOpen311Key(ctx context.Context, p config.Place, name string) (secret string, err error) {
	url, err := p.URL()
	if err != nil {
		return "", err
	}
	d, err := db.Open(ctx, db.Config{Dir: p.Data.Data, URL: url})
	if err != nil {
		return "", err
	}
	defer func() {
		if e := d.Close(); err == nil {
			err = e
		}
	}()
	return tip.IssueKey(ctx, d, auth.System("cli"), name)
}
