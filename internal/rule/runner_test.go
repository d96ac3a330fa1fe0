package rule_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// runner is one that stays, as in service.
func (r *room) runner() *rule.Runner {
	return rule.NewRunner(r.service, r.source, slog.New(slog.DiscardHandler))
}

func (r *room) due(n *rule.Runner) {
	r.t.Helper()
	if _, err := n.RunDue(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// lazily runs as the runner's own loop does.
func (r *room) lazily(n *rule.Runner) {
	r.t.Helper()
	if _, err := n.RunLazily(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// weather fills the streams with values of two factors that cross their limit
// again and again, some late, some corrected, some not valid.
func (r *room) weather(seed uint64, n int) {
	x := rand.New(rand.NewPCG(seed, 212))
	for _, s := range []struct {
		stream rule.Stream
		step   time.Duration
	}{{enterprise.Realtime, 30 * time.Second}, {enterprise.Hour, time.Hour}} {
		level := 40
		for i := range n {
			if x.IntN(6) == 0 {
				level = 30 + x.IntN(50)
			}
			at := r.start.Add(time.Duration(i) * s.step)
			if x.IntN(8) == 0 { // late, or a correction of what was there
				at = at.Add(-time.Duration(x.IntN(7)) * s.step)
			}
			r.source.values[s.stream] = append(r.source.values[s.stream], rule.Sample{OutletID: r.outlet, OutletKind: enterprise.Gas,
				Factor: []string{"a21026", "a21002", "a34013"}[x.IntN(3)], At: at, Value: decimal.Must(fmt.Sprintf("%d.%d", level+x.IntN(5), x.IntN(10))),
				Flag: "N", Valid: x.IntN(12) > 0})
		}
	}
	fifty := decimal.Must("50")
	if _, err := enterprise.New(r.db, policy).SetLimit(ctx, r.duty, enterprise.Limit{OutletID: r.outlet, Factor: "a21002", Upper: &fifty, Statistic: enterprise.Hour,
		Standard: "GB 13271-2014", Article: "表2", ValidFrom: r.start.AddDate(-1, 0, 0)}); err != nil {
		r.t.Fatal(err)
	}
}

// story tells all alarms in words that do not depend on ids and numbers.
func (r *room) story() string {
	r.t.Helper()
	var lines []string
	for _, a := range r.alarms() {
		f, err := r.service.Get(ctx, r.duty, a.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(a.Rule, a.Level, a.State, a.Factor, a.StartedAt.Sub(r.start), a.LastAt.Sub(r.start), a.EndedAt.Sub(r.start),
			a.Value, a.Peak, a.Limit, a.Basis, a.Times, a.Summary, verbs(f)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// What the rules find does not depend on how the values are cut into pages, on
// restarts at any of the cuts, nor on whether several runners take turns.
func TestRunner_FindsTheSameHoweverItIsCut(t *testing.T) {
	const n, seed = 150, 7
	one := func(t *testing.T, d *db.DB, c *dbtest.Clock, drive func(r *room, upTo int64)) string {
		r := newRoom(t, d, c)
		r.weather(seed, n)
		for at := int64(1); at <= n; at++ {
			drive(r, at)
		}
		return r.story()
	}
	want := ""
	t.Run("reference", func(t *testing.T) { // every value a page, every page a restart
		c := dbtest.NewClock()
		d, err := db.Open(ctx, db.Config{Dir: t.TempDir(), Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		want = one(t, d, c, func(r *room, at int64) { r.source.at = at; r.mustRun() })
		if len(strings.Split(want, "\n")) < 6 {
			t.Fatalf("too little to compare:\n%s", want)
		}
	})
	for name, drive := range map[string]func(t *testing.T) func(r *room, at int64){
		"one page": func(*testing.T) func(*room, int64) {
			return func(r *room, at int64) {
				if at == n {
					r.mustRun()
				}
			}
		},
		"one runner": func(*testing.T) func(*room, int64) {
			var stays *rule.Runner
			return func(r *room, at int64) {
				if stays == nil {
					stays = r.runner()
				}
				if r.source.at = at; at%3 == 0 || at == n {
					r.due(stays)
				}
			}
		},
		"one runner that lets wait what can": func(*testing.T) func(*room, int64) {
			var stays *rule.Runner
			return func(r *room, at int64) {
				if stays == nil || at%50 == 0 { // what waits is lost, and judged again
					stays = r.runner()
				}
				r.source.at = at
				r.clock.Advance(time.Duration(at%4) * 100 * time.Millisecond)
				r.lazily(stays)
				if at == n {
					r.due(stays)
				}
			}
		},
		"two runners in turn that let wait what can": func(*testing.T) func(*room, int64) {
			var all [2]*rule.Runner
			return func(r *room, at int64) {
				i := at / 7 % 2
				if all[i] == nil {
					all[i] = r.runner()
				}
				r.source.at = at
				r.lazily(all[i])
				if at == n {
					r.due(all[i])
				}
			}
		},
		"two runners in turn, one of them restarted": func(*testing.T) func(*room, int64) {
			var all [2]*rule.Runner
			return func(r *room, at int64) {
				i := at / 4 % 2
				if all[i] == nil || at%40 == 0 {
					all[i] = r.runner()
				}
				r.source.at = at
				r.due(all[i])
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
				if got := one(t, d, c, drive(t)); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		})
	}
}

func TestRunner_SeesANewLimitAtOnce(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		stays := r.runner()
		r.values(enterprise.Hour, time.Hour, "40", "45")
		r.due(stays)
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("%d alarms within the limit", n)
		}
		strict := decimal.Must("42")
		if _, err := enterprise.New(d, policy).SetLimit(ctx, r.duty, enterprise.Limit{OutletID: r.outlet, Factor: "a21026", Upper: &strict,
			Statistic: enterprise.Hour, Standard: "GB 13271-2014", Article: "表3", ValidFrom: r.start}); err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Hour, time.Hour, "45")
		r.due(stays)
		if a := r.one().Alarm; a.Basis != "GB 13271-2014表3" || a.Times != 1 {
			t.Errorf("%+v", a)
		}
	})
}

func TestRunner_LearnsWhatPeopleDidToItsAlarms(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		stays := r.runner()
		r.values(enterprise.Hour, time.Hour, "70", "40", "40", "40")
		r.due(stays)
		r.do(rule.Acknowledge, nil)
		r.do(rule.Handle, map[string]any{"cause": "discharge", "text": "已责令减产"})
		if a := r.one().Alarm; a.State != rule.StateCleared {
			t.Fatalf("%s", a.State)
		}
		r.values(enterprise.Hour, time.Hour, "71")
		r.due(stays)
		if list := r.alarms(); len(list) != 2 || !list[0].Lasts() || list[0].Times != 1 {
			t.Errorf("a new alarm, not the old one: %+v", list)
		}
	})
}

// Calm values write nothing: the cursor follows from time to time, and a runner
// that starts again reads the rest once more.
func TestRunner_CalmValuesCostNoTransaction(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Realtime, 30*time.Second, "40", "41", "42")
		stays := r.runner()
		if n, err := stays.RunDue(ctx); err != nil || n != 3 || stays.Passed() != 3 {
			t.Errorf("%d judged, cursor %d, %v", n, stays.Passed(), err)
		}
		if n, err := r.runner().RunDue(ctx); err != nil || n != 3 {
			t.Errorf("%d judged again, %v", n, err)
		}
		r.values(enterprise.Realtime, 30*time.Second, "60")
		r.due(stays)
		if n, err := r.runner().RunDue(ctx); err != nil || n != 0 {
			t.Errorf("%d judged again behind a value that mattered, %v", n, err)
		}
	})
}

// What only goes on waits half a second; a beginning does not, and takes along
// what waits. Nobody who asks for the cursor is told of what is not stored.
func TestRunner_WhatGoesOnWaits(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		stays := r.runner()
		step := func(values ...string) {
			t.Helper()
			r.values(enterprise.Realtime, 30*time.Second, values...)
			r.lazily(stays)
		}
		step("60", "60")
		if stays.Passed() != 0 {
			t.Errorf("two values wait in their window, and %d are said to be stored", stays.Passed())
		}
		step("60")
		if a := r.one().Alarm; a.Times != 3 || stays.Passed() != 3 {
			t.Errorf("the third raises at once: %+v, %d", a, stays.Passed())
		}
		step("61")
		if a := r.one().Alarm; a.Times != 3 || stays.Passed() != 3 {
			t.Errorf("the fourth waits: %+v, %d", a, stays.Passed())
		}
		c.Advance(600 * time.Millisecond)
		r.lazily(stays)
		if a := r.one().Alarm; a.Times != 4 || stays.Passed() != 4 {
			t.Errorf("not for long: %+v, %d", a, stays.Passed())
		}
		step("40", "40", "40", "40", "40")
		if a := r.one().Alarm; !a.Lasts() {
			t.Errorf("an end can wait: %+v", a)
		}
		step("60", "60", "60") // a new beginning does not, and the end comes first
		if list := r.alarms(); len(list) != 2 || list[1].State != rule.StateCleared || !list[0].Lasts() || stays.Passed() != 12 {
			t.Errorf("%+v, %d", list, stays.Passed())
		}
	})
}

// BenchmarkRunner measures the rules alone: realtime values of 500 outlets, each
// with limits, some beyond one all the time. cpu-ns/value is the processor's time,
// which others on the machine do not lengthen.
func BenchmarkRunner(b *testing.B) {
	for _, c := range []struct {
		name string
		hot  int // of 500 outlets, beyond a limit all the time
	}{{"calm", 0}, {"hot-1", 1}, {"hot-10", 10}} {
		b.Run(c.name, func(b *testing.B) { benchRunner(b, c.hot) })
	}
}

func benchRunner(b *testing.B, hot int) {
	d, err := db.Open(ctx, db.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	source := &feed{values: map[rule.Stream][]rule.Sample{}}
	r := newDuty(b, d)
	firm, err := enterprise.New(d, policy).Create(ctx, r.duty, enterprise.Enterprise{Name: "测速", Area: "330302"})
	if err != nil {
		b.Fatal(err)
	}
	codes := []string{"a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a00000"}
	var outlets []string
	fifty := decimal.Must("50")
	for i := range 500 {
		o, err := enterprise.New(d, policy).CreateOutlet(ctx, r.duty, enterprise.Outlet{EnterpriseID: firm.ID, Name: fmt.Sprint(i), Kind: enterprise.Gas, Area: "330302"})
		if err != nil {
			b.Fatal(err)
		}
		outlets = append(outlets, o.ID)
		for _, code := range codes[:3] {
			if _, err := enterprise.New(d, policy).SetLimit(ctx, r.duty, enterprise.Limit{OutletID: o.ID, Factor: code, Upper: &fifty, Statistic: enterprise.Hour,
				Standard: "x", Article: "y", ValidFrom: time.Unix(0, 0)}); err != nil {
				b.Fatal(err)
			}
		}
	}
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	page := make([]rule.Sample, 0, 4000)
	runner := rule.NewRunner(r.service, source, slog.New(slog.DiscardHandler))
	b.ResetTimer()
	for i := 0; i < b.N; {
		page = page[:0]
		at := start.Add(time.Duration(i/4000) * 30 * time.Second)
		for o := range outlets {
			for k, code := range codes {
				s := rule.Sample{OutletID: outlets[o], OutletKind: enterprise.Gas, Factor: code, At: at, Value: decimal.Decimal{Mantissa: 1725, Scale: 2}, Flag: "N", Valid: true}
				if o < hot && k == 0 {
					s.Value.Mantissa = 6000
				}
				page = append(page, s)
			}
		}
		source.page, source.n = page, source.n+1
		if _, err := runner.RunLazily(ctx); err != nil {
			b.Fatal(err)
		}
		i += len(page)
	}
	b.StopTimer()
	values, judging, _ := runner.Cost()
	b.ReportMetric(float64(judging)/float64(values), "cpu-ns/value")
}
