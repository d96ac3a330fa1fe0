package hj212cli

import (
	"bytes"
	"testing"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/sm4key"
)

// FuzzLines takes any stream apart and puts it together again: with keys or
// without, the bytes come back, but for line ends between frames.
func FuzzLines(f *testing.F) {
	key, err := sm4key.New("0000000000000000")
	if err != nil {
		f.Fatal(err)
	}
	other, err := sm4key.New("1111111111111111")
	if err != nil {
		f.Fatal(err)
	}
	segment := []byte("QN=20260801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&DataTime=20260801085857;w01018-Rtd=40.1,w01018-Flag=N&&")
	for _, form := range []hj212.Form{hj212.FormBytes, hj212.FormPrinted} {
		frame, err := hj212.AppendEncryptedSegment(nil, segment, key, form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append(frame, good...), true)
	}
	f.Add([]byte("##0101QN=1"+good+"noise"), false)
	f.Fuzz(func(t *testing.T, stream []byte, keyed bool) {
		var o Options
		if keyed {
			o.Keys = []hj212.Cipher{other, key}
			o.Strict = true
		}
		var lines, out bytes.Buffer
		if err := Decode(bytes.NewReader(stream), &lines, o); err != nil {
			t.Fatal(err)
		}
		text := lines.String()
		if err := Encode(&lines, &out, o); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if withoutLines(out.String()) != withoutLines(string(stream)) {
			t.Fatalf("got  %q\nwant %q\n%s", out.Bytes(), stream, text)
		}
	})
}
