package hj212cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
)

const good = "##0169QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;w01001-Rtd=7.1,w01001-Flag=N;w01018-Rtd=40.1,w01018-Flag=N&&1400\r\n"

func framed(t testing.TB, segment string) string {
	b, err := hj212.AppendSegment(nil, []byte(segment))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decoded(t testing.TB, stream string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Decode(strings.NewReader(stream), &out, Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func encoded(t testing.TB, lines string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Encode(strings.NewReader(lines), &out, Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDecode_Lines(t *testing.T) {
	t.Parallel()
	const head = "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
	const headJSON = `"header":{"QN":"20160801085857223","ST":"32","CN":"2011","PW":"123456","MN":"010000A8900016F000169DC0","Flag":"5"}`
	const fine = `{"offset":0,"ok":true,"version":"2017","length_ok":true,"crc_ok":true,"error":null,"warnings":[],` + headJSON
	for _, c := range []struct{ name, stream, want string }{
		{"nothing", "", ""},
		{"blank lines", "\r\n\n", ""},
		{"a frame", good, fine + `,"params":{"DataTime":"20160801085857"},"items":[{"code":"w01001","Rtd":"7.1","Flag":"N"},{"code":"w01018","Rtd":"40.1","Flag":"N"}]}` + "\n"},
		{"repeated names become arrays", framed(t, head+"CP=&&PolId=101;PolId=102&&"),
			fine + `,"params":{"PolId":["101","102"]},"items":[]}` + "\n"},
		{"an attribute called code", framed(t, head+"CP=&&w01018-code=5,w01018-Rtd=1&&"),
			strings.Replace(fine, "[]", `["name-case: 数据区字段名大小写与标准不同"]`, 1) + `,"params":{},"items":[{"code":"w01018","-code":"5","Rtd":"1"}]}` + "\n"},
		{"log text", framed(t, head+`CP=&&i11001-Info=//清洗"管路"<&&>;a=1//&&`),
			fine + `,"params":{},"items":[{"code":"i11001","Info":"//清洗\"管路\"<&&>;a=1//"}]}` + "\n"},
		{"empty area", framed(t, head+"CP=&&&&"), fine + `,"params":{},"items":[]}` + "\n"},
		{"noise", "abc", `{"offset":0,"ok":false,"length_ok":false,"crc_ok":false,"error":"noise: 没有包头 ## 和 4 位长度的字节","warnings":[],"raw":"abc"}` + "\n"},
		{"noise that is no text", "\xff\x81", `{"offset":0,"ok":false,"length_ok":false,"crc_ok":false,"error":"noise: 没有包头 ## 和 4 位长度的字节","warnings":[],"raw_hex":"ff81"}` + "\n"},
		{"noise in GBK", "\xc7\xe5\xcf\xb4", `{"offset":0,"ok":false,"length_ok":false,"crc_ok":false,"error":"noise: 没有包头 ## 和 4 位长度的字节","warnings":[],"encoding":"gbk","raw":"清洗"}` + "\n"},
		{"CRC wrong", "##0003a=1FFFF\r\n", `{"offset":0,"ok":false,"length_ok":true,"crc_ok":false,"error":"crc: CRC 校验错（给出 \"FFFF\"，应为 F881）","warnings":[],"raw":"##0003a=1FFFF\r\n"}` + "\n"},
		{"grammar wrong", framed(t, "ST=32;CN=2011"),
			`{"offset":0,"ok":false,"version":"2005","length_ok":true,"crc_ok":true,"error":"no-cp: 数据段缺 CP=&&","warnings":[],"header":{"ST":"32","CN":"2011"},"raw":"##0013ST=32;CN=2011ACC1\r\n"}` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := decoded(t, c.stream); got != c.want {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

// Names come out in the standard's spelling, whatever the sender wrote; the bytes
// come back all the same.
func TestDecode_SpellsNamesAsTheStandard(t *testing.T) {
	t.Parallel()
	stream := framed(t, "st=32;cn=2011;pw=;mn=88888880000001;CP=&&DATATIME=1;w01018-RTD=1,w01018-flag=N&&")
	line := decoded(t, stream)
	for _, want := range []string{`"header":{"ST":"32","CN":"2011","PW":"","MN":"88888880000001"}`, `"params":{"DataTime":"1"}`, `{"code":"w01018","Rtd":"1","Flag":"N"}`} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is not in %s", want, line)
		}
	}
	if got := encoded(t, line); got != stream {
		t.Errorf("got %q", got)
	}
}

func TestDecode_TellsTheTail(t *testing.T) {
	t.Parallel()
	bare := strings.TrimSuffix(good, "\r\n")
	for tail, warned := range map[string]bool{"\r\n": false, "": true, "\n": true, "\r": true} {
		line := decoded(t, bare+tail)
		if strings.Contains(line, `"tail: `) != warned {
			t.Errorf("tail %q: %s", tail, line)
		}
		if got := encoded(t, line); got != bare+tail {
			t.Errorf("tail %q: got %q", tail, got)
		}
	}
}

// public returns the bytes of every public frame.
func public(t testing.TB) [][]byte {
	file, err := os.Open("../../hj212/testdata/public.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all [][]byte
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v struct{ Frame, Encoding string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		b := []byte(v.Frame)
		switch v.Encoding {
		case "gbk":
			b, _ = simplifiedchinese.GBK.NewEncoder().Bytes(b)
		case "latin-1":
			b = b[:0:0]
			for _, r := range v.Frame {
				b = append(b, byte(r))
			}
		}
		all = append(all, b)
	}
	if len(all) != 163 {
		t.Fatalf("%d frames", len(all))
	}
	return all
}

func withoutLines(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) }

func TestThereAndBack_PublicFrames(t *testing.T) {
	t.Parallel()
	anew := 0
	for i, b := range public(t) {
		lines := decoded(t, string(b))
		got := encoded(t, lines)
		if got != string(b) && withoutLines(got) != withoutLines(string(b)) {
			t.Errorf("line %d\ngot  %q\nwant %q", i+1, got, b)
		}
		if !strings.Contains(lines, `"raw`) {
			anew++
		}
	}
	if anew != 91 { // the others carry their bytes
		t.Errorf("%d frames were written anew", anew)
	}
}

func TestThereAndBack_AnyBytes(t *testing.T) {
	t.Parallel()
	frames := public(t)
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for range rapid.IntRange(1, 4).Draw(t, "pieces") {
			b := bytes.Clone(rapid.SampledFrom(frames).Draw(t, "frame"))
			switch rapid.IntRange(0, 3).Draw(t, "damage") {
			case 0:
				b = b[:rapid.IntRange(0, len(b)).Draw(t, "cut")]
			case 1:
				b[rapid.IntRange(0, len(b)-1).Draw(t, "place")] ^= rapid.Byte().Draw(t, "bits")
			case 2:
				b = rapid.SliceOf(rapid.Byte()).Draw(t, "noise")
			}
			stream = append(stream, b...)
		}
		var lines, out bytes.Buffer
		if err := Decode(bytes.NewReader(stream), &lines, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(bytes.TrimSpace(lines.Bytes()), []byte("\n")) {
			var v map[string]any
			if len(line) > 0 && json.Unmarshal(line, &v) != nil {
				t.Fatalf("no JSON: %s", line)
			}
			for _, key := range []string{"offset", "ok", "length_ok", "crc_ok", "error"} {
				if _, ok := v[key]; len(line) > 0 && !ok {
					t.Fatalf("%s is not in %s", key, line)
				}
			}
		}
		if err := Encode(&lines, &out, Options{}); err != nil {
			t.Fatal(err)
		}
		if withoutLines(out.String()) != withoutLines(string(stream)) {
			t.Fatalf("got  %q\nwant %q", out.Bytes(), stream)
		}
	})
}

// What is changed in the JSON counts, also when the line carries the old bytes.
func TestEncode_ChangesCount(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{good, strings.TrimSuffix(good, "\r\n"), strings.Replace(good, "1400", "1400\n", 1)} {
		line := strings.Replace(decoded(t, stream), `"Rtd":"40.1"`, `"Rtd":"41.5"`, 1)
		if got, want := encoded(t, line), framed(t, strings.Replace(good[6:len(good)-6], "40.1", "41.5", 1)); got != want {
			t.Errorf("got %q", got)
		}
	}
	line := strings.Replace(decoded(t, "##1169"+good[6:]), `"offset":0`, `"offset":77`, 1)
	if got := encoded(t, line); got != "##1169"+good[6:] {
		t.Errorf("another offset changes no bytes: %q", got)
	}
}

func TestEncode_ByHand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, want string }{
		{"nothing", "", ""},
		{"blanks", " \n\n", ""},
		{"numbers and arrays", `{"header":{"ST":32,"CN":2011,"PW":"123456","MN":"88888880000001"},"params":{"DataTime":20240601000000,"PolId":["1","2"]},"items":[{"Rtd":1.50,"code":"011","Flag":"N"}]}`,
			"ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20240601000000;PolId=1;PolId=2;011-Rtd=1.50,011-Flag=N&&"},
		{"no params, no items", `{"header":{"ST":"91","CN":"9014","PW":"","MN":"1","Flag":"4"}}`, "ST=91;CN=9014;PW=;MN=1;Flag=4;CP=&&&&"},
		{"own names", `{"header":{"ST":"91","CN":"9014","PW":"","MN":"1","XY":"4"},"items":[{"code":"a","ZsCou":"1"}],"more":{"x":[1,{}]}}`, "ST=91;CN=9014;PW=;MN=1;XY=4;CP=&&a-ZsCou=1&&"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := ""
			if c.want != "" {
				want = framed(t, c.want)
			}
			if got := encoded(t, c.line); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	gbk := encoded(t, `{"encoding":"gbk","header":{"ST":"91","CN":"3020","PW":"","MN":"1"},"params":{"Info":"//清洗//"}}`)
	if !strings.Contains(gbk, "//\xc7\xe5\xcf\xb4//&&") {
		t.Errorf("GBK: %q", gbk)
	}
	if raw := encoded(t, `{"raw":"abc"}{"ok":false,"raw_hex":"00ff"}`); raw != "abc\x00\xff" {
		t.Errorf("raw: %q", raw)
	}
}

func TestEncode_Refuses(t *testing.T) {
	t.Parallel()
	const header = `"header":{"ST":"91","CN":"9014","PW":"1","MN":"1"}`
	for _, c := range []struct{ name, line, want string }{
		{"no JSON", `hello`, "第 1 个对象：不是合法的 JSON"},
		{"half an object", `{` + header, "第 1 个对象：不是合法的 JSON"},
		{"half a header", `{"header":{"ST":"91"`, "第 1 个对象：键 header 的值不合要求"},
		{"no object", `[1]`, "第 1 个对象：此处应为 {"},
		{"second object", `{` + header + `}{"ok":true}`, "第 2 个对象：既没有可用的 header，也没有 raw 或 raw_hex，无法编码"},
		{"nothing to say", `{}`, "第 1 个对象：既没有可用的 header，也没有 raw 或 raw_hex，无法编码"},
		{"bad frame without its bytes", `{"ok":false,` + header + `}`, "第 1 个对象：既没有可用的 header，也没有 raw 或 raw_hex，无法编码"},
		{"no MN", `{"header":{"ST":"91","CN":"9014"}}`, "第 1 个对象：内容无法写成一帧"},
		{"semicolon in a value", `{` + header + `,"params":{"A":"1;B=2"}}`, "第 1 个对象：内容无法写成一帧"},
		{"end of the area in a header", `{"header":{"ST":"91","CN":"9014","PW":"1;CP=&&&&","MN":"1"}}`, "第 1 个对象：内容无法写成一帧"},
		{"blank at the end", `{` + header + `,"params":{"A":"1 "}}`, "第 1 个对象：内容无法写成一帧"},
		{"dash in an attribute", `{` + header + `,"items":[{"code":"a","b-c":"1"}]}`, "第 1 个对象：内容无法写成一帧"},
		{"item without pairs", `{` + header + `,"items":[{"code":"a"}]}`, "第 1 个对象：内容无法写成一帧"},
		{"item without a code", `{` + header + `,"items":[{"Rtd":"1"}]}`, "第 1 个对象：items 中每一项须有一个 code"},
		{"item with two codes", `{` + header + `,"items":[{"code":["a","b"],"Rtd":"1"}]}`, "第 1 个对象：items 中每一项须有一个 code"},
		{"null", `{` + header + `,"params":{"A":null}}`, "第 1 个对象：A 的值须是文字、数或其数组"},
		{"object in an array", `{` + header + `,"params":{"A":["1",{"b":2}]}}`, "第 1 个对象：A 的值须是文字、数或其数组"},
		{"header no object", `{"header":[]}`, "第 1 个对象：此处应为 {"},
		{"ok no truth", `{"ok":"yes",` + header + `}`, "第 1 个对象：键 ok 的值不合要求"},
		{"raw_hex no hex", `{"raw_hex":"0x"}`, "第 1 个对象：raw_hex 不是十六进制"},
		{"encoding unknown", `{"encoding":"big5","raw":"x"}`, "第 1 个对象：encoding 只能是 gbk，或不写"},
		{"raw not in GBK", `{"encoding":"gbk","raw":"\ud83d\ude00"}`, "第 1 个对象：raw 有 GBK 没有的字"},
		{"value not in GBK", `{"encoding":"gbk",` + header + `,"params":{"A":"\ud83d\ude00"}}`, "第 1 个对象：有 GBK 没有的字"},
		{"too long", `{` + header + `,"params":{"A":"` + strings.Repeat("1", 10000) + `"}}`, "第 1 个对象：数据段超过 9999 字节，请拆分成多包"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := Encode(strings.NewReader(c.line), &out, Options{})
			if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.Sentence(err, ""), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if strings.HasPrefix(c.want, "第 2 ") != (out.Len() > 0) {
				t.Errorf("wrote %q", out.String())
			}
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestErrorsOfReadingAndWriting(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	var out bytes.Buffer
	err := Decode(io.MultiReader(strings.NewReader(good+"##0169"), iotest.ErrReader(broken)), &out, Options{})
	if !errors.Is(err, broken) || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("reading: %v after %s", err, out.String())
	}
	if err := Decode(strings.NewReader(good), brokenPipe{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing: %v", err)
	}
	line := decoded(t, good)
	if err := Encode(strings.NewReader(line), brokenPipe{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing: %v", err)
	}
	if err := Encode(strings.NewReader(line+"x"), brokenPipe{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing before a fault: %v", err)
	}
	if err := Decode(iotest.DataErrReader(iotest.OneByteReader(strings.NewReader(good))), &out, Options{}); err != nil {
		t.Errorf("one byte at a time: %v", err)
	}
	if err := Decode(stuck{}, io.Discard, Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
