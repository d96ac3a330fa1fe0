package world

import (
	"fmt"
	"time"
)

// Meter is a gateway that meters a production line and the fan of its treatment
// (用电、工况监控).
type Meter struct {
	MN     string
	Name   string
	Form   string // preset of the mapping that reads it: gateway, single
	HTTP   bool   // reports by HTTP instead of MQTT
	Outlet *Outlet
}

// metered is how many enterprises have one.
const metered = 4

// Meters lists the gateways, at the first stacks that measure sulphur dioxide:
// where the demo's incidents happen, so that a failing treatment shows in its
// electricity as well.
func (w *World) Meters() []Meter {
	var out []Meter
	seen := map[*Enterprise]bool{}
	for _, o := range w.outlets {
		if len(out) == metered || o.Kind != Gas || !o.Measures("a21026") || seen[o.Enterprise] {
			continue
		}
		seen[o.Enterprise] = true
		m := Meter{MN: fmt.Sprintf("GW-%s-%02d", o.Enterprise.Key, len(out)+1), Name: "用电网关", Form: "gateway", Outlet: o}
		if len(out)%2 == 1 {
			m.Form, m.HTTP = "single", true
		}
		out = append(out, m)
	}
	return out
}

// Current is what the two circuits draw at a moment, in A and kW: the line by its
// production, the fan while the treatment works. A treatment that fails badly
// has its fan switched off, which is why it fails.
func (m Meter) Current(w *World, at time.Time) (line, fan, linePower, fanPower float64) {
	t := w.Truth(m.Outlet, at)
	line = 4 + 140*t.Load
	fan = 38 + 3*t.Load
	if t.Incident.Kind == Exceed && !at.Before(t.Incident.From) {
		fan = 0.2
	}
	return line, fan, line * 0.58, fan * 0.55
}

// Payload is one message of the gateway, in the form of its maker.
func (m Meter) Payload(w *World, at time.Time) []byte {
	line, fan, linePower, fanPower := m.Current(w, at)
	at = at.In(Beijing)
	if m.Form == "single" {
		return fmt.Appendf(nil, `{"time":"%s","list":[{"id":"Ia","v":%.1f},{"id":"Ib","v":%.1f},{"id":"P","v":%.1f},{"id":"rssi","v":-71}]}`,
			at.Format("2006-01-02 15:04:05"), line, fan, linePower)
	}
	return fmt.Appendf(nil, `{"time":"%s","data":{"m1":{"Ia":%.1f,"Ib":%.1f,"Ic":%.1f,"P":%.1f,"sw":%v},"m2":{"Ia":%.1f,"Ib":%.1f,"Ic":%.1f,"P":%.1f,"sw":%v}},"fw":"2.4.1"}`,
		at.Format("20060102150405"), line, line*1.01, line*0.98, linePower, line > 8, fan, fan*1.01, fan*0.99, fanPower, fan > 5)
}

// LineCode and FanCode are the codes under which the mapping stores the currents
// by which the two units are known to run.
func (m Meter) LineCode() string { return "Ia01" }

// FanCode is the other half of LineCode.
func (m Meter) FanCode() string {
	if m.Form == "single" {
		return "Ib01"
	}
	return "Ia02"
}
