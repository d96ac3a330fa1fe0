package api

import (
	"net/http"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/profile"
)

func TestReference_NamesEverything(t *testing.T) {
	t.Parallel()
	p, err := profile.Load("wenzhou")
	if err != nil {
		t.Fatal(err)
	}
	v := reference(p)
	if v.Place.Area != "330300" || len(v.Units) != 14 || len(v.Regions) != len(p.Regions.All()) || len(v.Agencies) != len(p.Agencies.All()) ||
		len(v.Roles) != len(auth.Roles()) || len(v.Factors) < 100 || len(v.Categories) == 0 || len(v.Severities) == 0 || len(v.Sources) == 0 || len(v.Industries) == 0 {
		t.Errorf("%+v", v.Place)
	}
	known := map[string]bool{}
	for _, r := range v.Regions {
		if r.Parent != "" && !known[r.Parent] {
			t.Errorf("%s comes before its parent", r.Name)
		}
		known[r.Code] = true
	}
	for _, u := range v.Units {
		if !known[u.Code] || u.Kind != "county" && u.Kind != "zone" {
			t.Errorf("%+v", u)
		}
	}
	for _, g := range v.Agencies {
		if !known[g.Area] {
			t.Errorf("%+v", g)
		}
	}
}

func TestReference_WantsSignIn(t *testing.T) {
	eachPeople(t, func(t *testing.T, s *auth.Service, h http.Handler, person func(string, auth.Rights) *browser) {
		p, err := profile.Load("wenzhou")
		if err != nil {
			t.Fatal(err)
		}
		a := New(Config{Policy: auth.DefaultPolicy(), Auth: s})
		a.Reference(p)
		stranger := &browser{t: t, h: a.Handler()}
		stranger.refused("GET", "/reference", "", 401, "")
		someone := person("wangge", auth.Rights{Roles: []auth.Role{auth.Grid}, Area: "330302"})
		someone.h = a.Handler()
		out := someone.ok("GET", "/reference", "")
		if place, _ := out["place"].(map[string]any); place["name"] != "温州市" {
			t.Errorf("%v", out["place"])
		}
	})
}
