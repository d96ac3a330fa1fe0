package app

import (
	"context"

	"github.com/qingshao/qingshao/internal/api"
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
	a.jobs.Daily("meter.trim", "03:25", func(ctx context.Context, _ job.Job) error { return a.meters.Trim(ctx) })
}

// workingPages adds their resources.
func (a *App) workingPages(words api.Names) {
	a.api.Meters(api.MeterParts{Service: a.meters, Door: a.meterDoor, Store: a.telemetry, Now: a.db.Now, Names: words})
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
