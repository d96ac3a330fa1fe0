package rule_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

func TestSettingMachine(t *testing.T) {
	t.Parallel()
	if err := rule.SettingMachine.Validate(); err != nil {
		t.Error(err)
	}
}

// ValuesOf offers what the feed holds of a stream, for trials.
func (f *feed) ValuesOf(_ context.Context, s rule.Stream, o enterprise.Outlet, from, to time.Time) (out []rule.Sample, _ error) {
	for _, v := range f.values[s] {
		if v.OutletID == o.ID && !v.At.Before(from) && v.At.Before(to) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (x *desk) tune(rule string, v setting.Values) string {
	x.t.Helper()
	id, err := x.service.Tune(ctx, x.officer, rule, "330302")
	x.must(err)
	f, err := x.service.TuningOf(ctx, x.officer, id)
	x.must(err)
	x.must(x.service.SaveTuning(ctx, x.officer, id, f.Tuning.Version, v))
	return id
}

func (x *desk) act(who auth.Actor, id string, v flow.Verb, text string) error {
	x.t.Helper()
	f, err := x.service.TuningOf(ctx, who, id)
	x.must(err)
	var form map[string]any
	if text != "" {
		form = map[string]any{"text": text}
	}
	return x.service.ActOnTuning(ctx, who, id, v, f.Tuning.Version, form)
}

func (x *desk) trySettings(id string, days int) rule.Trial {
	x.t.Helper()
	trial, err := x.service.TrySettings(ctx, x.officer, id, days)
	x.must(err)
	x.run()
	got, err := x.service.TrialOf(ctx, x.officer, trial)
	x.must(err)
	if got.State != rule.TrialDone {
		x.t.Fatalf("the trial is %s: %s", got.State, got.Trouble)
	}
	return got
}

// Two people and a trial stand behind every setting, and what is out of bounds is
// refused at its place.
func TestSettings_TwoPeopleAndATrial(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		id := x.tune("exceed-hour", setting.Values{"grave": 0.5})
		if again, err := x.service.Tune(ctx, x.officer, "exceed-hour", "330302"); err != nil || again != id {
			t.Errorf("begun twice: %s %v", again, err)
		}
		if err := x.act(x.officer, id, rule.Submit, "为什么"); err == nil || !strings.Contains(err.Error(), "试算") {
			t.Errorf("sent in untried: %v", err)
		}
		f, err := x.service.TuningOf(ctx, x.officer, id)
		x.must(err)
		err = x.service.SaveTuning(ctx, x.officer, id, f.Tuning.Version, setting.Values{"grave": 99})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(strings.Join(fieldsOf(err), " "), "values.grave") {
			t.Errorf("out of bounds: %v", err)
		}
		if err := x.service.SaveTuning(ctx, x.officer, id, f.Tuning.Version-1, setting.Values{"grave": 2}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale draft: %v", err)
		}
		x.trySettings(id, 30)
		x.must(x.act(x.officer, id, rule.Submit, "轻重不分"))
		if err := x.act(x.officer, id, rule.Publish, ""); err == nil {
			t.Error("a duty officer published")
		}
		x.must(x.act(x.checker, id, rule.Publish, ""))
		f, err = x.service.TuningOf(ctx, x.officer, id)
		x.must(err)
		if f.Tuning.State != rule.StateLive || !f.Tuning.InForce || len(f.Versions) != 1 || strings.Join(f.Now.Diff(), "") != "严重超标的超标倍数 0.5 倍（默认 1 倍）" {
			t.Errorf("%+v %v", f.Tuning, f.Now.Diff())
		}
		x.must(x.act(x.officer, id, rule.Revise, ""))
		if err := x.act(x.officer, id, rule.Submit, "没有改"); err == nil || !strings.Contains(err.Error(), "相同") {
			t.Errorf("nothing to publish: %v", err)
		}
		x.must(x.act(x.officer, id, rule.Abandon, ""))
		x.must(x.act(x.checker, id, rule.Restore, "试行结束"))
		f, err = x.service.TuningOf(ctx, x.officer, id)
		x.must(err)
		if f.Tuning.State != rule.StateOff || f.Tuning.InForce || len(f.Versions) != 2 || len(f.Now.Diff()) != 0 {
			t.Errorf("restored: %+v %v", f.Tuning, f.Now.Diff())
		}
		stranger := auth.Actor{ID: "s", Roles: []auth.Role{auth.Duty}, Area: "330326"}
		if _, err := x.service.TuningOf(ctx, stranger, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("another area saw it: %v", err)
		}
		if _, err := x.service.Tune(ctx, stranger, "exceed-hour", "330302"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another area set it: %v", err)
		}
		if _, err := x.service.Tune(ctx, x.officer, "exceed-daily", "330302"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a rule without settings: %v", err)
		}
	})
}

func fieldsOf(err error) []string {
	var out []string
	var f *fault.Error
	if errors.As(err, &f) {
		for _, x := range f.Fields {
			out = append(out, x.Name)
		}
	}
	return out
}

// What is published holds for the values that come after it, and an alarm says by
// what it was judged; a restart between changes nothing.
func TestSettings_HoldForTheNextValue(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		run := x.runner()
		at := c.Now().Truncate(time.Hour)
		hour := func(v string) rule.Alarm {
			x.source.values[enterprise.Hour] = append(x.source.values[enterprise.Hour], x.sample(v, at))
			at = at.Add(time.Hour)
			c.Advance(time.Hour)
			x.due(run)
			return x.alarms()[0]
		}
		if a := hour("80"); a.Level != rule.Exceed {
			t.Fatalf("by default 0.6 times beyond is %s", a.Level)
		}
		for range 3 {
			hour("20")
		}
		id := x.tune("exceed-hour", setting.Values{"grave": 0.5})
		if r := x.trySettings(id, 30).Result; r.Before != 1 || r.Count != 1 || r.New != 1 || r.Gone != 1 || len(r.Hits) != 2 {
			t.Errorf("the trial says that one alarm is graver: %+v", r)
		}
		x.must(x.act(x.officer, id, rule.Submit, "轻重不分"))
		x.must(x.act(x.checker, id, rule.Publish, ""))
		if a := x.alarms()[0]; a.Level != rule.Exceed {
			t.Errorf("the past was judged anew: %s", a.Level)
		}
		a := x.alarms()[0] // handled, so that the next exceedance is another one
		x.must(x.service.Do(ctx, x.officer, a.ID, rule.Acknowledge, a.Version, nil))
		x.must(x.service.Do(ctx, x.officer, a.ID, rule.Handle, a.Version+1, map[string]any{"cause": "discharge", "text": "已整改"}))
		c.Advance(time.Minute)
		at = at.Add(time.Hour)
		run = x.runner() // another process
		if a := hour("81"); a.Level != rule.Grave {
			t.Errorf("0.6 times beyond is %s now", a.Level)
		}
	})
}

// A sign learns of its settings in the hourly look, and says so in its basis; what it
// said of the hours before stays.
func TestSettings_OfSigns(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		x := newDesk(t, d, c)
		still := func(from, to int) {
			for h := from; h < to; h++ {
				*x.hours = append(*x.hours, rule.HourValue{Factor: "a21026", At: x.start.Add(time.Duration(h) * time.Hour), Mean: 20, Min: 20, Max: 20, Flag: "N"})
			}
		}
		for h := -30 * 24; h < 0; h++ {
			at := x.start.Add(time.Duration(h) * time.Hour)
			v := 20 + 3*math.Sin(float64(h)/5) + .3*math.Sin(float64(h)*1.7)
			*x.hours = append(*x.hours, rule.HourValue{Factor: "a21026", At: at, Mean: v, Min: v - 1, Max: v + 1, Flag: "N"})
		}
		still(0, 8)
		c.Advance(8*time.Hour + 40*time.Minute)
		id := x.tune("constant", setting.Values{"hours": 12})
		if r := x.trySettings(id, 30).Result; r.Before != 1 || r.Count != 0 || r.Gone != 1 {
			t.Errorf("eight hours are too few for the draft: %+v", r)
		}
		x.must(x.act(x.officer, id, rule.Submit, "误报多"))
		x.must(x.act(x.checker, id, rule.Publish, ""))
		if got, err := x.service.Conduct(ctx, x.officer, x.outlet, x.start.AddDate(0, 0, -3), x.start.Add(8*time.Hour)); err != nil || len(got.Episodes) != 1 {
			t.Errorf("the past is judged by what held then: %+v %v", got.Episodes, err)
		}
		// Another stretch after the publishing: eight hours are silent, thirteen are not.
		say := func(n int) []rule.Alarm {
			*x.hours = (*x.hours)[:30*24]
			for h := 0; h < 24; h++ {
				at := x.start.Add(time.Duration(h) * time.Hour)
				v := 20 + 3*math.Sin(float64(h)/5) + .3*math.Sin(float64(h)*1.7)
				*x.hours = append(*x.hours, rule.HourValue{Factor: "a21026", At: at, Mean: v, Min: v - 1, Max: v + 1, Flag: "N"})
			}
			still(24, 24+n)
			x.restart()
			x.run()
			return x.alarms()
		}
		c.Advance(time.Duration(24+8-8) * time.Hour)
		if got := say(8); len(got) > 0 && got[0].Lasts() {
			t.Errorf("eight hours were told of: %+v", got[0])
		}
		c.Advance(5 * time.Hour)
		got := say(13)
		if len(got) == 0 || !got[0].Lasts() || got[0].Rule != "constant" || !strings.Contains(got[0].Basis, "连续 12 小时以上") {
			t.Errorf("thirteen hours: %+v", got)
		}
	})
}
