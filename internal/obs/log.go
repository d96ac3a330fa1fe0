// Package obs lets operators see inside the running program (运行监测): structured
// logs without secrets, a request id on every line, metrics for Prometheus, and
// the two questions whether the process lives and whether it is ready.
//
// obs records nothing for the law (audit does) and nothing about people: no
// query strings, no addresses, no texts.
package obs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// LogConfig says how to log. Format is "text" or "json"; Level is "debug",
// "info", "warn" or "error".
type LogConfig struct {
	Format string
	Level  string
}

// NewLogger makes a logger that hides secrets and adds the request's id. The
// error says in Chinese what a setting must be.
func NewLogger(w io.Writer, c LogConfig) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, fmt.Errorf("日志级别应为 debug、info、warn 或 error，而不是“%s”", c.Level)
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	var h slog.Handler
	switch c.Format {
	case "text":
		h = slog.NewTextHandler(w, o)
	case "json":
		h = slog.NewJSONHandler(w, o)
	default:
		return nil, fmt.Errorf("日志格式应为 text 或 json，而不是“%s”", c.Format)
	}
	return slog.New(requestHandler{h}), nil
}

// hidden stands in place of a secret.
const hidden = "***"

// secretKeys are parts of attribute names whose value is never written.
var secretKeys = []string{"password", "passwd", "secret", "token", "cookie", "authorization", "skey", "dsn", "口令", "密码"}

// secretValues find secrets wherever they stand: our tokens, bearer headers,
// the password of a URL, the password of an HJ 212 frame.
var secretValues = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`qs_pat_[A-Za-z0-9_-]+`), "qs_pat_" + hidden},
	{regexp.MustCompile(`(?i)bearer\s+[A-Za-z0-9._~+/=-]+`), "Bearer " + hidden},
	{regexp.MustCompile(`([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@]*@`), "$1:" + hidden + "@"},
	{regexp.MustCompile(`(?i)(\w*(?:password|passwd|secret|token)\w*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&}]+)`), "$1" + hidden},
	{regexp.MustCompile(`\bPW=[^;&\s]*`), "PW=" + hidden},
}

func redact(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, k := range secretKeys {
		if strings.Contains(key, k) {
			return slog.String(a.Key, hidden)
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Redact(a.Value.String()))
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case slog.Level, *slog.Source:
			return a
		case []byte:
			return slog.String(a.Key, fmt.Sprintf("%d bytes", len(v)))
		default: // errors, lists, structs: as text, so that nothing inside escapes
			return slog.String(a.Key, Redact(fmt.Sprintf("%+v", v)))
		}
	}
	return a
}

// Redact hides what looks like a secret in a text.
func Redact(s string) string {
	for _, v := range secretValues {
		s = v.re.ReplaceAllString(s, v.to)
	}
	return s
}

// requestHandler adds the id of the request on whose behalf a line is written.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(a)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
