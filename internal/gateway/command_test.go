package gateway

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/seal"
	"github.com/qingshao/qingshao/internal/sm4key"
)

var (
	inspector = auth.Actor{ID: "u-insp", Name: "执法员", Roles: []auth.Role{auth.Inspector}, Area: "330300"}
	stranger  = auth.Actor{ID: "u-far", Name: "外县", Roles: []auth.Role{auth.Inspector}, Area: "330400"}
)

// fieldStation is a field station on a connection to a site that follows exchanges.
type fieldStation struct {
	*site
	*peer
	c   *dbtest.Clock
	cmd *command.Service
	dev telemetry.Device
	n   int

	gone   chan string // addresses of connections that the gateway has forgotten
	closed bool
}

func newStation(t *testing.T, d *db.DB, c *dbtest.Clock, protocol string) *fieldStation {
	t.Helper()
	st := &fieldStation{c: c, gone: make(chan string, 10)}
	conf := Config{}
	store, err := telemetry.Open(context.Background(), d, telemetry.Options{Area: "330300", Refresh: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	conf.Listen, conf.Now = "127.0.0.1:0", d.Now
	st.cmd = command.New(command.Parts{DB: d, Policy: auth.DefaultPolicy(), Store: store, Box: seal.New(t.TempDir()), Root: "330300"})
	st.site = &site{t: t, d: d, store: store, devices: telemetry.NewDevices(d, auth.DefaultPolicy(), store), gate: New(store, conf)}
	st.gate.left = func(c *conn) { st.gone <- c.address }
	st.gate.Follow(st.cmd.Desk())
	st.cmd.Desk().Connect(st.gate)
	if err := st.gate.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.close)
	st.dev = st.device(telemetry.Device{MN: "M1", Protocol: protocol, Password: "123456"})
	return st
}

// close stops the gateway and the store, once.
func (s *fieldStation) close() {
	if s.closed {
		return
	}
	s.closed = true
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.gate.Stop(ctx)
	if err := s.store.Stop(ctx); err != nil {
		s.site.t.Error(err)
	}
}

// leave breaks the connection and waits until the gateway has forgotten it.
func (s *fieldStation) leave() {
	s.site.t.Helper()
	_ = s.peer.Close()
	select {
	case <-s.gone:
	case <-time.After(20 * time.Second):
		s.site.t.Fatal("the gateway does not notice the end of the connection")
	}
}

func (s *fieldStation) flag() int {
	return map[string]int{"2005": 1, "2017": 5, "2025": 9}[s.dev.Protocol]
}

// upload sends a realtime frame and waits for its answer: what was sent before
// has then had its effect.
func (s *fieldStation) upload() {
	s.site.t.Helper()
	s.n++
	s.send(framed("QN=20261121093000%03d;ST=32;CN=2011;PW=123456;MN=M1;Flag=%d;CP=&&DataTime=202611210900%02d;w01018-Rtd=1.0,w01018-Flag=N&&", s.n, s.flag(), s.n))
	if got := s.answer(); !strings.Contains(got, "CN=9014") {
		s.site.t.Fatalf("answer %q", got)
	}
}

func (s *fieldStation) connect() {
	s.peer = s.dial()
	s.upload()
}

func (s *fieldStation) run() {
	s.site.t.Helper()
	if _, err := s.cmd.Desk().RunDue(context.Background()); err != nil {
		s.site.t.Fatal(err)
	}
}

func (s *fieldStation) ask(name string, params map[string]string) command.Command {
	s.site.t.Helper()
	list, err := s.cmd.Ask(context.Background(), inspector, s.dev.ID, name, params)
	if err != nil {
		s.site.t.Fatal(err)
	}
	s.run()
	return list[0]
}

// now reads the command again and checks its state.
func (s *fieldStation) now(c command.Command, state string) command.Command {
	s.site.t.Helper()
	got, _, err := s.cmd.Get(context.Background(), inspector, c.ID)
	if err != nil {
		s.site.t.Fatal(err)
	}
	if string(got.State) != state {
		s.site.t.Fatalf("state %s (%s), want %s", got.State, got.Note, state)
	}
	return got
}

// reply sends an answer of the station in its edition's form.
func (s *fieldStation) reply(qn, cn, area string) {
	s.site.t.Helper()
	if s.dev.Protocol == "2005" {
		s.send(framed("ST=91;CN=%s;PW=123456;MN=M1;Flag=0;CP=&&QN=%s;%s&&", cn, qn, area))
		return
	}
	s.send(framed("QN=%s;ST=91;CN=%s;PW=123456;MN=M1;Flag=%d;CP=&&%s&&", qn, cn, s.flag()&^1, area))
}

func TestCommand_RequestAndResult(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"2005", "2017", "2025"} {
		t.Run(protocol, func(t *testing.T) {
			dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
				s := newStation(t, d, c, protocol)
				s.connect()
				cmd := s.ask("rtd.read", nil)
				sent := s.answer()
				cmd = s.now(cmd, "sent")
				if !strings.Contains(sent, "QN="+cmd.QN+";ST=32;CN=1061;PW=123456;MN=M1;") {
					t.Fatalf("sent %q", sent)
				}
				s.reply(cmd.QN, "9011", "QnRtn=1")
				s.upload()
				s.now(cmd, "accepted")
				if protocol == "2005" {
					s.send(framed("ST=32;CN=1061;PW=123456;MN=M1;CP=&&QN=%s;RtdInterval=120&&", cmd.QN))
				} else {
					s.send(framed("QN=%s;ST=32;CN=1061;PW=123456;MN=M1;Flag=%d;CP=&&RtdInterval=120&&", cmd.QN, s.flag()&^1))
				}
				s.reply(cmd.QN, "9012", "ExeRtn=1")
				s.upload()
				cmd = s.now(cmd, "done")
				if len(cmd.Result) != 1 || cmd.Result[0] != (command.Value{Name: "RtdInterval", Value: "120"}) || cmd.Answer != 1 || cmd.Outcome != 1 {
					t.Errorf("%+v", cmd)
				}
				if dev, err := s.devices.Get(context.Background(), duty, s.dev.ID); err != nil || dev.RtdInterval != 120 {
					t.Errorf("the interval was not learned: %d %v", dev.RtdInterval, err)
				}
				_, log, err := s.cmd.Get(context.Background(), inspector, cmd.ID)
				if err != nil || len(log) != 4 || strings.Contains(fmt.Sprint(log), "123456") {
					t.Errorf("%d frames in the log, the password masked: %v %v", len(log), log, err)
				}
			})
		})
	}
}

func TestCommand_RefusedAndFailed(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		s.connect()
		cmd := s.ask("sample.now", map[string]string{"PolId": "w01018"})
		if sent := s.answer(); !strings.Contains(sent, "CN=3012") || !strings.Contains(sent, "PolId=w01018") {
			t.Fatal(sent)
		}
		cmd = s.now(cmd, "sent")
		s.reply(cmd.QN, "9011", "QnRtn=3")
		s.upload()
		if got := s.now(cmd, "refused"); got.Note != "PW 错误" {
			t.Error(got.Note)
		}
		cmd = s.ask("clock.set", nil)
		if sent := s.answer(); !strings.Contains(sent, "SystemTime=20261121093") {
			t.Fatal(sent)
		}
		cmd = s.now(cmd, "sent")
		s.reply(cmd.QN, "9012", "ExeRtn=5") // its 9011 was lost
		s.upload()
		if got := s.now(cmd, "failed"); got.Note != "系统繁忙不能执行" {
			t.Error(got.Note)
		}
	})
}

// A surface-water station says busy with another number; its answers have the ST of
// all others.
func TestCommand_RefusedInTheWordsOfTheDialect(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2025")
		s.peer = s.dial()
		n := 0
		for _, x := range []struct{ st, want string }{{"21", "CRC 校验错误"}, {"32", "请求返回 99"}} {
			upload := func() {
				n++
				s.send(framed("QN=2026112109295900%d;ST=%s;CN=2011;PW=123456;MN=M1;Flag=9;CP=&&DataTime=2026112109295%d;w01018-Rtd=1.0,w01018-Flag=N&&", n, x.st, n))
				if got := s.answer(); !strings.Contains(got, "CN=9014") {
					t.Fatal(got)
				}
			}
			upload()
			cmd := s.ask("clock.read", nil)
			s.answer()
			cmd = s.now(cmd, "sent")
			s.reply(cmd.QN, "9011", "QnRtn=99")
			upload()
			if got := s.now(cmd, "refused"); got.Note != x.want {
				t.Errorf("ST=%s: %s", x.st, got.Note)
			}
		}
	})
}

func TestCommand_RepeatsThenTimesOut(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		if _, err := s.cmd.SetLink(context.Background(), inspector, command.Link{DeviceID: s.dev.ID, OverTime: 4, ReCount: 2}); err != nil {
			t.Fatal(err)
		}
		s.connect()
		cmd := s.ask("clock.read", nil)
		first := s.answer()
		for range 2 {
			c.Advance(3 * time.Second)
			s.run() // not yet
			c.Advance(time.Second)
			s.run()
			if again := s.answer(); again != first {
				t.Fatalf("repeated as %q, first %q", again, first)
			}
		}
		s.now(cmd, "sent")
		c.Advance(4 * time.Second)
		s.run()
		if got := s.now(cmd, "expired"); got.Attempts != 3 || !strings.Contains(got.Note, "已重发 2 次") {
			t.Errorf("%d %s", got.Attempts, got.Note)
		}
	})
}

func TestCommand_WaitsForTheDevice(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		cmd := s.ask("rtd.set", map[string]string{"RtdInterval": "60"})
		late := s.ask("clock.set", nil)
		s.now(cmd, "pending")
		s.connect()
		s.run()
		first := s.answer()
		if !strings.Contains(first, "CN=1062") {
			t.Fatal(first)
		}
		s.now(late, "pending") // one at a time
		// The connection breaks before the answer: the next one gets it again.
		s.leave()
		c.Advance(31 * time.Second)
		s.run()
		s.now(cmd, "pending")
		s.connect()
		s.run()
		if again := s.answer(); again != first {
			t.Fatalf("%q, first %q", again, first)
		}
		cmd = s.now(cmd, "sent")
		s.reply(cmd.QN, "9011", "QnRtn=1")
		s.reply(cmd.QN, "9012", "ExeRtn=1")
		s.upload()
		s.now(cmd, "done")
		// What nobody can send any more is given up, and can be called off before.
		got, err := s.cmd.Cancel(context.Background(), inspector, late.ID, late.Version)
		if err != nil || got.State != command.Cancelled {
			t.Fatal(err, got.State)
		}
		s.leave()
		old := s.ask("clock.read", nil)
		c.Advance(25 * time.Hour)
		s.run()
		s.now(old, "expired")
	})
}

// A command that comes to nothing holds up those behind it for a bounded time,
// whatever the device does.
func TestCommand_HoldsUpTheNextForABoundedTime(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T, d *db.DB, c *dbtest.Clock) *fieldStation {
		s := newStation(t, d, c, "2017")
		if _, err := s.cmd.SetLink(context.Background(), inspector, command.Link{DeviceID: s.dev.ID, OverTime: 4, ReCount: 2}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Run("hangs up at each", func(t *testing.T) {
		dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
			s := begin(t, d, c)
			bad := s.ask("rtd.set", map[string]string{"RtdInterval": "60"})
			next := s.ask("clock.read", nil)
			for range 3 {
				s.connect()
				s.run()
				if got := s.answer(); !strings.Contains(got, "CN=1062") {
					t.Fatal(got)
				}
				s.leave()
				c.Advance(13 * time.Second)
				s.run()
			}
			if got := s.now(bad, "expired"); !strings.Contains(got.Note, "断开连接") || got.Attempts != 3 {
				t.Errorf("%d %s", got.Attempts, got.Note)
			}
			s.connect()
			s.run()
			if got := s.answer(); !strings.Contains(got, "CN=1011") {
				t.Error(got)
			}
			s.now(next, "sent")
		})
	})
	t.Run("sends for ever", func(t *testing.T) {
		dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
			s := begin(t, d, c)
			s.connect()
			long := s.ask("history.minute", map[string]string{"begin": "2026-11-20T06:00:00+08:00", "end": "2026-11-20T17:59:59+08:00"})
			next := s.ask("clock.read", nil)
			s.answer()
			long = s.now(long, "sent")
			s.reply(long.QN, "9011", "QnRtn=1")
			s.upload()
			for m := range 40 { // 90 s each
				s.now(long, "accepted")
				s.send(framed("QN=20261121093100%03d;ST=32;CN=2051;PW=123456;MN=M1;Flag=5;CP=&&DataTime=2026112006%02d00;w01018-Avg=2.0,w01018-Flag=N&&", m, m))
				if got := s.answer(); !strings.Contains(got, "CN=9014") {
					t.Fatal(got)
				}
				c.Advance(90 * time.Second)
				s.run()
				s.run()
			}
			if got := s.now(long, "expired"); got.Frames != 40 || !strings.Contains(got.Note, "60 分钟") {
				t.Errorf("%d frames, %s", got.Frames, got.Note)
			}
			if got := s.answer(); !strings.Contains(got, "CN=1011") {
				t.Error(got)
			}
			s.now(next, "sent")
		})
	})
	t.Run("cannot be written", func(t *testing.T) {
		dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
			s := begin(t, d, c)
			secret := s.ask("password.set", map[string]string{"NewPW": "abc123"})
			next := s.ask("clock.read", nil)
			// The folder's key is another one.
			s.cmd = command.New(command.Parts{DB: d, Policy: auth.DefaultPolicy(), Store: s.store, Box: seal.New(t.TempDir()), Root: "330300"})
			s.cmd.Desk().Connect(s.gate)
			s.connect()
			s.run()
			s.run()
			if got := s.now(secret, "refused"); !strings.Contains(got.Note, "device.key") || got.Attempts != 0 {
				t.Errorf("%d %s", got.Attempts, got.Note)
			}
			if got := s.answer(); !strings.Contains(got, "CN=1011") {
				t.Error(got)
			}
			s.now(next, "sent")
		})
	})
}

func TestCommand_HistoryIsStoredAndCounted(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		s.connect()
		cmd := s.ask("history.hour", map[string]string{"begin": "2026-11-21T06:00:00+08:00", "end": "2026-11-21T07:59:59+08:00"})
		sent := s.answer()
		if !strings.Contains(sent, "CN=2061") || !strings.Contains(sent, "BeginTime=20261121060000") || !strings.Contains(sent, "EndTime=20261121075959") {
			t.Fatal(sent)
		}
		cmd = s.now(cmd, "sent")
		s.reply(cmd.QN, "9011", "QnRtn=1")
		for h := 6; h < 9; h++ { // the last lies outside what was asked for
			s.send(framed("QN=2026112109310%d000;ST=32;CN=2061;PW=123456;MN=M1;Flag=5;CP=&&DataTime=202611210%d0000;w01018-Avg=2%d.0,w01018-Flag=N&&", h, h, h))
			if got := s.answer(); !strings.Contains(got, "CN=9014") {
				t.Fatal(got)
			}
		}
		s.reply(cmd.QN, "9012", "ExeRtn=1")
		s.upload()
		if got := s.now(cmd, "done"); got.Frames != 2 {
			t.Errorf("%d frames were counted, want 2", got.Frames)
		}
		frames, _, err := s.store.FramesOf(context.Background(), telemetry.FrameQuery{OutletID: s.dev.OutletID})
		hours := 0
		for _, f := range frames {
			if f.CN == 2061 {
				hours++
			}
		}
		if err != nil || hours != 3 {
			t.Errorf("%d hours stored: %v", hours, err)
		}
	})
}

func TestCommand_NoticesOfTheStation(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		s.connect()
		s.send(framed("QN=20261121093100000;ST=32;CN=1013;PW=123456;MN=M1;Flag=5;CP=&&PolId=w01018&&"))
		if got := s.answer(); !strings.Contains(got, "CN=9013") {
			t.Fatal(got)
		}
		s.run()
		if got := s.answer(); !strings.Contains(got, "CN=1012") || !strings.Contains(got, "PolId=w01018") {
			t.Fatal(got)
		}
		// A logger without an MN reports its hardware and is given one.
		bare := s.dial()
		bare.send(framed("QN=20261121093100001;ST=32;CN=1001;PW=123456;MN=;Flag=9;CP=&&i23005-Info=LOG77;i23006-Info=CPU1;i23007-Info=AA;i23008-Info=BB&&"))
		if got := bare.answer(); !strings.Contains(got, "CN=9013") {
			t.Fatal(got)
		}
		list, err := s.cmd.Hardware(context.Background(), duty)
		if err != nil || len(list) != 1 || list[0].ID != "LOG77" || list[0].CPU != "CPU1" || !list[0].Online {
			t.Fatalf("%+v %v", list, err)
		}
		other := s.device(telemetry.Device{MN: "M2", Protocol: "2025", Password: "123456"})
		if _, err := s.cmd.Assign(context.Background(), duty, "LOG77", other.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the capability: %v", err)
		}
		cmd, err := s.cmd.Assign(context.Background(), inspector, "LOG77", other.ID)
		if err != nil {
			t.Fatal(err)
		}
		s.run()
		if got := bare.answer(); !strings.Contains(got, "CN=1002") || !strings.Contains(got, "MN=M2;") || !strings.Contains(got, "i23005-Info=LOG77") {
			t.Fatal(got)
		}
		cmd = s.now(cmd, "sent")
		bare.send(framed("QN=%s;ST=91;CN=9012;PW=123456;MN=M2;Flag=8;CP=&&ExeRtn=1&&", cmd.QN))
		bare.send(framed("QN=20261121093100002;ST=32;CN=9015;PW=123456;MN=M2;Flag=9;CP=&&&&"))
		if got := bare.answer(); !strings.Contains(got, "CN=9013") {
			t.Fatal(got)
		}
		s.now(cmd, "done")
		if list, err = s.cmd.Hardware(context.Background(), duty); err != nil || list[0].MN != "M2" {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestCommand_Greeting(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		if _, err := s.cmd.SetLink(context.Background(), inspector, command.Link{DeviceID: s.dev.ID, Greet: true}); err != nil {
			t.Fatal(err)
		}
		s.connect()
		for _, cn := range []string{"1012", "1000", "1062", "1064", "2011", "2021"} {
			s.run()
			got := s.answer()
			if !strings.Contains(got, "CN="+cn+";") {
				t.Fatalf("%q, want %s", got, cn)
			}
			qn := got[3:20]
			s.reply(qn, "9011", "QnRtn=1")
			s.reply(qn, "9012", "ExeRtn=1")
			s.upload()
		}
		s.connect() // a second connection is not greeted again
		s.run()
		page, err := s.cmd.List(context.Background(), inspector, command.Query{DeviceID: s.dev.ID})
		if err != nil || page.Total != 6 {
			t.Errorf("%d commands: %v", page.Total, err)
		}
	})
}

func TestCommand_Permission(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		ctx := context.Background()
		for name, x := range map[string]struct {
			who    auth.Actor
			cmd    string
			params map[string]string
			want   fault.Kind
		}{
			"the duty room may read the clock":     {duty, "clock.read", nil, ""},
			"the duty room may not sample":         {duty, "sample.now", map[string]string{"PolId": "w01018"}, fault.Forbidden},
			"nor change the password":              {duty, "password.set", map[string]string{"NewPW": "654321"}, fault.Forbidden},
			"another county sees no device":        {stranger, "clock.read", nil, fault.NotFound},
			"an unknown command":                   {inspector, "reboot", nil, fault.Invalid},
			"what only the program sends":          {inspector, "key.renew", nil, fault.Invalid},
			"a missing parameter":                  {inspector, "rtd.set", nil, fault.Invalid},
			"a number out of bounds":               {inspector, "rtd.set", map[string]string{"RtdInterval": "5"}, fault.Invalid},
			"a parameter that the command has not": {inspector, "clock.read", map[string]string{"X": "1"}, fault.Invalid},
			"text that would change the frame":     {inspector, "info.set", map[string]string{"PolId": "w01018", "InfoId": "i13004", "Info": "1&&"}, fault.Invalid},
			"a command of a later edition":         {inspector, "check", map[string]string{"PolId": "w01018"}, fault.Conflict},
			"too long a stretch":                   {inspector, "history.minute", map[string]string{"begin": "2020-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, fault.Invalid},
		} {
			_, err := s.cmd.Ask(ctx, x.who, s.dev.ID, x.cmd, x.params)
			if x.want == "" && err != nil || x.want != "" && !fault.Is(err, x.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestCommand_PasswordIsLearnedAndNeverShown(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		s.connect()
		cmd := s.ask("password.set", map[string]string{"NewPW": "654321"})
		if got := s.answer(); !strings.Contains(got, "NewPW=654321") {
			t.Fatal(got)
		}
		got, log, err := s.cmd.Get(context.Background(), inspector, cmd.ID)
		if err != nil || strings.Contains(fmt.Sprintf("%+v %v", got.Params, log), "654321") {
			t.Errorf("the password can be read: %+v %v %v", got.Params, log, err)
		}
		s.reply(got.QN, "9011", "QnRtn=1")
		s.reply(got.QN, "9012", "ExeRtn=1")
		s.other() // the exchange has had its effect
		s.now(cmd, "done")
		s.uploadAs("123456") // not answered
		s.other()
		s.uploadAs("654321")
		if got := s.answer(); !strings.Contains(got, "MN=M1;") {
			t.Errorf("the new password is not known: %q", got)
		}
	})
}

func (s *fieldStation) uploadAs(pw string) {
	s.n++
	s.send(framed("QN=20261121093000%03d;ST=32;CN=2011;PW=%s;MN=M1;Flag=5;CP=&&DataTime=202611210900%02d;w01018-Rtd=1.0,w01018-Flag=N&&", s.n, pw, s.n))
}

// other sends a frame of an unknown device and waits for its answer: what was
// sent before has then had its effect, or was not answered.
func (s *fieldStation) other() {
	s.site.t.Helper()
	s.n++
	s.send(framed("QN=20261121093001%03d;ST=32;CN=2011;PW=1;MN=OTHER;Flag=5;CP=&&DataTime=202611210900%02d;w01018-Rtd=1.0,w01018-Flag=N&&", s.n, s.n))
	if got := s.answer(); !strings.Contains(got, "MN=OTHER") {
		s.site.t.Fatal(got)
	}
}

func TestCommand_KeysOf2025(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2025")
		ctx := context.Background()
		if err := s.cmd.SetKey(ctx, duty, s.dev.ID, "0000000000000000"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the capability: %v", err)
		}
		if err := s.cmd.SetKey(ctx, inspector, s.dev.ID, "short"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if err := s.cmd.SetKey(ctx, inspector, s.dev.ID, "0000000000000000"); err != nil {
			t.Fatal(err)
		}
		s.connect()
		old, err := sm4key.New("0000000000000000")
		if err != nil {
			t.Fatal(err)
		}
		sealed := func(key hj212.Cipher, second int) string {
			raw, err := hj212.AppendEncryptedSegment(nil, fmt.Appendf(nil,
				"QN=20261121093200%03d;ST=32;CN=2011;PW=123456;MN=M1;Flag=9;CP=&&DataTime=202611210905%02d;w01018-Rtd=%d.5,w01018-Flag=N&&", second, second, second), key, hj212.FormBytes)
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		s.send(sealed(old, 1))
		if got := s.answer(); !strings.Contains(got, "CN=9014") {
			t.Fatal(got)
		}
		// The value, not the cipher, is what the store reads back.
		records, _, err := s.store.Since(ctx, 0, 100)
		last := records[len(records)-1]
		if err != nil || len(last.Items) != 1 || fmt.Sprint(last.Items[0].Values[0]) != "1.5" {
			t.Fatalf("%+v %v", last, err)
		}
		if v, err := telemetry.Verify(ctx, d); err != nil || len(v.Findings) > 0 || v.Rows == 0 {
			t.Errorf("an encrypted frame against its row: %+v %v", v, err)
		}
		// The station asks for a new key; it travels under the old one.
		s.send(framed("QN=20261121093300000;ST=32;CN=1014;PW=123456;MN=M1;Flag=9;CP=&&SKCreateTime=&&"))
		if got := s.answer(); !strings.Contains(got, "CN=9013") {
			t.Fatal(got)
		}
		s.run()
		if err := s.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		var sc hj212.Scanner
		var f hj212.Frame
		for !sc.Next(&f) {
			if _, err := sc.Fill(s.in); err != nil {
				t.Fatal(err)
			}
		}
		if f.Fault != hj212.FaultEncrypted {
			t.Fatalf("the new key travels in plain text: %q", f.Raw)
		}
		if _, k := f.Decrypt(nil, old); k != 0 {
			t.Fatal("the old key does not open it")
		}
		var a hj212.Area
		f.ParseItems(&a)
		text, _ := a.Param("NewSK")
		fresh, err := sm4key.New(string(text))
		if err != nil {
			t.Fatalf("NewSK=%q: %v", text, err)
		}
		qn := string(f.QN)
		s.send(sealed(fresh, 2)) // it may use the new key before its 9012
		if got := s.answer(); !strings.Contains(got, "CN=9014") {
			t.Fatal(got)
		}
		s.reply(qn, "9011", "QnRtn=1")
		s.reply(qn, "9012", "ExeRtn=1")
		s.upload()
		s.run()
		keys, err := s.cmd.Keys(ctx, inspector, s.dev.ID)
		if err != nil || len(keys) != 2 || keys[0].State != "current" || keys[1].State != "previous" || keys[0].DueAt.IsZero() {
			t.Fatalf("%+v %v", keys, err)
		}
		s.send(sealed(old, 3), sealed(fresh, 4)) // late frames still carry the old one
		for range 2 {
			if got := s.answer(); !strings.Contains(got, "CN=9014") {
				t.Fatal(got)
			}
		}
		wrong, err := sm4key.New("ffffffffffffffff")
		if err != nil {
			t.Fatal(err)
		}
		s.send(sealed(wrong, 5))
		s.upload() // the wrong one was not answered
		s.close()  // what goes to quarantine is written behind the readers' backs
		page, err := s.store.QuarantineList(ctx, auth.DefaultPolicy(), duty, telemetry.QuarantineQuery{})
		if err != nil || page.Total != 1 || page.Items[0].Reason != hj212.FaultEncrypted.Code() {
			t.Errorf("%+v %v", page, err)
		}
		if _, log, err := s.cmd.Get(ctx, inspector, mustOne(t, s)); err != nil || strings.Contains(fmt.Sprint(log), string(text)) {
			t.Errorf("the key stands in the log: %v %v", log, err)
		}
	})
}

func mustOne(t *testing.T, s *fieldStation) string {
	t.Helper()
	page, err := s.cmd.List(context.Background(), inspector, command.Query{DeviceID: s.dev.ID})
	if err != nil || len(page.Items) == 0 {
		t.Fatal(err)
	}
	return page.Items[0].ID
}
