package hj212

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However many factors, packets stay within the standard, no factor is cut, and the
// assembler puts them together to what was sent.
func TestParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := Version(rapid.IntRange(0, 2).Draw(t, "version"))
		n := rapid.IntRange(0, 120).Draw(t, "factors")
		var b AreaBuilder
		b.Param("DataTime", "20240601080000")
		for i := range n {
			code := fmt.Sprintf("a%05d", i)
			for _, name := range []string{"Min", "Avg", "Max", "Flag"}[:rapid.IntRange(1, 4).Draw(t, "pairs")] {
				b.Pair(code, name, "123.45")
			}
		}
		m := Message{ST: "31", CN: "2061", PW: "123456", MN: orderMN, Area: b.Bytes(), Flag: FlagAnswer.WithVersion(v), NoFlag: v == V2005}
		if v == V2005 {
			m.MN = "88888880000001"
		}
		ms := 0
		parts := m.Parts(func() string {
			ms++
			if v == V2005 {
				return ""
			}
			return fmt.Sprintf("20240601085857%03d", ms)
		})
		var s Assembler
		var joined string
		for i := range parts {
			raw, err := AppendFrame(nil, &parts[i])
			if err != nil {
				t.Fatal(err)
			}
			var f Frame
			var a Area
			if err := ParseFrame(raw, &f); err != nil || f.Warnings|f.ParseItems(&a) != 0 {
				t.Fatalf("%v %s: %s", err, codes(f.Warnings), raw)
			}
			if len(parts) == 1 {
				joined = spelled(&a)
				if f.PNUM != 0 || string(f.Area) != string(b.Bytes()) {
					t.Fatalf("one packet, %d parts", f.PNUM)
				}
				continue
			}
			g, done := s.Add(&f, &a, time.Time{})
			if done != (i == len(parts)-1) {
				t.Fatalf("packet %d of %d: done %v", i+1, len(parts), done)
			}
			if done {
				var whole AreaBuilder
				whole.Param("DataTime", "20240601080000")
				for _, raw := range g.Parts {
					ParseFrame(raw, &f)
					f.ParseItems(&a)
					for _, it := range a.Items {
						for _, p := range it.Pairs {
							whole.Pair(string(it.Code), string(p.Name), string(p.Value))
						}
					}
				}
				a.Parse(whole.Bytes())
				joined = spelled(&a)
			}
		}
		var want Area
		want.Parse(b.Bytes())
		if joined != spelled(&want) {
			t.Fatalf("got  %s\nwant %s", joined, spelled(&want))
		}
	})
}

func TestParts_OneLongItem(t *testing.T) {
	t.Parallel()
	var b AreaBuilder
	b.Param("DataTime", "20240601080000")
	for i := range 60 {
		b.Pair("w01018", fmt.Sprintf("X%02d", i), "12345678901234567890")
	}
	m := Message{ST: "31", CN: "3020", PW: "123456", MN: orderMN, Flag: 9, Area: b.Bytes()}
	if parts := m.Parts(nil); len(parts) != 1 || parts[0].PNUM != 0 || parts[0].QN != "" {
		t.Errorf("%d parts", len(parts))
	}
}
