package rule_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/timeline"
)

var ctx = context.Background()

// feed is a source made by hand: values in order, each with a sequence number.
type feed struct {
	values map[rule.Stream][]rule.Sample
	at     int64 // how far the source lets be read; 0 = all

	page []rule.Sample // in place of values, the n-th page of realtime values
	n    int64
}

func (f *feed) Since(_ context.Context, s rule.Stream, cursor int64) ([]rule.Sample, int64, error) {
	if f.n > 0 {
		if s != enterprise.Realtime || cursor >= f.n {
			return nil, cursor, nil
		}
		return f.page, f.n, nil
	}
	all := f.values[s]
	end := int64(len(all))
	if f.at > 0 {
		end = min(end, f.at)
	}
	if cursor >= end {
		return nil, cursor, nil
	}
	return slices.Clone(all[cursor:end]), end, nil
}

func (f *feed) Wake() <-chan struct{} { return nil }

// funnel remembers what was handed in, and may fail.
type funnel struct {
	got   []clue.New
	packs []string // clue, then files
	fail  error
	dead  bool // clues are dismissed
}

func (f *funnel) HandIn(_ context.Context, _ *db.Tx, n clue.New) (clue.ID, error) {
	if f.fail != nil {
		return "", f.fail
	}
	f.got = append(f.got, n)
	return clue.ID("clue-" + n.SourceID), nil
}

func (f *funnel) Alive(context.Context, *db.Tx, clue.ID) (bool, error) { return !f.dead, nil }

func (f *funnel) AddEvidence(_ context.Context, _ *db.Tx, _ auth.Actor, id clue.ID, _ string, files []string) error {
	f.packs = append(f.packs, string(id))
	f.packs = append(f.packs, files...)
	return nil
}

type noFiles struct{}

func (noFiles) Attach(context.Context, *db.Tx, []string, string, string) error { return nil }

// room is a duty room: one outlet with a limit of 50 mg/m³ for SO2, hourly.
type room struct {
	t       *testing.T
	db      *db.DB
	clock   *dbtest.Clock
	outlet  string
	source  *feed
	ears    ears
	archive *archive
	funnel  *funnel
	jobs    *job.Runner
	service *rule.Service
	duty    auth.Actor
	start   time.Time
}

var policy = auth.DefaultPolicy()

func newRoom(t *testing.T, d *db.DB, c *dbtest.Clock) *room {
	t.Helper()
	r := newDuty(t, d)
	r.t, r.clock, r.start = t, c, c.Now().Truncate(time.Hour)
	e := enterprise.New(d, policy)
	firm, err := e.Create(ctx, r.duty, enterprise.Enterprise{Name: "演示热电厂", Area: "330302", PermitClass: enterprise.PermitKey})
	if err != nil {
		t.Fatal(err)
	}
	o, err := e.CreateOutlet(ctx, r.duty, enterprise.Outlet{EnterpriseID: firm.ID, Code: "DA001", Name: "1号排气筒", Kind: enterprise.Gas, Area: "330302"})
	if err != nil {
		t.Fatal(err)
	}
	r.outlet = o.ID
	fifty := decimal.Must("50")
	if _, err := e.SetLimit(ctx, r.duty, enterprise.Limit{OutletID: o.ID, Factor: "a21026", Upper: &fifty, Statistic: enterprise.Hour,
		Standard: "GB 13271-2014", Article: "表2", ValidFrom: r.start.AddDate(-1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	return r
}

// newDuty is the service with people, and nobody to watch yet.
func newDuty(t testing.TB, d *db.DB) *room {
	t.Helper()
	p := policy
	r := &room{db: d, ears: ears{}, archive: &archive{}, source: &feed{values: map[rule.Stream][]rule.Sample{}}, funnel: &funnel{}}
	accounts := auth.New(d, p, auth.Config{})
	person := func(login string, role auth.Role, area string) auth.Actor {
		u, err := accounts.Provision(ctx, auth.System("test"), auth.Account{Profile: auth.Profile{Login: login, Name: login}, Rights: auth.Rights{Roles: []auth.Role{role}, Area: area}})
		if err != nil {
			t.Fatal(err)
		}
		return auth.Actor{ID: u.ID, Name: login, Roles: []auth.Role{role}, Area: area}
	}
	r.duty = person("duty", auth.Duty, "330302")
	person("leader", auth.Leader, "330302")
	r.service = rule.NewService(rule.Deps{DB: d, Auth: p, Policy: rule.Policy{Prefix: "WZ-Y", City: "330300", Offline: time.Hour, Missing: 12 * time.Hour, Category: map[enterprise.Kind]string{enterprise.Gas: "air"}}, Rules: catalog.All(), Ear: r.ears, Hours: r.archive,
		Funnel: r.funnel, Files: noFiles{}, Notify: notify.New(d, p), Timeline: timeline.New(timeline.Names{})})
	r.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler))
	r.service.Jobs(r.jobs)
	return r
}

// use puts another service in place of the room's, as after a restart.
func (r *room) use(s *rule.Service) {
	r.service, r.jobs = s, job.NewRunner(r.db, slog.New(slog.DiscardHandler))
	s.Jobs(r.jobs)
}

// person opens an account.
func (r *room) person(login string, rights auth.Rights) auth.Actor {
	r.t.Helper()
	u, err := auth.New(r.db, policy, auth.Config{}).Provision(ctx, auth.System("test"), auth.Account{Profile: auth.Profile{Login: login, Name: login}, Rights: rights})
	if err != nil {
		r.t.Fatal(err)
	}
	return auth.Actor{ID: u.ID, Name: login, Roles: rights.Roles, Area: rights.Area, Agency: rights.Agency, Enterprise: rights.Enterprise}
}

// values appends to a stream, one every step from the start on.
func (r *room) values(s rule.Stream, step time.Duration, numbers ...string) {
	for _, n := range numbers {
		at := r.start.Add(time.Duration(len(r.source.values[s])) * step)
		r.source.values[s] = append(r.source.values[s], r.sample(n, at))
	}
}

func (r *room) sample(number string, at time.Time) rule.Sample {
	return rule.Sample{OutletID: r.outlet, OutletKind: enterprise.Gas, Factor: "a21026", At: at, Value: decimal.Must(number), Flag: "N", Valid: true}
}

// run judges with a fresh runner, as after a restart.
func (r *room) run() error {
	_, err := rule.NewRunner(r.service, r.source, slog.New(slog.DiscardHandler)).RunDue(ctx)
	return err
}

func (r *room) mustRun() {
	r.t.Helper()
	if err := r.run(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) alarms() []rule.Alarm {
	r.t.Helper()
	page, err := r.service.List(ctx, r.duty, rule.Query{})
	if err != nil {
		r.t.Fatal(err)
	}
	if page.Total != len(page.Items) {
		r.t.Errorf("counted %d of %d", page.Total, len(page.Items))
	}
	return page.Items
}

func (r *room) one() rule.File {
	r.t.Helper()
	list := r.alarms()
	if len(list) != 1 {
		r.t.Fatalf("%d alarms, want one", len(list))
	}
	f, err := r.service.Get(ctx, r.duty, list[0].ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

func (r *room) do(v flow.Verb, form map[string]any) {
	r.t.Helper()
	a := r.one().Alarm
	if err := r.service.Do(ctx, r.duty, a.ID, v, a.Version, form); err != nil {
		r.t.Fatal(err)
	}
}

func verbs(f rule.File) (out []flow.Verb) {
	for _, e := range f.Timeline {
		out = append(out, e.Verb)
	}
	return out
}

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := rule.Machine.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestEarlyNotice_FromFirstValueToClearing(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Realtime, 30*time.Second, "40", "55", "60")
		r.mustRun()
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("%d alarms after two values", n)
		}
		r.values(enterprise.Realtime, 30*time.Second, "58")
		r.mustRun() // the run of three spans two runners
		f := r.one()
		if a := f.Alarm; a.State != rule.StateNotified || a.Level != rule.Notice || a.Times != 3 || a.Peak.String() != "60" ||
			!a.StartedAt.Equal(r.start.Add(30*time.Second)) || a.Number != "WZ-Y-2026-000001" || a.Basis != "GB 13271-2014表2" || len(r.funnel.got) != 0 {
			t.Errorf("alarm %+v, %d clues", a, len(r.funnel.got))
		}
		if got := verbs(f); !slices.Equal(got, []flow.Verb{rule.Raise, rule.Tell}) {
			t.Errorf("timeline %v", got)
		}
		r.values(enterprise.Realtime, 30*time.Second, "90", "40", "40", "40", "40")
		r.mustRun()
		if a := r.one().Alarm; !a.Lasts() || a.Times != 4 || a.Peak.String() != "90" {
			t.Errorf("four quiet values must not end it: %+v", a)
		}
		r.values(enterprise.Realtime, 30*time.Second, "40")
		r.mustRun()
		if a := r.one().Alarm; a.State != rule.StateCleared || a.Lasts() {
			t.Errorf("nobody took it, it is over: %+v", a)
		}
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60")
		r.mustRun()
		if list := r.alarms(); len(list) != 2 || list[0].State != rule.StateNotified {
			t.Errorf("a new run is a new alarm: %+v", list)
		}
	})
}

func TestEarlyNotice_HandedInByThePersonOnDuty(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Realtime, 30*time.Second, "60", "60", "60")
		r.mustRun()
		a := r.one().Alarm
		err := r.service.Do(ctx, r.duty, a.ID, rule.HandIn, a.Version, map[string]any{})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("without words: %v", err)
		}
		r.do(rule.Acknowledge, map[string]any{"text": "电话核实"})
		if err := r.service.Do(ctx, r.duty, a.ID, rule.HandIn, a.Version, map[string]any{"text": "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
		r.do(rule.HandIn, map[string]any{"text": "脱硫泵故障"})
		f := r.one()
		if f.Alarm.State != rule.StateHandled || f.Alarm.ClueID != "clue-"+string(f.Alarm.ID) || len(r.funnel.got) != 1 {
			t.Fatalf("alarm %+v, clues %v", f.Alarm, r.funnel.got)
		}
		if n := r.funnel.got[0]; n.Source != clue.SourceAlarm || n.SourceID != string(a.ID) || n.Area != "330302" || n.Category != "air" || n.Evidence == "" {
			t.Errorf("clue %+v", n)
		}
		r.values(enterprise.Realtime, 30*time.Second, "40", "40", "40", "40", "40")
		r.mustRun()
		if a := r.one().Alarm; a.State != rule.StateCleared {
			t.Errorf("handled and over: %s", a.State)
		}
	})
}

func TestOfficial_BecomesAClueAndNeedsAnAnswer(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "40", "70")
		r.mustRun()
		f := r.one()
		if f.Alarm.Level != rule.Exceed || f.Alarm.ClueID == "" || len(r.funnel.got) != 1 {
			t.Fatalf("%+v", f.Alarm)
		}
		if got := verbs(f); !slices.Equal(got, []flow.Verb{rule.Raise, rule.Forward, rule.Tell}) {
			t.Errorf("timeline %v", got)
		}
		if i := slices.IndexFunc(f.Actions, func(a flow.Action) bool { return a.Verb == rule.HandIn }); i < 0 || f.Actions[i].Allowed {
			t.Error("a second hand-in must be shown and refused")
		}
		r.values(enterprise.Hour, time.Hour, "120", "40", "40", "40")
		r.mustRun()
		if a := r.one().Alarm; a.Level != rule.Grave || a.State != rule.StateNotified || a.Lasts() || a.Times != 2 {
			t.Errorf("over, but nobody has answered: %+v", a)
		}
		if worst, err := r.service.Worst(ctx); err != nil || len(worst) != 1 || worst[r.one().Alarm.OutletID] != rule.Grave {
			t.Errorf("%v, %v", worst, err)
		}
		r.values(enterprise.Hour, time.Hour, "60")
		r.mustRun()
		if f := r.one(); !f.Alarm.Lasts() || f.Timeline[len(f.Timeline)-1].Verb != rule.Return || len(r.funnel.got) != 1 {
			t.Errorf("the same alarm lasts again: %+v", f.Alarm)
		}
		r.do(rule.Acknowledge, nil)
		r.do(rule.Handle, map[string]any{"cause": "discharge", "text": "已责令减产"})
		if a := r.one().Alarm; a.State != rule.StateHandled {
			t.Errorf("%s: handled while it lasts is not cleared", a.State)
		}
		r.values(enterprise.Hour, time.Hour, "40", "40", "40")
		r.mustRun()
		if a := r.one().Alarm; a.State != rule.StateCleared {
			t.Errorf("%s", a.State)
		}
	})
}

func TestRun_FailsWholeAndGoesOnWhole(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		boom := errors.New("boom")
		r.funnel.fail = boom
		r.values(enterprise.Hour, time.Hour, "70")
		if err := r.run(); !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("%d alarms of a pass that failed", n)
		}
		r.funnel.fail = nil
		r.mustRun()
		r.mustRun()
		if a := r.one().Alarm; a.Times != 1 || a.Number != "WZ-Y-2026-000001" {
			t.Errorf("judged once after all: %+v", a)
		}
	})
}

func TestLateAndCorrectedHours(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "40", "60", "40")
		r.mustRun()
		late := r.source.values[enterprise.Hour][0]
		late.Value = decimal.Must("65") // hour 0 corrected upwards
		r.source.values[enterprise.Hour] = append(r.source.values[enterprise.Hour], late)
		r.mustRun()
		if a := r.one().Alarm; !a.StartedAt.Equal(r.start) || a.Times != 2 || a.Value.String() != "60" || a.Peak.String() != "65" {
			t.Errorf("the episode grows backwards, the newest value stays: %+v", a)
		}
	})
}

func TestUnheard_GoesUpOnce(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		step := func(by time.Duration) []flow.Verb {
			c.Advance(by)
			if _, err := r.jobs.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
			return verbs(r.one())
		}
		if got := step(29 * time.Minute); slices.Contains(got, rule.Escalate) {
			t.Errorf("too early: %v", got)
		}
		if got := step(time.Minute); !slices.Contains(got, rule.Escalate) {
			t.Errorf("nobody acknowledged: %v", got)
		}
		if got := step(23 * time.Hour); len(got) != 4 {
			t.Errorf("once: %v", got)
		}
	})
}

func TestAcknowledged_DoesNotGoUp(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		r.do(rule.Acknowledge, nil)
		c.Advance(time.Hour)
		if _, err := r.jobs.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		if got := verbs(r.one()); slices.Contains(got, rule.Escalate) {
			t.Errorf("%v", got)
		}
	})
}

func TestScope(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		a := r.one().Alarm
		other := auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330303"}
		if _, err := r.service.Get(ctx, other, a.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county: %v", err)
		}
		if page, err := r.service.List(ctx, other, rule.Query{}); err != nil || len(page.Items) != 0 || page.Total != 0 {
			t.Errorf("another county lists %d, %v", len(page.Items), err)
		}
		if err := r.service.Do(ctx, other, a.ID, rule.Acknowledge, a.Version, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county acts: %v", err)
		}
		firm := auth.Actor{ID: "y", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: a.EnterpriseID}
		f, err := r.service.Get(ctx, firm, a.ID)
		if err != nil || len(f.Actions) != 1 || f.Actions[0].Verb != rule.Explain {
			t.Errorf("the enterprise sees its alarm, may explain and may not close it: %v %v", f.Actions, err)
		}
		if err := r.service.Do(ctx, r.duty, a.ID, rule.Clear, a.Version, nil); err == nil {
			t.Error("a person cleared an alarm that lasts")
		}
		for _, q := range []rule.Query{{Area: "330303"}, {States: []string{"cleared"}}, {Text: "没有"}, {Levels: []string{"notice"}}, {EnterpriseID: "x"}, {To: r.start}} {
			if page, err := r.service.List(ctx, r.duty, q); err != nil || len(page.Items) != 0 {
				t.Errorf("%+v finds %d, %v", q, len(page.Items), err)
			}
		}
		if page, err := r.service.List(ctx, r.duty, rule.Query{Text: "热电", Area: "330300", States: []string{"notified"}}); err != nil || len(page.Items) != 1 {
			t.Errorf("found %d, %v", len(page.Items), err)
		}
	})
}

// past is official hours made by hand.
type past []rule.HourValue

func (p past) HoursOf(_ context.Context, _ string, from, to time.Time) ([]rule.HourValue, error) {
	return slices.DeleteFunc(slices.Clone(p), func(v rule.HourValue) bool { return v.At.Before(from) || !v.At.Before(to) }), nil
}

func TestConduct_ReplaysTheSigns(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		var hours past
		for h := -30 * 24; h < 0; h++ {
			at := r.start.Add(time.Duration(h) * time.Hour)
			so2 := 20 + 3*math.Sin(float64(h)/5) + .3*math.Sin(float64(h)*1.7)
			if h >= -48 && h < -24 {
				so2 = 21.5
			}
			for f, v := range map[string]float64{"a21026": so2, "a00000": 20 + math.Sin(float64(h)*2.1)} {
				hours = append(hours, rule.HourValue{Factor: f, At: at, Mean: v, Min: v, Max: v, Flag: "N"})
			}
		}
		s := rule.NewService(rule.Deps{DB: d, Auth: auth.DefaultPolicy(), Signs: catalog.Signs(), Hours: hours})
		got, err := s.Conduct(ctx, r.duty, r.outlet, r.start.AddDate(0, 0, -10), r.start)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Episodes) != 1 || got.Episodes[0].Kinds[0].Rule.ID != "constant" || got.Hours != 240 || len(got.Outlet.Channels) != 2 {
			t.Fatalf("%+v", got)
		}
		if e := got.Episodes[0]; e.From.Before(r.start.Add(-49*time.Hour)) || e.Raised.After(r.start.Add(-24*time.Hour)) {
			t.Errorf("%+v", e)
		}
		if got, _ := s.Conduct(ctx, r.duty, r.outlet, r.start.AddDate(0, 0, -1).Add(2*time.Hour), r.start); len(got.Episodes) != 0 {
			t.Errorf("what was over before: %+v", got.Episodes)
		}
		stranger := auth.Actor{ID: "x", Roles: []auth.Role{auth.Duty}, Area: "330381"}
		if _, err := s.Conduct(ctx, stranger, r.outlet, r.start.AddDate(0, 0, -10), r.start); !fault.Is(err, fault.NotFound) {
			t.Errorf("another area: %v", err)
		}
		if _, err := s.Conduct(ctx, r.duty, r.outlet, r.start.AddDate(-1, 0, 0), r.start); !fault.Is(err, fault.Invalid) {
			t.Errorf("a year: %v", err)
		}
	})
}

// TestConduct_LivesAsOneAlarm lets an hourly look follow an outlet from a constant
// value to its answer.
func TestConduct_LivesAsOneAlarm(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hours := &past{}
		deps := rule.Deps{DB: d, Auth: auth.DefaultPolicy(), Policy: rule.Policy{Prefix: "WZ-Y", Category: map[enterprise.Kind]string{enterprise.Gas: "air"}},
			Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{}, Notify: notify.New(d, auth.DefaultPolicy()), Timeline: timeline.New(timeline.Names{}), Signs: catalog.Signs(), Hours: hours}
		r.service = rule.NewService(deps)
		r.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler))
		r.service.Jobs(r.jobs)
		if _, err := r.jobs.RunDue(ctx); err != nil { // the schedule begins
			t.Fatal(err)
		}
		add := func(at time.Time, so2 float64) {
			for f, v := range map[string]float64{"a21026": so2, "a00000": 20 + math.Sin(float64(at.Unix())*2.1)} {
				*hours = append(*hours, rule.HourValue{Factor: f, At: at, Mean: v, Min: v, Max: v, Flag: "N"})
			}
		}
		normal := func(at time.Time) float64 {
			h := float64(at.Unix() / 3600)
			return 20 + 3*math.Sin(h/5) + .3*math.Sin(h*1.7)
		}
		for h := -30 * 24; h < 0; h++ {
			at := r.start.Add(time.Duration(h) * time.Hour)
			add(at, normal(at))
		}
		pass := func(n int, value func(time.Time) float64) { // n hours, looked at each
			t.Helper()
			for range n {
				at := c.Now().Truncate(time.Hour)
				add(at, value(at))
				c.Advance(time.Hour)
				if _, err := r.jobs.RunDue(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		constant := func(time.Time) float64 { return 21.5 }
		pass(5, constant)
		if n := len(r.alarms()); n != 0 {
			t.Fatalf("five hours: %d alarms", n)
		}
		pass(6, constant)
		a := r.one().Alarm
		if a.Level != rule.Suspect || a.Rule != "constant" || a.Factor != "a21026" || a.State != rule.StateNotified || !a.Lasts() || a.ClueID != "" || len(r.funnel.got) != 0 {
			t.Fatalf("%+v", a)
		}
		r.service = rule.NewService(deps) // as after a restart
		r.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler))
		r.service.Jobs(r.jobs)
		pass(3, constant)
		if b := r.one().Alarm; b.ID != a.ID || !b.LastAt.After(a.LastAt) {
			t.Errorf("it goes on: %+v", b)
		}
		pass(40, normal) // the lid lies a day in the window
		if b := r.one().Alarm; b.Lasts() || b.State == rule.StateCleared {
			t.Errorf("over, and still to be answered: %+v", b)
		}
		r.do(rule.Acknowledge, nil)
		r.do(rule.HandIn, map[string]any{"text": "请现场核查采样管路"})
		if b := r.one().Alarm; b.State != rule.StateCleared || len(r.funnel.got) != 1 || !strings.Contains(r.funnel.got[0].Evidence, "数据恒定不变") {
			t.Errorf("%+v, clues %+v", b, r.funnel.got)
		}
		pass(3, normal)
		if list := r.alarms(); len(list) != 1 {
			t.Errorf("dealt with once: %+v", list)
		}
	})
}

// TestExplanation_GivenRejectedGivenAccepted walks the enterprise's word to its end.
func TestExplanation_GivenRejectedGivenAccepted(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		a := r.one().Alarm
		boss, err := auth.New(d, auth.DefaultPolicy(), auth.Config{}).Provision(ctx, auth.System("test"), auth.Account{Profile: auth.Profile{Login: "boss", Name: "环保负责人"},
			Rights: auth.Rights{Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: a.EnterpriseID}})
		if err != nil {
			t.Fatal(err)
		}
		firm := auth.Actor{ID: boss.ID, Name: "环保负责人", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: a.EnterpriseID}
		inbox := func(who auth.Actor, word string) int {
			t.Helper()
			page, err := notify.New(d, auth.DefaultPolicy()).List(ctx, who, false, "", 50)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, x := range page.Items {
				if strings.Contains(x.Title, word) {
					n++
				}
			}
			return n
		}
		due := func(d time.Duration) {
			t.Helper()
			c.Advance(d)
			if _, err := r.jobs.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		say := func(who auth.Actor, v flow.Verb, form map[string]any) error {
			return r.service.Do(ctx, who, a.ID, v, r.one().Alarm.Version, form)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		due(25 * time.Hour) // nobody says a word
		if inbox(r.duty, "24小时未说明") != 1 || inbox(firm, "24小时未说明") != 1 {
			t.Error("silence goes up, and the enterprise is reminded")
		}
		if err := say(firm, rule.Explain, map[string]any{"cause": "fluctuation"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a word without words: %v", err)
		}
		if err := say(r.duty, rule.Explain, map[string]any{"cause": "fluctuation", "text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody explains for the enterprise: %v", err)
		}
		if err := say(r.duty, rule.Accept, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nothing to accept: %v", err)
		}
		must(say(firm, rule.Explain, map[string]any{"cause": "fluctuation", "text": "启炉"}))
		if err := say(firm, rule.Explain, map[string]any{"cause": "other", "text": "再说一次"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a word waits for its answer: %v", err)
		}
		if b := r.one().Alarm; b.Explained != rule.ExplanationGiven || b.State != rule.StateNotified || inbox(r.duty, "待审核") != 1 {
			t.Errorf("%+v", b)
		}
		if page, err := r.service.List(ctx, r.duty, rule.Query{Explained: []string{"given"}}); err != nil || len(page.Items) != 1 {
			t.Errorf("to be judged: %+v %v", page, err)
		}
		must(say(r.duty, rule.Reject, map[string]any{"text": "请附启炉记录"}))
		if b := r.one().Alarm; b.Explained != rule.ExplanationRejected || inbox(firm, "被退回") != 1 {
			t.Errorf("%+v", b)
		}
		due(25 * time.Hour)
		if inbox(firm, "24小时未说明") != 2 {
			t.Error("the clock begins again")
		}
		must(say(firm, rule.Explain, map[string]any{"cause": "fluctuation", "text": "启炉，记录见附件"}))
		must(say(r.duty, rule.Accept, nil))
		if b := r.one().Alarm; b.Explained != rule.ExplanationAccepted || b.State != rule.StateHandled || b.ClueID == "" || inbox(firm, "已采纳") != 1 {
			t.Errorf("%+v", b)
		}
		due(49 * time.Hour)
		if inbox(firm, "24小时未说明") != 2 {
			t.Error("what is explained is not asked for")
		}
	})
}
