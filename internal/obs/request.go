package obs

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/google/uuid"
)

type requestKey struct{}

// RequestID gives the id of the request that a context belongs to, or nothing.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// RequestHeader carries the id of a request to the caller, and from a proxy
// that gave one already.
const RequestHeader = "X-Request-Id"

// traceparent is W3C's header; its second part names the trace.
var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$`)

var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// requestID takes the caller's id when it is harmless, or makes one.
func requestID(r *http.Request) string {
	if m := traceparent.FindStringSubmatch(r.Header.Get("Traceparent")); m != nil {
		return m[1]
	}
	if id := r.Header.Get(RequestHeader); plainID.MatchString(id) {
		return id
	}
	return uuid.Must(uuid.NewV7()).String()
}

// Requests gives each request an id, counts and times it, logs it, and turns a
// panic into an answer with that id. Neither query nor address is logged; the
// path is, since it holds ids only.
func Requests(log *slog.Logger, m *Metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		w.Header().Set(RequestHeader, id)
		c := &counted{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				log.ErrorContext(r.Context(), "request panicked", "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				if c.status == 0 {
					failed(c, id)
				}
			}
			finish(log, m, r, c, time.Since(start))
		}()
		next.ServeHTTP(c, r)
	})
}

// failed answers what nobody foresaw, with the id and nothing else.
func failed(w http.ResponseWriter, id string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusInternalServerError)
	fmt.Fprintf(w, `{"status":500,"title":"系统出错","detail":"系统出错，已记录；请稍后重试，或将错误编号告知管理员：%s"}`, id)
}

func finish(log *slog.Logger, m *Metrics, r *http.Request, c *counted, took time.Duration) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	route := r.Pattern // the mux has written it: "GET /api/v1/issues/{id}"
	if route == "" {
		route = "other"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(c.status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
	level := slog.LevelDebug // reading is not news
	switch {
	case c.status >= 500:
		level = slog.LevelError
	case c.status >= 400 || r.Method != http.MethodGet && r.Method != http.MethodHead:
		level = slog.LevelInfo
	}
	log.Log(r.Context(), level, "request", "method", r.Method, "path", cut(r.URL.Path, 200), "status", c.status, "bytes", c.bytes, "took", took.Round(time.Microsecond).String())
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

// counted notes the status and length of an answer. Unwrap keeps deadlines and
// flushing of the connection reachable.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the final status; 1xx are only hints.
func (c *counted) WriteHeader(status int) {
	if c.status == 0 && status >= 200 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write notes the length.
func (c *counted) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Flush sends what is buffered, for event streams.
func (c *counted) Flush() {
	_ = http.NewResponseController(c.ResponseWriter).Flush() // best effort, as http.Flusher
}

// Unwrap gives the writer below to http.ResponseController.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
