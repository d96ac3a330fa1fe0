package hj212

import (
	"testing"
	"time"
)

func TestDialog(t *testing.T) {
	t.Parallel()
	const qn = "20160801085857223"
	start := time.Date(2026, 8, 1, 9, 0, 0, 0, Beijing)
	head := "QN=" + qn + ";ST=91;CN="
	const rest = ";PW=1;MN=010000A8900016F000169DC0;Flag=4;CP=&&"
	const old = "ST=91;CN=9012;PW=1;MN=88888880000001;CP=&&QN=" + qn + ";ExeRtn=1&&"
	for _, c := range []struct {
		name    string
		kind    Exchange
		frames  []string
		state   DialogState
		code    int
		repeats int
	}{
		{"nothing came", Request, nil, DialogTimeout, 0, 3},
		{"accepted, no end", Request, []string{head + "9011" + rest + "QnRtn=1&&"}, DialogTimeout, 0, 0},
		{"the whole way", Request, []string{head + "9011" + rest + "QnRtn=1&&", head + "1011" + rest + "SystemTime=20260801090000&&", head + "9012" + rest + "ExeRtn=1&&"}, DialogDone, 1, 0},
		{"9011 lost", Request, []string{head + "9012" + rest + "ExeRtn=100&&"}, DialogFailed, 100, 0},
		{"2005", Request, []string{old}, DialogDone, 1, 0},
		{"refused", Request, []string{head + "9011" + rest + "QnRtn=3&&"}, DialogRefused, 3, 0},
		{"notice", Notice, []string{head + "9013" + rest + "&&"}, DialogDone, 0, 0},
		{"9013 to a request", Request, []string{head + "9013" + rest + "&&"}, DialogTimeout, 0, 3},
		{"another QN", Request, []string{"QN=20160801085857224;ST=91;CN=9012" + rest + "ExeRtn=1&&"}, DialogTimeout, 0, 3},
	} {
		m := NewOrder(V2017, 1011, qn, "32", "1", "010000A8900016F000169DC0", nil)
		d := StartDialog(&m, c.kind, LinkMobile, start)
		for _, segment := range c.frames {
			var f Frame
			var a Area
			if err := ParseSegment([]byte(segment), &f); err != nil {
				t.Fatal(err)
			}
			f.ParseItems(&a)
			d.Hear(&f, &a, start)
		}
		if d.Tick(start.Add(10*time.Second - 1)) {
			t.Errorf("%s: sent again too early", c.name)
		}
		for now := start; !d.Over() && now.Before(start.Add(time.Hour)); now = now.Add(time.Second) {
			d.Tick(now)
		}
		if d.State != c.state || d.Code != c.code || d.Repeats != c.repeats {
			t.Errorf("%s: state %d code %d repeats %d", c.name, d.State, d.Code, d.Repeats)
		}
	}
}
