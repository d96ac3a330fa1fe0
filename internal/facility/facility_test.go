package facility

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

var (
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	clerk   = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	faraway = auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
)

func d(s string) decimal.Decimal { return decimal.Must(s) }

func TestJudge(t *testing.T) {
	t.Parallel()
	c := Channel{OnAbove: d("5"), OffBelow: d("2.0")}
	for _, x := range []struct {
		value  string
		before State
		want   State
	}{
		{"5", Unknown, On}, {"5.00", Off, On}, {"4.99", On, On}, {"4.99", Off, Off}, {"4.99", Unknown, Off},
		{"2", On, On}, {"1.999", On, Off}, {"-1", Unknown, Off}, {"0", Off, Off},
	} {
		if got := c.Judge(d(x.value), x.before); got != x.want {
			t.Errorf("%s after %s: %s, want %s", x.value, x.before, got, x.want)
		}
	}
	for _, x := range []struct {
		in   []State
		want State
	}{{nil, Unknown}, {[]State{Unknown}, Unknown}, {[]State{Off, Unknown}, Off}, {[]State{Off, On, Unknown}, On}, {[]State{Off, Off}, Off}} {
		if got := Combine(x.in); got != x.want {
			t.Errorf("%v: %s", x.in, got)
		}
	}
}

func TestIdleTreatments(t *testing.T) {
	t.Parallel()
	units := []Unit{{ID: "p1", Kind: Production}, {ID: "p2", Kind: Production}, {ID: "t1", Kind: Treatment, Treats: []string{"p1", "p2"}}, {ID: "t2", Kind: Treatment, Treats: []string{"p2"}}}
	at := func(m int) time.Time { return time.Unix(int64(60*m), 0) }
	for _, x := range []struct {
		name           string
		p1, p2, t1, t2 State
		want           string
	}{
		{"all run", On, On, On, On, ""},
		{"treatment stands", On, Off, Off, On, "t1-p1@3"},
		{"the other treats as well", Off, On, Off, On, ""},
		{"both stand", On, On, Off, Off, "t1-p1@3 t1-p2@3 t2-p2@4"},
		{"treatment is not known", On, On, Unknown, On, ""},
		{"production is not known", Unknown, Off, Off, Off, ""},
	} {
		var told []string
		states := map[string]State{"p1": x.p1, "p2": x.p2, "t1": x.t1, "t2": x.t2}
		since := map[string]time.Time{"p1": at(1), "p2": at(2), "t1": at(3), "t2": at(4)}
		for _, i := range IdleTreatments(units, func(id string) (State, time.Time) { return states[id], since[id] }) {
			told = append(told, fmt.Sprintf("%s-%s@%d", i.Treatment, i.Production, i.Since.Unix()/60))
		}
		if got := strings.Join(told, " "); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	low := d("9")
	good := Spec{Code: "MF1", Name: "酸洗线", Kind: Production}
	for name, specs := range map[string][]Spec{
		"none":                       {},
		"no code":                    {{Name: "x", Kind: Production}},
		"no name":                    {{Code: "MF1", Kind: Production}},
		"no kind":                    {{Code: "MF1", Name: "x"}},
		"the code twice":             {good, good},
		"production treats":          {good, {Code: "MF2", Name: "x", Kind: Production, Treats: []string{"MF1"}}},
		"treats what is not there":   {{Code: "TA1", Name: "x", Kind: Treatment, Treats: []string{"MF9"}}},
		"treats another treatment":   {{Code: "TA1", Name: "x", Kind: Treatment, Treats: []string{"TA0"}}},
		"a channel without a factor": {{Code: "MF1", Name: "x", Kind: Production, Channels: []ChannelSpec{{MN: "GW"}}}},
		"stops above its start":      {{Code: "MF1", Name: "x", Kind: Production, Channels: []ChannelSpec{{MN: "GW", Factor: "Ia01", OnAbove: d("5"), OffBelow: &low}}}},
	} {
		if err := Check(specs, map[string]Kind{"TA0": Treatment}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := Check([]Spec{{Code: " TA1 ", Name: "塔", Kind: Treatment, Treats: []string{"MF0"}}}, map[string]Kind{"MF0": Production}); err != nil {
		t.Error(err)
	}
}

// feed is a source whose readings a test commits.
type feed struct {
	readings []Reading
	fail     error
	saved    int64
}

func (f *feed) Since(_ context.Context, cursor int64, want func(int64) bool) ([]Reading, int64, error) {
	var out []Reading
	for _, r := range f.readings[cursor:] {
		if want != nil && want(r.Device) {
			out = append(out, r)
		}
	}
	return out, int64(len(f.readings)), nil
}
func (f *feed) Wake() <-chan struct{}                             { return nil }
func (f *feed) Cursor(context.Context, *db.Tx) (int64, error)     { return f.saved, nil }
func (f *feed) Save(_ context.Context, _ *db.Tx, seq int64) error { f.saved = seq; return f.fail }

type scene struct {
	t       *testing.T
	d       *db.DB
	clock   *dbtest.Clock
	feed    *feed
	runner  *Runner
	service *Service
	firm    enterprise.Enterprise
	outlet  enterprise.Outlet
}

func newScene(t *testing.T, h *db.DB, c *dbtest.Clock) *scene {
	t.Helper()
	ctx := context.Background()
	s := &scene{t: t, d: h, clock: c, feed: &feed{}}
	s.runner = NewRunner(h, s.feed, slog.New(slog.DiscardHandler))
	s.service = New(h, auth.DefaultPolicy(), s.runner)
	reg := enterprise.New(h, auth.DefaultPolicy())
	var err error
	if s.firm, err = reg.Create(ctx, duty, enterprise.Enterprise{Name: "（演示）电镀厂", Area: "330302"}); err != nil {
		t.Fatal(err)
	}
	if s.outlet, err = reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: s.firm.ID, Code: "DA001", Name: "酸雾塔出口", Kind: enterprise.Gas}); err != nil {
		t.Fatal(err)
	}
	err = h.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meter (id, num, mn, enterprise_id, name, profile_id, report_every, secret, created_at, updated_at) VALUES ('m1', 11, 'GW-1', $1, '网关', 'p', 60, $2, 0, 0)`, s.firm.ID, []byte{1}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO device (id, num, mn, outlet_id, created_at, updated_at) VALUES ('d1', 22, 'LOGGER-1', $1, 0, 0)`, s.outlet.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plant is a line with two motors, a scrubber known by HJ 212, and what treats
// which.
func plant() []Spec {
	low := d("2")
	return []Spec{
		{Code: "TA001", Name: "酸雾吸收塔", Kind: Treatment, OutletCode: "DA001", Treats: []string{"MF0001"}, Channels: []ChannelSpec{{MN: "LOGGER-1", Factor: "e30201", OnAbove: d("3")}}},
		{Code: "MF0001", Name: "酸洗线", Kind: Production, Channels: []ChannelSpec{{MN: "GW-1", Factor: "Ia01", OnAbove: d("5"), OffBelow: &low}, {MN: "GW-1", Factor: "Ia02", OnAbove: d("5")}}},
	}
}

func (s *scene) put(specs []Spec) map[string]Unit {
	s.t.Helper()
	units, err := s.service.Put(context.Background(), duty, s.firm.ID, specs, false)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]Unit{}
	for _, u := range units {
		out[u.Code] = u
	}
	return out
}

func (s *scene) read(minute int, device int64, factor, value string) {
	s.feed.readings = append(s.feed.readings, Reading{device, factor, time.Date(2026, 11, 21, 1, minute, 0, 0, time.UTC), d(value)})
}

func (s *scene) settle() {
	s.t.Helper()
	if _, err := s.runner.RunDue(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) changes() string {
	s.t.Helper()
	list, err := s.service.Changes(context.Background(), duty, s.firm.ID, time.Time{}, s.d.Now().Add(time.Hour))
	if err != nil {
		s.t.Fatal(err)
	}
	units, err := s.service.Of(context.Background(), duty, s.firm.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	code := map[string]string{}
	for _, u := range units {
		code[u.ID] = u.Code
	}
	var told []string
	for _, c := range list {
		told = append([]string{fmt.Sprintf("%s %s %d %s=%s", code[c.UnitID], c.State, c.Since.Minute(), c.Factor, c.Value)}, told...)
	}
	return strings.Join(told, "; ")
}

func TestRunner(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, h *db.DB, c *dbtest.Clock) {
		s := newScene(t, h, c)
		units := s.put(plant())
		line, tower := units["MF0001"].ID, units["TA001"].ID
		if st, _ := s.runner.Now(line); st != Unknown {
			t.Errorf("before anything: %s", st)
		}
		s.read(10, 11, "Ia01", "0.1")
		s.read(10, 22, "e30201", "3.5")
		s.read(10, 33, "Ia01", "99") // another's meter
		s.read(11, 11, "Ia01", "7")
		s.read(12, 11, "Ia02", "0")
		s.read(13, 11, "Ia01", "3") // between the thresholds
		s.read(12, 11, "Ia01", "0") // late: the present stays
		s.read(20, 22, "e30201", "2.9")
		s.settle()
		want := "MF0001 off 10 Ia01=0.1; TA001 on 10 e30201=3.5; MF0001 on 11 Ia01=7; TA001 off 20 e30201=2.9"
		if got := strings.Split(s.changes(), "; "); cmp.Diff(len(strings.Split(want, "; ")), len(got)) != "" {
			t.Errorf("%v, want %s", got, want)
		}
		for _, x := range strings.Split(want, "; ") {
			if !strings.Contains(s.changes(), x) {
				t.Errorf("%s is missing in %s", x, s.changes())
			}
		}
		if st, since := s.runner.Now(line); st != On || since.Minute() != 11 {
			t.Errorf("the line: %s since %v", st, since)
		}
		idle := IdleTreatments([]Unit{units["MF0001"], units["TA001"]}, s.runner.Now)
		if len(idle) != 1 || idle[0].Treatment != tower || idle[0].Since.Minute() != 20 {
			t.Errorf("%+v", idle)
		}
		v, at, ok := s.runner.Value(line, units["MF0001"].Channels[0].ID)
		if !ok || v.String() != "3" || at.Minute() != 13 {
			t.Errorf("%v %v %v", v, at, ok)
		}

		// A restart knows what was; nothing is written twice.
		before := s.changes()
		s.runner = NewRunner(h, s.feed, slog.New(slog.DiscardHandler))
		s.feed.saved = 0 // as if the last save had been lost
		s.settle()
		if got := s.changes(); got != before {
			t.Errorf("after a restart %s, before %s", got, before)
		}
		if st, since := s.runner.Now(line); st != On || since.Minute() != 11 {
			t.Errorf("after a restart: %s since %v", st, since)
		}
		c.Advance(time.Hour)
		if st, _ := s.runner.Now(line); st != Unknown {
			t.Errorf("after an hour of silence: %s", st)
		}
		// A unit out of use is not followed.
		specs := plant()
		specs[1].Retired = true
		s.put(specs)
		s.runner.Refresh()
		s.read(59, 11, "Ia01", "0")
		s.settle()
		if got := s.changes(); got != before {
			t.Errorf("retired: %s", got)
		}
	})
}

func TestRunner_WriteFails(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, h *db.DB, c *dbtest.Clock) {
		s := newScene(t, h, c)
		s.put(plant())
		s.read(10, 11, "Ia01", "9")
		s.feed.fail = errors.New("disk full")
		if _, err := s.runner.RunDue(context.Background()); err == nil {
			t.Fatal("no error")
		}
		s.feed.fail, s.feed.saved = nil, 0
		s.settle()
		if got := s.changes(); got != "MF0001 on 10 Ia01=9" {
			t.Error(got)
		}
	})
}

func TestPut(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, h *db.DB, c *dbtest.Clock) {
		s := newScene(t, h, c)
		ctx := context.Background()
		dry, err := s.service.Put(ctx, duty, s.firm.ID, plant(), true)
		if err != nil || len(dry) != 2 {
			t.Errorf("dry: %v %v", dry, err)
		}
		if units, err := s.service.Of(ctx, duty, s.firm.ID); err != nil || len(units) != 0 {
			t.Errorf("a trial left %v %v", units, err)
		}
		units := s.put(plant())
		again := s.put(plant())
		if units["TA001"].ID != again["TA001"].ID || len(again) != 2 || len(again["MF0001"].Channels) != 2 || again["TA001"].Treats[0] != units["MF0001"].ID || again["TA001"].OutletID != s.outlet.ID {
			t.Errorf("%+v", again)
		}
		var f *fault.Error
		bad := plant()
		bad[0].OutletCode, bad[1].Channels[0].MN = "DA009", "GW-9"
		if _, err := s.service.Put(ctx, duty, s.firm.ID, bad, false); !errors.As(err, &f) || len(f.Fields) != 2 || f.Fields[0].Name != "units[0].outlet_code" || f.Fields[1].Name != "units[1].channels" {
			t.Errorf("%v %+v", err, f)
		}
		if _, err := s.service.Put(ctx, clerk, s.firm.ID, plant(), false); !errors.As(err, &f) || f.Kind != fault.Forbidden {
			t.Errorf("a clerk: %v", err)
		}
		if _, err := s.service.Put(ctx, faraway, s.firm.ID, plant(), false); !errors.As(err, &f) || f.Kind != fault.NotFound {
			t.Errorf("another area: %v", err)
		}
		if _, err := s.service.Of(ctx, faraway, s.firm.ID); !errors.As(err, &f) || f.Kind != fault.NotFound {
			t.Errorf("another area reads: %v", err)
		}
	})
}
