package app

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

func TestCurve_IsAPicture(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	c := curve{title: "<甲>&厂", limit: 50, from: at, to: at.Add(24 * time.Hour), alarm: span{at, at.Add(time.Hour), "预警"}, marks: []span{{at, at.Add(2 * time.Hour), "维护\"<b>"}}}
	for i := range 24 {
		c.points = append(c.points, telemetry.Point{At: at.Add(time.Duration(i) * time.Hour), Value: decimal.Must("60.5"), Flag: "N"})
	}
	text := c.svg()
	d := xml.NewDecoder(strings.NewReader(text))
	circles := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, text)
		}
		if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "circle" {
			circles++
		}
	}
	if circles != 24 || !strings.Contains(text, "限值 50") || strings.Contains(text, "<甲>") || strings.Contains(text, "NaN") {
		t.Errorf("%d points\n%s", circles, text)
	}
}
