package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/job"
)

// workings builds what working conditions are known by: meters and the door that
// they report through.
func (a *App) workings() {
	a.meterDoor = meter.NewDoor(a.db, a.telemetry, a.conf.Log)
	a.meters = meter.NewService(a.db, a.policy, a.meterDoor, a.place.Regions.Root().Code)
	a.serve(a.meterDoor)
	a.jobs.Daily("meter.trim", "03:25", func(ctx context.Context, _ job.Job) error { return a.meters.Trim(ctx) })
}

// workingPages adds their resources.
func (a *App) workingPages(words api.Names) {
	a.api.Meters(api.MeterParts{Service: a.meters, Door: a.meterDoor, Store: a.telemetry, Now: a.db.Now, Names: words})
}
