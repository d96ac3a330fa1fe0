package hj212

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	const head = "QN=20160801085857223;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
	const fine = head + "DataTime=20160801080000;w01018-Min=39.0,w01018-Avg=40.1,w01018-Max=41.5,w01018-Flag=N&&"
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"ST=32", "ST=77", "st-unknown ST 77"},
		{"2061", "2999", "cn-unknown CN 2999"},
		{"PW=123456", "PW=1234567", "pw-size PW 1234567"},
		{"QN=20160801", "QN=20161301", "qn-time QN 20161301085857223"},
		{"0801080000;", "0801080100;", "data-time-aligned DataTime 20160801080100"},
		{"0801080000;", "0832080000;", "time-form DataTime 20160832080000"},
		{"DataTime=20160801080000;", "", "data-time-missing DataTime "},
		{"w01018-Flag=N", "w01018-Flag=?", "flag-unknown w01018-Flag ?"},
		{"39.0", "41.0", "min-avg-max w01018-Min 41.0"},
		{"40.1", "40.123", "value-format w01018-Avg 40.123"},
		{"40.1", "4O.1", "value-form w01018-Avg 4O.1"},
		{"w01018", "w99998", "code-unknown w99998 "},
		{"Flag=5", "Flag=05", "flag-form  "},
		{"ST=32", "ST=44", "st-edition ST 44"},
		{"ST=32", "ST=31", "code-medium w01018 "},
		{"2061", "2052", "cn-edition CN 2052"},
		{"w01018-Flag=N", "w01018-Flag=P", "flag-edition w01018-Flag P"},
		{"w01018-Flag=N", "w01018-EFlag=12345", "field-format w01018-EFlag 12345"},
		{"w01018-Flag=N", "w01018-Cou=a", "value-form w01018-Cou a"},
		{"w01018-Flag=N", "w01018-SampleTime=20160801", "time-form w01018-SampleTime 20160801"},
		{"w01018-Flag=N", "w01018-Flag=N;i11001-Info=//" + strings.Repeat("x", 870) + "//", "area-size CP "},
		{"Flag=5;", "Flag=7;PNUM=1;PNO=1;", "part-single PNUM "},
		{"Flag=5;", "Flag=5;PNUM=2;", "part-half PNUM "},
		{",w01018-Flag=N", ";i12001-Info=4", "state-unknown i12001-Info 4"},
		{",w01018-Flag=N", ";i13003-Info=12345", "field-format i13003-Info 12345"},
		{",w01018-Flag=N", ";SB1-RT=25", "field-range SB1-RT 25"},
		{",w01018-Flag=N", ";SB1-RS=12", "field-format SB1-RS 12"},
		{"w01018-Flag=N", "RtdInterval=20", "field-range RtdInterval 20"},
		{"w01018-Flag=N", "MinInterval=7", "field-range MinInterval 7"},
		{"w01018-Flag=N", "OverTime=100", "field-format OverTime 100"},
		{"w01018-Flag=N", "VaseNo=0", "field-range VaseNo 0"},
		{"w01018-Flag=N", "NewPW=1234567", "field-format NewPW 1234567"},
		{"w01018-Flag=N", "QnRtn=11", "result-unknown QnRtn 11"},
		{"w01018-Flag=N", "ExeRtn=7", "result-unknown ExeRtn 7"},
		{"w01018-Flag=N", "RestartTime=20161301000000", "time-form RestartTime 20161301000000"},
	} {
		var f Frame
		if err := ParseSegment([]byte(strings.ReplaceAll(fine, c.old, c.new)), &f); c.old != "" && err != nil {
			t.Fatal(err)
		} else if c.old == "" {
			ParseSegment([]byte(fine), &f)
		}
		var got []string
		for _, x := range Validate(&f) {
			if x.Text == "" || x.Clause == "" {
				t.Errorf("%s: text %q clause %q", x.Rule, x.Text, x.Clause)
			}
			got = append(got, x.Rule+" "+x.Field+" "+x.Value)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s to %s: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}

// What the standards print passes, but for the slips of their printers: blanks
// (C.2, C.3, C.4, C.25, C.28, C.34, C.42 to C.44), a code without its letter (C.14), a
// semicolon left out (C.19), a comma after QN (C.22), one name twice (C.29), and in
// 2025 A.2 a humidity of three decimals under N3.2.
func TestValidate_StandardExamples(t *testing.T) {
	t.Parallel()
	var got []string
	frames := 0
	for _, v := range vectors(t) {
		if !strings.HasPrefix(v.Kind, "standard") || v.CRCOver == "plaintext" {
			continue
		}
		var f Frame
		if err := ParseFrame(v.bytes(t), &f); err != nil {
			t.Fatalf("line %d: %v", v.line, err)
		}
		frames++
		for _, x := range Validate(&f) {
			got = append(got, fmt.Sprint(v.line, " ", x.Rule))
		}
	}
	want := []string{"42 value-format", "42 value-format", "50 blank", "52 blank", "53 blank", "54 blank", "67 foreign-code",
		"76 cp-semicolon", "82 qn-comma", "86 blank", "89 blank", "90 key-twice", "96 blank", "109 blank", "110 field-blank", "113 blank"}
	if frames != 71 || !slices.Equal(got, want) {
		t.Errorf("%d frames\ngot  %q\nwant %q", frames, got, want)
	}
}

func TestValidateFor(t *testing.T) {
	t.Parallel()
	const head = "QN=20160801085857223;ST=32;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
	const surface = "QN=20190430101750562;ST=21;CN=2061;PW=624930;MN=A140100_2006;Flag=9;CP=&&DataTime=20190430100000;"
	for _, c := range []struct {
		segment string
		expect  Expectation
		want    string
	}{
		{head + "DataTime=20160801085000;w01018-Avg=1&&", Expectation{MinInterval: 10}, ""},
		{head + "DataTime=20160801085500;w01018-Avg=1&&", Expectation{}, ""},
		{head + "DataTime=20160801085500;w01018-Avg=1&&", Expectation{MinInterval: 10}, "data-time-interval"},
		{strings.Replace(head, "2051", "1063", 1) + "MinInterval=5&&", Expectation{MinInterval: 10}, "interval-differs"},
		{strings.Replace(head, "2051", "1061", 1) + "RtdInterval=60&&", Expectation{RtdInterval: 30}, "interval-differs"},
		{surface + "w01019-Avg=1.1,w01019-Flag=lr&&", Expectation{}, ""},
		{strings.Replace(surface, "2061", "2065", 1) + "w01019-Check=1.1,w01019-StandardValue=1.0,w01019-SpanValue=20,w01019-Flag=N&&", Expectation{}, ""},
		{strings.Replace(surface, "2061", "2069", 1) + "w01019-Avg=1.1&&", Expectation{}, "cn-unknown"},
		{"QN=20190430101750562;ST=91;CN=9011;PW=624930;MN=A140100_2006;Flag=8;CP=&&QnRtn=99&&", Expectation{}, "result-unknown"},
		{"QN=20190430101750562;ST=91;CN=9011;PW=624930;MN=A140100_2006;Flag=8;CP=&&QnRtn=99&&", Expectation{Dialect: DialectSurfaceWater}, ""},
		{"QN=20190430101750562;ST=91;CN=9014;PW=624930;MN=A140100_2006;Flag=9;CP=&&&&", Expectation{}, "answer-answered"},
		{"QN=20240601085857223;ST=45;CN=2011;PW=123456;MN=1;Flag=9;CP=&&DataTime=20240601084500;p99101-Rtd=St&&", Expectation{}, ""},
		{"QN=20240601085857223;ST=32;CN=2011;PW=123456;MN=1;Flag=9;CP=&&DataTime=20240601084500;w01018-Rtd=1.1&&", Expectation{}, "flag-missing"},
		{"QN=20240601085857223;ST=32;CN=3020;PW=123456;MN=1;Flag=8;CP=&&DataTime=20240601084500;i11001-Info=//" + strings.Repeat("校", 296) + "//&&", Expectation{}, ""},
		{"QN=20240601085857223;ST=32;CN=3020;PW=123456;MN=1;Flag=8;CP=&&DataTime=20240601084500;i11001-Info=//" + strings.Repeat("校", 300) + "//&&", Expectation{}, "field-format"},
	} {
		var f Frame
		if err := ParseSegment([]byte(c.segment), &f); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range ValidateFor(&f, c.expect) {
			got = append(got, x.Rule)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.segment, got, c.want)
		}
	}
}

func TestFitsType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, form string
		want        bool
	}{
		{"", "", true}, {"anything", "", true}, {"ABC123", "C6", true}, {"ABC1234", "C6", false}, {"校准校准校准", "C6", true},
		{"12", "N2", true}, {"123", "N2", false}, {"012", "N2", true}, {"1.5", "N2", false}, {"-12", "N2", true}, {"--1", "N2", false},
		{"12.34", "N2.2", true}, {"12.345", "N2.2", false}, {".5", "N2.2", false}, {"1e5", "N6", false},
		{"20160801085857", "N14", true}, {"020160801085857", "N14", false}, {"20160801085857223", "N17", true},
	} {
		if got := fitsType([]byte(c.value), c.form); got != c.want {
			t.Errorf("%q as %s: %v", c.value, c.form, got)
		}
	}
}
