package hj212

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// bench is a station's instruments in tests.
type instruments struct{ acted []string }

func (b *instruments) Records(q StationQuery) (all [][]byte) {
	if q.Command == UploadDay {
		return nil
	}
	for t := q.Begin; !t.After(q.End) && len(all) < 3; t = t.Add(time.Hour) {
		area := "DataTime=" + stamp(t) + ";w01018-Avg=40.1,w01018-Flag=N"
		if q.Command == 3020 {
			area = "DataTime=" + stamp(t) + ";PolId=" + q.PolID + ";" + q.InfoID + "-Info=//清洗//"
		}
		all = append(all, []byte(area))
	}
	return all
}

func (b *instruments) Info(_, item string) (string, bool) {
	value, ok := map[string]string{"i12001": "0", "SN": orderMN, "Stime": "40"}[item]
	return value, ok
}

func (b *instruments) Act(cn Command, polID string, a *Area) int {
	b.acted = append(b.acted, cn.String()+" "+polID)
	if polID == "w99999" {
		return ExeArgument
	}
	return ExeDone
}

// talk lets a host order m until the exchange is over. drop says which answers of
// the station are lost, by their number from 1. It returns the exchange and the frames of data
// that came.
func talk(t *testing.T, s *Station, m *Message, key Cipher, drop func(n int) bool) (Dialog, []string) {
	t.Helper()
	now := at("20240601085857")
	cn, _ := digits([]byte(m.CN))
	kind := Command(cn).HostExchange(s.Version)
	if kind == 0 {
		kind = Request // of surface water, or to be refused
	}
	d := StartDialog(m, kind, LinkMobile, now)
	var data []string
	n := 0
	send := func() {
		raw, err := AppendFrame(nil, m)
		if key != nil && (cn == 1014 || cn == 3020) {
			raw, err = AppendEncrypted(nil, m, key, FormBytes)
		}
		if err != nil {
			t.Fatal(err)
		}
		var f Frame
		var a Area
		ParseFrame(raw, &f)
		old := s.Key
		s.Open(nil, &f)
		f.ParseItems(&a)
		for _, g := range run(s.Hear(nil, &f, &a, now)) {
			if n++; drop(n) {
				continue
			}
			if g.Fault == FaultEncrypted {
				g.Decrypt(nil, s.Key, old)
			}
			if !g.OK() || g.Version != s.Version {
				t.Fatalf("%v %v: %q", g.Version, g.Fault, g.Raw)
			}
			for _, x := range Validate(&g) {
				if x.Rule != "mn-form" {
					t.Errorf("%s: %s %s", g.Segment, x.Rule, x.Value)
				}
			}
			g.ParseItems(&a)
			if g.Command < RequestAnswer {
				data = append(data, g.Command.String()+" "+string(g.Area))
			}
			if !d.Hear(&g, &a, now) {
				d.Alive(now)
			}
		}
	}
	for send(); !d.Over(); {
		now = now.Add(time.Second)
		if d.Tick(now) {
			send()
		}
	}
	return d, data
}

func never(int) bool { return false }

// stationOf makes a station of an edition and the orders to it.
func stationOf(v Version, b *instruments) (*Station, Orders) {
	s := &Station{Version: v, ST: "32", PW: "123456", MN: orderMN, Settings: StationSettings{RtdInterval: 30, MinInterval: 10, ReportTime: "0101", AlarmTarget: "13800138000", LoggerID: "6970"}}
	if b != nil {
		s.Source = b
	}
	if v == V2005 {
		s.MN = "88888880000001"
	}
	return s, Orders{Version: v, ST: "32", PW: s.PW, MN: s.MN}
}

// A station obeys all that hosts order, in every edition; what it answers passes the
// strict report.
func TestStation_Obeys(t *testing.T) {
	t.Parallel()
	begin, end := at("20240601000000"), at("20240601010000")
	record := "DataTime=20240601000000;w01018-Avg=40.1,w01018-Flag=N"
	next := strings.Replace(record, "000000;", "010000;", 1)
	for _, v := range []Version{V2005, V2017, V2025} {
		b := &instruments{}
		s, o := stationOf(v, b)
		qn := 0
		order := func(want DialogState, code int, data ...string) func(Message, error) {
			return func(m Message, err error) {
				t.Helper()
				if err != nil {
					t.Errorf("%v: %v", v, err)
					return
				}
				m.QN = string(AppendQN(nil, begin.Add(time.Duration(qn)*time.Second)))
				qn++
				d, got := talk(t, s, &m, s.Key, never)
				if v == V2005 {
					for i := range data {
						if !strings.HasPrefix(data[i], "20") && !strings.HasPrefix(data[i], "3020") { // records have no QN
							cn, area, _ := strings.Cut(data[i], " ")
							data[i] = cn + " " + params(";", "QN="+m.QN, area)
						}
					}
				}
				if d.State != want || d.Code != code || strings.Join(got, "|") != strings.Join(data, "|") {
					t.Errorf("%v %s: state %d code %d %q, want %q", v, m.CN, d.State, d.Code, got, data)
				}
			}
		}
		done := func(data ...string) func(Message, error) { return order(DialogDone, ExeDone, data...) }
		done()(o.SetTimeouts("", LinkTiming{20, 4}))
		done("1011 PolId=w01018;SystemTime=20240601085857")(o.ReadClock("", "w01018"))
		done()(o.SetClock("", "", at("20240601095857")))
		done("1011 SystemTime=20240601095857")(o.ReadClock("", ""))
		done("1061 RtdInterval=30")(o.ReadRealtimeInterval(""))
		done()(o.SetRealtimeInterval("", 60))
		done("1061 RtdInterval=60")(o.ReadRealtimeInterval(""))
		done()(o.StartRealtime(""))
		done()(o.StartStates(""))
		if !s.Settings.Realtime || !s.Settings.States || s.Settings.OverTime != 20 || s.Settings.ReCount != 4 {
			t.Errorf("%v: %+v", v, s.Settings)
		}
		order(DialogDone, 0)(o.StopRealtime(""))
		order(DialogDone, 0)(o.StopStates(""))
		if s.Settings.Realtime || s.Settings.States {
			t.Errorf("%v: %+v", v, s.Settings)
		}
		done("2061 "+record, "2061 "+next)(o.History("", UploadHour, begin, end))
		order(DialogFailed, ExeNoData)(o.History("", UploadDay, begin, end))
		done()(o.SampleNow("", "w01018"))
		wrong := ExeArgument
		if v == V2005 {
			wrong = ExeFailed
		}
		order(DialogFailed, wrong)(o.Clean("", "w99999"))
		if strings.Join(b.acted, "|") != "3012 w01018|3013 w99999" {
			t.Errorf("%v: %q", v, b.acted)
		}
		done()(o.SetPassword("", "654321"))
		o.PW = "654321"
		done("1061 RtdInterval=60")(o.ReadRealtimeInterval(""))
		switch v {
		case V2005:
			done()(o.SetWarnTime("", 60))
			done()(o.SetLimits("", AlarmLimit{"011", "", "50"}, AlarmLimit{"060", "1", "8"}))
			done()(o.SetLimits("", AlarmLimit{"060", "", "9"}))
			done("1021 060-UpValue=9")(o.ReadLimits("", "060"))
			done("1031 AlarmTarget=13800138000")(o.ReadTarget(""))
			done()(o.SetReportTime("", 2, 30))
			done("1041 ReportTime=0230")(o.ReadReportTime(""))
			done()(o.SetSampling("", "011", 0, 2, 14))
			continue
		case V2017:
			done()(o.SetSampling("", "w01018", 0, 2))
			done("3017 PolId=w01018;CstartTime=000000;CTime=2")(o.ReadSampling("", "w01018"))
			order(DialogFailed, ExeNoData)(o.ReadSampling("", "w21003"))
			done()(o.Compare("", "w01018"))
			done()(o.KeepSample("", ""))
		case V2025:
			done()(o.Calibrate("", "w01018", true))
			done("2013 "+record, "2013 "+next)(o.History("", 2013, begin, end))
			done()(o.KeepSample("", "w01018"))
			done()(o.CheckStandard("", "w01018"))
		}
		done("1063 MinInterval=10")(o.ReadMinuteInterval(""))
		done()(o.SetMinuteInterval("", 5))
		done("1063 MinInterval=5")(o.ReadMinuteInterval(""))
		done("3018 PolId=w01018;Stime=40")(o.ReadDuration("", "w01018"))
		done("3019 PolId=w01018;w01018-SN=" + orderMN)(o.ReadSerial("", "w01018"))
		done("3020 DataTime=20240601095857;PolId=w01018;i12001-Info=0")(o.ReadInfo("", "w01018", "i12001"))
		order(DialogFailed, ExeNoData)(o.ReadInfo("", "w01018", "i13004"))
		done("3020 DataTime=20240601000000;PolId=w01018;i11001-Info=//清洗//", "3020 DataTime=20240601010000;PolId=w01018;i11001-Info=//清洗//")(
			o.ReadLog("", "w01018", "i11001", begin, end))
		done()(o.WriteInfo("", "w01018", "i13004", "168.0"))
	}
}

// Whatever answer is lost, the request is obeyed once and the exchange ends well.
func TestStation_ObeysOnceWhateverIsLost(t *testing.T) {
	t.Parallel()
	for lost := range 8 {
		b := &instruments{}
		s, o := stationOf(V2017, b)
		m, err := o.SampleNow("20240601085857223", "w01018")
		if err != nil {
			t.Fatal(err)
		}
		d, _ := talk(t, s, &m, nil, func(n int) bool { return lost&(1<<(n-1)) != 0 })
		if len(b.acted) != 1 {
			t.Errorf("lost %b: sampled %d times", lost, len(b.acted))
		}
		// 9011 heard and 9012 lost: the host waits for the end in vain.
		if want := d.State == DialogDone; want != (lost&3 != 2) {
			t.Errorf("lost %b: state %d after %d repeats", lost, d.State, d.Repeats)
		}
	}
}

func TestStation_Refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    Version
		edit func(*Message)
		code int
	}{
		{V2017, func(m *Message) { m.PW = "000000" }, QnPW},
		{V2017, func(m *Message) { m.MN = "010000A8900016F000169DC1" }, QnMN},
		{V2017, func(m *Message) { m.CN = "3099" }, QnCN},
		{V2017, func(m *Message) { m.CN = "2052" }, QnCN},
		{V2025, func(m *Message) { m.CN = "1014" }, QnRefused},
		{V2005, func(m *Message) { m.PW = "000000" }, QnPW},
		{V2005, func(m *Message) { m.CN = "3099" }, QnRefused},
		{V2005, func(m *Message) { m.MN = "88888880000002" }, QnRefused},
	} {
		s, o := stationOf(c.v, nil)
		m, err := o.ReadClock("20240601085857223", "")
		if err != nil {
			t.Fatal(err)
		}
		c.edit(&m)
		if d, data := talk(t, s, &m, nil, never); d.State != DialogRefused || d.Code != c.code || data != nil {
			t.Errorf("%v %s: state %d code %d %q, want %d", c.v, m.CN, d.State, d.Code, data, c.code)
		}
	}
	s, _ := stationOf(V2017, nil)
	for _, area := range []string{"", "OverTime=x", "MinInterval=7"} {
		m := NewOrder(V2017, 1064, "20240601085857223", "32", s.PW, s.MN, []byte(area))
		s.heard = ""
		if d, _ := talk(t, s, &m, nil, never); d.State != DialogFailed || d.Code != ExeArgument {
			t.Errorf("%q: state %d code %d", area, d.State, d.Code)
		}
	}
	for cn, area := range map[Command]string{1012: "SystemTime=1", 1072: "", 3016: "PolId=w01018", 2061: "BeginTime=20240602000000;EndTime=20240601000000"} {
		m := NewOrder(V2017, cn, "20240601085857223", "32", s.PW, s.MN, []byte(area))
		if d, _ := talk(t, s, &m, nil, never); d.State != DialogFailed || d.Code != ExeArgument {
			t.Errorf("%v %q: state %d code %d", cn, area, d.State, d.Code)
		}
	}
}

// A key is renewed while frames are under way: the new one counts from the answer
// on, what comes under the old one is still read.
func TestStation_Key(t *testing.T) {
	t.Parallel()
	old := sm4Of(t, "0000000000000000")
	s, o := stationOf(V2025, &instruments{})
	s.Key, s.NewCipher = old, func(key []byte) (Cipher, error) { return sm4Of(t, string(key)), nil }
	now := at("20240601085857")
	asked, _, err := s.AskKey(nil, now)
	if err != nil {
		t.Fatal(err)
	}
	frames := run(asked)
	if frames[0].Decrypt(nil, old); frames[0].Command != 1014 || !frames[0].OK() || frames[0].AnswerCommand() != NoticeAnswer {
		t.Errorf("%q", asked)
	}
	m, err := o.SendKey("20240601085857223", now, "1111111111111111")
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := talk(t, s, &m, old, never); d.State != DialogDone {
		t.Fatalf("state %d code %d", d.State, d.Code)
	}
	all := s.Messages(UploadHour, []byte("DataTime=20240601080000;w01018-Avg=40.1,w01018-Flag=N"), true, now)
	all[0].Resent = true
	raw, err := s.Write(nil, &all[0])
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	f := run(raw)[0]
	if _, used := f.Decrypt(nil, old, sm4Of(t, "1111111111111111")); used != 1 || string(f.QN) != all[0].QN || !f.Resent || f.AnswerCommand() != DataAnswer {
		t.Errorf("key %d, %q", used, f.Segment)
	}
	if m, err = o.ReadInfo("20240601085858223", "w01018", "i12001"); err != nil {
		t.Fatal(err)
	}
	if d, data := talk(t, s, &m, old, never); d.State != DialogDone || len(data) != 1 {
		t.Errorf("under the old key: state %d %q", d.State, data)
	}
	if second := s.Messages(UploadHour, nil, true, now); second[0].QN == all[0].QN {
		t.Error("one QN twice")
	}
}

// A surface-water station obeys the commands of its own protocol, which others refuse.
func TestStation_SurfaceWater(t *testing.T) {
	t.Parallel()
	for _, st := range []string{"21", "32"} {
		b := &instruments{}
		s, o := stationOf(V2025, b)
		s.ST, o.Dialect = st, DialectSurfaceWater
		o.ST = st
		m, err := o.StartQuality("20240601085857223", 3083, "w01019")
		if err != nil {
			t.Fatal(err)
		}
		want := DialogDone
		if st != "21" {
			want = DialogRefused
		}
		if d, _ := talk(t, s, &m, nil, never); d.State != want || (len(b.acted) > 0) != (st == "21") {
			t.Errorf("ST %s: state %d code %d, %q", st, d.State, d.Code, b.acted)
		}
	}
	if DialectSurfaceWater.HostExchange(3083, V2025) != Request || DialectPollution.HostExchange(3083, V2025) != 0 ||
		DialectSurfaceWater.HostExchange(9021, V2025) != 0 || DialectSurfaceWater.HostExchange(2012, V2025) != Notice {
		t.Error("exchanges of surface water")
	}
}

// A station without MN tells its hardware and is given one.
func TestStation_GetsItsMN(t *testing.T) {
	t.Parallel()
	s, o := stationOf(V2025, nil)
	s.MN = ""
	raw, _, err := s.TellHardware(nil, "A800200A8C6D", "E86A643C7BBC", "A763742C1AE1", at("20240601085857"))
	if err != nil {
		t.Fatal(err)
	}
	f := run(raw)[0]
	if want := "i23005-Info=6970;i23006-Info=A800200A8C6D;i23007-Info=E86A643C7BBC;i23008-Info=A763742C1AE1"; string(f.Area) != want || len(f.MN) != 0 || f.Warnings != 0 {
		t.Errorf("%q", f.Segment)
	}
	for _, logger := range []string{"6971", "6970"} {
		m, err := o.AssignMN("20240601085857"+logger[1:], logger)
		if err != nil {
			t.Fatal(err)
		}
		if d, _ := talk(t, s, &m, nil, never); (d.State == DialogDone) != (logger == "6970") {
			t.Errorf("%s: state %d code %d", logger, d.State, d.Code)
		}
	}
	if s.MN != orderMN {
		t.Errorf("MN %q", s.MN)
	}
}

func TestStation_Notices(t *testing.T) {
	t.Parallel()
	now := at("20240601085857")
	for _, v := range []Version{V2005, V2017, V2025} {
		s, _ := stationOf(v, nil)
		var made []string
		for _, f := range []func() ([]byte, string, error){
			func() ([]byte, string, error) { return s.AskClock(nil, "w01018", now) },
			func() ([]byte, string, error) { return s.AskKey(nil, now) },
			func() ([]byte, string, error) { return s.Heartbeat(nil, now) },
		} {
			raw, _, err := f()
			if err != nil {
				continue
			}
			g := run(raw)[0]
			if g.AnswerCommand() != NoticeAnswer {
				t.Errorf("%q wants %v", raw, g.AnswerCommand())
			}
			made = append(made, fmt.Sprintf("%s %s %s", g.ST, g.CN, g.Area))
		}
		want := map[Version]string{V2005: "", V2017: "32 1013 PolId=w01018", V2025: "32 1013 PolId=w01018|32 1014 SKCreateTime=|91 9015 "}[v]
		if got := strings.Join(made, "|"); got != want {
			t.Errorf("%v: %q", v, got)
		}
	}
	s, _ := stationOf(V2005, nil)
	raw, err := s.Upload(nil, UploadRealtime, []byte("DataTime=20240601085857;011-Rtd=40.1,011-Flag=N"), true, now)
	if err != nil || !bytes.Contains(raw, []byte("##0096ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime")) {
		t.Errorf("%q %v", raw, err)
	}
	for _, answer := range []string{"9013", "9014"} {
		var f Frame
		var a Area
		ParseSegment([]byte("QN=20240601085857223;ST=91;CN="+answer+";PW=123456;MN="+s.MN+";Flag=0;CP=&&&&"), &f)
		if got := s.Hear(nil, &f, &a, now); got != nil {
			t.Errorf("%s is answered by %q", answer, got)
		}
	}
}

// FuzzStation lets a host say anything: no panic, and what is answered are whole
// frames of the station's edition, which end with 9011, 9012 or 9013.
func FuzzStation(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.bytes(f), 1)
	}
	f.Add([]byte("##0000FFFF"), 2)
	f.Fuzz(func(t *testing.T, stream []byte, edition int) {
		v := Version(uint(edition) % 3)
		s, _ := stationOf(v, &instruments{})
		s.NewCipher = func(key []byte) (Cipher, error) { return sm4Of(t, string(key)), nil }
		now := at("20240601085857")
		var a Area
		for _, g := range run(stream) {
			g.ParseItems(&a)
			s.MN, s.PW = string(g.MN), string(g.PW) // the checks would hide the rest
			old := s.Key
			answers := run(s.Hear(nil, &g, &a, now))
			for i := range answers {
				r := &answers[i]
				if r.Fault == FaultEncrypted {
					r.Decrypt(nil, s.Key, old)
				}
				last := i == len(answers)-1
				if !r.OK() || last && (r.Command < RequestAnswer || r.Command > NoticeAnswer) {
					t.Fatalf("%q is answered by %q: %v", g.Raw, r.Raw, r.Fault)
				}
			}
		}
	})
}
