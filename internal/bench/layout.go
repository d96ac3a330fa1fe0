package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Layout is how fast frames of one form are decoded.
type Layout struct {
	Name            string
	Bytes           int // of a frame
	FramesPerSecond float64
}

// layout writes the segment of the i-th frame of a form.
type layout struct {
	name    string
	segment func(b *bytes.Buffer, i int, at string, num func(lo, hi float64) float64)
}

var layouts = []layout{
	{"2017 废气实时（折算、标记）", func(b *bytes.Buffer, i int, at string, num func(lo, hi float64) float64) {
		fmt.Fprintf(b, "QN=%s%03d;ST=31;CN=2011;PW=123456;MN=010000A8900016F0%08X;Flag=5;CP=&&DataTime=%s", at, i%1000, i, at)
		for _, code := range codes {
			fmt.Fprintf(b, ";%[1]s-Rtd=%.2[2]f,%[1]s-ZsRtd=%.2[3]f,%[1]s-Flag=N", code, num(10, 90), num(10, 90))
		}
	}},
	{"2017 废水小时（累计、最小、平均、最大）", func(b *bytes.Buffer, i int, at string, num func(lo, hi float64) float64) {
		fmt.Fprintf(b, "QN=%s%03d;ST=32;CN=2061;PW=123456;MN=010000A8900016F0%08X;Flag=5;CP=&&DataTime=%s", at, i%1000, i, at)
		for _, code := range []string{"w01018", "w21003", "w21011", "w21001", "w01001", "w00000"} {
			v := num(1, 50)
			fmt.Fprintf(b, ";%[1]s-Cou=%.3[2]f,%[1]s-Min=%.3[3]f,%[1]s-Avg=%.3[4]f,%[1]s-Max=%.3[5]f,%[1]s-Flag=N", code, v*60, v*0.8, v, v*1.2)
		}
	}},
	{"2005 废水实时（短代码）", func(b *bytes.Buffer, i int, at string, num func(lo, hi float64) float64) {
		fmt.Fprintf(b, "QN=%s%03d;ST=32;CN=2011;PW=123456;MN=8888888%07d;Flag=1;CP=&&DataTime=%s", at, i%1000, i, at)
		for _, code := range []string{"B01", "001", "011", "060", "101"} {
			fmt.Fprintf(b, ";%[1]s-Rtd=%.1[2]f,%[1]s-Flag=N", code, num(1, 90))
		}
	}},
	{"2025 拆分包（一包 12 个因子）", func(b *bytes.Buffer, i int, at string, num func(lo, hi float64) float64) {
		fmt.Fprintf(b, "QN=%s%03d;ST=31;CN=2051;PW=123456;MN=010000A8900016F0%08X;Flag=11;PNUM=2;PNO=%d;CP=&&DataTime=%s", at, i%1000, i, 1+i%2, at)
		for k := range 12 {
			fmt.Fprintf(b, ";a%05[1]d-Avg=%.3[2]f,a%05[1]d-Max=%.3[3]f,a%05[1]d-Flag=N", 24000+k, num(1, 90), num(90, 99))
		}
	}},
}

// Layouts decodes frames of other forms as Decode does its own: one core, every
// pair of every item.
func Layouts(each time.Duration) (out []Layout, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, l := range layouts {
		stream, err := l.stream(variants)
		if err != nil {
			return nil, err
		}
		d := decoder{stream: stream}
		if err := d.pass(); err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		var speed []float64
		for range rounds {
			perSecond, _, err := repeat(each/time.Duration(len(layouts)), d.pass)
			if err != nil {
				return nil, err
			}
			speed = append(speed, perSecond)
		}
		out = append(out, Layout{l.name, len(stream) / variants, median(speed)})
	}
	return out, nil
}

func (l layout) stream(n int) (stream []byte, err error) {
	r := rand.New(rand.NewPCG(2, 212))
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing)
	for i := range n {
		at = at.Add(time.Minute)
		var b bytes.Buffer
		l.segment(&b, i, string(hj212.AppendTime(nil, at)), func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() })
		b.WriteString("&&")
		if stream, err = hj212.AppendSegment(stream, b.Bytes()); err != nil {
			return nil, err
		}
	}
	return stream, nil
}
