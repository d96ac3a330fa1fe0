package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"平常的话 330302", "平常的话 330302"},
		{"used qs_pat_AbC-12_x9 twice", "used qs_pat_*** twice"},
		{"Authorization was Bearer abc.def-ghi", "Authorization was Bearer ***"},
		{"connect postgres://qs:p%40ss:w@db.example:5432/qs?sslmode=disable failed", "connect postgres://qs:***@db.example:5432/qs?sslmode=disable failed"},
		{"connect postgres://db.example/qs", "connect postgres://db.example/qs"},
		{"host=db password=hunter2 user=qs", "host=db password=*** user=qs"},
		{`{"password":"a b","name":"x"}`, `{"password":***,"name":"x"}`},
		{"{Login:zhang Password:geheim}", "{Login:zhang Password:***}"},
		{"##0101QN=1;ST=31;CN=2011;PW=123456;MN=88888880000001;Flag=5;", "##0101QN=1;ST=31;CN=2011;PW=***;MN=88888880000001;Flag=5;"},
	} {
		if got := Redact(c.in); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

type account struct{ Login, Password string }

func TestLogger_HidesSecretsWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		log, err := NewLogger(&b, LogConfig{Format: format, Level: "info"})
		if err != nil {
			t.Fatal(err)
		}
		log = log.With("cookie", "geheim1").WithGroup("g")
		log.Info("login with qs_pat_geheim2", "password", "geheim3", "err", errors.New("dial postgres://u:geheim4@h/d"),
			"user", account{"zhang", "geheim5"}, "p", &account{"zhang", "geheim5"}, "raw", []byte("geheim6"), slog.Group("in", "AccessToken", "geheim7"),
			"list", []string{"Bearer geheim8"}, "took", 3*time.Second)
		log.Debug("below the level")
		out := b.String()
		if strings.Contains(out, "geheim") || strings.Count(out, "\n") != 1 || !strings.Contains(out, "zhang") || !strings.Contains(out, "login with") {
			t.Errorf("%s: %s", format, out)
		}
		if format == "json" {
			var line struct {
				Time  time.Time
				Level string
			}
			if err := json.Unmarshal(b.Bytes(), &line); err != nil || line.Level != "INFO" || line.Time.IsZero() {
				t.Errorf("%+v, %v", line, err)
			}
		}
	}
}

func TestLogger_AddsTheRequest(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log, err := NewLogger(&b, LogConfig{Format: "json", Level: "debug"})
	if err != nil {
		t.Fatal(err)
	}
	log.With("a", 1).InfoContext(context.WithValue(context.Background(), requestKey{}, "r-1"), "x")
	log.Info("y")
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if !strings.Contains(lines[0], `"request":"r-1"`) || strings.Contains(lines[1], "request") {
		t.Errorf("%s", b.String())
	}
}

func TestNewLogger_RefusesUnknownSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		c    LogConfig
		want string
	}{{LogConfig{"xml", "info"}, "text 或 json"}, {LogConfig{"text", "loud"}, "debug、info"}, {LogConfig{"", ""}, "日志级别"}} {
		if _, err := NewLogger(&bytes.Buffer{}, c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.c, err)
		}
	}
}
