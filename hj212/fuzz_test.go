package hj212

import (
	"bytes"
	"slices"
	"testing"
)

func seeds(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.bytes(f))
	}
	f.Add([]byte("##0000FFFF"))
	f.Add([]byte("####0169##016"))
	f.Add(typical)
	f.Add(append(bytes.Repeat([]byte("&&0000"), 50), typical...))
}

// FuzzScan feeds a stream whole and byte by byte: the same must come out, nothing
// may be lost, and a good frame put behind it must be delivered.
func FuzzScan(f *testing.F) {
	seeds(f)
	good := frameOf("QN=20991231235959999;" + segmentC)
	f.Fuzz(func(t *testing.T, stream []byte) {
		at := int64(len(stream))
		stream = append(bytes.Clone(stream), good...)
		want := run(stream)
		var s Scanner
		var got []Frame
		for i := range stream {
			s.Write(stream[i : i+1])
			got = append(got, drain(&s)...)
		}
		s.Close()
		got = append(got, drain(&s)...)
		if told(got) != told(want) {
			t.Fatalf("byte by byte\n%swhole\n%s", told(got), told(want))
		}
		end, delivered := int64(0), false
		for i := range want {
			f := &want[i]
			if len(trimTail(stream[end:f.Offset])) > 0 {
				t.Fatalf("%q was lost", stream[end:f.Offset])
			}
			end = f.Offset + int64(len(f.Raw))
			if !bytes.Equal(stream[f.Offset:end], f.Raw) {
				t.Fatalf("at %d: %q", f.Offset, f.Raw)
			}
			delivered = delivered || f.OK() && f.Offset == at && end == at+int64(len(good))-2
			if f.Fault != FaultNone && f.Explain() == "" {
				t.Fatal("no explanation")
			}
		}
		if !delivered {
			t.Fatalf("the good frame is lost\n%s", told(want))
		}
	})
}

// FuzzDecode reads a segment: it must not panic, everything must point into the
// segment, and the two readers of the data area must agree.
func FuzzDecode(f *testing.F) {
	for _, v := range vectors(f) {
		if b := trimTail(v.bytes(f)); len(b) > frameExtra {
			f.Add(b[headerSize : len(b)-crcSize])
		}
	}
	f.Add([]byte("a01013-Rtd=-1.25,a01013-Flag=N;i11001-Info=//a//;//b&&"))
	f.Fuzz(func(t *testing.T, segment []byte) {
		var g Frame
		var fast, general Area
		ParseSegment(segment, &g)
		for name, value := range g.Fields() {
			if len(name) == 0 || len(name)+len(value) >= len(segment) {
				t.Fatalf("field %q %q", name, value)
			}
		}
		for _, area := range [][]byte{g.Area, segment} {
			w, v := fast.Parse(area), plainly(&general, area)
			if w != v || spelled(&fast) != spelled(&general) {
				t.Fatalf("%q\nfast    %s (%s)\ngeneral %s (%s)", area, spelled(&fast), codes(w), spelled(&general), codes(v))
			}
		}
		for _, it := range fast.Items {
			for _, p := range it.Pairs {
				if d, ok := ParseDecimal(p.Value); ok {
					if e, ok := ParseDecimal(d.Append(nil)); !ok || e != d {
						t.Fatalf("%q is read as %v, and that as %v", p.Value, d, e)
					}
				}
				ParseTime(p.Value)
			}
		}
		AppendAnswer(nil, &g, DataAnswer, 0)
	})
}

// FuzzRoundTrip frames any segment and reads it back; what was read without
// warnings and is of the plain form is written again byte for byte.
func FuzzRoundTrip(f *testing.F) {
	for _, v := range vectors(f) {
		if b := trimTail(v.bytes(f)); len(b) > frameExtra {
			f.Add(b[headerSize : len(b)-crcSize])
		}
	}
	f.Fuzz(func(t *testing.T, segment []byte) {
		raw, err := AppendSegment(nil, segment)
		if err != nil {
			if len(segment) <= MaxSegment {
				t.Fatal(err)
			}
			return
		}
		var g Frame
		ParseFrame(raw, &g)
		if g.Kind != KindFrame || !g.LengthOK || !g.CRCOK || !bytes.Equal(g.Segment, segment) || string(g.Tail) != "\r\n" {
			t.Fatalf("%q is read as %v %q", raw, g.Fault, g.Segment)
		}
		var a Area
		if !g.OK() || g.Warnings|g.ParseItems(&a) != 0 {
			return
		}
		for _, p := range a.Params {
			if common(p.Name)&className == 0 {
				return // put first, a name with blanks or signs would make the area look encrypted
			}
		}
		m := messageOf(&g, &a)
		again, err := AppendFrame(nil, &m)
		if err != nil {
			return // a control character or & in a header field
		}
		var h Frame
		var b Area
		if err := ParseFrame(again, &h); err != nil {
			t.Fatalf("%q is written as %q: %v", raw, again, err)
		}
		h.ParseItems(&b)
		if spelled(&a) != spelled(&b) || string(h.QN) != string(g.QN) || h.Flag != g.Flag || string(h.MN) != string(g.MN) {
			t.Fatalf("%q is written as %q", raw, again)
		}
	})
}

// FuzzValidate judges any segment: no panic, a rule and a sentence for each finding,
// and the same findings again.
func FuzzValidate(f *testing.F) {
	for _, v := range vectors(f) {
		if b := trimTail(v.bytes(f)); len(b) > frameExtra {
			f.Add(b[headerSize:len(b)-crcSize], 10, false)
		}
	}
	f.Fuzz(func(t *testing.T, segment []byte, minutes int, surface bool) {
		x := Expectation{MinInterval: minutes}
		if surface {
			x.Dialect = DialectSurfaceWater
		}
		var g Frame
		ParseSegment(segment, &g)
		all := ValidateFor(&g, x)
		if len(all) > 0 && !g.OK() {
			t.Fatal("findings in what is no frame")
		}
		for _, finding := range all {
			if finding.Rule == "" || finding.Text == "" || finding.Clause == "" {
				t.Fatalf("%+v", finding)
			}
		}
		if !slices.Equal(all, ValidateFor(&g, x)) {
			t.Fatal("other findings the second time")
		}
	})
}
