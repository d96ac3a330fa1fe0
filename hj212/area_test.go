package hj212

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spelled writes an area taken apart as text: parameters, then items, blocks
// separated by blanks, values in brackets.
func spelled(a *Area) string {
	var all []string
	for _, p := range a.Params {
		all = append(all, fmt.Sprintf("%s[%s]", p.Name, p.Value))
	}
	for _, it := range a.Items {
		text := string(it.Code) + ":"
		for _, p := range it.Pairs {
			text += fmt.Sprintf("%s[%s]", p.Name, p.Value)
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestArea(t *testing.T) {
	t.Parallel()
	const ok = ""
	for _, c := range []struct{ name, area, want, warnings string }{
		{"empty", "", "", ok},
		{"blank", "  ", "", "blank"},
		{"a parameter", "RtdInterval=30", "RtdInterval[30]", ok},
		{"2017", "DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Rtd=40.1,w01018-Flag=N",
			"DataTime[20160801085857] w01001:Rtd[7.1]Flag[N] w01018:Rtd[40.1]Flag[N]", ok},
		{"2005", "DataTime=20150430135700;B01-Min=895.13,B01-Avg=909.87;011-Cou=54.59;SB1-RS=0",
			"DataTime[20150430135700] B01:Min[895.13]Avg[909.87] 011:Cou[54.59] SB1:RS[0]", ok},
		{"negative, empty, plus, point", "a01013-Rtd=-1.25,a01013-Min=,a01013-Max=+.5,a01013-Flag=N;X=1",
			"X[1] a01013:Rtd[-1.25]Min[]Max[+.5]Flag[N]", "empty-value"},
		{"comma between parameters", "BeginTime=1,EndTime=2", "BeginTime[1] EndTime[2]", ok},
		{"semicolon within a code", "w01018-SampleRd=15.3;w01018-StandardValue=15.0;w01018-ResultType=1",
			"w01018:SampleRd[15.3]StandardValue[15.0]ResultType[1]", ok},
		{"items of one code apart", "L5-Data=1;L10-Data=2;L5-DayData=3;L10-DayData=4;L5-NightData=5",
			"L5:Data[1]DayData[3]NightData[5] L10:Data[2]DayData[4]", ok},
		{"parameter between", "PolId=w1,i12001-Info=0;PolId=w2,i12001-Info=1", "PolId[w1] PolId[w2] i12001:Info[0]Info[1]", "key-twice"},
		{"code changes after a comma", "w01018-SampleTime=1,01018-Rtd=2.2,w01018-Flag=N", "w01018:SampleTime[1]Flag[N] 01018:Rtd[2.2]", "foreign-code"},
		{"the same key twice", "w00000-Rtd=1.1,w00000-Rtd=22,w00000-Flag=N", "w00000:Rtd[1.1]Rtd[22]Flag[N]", "key-twice"},
		{"the same key in other letters", "w00000-Rtd=1.1,w00000-RTD=22,w00000-Flag=N", "w00000:Rtd[1.1]RTD[22]Flag[N]", "key-twice name-case"},
		{"capitals", "w01018-RTD=1,w01018-FLAG=N;DATATIME=1", "DATATIME[1] w01018:RTD[1]FLAG[N]", "name-case"},
		{"lower case", "datatime=1;w01018-rtd=1", "datatime[1] w01018:rtd[1]", "name-case"},
		{"2025 names", "SKCreateTime=1,NewSK=2;a-RawAvg=1,a-ZsRtd=2;b-SN=3;SB1-RT=4", "SKCreateTime[1] NewSK[2] a:RawAvg[1]ZsRtd[2] b:SN[3] SB1:RT[4]", ok},
		{"bare Flag", "w01018-Rtd=1,Flag=N", "Flag[N] w01018:Rtd[1]", "bare-flag"},
		{"separator at the end", "w01018-Rtd=1,w01018-Flag=N;", "w01018:Rtd[1]Flag[N]", "empty-item"},
		{"separator at the end of a long area", "w01018-Rtd=1,w01018-Flag=N,w01018-EFlag=A01B01C01D01E01F01;", "w01018:Rtd[1]Flag[N]EFlag[A01B01C01D01E01F01]", "empty-item"},
		{"separators alone", ";,;", "", "empty-item"},
		{"separators at the start", ";;a=1", "a[1]", "empty-item name-case"},
		{"empty items between", "A=1;;B=2, ,C=3", "A[1] B[2] C[3]", "blank empty-item"},
		{"text without =", "DataTime=1;hello;w01018-Rtd=2", "DataTime[1] hello[] w01018:Rtd[2]", "no-equals"},
		{"a code without =", "w01018-Rtd;w01018-Flag=N", "w01018-Rtd[] w01018:Flag[N]", "no-equals"},
		{"two =", "Data=a=b;w01018-Rtd=c=d", "Data[a=b] w01018:Rtd[c=d]", ok},
		{"dash at the ends", "-Rtd=1;w01018-=2;-=3;=4", "-Rtd[1] w01018-[2] -[3] [4]", "empty-item name-case"},
		{"two dashes", "ab-cd-Rtd=1,ab-cd-Flag=N;ab-Rtd=3", "ab-cd:Rtd[1]Flag[N] ab:Rtd[3]", ok},
		{"blanks", " DataTime = 1 ; LA-Rtd = 50.1 ;i12003-Info =0", "DataTime[1] LA:Rtd[50.1] i12003:Info[0]", "blank"},
		{"blank value", "a01-Rtd= ;a02-Rtd=1", "a01:Rtd[] a02:Rtd[1]", "blank empty-value"},
		{"blank inside a value", "a01001-Rtd=1 2,a01001-Flag=N;a01002-Rtd=1", "a01001:Rtd[1 2]Flag[N] a01002:Rtd[1]", ok},
		{"vendor codes", "LAMPBLACK-Rtd=1,LAMPBLACK-Flag=N;NMHC-Rtd=2;LAMPBLACK2-Rtd=3;LAMPBLACK-EFlag=4", "LAMPBLACK:Rtd[1]Flag[N]EFlag[4] NMHC:Rtd[2] LAMPBLACK2:Rtd[3]", ok},
		{"vendor names", "a01-ZsCou=1,a01-ValidNum=2,a01-TotalNum=3,a01-Rtd=4", "a01:ZsCou[1]ValidNum[2]TotalNum[3]Rtd[4]", ok},
		{"codes that differ by length", "a1-Rtd=1;a11-Rtd=2;a1-Flag=N;a11-Flag=D;a111111-Rtd=1;a1111111-Rtd=2", "a1:Rtd[1]Flag[N] a11:Rtd[2]Flag[D] a111111:Rtd[1] a1111111:Rtd[2]", ok},
		{"log", "DataTime=1;PolId=w01018;i11001-Info=//清洗管路//", "DataTime[1] PolId[w01018] i11001:Info[//清洗管路//]", ok},
		{"log of everything", "i11001-Info=//a;b,c=d&&##0169\r\n//e-//;DataTime=1", "DataTime[1] i11001:Info[//a;b,c=d&&##0169\r\n//e-//]", ok},
		{"log with // and no name behind", "i11001-Info=//a//,b//,C=1", "C[1] i11001:Info[//a//,b//]", ok},
		{"empty log", "i11001-Info=////;DataTime=1", "DataTime[1] i11001:Info[////]", ok},
		{"log of nothing", "i11001-Info=;DataTime=1", "DataTime[1] i11001:Info[]", "empty-value"},
		{"log of slashes", "i11001-Info=/////;DataTime=1", "DataTime[1] i11001:Info[/////]", ok},
		{"open log", "i11001-Info=//a;DataTime=1", "i11001:Info[//a;DataTime=1]", "log-open"},
		{"open log of nothing", "i11001-Info=//", "i11001:Info[//]", "log-open"},
		{"log of three slashes", "i11001-Info=///", "i11001:Info[///]", "log-open"},
		{"log with a separator at the end", "i11001-Info=//a//;", "i11001:Info[//a//]", "empty-item"},
		{"log and blanks", "i11001-Info= //a// ; DataTime=1", "DataTime[1] i11001:Info[//a//]", "blank"},
		{"one slash is no log", "i11001-Info=/a;DataTime=1", "DataTime[1] i11001:Info[/a]", ok},
		{"log in a parameter", "Info=//a;b//,DataTime=1", "Info[//a;b//] DataTime[1]", ok},
		{"two logs", "i1-Info=//a;b//,i1-Info=//c;d//", "i1:Info[//a;b//]Info[//c;d//]", "key-twice"},
		{"log that quotes a pair", "i1-Info=//a//;b=c//;i2-Info=1", "b[c//] i1:Info[//a//] i2:Info[1]", "name-case"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var a Area
			w := a.Parse([]byte(c.area))
			if got := spelled(&a); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := codes(w); got != c.warnings {
				t.Errorf("warnings %q, want %q", got, c.warnings)
			}
		})
	}
}

func TestArea_IsReused(t *testing.T) {
	t.Parallel()
	var a Area
	a.Parse([]byte("DataTime=1;w01018-Rtd=1;w01001-Rtd=2;w01018-Flag=N"))
	a.Parse([]byte("w01001-Rtd=3"))
	if got := spelled(&a); got != "w01001:Rtd[3]" {
		t.Errorf("got %s", got)
	}
}

// Not parallel: AllocsPerRun counts the allocations of the whole process.
func TestDecode_DoesNotAllocate(t *testing.T) {
	log := frameOf("ST=32;CN=3020;PW=1;MN=1;CP=&&DataTime=1;w01018-Rtd=1;w01001-Rtd=2;w01018-Flag=N;i11001-Info=//清洗;&&//&&")
	stream := slices.Concat(typical, frameOf(segmentA), frameOf(segmentC), log, withLength(segmentA, 99), []byte("noise"), typical[:99])
	var s Scanner
	var f Frame
	var a Area
	answer := make([]byte, 0, 200)
	decode := func() (good int) {
		s.Reset()
		s.Write(stream)
		s.Close()
		for s.Next(&f) {
			if f.OK() {
				good++
				f.ParseItems(&a)
				answer = AppendAnswer(answer[:0], &f, DataAnswer, 0)
				text, _ := a.Param("DataTime")
				ParseTime(text)
			}
		}
		return good
	}
	if good := decode(); good != 5 {
		t.Fatalf("%d frames", good)
	}
	if n := testing.AllocsPerRun(100, func() { decode() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestArea_Get(t *testing.T) {
	t.Parallel()
	var a Area
	a.Parse([]byte("DataTime=1;datatime=2;w01018-RTD=3,w01018-Rtd=4,w01018-Min="))
	if v, ok := a.Param("DATATIME"); !ok || string(v) != "1" {
		t.Errorf("DataTime %q %v", v, ok)
	}
	if _, ok := a.Param("EndTime"); ok {
		t.Error("EndTime is not there")
	}
	it := a.Item("w01018")
	if it == nil || a.Item("W01018") != nil {
		t.Fatal("codes are compared as they are")
	}
	if v, ok := it.Get("Rtd"); !ok || string(v) != "3" {
		t.Errorf("Rtd %q %v", v, ok)
	}
	if v, ok := it.Get("min"); !ok || len(v) != 0 {
		t.Errorf("Min %q %v", v, ok)
	}
	if _, ok := it.Get("Max"); ok {
		t.Error("Max is not there")
	}
}

// plainly parses with the general reader alone.
func plainly(a *Area, area []byte) Warnings {
	s := a.scan(area, true)
	a.regroup()
	a.attach()
	return s.w | a.repeated()
}

// anyArea draws areas near what senders write, and areas far from it.
func anyArea(t *rapid.T) []byte {
	var b []byte
	for range rapid.IntRange(0, 12).Draw(t, "pairs") {
		b = append(b, rapid.StringMatching(`([aw][0-9]{5}|B01|0[0-9]{2}|SB[1-3]|LAMPBLACK|[a-zA-Z0-9_]{0,9})(-)?`).Draw(t, "code")...)
		b = append(b, rapid.SampledFrom([]string{"Rtd", "Avg", "Flag", "Min", "Max", "ZsAvg", "SampleTime", "RTD", "flag", "x", "", "a-b", "Flag ", "DataTime", "Info", "EFlag\x00", "\x00\x00\x00Rtd", "é"}).Draw(t, "name")...)
		b = append(b, rapid.SampledFrom([]string{"=", "=", "=", "=", "= ", "", "==", " ="}).Draw(t, "equals")...)
		b = append(b, rapid.StringMatching(`-?[0-9]{0,9}(\.[0-9]{0,3})?|N|//.{0,9}//|[ -~]{0,20}`).Draw(t, "value")...)
		b = append(b, rapid.SampledFrom([]string{",", ";", ",", ";", ",", ";", "", " ;", ",,"}).Draw(t, "separator")...)
	}
	return b
}

func TestArea_FastReaderAgreesWithTheGeneralOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		area := anyArea(t)
		var fast, general Area
		w, v := fast.Parse(area), plainly(&general, area)
		if w != v || spelled(&fast) != spelled(&general) {
			t.Fatalf("%q\nfast    %s (%s)\ngeneral %s (%s)", area, spelled(&fast), codes(w), spelled(&general), codes(v))
		}
	})
}

// Every byte of an area is in a name, a code, a value, or is one of = - , ; and
// blanks: nothing a sender wrote disappears.
func TestArea_LosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		area := anyArea(t)
		var a Area
		a.Parse(area)
		kept := 0
		for _, p := range a.Params {
			kept += len(p.Name) + len(p.Value)
		}
		for _, it := range a.Items {
			for _, p := range it.Pairs {
				kept += len(it.Code) + len(p.Name) + len(p.Value)
			}
		}
		structure := 0
		for _, c := range area {
			if c == '=' || c == '-' || c == ',' || c == ';' || c <= ' ' {
				structure++
			}
		}
		if kept+structure < len(area) {
			t.Fatalf("%q: %d of %d bytes kept in %s", area, kept, len(area), spelled(&a))
		}
	})
}

// An area of thousands of codes, or of thousands of pairs of one code, takes time
// in proportion to its length.
func TestArea_ManyCodes(t *testing.T) {
	t.Parallel()
	var b AreaBuilder
	for i := range 1500 {
		b.Pair(fmt.Sprintf("%d", i), "R", "")
	}
	var a Area
	a.Parse(b.Bytes())
	if len(a.Items) != 1500 || a.Item("1499") == nil {
		t.Errorf("%d items", len(a.Items))
	}
	area := bytes.Repeat([]byte("a-b=1,"), 1600)
	if w := a.Parse(area); len(a.Items) != 1 || len(a.Items[0].Pairs) != 1600 || !w.Has(WarnKeyTwice) {
		t.Errorf("%d items, %s", len(a.Items), codes(w))
	}
}

func TestArea_ForgetsWhatItPointedTo(t *testing.T) {
	t.Parallel()
	var a Area
	text := []byte("DataTime=20261121093000;a21026-Rtd=1;a21002-Rtd=2;a21026-ZsRtd=3")
	for range 2 { // again, with the memory of the first
		if a.Parse(text); len(a.Items) != 2 || len(a.Params) != 1 {
			t.Fatalf("%+v", a)
		}
	}
	a.Forget()
	if len(a.Items) != 0 || len(a.Params) != 0 {
		t.Errorf("%+v", a)
	}
	for _, list := range [][]Pair{a.Params[:cap(a.Params)], a.pairs[:cap(a.pairs)], a.sorted[:cap(a.sorted)]} {
		for _, p := range list {
			if p.Name != nil || p.Value != nil {
				t.Errorf("%s=%s is kept", p.Name, p.Value)
			}
		}
	}
	for _, it := range a.Items[:cap(a.Items)] {
		if it.Code != nil || it.Pairs != nil {
			t.Errorf("%s is kept", it.Code)
		}
	}
	if a.Parse(text); len(a.Items) != 2 || string(a.Items[0].Code) != "a21026" || len(a.Items[0].Pairs) != 2 {
		t.Errorf("it reads on: %+v", a)
	}
}
