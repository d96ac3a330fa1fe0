package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/obs"
)

// byRole signs in whoever names a role as token.
type byRole struct{ fakeAuth }

func (byRole) ByToken(_ context.Context, token string) (auth.Actor, error) {
	return auth.Actor{ID: token, Roles: []auth.Role{auth.Role(token)}}, nil
}

func systemAPI(t *testing.T, ready error) http.Handler {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: byRole{}, Log: log})
	h := obs.NewHealth(log)
	h.Check("database", func(context.Context) error { return ready })
	start := time.Date(2026, 11, 21, 1, 30, 0, 0, time.UTC)
	a.System(SystemSources{Version: "v9", Engine: "sqlite", Place: "某市", StartedAt: start, Now: func() time.Time { return start.Add(90 * time.Second) },
		Health: h, Metrics: obs.NewMetrics("v9"),
		Jobs: func(context.Context) (job.Counts, error) {
			return job.Counts{Ready: 2, Dead: 1, Late: 5 * time.Second}, nil
		},
		Log:     func(context.Context) (audit.Status, error) { return audit.Status{Size: 40, Pending: 3}, nil },
		Gateway: func() GatewayView { return GatewayView{Connections: 4, Frames: 100} },
		Disk:    func() (DiskView, error) { return DiskView{Total: 100, Free: 60}, nil }})
	return a.Handler()
}

func TestSystem_ForThoseWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	h := systemAPI(t, nil)
	for role, status := range map[auth.Role]int{auth.Admin: 200, auth.SecAdmin: 200, auth.Auditor: 200, auth.Clerk: 403, auth.Enterprise: 403} {
		w := send(h, "GET", "/system", string(role), "", nil)
		if w.Code != status {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
		if status != 200 {
			continue
		}
		for _, want := range []string{`"version":"v9"`, `"started_at":"2026-11-21T09:30:00+08:00"`, `"uptime_seconds":90`, `"ready":true`,
			`"jobs":{"ready":2,"leased":0,"dead":1,"late_seconds":5}`, `"pending":3`, `"connections":4`, `"free":60`} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("lacks %s: %s", want, w.Body)
			}
		}
	}
}

func TestSystem_SaysWhyItIsNotReady(t *testing.T) {
	t.Parallel()
	for why, want := range map[error]string{
		fault.New(fault.Unavailable, "空间已满").Because(errors.New("secret")): `{"name":"database","ok":false,"reason":"空间已满"}`,
		errors.New("secret"): `{"name":"database","ok":false,"reason":"检查没有通过，原因见运行日志"}`,
	} {
		w := send(systemAPI(t, why), "GET", "/system", "admin", "", nil)
		if !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("lacks %s: %s", want, w.Body)
		}
	}
}

func TestHealth_WithoutSignIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ready  error
		path   string
		status int
	}{{nil, "/healthz", 200}, {nil, "/readyz", 200}, {errors.New("down"), "/healthz", 200}, {errors.New("down"), "/readyz", 503}} {
		w := httptest.NewRecorder()
		systemAPI(t, c.ready).ServeHTTP(w, httptest.NewRequest("GET", c.path, nil))
		if w.Code != c.status {
			t.Errorf("%s with %v: %d", c.path, c.ready, w.Code)
		}
	}
}

func TestMetrics_ForThisMachineOrByToken(t *testing.T) {
	t.Parallel()
	h := systemAPI(t, nil)
	for _, c := range []struct {
		name, remote, header, value string
		status                      int
	}{
		{"this machine", "127.0.0.1:9", "", "", 200},
		{"this machine over IPv6", "[::1]:9", "", "", 200},
		{"elsewhere", "192.0.2.1:9", "", "", 401},
		{"a proxy on this machine", "127.0.0.1:9", "X-Forwarded-For", "192.0.2.1", 401},
		{"elsewhere with a claim", "192.0.2.1:9", "X-Forwarded-For", "127.0.0.1", 401},
		{"administrator's token", "192.0.2.1:9", "Authorization", "Bearer admin", 200},
		{"clerk's token, even here", "127.0.0.1:9", "Authorization", "Bearer clerk", 401},
		{"no address", "@", "", "", 401},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = c.remote
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || (w.Code == 200) != strings.Contains(w.Body.String(), "qingshao_build_info") {
			t.Errorf("%s: %d", c.name, w.Code)
		}
	}
}
