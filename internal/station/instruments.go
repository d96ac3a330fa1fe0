package station

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

// Instruments are those of one outlet of the synthetic world, behind a station of
// any edition. What they say of a moment is a function of the outlet and the moment,
// so that a history is what was sent before.
type Instruments struct {
	World  *world.World
	Outlet *world.Outlet
	set    map[string]string // what command 3021 set, by factor and item
}

// code is a factor's code in an edition; empty when 2005 had none.
func code(f *world.Factor, v hj212.Version) string {
	if v == hj212.V2005 {
		return f.Old
	}
	return f.Code
}

func stamp(t time.Time) string { return string(hj212.AppendTime(nil, t)) }

// Realtime writes the data area of 2011.
func (x *Instruments) Realtime(v hj212.Version, at time.Time) []byte {
	var b hj212.AreaBuilder
	b.Param("DataTime", stamp(at))
	for i := range x.Outlet.Factors {
		f := &x.Outlet.Factors[i]
		r, ok := x.World.Value(x.Outlet, f.Code, at)
		if !ok || code(f, v) == "" {
			continue
		}
		pairs(&b, v, f, "Rtd", r.Value, "ZsRtd", r.Converted, "Flag", string(r.Flag))
	}
	return b.Bytes()
}

// Period writes the data area of minute, hour and daily values.
func (x *Instruments) Period(v hj212.Version, from time.Time, length time.Duration) []byte {
	var b hj212.AreaBuilder
	b.Param("DataTime", stamp(from))
	for i, s := range x.World.Period(x.Outlet, from, length) {
		if f := &x.Outlet.Factors[i]; code(f, v) != "" {
			pairs(&b, v, f, "Cou", s.Cou, "Min", s.Min, "Avg", s.Avg, "Max", s.Max,
				"ZsMin", s.ZsMin, "ZsAvg", s.ZsAvg, "ZsMax", s.ZsMax, "Flag", string(s.Flag))
		}
	}
	return b.Bytes()
}

// States writes the data area of 2021: two facilities, which run while the plant does.
func (x *Instruments) States(at time.Time) []byte {
	state := "0"
	if x.World.Truth(x.Outlet, at).Load > 0 {
		state = "1"
	}
	return []byte("DataTime=" + stamp(at) + ";SB1-RS=" + state + ";SB2-RS=" + state)
}

// pairs adds the pairs that have a value; measured ones go in the factor's format of
// the edition, as the standard wants them on the wire.
func pairs(b *hj212.AreaBuilder, v hj212.Version, f *world.Factor, all ...string) {
	factor, _ := hj212.Factor(f.Code, v)
	top, numeric := factor.Ceiling()
	for i := 0; i < len(all); i += 2 {
		value := all[i+1]
		if d, ok := hj212.ParseDecimal([]byte(value)); ok && numeric && all[i] != "Cou" && len(value) < 14 {
			value = rounded(d, top.Scale).String()
		}
		if value != "" {
			b.Pair(code(f, v), all[i], value)
		}
	}
}

// rounded takes digits off behind the point, half to even.
func rounded(d hj212.Decimal, scale int8) hj212.Decimal {
	if d.Scale <= scale {
		return d
	}
	unit := int64(1)
	for ; d.Scale > scale; d.Scale-- {
		unit *= 10
	}
	whole, rest := d.Mantissa/unit, d.Mantissa%unit
	if rest < 0 {
		rest = -rest
	}
	if 2*rest > unit || 2*rest == unit && whole%2 != 0 {
		if d.Mantissa < 0 {
			whole--
		} else {
			whole++
		}
	}
	d.Mantissa = whole
	return d
}

// maxRecords bounds the answer to one request for a history.
const maxRecords = 5000

// history answers the requests of one station: it knows the edition and the
// intervals that the host has set, and the time.
type history struct {
	*Instruments
	station *hj212.Station
	now     func() time.Time
}

// Records writes the histories of values, run times, raw values, checks and logs,
// up to now.
func (h history) Records(q hj212.StationQuery) (all [][]byte) {
	length := map[hj212.Command]time.Duration{
		hj212.UploadRealtime: time.Duration(max(h.station.Settings.RtdInterval, 1)) * time.Second,
		hj212.UploadMinute:   time.Duration(max(h.station.Settings.MinInterval, 1)) * time.Minute,
		hj212.UploadHour:     time.Hour, 2013: time.Hour,
		hj212.UploadDay: day, hj212.UploadRunTime: day, 2062: day, 3020: day,
	}[q.Command]
	if length == 0 {
		return nil
	}
	end := h.now()
	for t := floor(q.Begin.Add(length-1), length); !t.After(q.End) && !t.Add(length).After(end) && len(all) < maxRecords; t = t.Add(length) {
		if area := h.record(q, t, length); area != nil {
			all = append(all, area)
		}
	}
	return all
}

const day = 24 * time.Hour

// floor is the last moment at or before t on the grid of length in local time.
func floor(t time.Time, length time.Duration) time.Time {
	_, offset := t.In(hj212.Beijing).Zone()
	shift := time.Duration(offset) * time.Second
	return t.Add(shift).Truncate(length).Add(-shift)
}

// record writes one data area of a history, nil when there is none.
func (h history) record(q hj212.StationQuery, t time.Time, length time.Duration) []byte {
	v := h.station.Version
	switch q.Command {
	case hj212.UploadRealtime:
		return h.Realtime(v, t)
	case hj212.UploadRunTime:
		return []byte("DataTime=" + stamp(t) + ";SB1-RT=23.50;SB2-RT=23.50")
	case 3020:
		return []byte("DataTime=" + stamp(t.Add(6*time.Hour)) + ";PolId=" + q.PolID + ";" + q.InfoID + "-Info=//（模拟）自动清洗，量程校准通过//")
	case 2013, 2062:
		return h.analysis(q.Command, t)
	}
	return h.Period(v, t, length)
}

// analysis writes what a periodic analyser measured at t (2013), or found in a
// standard sample (2062).
func (h history) analysis(cn hj212.Command, t time.Time) []byte {
	var b hj212.AreaBuilder
	b.Param("DataTime", stamp(t))
	for i := range h.Outlet.Factors {
		f := &h.Outlet.Factors[i]
		r, ok := h.World.Value(h.Outlet, f.Code, t)
		if !ok || f.Code == "w00000" || f.Code == "a00000" {
			continue
		}
		if cn == 2062 {
			pairs(&b, h.station.Version, f, "SampleRd", r.Value, "StandardValue", r.Value, "ResultType", "1")
			continue
		}
		pairs(&b, h.station.Version, f, "SampleTime", stamp(t.Add(69*time.Second)), "CompleteTime", stamp(t.Add(42*time.Minute)), "SampleType", "1",
			"Avg", r.Value, "Flag", string(r.Flag))
	}
	if b.Len() == len("DataTime=")+14 {
		return nil
	}
	return b.Bytes()
}

// items are what the instruments say of themselves.
var items = map[string]string{
	"i12001": "7", "i12002": "0", "i12003": "0", "i13001": "200", "i13003": "60", "i13004": "165.0", "i13005": "15", "i13009": "4",
	"i22001": "0", "i22003": "0", "i33101": "25", "i33102": "55", "i33103": "221", "Stime": "42",
}

// Info answers for an information item, set values first.
func (h history) Info(polID, item string) (string, bool) {
	if polID != "" && !h.measures(polID) {
		return "", false
	}
	if v, ok := h.set[polID+" "+item]; ok {
		return v, true
	}
	if item == "SN" {
		return fmt.Sprintf("DEED%s%014d", strings.Repeat("0", 6), serial(polID)), true
	}
	v, ok := items[item]
	return v, ok
}

// serial makes a number of a code.
func serial(polID string) int {
	n, err := strconv.Atoi(strings.TrimLeft(polID, "aw"))
	if err != nil {
		return 0
	}
	return n
}

// measures reports whether a code, of either edition, is one of the outlet.
func (x *Instruments) measures(polID string) bool {
	for i := range x.Outlet.Factors {
		if f := &x.Outlet.Factors[i]; f.Code == polID || f.Old == polID && polID != "" {
			return true
		}
	}
	return false
}

// Act obeys an order to an instrument: one it does not have is a wrong argument.
func (h history) Act(cn hj212.Command, polID string, a *hj212.Area) int {
	if polID != "" && !h.measures(polID) {
		return hj212.ExeArgument
	}
	if cn == 3021 {
		if h.set == nil {
			h.Instruments.set = map[string]string{}
		}
		for i := range a.Items {
			if value, ok := a.Items[i].Get("Info"); ok {
				h.set[polID+" "+string(a.Items[i].Code)] = string(value)
			}
		}
	}
	return hj212.ExeDone
}

// Outlet finds an outlet of the world for a station of system st: 31 gas, 32 water.
func Outlet(w *world.World, st string) (*Instruments, error) {
	for _, o := range w.Outlets() {
		if o.ST == st && len(o.Factors) > 3 {
			return &Instruments{World: w, Outlet: o}, nil
		}
	}
	return nil, fault.Invalidf("模拟现场端只有废气（31）和废水（32），没有系统编码 %s", st)
}
