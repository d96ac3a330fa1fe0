package command

import (
	"context"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// succeeded learns what the station has confirmed, in the transaction that ends
// the exchange.
func (s *Service) succeeded(ctx context.Context, tx *db.Tx, c *Command) error {
	switch c.CN {
	case 1061, 1062:
		return s.learnInterval(ctx, tx, c)
	case 1063, 1064:
		return s.learnMinutes(ctx, tx, c)
	case 1072:
		return s.learnPassword(ctx, tx, c)
	case 1014:
		return s.keys.promote(ctx, tx, c)
	case 1002:
		return setHardwareMN(ctx, tx, c.Params["logger"], c.MN)
	}
	return nil
}

// failed takes back what was prepared for a command that came to nothing.
func (s *Service) failed(ctx context.Context, tx *db.Tx, c *Command) error {
	if c.CN == 1014 {
		return s.keys.withdraw(ctx, tx, c)
	}
	return nil
}

// said is a number that the command carried or its result brought.
func (c *Command) said(name string) (int, bool) {
	text := c.Params[name]
	for _, v := range c.Result {
		if v.Name == name {
			text = v.Value
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func (s *Service) learnInterval(ctx context.Context, tx *db.Tx, c *Command) error {
	n, ok := c.said("RtdInterval")
	if !ok || n < 1 || n > 9999 {
		return nil
	}
	return s.learn(ctx, tx, c, func(d *telemetry.Device) bool {
		changed := d.RtdInterval != n
		d.RtdInterval = n
		return changed
	})
}

func (s *Service) learnPassword(ctx context.Context, tx *db.Tx, c *Command) error {
	pw, err := s.Box.Open(c.secret, c.ID)
	if err != nil {
		return err
	}
	return s.learn(ctx, tx, c, func(d *telemetry.Device) bool {
		d.Password = string(pw)
		return true
	})
}

func (s *Service) learn(ctx context.Context, tx *db.Tx, c *Command, change func(*telemetry.Device) bool) error {
	d, err := telemetry.DeviceByID(ctx, tx, c.DeviceID)
	if err != nil || !change(&d) {
		return err
	}
	tx.AfterCommit(func() {
		if err := s.Store.Refresh(context.WithoutCancel(ctx)); err != nil {
			s.Log.Error("command: the registry could not be read again", "error", err)
		}
	})
	return telemetry.Learn(ctx, tx, d)
}

func (s *Service) learnMinutes(ctx context.Context, tx *db.Tx, c *Command) error {
	n, ok := c.said("MinInterval")
	if !ok || n < 1 || n > 60 || 60%n != 0 {
		return nil
	}
	l, err := linkOf(ctx, tx, c.DeviceID)
	if err != nil || l.MinInterval == n {
		return err
	}
	l.MinInterval = n
	_, err = saveLink(ctx, tx, &l)
	return err
}

// system is the actor of what the program wishes by itself.
var system = auth.System("command")

// wish enters a command of the program's own, unless one of the kind is open.
func (s *Service) wish(ctx context.Context, tx *db.Tx, origin Origin, d telemetry.Device, name string, params map[string]string) error {
	open, err := openOf(ctx, tx, d.MN, name, origin)
	if err != nil || open > 0 {
		return err
	}
	if params == nil {
		params = map[string]string{}
	}
	_, err = s.enter(ctx, tx, system, origin, d, byName[name], params, "", stretch{})
	return err
}

// notice takes what a station asks for by itself; its 9013 is the gateway's.
func (h *hearing) notice(ctx context.Context, m *Message) error {
	h.keep(m, nil)
	s := h.d.s
	if m.Frame.Command == 1001 {
		return h.hardware(ctx, m)
	}
	d, known := s.Store.DeviceOf(string(m.Frame.MN))
	if !known {
		return nil
	}
	if m.Frame.Command == 1014 {
		return s.keys.renew(ctx, h.tx, d, ByNotice)
	}
	params := map[string]string{}
	if pol, ok := h.area.Param("PolId"); ok && factorForm.Match(pol) {
		params["PolId"] = string(pol)
	}
	return s.wish(ctx, h.tx, ByNotice, d, "clock.set", params)
}

// hardware lists a logger that reported itself, for registration.
func (h *hearing) hardware(ctx context.Context, m *Message) error {
	get := func(code string) string {
		it := h.area.Item(code)
		if it == nil {
			return ""
		}
		v, _ := it.Get("Info")
		if len(v) > 64 {
			v = v[:64]
		}
		return clean(string(v))
	}
	hw := Hardware{ID: get("i23005"), CPU: get("i23006"), MAC1: get("i23007"), MAC2: get("i23008"), Address: m.Address}
	if !factorish(hw.ID) {
		return nil
	}
	if l := h.d.lines.Load(); l != nil {
		address := m.Address
		h.tx.AfterCommit(func() { (*l).Alias(address, routeOf(hw.ID)) })
	}
	return putHardware(ctx, h.tx, hw)
}

// factorish reports whether a logger's number can name it.
func factorish(id string) bool { return id != "" && textForm.MatchString(id) }

// routeOf is the route of a logger that has no MN.
func routeOf(hardware string) string { return "logger:" + hardware }

// greetAgain is how long after a greeting a device is not greeted again.
const greetAgain = 24 * time.Hour

// greet sends devices that have just connected, and for which it is switched on,
// the sequence of the first connection.
func (d *Desk) greet(ctx context.Context) (int, error) {
	d.mu.Lock()
	came := d.came
	if len(came) > 0 {
		d.came = map[string]bool{}
	}
	d.mu.Unlock()
	var devices []telemetry.Device
	var ids []string
	for mn := range came {
		if dev, ok := d.s.Store.DeviceOf(mn); ok {
			devices, ids = append(devices, dev), append(ids, dev.ID)
		}
	}
	if len(devices) == 0 {
		return 0, nil
	}
	var links map[string]Link
	err := d.s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		links, err = linksOf(ctx, tx, ids)
		return err
	})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, dev := range devices {
		l := links[dev.ID]
		if !l.Greet {
			continue
		}
		if err := d.s.DB.Write(ctx, func(tx *db.Tx) error { return d.s.greeting(ctx, tx, dev, l) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// greeting is the sequence of HJ 212-2017, 6.7.
func (s *Service) greeting(ctx context.Context, tx *db.Tx, dev telemetry.Device, l Link) error {
	n, err := greetings(ctx, tx, dev.ID, tx.Now.Add(-greetAgain))
	if err != nil || n > 0 {
		return err
	}
	t := l.timing()
	for _, step := range []struct {
		name   string
		params map[string]string
	}{
		{"clock.set", nil},
		{"timeout.set", map[string]string{"OverTime": itoa(int(t.OverTime / time.Second)), "ReCount": itoa(t.ReCount)}},
		{"rtd.set", map[string]string{"RtdInterval": itoa(dev.RtdInterval)}},
		{"minute.set", map[string]string{"MinInterval": itoa(l.MinInterval)}},
		{"realtime.on", nil},
		{"state.on", nil},
	} {
		if v, known := s.edition(dev); known && !byName[step.name].in(v) {
			continue
		}
		if err := s.wish(ctx, tx, ByGreeting, dev, step.name, step.params); err != nil {
			return err
		}
	}
	return nil
}
