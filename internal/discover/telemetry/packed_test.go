package telemetry

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qingshao/qingshao/hj212"
)

func pack(area string) []byte {
	var a hj212.Area
	a.Parse([]byte(area))
	return appendPacked(nil, a.Items)
}

func TestPacked_GivesTheExactTextBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"35.0", "0", "-0.05", "007", "+1", ".5", "5.", "-0", "1e3", "NaN", "-", "9999.99", "123456789012345678", "0.00000000000001",
		"0.000000000000001", "9223372036854775807", "-9223372036854775807", "99999999999999999999", "水", "1.0000000000000"} {
		items, err := unpack(pack("a21026-Rtd="+text+",a21026-Flag=N"), "31")
		if err != nil || len(items) != 1 || len(items[0].Values) != 1 || items[0].Values[0].String() != text || items[0].Flag != "N" {
			t.Errorf("%q: %+v %v", text, items, err)
		}
	}
}

func TestPacked_Items(t *testing.T) {
	t.Parallel()
	items, err := unpack(pack("DataTime=20261121093000;011-Min=1,011-Avg=2.50,011-Max=3,011-Cou=4,011-Flag=Td;w21003-zsavg=7;LAMPBLACK-Rtd=0.1;B01-Rtd=9,B01-Rtd=10;SB1-RS=1;w21011-SampleTime=20261121080000"), "32")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, it := range items {
		got += fmt.Sprintf("%s=%s[%s]", it.Code, it.Factor, it.Flag)
		for _, v := range it.Values {
			got += fmt.Sprintf(" %v=%v", v.Measure, v)
		}
		got += "\n"
	}
	want := `011=w01018[Td] Avg=2.50 Min=1 Max=3 Cou=4
w21003=w21003[] ZsAvg=7
LAMPBLACK=LAMPBLACK[] Rtd=0.1
B01=w00000[] Rtd=9
SB1=SB1[] RS=1
w21011=w21011[]
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if items[0].Valid() || !items[1].Valid() {
		t.Error("an unknown flag is not N; no flag is")
	}
	if avg, ok := items[0].Get(Avg); !ok || avg.String() != "2.50" {
		t.Error(avg, ok)
	}
	if _, ok := items[0].Get(Rtd); ok {
		t.Error("there is no Rtd")
	}
}

func TestPacked_IsSmall(t *testing.T) {
	t.Parallel()
	area := "DataTime=20261121093000"
	for _, f := range []string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"} {
		area += ";" + f + "-Min=10.12," + f + "-Avg=12.50," + f + "-Max=19.93," + f + "-Flag=N"
	}
	if n := len(pack(area)); n > 8*15 {
		t.Errorf("%d bytes for 8 factors with mean, minimum, maximum and flag", n)
	}
}

func TestUnpack_DamageIsAnError(t *testing.T) {
	t.Parallel()
	good := pack("a21026-Rtd=35.0,a21026-Flag=N;VENDORCODE-Rtd=x")
	for cut := range len(good) {
		_, err := unpack(good[:cut], "31")
		if whole := cut == 1 || cut == len(pack("a21026-Rtd=35.0,a21026-Flag=N")); (err == nil) != whole {
			t.Errorf("cut at %d of %d: %v", cut, len(good), err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		_, _ = unpack(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"), "31") // no panic, no endless loop
	})
}

func TestPacked_AnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+0-9.eEa-z]{1,24}`).Draw(t, "text")
		code := rapid.StringMatching(`[a-zA-Z0-9]{1,9}`).Draw(t, "code")
		items, err := unpack(pack(code+"-Avg="+text), "31")
		if err != nil || len(items) != 1 || items[0].Code != code || items[0].Values[0].String() != text {
			t.Fatalf("%s %q: %+v %v", code, text, items, err)
		}
	})
}

func TestKind(t *testing.T) {
	t.Parallel()
	for _, st := range []string{"31", "21", "A0", "Z9", "91", "00"} {
		k := KindOf(strings.ToLower(st), 2011)
		if k.ST() != st || k.CN() != 2011 || k != KindOf(st, 2011) {
			t.Errorf("%s: %s %v", st, k.ST(), k.CN())
		}
	}
}
