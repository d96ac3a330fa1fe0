package world

import (
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// Report is one kind of data that a monitor uploads.
type Report hj212.Command

// The reports of our monitors.
const (
	Realtime = Report(hj212.UploadRealtime)
	Minute   = Report(hj212.UploadMinute)
	Hour     = Report(hj212.UploadHour)
	Day      = Report(hj212.UploadDay)
)

// MinInterval is the length of minute data (分钟数据间隔).
const MinInterval = 10 * time.Minute

// length is the period that the report sums up, 0 for realtime data.
func (r Report) length() time.Duration {
	switch r {
	case Minute:
		return MinInterval
	case Hour:
		return time.Hour
	case Day:
		return 24 * time.Hour
	}
	return 0
}

// Packet is one frame as a monitor sends it, with what identifies it. Bytes has
// the tail (CR LF), Raw has not.
type Packet struct {
	MN       string
	ST       string
	CN       string
	QN       string
	DataTime string
	PNO      int // 0 when the report is not split
	Bytes    []byte
}

// Raw is the frame from ## to the last digit of the CRC.
func (p Packet) Raw() []byte { return p.Bytes[:len(p.Bytes)-2] }

// Packets builds the frames of one report: for realtime data the moment of
// collection, else the start of the period. A report that would pass 1024 bytes
// is split at factors. Every packet has a QN of its own that depends on the
// report alone, so that a packet sent again is the same to the last byte.
func (w *World) Packets(o *Outlet, r Report, at time.Time) ([]Packet, error) {
	at = at.In(Beijing)
	items := w.items(o, r, at)
	stamp := string(hj212.AppendTime(nil, at))
	groups := pack(items, room)
	out := make([]Packet, 0, len(groups))
	for i, g := range groups {
		p := Packet{MN: o.MN, ST: o.ST, CN: hj212.Command(r).String(), DataTime: stamp}
		p.QN = string(hj212.AppendQN(nil, sent(r, at).Add(time.Duration(i)*time.Millisecond)))
		m := hj212.Message{QN: p.QN, ST: p.ST, CN: p.CN, PW: o.Password, MN: p.MN, Flag: hj212.FlagAnswer.WithVersion(o.edition())}
		if len(groups) > 1 {
			m.Flag |= hj212.FlagSplit
			m.PNUM, m.PNO = len(groups), i+1
			p.PNO = i + 1
		}
		m.Area = append([]byte("DataTime="+stamp), g...)
		var err error
		if p.Bytes, err = hj212.AppendFrame(nil, &m); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// edition is the one the outlet's monitor speaks, plain in 2025 too.
func (o *Outlet) edition() hj212.Version {
	switch o.Protocol {
	case "2005":
		return hj212.V2005
	case "2025":
		return hj212.V2025
	}
	return hj212.V2017
}

// sent is the moment that a report's QN bears: its data's own for realtime, the
// end of the period for the others; the milliseconds keep reports of one second
// apart.
func sent(r Report, at time.Time) time.Time {
	at = at.Add(r.length())
	switch r {
	case Minute:
		return at.Add(200 * time.Millisecond)
	case Hour:
		return at.Add(400 * time.Millisecond)
	case Day:
		return at.Add(600 * time.Millisecond)
	}
	return at
}

// room is how many bytes of items fit into a standard segment: the header of a
// split packet leaves 924 bytes for the data area, of which DataTime takes some.
const room = 924 - len("DataTime=20261121093000")

// pack joins items to groups of at most limit bytes; a factor is never cut.
func pack(items [][]byte, limit int) [][]byte {
	var out [][]byte
	for _, it := range items {
		if n := len(out); n > 0 && len(out[n-1])+len(it) <= limit {
			out[n-1] = append(out[n-1], it...)
		} else {
			out = append(out, append([]byte(nil), it...))
		}
	}
	if out == nil {
		out = [][]byte{nil}
	}
	return out
}

// items writes each factor's pairs, with a semicolon in front.
func (w *World) items(o *Outlet, r Report, at time.Time) [][]byte {
	out := make([][]byte, 0, len(o.Factors))
	if r == Realtime {
		s := w.observe(o, at.Unix())
		for i := range o.Factors {
			v := s.text(o, i)
			out = append(out, o.item(&o.Factors[i], v.Flag, [][2]string{{"Rtd", v.Value}, {"ZsRtd", v.Converted}}))
		}
		return out
	}
	for i, st := range w.Period(o, at, r.length()) {
		out = append(out, o.item(&o.Factors[i], st.Flag, [][2]string{
			{"Cou", st.Cou}, {"Min", st.Min}, {"Avg", st.Avg}, {"Max", st.Max}, {"ZsMin", st.ZsMin}, {"ZsAvg", st.ZsAvg}, {"ZsMax", st.ZsMax}}))
	}
	return out
}

func (o *Outlet) item(x *Factor, flag byte, pairs [][2]string) []byte {
	code := x.Code
	if o.Protocol == "2005" {
		code = x.Old
	}
	b := []byte{';'}
	for _, p := range pairs {
		if p[1] == "" {
			continue
		}
		b = append(b, code...)
		b = append(b, '-')
		b = append(b, p[0]...)
		b = append(b, '=')
		b = append(b, p[1]...)
		b = append(b, ',')
	}
	b = append(b, code...)
	b = append(b, "-Flag="...)
	return append(b, flag)
}

// Schedule is what a monitor uploads by itself: realtime data every Interval,
// minute data every ten minutes, hour and day data when the period is over.
type Schedule struct {
	Interval time.Duration // RtdInterval, 0 = no realtime data
	Minute   bool
	Hour     bool
	Day      bool
}

// Due lists what is sent at a moment that lies on the schedule's grid, oldest
// period first, with the time each report bears.
func (s Schedule) Due(at time.Time) []Due {
	local := at.Unix() + 8*3600
	var out []Due
	add := func(on bool, r Report) {
		length := int64(r.length() / time.Second)
		if on && local%length == 0 {
			out = append(out, Due{r, at.Add(-r.length())})
		}
	}
	add(s.Day, Day)
	add(s.Hour, Hour)
	add(s.Minute, Minute)
	if step := int64(s.Interval / time.Second); step > 0 && local%step == 0 {
		out = append(out, Due{Realtime, at})
	}
	return out
}

// Due is one report that is to be sent.
type Due struct {
	Report Report
	At     time.Time
}

// step is the grid of the schedule: every report falls on it.
func (s Schedule) step() time.Duration {
	step := int64(Hour.length())
	for _, on := range []struct {
		yes    bool
		length time.Duration
	}{{s.Interval > 0, s.Interval}, {s.Minute, MinInterval}} {
		if on.yes {
			step = gcd(step, int64(on.length))
		}
	}
	return time.Duration(step)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// String names the report by its command code, e.g. 2011.
func (r Report) String() string { return hj212.Command(r).String() }
