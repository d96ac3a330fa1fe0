package gateway

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
)

var duty = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}

// site is a gateway with a real store behind it.
type site struct {
	t       testing.TB
	d       *db.DB
	store   *telemetry.Store
	devices *telemetry.Devices
	gate    *Gateway
}

func newSite(t testing.TB, d *db.DB, c Config) *site {
	t.Helper()
	store, err := telemetry.Open(context.Background(), d, telemetry.Options{Area: "330300", Refresh: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.Listen, c.Now = "127.0.0.1:0", d.Now
	s := &site{t: t, d: d, store: store, devices: telemetry.NewDevices(d, auth.DefaultPolicy(), store), gate: New(store, c)}
	if err := s.gate.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.gate.Stop(ctx); err != nil && !strings.Contains(err.Error(), "use of closed") {
			t.Error(err)
		}
		if err := store.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// device registers a device at an outlet of its own and waits until its parked
// frames are adopted.
func (s *site) device(d telemetry.Device) telemetry.Device {
	s.t.Helper()
	out := s.enter(d)
	if err := s.store.Adopted(context.Background(), d.MN); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *site) enter(d telemetry.Device) telemetry.Device {
	s.t.Helper()
	r := enterprise.New(s.d, auth.DefaultPolicy())
	e, err := r.Create(context.Background(), duty, enterprise.Enterprise{Name: "厂" + d.MN, Area: "330302"})
	if err != nil {
		s.t.Fatal(err)
	}
	o, err := r.CreateOutlet(context.Background(), duty, enterprise.Outlet{EnterpriseID: e.ID, Name: "排口", Kind: enterprise.Gas})
	if err != nil {
		s.t.Fatal(err)
	}
	d.OutletID = o.ID
	out, _, err := s.devices.Register(context.Background(), duty, d)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// peer is a station on a connection.
type peer struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
}

func (s *site) dial() *peer {
	s.t.Helper()
	c, err := net.Dial("tcp", s.gate.Addr())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return &peer{s.t, c, bufio.NewReader(c)}
}

func (p *peer) send(raws ...string) {
	p.t.Helper()
	if _, err := p.Write([]byte(strings.Join(raws, ""))); err != nil {
		p.t.Fatal(err)
	}
}

// answer reads one frame and returns its segment.
func (p *peer) answer() string {
	p.t.Helper()
	if err := p.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	line, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatalf("no answer: %q %v", line, err)
	}
	var f hj212.Frame
	if err := hj212.ParseFrame([]byte(line), &f); err != nil {
		p.t.Fatalf("answer %q: %v", line, err)
	}
	return string(f.Segment)
}

// ended waits until the gateway has closed the connection.
func (p *peer) ended() {
	p.t.Helper()
	if err := p.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	if b, err := p.in.ReadByte(); err == nil {
		p.t.Fatalf("got %q instead of the end", b)
	} else if os.IsTimeout(err) {
		p.t.Fatal("the connection stays open")
	}
}

func framed(format string, args ...any) string {
	raw, err := hj212.AppendSegment(nil, fmt.Appendf(nil, format, args...))
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// upload is a realtime frame of 2017 that wants an answer; n makes QN and time.
func upload(mn string, n int) string {
	return framed("QN=202611210930%02d000;ST=31;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&DataTime=202611210930%02d;a21026-Rtd=%d,a21026-Flag=N&&", n, mn, n, n)
}

// marker is an upload whose answer shows that everything sent before it has been
// dealt with.
const marker = "QN=20261121100000000;ST=91;CN=9014;PW=123456;MN=MN1;Flag=4;CP=&&&&"

func sendMarker(p *peer) {
	p.send(framed("QN=20261121100000000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=5;CP=&&DataTime=20261121100000;a21026-Rtd=1&&"))
}

func (s *site) times() []string {
	s.t.Helper()
	all, _, err := s.store.Since(context.Background(), 0, 10000)
	if err != nil {
		s.t.Fatal(err)
	}
	out := []string{}
	for _, r := range all {
		out = append(out, fmt.Sprintf("%s/%v/%s", r.MN, r.CN, hj212.AppendTime(nil, r.Time)[8:]))
	}
	return out
}

func TestAnswers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, Config{})
		s.device(telemetry.Device{MN: "MN1", Password: "123456"})
		s.device(telemetry.Device{MN: "MN2", AnswerAlways: true})
		for _, c := range []struct{ name, send, want string }{
			{"2017", upload("MN1", 1), "QN=20261121093001000;ST=91;CN=9014;PW=123456;MN=MN1;Flag=4;CP=&&&&"},
			{"2017 again", upload("MN1", 1), "QN=20261121093001000;ST=91;CN=9014;PW=123456;MN=MN1;Flag=4;CP=&&&&"},
			{"2025", framed("QN=20261121093002000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=9;CP=&&DataTime=20261121093002;a21026-Rtd=1&&"),
				"QN=20261121093002000;ST=91;CN=9014;PW=123456;MN=MN1;Flag=8;CP=&&&&"},
			{"2005 with Flag", framed("QN=20261121093003000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=1;CP=&&DataTime=20261121093003;02-Rtd=1&&"),
				"ST=91;CN=9014;PW=123456;MN=MN1;Flag=0;CP=&&QN=20261121093003000&&"},
			{"no answer bit", framed("QN=20261121093004000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=4;CP=&&DataTime=20261121093004;a21026-Rtd=1&&"), ""},
			{"2005 without Flag", framed("ST=31;CN=2011;PW=123456;MN=MN1;CP=&&DataTime=20261121093005;02-Rtd=1&&"), ""},
			{"2005 without Flag, answered by registration", framed("ST=31;CN=2011;PW=123456;MN=MN2;CP=&&DataTime=20261121093005;02-Rtd=1&&"),
				"ST=91;CN=9014;PW=123456;MN=MN2;Flag=0;CP=&&&&"},
			{"heartbeat", framed("QN=20261121093006000;ST=31;CN=9015;PW=123456;MN=MN1;Flag=9;CP=&&&&"),
				"QN=20261121093006000;ST=91;CN=9013;PW=123456;MN=MN1;Flag=8;CP=&&&&"},
			{"clock check", framed("QN=20261121093007000;ST=31;CN=1013;PW=123456;MN=MN1;Flag=5;CP=&&&&"),
				"QN=20261121093007000;ST=91;CN=9013;PW=123456;MN=MN1;Flag=4;CP=&&&&"},
			{"unknown device", upload("MN9", 8), "QN=20261121093008000;ST=91;CN=9014;PW=123456;MN=MN9;Flag=4;CP=&&&&"},
			{"wrong password", framed("QN=20261121093009000;ST=31;CN=2011;PW=000000;MN=MN1;Flag=5;CP=&&DataTime=20261121093009;a21026-Rtd=1&&"), ""},
			{"an answer to us", framed("QN=20261121093010000;ST=91;CN=9012;PW=123456;MN=MN1;Flag=5;CP=&&ExeRtn=1&&"), ""},
		} {
			p := s.dial()
			p.send(c.send)
			if c.want != "" {
				if got := p.answer(); got != c.want {
					t.Errorf("%s: %q, want %q", c.name, got, c.want)
				}
			}
			sendMarker(p)
			if got := p.answer(); got != marker {
				t.Errorf("%s: then %q", c.name, got)
			}
		}
		if st := s.gate.Stats(); st.Refused != 1 || st.Parked != 1 || st.Failed != 0 || st.Bad != 0 || st.Duplicate != 12 {
			t.Errorf("%+v", st)
		}
	})
}

func TestPackets_AnyCut(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{})
	s.device(telemetry.Device{MN: "MN1"})
	s.device(telemetry.Device{MN: "MN2"})
	p := s.dial()
	stream := upload("MN1", 1) + upload("MN2", 2) + upload("MN1", 3) // several devices on one connection
	for i := range len(stream) {
		p.send(stream[i : i+1])
	}
	p.send(stream + upload("MN2", 4)) // all at once, three of them again
	for _, want := range []string{"MN1", "MN2", "MN1", "MN1", "MN2", "MN1", "MN2"} {
		if got := p.answer(); !strings.Contains(got, "MN="+want) {
			t.Errorf("%q, want %s", got, want)
		}
	}
	if got := fmt.Sprint(s.times()); got != "[MN1/2011/093001 MN2/2011/093002 MN1/2011/093003 MN2/2011/093004]" {
		t.Error(got)
	}
	sessions := s.gate.Sessions()
	if len(sessions) != 2 || sessions[0].MN != "MN1" || sessions[0].Frames != 4 || sessions[1].Frames != 3 || sessions[0].Address != p.LocalAddr().String() || !sessions[0].LastAt.Equal(s.d.Now()) {
		t.Errorf("%+v", sessions)
	}
}

func TestBadFrames_AreKeptAndTheNextIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d, Config{})
		s.device(telemetry.Device{MN: "MN1"})
		p := s.dial()
		good := upload("MN1", 1)
		wrongCRC := strings.Replace(upload("MN1", 2), "Rtd=2", "Rtd=9", 1)
		noCP := framed("QN=20261121093000000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=5;nothing")
		p.send("GET / HTTP/1.1\r\n\r\n", good, wrongCRC, upload("MN1", 3), upload("MN1", 4)[:40], upload("MN1", 5), noCP)
		for _, qn := range []string{"01", "03", "05"} {
			if got := p.answer(); !strings.HasPrefix(got, "QN=202611210930"+qn) {
				t.Errorf("%q, want %s", got, qn)
			}
		}
		sendMarker(p)
		p.answer()
		page, err := s.store.QuarantineList(context.Background(), auth.DefaultPolicy(), duty, telemetry.QuarantineQuery{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, x := range page.Items {
			got[x.Reason] = x.MN + " " + string(x.Raw)
		}
		want := map[string]string{
			"noise": " GET / HTTP/1.1\r\n\r\n",
			"crc":   "MN1 " + strings.TrimSpace(wrongCRC),
			"no-cp": "MN1 " + strings.TrimSpace(noCP),
		}
		for reason, text := range want {
			if !strings.HasPrefix(got[reason], strings.TrimRight(text, "\r\n")) {
				t.Errorf("%s: %q, want %q", reason, got[reason], text)
			}
		}
		if len(page.Items) != 4 { // and the frame that was cut off
			t.Errorf("%d in quarantine: %q", len(page.Items), got)
		}
	})
}

func TestHalfFrame_TimesOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{HalfFrame: 100 * time.Millisecond})
	s.device(telemetry.Device{MN: "MN1"})
	p := s.dial()
	// A length of 1169 in place of 0169 would swallow the frames that follow.
	long := upload("MN1", 1)
	p.send("##1"+long[3:], upload("MN1", 2))
	for _, qn := range []string{"01", "02"} {
		if got := p.answer(); !strings.HasPrefix(got, "QN=202611210930"+qn) {
			t.Errorf("%q, want %s", got, qn)
		}
	}
	if st := s.gate.Stats(); st.Repaired != 1 {
		t.Errorf("%+v", st)
	}
}

// The clock of a half frame runs from its header: a sender that keeps sending
// does not hold it open.
func TestHalfFrame_IsNotRestartedByLaterBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{HalfFrame: 100 * time.Millisecond})
	s.device(telemetry.Device{MN: "MN1"})
	p := s.dial()
	p.send("##9999")
	stop := make(chan struct{})
	trickle := make(chan struct{})
	go func() {
		defer close(trickle)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			if _, err := p.Write([]byte(upload("MN1", n%60))); err != nil {
				return
			}
		}
	}()
	if got := p.answer(); !strings.Contains(got, "CN=9014") {
		t.Error(got)
	}
	close(stop)
	<-trickle
}

func TestIdle_ConnectionIsClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{Idle: 50 * time.Millisecond})
	s.dial().ended()
}

func TestManyBadRuns_EndTheConnection(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{MaxBad: 3})
	p := s.dial()
	p.send(strings.Repeat("##0005abcdeFFFF\r\n", 4))
	p.ended()
}

func TestPerAddress_Limit(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{PerAddress: 2})
	s.device(telemetry.Device{MN: "MN1"})
	a, b := s.dial(), s.dial()
	a.send(upload("MN1", 1))
	b.send(upload("MN1", 2))
	a.answer()
	b.answer()
	s.dial().ended()
	if st := s.gate.Stats(); st.Connections != 2 || st.TurnedAway != 1 {
		t.Errorf("%+v", st)
	}
}

// Not written = not answered: while the month's file cannot be made nothing is
// said; the repeat after that is answered and stored once.
func TestFailedCommit_IsNotAnswered(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{})
	s.device(telemetry.Device{MN: "MN1"})
	blocked := filepath.Join(s.d.Dir(), "tele-202611.db")
	if err := os.Mkdir(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	p := s.dial()
	october := framed("QN=20261031093000000;ST=31;CN=2011;PW=123456;MN=MN1;Flag=5;CP=&&DataTime=20261031093000;a21026-Rtd=1&&")
	p.send(upload("MN1", 1), october)
	if got := p.answer(); !strings.HasPrefix(got, "QN=20261031") {
		t.Errorf("the frame that was written is answered first, got %q", got)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	p.send(upload("MN1", 1), upload("MN1", 1))
	for range 2 {
		if got := p.answer(); !strings.HasPrefix(got, "QN=20261121093001") {
			t.Errorf("got %q", got)
		}
	}
	if got := fmt.Sprint(s.times()); got != "[MN1/2011/093000 MN1/2011/093001]" {
		t.Error(got)
	}
	if st := s.gate.Stats(); st.Failed != 1 || st.Answered != 3 {
		t.Errorf("%+v", st)
	}
}

// Stop answers what was handed in and then closes; nothing hangs on peers that
// neither send nor read.
func TestStop_EndsEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqlite(t), Config{})
	s.device(telemetry.Device{MN: "MN1"})
	quiet, half := s.dial(), s.dial()
	half.send(upload("MN1", 1), upload("MN1", 2)[:30])
	half.answer()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.gate.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	quiet.ended()
	half.ended()
	if _, err := net.Dial("tcp", s.gate.Addr()); err == nil {
		t.Error("still listening")
	}
	if st := s.gate.Stats(); st.Connections != 0 {
		t.Errorf("%+v", st)
	}
}

func TestFindMN(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"##0100QN=1;MN=ABC;Flag=5":            "ABC",
		"MN=ABC":                              "",
		"MN=;":                                "",
		"MN=a b;":                             "",
		"MN=" + strings.Repeat("x", 41) + ";": "",
		"nothing":                             "",
	} {
		if got := printable(findMN([]byte(raw))); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func sqlite(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{Dir: t.TempDir(), Now: dbtest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}
