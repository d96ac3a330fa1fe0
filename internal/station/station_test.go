package station

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sm4key"
	"github.com/qingshao/qingshao/internal/world"
)

const mn = "010000A8900016F000169DC0"

// host is the other side in tests: it reads what the station sends and answers.
type host struct {
	scanner  hj212.Scanner
	keys     []hj212.Cipher
	got      []string // CN and area of each frame
	resent   int
	password string // of the last frame
	deaf     bool   // hears nothing, answers nothing
	wrong    []string
}

// hear takes bytes of the station and returns the answers.
func (h *host) hear(raw []byte) (out []byte) {
	h.scanner.Write(raw)
	var f hj212.Frame
	var a hj212.Area
	for h.scanner.Next(&f) {
		sealed := f.Fault == hj212.FaultEncrypted
		f.Decrypt(nil, h.keys...)
		if !f.OK() {
			h.wrong = append(h.wrong, f.Explain())
			continue
		}
		if data := f.Command/1000 == 2 && f.Command < 9000; sealed != (data || f.Command == 1014 || f.Command == 3020) && h.keys != nil && len(f.Area) >= 16 {
			h.wrong = append(h.wrong, "encrypted or not: "+string(f.Segment))
		}
		for _, x := range hj212.Validate(&f) {
			h.wrong = append(h.wrong, x.Rule+" "+x.Field+" "+x.Value)
		}
		f.ParseItems(&a)
		if h.deaf {
			continue
		}
		if f.Resent {
			h.resent++
		}
		h.got = append(h.got, f.Command.String())
		h.password = string(f.PW)
		if cn := f.AnswerCommand(); cn != 0 {
			out = hj212.AppendAnswer(out, &f, cn, 0)
		}
	}
	return out
}

func stationOf(t *testing.T, v hj212.Version, st string, p Plan) (*session, *[]Event) {
	t.Helper()
	x, err := Outlet(world.New(1), st)
	if err != nil {
		t.Fatal(err)
	}
	s := &hj212.Station{Version: v, ST: st, PW: "123456", MN: mn, Settings: hj212.StationSettings{RtdInterval: 30, MinInterval: 10, Realtime: true, KeyCreated: "20260901080000000"}}
	if v == hj212.V2005 {
		s.MN = "88888880000001"
	}
	var events []Event
	return newSession(s, x, p, func() time.Time { return at("20261121083005") }, func(e Event) { events = append(events, e) }), &events
}

func at(text string) time.Time {
	t, ok := hj212.ParseTime([]byte(text))
	if !ok {
		panic(text)
	}
	return t
}

// A station greets and sends each kind when its time comes, in the form of its
// edition; what it sends passes the strict report.
func TestSession_Sends(t *testing.T) {
	t.Parallel()
	key, err := sm4key.New("0000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		v    hj212.Version
		st   string
		key  hj212.Cipher
		want string
	}{
		{"2005", hj212.V2005, "32", nil, "2031 2061 2051 2011 |  | 2011 | 2051 2011"},
		{"2017 water", hj212.V2017, "32", nil, "2081 1013 2031 2061 2051 2011 |  | 2011 | 2051 2011"},
		{"2017 gas", hj212.V2017, "31", nil, "2081 1013 2031 2061 2051 2011 |  | 2011 | 2051 2011"},
		{"2025", hj212.V2025, "31", nil, "2081 1013 1014 2031 2061 2051 2011 9015 |  | 2011 | 2051 2011 9015"},
		{"2025 encrypted", hj212.V2025, "32", key, "2081 1013 1014 2031 2061 2051 2011 9015 |  | 2011 | 2051 2011 9015"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, events := stationOf(t, c.v, c.st, Plan{Periods: true, Heartbeat: time.Minute, AskKey: true})
			s.station.Key = c.key
			h := host{}
			if c.key != nil {
				h.keys = []hj212.Cipher{c.key}
			}
			var got []string
			now := at("20261121083005")
			out := s.greet(nil, now)
			for _, later := range []time.Duration{0, 20 * time.Second, 25 * time.Second, 10 * time.Minute} {
				h.got = nil
				now = at("20261121083005").Add(later)
				s.hear(nil, h.hear(s.due(out, now)), now)
				out = nil
				got = append(got, strings.Join(slices.Compact(h.got), " "))
			}
			if text := strings.Join(got, " | "); text != c.want {
				t.Errorf("sent %q, want %q", text, c.want)
			}
			if len(h.wrong) > 0 {
				t.Errorf("departs from the standard: %q", h.wrong)
			}
			if c.v > hj212.V2005 && (s.sum.Answered != s.sum.Sent || len(s.pending) > 0) {
				t.Errorf("%+v, %d wait", s.sum, len(s.pending))
			}
			if wake := s.wake(now); wake.Sub(now) != 25*time.Second {
				t.Errorf("wakes in %s", wake.Sub(now))
			}
			for _, e := range *events {
				if e.Note == "" || e.Text == "" || e.Sealed && !strings.Contains(e.Text, "Flag=9") {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

// What is not answered is sent again as the standard counts, the link given up, and
// all of it sent again on the next connection, marked in 2025.
func TestSession_SendsAgain(t *testing.T) {
	t.Parallel()
	s, _ := stationOf(t, hj212.V2025, "32", Plan{})
	deaf := host{deaf: true}
	now := at("20261121083005")
	deaf.hear(s.due(nil, now))
	for i := range 4 {
		if s.lost(now) {
			t.Errorf("given up after %d repeats", i)
		}
		now = now.Add(10 * time.Second)
		s.station.Settings.Realtime = false
		deaf.hear(s.due(nil, now))
	}
	s.station.PW = "654321" // set by the host in between
	now = now.Add(10 * time.Second)
	if !s.lost(now) || s.sum.Resent < 3 {
		t.Errorf("not given up: %+v", s.sum)
	}
	var h host
	s.hear(nil, h.hear(s.reconnected(nil, now)), now)
	if s.sum.Answered != 1 || h.resent != 1 || s.sum.Reconnects != 1 || len(s.pending) != 0 || h.wrong != nil || h.password != "654321" {
		t.Errorf("%+v, %d marked, %q", s.sum, h.resent, h.wrong)
	}
}

// A host orders; the station obeys with what its instruments know.
func TestSession_Obeys(t *testing.T) {
	t.Parallel()
	for _, v := range []hj212.Version{hj212.V2017, hj212.V2025} {
		s, events := stationOf(t, v, "32", Plan{})
		o := hj212.Orders{Version: v, ST: "32", PW: "123456", MN: s.station.MN}
		now := at("20261121083005")
		n := 0
		order := func(want string) func(hj212.Message, error) {
			return func(m hj212.Message, err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				n++
				m.QN = string(hj212.AppendQN(nil, now.Add(time.Duration(n)*time.Millisecond)))
				raw, err := hj212.AppendFrame(nil, &m)
				if err != nil {
					t.Fatal(err)
				}
				var h host
				h.hear(s.hear(nil, raw, now))
				if got := strings.Join(h.got, " "); got != want || h.wrong != nil {
					t.Errorf("%v %s: %q, want %q; %q", v, m.CN, got, want, h.wrong)
				}
			}
		}
		order("9011 2061 2061 9012")(o.History("", hj212.UploadHour, at("20261121060000"), at("20261121080000"))) // 08:00 is not over
		order("9011 2051 2051 2051 9012")(o.History("", hj212.UploadMinute, at("20261121080000"), at("20261121082000")))
		order("9011 2041 9012")(o.History("", hj212.UploadRunTime, at("20261120000000"), at("20261121000000")))
		order("9011 9012")(o.History("", hj212.UploadDay, at("20261122000000"), at("20261123000000")))
		order("9011 3020 9012")(o.ReadInfo("", "w01018", "i13004"))
		order("9011 9012")(o.WriteInfo("", "w01018", "i13004", "168.0"))
		order("9011 3020 9012")(o.ReadInfo("", "w01018", "i13004"))
		if got, _ := s.station.Source.Info("w01018", "i13004"); got != "168.0" {
			t.Errorf("%v: set to %s", v, got)
		}
		order("9011 9012")(o.ReadInfo("", "w99999", "i13004"))
		order("9011 3020 3020 9012")(o.ReadLog("", "w01018", "i11001", at("20261119000000"), at("20261121000000")))
		order("9011 3019 9012")(o.ReadSerial("", "w01018"))
		order("9011 3018 9012")(o.ReadDuration("", "w01018"))
		order("9011 9012")(o.SampleNow("", "w01018"))
		order("9013")(o.StopRealtime(""))
		order("9011 9012")(o.StartStates(""))
		if v == hj212.V2025 {
			order("9011 2013 2013 9012")(o.History("", 2013, at("20261121060000"), at("20261121070000")))
			order("9011 2062 9012")(o.History("", 2062, at("20261120000000"), at("20261121000000")))
		}
		var h host
		h.hear(s.due(nil, now))
		if strings.Join(h.got, " ") != "2021" || h.wrong != nil {
			t.Errorf("%v: %q %q", v, h.got, h.wrong)
		}
		if last := (*events)[len(*events)-2]; s.sum.Commands != n || last.Note == "" {
			t.Errorf("%d commands of %d, %+v", s.sum.Commands, n, last)
		}
		s.hear(nil, []byte("##0004abcd0000\r\n##0000FFFF\r\n##0000FFFF\r\n"), now)
		if s.sum.Unreadable == 0 {
			t.Error("a bad frame is not counted")
		}
	}
}

// A wrong length of the host holds its next command up for ten seconds and no longer.
func TestSession_HalfFrames(t *testing.T) {
	t.Parallel()
	s, _ := stationOf(t, hj212.V2017, "32", Plan{})
	s.station.Settings.Realtime = false
	m, err := hj212.Orders{Version: hj212.V2017, ST: "32", PW: "123456", MN: mn}.ReadClock("20261121083005000", "")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hj212.AppendFrame(nil, &m)
	if err != nil {
		t.Fatal(err)
	}
	now := at("20261121083005")
	out := s.due(s.hear(nil, append([]byte("##9999QN=1"), raw...), now), now)
	out = s.due(out, now.Add(9*time.Second))
	if len(out) > 0 || s.wake(now).Sub(now) > halfFrame {
		t.Errorf("answered early: %q", out)
	}
	var h host
	h.hear(s.due(nil, now.Add(10*time.Second)))
	if got := strings.Join(h.got, " "); got != "9011 1011 9012" || s.sum.Unreadable != 1 {
		t.Errorf("%q, %+v", got, s.sum)
	}
}

// A station without MN tells its hardware, waits, and begins once it has one.
func TestSession_GetsItsMN(t *testing.T) {
	t.Parallel()
	s, _ := stationOf(t, hj212.V2025, "31", Plan{})
	s.station.MN, s.station.Settings.LoggerID = "", "6970"
	now := at("20261121083005")
	var h host
	out := h.hear(s.due(s.greet(nil, now), now))
	if strings.Join(h.got, " ") != "1001" {
		t.Errorf("first %q", h.got)
	}
	s.hear(nil, out, now)
	m, err := hj212.Orders{Version: hj212.V2025, ST: "31", PW: "123456", MN: mn}.AssignMN("20261121083006000", "6970")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hj212.AppendFrame(nil, &m)
	if err != nil {
		t.Fatal(err)
	}
	h.got = nil
	h.hear(s.due(s.hear(nil, raw, now), now))
	if got := strings.Join(slices.Compact(h.got), " "); got != "9011 9012 2081 1013 2011" || h.wrong != nil {
		t.Errorf("then %q %q", got, h.wrong)
	}
}

// The whole way over a connection that the host drops once.
func TestRunner(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	hosts := make(chan *host, 1)
	go func() {
		h := &host{}
		for dropped := false; ; dropped = true {
			conn, err := l.Accept()
			if err != nil {
				hosts <- h
				return
			}
			buf := make([]byte, 4096)
			for {
				n, err := conn.Read(buf)
				if err != nil || !dropped {
					break
				}
				if _, err := conn.Write(h.hear(buf[:n])); err != nil {
					break
				}
			}
			conn.Close()
		}
	}()
	dial, err := Private(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := stationOf(t, hj212.V2017, "32", Plan{})
	r := Runner{Station: s.station, Instruments: s.tools, Plan: Plan{Periods: true, Frames: 6}, Dial: dial}
	sum, err := r.Run(t.Context())
	l.Close()
	h := <-hosts
	if err != nil || sum.Answered != sum.Sent || sum.Sent < 6 || sum.Reconnects != 1 || sum.Resent == 0 || h.wrong != nil {
		t.Errorf("%+v (%v) %q", sum, err, h.wrong)
	}
}

func TestRunner_GivesUp(t *testing.T) {
	t.Parallel()
	s, _ := stationOf(t, hj212.V2017, "32", Plan{})
	refused := errors.New("refused")
	r := Runner{Station: s.station, Instruments: s.tools, Patience: time.Nanosecond, Dial: func(context.Context) (net.Conn, error) { return nil, refused }}
	if _, err := r.Run(t.Context()); !fault.Is(err, fault.Unavailable) || !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Run(ctx); err != nil {
		t.Errorf("called off: %v", err)
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	for target, ok := range map[string]bool{"127.0.0.1:8212": true, "localhost:8212": true, "[::1]:8212": true, "10.0.0.1:8212": true, "192.168.1.9:1": true,
		"8.8.8.8:8212": false, "example.com:8212": false, "127.0.0.1": false} {
		if _, err := Private(target); (err == nil) != ok {
			t.Errorf("%s: %v", target, err)
		}
	}
	if _, err := Outlet(world.New(1), "23"); !fault.Is(err, fault.Invalid) {
		t.Errorf("an outlet of noise: %v", err)
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		scale int8
		want  string
	}{{"1.25", 1, "1.2"}, {"1.35", 1, "1.4"}, {"1.251", 1, "1.3"}, {"1.2", 2, "1.2"}, {"-0.6", 0, "-1"}, {"-1.25", 1, "-1.2"}, {"0.05", 1, "0.0"}, {"99.95", 1, "100.0"}} {
		d, _ := hj212.ParseDecimal([]byte(c.text))
		if got := rounded(d, c.scale).String(); got != c.want {
			t.Errorf("%s to %d: %s, want %s", c.text, c.scale, got, c.want)
		}
	}
}
