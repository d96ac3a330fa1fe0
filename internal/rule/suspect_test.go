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
	open := func(from, last int) *Alarm {
		return &Alarm{State: StateNotified, StartedAt: at(from), LastAt: at(last)}
	}
	going := sign.Episode{From: at(-20), Raised: at(-15), To: at(-1)}
	over := sign.Episode{From: at(-40), Raised: at(-36), To: at(-13)}
	long := sign.Episode{From: at(-100), Raised: at(-99), To: at(-80)}
	early := sign.Episode{From: at(-70), Raised: at(-68), To: at(-60)}
	for _, c := range []struct {
		name            string
		open            *Alarm
		dealt           int // hours, as all here; 0 = never
		e               []sign.Episode
		want            suspectStep
		from, to, ended int // 0 = not looked at, or none
	}{
		{"nothing", nil, 0, nil, suspectNothing, 0, 0, 0},
		{"the first", nil, 0, []sign.Episode{going}, suspectRaise, -20, -1, 0},
		{"known only when it was over", nil, 0, []sign.Episode{over}, suspectRaise, -40, -13, -13},
		{"known too late", nil, 0, []sign.Episode{long}, suspectNothing, 0, 0, 0},
		{"open and going on", open(-15, -3), 0, []sign.Episode{going}, suspectGoOn, -20, -1, 0},
		{"open and over", open(-40, -13), 0, []sign.Episode{over}, suspectGoOn, -40, -13, -13},
		{"open, twice", open(-70, -60), 0, []sign.Episode{early, going}, suspectGoOn, -70, -1, 0},
		{"open, and the one before was dealt with", open(-20, -3), -60, []sign.Episode{early, going}, suspectGoOn, -20, -1, 0},
		{"open, since long", open(-400, -60), 0, []sign.Episode{going}, suspectGoOn, -400, -1, 0},
		{"open, and late data moved its beginning", open(-30, -2), 0, []sign.Episode{going}, suspectGoOn, -20, -1, 0},
		{"open, over, out of sight", &Alarm{State: StateNotified, LastAt: at(-380), EndedAt: at(-380)}, 0, nil, suspectNothing, 0, 0, 0},
		{"open, and late data took it away", open(-5, -3), 0, nil, suspectEnd, 0, 0, 0},
		{"dealt with, and still the same", nil, -2, []sign.Episode{going}, suspectNothing, 0, 0, 0},
		{"dealt with, and a new one", nil, -50, []sign.Episode{early, going}, suspectRaise, -20, -1, 0},
	} {
		var dealt time.Time
		if c.dealt != 0 {
			dealt = at(c.dealt)
		}
		got, st := next(c.open, dealt, c.e, now)
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		if c.from != 0 && (!st.from.Equal(at(c.from)) || !st.to.Equal(at(c.to)) || c.ended == 0 != st.ended.IsZero() || c.ended != 0 && !st.ended.Equal(at(c.ended))) {
			t.Errorf("%s: %v to %v, ended %v", c.name, st.from, st.to, st.ended)
		}
	}
}
