package demo

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
)

// A short past is played once; what it leaves behind is looked at through the
// interface, and then once more after a restart.
func TestPrepare_LeavesALivingCityBehind(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := Config{Seed: 1, Out: &out, past: span{days: 8, hours: 6 * time.Hour, live: 10 * time.Minute},
		App: app.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0", Profile: "wenzhou",
			Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}}
	d := prepared(t, c)
	look := visitor(t, d, "leader")
	n := map[string]int{}
	for _, kind := range []string{"enterprises", "clues", "issues"} {
		n[kind] = total(t, look, kind)
	}
	if n["enterprises"] != len(d.world.Enterprises())+len(unwatched) {
		t.Errorf("registry: %v", n)
	}
	if devices := total(t, visitor(t, d, "duty"), "devices"); devices != len(d.world.Outlets())+1 {
		t.Errorf("%d devices; one of the unwatched has one that never sends", devices)
	}
	if n["clues"] < 4 || n["issues"] < 2 {
		t.Errorf("too quiet: %v", n)
	}
	states := map[string]int{}
	for _, kind := range []string{"clues", "issues"} {
		for _, s := range []string{"new", "adopted", "dismissed", "referred", "settled", "pending", "assigned", "working", "submitted", "accepted", "closed"} {
			if (kind == "clues") != (strings.Contains("new adopted dismissed referred settled", s)) {
				continue
			}
			list, err := look.list(t.Context(), kind, s)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) > 0 {
				states[kind]++
			}
		}
	}
	if states["clues"] < 2 || states["issues"] < 2 {
		t.Errorf("all things are in the same state: %v", states)
	}
	for _, state := range []string{"working", "closed"} {
		if list, err := look.list(t.Context(), "risk-map/tasks", state); err != nil || len(list) == 0 {
			t.Errorf("no follow-up of a unit is %s: %v", state, err)
		}
	}
	for _, state := range []string{"pending", "assigned", "working", "submitted", "accepted", "closed"} {
		list, err := look.list(t.Context(), "issues", state)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			for _, told := range tips {
				if x.Title == told.title && x.Category != told.category {
					t.Errorf("%s is %s, not %s", x.Title, x.Category, told.category)
				}
			}
		}
	}
	for _, p := range []string{"agency", "clerk"} {
		who := visitor(t, d, p)
		tokens, err := d.App().Accounts().Tokens(t.Context(), auth.Actor{ID: who.id})
		if err != nil || len(tokens) != 1 {
			t.Errorf("%s has %d tokens besides the test's: %v", p, len(tokens)-1, err)
		}
	}
	var suspects struct {
		Items []struct{ Rule, Summary string }
	}
	if err := look.call(t.Context(), http.MethodGet, "/alarms?level=suspect", nil, &suspects); err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{"治理设施用电仅", "停限产期间仍在生产"} { // a treatment that stands, production under an order
		if !slices.ContainsFunc(suspects.Items, func(a struct{ Rule, Summary string }) bool { return strings.Contains(a.Summary, said) }) {
			t.Errorf("no alarm says %s: %+v", said, suspects.Items)
		}
	}
	secret := passwordOf(t, out.String(), "duty")
	if err := d.App().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	out.Reset()
	again := prepared(t, c)
	if strings.Contains(out.String(), "正在生成") {
		t.Error("the past was played twice")
	}
	if passwordOf(t, out.String(), "duty") == secret {
		t.Error("a start gives fresh passwords")
	}
	look = visitor(t, again, "leader")
	for kind, want := range n {
		if got := total(t, look, kind); got != want {
			t.Errorf("%d %s after a restart, %d before", got, kind, want)
		}
	}
	if err := again.App().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPrepare_RefusesAClockOfItsOwn(t *testing.T) {
	t.Parallel()
	if _, err := Prepare(t.Context(), Config{Out: &bytes.Buffer{}, App: app.Config{Dir: t.TempDir(), Profile: "wenzhou", Now: time.Now}}); err == nil {
		t.Error("the demo lives in real time")
	}
}

func TestPrepare_UnknownPlace(t *testing.T) {
	t.Parallel()
	if _, err := Prepare(t.Context(), Config{Out: &bytes.Buffer{}, App: app.Config{Dir: t.TempDir(), Profile: "atlantis"}}); err == nil {
		t.Error("no such place")
	}
}

func prepared(t *testing.T, c Config) *Demo {
	t.Helper()
	d, err := Prepare(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.App().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func total(t *testing.T, p *person, kind string) int {
	t.Helper()
	var page struct {
		Total int `json:"total"`
	}
	if err := p.call(t.Context(), http.MethodGet, "/"+kind, nil, &page); err != nil {
		t.Fatal(err)
	}
	return page.Total
}

func passwordOf(t *testing.T, text, login string) string {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == login {
			return f[1]
		}
	}
	t.Fatalf("no password of %s in\n%s", login, text)
	return ""
}

// visitor signs somebody of the cast in for a look.
func visitor(t *testing.T, d *Demo, login string) *person {
	t.Helper()
	s := d.App().Accounts()
	u, err := s.UserByLogin(t.Context(), director, login)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := s.IssueToken(t.Context(), auth.System("test"), u.ID, "看一看", 1)
	if err != nil {
		t.Fatal(err)
	}
	return &person{member: member{Login: login}, id: u.ID, token: secret, base: "http://" + d.App().Addr() + "/api/v1"}
}
