package bench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/world/county"
)

func TestRight(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return county.Start.Add(time.Duration(h) * time.Hour) }
	e := &county.Event{From: at(10), To: at(12)}
	for _, c := range []struct {
		from, to, raised int
		want             bool
	}{
		{9, 11, 11, true},
		{8, 10, 10, true},  // raised at the beginning
		{13, 14, 14, true}, // within six hours after it began
		{17, 18, 18, false},
		{5, 9, 9, false},
		{11, 30, 30, true},
	} {
		if got := right(e, at(c.from), at(c.to), at(c.raised)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestThreshold_JoinsWhatIsClose(t *testing.T) {
	t.Parallel()
	x := sign.Plain("a21026", "二氧化硫", "mg/m³", sign.Pollutant)
	x.Upper = 50
	s := &sign.Outlet{Channels: []sign.Channel{x}}
	var rows []county.Row
	for i, v := range []float64{40, 60, 40, 60, 40, 40, 40, 40, 40, 40, 40, 0} {
		rows = append(rows, county.Row{At: county.Start.Add(time.Duration(i) * county.Step), Values: []float64{v}, Flags: []byte{'N'}})
	}
	got := threshold(s, rows)
	if len(got) != 2 || !got[0].To.Equal(county.Start.Add(4*county.Step)) {
		t.Errorf("%+v", got)
	}
}

func TestDump_CanBeScoredAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d, err := newDumper(filepath.Join(dir, "series.csv"))
	if err != nil {
		t.Fatal(err)
	}
	c := county.New(5)
	var results []watched
	for _, o := range c.Outlets[:3] {
		results = append(results, watch(o, d))
	}
	if err := d.finish(dir, results); err != nil {
		t.Fatal(err)
	}
	var truth []county.Event
	b, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil || json.Unmarshal(b, &truth) != nil {
		t.Fatal(err)
	}
	want := 0
	for _, w := range results {
		want += len(w.truth)
	}
	if len(truth) != want {
		t.Errorf("%d events, want %d", len(truth), want)
	}
	if s, err := os.Stat(filepath.Join(dir, "series.csv")); err != nil || s.Size() < 1<<20 {
		t.Errorf("series %v %v", s, err)
	}
}

// Half of one county must stay near the figures of docs/detection.md.
func TestDetect_KeepsItsPrecisionAndRecall(t *testing.T) {
	t.Parallel()
	var some []*county.Outlet
	for i, o := range county.New(11).Outlets {
		if i%2 == 1 {
			some = append(some, o)
		}
	}
	d := score(watchAll(some, nil))
	if d.Precision < 0.85 || d.Recall < 0.85 || d.Baseline.Precision > d.Precision {
		t.Errorf("precision %v, recall %v, baseline %+v", d.Precision, d.Recall, d.Baseline)
		for _, s := range d.Scenarios {
			t.Logf("%s: %d of %d", s.Name, s.Found, s.Events)
		}
	}
}

// BenchmarkSigns is the cost of the rules for one value of one outlet.
func BenchmarkSigns(b *testing.B) {
	c := county.New(1)
	var o *county.Outlet
	for _, x := range c.Outlets {
		if x.Kind == county.Gas {
			o = x
			break
		}
	}
	rows, _ := o.Series()
	s := subject(o)
	values := make([]sign.Value, len(s.Channels))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		w := sign.NewWatcher(s, catalog.Signs())
		for i := range rows {
			for c := range values {
				values[c] = sign.Value{V: rows[i].Values[c], Flag: rows[i].Flags[c]}
			}
			w.See(sign.Row{At: rows[i].At, Values: values, Rain: rows[i].Rain})
			n += len(values)
		}
		w.Finish()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/value")
}
