package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/gateway"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/gateway/forward"
	"github.com/qingshao/qingshao/internal/gateway/gap"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/official"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/seal"
)

// monitors builds the registry and the store of readings.
func (a *App) monitors(ctx context.Context) (err error) {
	a.enterprises = enterprise.New(a.db, a.policy)
	a.telemetry, err = telemetry.Open(ctx, a.db, telemetry.Options{Area: a.place.Regions.Root().Code, Log: a.conf.Log})
	if err != nil {
		return err
	}
	a.devices = telemetry.NewDevices(a.db, a.policy, a.telemetry)
	a.serve(a.telemetry)
	a.digest = telemetry.NewDigest(a.telemetry, telemetry.DigestOptions{Official: officialPolicy(a.place.Official), Log: a.conf.Log})
	a.background(a.digest, a.digest.RunDue)
	box := seal.New(a.conf.Dir)
	a.commands = command.New(command.Parts{DB: a.db, Policy: a.policy, Store: a.telemetry, Box: box, Root: a.place.Regions.Root().Code, Log: a.conf.Log})
	a.background(a.commands.Desk(), a.commands.Desk().RunDue)
	a.jobs.Daily("command.trim", "03:30", func(ctx context.Context, _ job.Job) error { return a.commands.Trim(ctx) })
	a.gaps = gap.New(gap.Parts{DB: a.db, Policy: a.policy, Store: a.telemetry, Caller: a.commands, Pace: a.conf.Callback, Log: a.conf.Log})
	a.background(a.gaps, a.gaps.RunDue)
	for name, value := range map[string]func() time.Duration{"find": a.gaps.Cost().Find, "follow": a.gaps.Cost().Follow} {
		a.metrics.Counter("gap_"+name+"_seconds_total", "Time that the work with missing data took since the start: "+name+".", func() float64 { return value().Seconds() })
	}
	a.metrics.Gauge("gap_longest_seconds", "The longest round of work with missing data since the start.", func() float64 { return a.gaps.Cost().Longest().Seconds() })
	a.forwards = forward.New(forward.Parts{DB: a.db, Policy: a.policy, Store: a.telemetry, Box: box, Root: a.place.Regions.Root().Code, Log: a.conf.Log})
	a.serve(a.forwards)
	a.jobs.Daily("gap.trim", "03:40", func(ctx context.Context, _ job.Job) error { return a.gaps.Trim(ctx) })
	a.jobs.Daily("device.key.renew", "09:10", func(ctx context.Context, _ job.Job) error { return a.commands.RenewOld(ctx, a.notify) })
	a.jobs.Daily("reading.close", "02:40", func(ctx context.Context, _ job.Job) error {
		_, err := a.telemetry.CloseDays(ctx)
		return err
	})
	a.jobs.Daily("quarantine.trim", "03:20", func(ctx context.Context, _ job.Job) error { return a.telemetry.TrimQuarantine(ctx) })
	return nil
}

// door adds the gateway, last of all parts: it is the first to stop, so that
// what it has taken is still committed and answered.
func (a *App) door() {
	if a.conf.HJ212 == "" {
		return
	}
	a.gateway = gateway.New(a.telemetry, gateway.Config{Listen: a.conf.HJ212, Now: a.db.Now, Log: a.conf.Log})
	a.gateway.Follow(a.commands.Desk())
	a.commands.Desk().Connect(a.gateway)
	a.serve(a.gateway)
}

// stationPages adds what is said to field stations and what is missing of theirs.
func (a *App) stationPages() {
	a.api.Commands(api.CommandParts{Commands: a.commands, Devices: a.devices, Sessions: a.sessions})
	a.api.Gaps(a.gaps)
	a.api.Forwards(a.forwards, api.Names{Area: a.place.Regions.Name, Agency: a.place.Agencies.Name})
}

// sessions lists the devices that are connected to this process.
func (a *App) sessions() []gateway.Session {
	if a.gateway == nil {
		return nil
	}
	return a.gateway.Sessions()
}

// HJ212 is the address that monitors send to, once started; "" without one.
func (a *App) HJ212() string {
	if a.gateway == nil {
		return ""
	}
	return a.gateway.Addr()
}

// officialPolicy is what the place decides about official values.
func officialPolicy(o profile.Official) official.Policy {
	p := official.Policy{DayByOperating: o.DayByOperating, ValidOfDue: o.ValidOfDue, Target: o.Target}
	if p.Target == 0 {
		p.Target = official.DefaultPolicy().Target
	}
	return p
}
