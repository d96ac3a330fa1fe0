package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/obs"
)

// leastFree is the room below which the program says that it is not ready: a
// full disk answers no frame.
const leastFree = 64 << 20

// system adds what operators look at: readiness, metrics, the system page.
func (a *App) system(log *audit.Log) {
	a.health.Check("database", a.db.Ping)
	a.health.Check("disk", func(context.Context) error {
		_, free, err := obs.DiskSpace(a.conf.Dir)
		if err == nil && free < leastFree {
			err = fault.New(fault.Unavailable, "数据目录所在的磁盘只剩 %d MiB，写满后监测数据不再应答，请清理或扩充", free>>20)
		}
		return err
	})
	a.health.Check("telemetry", func(context.Context) error { return a.telemetry.Failing() })
	s := api.SystemSources{Version: a.conf.Version, Engine: string(a.db.Engine()), Place: a.place.Name, StartedAt: a.db.Now(), Now: a.db.Now,
		Health: a.health, Metrics: a.metrics, Jobs: a.jobs.Counts, Log: log.Status,
		Disk: func() (api.DiskView, error) {
			total, free, err := obs.DiskSpace(a.conf.Dir)
			return api.DiskView{Total: total, Free: free}, err
		}}
	if a.gateway != nil {
		s.Gateway = a.gatewayView
		a.gatewayMetrics()
	}
	a.queueMetrics(log)
	a.api.System(s)
}

func (a *App) gatewayView() api.GatewayView {
	g := a.gateway.Stats()
	return api.GatewayView{Connections: g.Connections, Frames: g.Frames, Stored: g.Stored, Duplicate: g.Duplicate, Parked: g.Parked,
		Refused: g.Refused, Bad: g.Bad, Answered: g.Answered, Failed: g.Failed}
}

func (a *App) gatewayMetrics() {
	a.metrics.Gauge("gateway_connections", "Monitors connected now.", func() float64 { return float64(a.gateway.Stats().Connections) })
	for name, value := range map[string]func(api.GatewayView) int64{
		"frames":    func(g api.GatewayView) int64 { return g.Frames },
		"stored":    func(g api.GatewayView) int64 { return g.Stored },
		"duplicate": func(g api.GatewayView) int64 { return g.Duplicate },
		"parked":    func(g api.GatewayView) int64 { return g.Parked },
		"refused":   func(g api.GatewayView) int64 { return g.Refused },
		"bad":       func(g api.GatewayView) int64 { return g.Bad },
		"answered":  func(g api.GatewayView) int64 { return g.Answered },
		"failed":    func(g api.GatewayView) int64 { return g.Failed },
	} {
		a.metrics.Counter("gateway_"+name+"_total", "HJ 212 frames since the start: "+name+".", func() float64 { return float64(value(a.gatewayView())) })
	}
}

// queueMetrics asks the database at each scrape; an unreadable figure shows as
// -1.
func (a *App) queueMetrics(log *audit.Log) {
	read := func(pick func() (float64, error)) func() float64 {
		return func() float64 {
			v, err := pick()
			if err != nil {
				a.conf.Log.Warn("metric unreadable", "err", err)
				return -1
			}
			return v
		}
	}
	ctx := context.Background()
	a.metrics.Gauge("jobs_ready", "Jobs that wait.", read(func() (float64, error) { c, err := a.jobs.Counts(ctx); return float64(c.Ready), err }))
	a.metrics.Gauge("jobs_dead", "Jobs given up.", read(func() (float64, error) { c, err := a.jobs.Counts(ctx); return float64(c.Dead), err }))
	a.metrics.Gauge("jobs_late_seconds", "How long the oldest due job has been waiting.", read(func() (float64, error) { c, err := a.jobs.Counts(ctx); return c.Late.Seconds(), err }))
	a.metrics.Gauge("audit_entries", "Audit entries in the tree.", read(func() (float64, error) { s, err := log.Status(ctx); return float64(s.Size), err }))
	a.metrics.Gauge("audit_pending", "Audit entries not yet in the tree.", read(func() (float64, error) { s, err := log.Status(ctx); return float64(s.Pending), err }))
	a.metrics.Gauge("audit_behind_seconds", "Age of the oldest pending audit entry.", read(func() (float64, error) { s, err := log.Status(ctx); return s.Behind.Seconds(), err }))
}
