package gap

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

var duty = auth.Actor{ID: "u-duty", Name: "值班员", Roles: []auth.Role{auth.Duty}, Area: "330300"}

// stations are devices whose call-backs the test answers itself.
type stations struct {
	t     *testing.T
	c     *dbtest.Clock
	d     *db.DB
	store *telemetry.Store
	gaps  *Service

	offline map[string]bool
	asked   []string // "M1 06-11", in order
	over    map[string]int
	brings  map[string][]time.Time
}

func (s *stations) Online(mn string) bool               { return !s.offline[mn] }
func (s *stations) Longest(hj212.Command) time.Duration { return 12 * time.Hour }

func (s *stations) CallBack(_ context.Context, tx *db.Tx, d telemetry.Device, _ hj212.Command, from, to time.Time) (string, error) {
	id := fmt.Sprintf("%s %s-%s", d.MN, from.In(hj212.Beijing).Format("02T15"), to.In(hj212.Beijing).Format("02T15"))
	tx.AfterCommit(func() { s.asked = append(s.asked, id) })
	var all []time.Time
	for t := from; !t.After(to); t = t.Add(time.Hour) {
		all = append(all, t)
	}
	s.brings[id] = all
	return id, nil
}

func (s *stations) CalledBack(_ context.Context, _ *db.Tx, id string) (bool, int, string, error) {
	code, over := s.over[id]
	return over, code, "", nil
}

// newStations has devices M1 to Mn, which sent hours up to the morning of the
// 20th, and those after the 21st 08:00; in between nothing.
func newStations(t *testing.T, d *db.DB, c *dbtest.Clock, n int, p Pace) *stations {
	t.Helper()
	ctx := t.Context()
	store, err := telemetry.Open(ctx, d, telemetry.Options{Area: "330300", Refresh: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Stop(context.Background()) })
	s := &stations{t: t, c: c, d: d, store: store, offline: map[string]bool{}, over: map[string]int{}, brings: map[string][]time.Time{}}
	s.gaps = New(Parts{DB: d, Policy: auth.DefaultPolicy(), Store: store, Caller: s, Pace: p})
	devices := telemetry.NewDevices(d, auth.DefaultPolicy(), store)
	firms := enterprise.New(d, auth.DefaultPolicy())
	e, err := firms.Create(ctx, duty, enterprise.Enterprise{Name: "厂", Area: "330302"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		o, err := firms.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Name: fmt.Sprint("排口", i), Kind: enterprise.Gas})
		if err != nil {
			t.Fatal(err)
		}
		mn := fmt.Sprint("M", i+1)
		if _, _, err := devices.Register(ctx, duty, telemetry.Device{MN: mn, OutletID: o.ID, Protocol: "2017", Password: "123456"}); err != nil {
			t.Fatal(err)
		}
		s.send(mn, hours(20, 0, 7)...)
		s.send(mn, hours(21, 8, 8)...)
	}
	c.Advance(time.Date(2026, 11, 21, 10, 30, 0, 0, hj212.Beijing).Sub(c.Now()))
	return s
}

func hours(day, first, last int) (out []time.Time) {
	for h := first; h <= last; h++ {
		out = append(out, time.Date(2026, 11, day, h, 0, 0, 0, hj212.Beijing))
	}
	return out
}

func (s *stations) send(mn string, at ...time.Time) {
	s.t.Helper()
	var text []byte
	for _, t := range at {
		var err error
		m := hj212.Message{QN: string(hj212.AppendQN(nil, t)), ST: "31", CN: "2061", PW: "123456", MN: mn, Flag: hj212.FlagAnswer.WithVersion(hj212.V2017),
			Area: []byte("DataTime=" + string(hj212.AppendTime(nil, t)) + ";a21026-Avg=12.5,a21026-Flag=N")}
		if text, err = hj212.AppendFrame(text, &m); err != nil {
			s.t.Fatal(err)
		}
	}
	var sc hj212.Scanner
	var f hj212.Frame
	if _, err := sc.Write(text); err != nil {
		s.t.Fatal(err)
	}
	var r telemetry.Reader
	g := &telemetry.Group{}
	for sc.Next(&f) {
		g.Entries = append(g.Entries, r.Entry(&f, s.c.Now(), "test"))
	}
	if err := s.store.Submit(s.t.Context(), g); err != nil {
		s.t.Fatal(err)
	}
	for i := range g.Entries {
		if g.Entries[i].Outcome != telemetry.Stored {
			s.t.Fatalf("%v", g.Entries[i].Outcome)
		}
	}
}

// answer lets a device send what it was asked for.
func (s *stations) answer(id string) {
	s.t.Helper()
	mn, _, _ := strings.Cut(id, " ")
	s.send(mn, s.brings[id]...)
	s.over[id] = exeDone
}

// look runs what is due and tells who was asked.
func (s *stations) look() []string {
	s.t.Helper()
	s.asked = nil
	if _, err := s.gaps.RunDue(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(s.asked)
	return s.asked
}

func (s *stations) states() string {
	s.t.Helper()
	page, err := s.gaps.List(s.t.Context(), duty, Query{Kind: "hour"})
	if err != nil {
		s.t.Fatal(err)
	}
	count := map[string]int{}
	for _, g := range page.Items {
		count[string(g.State)]++
	}
	return fmt.Sprint(count)
}

// Many devices come back at once: as many are asked as may be under way, the next
// when one is done, and each for one stretch at a time.
func TestPlan_KeepsItsPace(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStations(t, d, c, 5, Pace{After: time.Minute, AtOnce: 2})
		if got := s.look(); len(got) != 0 || s.states() != "map[open:5]" {
			t.Fatalf("%v %s", got, s.states())
		}
		c.Advance(time.Minute)
		first := slices.Clone(s.look())
		if len(first) != 2 || s.states() != "map[asked:2 open:5]" { // two were cut at twelve hours
			t.Fatalf("%v %s", first, s.states())
		}
		if got := s.look(); len(got) != 0 {
			t.Fatalf("%v asked while two are under way", got)
		}
		s.answer(first[0])
		next := slices.Clone(s.look())
		if len(next) != 1 || s.states() != "map[asked:2 closed:1 open:5]" {
			t.Fatalf("%v %s", next, s.states())
		}
		everybody := map[string]bool{}
		for range 20 {
			for id := range s.brings {
				if _, done := s.over[id]; !done {
					s.answer(id)
				}
				mn, _, _ := strings.Cut(id, " ")
				everybody[mn] = true
			}
			c.Advance(busy)
			if got := s.look(); len(got) > 2 {
				t.Fatalf("%v at once", got)
			}
		}
		if s.states() != "map[closed:10]" || len(everybody) != 5 {
			t.Errorf("%s, asked %v", s.states(), everybody)
		}
	})
}

// Devices that cannot be asked take no place from those that can.
func TestPlan_AbsentDevicesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStations(t, d, c, 4, Pace{After: time.Minute, AtOnce: 1})
		s.offline = map[string]bool{"M1": true, "M2": true, "M3": true}
		s.look()
		c.Advance(time.Minute)
		if got := s.look(); len(got) != 1 || !strings.HasPrefix(got[0], "M4 ") {
			t.Fatalf("asked %v", got)
		}
		s.answer(s.asked[0])
		s.offline = nil
		c.Advance(away - time.Second)
		if got := s.look(); len(got) != 1 || !strings.HasPrefix(got[0], "M4 ") {
			t.Errorf("asked %v, the others are looked for again later", got)
		}
		s.answer(s.asked[0])
		c.Advance(time.Second)
		if got := s.look(); len(got) != 1 || strings.HasPrefix(got[0], "M4 ") {
			t.Errorf("asked %v", got)
		}
	})
}

// A device that has gone silent before it was known costs one write for a look,
// however many passes that had, and the next look goes on from there.
func TestPass_SilentDevicesAreWrittenOnce(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStations(t, d, c, 2, Pace{})
		s.send("M2", hours(10, 5, 5)...) // makes the first pass begin ten days earlier
		s.look()
		read := func() map[string]rhythm {
			t.Helper()
			var all map[string]rhythm
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
				all, err = rhythms(t.Context(), tx, telemetry.CNHour)
				return err
			})
			if err != nil || len(all) != 2 {
				t.Fatal(len(all), err)
			}
			return all
		}
		first := read()
		var ends []int64
		for _, r := range first {
			ends = append(ends, r.Until)
		}
		if end := c.Now().Add(-kindOf(telemetry.CNHour).grace).UnixMicro(); ends[0] != end || ends[1] != end {
			t.Errorf("looked at up to %v, want %d", ends, end)
		}
		if s.look(); fmt.Sprint(read()) != fmt.Sprint(first) {
			t.Error("a second look at the same time changes rows")
		}
		// Another process was faster with one of them: nothing is counted twice.
		days := func() string {
			out, err := s.gaps.Calendar(t.Context(), duty, mustOutlet(s, "M1"), "", c.Now())
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(out)
		}
		c.Advance(time.Hour)
		s.send("M1", hours(21, 9, 9)...)
		s.look()
		once := days()
		other := New(s.gaps.Parts)
		ch := chain{k: kindOf(telemetry.CNHour), known: first, behind: map[string]int64{}}
		if _, err := other.pass(t.Context(), &ch); err != nil || !ch.stale {
			t.Errorf("a pass from old rows: stale %v, %v", ch.stale, err)
		}
		if got := days(); got != once {
			t.Errorf("counted twice: %s, before %s", got, once)
		}
	})
}

func mustOutlet(s *stations, mn string) string {
	d, ok := s.store.DeviceOf(mn)
	if !ok {
		s.t.Fatal("no device " + mn)
	}
	return d.OutletID
}

// Open pages hear of each change, once for an outlet; what only waits is no news.
func TestNews_ToldOnceForAnOutlet(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStations(t, d, c, 1, Pace{After: time.Minute, AtOnce: 1})
		b := bus.New(d)
		var heard []string
		b.Subscribe("test", []string{"gap.*"}, func(_ context.Context, e bus.Event) error {
			heard = append(heard, e.Topic+" "+e.Subject+" "+e.Area)
			return nil
		})
		dev, _ := s.store.DeviceOf("M1")
		told := func(want int, when string) {
			t.Helper()
			heard = nil
			if err := b.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(heard) != want || want > 0 && heard[0] != "gap.changed "+dev.OutletID+" 330302" {
				t.Errorf("%s: %v", when, heard)
			}
		}
		told(0, "before")
		s.look()
		told(1, "found")
		s.look()
		told(0, "nothing new")
		c.Advance(time.Minute)
		s.look()
		told(1, "asked, in two parts")
		s.answer(s.asked[0])
		s.offline["M1"] = true
		s.look()
		told(1, "filled")
		if err := s.gaps.See(t.Context(), duty, dev.OutletID); err != nil {
			t.Error(err)
		}
		elsewhere := auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330400"}
		for who, outlet := range map[*auth.Actor]string{&elsewhere: dev.OutletID, &duty: "nowhere"} {
			if err := s.gaps.See(t.Context(), *who, outlet); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees %s: %v", who.ID, outlet, err)
			}
		}
	})
}

// One device that is waited for must not have all the others read again.
func TestBegin_NewDevicesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	now := origin.Add(10 * time.Hour)
	us := func(h float64) int64 { return origin.Add(time.Duration(h * float64(time.Hour))).UnixMicro() }
	old := rhythm{Last: us(9.5), Pace: 1, Until: us(9.75)}
	young := rhythm{Last: us(8), Until: us(8) + 1}
	k := kindOf(telemetry.CNMinute)
	for _, c := range []struct {
		name          string
		known         []rhythm
		reached, from int64
	}{
		{"nobody", nil, now.Add(-lookBack).UnixMicro(), now.Add(-lookBack).UnixMicro()},
		{"one", []rhythm{old}, us(9.75), us(9.5) + 1},
		{"with a new one", []rhythm{old, young}, us(9.75), us(8) + 1},
		{"new ones alone", []rhythm{young}, us(8) + 1, us(8) + 1},
		{"behind the others", []rhythm{old, {Last: us(7), Pace: 1, Until: us(7.5)}}, us(7.5), us(7) + 1},
	} {
		known := map[string]rhythm{}
		for i, r := range c.known {
			known[fmt.Sprint(i)] = r
		}
		reached, from := begin(k, known, now)
		if reached.UnixMicro() != c.reached || from.UnixMicro() != c.from {
			t.Errorf("%s: %s, read from %s", c.name, reached.In(hj212.Beijing), from.In(hj212.Beijing))
		}
	}
}
