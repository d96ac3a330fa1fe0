package gap

import (
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// Kind is what is known of one kind of data.
type Kind struct {
	CN    hj212.Command
	Name  string // realtime, minute, hour, day
	Title string
	base  time.Duration // the finest rhythm; realtime: the device's own
	grace time.Duration // how long after its moment a slot counts as missing
	step  time.Duration // the longest stretch of one pass
	young int           // distances that are watched before anything is missed
	hold  time.Duration // how long a new device may take to send what it has kept
	ask   bool          // HJ 212 has a command that calls it back
}

// Kinds are the kinds of data that are watched, in the order of the calendar.
var Kinds = []Kind{
	{CN: telemetry.CNRealtime, Name: "realtime", Title: "实时", grace: 10 * time.Minute, step: time.Hour, young: 10, hold: 30 * time.Minute},
	{CN: telemetry.CNMinute, Name: "minute", Title: "分钟", base: time.Minute, grace: 30 * time.Minute, step: 6 * time.Hour, young: 4, ask: true, hold: 2 * time.Hour},
	{CN: telemetry.CNHour, Name: "hour", Title: "小时", base: time.Hour, grace: 75 * time.Minute, step: 48 * time.Hour, young: 4, ask: true, hold: 12 * time.Hour},
	{CN: telemetry.CNDay, Name: "day", Title: "日", base: 24 * time.Hour, grace: 18 * time.Hour, step: 31 * 24 * time.Hour, young: 2, ask: true, hold: 10 * 24 * time.Hour},
}

func kindOf(cn hj212.Command) *Kind {
	for i := range Kinds {
		if Kinds[i].CN == cn {
			return &Kinds[i]
		}
	}
	return nil
}

// rhythm is how a device sends one kind of data, and up to where that has been
// looked at. Times are microseconds, as the store has them.
type rhythm struct {
	DeviceID string
	CN       hj212.Command
	Last     int64 // the last slot, come or missed
	Pace     int64 // slots are so many bases apart; 0 = still being learned
	Seen     int64 // distances seen while learning
	Least    int64 // the smallest of them
	Other    int64 // a distance that differs from the pace …
	Streak   int64 // … and how often it came in a row
	Until    int64 // looked at up to here

	base int64 // microseconds
}

// waits reports that a device that is still being learned is read again from its
// last slot on: see hold.
func (r *rhythm) waits() bool { return r.Pace == 0 && r.Until == r.Last+1 }

// A new pace is believed after so many equal distances in a row: early for a
// faster one, which hides nothing, late for a slower one, which looks like a
// failing device.
const (
	faster = 3
	slower = 6
)

// run is an unbroken series of slots that did not come.
type run struct {
	First, Last int64
	Step        int64
	Slots       int64
}

// find is what one walk has found.
type find struct {
	came    map[int64]int64 // slots that came, by day
	missing []run
}

// walk looks at the moments that are stored in [Until, until), in order. The
// rhythm is by distances, so the phase of a device does not matter, nor a second
// more or less.
func (r *rhythm) walk(moments []int64, until int64, young int) find {
	f := find{came: map[int64]int64{}}
	for _, t := range moments {
		if r.Last == 0 {
			r.Last = t
			f.came[dayOf(t)]++
			continue
		}
		n := nearest(t-r.Last, r.base)
		if n <= 0 {
			continue // a correction, another packet, or out of turn
		}
		f.came[dayOf(t)]++
		if r.Pace == 0 {
			r.learn(n, young)
			r.Last = t
			continue
		}
		step := r.Pace * r.base
		if slots := nearest(t-r.Last, step); slots > 1 {
			f.missing = append(f.missing, run{First: r.Last + step, Last: r.Last + (slots-1)*step, Step: step, Slots: slots - 1})
		}
		r.Last = t
		r.adapt(n)
	}
	if r.Pace > 0 && r.Last > 0 {
		step := r.Pace * r.base
		// Half a step later no frame can belong to the slot any more.
		if slots := (until - r.Last - step/2) / step; slots > 0 {
			f.missing = append(f.missing, run{First: r.Last + step, Last: r.Last + slots*step, Step: step, Slots: slots})
			r.Last += slots * step
		}
	}
	r.Until = until
	return f
}

func (r *rhythm) learn(n int64, young int) {
	if r.Seen == 0 || n < r.Least {
		r.Least = n
	}
	if r.Seen++; r.Seen >= int64(young) {
		r.Pace = r.Least
	}
}

func (r *rhythm) adapt(n int64) {
	switch {
	case n == r.Pace:
		r.Other, r.Streak = 0, 0
		return
	case n == r.Other:
		r.Streak++
	default:
		r.Other, r.Streak = n, 1
	}
	if n < r.Pace && r.Streak >= faster || n > r.Pace && r.Streak >= slower {
		r.Pace, r.Other, r.Streak = n, 0, 0
	}
}

// nearest is how many steps a distance is.
func nearest(d, step int64) int64 { return (d + step/2) / step }

// dayOf is the midnight in Beijing of a moment.
func dayOf(t int64) int64 {
	return telemetry.Day.Start(time.UnixMicro(t)).UnixMicro()
}

// perDay counts the slots of a run by day.
func (g run) perDay() map[int64]int64 {
	out := map[int64]int64{}
	for t := g.First; t <= g.Last; {
		end := dayOf(t) + int64(24*time.Hour/time.Microsecond)
		n := min((end-1-t)/g.Step, (g.Last-t)/g.Step) + 1
		out[dayOf(t)] += n
		t += n * g.Step
	}
	return out
}

// fill takes out of a run what the moments have filled; left is what is still
// missing, came how many slots came, by day.
func (g run) fill(moments []int64) (left []run, came map[int64]int64) {
	there := map[int64]bool{}
	for _, t := range moments {
		if i := nearest(t-g.First+g.Step, g.Step) - 1; i >= 0 && i < g.Slots {
			there[i] = true
		}
	}
	if len(there) == 0 {
		return []run{g}, nil
	}
	came = map[int64]int64{}
	for i := int64(0); i < g.Slots; {
		if there[i] {
			came[dayOf(g.First+i*g.Step)]++
			i++
			continue
		}
		j := i
		for j < g.Slots && !there[j] {
			j++
		}
		left = append(left, run{First: g.First + i*g.Step, Last: g.First + (j-1)*g.Step, Step: g.Step, Slots: j - i})
		i = j
	}
	return left, came
}

// cut divides a run behind a moment; rest is empty when nothing lies behind it.
func (g run) cut(to int64) (head, rest run) {
	n := min((to-g.First)/g.Step+1, g.Slots)
	head = run{First: g.First, Last: g.First + (n-1)*g.Step, Step: g.Step, Slots: n}
	rest = run{First: g.First + n*g.Step, Last: g.Last, Step: g.Step, Slots: g.Slots - n}
	return head, rest
}
