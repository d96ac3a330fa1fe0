package app

import (
	"context"
	"path/filepath"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/evaluate/find"
	"github.com/qingshao/qingshao/internal/evaluate/outcome"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/gateway/forward"
	"github.com/qingshao/qingshao/internal/gateway/gap"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/halt"
	"github.com/qingshao/qingshao/internal/protect/retention"
	"github.com/qingshao/qingshao/internal/protect/safety"
	"github.com/qingshao/qingshao/internal/publish"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/timeline"
	"github.com/qingshao/qingshao/internal/vault"
	"github.com/qingshao/qingshao/web"
)

// build wires the parts together, lowest first.
func (a *App) build(ctx context.Context) (err error) {
	if a.place, err = profile.Load(a.conf.Profile); err != nil {
		return err
	}
	if a.db, err = db.Open(ctx, db.Config{Dir: a.conf.Dir, URL: a.conf.Database, Now: a.conf.Now}); err != nil {
		return err
	}
	if err := a.mechanisms(); err != nil {
		return err
	}
	if err := a.monitors(ctx); err != nil {
		return err
	}
	a.workings()
	a.handle()
	a.watch()
	a.mark()
	a.oblige()
	a.publish()
	a.report()
	a.protect()
	a.reward()
	a.api = api.New(api.Config{Title: a.place.Title, Version: a.conf.Version, Secure: a.conf.Secure,
		Policy: a.policy, Auth: a.auth, Log: a.conf.Log, Exported: a.exported, Proxies: a.conf.Proxies})
	a.door()
	a.meterListener()
	return a.surface()
}

// exported writes an export into the audit log before its first byte leaves.
func (a *App) exported(ctx context.Context, who auth.Actor, what, query string) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(ctx, tx, audit.Entry{Actor: who.ID, Action: "export." + what, Kind: "export", Area: who.Area, Detail: map[string]any{"query": query}})
	})
}

// keepEvents is how long a browser or another program may stay away and still
// resume where it was.
const keepEvents = 30 * 24 * time.Hour

// mechanisms builds what every feature leans on.
func (a *App) mechanisms() error {
	a.policy = auth.DefaultPolicy()
	a.auth = a.accounts()
	var witnesses []audit.Witness
	for _, url := range a.conf.Witnesses {
		witnesses = append(witnesses, audit.WebhookWitness(url))
	}
	a.audit = audit.New(a.db, a.place.ID, a.conf.Log, witnesses...)
	a.jobs = job.NewRunner(a.db, a.conf.Log)
	a.bus = bus.New(a.db)
	a.bus.Log = a.conf.Log
	a.jobs.Every("auth.tidy", time.Hour, func(ctx context.Context, _ job.Job) error { return a.auth.Tidy(ctx) })
	disk, err := blob.OpenDisk(filepath.Join(a.conf.Dir, blob.DirName), a.db.Now)
	if err != nil {
		return err
	}
	a.files = blob.New(a.db, disk, a.policy, a.conf.Uploads)
	a.jobs.Daily("blob.sweep", "03:40", func(ctx context.Context, _ job.Job) error { _, _, err := a.files.Sweep(ctx); return err })
	a.notify = notify.New(a.db, a.policy)
	a.timeline = timeline.New(timeline.Names{Agency: a.place.Agencies.Name, Area: a.place.Regions.Name})
	a.jobs.Daily("audit.testify", "00:10", func(ctx context.Context, _ job.Job) error { return a.audit.Testify(ctx) })
	a.jobs.Every("bus.trim", 6*time.Hour, func(ctx context.Context, _ job.Job) error { _, err := a.bus.Trim(ctx, keepEvents); return err })
	a.background(a.audit, a.audit.Sequence) // the last to stop: it seals what the others wrote
	a.background(a.jobs, a.jobs.RunDue)
	a.channels()
	a.background(a.bus, func(ctx context.Context) (int, error) { return 0, a.bus.Drain(ctx) })
	return nil
}

// known says why an area or an agency is none of the place's.
func (a *App) known(area, agency string) error {
	if area != "" {
		if _, ok := a.place.Regions.Find(area); !ok {
			return fault.Invalidf("%s没有代码为“%s”的辖区，请从辖区清单中选择", a.place.Name, area)
		}
	}
	if agency != "" {
		if _, ok := a.place.Agencies.Find(agency); !ok {
			return fault.Invalidf("%s没有编号为“%s”的单位，请从单位清单中选择", a.place.Name, agency)
		}
	}
	return nil
}

// surface adds every resource and page.
func (a *App) surface() error {
	words := api.Names{Area: a.place.Regions.Name, Agency: a.place.Agencies.Name}
	a.api.Session(a.auth, words, a.notify)
	a.api.Users(a.auth, words)
	a.api.Files(a.files)
	a.api.Reference(a.place)
	a.api.Enterprises(a.enterprises, words, a.rules)
	a.api.Outlets(api.OutletParts{Registry: a.enterprises, Devices: a.devices, Store: a.telemetry, Digest: a.digest, Alarms: a.rules, Names: words})
	a.api.Wall(api.OutletParts{Registry: a.enterprises, Devices: a.devices, Store: a.telemetry, Digest: a.digest, Alarms: a.rules, Names: words}, a.rules)
	a.api.Devices(a.devices, a.telemetry, a.digest, a.place.Regions.Root().Code)
	a.api.Roster(a.roster())
	a.coveragePages(words)
	a.portalPages()
	a.obligationPages(words)
	a.rewardPages(words)
	a.riskMap()
	a.publishPages(words)
	a.stationPages()
	a.workingPages(words)
	a.system(a.audit)
	a.api.Alarms(a.rules, words, a.files)
	a.api.CustomRules(a.rules, words, a.files)
	a.api.RuleSettings(a.rules, words, a.files)
	a.api.Packs(a.rules, a.files)
	a.api.AlarmEvents(a.rules, words, a.files)
	a.api.Measures(a.rules, words, a.files, a.auth)
	a.api.Silences(a.silences, a.rules, words, a.files)
	a.api.Marks(a.marks, words, a.files)
	a.api.Filings(a.filings)
	a.api.Consults(a.consults, words, a.files)
	a.api.Officials(a.digest, a.enterprises, words)
	desks := a.desks(words)
	a.api.Clues(desks)
	a.api.Issues(desks)
	a.api.Notices(a.notify)
	a.channelPages()
	if err := a.publicPages(words); err != nil {
		return err
	}
	a.protectPages(words)
	a.api.Supervisions(a.presses, desks, a.auth)
	a.api.Outcomes(outcome.New(a.db, a.policy), a.rules, words)
	a.api.Overview(a.board(), desks, a.rules)
	a.api.Find(find.New(a.policy, a.issues, a.clues, a.rules, a.enterprises), words)
	a.api.Flows(append(rule.MeasureMachines(), rule.Machine, rule.EventMachine, rule.CustomMachine, rule.SettingMachine, silence.Machine, mark.Machine, filing.Machine, consult.Machine, obligation.Machine, command.Machine, gap.Machine, forward.Machine, notify.Machine, tip.Machine, tip.InsiderMachine, vault.KeyMachine, vault.OpeningMachine, halt.Machine, circle.Machine, retention.Machine, supervise.Machine, supervise.InstructionMachine, safety.Machine, riskmap.Machine, riskmap.TaskMachine, reward.AwardMachine, a.rewards.Machine(), publish.Machine, a.clues.Machine(), a.issues.Machine())...)
	a.api.Audit(a.audit, a.auth)
	a.api.Events(a.bus, a.auth, map[string]api.Seeing{
		a.clues.Machine().Kind: a.clues.See, a.issues.Machine().Kind: a.issues.See, rule.Machine.Kind: a.rules.See, silence.Machine.Kind: a.silences.See, mark.Machine.Kind: a.marks.See, filing.Machine.Kind: a.filings.See, consult.Machine.Kind: a.consults.See, obligation.Machine.Kind: a.obligations.See, tip.Machine.Kind: a.tips.See, tip.InsiderMachine.Kind: a.tips.SeeTold, vault.KeyMachine.Kind: a.vault.See, vault.OpeningMachine.Kind: a.vault.See, halt.Machine.Kind: a.halts.See, circle.Machine.Kind: a.circles.See, retention.Machine.Kind: a.kept.See, supervise.Machine.Kind: a.presses.See, supervise.InstructionMachine.Kind: a.presses.SeeInstruction, command.Machine.Kind: a.commands.See,
		a.rewards.Machine().Kind: a.rewards.See, reward.AwardMachine.Kind: a.rewards.SeeAward,
		riskmap.Machine.Kind: a.risk.See, riskmap.TaskMachine.Kind: a.risk.See,
		publish.Machine.Kind: a.publications.See,
		gap.Machine.Kind:     a.gaps.See, rule.CustomMachine.Kind: a.rules.SeeCustom, rule.SettingMachine.Kind: a.rules.SeeTuning, rule.EventMachine.Kind: a.rules.SeeEvent,
		"warning": a.rules.SeeMeasure, "check": a.rules.SeeMeasure, "supervision": a.rules.SeeMeasure})
	a.api.Jobs(a.jobs)
	return a.api.Console(web.FS())
}
