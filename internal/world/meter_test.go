package world

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/mapping"
)

// TestMeters reads every gateway's messages by the mapping of its form: both
// circuits are there, and a failing treatment shows in its fan.
func TestMeters(t *testing.T) {
	t.Parallel()
	w := New(1)
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC) // a Friday morning
	list := w.Meters()
	if len(list) != metered {
		t.Fatalf("%d meters", len(list))
	}
	w.Add(list[0].Outlet, Incident{Kind: Exceed, From: at, To: at.Add(time.Hour), Times: 8})
	forms, seen := map[string]bool{}, map[string]bool{}
	for i, m := range list {
		forms[m.Form] = true
		if seen[m.MN] {
			t.Errorf("%s twice", m.MN)
		}
		seen[m.MN] = true
		var how *mapping.Mapping
		for _, p := range mapping.Presets() {
			if p.ID == m.Form {
				how = &p.Mapping
			}
		}
		fan := map[bool]float64{}
		for _, failing := range []bool{false, true} {
			moment := at.Add(-time.Minute)
			if failing {
				moment = at.Add(30 * time.Minute)
			}
			r := how.Apply(m.Payload(w, moment), moment)
			if len(r.Readings) != 1 || !r.Readings[0].Time.Equal(moment) {
				t.Fatalf("%s: %+v", m.MN, r)
			}
			got := map[string]float64{}
			for _, v := range r.Readings[0].Values {
				got[v.Code] = v.Number.Float64()
			}
			if got[m.LineCode()] < 4 {
				t.Errorf("%s: line %v", m.MN, got)
			}
			fan[failing] = got[m.FanCode()]
		}
		if fan[false] < 5 || (fan[true] < 5) != (i == 0) {
			t.Errorf("%s: fan %v", m.MN, fan)
		}
	}
	if !forms["gateway"] || !forms["single"] {
		t.Errorf("forms %v", forms)
	}
}
