package hj212

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	orderQN = "20160801085857223"
	orderMN = "010000A8900016F000169DC0"
)

func at(text string) time.Time {
	t, ok := ParseTime([]byte(text))
	if !ok {
		panic(text)
	}
	return t
}

var orders17 = Orders{Version: V2017, ST: "32", PW: "123456", MN: orderMN}

// Every request that HJ 212-2017 prints in appendix C comes out byte for byte, but
// for a blank its printer left in C.43.
func TestOrders_StandardByteForByte(t *testing.T) {
	t.Parallel()
	o := orders17
	printed := map[string]string{}
	for _, v := range vectors(t) {
		if !strings.Contains(v.Source, "HJ 212-2017 Appendix C") || !strings.Contains(v.Frame, "QN="+orderQN+";ST=32;") {
			continue
		}
		var f Frame
		if err := ParseFrame(v.bytes(t), &f); err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(v.Frame, "Flag=")
		if f.Command.HostExchange(V2017) == 0 || strings.Contains(text, "DataTime") || !f.Flag.WantsAnswer() {
			continue // from the field
		}
		printed[f.Command.String()+" "+string(f.Area)] = strings.Replace(v.Frame, "; Flag", ";Flag", 1)
	}
	made := map[string]string{}
	make := func(m Message, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
			return
		}
		raw, err := AppendFrame(nil, &m)
		if err != nil {
			t.Error(err)
		}
		made[m.CN+" "+string(m.Area)] = string(raw)
	}
	const f = "w01018"
	make(o.SetTimeouts(orderQN, LinkTiming{5, 3}))
	make(o.ReadClock(orderQN, f))
	make(o.SetClock(orderQN, f, at("20160801085857")))
	make(o.ReadRealtimeInterval(orderQN))
	make(o.SetRealtimeInterval(orderQN, 30))
	make(o.ReadMinuteInterval(orderQN))
	make(o.SetMinuteInterval(orderQN, 10))
	make(o.SetPassword(orderQN, "654321"))
	make(o.StartRealtime(orderQN))
	make(o.StopRealtime(orderQN))
	make(o.StartStates(orderQN))
	make(o.StopStates(orderQN))
	make(o.History(orderQN, UploadMinute, at("20160801084000"), at("20160801084000")))
	make(o.History(orderQN, UploadHour, at("20160801080000"), at("20160801080000")))
	make(o.History(orderQN, UploadDay, at("20160801000000"), at("20160801000000")))
	make(o.History(orderQN, UploadRunTime, at("20160801000000"), at("20160801000000")))
	make(o.Calibrate(orderQN, f, false))
	make(o.SampleNow(orderQN, f))
	make(o.Clean(orderQN, f))
	make(o.Compare(orderQN, f))
	make(o.KeepSample(orderQN, ""))
	make(o.SetSampling(orderQN, f, 0, 2))
	make(o.ReadSampling(orderQN, f))
	make(o.ReadDuration(orderQN, f))
	make(o.ReadSerial(orderQN, f))
	make(o.ReadLog(orderQN, f, "i11001", at("20160801010522"), at("20160801085857")))
	make(o.ReadInfo(orderQN, f, "i12001"))
	if len(printed) != 27 || len(made) != 27 {
		t.Errorf("%d printed, %d made", len(printed), len(made))
	}
	for key, want := range printed {
		got := made[key]
		if key == "3020 PolId=w01018;InfoId=i12001" { // its blank counts in length and CRC
			got, want = got[6:len(got)-6], want[6:len(want)-6]
		}
		if got != want {
			t.Errorf("%s\ngot  %q\nwant %q", key, got, want)
		}
	}
}

// What the other editions are known to print.
func TestOrders_OtherEditions(t *testing.T) {
	t.Parallel()
	const qn05, qn25 = "20040516010101001", "20240601085857223"
	o05 := Orders{Version: V2005, ST: "32", PW: "123456", MN: "88888880000001"}
	o25 := Orders{Version: V2025, ST: "32", PW: "123456", MN: orderMN}
	power := o25
	power.ST = "44"
	surface := Orders{Version: V2025, Dialect: DialectSurfaceWater, ST: "21", PW: "123456", MN: "A140100_2006"}
	old := "QN=" + qn05 + ";ST=32;CN=%;PW=123456;MN=88888880000001;Flag=3;CP=&&"
	now := "QN=" + qn25 + ";ST=32;CN=%;PW=123456;MN=" + orderMN + ";Flag=9;CP=&&"
	type result struct {
		m   Message
		err error
	}
	r := func(m Message, err error) result { return result{m, err} }
	for _, c := range []struct {
		got            result
		head, cn, area string
	}{
		{r(o05.StartRealtime(qn05)), old, "2011", ""},
		{r(o05.StopRealtime(qn05)), old, "2012", ""},
		{r(o05.History(qn05, UploadRunTime, at("20040506000000"), at("20040510000000"))), old, "2041", "BeginTime=20040506000000,EndTime=20040510000000"},
		{r(o05.History(qn05, 2071, at("20040506010001"), at("20040506150030"))), old, "2071", "BeginTime=20040506010001,EndTime=20040506150030"},
		{r(o05.ReadLimits(qn05, "101", "102")), old, "1021", "PolId=101;PolId=102"},
		{r(o05.SetLimits(qn05, AlarmLimit{"101", "1.1", "9.9"}, AlarmLimit{"102", "1.1", "9.9"})), old, "1022", "101-LowValue=1.1,101-UpValue=9.9;102-LowValue=1.1,102-UpValue=9.9"},
		{r(o05.SetPassword(qn05, "654321")), old, "1072", "PW=654321"},
		{r(o05.SetWarnTime(qn05, 60)), old, "1001", "WarnTime=60"},
		{r(o05.ReadTarget(qn05)), old, "1031", ""},
		{r(o05.SetTarget(qn05, "13800138000")), old, "1032", "AlarmTarget=13800138000"},
		{r(o05.ReadReportTime(qn05)), old, "1041", ""},
		{r(o05.SetReportTime(qn05, 1, 5)), old, "1042", "ReportTime=0105"},
		{r(o05.SetSampling(qn05, "011", 0, 2, 14)), old, "3014", "PolId=011;CTime=2;CTime=14"},
		{r(o05.SetTimeouts(qn05, LinkTiming{300, 3})), old, "1000", "OverTime=300;ReCount=3"},
		{r(o25.ReadClock(qn25, "")), now, "1011", ""},
		{r(o25.SendKey(qn25, at("20240601085857223"), "0000000000000000")), now, "1014", "SKCreateTime=20240601085857223,NewSK=0000000000000000"},
		{r(o25.Calibrate(qn25, "w01018", false)), now, "3011", "PolId=w01018,CalibrationType=0"},
		{r(o25.Calibrate(qn25, "w01018", true)), now, "3011", "PolId=w01018,CalibrationType=1"},
		{r(o25.AssignMN(qn25, "6970000000001ABCDEFG1234")), now, "1002", "i23005-Info=6970000000001ABCDEFG1234"},
		{r(o25.KeepSample(qn25, "w01018")), now, "3022", "PolId=w01018"},
		{r(o25.CheckStandard(qn25, "w01018")), now, "3024", "PolId=w01018"},
		{r(o25.History(qn25, 2013, at("20240601000000"), at("20240602000000"))), now, "2013", "BeginTime=20240601000000;EndTime=20240602000000"},
		{r(o25.ReadLog(qn25, "w01018", "i11001", at("20240601000000"), at("20240602000000"))), now, "3020", "PolId=w01018;InfoId=i11001;BeginTime=20240601000000;EndTime=20240602000000"},
		{r(o25.WriteInfo(qn25, "w01018", "i13004", "168.0")), now, "3021", "PolId=w01018;InfoId=i13004;i13004-Info=168.0"},
		{r(power.History(qn25, UploadRealtime, at("20240601000000"), at("20240602000000"))), strings.Replace(now, "ST=32", "ST=44", 1), "2011", "BeginTime=20240601000000;EndTime=20240602000000"},
		{r(surface.StartQuality(qn25, 3080, "w01019")), strings.NewReplacer("ST=32", "ST=21", orderMN, surface.MN).Replace(now), "3080", "PolId=w01019"},
		{r(surface.History(qn25, 2065, at("20240601000000"), at("20240602000000"))), strings.NewReplacer("ST=32", "ST=21", orderMN, surface.MN).Replace(now), "2065", "BeginTime=20240601000000;EndTime=20240602000000"},
	} {
		if c.got.err != nil {
			t.Errorf("%s: %v", c.cn, c.got.err)
			continue
		}
		raw, err := AppendFrame(nil, &c.got.m)
		var f Frame
		if err != nil || ParseFrame(raw, &f) != nil {
			t.Fatalf("%s: %v", c.cn, err)
		}
		if want := strings.Replace(c.head, "%", c.cn, 1) + c.area + "&&"; string(f.Segment) != want {
			t.Errorf("got  %s\nwant %s", f.Segment, want)
		}
		if f.Dialect() == DialectPollution && c.cn != "2065" && f.Command.HostExchange(f.Version) == 0 {
			t.Errorf("%s is not answered", c.cn)
		}
	}
}

func TestOrders_Refuse(t *testing.T) {
	t.Parallel()
	o05, o17, o25 := Orders{Version: V2005}, orders17, Orders{Version: V2025}
	now := at("20240601000000")
	type result struct {
		m   Message
		err error
	}
	r := func(m Message, err error) result { return result{m, err} }
	for name, c := range map[string]struct {
		got  result
		want error
	}{
		"minute interval of 2005":   {r(o05.SetMinuteInterval("1", 10)), ErrNotInEdition},
		"key of 2017":               {r(o17.SendKey("1", now, "0000000000000000")), ErrNotInEdition},
		"limits of 2017":            {r(o17.ReadLimits("1", "w01018")), ErrNotInEdition},
		"comparison of 2005":        {r(o05.Compare("1", "011")), ErrNotInEdition},
		"comparison of 2025":        {r(o25.Compare("1", "w01018")), ErrNotInEdition},
		"raw values of 2017":        {r(o17.History("1", 2013, now, now)), ErrNotInEdition},
		"realtime history":          {r(o17.History("1", UploadRealtime, now, now)), ErrNotInEdition},
		"quality of pollution":      {r(o25.StartQuality("1", 3080, "w01019")), ErrNotInEdition},
		"spikes of pollution":       {r(o25.History("1", 2063, now, now)), ErrNotInEdition},
		"hardware from the host":    {r(o25.order("1", 1001, "")), ErrNotInEdition},
		"no history":                {r(o17.History("1", 3011, now, now)), ErrOrderValue},
		"backwards":                 {r(o17.History("1", UploadDay, now, now.Add(-1e9))), ErrOrderValue},
		"interval of 29 s":          {r(o17.SetRealtimeInterval("1", 29)), ErrOrderValue},
		"interval of 7 min":         {r(o17.SetMinuteInterval("1", 7)), ErrOrderValue},
		"no time-out":               {r(o17.SetTimeouts("1", LinkTiming{})), ErrOrderValue},
		"long password":             {r(o17.SetPassword("1", "1234567")), ErrOrderValue},
		"password with a semicolon": {r(o17.SetPassword("1", "12;4")), ErrOrderValue},
		"short key":                 {r(o25.SendKey("1", now, "00")), ErrOrderValue},
		"factor with &":             {r(o17.SampleNow("1", "w0&&1")), ErrOrderValue},
		"factor of 7":               {r(o25.Calibrate("1", "w010180", true)), ErrOrderValue},
		"information of 7":          {r(o17.ReadInfo("1", "w01018", "i120011")), ErrOrderValue},
		"information with a comma":  {r(o17.WriteInfo("1", "w01018", "i13004", "1,2")), ErrOrderValue},
		"log of 7":                  {r(o17.ReadLog("1", "w01018", "i120011", now, now)), ErrOrderValue},
		"two periods":               {r(o17.SetSampling("1", "w01018", 0, 2, 4)), ErrOrderValue},
		"a period of 25 h":          {r(o17.SetSampling("1", "w01018", 0, 25)), ErrOrderValue},
		"limit that is no number":   {r(o05.SetLimits("1", AlarmLimit{"101", "x", ""})), ErrOrderValue},
		"limit of nothing":          {r(o05.SetLimits("1", AlarmLimit{"", "1", ""})), ErrOrderValue},
		"report at 24:00":           {r(o05.SetReportTime("1", 24, 0)), ErrOrderValue},
		"long target":               {r(o05.SetTarget("1", strings.Repeat("1", 21))), ErrOrderValue},
		"long logger":               {r(o25.AssignMN("1", strings.Repeat("1", 25))), ErrOrderValue},
	} {
		if !errors.Is(c.got.err, c.want) {
			t.Errorf("%s: %v", name, c.got.err)
		}
	}
}

// Every command that hosts send has its builder, in each edition that has it.
func TestOrders_AreComplete(t *testing.T) {
	t.Parallel()
	now := at("20240601000000")
	for _, v := range []Version{V2005, V2017, V2025} {
		o := Orders{Version: v, ST: "32", PW: "1", MN: "1"}
		var made []Command
		take := func(m Message, err error) {
			if err == nil {
				n, _ := digits([]byte(m.CN))
				made = append(made, Command(n))
			}
		}
		for _, f := range []func(string) (Message, error){o.ReadRealtimeInterval, o.ReadMinuteInterval, o.StartRealtime, o.StopRealtime,
			o.StartStates, o.StopStates, o.ReadTarget, o.ReadReportTime} {
			take(f("1"))
		}
		for _, f := range []func(string, string) (Message, error){o.ReadClock, o.SampleNow, o.Clean, o.Compare, o.KeepSample, o.CheckStandard,
			o.ReadSampling, o.ReadDuration, o.ReadSerial, o.SetPassword, o.AssignMN, o.SetTarget} {
			take(f("1", "w01018"))
		}
		for _, cn := range []Command{2013, 2031, 2041, 2051, 2052, 2061, 2062, 2071} {
			take(o.History("1", cn, now, now))
		}
		take(o.SetTimeouts("1", LinkMobile))
		take(o.SetWarnTime("1", 1))
		take(o.SetClock("1", "", now))
		take(o.SendKey("1", now, "0000000000000000"))
		take(o.ReadLimits("1", "w01018"))
		take(o.SetLimits("1", AlarmLimit{"011", "1", "2"}))
		take(o.SetReportTime("1", 1, 1))
		take(o.SetRealtimeInterval("1", 60))
		take(o.SetMinuteInterval("1", 10))
		take(o.Calibrate("1", "w01018", true))
		take(o.SetSampling("1", "w01018", 0, 2))
		take(o.ReadInfo("1", "w01018", "i12001"))
		take(o.WriteInfo("1", "w01018", "i12001", "1"))
		for _, e := range Commands {
			if e.Editions.Has(v) && e.Direction&ToField != 0 && e.Exchange != Answer && !slices.Contains(made, e.Command) {
				t.Errorf("%v of %v has no builder", e.Command, v)
			}
		}
	}
}
