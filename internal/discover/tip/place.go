package tip

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/region"
)

type option = flow.Option

// Seat is the point of a unit's seat in WGS84.
type Seat struct {
	Area     string
	Lng, Lat float64
}

// seatReach is how far from the nearest seat a point still counts as the unit's,
// in kilometres. No boundaries ship with the program: the desk moves what the
// nearest seat gets wrong.
const seatReach = 60

// locate finds the area of a report: what was chosen, then the most local name
// in the address, then the nearest seat, then the whole jurisdiction.
func locate(tree *region.Tree, seats []Seat, n New) string {
	if _, ok := tree.Find(n.Area); ok {
		return n.Area
	}
	if area := named(tree, n.Address); area != "" {
		return area
	}
	best, near := tree.Root().Code, math.Inf(1)
	for _, s := range seats {
		if d := kilometres(s, n); n.HasPoint && d < near && d <= seatReach {
			best, near = s.Area, d
		}
	}
	return best
}

// named finds the region whose name stands in the address; of several the
// longest, of equally long ones the most local. Names that two regions share
// say nothing.
func named(tree *region.Tree, address string) string {
	best, length, shared := "", 0, false
	for _, r := range tree.All() {
		n := utf8.RuneCountInString(r.Name)
		if n < 2 || r.Code == tree.Root().Code || !strings.Contains(address, r.Name) {
			continue
		}
		switch {
		case n > length, n == length && tree.Within(best, r.Code):
			best, length, shared = r.Code, n, false
		case n == length && !tree.Within(r.Code, best):
			shared = true
		}
	}
	if shared {
		return ""
	}
	return best
}

func kilometres(s Seat, n New) float64 {
	const radius = 6371
	rad := math.Pi / 180
	a, b := s.Lat*rad, n.Lat*rad
	h := math.Pow(math.Sin((b-a)/2), 2) + math.Cos(a)*math.Cos(b)*math.Pow(math.Sin((n.Lng-s.Lng)*rad/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}
