package obs

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// checkLimit bounds one check, so that a stuck part makes the program unready
// rather than the question endless.
const checkLimit = 2 * time.Second

type check struct {
	name string
	ask  func(context.Context) error
}

// Health answers whether the process lives and whether it is ready to work.
type Health struct {
	log    *slog.Logger
	mu     sync.Mutex // guards checks
	checks []check
}

// NewHealth makes it; failed checks are logged with their reason, which the
// answer does not show to strangers.
func NewHealth(log *slog.Logger) *Health { return &Health{log: log} }

// Check adds a condition of readiness.
func (h *Health) Check(name string, ask func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks = append(h.checks, check{name, ask})
}

// Result is one check's outcome; Err is why it does not hold, for those who may
// know.
type Result struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Err  error  `json:"-"`
}

// Ready asks every check, at the same time, in the order they were added.
func (h *Health) Ready(ctx context.Context) ([]Result, bool) {
	h.mu.Lock()
	checks := append([]check(nil), h.checks...)
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	out := make([]Result, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() { err := h.ask(ctx, c); out[i] = Result{c.name, err == nil, err} })
	}
	wg.Wait()
	all := true
	for _, r := range out {
		all = all && r.OK
	}
	return out, all
}

// ask waits for the check or the limit, whichever comes first.
func (h *Health) ask(ctx context.Context, c check) error {
	done := make(chan error, 1)
	go func() { done <- c.ask(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		h.log.WarnContext(ctx, "not ready", "check", c.name, "err", err)
	}
	return err
}

// Healthz answers 200 as long as the process answers at all.
func (h *Health) Healthz(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, nil) }

// Readyz answers 200 when every check holds, else 503 with the names.
func (h *Health) Readyz(w http.ResponseWriter, r *http.Request) {
	results, ok := h.Ready(r.Context())
	status := http.StatusOK
	if !ok {
		status = http.StatusServiceUnavailable
	}
	say(w, status, results)
}

func say(w http.ResponseWriter, status int, checks []Result) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	text := "ok"
	if status != http.StatusOK {
		text = "unavailable"
	}
	_ = json.NewEncoder(w).Encode(struct { // the caller is gone when this fails
		Status string   `json:"status"`
		Checks []Result `json:"checks,omitempty"`
	}{text, checks})
}
