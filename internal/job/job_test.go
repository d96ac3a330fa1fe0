package job

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{
		0: 10 * time.Second, 1: 10 * time.Second, 2: 20 * time.Second, 3: 40 * time.Second,
		8: 1280 * time.Second, 9: 2560 * time.Second, 10: time.Hour, 11: time.Hour, 1000: time.Hour,
	} {
		if got := Backoff(attempt); got != want {
			t.Errorf("Backoff(%d) = %s, want %s", attempt, got, want)
		}
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.UnixMicro(1_000_000_000)
	boom := errors.New("boom")
	for _, c := range []struct {
		name        string
		attempt     int
		err         error
		interrupted bool
		state       string
		left        int // attempt afterwards
		wait        time.Duration
	}{
		{"success", 1, nil, false, "done", 1, 0},
		{"success while stopping counts", 1, nil, true, "done", 1, 0},
		{"first failure", 1, boom, false, "ready", 1, 10 * time.Second},
		{"second failure waits longer", 2, boom, false, "ready", 2, 20 * time.Second},
		{"last failure", 3, boom, false, "dead", 3, 0},
		{"permanent failure", 1, Permanent(boom), false, "dead", 1, 0},
		{"interrupted is not an attempt", 3, boom, true, "ready", 2, 0},
	} {
		o := decide(Job{Attempt: c.attempt, maxAttempts: 3}, c.err, c.interrupted, now)
		if o.state != c.state || o.attempt != c.left || o.runAt != now.Add(c.wait).UnixMicro() {
			t.Errorf("%s: %+v", c.name, o)
		}
		if finished := o.finish != 0; finished != (c.state != "ready") {
			t.Errorf("%s: finished_at %d in state %s", c.name, o.finish, o.state)
		}
	}
	if !errors.Is(Permanent(boom), boom) {
		t.Error("Permanent hides its cause")
	}
	long := decide(Job{Attempt: 1, maxAttempts: 1}, errors.New(strings.Repeat("错", 900)), false, now)
	if n := len([]rune(long.text)); n != 501 {
		t.Errorf("an error text of %d runes was stored", n)
	}
}

func TestSchedule_Next(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", s, beijing)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	daily := schedule{name: "x", at: 8*time.Hour + 30*time.Minute}
	for _, c := range []struct{ name, now, want string }{
		{"later today", "2026-11-21 08:29:59", "2026-11-21 08:30:00"},
		{"exactly now is tomorrow", "2026-11-21 08:30:00", "2026-11-22 08:30:00"},
		{"over the year's end", "2026-12-31 09:00:00", "2027-01-01 08:30:00"},
		{"before eight in Beijing it is still yesterday in Greenwich", "2026-11-21 00:10:00", "2026-11-21 08:30:00"},
	} {
		if got := daily.next(at(c.now)); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if got := daily.spec(); got != "daily 08:30" {
		t.Errorf("spec %q", got)
	}
	hourly := schedule{name: "y", every: time.Hour}
	if got := hourly.next(at("2026-11-21 08:00:00")); !got.Equal(at("2026-11-21 09:00:00")) || hourly.spec() != "every 1h0m0s" {
		t.Errorf("hourly: %s %s", got, hourly.spec())
	}
}
