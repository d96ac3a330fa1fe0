package hj212

import (
	"bytes"
	"testing"
)

// typical is a minute upload of a stack monitor as they are sent by the million:
// 8 factors, 27 pairs, 554 bytes with header and tail.
var typical = frameOf("QN=20240601085857223;ST=31;CN=2051;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20240601085000;" +
	"a21026-Min=10.12,a21026-Avg=12.50,a21026-Max=19.93,a21026-ZsAvg=15.62,a21026-Flag=N;" +
	"a21002-Min=40.13,a21002-Avg=42.25,a21002-Max=49.91,a21002-ZsAvg=52.81,a21002-Flag=N;" +
	"a34013-Min=1.12,a34013-Avg=2.51,a34013-Max=3.97,a34013-ZsAvg=3.14,a34013-Flag=N;" +
	"a00000-Avg=123456.78,a00000-Cou=740740.725,a00000-Flag=N;" +
	"a19001-Avg=9.21,a19001-Flag=N;a01011-Avg=8.35,a01011-Flag=N;a01012-Avg=120.435,a01012-Flag=N;a01014-Avg=7.150000,a01014-Flag=N&&")

func TestTypicalFrame(t *testing.T) {
	t.Parallel()
	if len(typical) != 554 {
		t.Errorf("%d bytes", len(typical))
	}
	var f Frame
	var a Area
	if err := ParseFrame(typical, &f); err != nil {
		t.Fatal(err)
	}
	if w := f.Warnings | f.ParseItems(&a); w != 0 || len(a.Items) != 8 || len(a.Params) != 1 {
		t.Errorf("%d items, %d parameters, warnings %b", len(a.Items), len(a.Params), w)
	}
}

func BenchmarkCRCByteTable(b *testing.B) {
	segment := typical[headerSize : len(typical)-6]
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	var sum uint16
	for b.Loop() {
		sum ^= crcByteTable(segment)
	}
	_ = sum
}

func BenchmarkCRC(b *testing.B) {
	segment := typical[headerSize : len(typical)-6]
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	var sum uint16
	for b.Loop() {
		sum ^= CRC(segment)
	}
	_ = sum
}

// BenchmarkScan frames and checks the CRC and the header fields.
func BenchmarkScan(b *testing.B) { benchmarkStream(b, func(*Frame, *Area) bool { return true }) }

// BenchmarkDecode is the whole way from bytes to named values, without numbers.
func BenchmarkDecode(b *testing.B) {
	benchmarkStream(b, func(f *Frame, a *Area) bool { return f.ParseItems(a) == 0 && len(a.Items) == 8 })
}

// BenchmarkDecodeNumbers also reads every value as an exact decimal, and DataTime.
func BenchmarkDecodeNumbers(b *testing.B) {
	benchmarkStream(b, func(f *Frame, a *Area) bool {
		f.ParseItems(a)
		text, _ := a.Param("DataTime")
		_, ok := ParseTime(text)
		count := 0
		for i := range a.Items {
			for _, p := range a.Items[i].Pairs {
				if _, number := ParseDecimal(p.Value); number {
					count++
				}
			}
		}
		return ok && count == 18
	})
}

// BenchmarkDecodePublic decodes the usable public frames, which are of all kinds
// and sizes; one round is all of them.
func BenchmarkDecodePublic(b *testing.B) {
	var packet []byte
	count := 0
	for _, v := range vectors(b) {
		var f Frame
		if raw := v.bytes(b); v.Kind != "stream" && ParseFrame(raw, &f) == nil {
			packet = append(packet, raw...)
			count++
		}
	}
	b.SetBytes(int64(len(packet)))
	b.ReportAllocs()
	var s Scanner
	var f Frame
	var a Area
	for b.Loop() {
		s.Write(packet)
		good := 0
		for s.Next(&f) {
			f.ParseItems(&a)
			good++
		}
		if good != count {
			b.Fatalf("%d frames of %d", good, count)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/frame")
}

// benchmarkStream decodes packets of 16 frames, as a busy gateway reads them.
func benchmarkStream(b *testing.B, use func(*Frame, *Area) bool) {
	packet := bytes.Repeat(typical, 16)
	b.SetBytes(int64(len(typical)))
	b.ReportAllocs()
	var s Scanner
	var f Frame
	var a Area
	for b.Loop() {
		if !s.Next(&f) {
			s.Write(packet)
			if !s.Next(&f) {
				b.Fatal("no frame")
			}
		}
		if !f.OK() || !use(&f, &a) {
			b.Fatal("not decoded")
		}
	}
}
