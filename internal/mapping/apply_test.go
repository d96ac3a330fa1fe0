package mapping

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var received = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// told writes a result down as text.
func told(r Result) string {
	var b strings.Builder
	for _, x := range r.Readings {
		fmt.Fprintf(&b, "%s", x.Time.Format("01-02T15:04:05.000"))
		if x.Assumed {
			b.WriteString(" assumed")
		}
		for _, v := range x.Values {
			fmt.Fprintf(&b, " %s=%s", v.Code, v.Number)
		}
		b.WriteString("\n")
	}
	for _, x := range r.Rejected {
		fmt.Fprintf(&b, "rejected %s: %s\n", x.Raw, x.Reason)
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(&b, "unknown %s\n", strings.Join(r.Unknown, " "))
	}
	if len(r.Bad) > 0 {
		fmt.Fprintf(&b, "bad %s\n", strings.Join(r.Bad, " "))
	}
	return b.String()
}

func preset(t testing.TB, id string) *Mapping {
	t.Helper()
	for _, p := range Presets() {
		if p.ID == id {
			return &p.Mapping
		}
	}
	t.Fatalf("no preset %s", id)
	return nil
}

func parsed(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const scaled = `{"list":"meters[0].log","time":{"path":"at","format":"yyyy-MM-dd HH:mm:ss","zone":"+08:00"},"values":"d",
	"points":[{"path":"i[1]","code":"Ib01","scale":0.01},{"path":"t","code":"T1","scale":0.1,"offset":-40},{"path":"run","code":"RS01","states":{"RUN":1,"STOP":0,"true":1}},{"path":"a.b","code":"X1"}]}`

// TestApply_Payloads holds the forms seen in the field.
func TestApply_Payloads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, preset, mapping, payload, want string
	}{
		{name: "time and values apart", preset: "values", payload: `{"ts":1764057600000,"values":{"Ia":1.20,"P":0.9,"sw":true}}`,
			want: "11-25T08:00:00.000 Ia01=1.20 P01=0.9 SW01=1\n"},
		{name: "an array of them, out of order", preset: "values", payload: `[{"ts":1764057660000,"values":{"Ia":2}},{"ts":1764057600000,"values":{"Ia":1}}]`,
			want: "11-25T08:00:00.000 Ia01=1\n11-25T08:01:00.000 Ia01=2\n"},
		{name: "one moment in two elements", preset: "values", payload: `[{"ts":1764057600,"values":{"Ia":1,"Ib":7}},{"ts":1764057600,"values":{"Ia":2}}]`,
			want: "11-25T08:00:00.000 Ia01=2 Ib01=7\n"},
		{name: "flat", preset: "values", payload: `{"Ia":1.2,"ts":"2026-11-25T16:00:00+08:00"}`,
			want: "11-25T08:00:00.000 Ia01=1.2\n"},
		{name: "flat without time", preset: "values", payload: `{"Ia":"1.2"}`,
			want: "11-25T08:00:00.000 assumed Ia01=1.2\n"},
		{name: "keys nobody named", preset: "values", payload: `{"ts":1764057600,"values":{"Ia":1,"rssi":-71,"gps":{"lng":120.6}}}`,
			want: "11-25T08:00:00.000 Ia01=1\nunknown gps.lng rssi\n"},
		{name: "what is no number", preset: "values", payload: `{"ts":1764057600,"values":{"Ia":"--","Ib":null,"Ic":{"x":1},"P":3}}`,
			want: "11-25T08:00:00.000 P01=3\nunknown Ic.x\nbad Ia Ic\n"},
		{name: "exponents and too many digits", preset: "values", payload: `{"ts":1764057600,"values":{"Ia":1.5e2,"Ib":1.25E-3,"Ic":0.30000000000000004,"P":1e400,"Q":123456789012345678901234567890}}`,
			want: "11-25T08:00:00.000 Ia01=150 Ib01=0.00125 Ic01=0.30000000000000004\nbad P Q\n"},
		{name: "several circuits", preset: "gateway", payload: `{"time":"20261125160000","data":{"m1":{"Ia":1},"m2":{"Ia":2}}}`,
			want: "11-25T08:00:00.000 Ia01=1 Ia02=2\n"},
		{name: "flat keys with dots", preset: "gateway", payload: `{"time":20261125160000,"data":{"m1.Ia":1,"m2.Ia":2}}`,
			want: "11-25T08:00:00.000 Ia01=1 Ia02=2\n"},
		{name: "value by value", preset: "single", payload: `{"time":"2026-11-25 16:00:00","list":[{"id":"Ia","v":1.2},{"id":"P","v":3},{"id":"door","v":0}]}`,
			want: "11-25T08:00:00.000 Ia01=1.2 P01=3\nunknown door\n"},
		{name: "nothing known, value by value", preset: "single", payload: `{"time":"2026-11-25 16:00:00","list":[{"id":"door","v":0},{"id":"rssi","v":-70}]}`,
			want: "rejected [{\"id\":\"door\",\"v\":0},{\"id\":\"rssi\",\"v\":-70}]: 没有映射能识别的数值\nunknown door rssi\n"},
		{name: "scale, offset, words, places, dots", mapping: scaled, payload: `{"meters":[{"log":[{"at":"2026-11-25 16:00:00","d":{"i":[1,250],"t":655,"run":"STOP","a.b":5}}]}]}`,
			want: "11-25T08:00:00.000 Ib01=2.50 RS01=0 T1=25.5 X1=5\nunknown i[0]\n"},
		{name: "a wrong clock alone", preset: "values", payload: `{"ts":12,"values":{"Ia":1}}`,
			want: "11-25T08:00:00.000 assumed Ia01=1\nbad ts\n"},
		{name: "a wrong clock among others", preset: "values", payload: `[{"ts":12,"values":{"Ia":1}},{"ts":1764057600,"values":{"Ia":2}}]`,
			want: "11-25T08:00:00.000 Ia01=2\nrejected {\"ts\":12,\"values\":{\"Ia\":1}}: 读不出时间，且同一报文有多条读数\nbad ts\n"},
		{name: "no JSON", preset: "values", payload: `Ia=1.2`, want: "rejected Ia=1.2: 不是有效的 JSON\n"},
		{name: "something behind", preset: "values", payload: `{"Ia":1} x`, want: "rejected {\"Ia\":1} x: 不是有效的 JSON\n"},
		{name: "no list", preset: "single", payload: `{"time":1764057600}`, want: "rejected {\"time\":1764057600}: 映射所指的读数列表不存在\n"},
		{name: "an empty list", preset: "values", payload: `[]`, want: "rejected []: 没有映射能识别的数值\n"},
		{name: "a bare number", preset: "values", payload: `1`, want: "rejected 1: 读数应为对象\n"},
		{name: "all of a list is wrong", preset: "values", payload: `[1,2]`, want: "rejected [1,2]: 读不出时间，且同一报文有多条读数\n"},
		{name: "byte order mark", preset: "values", payload: "\xef\xbb\xbf{\"Ia\":1}", want: "11-25T08:00:00.000 assumed Ia01=1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := (*Mapping)(nil)
			if c.preset != "" {
				m = preset(t, c.preset)
			} else {
				m = parsed(t, c.mapping)
			}
			if diff := cmp.Diff(c.want, told(m.Apply([]byte(c.payload), received))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestApply_KeepsBytes(t *testing.T) {
	t.Parallel()
	whole := `{"time":"2026-11-25 16:00:00", "list":[{"id":"Ia","v":1.20},{"id":"P","v":3}]}`
	if r := preset(t, "single").Apply([]byte(whole), received); len(r.Readings) != 1 || string(r.Readings[0].Raw) != whole {
		t.Errorf("%+v", r)
	}
	r := preset(t, "values").Apply([]byte(`[ {"ts":1764057600, "values":{"Ia":1.0}} ,{"ts":1764057660,"values":{"Ia":2}}]`), received)
	if len(r.Readings) != 2 || string(r.Readings[0].Raw) != `{"ts":1764057600, "values":{"Ia":1.0}}` {
		t.Errorf("%+v", r)
	}
}

func TestApply_Bounds(t *testing.T) {
	t.Parallel()
	m := preset(t, "values")
	for name, payload := range map[string]string{
		"too large": `{"Ia":` + strings.Repeat(" ", MaxPayload) + `1}`,
		"too many":  `[` + strings.Repeat(`{"Ia":1},`, maxReadings) + `{"Ia":1}]`,
		"too deep":  strings.Repeat(`[`, 20000) + strings.Repeat(`]`, 20000),
	} {
		if r := m.Apply([]byte(payload), received); len(r.Readings) != 0 || len(r.Rejected) != 1 {
			t.Errorf("%s: %d readings, %d rejected", name, len(r.Readings), len(r.Rejected))
		}
	}
	wide := `{"ts":1764057600,"values":{"Ia":1`
	for i := range 1000 {
		wide += fmt.Sprintf(`,"k%d":1`, i)
	}
	if r := m.Apply([]byte(wide+`}}`), received); len(r.Unknown) > maxUnknown {
		t.Errorf("%d unknown keys are listed", len(r.Unknown))
	}
}

func TestParse_Refuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON":            `{`,
		"a key not known":    `{"time":{},"pionts":[]}`,
		"no points":          `{"time":{}}`,
		"a code with space":  `{"time":{},"points":[{"path":"a","code":"I a"}]}`,
		"a code twice":       `{"time":{},"points":[{"path":"a","code":"I"},{"path":"b","code":"I"}]}`,
		"a path twice":       `{"time":{},"points":[{"path":"a","code":"I"},{"path":"a","code":"J"}]}`,
		"a path not closed":  `{"time":{},"points":[{"path":"a[0","code":"I"}]}`,
		"an empty step":      `{"time":{},"points":[{"path":"a..b","code":"I"}]}`,
		"scale 0":            `{"time":{},"points":[{"path":"a","code":"I","scale":0}]}`,
		"name without value": `{"time":{},"name":"id","points":[{"path":"a","code":"I"}]}`,
		"a time format":      `{"time":{"path":"t","format":"soon"},"points":[{"path":"a","code":"I"}]}`,
		"a zone":             `{"time":{"path":"t","zone":"Beijing"},"points":[{"path":"a","code":"I"}]}`,
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, p := range Presets() {
		if err := p.Mapping.Check(); err != nil {
			t.Errorf("preset %s: %v", p.ID, err)
		}
	}
}

// FuzzMapping feeds any payload to every preset: nothing may panic, every value
// must be one of the mapping's, moments ascend without meeting, and the same
// payload gives the same result.
func FuzzMapping(f *testing.F) {
	for _, s := range []string{`{"ts":1764057600000,"values":{"Ia":1.2}}`, `[{"ts":1,"Ia":1e3},{"ts":"2026-11-25 08:00:00","values":{"sw":"on"}}]`,
		`{"time":20261125080000,"data":{"m1":{"Ia":[1,2]},"m2.Ia":3}}`, `{"time":"1764057600.25","list":[{"id":"Ia","v":"1.2"},{"id":1,"v":true}]}`,
		`{"meters":[{"log":[{"at":"2026-11-25 16:00:00","d":{"i":[1,250],"t":655,"run":"STOP"}}]}]}`, `[[[]]]`, ``, "\xff"} {
		f.Add([]byte(s))
	}
	mappings := []*Mapping{parsed(f, scaled)}
	for _, p := range Presets() {
		mappings = append(mappings, &p.Mapping)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, m := range mappings {
			r := m.Apply(payload, received)
			if len(r.Readings)+len(r.Rejected) == 0 {
				t.Fatal("nothing came of it")
			}
			for i, x := range r.Readings {
				if i > 0 && !x.Time.After(r.Readings[i-1].Time) || len(x.Values) == 0 || x.Time.Year() < 2000 || x.Time.Year() > 2099 {
					t.Fatalf("reading %d: %+v", i, x)
				}
				for k, v := range x.Values {
					if _, ok := m.Point(v.Code); !ok || k > 0 && v.Code <= x.Values[k-1].Code {
						t.Fatalf("value %d of %+v", k, x)
					}
				}
			}
			if again := told(m.Apply(payload, received)); again != told(r) {
				t.Fatalf("twice\n%s\n%s", told(r), again)
			}
		}
	})
}
