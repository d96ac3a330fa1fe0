package world

import (
	"fmt"

	"github.com/qingshao/qingshao/internal/factor"
)

// found sets up the enterprise of a roster entry with its outlets and monitors.
// Serial numbers count outlets from 1, so that MNs never change with the seed.
func (w *World) found(e *Enterprise, i int, r entry) {
	unit := r.area[:6]
	*e = Enterprise{
		Key:      fmt.Sprintf("e%02d", i+1),
		Code:     fmt.Sprintf("91%sDEMO%05dX", unit, i+1), // O is no letter of GB 32100-2015: nobody can bear it
		Name:     "（演示）" + r.name + r.trade.suffix,
		Industry: r.trade.industry,
		Trade:    r.trade.name,
		Area:     r.area,
		Unit:     unit,
		Address:  fmt.Sprintf("%s演示路%d号", r.place, 1+i*7%97),
		Lng:      r.lng,
		Lat:      r.lat,
		Permit:   r.trade.permit,
		Contact:  fmt.Sprintf("环保负责人%02d", i+1),
	}
	for j, form := range r.trade.outlets {
		o := &Outlet{
			Key: e.Key + "/" + form.code, Code: form.code, Name: form.name, Kind: form.kind, ST: "32",
			Password: "123456", Protocol: "2017", Enterprise: e, Limits: form.limits, plant: form.plant,
		}
		if form.kind == Gas {
			o.ST = "31"
		}
		// A few stations still speak 2005, as in the field. None of these has a
		// factor that the edition has no code for.
		if r.trade == &sewageWorks && i%3 == 0 {
			o.Protocol = "2005"
		}
		o.MN = deviceMN(unit, len(w.outlets)+j+1, o.Protocol)
		o.key = keyOf(w.seed, o.Key)
		// Plants of one trade differ in size by up to a third.
		o.plant.design = mul(o.plant.design, f(750)+mul(f(500), share(keyOf(0, o.Key, "size"), 0)))
		for _, ff := range form.factors {
			o.Factors = append(o.Factors, o.set(ff))
		}
		e.Outlets = append(e.Outlets, o)
	}
}

// set gives a factor its behaviour at this outlet. What normal values are
// measured against is the strictest limit.
func (o *Outlet) set(ff factorForm) Factor {
	known, ok := factor.ByCode(ff.code)
	b, ours := behaviour[ff.code]
	if !ok || !ours {
		panic("world: no factor " + ff.code) // a mistake in our tables
	}
	x := Factor{Code: known.Code, Old: known.Old, Name: known.Name, Unit: known.Unit, Digits: b.digits, role: b.role, base: f(ff.base), swing: f(ff.swing)}
	for _, l := range o.Limits {
		if l.Factor != x.Code {
			continue
		}
		if u := parse(l.Upper); x.limit == 0 || u < x.limit {
			x.limit = u
		}
	}
	return x
}

// parse reads the decimal text of a limit in our own tables.
func parse(s string) fixed {
	var whole, part, unit int64 = 0, 0, 1
	point := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			point = true
		case point:
			part, unit = part*10+int64(c-'0'), unit*10
		default:
			whole = whole*10 + int64(c-'0')
		}
	}
	return fixed(whole)*one + fixed(part*int64(one)/unit)
}
