package world

import "time"

// Stats is what a monitor reports of a period: least, mean and greatest value,
// the total where one makes sense, and the converted values of flue gas. Texts
// are decimals; "" where there is none.
type Stats struct {
	Min, Avg, Max       string
	Cou                 string // m³ of flow, kg of a pollutant
	ZsMin, ZsAvg, ZsMax string
	Flag                byte
}

// Period computes the statistics of every factor, in the order of Factors, over
// [from, from+length). One pass serves all factors. A day is summed up from every
// tenth reading, as loggers do it from five-minute values. Flue gas counts as normal
// when at least 75 % of its readings are; in waste water one reading that is
// not normal marks the period (HJ 212-2017, flags of aggregated data).
func (w *World) Period(o *Outlet, from time.Time, length time.Duration) []Stats {
	n := len(o.Factors)
	acc := make([]sums, n)
	qi := -1
	for i := range o.Factors {
		if o.Factors[i].role == flow {
			qi = i
		}
	}
	var s sample
	start, end, step := from.Unix(), from.Add(length).Unix(), int64(tick)
	if length >= 24*time.Hour {
		step *= 10
	}
	for t := start; t < end; t += step {
		w.observeInto(o, t, &s)
		for i := range acc {
			acc[i].add(s.values[i])
		}
		if qi >= 0 {
			q := s.values[qi].value
			for i := range acc {
				acc[i].load += mul(s.values[i].value, q)
			}
		}
	}
	out := make([]Stats, n)
	for i := range out {
		out[i] = acc[i].stats(o, &o.Factors[i], step)
	}
	return out
}

// sums gathers one factor's readings: all of them, and the normal ones apart.
type sums struct {
	all, normal spread
	load        fixed // Σ value·flow, for mass
	bad         byte  // first flag that is not normal
}

type spread struct {
	n                        int
	sum, lo, hi, zs, zlo, zh fixed
}

func (s *sums) add(r reading) {
	s.all.add(r)
	if r.flag == Normal {
		s.normal.add(r)
	} else if s.bad == 0 {
		s.bad = r.flag
	}
}

func (p *spread) add(r reading) {
	if p.n == 0 {
		p.lo, p.hi, p.zlo, p.zh = r.value, r.value, r.converted, r.converted
	}
	p.n++
	p.sum, p.zs = p.sum+r.value, p.zs+r.converted
	p.lo, p.hi = min(p.lo, r.value), max(p.hi, r.value)
	p.zlo, p.zh = min(p.zlo, r.converted), max(p.zh, r.converted)
}

func (s *sums) stats(o *Outlet, x *Factor, step int64) Stats {
	st := Stats{Flag: Normal}
	switch {
	case s.bad == 0:
	case o.Kind == Gas && s.normal.n*4 >= s.all.n*3:
	case o.Kind == Gas && s.bad == Calibrating:
		st.Flag = 'D'
	default:
		st.Flag = s.bad
	}
	p := s.normal
	if p.n == 0 {
		p = s.all
	}
	if p.n == 0 {
		return st
	}
	st.Min, st.Avg, st.Max = p.lo.text(x.Digits), mean(p.sum, p.n).text(x.Digits), p.hi.text(x.Digits)
	if o.converts(x) {
		st.ZsMin, st.ZsAvg, st.ZsMax = p.zlo.text(x.Digits), mean(p.zs, p.n).text(x.Digits), p.zh.text(x.Digits)
	}
	switch {
	case x.role == flow && o.Kind == Water: // L/s × s / 1000
		st.Cou = (s.all.sum * fixed(step) / 1000).text(3)
	case x.role == flow:
		st.Cou = (s.all.sum * fixed(step)).text(1)
	case x.role == pollutant && o.Kind == Water: // mg/L × L/s × s / 10⁶
		st.Cou = (s.load * fixed(step) / 1_000_000).text(4)
	case x.role == pollutant: // mg/m³ × m³/s × s / 10⁶
		st.Cou = (s.load * fixed(step) / 1_000_000).text(4)
	}
	return st
}
