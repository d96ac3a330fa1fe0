package bench

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/world/county"
)

// Detected is the outcome of [Detect]. A notified episode is right when it
// overlaps a violation at its outlet, or was raised within six hours after one
// began; every one counts. A violation is found when a right episode belongs to
// it.
type Detected struct {
	Precision     float64    `json:"precision"`
	Recall        float64    `json:"recall"`
	MedianDelay   float64    `json:"median_delay_s"`
	FalsePerYear  float64    `json:"false_alarms_per_outlet_year"`
	Alarms        int        `json:"alarms"`
	Scenarios     []Scenario `json:"scenarios"`
	LookAlikes    []Innocent `json:"look_alikes"`
	Baseline      Baseline   `json:"baseline"`
	Outlets       int        `json:"outlets"`
	Days          int        `json:"days"`
	Values        int64      `json:"values"`
	NanosPerValue float64    `json:"ns_per_value"` // of the rules alone, without making the data
}

// Scenario is one way of violating: how often it happened, how often it was found.
type Scenario struct {
	Name   string `json:"name"`
	Events int    `json:"events"`
	Found  int    `json:"found"`
}

// Innocent is one look-alike: how often it happened, and how many false alarms it
// drew.
type Innocent struct {
	Name   string `json:"name"`
	Events int    `json:"events"`
	Alarms int    `json:"alarms"`
}

// Baseline is what a single threshold on every value does.
type Baseline struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Alarms    int     `json:"alarms"`
}

// Finding is one notified episode, as dumped.
type Finding struct {
	Outlet string    `json:"outlet"`
	Kind   string    `json:"kind"`
	Factor string    `json:"factor,omitempty"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Raised time.Time `json:"raised"`
	Score  float64   `json:"score"`
	Level  string    `json:"level"`
	Reason string    `json:"reason"`
}

// grace is how long after a violation began an alarm still counts for it.
const grace = 6 * time.Hour

// Detect lets the catalogue of signs watch the county of a seed. With a directory
// it leaves series.csv, truth.json and findings.json there, so that anyone can
// score again.
func Detect(seed uint64, dump string) (Detected, error) {
	var out *dumper
	if dump != "" {
		if err := os.MkdirAll(dump, 0o750); err != nil {
			return Detected{}, fmt.Errorf("目录 %s 建不了：%w", dump, err)
		}
		var err error
		if out, err = newDumper(filepath.Join(dump, "series.csv")); err != nil {
			return Detected{}, err
		}
	}
	c := county.New(seed)
	results := watchAll(c.Outlets, out)
	d := score(results)
	if out != nil {
		if err := out.finish(dump, results); err != nil {
			return d, err
		}
	}
	return d, nil
}

// watchAll watches the outlets on all cores.
func watchAll(outlets []*county.Outlet, out *dumper) []watched {
	results := make([]watched, len(outlets))
	work := make(chan int)
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := range work {
				results[i] = watch(outlets[i], out)
			}
		})
	}
	for i := range outlets {
		work <- i
	}
	close(work)
	all.Wait()
	return results
}

// watched is what came of one outlet.
type watched struct {
	outlet   *county.Outlet
	truth    []county.Event
	episodes []sign.Episode
	channels []sign.Channel
	baseline []sign.Interval // single-threshold alarms
	values   int64
	spent    time.Duration
}

func watch(o *county.Outlet, out *dumper) watched {
	rows, truth := o.Series()
	s := subject(o)
	w := watched{outlet: o, truth: truth, channels: s.Channels}
	if out != nil {
		out.outlet(o, rows)
	}
	watcher := sign.NewWatcher(s, catalog.Signs())
	values := make([]sign.Value, len(s.Channels))
	began := time.Now()
	for i := range rows {
		r := &rows[i]
		if r.Lost {
			continue
		}
		for c := range values {
			values[c] = sign.Value{V: r.Values[c], Flag: r.Flags[c]}
		}
		watcher.See(sign.Row{At: r.At, Values: values, Rain: r.Rain})
		w.values += int64(len(values))
	}
	w.episodes = watcher.Finish()
	w.spent = time.Since(began)
	w.baseline = threshold(s, rows)
	return w
}

// roles are the words of package county.
var roles = map[string]sign.Role{"pollutant": sign.Pollutant, "flow": sign.Flow, "oxygen": sign.Oxygen, "temperature": sign.Temperature,
	"humidity": sign.Humidity, "acidity": sign.Acidity, "production": sign.Production, "treatment": sign.Treatment, "supply": sign.Supply}

// subject is the outlet as the authority knows it.
func subject(o *county.Outlet) *sign.Outlet {
	s := &sign.Outlet{ID: o.ID, Kind: enterprise.Kind(o.Kind), Step: county.Step, Changes: o.Changes, Settings: o.Settings}
	for _, i := range o.Stops {
		s.Stops = append(s.Stops, sign.Interval{From: i[0], To: i[1]})
	}
	for _, c := range o.Channels {
		x := sign.Plain(c.Code, c.Name, c.Unit, roles[c.Role])
		if c.Upper > 0 {
			x.Upper = c.Upper
		}
		if c.Lower > 0 {
			x.Lower = c.Lower
		}
		if c.Span > 0 {
			x.Span = c.Span
		}
		s.Channels = append(s.Channels, x)
	}
	return s
}

// threshold alarms on every value beyond its limit, whatever its flag, as the
// usual platform does; values with less than an hour between them are one alarm.
func threshold(s *sign.Outlet, rows []county.Row) []sign.Interval {
	var out []sign.Interval
	for i := range rows {
		beyond := false
		for c := range s.Channels {
			x := &s.Channels[c]
			v := rows[i].Values[c]
			beyond = beyond || v > x.Upper || v < x.Lower || x.Role == sign.Pollutant && v <= 0
		}
		if !beyond || rows[i].Lost {
			continue
		}
		at := rows[i].At
		if n := len(out); n > 0 && at.Sub(out[n-1].To) <= time.Hour {
			out[n-1].To = at.Add(county.Step)
			continue
		}
		out = append(out, sign.Interval{From: at, To: at.Add(county.Step)})
	}
	return out
}

// right reports whether an alarm belongs to an event.
func right(e *county.Event, from, to, raised time.Time) bool {
	if from.Before(e.To) && e.From.Before(to) {
		return true
	}
	return !raised.Before(e.From) && !raised.After(e.From.Add(grace))
}

// score counts what was right and what was found.
func score(results []watched) Detected {
	d := Detected{Outlets: len(results), Days: county.Days}
	byName, innocent := map[string]*Scenario{}, map[string]*Innocent{}
	var delays []float64
	var good, baseGood, events, found, baseFound int
	var spent time.Duration
	for i := range results {
		w := &results[i]
		d.Values, spent = d.Values+w.values, spent+w.spent
		d.Alarms += len(w.episodes)
		d.Baseline.Alarms += len(w.baseline)
		for k := range w.truth {
			e := &w.truth[k]
			if !e.Violation {
				x := entry(innocent, e.Scenario, func() *Innocent { return &Innocent{Name: e.Scenario} })
				x.Events++
				continue
			}
			x := entry(byName, e.Scenario, func() *Scenario { return &Scenario{Name: e.Scenario} })
			x.Events++
			events++
			if raised, ok := first(e, w.episodes); ok {
				x.Found++
				found++
				delays = append(delays, max(0, raised.Sub(e.From).Seconds()))
			}
			if slices.ContainsFunc(w.baseline, func(b sign.Interval) bool { return right(e, b.From, b.To, b.From) }) {
				baseFound++
			}
		}
		for _, b := range w.baseline {
			if slices.ContainsFunc(w.truth, func(e county.Event) bool { return e.Violation && right(&e, b.From, b.To, b.From) }) {
				baseGood++
			}
		}
		for _, p := range w.episodes {
			if slices.ContainsFunc(w.truth, func(e county.Event) bool { return e.Violation && right(&e, p.From, p.To, p.Raised) }) {
				good++
				continue
			}
			for k := range w.truth {
				if e := &w.truth[k]; !e.Violation && p.From.Before(e.To.Add(24*time.Hour)) && e.From.Before(p.To) {
					innocent[e.Scenario].Alarms++
				}
			}
		}
	}
	d.Precision, d.Recall = share(good, d.Alarms), share(found, events)
	d.Baseline.Precision, d.Baseline.Recall = share(baseGood, d.Baseline.Alarms), share(baseFound, events)
	d.FalsePerYear = float64(d.Alarms-good) / (float64(d.Outlets) * county.Days / 365)
	if len(delays) > 0 {
		slices.Sort(delays)
		d.MedianDelay = delays[len(delays)/2]
	}
	d.NanosPerValue = float64(spent.Nanoseconds()) / float64(max(1, d.Values))
	d.Scenarios, d.LookAlikes = sorted(byName, func(s Scenario) string { return s.Name }), sorted(innocent, func(s Innocent) string { return s.Name })
	return d
}

// first gives when the first right episode of an event was raised.
func first(e *county.Event, episodes []sign.Episode) (time.Time, bool) {
	for _, p := range episodes {
		if right(e, p.From, p.To, p.Raised) {
			return p.Raised, true
		}
	}
	return time.Time{}, false
}

func share(n, of int) float64 {
	if of == 0 {
		return math.NaN()
	}
	return math.Round(float64(n)/float64(of)*1e4) / 1e4
}

func entry[T any](m map[string]*T, name string, fresh func() *T) *T {
	if m[name] == nil {
		m[name] = fresh()
	}
	return m[name]
}

func sorted[T any](m map[string]*T, name func(T) string) []T {
	out := make([]T, 0, len(m))
	for _, x := range m {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b T) int {
		if name(a) < name(b) {
			return -1
		}
		return 1
	})
	return out
}
