package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/gateway"
	"github.com/qingshao/qingshao/internal/job"
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
	a.digest = telemetry.NewDigest(a.telemetry, telemetry.DigestOptions{Log: a.conf.Log})
	a.background(a.digest, a.digest.RunDue)
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
	a.serve(a.gateway)
}

// HJ212 is the address that monitors send to, once started; "" without one.
func (a *App) HJ212() string {
	if a.gateway == nil {
		return ""
	}
	return a.gateway.Addr()
}
