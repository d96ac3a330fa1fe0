package app

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/camera"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/facility"
	"github.com/qingshao/qingshao/internal/gateway/broker"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/job"
)

// workings builds what working conditions are known by: meters and the door that
// they report through.
func (a *App) workings() {
	a.meterDoor = meter.NewDoor(a.db, a.telemetry, a.conf.Log)
	a.meters = meter.NewService(a.db, a.policy, a.meterDoor, a.place.Regions.Root().Code)
	a.serve(a.meterDoor)
	a.units = facility.NewRunner(a.db, conditions{a.telemetry}, a.conf.Log)
	a.units.Jobs(a.jobs, conditions{a.telemetry})
	a.facilities = facility.New(a.db, a.policy, a.units)
	a.background(a.units, a.units.RunDue)
	a.jobs.Daily("meter.trim", "03:25", func(ctx context.Context, _ job.Job) error { return a.meters.Trim(ctx) })
}

// workingPages adds their resources.
func (a *App) workingPages(words api.Names) {
	a.api.Meters(api.MeterParts{Service: a.meters, Door: a.meterDoor, Store: a.telemetry, Now: a.db.Now, Names: words})
	a.api.Cameras(camera.New(a.db, a.policy), a.db.Now)
	a.api.Facilities(a.facilities, a.units, a.enterprises)
}

// conditions offers what telemetry has committed to the facility model: values of
// meters, e and g codes and switch states of HJ 212 alike.
type conditions struct{ store *telemetry.Store }

// conditionsPage is about how many frames a pass takes.
const conditionsPage = 500

// facilityStatus is the command under which HJ 212 sends the running state of
// facilities (污染治理设施运行状态).
const facilityStatus = 2021

// Since gives the realtime values of the wanted senders.
func (c conditions) Since(ctx context.Context, cursor int64, want func(int64) bool) ([]facility.Reading, int64, error) {
	if want == nil {
		return nil, max(cursor, c.store.Head()), nil
	}
	records, next, err := c.store.SinceOf(ctx, cursor, conditionsPage, want)
	if err != nil {
		return nil, cursor, err
	}
	var out []facility.Reading
	for i := range records {
		r := &records[i]
		if r.CN != telemetry.CNRealtime && r.CN != facilityStatus || !r.Plausible() {
			continue
		}
		for _, it := range r.Items {
			value, ok := it.Get(telemetry.Rtd)
			if !ok {
				value, ok = it.Get(telemetry.Status)
			}
			if ok && it.Valid() {
				out = append(out, facility.Reading{Device: r.Device, Factor: it.Factor, At: r.Time, Value: value})
			}
		}
	}
	return out, next, nil
}

// HoursOf sums up what a sender sent.
func (c conditions) HoursOf(ctx context.Context, device int64, from, to time.Time) ([]facility.Hour, error) {
	list, err := c.store.SenderHours(ctx, device, []hj212.Command{telemetry.CNRealtime, facilityStatus}, from, to)
	out := make([]facility.Hour, 0, len(list))
	for _, h := range list {
		out = append(out, facility.Hour{Device: device, Factor: h.Factor, At: h.At, Mean: h.Mean, Min: h.Min, Max: h.Max, Count: h.Count})
	}
	return out, err
}

// Wake is closed at the next commit.
func (c conditions) Wake() <-chan struct{} { return c.store.Wake() }

// Cursor reads the place of the model in the readings.
func (c conditions) Cursor(ctx context.Context, tx *db.Tx) (int64, error) {
	return telemetry.Cursor(ctx, tx, "facility")
}

// Save notes it.
func (c conditions) Save(ctx context.Context, tx *db.Tx, cursor int64) error {
	return telemetry.SaveCursor(ctx, tx, "facility", cursor)
}

// meterListener adds the MQTT server, as door adds the gateway.
func (a *App) meterListener() {
	if a.conf.MQTT == "" {
		return
	}
	a.broker = broker.New(mqttDoor{a.meterDoor}, broker.Config{Listen: a.conf.MQTT, Log: a.conf.Log})
	a.serve(a.broker)
	stats := a.broker.Stats
	a.metrics.Gauge("mqtt_connections", "Meters connected by MQTT now.", func() float64 { return float64(stats().Connections) })
	for name, value := range map[string]func(broker.Stats) int64{
		"messages":     func(s broker.Stats) int64 { return s.Messages },
		"acknowledged": func(s broker.Stats) int64 { return s.Acknowledged },
		"failed":       func(s broker.Stats) int64 { return s.Failed },
		"refused":      func(s broker.Stats) int64 { return s.Refused },
		"malformed":    func(s broker.Stats) int64 { return s.Malformed },
	} {
		a.metrics.Counter("mqtt_"+name+"_total", "MQTT since the start: "+name+".", func() float64 { return float64(value(stats())) })
	}
}

// MQTT is the address that meters report to, once started; "" without one.
func (a *App) MQTT() string {
	if a.broker == nil {
		return ""
	}
	return a.broker.Addr()
}

// mqttDoor lets the MQTT server ask the door of meters.
type mqttDoor struct{ door *meter.Door }

// Admit signs a meter in.
func (d mqttDoor) Admit(mn, secret, address string) (broker.Session, error) {
	p, err := d.door.Admit(mn, secret, address)
	if err != nil {
		return nil, err
	}
	return &mqttSession{d.door, p, address}, nil
}

// mqttSession is a meter that has signed in by MQTT.
type mqttSession struct {
	door    *meter.Door
	pass    *meter.Pass
	address string
}

// Take hands payloads in and says of each whether it is durable.
func (s *mqttSession) Take(ctx context.Context, payloads [][]byte) ([]bool, error) {
	list, err := s.door.Take(ctx, s.pass, s.address, payloads...)
	if err != nil {
		return nil, err
	}
	durable := make([]bool, len(list))
	for i, r := range list {
		durable[i] = r.Durable
	}
	return durable, nil
}

// Valid reports whether the meter may go on.
func (s *mqttSession) Valid() bool { return s.door.Valid(s.pass) }

// Arrived notes that the connection began.
func (s *mqttSession) Arrived() { s.door.Arrived(s.pass, s.address) }

// Left notes that it ended.
func (s *mqttSession) Left(reason, will string) { s.door.Left(s.pass, s.address, reason, will) }
