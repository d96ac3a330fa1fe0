//go:build soak

package soak

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// The demonstration shows its early notice by itself, within 90 seconds of its
// start from an empty folder and again after a restart, at another stack; and
// what its monitors send again after a restart is what they sent before.
func TestDemo_AnAlarmAppearsByItself(t *testing.T) {
	s := newSite(t, "")
	began := time.Now()
	s.demo()
	t.Logf("serving after %.1f s", time.Since(began).Seconds())
	s.token = strings.TrimSpace(string(s.command("user", "add", "--name", "访客", "--login", "visitor", "--role", "duty", "--area", "330300", "--token")))
	before := s.earlyNotices()
	for i := range 2 {
		fresh := s.awaitNotice(before, began)
		t.Logf("start %d: after %.1f s %v", i+1, time.Since(began).Seconds(), fresh)
		before = append(before, fresh...)
		if i == 0 {
			s.stop()
			began = time.Now()
			s.demo()
		}
	}
	s.stop()
	for _, e := range s.export() {
		if e.Version > 1 {
			t.Fatalf("a monitor corrected itself: %+v", e)
		}
	}
}

// earlyNotices lists the outlets with an early notice that lasts.
func (s *site) earlyNotices() []string {
	s.t.Helper()
	var out []string
	for _, a := range s.alarms() {
		if strings.Contains(a, " exceed-early ") && strings.Contains(a, "()") {
			out = append(out, strings.Join(strings.Fields(a)[:2], " "))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *site) awaitNotice(before []string, began time.Time) []string {
	s.t.Helper()
	for time.Since(began) < 90*time.Second {
		var fresh []string
		for _, o := range s.earlyNotices() {
			if !slices.Contains(before, o) {
				fresh = append(fresh, o)
			}
		}
		if len(fresh) > 0 {
			return fresh
		}
		<-time.After(500 * time.Millisecond)
	}
	s.t.Fatalf("no early notice within 90 s; at the start: %v", before)
	return nil
}
