package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
)

// eachSystem runs f with a surface of the audit log, events and jobs on both
// engines.
func eachSystem(t *testing.T, f func(t *testing.T, s desk)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		log := slog.New(slog.NewTextHandler(io.Discard, nil))
		people := auth.New(d, auth.DefaultPolicy(), auth.Config{Hash: auth.HashCost{MemoryKiB: 64, Passes: 1, Lanes: 1}})
		s := desk{t: t, d: d, clock: c, people: people, log: audit.New(d, "wenzhou", log), bus: bus.New(d), jobs: job.NewRunner(d, log)}
		s.api = New(Config{Title: "测试", Version: "1", Secure: true, Policy: people.Policy(), Auth: people, Log: log,
			Exported: func(ctx context.Context, who auth.Actor, what, query string) error {
				return d.Write(ctx, func(tx *db.Tx) error {
					return audit.Record(ctx, tx, audit.Entry{Actor: who.ID, Action: "export." + what, Kind: "export", Detail: query})
				})
			}})
		s.api.Audit(s.log, people)
		s.api.Jobs(s.jobs)
		s.api.Events(s.bus, people, map[string]Seeing{"issue": func(_ context.Context, who auth.Actor, id string) error {
			if id == "of-"+who.Agency {
				return nil
			}
			return fault.NotFoundf("没有这个问题")
		}})
		f(t, s)
	})
}

type desk struct {
	t      *testing.T
	d      *db.DB
	clock  *dbtest.Clock
	people *auth.Service
	log    *audit.Log
	bus    *bus.Bus
	jobs   *job.Runner
	api    *API
}

// person opens an account and gives a browser that bears its token.
func (s desk) person(login string, r auth.Rights) *browser {
	s.t.Helper()
	ctx := context.Background()
	u, err := s.people.Provision(ctx, auth.System("test"), auth.Account{Profile: auth.Profile{Login: login, Name: "某" + login}, Rights: r})
	if err != nil {
		s.t.Fatal(err)
	}
	_, token, err := s.people.IssueToken(ctx, auth.System("test"), u.ID, "测试", 1)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{t: s.t, h: s.api.Handler(), bearer: token}
}

func (s desk) officer(r auth.Role) *browser {
	return s.person(string(r), auth.Rights{Roles: []auth.Role{r}})
}

func (s desk) publish(topic, kind, subject, area string) {
	s.t.Helper()
	ctx := context.Background()
	if err := s.d.Write(ctx, func(tx *db.Tx) error { return bus.Publish(ctx, tx, topic, kind, subject, area, nil) }); err != nil {
		s.t.Fatal(err)
	}
}

func TestAudit_ReadsProvesVerifiesExports(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		b := s.officer(auth.Auditor)
		page := b.ok("GET", "/audit/entries?limit=1", "")
		e := page["items"].([]any)[0].(map[string]any)
		if e["seq"] != 0.0 || e["actor_id"] != "system:test" || e["actor_name"] != "系统" || page["next"] == "" || e["hash"] == "" {
			t.Errorf("a waiting entry: %v of %v", e, page)
		}
		proof := b.ok("GET", "/audit/entries/"+e["id"].(string)+"/proof", "")
		if proof["ok"] != true || proof["hash"] != e["hash"] || proof["seq"].(float64) < 1 || !strings.HasPrefix(proof["checkpoint"].(string), "wenzhou/") {
			t.Errorf("proof %v", proof)
		}
		point := b.ok("GET", "/audit/checkpoint", "")
		if point["size"] != proof["size"] || point["root"] != proof["root"] || point["pending"] != 0.0 {
			t.Errorf("checkpoint %v", point)
		}
		v := b.ok("POST", "/audit/verify", "{}")
		if v["ok"] != true || v["checked"] != point["size"] || len(v["problems"].([]any)) != 0 {
			t.Errorf("verdict %v", v)
		}
		found := b.ok("GET", "/audit/entries?action=audit.verify", "")
		if found["total"] != 1.0 {
			t.Errorf("the check itself is not in the log: %v", found)
		}
		if fresh := b.ok("GET", "/audit/checkpoint?fresh=true", ""); fresh["size"].(float64) <= point["size"].(float64) {
			t.Errorf("fresh checkpoint %v", fresh)
		}
		r := httptest.NewRequest("GET", Base+"/audit/export?action=audit.", nil)
		r.Header.Set("Authorization", "Bearer "+b.bearer)
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
		if w.Code != 200 || len(lines) != 3 || !strings.Contains(lines[0], `"keys"`) || !strings.Contains(lines[2], "audit.verify") ||
			!strings.Contains(w.Header().Get("Content-Disposition"), "attachment") { // checkpoint, key, verify
			t.Errorf("export %d %v", w.Code, lines)
		}
		if n := b.ok("GET", "/audit/entries?action=export.audit", "")["total"]; n != 1.0 {
			t.Errorf("%v exports in the log", n)
		}
	})
}

func TestAudit_TamperingIsAnsweredInChinese(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		b := s.officer(auth.Auditor)
		b.ok("GET", "/audit/checkpoint?fresh=1", "")
		ctx := context.Background()
		if err := s.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE audit_entry SET actor = 'nobody' WHERE action LIKE 'user.%'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		v := b.ok("POST", "/audit/verify", "")
		if p := v["problems"].([]any); v["ok"] != false || len(p) == 0 || !strings.Contains(p[0].(string), "“操作人”一栏与正文不符") {
			t.Errorf("verdict %v", v)
		}
	})
}

func TestAudit_OnlyAuditors(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		for _, b := range []*browser{s.officer(auth.Admin), s.officer(auth.SecAdmin), s.person("boss", auth.Rights{Roles: []auth.Role{auth.Leader}})} {
			for _, path := range []string{"/audit/entries", "/audit/entries/x/proof", "/audit/checkpoint", "/audit/export"} {
				b.refused("GET", path, "", 403, "权限")
			}
			b.refused("POST", "/audit/verify", "", 403, "权限")
		}
		b := s.officer(auth.Auditor)
		b.refused("GET", "/audit/entries/none/proof", "", 404, "没有这条审计记录")
		b.refused("GET", "/audit/entries?from=gestern", "", 422, "看不懂")
		b.refused("GET", "/audit/entries?cursor=x", "", 422, "翻页标记")
		b.refused("POST", "/jobs/x/retry", "", 403, "权限") // the auditor changes nothing
		day := s.clock.Now().In(beijing).Format(time.DateOnly)
		if n := b.ok("GET", "/audit/entries?from="+day+"&to="+day, "")["total"].(float64); n == 0 {
			t.Error("the day's entries are not found by its date")
		}
		if n := b.ok("GET", "/audit/entries?to=2026-11-20", "")["total"]; n != 0.0 {
			t.Errorf("%v entries before the first day", n)
		}
	})
}

func TestJobs_ListAndRetry(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		ctx := context.Background()
		s.jobs.Handle("x", func(context.Context, job.Job) error { return job.Permanent(fmt.Errorf("对方没有应答")) })
		if err := s.d.Write(ctx, func(tx *db.Tx) error {
			return job.Enqueue(ctx, tx, job.Spec{Kind: "x", Payload: map[string]string{"issue": "1"}})
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.jobs.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		b := s.officer(auth.Admin)
		page := b.ok("GET", "/jobs?state=dead", "")
		j := page["items"].([]any)[0].(map[string]any)
		if page["total"] != 1.0 || j["kind"] != "x" || j["error"] != "对方没有应答" || j["payload"] != `{"issue":"1"}` || j["state"] != "dead" {
			t.Errorf("%v", page)
		}
		b.ok("POST", "/jobs/"+j["id"].(string)+"/retry", "")
		if got := b.ok("GET", "/jobs?state=ready", "")["total"]; got != 1.0 {
			t.Errorf("%v ready", got)
		}
		b.refused("POST", "/jobs/none/retry", "", 404, "没有这项")
		b.refused("GET", "/jobs?state=odd", "", 422, "")
		s.person("clerk", auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}).refused("GET", "/jobs", "", 403, "权限")
	})
}

// watcher reads an event stream line by line.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	end   func()
}

func (s desk) watch(h http.Handler, b *browser, last string) watcher {
	s.t.Helper()
	server := httptest.NewServer(h)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+Base+"/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.bearer)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultTransport.(*http.Transport).Clone().RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		text, _ := io.ReadAll(res.Body)
		s.t.Fatalf("%d %s %s", res.StatusCode, res.Header.Get("Content-Type"), text)
	}
	w := watcher{t: s.t, lines: bufio.NewScanner(res.Body), end: func() { cancel(); res.Body.Close(); server.Close() }}
	w.t.Cleanup(w.end)
	return w
}

// next gives the next event's fields; the preamble and heartbeats are passed over.
func (w watcher) next() (id, name string, e LiveEvent) {
	w.t.Helper()
	for w.lines.Scan() {
		line := w.lines.Bytes()
		if v, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			id = string(v)
		}
		if v, ok := bytes.CutPrefix(line, []byte("event: ")); ok {
			name = string(v)
		}
		if v, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			if err := json.Unmarshal(v, &e); err != nil {
				w.t.Fatal(err)
			}
			return id, name, e
		}
	}
	w.t.Fatalf("the stream ended: %v", w.lines.Err())
	return
}

func TestEvents_OnlyWhatOneMaySee(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		publishAll := func() {
			for _, e := range [][4]string{
				{"issue.assigned", "issue", "here", "330302"},
				{"issue.assigned", "issue", "elsewhere", "330303"},
				{"issue.assigned", "issue", "of-sthj-330303", "330303"},
				{"clue.entered", "clue", "c", "330302"},
				{"user.granted", "user", "u", ""},
				{"secret.thing", "secret", "s", "330302"},
				{"notice.sent", "issue", "elsewhere", "330303"},
			} {
				s.publish(e[0], e[1], e[2], e[3])
			}
		}
		want := map[string]struct {
			b     *browser
			shown []string
		}{
			"a clerk of the area":         {s.person("clerk", auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}), []string{"here", "c", ""}},
			"an agency by its own issues": {s.person("agency", auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330303", Agency: "sthj-330303"}), []string{"of-sthj-330303", ""}},
			"an administrator, no cases":  {s.officer(auth.Admin), []string{"u", ""}},
			"a leader of everything":      {s.person("leader", auth.Rights{Roles: []auth.Role{auth.Leader}}), []string{"here", "elsewhere", "of-sthj-330303", "c", ""}},
		}
		streams := map[string]watcher{}
		for name, c := range want {
			streams[name] = s.watch(s.api.Handler(), c.b, "")
			if !streams[name].lines.Scan() { // the preamble: the stream has begun
				t.Fatal("no preamble")
			}
		}
		publishAll()
		for name, c := range want {
			for _, subject := range c.shown {
				_, _, e := streams[name].next()
				if e.Subject != subject || subject == "" && (e.Topic != "notice.sent" || e.Kind != "notice" || e.Area != "") {
					t.Errorf("%s: got %+v, want %q", name, e, subject)
				}
			}
		}
	})
}

func TestEvents_ResumeAndReset(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		ctx := context.Background()
		b := s.person("leader", auth.Rights{Roles: []auth.Role{auth.Leader}})
		head, err := s.bus.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			s.publish("issue.assigned", "issue", fmt.Sprint(i), "330302")
		}
		w := s.watch(s.api.Handler(), b, fmt.Sprint(head+1))
		for i := int64(1); i < 4; i++ {
			if i == 3 {
				s.publish("issue.closed", "issue", "3", "330302")
			}
			id, name, e := w.next()
			if e.Subject != fmt.Sprint(i) || e.Seq != head+1+i || id != fmt.Sprint(e.Seq) || name != "" {
				t.Errorf("event %d: id %s, %q, %+v", i, id, name, e)
			}
		}
		for _, last := range []string{"x", "-1", "1.5"} {
			r := httptest.NewRequest("GET", Base+"/events", nil)
			r.Header.Set("Authorization", "Bearer "+b.bearer)
			r.Header.Set("Last-Event-ID", last)
			rec := httptest.NewRecorder()
			if b.h.ServeHTTP(rec, r); rec.Code != 422 {
				t.Errorf("Last-Event-ID %s: %d", last, rec.Code)
			}
		}
		s.clock.Advance(time.Hour)
		if _, err := s.bus.Trim(ctx, time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, last := range []string{fmt.Sprint(head), "99999"} { // trimmed since, or of another database
			w := s.watch(s.api.Handler(), b, last)
			if id, name, _ := w.next(); name != "reset" || id != fmt.Sprint(head+4) {
				t.Errorf("after %s: %s %s", last, id, name)
			}
		}
	})
}

func TestEvents_EndWithTheSessionAndTheServer(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		b := s.person("leader", auth.Rights{Roles: []auth.Role{auth.Leader}})
		stays := s.watch(s.api.Handler(), b, "")
		me, err := s.people.ByToken(context.Background(), b.bearer)
		if err != nil {
			t.Fatal(err)
		}
		short := New(Config{Policy: s.people.Policy(), Auth: s.people, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		short.heartbeat = 10 * time.Millisecond
		short.Events(s.bus, s.people, nil)
		ends := s.watch(short.Handler(), b, "")
		for beats := 0; beats < 3 && ends.lines.Scan(); {
			if strings.HasPrefix(ends.lines.Text(), ":") {
				beats++
			}
		}
		if err := s.people.RevokeToken(context.Background(), me, me.Session); err != nil {
			t.Fatal(err)
		}
		for ends.lines.Scan() { // until the next heartbeat finds the token gone
		}
		s.api.EndStreams()
		for stays.lines.Scan() {
		}
		if ends.lines.Err() != nil || stays.lines.Err() != nil {
			t.Errorf("not ended but broken: %v, %v", ends.lines.Err(), stays.lines.Err())
		}
	})
}

func TestEvents_APageThatDoesNotReadHoldsUpNobody(t *testing.T) {
	eachSystem(t, func(t *testing.T, s desk) {
		b := s.person("leader", auth.Rights{Roles: []auth.Role{auth.Leader}})
		stuck := s.watch(s.api.Handler(), b, "") // never read from
		quick := s.watch(s.api.Handler(), b, "")
		if !quick.lines.Scan() {
			t.Fatal("no preamble")
		}
		const total = 600
		long := strings.Repeat("x", 4000) // so that the line to the stuck page is full long before the end
		for i := range total {
			s.publish("issue.assigned", "issue", fmt.Sprint(i, long), "330302")
		}
		for i := range total {
			if _, _, e := quick.next(); e.Subject != fmt.Sprint(i, long) {
				t.Fatalf("event %d is %.10s", i, e.Subject)
			}
		}
		stuck.end() // and the server can leave it
	})
}

func TestEvents_ABoundedNumberOfPages(t *testing.T) {
	t.Parallel()
	r := &live{open: map[string]int{}}
	for range mostStreams {
		if !r.enter("a") {
			t.Fatal("refused too early")
		}
	}
	if r.enter("a") || !r.enter("b") {
		t.Error("the bound is not by person")
	}
	r.leave("a")
	if !r.enter("a") {
		t.Error("a closed page does not make room")
	}
}
