package rule

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

func TestNext(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	at := func(h int) time.Time { return now.Add(time.Duration(h) * time.Hour) }
	alarm := func(s Alarm) *Alarm { return &s }
	going := &sign.Episode{From: at(-20), Raised: at(-15), To: at(-1)}
	over := &sign.Episode{From: at(-40), Raised: at(-36), To: at(-13)}
	for _, c := range []struct {
		name string
		last *Alarm
		e    *sign.Episode
		want suspectStep
	}{
		{"nothing", nil, nil, suspectNothing},
		{"the first", nil, going, suspectRaise},
		{"seen too late to be told", nil, over, suspectNothing},
		{"open and going on", alarm(Alarm{State: StateNotified, LastAt: at(-3)}), going, suspectGoOn},
		{"open and over", alarm(Alarm{State: StateNotified, LastAt: at(-13)}), over, suspectEnd},
		{"open, over, known to be", alarm(Alarm{State: StateNotified, LastAt: at(-13), EndedAt: at(-13)}), over, suspectNothing},
		{"open, and a correction took it away", alarm(Alarm{State: StateAcknowledged, LastAt: at(-3)}), nil, suspectEnd},
		{"dealt with, and still the same", alarm(Alarm{State: StateCleared, LastAt: at(-2), EndedAt: at(-2)}), going, suspectNothing},
		{"dealt with, and a new one", alarm(Alarm{State: StateCleared, LastAt: at(-50), EndedAt: at(-50)}), going, suspectRaise},
	} {
		if got := next(c.last, c.e, now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
