package api

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/qingshao/qingshao/internal/auth"
)

func TestConsole(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("console.log('清哨');", 200)
	a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: fakeAuth{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := a.Console(fstest.MapFS{"index.html": {Data: []byte("<p>首页</p>")}, "assets/a-1f.js": {Data: []byte(script)}}); err != nil {
		t.Fatal(err)
	}
	h := a.Handler()
	for _, c := range []struct {
		path, encoding string
		status         int
		contains       string
		cache          string
	}{
		{"/", "", 200, "首页", "no-cache"},
		{"/issues/1", "", 200, "首页", "no-cache"},
		{"/assets/a-1f.js", "", 200, "清哨", "public, max-age=31536000, immutable"},
		{"/assets/a-1f.js", "gzip", 200, "清哨", "public, max-age=31536000, immutable"},
		{"/assets/gone.js", "", 404, "", ""},
		{"/api/v1/nothing", "", 404, "", "no-store"},
		{"/../../etc/passwd", "", 307, "", ""},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Accept-Encoding", c.encoding)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		body := io.Reader(w.Body)
		if w.Header().Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		} else if c.encoding == "gzip" {
			t.Errorf("%s was not compressed", c.path)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if w.Code != c.status && !(c.status == 307 && w.Code/100 == 3) || !strings.Contains(string(text), c.contains) {
			t.Errorf("%s: %d %.80s", c.path, w.Code, text)
		}
		if got := w.Header().Get("Cache-Control"); c.cache != "" && got != c.cache {
			t.Errorf("%s: Cache-Control %q", c.path, got)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 304 {
		t.Errorf("an unchanged page was sent again: %d", w.Code)
	}
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src 'self'") {
		t.Error("no content security policy")
	}
}
