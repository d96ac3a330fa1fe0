package hj212cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/sm4key"
)

func sealedFrame(t *testing.T, form hj212.Form) (string, Options) {
	t.Helper()
	key, err := sm4key.New("0000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	frame, err := hj212.AppendEncryptedSegment(nil, []byte("QN=20260801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;"+
		"CP=&&DataTime=20260801085857;w01018-Rtd=40.1,w01018-Flag=N&&"), key, form)
	if err != nil {
		t.Fatal(err)
	}
	return string(frame), Options{Keys: []hj212.Cipher{key}}
}

func TestDecode_Encrypted(t *testing.T) {
	t.Parallel()
	for _, form := range []hj212.Form{hj212.FormBytes, hj212.FormPrinted} {
		frame, o := sealedFrame(t, form)
		without := decoded(t, frame)
		for _, want := range []string{`"ok":false`, `"crc_ok":null`, `"error":"encrypted: `, `"warnings":["encrypted: `, `"MN":"010000A8900016F000169DC0"`} {
			if !strings.Contains(without, want) {
				t.Errorf("without a key: no %s in %s", want, without)
			}
		}
		if got := encoded(t, without); got != frame {
			t.Errorf("written again without a key: %q", got)
		}
		var lines, again bytes.Buffer
		if err := Decode(strings.NewReader(frame+good), &lines, o); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"ok":true`, `"crc_ok":true,"crc_over":"plaintext","decrypted":true`, `"warnings":[]`, `"params":{"DataTime":"20260801085857"},"items":[{"code":"w01018","Rtd":"40.1","Flag":"N"}]}`} {
			if first, _, _ := strings.Cut(lines.String(), "\n"); !strings.Contains(first, want) {
				t.Errorf("with the key: no %s in %s", want, first)
			}
		}
		if err := Encode(strings.NewReader(lines.String()), &again, Options{}); err == nil {
			t.Error("a decrypted frame is written without a key")
		}
		again.Reset()
		if err := Encode(&lines, &again, o); err != nil || again.String() != frame+good {
			t.Errorf("written again %q (%v)", again.String(), err)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	frame, o := sealedFrame(t, hj212.FormBytes)
	stream := "abc" + good + frame + "##0003a=1FFFF\r\n" + good
	var out bytes.Buffer
	if err := Count(strings.NewReader(stream), &out, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := Count(strings.NewReader(stream), &out, o); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("{\"frames\":4,\"ok\":2,\"bytes\":%[1]d}\n{\"frames\":4,\"ok\":3,\"bytes\":%[1]d}\n", len(stream))
	if got := out.String(); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestDecode_Strict(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Decode(strings.NewReader(good+framed(t,
		"QN=20160801085857223;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20160801085857;w01018-Avg=40.1&&")), &out, Options{Strict: true}); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, `"findings":[]`) || !strings.Contains(second,
		`"findings":[{"rule":"data-time-aligned","text":"DataTime 应是统计时段的开始时刻","field":"DataTime","value":"20160801085857","clause":"数据区结构"}]`) {
		t.Errorf("%s", out.String())
	}
}

// With two keys, the one a frame came under is the one it is written with again.
func TestEncode_TheKeyThatFitted(t *testing.T) {
	t.Parallel()
	now, err := sm4key.New("1111111111111111")
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []hj212.Form{hj212.FormBytes, hj212.FormPrinted} {
		frame, before := sealedFrame(t, form)
		o := Options{Keys: append([]hj212.Cipher{now}, before.Keys...)}
		var lines, again bytes.Buffer
		if err := Decode(strings.NewReader(frame), &lines, o); err != nil {
			t.Fatal(err)
		}
		text := lines.String()
		if !strings.Contains(text, `"decrypted":true,"sm4_key":2`) {
			t.Errorf("the key is not named: %s", text)
		}
		if err := Encode(strings.NewReader(text), &again, o); err != nil || again.String() != frame {
			t.Errorf("written again %q (%v)", again.String(), err)
		}
		if err := Encode(strings.NewReader(text), &again, before); err == nil || !strings.Contains(err.Error(), "第 2 个密钥") {
			t.Errorf("with one key: %v", err)
		}
		again.Reset()
		renewed := strings.Replace(text, `"sm4_key":2`, `"sm4_key":1`, 1)
		if err := Encode(strings.NewReader(renewed), &again, o); err != nil || again.String() == frame {
			t.Errorf("under the other key %q (%v)", again.String(), err)
		}
	}
}
