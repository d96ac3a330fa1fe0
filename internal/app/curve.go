package app

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// beijing is the zone in which people read times.
var beijing = time.FixedZone("CST", 8*3600)

// curve draws values with the limit and what is marked as a picture that needs
// nothing but a browser or a printer.
type curve struct {
	title    string
	unit     string
	limit    float64
	from, to time.Time
	points   []telemetry.Point
	marks    []span
	alarm    span
}

type span struct {
	from, to time.Time
	title    string
}

const (
	curveWidth, curveHeight = 960, 360
	curveLeft, curveBottom  = 64, 40
)

func (c curve) svg() string {
	top := c.limit * 1.2
	for _, p := range c.points {
		top = max(top, p.Judged().Float64()*1.1)
	}
	if top <= 0 {
		top = 1
	}
	all := c.to.Sub(c.from).Seconds()
	x := func(t time.Time) float64 {
		f := t.Sub(c.from).Seconds() / all
		return curveLeft + min(max(f, 0), 1)*(curveWidth-curveLeft-16)
	}
	y := func(v float64) float64 { return 32 + (1-min(max(v/top, 0), 1))*(curveHeight-32-curveBottom) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12"><rect width="100%%" height="100%%" fill="#fff"/><text x="%d" y="20" font-size="14">%s</text>`,
		curveWidth, curveHeight, curveLeft, html.EscapeString(c.title))
	band := func(s span, fill string) {
		fmt.Fprintf(&b, `<rect x="%.1f" y="32" width="%.1f" height="%d" fill="%s"><title>%s</title></rect>`, x(s.from), max(x(s.to)-x(s.from), 1), curveHeight-32-curveBottom, fill, html.EscapeString(s.title))
	}
	band(c.alarm, "#fde8e8")
	for _, m := range c.marks {
		band(m, "#e5e7eb")
	}
	for i := range 5 {
		v := top * float64(i) / 4
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#e5e5e5"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`, curveLeft, y(v), curveWidth-16, curveLeft-6, y(v)+4, v)
		t := c.from.Add(time.Duration(all*float64(i)/4) * time.Second)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(t), curveHeight-14, t.In(beijing).Format("01-02 15:04"))
	}
	fmt.Fprintf(&b, `<text x="%d" y="28" text-anchor="end">%s</text>`, curveLeft-6, html.EscapeString(c.unit))
	if c.limit > 0 {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#c00" stroke-dasharray="6 4"/><text x="%d" y="%.1f" fill="#c00" text-anchor="end">限值 %.4g</text>`, curveLeft, y(c.limit), curveWidth-16, curveWidth-20, y(c.limit)-4, c.limit)
	}
	b.WriteString(`<polyline fill="none" stroke="#1456b8" stroke-width="1.5" points="`)
	for _, p := range c.points {
		fmt.Fprintf(&b, "%.1f,%.1f ", x(p.At), y(p.Judged().Float64()))
	}
	b.WriteString(`"/>`)
	for _, p := range c.points {
		fill := "#1456b8"
		if p.Flag != "N" {
			fill = "#999"
		}
		if len(c.points) <= 400 {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="2" fill="%s"/>`, x(p.At), y(p.Judged().Float64()), fill)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}
