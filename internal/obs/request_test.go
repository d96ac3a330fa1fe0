package obs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// surface is a small program: a mux behind Requests, its log and its metrics.
func surface(t *testing.T, level string) (http.Handler, *bytes.Buffer, *Metrics) {
	t.Helper()
	var b bytes.Buffer
	log, err := NewLogger(&b, LogConfig{Format: "text", Level: level})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMetrics("v1")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, RequestID(r.Context())) })
	mux.HandleFunc("GET /late", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "half"); panic("boom qs_pat_geheim") })
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("boom qs_pat_geheim") })
	mux.HandleFunc("GET /abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Errorf("deadline: %v", err)
		}
	})
	return Requests(log, m, mux), &b, m
}

func ask(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func scrape(m *Metrics) string {
	return ask(m.Handler(), "/metrics").Body.String()
}

func TestRequests_IDLogAndCount(t *testing.T) {
	t.Parallel()
	h, log, m := surface(t, "debug")
	w := ask(h, "/things/7?q=举报人电话")
	id := w.Header().Get(RequestHeader)
	if len(id) != 36 || w.Body.String() != id {
		t.Errorf("id %q, body %q", id, w.Body)
	}
	line := log.String()
	if !strings.Contains(line, "path=/things/7 ") || !strings.Contains(line, "status=200 bytes=36") || !strings.Contains(line, "request="+id) || strings.Contains(line, "举报人") || strings.Contains(line, "192.0.2") {
		t.Errorf("log %s", line)
	}
	ask(h, "/nowhere")
	out := scrape(m)
	for _, want := range []string{`qingshao_http_requests_total{route="GET /things/{id}",status="200"} 1`, `route="other",status="404"} 1`,
		`qingshao_http_request_seconds_count{route="GET /things/{id}"} 1`, `qingshao_build_info{`, `version="v1"`, "go_goroutines"} {
		if !strings.Contains(out, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

func TestRequests_ReadingIsNoNews(t *testing.T) {
	t.Parallel()
	h, log, _ := surface(t, "info")
	ask(h, "/healthz")
	if log.Len() != 0 {
		t.Errorf("reading is logged: %s", log)
	}
	ask(h, "/nowhere")
	r := httptest.NewRequest("POST", "/things", nil)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if out := log.String(); strings.Count(out, "level=INFO") != 2 || !strings.Contains(out, "status=404") || !strings.Contains(out, "method=POST") {
		t.Errorf("log %s", out)
	}
}

func TestDiskSpace(t *testing.T) {
	t.Parallel()
	total, free, err := DiskSpace(t.TempDir())
	if err != nil || total <= 0 || free < 0 || free > total {
		t.Errorf("%d of %d, %v", free, total, err)
	}
	if _, _, err := DiskSpace("/nowhere/at/all"); err == nil {
		t.Error("a folder that is not there has room")
	}
}

func TestRequests_TakesHarmlessIDsOnly(t *testing.T) {
	t.Parallel()
	h, _, _ := surface(t, "info")
	for _, c := range []struct{ header, value, want string }{
		{RequestHeader, "proxy-0001.a_b", "proxy-0001.a_b"},
		{RequestHeader, "short", ""},
		{RequestHeader, "bad\nline level=ERROR", ""},
		{RequestHeader, strings.Repeat("x", 65), ""},
		{"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"},
		{"Traceparent", "00-zzz-1-1", ""},
	} {
		got := ask(h, "/things/1", c.header, c.value).Header().Get(RequestHeader)
		if c.want != "" && got != c.want || c.want == "" && (got == c.value || len(got) != 36) {
			t.Errorf("%s %q: %q", c.header, c.value, got)
		}
	}
}

func TestRequests_PanicBecomesAnAnswerWithTheID(t *testing.T) {
	t.Parallel()
	h, log, m := surface(t, "info")
	w := ask(h, "/panic")
	id := w.Header().Get(RequestHeader)
	if w.Code != 500 || !strings.Contains(w.Body.String(), id) || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if out := log.String(); !strings.Contains(out, "boom") || strings.Contains(out, "geheim") || !strings.Contains(out, "request_test.go") {
		t.Errorf("log %s", out)
	}
	if w := ask(h, "/late"); w.Body.String() != "half" {
		t.Errorf("a begun answer got more: %s", w.Body)
	}
	if out := scrape(m); !strings.Contains(out, `route="GET /panic",status="500"} 1`) {
		t.Error("the panic is not counted")
	}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("an abort was swallowed")
		}
	}()
	ask(h, "/abort")
}

func TestRequests_StreamsAndDeadlinesReachTheConnection(t *testing.T) {
	t.Parallel()
	h, _, _ := surface(t, "info")
	s := httptest.NewServer(h)
	defer s.Close()
	r, err := http.Get(s.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 200 {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestMetrics_OwnGaugesAndCounters(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1")
	n := 1.0
	m.Gauge("queue_ready", "Jobs that wait.", func() float64 { return n })
	m.Counter("frames_total", "Frames.", func() float64 { return 7 })
	n = 5
	if out := scrape(m); !strings.Contains(out, "\nqingshao_queue_ready 5\n") || !strings.Contains(out, "# TYPE qingshao_frames_total counter") {
		t.Error(out)
	}
}

func TestHealth_ReadyWhenEveryCheckHolds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	h := NewHealth(slog.New(slog.NewTextHandler(&b, nil)))
	var fail error
	h.Check("database", func(context.Context) error { return nil })
	h.Check("gateway", func(context.Context) error { return fail })
	w := ask(http.HandlerFunc(h.Readyz), "/readyz")
	if w.Code != 200 || !strings.Contains(w.Body.String(), `{"name":"gateway","ok":true}`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	fail = errors.New("listen 10.0.0.5: refused")
	w = ask(http.HandlerFunc(h.Readyz), "/readyz")
	if w.Code != 503 || !strings.Contains(w.Body.String(), `{"name":"gateway","ok":false}`) || strings.Contains(w.Body.String(), "10.0.0.5") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(b.String(), "10.0.0.5") {
		t.Error("the reason is not logged")
	}
	if w := ask(http.HandlerFunc(h.Healthz), "/healthz"); w.Code != 200 || w.Body.String() != `{"status":"ok"}`+"\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHealth_AStuckCheckIsNotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHealth(slog.New(slog.NewTextHandler(io.Discard, nil)))
		free := make(chan struct{})
		h.Check("stuck", func(context.Context) error { <-free; return nil }) // does not even listen to its context
		start := time.Now()
		if _, ok := h.Ready(t.Context()); ok || time.Since(start) != checkLimit {
			t.Errorf("ready %v after %v", ok, time.Since(start))
		}
		close(free)
	})
}
