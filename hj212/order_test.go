package hj212

import "testing"

func TestNewOrder(t *testing.T) {
	t.Parallel()
	const qn, mn = "20160801085857223", "010000A8900016F000169DC0"
	m := NewOrder(V2017, 1062, qn, "32", "100000", mn, []byte("RtdInterval=30"))
	got, err := AppendFrame(nil, &m)
	const want = "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n" // appendix A
	if err != nil || string(got) != want {
		t.Errorf("%s (%v)", got, err)
	}
	for v, flag := range map[Version]Flag{V2005: 3, V2017: 5, V2025: 9} {
		if m := NewOrder(v, 1011, qn, "32", "1", mn, nil); m.Flag != flag {
			t.Errorf("%v: Flag=%d, want %d", v, m.Flag, flag)
		}
	}
}

func TestExchangeQN(t *testing.T) {
	t.Parallel()
	for _, segment := range []string{
		"QN=20160801085857223;ST=91;CN=9011;PW=1;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=1&&",
		"ST=91;CN=9011;PW=1;MN=88888880000001;Flag=0;CP=&&QN=20160801085857223;QnRtn=1&&",
	} {
		var f Frame
		var a Area
		if err := ParseSegment([]byte(segment), &f); err != nil {
			t.Fatal(err)
		}
		f.ParseItems(&a)
		if got := string(ExchangeQN(&f, &a)); got != "20160801085857223" {
			t.Errorf("%q in %s", got, segment)
		}
	}
}
