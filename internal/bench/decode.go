// Package bench measures the program's own paths on the machine at hand, so that
// whoever runs it can check the figures of docs/performance.md. It belongs to the
// command line and is known by nothing else.
package bench

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Decoded is the outcome of [Decode]: medians of its rounds.
type Decoded struct {
	FramesPerSecond  float64 `json:"frames_per_s"`
	BytesPerSecond   float64 `json:"bytes_per_s"`
	AllocsPerFrame   float64 `json:"allocs_per_frame"`
	CRCOnlyPerSecond float64 `json:"crc_only_frames_per_s"` // a byte-table CRC alone over the same frames
}

const (
	variants = 512 // frames of a round's stream, all different
	rounds   = 5
)

// Decode reads a stream of minute uploads, some 550 bytes a frame, on one core:
// framing, CRC, header and every pair of every item. Each round measures decoding
// and then a byte-table CRC over the same frames for the given time.
func Decode(each time.Duration) (Decoded, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	stream, segments, err := uploads(variants)
	if err != nil {
		return Decoded{}, err
	}
	size := float64(len(stream)) / variants
	var speed, plain, allocs []float64
	d := decoder{stream: stream}
	if err := d.pass(); err != nil { // buffers reach their size
		return Decoded{}, err
	}
	for range rounds {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		perSecond, frames, err := repeat(each, d.pass)
		if err != nil {
			return Decoded{}, err
		}
		runtime.ReadMemStats(&after)
		speed, allocs = append(speed, perSecond), append(allocs, float64(after.Mallocs-before.Mallocs)/frames)
		sum := uint16(0)
		perSecond, _, err = repeat(each, func() error {
			for _, s := range segments {
				sum ^= byteTableCRC(s)
			}
			return nil
		})
		if err != nil {
			return Decoded{}, err
		}
		runtime.KeepAlive(sum)
		plain = append(plain, perSecond)
	}
	return Decoded{FramesPerSecond: median(speed), BytesPerSecond: median(speed) * size, AllocsPerFrame: median(allocs), CRCOnlyPerSecond: median(plain)}, nil
}

// repeat runs passes of the stream until the time is over.
func repeat(each time.Duration, pass func() error) (perSecond, frames float64, err error) {
	start := time.Now()
	for time.Since(start) < each {
		if err := pass(); err != nil {
			return 0, 0, err
		}
		frames += variants
	}
	return frames / time.Since(start).Seconds(), frames, nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// decoder reads the stream in pieces of a socket's size.
type decoder struct {
	stream  []byte
	scanner hj212.Scanner
	area    hj212.Area
	seen    int // pairs with a value, so that no reading can be left out
}

const piece = 16 << 10

var errDecode = errors.New("bench: a frame was not read whole")

func (d *decoder) pass() error {
	frames, pairs := 0, 0
	var f hj212.Frame
	for rest := d.stream; len(rest) > 0; {
		n := min(piece, len(rest))
		if _, err := d.scanner.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
		for d.scanner.Next(&f) {
			if !f.OK() || f.ParseItems(&d.area) != 0 {
				return errDecode
			}
			frames++
			for i := range d.area.Items {
				for _, p := range d.area.Items[i].Pairs {
					if len(p.Value) > 0 {
						pairs++
					}
				}
			}
		}
	}
	if frames != variants || pairs == 0 {
		return fmt.Errorf("%w: %d of %d", errDecode, frames, variants)
	}
	d.seen += pairs
	return nil
}

// uploads makes n minute uploads of stack monitors, each with its own time and
// values, and gives the stream and the bytes that each CRC covers.
func uploads(n int) (stream []byte, segments [][]byte, err error) {
	r := rand.New(rand.NewPCG(1, 212))
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing)
	for i := range n {
		at = at.Add(10 * time.Minute)
		num := func(lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }
		var b bytes.Buffer
		fmt.Fprintf(&b, "QN=%s%03d;ST=31;CN=2051;PW=123456;MN=010000A8900016F0%08X;Flag=5;CP=&&DataTime=%s", at.Format("20060102150405"), i%1000, i, at.Format("20060102150405"))
		for _, code := range []string{"a21026", "a21002", "a34013"} {
			v := num(10, 90)
			fmt.Fprintf(&b, ";%[1]s-Min=%.2[2]f,%[1]s-Avg=%.2[3]f,%[1]s-Max=%.2[4]f,%[1]s-ZsAvg=%.2[5]f,%[1]s-Flag=N", code, v*0.8, v, v*1.2, v*1.25)
		}
		fmt.Fprintf(&b, ";a00000-Avg=%.2f,a00000-Cou=%.3f,a00000-Flag=N;a19001-Avg=%.2f,a19001-Flag=N;a01011-Avg=%.2f,a01011-Flag=N;a01012-Avg=%.3f,a01012-Flag=N;a01014-Avg=%.6f,a01014-Flag=N&&",
			num(100000, 200000), num(600000, 900000), num(6, 12), num(5, 15), num(100, 150), num(5, 9))
		start := len(stream)
		if stream, err = hj212.AppendSegment(stream, b.Bytes()); err != nil {
			return nil, nil, err
		}
		segments = append(segments, stream[start+6:len(stream)-6])
	}
	return stream, segments, nil
}

// byteTable is the table of the CRC: eight shift steps of each byte.
var byteTable = func() (t [256]uint16) {
	for i := range t {
		c := uint16(i)
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
		t[i] = c
	}
	return t
}()

// byteTableCRC is the CRC of HJ 212 as it is usually written, one look-up a byte:
// the measure that decoding is held against.
func byteTableCRC(p []byte) uint16 {
	c := uint16(0xFFFF)
	for _, b := range p {
		c = byteTable[byte(c>>8)^b]
	}
	return c
}
