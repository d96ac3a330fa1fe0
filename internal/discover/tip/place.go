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

// named finds the region whose name stands in the address. One whose parent is
// named too counts before others, a part before the whole, a long name before a
// short one. Names that two regions share say nothing, nor do 东区 and the like
// without the city that they lie in.
func named(tree *region.Tree, address string) string {
	root := tree.Root().Code
	found := map[string]bool{}
	for _, r := range tree.All() {
		if utf8.RuneCountInString(r.Name) > 1 && r.Code != root && strings.Contains(address, r.Name) {
			found[r.Code] = true
		}
	}
	best, rank, shared := "", 0, false
	for _, r := range tree.All() { // parents before their children
		n := utf8.RuneCountInString(r.Name)
		switch {
		case !found[r.Code], n == 2 && strings.HasSuffix(r.Name, "区") && !found[r.Parent]:
			continue
		case found[r.Parent]:
			n += 100 // longer than any name
		}
		switch {
		case n > rank || tree.Within(best, r.Code):
			best, rank, shared = r.Code, n, false
		case n == rank && !tree.Within(r.Code, best):
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
