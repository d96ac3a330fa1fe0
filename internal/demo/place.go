package demo

import (
	"strings"

	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/internal/world"
)

// liaison is the agency that works on things of an area: the ecology bureau's
// branch in its unit, or the unit's government where there is none.
func liaison(p *profile.Profile, area string) string {
	u, ok := p.Regions.Unit(area)
	if !ok {
		u.Code = p.Units[0].Code
	}
	if b, ok := p.Agencies.Branch("sthj", u.Code); ok && b.Area == u.Code {
		return b.ID
	}
	return "zf-" + u.Code
}

// orElse is the agency when the place has it, or another.
func orElse(p *profile.Profile, id, other string) string {
	if _, ok := p.Agencies.Find(id); ok {
		return id
	}
	return other
}

// away reports whether the place is another than the one that the world's own
// enterprises and the tips were written for.
func away(p *profile.Profile) bool {
	_, home := p.Regions.Find(tips[0].area)
	return !home
}

// most is how many sites a place offers: as many as the world has enterprises.
const most = 43

// sites are where the world's enterprises stand in another place: the units in
// turn, each time in the next of their townships; none for the world's own place.
func sites(p *profile.Profile) []world.Site {
	if !away(p) {
		return nil
	}
	var out []world.Site
	for round := 0; len(out) < most; round++ {
		for _, u := range p.Units {
			r, _ := p.Regions.Find(u.Code)
			if below := p.Regions.Children(u.Code); len(below) > 0 {
				r = below[round%len(below)]
			}
			out = append(out, site(p, u, r, round))
		}
	}
	return out[:most]
}

// site lies near the unit's seat, or near the jurisdiction's middle in the
// direction of the unit's tile; such points are made up, as the enterprises are.
func site(p *profile.Profile, u profile.Unit, r region.Region, round int) world.Site {
	s := world.Site{Area: r.Code, Place: p.Regions.FullName(r.Code), Short: short(r.Name), Lng: u.Lng, Lat: u.Lat}
	if u.Lng == 0 {
		s.Lng, s.Lat = p.Center.Lng+float64(u.X-3)*0.04, p.Center.Lat-float64(u.Y-2)*0.035
	}
	s.Lng, s.Lat = s.Lng+float64(round%3)*0.011, s.Lat+float64(round%2)*0.009
	return s
}

func short(name string) string {
	for _, kind := range []string{"街道", "镇", "乡", "县", "市", "区"} {
		if s, ok := strings.CutSuffix(name, kind); ok && len([]rune(s)) > 1 {
			return s
		}
	}
	return name
}

// told is the tips that people bring in the place.
func told(p *profile.Profile) []tip {
	list, at := append([]tip{}, tips...), sites(p)
	for i := range list {
		t := &list[i]
		if len(at) > 0 {
			x := at[i*3%len(at)]
			t.area, t.lng, t.lat = x.Area, x.Lng, x.Lat
		}
		name := p.Regions.Name(t.area)
		t.text, t.address = strings.ReplaceAll(t.text, "{地}", name), strings.ReplaceAll(t.address, "{地}", name)
	}
	return list
}
