package hj212

import (
	"fmt"
	"strings"
	"testing"
)

// codes writes the codes of a set of warnings, separated by blanks.
func codes(w Warnings) string {
	var all []string
	for x := range w.All() {
		all = append(all, x.Code())
	}
	return strings.Join(all, " ")
}

func TestHeader_Tolerances(t *testing.T) {
	t.Parallel()
	const (
		mn   = "MN=010000A8900016F000169DC0;"
		head = "QN=20160801085857223;ST=32;CN=2011;PW=123456;"
		area = "CP=&&DataTime=20160801085857;w01018-Rtd=1&&"
	)
	for _, c := range []struct {
		name, segment, fault, warnings string
	}{
		{"2017 as printed", head + mn + "Flag=5;" + area, "", ""},
		{"2017 split", head + mn + "Flag=7;PNUM=2;PNO=1;" + area, "", ""},
		{"2005 upload", "ST=32;CN=2011;PW=123456;MN=88888880000001;" + area, "", ""},
		{"2005 request with the split bit and no PNUM", "QN=20040516010101001;ST=32;CN=2011;PW=123456;MN=88888880000001;Flag=3;CP=&&&&", "", ""},
		{"2025 re-sent", head + mn + "Flag=9;RF=1;" + area, "", ""},
		{"2025 hardware report without MN", strings.Replace(head, "2011", "1001", 1) + "MN=;Flag=9;" + area, "", ""},
		{"QN absent", head[21:] + mn + "Flag=5;" + area, "", "qn-missing"},
		{"QN of 14 digits", "QN=20160801085857;" + head[21:] + mn + "Flag=5;" + area, "", "qn-form"},
		{"QN of 18 digits", "QN=201608010858572230;" + head[21:] + mn + "Flag=5;" + area, "", "qn-form"},
		{"QN with a letter", "QN=2016080108585722X;" + head[21:] + mn + "Flag=5;" + area, "", "qn-form"},
		{"Flag absent", head + mn + area, "", "flag-missing mn-form"},
		{"Flag no number", head + mn + "Flag=x;" + area, "", "flag-form mn-form"},
		{"Flag above 255", head + mn + "Flag=256;" + area, "", "flag-form mn-form"},
		{"Flag with a leading zero", head + mn + "Flag=05;" + area, "", "flag-form"},
		{"Flag of an unknown version", head + mn + "Flag=13;" + area, "", "version-unknown"},
		{"ST, CN before QN", "ST=32;CN=2011;QN=20160801085857223;PW=123456;" + mn + "Flag=5;" + area, "", "field-order"},
		{"MN before PW", "QN=20160801085857223;ST=32;CN=2011;" + mn + "PW=123456;Flag=5;" + area, "", "field-order"},
		{"PNO before PNUM, leading zeros", head + mn + "Flag=7;PNO=0002;PNUM=0002;" + area, "", "field-order part-form"},
		{"PNO above PNUM", head + mn + "Flag=7;PNUM=2;PNO=3;" + area, "", "part-form"},
		{"PNUM without the bit", head + mn + "Flag=5;PNUM=2;PNO=1;" + area, "", "part-no-bit"},
		{"the bit without PNUM", head + mn + "Flag=7;" + area, "", "bit-no-part"},
		{"lower-case names", "qn=20160801085857223;st=32;cn=2011;pw=123456;" + strings.ToLower(mn[:2]) + mn[2:] + "flag=5;" + strings.Replace(area, "CP", "cp", 1), "", "field-case"},
		{"empty PW", strings.Replace(head, "123456", "", 1) + mn + "Flag=5;" + area, "", "pw-empty"},
		{"PW absent", strings.Replace(head, "PW=123456;", "", 1) + mn + "Flag=5;" + area, "", "pw-empty"},
		{"PW with =", strings.Replace(head, "123456", "a=b=", 1) + mn + "Flag=5;" + area, "", ""},
		{"empty MN", head + "MN=;Flag=5;" + area, "", "mn-empty"},
		{"MN absent", head + "Flag=5;" + area, "no-mn", ""},
		{"MN short with _", head + "MN=A140100_2006;Flag=5;" + area, "", "mn-form"},
		{"MN lower case", head + strings.Replace(mn, "A", "a", 1) + "Flag=5;" + area, "", "mn-form"},
		{"MN of 25", head + strings.Replace(mn, "A", "AA", 1) + "Flag=9;" + area, "", "mn-form"},
		{"comma after QN", strings.Replace(head, ";", ",", 1) + mn + "Flag=5;" + area, "", "qn-comma"},
		{"no semicolon before CP", head + mn + "Flag=5" + area, "", "cp-semicolon"},
		{"Flag behind CP", head + mn + area + ";Flag=5", "", "field-after-cp"},
		{"Flag behind CP, no semicolon", head + mn + area + "Flag=5", "", "field-after-cp"},
		{"blank before Flag", head + mn + " Flag=5;" + area, "", "field-blank"},
		{"blank after =", head + mn + "Flag= 5;" + area, "", "field-blank"},
		{"blank before CP", head + mn + "Flag=5; " + area, "", "field-blank"},
		{"blanks in CP=&&", head + mn + "Flag=5;" + strings.Replace(area, "CP=", "CP = ", 1), "", "field-blank"},
		{"cp=&&", head + mn + "Flag=5;" + strings.Replace(area, "CP=", "Cp=", 1), "", "field-case"},
		{"single & at the start", head + mn + "Flag=5;" + strings.Replace(area, "&&", "&", 1), "", "single-ampersand"},
		{"single & at the end", head + mn + "Flag=5;" + area[:len(area)-1], "", "single-ampersand"},
		{"empty area, single & at the end", head + mn + "Flag=5;CP=&&&", "", "single-ampersand"},
		{"field twice", head + mn + "Flag=5;Flag=4;" + area, "", "field-twice"},
		{"vendor field", head + mn + "Flag=5;XY=1;" + area, "", "field-unknown"},
		{"text without =", head + mn + "Flag=5;hello;" + area, "", "field-text"},
		{"RF=0", head + mn + "Flag=9;RF=0;" + area, "", "rf-form"},
		{"RF before 2025", head + mn + "Flag=5;RF=1;" + area, "", "rf-form"},
		{"GBK", head + mn + "Flag=5;" + strings.Replace(area, "=1&&", "=\xc7\xe5\xcf\xb4&&", 1), "", "not-utf8"},
		{"UTF-8", head + mn + "Flag=5;" + strings.Replace(area, "=1&&", "=校准&&", 1), "", ""},
		{"no CP", head + mn + "Flag=5;", "no-cp", ""},
		{"no end", head + mn + "Flag=5;" + area[:len(area)-2], "area-open", ""},
		{"no ST", strings.Replace(head, "ST=32;", "", 1) + mn + "Flag=5;" + area, "no-st", ""},
		{"ST of 3", strings.Replace(head, "ST=32;", "ST=321;", 1) + mn + "Flag=5;" + area, "no-st", ""},
		{"no CN", strings.Replace(head, "CN=2011;", "", 1) + mn + "Flag=5;" + area, "no-cn", ""},
		{"CN of letters", strings.Replace(head, "2011", "2O11", 1) + mn + "Flag=5;" + area, "no-cn", ""},
		{"CN of 5", strings.Replace(head, "2011", "20111", 1) + mn + "Flag=5;" + area, "no-cn", ""},
		{"area of text", head + mn + "Flag=5;CP=&&hello world&&", "area-text", ""},
		{"area with a Chinese name, 2017", head + mn + "Flag=5;CP=&&温度=5&&", "", ""},
		{"area with a Chinese name, 2025", head + mn + "Flag=9;CP=&&温度=5;温度=6;n=1&&", "encrypted", ""},
		{"area of bytes, 2025", head + mn + "Flag=9;CP=&&\x93\x01\xff;w=\x81\x93\x01\xff;w=\x81\x81\x81&&", "encrypted", "not-utf8"},
		{"area of hex text, 2025", head + mn + "Flag=9;CP=&&{0xE4,0x3E,0x15}&&", "encrypted", ""},
		{"area under 16 bytes, 2025", head + mn + "Flag=9;CP=&&{0xE4,0x3E}&&", "area-text", ""},
		{"nothing", "", "no-cp", ""},
		{"CP alone", "CP=&&&&", "no-st", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f Frame
			err := ParseSegment([]byte(c.segment), &f)
			if got := f.Fault.Code(); got != c.fault || (err != nil) != (c.fault != "") {
				t.Fatalf("fault %q, want %q (%v)", got, c.fault, err)
			}
			if got := codes(f.Warnings); c.fault != "no-st" && c.fault != "no-cp" && got != c.warnings {
				t.Errorf("warnings %q, want %q", got, c.warnings)
			}
			if c.fault == "" {
				if string(f.CN) != fmt.Sprintf("%04d", f.Command) || len(f.ST) != 2 || f.MN == nil {
					t.Errorf("CN %q ST %q MN %q", f.CN, f.ST, f.MN)
				}
			}
		})
	}
}

// The fields come out the same however the header is written.
func TestHeader_Values(t *testing.T) {
	t.Parallel()
	for _, segment := range []string{
		"QN=20160801085857223;ST=32;CN=2051;PW=12=;MN=A1_b;Flag=11;PNUM=0012;PNO=3;RF=1;CP=&&DataTime=1&&",
		"ST=32,;QN=20160801085857223,ST=32;CN=2051;PW=12=;MN=A1_b;Flag=11;PNUM=12;PNO=3;RF=1;CP=&&DataTime=1&&",
		" MN = A1_b ;PW=12=; RF=1;PNO=3;PNUM=12;cn=2051;st=32;qn=20160801085857223;Flag=11CP=&DataTime=1&",
		"cp=&&DataTime=1&&QN=20160801085857223,ST=32;CN=2051;PW=12=;MN=A1_b;Flag=11;PNUM=12;PNO=3;RF=1",
	} {
		var f Frame
		ParseSegment([]byte(segment), &f)
		if strings.HasPrefix(segment, "ST=32,") { // a comma is no separator but behind QN
			if string(f.ST) != "32," || f.Fault != FaultNoST {
				t.Errorf("ST %q fault %v", f.ST, f.Fault)
			}
			continue
		}
		got := fmt.Sprintf("%s %s %s %s %s %d %v %d %d %v %d %s %v", f.QN, f.ST, f.CN, f.PW, f.MN, f.Flag, f.Version, f.PNUM, f.PNO, f.Resent, f.Command, f.Area, f.Fault)
		want := "20160801085857223 32 2051 12= A1_b 11 2025 12 3 true 2051 DataTime=1 "
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", segment, got, want)
		}
	}
}

func TestFields_InTheOrderSent(t *testing.T) {
	t.Parallel()
	var f Frame
	ParseSegment([]byte("ST=32; mn = 1;junk;QN=2016,CN=2011;XY=a=b;=;Flag=5;CP=&&&&;PNO=1;;PNUM=2"), &f)
	var got []string
	for name, value := range f.Fields() {
		got = append(got, string(name)+"="+string(value))
	}
	want := "ST=32 mn=1 QN=2016 CN=2011 XY=a=b Flag=5 PNO=1 PNUM=2"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	for range f.Fields() {
		break // may stop early
	}
}

func TestHeader_AreaEndsAtTheLastAmpersands(t *testing.T) {
	t.Parallel()
	for segment, want := range map[string]string{
		"ST=32;CN=3020;PW=1;MN=1;CP=&&a-Info=//x&&y//&&":        "a-Info=//x&&y//",
		"ST=32;CN=3020;PW=1;MN=1;CP=&&a-Info=//x&&y//&&;Flag=5": "a-Info=//x&&y//",
		"ST=32;CN=3020;PW=1;MN=1;CP=&&&&":                       "",
		"ST=32;CN=3020;PW=1;MN=1;CP=&&CP=&&&&":                  "CP=&&",
	} {
		var f Frame
		if ParseSegment([]byte(segment), &f); string(f.Area) != want {
			t.Errorf("%s: area %q, want %q", segment, f.Area, want)
		}
	}
}

func TestSplit_ByTheNumbersNotTheBit(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]bool{
		"Flag=7;PNUM=2;PNO=1;": true,
		"Flag=5;PNUM=2;PNO=1;": true,
		"PNUM=0002;PNO=0001;":  true,
		"Flag=7;":              false,
		"Flag=7;PNUM=1;PNO=1;": false,
		"Flag=7;PNUM=2;":       false,
		"Flag=7;PNUM=x;PNO=1;": false,
		"PNUM=12345;PNO=1;":    false,
	} {
		var f Frame
		if ParseSegment([]byte("ST=32;CN=2011;PW=1;MN=1;"+fields+"CP=&&&&"), &f); f.Split() != want {
			t.Errorf("%s: split %v", fields, f.Split())
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fields  string
		version Version
		wants   bool
		surface bool
	}{
		{"ST=32;", V2005, false, false},
		{"ST=21;", V2005, false, false},
		{"ST=32;Flag=0;", V2005, false, false},
		{"ST=32;Flag=3;", V2005, true, false},
		{"ST=32;Flag=4;", V2017, false, false},
		{"ST=21;Flag=5;", V2017, true, false},
		{"ST=31;Flag=8;", V2025, false, false},
		{"ST=21;Flag=8;", V2025, false, true},
		{"ST=21;Flag=9;", V2025, true, true},
		{"ST=91;Flag=8;", V2025, false, false},
		{"ST=32;Flag=abc;", V2005, false, false},
		{"ST=32;Flag=1000;", V2005, false, false},
		{"ST=32;Flag=255;", 63, true, false},
	} {
		var f Frame
		ParseSegment([]byte("CN=2011;PW=1;MN=1;"+c.fields+"CP=&&&&"), &f)
		if f.Version != c.version || f.WantsAnswer() != c.wants || f.SurfaceWater() != c.surface {
			t.Errorf("%s: version %v, answer %v, surface water %v", c.fields, f.Version, f.WantsAnswer(), f.SurfaceWater())
		}
	}
	for v, want := range map[Version]string{0: "2005", 1: "2017", 2: "2025", 3: "2025", 63: "2025"} {
		if v.String() != want {
			t.Errorf("version %d is called %s", v, v)
		}
	}
	if got := (FlagAnswer | FlagSplit).WithVersion(V2017); got != 7 || got.WithVersion(V2025) != 11 {
		t.Errorf("WithVersion gives %d", got)
	}
}

func TestParseFrame(t *testing.T) {
	t.Parallel()
	good := string(frameOf(segmentA))
	var f Frame
	for _, raw := range []string{good, good[:179], good[:179] + "\n"} {
		if err := ParseFrame([]byte(raw), &f); err != nil || !f.OK() || string(f.Segment) != segmentA || string(f.Tail) != raw[179:] {
			t.Errorf("%q: %v", raw, err)
		}
	}
	for name, raw := range map[string]string{
		"noise":     good[1:],
		"empty":     "",
		"truncated": good[:100],
		"length":    "##0168" + good[6:],
		"crc":       strings.Replace(good, "7.1", "7.2", 1),
		"no-cp":     string(frameOf("hello=1")),
	} {
		err := ParseFrame([]byte(raw), &f)
		if err == nil || f.OK() || f.Fault.Code() != name && !(name == "empty" && f.Fault == FaultNoise) {
			t.Errorf("%s: %v", name, err)
		}
		if f.Explain() == "" {
			t.Errorf("%s: no explanation", name)
		}
	}
	ParseFrame([]byte(strings.Replace(good, "1400", "1401", 1)), &f)
	if got, want := f.Explain(), `CRC 校验错（给出 "1401"，应为 1400）`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ParseFrame([]byte(good[:100]), &f)
	if got, want := f.Explain(), "帧不完整：字节数少于长度字段所示（长度字段 169，实有 90 字节）"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWarningsAndFaults_AreNamed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for w := range warningCount {
		if w.Code() == "" || w.String() == "" || seen[w.Code()] {
			t.Errorf("warning %d has code %q, text %q", w, w.Code(), w)
		}
		seen[w.Code()] = true
	}
	for f := FaultNone + 1; f < faultCount; f++ {
		if f.Code() == "" || f.Error() == "" || seen["fault "+f.Code()] {
			t.Errorf("fault %d has code %q, text %q", f, f.Code(), f)
		}
		seen["fault "+f.Code()] = true
	}
	if warningCount.Code() != "unknown" || faultCount.Code() != "unknown" || FaultNone.Error() != "" {
		t.Error("out of range")
	}
	w := WarnTail.Bit() | WarnBlank.Bit()
	if w.Len() != 2 || !w.Has(WarnTail) || w.Has(WarnLength) || codes(w) != "tail blank" {
		t.Errorf("set %b", w)
	}
}
