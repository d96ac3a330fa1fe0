package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

const testPassword = "Tqvz-8842-kmw"

type noNotices struct{}

func (noNotices) Unread(context.Context, auth.Actor) (int, error) { return 3, nil }

// browser talks to a surface as a browser does: it keeps the cookie.
type browser struct {
	t      *testing.T
	h      http.Handler
	cookie *http.Cookie
	bearer string
}

// do sends a request and returns the status and the decoded answer.
func (b *browser) do(method, path, body string) (int, map[string]any) {
	b.t.Helper()
	r := httptest.NewRequest(method, Base+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Qingshao", "1")
	r.Header.Set("User-Agent", "某浏览器")
	r.RemoteAddr = "192.0.2.7:4711"
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	if b.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Name != SessionCookie {
			b.t.Errorf("cookie %+v", c)
		}
		b.cookie = c
	}
	text := w.Body.String()
	if strings.HasPrefix(text, "[") {
		text = `{"items":` + text + `}`
	}
	out := map[string]any{}
	if strings.HasPrefix(text, "{") {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			b.t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
		}
	}
	return w.Code, out
}

// ok is do for a request that must succeed.
func (b *browser) ok(method, path, body string) map[string]any {
	b.t.Helper()
	code, out := b.do(method, path, body)
	if code != 200 {
		b.t.Fatalf("%s %s: %d %v", method, path, code, out)
	}
	return out
}

// refused is do for a request that must fail with a sentence.
func (b *browser) refused(method, path, body string, status int, piece string) {
	b.t.Helper()
	code, out := b.do(method, path, body)
	if detail, _ := out["detail"].(string); code != status || !strings.Contains(detail, piece) {
		b.t.Errorf("%s %s: %d %v, want %d with %q", method, path, code, out, status, piece)
	}
}

// eachPeople runs f with a surface of accounts on both engines; person opens an
// account and returns a browser signed in with it.
func eachPeople(t *testing.T, f func(t *testing.T, s *auth.Service, h http.Handler, person func(login string, r auth.Rights) *browser)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := auth.New(d, auth.DefaultPolicy(), auth.Config{Hash: auth.HashCost{MemoryKiB: 64, Passes: 1, Lanes: 1}})
		a := New(Config{Title: "测试", Version: "1", Secure: true, Policy: s.Policy(), Auth: s, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		same := func(s string) string { return "[" + s + "]" }
		a.Session(s, Names{same, same}, noNotices{})
		a.Users(s, Names{same, same})
		h := a.Handler()
		f(t, s, h, func(login string, r auth.Rights) *browser {
			t.Helper()
			_, err := s.Provision(context.Background(), auth.System("test"), auth.Account{Profile: auth.Profile{Login: login, Name: "某" + login}, Rights: r, Password: testPassword})
			if err != nil {
				t.Fatal(err)
			}
			b := &browser{t: t, h: h}
			b.ok("POST", "/session", `{"login":"`+login+`","password":"`+testPassword+`"}`)
			return b
		})
	})
}

func TestSession_SignInLookAroundSignOut(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, h http.Handler, person func(string, auth.Rights) *browser) {
		b := person("zhang", auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"})
		me := b.ok("GET", "/me", "")
		if me["login"] != "zhang" || me["area_name"] != "[330302]" || me["agency_name"] != "[sthj-330302]" || me["unread"] != 3.0 || me["must_change"] != false {
			t.Errorf("me %v", me)
		}
		if caps, _ := me["capabilities"].([]any); len(caps) == 0 {
			t.Error("no capabilities")
		}
		list := b.ok("GET", "/me/sessions", "")["items"].([]any)
		if s := list[0].(map[string]any); len(list) != 1 || s["device"] != "某浏览器" || s["address"] != "192.0.2.7" || s["current"] != true {
			t.Errorf("sessions %v", list)
		}
		tok := b.ok("POST", "/me/tokens", `{"name":"脚本"}`)
		script := &browser{t: t, h: h, bearer: tok["token"].(string)}
		script.ok("GET", "/me", "")
		script.refused("POST", "/me/tokens", `{"name":"再来"}`, 403, "令牌")
		if list := b.ok("GET", "/me/tokens", "")["items"].([]any); len(list) != 1 || list[0].(map[string]any)["token"] != nil {
			t.Errorf("tokens %v", list)
		}
		b.ok("DELETE", "/me/tokens/"+tok["id"].(string), "")
		script.refused("GET", "/me", "", 401, "访问令牌")
		old := *b
		b.ok("POST", "/me/password", `{"old":"`+testPassword+`","new":"Mnbv-7731-qwx"}`)
		old.refused("GET", "/me", "", 401, "重新登录")
		b.ok("DELETE", "/session", "")
		b.refused("GET", "/me", "", 401, "重新登录")
		b.refused("POST", "/session", `{"login":"zhang","password":"wrong"}`, 401, "不正确")
	})
}

func TestSession_MustChangeComesFirst(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, h http.Handler, person func(string, auth.Rights) *browser) {
		admin := person("admin", auth.Rights{Roles: []auth.Role{auth.Admin}})
		made := admin.ok("POST", "/users", `{"login":"li","name":"李四"}`)
		first := made["password"].(string)
		b := &browser{t: t, h: h}
		if me := b.ok("POST", "/session", `{"login":"li","password":"`+first+`"}`); me["must_change"] != true {
			t.Errorf("me %v", me)
		}
		b.refused("GET", "/roles", "", 403, "先修改密码")
		b.refused("POST", "/me/tokens", `{"name":"x"}`, 403, "先修改密码")
		b.ok("GET", "/me", "")
		b.refused("POST", "/me/password", `{"old":"`+first+`","new":"weak"}`, 422, "至少 10 个字符")
		b.ok("POST", "/me/password", `{"old":"`+first+`","new":"`+testPassword+`"}`)
		b.ok("GET", "/roles", "")
	})
}

func TestUsers_ThreeOfficersWorkTogether(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, _ http.Handler, person func(string, auth.Rights) *browser) {
		admin := person("admin", auth.Rights{Roles: []auth.Role{auth.Admin}})
		sec := person("secadmin", auth.Rights{Roles: []auth.Role{auth.SecAdmin}})
		u := admin.ok("POST", "/users", `{"login":"li","name":"李四","phone":"13800000000"}`)["user"].(map[string]any)
		path := "/users/" + u["id"].(string)
		admin.refused("POST", path+"/grant", `{"version":1,"roles":["clerk"],"area":"330302"}`, 403, "授予岗位与范围")
		sec.refused("POST", path+"/grant", `{"version":1,"roles":["clerk","auditor"],"area":"330302"}`, 422, "三员分立")
		got := sec.ok("POST", path+"/grant", `{"version":1,"roles":["clerk"],"area":"330302"}`)
		if got["area_name"] != "[330302]" || got["version"] != 2.0 {
			t.Errorf("granted %v", got)
		}
		sec.refused("POST", path+"/grant", `{"version":1,"roles":[],"area":""}`, 409, "已被他人修改")
		got = admin.ok("PATCH", path, `{"version":2,"email":"li@example.cn"}`)
		if got["phone"] != "13800000000" || got["email"] != "li@example.cn" {
			t.Errorf("patched %v", got)
		}
		got = admin.ok("POST", path+"/deactivate", "")
		if got["active"] != false {
			t.Errorf("deactivated %v", got)
		}
		admin.refused("POST", path+"/deactivate", "", 409, "已经停用")
		if page := sec.ok("GET", "/users?role=clerk&active=false", ""); page["total"] != 1.0 {
			t.Errorf("list %v", page)
		}
		admin.ok("POST", path+"/activate", "")
		if p := admin.ok("POST", path+"/reset-password", "")["password"].(string); len(p) < 12 {
			t.Errorf("password %q", p)
		}
		admin.ok("POST", path+"/unlock", "")
		me := admin.ok("GET", "/me", "")["id"].(string)
		admin.refused("POST", "/users/"+me+"/deactivate", "", 403, "自己的账号")
		admin.refused("GET", "/users/unknown", "", 404, "没有这个账号")
	})
}

func TestUsers_DeputiesAndPeople(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, _ http.Handler, person func(string, auth.Rights) *browser) {
		r := auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}
		zhang, li := person("zhang", r), person("li", r)
		me := zhang.ok("GET", "/me", "")["id"].(string)
		people := zhang.ok("GET", "/people?role=clerk&area=330302", "")["items"].([]any)
		other := people[0].(map[string]any)
		if len(people) != 2 || other["name"] != "某li" || other["phone"] != nil {
			t.Fatalf("people %v", people)
		}
		d := zhang.ok("POST", "/users/"+me+"/deputies", `{"deputy_id":"`+other["id"].(string)+`","from":"2026-11-21T09:00:00+08:00","to":"2026-11-25T18:00:00+08:00","reason":"年休假"}`)
		if d["to"] != "2026-11-25T18:00:00+08:00" {
			t.Errorf("deputy %v", d)
		}
		stands := li.ok("GET", "/me", "")["deputises"].([]any)
		if len(stands) != 1 || stands[0].(map[string]any)["name"] != "某zhang" {
			t.Errorf("deputises %v", stands)
		}
		li.refused("GET", "/users/"+me+"/deputies", "", 403, "")
		zhang.ok("DELETE", "/users/"+me+"/deputies/"+d["id"].(string), "")
		if list := zhang.ok("GET", "/users/"+me+"/deputies", "")["items"].([]any); list[0].(map[string]any)["ended_at"] == "" {
			t.Errorf("deputies %v", list)
		}
	})
}

func TestRoles_Matrix(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, _ http.Handler, person func(string, auth.Rights) *browser) {
		rows := person("zhang", auth.Rights{Roles: []auth.Role{auth.Clerk}}).ok("GET", "/roles", "")["items"].([]any)
		row := rows[0].(map[string]any)
		if len(rows) != 15 || row["title"] != "系统管理员" || row["officer"] != true {
			t.Errorf("%d rows, first %v", len(rows), row)
		}
		g := rows[5].(map[string]any)["capabilities"].([]any)
		if len(g) == 0 || g[0].(map[string]any)["reach_title"] == "" {
			t.Errorf("grants %v", g)
		}
	})
}

func TestSecure_ForeignPagesChangeNothing(t *testing.T) {
	eachPeople(t, func(t *testing.T, _ *auth.Service, h http.Handler, _ func(string, auth.Rights) *browser) {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest("POST", Base+"/session", strings.NewReader(`{"login":"zhang","password":"x"}`))
			r.Header.Set(header, value)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 403 || !strings.Contains(w.Body.String(), "防跨站") || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %d %s", header, w.Code, w.Body)
			}
		}
	})
}

func TestForwarded_BelievesTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct{ name, peer, header, want string }{
		{"no proxy", "192.0.2.7:4711", "", "192.0.2.7:4711"},
		{"a stranger's claim", "192.0.2.7:4711", "127.0.0.1", "192.0.2.7:4711"},
		{"a proxy without word", "10.0.0.5:80", "", "10.0.0.5:80"},
		{"a proxy", "10.0.0.5:80", "192.0.2.9", "192.0.2.9:0"},
		{"two proxies", "10.0.0.5:80", "192.0.2.9, 10.0.0.6", "192.0.2.9:0"},
		{"a claim before the proxy's word", "10.0.0.5:80", "127.0.0.1, 192.0.2.9", "192.0.2.9:0"},
		{"rubbish before the proxy's word", "10.0.0.5:80", "unknown, 192.0.2.9", "192.0.2.9:0"},
		{"rubbish", "10.0.0.5:80", "unknown", "10.0.0.5:80"},
		{"rubbish behind a proxy", "10.0.0.5:80", "unknown, 10.0.0.6", "10.0.0.6:0"},
		{"IPv6", "[::1]:80", "2001:db8::7", "[2001:db8::7]:0"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.5]:80", "::ffff:192.0.2.9", "192.0.2.9:0"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		got := ""
		forwarded(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
