package rule_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/timeline"
)

// streams is how many random streams the property tests try, and where they
// begin; soak runs try more: go test ./internal/rule -run Random -streams 5000 -seed 9
var (
	streams    = flag.Int("streams", 80, "random streams of the property tests")
	streamSeed = flag.Uint64("seed", 212, "seed of the property tests")
)

// arrival is an hour and when it is there to be read.
type arrival struct {
	rule.HourValue
	came time.Time
}

// late is a source of hours that come when they come. kill, when set, is asked
// before every answer: true = the process dies here.
type late struct {
	now    func() time.Time
	hours  map[string][]arrival
	stop   map[string][]sign.Interval
	kill   func() bool
	cancel context.CancelFunc
}

// HoursOf gives what is there now; of an hour that came twice, what came last.
func (l *late) HoursOf(ctx context.Context, outlet string, from, to time.Time) ([]rule.HourValue, error) {
	if l.kill != nil && l.kill() {
		l.cancel()
		return nil, ctx.Err()
	}
	type key struct {
		factor string
		at     int64
	}
	newest := map[key]arrival{}
	for _, h := range l.hours[outlet] {
		if h.came.After(l.now()) || h.At.Before(from) || !h.At.Before(to) {
			continue
		}
		k := key{h.Factor, h.At.Unix()}
		if old, ok := newest[k]; !ok || h.came.After(old.came) {
			newest[k] = h
		}
	}
	out := make([]rule.HourValue, 0, len(newest))
	for _, h := range newest {
		out = append(out, h.HourValue)
	}
	slices.SortFunc(out, func(a, b rule.HourValue) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Factor, b.Factor)
	})
	return out, nil
}

func (l *late) FactsOf(_ context.Context, o enterprise.Outlet, _, _ time.Time) (rule.Facts, error) {
	return rule.Facts{Stops: l.stop[o.ID]}, nil
}

// latest is how late an hour of the random streams may come: within what a look
// reaches back to.
const latest = 40 * time.Hour

// random makes an outlet's hours: stretches of noise, of one value, of zeros, of
// marks and of nothing. In order they come an hour after their beginning; late,
// some come up to latest later, and some come first with another value.
func random(r *rand.Rand, start time.Time, n int, inOrder bool, delays *rand.Rand) (out []arrival) {
	type stretch struct {
		kind int
		left int
	}
	for _, factor := range []string{"a21026", "a21002"} {
		var s stretch
		held := 0.0
		for i := range n {
			if s.left == 0 {
				s = stretch{r.IntN(20), 4 + r.IntN(20)}
				held = 20 + 20*r.Float64()
			}
			s.left--
			v, f := 30+8*r.NormFloat64(), "N"
			switch s.kind {
			case 0, 1:
				v = held
			case 2:
				v = 0
			case 3:
				f = "M"
			case 4:
				continue
			case 5:
				v, f = held, "M"
			}
			v = math.Round(v*100) / 100
			at := start.Add(time.Duration(i) * time.Hour)
			h := rule.HourValue{Factor: factor, At: at, Mean: v, Min: v, Max: v, Flag: f}
			in := at.Add(time.Hour)
			delay, wrong := time.Duration(0), false
			if x := delays.IntN(20); x < 3 {
				delay = time.Duration(delays.Int64N(int64(latest)))
			} else if x == 3 {
				wrong, delay = true, time.Duration(delays.Int64N(int64(latest)))
			}
			switch {
			case !inOrder && s.kind == 5: // marked afterwards, half a day later
				first := h
				first.Flag = "N"
				out = append(out, arrival{first, in}, arrival{h, in.Add(14 * time.Hour)})
			case inOrder || delay == 0:
				out = append(out, arrival{h, in})
			case wrong: // a first word that is corrected
				first := h
				first.Mean += 3
				first.Min, first.Max = first.Mean, first.Mean
				out = append(out, arrival{first, in}, arrival{h, in.Add(delay)})
			default:
				out = append(out, arrival{h, in.Add(delay)})
			}
		}
	}
	return out
}

// told is what an alarm says, without ids and numbers.
func told(a rule.Alarm, start time.Time) string {
	return fmt.Sprint(a.Rule, " ", a.Factor, " ", a.Level, " ", a.StartedAt.Sub(start), " ", a.LastAt.Sub(start), " ", a.EndedAt.Sub(start), " ", a.Times, " ", a.Summary)
}

// quick are rules that need no history, so that hundreds of streams are cheap.
func quick() []sign.Rule {
	return slices.DeleteFunc(catalog.Signs(), func(r sign.Rule) bool {
		return !slices.Contains([]string{"constant", "zero", "mark-cover", "copied"}, r.ID)
	})
}

// Whatever way the hours come (late, in any order, at first with another value),
// and whenever the process dies and begins again, the alarms are in the end those
// of a run in which all came in order and nothing died. What late data took away
// may be there as well, ended.
func TestConduct_RandomStreams(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		n := *streams
		if d.Engine() == db.Postgres {
			n = max(5, n/12)
		}
		const hours = 72
		room := newDuty(t, d)
		start := c.Now().Truncate(time.Hour).Add(time.Hour)
		sources := [2]*late{}
		for i := range sources {
			sources[i] = &late{now: c.Now, hours: map[string][]arrival{}}
		}
		seeds := map[string]uint64{}
		reg := enterprise.New(d, policy)
		firm, err := reg.Create(ctx, room.duty, enterprise.Enterprise{Name: "甲", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		var pairs [][2]string // outlet in order, the same one disturbed
		for i := range n {
			var pair [2]string
			for k := range pair {
				o, err := reg.CreateOutlet(ctx, room.duty, enterprise.Outlet{EnterpriseID: firm.ID, Name: fmt.Sprint(i, k), Kind: enterprise.Gas, Area: "330302"})
				if err != nil {
					t.Fatal(err)
				}
				pair[k] = o.ID
				seed := *streamSeed + uint64(i)
				seeds[o.ID] = seed
				sources[0].hours[o.ID] = random(rand.New(rand.NewPCG(seed, 1)), start, hours, k == 0, rand.New(rand.NewPCG(seed, 2)))
			}
			pairs = append(pairs, pair)
		}
		dice := rand.New(rand.NewPCG(*streamSeed, 3))
		kills := 0
		for tick := 0; tick < hours+int(latest.Hours())+30; tick += 3 {
			c.Advance(3 * time.Hour)
			for tries := 0; ; tries++ {
				// Each look is a program begun anew.
				look, cancel := context.WithCancel(ctx)
				source := *sources[0]
				source.cancel = cancel
				if tries < 2 && dice.IntN(4) == 0 {
					left := dice.IntN(2 * n)
					source.kill = func() bool { left--; return left < 0 }
				}
				err := rule.NewService(rule.Deps{DB: d, Auth: policy, Policy: rule.Policy{Prefix: "WZ-Y"}, Rules: catalog.All(), Funnel: room.funnel, Files: noFiles{},
					Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{}), Signs: quick(), Hours: &source, Known: &source}).WatchConduct(look, job.Job{})
				dead := look.Err() != nil
				cancel()
				if err == nil {
					if dice.IntN(10) == 0 && tries == 0 {
						continue // once more, for nothing
					}
					break
				}
				if !dead {
					t.Fatal(err)
				}
				kills++
			}
		}
		alarms := map[string][]rule.Alarm{}
		q := rule.Query{Levels: []string{string(rule.Suspect)}, Limit: 100}
		for {
			page, err := room.service.List(ctx, auth.System("test"), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page.Items {
				alarms[a.OutletID] = append(alarms[a.OutletID], a)
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		some, extra := 0, 0
		for _, p := range pairs {
			want, got := alarms[p[0]], alarms[p[1]]
			some += len(want)
			if len(want) == 0 && len(got) == 1 && !got[0].Lasts() {
				extra++ // raised on what was there then
				continue
			}
			same := len(want) == len(got)
			for i := range want {
				same = same && told(want[i], start) == told(got[i], start)
			}
			if !same {
				t.Errorf("seed %d:", seeds[p[0]])
				for i, list := range [][]rule.Alarm{want, got} {
					for _, a := range list {
						t.Errorf("  %s: %s", []string{"in order ", "disturbed"}[i], told(a, start))
					}
				}
			}
		}
		t.Logf("%d streams, %d alarms, %d taken away by late data, %d kills", n, some, extra, kills)
		if some < n/4 || kills == 0 || n >= 50 && extra == 0 {
			t.Errorf("too little to compare: %d alarms, %d kills", some, kills)
		}
	})
}
