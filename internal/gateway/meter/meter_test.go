package meter_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/mapping"
)

var (
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	clerk   = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	faraway = auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
)

type scene struct {
	t       *testing.T
	d       *db.DB
	clock   *dbtest.Clock
	store   *telemetry.Store
	door    *meter.Door
	service *meter.Service
	firm    enterprise.Enterprise
	profile meter.Profile
}

func newScene(t *testing.T, d *db.DB, c *dbtest.Clock) *scene {
	t.Helper()
	ctx := context.Background()
	s := &scene{t: t, d: d, clock: c}
	var err error
	if s.store, err = telemetry.Open(ctx, d, telemetry.Options{Area: "330300", Refresh: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.store.Stop(ctx) })
	s.door = meter.NewDoor(d, s.store, nil)
	if err := s.door.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.door.Stop(ctx) })
	s.service = meter.NewService(d, auth.DefaultPolicy(), s.door, "330300")
	if s.firm, err = enterprise.New(d, auth.DefaultPolicy()).Create(ctx, duty, enterprise.Enterprise{Name: "（演示）电镀厂", Area: "330302"}); err != nil {
		t.Fatal(err)
	}
	if s.profile, err = s.service.CreateProfile(ctx, duty, meter.Profile{Name: "单表", Mapping: mapping.Presets()[0].Mapping}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) meter(mn string) (meter.Meter, string) {
	s.t.Helper()
	m, secret, err := s.service.Register(context.Background(), duty, meter.Meter{MN: mn, EnterpriseID: s.firm.ID, Name: "1 号表", ProfileID: s.profile.ID})
	if err != nil {
		s.t.Fatal(err)
	}
	return m, secret
}

func (s *scene) admit(mn, secret string) *meter.Pass {
	s.t.Helper()
	p, err := s.door.Admit(mn, secret, "10.0.0.9:5000")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) take(p *meter.Pass, payloads ...string) []meter.Receipt {
	s.t.Helper()
	var raw [][]byte
	for _, x := range payloads {
		raw = append(raw, []byte(x))
	}
	r, err := s.door.Take(context.Background(), p, "10.0.0.9:5000", raw...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *scene) readings(m meter.Meter) []telemetry.MeterRecord {
	s.t.Helper()
	out, _, err := s.store.MetersReadings(context.Background(), telemetry.MeterQuery{Device: m.Num, Limit: 50})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func kind(err error) fault.Kind {
	var f *fault.Error
	errors.As(err, &f)
	if f == nil {
		return ""
	}
	return f.Kind
}

func TestTake_KeepsEverything(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newScene(t, d, c)
		m, secret := s.meter("GW-1")
		p := s.admit("GW-1", secret)
		one := `{"ts":"2026-11-21 09:29:00","values":{"Ia":1.20,"rssi":-70}}`
		r := s.take(p, one, `[{"ts":"2026-11-21 09:29:00","values":{"Ia":1.20}},{"ts":"2026-11-21 09:29:30","values":{"Ia":"?"}}]`, `noise`)
		if !r[0].Durable || r[0].Stored != 1 || len(r[0].Unknown) != 1 || !r[1].Durable || r[1].Duplicate != 1 || r[1].Unmapped != 1 || !r[2].Durable || r[2].Unmapped != 1 || r[2].Stored != 0 {
			t.Errorf("%+v", r)
		}
		if r := s.take(p, one); r[0].Duplicate != 1 || r[0].Stored != 0 {
			t.Errorf("a repeat: %+v", r)
		}
		got := s.readings(m)
		var payloads []string
		for _, x := range got {
			payloads = append(payloads, x.CN.String()+" "+string(x.Payload))
		}
		want := "0000 noise\n0000 {\"ts\":\"2026-11-21 09:29:30\",\"values\":{\"Ia\":\"?\"}}\n2011 " + one
		if text := strings.Join(payloads, "\n"); len(got) != 3 || !strings.Contains(text, "2011 "+one) || !strings.Contains(text, "0000 noise") {
			t.Errorf("stored\n%s\nwant\n%s", text, want)
		}
		if got[2].Mapping != s.profile.ID+"@1" {
			t.Errorf("mapping %q", got[2].Mapping)
		}
		q, err := s.store.QuarantineList(context.Background(), auth.DefaultPolicy(), duty, telemetry.QuarantineQuery{Reason: telemetry.Unmapped})
		if err != nil || len(q.Items) != 2 || q.Items[0].MN != "GW-1" || q.Items[0].Area != "330302" {
			t.Errorf("quarantine %+v %v", q, err)
		}
	})
}

func TestTake_PassesFramesOn(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newScene(t, d, c)
		m, secret := s.meter("GW-1")
		frame := func(pw string) string {
			raw, err := hj212.AppendSegment(nil, []byte("QN=20261121092900000;ST=32;CN=2011;PW="+pw+";MN=LOGGER1;Flag=5;CP=&&DataTime=20261121092900;w01018-Rtd=31.5,w01018-Flag=N&&"))
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		reg := enterprise.New(d, auth.DefaultPolicy())
		o, err := reg.CreateOutlet(context.Background(), duty, enterprise.Outlet{EnterpriseID: s.firm.ID, Name: "总排口", Kind: enterprise.Water})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := telemetry.NewDevices(d, auth.DefaultPolicy(), s.store).Register(context.Background(), duty, telemetry.Device{MN: "LOGGER1", OutletID: o.ID, Password: "123456"}); err != nil {
			t.Fatal(err)
		}
		p := s.admit("GW-1", secret)
		r := s.take(p, frame("123456"), frame("wrong"), "##0012broken")
		if r[0].Stored != 1 || !r[1].Durable || r[1].Unmapped != 1 || !r[2].Durable || r[2].Unmapped != 1 {
			t.Errorf("%+v", r)
		}
		if n := len(s.readings(m)); n != 2 {
			t.Errorf("%d refused frames are kept under the meter", n)
		}
		series, _, err := s.store.SeriesOf(context.Background(), telemetry.SeriesQuery{OutletID: o.ID, Kind: telemetry.SeriesRealtime, From: d.Now().Add(-time.Hour), To: d.Now()})
		if err != nil || len(series) != 1 || series[0].Factor != "w01018" {
			t.Errorf("%+v %v", series, err)
		}
	})
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newScene(t, d, c)
		m, secret := s.meter("GW-1")
		p := s.admit("GW-1", secret)
		for _, x := range [][2]string{{"GW-1", ""}, {"GW-1", secret + "x"}, {"GW-2", secret}, {"", ""}} {
			if _, err := s.door.Admit(x[0], x[1], "10.0.0.1:1"); kind(err) != fault.Unauthorized {
				t.Errorf("%q: %v", x, err)
			}
		}
		// Too many wrong ones shut the address out, and no other.
		var err error
		for range 30 {
			_, err = s.door.Admit("GW-1", "guess", "10.0.0.2:1")
		}
		if kind(err) != fault.TooMany {
			t.Errorf("after 30 guesses: %v", err)
		}
		if _, err := s.door.Admit("GW-1", secret, "10.0.0.2:2"); kind(err) != fault.TooMany {
			t.Errorf("the right secret from a shut address: %v", err)
		}
		s.admit("GW-1", secret)
		c.Advance(time.Minute)
		if _, err := s.door.Admit("GW-1", secret, "10.0.0.2:3"); err != nil {
			t.Errorf("a minute later: %v", err)
		}
		// A renewed secret ends the old one, also for who is connected.
		m, fresh, err := s.service.Renew(context.Background(), duty, m.ID, m.Version)
		if err != nil || fresh == secret {
			t.Fatal(err)
		}
		if _, err := s.door.Admit("GW-1", secret, "10.0.0.3:1"); err == nil || s.door.Valid(p) {
			t.Error("the old secret still counts")
		}
		if _, err := s.door.Take(context.Background(), p, "", []byte(`{"Ia":1}`)); kind(err) != fault.Unauthorized {
			t.Errorf("an ended pass: %v", err)
		}
		s.admit("GW-1", fresh)
		m.Active = false
		if _, err := s.service.Update(context.Background(), duty, m); err != nil {
			t.Fatal(err)
		}
		if _, err := s.door.Admit("GW-1", fresh, "10.0.0.3:2"); err == nil {
			t.Error("a meter out of use is admitted")
		}
	})
}

func TestService_ScopeAndAudit(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newScene(t, d, c)
		ctx := context.Background()
		m, secret := s.meter("GW-1")
		if _, err := s.service.Get(ctx, faraway, auth.RegistryRead, m.ID); kind(err) != fault.NotFound {
			t.Errorf("another area reads it: %v", err)
		}
		if _, _, err := s.service.Register(ctx, faraway, meter.Meter{MN: "GW-2", EnterpriseID: s.firm.ID, Name: "x", ProfileID: s.profile.ID}); kind(err) != fault.NotFound {
			t.Errorf("another area registers: %v", err)
		}
		if _, _, err := s.service.Register(ctx, clerk, meter.Meter{MN: "GW-2", EnterpriseID: s.firm.ID, Name: "x", ProfileID: s.profile.ID}); kind(err) != fault.Forbidden {
			t.Errorf("a clerk registers: %v", err)
		}
		if _, err := s.service.ReviseProfile(ctx, faraway, s.profile); kind(err) != fault.Forbidden {
			t.Errorf("another area revises: %v", err)
		}
		if _, _, err := s.service.Register(ctx, duty, meter.Meter{MN: "GW-1", EnterpriseID: s.firm.ID, Name: "x", ProfileID: s.profile.ID}); kind(err) != fault.Conflict {
			t.Errorf("the name twice: %v", err)
		}
		if page, err := s.service.List(ctx, faraway, meter.Query{}); err != nil || len(page.Items) != 0 {
			t.Errorf("another area lists %d: %v", len(page.Items), err)
		}
		if page, err := s.service.List(ctx, duty, meter.Query{Text: "电镀", EnterpriseID: s.firm.ID, Area: "330302"}); err != nil || len(page.Items) != 1 {
			t.Errorf("%+v %v", page, err)
		}
		stale := m
		m.Name = "2 号表"
		if _, err := s.service.Update(ctx, duty, m); err != nil {
			t.Fatal(err)
		}
		if _, err := s.service.Update(ctx, duty, stale); kind(err) != fault.Conflict {
			t.Errorf("a stale change: %v", err)
		}
		revised := s.profile
		revised.Name = "单表（新）"
		if revised, err := s.service.ReviseProfile(ctx, duty, revised); err != nil || revised.Version != 2 {
			t.Errorf("%+v %v", revised, err)
		}
		if _, err := s.service.ReviseProfile(ctx, duty, s.profile); kind(err) != fault.Conflict {
			t.Errorf("a stale revision: %v", err)
		}
		if p := s.admit("GW-1", secret); s.take(p, `{"Ia":1}`)[0].Stored != 1 || s.readings(m)[0].Mapping != s.profile.ID+"@2" {
			t.Error("the new version does not count")
		}
		page, err := audit.New(d, "test", slog.New(slog.DiscardHandler)).List(ctx, audit.Filter{}, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(page)
		if err != nil || strings.Contains(string(text), secret) || !strings.Contains(string(text), "meter.register") || !strings.Contains(string(text), "meter.profile.revise") {
			t.Errorf("audit: %v %s", err, text)
		}
	})
}

func TestPresence(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newScene(t, d, c)
		m, secret := s.meter("GW-1")
		p := s.admit("GW-1", secret)
		s.door.Arrived(p, "10.0.0.9:1")
		s.door.Arrived(p, "10.0.0.9:2")
		s.door.Left(p, "10.0.0.9:1", "taken", "")
		if !s.door.Connected(m.ID) {
			t.Error("the second connection does not count")
		}
		c.Advance(time.Second)
		s.door.Left(p, "10.0.0.9:2", "lost", "bye")
		events, err := s.service.Events(context.Background(), m.ID, 10)
		if err != nil || len(events) != 2 || events[0].Kind != meter.Offline || events[0].Reason != "lost" || events[0].Will != "bye" || events[1].Kind != meter.Online {
			t.Errorf("%+v %v", events, err)
		}
		if s.door.Connected(m.ID) {
			t.Error("still connected")
		}
		var topics []string
		err = d.Read(context.Background(), func(tx *db.Tx) (err error) {
			all, err := db.All(context.Background(), tx, db.Value[string], `SELECT topic FROM bus_event ORDER BY seq`)
			topics = all
			return err
		})
		if text := strings.Join(topics, " "); err != nil || !strings.Contains(text, "meter.online meter.offline") {
			t.Errorf("%q %v", topics, err)
		}
		for range 100 { // a line that flaps
			s.door.Arrived(p, "10.0.0.9:1")
			s.door.Left(p, "10.0.0.9:1", "lost", "")
		}
		if events, err := s.service.Events(context.Background(), m.ID, 500); err != nil || len(events) > 30 {
			t.Errorf("%d events %v", len(events), err)
		}
	})
}
