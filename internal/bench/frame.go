package bench

import (
	"bytes"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Factors is how many factors a frame of the crowd carries.
const Factors = 8

// codes are the factors of every station; the first is the one with a limit that
// some stations break.
var codes = [Factors]string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"}

// MN names a station of the crowd.
func MN(station int) string { return fmt.Sprintf("BE2C%020d", station) }

const mnPrefix = "BE2C"

// stationOf reads back what MN wrote.
func stationOf(mn string) (n int, ok bool) {
	if len(mn) != 24 || mn[:4] != mnPrefix {
		return 0, false
	}
	for _, c := range []byte(mn[4:]) {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

const password = "123456"

// always reports whether a station exceeds its limit all the time, one in 200:
// the rules then have alarms to keep alive.
func always(station int) bool { return station%200 == 7 }

// frames writes the frames of one connection, reusing its memory.
type frames struct {
	minute  bool
	breaks  func(station int, at time.Time) bool // nil = always decides
	heads   [][]byte                             // of each station: everything between QN's time and DataTime's
	segment []byte
	stamp   [14]byte
}

func newFrames(minute bool, stations []int) *frames {
	f := &frames{minute: minute}
	cn := hj212.UploadRealtime
	if minute {
		cn = hj212.UploadMinute
	}
	for _, s := range stations {
		f.heads = append(f.heads, fmt.Appendf(nil, ";ST=31;CN=%s;PW=%s;MN=%s;Flag=5;CP=&&DataTime=", cn, password, MN(s)))
	}
	return f
}

// over reports whether the first factor of a frame breaks its limit.
func (f *frames) over(station int, at time.Time) bool {
	return always(station) || f.breaks != nil && f.breaks(station, at)
}

// append writes the frame of the i-th station for a moment, some 490 bytes of
// realtime data or 590 of minute data. It is the same to the last byte whenever
// it is written.
func (f *frames) append(dst []byte, i, station int, at time.Time) []byte {
	stamp := hj212.AppendTime(f.stamp[:0], at)
	b := append(f.segment[:0], "QN="...)
	b = append(b, stamp...)
	b = append(b, '0', '0', '0')
	b = append(b, f.heads[i]...)
	b = append(b, stamp...)
	r := uint64(at.Unix())*0x9E3779B97F4A7C15 + uint64(station)*0xBF58476D1CE4E5B9
	for n, code := range codes {
		r ^= r >> 29
		r *= 0x94D049BB133111EB
		low := 10 + r>>8%35 // 10.00 to 44.99, the limit being 50
		if n == 0 && f.over(station, at) {
			low = 60 + r>>8%35
		}
		cents := r >> 20 % 100
		pair := func(name string, whole uint64) {
			b = append(append(b, code...), name...)
			b = append(b, byte('0'+whole/10%10), byte('0'+whole%10), '.', byte('0'+cents/10), byte('0'+cents%10), ',')
		}
		b = append(b, ';')
		if f.minute {
			pair("-Min=", low-5)
			pair("-Avg=", low)
			pair("-Max=", low+4)
			pair("-ZsAvg=", low+1)
		} else {
			pair("-Rtd=", low)
			pair("-ZsRtd=", low+1)
		}
		b = append(append(b, code...), "-Flag=N"...)
	}
	f.segment = append(b, "&&"...)
	dst, err := hj212.AppendSegment(dst, f.segment)
	if err != nil {
		panic(err) // its length is bounded
	}
	return dst
}

// raw is a frame as it is stored: without CR LF.
func raw(frame []byte) []byte { return bytes.TrimSuffix(frame, []byte("\r\n")) }
