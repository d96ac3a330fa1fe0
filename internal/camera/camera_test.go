package camera

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)
	for template, want := range map[string]string{
		"https://video.example/p?c={channel}&s={start}&e={end}":                "https://video.example/p?c=03+a%26b&s=20261121092500&e=20261121094000",
		"https://video.example/{code}/play?from={start:unix}&to={end:unix_ms}": "https://video.example/33030200001310000001/play?from=1795224300&to=1795225200000",
		"http://10.0.0.9:8080/#/playback?begin={start:iso}&device={code}":      "http://10.0.0.9:8080/#/playback?begin=2026-11-21T09%3A25%3A00%2B08%3A00&device=33030200001310000001",
	} {
		c := Camera{EnterpriseID: "e", Name: "门口", Place: Outlet, Code: "33030200001310000001", Channel: "03 a&b", Playback: template, Active: true}
		if err := c.check(); err != nil {
			t.Errorf("%s: %v", template, err)
		}
		if got := c.PlaybackLink(at); got != want {
			t.Errorf("%s\n gives %s\n  want %s", template, got, want)
		}
		c.Active = false
		if got := c.PlaybackLink(at); got != "" {
			t.Errorf("out of use: %s", got)
		}
	}
	for name, template := range map[string]string{
		"a script":            "javascript:alert({start})",
		"a stream":            "rtsp://10.0.0.9/{start}",
		"no host":             "https:///p?{start}",
		"a host to be filled": "https://{channel}/p?{start}",
		"part of a host":      "https://video.{channel}.example/p?{start}",
		"an account":          "https://admin:secret@video.example/?{start}",
		"an unknown word":     "https://video.example/?{start}&{token}",
		"an unknown form":     "https://video.example/?{start:hours}",
		"no start":            "https://video.example/?{end}",
		"a brace left open":   "https://video.example/?{start}&{",
		"words with a blank":  "https://video.example/ ?{start}",
	} {
		c := Camera{EnterpriseID: "e", Name: "门口", Place: Outlet, Channel: "1", Playback: template}
		if err := c.check(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		duty := auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
		clerk := auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
		faraway := auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
		reg := enterprise.New(d, auth.DefaultPolicy())
		s := New(d, auth.DefaultPolicy())
		firm := func(name string) (enterprise.Enterprise, enterprise.Outlet) {
			e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: name, Area: "330302"})
			if err != nil {
				t.Fatal(err)
			}
			o, err := reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Name: "排口", Kind: enterprise.Gas})
			if err != nil {
				t.Fatal(err)
			}
			return e, o
		}
		e, o := firm("（演示）甲")
		_, other := firm("（演示）乙")
		kind := func(err error) fault.Kind {
			var f *fault.Error
			errors.As(err, &f)
			if f == nil {
				return ""
			}
			return f.Kind
		}
		c := Camera{EnterpriseID: e.ID, OutletID: o.ID, Name: "排口", Place: Outlet, Playback: "https://video.example/?s={start}"}
		made, err := s.Register(ctx, duty, c)
		if err != nil || made.OutletName != "排口" {
			t.Fatal(err)
		}
		gate := c
		gate.OutletID, gate.Name = "", "大门"
		if _, err := s.Register(ctx, duty, gate); err != nil {
			t.Fatal(err)
		}
		wrong := c
		wrong.OutletID = other.ID
		if _, err := s.Register(ctx, duty, wrong); kind(err) != fault.Invalid {
			t.Errorf("another's outlet: %v", err)
		}
		if _, err := s.Register(ctx, clerk, c); kind(err) != fault.Forbidden {
			t.Errorf("a clerk: %v", err)
		}
		if _, err := s.Register(ctx, faraway, c); kind(err) != fault.NotFound {
			t.Errorf("another area: %v", err)
		}
		count := func(a auth.Actor, q Query, want int) {
			t.Helper()
			if list, err := s.List(ctx, a, q); err != nil || len(list) != want {
				t.Errorf("%+v: %d %v", q, len(list), err)
			}
		}
		count(duty, Query{OutletID: o.ID}, 2)
		count(duty, Query{OutletID: other.ID}, 0)
		count(faraway, Query{}, 0)
		stale := made
		made.Active = false
		if _, err := s.Update(ctx, duty, made); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Update(ctx, duty, stale); kind(err) != fault.Conflict {
			t.Errorf("a stale change: %v", err)
		}
		count(duty, Query{OutletID: o.ID, InUse: true}, 1)
		count(duty, Query{EnterpriseID: e.ID}, 2)
	})
}
