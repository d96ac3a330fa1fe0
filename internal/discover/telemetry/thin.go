package telemetry

import "time"

// Thin leaves out points of a long series so that a chart of it looks the same:
// the stretch is cut into equal parts of time, and each part keeps its lowest and
// highest valid value, the first and the last point of every run of one flag, and
// the first point that over names. What is kept is as it was; nothing is averaged.
// About most points are kept, a few more where flags change often; a series that
// is short enough, or most below 8, comes back whole.
func Thin(points []Point, most int, over func(Point) bool) []Point {
	if most < 8 || len(points) <= most {
		return points
	}
	t := thinner{points: points, keep: make([]bool, len(points)), over: over}
	first := points[0].At
	// Each part keeps two extremes and perhaps one point over the limit.
	parts := most / 3
	width := points[len(points)-1].At.Sub(first)/time.Duration(parts) + 1
	for from := 0; from < len(points); {
		part, to := points[from].At.Sub(first)/width, from+1
		for to < len(points) && points[to].At.Sub(first)/width == part {
			to++
		}
		t.part(from, to)
		from = to
	}
	t.runs(2 * most)
	t.keep[0], t.keep[len(points)-1] = true, true
	out := make([]Point, 0, most+most/2)
	for i, k := range t.keep {
		if k {
			out = append(out, points[i])
		}
	}
	return out
}

type thinner struct {
	points []Point
	keep   []bool
	over   func(Point) bool
}

func usableFlag(flag string) bool { return flag == "" || flag == "N" || flag == "S" }

// part keeps what matters of points[from:to].
func (t *thinner) part(from, to int) {
	low, high, over := -1, -1, -1
	for i := from; i < to; i++ {
		p := t.points[i]
		if !usableFlag(p.Flag) {
			continue
		}
		v := p.Judged()
		if low < 0 || v.Cmp(t.points[low].Judged()) < 0 {
			low = i
		}
		if high < 0 || v.Cmp(t.points[high].Judged()) > 0 {
			high = i
		}
		if over < 0 && t.over != nil && t.over(p) {
			over = i
		}
	}
	for _, i := range []int{low, high, over} {
		if i >= 0 {
			t.keep[i] = true
		}
	}
}

// runs keeps the ends of the stretches of one flag, so that marked periods stay as
// long as they are; no more than budget points, against flags that flutter.
func (t *thinner) runs(budget int) {
	for i := range t.points {
		begins := i > 0 && t.points[i].Flag != t.points[i-1].Flag
		ends := i+1 < len(t.points) && t.points[i].Flag != t.points[i+1].Flag
		if (begins || ends) && !t.keep[i] {
			if budget--; budget < 0 {
				return
			}
			t.keep[i] = true
		}
	}
}
