package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
)

type fakeAuth struct{}

func (fakeAuth) BySession(_ context.Context, token string) (auth.Actor, error) {
	if token != "good" {
		return auth.Actor{}, fault.New(fault.Unauthorized, "登录已过期，请重新登录")
	}
	return auth.Actor{ID: "u1", Name: "甲"}, nil
}

func (f fakeAuth) ByToken(ctx context.Context, token string) (auth.Actor, error) {
	return f.BySession(ctx, token)
}

func testAPI(t *testing.T) http.Handler {
	t.Helper()
	a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: fakeAuth{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	type in struct {
		Kind string `query:"kind" enum:"a,b"`
		Paging
	}
	get(a, "who", "/who", "我是谁", func(ctx context.Context, _ *in) (Page[string], error) {
		return Page[string]{Items: []string{actor(ctx).Name}, Total: 1}, nil
	})
	get(a, "boom", "/boom", "出错", func(context.Context, *None) (None, error) { return None{}, errors.New("pq: password") })
	get(a, "conflict", "/conflict", "冲突", func(context.Context, *None) (None, error) {
		return None{}, fault.Conflictf("已被他人修改，请刷新").With("version", "不是最新")
	})
	get(a, "ours", "/ours", "有岗位的", func(context.Context, *None) (None, error) { return None{}, nil }, needs(auth.IssueRead))
	get(a, "free", "/free", "公开", func(context.Context, *None) (None, error) { return None{}, nil }, open)
	type body struct {
		Body struct {
			Name string `json:"name" minLength:"2"`
		}
	}
	post(a, "make", "/make", "新建", func(_ context.Context, b *body) (string, error) { return b.Body.Name, nil })
	return a.Handler()
}

func TestRequests(t *testing.T) {
	t.Parallel()
	h := testAPI(t)
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		contains, lacks          string
	}{
		{name: "no sign-in", method: "GET", path: "/who", status: 401, contains: "请先登录"},
		{name: "stale session", method: "GET", path: "/who", header: map[string]string{"Cookie": "qs_session=old"}, status: 401, contains: "重新登录"},
		{name: "session", method: "GET", path: "/who", header: map[string]string{"Cookie": "qs_session=good"}, status: 200, contains: `"items":["甲"]`},
		{name: "token", method: "GET", path: "/who", header: map[string]string{"Authorization": "Bearer good"}, status: 200, contains: "甲"},
		{name: "open operation", method: "GET", path: "/free", status: 200},
		{name: "unexpected errors show an id only", method: "GET", path: "/boom", header: map[string]string{"Authorization": "Bearer good"}, status: 500, contains: "错误编号", lacks: "password"},
		{name: "a fault keeps its sentence and fields", method: "GET", path: "/conflict", header: map[string]string{"Authorization": "Bearer good"}, status: 409, contains: "body.version"},
		{name: "a bad choice is named in Chinese", method: "GET", path: "/who?kind=c", header: map[string]string{"Authorization": "Bearer good"}, status: 422, contains: "应为其中之一"},
		{name: "an unknown parameter is refused", method: "GET", path: "/who?knd=a", header: map[string]string{"Authorization": "Bearer good"}, status: 422},
		{name: "a browser's change needs our header", method: "POST", path: "/make", body: `{"name":"乙方"}`, header: map[string]string{"Cookie": "qs_session=good"}, status: 403, contains: "防跨站请求"},
		{name: "with our header", method: "POST", path: "/make", body: `{"name":"乙方"}`, header: map[string]string{"Cookie": "qs_session=good", "X-Qingshao": "1"}, status: 200, contains: "乙方"},
		{name: "too short, value not echoed", method: "POST", path: "/make", body: `{"name":"Z"}`, header: map[string]string{"Authorization": "Bearer good"}, status: 422, contains: "至少 2 个字", lacks: `"Z"`},
		{name: "a list that no duty of the person opens", method: "GET", path: "/ours", header: map[string]string{"Authorization": "Bearer good"}, status: 403, contains: "权限"},
		{name: "not JSON", method: "POST", path: "/make", body: `{`, header: map[string]string{"Authorization": "Bearer good"}, status: 400, contains: "无法识别"},
		{name: "unknown path", method: "GET", path: "/nowhere", status: 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, Base+c.path, strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json")
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if c.lacks != "" && strings.Contains(w.Body.String(), c.lacks) {
				t.Errorf("answer leaks %q: %s", c.lacks, w.Body)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestOpenAPI_Is31AndOpen(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	testAPI(t).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Paths["/api/v1/who"] == nil {
		t.Errorf("document %s with %d paths", doc.OpenAPI, len(doc.Paths))
	}
}
