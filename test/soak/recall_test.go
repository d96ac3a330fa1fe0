//go:build soak

package soak

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/bench"
)

// The recalled stations send minute data every ten minutes; they were cut off for a
// day, which ends so long ago that nothing of it is still waited for.
const (
	slot   = 10 * time.Minute
	outage = 24 * time.Hour
	known  = 7 // slots that they sent before it
)

// cutOff makes stations, besides the crowd's, that send what they measured before
// their outage to a server of its own run, and are then heard of no more.
func cutOff(t *testing.T, s *site) *bench.Field {
	t.Helper()
	light := time.Now().Add(-40 * time.Minute).Truncate(slot)
	f := &bench.Field{First: *outlets, Stations: *recalled, From: light.Add(-outage - known*slot), Dark: light.Add(-outage), Light: light, Step: slot, Dial: dial(t, s.hj212)}
	s.token = strings.TrimSpace(string(s.command("user", "add", "--name", "监测员", "--role", "inspector", "--area", "330300", "--token")))
	s.start()
	// A look in the midst of these old slots would learn a day's distance as theirs.
	until(t, time.Minute, "the first look for gaps is over", func() bool { return s.metric("gap_find_seconds_total") > 0 })
	if err := f.Before(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.stop()
	return f
}

// comeback is those stations back on line.
type comeback struct {
	s     *site
	field *bench.Field
	began time.Time
	stop  context.CancelFunc
	ended chan error
	told  chan struct{}
	rest  time.Duration // when nothing was missing any more
}

// comeBack connects the stations again and tells now and then how their gaps stand.
func comeBack(t *testing.T, s *site, f *bench.Field) *comeback {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	b := &comeback{s: s, field: f, began: time.Now(), stop: stop, ended: make(chan error, 1), told: make(chan struct{})}
	go func() { b.ended <- f.Return(ctx) }()
	go func() {
		defer close(b.told)
		last := ""
		for tick := time.NewTicker(5 * time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				now := b.gaps()
				if b.rest == 0 && strings.HasPrefix(now, "open 0, asked 0,") && !strings.HasSuffix(now, " 0") {
					b.rest = time.Since(b.began)
				}
				if now != last {
					t.Logf("%3.0f s: %s", time.Since(b.began).Seconds(), now)
					last = now
				}
			}
		}
	}()
	return b
}

// gaps tells how many gaps of minute data are in each state.
func (b *comeback) gaps() string {
	text := ""
	for _, state := range []string{"open", "asked", "lost", "closed"} {
		text += fmt.Sprintf("%s %d, ", state, b.count(state))
	}
	return text[:len(text)-2]
}

func (b *comeback) count(state string) int {
	var page struct{ Total int }
	b.s.get("/gaps?kind=minute&limit=1&state="+state, &page)
	return page.Total
}

// closed waits until nothing is missing any more, and lets the stations go.
func (b *comeback) closed() {
	t := b.s.t
	t.Helper()
	until(t, 5*time.Minute, "all gaps are closed", func() bool {
		return b.count("closed") > 0 && b.count("open")+b.count("asked") == 0 || b.count("lost") > 0
	})
	if n := b.count("lost"); n > 0 {
		t.Errorf("%d gaps are lost", n)
	}
	b.stop()
	<-b.told
	if b.rest == 0 {
		b.rest = time.Since(b.began)
	}
	t.Logf("nothing was missing any more %.0f s after the stations came back: %s", b.rest.Seconds(), b.gaps())
	if err := <-b.ended; err != nil {
		t.Error(err)
	}
	t.Logf("gaps: %.1f s for looking, %.1f s for following, the longest round %.1f s", b.s.metric("gap_find_seconds_total"), b.s.metric("gap_follow_seconds_total"), b.s.metric("gap_longest_seconds"))
	got := b.field.Tally()
	t.Logf("field: %d frames sent by themselves, %d of them unanswered, %d commands obeyed with %d frames, %d times connected anew", got.Sent, got.Unanswered, got.Commands, got.Recalled, got.Reconnects)
	if want := b.field.Stations * int(outage/slot); got.Recalled < want || got.Unanswered > 0 {
		t.Errorf("%d frames were called back, %d are missing", got.Recalled, want)
	}
}
