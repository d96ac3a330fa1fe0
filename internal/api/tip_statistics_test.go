package api

import (
	"testing"
	"time"
)

func TestMonths(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, beijing)
	for name, c := range map[string]struct{ from, to, first, end string }{
		"none":              {"", "", "2025-12-01", "2026-12-01"},
		"days within":       {"2026-03-17", "2026-05-02", "2026-03-01", "2026-06-01"},
		"the last of month": {"2026-01-31", "2026-01-31", "2026-01-01", "2026-02-01"},
		"an end alone":      {"", "2026-06-30", "2025-07-01", "2026-07-01"},
	} {
		a, b, err := months(c.from, c.to, now)
		if err != nil || a.Format(time.DateOnly) != c.first || b.Format(time.DateOnly) != c.end {
			t.Errorf("%s: %v to %v, %v", name, a, b, err)
		}
	}
	if _, _, err := months("x", "", now); err == nil {
		t.Error("x is no day")
	}
}
