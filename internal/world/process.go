package world

import "time"

// Flags of HJ 212-2017 that our monitors send.
const (
	Normal      = 'N'
	Stopped     = 'F' // the plant is shut down
	Calibrating = 'C'
)

// Reading is one value as a monitor knows it at a moment.
type Reading struct {
	Value     string // decimal text with the instrument's digits
	Converted string // 折算值 at reference oxygen; "" where none applies
	Flag      byte
}

// Truth is what really happens at an outlet, which no monitor tells; detection
// is measured against it.
type Truth struct {
	Load       float64  // production, 1 = full
	Efficiency float64  // of the treatment, 0 to 1
	Incident   Incident // zero Kind when all is well
}

// reading is a value before it becomes text.
type reading struct {
	value, converted fixed
	flag             byte
}

// tick is the grid on which instruments measure, in seconds.
const tick = 30

// analyser is how often a water analyser (COD, NH3-N, metals …) gives a new
// result, in seconds; in between it repeats the last one.
const analyser = 3600

// Value gives the reading of a factor at a moment; false when the outlet does
// not measure it. An offline monitor still measures: Online says whether it
// sends.
func (w *World) Value(o *Outlet, code string, at time.Time) (Reading, bool) {
	i := o.factor(code)
	if i < 0 {
		return Reading{}, false
	}
	s := w.observe(o, at.Unix())
	return s.text(o, i), true
}

// Truth tells what really happens at the outlet.
func (w *World) Truth(o *Outlet, at time.Time) Truth {
	t := at.Unix()
	in, p := w.incidentAt(o, t)
	return Truth{Load: float64(o.load(t)) / float64(one), Efficiency: float64(o.efficiency(t, in, p)) / float64(one), Incident: in}
}

// load is production at a moment, 1 = full: the daily pattern, joined between
// hours, with the week's rhythm and slow noise.
func (o *Outlet) load(t int64) fixed {
	local := t + 8*3600
	day, sec := local/86400, local%86400
	h, rest := sec/3600, sec%3600
	p := o.plant.pattern
	a, b := p.hours[h], p.hours[(h+1)%24]
	v := f(10*a) + fixed((f(10*b)-f(10*a))*fixed(rest)/3600)
	if (day+4)%7 == 0 { // 1970-01-01 was a Thursday
		v = v * fixed(p.sunday) / 100
	}
	return clamp(mul(v, one+mul(f(50), wave(mix(o.key^1), t, 5400))), 0, f(1100))
}

// efficiency is how well the treatment works: near its design value, less
// during a failure.
func (o *Outlet) efficiency(t int64, in Incident, progress fixed) fixed {
	leak := one - o.plant.efficiency
	leak = mul(leak, one+mul(f(150), wave(mix(o.key^2), t, 10800)))
	e := one - leak
	if in.Kind == Exceed {
		e = mul(e, one-mul(in.depth, progress))
	}
	return e
}

// sample is everything that a monitor shows at one tick.
type sample struct {
	values []reading
}

// observe computes an outlet's readings at a moment, in the order of Factors.
func (w *World) observe(o *Outlet, t int64) sample {
	var s sample
	w.observeInto(o, t, &s)
	return s
}

func (w *World) observeInto(o *Outlet, t int64, s *sample) {
	t -= t % tick
	in, progress := w.incidentAt(o, t)
	if in.Kind == Constant { // the instrument shows what it showed when it froze
		t, in = in.From.Unix()-in.From.Unix()%tick, Incident{}
	}
	s.values = s.values[:0]
	load, flag := o.load(t), byte(Normal)
	if load < f(60) {
		flag = Stopped
	}
	if o.calibrating(t) {
		flag = Calibrating
	}
	o2 := o.oxygen(t, in)
	for i := range o.Factors {
		x := &o.Factors[i]
		r := reading{flag: flag}
		switch x.role {
		case flow:
			r.value = o.flow(t, load, in)
		case oxygen:
			r.value = o2
		case acidity:
			r.value = o.acidity(t, in, progress)
		case parameter:
			r.value = x.base + mul(mul(x.base, x.swing), wave(keyOf(o.key, x.Code), t, 1800))
		default:
			r.value = w.concentration(o, x, t, in, progress)
			if o.plant.o2ref > 0 {
				r.converted = r.value
				// The converted value is what limits are about: it was made first,
				// and the measured one is what the analyser sees at this oxygen.
				r.value = mul(r.value, div(f(21000)-o2, f(21000)-o.plant.o2ref))
			}
		}
		s.values = append(s.values, r)
	}
}

// concentration is what leaves the outlet: what goes into the treatment times
// what it lets through, with plant noise (hours and quarters of an hour) and
// instrument noise (every tick).
func (w *World) concentration(o *Outlet, x *Factor, t int64, in Incident, progress fixed) fixed {
	at := t
	if o.Kind == Water {
		at -= at % analyser
	}
	if in.Kind != "" && at < in.From.Unix() { // the analyser has not run since
		in, progress = Incident{}, 0
	} else if in.Kind == Exceed {
		progress = in.progress(at)
	}
	k := keyOf(o.key, x.Code)
	normal := mul(x.limit, f(300)+mul(f(250), share(k, -1)))
	leak := div(one-o.efficiency(at, in, progress), one-o.plant.efficiency)
	v := mul(normal, leak)
	v = mul(v, f(750)+mul(f(250), o.load(at)))
	v = mul(v, one+mul(f(140), wave(k, at, 7200))+mul(f(60), wave(mix(k), at, 900)))
	if in.Kind == Bypass { // what the monitor meets is not what leaves
		v = mul(v, f(80))
	}
	return max(0, mul(v, one+mul(f(10), 2*share(mix(k^3), at/tick)-one)))
}

func (o *Outlet) flow(t int64, load fixed, in Incident) fixed {
	v := mul(o.plant.design, load)
	if in.Kind == Bypass {
		v = mul(v, f(50))
	}
	return mul(v, one+mul(f(20), wave(mix(o.key^5), t, 600))+mul(f(8), 2*share(mix(o.key^6), t/tick)-one))
}

// oxygen is O2 in the flue gas, more of it at low load; a bypass lets air in.
func (o *Outlet) oxygen(t int64, in Incident) fixed {
	if o.plant.o2ref == 0 {
		return 0
	}
	v := o.plant.o2 + mul(f(1800), one-o.load(t)) + mul(f(350), wave(mix(o.key^4), t, 1200))
	if in.Kind == Bypass {
		v = f(19400) + mul(f(200), wave(mix(o.key^4), t, 1200))
	}
	return clamp(v, f(2000), f(20300))
}

// acidity is pH, between 6.9 and 8.1 when dosing works and falling when it fails.
func (o *Outlet) acidity(t int64, in Incident, progress fixed) fixed {
	v := f(7500) + mul(f(450), wave(mix(o.key^7), t, 9000)) + mul(f(80), wave(mix(o.key^8), t, 600))
	if in.Kind == Exceed {
		v -= mul(f(900), progress)
	}
	return v
}

// calibrating reports the quarter of an hour, once a week before dawn, in which
// the monitor measures its standards.
func (o *Outlet) calibrating(t int64) bool {
	local := t + 8*3600
	day, sec := local/86400, local%86400
	if (day+int64(o.key%7))%7 != 0 {
		return false
	}
	from := int64(2*3600 + o.key>>8%120*60)
	return sec >= from && sec < from+900
}

// text writes one of the sample's readings as the monitor sends it.
func (s sample) text(o *Outlet, i int) Reading {
	r, x := s.values[i], &o.Factors[i]
	out := Reading{Value: r.value.text(x.Digits), Flag: r.flag}
	if o.converts(x) {
		out.Converted = r.converted.text(x.Digits)
	}
	return out
}

// converts reports whether the factor is sent with converted values.
func (o *Outlet) converts(x *Factor) bool { return o.plant.o2ref > 0 && x.role == pollutant }
