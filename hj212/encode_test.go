package hj212

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The example of appendix A of HJ 212-2017, byte for byte.
func TestAppendFrame_ExampleOfTheStandard(t *testing.T) {
	t.Parallel()
	var b AreaBuilder
	b.Param("RtdInterval", "30")
	m := Message{QN: "20160801085857223", ST: "32", CN: "1062", PW: "100000", MN: "010000A8900016F000169DC0", Flag: 5, Area: b.Bytes()}
	got, err := AppendFrame([]byte("before"), &m)
	want := "before##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q %v", got, err)
	}
}

func TestAppendFrame_EveryField(t *testing.T) {
	t.Parallel()
	var b AreaBuilder
	b.Param("DataTime", "20240601080000")
	b.Pair("a21002", "Cou", "2.40")
	b.Pair("a21002", "Flag", "N")
	b.Pair("a21026", "Avg", "1.0")
	b.Param("X", "1")
	b.Pair("a21026", "Flag", "N")
	m := Message{QN: "20240601085857224", ST: "31", CN: "2061", PW: "123456", MN: "010000A8900016F000169DC0", Flag: 11, PNUM: 2, PNO: 1, Resent: true, Area: b.Bytes()}
	got, err := AppendFrame(nil, &m)
	want := "QN=20240601085857224;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=11;PNUM=2;PNO=1;RF=1;" +
		"CP=&&DataTime=20240601080000;a21002-Cou=2.40,a21002-Flag=N;a21026-Avg=1.0;X=1;a21026-Flag=N&&"
	if err != nil || string(got[6:len(got)-6]) != want {
		t.Errorf("got %q %v", got, err)
	}
	if b.Len() != len(b.Bytes()) {
		t.Errorf("Len %d", b.Len())
	}
	b.Reset()
	b.Pair("a21026", "Avg", "1.0")
	if string(b.Bytes()) != "a21026-Avg=1.0" {
		t.Errorf("after Reset %q", b.Bytes())
	}
}

func TestAppendFrame_Refuses(t *testing.T) {
	t.Parallel()
	dst := []byte("before")
	for name, m := range map[string]Message{
		"semicolon":    {ST: "32", CN: "2011", PW: "12;4", MN: "1"},
		"&":            {ST: "32", CN: "2011", PW: "1", MN: "a&&b"},
		"line":         {QN: "2016\r\n", ST: "32", CN: "2011", MN: "1"},
		"ten thousand": {ST: "32", CN: "2011", MN: "1", Area: make([]byte, 10000)},
	} {
		got, err := AppendFrame(dst, &m)
		if err == nil || string(got) != "before" {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	if got, err := AppendSegment(dst, make([]byte, 10000)); err != ErrTooLong || string(got) != "before" {
		t.Errorf("segment of 10000: %v", err)
	}
	if got, err := AppendSegment(nil, make([]byte, 9999)); err != nil || !bytes.HasPrefix(got, []byte("##9999")) {
		t.Errorf("segment of 9999: %v", err)
	}
}

// anyMessage draws a message in the form of edition v.
func anyMessage(t *rapid.T, v Version) Message {
	var b AreaBuilder
	b.Param("DataTime", string(AppendTime(nil, time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "time"), 0))))
	for _, code := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a21026", "w01018", "B01", "011", "LA", "SB1", "LAMPBLACK"}), 0, 6, rapid.ID).Draw(t, "codes") {
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Rtd", "Avg", "Flag", "SampleTime", "ZsRtd"}), 1, 4, rapid.ID).Draw(t, "names") {
			b.Pair(code, name, rapid.StringMatching(`-?[0-9]{1,9}(\.[0-9]{1,3})?|N|//[ -~校准]{0,20}[a-z]//`).Draw(t, "value"))
		}
	}
	m := Message{ST: "31", CN: "2061", PW: "123456", MN: "88888880000001", NoFlag: true, Area: b.Bytes()}
	if v > V2005 || rapid.Bool().Draw(t, "with Flag") {
		m.QN, m.MN = string(AppendQN(nil, time.Unix(1700000000, 0))), "010000A8900016F000169DC0"
		if v == V2005 {
			m.MN = "88888880000001"
		}
		m.NoFlag = false
		m.Flag = Flag(rapid.IntRange(0, 1).Draw(t, "answer")).WithVersion(v)
		if rapid.Bool().Draw(t, "split") {
			m.Flag |= FlagSplit
			m.PNUM = rapid.IntRange(2, 9999).Draw(t, "PNUM")
			m.PNO = rapid.IntRange(1, m.PNUM).Draw(t, "PNO")
		}
		m.Resent = v == V2025 && rapid.Bool().Draw(t, "resent")
	}
	return m
}

// messageOf makes the message again from a frame that was read.
func messageOf(f *Frame, a *Area) Message {
	var b AreaBuilder
	for _, p := range a.Params {
		b.Param(string(p.Name), string(p.Value))
	}
	for _, it := range a.Items {
		for _, p := range it.Pairs {
			b.Pair(string(it.Code), string(p.Name), string(p.Value))
		}
	}
	return Message{QN: string(f.QN), ST: string(f.ST), CN: string(f.CN), PW: string(f.PW), MN: string(f.MN),
		Flag: f.Flag, NoFlag: !f.HasFlag, PNUM: f.PNUM, PNO: f.PNO, Resent: f.Resent, Area: b.Bytes()}
}

// In every edition, plain and encrypted, what is written comes out of a stream cut
// anywhere with nothing to warn of, and is written again byte for byte.
func TestEncode_IsTheReverseOfDecode(t *testing.T) {
	t.Parallel()
	key := sm4Of(t, "0000000000000000")
	write := func(m *Message) ([]byte, error) { return AppendFrame(nil, m) }
	seal := func(form Form) func(*Message) ([]byte, error) {
		return func(m *Message) ([]byte, error) { return AppendEncrypted(nil, m, key, form) }
	}
	for _, c := range []struct {
		name  string
		v     Version
		write func(*Message) ([]byte, error)
	}{
		{"2005", V2005, write},
		{"2017", V2017, write},
		{"2025", V2025, write},
		{"2025 encrypted", V2025, seal(FormBytes)},
		{"2025 encrypted, printed", V2025, seal(FormPrinted)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				m := anyMessage(t, c.v)
				raw, err := c.write(&m)
				if err != nil {
					t.Fatal(err)
				}
				f := throughStream(t, raw)
				f.Decrypt(nil, key)
				if f.Version != c.v || !f.OK() {
					t.Fatalf("%s: version %v, %v", raw, f.Version, f.Fault)
				}
				var a Area
				if w := f.Warnings | f.ParseItems(&a); w&^WarnOverLimit.Bit() != 0 {
					t.Fatalf("%s: %s", raw, codes(w))
				}
				again := messageOf(&f, &a)
				if got, err := c.write(&again); err != nil || !bytes.Equal(got, raw) {
					t.Fatalf("got  %s\nwant %s", got, raw)
				}
			})
		})
	}
}

// throughStream reads the one frame of a stream that comes in two pieces.
func throughStream(t *rapid.T, raw []byte) (f Frame) {
	cut := rapid.IntRange(0, len(raw)).Draw(t, "cut")
	var s Scanner
	s.Write(raw[:cut])
	if s.Next(&f) {
		if len(bytes.Trim(raw[cut:], "\r\n")) > 0 {
			t.Fatalf("%q: came out before its end at %d", raw, cut)
		}
		return f
	}
	s.Write(raw[cut:])
	s.Close()
	if !s.Next(&f) {
		t.Fatalf("%q: nothing came out", raw)
	}
	got := f
	if s.Next(&f) {
		t.Fatalf("%q: more than one came out", raw)
	}
	return got
}

// Frames of the field and of the standard that need no tolerance come out of the
// encoder as they went in.
func TestEncode_PublicFramesByteForByte(t *testing.T) {
	t.Parallel()
	same := 0
	for _, v := range vectors(t) {
		var f Frame
		var a Area
		raw := v.bytes(t)
		if v.Kind == "stream" || ParseFrame(raw, &f) != nil || f.Warnings|f.ParseItems(&a) != 0 {
			continue
		}
		m := messageOf(&f, &a)
		got, err := AppendFrame(nil, &m)
		if err != nil {
			t.Fatal(err)
		}
		want := append(trimTail(raw), "\r\n"...)
		if !bytes.Equal(got, want) {
			// The standards print some areas with the other separator, or a
			// parameter behind an item; whoever needs those bytes again keeps the
			// area and hands it to the encoder as Message.Area.
			if sortedPairs(f.Area) != sortedPairs(m.Area) {
				t.Errorf("line %d\ngot  %s\nwant %s", v.line, got, want)
			}
			continue
		}
		same++
	}
	if same != 89 {
		t.Errorf("%d frames came out as they went in", same)
	}
}

// The frames the standards print come out byte for byte when their data area is
// handed over as it is. Three headers do not: their printer left out a semicolon
// (C.19), set a comma (C.22) and a blank (C.43).
func TestEncode_StandardFramesByteForByte(t *testing.T) {
	t.Parallel()
	same, slips := 0, []int{}
	for _, v := range vectors(t) {
		var f Frame
		raw := v.bytes(t)
		if !strings.HasPrefix(v.Kind, "standard") || v.CRCOver == "plaintext" {
			continue
		}
		if err := ParseFrame(raw, &f); err != nil {
			t.Fatalf("line %d: %v", v.line, err)
		}
		m := Message{QN: string(f.QN), ST: string(f.ST), CN: string(f.CN), PW: string(f.PW), MN: string(f.MN),
			Flag: f.Flag, PNUM: f.PNUM, PNO: f.PNO, Resent: f.Resent, Area: f.Area}
		if got, err := AppendFrame(nil, &m); err == nil && bytes.Equal(got, append(trimTail(raw), "\r\n"...)) {
			same++
		} else {
			slips = append(slips, v.line)
		}
	}
	if same != 68 || !slices.Equal(slips, []int{76, 82, 110}) {
		t.Errorf("%d frames came out as printed, not those of lines %v", same, slips)
	}
}

func sortedPairs(area []byte) string {
	pairs := strings.FieldsFunc(string(area), func(r rune) bool { return r == ',' || r == ';' })
	slices.Sort(pairs)
	return strings.Join(pairs, ";")
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	const mn17, mn05 = "MN=010000A8900016F000169DC0;", "MN=88888880000001;"
	for _, c := range []struct {
		name, segment string
		cn            Command
		result        int
		want          string
	}{
		{"2017 data", segmentA, DataAnswer, 0,
			"QN=20160801085857223;ST=91;CN=9014;PW=123456;" + mn17 + "Flag=4;CP=&&&&"},
		{"2017 notice", segmentA, NoticeAnswer, 0,
			"QN=20160801085857223;ST=91;CN=9013;PW=123456;" + mn17 + "Flag=4;CP=&&&&"},
		{"2017 request", segmentA, RequestAnswer, QnAccepted,
			"QN=20160801085857223;ST=91;CN=9011;PW=123456;" + mn17 + "Flag=4;CP=&&QnRtn=1&&"},
		{"2017 result", segmentA, ExecuteResult, ExeNoData,
			"QN=20160801085857223;ST=91;CN=9012;PW=123456;" + mn17 + "Flag=4;CP=&&ExeRtn=100&&"},
		{"2025 data, split and answer bits go", strings.Replace(segmentA, "Flag=5", "Flag=11;PNUM=2;PNO=1;RF=1", 1), DataAnswer, 0,
			"QN=20160801085857223;ST=91;CN=9014;PW=123456;" + mn17 + "Flag=8;CP=&&&&"},
		{"2017 without QN", segmentA[21:], DataAnswer, 0,
			"ST=91;CN=9014;PW=123456;" + mn17 + "Flag=4;CP=&&&&"},
		{"2005 request", "QN=20040516010101001;ST=32;CN=2011;PW=123456;" + mn05 + "Flag=3;CP=&&&&", RequestAnswer, QnAccepted,
			"ST=91;CN=9011;PW=123456;" + mn05 + "Flag=0;CP=&&QN=20040516010101001;QnRtn=1&&"},
		{"2005 result", "QN=20040516010101001;ST=32;CN=2011;PW=123456;" + mn05 + "Flag=3;CP=&&&&", ExecuteResult, ExeDone,
			"ST=91;CN=9012;PW=123456;" + mn05 + "Flag=0;CP=&&QN=20040516010101001;ExeRtn=1&&"},
		{"2005 notice", "QN=20040516010101001;ST=32;CN=2072;PW=123456;" + mn05 + "Flag=1;CP=&&&&", NoticeAnswer, 0,
			"ST=91;CN=9013;PW=123456;" + mn05 + "Flag=0;CP=&&QN=20040516010101001&&"},
		{"2005 upload without QN", segmentC, DataAnswer, 0,
			"ST=91;CN=9014;PW=123456;MN=12091200160055;Flag=0;CP=&&&&"},
		{"empty PW and MN", "QN=20240601085857223;ST=31;CN=1001;PW=;MN=;Flag=9;CP=&&&&", NoticeAnswer, 0,
			"QN=20240601085857223;ST=91;CN=9013;PW=;MN=;Flag=8;CP=&&&&"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f, g Frame
			if err := ParseSegment([]byte(c.segment), &f); err != nil {
				t.Fatal(err)
			}
			raw := AppendAnswer([]byte("before"), &f, c.cn, c.result)
			if err := ParseFrame(raw[len("before"):], &g); err != nil || string(g.Segment) != c.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, g.Segment, c.want)
			}
			if g.Version != f.Version || g.AnswerCommand() != 0 {
				t.Errorf("version %v, answered by %v", g.Version, g.AnswerCommand())
			}
		})
	}
	var f Frame
	ParseSegment([]byte("ST=32;CN=2011;PW="+strings.Repeat("1", 9990)+";MN=1;CP=&&&&"), &f)
	if got := AppendAnswer([]byte("before"), &f, DataAnswer, 0); string(got) != "before" {
		t.Errorf("an answer of %d bytes", len(got))
	}
}

func TestAnswerCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cn, flag string
		want     Command
	}{
		{"2011", "5", DataAnswer}, {"2011", "4", 0}, {"2061", "7", DataAnswer}, {"2061", "1", DataAnswer},
		{"2011", "9", DataAnswer}, {"2081", "5", DataAnswer}, {"3020", "5", DataAnswer},
		{"1013", "5", NoticeAnswer}, {"2072", "1", NoticeAnswer}, {"9015", "9", NoticeAnswer}, {"9021", "5", NoticeAnswer},
		{"1001", "9", NoticeAnswer}, {"1001", "1", DataAnswer}, {"1014", "9", NoticeAnswer},
		{"9011", "5", 0}, {"9012", "5", 0}, {"9013", "5", 0}, {"9014", "5", 0}, {"9015", "8", 0},
		{"2011", "x", 0},
	} {
		var f Frame
		ParseSegment([]byte("QN=20240601085857223;ST=32;CN="+c.cn+";PW=1;MN=1;Flag="+c.flag+";CP=&&&&"), &f)
		if got := f.AnswerCommand(); got != c.want {
			t.Errorf("CN %s Flag %s: %v, want %v", c.cn, c.flag, got, c.want)
		}
	}
	var f Frame
	ParseSegment([]byte(segmentC), &f)
	if got := f.AnswerCommand(); got != 0 {
		t.Errorf("without Flag: %v", got)
	}
}
